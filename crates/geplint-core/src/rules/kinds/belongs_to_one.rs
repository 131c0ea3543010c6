//! A value that all records of a request with one owner have, and no others.

use serde::{Deserialize, Serialize};

use super::Words;
use super::words::quoted;
use crate::rules::{Claim, PropertyId, Table};

/// Records with the same value have the same owner, without regard to case and the whitespace around the two.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BelongsToOne {
    /// The value.
    pub property: PropertyId,
    /// Its owner.
    pub of: PropertyId,
}

impl BelongsToOne {
    /// The words for a value that an earlier record has for another owner.
    pub(crate) fn words<'c>(
        self,
        claim: &'c Claim,
        table: &Table,
        text: &str,
        (record, first): (u32, &str),
        owner: &str,
    ) -> Words<'c> {
        let (name, of) = (&table.property(self.property).name, &table.property(self.of).name);
        Words::new(
            claim,
            format!(
                "{name} {} is sent for {of} {} in record {record}, and for {} here",
                quoted(text),
                quoted(first),
                quoted(owner)
            ),
            format!("Give each {of} a {name} of its own."),
        )
    }

    pub(super) fn what(self, table: &Table) -> String {
        format!("for one {} only, in a request", table.property(self.of).name)
    }
}
