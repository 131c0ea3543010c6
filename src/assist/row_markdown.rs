//! A row of a table as Markdown: its constraints, and the API's answers to violations.

use std::fmt::Write as _;

use crate::finding::Severity;
use crate::manual::{escaped, type_text};
use crate::report::labels;
use crate::rules::{Constraint, Endpoint, Property, Stated, Table};
use crate::sanitize;

/// Formats the row of a property.
pub(super) fn row(endpoint: &Endpoint, property: &Property) -> String {
    let mut out = format!(
        "**{}** `{}`",
        shown(&property.name),
        sanitize::line(&type_text(endpoint, property))
    );
    if !property.source.is_empty() {
        let _ = write!(out, " ({}: {})", endpoint.id, shown(&property.source));
    }
    out.push_str("\n\n");
    if property.required.is_none() {
        out.push_str("- optional\n");
    }
    for constraint in endpoint.of_property(property) {
        if constraint.stated != Stated::Type {
            let _ = writeln!(out, "- {}", statement(property, &constraint));
        }
    }
    if property.or_list {
        out.push_str("- a list is only a warning (list-for-object)\n");
    }
    if property.null_elements_allowed {
        out.push_str("- null elements are allowed\n");
    }
    if !property.note.is_empty() {
        let _ = write!(out, "\n{}\n", sentence(&property.note));
    }
    out
}

/// Formats the checks of a table that involve a property.
pub(super) fn checks(endpoint: &Endpoint, table: &Table, property: &Property) -> String {
    let mut out = String::new();
    let anchored = |constraint: &Constraint| {
        let mut names = constraint.name.split([' ', ',', '.']);
        names.any(|name| name == property.name)
    };
    for constraint in endpoint.of_checks(table).iter().filter(|one| anchored(one)) {
        let _ = writeln!(out, "- {}", statement(property, constraint));
    }
    out
}

/// Formats a constraint: its statement, evidence and answer.
fn statement(property: &Property, constraint: &Constraint) -> String {
    let mut out = shown(&constraint.what);
    for condition in &constraint.conditions {
        let _ = write!(out, ", {}", shown(condition));
    }
    let _ = write!(
        out,
        ": {}, {} (`{}`)",
        constraint.severity.word(),
        labels::evidence_in_words(constraint.evidence),
        sanitize::line(&constraint.rule)
    );
    if let Some(fact) = constraint.needs {
        let _ = write!(out, ", needs the tenant's {}", fact.name());
    }
    if let Some(answer) = constraint
        .answer
        .as_ref()
        .filter(|_| constraint.severity == Severity::Error)
    {
        let limit = property.max_length.map(|limit| limit.to_string());
        let description = answer
            .description
            .replace("{property}", &property.name)
            .replace("{limit}", &limit.unwrap_or_default());
        let _ = write!(
            out,
            ". The API answers 400 `{}` \"{}\" (wording {})",
            sanitize::line(&answer.error_code),
            shown(&description),
            constraint.wording.word()
        );
    }
    if !constraint.note.is_empty() {
        let _ = write!(out, ". {}", sentence(&constraint.note));
    }
    out
}

/// Formats a note as a sentence.
fn sentence(note: &str) -> String {
    let note = note.trim_end_matches('.');
    let mut rest = note.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    shown(&format!("{first}{}.", rest.as_str()))
}

/// Escapes text for Markdown, on one line.
pub(super) fn shown(text: &str) -> String {
    escaped(&sanitize::line(text))
}

/// Formats text as inline code, on one line.
pub(super) fn code(text: &str) -> String {
    let text = sanitize::line(text);
    // Markdown has no inline code with a backtick, or with whitespace only.
    if text.contains('`') || text.trim().is_empty() {
        format!("\"{}\"", escaped(&text))
    } else {
        format!("`{text}`")
    }
}
