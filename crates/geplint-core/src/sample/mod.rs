//! Made-up requests: values that a row takes, records and bodies that check clean, and bodies that break one constraint.
//!
//! - `values`: a value that a row takes.
//! - `body`: records and whole bodies.
//! - `edit`: one thing of a made-up object changed.
//! - `checks`: bodies that keep or break a check over several values.
//! - `wrong`: values that a row does not take.
//! - `constraints`: for each constraint a body that keeps it and one that breaks it.
//!
//! Nothing is taken on trust: a text is judged as the engine judges it, and a body of `constraints` is one that the engine was
//! asked about. Values come from the tenant's lists where they are at hand, and from `[examples]` of the file of names.

mod body;
mod checks;
mod constraints;
mod edit;
mod values;
mod wrong;

pub use body::{Case, Extent, Sampler};
pub use constraints::{Lack, Sample, Samples};
