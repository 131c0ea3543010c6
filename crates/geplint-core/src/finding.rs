//! The plain data that the engine, the prediction and every report meet in.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A range of bytes in a file: `start` is the first byte, `end` the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The text it covers; empty where it lies outside `text` or inside a character.
    #[must_use]
    #[inline]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The bytes it covers; none where it lies outside `text`.
    #[must_use]
    #[inline]
    pub fn bytes(self, text: &str) -> &[u8] {
        let bytes = text.as_bytes().get(self.start as usize..self.end as usize);
        bytes.unwrap_or_default()
    }

    /// How many bytes it covers.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers no byte at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A text that findings share: of a million that say the same, one is kept.
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

/// How much a finding matters; the least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// The page and its own examples disagree, or it is a matter of style.
    Advice,
    /// No 400 is predicted, but the sender should know.
    Warning,
    /// A 400 is predicted, or the file is no JSON that could be sent.
    Error,
}

/// How sure we are that a constraint holds, by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// A documented response shows this outcome for such a request.
    Response,
    /// The Data Elements table states it, and no documented success contradicts it.
    Table,
    /// From the platform, a sibling endpoint, or analogy inside the page.
    Inferred,
    /// The table states it, and a documented 200 breaks it.
    Contradicted,
}

/// Whether errorCode and errorDescription are the vendor's own words for this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Wording {
    /// Both stand in the documentation for this very case.
    Documented,
    /// At least one of them is our guess.
    Inferred,
}

/// What part of the JSON a finding's span covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The value itself.
    Value,
    /// The property's name.
    Key,
    /// The object that lacks a property.
    Object,
}

/// One error of the response that we predict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Predicted {
    /// `errorDetails[].key`.
    pub key: Text,
    /// `errorCode`.
    pub error_code: Text,
    /// `errorDescription`.
    pub error_description: Text,
    /// Whether the two above are the vendor's own words.
    pub wording: Wording,
}

/// The step of the service that answers; a record stops at its first failing one (inferred).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Not JSON, or nothing the service ever sees.
    None,
    /// The whole body is converted to objects.
    Bind,
    /// The request as a whole.
    Request,
    /// Properties that have to be there.
    Mandatory,
    /// Lengths, value lists, codes.
    Data,
    /// What the service stumbles over.
    Exception,
}

/// What hides the answer to a finding: the API stops at another one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Masked {
    /// A value that does not convert: the whole request is refused for it.
    Conversion,
    /// An error of the request as a whole.
    Request,
    /// An error of the same record, in an earlier phase or one that ends the record.
    Record,
    /// What is around the record: the service does not look for records there.
    Wrapper(Unwrapped),
}

/// What hides the answer to a finding once the records are unwrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unwrapped {
    /// Nothing: it is the answer then.
    Answers,
    /// A value that does not convert.
    Conversion,
    /// An error of the request as a whole.
    Request,
    /// An error of the same record.
    Record,
}

/// What a finding rests on: the constraint, which states the same at every place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Rule id in kebab-case, naming the problem: `too-long`.
    pub rule: Cow<'static, str>,
    /// The constraint, `Table.Property`; empty where no table row did.
    pub constraint: String,
    /// Where the constraint comes from.
    pub evidence: Evidence,
    /// Endpoint id; empty where the file has none.
    pub endpoint: Cow<'static, str>,
    /// Why the API refuses it, or why it is worth knowing; may be empty.
    pub why: String,
    /// Page table and row: `Buyer Contact 1.2`; empty where no row states it.
    pub source: String,
    /// The service's step that answers.
    pub phase: Phase,
    /// The service never sees it: the records are not where it looks for them.
    pub unseen: bool,
    /// What is known of a mistake in the text of the file; `None` where the finding is about what the text says.
    pub syntax: Option<Syntax>,
}

/// What is known of a mistake in the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// The kind of mistake, in kebab-case: `single-quotes`, `several-roots`.
    pub detail: &'static str,
    /// Whether the API's reader takes the file all the same; `None` where that is not known.
    pub reader_accepts: Option<bool>,
}

/// Something wrong, or worth knowing, at one place of one file.
///
/// Plain data: bytes inside; lines and columns are worked out where a finding is shown. A file may have millions, so
/// what many of them say alike is shared, and what few of them have lies elsewhere. The [`Basis`] is read as if it were
/// fields of the finding; it is shared, and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it rests on.
    pub basis: Arc<Basis>,
    /// How much it matters.
    pub severity: Severity,
    /// Index of the record in the request, from 0.
    pub record: Option<u32>,
    /// The record's key as the response would show it; cut after 256 characters.
    pub record_key: Option<Text>,
    /// RFC 6901, in the request's own spelling; of an absent property: its object's pointer and the table's spelling.
    pub pointer: String,
    /// What the span covers.
    pub target: Target,
    /// Where.
    pub span: Span,
    /// A second place that belongs to it, with a short label.
    pub related: Option<Box<(Span, Cow<'static, str>)>>,
    /// What is wrong: the offending value, the limit and the actual.
    pub message: Text,
    /// The property, in the table's spelling, that an unknown name is taken for; `None` where nothing is suggested.
    pub suggestion: Option<Text>,
    /// What to do; may be empty.
    pub help: Text,
    /// The error we predict; `None` for warnings, advice, and files that are not JSON.
    pub predicted: Option<Arc<Predicted>>,
    /// Why the answer in `predicted` is not in the response as the request stands; [`crate::predict::mask`] sets it.
    pub masked: Option<Masked>,
    /// Its place in the order of the table rows, which is the order of several errors in one response (inferred).
    pub order: u32,
    /// What would fix it, where that is beyond doubt; [`crate::fix`] makes edits of it.
    pub fix_kind: Option<Box<FixKind>>,
}

impl Deref for Finding {
    type Target = Basis;

    fn deref(&self) -> &Basis {
        &self.basis
    }
}

/// The rules that speak of what no page says anything about. A test compares them with the findings' own words.
const UNDOCUMENTED: [&str; 6] = [
    "blank",
    "empty-list",
    "inactive-contact",
    "not-nullable",
    "nothing-to-send",
    "null-text",
];

impl Finding {
    /// Whether it says that the file cannot be read as it stands, so that anything may be behind it.
    #[must_use]
    pub fn makes_unreadable(&self) -> bool {
        let rules = ["syntax", "invalid-utf8", "utf16", "empty-file", "too-deep"];
        rules.contains(&self.rule.as_ref())
    }

    /// Whether it says that nothing is documented of what the API answers to this.
    #[must_use]
    pub fn is_undocumented(&self) -> bool {
        self.predicted.is_none() && UNDOCUMENTED.contains(&self.rule.as_ref())
    }
}

/// What would fix a finding. All spans are places in the file that the finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixKind {
    /// Take out what the finding's span covers: a mark, a comma.
    Remove,
    /// Take out the comment that the finding's span covers.
    RemoveComment,
    /// Take these members out of their object, each from the start of its name to the end of its value.
    RemoveMembers {
        /// The members.
        members: Vec<Span>,
        /// The API refuses one of them as it is: without them its answer is another.
        refused: bool,
    },
    /// Write the value that the finding's span covers as this JSON, which the platform reads as the very same.
    Retype(String),
    /// Write the name that the finding's span covers as this one.
    Rename(String),
    /// Write a name at another place as this one, and a value as this JSON: of a missing property, the unknown name that stands
    /// for it.
    RenameAt {
        /// Where the unknown name is.
        at: Span,
        /// The name that is written.
        name: String,
        /// Its value, and the JSON that is written in its place; `None` where it stays.
        value: Option<(Span, String)>,
    },
    /// Write the name that the finding's span covers as this one, and its value as this JSON.
    RenameAndWrite {
        /// The name.
        name: String,
        /// The value.
        value: Span,
        /// What is written in its place.
        json: String,
    },
    /// Write the value that the finding's span covers as this JSON, which means the same to people.
    Write(String),
    /// Write the text that the finding's span covers without the whitespace around it.
    Trim,
    /// Put a member, from the start of its name to the end of its value, behind the last one of another object.
    Move {
        /// The member.
        member: Span,
        /// The other object.
        to: Span,
        /// The last member there; `None` where it has none.
        after: Option<Span>,
        /// Another name for it, and where its name is.
        name: Option<(Span, String)>,
    },
    /// Put these texts in place of what is around the records.
    Unwrap(Vec<(Span, String)>),
}

impl FixKind {
    /// Whether the API receives the same as before.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        matches!(
            self,
            Self::Remove | Self::RemoveComment | Self::RemoveMembers { refused: false, .. } | Self::Retype(_)
        )
    }

    /// The places that it changes or looks at, besides the finding's own.
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
            Self::RenameAndWrite { value, .. } => vec![value],
            Self::Move {
                member,
                to,
                after,
                name,
            } => {
                let name = name.as_mut().map(|(span, _)| span);
                [member, to].into_iter().chain(after).chain(name).collect()
            }
            Self::Unwrap(edits) => edits.iter_mut().map(|(span, _)| span).collect(),
        }
    }
}

/// Puts the findings of a file in their one order: by offset, rule and message, and then by whatever tells them apart.
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
