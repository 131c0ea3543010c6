//! The machine-readable report, version 1. Its shape is a promise: fields are only ever added.
//!
//! It has types of its own, so that a change to [`Finding`] is never by accident a change to the format.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

use serde::Serialize;

use super::sanitize::{is_ci_mark, is_unprintable};
use super::source::Source;
use super::{FileReport, Pieces, Problem, Report, Summary, words};
use crate::finding::{Finding, Predicted};
use crate::fix::{self, Edit, Fix};

/// How deep a finding stands in the document.
const INDENT: &str = "\n    ";

/// The report as one JSON document, written as it grows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Report for Json {
    fn write(&self, file: &FileReport<'_>, out: &mut Pieces<'_>) {
        let source = file.source(&file.name);
        let rows = file.findings.iter().map(|finding| Row::new(&source, finding));
        elements(rows, INDENT, out);
    }

    fn open(&self) -> String {
        let tool = concat!("geplint ", env!("CARGO_PKG_VERSION"));
        format!("{{\n  \"version\": 1,\n  \"tool\": \"{tool}\",\n  \"findings\": [")
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn close(&self, summary: &Summary, empty: bool) -> String {
        let end = if empty { "]" } else { "\n  ]" };
        let troubles: Vec<Trouble<'_>> = summary.problems.iter().map(Trouble::new).collect();
        format!(
            "{end},\n  \"problems\": {},\n  \"summary\": {}\n}}\n",
            pretty(&troubles, "\n  "),
            pretty(&Totals::new(summary), "\n  ")
        )
    }
}

/// A finding as it stands in the document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    rule: &'a str,
    severity: &'static str,
    evidence: &'static str,
    endpoint: Option<&'a str>,
    path: &'a str,
    record: Option<u32>,
    record_key: Option<&'a str>,
    pointer: &'a str,
    target: &'static str,
    start: Place,
    end: Place,
    message: &'a str,
    why: &'a str,
    help: &'a str,
    constraint: &'a str,
    source: &'a str,
    related: Option<Related<'a>>,
    predicted: Option<Answer<'a>>,
    fix: Option<Mending>,
}

/// What `--fix` would do about it.
#[derive(Serialize)]
struct Mending {
    safe: bool,
    edits: Vec<Change>,
}

/// Bytes of the file, by their offsets, and what would stand in their place.
#[derive(Serialize)]
struct Change {
    start: u32,
    end: u32,
    text: String,
}

#[derive(Serialize)]
struct Place {
    offset: u32,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    start: Place,
    end: Place,
}

/// The error that is predicted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    key: &'a str,
    error_code: &'a str,
    error_description: &'a str,
    wording: &'static str,
}

/// A file that could not be checked.
#[derive(Serialize)]
struct Trouble<'a> {
    path: &'a str,
    message: &'a str,
}

impl<'a> Trouble<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self {
            path: &problem.path,
            message: &problem.message,
        }
    }
}

#[derive(Serialize)]
struct Totals {
    files: u64,
    records: u64,
    errors: u64,
    warnings: u64,
    fixed: u64,
    suppressed: u64,
    skipped: u64,
}

impl<'a> Row<'a> {
    pub(super) fn new(source: &Source<'a>, finding: &'a Finding) -> Self {
        let endpoint = finding.endpoint.as_ref();
        Self {
            rule: &finding.rule,
            severity: words::severity(finding.severity),
            evidence: words::evidence(finding.evidence),
            endpoint: (!endpoint.is_empty()).then_some(endpoint),
            path: source.name(),
            record: finding.record,
            record_key: finding.record_key.as_deref(),
            pointer: &finding.pointer,
            target: words::target(finding.target),
            start: Place::new(source, finding.span.start),
            end: Place::new(source, finding.span.end),
            message: &finding.message,
            why: &finding.why,
            help: &finding.help,
            constraint: &finding.constraint,
            source: &finding.source,
            related: finding.related.as_deref().map(|(span, message)| Related {
                message,
                start: Place::new(source, span.start),
                end: Place::new(source, span.end),
            }),
            predicted: finding.predicted.as_deref().map(Answer::new),
            fix: fix::of(source.text(), finding).map(Mending::new),
        }
    }
}

impl Mending {
    fn new(fix: Fix) -> Self {
        let change = |edit: Edit| Change {
            start: edit.span.start,
            end: edit.span.end,
            text: edit.text,
        };
        Self {
            safe: fix.safe,
            edits: fix.edits.into_iter().map(change).collect(),
        }
    }
}

impl Place {
    fn new(source: &Source<'_>, offset: u32) -> Self {
        let position = source.position(offset);
        Self {
            offset,
            line: position.line,
            column: position.column,
        }
    }
}

impl<'a> Answer<'a> {
    pub(super) fn new(predicted: &'a Predicted) -> Self {
        Self {
            key: &predicted.key,
            error_code: &predicted.error_code,
            error_description: &predicted.error_description,
            wording: words::wording(predicted.wording),
        }
    }
}

impl Totals {
    const fn new(summary: &Summary) -> Self {
        Self {
            files: summary.files,
            records: summary.records,
            errors: summary.errors,
            warnings: summary.warnings,
            fixed: summary.fixed,
            suppressed: summary.suppressed,
            skipped: summary.skipped,
        }
    }
}

/// A value in two-space style, its further lines behind `indent`.
pub(crate) fn pretty<T: Serialize>(value: &T, indent: &str) -> String {
    let (mut out, mut scratch) = (String::new(), Vec::new());
    indented(value, indent, &mut scratch, &mut out);
    out
}

/// The same, behind what is there; `scratch` is used again and again.
fn indented<T: Serialize>(value: &T, line: &str, scratch: &mut Vec<u8>, out: &mut String) {
    scratch.clear();
    // Strings, numbers and structs of them always serialise.
    let _ = serde_json::to_writer_pretty(Indented { out: scratch, line }, value);
    push(scratch, out);
}

/// A value on one line.
pub(super) fn compact<T: Serialize>(value: &T, scratch: &mut Vec<u8>, out: &mut String) {
    scratch.clear();
    let _ = serde_json::to_writer(&mut *scratch, value);
    push(scratch, out);
}

/// What has been serialised is UTF-8.
fn push(json: &[u8], out: &mut String) {
    out.push_str(&harmless(str::from_utf8(json).unwrap_or_default()));
}

/// Sends every line further in: of what serialises as JSON, only the lines of the layout have ends.
struct Indented<'o> {
    out: &'o mut Vec<u8>,
    /// What every line begins with, the end of the one before it included.
    line: &'o str,
}

impl io::Write for Indented<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (index, part) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                self.out.extend_from_slice(self.line.as_bytes());
            }
            self.out.extend_from_slice(part);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The elements of a list, each on lines of its own.
pub(super) fn elements<T: Serialize>(values: impl Iterator<Item = T>, indent: &str, out: &mut Pieces<'_>) {
    let (mut comma, mut scratch) = ("", Vec::new());
    for value in values {
        let Some(out) = out.room() else { return };
        out.push_str(std::mem::replace(&mut comma, ","));
        out.push_str(indent);
        indented(&value, indent, &mut scratch, out);
    }
}

/// Escapes what JSON allows raw but a terminal or a CI log should not meet; the document means the same.
///
/// Such characters can stand in strings only, where `\u` is always allowed.
fn harmless(json: &str) -> Cow<'_, str> {
    let plain = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    // All bytes are looked at, whatever the first ones are: that is done many at a time.
    if json.bytes().fold(true, |all, byte| all & plain(byte)) && !json.contains("##") {
        return Cow::Borrowed(json);
    }
    let suspect = |c: char| c != '\n' && is_unprintable(c);
    if !json.contains("##") && !json.chars().any(suspect) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for (at, c) in json.char_indices() {
        if suspect(c) || is_ci_mark(&json.as_bytes()[at..]) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `serde_json` does it, but further in.
    #[test]
    fn lines_are_indented() {
        let value = serde_json::json!({
            "a": [], "b": {}, "c": [1, [2, []], {"d": null}], "e": {"f": {"g": "\n"}, "h": [{}]}, "i": 1.5
        });
        let usual = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(pretty(&value, "\n"), usual);
        assert_eq!(pretty(&value, "\n    "), usual.replace('\n', "\n    "));
    }

    #[test]
    fn what_is_escaped_reads_back_the_same() {
        let text = "\u{9b}31m\u{7f}\u{202e}\u{e0041}##[error] ##vso[x] \u{1b} é \u{1f600}";
        let json = pretty(&text, "\n");
        assert!(!json.chars().any(is_unprintable), "{json}");
        assert!(!json.contains("##["), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
