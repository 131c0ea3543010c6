//! The files of a folder such as `rules/`, told apart by their names.

use serde::Deserialize;

use super::code_list::List;
use super::compile::{LoadError, of_toml};
use super::layers::Layer;
use super::shared_by_endpoints::Shared;

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
}
