//! Tests of the code's layout: the list of files in the documentation of `lint` is complete and in import order, and certain
//! decisions are in one file only.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

const LINT: &str = "crates/geplint-core/src/lint";

/// Returns the files of the engine from the bottom up, in the order of the folder's documentation.
fn layers() -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(LINT).join("mod.rs")).unwrap();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! - ")?.split_once(':'));
    lines
        .flat_map(|(names, _)| names.split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

/// Returns the code of a file of the engine, without tests and comments.
fn code(layer: &str) -> String {
    let text = std::fs::read_to_string(Path::new(LINT).join(format!("{layer}.rs"))).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the identifiers that follow each occurrence of a word.
fn names_after<'t>(text: &'t str, word: &str) -> HashSet<&'t str> {
    let rests = text.split(word).skip(1);
    rests
        .map(|rest| {
            let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

/// Every file is in the list, and every entry of the list is a file.
#[test]
fn every_file_of_the_engine_has_a_layer() {
    let folder = |path: PathBuf| std::fs::read_dir(path).unwrap();
    let mut files: Vec<String> = Vec::new();
    for (under, path) in [("", PathBuf::from(LINT)), ("fast/", Path::new(LINT).join("fast"))] {
        for entry in folder(path) {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.extend(name.strip_suffix(".rs").map(|name| format!("{under}{name}")));
        }
    }
    files.retain(|name| name != "mod" && name != "fast/mod");
    files.sort();
    let mut listed = layers();
    listed.sort();
    assert_eq!(listed, files);
}

/// No file of the engine imports from a later layer, or calls a method that only a later layer defines.
#[test]
fn the_engine_is_layered() {
    let layers = layers();
    let code: Vec<String> = layers.iter().map(|layer| code(layer)).collect();
    let mut defined: HashMap<&str, Vec<usize>> = HashMap::new();
    for (layer, text) in code.iter().enumerate() {
        for name in names_after(text, "fn ") {
            defined.entry(name).or_default().push(layer);
        }
    }
    let (mut arrows, mut wrong) = (0, Vec::new());
    for (layer, text) in code.iter().enumerate() {
        let modules = ["use super::", "use crate::lint::", "use crate::lint::fast::"];
        let used = modules.iter().flat_map(|word| names_after(text, word));
        let imported = used.filter_map(|name| {
            layers
                .iter()
                .position(|layer| layer.rsplit('/').next() == Some(name))
        });
        let methods = ["self.", "linter."]
            .into_iter()
            .flat_map(|word| names_after(text, word));
        let called = methods.filter_map(|name| match defined.get(name)?.as_slice() {
            [only]
                if ["self", "linter"]
                    .iter()
                    .any(|on| text.contains(&format!("{on}.{name}("))) =>
            {
                Some(*only)
            }
            _ => None,
        });
        for below in imported
            .chain(called)
            .filter(|below| *below != layer)
            .collect::<HashSet<_>>()
        {
            arrows += 1;
            if below > layer {
                wrong.push(format!("{} uses {}", layers[layer], layers[below]));
            }
        }
    }
    assert!(
        arrows > 40,
        "only {arrows} arrows were found: the test reads the files wrongly"
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each of these decisions is in one file only.
#[test]
fn certain_code_is_in_one_file() {
    let cases = [
        (
            "crates/geplint-core/src/pointer.rs",
            "\"~1\"",
            "the escapes of JSON Pointers",
        ),
        ("src/report/style.rs", "Style::new()", "colours"),
        ("src/report/style.rs", ".yellow()", "colours"),
    ];
    let mut seen = 0;
    for folder in ["src", "crates/geplint-core/src"] {
        for entry in walkdir::WalkDir::new(folder) {
            let path = entry.unwrap().into_path();
            if path.extension().is_none_or(|end| end != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (home, word, what) in cases {
                let is_home = path == Path::new(home);
                seen += usize::from(is_home && code.contains(word));
                assert!(
                    is_home || !code.contains(word),
                    "{}: {what} belong to {home}",
                    path.display()
                );
            }
        }
    }
    assert_eq!(
        seen,
        cases.len(),
        "a file lacks its word: the test looks for the wrong one"
    );
}
