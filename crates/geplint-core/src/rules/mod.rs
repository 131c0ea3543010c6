//! The Data Elements tables and their constraints, loaded from `rules/*.toml`, checked and indexed.
//!
//! All knowledge of an endpoint is in its rules file; this code only has the closed set of constraint kinds. `rules/README.md`
//! explains the format.

mod code_list;
mod compile;
mod compiled_at_build;
mod constraint_line;
mod definition;
mod describe;
mod endpoint_candidate;
mod fast_plan;
mod fast_rows;
mod ids;
mod kinds;
mod layers;
mod model;
mod name_index;
mod names_file;
mod rules_folder;
mod shared_by_endpoints;
mod sorted_lines;
mod text_defects;
mod vocabulary;

pub use code_list::List;
pub use compile::{KindOfCheck, LoadError, load};
pub use compiled_at_build::Compiled;
pub(crate) use compiled_at_build::{property_like, unmarked};
pub use constraint_line::{Constraint, Stated};
pub use endpoint_candidate::Candidate;
pub(crate) use kinds::violation::{cut, quoted, shortened};
pub(crate) use kinds::{Conflict, Fault, TextPosition, Violation, accept_text, in_shape, judge};
pub use model::{
    Active, Answer, Answers, AnyOf, AtMostOne, BelongsToOne, Check, CheckKind, Claim, ContactRows, Differs,
    Endpoint, Enumeration, GoodBesideBad, OneOf, Property, Required, Route, RowKind, SingleValued, Table,
    TenantList, Unique, ValueCheck,
};
pub use name_index::NameIndex;
pub(crate) use rules_folder::{FileKind, file_kind};
pub use shared_by_endpoints::Shared;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::{simplified, simplify};
#[cfg(test)]
pub mod testing;
pub use crate::tenant::Fact;
pub use crate::text_shape::Shape;
pub(crate) use fast_rows::{FastRow, FastRows, QuickCheck, bit, plain_number};
pub use ids::{PropertyId, TableId, Type};
pub use layers::{Layer, endpoint_of, load_layers};
