//! The findings of `geplint check`, in the form of diagnostics.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use geplint::sanitize;
use serde_json::{Value, json};

use crate::positions::position;

/// Returns the output of a command in a folder, and its exit code.
pub fn geplint(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (String::from_utf8(output.stdout).unwrap(), code)
}

/// Returns the findings of a run over a folder: rule, message, severity and position, by file.
pub fn findings(folder: &Path, encoding: &str) -> BTreeMap<String, Vec<Value>> {
    let (report, code) = geplint(folder, &["check", "--format", "json", "."]);
    assert!(code <= 2, "{report}");
    let report: Value = serde_json::from_str(&report).unwrap();
    let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let path = finding["path"].as_str().unwrap();
        let text = texts
            .entry(path.to_owned())
            .or_insert_with(|| String::from_utf8(fs::read(folder.join(path)).unwrap()).unwrap_or_default());
        let start = usize::try_from(finding["start"]["offset"].as_u64().unwrap()).unwrap();
        files.entry(path.to_owned()).or_default().push(json!({
            "rule": finding["rule"],
            "severity": finding["severity"],
            "message": sanitize::escape(finding["message"].as_str().unwrap()),
            "start": position(text, start, encoding),
        }));
    }
    files
}

/// Returns diagnostics in the same form.
pub fn shown(diagnostics: &Value) -> Vec<Value> {
    let all = diagnostics.as_array().unwrap();
    all.iter()
        .map(|one| {
            let message = one["message"].as_str().unwrap();
            let lines: Vec<&str> = message.lines().collect();
            assert!(
                lines.last().is_some_and(|last| last.starts_with("Help: ")) && lines.len() <= 3,
                "{one}"
            );
            let severity = match one["severity"].as_u64().unwrap() {
                1 => "error",
                2 => "warning",
                4 => "advice",
                other => panic!("{other}"),
            };
            json!({
                "rule": one["code"],
                "severity": severity,
                "message": lines[0],
                "start": one["range"]["start"],
            })
        })
        .collect()
}

/// Returns the JSON files below a folder.
pub fn json_files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    all.map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect()
}

/// Returns the files below a folder that the server checks: JSON and collections.
pub fn payload_files(folder: &Path) -> Vec<PathBuf> {
    const EXTENSIONS: [&str; 6] = ["json", "http", "rest", "bru", "jsonl", "ndjson"];
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    all.map(|entry| entry.unwrap().into_path())
        .filter(|path| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
        })
        .collect()
}

/// Returns an empty folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    // The search for settings ends here.
    fs::create_dir(folder.join(".git")).unwrap();
    folder.canonicalize().unwrap()
}

/// Copies the files below a folder that the server checks into another.
pub fn copy(from: &Path, to: &Path) {
    for path in payload_files(from) {
        let copy = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&path, copy).unwrap();
    }
}
