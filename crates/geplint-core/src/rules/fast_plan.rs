//! Computes the data of a table for the fast path.

use super::fast_rows::{FastRow, FastRows, MOST, QuickCheck, bit};
use super::ids::{TableId, Type};
use super::model::{Property, Table};
use crate::finding::Severity;

/// Computes the fast rows of all tables of an endpoint.
pub(super) fn compute(tables: &mut [Table], record: TableId) {
    let all: Vec<FastRows> = tables.iter().map(fast_rows).collect();
    for (table, fast_rows) in tables.iter_mut().zip(all) {
        table.fast_rows = fast_rows;
    }
    for index in 0..tables.len() {
        for check in tables[index].checks.clone() {
            check.kind.plan(tables, index, index == usize::from(record.0));
        }
    }
}

fn fast_rows(table: &Table) -> FastRows {
    if table.properties.len() > MOST {
        return FastRows::default();
    }
    let mut fast_rows = FastRows::default();
    for (id, property) in table.rows() {
        if let Some(required) = &property.required {
            fast_rows.mandatory |= bit(id);
            let is_advised = required.claim.severity == Severity::Advice
                && !required.for_new_contact
                && required.unless.is_none();
            if is_advised {
                fast_rows.advised |= bit(id);
            }
        }
        fast_rows.rows.push(FastRow {
            ty: property.ty,
            quick_check: property.quick_check,
            mandatory: property.required.is_some(),
            watched: false,
            has_list_checks: false,
            left_to_the_engine: property.outbound_only || is_judged(property),
        });
    }
    fast_rows
}

/// Returns true if a value that is not a string has constraints besides its type. No built-in table has such a row.
fn is_judged(property: &Property) -> bool {
    let container = matches!(
        property.ty,
        Type::StringList | Type::Object(_) | Type::ObjectList(_)
    );
    property.quick_check == QuickCheck::Never && property.ty != Type::String && !container
}

impl Property {
    /// Computes [`Property::quick_check`] once all constraints are in place.
    pub(crate) fn quick_check(&self) -> QuickCheck {
        let is_shaped = self.value_checks.iter().any(|check| check.may_break_plain());
        if self.outbound_only || self.one_of.is_some() || is_shaped || !self.known.is_empty() {
            return QuickCheck::Never;
        }
        // A number that the quick check accepts is not below zero.
        if self.ty != Type::String {
            return QuickCheck::Typed;
        }
        let anything = self.max_length.is_none() && self.required.is_none() && !self.blank_is_missing;
        if anything {
            return if self.value_checks.is_empty() {
                QuickCheck::Typed
            } else {
                QuickCheck::MaybeText
            };
        }
        // A string never has fewer UTF-8 bytes than UTF-16 units.
        QuickCheck::Text(self.max_length.unwrap_or(u32::MAX))
    }
}
