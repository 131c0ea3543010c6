//! The engine: checks a request body against the rules of its endpoint and returns findings.
//!
//! ```text
//! request ─▶ one record at a time ─▶ object ─▶ value      (conversion, texts)
//!                                          ├─▶ names      (unknown, misplaced, duplicate names)
//!                                          └─▶ checks     (several properties at once)
//! ```
//!
//! The files are in layers, from the bottom up. None imports from a later one, and none calls a method that a later one
//! defines; `tests/it/house.rs` reads this list:
//!
//! - `checked`: the result.
//! - `interner`: equal strings of findings stored once.
//! - `state`: the current place in a record, and queries about the values there.
//! - `messages`: the texts of findings that rest on no row.
//! - `new_finding`: the place of a finding, its record, its predicted answer, its fix.
//! - `meant_value`: what was meant by a value that does not convert.
//! - `required`, `conversion`: mandatory properties without a value; values that do not convert, or change.
//! - `value`: a scalar against its row.
//! - `checks`: the routes of checks over several properties.
//! - `meant_name`: where a name that no row has belongs.
//! - `fixes`, `unknown_or_duplicate`: the fixes and findings for such a name.
//! - `object`: an object against its table.
//! - `record_keys`, `effects`: duplicate keys of records; the changes that a record makes at the tenant.
//! - `fast/record`, `fast/parallel`, `fast/file`: the fast path.
//! - `syntax`, `surrogates`: syntax errors of the file.
//! - `replay`, `verdict`: a replay of the platform's reader, and how its verdict corrects the findings.
//! - `wrapped`: records that are wrapped in something else.
//! - `request`: a whole body.
//!
//! Pure: text, rules and tenant facts in, findings out. A clean record allocates nothing, unless it changes facts for
//! the next one.

mod checked;
mod checks;
mod conversion;
mod effects;
mod fast;
mod fixes;
mod interner;
mod meant_name;
mod meant_value;
mod messages;
mod new_finding;
mod object;
mod record_keys;
mod replay;
mod request;
mod required;
mod state;
mod surrogates;
mod syntax;
mod unknown_or_duplicate;
mod value;
mod verdict;
mod wrapped;

pub use checked::{Checked, Needed, RecordOutcome};
pub(crate) use fast::file::check_plain;
pub(crate) use fast::record::Memory;
pub(crate) use request::check_sharing;
pub use request::{LeftOver, Mode, check, check_template, check_with, unknown_values};
pub use syntax::{Reading, not_json, syntax_findings};
pub use verdict::read_through;
