//! Facts of a tenant that a payload does not show.

use serde::{Deserialize, Serialize};

/// A list or fact of the tenant that a payload does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fact {
    /// Contacts: code, user name, active, belonging LOBs.
    Contacts,
    /// Persona codes.
    Personas,
    /// Activity codes and names.
    Activities,
    /// The tenant's `CurrencyMaster`.
    Currencies,
    /// Activity names, as opposed to codes.
    ActivityNames,
    /// Culture codes.
    Cultures,
    /// Keys configured for deliver-to fields.
    DeliverToKeys,
    /// LOB entity codes.
    Lobs,
    /// Entity types.
    EntityTypes,
    /// Entity codes.
    EntityCodes,
    /// Document types.
    DocumentTypes,
    /// Amount codes.
    AmountCodes,
    /// Regions.
    Regions,
    /// The LOBs that a contact belongs to.
    BelongingLobs,
}

impl Fact {
    /// Every fact with its name in rules and tenant files.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Contacts, "contacts"),
        (Self::Personas, "personas"),
        (Self::Activities, "activities"),
        (Self::ActivityNames, "activity-names"),
        (Self::Currencies, "currencies"),
        (Self::Cultures, "cultures"),
        (Self::DeliverToKeys, "deliver-to-keys"),
        (Self::Lobs, "lobs"),
        (Self::EntityTypes, "entity-types"),
        (Self::EntityCodes, "entity-codes"),
        (Self::DocumentTypes, "document-types"),
        (Self::AmountCodes, "amount-codes"),
        (Self::Regions, "regions"),
        (Self::BelongingLobs, "belonging-lobs"),
    ];

    /// Returns the name in rules and tenant files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(fact, _)| *fact == self)
            .map_or("", |(_, name)| name)
    }
}
