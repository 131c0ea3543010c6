//! Syntax errors of a file as findings.

use std::borrow::Cow;

use super::interner::Interner;
use super::messages::sentence;
use crate::finding::{Evidence, Finding, FixKind, Phase, Severity, Span, Syntax, Target, Wording};
use crate::json::{Reader, Root, SyntaxError, SyntaxKind, Tree};
use crate::rules::Claim;

/// Returns the error for a text in which no JSON value begins and that has no other error.
pub(super) fn nothing_begins(text: &str) -> SyntaxError {
    let end = text.chars().next().map_or(0, char::len_utf8);
    SyntaxError::new(
        SyntaxKind::UnexpectedText,
        Span::new(0, u32::try_from(end).unwrap_or(0)),
    )
}

/// Returns a finding for the first syntax error of a text. `None` if it is JSON, whatever it contains.
///
/// `errors` come with the text from [`crate::json::text`]. The whole text is read.
pub fn not_json(text: &str, mut errors: Vec<SyntaxError>) -> Option<Finding> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let root = reader.root(&mut tree);
    if let Root::List { .. } = root {
        while reader.next_record(&mut tree) {}
    }
    errors.extend(reader.into_errors());
    errors.retain(|error| !error.is_warning());
    if errors.is_empty() && root == Root::Nothing {
        errors.push(nothing_begins(text));
    }
    let comment = |error: &SyntaxError| matches!(error.kind, SyntaxKind::Comment | SyntaxKind::HashComment);
    let comments = root == Root::Nothing && errors.iter().all(comment);
    let first = errors.into_iter().min_by_key(|error| error.span)?;
    let says_so = rule(first.kind) != "syntax" || matches!(first.kind, SyntaxKind::Foreign(_));
    let mut finding = syntax_findings(text, "", vec![first], &Reading::default()).pop()?;
    if comments {
        finding.message = "not JSON: the file contains only comments".into();
    } else if !says_so {
        finding.message = format!("not JSON: {}", finding.message).into();
    }
    // A file that is not known to be a payload is not changed.
    finding.fix_kind = None;
    Some(finding)
}

/// The result of the platform's reader for a body.
#[derive(Debug, Default)]
pub struct Reading {
    /// True if it accepts the file; `None` if that is unknown.
    pub(super) accepts: Option<bool>,
    /// The byte offset where it stops, and its sentence.
    pub(super) refusal: Option<(u32, String)>,
    /// True if it stops at a value rather than at a syntax error; syntax errors have separate findings.
    pub(super) by_value: bool,
}

impl Reading {
    /// Returns true if it accepts the file. `None` if that is unknown.
    #[must_use]
    pub const fn accepts(&self) -> Option<bool> {
        self.accepts
    }

    /// Returns the sentence of a refusal, if it is known.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.refusal.as_ref().map(|(_, sentence)| sentence.as_str())
    }

    /// Returns the index of the error that gets the sentence of a refusal: the last one before the place where the
    /// reader stops, or the first one.
    fn deciding_error(&self, errors: &[SyntaxError]) -> Option<usize> {
        let (at, _) = self.refusal.as_ref()?;
        let mut all = errors.iter().enumerate().filter(|(_, error)| !error.is_warning());
        let first = all.clone().map(|(index, _)| index).next();
        let before = all.rfind(|(_, error)| error.span.start <= *at);
        before.map(|(index, _)| index).or(first).or(Some(0))
    }

    /// Returns the addition to the help of an error.
    fn help(&self, error: &SyntaxError, speaks: bool) -> Option<String> {
        let help = match (self.accepts, error.kind) {
            (None, _)
            | (_, SyntaxKind::LoneSurrogate)
            | (Some(true), SyntaxKind::Empty)
            // Its own help is enough.
            | (Some(false), SyntaxKind::SeveralRoots) => return None,
            (Some(true), SyntaxKind::SeveralRoots) => {
                "the API's reader would accept the first document and ignore the rest".to_owned()
            }
            (Some(true), _) => {
                "the API's reader would accept it, but other tools on the way will not".to_owned()
            }
            (Some(false), _) => {
                let (_, sentence) = self.refusal.as_ref().filter(|_| speaks && self.by_value)?;
                let line = sentence.lines().next().unwrap_or_default().trim_end_matches('.');
                // The converter explains what an array is.
                let line = line.split_once(" (e.g. ").map_or(line, |(what, _)| what);
                format!("the API's reader would refuse the body, too: {line}")
            }
        };
        Some(help)
    }
}

/// Returns the syntax errors of a file as findings. No 400 is predicted, because other tools on the way refuse the
/// file.
pub fn syntax_findings(
    text: &str,
    endpoint: &str,
    errors: Vec<SyntaxError>,
    reading: &Reading,
) -> Vec<Finding> {
    if errors.is_empty() {
        return Vec::new();
    }
    let mut interner = Interner::default();
    let deciding_error = reading.deciding_error(&errors);
    errors
        .into_iter()
        .enumerate()
        .map(|(index, error)| Finding {
            suggestion: None,
            belongs: None,
            basis: interner.basis(
                &claim(rule(error.kind)),
                "",
                "",
                endpoint,
                Some(Syntax {
                    detail: error.kind.id(),
                    reader_accepts: reading.accepts,
                }),
            ),
            severity: if error.is_warning() {
                Severity::Warning
            } else {
                Severity::Error
            },
            record: None,
            record_key: None,
            pointer: String::new(),
            target: Target::Value,
            span: error.span,
            related: error.related.map(|(span, label)| Box::new((span, label.into()))),
            message: interner.text(&error.message(text)),
            help: interner.text(&sentence(&with_reading(
                error.help(text),
                reading.help(&error, deciding_error == Some(index)),
            ))),
            predicted: None,
            masked: None,
            order: 0,
            fix_kind: fix_kind(error.kind).map(Box::new),
        })
        .collect()
}

/// Joins the help for an error with the result of the platform's reader.
fn with_reading(advice: String, reading: Option<String>) -> String {
    match reading {
        None => advice,
        Some(reading) if advice.is_empty() => reading,
        Some(reading) => format!("{advice}; {reading}"),
    }
}

/// Returns the fix for a syntax error, if it cannot lose data.
const fn fix_kind(kind: SyntaxKind) -> Option<FixKind> {
    match kind {
        SyntaxKind::ByteOrderMark | SyntaxKind::TrailingComma => Some(FixKind::Remove),
        SyntaxKind::Comment | SyntaxKind::HashComment => Some(FixKind::RemoveComment),
        _ => None,
    }
}

/// Returns the rule of a syntax error; most share one.
const fn rule(kind: SyntaxKind) -> &'static str {
    match kind {
        SyntaxKind::ByteOrderMark => "byte-order-mark",
        SyntaxKind::Empty => "empty-file",
        SyntaxKind::Encoding(_) => "utf16",
        SyntaxKind::InvalidUtf8 { .. } => "invalid-utf8",
        SyntaxKind::TooDeep => "too-deep",
        SyntaxKind::LoneSurrogate => "lone-surrogate",
        _ => "syntax",
    }
}

/// Returns the claim of a syntax error, which consists of its rule.
const fn claim(rule: &'static str) -> Claim {
    Claim {
        rule: Cow::Borrowed(rule),
        evidence: Evidence::Inferred,
        severity: Severity::Error,
        wording: Wording::Inferred,
        phase: Phase::None,
        answer: None,
        source: Cow::Borrowed(""),
        note: Cow::Borrowed(""),
    }
}
