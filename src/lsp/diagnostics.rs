//! Findings as LSP diagnostics, with the messages of `check`.

use std::path::Path;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Message, Position, Range, Uri,
};

use super::text::{Encoding, Positions, Text};
use crate::cli::settings_error::Fault;
use crate::finding::{Finding, Severity, Target};
use crate::report::{common, labels};
use crate::repository_url;
use crate::sanitize;

/// Maximum number of diagnostics of one document, because editors get slow with more. Errors are kept first.
pub const MOST: usize = 2000;

/// The `source` of diagnostics.
const SOURCE: &str = "geplint";

/// Rules for names that the API ignores.
const IGNORED: [&str; 2] = ["unknown-property", "misplaced-property"];

/// Returns the diagnostics of a document, in the order of its text.
pub fn of(uri: &str, text: &Text, findings: &[&[Finding]], encoding: Encoding) -> Vec<Diagnostic> {
    let positions = text.positions(encoding);
    let one = |finding: &Finding| diagnostic(uri, &positions, finding);
    let all = || findings.iter().copied().flatten();
    let count: usize = findings.iter().map(|findings| findings.len()).sum();
    if count <= MOST {
        return all().map(one).collect();
    }
    let mut first: Vec<(usize, &Finding)> = all().enumerate().collect();
    first.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    first.truncate(MOST);
    first.sort_by_key(|(index, _)| *index);
    let mut all: Vec<Diagnostic> = first.into_iter().map(|(_, finding)| one(finding)).collect();
    all.push(plain(
        Range::default(),
        DiagnosticSeverity::Information,
        format!("{MOST} of {count} findings are shown, errors first; `geplint check` shows all"),
    ));
    all
}

fn diagnostic(uri: &str, positions: &Positions<'_>, finding: &Finding) -> Diagnostic {
    let range = |span: crate::finding::Span| positions.range(span.start as usize..span.end as usize);
    let related = finding.related.as_deref().map(|(span, label)| {
        vec![DiagnosticRelatedInformation {
            location: Location {
                uri: Uri(uri.to_owned()),
                range: range(*span),
            },
            message: sanitize::escape(label).into_owned(),
        }]
    });
    let ignored = finding.target == Target::Key
        && !finding.is_pair()
        && finding.predicted.is_none()
        && IGNORED.contains(&finding.rule.as_ref());
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Advice => DiagnosticSeverity::Hint,
    };
    Diagnostic {
        code: Some(Code::String(finding.rule.to_string())),
        code_description: repository_url::rule_url(&finding.rule)
            .map(|href| CodeDescription { href: Uri(href) }),
        tags: ignored.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: related,
        ..plain(range(common::mark(finding)), severity, message(finding))
    }
}

/// Returns the message, the predicted answer and the help, one line each.
fn message(finding: &Finding) -> String {
    let mut lines = vec![sanitize::escape(&finding.message).into_owned()];
    if let Some(predicted) = &finding.predicted {
        let answer = labels::answer(predicted, finding.masked);
        let mut chars = answer.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        lines.push(sanitize::escape(&first.into_iter().chain(chars).collect::<String>()).into_owned());
    }
    lines.push(format!("Help: {}", sanitize::escape(&common::help(finding))));
    lines.join("\n")
}

/// Returns the diagnostic of an error in a settings file; `text` is its text, empty if it cannot be read.
pub fn fault(fault: &Fault, text: &Text, encoding: Encoding) -> Diagnostic {
    let range = fault.position.map_or_else(Range::default, |position| {
        let line = position.line.saturating_sub(1);
        // Columns of a fault are in bytes.
        let start = Position {
            line,
            character: position.column.saturating_sub(1),
        };
        let end = Position {
            line,
            character: u32::MAX,
        };
        let bytes = text.offsets(&Range { start, end }, Encoding::Utf8);
        text.positions(encoding).range(bytes)
    });
    plain(
        range,
        DiagnosticSeverity::Error,
        sanitize::escape(&fault.message).into_owned(),
    )
}

/// Returns the diagnostic of a settings entry without effect, at a byte offset of the file.
pub fn mistake(start: usize, message: &str, text: &Text, encoding: Encoding) -> Diagnostic {
    let positions = text.positions(encoding);
    let line = positions.of(start).line;
    let end = text.offset(
        Position {
            line,
            character: u32::MAX,
        },
        encoding,
    );
    plain(
        positions.range(start..end),
        DiagnosticSeverity::Warning,
        sanitize::escape(message).into_owned(),
    )
}

/// Formats a mistake in a file as one line; `more` is the number of further mistakes in it.
pub fn line(path: &Path, mistake: &Diagnostic, more: usize) -> String {
    /// Maximum length of the message, in characters.
    const LONGEST: usize = 300;
    let Message::String(message) = &mistake.message else {
        return String::new();
    };
    let at = mistake.range.start;
    let mut line = format!("{}:{}", sanitize::plain_path(path), at.line.saturating_add(1));
    line.push_str(": ");
    // The message is already sanitized, so it has no line breaks.
    line.extend(message.chars().take(LONGEST));
    if more > 0 {
        return format!("{line} (and {more} more)");
    }
    line
}

fn plain(range: Range, severity: DiagnosticSeverity, message: String) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        code: None,
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        tags: None,
        related_information: None,
        data: None,
    }
}
