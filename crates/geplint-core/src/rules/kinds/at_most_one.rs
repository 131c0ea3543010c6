//! The kind `at-most-one`: at most one item of an array has a flag.

use super::Violation;
use super::mark_fast_row::mark;
use super::violation::quoted;
use crate::rules::{AtMostOne, Claim, Endpoint, PropertyId, Table, TableId};

impl AtMostOne {
    /// Makes the fast path keep the flags of the array.
    pub(super) fn plan(&self, tables: &mut [Table]) {
        mark(tables, self.items.steps.first(), |row| row.has_list_checks = true);
        mark(tables, Some(&(self.item, self.flag)), |row| row.watched = true);
    }

    /// For the fast path: returns true if at most one of the kept flags is set, regardless of the sort.
    pub(super) fn holds<'t>(&self, kept: impl Iterator<Item = (TableId, PropertyId, &'t str)>) -> bool {
        let set = kept.filter(|(table, id, text)| (*table, *id) == (self.item, self.flag) && *text == "true");
        set.count() <= 1
    }

    /// Returns the name for findings: `Table.List.Flag`.
    pub(super) fn name(&self, endpoint: &Endpoint) -> String {
        let flag = &endpoint.table(self.item).property(self.flag).name;
        format!("{}.{flag}", endpoint.route_name(&self.items))
    }

    /// Returns the violation for an item with the flag after another one, both of this sort.
    pub(crate) fn violation<'c>(&self, claim: &'c Claim, endpoint: &Endpoint, sort: &str) -> Violation<'c> {
        let table = endpoint.table(self.item);
        let flag = &table.property(self.flag).name;
        let items = endpoint.end(&self.items).map_or("", |property| &*property.name);
        let of_sort = match self.per {
            Some(id) if !sort.is_empty() => format!(" with {} {}", table.property(id).name, quoted(sort)),
            _ => String::new(),
        };
        Violation::new(
            claim,
            format!("{flag} is true for more than one item of {items}{of_sort}"),
            format!("Set {flag} to true for one item{of_sort}, and to false for the others."),
        )
    }

    pub(super) fn description(&self, endpoint: &Endpoint) -> String {
        let table = endpoint.table(self.item);
        let flag = &table.property(self.flag).name;
        match self.per {
            Some(id) => format!("{flag} for at most one item of each {}", table.property(id).name),
            None => format!("{flag} for at most one item"),
        }
    }

    pub(super) fn conditions(&self, endpoint: &Endpoint) -> Vec<String> {
        let unless = self.unless.map(|id| &endpoint.table(self.item).property(id).name);
        unless
            .map(|name| format!("an item with {name} does not count"))
            .into_iter()
            .collect()
    }
}
