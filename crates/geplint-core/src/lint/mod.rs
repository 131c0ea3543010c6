//! The engine: checks a request body against the rules of its endpoint and returns findings.
//!
//! ```text
//! request ─▶ one record at a time ─▶ object ─▶ value      (conversion, strings)
//!                                          ├─▶ names      (unknown, misplaced, duplicate names)
//!                                          └─▶ checks     (several properties at once)
//! ```
//!
//! The files are in layers, from the bottom up. None imports from a later one, and none calls a method that a later one
//! defines; `tests/it/code_layout.rs` reads this list:
//!
//! - `checked_body`: the result.
//! - `interner`: equal strings of findings stored once.
//! - `record_state`: the current place in a record, and queries about the values there.
//! - `messages`: the messages of findings that no row states.
//! - `new_finding`: the place of a finding, its record, its predicted answer, its fix.
//! - `meant_value`: the intended value of a value that does not convert.
//! - `duplicate_name`: the values that count for a duplicate name.
//! - `required`, `conversion`: mandatory properties without a value; values that do not convert, or change.
//! - `value`: a scalar against its row.
//! - `check_routes`: the routes of checks over several properties.
//! - `meant_name`: the intended name, or the intended place, of an unknown name.
//! - `fixes`, `unknown_name`: the fixes and findings for unknown names.
//! - `object`: an object against its table.
//! - `record_keys`, `tenant_changes`: duplicate keys of records; the tenant facts that a record changes.
//! - `fast/record`, `fast/parallel`, `fast/file`: the fast path.
//! - `syntax`, `surrogates`: syntax errors of the file.
//! - `reader_replay`, `reader_verdict`: a replay of the platform's reader, and how its verdict corrects the findings.
//! - `wrapped`: records inside other values.
//! - `request`: a whole body.
//!
//! Pure: text, rules and tenant facts in, findings out. A clean record allocates nothing, unless it changes facts for
//! later records.

mod check_routes;
mod checked_body;
mod conversion;
mod duplicate_name;
mod fast;
mod fixes;
mod interner;
mod meant_name;
mod meant_value;
mod messages;
mod new_finding;
mod object;
mod reader_replay;
mod reader_verdict;
mod record_keys;
mod record_state;
mod request;
mod required;
mod surrogates;
mod syntax;
mod tenant_changes;
mod unknown_name;
mod value;
mod wrapped;

pub use checked_body::{Checked, Needed, RecordOutcome};
pub(crate) use fast::file::check_plain;
pub(crate) use fast::record::Memory;
pub use reader_verdict::read_through;
pub(crate) use request::check_sharing;
pub use request::{Mode, ReusedMemory, check, check_template, check_with, unknown_values};
pub use syntax::{Reading, not_json, syntax_findings};
