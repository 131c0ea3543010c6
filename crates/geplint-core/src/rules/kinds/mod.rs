//! The closed set of constraint kinds. All that a kind means is in one file: how a value is judged, what the fast path needs
//! to know, the line under which it is listed, and its words.
//!
//! - A kind that asks something of the text of one value is a variant of [`Ask`]; those that a row has fields of its own for
//!   (`one-of`, `known`, the length in its type) are judged in [`judge`], in their order.
//! - A kind that compares several values of an object is a variant of [`CheckKind`]; `lint/checks.rs` follows its routes.
//!
//! Nothing here knows where in a file a value is, and nothing is reported: the engine reports a [`Fault`], and the fast path
//! passes over a record only if there is none. Neither has a judgement of its own.

mod active;
mod any_of;
mod blank;
mod differs;
mod known;
mod length;
mod one_of;
mod open_enum;
mod shape;
mod single_valued;
pub(crate) mod words;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use active::Active;
pub use any_of::AnyOf;
pub use differs::Differs;
pub use known::TenantList;
pub use one_of::OneOf;
pub(crate) use single_valued::Beside;
pub use single_valued::SingleValued;
pub(crate) use words::Words;

use super::describe::{Constraint, Stated};
use super::fast_plan::FastRow;
use super::{Claim, Endpoint, Property, PropertyId, Table, TableId};
use crate::finding::Severity;
use crate::shape::Shape;
use crate::tenant::{Fact, Facts, Knowledge};

/// What else a row asks of the text of its values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ask {
    /// It has this shape.
    Shape(Shape),
}

/// What is known of a text before an [`Ask`] is put to it.
#[derive(Debug, Clone, Copy)]
struct Before {
    /// The tenant's own list has decided, or it is whitespace.
    decided: bool,
}

impl Ask {
    /// Whether a text does not have what is asked.
    #[inline]
    fn breaks(&self, text: &str, before: Before) -> bool {
        match self {
            Self::Shape(shape) => !before.decided && !shape.fits(text),
        }
    }

    /// Whether a text without the whitespace around it has what is asked.
    fn would_hold(&self, trimmed: &str) -> bool {
        !self.breaks(trimmed, Before { decided: false })
    }

    fn words(&self, property: &Property, text: &str) -> Words<'_> {
        match self {
            Self::Shape(shape) => shape::words(*shape, property, text),
        }
    }

    /// The text that was meant, where that is certain.
    fn meant(&self, text: &str) -> Option<String> {
        match self {
            Self::Shape(shape) => shape::meant(*shape, text),
        }
    }

    fn listed(&self, property: &Property) -> Constraint {
        match self {
            Self::Shape(shape) => shape::listed(*shape, property),
        }
    }
}

/// What is wrong with the text of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault<'p> {
    /// Nothing but whitespace.
    Blank,
    /// Longer than the limit; the length in UTF-16 units.
    TooLong(&'p Claim, usize),
    /// The tenant does not have it.
    Unknown(&'p TenantList),
    /// Not in the row's list.
    NotInList(&'p OneOf),
    /// Not what else the row asks.
    Asked(&'p Ask),
}

impl<'p> Fault<'p> {
    /// What is said of it.
    pub(crate) fn words(self, property: &Property, text: &str, facts: &Facts<'_>) -> Words<'p> {
        match self {
            Self::Blank => blank::words(property),
            Self::TooLong(claim, length) => length::words(property, claim, length, text),
            Self::Unknown(known) => known.words(property, text, facts),
            Self::NotInList(list) => list.words(property, text),
            Self::Asked(ask) => ask.words(property, text),
        }
    }

    /// The text that was meant, where that is certain.
    pub(crate) fn meant(self, property: &'p Property, text: &str) -> Option<Cow<'p, str>> {
        match self {
            Self::Blank | Self::Unknown(_) => None,
            Self::TooLong(..) => length::meant(property, text).map(Cow::Borrowed),
            Self::NotInList(list) => list.meant(text).map(Cow::Borrowed),
            Self::Asked(ask) => ask.meant(text).map(Cow::Owned),
        }
    }

    /// Whether the text without the whitespace around it has no such fault.
    pub(crate) fn is_mended_by(self, trimmed: &str, facts: &Facts<'_>) -> bool {
        match self {
            Self::Blank | Self::TooLong(..) => false,
            Self::Unknown(known) => facts.knows(known.fact, trimmed) == Knowledge::Right,
            Self::NotInList(list) => list.holds(trimmed),
            Self::Asked(ask) => ask.would_hold(trimmed),
        }
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// It is the value of the row, and not empty.
    InRow,
    /// It is an element of the row's list.
    InList,
}

/// Judges the text of a value that converts. Each fault goes to `fault`; returns how many checks need facts of the tenant.
#[inline]
pub(crate) fn judge<'p>(
    property: &'p Property,
    text: &str,
    stands: Stands,
    facts: &Facts<'_>,
    mut fault: impl FnMut(Fault<'p>),
) -> u64 {
    let blank = blank::breaks(property, text, stands);
    if blank {
        fault(Fault::Blank);
    }
    if let Some(length) = length::over(property, text) {
        if let Some(claim) = &property.too_long {
            fault(Fault::TooLong(claim, length));
        }
        return 0;
    }
    // Where the tenant's own list decides, a public one has nothing to add; nor to whitespace.
    let (mut decided, mut undecided) = (blank, 0);
    for known in &property.known {
        match known.knows(text, facts) {
            None => {}
            Some(Knowledge::Right) => decided = true,
            Some(Knowledge::Wrong) => {
                decided = true;
                fault(Fault::Unknown(known));
            }
            Some(Knowledge::CannotTell) => undecided += u64::from(known.is_missed()),
        }
    }
    if let Some(list) = &property.one_of
        && !(blank || (decided && list.claim.severity != Severity::Error))
        && !list.holds(text)
    {
        fault(Fault::NotInList(list));
    }
    for ask in &property.asks {
        if ask.breaks(text, Before { decided }) {
            fault(Fault::Asked(ask));
        }
    }
    undecided
}

/// For the fast path: how many checks of a text could not be made, if nothing is wrong with it. What is empty is left to
/// the engine.
#[inline]
pub(crate) fn right_text(property: &Property, text: &str, facts: &Facts<'_>, stands: Stands) -> Option<u64> {
    if text.is_empty() && stands == Stands::InRow {
        return None;
    }
    let mut right = true;
    let undecided = judge(property, text, stands, facts, |_| right = false);
    right.then_some(undecided)
}

/// What a row asks of its texts, as it is listed.
pub(super) fn listed(property: &Property) -> impl Iterator<Item = Constraint> {
    let list = property.one_of.as_ref().map(|list| list.listed(property));
    let asks = property.asks.iter().map(|ask| ask.listed(property));
    length::listed(property).into_iter().chain(list).chain(asks)
}

/// What a row asks of the tenant's lists.
pub(super) fn listed_known(property: &Property) -> impl Iterator<Item = Constraint> {
    property.known.iter().map(|known| known.listed(property))
}

/// The checks over several properties.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CheckKind {
    /// At least one of several is there.
    AnyOf(AnyOf),
    /// A value is not that of another property.
    Differs(Differs),
    /// All items that meet a condition have the same value.
    SingleValued(SingleValued),
    /// The contact that the record names is active at the tenant.
    Active(Active),
}

impl CheckKind {
    /// The row that a check goes with; one that concerns the record as a whole goes with the last.
    pub(super) fn anchor(&self, table: &Table) -> PropertyId {
        let first = match self {
            Self::AnyOf(any_of) => any_of.anchor(),
            Self::Differs(differs) => differs.anchor(),
            Self::SingleValued(single) => single.anchor(),
            Self::Active(_) => None,
        };
        let last = u16::try_from(table.properties.len().saturating_sub(1)).unwrap_or(u16::MAX);
        first.unwrap_or(PropertyId(last))
    }

    /// Says in the plan of the fast path what it needs of the rows; `index` is the table that the check goes with.
    pub(super) fn plan(&self, tables: &mut [Table], index: usize, of_record: bool) {
        match self {
            Self::AnyOf(any_of) => any_of.plan(&mut tables[index]),
            Self::Differs(differs) => differs.plan(tables, of_record),
            Self::SingleValued(single) => single.plan(tables),
            // Looked at for every record.
            Self::Active(_) => {}
        }
    }

    /// `Table.Property|Property`, or a route: what a finding names it by.
    pub(crate) fn name(&self, endpoint: &Endpoint, table: &Table) -> String {
        let names = |ids: &[PropertyId]| {
            let names: Vec<&str> = ids.iter().map(|id| table.property(*id).name.as_ref()).collect();
            format!("{}.{}", table.name, names.join("|"))
        };
        match self {
            Self::AnyOf(AnyOf(ids)) | Self::Active(Active(ids)) => names(ids),
            Self::Differs(differs) => endpoint.route_name(&differs.route),
            Self::SingleValued(single) => endpoint.route_name(&single.items),
        }
    }

    /// The check as it is listed.
    pub(super) fn listed(&self, claim: &Claim, endpoint: &Endpoint, table: &Table) -> Constraint {
        let (what, needs) = match self {
            Self::AnyOf(any_of) => (any_of.what(table), None),
            Self::Differs(differs) => (differs.what(table), None),
            Self::SingleValued(single) => (single.what(), None),
            Self::Active(_) => (Active::what(), Some(Fact::Contacts)),
        };
        let conditions = match self {
            Self::AnyOf(_) | Self::Active(_) => Vec::new(),
            Self::Differs(differs) => differs.conditions(table),
            Self::SingleValued(single) => single.conditions(endpoint, table),
        };
        Constraint::of_claim(claim, self.name(endpoint, table), what, needs, Stated::Check).with(conditions)
    }

    /// What follows from it without being said.
    pub(super) fn implied(&self, claim: &Claim, endpoint: &Endpoint) -> Option<Constraint> {
        match self {
            Self::Differs(differs) => differs.implied(endpoint, claim),
            Self::AnyOf(_) | Self::SingleValued(_) | Self::Active(_) => None,
        }
    }
}

/// Changes the plan of the row at one step of a route.
fn mark(tables: &mut [Table], step: Option<&(TableId, PropertyId)>, change: impl FnOnce(&mut FastRow)) {
    if let Some((table, id)) = step
        && let Some(row) = tables[usize::from(table.0)]
            .fast_rows
            .rows
            .get_mut(usize::from(id.0))
    {
        change(row);
    }
}
