//! Prefetch: other threads run the fast path on the later parts of a long request while this thread reads the first.
//!
//! The start of a part is a guess: the first brace from which the fast path can read a record. So the result of a
//! part is the result of [`FastPath::record`] for each start that was tried, which depends on the text alone. The
//! thread that reads the request in order uses a result if it reaches exactly that start, and otherwise reads the
//! record itself. A wrong guess only costs time. Checks that depend on earlier records (duplicate keys, changed
//! contacts) are not made here.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::vec;

use super::record::{AfterRecord, CleanRecord, FastPath};
use crate::json::matching;
use crate::rules::Endpoint;
use crate::tenant::Facts;
use crate::threads::{Scope, ScopedJoinHandle, Threads, spawn};

/// The smallest part, in bytes, that is worth a thread.
const PART: usize = 1 << 20;

/// The number of braces that are tried to find the start of a record.
const TRIES: usize = 10_000;

/// The results of other threads.
pub(in crate::lint) struct Prefetch<'s> {
    /// The remaining parts: the byte offset of the start of each, and the thread that reads it.
    parts: VecDeque<(usize, ScopedJoinHandle<'s, Vec<CleanRecord>>)>,
    /// The remaining records of the current part, in order.
    passed: vec::IntoIter<CleanRecord>,
}

impl<'s> Prefetch<'s> {
    /// Returns a prefetch without parts.
    pub(in crate::lint) fn none() -> Self {
        Self {
            parts: VecDeque::new(),
            passed: Vec::new().into_iter(),
        }
    }

    /// Starts threads for all parts but the first. Starts none if the request is short or only one thread is allowed.
    pub(in crate::lint) fn begin<'e>(
        scope: &'s Scope<'s, 'e>,
        text: &'e str,
        endpoint: &'e Endpoint,
        facts: &Facts<'e>,
        (threads, hides_advice): (Threads, bool),
        stop: &'e AtomicBool,
    ) -> Self {
        let count = threads.for_parts(text.len() / PART);
        let bound = |part: usize| text.len() / count * part;
        let mut parts = VecDeque::new();
        for part in 1..count {
            let facts = facts.fresh();
            let to = if part + 1 == count {
                text.len()
            } else {
                bound(part + 1)
            };
            let range = (bound(part), to);
            let fast_path = move || {
                let fast_path = FastPath::new(text, endpoint).hiding_advice(hides_advice);
                read_part_fast(fast_path, &facts, range, stop)
            };
            // If no thread can be started, the reading thread does all the work.
            if let Some(thread) = spawn(scope, fast_path) {
                parts.push_back((range.0, thread));
            }
        }
        Self {
            parts,
            ..Self::none()
        }
    }

    /// Returns the record that starts at byte `start`, if a thread has read it. Starts must be requested in ascending order.
    pub(in crate::lint) fn at(&mut self, start: usize) -> Option<CleanRecord> {
        while let Some((from, _)) = self.parts.front()
            && *from <= start
        {
            let (_, thread) = self.parts.pop_front()?;
            self.passed = thread.join().unwrap_or_default().into_iter();
        }
        while self.passed.as_slice().first()?.start < start {
            self.passed.next();
        }
        (self.passed.as_slice().first()?.start == start).then(|| self.passed.next())?
    }
}

/// Runs the fast path on the records that start between two byte offsets.
fn read_part_fast(
    mut fast_path: FastPath<'_>,
    facts: &Facts<'_>,
    (from, to): (usize, usize),
    stop: &AtomicBool,
) -> Vec<CleanRecord> {
    let bytes = fast_path.bytes();
    let mut found = Vec::new();
    let braces = memchr::memchr_iter(b'{', bytes.get(from..to).unwrap_or_default()).map(|at| from + at);
    let Some(first) = braces.take(TRIES).find_map(|at| fast_path.record(at, facts)) else {
        return found;
    };
    let mut next = AfterRecord::of(bytes, first.end);
    found.push(first);
    while let Some(AfterRecord::Record(at)) = next
        && at < to
        && !stop.load(Relaxed)
    {
        let passed = fast_path.record(at, facts);
        let end = passed.as_ref().map(|passed| passed.end);
        // If the record is not clean, its end is a guess as well.
        next = end
            .or_else(|| matching(bytes, at, to - at))
            .and_then(|end| AfterRecord::of(bytes, end));
        found.extend(passed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::builtin;
    use crate::tenant::{Tenant, TenantChanges};

    /// The records of a part are found wherever it starts: in a string, in a nested object, in whitespace.
    #[test]
    fn a_part_finds_its_records() {
        let record = r#"{"ClientContactCode": "{[,", "InterfaceStatus": "Success"}"#;
        let text = format!("[\n  {}\n]", [record; 40].join(",\n  "));
        let endpoint = builtin("contact-interface-status").unwrap();
        let (tenant, changes) = (Tenant::default(), TenantChanges::default());
        let facts = Facts::new(&tenant, &changes, false);
        let stop = AtomicBool::new(false);
        let all = read_part_fast(FastPath::new(&text, endpoint), &facts, (0, text.len()), &stop);
        assert_eq!(all.len(), 40, "{text}");
        for from in 0..200 {
            let part = read_part_fast(FastPath::new(&text, endpoint), &facts, (from, text.len()), &stop);
            let starts: Vec<usize> = part.iter().map(|passed| passed.start).collect();
            let wanted = all
                .iter()
                .map(|passed| passed.start)
                .filter(|start| *start >= from);
            assert_eq!(starts, wanted.collect::<Vec<_>>(), "from {from}");
        }
    }
}
