//! Every type with every kind of constraint, as a user may write them: rules that load have findings, and the fast
//! path and the engine agree on them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use crate::bodies::matrix::{KINDS, TYPES, VALUES, judged, loaded, request};

#[test]
fn rules_that_load_have_findings_and_the_fast_path_agrees() {
    let mut silent = Vec::new();
    let mut loads = 0;
    for kind in KINDS {
        for ty in TYPES {
            let Some(endpoint) = loaded(ty, kind) else {
                continue;
            };
            loads += 1;
            let mut found = kind.rule.is_empty();
            for one in VALUES {
                for other in [one, "\"A \""] {
                    found |= judged(&endpoint, &request(one, other), kind.rule);
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
