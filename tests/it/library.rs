//! The examples of `geplint-core`, and the page for users of the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use geplint_core::Ruleset;
use geplint_core::rules::Layer;

#[path = "../../crates/geplint-core/examples/check.rs"]
mod example_check;
#[path = "../../crates/geplint-core/examples/fix.rs"]
mod example_fix;

const RULES: &str = r#"
endpoint = "things"
title = "Things"
method = "POST"
path = "/things"
page = "-"
record = "Thing"
key = ["Code"]
good-beside-bad = "listed"

[answers]
missing = { error-code = "Missing", description = "{property} is missing" }
too-long = { error-code = "TooLong", description = "{property} is longer than {limit}" }
not-in-list = { error-code = "Invalid", description = "{value} is not valid" }
null = { error-code = "Exception", description = "null" }

[tables.Thing]
title = "Thing"

[tables.Thing.properties]
Code = { type = "string", required = "yes" }
City = { type = "string(3)" }
Active = { type = "boolean" }
"#;

fn layer() -> Layer<'static> {
    Layer {
        name: "things.toml",
        text: RULES,
    }
}

#[test]
fn the_example_prints_findings_and_the_response() {
    let payload = br#"[{"Code": "A", "City": "Oslo"}]"#;
    let expected = "1:24 too-long City has 4 characters, the limit is 3\n{\n  \"data\": null,\n  \"statusCode\": \"400\",\n";
    let report = example_check::report(payload, &[layer()]).unwrap();
    assert!(report.contains("City is longer than 3"), "{report}");
    assert!(report.starts_with(expected), "{report}");
}

#[test]
fn the_example_suppresses_and_fixes() {
    let config = r#"
[[files]]
glob = "*.json"
endpoint = "things"

[[ignore]]
path = "*.json"
rule = "too-long"
reason = "known"
"#;
    let payload = r#"[{"Code": "Ä", "City": "Oslo", "Active": "true"}]"#;
    let report = example_fix::report("a.json", payload.as_bytes(), config, &[layer()]).unwrap();
    let expected = r#"1:42 text-for-value Active: the string "true" is read as true
[{"Code": "Ä", "City": "Oslo", "Active": true}]"#;
    assert_eq!(report, expected);
}

/// A user of the library reads the files of `rules/`, and gets the rules that the program has compiled in.
#[test]
fn the_files_of_the_folder_are_the_rules_that_are_built_in() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(rules.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut paths = [in_folder(""), in_folder("lists"), in_folder("endpoints")].concat();
    paths.retain(|path| path.extension().is_some_and(|is| is == "toml" || is == "txt"));
    paths.sort();
    let read = |path: PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap());
    let texts: Vec<(String, String)> = paths.into_iter().map(read).collect();
    let files: Vec<Layer<'_>> = texts.iter().map(|(name, text)| Layer { name, text }).collect();
    let loaded = Ruleset::new(&files).unwrap();
    let built_in = geplint::rules::built_in();
    assert_eq!(loaded.endpoints().count(), 4);
    for (loaded, built_in) in loaded.endpoints().zip(built_in.endpoints()) {
        assert_eq!(format!("{loaded:?}"), format!("{built_in:?}"));
    }
    let payload = br#"[{"GroupName": "", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;
    let report = example_check::report(payload, &files).unwrap();
    assert!(report.contains("GroupName"), "{report}");
}

#[test]
fn the_page_shows_the_example_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = include_str!("../../crates/geplint-core/examples/check.rs");
    let page = fs::read_to_string(root.join("docs/library.md")).unwrap();
    let code = page
        .split("```rust\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let code = code.unwrap();
    assert!(code.len() > 500, "{code}");
    assert!(
        example.contains(code.trim()),
        "docs/library.md differs from the example"
    );
}

/// The functions and types that the page names exist: those below are the ones of the page, and they compile.
#[test]
fn every_path_on_the_page_exists() {
    macro_rules! paths {
        ($($package:ident :: $module:ident :: $item:ident),* $(,)?) => {{
            $({
                #[allow(unused_imports, reason = "the import is the test")]
                use $package::$module::$item as _;
            })*
            BTreeSet::from([$(concat!(stringify!($module), "::", stringify!($item))),*])
        }};
    }
    let known = paths!(
        geplint_core::fix::of,
        geplint_core::fix::apply,
        geplint_core::fix::fix_all,
        geplint_core::settings::load,
        geplint_core::settings::Settings,
        geplint_core::suppress::suppress,
        geplint_core::session::Session,
        geplint::rules::built_in,
    );
    let page = include_str!("../../docs/library.md");
    let code = page
        .split("```")
        .step_by(2)
        .flat_map(|prose| prose.split('`').skip(1).step_by(2));
    let paths: BTreeSet<&str> = code
        .filter(|code| code.contains("::") && code.starts_with(|first: char| first.is_lowercase()))
        .map(|code| code.trim_start_matches("geplint::").trim_end_matches("()"))
        .collect();
    assert_eq!(paths, known);
}
