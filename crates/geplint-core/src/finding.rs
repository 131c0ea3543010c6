//! Findings: the plain data that the engine produces and that prediction and reports read.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span from `start` to `end` (exclusive).
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Returns the text of the span. Empty if the span is outside of `text` or splits a character.
    #[must_use]
    #[inline]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Returns the bytes of the span. Empty if the span is outside of `text`.
    #[must_use]
    #[inline]
    pub fn bytes(self, text: &str) -> &[u8] {
        let bytes = text.as_bytes().get(self.start as usize..self.end as usize);
        bytes.unwrap_or_default()
    }

    /// Returns the number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Returns true if the span has no bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A string that findings share, so that a million equal ones are stored once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(Arc<str>);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::default()
        } else {
            Self(text.into())
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&*self.0, f)
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The severity of a finding, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The page contradicts its own examples, or it is a matter of style.
    Advice,
    /// No 400 is predicted, but data is lost or changed, or probably wrong.
    Warning,
    /// A 400 is predicted, or the file is not valid JSON.
    Error,
}

impl Severity {
    /// Returns the word for it in reports and settings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The evidence for a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A documented response shows this outcome for such a request.
    Response,
    /// The Data Elements table states it, and no documented success contradicts it.
    Table,
    /// Inferred from the platform, from another endpoint, or from analogy within the page.
    Inferred,
    /// The table states it, but a documented 200 breaks it.
    Contradicted,
}

impl Evidence {
    /// Returns the word for it in reports and rules files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Table => "table",
            Self::Inferred => "inferred",
            Self::Contradicted => "contradicted",
        }
    }
}

/// The origin of errorCode and errorDescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wording {
    /// The documentation has both for exactly this case.
    Documented,
    /// At least one of them is a guess.
    Inferred,
}

impl Wording {
    /// Returns the word for it in reports and rules files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        }
    }
}

/// The part of the JSON that a finding's span covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The value itself.
    Value,
    /// The name of the property.
    Key,
    /// The object that lacks a property.
    Object,
}

/// One predicted error of the response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Predicted {
    /// `errorDetails[].key`.
    pub key: Text,
    /// `errorCode`.
    pub error_code: Text,
    /// `errorDescription`.
    pub error_description: Text,
    /// The origin of the code and the description.
    pub wording: Wording,
}

/// The phase of the service that answers. A record stops at its first failing phase (inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Not JSON, or never seen by the service.
    None,
    /// The whole body is converted to objects.
    Bind,
    /// The request as a whole.
    Request,
    /// Mandatory properties.
    Mandatory,
    /// Lengths, value lists, codes.
    Data,
    /// Exceptions in the service.
    Exception,
}

/// The reason why the answer to a finding is not in the response: the API stops at an earlier error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Masked {
    /// A value that does not convert: the whole request is refused.
    Conversion,
    /// An error of the request as a whole.
    Request,
    /// An error of the same record, in an earlier phase or in a phase that ends the record.
    Record,
    /// The wrapper around the record: the service does not look for records there.
    Wrapper(Unwrapped),
    /// The end of the first document: the others are not in its array.
    SeveralRoots(Unwrapped),
}

/// The finding that masks an answer once the records are unwrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unwrapped {
    /// None: its answer is in the response then.
    Answers,
    /// A value that does not convert.
    Conversion,
    /// An error of the request as a whole.
    Request,
    /// An error of the same record.
    Record,
}

/// The basis of a finding: the data of its constraint, which are the same at every place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The rule id in kebab-case, which names the problem: `too-long`.
    pub rule: Cow<'static, str>,
    /// The constraint, `Table.Property`. Empty if no table row states it.
    pub constraint: String,
    /// The evidence for the constraint.
    pub evidence: Evidence,
    /// The endpoint id. Empty if the file has none.
    pub endpoint: Cow<'static, str>,
    /// The reason for the API's answer, or the consequence of the mistake; may be empty.
    pub why: String,
    /// Table and row of the page: `Buyer Contact 1.2`. Empty if no row states it.
    pub source: String,
    /// The phase of the service that answers.
    pub phase: Phase,
    /// True if the service never sees it, because the records are not directly in the array of the body.
    pub unseen: bool,
    /// Details of a syntax error. `None` if the finding is about the content.
    pub syntax: Option<Syntax>,
}

/// Details of a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// The kind of error, in kebab-case: `single-quotes`, `several-roots`.
    pub detail: &'static str,
    /// True if the API's reader accepts the file anyway; `None` if that is unknown.
    pub reader_accepts: Option<bool>,
}

/// A problem at one place of one file.
///
/// Plain data with byte offsets; reports compute lines and columns. A file may have millions of findings, so common
/// data is shared, and rare data is boxed. The [`Basis`] is shared and never changed; its fields can be read like
/// fields of the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The basis.
    pub basis: Arc<Basis>,
    /// The severity.
    pub severity: Severity,
    /// The index of the record in the request, from 0.
    pub record: Option<u32>,
    /// The record's key as the response would show it, cut after 256 characters.
    pub record_key: Option<Text>,
    /// The RFC 6901 pointer, with names as the request spells them. For an absent property: its object's pointer and
    /// the table's spelling.
    pub pointer: String,
    /// The part of the JSON that the span covers.
    pub target: Target,
    /// The span.
    pub span: Span,
    /// A second place that belongs to it, with a short label.
    pub related: Option<Box<(Span, Cow<'static, str>)>>,
    /// The mistake, with the offending value, the limit and the actual size.
    pub message: Text,
    /// The property that an unknown name probably means, in the table's spelling. `None` if there is no suggestion.
    pub suggestion: Option<Text>,
    /// Where a misplaced name belongs.
    pub belongs: Option<Box<Belongs>>,
    /// The remedy; may be empty.
    pub help: Text,
    /// The predicted error. `None` for warnings, advice, and files that are not JSON.
    pub predicted: Option<Arc<Predicted>>,
    /// The reason why the answer in `predicted` is not in the response to the unchanged request. Set by
    /// [`crate::predict::mask`].
    pub masked: Option<Masked>,
    /// The position in the order of the table rows, which is the order of several errors in one response (inferred).
    pub order: u32,
    /// The fix, if it is beyond doubt. [`crate::fix`] converts it to edits.
    pub fix_kind: Option<Box<FixKind>>,
}

/// Where a misplaced name belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belongs {
    /// The place: `inside Address`, `on the record itself`.
    pub place: Text,
    /// Its name there, if it is different.
    pub name: Option<Text>,
}

impl Deref for Finding {
    type Target = Basis;

    fn deref(&self) -> &Basis {
        &self.basis
    }
}

/// The rules for cases that no page documents. A test compares them with the texts of the findings.
const UNDOCUMENTED: [&str; 6] = [
    "blank",
    "empty-list",
    "inactive-contact",
    "not-nullable",
    "nothing-to-send",
    "null-text",
];

impl Finding {
    /// Returns true if the finding makes the file unreadable, so that other findings may be missing.
    #[must_use]
    pub fn makes_unreadable(&self) -> bool {
        let rules = ["syntax", "invalid-utf8", "utf16", "empty-file", "too-deep"];
        rules.contains(&self.rule.as_ref())
    }

    /// Returns true if the finding is that the API's answer is undocumented.
    #[must_use]
    pub fn is_undocumented(&self) -> bool {
        self.predicted.is_none() && UNDOCUMENTED.contains(&self.rule.as_ref())
    }
}

/// The fix of a finding. All spans are in the file of the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixKind {
    /// Remove the finding's span: a mark, a comma.
    Remove,
    /// Remove the comment at the finding's span.
    RemoveComment,
    /// Remove these members from their object, each from the start of its name to the end of its value.
    RemoveMembers {
        /// The members.
        members: Vec<Span>,
        /// True if the API refuses one of them, so that its answer changes without them.
        refused: bool,
    },
    /// Replace the value at the finding's span by this JSON, which the platform reads as the same value.
    Retype(String),
    /// Replace the name at the finding's span.
    Rename(String),
    /// Replace a name at another place, and optionally its value: for a missing property, the unknown name in its place.
    RenameAt {
        /// The span of the unknown name.
        at: Span,
        /// The new name.
        name: String,
        /// The span of its value, and the JSON in its place. `None` if the value stays.
        value: Option<(Span, String)>,
    },
    /// Replace the name at the finding's span, and its value by this JSON.
    RenameAndWrite {
        /// The new name.
        name: String,
        /// The span of the value.
        value: Span,
        /// The JSON in its place.
        json: String,
    },
    /// Replace the value at the finding's span by this JSON, which has the same meaning to people.
    Write(String),
    /// Trim the string at the finding's span.
    Trim,
    /// Move a member, from the start of its name to the end of its value, after the last one of another object.
    Move {
        /// The span of the member.
        member: Span,
        /// The span of the other object.
        to: Span,
        /// The span of the last member there; `None` if it has none.
        after: Option<Span>,
        /// The span of its name, and the new name, if it is renamed.
        name: Option<(Span, String)>,
    },
    /// Move members of an object, whose names are paths, into a new object in place of the first one.
    Nest {
        /// The name of the new object.
        name: String,
        /// For each member: the span from the start of its name to the end of its value, the span of its name, and its name
        /// in the new object.
        members: Vec<(Span, Span, String)>,
    },
    /// Replace the object or array at the finding's span by the only value in it.
    TakeOut {
        /// The span of the value.
        value: Span,
        /// Its name; `None` in an array.
        name: Option<String>,
    },
    /// Replace the text around the records.
    Unwrap(Vec<(Span, String)>),
}

impl FixKind {
    /// Returns true if the API receives the same as before.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        matches!(
            self,
            Self::Remove | Self::RemoveComment | Self::RemoveMembers { refused: false, .. } | Self::Retype(_)
        )
    }

    /// Returns the spans that it changes or depends on, besides that of the finding.
    pub(crate) fn places_mut(&mut self) -> Vec<&mut Span> {
        match self {
            Self::Remove
            | Self::RemoveComment
            | Self::Retype(_)
            | Self::Rename(_)
            | Self::Write(_)
            | Self::Trim => Vec::new(),
            Self::RemoveMembers { members, .. } => members.iter_mut().collect(),
            Self::RenameAt { at, value, .. } => {
                let value = value.as_mut().map(|(span, _)| span);
                std::iter::once(at).chain(value).collect()
            }
            Self::RenameAndWrite { value, .. } | Self::TakeOut { value, .. } => vec![value],
            Self::Move {
                member,
                to,
                after,
                name,
            } => {
                let name = name.as_mut().map(|(span, _)| span);
                [member, to].into_iter().chain(after).chain(name).collect()
            }
            Self::Nest { members, .. } => members
                .iter_mut()
                .flat_map(|(member, name, _)| [member, name])
                .collect(),
            Self::Unwrap(edits) => edits.iter_mut().map(|(span, _)| span).collect(),
        }
    }
}

/// Sorts the findings of a file in their total order: by offset, rule and message, then by everything that
/// distinguishes them.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let first = (a.span.start, &a.rule, &a.message).cmp(&(b.span.start, &b.rule, &b.message));
        let rest = |finding: &Finding| {
            let related = finding.related.as_ref().map(|related| related.0);
            (finding.record, related)
        };
        let then = || {
            (a.span.end, &a.pointer, &a.constraint, &a.help, rest(a)).cmp(&(
                b.span.end,
                &b.pointer,
                &b.constraint,
                &b.help,
                rest(b),
            ))
        };
        first.then_with(then)
    });
}
