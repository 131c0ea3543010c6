//! The kind `belongs-to-one`: records of a request with the same value have the same owner.

use super::Violation;
use super::violation::quoted;
use crate::rules::{BelongsToOne, Claim, Table};

impl BelongsToOne {
    /// Returns the violation for a value that an earlier record has for another owner.
    pub(crate) fn violation<'c>(
        self,
        claim: &'c Claim,
        table: &Table,
        text: &str,
        first: &str,
        owner: &str,
    ) -> Violation<'c> {
        let (name, of) = (&table.property(self.property).name, &table.property(self.of).name);
        Violation::new(
            claim,
            format!(
                "{name} {} is sent for {of} {} in an earlier record, and for {} here",
                quoted(text),
                quoted(first),
                quoted(owner)
            ),
            format!("Give each {of} a {name} of its own."),
        )
    }

    pub(super) fn description(self, table: &Table) -> String {
        format!("for one {} only, in a request", table.property(self.of).name)
    }
}
