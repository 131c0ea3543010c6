//! Whole bodies, of valid and of invalid JSON, with the observed outcome of the platform's reader.
//!
//! Each line of `testdata/binding/bodies.tsv` has a body and its outcomes with non-nullable and with nullable
//! properties. The first rows are the smallest body of each kind of deviation, in each place where it matters.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use geplint::finding::{Finding, Phase, Severity};
use geplint::rules::{Endpoint, builtin, load};
use geplint::tenant::Tenant;
use geplint::{json, lint};

/// A body, and the first message with plain and with nullable types; `None` if it binds.
struct Row {
    endpoint: String,
    body: String,
    plain: Option<String>,
    nullable: Option<String>,
}

/// Resolves the escapes `\\` (a backslash) and `\u{A0}` (a character).
fn unescaped(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, tail)) = rest.split_once('\\') {
        out.push_str(before);
        rest = if let Some(tail) = tail.strip_prefix('\\') {
            out.push('\\');
            tail
        } else {
            let (code, tail) = tail.strip_prefix("u{").unwrap().split_once('}').unwrap();
            out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
            tail
        };
    }
    out + rest
}

fn rows() -> Vec<Row> {
    let text = include_str!("../../testdata/binding/bodies.tsv");
    let sentence = |outcome: &str, sentence: &str| (outcome == "error").then(|| unescaped(sentence));
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [endpoint, body, plain, why, nullable, why_nullable] = cells.try_into().unwrap();
            Row {
                endpoint: endpoint.to_owned(),
                body: unescaped(body),
                plain: sentence(plain, why),
                nullable: sentence(nullable, why_nullable),
            }
        })
        .collect()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// True if the outcome cannot be predicted from the body: the platform refuses some numbers, and some names of an enum,
/// for reasons that a body does not show.
fn is_open(finding: &Finding) -> bool {
    finding.rule == "list-for-object"
        || finding.rule == "unlisted-value"
        || (finding.rule == "does-not-convert" && finding.severity == Severity::Warning)
}

/// Compares the findings for a body with the observed outcome.
///
/// Errors: a description of the difference.
fn judge(row: &Row, findings: &[Finding]) -> Result<(), String> {
    let syntax = |finding: &&Finding| {
        let detail = finding.syntax.map(|syntax| syntax.detail);
        detail.is_some_and(|detail| detail != "lone-surrogate")
    };
    if let Some(finding) = findings.iter().find(syntax) {
        let accepts = finding.syntax.and_then(|syntax| syntax.reader_accepts);
        let wanted = match (&row.plain, &row.nullable) {
            (None, None) => Some(true),
            (Some(_), Some(_)) => Some(false),
            _ => None,
        };
        if accepts != wanted && accepts.is_some() {
            return Err(format!("accepts: {accepts:?} instead of {wanted:?}"));
        }
        if accepts != wanted && !row.body.contains("\"$ref\"") && !findings.iter().any(is_open) {
            return Err(format!("accepts: not known instead of {wanted:?}"));
        }
    }
    if findings
        .iter()
        .any(|finding| finding.makes_unreadable() || is_open(finding))
    {
        return Ok(());
    }
    let refused = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.phase == Phase::Bind)
        .min_by_key(|finding| finding.span)
        .map(|finding| finding.predicted.as_ref().unwrap().error_description.to_string());
    match (&row.nullable, &refused, &row.plain) {
        (Some(wanted), Some(ours), _) if first_line(wanted) == first_line(ours) => Ok(()),
        (Some(wanted), ours, _) => Err(format!("{ours:?} instead of {wanted:?}")),
        (None, Some(ours), _) => Err(format!("refused: {ours}")),
        (None, None, None) => Ok(()),
        (None, None, Some(wanted)) => {
            let warns = |finding: &Finding| {
                finding.rule == "not-nullable" && finding.why.contains(first_line(wanted))
            };
            if findings.iter().any(warns) {
                Ok(())
            } else {
                Err(format!("no warning with {wanted:?}"))
            }
        }
    }
}

#[test]
fn every_observed_body_has_its_observed_outcome() {
    let types = load(include_str!("../../testdata/binding/types.toml")).unwrap();
    let mut wrong = Vec::new();
    let rows = rows();
    for row in &rows {
        let endpoint: &Endpoint = if row.endpoint == "types" {
            &types
        } else {
            builtin(&row.endpoint).unwrap()
        };
        let (text, errors) = json::text(row.body.as_bytes());
        let findings = lint::check(&text, errors, endpoint, &Tenant::default(), false).findings;
        if let Err(how) = judge(row, &findings) {
            wrong.push(format!("{} {:?}\n    {how}", row.endpoint, row.body));
        }
    }
    assert!(rows.len() > 1000, "only {} rows", rows.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}
