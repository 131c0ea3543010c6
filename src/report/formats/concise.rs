//! One line per finding, in a form that editors parse: position, rule, pointer, record, message and suggestion.

use std::borrow::Cow;
use std::fmt::Write;

use crate::finding::Finding;
use crate::fix;
use crate::report::style::Palette;
use crate::report::{Chunks, FileReport, Report, labels};
use crate::sanitize::escape;
use crate::source::{Position, Source};

/// `path:line:column: error[rule] /pointer (record): message`, and then `(--fix)` if there is a fix.
#[derive(Debug)]
pub struct Concise {
    palette: Palette,
}

impl Concise {
    /// Returns the report with these colours.
    pub const fn new(palette: Palette) -> Self {
        Self { palette }
    }
}

impl Report for Concise {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let name = escape(&file.name);
        // The lines of a file named `:` would look like commands to CI runners.
        let name = if name == ":" {
            Cow::Borrowed("\\u{3a}")
        } else {
            name
        };
        let source = file.source(&name);
        for finding in file.findings.iter() {
            let Some(out) = out.buffer() else { return };
            line(out, &source, finding, self.palette);
        }
    }
}

/// Writes the line of one finding. The source's name must already be escaped.
pub(in crate::report) fn line(out: &mut String, source: &Source<'_>, finding: &Finding, palette: Palette) {
    let Position { line, column } = source.position(finding.span.start);
    let head = format!("{}[{}]", finding.severity.word(), escape(&finding.rule));
    // Writing to a string cannot fail.
    let _ = write!(out, "{}:{line}:{column}: ", palette.strong(source.name()));
    let _ = write!(out, "{}", palette.severity(finding.severity, head));
    if !finding.pointer.is_empty() {
        let _ = write!(out, " {}", escape(&finding.pointer));
    }
    if let Some(key) = finding.record_key.as_deref().filter(|key| !key.is_empty()) {
        let _ = write!(out, " ({})", escape(key));
    }
    let _ = write!(out, ": {}", escape(&finding.short_message()));
    if let Some((place, what)) = finding
        .related
        .as_deref()
        .filter(|(_, what)| !what.is_empty() && !finding.is_pair())
    {
        let Position { line, column } = source.position(place.start);
        let _ = write!(out, " ({}: {line}:{column})", escape(what));
    }
    if let Some(fix) = fix::of(source.text(), finding) {
        let _ = write!(out, " ({})", labels::fix_kind(fix.safe));
    }
    out.push('\n');
}
