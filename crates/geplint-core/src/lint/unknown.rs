//! A member that no row has, and one that is given twice.

use super::messages;
use super::names::{Around, Meant, meant};
use super::state::{Linter, key_of};
use crate::json::NodeId;
use crate::rules::{Property, Table};

impl Linter<'_> {
    /// A name that the table does not have.
    pub(super) fn unknown_name(
        &mut self,
        table: &Table,
        base: usize,
        key: NodeId,
        value: NodeId,
        name: &str,
    ) {
        if matches!(name, "$id" | "$type" | "$ref" | "$values" | "$value") {
            return self.reader_name(key, name);
        }
        let tables: Vec<&Table> = self
            .buffers
            .tables
            .iter()
            .map(|id| self.endpoint.table(*id))
            .collect();
        let around = Around {
            tables: &tables,
            has: &|id| self.slot(base, id).is_some(),
            suits: &|id| self.suits(table.property(id), value),
        };
        let meant = meant(self.endpoint, &around, name);
        let (place, help) = match &meant {
            Meant::Near { property, .. } => {
                (None, format!("Did you mean {}?", table.property(*property).name))
            }
            Meant::Elsewhere {
                table,
                property,
                place,
                ..
            } => {
                let spelled = &self.endpoint.table(*table).property(*property).name;
                (Some(&**place), format!("{spelled} belongs {place}."))
            }
            Meant::Nothing => (
                None,
                format!("Remove it, or see `geplint rules {}`.", self.endpoint.id),
            ),
        };
        let words = messages::unknown_name(name, &table.title, place, help);
        let index = self.checked.findings.len();
        self.warn(self.key_place(key), words);
        if let (Meant::Near { property, .. }, Some(finding)) = (&meant, self.checked.findings.get_mut(index))
        {
            let interner = self.buffers.interner.get_or_insert_default();
            finding.suggestion = Some(interner.text(&table.property(*property).name));
        }
        self.consider(index, &meant, table, key, value);
    }

    pub(super) fn duplicate_name(&mut self, property: &Property, key: NodeId, previous: NodeId) {
        let first = self.tree.node(key_of(previous)).span;
        let words = messages::duplicate_name(property, &self.decoded(key));
        let place = self.key_place(key).with(first, "first here");
        self.warn_of(Some(property), place, words);
    }
}
