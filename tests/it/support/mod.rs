//! Helpers that several test modules share.

pub mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use geplint::report::Format;

// The fuzz targets use these, too.
pub use crate::bodies::fast_path::support as fast_path;
pub use crate::bodies::render::documents;
pub use crate::bodies::scanner::support as json;

/// The names of all formats, as `--format` takes them.
pub const FORMATS: [&str; Format::ALL.len()] = {
    let mut names = [""; Format::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Format::ALL[index].name();
        index += 1;
    }
    names
};

/// The path of the program under test.
pub const GEPLINT: &str = env!("CARGO_BIN_EXE_geplint");

/// Returns a [command] for the program under test.
pub fn geplint() -> Command {
    command(GEPLINT)
}

/// Returns a command whose environment is the same on every machine, without the variables of the terminal, the CI
/// server and the git repository that the tests run in, and with an empty standard input.
pub fn command(program: &str) -> Command {
    const HIDDEN: [&str; 9] = [
        "CI_PROJECT_DIR",
        "CLICOLOR",
        "GEPLINT_",
        "GITHUB_",
        "GIT_",
        "LANG",
        "LC_",
        "NO_COLOR",
        "TERM",
    ];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if HIDDEN
            .iter()
            .any(|start| name.to_string_lossy().starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command
        .envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("COLUMNS", "80")])
        .stdin(Stdio::null());
    command
}

/// Creates an empty folder that no other test uses, provided that names are unique within a module.
pub fn empty_folder(module: &str, name: &str) -> PathBuf {
    static TAKEN: Mutex<BTreeMap<PathBuf, Option<String>>> = Mutex::new(BTreeMap::new());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(module).join(name);
    // The thread of a test has its name. Two tests with one folder would delete each other's files.
    let test = std::thread::current().name().map(str::to_owned);
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let first = taken
        .entry(folder.clone())
        .or_insert_with(|| test.clone())
        .clone();
    drop(taken);
    assert_eq!(first, test, "two tests use {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs geplint in a folder with these bytes on standard input.
pub fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = geplint()
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may exit before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

/// Returns every JSON file of `testdata`, sorted.
pub fn json_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
