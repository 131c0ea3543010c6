//! Skimming ahead: the later parts of a long request are skimmed by other threads while this one is still in the first.
//!
//! Where a later part begins is a guess: the first brace from which a record can be skimmed. So all that comes of a part is
//! what [`FastPath::record`] says of each start that was tried, which depends on the text alone. Whoever reads the request in
//! order takes it where it comes to just that start, and skims by itself where it does not: a wrong guess costs time and
//! nothing else. What depends on the records before (keys that stand twice, contacts that have changed) is not looked
//! at here.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::vec;

use super::record::{Behind, CleanRecord, FastPath};
use crate::json::matching;
use crate::rules::Endpoint;
use crate::tenant::Facts;
use crate::threads::{Scope, ScopedJoinHandle, Threads, spawn};

/// A part of fewer bytes is not worth a thread.
const PART: usize = 1 << 20;

/// So many braces are tried to find the beginning of a record.
const TRIES: usize = 10_000;

/// What other threads have found out.
pub(in crate::lint) struct Prefetch<'s> {
    /// Where each part begins that is not looked at yet, and who skims it.
    parts: VecDeque<(usize, ScopedJoinHandle<'s, Vec<CleanRecord>>)>,
    /// Records of the last part that was looked at, in order.
    passed: vec::IntoIter<CleanRecord>,
}

impl<'s> Prefetch<'s> {
    /// Nobody skims ahead.
    pub(in crate::lint) fn none() -> Self {
        Self {
            parts: VecDeque::new(),
            passed: Vec::new().into_iter(),
        }
    }

    /// Begins with all parts but the first; none where the request is short or there is one thread.
    pub(in crate::lint) fn begin<'e>(
        scope: &'s Scope<'s, 'e>,
        text: &'e str,
        endpoint: &'e Endpoint,
        facts: &Facts<'e>,
        threads: Threads,
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
            let fast_path = move || skim_part(text, endpoint, &facts, range, stop);
            // Where there are no threads left, the reading thread does it all.
            if let Some(thread) = spawn(scope, fast_path) {
                parts.push_back((range.0, thread));
            }
        }
        Self {
            parts,
            ..Self::none()
        }
    }

    /// What is known of a record that begins at `start`; starts have to be asked for in order.
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

/// Skims the records that begin between two places.
fn skim_part(
    text: &str,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    (from, to): (usize, usize),
    stop: &AtomicBool,
) -> Vec<CleanRecord> {
    let bytes = text.as_bytes();
    let mut fast_path = FastPath::new(text, endpoint);
    let mut found = Vec::new();
    let braces = memchr::memchr_iter(b'{', bytes.get(from..to).unwrap_or_default()).map(|at| from + at);
    let Some(first) = braces.take(TRIES).find_map(|at| fast_path.record(at, facts)) else {
        return found;
    };
    let mut next = Behind::of(bytes, first.end);
    found.push(first);
    while let Some(Behind::Record(at)) = next
        && at < to
        && !stop.load(Relaxed)
    {
        let passed = fast_path.record(at, facts);
        let end = passed.as_ref().map(|passed| passed.end);
        // The end of a record that is not plainly right is a guess as well.
        next = end
            .or_else(|| matching(bytes, at, to - at))
            .and_then(|end| Behind::of(bytes, end));
        found.extend(passed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::builtin;
    use crate::tenant::{Tenant, TenantChanges};

    /// However a part begins, in a text, in a nested object, in white space, its records are found.
    #[test]
    fn a_part_finds_its_records() {
        let record = r#"{"ClientContactCode": "{[,", "InterfaceStatus": "Success"}"#;
        let text = format!("[\n  {}\n]", [record; 40].join(",\n  "));
        let endpoint = builtin("contact-interface-status").unwrap();
        let (tenant, changes) = (Tenant::default(), TenantChanges::default());
        let facts = Facts::new(&tenant, &changes, false);
        let stop = AtomicBool::new(false);
        let all = skim_part(&text, endpoint, &facts, (0, text.len()), &stop);
        assert_eq!(all.len(), 40, "{text}");
        for from in 0..200 {
            let part = skim_part(&text, endpoint, &facts, (from, text.len()), &stop);
            let starts: Vec<usize> = part.iter().map(|passed| passed.start).collect();
            let wanted = all
                .iter()
                .map(|passed| passed.start)
                .filter(|start| *start >= from);
            assert_eq!(starts, wanted.collect::<Vec<_>>(), "from {from}");
        }
    }
}
