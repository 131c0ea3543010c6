//! The contact that the record names is active at the tenant.

use serde::{Deserialize, Serialize};

use super::Words;
use super::words::quoted;
use crate::rules::{Claim, PropertyId, Table};
use crate::tenant::Facts;

/// The contact that the record names is active; the first of these that is there names it in messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Active(pub Vec<PropertyId>);

impl Active {
    /// Whether the tenant holds the contact as inactive.
    pub(crate) fn breaks(facts: &Facts<'_>, code: Option<&str>, user: Option<&str>) -> bool {
        facts.is_active(code, user) == Some(false) && facts.allows_update_for_inactive_users() != Some(true)
    }

    pub(crate) fn words<'c>(claim: &'c Claim, name: &str, text: &str, facts: &Facts<'_>) -> Words<'c> {
        let refused = match facts.allows_update_for_inactive_users() {
            Some(_) => ", and the tenant allows no update of inactive users",
            None => ": refused unless the tenant allows updates of inactive users",
        };
        Words::new(
            claim,
            format!("{name} {} is inactive{refused}", quoted(text)),
            "Activate the contact first, or have the tenant's setting changed.",
        )
    }

    pub(super) fn what() -> String {
        "names a contact that is active at the tenant".to_owned()
    }

    /// `Table.Property`: the property whose value names the contact.
    pub(crate) fn name(table: &Table, id: PropertyId) -> String {
        format!("{}.{}", table.name, table.property(id).name)
    }
}
