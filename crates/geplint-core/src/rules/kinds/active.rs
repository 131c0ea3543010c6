//! The kind `active`: the contact that the record identifies is active at the tenant.

use super::Violation;
use super::violation::quoted;
use crate::rules::{Active, Claim, PropertyId, Table};
use crate::tenant::Facts;

impl Active {
    /// Returns true if the contact is inactive at the tenant.
    pub(crate) fn breaks(facts: &Facts<'_>, code: Option<&str>, user: Option<&str>) -> bool {
        facts.is_active(code, user) == Some(false) && facts.allows_update_for_inactive_users() != Some(true)
    }

    pub(crate) fn violation<'c>(
        claim: &'c Claim,
        name: &str,
        text: &str,
        facts: &Facts<'_>,
    ) -> Violation<'c> {
        let refused = match facts.allows_update_for_inactive_users() {
            Some(_) => ", and the tenant does not allow updates of inactive users",
            None => ": refused unless the tenant allows updates of inactive users",
        };
        Violation::new(
            claim,
            format!("{name} {} is inactive{refused}", quoted(text)),
            "Activate the contact first, or have the tenant's setting changed.",
        )
    }

    pub(super) fn description() -> String {
        "names an active contact of the tenant".to_owned()
    }

    /// Returns `Table.Property` for the property whose value identifies the contact.
    pub(crate) fn name(table: &Table, id: PropertyId) -> String {
        format!("{}.{}", table.name, table.property(id).name)
    }
}
