//! Public code lists, sorted, one value a line.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::compile::{LoadError, api};
use super::definition::ApiDef;

/// What the rules files of all endpoints of an API share.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// Public code lists that a row may name.
    pub lists: Vec<List>,
    /// Property names that say nothing of where they belong.
    pub generic_names: Vec<String>,
    /// Rule ids that are explained somewhere, so that `rules-off` may name them.
    pub rule_ids: Vec<String>,
    /// What holds for every endpoint that does not say otherwise.
    pub(super) api: ApiDef,
}

/// A file of names, such as `rules/names.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesFile {
    generic: Vec<String>,
}

impl Shared {
    /// Puts together what endpoints share; `names` is a file of names in TOML.
    ///
    /// Errors: no TOML, an unknown key.
    pub fn new(lists: Vec<List>, names: &str, rule_ids: Vec<String>) -> Result<Self, String> {
        let names: NamesFile = toml::from_str(names).map_err(|error| error.to_string())?;
        Ok(Self {
            lists,
            generic_names: names.generic,
            rule_ids,
            api: ApiDef::default(),
        })
    }

    /// The same with the file of the API as a whole, such as `rules/api.toml`.
    ///
    /// Errors: no TOML, an unknown key, a word in braces that nothing is filled in for, a fact that does not exist.
    pub fn with_api(self, text: &str) -> Result<Self, LoadError> {
        Ok(Self {
            api: api(text)?,
            ..self
        })
    }
}

/// A public code list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct List {
    /// Its name in rules files.
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    /// What it is, for messages: `ISO 4217`.
    #[serde(borrow)]
    pub title: Cow<'static, str>,
    #[serde(borrow)]
    text: Cow<'static, str>,
    /// Offset of each value in the text, so that a search needs no pass over it.
    starts: Vec<u16>,
}

impl List {
    /// Reads a list: values sorted bytewise, one a line; lines that begin with `#` are comments, and `# title: …` is its title.
    ///
    /// Errors: no title, values out of order, more than 64 KiB.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let title = text.lines().find_map(|line| line.strip_prefix("# title: "));
        let title = title.ok_or_else(|| "the list has no line `# title: …`".to_owned())?;
        let mut values = String::new();
        let mut starts = Vec::new();
        let mut last = "";
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line <= last {
                return Err(format!("`{line}` stands behind `{last}`, which sorts after it"));
            }
            let start =
                u16::try_from(values.len()).map_err(|_| "the list has more than 64 KiB".to_owned())?;
            starts.push(start);
            values.push_str(line);
            values.push('\n');
            last = line;
        }
        Ok(Self {
            name: Cow::Owned(name.to_owned()),
            title: Cow::Owned(title.to_owned()),
            text: Cow::Owned(values),
            starts,
        })
    }

    /// Its values, sorted bytewise.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.starts.iter().map(|start| self.line(*start))
    }

    /// Whether it has this value, case and all.
    pub fn holds(&self, value: &str) -> bool {
        self.starts
            .binary_search_by(|start| self.line(*start).cmp(value))
            .is_ok()
    }

    /// The line that begins there.
    fn line(&self, start: u16) -> &str {
        let rest = self.text.get(usize::from(start)..).unwrap_or_default();
        let end = rest.bytes().position(|byte| byte == b'\n');
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }
}
