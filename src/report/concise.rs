//! One line a finding, as compilers print it and editors read it.

use std::borrow::Cow;
use std::fmt::Write;

use super::look::Palette;
use super::sanitize::escape;
use super::source::{Position, Source};
use super::{FileReport, Report, words};
use crate::finding::{Finding, Severity};
use crate::fix;

/// `path:line:column: error[rule]: message`, and then `(--fix)` where that would mend it.
#[derive(Debug)]
pub struct Concise {
    palette: Palette,
}

impl Concise {
    /// The report in some colours, or none.
    pub const fn new(palette: Palette) -> Self {
        Self { palette }
    }
}

impl Report for Concise {
    fn render(&self, file: &FileReport<'_>) -> String {
        let mut out = String::with_capacity(file.findings.len() * 128);
        let name = escape(&file.name);
        // A file named `:` would begin its lines as commands to CI runners do.
        let name = if name == ":" {
            Cow::Borrowed("\\u{3a}")
        } else {
            name
        };
        let source = Source::new(&name, file.text);
        for finding in &file.findings {
            line(&mut out, &source, finding, self.palette);
        }
        out
    }
}

/// Writes the line of one finding; the source's name has to be escaped already.
pub(super) fn line(out: &mut String, source: &Source<'_>, finding: &Finding, palette: Palette) {
    let Position { line, column } = source.position(finding.span.start);
    let head = format!("{}[{}]", words::severity(finding.severity), escape(&finding.rule));
    let message = escape(&finding.message);
    let fix = match fix::of(source.text(), finding) {
        Some(fix) => format!(" ({})", words::remedy(fix.safe)),
        None => String::new(),
    };
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:{line}:{column}: ", palette.strong(source.name()));
    let _ = match finding.severity {
        Severity::Error => writeln!(out, "{}: {message}{fix}", palette.error(head)),
        Severity::Warning => writeln!(out, "{}: {message}{fix}", palette.warning(head)),
    };
}
