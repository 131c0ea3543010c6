//! What the skimming pass needs of a table, worked out once: small, and close together in memory.

use serde::{Deserialize, Serialize};

use super::{Property, PropertyId, QuickCheck, Table, TableId, Type};

/// A table as the skimming pass sees it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FastRows {
    /// A row each, in the table's order; empty for a table that is not skimmed.
    pub rows: Vec<FastRow>,
    /// The rows that have to be there, a bit each.
    pub mandatory: u64,
    /// Of each of these sets, one row has to be there.
    pub any_of: Vec<u64>,
}

/// A row as the skimming pass sees it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct FastRow {
    pub ty: Type,
    pub quick_check: QuickCheck,
    /// It has to be there, in one case or another.
    pub mandatory: bool,
    /// A value is compared with others: it is remembered.
    pub watched: bool,
    /// Checks of its table look at the items of its list.
    pub has_list_checks: bool,
    /// Where it stands, only the engine can tell.
    pub left_to_the_engine: bool,
}

/// The most rows that a set has a bit for.
const MOST: usize = 64;

/// Works out the sights of all tables of an endpoint.
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

/// Whether more is asked of a value that is no string than its type: nothing that our own tables do.
fn is_judged(property: &Property) -> bool {
    let container = matches!(
        property.ty,
        Type::StringList | Type::Object(_) | Type::ObjectList(_)
    );
    property.quick_check == QuickCheck::Never && property.ty != Type::String && !container
}

/// The bit of a row; none for one that is beyond all sets.
pub(crate) const fn bit(id: PropertyId) -> u64 {
    if (id.0 as usize) < MOST { 1 << id.0 } else { 0 }
}

/// Whether a JSON number, as it is written, is one of this type and so short that it is in range: nearly all are.
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
