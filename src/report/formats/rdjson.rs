//! reviewdog's format: `reviewdog -f=rdjson` comments on pull requests of many forges.

use serde::Serialize;

use super::json::elements;
use crate::finding::{Finding, Severity};
use crate::report::markdown::inert;
use crate::report::{Chunks, FileReport, Report, Summary, common};
use crate::repository_url::rule_url;
use crate::source::{Position, Source};

const INDENT: &str = "\n    ";

/// One `DiagnosticResult`. Columns are bytes of UTF-8, and ends are exclusive, as the format requires.
#[derive(Debug, Clone, Copy, Default)]
pub struct RdJson;

impl Report for RdJson {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let diagnostic = |finding| Diagnostic::new(&source, finding);
        elements(file.findings.iter().map(diagnostic), INDENT, out);
    }

    fn open(&self) -> String {
        "{\n  \"source\": {\n    \"name\": \"geplint\"\n  },\n  \"diagnostics\": [".to_owned()
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn close(&self, _summary: &Summary, empty: bool) -> String {
        if empty { "]\n}\n" } else { "\n  ]\n}\n" }.to_owned()
    }
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl<'a> Diagnostic<'a> {
    fn new(source: &Source<'a>, finding: &'a Finding) -> Self {
        let [start, end] = common::ends(source, common::mark(finding));
        Self {
            // reviewdog posts the message as a comment.
            message: inert(&common::sentence(finding)),
            location: Location {
                path: common::local(source.name()),
                range: Range { start, end },
            },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Advice => "INFO",
            },
            code: Code {
                value: &finding.rule,
                url: rule_url(&finding.rule),
            },
        }
    }
}
