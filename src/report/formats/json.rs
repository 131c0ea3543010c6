//! The JSON report, version 1. Within a version, fields are only added.
//!
//! It has separate types, so that a change of [`Finding`] never changes the format by accident.

use serde::Serialize;

use crate::finding::{Finding, Predicted};
use crate::fix::{self, Edit, Fix};
use crate::json::{indented, pretty};
use crate::report::{Chunks, FileReport, Report, Summary, labels};
use crate::source::Source;

/// The indentation of a finding in the document.
const INDENT: &str = "\n    ";

/// The report as one JSON document, written incrementally.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Report for Json {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let rows = file
            .findings
            .iter()
            .map(|finding| Row::new(&source, file.request_name(), finding));
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
        format!(
            "{end},\n  \"checked\": {},\n  \"problems\": {},\n  \"summary\": {}\n}}\n",
            pretty(&summary.checked, "\n  "),
            pretty(&summary.problems, "\n  "),
            pretty(summary, "\n  ")
        )
    }
}

/// Returns the findings of a text as rows of the document, in order.
#[cfg(feature = "serve")]
pub fn rows<'a>(source: &Source<'a>, findings: &'a [Finding]) -> Vec<impl Serialize + use<'a>> {
    findings
        .iter()
        .map(|finding| Row::new(source, None, finding))
        .collect()
}

/// A finding as a row of the document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    rule: &'a str,
    severity: &'static str,
    evidence: &'static str,
    endpoint: Option<&'a str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
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
    masked: bool,
    fix: Option<FixChange>,
    #[serde(flatten)]
    syntax: Option<Mistake>,
}

/// The details of a syntax error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mistake {
    detail: &'static str,
    reader_accepts: Option<bool>,
}

/// The changes that `--fix` would make.
#[derive(Serialize)]
struct FixChange {
    safe: bool,
    edits: Vec<Change>,
}

/// A range of bytes in the file, and its replacement.
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

/// The predicted error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    key: &'a str,
    error_code: &'a str,
    error_description: &'a str,
    wording: &'static str,
}

impl<'a> Row<'a> {
    pub(super) fn new(source: &Source<'a>, request: Option<&'a str>, finding: &'a Finding) -> Self {
        let endpoint = finding.endpoint.as_ref();
        Self {
            rule: &finding.rule,
            severity: finding.severity.word(),
            evidence: finding.evidence.word(),
            endpoint: (!endpoint.is_empty()).then_some(endpoint),
            path: source.name(),
            request,
            record: finding.record,
            record_key: finding.record_key.as_deref(),
            pointer: &finding.pointer,
            target: labels::target(finding.target),
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
            masked: finding.masked.is_some(),
            fix: fix::of(source.text(), finding).map(FixChange::new),
            syntax: finding.syntax.map(|syntax| Mistake {
                detail: syntax.detail,
                reader_accepts: syntax.reader_accepts,
            }),
        }
    }
}

impl FixChange {
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
            wording: predicted.wording.word(),
        }
    }
}

/// Writes the elements of an array, each on separate lines.
pub(super) fn elements<T: Serialize>(values: impl Iterator<Item = T>, indent: &str, out: &mut Chunks<'_>) {
    let (mut comma, mut scratch) = ("", Vec::new());
    for value in values {
        let Some(out) = out.buffer() else { return };
        out.push_str(std::mem::replace(&mut comma, ","));
        out.push_str(indent);
        indented(&value, indent, &mut scratch, out);
    }
}
