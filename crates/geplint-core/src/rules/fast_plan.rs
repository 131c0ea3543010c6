//! The parts of a table that the fast path needs, computed once: small, and close together in memory.

use serde::{Deserialize, Serialize};

use super::{Property, PropertyId, QuickCheck, Table, TableId, Type};

/// A table for the fast path.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FastRows {
    /// One entry per row, in the table's order. Empty for a table that the fast path does not read.
    pub rows: Vec<FastRow>,
    /// The mandatory rows, one bit each.
    pub mandatory: u64,
    /// Sets of rows, one bit each. Of each set at least one row must be present.
    pub any_of: Vec<u64>,
}

/// A row for the fast path.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct FastRow {
    pub ty: Type,
    pub quick_check: QuickCheck,
    /// True if it must be present, at least in some cases.
    pub mandatory: bool,
    /// True if its value is compared with others, so that it is kept.
    pub watched: bool,
    /// True if checks of its table compare the items of its array.
    pub has_list_checks: bool,
    /// True if only the engine can check a record that has it.
    pub left_to_the_engine: bool,
}

/// The number of rows in a set.
const MOST: usize = 64;

/// Computes the fast rows of all tables of an endpoint.
pub(super) fn take(tables: &mut [Table], record: TableId) {
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
    for (index, property) in (0u16..).zip(&table.properties) {
        if property.required.is_some() {
            fast_rows.mandatory |= bit(PropertyId(index));
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

/// Returns the bit of a row. 0 for a row beyond the set.
pub(crate) const fn bit(id: PropertyId) -> u64 {
    if (id.0 as usize) < MOST { 1 << id.0 } else { 0 }
}

/// Returns true if a JSON number, as written, has this type and is short enough to be in range. Nearly all are.
#[inline]
pub(crate) fn plain_number(ty: Type, written: &[u8]) -> bool {
    let digits = |most| written.len() <= most && written.iter().all(u8::is_ascii_digit);
    match ty {
        Type::Int => digits(9),
        Type::Long => digits(18),
        Type::Decimal => {
            written.len() <= 18 && written.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        }
        _ => false,
    }
}
