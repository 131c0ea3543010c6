//! What only the tenant knows, three-valued: right, wrong, or cannot tell.

use crate::rules::Fact;

/// What the tenant's facts say of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// The tenant holds it.
    Right,
    /// The tenant does not hold it.
    Wrong,
    /// The list is not at hand.
    CannotTell,
}

/// The tenant's facts; by default none is at hand.
#[derive(Debug, Clone, Default)]
pub struct Tenant {}

impl Tenant {
    /// Whether the tenant holds this value.
    #[must_use]
    pub fn knows(&self, _fact: Fact, _value: &str) -> Knowledge {
        Knowledge::CannotTell
    }
}
