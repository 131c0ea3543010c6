//! The closed set of constraint kinds. Each file has the behaviour of one kind, whose fields are in `model`: the
//! check of a value, the data for the fast path, the line in the list of constraints, and the messages of its
//! findings.
//!
//! - A kind that checks one string is a variant of [`ValueCheck`]. The kinds with a separate field (`one-of`,
//!   `known`, the length in the type) are checked in [`judge`], in that order.
//! - A kind that compares several values of an object is a variant of [`CheckKind`]; `lint/check_routes.rs` follows its
//!   routes.
//!
//! Nothing here knows the position of a value in a file, and nothing is reported: the engine reports each [`Fault`],
//! and the fast path accepts a record only if there is none.

mod active;
mod amount;
mod any_of;
mod at_most_one;
mod belongs_to_one;
mod blank;
mod damaged;
mod differs;
mod hidden;
mod known;
mod length;
mod mark_fast_row;
mod one_of;
mod open_enum;
mod placeholder;
mod shape;
mod single_valued;
mod spreadsheet;
mod unique;
pub(crate) mod violation;

use std::borrow::Cow;

pub(crate) use blank::TextPosition;
pub(crate) use single_valued::Conflict;
pub(crate) use violation::Violation;

use super::constraint_line::{Constraint, Stated};
use super::text_defects::TextDefects;
use super::{
    Active, AnyOf, CheckKind, Claim, Endpoint, OneOf, Property, PropertyId, RowKind, Table, TableId,
    TenantList, ValueCheck,
};
use crate::finding::Severity;
use crate::tenant::{Fact, Facts, Presence};
use crate::text_shape::Shape;

/// The subject of a [`ValueCheck`].
#[derive(Clone, Copy)]
enum CheckSubject {
    /// A string that no sender intends. It is checked before everything else.
    Damage,
    /// A number that certainly has its type.
    Number,
    /// The shape of a string.
    Shape,
}

impl ValueCheck {
    /// The checks that the kind of a row may have, with their names in the rules.
    pub(super) const OF_KINDS: [(&'static str, Self); 8] = [
        ("no-placeholder", Self::NoPlaceholder),
        ("no-code-placeholder", Self::NoCodePlaceholder),
        ("no-spreadsheet-error", Self::NoSpreadsheetError),
        ("no-spreadsheet-number", Self::NoSpreadsheetNumber),
        ("undamaged", Self::Undamaged),
        ("no-hidden-character", Self::NoHiddenCharacter),
        ("no-control-character", Self::NoControlCharacter),
        ("not-negative", Self::NotNegative),
    ];

    const fn subject(self) -> CheckSubject {
        match self {
            Self::NoPlaceholder
            | Self::NoCodePlaceholder
            | Self::NoSpreadsheetError
            | Self::NoSpreadsheetNumber
            | Self::Undamaged
            | Self::NoHiddenCharacter
            | Self::NoControlCharacter => CheckSubject::Damage,
            Self::NotNegative => CheckSubject::Number,
            Self::Shape(_) => CheckSubject::Shape,
        }
    }

    /// Returns the shape that it requires.
    #[must_use]
    pub const fn shape(self) -> Option<Shape> {
        match self {
            Self::Shape(shape) => Some(shape),
            _ => None,
        }
    }

    const fn is_about_damage(self) -> bool {
        matches!(self.subject(), CheckSubject::Damage)
    }

    /// Returns true if a plain string (of ASCII letters and digits) can violate it, so that the fast path must check
    /// it.
    pub(in crate::rules) const fn may_break_plain(self) -> bool {
        matches!(self.subject(), CheckSubject::Shape)
    }

    /// Returns true if a string violates it.
    fn breaks(self, text: &str, texts: &TextDefects) -> bool {
        match self {
            Self::NoPlaceholder => texts.is_placeholder(text),
            Self::NoCodePlaceholder => texts.is_code_placeholder(text),
            Self::NoSpreadsheetError => texts.is_spreadsheet_error(text) || spreadsheet::is_call(text),
            Self::NoSpreadsheetNumber => spreadsheet::is_number(text),
            Self::Undamaged => damaged::breaks(text, texts),
            Self::NoHiddenCharacter => hidden::breaks(text, texts),
            Self::NoControlCharacter => hidden::has_control(text),
            Self::NotNegative => amount::is_negative(text),
            Self::Shape(shape) => !shape.fits(text),
        }
    }

    fn violation(self, property: &Property, text: &str, texts: &TextDefects) -> Violation<'static> {
        match self {
            Self::NoPlaceholder | Self::NoCodePlaceholder => placeholder::violation(property, text),
            Self::NoSpreadsheetError => spreadsheet::violation_of_error(property, text),
            Self::NoSpreadsheetNumber => spreadsheet::violation_of_number(property, text),
            Self::Undamaged => damaged::violation(property, text, texts),
            Self::NoHiddenCharacter => hidden::violation(property, text, texts),
            Self::NoControlCharacter => hidden::violation_of_control(property, text),
            Self::NotNegative => amount::violation(property, text),
            Self::Shape(shape) => shape::violation(shape, property, text),
        }
    }

    /// Returns the intended string of one that violates it, if it is known.
    fn meant(self, text: &str, texts: &TextDefects) -> Option<String> {
        match self {
            Self::Shape(shape) => shape::meant(shape, text),
            Self::Undamaged => damaged::meant(text, texts),
            Self::NoHiddenCharacter => hidden::meant(text, texts),
            Self::NoControlCharacter => hidden::without_controls(text),
            Self::NoSpreadsheetNumber => spreadsheet::meant(text).map(str::to_owned),
            Self::NoPlaceholder | Self::NoCodePlaceholder | Self::NoSpreadsheetError | Self::NotNegative => {
                None
            }
        }
    }

    /// Returns its line in the list of constraints, if the row states it; `None` if the kind of the row does.
    fn listed(self, property: &Property) -> Option<Constraint> {
        let Self::Shape(shape) = self else { return None };
        Some(shape::listed(shape, property))
    }

    /// Returns its rule and description for all rows of a kind.
    const fn listed_of_kind(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::NoPlaceholder => Some((placeholder::RULE, "no placeholder")),
            Self::NoCodePlaceholder => Some((placeholder::RULE, "no word for a missing value")),
            Self::NoSpreadsheetError => Some((spreadsheet::RULE, "no error value of a spreadsheet")),
            Self::NoSpreadsheetNumber => {
                Some((spreadsheet::RULE, "no number or formula written by a spreadsheet"))
            }
            Self::Undamaged => Some((
                damaged::RULE,
                "correctly decoded, without HTML entities and other escapes",
            )),
            Self::NoHiddenCharacter => Some((hidden::RULE, "no hidden character, no whitespace around it")),
            Self::NoControlCharacter => {
                Some((hidden::RULE, "no control character except tabs and line breaks"))
            }
            Self::NotNegative => Some((amount::RULE, "not negative")),
            Self::Shape(_) => None,
        }
    }
}

/// A fault of a string value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault<'p> {
    /// Only whitespace.
    Blank,
    /// Longer than the limit; with the length in UTF-16 units.
    TooLong(&'p Claim, usize),
    /// Unknown to the tenant.
    Unknown(&'p TenantList),
    /// Not in the row's list.
    NotInList(&'p OneOf),
    /// Violates a further check of the row.
    Check(ValueCheck),
}

impl<'p> Fault<'p> {
    fn severity(self) -> Severity {
        match self {
            Self::Blank | Self::Check(_) => Severity::Warning,
            Self::TooLong(claim, _) => claim.severity,
            Self::Unknown(known) => known.claim.severity,
            Self::NotInList(list) => list.claim.severity,
        }
    }

    /// Returns the violation for the finding.
    pub(crate) fn violation(
        self,
        property: &Property,
        text: &str,
        facts: &Facts<'_>,
        texts: &TextDefects,
    ) -> Violation<'p> {
        match self {
            Self::Blank => blank::violation(property),
            Self::TooLong(claim, length) => length::violation(property, claim, length, text),
            Self::Unknown(known) => known.violation(property, text, facts),
            Self::NotInList(list) => list.violation(property, text),
            Self::Check(check) => check.violation(property, text, texts),
        }
    }

    /// Returns the intended string, if it is certain.
    pub(crate) fn meant(
        self,
        property: &'p Property,
        text: &str,
        texts: &TextDefects,
    ) -> Option<Cow<'p, str>> {
        match self {
            Self::Blank | Self::Unknown(_) => None,
            Self::TooLong(..) => length::meant(property, text).map(Cow::Borrowed),
            Self::NotInList(list) => list.meant(text).map(Cow::Borrowed),
            Self::Check(check) => check.meant(text, texts).map(Cow::Owned),
        }
    }

    /// Returns true if the trimmed string does not have this fault.
    pub(crate) fn is_fixed_by(self, trimmed: &str, facts: &Facts<'_>, texts: &TextDefects) -> bool {
        match self {
            Self::Blank | Self::TooLong(..) => false,
            Self::Unknown(known) => facts.knows(known.fact, trimmed) == Presence::Present,
            Self::NotInList(list) => list.holds(trimmed),
            Self::Check(check) => !check.breaks(trimmed, texts),
        }
    }

    /// Returns true if the fault is a lost character in the string.
    pub(crate) fn is_of_lost_character(self, text: &str, texts: &TextDefects) -> bool {
        matches!(self, Self::Check(ValueCheck::Undamaged))
            && text.contains(damaged::LOST)
            && damaged::meant(text, texts).is_none()
    }
}

/// Returns the intended string of one that does not have the shape of a property, if it is known.
pub(crate) fn in_shape(property: &Property, text: &str) -> Option<String> {
    let shapes = property.value_checks.iter().filter_map(|check| check.shape());
    let mut broken = shapes.filter(|shape| !shape.fits(text));
    broken.find_map(|shape| shape::meant(shape, text))
}

/// Checks a string value that converts. Passes each fault to `fault`. Returns the number of undecided checks, which
/// need facts of the tenant.
#[inline]
pub(crate) fn judge<'p>(
    property: &'p Property,
    text: &str,
    position: TextPosition,
    facts: &Facts<'_>,
    texts: &TextDefects,
    mut fault: impl FnMut(Fault<'p>),
) -> u64 {
    // The checks of a kind are sorted: those about damage come first.
    let checks_damage = property
        .value_checks
        .first()
        .is_some_and(|first| first.is_about_damage());
    if checks_damage && (!texts.is_plain(text.as_bytes()) || text.contains('\\')) {
        let mut checks = property
            .value_checks
            .iter()
            .filter(|check| check.is_about_damage());
        if let Some(check) = checks.find(|check| check.breaks(text, texts)) {
            let mut refused = false;
            let undecided = judge_undamaged(property, text, position, facts, texts, |other| {
                if other.severity() == Severity::Error {
                    refused = true;
                    fault(other);
                }
            });
            // If a placeholder is refused anyway, it is not reported as a placeholder as well.
            if !(refused && matches!(check, ValueCheck::NoPlaceholder | ValueCheck::NoCodePlaceholder)) {
                fault(Fault::Check(*check));
            }
            return undecided;
        }
    }
    judge_undamaged(property, text, position, facts, texts, fault)
}

/// The same without the checks about damage.
#[inline]
fn judge_undamaged<'p>(
    property: &'p Property,
    text: &str,
    position: TextPosition,
    facts: &Facts<'_>,
    texts: &TextDefects,
    mut fault: impl FnMut(Fault<'p>),
) -> u64 {
    let blank = blank::breaks(property, text, position);
    if blank {
        fault(Fault::Blank);
    }
    if let Some(length) = length::over(property, text) {
        if let Some(claim) = &property.too_long {
            fault(Fault::TooLong(claim, length));
        }
        return 0;
    }
    // If the tenant's list decides, or the string is whitespace, a public list adds nothing.
    let (mut decided, mut undecided) = (blank, 0);
    for known in &property.known {
        match known.knows(text, facts) {
            None => {}
            Some(Presence::Present) => decided = true,
            Some(Presence::Absent) => {
                decided = true;
                fault(Fault::Unknown(known));
            }
            Some(Presence::Unknown) => undecided += u64::from(known.counts_as_undecided()),
        }
    }
    if let Some(list) = &property.one_of
        && !(blank || (decided && list.claim.severity != Severity::Error))
        && !list.holds(text)
    {
        fault(Fault::NotInList(list));
    }
    for check in property
        .value_checks
        .iter()
        .filter(|check| !check.is_about_damage())
    {
        let settled = decided && matches!(check, ValueCheck::Shape(_));
        if !settled && check.breaks(text, texts) {
            fault(Fault::Check(*check));
        }
    }
    undecided
}

/// For the fast path: returns the number of undecided checks of a string without faults. `None` for a string with a
/// fault, and for an empty string, which is left to the engine.
#[inline]
pub(crate) fn accept_text(
    property: &Property,
    text: &str,
    facts: &Facts<'_>,
    texts: &TextDefects,
    position: TextPosition,
) -> Option<u64> {
    if text.is_empty() && position == TextPosition::Row {
        return None;
    }
    let mut valid = true;
    let undecided = judge(property, text, position, facts, texts, |_| valid = false);
    valid.then_some(undecided)
}

/// Returns the lines of a row's constraints on strings.
pub(super) fn listed(property: &Property) -> impl Iterator<Item = Constraint> {
    let list = property.one_of.as_ref().map(|list| list.listed(property));
    let checks = property
        .value_checks
        .iter()
        .filter_map(|check| check.listed(property));
    length::listed(property).into_iter().chain(list).chain(checks)
}

/// Returns the lines of the checks of each kind of row that an endpoint has.
pub(super) fn listed_of_kinds(endpoint: &Endpoint) -> Vec<Constraint> {
    let rows = || endpoint.tables.iter().flat_map(|table| &table.properties);
    let mut all = Vec::new();
    for kind in RowKind::ALL {
        let Some(row) = rows().find(|row| row.kind == Some(kind)) else {
            continue;
        };
        for check in &row.value_checks {
            if let Some((rule, what)) = check.listed_of_kind() {
                let name = format!("every {}", kind.title());
                all.push(Constraint::of_kind(rule, name, what));
            }
        }
    }
    all
}

/// Returns the lines of a row's constraints by lists of the tenant.
pub(super) fn listed_known(property: &Property) -> impl Iterator<Item = Constraint> {
    property.known.iter().map(|known| known.listed(property))
}

impl CheckKind {
    /// Returns the row that a check is anchored to. A check of the record as a whole is anchored to the last row.
    pub(super) fn anchor(&self, table: &Table) -> PropertyId {
        let first = match self {
            Self::AnyOf(any_of) => any_of.anchor(),
            Self::Differs(differs) => differs.anchor(),
            Self::SingleValued(single) => single.anchor(),
            Self::Active(_) => None,
            Self::Unique(unique) => unique.items.first(),
            Self::AtMostOne(one) => one.items.first(),
            Self::BelongsToOne(belongs) => Some(belongs.property),
        };
        let last = u16::try_from(table.properties.len().saturating_sub(1)).unwrap_or(u16::MAX);
        first.unwrap_or(PropertyId(last))
    }

    /// Returns the properties of which an object must have at least one; `None` if the kind does not require it.
    /// Generated objects, JSON Schemas and the snippets of editors use it.
    pub fn needs_one_of(&self) -> Option<&[PropertyId]> {
        match self {
            Self::AnyOf(any_of) => Some(&any_of.0),
            Self::Differs(_)
            | Self::SingleValued(_)
            | Self::Active(_)
            | Self::Unique(_)
            | Self::AtMostOne(_)
            | Self::BelongsToOne(_) => None,
        }
    }

    /// Adds the data for the check to the plan of the fast path. `index` is the check's table.
    pub(super) fn plan(&self, tables: &mut [Table], index: usize, of_record: bool) {
        match self {
            Self::AnyOf(any_of) => any_of.plan(&mut tables[index]),
            Self::Differs(differs) => differs.plan(tables, of_record),
            Self::SingleValued(single) => single.plan(tables),
            // Checked for every record.
            Self::Active(_) | Self::BelongsToOne(_) => {}
            Self::Unique(unique) => unique.plan(tables),
            Self::AtMostOne(one) => one.plan(tables),
        }
    }

    /// For the fast path: returns true if the kept values of the array in a row have no fault.
    pub(crate) fn holds_in_list<'t>(
        &self,
        row: PropertyId,
        kept: impl Iterator<Item = (TableId, PropertyId, &'t str)> + Clone,
    ) -> bool {
        match self {
            Self::Unique(unique) => unique.items.first() != Some(row) || unique.holds(kept),
            Self::AtMostOne(one) => one.items.first() != Some(row) || one.holds(kept),
            Self::SingleValued(single) => single.items.first() != Some(row) || single.holds(&kept),
            Self::AnyOf(_) | Self::Differs(_) | Self::Active(_) | Self::BelongsToOne(_) => true,
        }
    }

    /// Returns the name for findings: `Table.Property|Property`, or a route.
    pub(crate) fn name(&self, endpoint: &Endpoint, table: &Table) -> String {
        let names = |ids: &[PropertyId]| {
            let names: Vec<&str> = ids.iter().map(|id| table.property(*id).name.as_ref()).collect();
            format!("{}.{}", table.name, names.join("|"))
        };
        match self {
            Self::AnyOf(AnyOf(ids)) | Self::Active(Active(ids)) => names(ids),
            Self::Differs(differs) => endpoint.route_name(&differs.route),
            Self::SingleValued(single) => endpoint.route_name(&single.items),
            Self::Unique(unique) => endpoint.route_name(&unique.value),
            Self::AtMostOne(one) => one.name(endpoint),
            Self::BelongsToOne(belongs) => names(&[belongs.property]),
        }
    }

    /// Returns its line in the list of constraints.
    pub(super) fn listed(&self, claim: &Claim, endpoint: &Endpoint, table: &Table) -> Constraint {
        let (what, needs) = match self {
            Self::AnyOf(any_of) => (any_of.description(table), None),
            Self::Differs(differs) => (differs.description(table), None),
            Self::SingleValued(single) => (single.description(), None),
            Self::Active(_) => (Active::description(), Some(Fact::Contacts)),
            Self::Unique(unique) => (unique.description(endpoint), None),
            Self::AtMostOne(one) => (one.description(endpoint), None),
            Self::BelongsToOne(belongs) => (belongs.description(table), None),
        };
        let conditions = match self {
            Self::AnyOf(_) | Self::Active(_) | Self::Unique(_) | Self::BelongsToOne(_) => Vec::new(),
            Self::AtMostOne(one) => one.conditions(endpoint),
            Self::Differs(differs) => differs.conditions(table),
            Self::SingleValued(single) => single.conditions(endpoint, table),
        };
        Constraint::of_claim(claim, self.name(endpoint, table), what, needs, Stated::Check).with(conditions)
    }

    /// Returns a constraint that follows from it without being stated in the rules.
    pub(super) fn implied(&self, claim: &Claim, endpoint: &Endpoint) -> Option<Constraint> {
        match self {
            Self::Differs(differs) => differs.implied(endpoint, claim),
            Self::AnyOf(_)
            | Self::SingleValued(_)
            | Self::Active(_)
            | Self::Unique(_)
            | Self::AtMostOne(_)
            | Self::BelongsToOne(_) => None,
        }
    }
}
