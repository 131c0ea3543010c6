//! The message, help and claim of a finding, and helpers for messages.

use std::borrow::Cow;

use crate::finding::{Evidence, Phase, Severity, Wording};
use crate::rules::{Claim, Property};
use crate::sanitize::is_unprintable;

/// The message and the help of a finding, with its claim.
#[derive(Debug, Clone)]
pub(crate) struct Violation<'c> {
    /// The claim: rule, severity, evidence, the answer of the API.
    pub claim: Cow<'c, Claim>,
    /// The mistake.
    pub message: String,
    /// The remedy; may be empty.
    pub help: String,
}

impl<'c> Violation<'c> {
    /// Returns a violation of a constraint with this claim.
    pub fn new(claim: impl Into<Cow<'c, Claim>>, message: String, help: impl Into<String>) -> Self {
        Self {
            claim: claim.into(),
            message,
            help: help.into(),
        }
    }

    /// Returns a warning that no table row states: it is about the conversion of JSON, or about a value that no
    /// sender intends.
    pub fn warning(
        rule: impl Into<Cow<'static, str>>,
        message: String,
        why: impl Into<Cow<'static, str>>,
        help: impl Into<String>,
    ) -> Self {
        let claim = Claim {
            rule: rule.into(),
            evidence: Evidence::Inferred,
            severity: Severity::Warning,
            wording: Wording::Inferred,
            phase: Phase::None,
            answer: None,
            source: Cow::Borrowed(""),
            note: why.into(),
        };
        Self::new(claim, message, help)
    }

    /// Returns the same with another severity.
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.claim.to_mut().severity = severity;
        self
    }

    /// Returns an error that no table row states, answered in this phase.
    pub fn error(
        rule: &'static str,
        phase: Phase,
        message: String,
        why: &'static str,
        help: impl Into<String>,
    ) -> Self {
        let mut violation = Self::warning(rule, message, why, help);
        let claim = violation.claim.to_mut();
        (claim.severity, claim.phase) = (Severity::Error, phase);
        violation
    }

    /// Returns the same with a row as the source.
    pub fn about(mut self, property: &Property) -> Self {
        self.claim.to_mut().source.clone_from(&property.source);
        self
    }
}

impl<'c> From<&'c Claim> for Cow<'c, Claim> {
    fn from(claim: &'c Claim) -> Self {
        Self::Borrowed(claim)
    }
}

impl From<Claim> for Cow<'_, Claim> {
    fn from(claim: Claim) -> Self {
        Self::Owned(claim)
    }
}

/// Formats a value for a message: quoted, and cut if it is long.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

/// Formats a value for a message: cut if it is long.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    cut(text, 60)
}

/// Returns the first characters of a string, with an ellipsis if there are more. A character that reports escape
/// counts as its escape.
pub(crate) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    let mut shown = 0;
    let end = text.char_indices().find(|(_, c)| {
        shown += if is_unprintable(*c) {
            c.escape_unicode().len()
        } else {
            1
        };
        shown > longest
    });
    match end {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
    }
}

/// Joins values: `Belonging, Serving or Both`.
pub(crate) fn or_list(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_at_a_character() {
        assert_eq!(quoted(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(quoted("a"), "\"a\"");
        let unseen = "\u{200b}".repeat(330_000);
        assert_eq!(quoted(&unseen), format!("\"{}…\"", "\u{200b}".repeat(7)));
    }
}
