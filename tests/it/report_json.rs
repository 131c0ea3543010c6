//! The guarantees of the JSON report: version 1, the same bytes in every run, for any number of files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use geplint::finding::Span;
use geplint::report::{Json, Report};
use serde_json::{Value, json};

use sample::{CONTACTS, contacts, document, file, finding, on};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_guaranteed_field_is_present() {
    let report = parsed(&document(
        &Json,
        &[file("payloads/a.json", CONTACTS.as_bytes(), contacts())],
    ));
    assert_eq!(report["version"], 1);
    assert_eq!(report["tool"], concat!("geplint ", env!("CARGO_PKG_VERSION")));
    let counts = json!({ "files": 1, "records": 2, "errors": 2, "warnings": 2, "advice": 0, "refusedFiles": 1, "refusedRecords": 2, "fixed": 0, "suppressed": 0, "skipped": 0 });
    assert_eq!(report["summary"], counts);
    let row = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["rule"] == "missing-mandatory");
    assert_eq!(
        *row.unwrap(),
        json!({
            "rule": "missing-mandatory", "severity": "error", "evidence": "response",
            "endpoint": "contact-details", "path": "payloads/a.json", "record": 1, "recordKey": "C-101",
            "pointer": "/1/UserName", "target": "object",
            "start": { "offset": 222, "line": 11, "column": 3 }, "end": { "offset": 281, "line": 14, "column": 4 },
            "message": "UserName is missing",
            "why": "A contact that does not exist yet needs a user name.",
            "help": "add `\"UserName\"` to the record",
            "constraint": "BuyerContact.UserName", "source": "Buyer Contact 1.2", "related": null,
            "predicted": { "key": "C-101", "errorCode": "MandatoryField",
                "errorDescription": "UserName is Mandatory", "wording": "documented" },
            "masked": false,
            "fix": null,
        })
    );
}

#[test]
fn absent_values_are_null() {
    let bare = on(finding("rule", Span::new(0, 0), "message"), |basis| {
        basis.endpoint = "".into();
    });
    let report = parsed(&document(&Json, &[file("a.json", b"", vec![bare])]));
    let row = &report["findings"][0];
    for field in ["endpoint", "record", "recordKey", "related", "predicted"] {
        assert!(row[field].is_null(), "{field}");
    }
    let related = &parsed(&document(
        &Json,
        &[file("a.json", CONTACTS.as_bytes(), contacts())],
    ))["findings"][0]["related"];
    assert_eq!(related["message"], "first here");
    assert_eq!(related["start"]["line"], 5);
}

#[test]
fn the_document_is_whole_for_any_files() {
    let none: &[_] = &[];
    assert_eq!(parsed(&document(&Json, none))["findings"], json!([]));
    let clean = || file("clean.json", b"[]", vec![]);
    let dirty = || file("dirty.json", CONTACTS.as_bytes(), contacts());
    assert_eq!(
        parsed(&document(&Json, &[clean(), clean()]))["findings"],
        json!([])
    );
    let report = document(&Json, &[clean(), dirty(), clean(), dirty()]);
    assert_eq!(parsed(&report)["findings"].as_array().unwrap().len(), 8);
    // Indented by two spaces for each level, as serde_json would print the whole.
    let whole = serde_json::to_string_pretty(&parsed(&report)).unwrap();
    let indents = |text: &str| {
        let mut lines: Vec<_> = text
            .lines()
            .map(|line| line.len() - line.trim_start().len())
            .collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(indents(report.trim_end()), indents(&whole));
}

#[test]
fn findings_have_one_order() {
    let mut turned = contacts();
    turned.reverse();
    let one = Json.render(&file("a.json", CONTACTS.as_bytes(), contacts()));
    assert_eq!(one, Json.render(&file("a.json", CONTACTS.as_bytes(), turned)));
    let report = format!("[{one}]");
    let offsets: Vec<_> = parsed(&report)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["start"]["offset"].as_u64().unwrap())
        .collect();
    assert!(offsets.is_sorted());
}
