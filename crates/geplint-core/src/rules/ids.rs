//! The indices of tables and properties, and the types of properties.

use serde::{Deserialize, Serialize};

/// The index of a table in [`Endpoint::tables`](super::Endpoint::tables).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableId(pub u16);

/// The index of a property in [`Table::properties`](super::Table::properties).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PropertyId(pub u16);

/// The declared type of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A decimal number of 28 to 29 digits.
    Decimal,
    /// A date and time.
    DateTime,
    /// A member of an [`Enumeration`](super::Enumeration), by its index in [`Endpoint::enums`](super::Endpoint::enums).
    Enum(u16),
    /// An object with the properties of a table.
    Object(TableId),
    /// An array of strings.
    StringList,
    /// An array of objects.
    ObjectList(TableId),
}

impl Type {
    /// Returns true for objects and arrays.
    #[must_use]
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Object(_) | Self::ObjectList(_) | Self::StringList)
    }
}
