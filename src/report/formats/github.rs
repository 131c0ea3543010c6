//! GitHub workflow commands. GitHub shows them at the lines of the findings.

use std::fmt::Write;

use crate::grouping::{Diagnostic, group};
use crate::report::{Chunks, FileReport, Report, Stage, common, diagnostic_text, labels};
use crate::sanitize::{chars, escape};
use crate::source::{Position, Source};

/// The number of annotations of one kind that GitHub shows for one step.
const SHOWN: u64 = 10;

/// The longest list of other places, in characters.
const ALSO: usize = 120;

/// `::error file=…,line=…,title=…::message`.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitHub;

impl Report for GitHub {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        // Only ten annotations of a kind are shown, so there is one for each cause, and errors come first.
        for diagnostic in group(&file.findings) {
            let Some(out) = out.buffer() else { return };
            command(out, &source, &diagnostic);
        }
    }

    fn stage(&self) -> Option<Box<dyn Stage>> {
        Some(Box::<Count>::default())
    }
}

/// Counts annotations, to report the number that GitHub omits.
#[derive(Debug, Default)]
struct Count {
    errors: u64,
    warnings: u64,
}

impl Stage for Count {
    fn piece(&mut self, piece: &str) -> String {
        let of = |kind: &str| piece.lines().filter(|line| line.starts_with(kind)).count() as u64;
        self.errors += of("::error ");
        self.warnings += of("::warning ");
        piece.to_owned()
    }

    fn end(&mut self) -> String {
        if self.errors.max(self.warnings) <= SHOWN {
            return String::new();
        }
        let errors = labels::count(self.errors, "annotation");
        format!(
            "::notice title=geplint::{errors} of errors, {} of warnings. GitHub shows at most {SHOWN} of each kind for a step; the log has all.\n",
            self.warnings
        )
    }
}

/// Writes a command. Columns are bytes, as in the other reports for people. They are omitted if start and end are on
/// different lines.
fn command(out: &mut String, source: &Source<'_>, diagnostic: &Diagnostic<'_>) {
    let finding = diagnostic.lead;
    let kind = labels::severity_or(finding.severity, "notice");
    let name = common::local(source.name());
    let [start, end] = common::ends(source, diagnostic_text::mark(diagnostic));
    let Position { line, column } = start;
    // Writing to a string cannot fail.
    let _ = write!(out, "::{kind} file={},line={line},", property(name));
    let _ = if line == end.line {
        write!(out, "col={column},endLine={line},endColumn={},", end.column)
    } else {
        write!(out, "endLine={},", end.line)
    };
    let mut message = format!("{}:{line}:{column}: ", escape(name));
    if !finding.pointer.is_empty() {
        let _ = write!(message, "{}", escape(&finding.pointer));
        if let Some(key) = finding.record_key.as_deref().filter(|key| !key.is_empty()) {
            let _ = write!(message, " ({})", escape(key));
        }
        message.push_str(": ");
    }
    message.push_str(&diagnostic_text::title(diagnostic));
    let answer = diagnostic_text::answer(diagnostic, labels::answer);
    if !answer.is_empty() {
        let _ = write!(message, " ({answer})");
    }
    message.push('.');
    for (words, places) in diagnostic_text::also(source, diagnostic, 1, ALSO) {
        let _ = write!(message, " {} {places}.", words.replacen('a', "A", 1));
    }
    if let Some(help) = diagnostic_text::help(diagnostic) {
        let _ = write!(message, " Help: {help}");
    }
    if let Some(fix) = diagnostic_text::remedy(source, diagnostic) {
        let _ = write!(message, " Fix: {fix}.");
    }
    let _ = write!(message, " See `geplint explain {}`.", escape(&finding.rule));
    let title = property(&format!("geplint[{}]", finding.rule));
    let _ = writeln!(out, "title={title}::{}", data(&message));
}

/// Escapes the data of a command as the runner's own toolkit does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command in the same way. Unprintable characters are escaped for readers of the log;
/// annotated files have none in their names.
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
