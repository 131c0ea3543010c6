//! The Data Elements tables and their constraints, loaded from `rules/*.toml`, checked and indexed.
//!
//! Everything that is known of an endpoint is in its rules file; this code knows only the closed set of constraint
//! kinds. `rules/README.md` explains the format.

mod candidate;
mod compile;
mod compiled;
mod definition;
mod describe;
mod fast_plan;
mod kinds;
mod layers;
mod lines;
mod lists;
mod model;
mod names;
mod texts;
mod vocabulary;

pub use candidate::{Candidate, loaded};
pub use compile::{LoadError, load};
pub use compiled::Compiled;
pub(crate) use compiled::property_like;
pub use describe::{Constraint, Stated};
pub(crate) use kinds::words::{cut, quoted, shortened};
pub use kinds::{
    Active, AnyOf, Ask, AtMostOne, BelongsToOne, CheckKind, Differs, OneOf, SingleValued, TenantList, Unique,
};
pub(crate) use kinds::{Beside, Fault, Stands, Words, judge, right_text};
pub use lists::{List, Shared};
pub(crate) use model::QuickCheck;
pub use model::{
    Answer, Answers, Check, Claim, ContactRows, Endpoint, Enumeration, GoodBesideBad, Property, PropertyId,
    Required, Route, RowKind, Table, TableId, Type,
};
pub use names::NameIndex;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::{simplified, simplify};
#[cfg(test)]
pub mod testing;
pub use crate::shape::Shape;
pub use crate::tenant::Fact;
pub(crate) use fast_plan::{FastRow, FastRows, bit, plain_number};
pub use layers::{Layer, endpoint_of, load_layers};
