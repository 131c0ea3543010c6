//! The calls that were made, as far as there is room for them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use hyper::HeaderMap;
use hyper::body::Bytes;
use tokio::sync::watch;

use super::faults::Fault;
use crate::finding::Finding;

/// The most calls that are kept.
pub const MOST_CALLS: usize = 10_000;

/// The most bytes that are kept of all calls; the last call is kept whatever its size.
pub const MOST_BYTES: usize = 256 << 20;

/// A call, and how it was answered.
#[derive(Debug)]
pub struct Call {
    /// Its number, from 1.
    pub seq: u64,
    /// When it came in.
    pub time: SystemTime,
    /// Its method, in the case in which it was sent.
    pub method: String,
    /// Its path with the query, as it was sent.
    pub path: String,
    /// The scheme and the host that it was sent to: `http://127.0.0.1:8400`.
    pub origin: String,
    /// Its headers. What may be secret is not kept.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// How it was answered.
    pub answer: Answer,
    /// How long that took, without latency that was asked for.
    pub took: Duration,
}

/// The answer to a call, and what it rests on.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Endpoint id, where the call is for one.
    pub endpoint: Option<Cow<'static, str>>,
    /// HTTP status; 0 where there is no answer, because the connection was reset.
    pub status: u16,
    /// The headers that are ours.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The keys of the records, in the order of the answer, at most [`MOST_KEYS`].
    pub keys: Vec<String>,
    /// How sure the answer is, as the header says; empty where nothing was predicted.
    pub evidence: String,
    /// What could change the answer, as the header says; empty where nothing could.
    pub undecided: String,
    /// What was found in the body, as far as it is kept.
    pub findings: Vec<Finding>,
    /// How much that was.
    pub found: usize,
    /// The number of errors and warnings among them.
    pub problems: usize,
    /// How many records the body has.
    pub records: u32,
    /// The text of the tenant file that counted, where it states all facts. A call before with the same text shares it.
    pub tenant: Option<Arc<str>>,
    /// The fault that was asked for, and that the client met in place of an answer.
    pub fault: Option<Fault>,
    /// What was wrong with a request that is no call of the API, for the log.
    pub note: String,
}

/// So many keys of a call are kept.
pub const MOST_KEYS: usize = 100;

/// So many findings of a call are kept.
pub const MOST_FINDINGS: usize = 10_000;

impl Call {
    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize {
        let headers = |headers: &HeaderMap| -> usize {
            headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 64)
                .sum()
        };
        let keys: usize = self.answer.keys.iter().map(|key| key.len() + 24).sum();
        512 + self.path.len()
            + headers(&self.headers)
            + self.body.len()
            + headers(&self.answer.headers)
            + self.answer.body.len()
            + keys
            + self.answer.findings.len() * FINDING
    }
}

/// About how many bytes a finding takes, with the texts that it does not share.
const FINDING: usize = size_of::<Finding>() + 300;

/// The calls that are kept.
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
    /// How often the calls were forgotten by a reset.
    resets: u64,
}

/// Some of the calls.
#[derive(Debug)]
pub struct Page {
    /// The calls, the first one first.
    pub calls: Vec<Arc<Call>>,
    /// The number of the last call that was made.
    pub last: u64,
    /// Calls up to this number are kept no longer.
    pub forgotten: u64,
    /// How often the numbers have begun again.
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
    /// Adds a call, which gets its number here.
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

    /// Forgets all calls. The next one is the first again.
    pub fn clear(&self) {
        let mut kept = self.kept();
        *kept = Kept {
            resets: kept.resets + 1,
            ..Kept::default()
        };
        drop(kept);
        self.last.send_replace(0);
    }

    /// At most `limit` of the calls after the one of that number.
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

    /// The call of that number, if it is kept.
    pub fn get(&self, seq: u64) -> Option<Arc<Call>> {
        self.after(seq.checked_sub(1)?, 1)
            .calls
            .pop()
            .filter(|call| call.seq == seq)
    }

    /// Gets to know of later calls.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
