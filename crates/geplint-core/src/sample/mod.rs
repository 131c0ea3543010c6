//! Generates requests: valid values for rows, records and bodies without findings, and bodies that violate one constraint.
//!
//! - `values`: a valid value for a row.
//! - `body`: records and whole bodies.
//! - `edit`: one change of a generated object.
//! - `checks`: bodies that satisfy or violate a check over several values.
//! - `wrong`: invalid values for a row.
//! - `constraints`: for each constraint, a body that satisfies it and one that violates it.
//!
//! The engine confirms all of it: texts are checked with the engine's functions, and each body of `constraints` is checked as a
//! whole. Values are from the tenant's lists if there are any, otherwise from `[examples]` in `rules/names.toml`.

mod body;
mod checks;
mod constraints;
mod edit;
mod values;
mod wrong;

pub use body::{Case, Extent, Sampler};
pub use constraints::{Sample, Samples, Uncovered};
