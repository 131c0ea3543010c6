//! A request of which every record is plainly right: nearly all files of nearly all folders. There is nothing to say of
//! it but how many records it has.
//!
//! Counted with callgrind: 400 small files for two endpoints take 15.4 million instructions where files for one endpoint
//! follow each other, and 36.9 million where they alternate, so that no file is like the one before.

use super::record::{FastPath, Memory};
use crate::json::{Reader, Root, Tree};
use crate::lint::Checked;
use crate::lint::record_keys::Keys;
use crate::rules::Endpoint;
use crate::tenant::Facts;

/// What [`check_with`](crate::lint::check_with) comes to, if every record is plainly right; `None` where one is not, where the
/// text is no list of records, and where `is_for` does not take the rows that the first record has (a bit each) for a
/// request to this endpoint.
///
/// `text` is one without mistakes in its bytes. `memory` is what is remembered of requests to the same endpoint.
pub(crate) fn check_plain(
    text: &str,
    endpoint: &Endpoint,
    facts: &Facts<'_>,
    memory: &mut Memory,
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
    let mut fast_path = FastPath::with(std::mem::take(memory), text, endpoint);
    let checked = records(&mut fast_path, &mut reader, facts, is_for);
    *memory = fast_path.into_memory();
    // What follows the list has to be nothing.
    checked.filter(|_| !reader.next_record(&mut tree) && reader.errors().is_empty())
}

/// All records of a list.
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
        if checked.records == 0 && !is_for(fast_path.met()) {
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
