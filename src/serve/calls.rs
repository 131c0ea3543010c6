//! The last calls, within a limit of number and memory.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method};
use tokio::sync::watch;

use super::faults::Fault;
use crate::finding::Finding;

/// The maximum number of stored calls.
pub const MOST_CALLS: usize = 10_000;

/// The limit for all stored calls, in bytes. The last call is stored whatever its size.
pub const MOST_BYTES: usize = 256 << 20;

/// A call with its response.
#[derive(Debug)]
pub struct Call {
    /// Its number, from 1.
    pub seq: u64,
    /// The time of its arrival.
    pub time: SystemTime,
    /// Its method, as sent.
    pub method: Method,
    /// Its path, as sent.
    pub path: String,
    /// The host and port of its URL: `127.0.0.1:8400`.
    pub host: String,
    /// Its headers, without secrets.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// Its response.
    pub answer: Answer,
    /// The time until the response, without requested latency.
    pub took: Duration,
}

/// The response to a call, and its reasons.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The id of the endpoint, if there is one.
    pub endpoint: Option<Cow<'static, str>>,
    /// The HTTP status; 0 if the connection was reset.
    pub status: u16,
    /// The headers set by this server.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
    /// The keys of the records, in the order of the response, at most [`MOST_KEYS`].
    pub keys: Vec<String>,
    /// The value of the evidence header; empty if there is no prediction.
    pub evidence: Cow<'static, str>,
    /// The value of the undecided header; empty if there is none.
    pub undecided: String,
    /// The findings in the body, at most [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// The number of all findings.
    pub found: usize,
    /// The number of errors and warnings among them.
    pub problems: usize,
    /// The number of records in the body.
    pub records: u32,
    /// The text of the tenant file, if it states all facts. A call before with the same text shares it.
    pub tenant: Option<Arc<str>>,
    /// The requested fault, which the client got in place of a response.
    pub fault: Option<Fault>,
    /// The error of a request that is not a call of the API, for the log.
    pub note: String,
}

/// Headers in one allocation: a map has five, and the memory of 10,000 calls is not in the processor's caches.
#[derive(Debug, Clone, Default)]
pub struct Headers(Box<[u8]>);

impl Headers {
    /// The headers of a map. A value is not stored if `is_secret` is true.
    pub fn of(headers: &HeaderMap, is_secret: impl Fn(&HeaderName) -> bool) -> Self {
        // A line for each: a name has no colon, and a value no line break.
        let length = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len().max(NOT_KEPT.len()) + 2)
            .sum();
        let mut lines = Vec::with_capacity(length);
        for (name, value) in headers {
            lines.extend_from_slice(name.as_str().as_bytes());
            lines.push(b':');
            lines.extend_from_slice(if is_secret(name) {
                NOT_KEPT
            } else {
                value.as_bytes()
            });
            lines.push(b'\n');
        }
        Self(lines.into())
    }

    /// The names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let lines = self.0.split(|byte| *byte == b'\n');
        lines.filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            Some((
                str::from_utf8(name).ok()?,
                String::from_utf8_lossy(value.get(1..)?),
            ))
        })
    }
}

/// In place of a value that is not stored.
const NOT_KEPT: &[u8] = b"(not kept)";

/// The maximum number of stored keys of a call.
pub const MOST_KEYS: usize = 100;

/// The maximum number of stored findings of a call.
pub const MOST_FINDINGS: usize = 10_000;

impl Call {
    /// Its approximate size in memory, in bytes.
    fn weight(&self) -> usize {
        let keys: usize = self.answer.keys.iter().map(|key| key.len() + 24).sum();
        512 + self.path.len()
            + self.headers.0.len()
            + self.body.len()
            + self.answer.headers.0.len()
            + self.answer.body.len()
            + keys
            + self.answer.findings.len() * FINDING
    }
}

/// The approximate size of a finding with its texts, in bytes.
const FINDING: usize = size_of::<Finding>() + 300;

/// The stored calls.
#[derive(Debug)]
pub struct Calls {
    kept: Mutex<Kept>,
    /// The number of the last call.
    last: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Call>>,
    bytes: usize,
    last: u64,
    /// The number of resets.
    resets: u64,
}

/// Some of the calls.
#[derive(Debug)]
pub struct Page {
    /// The calls, the oldest first.
    pub calls: Vec<Arc<Call>>,
    /// The number of the last call.
    pub last: u64,
    /// The number of the last call that is no longer stored.
    pub forgotten: u64,
    /// The number of resets.
    pub resets: u64,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            last: watch::Sender::new(0),
        }
    }
}

impl Calls {
    /// Adds a call and numbers it.
    pub fn add(&self, mut call: Call) -> Arc<Call> {
        let mut kept = self.kept();
        kept.last += 1;
        call.seq = kept.last;
        let call = Arc::new(call);
        kept.bytes += call.weight();
        kept.calls.push_back(Arc::clone(&call));
        while kept.calls.len() > MOST_CALLS || (kept.bytes > MOST_BYTES && kept.calls.len() > 1) {
            if let Some(oldest) = kept.calls.pop_front() {
                kept.bytes = kept.bytes.saturating_sub(oldest.weight());
            }
        }
        drop(kept);
        self.last.send_replace(call.seq);
        call
    }

    /// Deletes all calls. The number of the next one is 1 again.
    pub fn clear(&self) {
        let mut kept = self.kept();
        *kept = Kept {
            resets: kept.resets + 1,
            ..Kept::default()
        };
        drop(kept);
        self.last.send_replace(0);
    }

    /// The first calls after this number, at most `limit`.
    pub fn after(&self, seq: u64, limit: usize) -> Page {
        let kept = self.kept();
        let first = kept.calls.front().map_or(kept.last + 1, |call| call.seq);
        let skipped = usize::try_from(seq.saturating_add(1).saturating_sub(first)).unwrap_or(usize::MAX);
        Page {
            calls: kept.calls.iter().skip(skipped).take(limit).cloned().collect(),
            last: kept.last,
            forgotten: first - 1,
            resets: kept.resets,
        }
    }

    /// The call with this number, if it is stored.
    pub fn get(&self, seq: u64) -> Option<Arc<Call>> {
        self.after(seq.checked_sub(1)?, 1)
            .calls
            .pop()
            .filter(|call| call.seq == seq)
    }

    /// A receiver of the number of each new call.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
