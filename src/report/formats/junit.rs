//! JUnit XML: a suite for each file, so that CI servers list the checked and the failed files.

use std::fmt::Write;

use crate::finding::{Finding, Severity};
use crate::report::xml::{DECLARATION, escape};
use crate::report::{Chunks, FileReport, Report, Summary, common};
use crate::source::{Position, Source};

/// A test for each finding; a clean file is one passed test.
#[derive(Debug, Clone, Copy, Default)]
pub struct JUnit {
    strict: bool,
}

impl JUnit {
    /// Returns the report. Errors are failures and, if `strict`, warnings are, too. Other findings are passed tests
    /// with output.
    pub const fn new(strict: bool) -> Self {
        Self { strict }
    }

    const fn fails(self, finding: &Finding) -> bool {
        match finding.severity {
            Severity::Error => true,
            Severity::Warning => self.strict,
            Severity::Advice => false,
        }
    }

    fn case(self, out: &mut String, source: &Source<'_>, finding: &Finding) {
        let Position { line, column } = source.position(finding.span.start);
        let kind = finding.severity.word();
        let place = format!("{}:{line}:{column}", common::local(source.name()));
        let name = escape(&format!("{} at {line}:{column}", finding.rule));
        let message = escape(&common::problem(finding));
        let text = escape(&body(&place, finding)).replace("&#10;", "\n");
        let class = escape(common::local(source.name()));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{class}\">");
        let _ = if self.fails(finding) {
            writeln!(
                out,
                "      <failure message=\"{message}\" type=\"{kind}\">{text}</failure>"
            )
        } else {
            writeln!(out, "      <system-out>{kind}: {text}</system-out>")
        };
        out.push_str("    </testcase>\n");
    }
}

/// Returns all data of a finding, one item a line. Text from the file never has several lines, and never begins a
/// line.
fn body(place: &str, finding: &Finding) -> String {
    let one_line = |text: &str| text.replace(['\n', '\r'], " ");
    let mut text = format!("{}: {}", one_line(place), one_line(&common::problem(finding)));
    for (word, note) in [
        ("at", finding.pointer.as_str()),
        ("why", &finding.why),
        ("help", &common::help(finding)),
    ] {
        if !note.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{word}: {}", one_line(note));
        }
    }
    text
}

impl Report for JUnit {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let name = common::local(&file.name);
        let name = match file.request_name() {
            Some(request) => escape(&format!("{name} ({request})")),
            None => escape(name),
        };
        let failures = file.findings.iter().filter(|finding| self.fails(finding)).count();
        let tests = file.findings.len().max(1);
        if let Some(out) = out.buffer() {
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
            );
            if file.findings.is_empty() {
                let _ = writeln!(out, "    <testcase name=\"no problems\" classname=\"{name}\"/>");
            }
        }
        for finding in file.findings.iter() {
            let Some(out) = out.buffer() else { return };
            self.case(out, &source, finding);
        }
        if let Some(out) = out.buffer() {
            out.push_str("  </testsuite>\n");
        }
    }

    fn open(&self) -> String {
        format!("{DECLARATION}<testsuites name=\"geplint\">\n")
    }

    fn close(&self, summary: &Summary, _empty: bool) -> String {
        // CI servers treat a report without tests as an error.
        let nothing = if summary.files == 0 && summary.problems.is_empty() {
            "  <testsuite name=\"geplint\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n    \
             <testcase name=\"nothing to check\" classname=\"geplint\"/>\n  </testsuite>\n"
        } else {
            ""
        };
        format!("{nothing}</testsuites>\n")
    }
}
