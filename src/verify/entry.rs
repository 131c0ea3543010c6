//! An entry of a file with recorded calls, and its needed parts.

use std::borrow::Cow;

use super::parsed::ValueRef;

/// Returns the bytes of a file with a recorded body, by its name in the recording.
pub type Attached<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// An entry of a file with recorded calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: usize,
    pub(super) node: ValueRef,
    /// The number of the entry that it repeats.
    pub(super) repeats: Option<usize>,
}

/// The reason why an entry is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnusedKind {
    /// It is not a call of a known endpoint.
    Other,
    /// A call of a known endpoint, recorded without one of its bodies.
    WithoutBody,
    /// A call of a known endpoint with an unreadable part.
    Unreadable,
    /// A call of a known endpoint that was not made, or that failed before there was an answer.
    Failed,
    /// It is a prediction, but answers of the API are verified.
    Prediction,
    /// It is not marked as a prediction, but predictions are verified.
    NoPrediction,
}

/// A body, or the reason why there is none.
pub(super) type Body<'h> = Result<Cow<'h, [u8]>, MissingPart>;

/// The reason why a part of a call is missing.
pub(super) type MissingPart = (UnusedKind, String);

/// The needed parts of an entry.
pub(super) struct Parts<'h> {
    pub(super) method: Cow<'h, str>,
    pub(super) url: Cow<'h, str>,
    pub(super) status: Option<u64>,
    /// The recorded reason why the answer does not belong to the request: the call was not made, failed, or was
    /// redirected.
    pub(super) failed: Option<MissingPart>,
}

/// Numbers the entries of an array, beginning with `first`.
pub(super) fn numbered(first: usize, nodes: impl IntoIterator<Item = ValueRef>) -> Vec<Entry> {
    (first..)
        .zip(nodes)
        .map(|(number, node)| Entry {
            number,
            node,
            repeats: None,
        })
        .collect()
}

/// Returns true if a body begins like an array or an object.
pub(super) fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"[") || body.trim_ascii_start().starts_with(b"{")
}

/// Returns the reason why a failed call has no answer.
pub(super) fn failed(why: Option<&str>) -> MissingPart {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    (UnusedKind::Failed, format!("the call failed{why}"))
}

/// Returns the reason why a body was not recorded.
pub(super) fn without_body(what: &str) -> MissingPart {
    (UnusedKind::WithoutBody, format!("it has no {what} body"))
}
