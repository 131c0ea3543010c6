//! Compares the reader's walk with the engine, for the bytes and for a body composed from them, with many repeated
//! names, `$` names and unusual values.
//!
//! For valid JSON both have the same result. JSON with deviations that the reader accepts everywhere is accepted or
//! refused like the JSON that it was made from.

use geplint::finding::{Finding, Phase, Severity};
use geplint::json;
use geplint::lint;
use geplint::rules::{Endpoint, Table, Type};
use geplint::tenant::Tenant;

use super::shared::{endpoints, hold_together, likely, pick, unknown_tenant};

/// Values for any place: what fits one type is wrong for another.
const VALUES: &[&str] = &[
    "\"a\"",
    "\"\"",
    "null",
    "true",
    "\"true\"",
    "\"yes\"",
    "1",
    "1.5",
    "1e3",
    "-0",
    "99999999999",
    "[]",
    "{}",
    "[null]",
    "[{}]",
    "[\"a\"]",
    "{\"a\":1}",
    "\"2020-01-21\"",
    "\"2020-01-21T24:00:00+05:30\"",
    "\"/Date(0)/\"",
    "\"/Date(253402300800000)/\"",
    "\"HOME\"",
    "1e400",
    "\"12 \"",
    "\"1,5\"",
];

/// Members that the reader itself interprets.
const OWN: &[&str] = &[
    "\"$id\":\"1\"",
    "\"$id\":\"2\"",
    "\"$id\":{}",
    "\"$type\":\"T\"",
    "\"$type\":null",
    "\"$ref\":\"1\"",
    "\"$ref\":null",
    "\"$ref\":\"/Date(0)/\"",
    "\"$values\":[]",
    "\"$values\":1",
    "\"$values\":{}",
    "\"$value\":1",
];

/// Checks the bytes, and a body composed from them.
pub fn run(data: &[u8]) {
    for endpoint in likely(data) {
        agree(data, endpoint, unknown_tenant());
    }
    let endpoints = endpoints();
    let endpoint = endpoints[pick(data, endpoints.len())];
    let mut choices = Choices { data, at: 0 };
    let mut body = String::from("[");
    object(&mut choices, endpoint, endpoint.record_table(), 0, &mut body);
    body.push(']');
    agree(body.as_bytes(), endpoint, unknown_tenant());
    bent(&mut choices, &body, endpoint);
}

/// The bytes as a sequence of choices; after their end, every choice is the first.
struct Choices<'d> {
    data: &'d [u8],
    at: usize,
}

impl Choices<'_> {
    fn below(&mut self, limit: usize) -> usize {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % limit.max(1)
    }

    fn of<'p>(&mut self, pieces: &[&'p str]) -> &'p str {
        pieces[self.below(pieces.len())]
    }
}

fn object(choices: &mut Choices<'_>, endpoint: &Endpoint, table: &Table, depth: usize, out: &mut String) {
    out.push('{');
    let mut before = None;
    for index in 0..choices.below(if depth < 4 { 5 } else { 2 }) {
        if index > 0 {
            out.push(',');
        }
        match choices.below(8) {
            0 => out.push_str(choices.of(OWN)),
            1 => {
                out.push_str("\"zzz\":");
                out.push_str(choices.of(VALUES));
            }
            // The same name again.
            2 | 3 if before.is_some() => member(choices, endpoint, table, before.unwrap_or(0), depth, out),
            _ => {
                let row = choices.below(table.properties.len());
                before = Some(row);
                member(choices, endpoint, table, row, depth, out);
            }
        }
    }
    out.push('}');
}

fn member(
    choices: &mut Choices<'_>,
    endpoint: &Endpoint,
    table: &Table,
    row: usize,
    depth: usize,
    out: &mut String,
) {
    let property = &table.properties[row];
    out.push('"');
    out.push_str(&property.name);
    out.push_str("\":");
    match property.ty {
        Type::Object(id) if choices.below(4) > 0 => {
            object(choices, endpoint, endpoint.table(id), depth + 1, out);
        }
        Type::ObjectList(id) if choices.below(4) > 0 => {
            out.push('[');
            object(choices, endpoint, endpoint.table(id), depth + 1, out);
            out.push(']');
        }
        _ => out.push_str(choices.of(VALUES)),
    }
}

fn refuses(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.phase == Phase::Bind
}

/// Asserts that the engine and the walk have the same result.
fn agree(data: &[u8], endpoint: &Endpoint, tenant: &Tenant) {
    let (text, errors) = json::text(data);
    if !errors.is_empty() {
        return;
    }
    let checked = lint::check(&text, errors, endpoint, tenant, false);
    hold_together(data, &checked);
    // Lone surrogates are reported by the engine only; every other syntax error makes the text invalid JSON.
    let broken = |finding: &Finding| {
        finding
            .syntax
            .is_some_and(|syntax| syntax.detail != "lone-surrogate")
    };
    if checked.findings.iter().any(broken) {
        return;
    }
    let reading = lint::read_through(&text, endpoint, tenant);
    let first = checked
        .findings
        .iter()
        .filter(|finding| refuses(finding))
        .min_by_key(|finding| finding.span);
    let ours = first.and_then(|finding| finding.predicted.as_ref());
    assert_eq!(
        ours.map(|predicted| &*predicted.error_description),
        reading.sentence(),
        "{text}"
    );
    assert_eq!(first.is_some(), reading.accepts() == Some(false), "{text}");
}

/// Makes changes to the body that the reader accepts everywhere: the result stays the same.
fn bent(choices: &mut Choices<'_>, body: &str, endpoint: &Endpoint) {
    let straight = lint::read_through(body, endpoint, unknown_tenant());
    let mut text = body.to_owned();
    match choices.below(5) {
        0 if !body.contains(['\'', '\\']) => text = text.replace('"', "'"),
        1 => text = text.replace('}', ",}").replace("{,}", "{}"),
        2 => text = text.replace(':', ":\u{a0}").replace(',', "\0,"),
        3 => text.push_str(" [1"),
        _ => text.insert_str(0, "/* */ // x\n"),
    }
    let bent = lint::read_through(&text, endpoint, unknown_tenant());
    // Within strings, whitespace and quotes have another meaning.
    if body.contains("\"/Date(") || body.contains("T24:") {
        return;
    }
    assert_eq!(bent.accepts(), straight.accepts(), "{text}");
    let (read, errors) = json::text(text.as_bytes());
    for finding in lint::check(&read, errors, endpoint, unknown_tenant(), false).findings {
        if let Some(syntax) = finding.syntax {
            assert_eq!(syntax.reader_accepts, straight.accepts(), "{text}");
        }
    }
}
