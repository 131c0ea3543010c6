//! The fast path for a whole request, because nearly all files have only clean records. The only result is the number
//! of records.
//!
//! Measured with callgrind: 400 small files for two endpoints take 15.4 million instructions if they are sorted by
//! endpoint, and 36.9 million if the endpoints alternate.

use super::record::{FastPath, Memory};
use crate::json::{Reader, Root, Tree};
use crate::lint::Checked;
use crate::lint::record_keys::Keys;
use crate::rules::Endpoint;
use crate::tenant::Facts;

/// Returns the result of [`check_with`](crate::lint::check_with) if every record is clean; with `hides_advice`, also if
/// there is only advice.
///
/// Returns `None` if a record is not clean, if the text is not an array of records, or if `is_for` returns false for
/// the rows of the first record (one bit each): the file may be for another endpoint.
///
/// `text` must come from bytes without errors. `memory` is kept from other requests to the same endpoint.
pub(crate) fn check_plain(
    text: &str,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    (memory, hides_advice): (&mut Memory, bool),
    is_for: impl Fn(u64) -> bool,
) -> Option<Checked> {
    if facts.remembers_contacts() {
        return None;
    }
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let Root::List { .. } = reader.root(&mut tree) else {
        return None;
    };
    let mut fast_path = FastPath::with(std::mem::take(memory), text, endpoint).hiding_advice(hides_advice);
    let checked = records(&mut fast_path, &mut reader, facts, is_for);
    *memory = fast_path.into_memory();
    // Nothing may follow the array.
    checked.filter(|_| !reader.next_record(&mut tree) && reader.errors().is_empty())
}

/// Reads all records of an array.
fn records(
    fast_path: &mut FastPath<'_>,
    reader: &mut Reader<'_>,
    facts: &Facts<'_>,
    is_for: impl Fn(u64) -> bool,
) -> Option<Checked> {
    let mut keys = Keys::default();
    let mut checked = Checked {
        recoverable: true,
        ..Checked::default()
    };
    loop {
        let passed = fast_path.next(reader, facts, &mut keys, checked.records, |_| None)?;
        if checked.records == 0 && !is_for(fast_path.present_rows()) {
            return None;
        }
        checked.records += 1;
        checked.fast_records += 1;
        checked.undecided += passed.undecided;
        checked.open = checked.open.and(passed.needed);
        if fast_path.is_last(&passed) {
            return Some(checked);
        }
    }
}
