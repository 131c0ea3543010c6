//! The engine: a request body meets the rules of its endpoint, and what does not fit becomes a finding.
//!
//! ```text
//! request ─▶ one record at a time ─▶ object ─▶ value      (conversion, texts)
//!                                          ├─▶ unknown    (unknown, misplaced, duplicate names)
//!                                          └─▶ checks     (several properties at once)
//! ```
//!
//! The files are in layers, from the bottom up. None imports from one that comes later, and none calls a method that is
//! defined in one; `tests/it/house.rs` reads this list:
//!
//! - `checked`: what comes of it all.
//! - `interner`: equal strings of findings stored once.
//! - `state`: where the engine is in a record, and what can be asked of the values there.
//! - `messages`: the words of findings that rest on no row.
//! - `report`: the place of a finding, its record, its predicted answer, its fix.
//! - `reading`: what was meant by a value that does not convert.
//! - `required`, `conversion`: mandatory properties without a value; values that do not convert, or change.
//! - `value`: a scalar against its row.
//! - `checks`: the routes of checks over several properties.
//! - `names`: where a name that no row has belongs.
//! - `fixes`, `unknown`: what is done about such a name.
//! - `object`: an object against its table.
//! - `record_keys`, `effects`: records with one key; what a record changes at the tenant.
//! - `fast/record`, `fast/parallel`, `fast/file`: the fast path.
//! - `syntax`, `surrogates`: mistakes in the text of the file.
//! - `walk`, `verdict`: the walk of the platform's reader, and what its verdict changes.
//! - `wrapped`: records that are not where the body has to have them.
//! - `request`: a whole body.
//!
//! Pure: text, rules and tenant facts in, findings out. A clean record allocates nothing, unless it changes what the next one meets.

mod checked;
mod checks;
mod conversion;
mod effects;
mod fast;
mod fixes;
mod interner;
mod messages;
mod names;
mod object;
mod reading;
mod record_keys;
mod report;
mod request;
mod required;
mod state;
mod surrogates;
mod syntax;
mod unknown;
mod value;
mod verdict;
mod walk;
mod wrapped;

pub use checked::{Checked, Needed, RecordOutcome};
pub(crate) use fast::file::check_plain;
pub(crate) use fast::record::Memory;
pub use request::{check, check_with};
pub use syntax::{Reading, not_json, syntax_findings};
pub use verdict::read_through;
