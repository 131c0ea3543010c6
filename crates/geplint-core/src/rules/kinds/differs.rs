//! The kind `differs`: a value must not equal another one of its record.

use super::Violation;
use super::blank::is_blank;
use super::mark_fast_row::mark;
use super::violation::quoted;
use crate::finding::{Evidence, Severity};
use crate::rules::constraint_line::{Constraint, Stated};
use crate::rules::{Claim, ContactRows, Differs, Endpoint, PropertyId, Table, TableId};
use crate::string_map::same_folded;

/// The similarity of a value to another one that it must differ from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It equals the value of `from`.
    Same,
    /// It equals the value of this property, which the page does not mention.
    Equals(PropertyId),
    /// It equals the value of this property except for case or outer whitespace.
    Nearly(PropertyId),
}

impl Differs {
    pub(super) fn anchor(&self) -> Option<PropertyId> {
        self.route.first()
    }

    /// Makes the fast path keep the values of a record. Values of other tables are left to the engine.
    pub(super) fn plan(&self, tables: &mut [Table], of_record: bool) {
        if of_record {
            mark(tables, self.route.steps.last(), |row| {
                row.watched = true;
            });
        } else {
            mark(tables, self.route.steps.first(), |row| {
                row.left_to_the_engine = true;
            });
        }
    }

    /// For the fast path: returns true if no kept value of the record is similar to a value that it must differ from.
    pub(crate) fn holds<'t>(
        &self,
        kept: impl Iterator<Item = (TableId, PropertyId, &'t str)>,
        contact: Option<&ContactRows>,
        of: impl Fn(PropertyId) -> Option<&'t str>,
    ) -> bool {
        let Some((table, id)) = self.route.steps.last() else {
            return false;
        };
        kept.filter(|(in_table, row, _)| (in_table, row) == (table, id))
            .all(|(_, _, text)| self.likeness(text, contact, &of).is_none())
    }

    /// Compares a value with those that it must differ from. `of` returns the string of a property, if it is present;
    /// `contact` has the properties that identify the contact of a record. Whitespace is not a value.
    pub(crate) fn likeness<T: AsRef<str>>(
        &self,
        text: &str,
        contact: Option<&ContactRows>,
        of: impl Fn(PropertyId) -> Option<T>,
    ) -> Option<Likeness> {
        if is_blank(text) {
            return None;
        }
        // A placeholder is not a value, either: it would equal only another placeholder.
        if let Some(rows) = contact
            && (rows.identifies_no_contact(self.from, text)
                || self.nearly.iter().any(|id| rows.identifies_no_contact(*id, text)))
        {
            return None;
        }
        if of(self.from).is_some_and(|own| own.as_ref() == text) {
            return Some(Likeness::Same);
        }
        let mut nearest = None;
        for id in self.nearly.iter().copied() {
            let Some(own) = of(id).filter(|own| same_folded(own.as_ref(), text)) else {
                continue;
            };
            if own.as_ref() == text {
                return Some(Likeness::Equals(id));
            }
            nearest.get_or_insert(Likeness::Nearly(id));
        }
        nearest
    }

    pub(crate) fn violation<'c>(
        &self,
        claim: &'c Claim,
        endpoint: &Endpoint,
        table: &Table,
        text: &str,
        likeness: Likeness,
    ) -> Violation<'c> {
        let name = endpoint.end(&self.route).map_or("", |property| &property.name);
        let text = quoted(text);
        let own = |id: PropertyId| &table.property(id).name;
        let message = match likeness {
            Likeness::Same => format!("{name} {text} is the {} of this record", own(self.from)),
            Likeness::Equals(id) => format!("{name} {text} equals the {} of this record", own(id)),
            Likeness::Nearly(id) => format!(
                "{name} {text} is the {} of this record apart from case or whitespace",
                own(id)
            ),
        };
        let help = format!("Give {name} another value, or leave it out.");
        if likeness == Likeness::Same {
            return Violation::new(claim, message, help);
        }
        let why = "The API refuses the record's own value; how it compares the two is not documented.";
        let mut violation = Violation::warning(maybe(claim), message, why, help);
        violation.claim.to_mut().source.clone_from(&claim.source);
        violation
    }

    pub(super) fn description(&self, table: &Table) -> String {
        format!("is not the {} of the record", table.property(self.from).name)
    }

    pub(super) fn conditions(&self, table: &Table) -> Vec<String> {
        let names: Vec<&str> = self.nearly.iter().map(|id| &*table.property(*id).name).collect();
        (!names.is_empty())
            .then(|| format!("a warning if it is nearly {}", names.join(" or ")))
            .into_iter()
            .collect()
    }

    /// Returns the constraint that such a value should not nearly equal the other one, either.
    pub(super) fn implied(&self, endpoint: &Endpoint, claim: &Claim) -> Option<Constraint> {
        let name = endpoint.route_name(&self.route);
        let what = "does not look like the record's own value".to_owned();
        (!self.nearly.is_empty()).then(|| Constraint {
            rule: maybe(claim),
            severity: Severity::Warning,
            evidence: Evidence::Inferred,
            answer: None,
            note: String::new(),
            ..Constraint::of_claim(claim, name, what, None, Stated::Otherwise)
        })
    }
}

/// Returns the rule for a value that is only nearly equal.
fn maybe(claim: &Claim) -> String {
    format!("maybe-{}", claim.rule)
}
