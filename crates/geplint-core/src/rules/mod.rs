//! The Data Elements tables and their constraints, loaded from `rules/*.toml`, checked and indexed.
//!
//! Everything that is known of an endpoint stands in its rules file; the code here knows only the closed set of
//! constraint kinds. The format is explained in `rules/README.md`.

mod candidate;
mod compile;
mod compiled;
mod definition;
mod describe;
mod fast_plan;
mod layers;
mod lists;
mod model;
mod names;

pub use candidate::{Candidate, loaded};
pub use compile::{LoadError, load};
pub use compiled::Compiled;
pub(crate) use compiled::property_like;
pub use describe::{Constraint, Stated};
pub use lists::{List, Shared};
pub(crate) use model::QuickCheck;
pub use model::{
    Answer, Answers, Check, CheckKind, Claim, ContactRows, Endpoint, Enumeration, Fact, GoodBesideBad, OneOf,
    Property, PropertyId, Required, Route, Shape, SingleValued, Table, TableId, TenantList, Type,
};
pub use names::NameIndex;
#[cfg(test)]
pub mod testing;
pub(crate) use fast_plan::{FastRow, FastRows, bit};
pub use layers::{Layer, endpoint_of, load_layers};
