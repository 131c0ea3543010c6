//! The reader against `serde_json`, on documents that were spoiled at random (with a fixed seed).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

mod json_support;

use geplint::json::{JsonKind, NodeId, Tree, decode};
use json_support::{Chance, Read, read};
use serde_json::Value;

const SEEDS: &[&str] = &[
    r#"[{"contactCode":"C-1","isActive":true,"authorityAmt":12.50,"regions":[{"regionName":"EMEA"}]},{"a":null}]"#,
    "[\n  {\n    \"userName\": \"a@b.c\",\n    \"managerCode\": [ \"M1\", \"M2\" ],\n    \"x\": { \"y\": -1e-3 }\n  },\n  {}\n]",
    r#"{"a":"tab\t quote\" slash\\ \u00e9 \ud83d\ude00","b":[],"c":{},"d":[[1,2],[3]],"e":"é😀"}"#,
    "[0,-0,1.5,1e10,1E+2,-3.25e-7,123456789012345678901234567890]",
    r#"[true,false,null,"","a"]"#,
    r#""just a string""#,
    "  -12.5  ",
    r#"{"a":{"a":{"a":{"a":[{"a":1},{"a":2}]}}},"a":2}"#,
];

const PIECES: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u12", "\\ud800", "'", "//", "/*", "*/", "#", "0",
    "01", "-", "+", ".", "e", "1e", "true", "True", "nul", "NaN", " ", "\n", "\t", "\r\n", "\u{0}", "\u{1}",
    "\u{a0}", "é", "“", "”", "=", ";", "{{x}}", "<y>", "${z}", "\"a\":", "\"b\":1,", ",,", "}}", "]]", "{ {",
    "abc", "\u{feff}", "(", ")", "\"x\" ",
];

fn spoiled(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(4)).min(bytes.len());
        match chance.below(8) {
            0 => drop(bytes.drain(at..end)),
            1 if at < end => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => bytes.truncate(at),
            3 => {
                let part = bytes[at..(at + chance.below(20)).min(bytes.len())].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            4 if at + 1 < bytes.len() => bytes.swap(at, at + 1),
            _ => {
                let piece = PIECES[chance.below(PIECES.len())].bytes();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

#[test]
fn same_verdict_and_same_values() {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut valid = 0;
    for _ in 0..20_000 {
        let bytes = spoiled(&mut chance);
        valid += usize::from(compare(&bytes));
    }
    assert!(valid > 2000, "too few valid documents to mean anything: {valid}");
}

/// Compares one document; true if it is valid.
fn compare(bytes: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(bytes);
    let ours = read(bytes);
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // RawValue-like strictness: as text first, since a lone surrogate is valid JSON, but no Rust string.
    let theirs = serde_json::from_slice::<Value>(body);
    let lone = ours
        .errors
        .iter()
        .any(|error| error.kind.id() == "lone-surrogate");
    if lone {
        assert!(theirs.is_err(), "a lone surrogate went unseen: {shown:?}");
        check_spans(&ours, &shown);
        return false;
    }
    let huge = theirs
        .as_ref()
        .is_err_and(|error| error.to_string().contains("out of range"));
    assert!(
        huge || ours.is_valid() == theirs.is_ok(),
        "{shown:?}\nours: {:?}\ntheirs: {theirs:?}",
        ours.errors
    );
    check_spans(&ours, &shown);
    let Ok(theirs) = theirs else { return false };
    match &theirs {
        Value::Array(records) => {
            assert_eq!(ours.trees.len(), records.len(), "{shown:?}");
            for (tree, record) in ours.trees.iter().zip(records) {
                same(&ours, tree, tree.root().unwrap(), record, &shown);
            }
        }
        value => same(
            &ours,
            &ours.trees[0],
            ours.trees[0].root().unwrap(),
            value,
            &shown,
        ),
    }
    assert!(ours.trees.iter().all(|tree| !tree.damaged), "{shown:?}");
    true
}

fn same(ours: &Read, tree: &Tree, id: NodeId, theirs: &Value, shown: &str) {
    let node = tree.node(id);
    let text = node.span.of(&ours.text);
    assert!(!node.malformed, "{shown:?}");
    match (node.kind, theirs) {
        (JsonKind::Null, Value::Null) => assert_eq!(text, "null"),
        (JsonKind::True, Value::Bool(true)) => assert_eq!(text, "true"),
        (JsonKind::False, Value::Bool(false)) => assert_eq!(text, "false"),
        (JsonKind::Number, Value::Number(number)) => {
            let value: f64 = text.parse().unwrap();
            let other = number.as_f64().unwrap();
            assert!((value - other).abs() <= other.abs() * 1e-12, "{text} {number}");
        }
        (JsonKind::String, Value::String(string)) => {
            assert!(
                text.len() > 1 && text.starts_with('"') && text.ends_with('"'),
                "{text}"
            );
            assert_eq!(decode(&ours.text, node), *string, "{shown:?}");
            assert_eq!(serde_json::from_str::<String>(text).unwrap(), *string);
        }
        (JsonKind::Array, Value::Array(elements)) => {
            assert!(text.starts_with('[') && text.ends_with(']'), "{text}");
            let ids: Vec<NodeId> = tree.elements(id).collect();
            assert_eq!(ids.len(), elements.len(), "{shown:?}");
            ids.into_iter()
                .zip(elements)
                .for_each(|(id, element)| same(ours, tree, id, element, shown));
        }
        (JsonKind::Object, Value::Object(members)) => {
            assert!(text.starts_with('{') && text.ends_with('}'), "{text}");
            // The last of several members of one name is the one that serde_json keeps.
            let mut found = std::collections::BTreeMap::new();
            for (key, value) in tree.members(id) {
                found.insert(decode(&ours.text, tree.node(key)).into_owned(), value);
            }
            assert!(found.keys().eq(members.keys()), "{shown:?}");
            for (name, value) in found {
                same(ours, tree, value, &members[&name], shown);
            }
        }
        other => panic!("{other:?} in {shown:?}"),
    }
}

/// Whatever the document: spans lie in the text and in each other, and nodes are well nested.
fn check_spans(ours: &Read, shown: &str) {
    let length = ours.text.len();
    for error in &ours.errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(start <= end && end <= length.max(4), "{error:?} in {shown:?}");
        assert!(
            ours.text.is_empty() || ours.text.get(start..end).is_some(),
            "{error:?} in {shown:?}"
        );
        assert!(!error.message(&ours.text).is_empty());
        let _ = error.help(&ours.text);
    }
    for tree in &ours.trees {
        let Some(root) = tree.root() else {
            assert!(tree.damaged, "{shown:?}");
            continue;
        };
        assert_eq!(tree.node(root).next as usize, tree.len(), "{shown:?}");
        nested(ours, tree, root, shown);
    }
}

fn nested(ours: &Read, tree: &Tree, id: NodeId, shown: &str) {
    let outer = *tree.node(id);
    assert!(
        ours.text
            .get(outer.span.start as usize..outer.span.end as usize)
            .is_some(),
        "{shown:?}"
    );
    let mut last = outer.span.start;
    let mut check = |child: NodeId, key: bool| {
        let node = tree.node(child);
        assert_eq!(node.kind == JsonKind::Key, key, "{shown:?}");
        assert!(
            last <= node.span.start && node.span.end <= outer.span.end,
            "{node:?} in {outer:?}, {shown:?}"
        );
        last = node.span.end;
    };
    for (key, value) in tree.members(id) {
        check(key, true);
        check(value, false);
        let _ = decode(&ours.text, tree.node(key));
    }
    tree.elements(id).for_each(|value| check(value, false));
    tree.members(id)
        .for_each(|(_, value)| nested(ours, tree, value, shown));
    tree.elements(id)
        .for_each(|value| nested(ours, tree, value, shown));
}
