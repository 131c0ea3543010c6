//! The kind `single-valued`: all items of an array that meet a condition have the same value.

use std::borrow::Cow;

use super::Violation;
use super::mark_fast_row::mark;
use super::violation::quoted;
use crate::finding::{Evidence, Wording};
use crate::rules::{Claim, Endpoint, PropertyId, SingleValued, Table, TableId};
use crate::string_map::same_folded;
use crate::tenant::Held;

/// The conflict of a value with another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict<'h> {
    /// It differs from the first value of the record.
    Other,
    /// It differs from the first value of the record only in case or whitespace.
    Nearly,
    /// It differs from this value of the tenant.
    Held(&'h str),
}

impl SingleValued {
    pub(super) fn anchor(&self) -> Option<PropertyId> {
        self.items.first()
    }

    /// Makes the fast path keep the values of an array. A check that needs facts of the tenant or deeper values is
    /// left to the engine.
    pub(super) fn plan(&self, tables: &mut [Table]) {
        let alone = self.fact.is_none() && self.replaced_by.is_none() && self.undecided_by.is_none();
        if let ([list], true, Some((item, _))) =
            (self.items.steps.as_slice(), alone, self.value.steps.first())
        {
            mark(tables, Some(list), |row| row.has_list_checks = true);
            mark(tables, self.value.steps.last(), |row| row.watched = true);
            mark(tables, Some(&(*item, self.condition.0)), |row| row.watched = true);
            return;
        }
        let routes = [
            Some(&self.items),
            self.replaced_by.as_ref(),
            self.undecided_by.as_ref(),
        ];
        for route in routes.into_iter().flatten() {
            mark(tables, route.steps.first(), |row| {
                row.left_to_the_engine = true;
            });
        }
    }

    /// For the fast path: returns true if at most one item of an array counts, or all kept values are equal.
    pub(super) fn holds<'t>(
        &self,
        kept: &(impl Iterator<Item = (TableId, PropertyId, &'t str)> + Clone),
    ) -> bool {
        let of = |step: Option<(TableId, PropertyId)>| {
            let kept = kept.clone();
            kept.filter_map(move |(table, id, text)| (Some((table, id)) == step).then_some(text))
        };
        let item = self
            .value
            .steps
            .first()
            .map(|(table, _)| (*table, self.condition.0));
        let counting = of(item).filter(|text| self.counts(text)).count();
        let mut values = of(self.value.steps.last().copied());
        let first = values.next();
        counting <= 1 || values.all(|value| Some(value) == first)
    }

    /// Returns true if an item with this string counts.
    pub(crate) fn counts(&self, text: &str) -> bool {
        self.condition
            .1
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text))
    }

    /// Compares a value with the first one of the record, and with those of the tenant.
    pub(crate) fn judge<'h>(
        first: Option<&str>,
        held: Option<&'h Held<'_>>,
        text: &str,
    ) -> Option<Conflict<'h>> {
        let near = match first.filter(|first| *first != text) {
            Some(first) if same_folded(first, text) => Some(Conflict::Nearly),
            Some(_) => return Some(Conflict::Other),
            None => None,
        };
        let held = held.filter(|held| !held.contains(text));
        held.and_then(Held::first).map(Conflict::Held).or(near)
    }

    /// Returns the violation for a value in addition to the first one, `known`, or to the tenant's. `subject`
    /// identifies the record.
    pub(crate) fn violation<'c>(
        &self,
        claim: &'c Claim,
        endpoint: &Endpoint,
        subject: &str,
        (text, known): (&str, &str),
        conflict: Conflict<'_>,
    ) -> Violation<'c> {
        let name = |route| endpoint.end(route).map_or("", |property| &*property.name);
        let value = name(&self.value);
        match conflict {
            Conflict::Nearly => {
                let mut violation = Violation::warning(
                    claim.rule.clone(),
                    format!(
                        "{value} {} and {} differ only in case or whitespace",
                        quoted(text),
                        quoted(known)
                    ),
                    "The API probably treats them as one value. If it treats them as two, it refuses the record.",
                    format!("Use one spelling of {value}."),
                );
                violation.claim.to_mut().source.clone_from(&claim.source);
                violation
            }
            Conflict::Other => {
                let mut claim = Cow::Borrowed(claim);
                // A documented reply for a value of the tenant does not show the answer to two values in one request.
                if self.held_evidence == Some(Evidence::Response) && claim.evidence != Evidence::Response {
                    claim.to_mut().wording = Wording::Inferred;
                }
                let (text, known) = (quoted(text), quoted(known));
                let message = format!("{value} {text} in addition to {known}: only one is allowed");
                let condition = self.condition.1.join(" or ");
                let help = format!("Keep one {value} among the entries that are {condition}.");
                Violation::new(claim, message, help)
            }
            Conflict::Held(held) => {
                let switch = self.replaced_by.as_ref().map_or_else(String::new, |route| {
                    format!(", or set {} to true to replace it", name(route))
                });
                let claim = Claim {
                    evidence: self.held_evidence.unwrap_or(claim.evidence),
                    note: Cow::Borrowed(""),
                    ..claim.clone()
                };
                let (text, held, subject) = (quoted(text), quoted(held), quoted(subject));
                let message = format!(
                    "{value} {text} in addition to {held}, which {subject} already belongs to: only one is allowed"
                );
                Violation::new(claim, message, format!("Send {held}{switch}."))
            }
        }
    }

    pub(super) fn description(&self) -> String {
        format!(
            "one value among the items that are {}",
            self.condition.1.join(" or ")
        )
    }

    pub(super) fn conditions(&self, endpoint: &Endpoint, table: &Table) -> Vec<String> {
        let item = self.value.steps.first().map(|(table, _)| endpoint.table(*table));
        let counts = item.map_or("", |item| &*item.property(self.condition.0).name);
        let mut all = vec![
            format!("the value is {}", endpoint.route_name(&self.value)),
            format!("an item counts by its {counts}"),
        ];
        if let Some(fact) = self.fact {
            all.push(format!("with the tenant's {}", fact.name()));
        }
        if let Some(route) = &self.replaced_by {
            all.push(format!("which {} replaces", endpoint.route_name(route)));
        }
        if let Some(route) = &self.undecided_by {
            all.push(format!("undecided if {} is true", endpoint.route_name(route)));
        }
        if let Some(evidence) = self.held_evidence {
            all.push(format!(
                "with a value that the tenant already has: {}",
                evidence.word()
            ));
        }
        if !self.subject.is_empty() {
            let names: Vec<&str> = self.subject.iter().map(|id| &*table.property(*id).name).collect();
            all.push(format!("the record is identified by {}", names.join(" or ")));
        }
        all
    }
}
