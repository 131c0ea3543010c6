//! Compares the reader with `serde_json`: the same verdict and the same values.

use geplint::json::{JsonKind, NodeId, Tree, decode};
use serde_json::Value;

#[path = "../../tests/it/support/json.rs"]
pub mod support;

use support::{Read, read};

/// Reads the bytes twice.
pub fn run(data: &[u8]) {
    compare(data);
}

/// Compares one document; true if it is valid.
pub fn compare(bytes: &[u8]) -> bool {
    let shown = String::from_utf8_lossy(bytes);
    let ours = read(bytes);
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Strict like `RawValue`: the text first, since a lone surrogate is valid JSON, but not a Rust string.
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
    // serde_json has two limits: numbers beyond a double, and 128 levels.
    let beyond = theirs.as_ref().is_err_and(|error| {
        let error = error.to_string();
        error.contains("out of range") || error.contains("recursion limit")
    });
    assert!(
        beyond || ours.is_valid() == theirs.is_ok(),
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
            // serde_json keeps the last of several members with the same name.
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

/// Asserts for any document that spans are inside the text and in each other, and that nodes are properly nested.
fn check_spans(ours: &Read, shown: &str) {
    let length = ours.text.len();
    for error in &ours.errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        // In a file of another encoding or format no text is read: positions are those of the bytes.
        let inside = end <= length || ours.text.is_empty();
        assert!(start <= end && inside, "{error:?} in {shown:?}");
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
