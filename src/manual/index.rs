//! The list of all pages.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::markdown::{MADE, escaped};
use super::{Example, constraint_list};
use crate::finding::Evidence;
use crate::rules::{Endpoint, RuleText};

/// Returns the index of the pages as Markdown.
pub fn index(rules: &[RuleText], endpoints: &[&Endpoint]) -> String {
    let mut out = format!(
        "{MADE}# The rules\n\nA page for each. `geplint explain RULE` prints the same in a terminal. An error predicts a 400, \
         or the file is not\nvalid JSON; a rule may be an error for one property and a warning for another. Evidence: \
         [evidence.md](../evidence.md).\n\n| rule | severity | evidence | |\n|---|---|---|---|\n"
    );
    for rule in rules {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| [{id}]({id}.md) | {} | {} | {} |",
            rule.severity.word(),
            evidence(rule, endpoints),
            escaped(&rule.title),
            id = rule.id
        );
    }
    out
}

/// Returns the evidence of the rule's rows, or of its example; the strongest first.
fn evidence(rule: &RuleText, endpoints: &[&Endpoint]) -> String {
    const ALL: [Evidence; 4] = [
        Evidence::Response,
        Evidence::Table,
        Evidence::Inferred,
        Evidence::Contradicted,
    ];
    let rows = endpoints
        .iter()
        .flat_map(|endpoint| constraint_list::of(&rule.id, endpoint))
        .map(|row| row.evidence);
    let mut found: BTreeSet<Evidence> = rows.collect();
    if found.is_empty() {
        let example = Example::of(rule, endpoints);
        found.extend(example.and_then(|example| example.finding(&rule.id).map(|finding| finding.evidence)));
        // A finding about the bytes of a file has no example to print; no table mentions it.
        if found.is_empty() {
            found.insert(Evidence::Inferred);
        }
    }
    let known = ALL.into_iter().filter(|evidence| found.contains(evidence));
    known.map(Evidence::word).collect::<Vec<_>>().join(", ")
}
