//! An entry of a file with recorded calls, and the parts of it that are needed.

use std::borrow::Cow;

use super::parsed::Place;

/// Gives the bytes of a file that a recording has put a body into, by the name in the recording.
pub type Attached<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// An entry of a file with recorded calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: usize,
    pub(super) node: Place,
    /// The number of the entry that it repeats.
    pub(super) repeats: Option<usize>,
}

/// Why an entry is not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnusedKind {
    /// It is no call of a known endpoint.
    Other,
    /// A call of a known endpoint, recorded without one of its bodies.
    WithoutBody,
    /// A call of a known endpoint, of which a part cannot be read.
    Unreadable,
    /// A call of a known endpoint that was not made, or that failed before there was an answer.
    Failed,
    /// A prediction, where answers of the API are asked for.
    Prediction,
    /// An answer that is not marked as a prediction, where predictions are asked for.
    NoPrediction,
}

/// A body, or why there is none.
pub(super) type Body<'h> = Result<Cow<'h, [u8]>, Lost>;

/// Why a part of a call is missing.
pub(super) type Lost = (UnusedKind, String);

/// The parts of an entry that are ours.
pub(super) struct Parts<'h> {
    pub(super) method: Cow<'h, str>,
    pub(super) url: Cow<'h, str>,
    pub(super) status: Option<u64>,
    /// Why the answer is none to the request, where that is recorded: the call was not made, failed, or was redirected.
    pub(super) failed: Option<Lost>,
}

/// The entries of a list, numbered from `first` on.
pub(super) fn numbered(first: usize, nodes: impl IntoIterator<Item = Place>) -> Vec<Entry> {
    (first..)
        .zip(nodes)
        .map(|(number, node)| Entry {
            number,
            node,
            repeats: None,
        })
        .collect()
}

/// Whether a body begins as a list or an object does.
pub(super) fn is_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"[") || body.trim_ascii_start().starts_with(b"{")
}

/// Why there is no answer to a call that failed.
pub(super) fn failed(why: Option<&str>) -> Lost {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    (UnusedKind::Failed, format!("the call failed{why}"))
}

/// Why a body is missing that was not recorded.
pub(super) fn without_body(what: &str) -> Lost {
    (UnusedKind::WithoutBody, format!("it has no {what} body"))
}
