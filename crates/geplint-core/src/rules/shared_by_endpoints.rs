//! Data shared by the rules files of all endpoints of an API.

use serde::Deserialize;

use super::code_list::List;
use super::compile::{LoadError, of_toml};
use super::definition::ApiDef;
use super::layers::Layer;
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
    /// The requirements for the values of each kind of row.
    pub(super) kinds: Vec<(RowKind, Vec<ValueCheck>)>,
    /// Words and characters of damaged texts and placeholders.
    pub(super) texts: TextDefects,
}

/// The file of documented rules; only the ids are read here.
#[derive(Debug, Deserialize)]
struct RulesFile {
    rule: Vec<RuleEntry>,
}

#[derive(Debug, Deserialize)]
struct RuleEntry {
    id: String,
}

/// The kinds of files in `rules/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `api.toml`: the API as a whole.
    Api,
    /// `names.toml`: synonyms of property names.
    Names,
    /// `rules.toml`: the documented rules.
    Rules,
    /// `facts.toml`: the titles of tenant facts, which only documentation needs.
    Facts,
    /// `*.txt`: a public code list.
    List,
    /// Any other file: an endpoint.
    Endpoint,
}

/// Returns the kind of a file, by its name without folders, and the name without its extension.
pub(crate) fn file_kind(name: &str) -> (FileKind, &str) {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = match name {
        "api.toml" => FileKind::Api,
        "names.toml" => FileKind::Names,
        "rules.toml" => FileKind::Rules,
        "facts.toml" => FileKind::Facts,
        _ if extension == "txt" => FileKind::List,
        _ => FileKind::Endpoint,
    };
    (kind, stem)
}

impl Shared {
    /// Reads the files of `rules/` that endpoints share, in any order: `api.toml`, `names.toml`, `rules.toml`, and
    /// code lists, whose names end in `.txt`. `facts.toml` and the files of endpoints are skipped.
    ///
    /// Errors: the index of the first file with a mistake, and the mistake.
    pub fn from_files(files: &[Layer<'_>]) -> Result<Self, (usize, LoadError)> {
        let mut shared = Self::default();
        for (index, file) in files.iter().enumerate() {
            shared.add(file).map_err(|error| (index, error))?;
        }
        Ok(shared)
    }

    fn add(&mut self, file: &Layer<'_>) -> Result<(), LoadError> {
        let toml = |error: toml::de::Error| of_toml(&error);
        match file_kind(file.name) {
            (FileKind::Api, _) => self.set_api(file.text)?,
            (FileKind::Names, _) => self.names = toml::from_str(file.text).map_err(toml)?,
            (FileKind::Rules, _) => {
                let rules: RulesFile = toml::from_str(file.text).map_err(toml)?;
                self.rule_ids = rules.rule.into_iter().map(|rule| rule.id).collect();
            }
            (FileKind::List, stem) => {
                let list = List::parse(stem, file.text);
                self.lists
                    .push(list.map_err(|message| LoadError { message, span: 0..0 })?);
            }
            (FileKind::Facts | FileKind::Endpoint, _) => {}
        }
        Ok(())
    }

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
