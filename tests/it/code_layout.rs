//! Tests of the code's layout: the list of files in the documentation of `lint` is complete and in import order, certain
//! decisions are in one file only, and no literal has a name of the API.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use geplint::rules::{builtin, builtin_ids};

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

/// Returns the string literals of a source file, without comments and tests.
fn literals(source: &str) -> Vec<&str> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(step) = source[at..].find(['"', '/', '\'']) {
        at += step;
        let (before, rest) = source.split_at(at);
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(text) = rest.strip_prefix('"') {
            let end = match before {
                _ if before.ends_with("r#") => text.find("\"#").unwrap(),
                _ if before.ends_with([' ', '(']) || !before.ends_with('r') => closing(text),
                _ => text.find('"').unwrap(),
            };
            found.push(&text[..end]);
            end + 2
        } else {
            character(rest)
        };
        at += skip;
    }
    found
}

/// Returns the end of an ordinary literal.
fn closing(literal: &str) -> usize {
    let mut escaped = false;
    let quote = literal.char_indices().find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    quote.map_or(literal.len(), |(at, _)| at)
}

/// Returns the length of a character literal; for a lifetime or a slash, of that one character.
fn character(rest: &str) -> usize {
    let inner = rest.strip_prefix('\'').unwrap_or("");
    if let Some(escaped) = inner.strip_prefix('\\') {
        let end = escaped.char_indices().skip(1).find(|(_, c)| *c == '\'');
        return end.map_or(rest.len(), |(at, _)| at + 3);
    }
    let width = inner.chars().next().map_or(0, char::len_utf8);
    if width > 0 && inner[width..].starts_with('\'') {
        width + 2
    } else {
        1
    }
}

#[test]
fn literals_are_found() {
    let source = "// a \"comment\"\n\
                  let a = \"one\\\" // two\"; let b = '\"'; let c = '\\''; fn f<'a>(x: &'a str) {}\n\
                  let d = r#\"raw \"x\"\"#; let e = 'é'; let g = \"\"; let h = \"last\"; /// \"doc\"\n\
                  #[cfg(test)]\nmod tests { \"not this\" }";
    assert_eq!(literals(source), ["one\\\" // two", "raw \"x\"", "", "last"]);
}

/// Names of the API are in `rules/`, and nowhere else.
#[test]
fn no_name_of_the_api_is_in_the_code() {
    // The envelope is the same for all endpoints, and distinguishes responses from requests.
    let envelope = ["statusCode", "errorDetails", "successDetails"];
    let mut names = BTreeSet::new();
    for endpoint in builtin_ids().filter_map(builtin) {
        names.insert(endpoint.id.clone());
        names.insert(endpoint.title.clone());
        names.extend(endpoint.enums.iter().map(|list| list.name.clone()));
        for table in &endpoint.tables {
            names.insert(table.name.clone());
            names.extend(table.properties.iter().map(|property| property.name.clone()));
        }
    }
    names.retain(|name| name.chars().count() >= 8 && !envelope.contains(&name.as_ref()));
    assert!(names.len() > 60);
    let (mut files, mut seen) = (0, 0);
    let sources = ["src", "crates/dotnet-bind/src", "crates/geplint-core/src"];
    for entry in sources.iter().flat_map(walkdir::WalkDir::new) {
        let path = entry.unwrap().into_path();
        // `tests.rs` is a module of tests in a separate file.
        if path.extension().is_none_or(|end| end != "rs") || path.ends_with("tests.rs") {
            continue;
        }
        files += 1;
        for literal in literals(&std::fs::read_to_string(&path).unwrap()) {
            seen += 1;
            let mut words = literal.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
            let named = words.find(|word| names.contains(*word));
            assert_eq!(named, None, "{}: {literal:?}", path.display());
        }
    }
    assert!(files > 40 && seen > 500, "{files} files, {seen} literals");
}
