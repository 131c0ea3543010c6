//! Workflow commands: GitHub shows each finding beside the line it is about.

use std::fmt::Write;

use crate::finding::Finding;
use crate::report::{Chunks, FileReport, Report, Summary, common, labels};
use crate::sanitize::{chars, escape};
use crate::source::{Position, Source};

/// How many annotations of one kind GitHub shows of one step.
const SHOWN: u64 = 10;

/// `::error file=…,line=…,title=…::message`.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitHub;

impl Report for GitHub {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        for finding in file.findings.iter() {
            let Some(out) = out.room() else { return };
            command(out, &source, finding);
        }
    }

    /// Says what GitHub leaves out, so that ten annotations are not taken for ten findings.
    fn close(&self, summary: &Summary, _empty: bool) -> String {
        if summary.errors.max(summary.warnings) <= SHOWN {
            return String::new();
        }
        let errors = labels::count(summary.errors, "error");
        let warnings = labels::count(summary.warnings, "warning");
        format!(
            "::notice title=geplint::{errors}, {warnings}. GitHub annotates at most {SHOWN} of each kind a step; the log has all.\n"
        )
    }
}

/// Columns are bytes, as in the other reports for people, and left out where they would be of different lines.
fn command(out: &mut String, source: &Source<'_>, finding: &Finding) {
    let kind = labels::severity_or(finding.severity, "notice");
    let name = common::local(source.name());
    let [start, end] = common::ends(source, common::mark(finding));
    let Position { line, column } = start;
    // Writing to a string cannot fail.
    let _ = write!(out, "::{kind} file={},line={line},", property(name));
    let _ = if line == end.line {
        write!(out, "col={column},endLine={line},endColumn={},", end.column)
    } else {
        write!(out, "endLine={},", end.line)
    };
    let message = format!(
        "{}:{line}:{column}: {}. Help: {}",
        escape(name),
        common::problem_line(finding),
        escape(&common::help(finding)),
    );
    let title = property(&format!("geplint[{}]", finding.rule));
    let _ = writeln!(out, "title={title}::{}", data(&message));
}

/// A command's data, escaped as the runner's own toolkit does it.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            _ => out.push(c),
        }
    }
    out
}

/// A command's property, escaped likewise. No file that is annotated has a name with other unprintable characters;
/// they are spelled out for those who read the log.
fn property(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (c, harmless) in chars(text) {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            _ if harmless => out.push(c),
            _ => out.extend(c.escape_unicode()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_properties_are_escaped_as_the_toolkit_does() {
        assert_eq!(data("100%\r\na:b,c"), "100%25%0D%0Aa:b,c");
        assert_eq!(property("100%\r\na:b,c"), "100%25%0D%0Aa%3Ab%2Cc");
        assert_eq!(data("%0A"), "%250A");
    }
}
