//! The JSON report follows `schema/report.json`, for all payloads of the tests.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Stdio;

use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schema/report.json")).unwrap()
}

/// Validates a whole report.
fn of_report() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

/// Validates a line of `jsonl`.
fn of_finding() -> Validator {
    let mut schema = schema();
    for key in ["type", "required", "properties"] {
        schema.as_object_mut().unwrap().remove(key);
    }
    schema["$ref"] = json!("#/$defs/finding");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn printed(args: &[&str]) -> String {
    let mut command = crate::support::geplint();
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("check")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn wrong(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// All fixtures, the documented requests, files that cannot be read, and settings that drop findings.
#[test]
fn every_report_is_valid() {
    let validator = of_report();
    let none: [&str; 0] = [];
    for args in [
        &["testdata/rules", "testdata/documented"][..],
        &["--tenant", "testdata/tenant/inline.toml", "testdata/rules"],
        &["testdata/json/invalid", "--endpoint", "user-group"],
        &[
            "testdata/documented/README.md",
            "nowhere.json",
            "testdata/documented",
        ],
        &["testdata/rules", "--ignore", "does-not-convert"],
        &["testdata/documented/user-group/1-success.request.json"],
    ] {
        let report: Value = serde_json::from_str(&printed(&[&["--format", "json"], args].concat())).unwrap();
        assert_eq!(wrong(&validator, &report), none, "{args:?}");
    }
}

#[test]
fn every_line_of_jsonl_is_valid() {
    let validator = of_finding();
    let printed = printed(&["--format", "jsonl", "testdata/rules"]);
    let mut rules = std::collections::BTreeSet::new();
    for line in printed.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        assert_eq!(wrong(&validator, &finding), Vec::<String>::new(), "{line}");
        rules.insert(finding["rule"].as_str().unwrap().to_owned());
    }
    assert!(rules.len() > 25, "{rules:?}");
}

/// The schema is strict enough: no field of a report may be missing or have another type.
#[test]
fn the_schema_is_strict() {
    let validator = of_report();
    let path = "testdata/documented/contact-details/3-error.request.json";
    let report: Value = serde_json::from_str(&printed(&["--format", "json", path, "nowhere.json"])).unwrap();
    assert!(wrong(&validator, &report).is_empty());
    let error = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .position(|finding| finding["predicted"].is_object())
        .unwrap();
    let objects = [
        String::new(),
        "/summary".to_owned(),
        "/problems/0".to_owned(),
        format!("/findings/{error}"),
        format!("/findings/{error}/start"),
        format!("/findings/{error}/predicted"),
    ];
    let mut seen = 0;
    for object in &objects {
        let fields = report.pointer(object).unwrap().as_object().unwrap();
        for field in fields.keys() {
            for other in [None, Some(json!(-1.5))] {
                let mut changed = report.clone();
                let fields = changed.pointer_mut(object).unwrap().as_object_mut().unwrap();
                match &other {
                    None => drop(fields.remove(field)),
                    Some(value) => drop(fields.insert(field.clone(), value.clone())),
                }
                assert!(!validator.is_valid(&changed), "{object}/{field} as {other:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

/// docs/json-report.md names all fields of the schema.
#[test]
fn the_page_lists_every_field() {
    let page = include_str!("../../docs/json-report.md");
    let schema = schema();
    for object in [
        "/properties",
        "/properties/summary/properties",
        "/properties/problems/items/properties",
        "/$defs/place/properties",
        "/$defs/finding/properties",
        "/$defs/finding/properties/related/properties",
        "/$defs/finding/properties/predicted/properties",
    ] {
        for field in schema.pointer(object).unwrap().as_object().unwrap().keys() {
            assert!(page.contains(&format!("`{field}`")), "{object}/{field}");
        }
    }
}

#[test]
fn unchecked_files_are_listed() {
    let report: Value = serde_json::from_str(&printed(&[
        "--format",
        "json",
        "testdata/documented/user-group/1-success.response.json",
        "nowhere.json",
        "testdata/documented/user-group/1-success.request.json",
    ]))
    .unwrap();
    let problems = report["problems"].as_array().unwrap();
    let paths: Vec<&str> = problems
        .iter()
        .map(|problem| problem["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "testdata/documented/user-group/1-success.response.json",
            "nowhere.json"
        ]
    );
    assert_eq!(problems[1]["message"], "no such file or folder");
    assert_eq!(report["summary"]["files"], 1);
    assert_eq!(report["summary"]["skipped"], 0);
}
