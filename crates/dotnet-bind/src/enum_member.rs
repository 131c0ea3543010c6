//! The members of an enum.

use serde::{Deserialize, Serialize};

/// A member of an enum whose underlying type is a whole number of 32 bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnumMember {
    /// The name, in ASCII.
    pub name: String,
    /// The number; only the low 32 bits count.
    pub value: i64,
}
