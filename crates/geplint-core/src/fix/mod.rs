//! Fixes: converts findings to edits, and applies edits to a file.
//!
//! Pure: bytes and findings in, edits and bytes out; the caller reads, checks and writes. The edits of one pass do
//! not overlap, and the file is checked again after each pass, so that the next pass can fix mistakes that the last
//! one uncovered. A pass counts only if it leaves fewer findings and no new error. The value of a renamed property
//! was not checked before, so findings inside it do not count against the pass that renames it.

mod edit;
mod finding_counts;
mod of_finding;
mod passes;

pub use edit::{Edit, Fix, apply};
pub use finding_counts::Tally;
pub use of_finding::of;
pub use passes::{CheckResult, Fixed, fix_all};
