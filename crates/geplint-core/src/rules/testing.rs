//! The rules of the repository, for unit tests. The core itself contains no rules.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Candidate, Endpoint, List, LoadError, Shared};

/// Returns the files of a folder of `rules/`, sorted: name without extension, and text.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../rules")
        .join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

pub(crate) fn shared() -> &'static Shared {
    static LOADED: OnceLock<Shared> = OnceLock::new();
    let parse = |(name, text): (String, String)| List::parse(&name, &text).unwrap();
    let text = |name: &str| {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        fs::read_to_string(rules.join(name)).unwrap()
    };
    LOADED.get_or_init(|| {
        let lists = files("lists").into_iter().map(parse).collect();
        let shared = Shared::new(lists, &text("names.toml"), Vec::new()).unwrap();
        shared.with_api(&text("api.toml")).unwrap()
    })
}

pub(crate) fn load(text: &str) -> Result<Endpoint, LoadError> {
    super::load(text, shared())
}

fn texts() -> &'static [(String, String)] {
    static READ: OnceLock<Vec<(String, String)>> = OnceLock::new();
    READ.get_or_init(|| files("endpoints"))
}

fn endpoints() -> &'static [Endpoint] {
    static LOADED: OnceLock<Vec<Endpoint>> = OnceLock::new();
    LOADED.get_or_init(|| texts().iter().map(|(_, text)| load(text).unwrap()).collect())
}

pub(crate) fn builtin(id: &str) -> Option<&'static Endpoint> {
    endpoints().iter().find(|endpoint| endpoint.id == id)
}

pub(crate) fn builtin_text(id: &str) -> Option<&'static str> {
    let found = texts().iter().find(|(name, _)| name == id);
    found.map(|(_, text)| text.as_str())
}

pub(crate) fn candidates() -> impl Iterator<Item = Candidate<'static>> {
    endpoints().iter().map(Candidate::from)
}
