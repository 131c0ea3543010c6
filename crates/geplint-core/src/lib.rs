//! The engine of geplint: bytes, rules and tenant facts in; findings and the predicted response out.
//!
//! Pure: no files, no clock, no environment, no printing. It contains no endpoint; rules files define them.

pub mod baseline;
mod check;
pub mod config;
pub mod diagnostics;
pub mod finding;
pub mod fix;
pub mod json;
mod keyed;
pub mod lint;
pub mod mapped;
pub mod nearest;
pub mod placeholders;
pub mod predict;
pub mod recognize;
pub mod rules;
mod ruleset;
pub mod sample;
pub mod sanitize;
pub mod schema;
pub mod session;
pub mod settings;
mod shape;
pub mod source;
mod spreadsheet;
pub mod suppress;
pub mod tenant;
pub mod threads;
mod wrapper;

pub use check::{Checked, Options, check};
pub use ruleset::{RuleError, Ruleset};
