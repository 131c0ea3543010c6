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
mod fast_rows;
mod ids;
mod kinds;
mod layers;
mod lines;
mod listed;
mod lists;
mod model;
mod names;
mod names_file;
mod shared;
mod texts;
mod vocabulary;

pub use candidate::{Candidate, loaded};
pub use compile::{LoadError, load};
pub use compiled::Compiled;
pub(crate) use compiled::property_like;
pub(crate) use kinds::finding_text::{cut, quoted, shortened};
pub use kinds::length_of;
pub(crate) use kinds::{Beside, Fault, Stands, Words, judge, right_text};
pub use listed::{Constraint, Stated};
pub use lists::List;
pub use model::{
    Active, Answer, Answers, AnyOf, Ask, AtMostOne, BelongsToOne, Check, CheckKind, Claim, ContactRows,
    Differs, Endpoint, Enumeration, GoodBesideBad, OneOf, Property, Required, Route, RowKind, SingleValued,
    Table, TenantList, Unique,
};
pub use names::NameIndex;
pub use shared::Shared;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::{simplified, simplify};
#[cfg(test)]
pub mod testing;
pub use crate::tenant::Fact;
pub use crate::text_shape::Shape;
pub(crate) use fast_rows::{FastRow, FastRows, QuickCheck, bit, plain_number};
pub use ids::{PropertyId, TableId, Type};
pub use layers::{Layer, endpoint_of, load_layers};
