//! GitLab's Code Quality report, shown in merge requests.

use serde::Serialize;

use super::json::elements;
use crate::finding::{Finding, Severity};
use crate::report::common::Fingerprints;
use crate::report::markdown::inert;
use crate::report::{Chunks, FileReport, Report, Summary, common};
use crate::source::Source;

const INDENT: &str = "\n  ";

/// One array of findings.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitLab;

impl Report for GitLab {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let mut prints = Fingerprints::of(file.request_name());
        let issue = |finding| Issue::new(&source, finding, &mut prints);
        elements(file.findings.iter().map(issue), INDENT, out);
    }

    fn open(&self) -> String {
        "[".to_owned()
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn close(&self, _summary: &Summary, empty: bool) -> String {
        if empty { "]\n" } else { "\n]\n" }.to_owned()
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl<'a> Issue<'a> {
    /// GitLab treats issues with the same fingerprint as one, so the path is part of it.
    fn new(source: &Source<'a>, finding: &'a Finding, prints: &mut Fingerprints<'a>) -> Self {
        let path = common::local(source.name());
        Self {
            description: inert(&common::sentence(finding)),
            check_name: &finding.rule,
            fingerprint: prints.by_key(path, finding),
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Advice => "info",
            },
            location: Location {
                path,
                lines: Lines {
                    begin: source.position(finding.span.start).line,
                },
            },
        }
    }
}
