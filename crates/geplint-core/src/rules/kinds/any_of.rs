//! The kind `any-of`: at least one of several properties is present.

use super::Violation;
use crate::rules::{AnyOf, Claim, PropertyId, Table, bit};

impl AnyOf {
    pub(super) fn anchor(&self) -> Option<PropertyId> {
        self.0.iter().min().copied()
    }

    /// Adds the properties to the plan of the fast path, one bit each.
    pub(super) fn plan(&self, table: &mut Table) {
        let set = self.0.iter().fold(0, |all, id| all | bit(*id));
        table.fast_rows.any_of.push(set);
    }

    pub(crate) fn violation<'c>(&self, claim: &'c Claim, table: &Table) -> Violation<'c> {
        let names: Vec<&str> = self.names(table).collect();
        Violation::new(
            claim,
            format!("neither {} is given", names.join(" nor ")),
            format!("Send {}.", names.join(" or ")),
        )
    }

    pub(super) fn description(&self, table: &Table) -> String {
        let names: Vec<&str> = self.names(table).collect();
        format!("{} is given", names.join(" or "))
    }

    fn names<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t str> {
        self.0.iter().map(|id| table.property(*id).name.as_ref())
    }
}
