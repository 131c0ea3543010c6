//! Every type with every kind of constraint, as a user may write them: rules that load have findings, and the fast
//! path and the engine agree on them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

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
