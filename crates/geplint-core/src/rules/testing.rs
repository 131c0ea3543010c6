//! The rules of the repository, for unit tests. The core itself contains no rules.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Candidate, Endpoint, FileKind, Layer, LoadError, Shared, file_kind};

/// Returns the files of `rules/` that rules are loaded from, sorted: name and text.
pub(crate) fn files() -> Vec<(String, String)> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(rules.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut paths = [in_folder("lists"), in_folder("endpoints")].concat();
    paths.sort();
    paths.extend(["api.toml", "names.toml"].map(|name| rules.join(name)));
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

pub(crate) fn as_layers(files: &[(String, String)]) -> Vec<Layer<'_>> {
    files.iter().map(|(name, text)| Layer { name, text }).collect()
}

pub(crate) fn shared() -> &'static Shared {
    static LOADED: OnceLock<Shared> = OnceLock::new();
    LOADED.get_or_init(|| Shared::from_files(&as_layers(&files())).unwrap())
}

pub(crate) fn load(text: &str) -> Result<Endpoint, LoadError> {
    super::load(text, shared())
}

fn texts() -> &'static [(String, String)] {
    static READ: OnceLock<Vec<(String, String)>> = OnceLock::new();
    READ.get_or_init(|| {
        let of_endpoint = |(name, text): (String, String)| {
            let (kind, stem) = file_kind(&name);
            (kind == FileKind::Endpoint).then(|| (stem.to_owned(), text))
        };
        files().into_iter().filter_map(of_endpoint).collect()
    })
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
