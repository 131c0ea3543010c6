//! The Data Elements tables and their constraints, loaded from `rules/*.toml`, checked and indexed.
//!
//! Everything that is known of an endpoint stands in its rules file; the code here knows only the closed set of
//! constraint kinds. The format is explained in `rules/README.md`.

mod candidate;
mod compile;
mod compiled;
mod constraints;
mod definition;
mod lists;
mod model;
mod names;
mod patch;
mod sight;

pub(crate) use candidate::property_like;
pub use candidate::{Candidate, loaded};
pub use compile::{LoadError, load};
pub use compiled::Compiled;
pub use constraints::{Constraint, Stated};
pub use lists::List;
pub(crate) use model::Glance;
pub use model::{
    Answer, Answers, Check, CheckKind, Claim, ContactRows, Endpoint, Enumeration, Fact, GoodBesideBad, Known,
    OneOf, Property, PropertyId, Required, Route, Shape, SingleValued, Table, TableId, Type,
};
pub use names::NameIndex;
#[cfg(test)]
pub mod testing;
pub use patch::{Layer, endpoint_of, load_layers};
pub(crate) use sight::{Sight, Sights, bit};
