//! Sends every observed case of the platform's conversion through the whole engine.
//!
//! `crates/dotnet-bind/testdata/*.tsv` has the observed behaviour of the platform. It is not known which properties
//! are nullable, so a case whose outcome depends on that has to be reported as a warning that quotes the platform's
//! message.

use std::collections::BTreeMap;
use std::path::Path;

use geplint::finding::{Finding, Phase, Severity};
use geplint::rules::{Endpoint, load};
use geplint::tenant::Tenant;
use geplint::{json, lint};

/// The platform's outcome for one literal: for the plain type, and for the nullable one if there is one.
#[derive(Default)]
struct Case {
    plain: Option<Result<(), String>>,
    nullable: Option<Result<(), String>>,
}

#[test]
fn the_engine_agrees_with_every_observed_case() {
    let types = load(include_str!("../../testdata/binding/types.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in ["coercion.tsv", "observed.tsv"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("crates/dotnet-bind/testdata")
            .join(file);
        for ((ty, literal), case) in cases(&std::fs::read_to_string(path).unwrap()) {
            count += 1;
            if let Err(how) = judge(&types, &ty, &literal, &case) {
                wrong.push(format!("{file}: {ty} {literal}: {how}"));
            }
        }
    }
    assert!(count > 1500, "only {count} cases were read");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn cases(text: &str) -> BTreeMap<(String, String), Case> {
    let mut cases: BTreeMap<(String, String), Case> = BTreeMap::new();
    for line in text.lines().skip(1).filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [ty, literal, outcome, _, message] = cells.try_into().unwrap_or_default();
        let outcome = if outcome == "ok" {
            Ok(())
        } else {
            Err(expanded(message))
        };
        let case = cases
            .entry((ty.trim_end_matches('?').to_owned(), expanded(literal)))
            .or_default();
        if ty.ends_with('?') {
            case.nullable = Some(outcome);
        } else {
            case.plain = Some(outcome);
        }
    }
    cases
}

/// Expands the notation of the tables: `1<0 x 400>` is a run of 400 zeros, `<U+0000>` a raw character.
fn expanded(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let inner = rest.find('>').map_or("", |close| &rest[1..close]);
        let run = inner
            .split_once(" x ")
            .and_then(|(what, times)| Some(what.repeat(times.parse().ok()?)));
        let raw = inner
            .strip_prefix("U+")
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        if let Some(text) = run.or_else(|| raw.map(String::from)) {
            out.push_str(&text);
            rest = &rest[inner.len() + 2..];
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out + rest
}

fn judge(types: &Endpoint, ty: &str, literal: &str, case: &Case) -> Result<(), String> {
    let body = format!("[{{\"{ty}\": {literal}}}]");
    let (text, errors) = json::text(body.as_bytes());
    let findings = lint::check(&text, errors, types, &Tenant::default(), false).findings;
    // A null element binds; the service checks it later.
    let refused = findings
        .iter()
        .find(|finding| finding.severity == Severity::Error && finding.phase == Phase::Bind);
    // Some literals were observed with only one of the two types.
    let plain = case.plain.as_ref().or(case.nullable.as_ref()).ok_or("no row")?;
    let both = case
        .nullable
        .as_ref()
        .is_none_or(|nullable| nullable.is_ok() == plain.is_ok());
    match (plain, refused) {
        // The inner boolean of the observed object is not nullable; that of the real API may be.
        (Err(message), None) if !both || case.nullable.is_none() => warns(&findings, message),
        (Err(message), Some(finding)) if both => same_sentence(message, finding),
        (Ok(()), None) => Ok(()),
        (Err(message), None) => Err(format!("converts, expected: {message}")),
        (_, Some(finding)) => Err(format!("refused: {}", sentence(finding))),
    }
}

fn warns(findings: &[Finding], message: &str) -> Result<(), String> {
    let warned = findings
        .iter()
        .any(|finding| finding.rule == "not-nullable" && nameless(&finding.why).contains(message));
    if warned {
        Ok(())
    } else {
        Err(format!("no not-nullable warning with: {message}"))
    }
}

fn sentence(finding: &Finding) -> String {
    finding
        .predicted
        .as_ref()
        .map_or_else(String::new, |predicted| predicted.error_description.to_string())
}

fn same_sentence(message: &str, finding: &Finding) -> Result<(), String> {
    let predicted = finding.predicted.as_ref().ok_or("no prediction")?;
    if predicted.key != "Model Validation" || !predicted.error_code.is_empty() {
        return Err(format!("answered as {predicted:?}"));
    }
    let ours = nameless(&predicted.error_description);
    if ours == plain_name(message) {
        Ok(())
    } else {
        Err(format!("\n  ours {ours}\n  seen {message}"))
    }
}

/// Removes type names: those of geplint are guesses, and the observed ones are of another program.
fn nameless(text: &str) -> String {
    const LIST: &str = "'System.Collections.Generic.List`1";
    [
        "'Thing'",
        "'Activities'",
        &format!("{LIST}[System.String]'"),
        &format!("{LIST}[Thing]'"),
    ]
    .iter()
    .fold(text.to_owned(), |text, name| text.replace(name, "'<CLR type>'"))
}

/// Rewrites the name of a nullable type, which the converter formats differently, as that of the plain type. It is not
/// known which of the two a property has.
fn plain_name(message: &str) -> String {
    message.replacen("System.Nullable`1[", "", 1).replacen(
        "]'",
        "'",
        usize::from(message.contains("Nullable")),
    )
}
