//! Every type with every kind of constraint, as a user may write them: rules that load have findings, and the fast
//! path and the engine agree on them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use geplint::rules::KindOfCheck;
use serde_json::Value;

use crate::bodies::matrix::{KINDS, TYPES, VALUES, judged, loaded, request};

/// With every value, in both combinations or in one of them by turns: each kind meets each type and each value.
fn agrees(both: bool) {
    let mut silent = Vec::new();
    let mut loads = 0;
    for kind in KINDS {
        for ty in TYPES {
            let Some(endpoint) = loaded(ty, kind) else {
                continue;
            };
            loads += 1;
            let mut found = kind.rule.is_empty();
            for (nth, one) in VALUES.iter().enumerate() {
                let others = [*one, "\"A \""];
                for (at, other) in others.into_iter().enumerate() {
                    if both || (nth + loads) % 2 == at {
                        found |= judged(&endpoint, &request(one, other), kind.rule);
                    }
                }
            }
            if !found {
                silent.push(format!("{} with {ty}", kind.name));
            }
        }
    }
    assert!(silent.is_empty(), "they load and never speak: {silent:#?}");
    assert!(loads > 130 && loads < KINDS.len() * TYPES.len(), "{loads}");
}

#[test]
fn rules_that_load_have_findings_and_the_fast_path_agrees() {
    agrees(false);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn the_same_with_every_pair_of_values() {
    agrees(true);
}

/// The kinds of checks are listed in the README of the rules with their own keys, in the schema of rules files, and in
/// the matrix above.
#[test]
fn every_kind_of_check_is_listed() {
    let page = include_str!("../../rules/README.md");
    let schema: Value = serde_json::from_str(include_str!("../../schema/rules.json")).unwrap();
    let schema = &schema["properties"]["checks"]["items"]["properties"];
    let names: Vec<&str> = KindOfCheck::ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(schema["kind"]["enum"], serde_json::json!(names));
    for kind in KindOfCheck::ALL {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` | ", kind.name)));
        let row = row.unwrap_or_else(|| panic!("rules/README.md: no row for {}", kind.name));
        let keys: Vec<String> = kind.own_keys.iter().map(|key| format!("`{key}`")).collect();
        assert!(row.ends_with(&format!("| {} |", keys.join(", "))), "{row}");
        for key in kind.own_keys {
            assert!(schema[*key].is_object(), "schema/rules.json: no key {key}");
        }
        let in_file = format!("kind = \"{}\"", kind.name);
        assert!(
            KINDS.iter().any(|listed| listed.more.contains(&in_file)),
            "fuzz/src/matrix.rs: no {in_file}"
        );
    }
}
