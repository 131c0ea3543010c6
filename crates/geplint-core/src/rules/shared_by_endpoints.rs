//! Data shared by the rules files of all endpoints of an API.

use super::code_list::List;
use super::definition::ApiDef;
use super::model::{Endpoint, RowKind, Table, ValueCheck};
use super::names_file::NamesFile;
use super::text_defects::TextDefects;

/// The parts that the rules files of all endpoints of an API share.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// The public code lists that a row may name.
    pub lists: Vec<List>,
    /// Synonyms of property names.
    pub(super) names: NamesFile,
    /// The rule ids that are documented, so that `rules-off` may name them.
    pub(super) rule_ids: Vec<String>,
    /// The defaults for every endpoint.
    pub(super) api: ApiDef,
    /// The checks of the values of each kind of row.
    pub(super) kinds: Vec<(RowKind, Vec<ValueCheck>)>,
    /// Words and characters of damaged strings and placeholders.
    pub(super) texts: TextDefects,
}

impl Shared {
    /// Checks that each property and each table in the file of names exists in one of these endpoints.
    ///
    /// Errors: the first one that does not exist.
    pub fn check_names(&self, endpoints: &[Endpoint]) -> Result<(), String> {
        let tables = || endpoints.iter().flat_map(|endpoint| &endpoint.tables);
        for (table, property) in self.names.named_properties() {
            let of = |known: &&Table| table.is_none_or(|table| known.name == table);
            if !tables().any(|table| of(&table) && table.find(property).is_some()) {
                let table = table.unwrap_or("no table");
                return Err(format!(
                    "the file of names mentions {property}, but {table} has no such property"
                ));
            }
        }
        for table in tables() {
            if let Some(word) = self.names.ambiguous_in(table) {
                let name = &table.name;
                return Err(format!(
                    "in the file of names, `{word}` means two properties of {name}"
                ));
            }
        }
        Ok(())
    }
}
