//! The kind `unique`: no two items of an array have the same value.

use std::collections::HashSet;

use super::Violation;
use super::mark_fast_row::mark;
use super::violation::quoted;
use crate::rules::{Claim, Endpoint, PropertyId, Table, TableId, Unique};
use crate::string_map::{Folded, same_folded, trimmed};

impl Unique {
    /// Makes the fast path keep the values of an array, if they are directly in the items.
    pub(super) fn plan(&self, tables: &mut [Table]) {
        if let [list, value] = self.value.steps.as_slice() {
            mark(tables, Some(list), |row| row.has_list_checks = true);
            mark(tables, Some(value), |row| row.watched = true);
        } else {
            mark(tables, self.items.steps.first(), |row| {
                row.left_to_the_engine = true;
            });
        }
    }

    /// For the fast path: returns true if no two kept values are equal.
    pub(super) fn holds<'t>(
        &self,
        kept: impl Iterator<Item = (TableId, PropertyId, &'t str)> + Clone,
    ) -> bool {
        /// The number of values that are compared in pairs, without a hash set.
        const FEW: usize = 16;
        let step = self.value.steps.last();
        let mut values = kept
            .filter(|(table, id, text)| step == Some(&(*table, *id)) && !trimmed(text).is_empty())
            .map(|(_, _, text)| text);
        if values.clone().nth(FEW).is_some() {
            let mut seen = HashSet::new();
            return values.all(|value| seen.insert(Folded::from(value)));
        }
        let all = values.clone();
        let mut numbered = values.enumerate();
        numbered.all(|(index, value)| !all.clone().take(index).any(|before| same_folded(before, value)))
    }

    /// Returns the violation for a value that an earlier item has as `first`.
    pub(crate) fn violation<'c>(
        &self,
        claim: &'c Claim,
        endpoint: &Endpoint,
        text: &str,
        first: &str,
    ) -> Violation<'c> {
        let name = |route| endpoint.end(route).map_or("", |property| &*property.name);
        let (value, items) = (name(&self.value), name(&self.items));
        let message = if text == first {
            format!("{value} {} is in {items} already", quoted(text))
        } else {
            format!(
                "{value} {} is in {items} already, as {}: only case or whitespace differs",
                quoted(text),
                quoted(first)
            )
        };
        Violation::new(claim, message, format!("Send each {value} once in {items}."))
    }

    pub(super) fn description(&self, endpoint: &Endpoint) -> String {
        let value = endpoint.end(&self.value).map_or("", |property| &*property.name);
        format!("each {value} once")
    }
}
