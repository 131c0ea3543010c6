//! The engine of geplint: bytes, rules and tenant facts in; findings and the predicted response out.
//!
//! Pure: no files, no clock, no environment, no printing. Endpoints are defined by rules files only.
//!
//! Without the feature `engine`, only [`rules`] is available, for build scripts that compile rules files.
#![cfg_attr(
    not(feature = "engine"),
    allow(
        dead_code,
        unused_imports,
        reason = "`rules` uses a part of the other modules"
    )
)]

#[cfg(feature = "engine")]
pub mod baseline;
#[cfg(feature = "engine")]
mod check;
pub mod finding;
#[cfg(feature = "engine")]
pub mod fix;
#[cfg(feature = "engine")]
pub mod grouping;
pub mod json;
#[cfg(feature = "engine")]
pub mod lint;
#[cfg(feature = "engine")]
pub mod mapped_text;
#[cfg(feature = "engine")]
pub mod nearest;
#[cfg(feature = "engine")]
pub mod placeholders;
pub mod pointer;
#[cfg(feature = "engine")]
pub mod predict;
#[cfg(feature = "engine")]
pub mod recognize;
pub mod rules;
#[cfg(feature = "engine")]
mod ruleset;
#[cfg(feature = "engine")]
pub mod sample;
pub mod sanitize;
#[cfg(feature = "engine")]
pub mod schema;
#[cfg(feature = "engine")]
pub mod session;
#[cfg(feature = "engine")]
pub mod settings;
#[cfg(feature = "engine")]
pub mod source;
mod spreadsheet_number;
mod string_map;
#[cfg(feature = "engine")]
pub mod suppress;
pub mod tenant;
mod text_shape;
#[cfg(feature = "engine")]
pub mod threads;
#[cfg(feature = "engine")]
pub mod toml_entry;
#[cfg(feature = "engine")]
mod wrapper;

#[cfg(feature = "engine")]
pub use check::{Checked, Options, check};
#[cfg(feature = "engine")]
pub use ruleset::{RuleError, Ruleset};
