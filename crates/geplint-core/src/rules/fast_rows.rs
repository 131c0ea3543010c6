//! The rows of a table for the fast path: small, and close together in memory.

use serde::{Deserialize, Serialize};

use super::ids::{PropertyId, Type};

/// A table for the fast path.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FastRows {
    /// One entry per row, in the table's order. Empty for a table that the fast path does not read.
    pub rows: Vec<FastRow>,
    /// The mandatory rows, one bit each.
    pub mandatory: u64,
    /// The mandatory rows whose absence is only advice as long as the tenant's contacts are unknown, one bit each.
    pub advised: u64,
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

/// The values of a row that certainly have no fault. Nearly all values pass this quick check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum QuickCheck {
    /// A value of the declared type; there is no other constraint.
    Typed,
    /// A [plain](super::text_defects::TextDefects::is_plain) string of 1 to this many bytes.
    Text(u32),
    /// A plain string, or no value.
    MaybeText,
    /// No value.
    Never,
}

/// The number of rows in a set.
pub(super) const MOST: usize = 64;

/// Returns the bit of a row. 0 for a row beyond the set.
pub(crate) const fn bit(id: PropertyId) -> u64 {
    if (id.0 as usize) < MOST { 1 << id.0 } else { 0 }
}

/// Returns true if a JSON number, as written, has this type and is short enough to be in range. Nearly all numbers
/// are.
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
