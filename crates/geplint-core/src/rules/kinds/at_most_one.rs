//! A flag that at most one item of a list has.

use serde::{Deserialize, Serialize};

use super::words::quoted;
use super::{Words, mark};
use crate::rules::{Claim, Endpoint, PropertyId, Route, Table, TableId};

/// At most one item of a list has a flag, or one of each sort of items.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AtMostOne {
    /// The list, of the table itself.
    pub items: Route,
    /// The table of its items.
    pub item: TableId,
    /// The flag: a boolean.
    pub flag: PropertyId,
    /// The property that says of which sort an item is.
    pub per: Option<PropertyId>,
    /// A boolean: an item where it is true does not count.
    pub unless: Option<PropertyId>,
}

impl AtMostOne {
    /// For the fast path: it keeps the flags of a list.
    pub(super) fn plan(&self, tables: &mut [Table]) {
        mark(tables, self.items.steps.first(), |row| row.has_list_checks = true);
        mark(tables, Some(&(self.item, self.flag)), |row| row.watched = true);
    }

    /// For the fast path: whether at most one of the flags of a list that it has kept is set, of whatever sort.
    pub(super) fn holds<'t>(&self, kept: impl Iterator<Item = (TableId, PropertyId, &'t str)>) -> bool {
        let set = kept.filter(|(table, id, text)| (*table, *id) == (self.item, self.flag) && *text == "true");
        set.count() <= 1
    }

    /// `Table.List.Flag`: what a finding names it by.
    pub(super) fn name(&self, endpoint: &Endpoint) -> String {
        let flag = &endpoint.table(self.item).property(self.flag).name;
        format!("{}.{flag}", endpoint.route_name(&self.items))
    }

    /// The words for an item with the flag behind another one, both of this sort.
    pub(crate) fn words<'c>(&self, claim: &'c Claim, endpoint: &Endpoint, sort: &str) -> Words<'c> {
        let table = endpoint.table(self.item);
        let flag = &table.property(self.flag).name;
        let items = endpoint.end(&self.items).map_or("", |property| &*property.name);
        let of_sort = match self.per {
            Some(id) if !sort.is_empty() => format!(" with {} {}", table.property(id).name, quoted(sort)),
            _ => String::new(),
        };
        Words::new(
            claim,
            format!("{flag} is true for more than one item of {items}{of_sort}"),
            format!("Set {flag} to true for one item{of_sort}, and to false for the others."),
        )
    }

    pub(super) fn what(&self, endpoint: &Endpoint) -> String {
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
