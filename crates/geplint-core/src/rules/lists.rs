//! Public code lists, sorted, one value a line.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::compile::{LoadError, api, kinds, texts};
use super::definition::ApiDef;
use super::kinds::Ask;
use super::lines::Lines;
use super::model::{Endpoint, RowKind, Table};
use super::texts::Texts;
use super::vocabulary::NamesFile;

/// What the rules files of all endpoints of an API share.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    /// Public code lists that a row may name.
    pub lists: Vec<List>,
    /// What is known of property names beyond the tables.
    pub(super) names: NamesFile,
    /// Rule ids that are explained somewhere, so that `rules-off` may name them.
    pub rule_ids: Vec<String>,
    /// What holds for every endpoint that does not say otherwise.
    pub(super) api: ApiDef,
    /// What is asked of the values of a row, by its kind.
    pub(super) kinds: Vec<(RowKind, Vec<Ask>)>,
    /// Words and characters that no sender means.
    pub(super) texts: Texts,
}

impl Shared {
    /// Puts together what endpoints share; `names` is a file of names in TOML.
    ///
    /// Errors: no TOML, an unknown key.
    pub fn new(lists: Vec<List>, names: &str, rule_ids: Vec<String>) -> Result<Self, String> {
        Ok(Self {
            lists,
            names: toml::from_str(names).map_err(|error| error.to_string())?,
            rule_ids,
            ..Self::default()
        })
    }

    /// The same with the file of the API as a whole, such as `rules/api.toml`.
    ///
    /// Errors: no TOML, an unknown key, a word in braces that nothing is filled in for, a fact that does not exist.
    pub fn with_api(self, text: &str) -> Result<Self, LoadError> {
        let api = api(text)?;
        Ok(Self {
            kinds: kinds(&api)?,
            texts: texts(&api.texts)?,
            api,
            ..self
        })
    }

    /// Whether each property, and each table, that the file of names speaks of is one of these calls.
    ///
    /// Errors: the first that is not.
    pub fn check_names(&self, endpoints: &[Endpoint]) -> Result<(), String> {
        let tables = || endpoints.iter().flat_map(|endpoint| &endpoint.tables);
        for (table, property) in self.names.spoken_of() {
            let of = |known: &&Table| table.is_none_or(|table| known.name == table);
            if !tables().any(|table| of(&table) && table.find(property).is_some()) {
                let table = table.unwrap_or("no table");
                return Err(format!(
                    "the file of names speaks of {property}: {table} has no such property"
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
    /// One of its values, for messages: `an ISO 4217 code`.
    #[serde(borrow)]
    one: Cow<'static, str>,
    /// Other words for a value, in lower case, and the value.
    aliases: Lines,
}

impl List {
    /// Reads a list: values sorted bytewise, one a line; lines that begin with `#` are comments, and `# title: …` is its title,
    /// `# one: …` what one of its values is called. Behind them, also sorted, a line `word => value` has another word for a value.
    ///
    /// Errors: no title, values or words out of order, a word for what is no value, values of more than 64 KiB.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let title = text.lines().find_map(|line| line.strip_prefix("# title: "));
        let title = title.ok_or_else(|| "the list has no line `# title: …`".to_owned())?;
        let mut values = String::new();
        let mut starts = Vec::new();
        let mut last = "";
        let mut aliases: Vec<(&str, &str)> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((word, value)) = line.split_once(" => ") {
                if aliases.last().is_some_and(|(last, _)| word <= *last) || word != word.trim().to_lowercase()
                {
                    return Err(format!(
                        "`{word}` is not in lower case, or not behind all words that sort before it"
                    ));
                }
                aliases.push((word, value));
                continue;
            }
            if !aliases.is_empty() {
                return Err(format!("the value `{line}` stands behind words for values"));
            }
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
        let one = text.lines().find_map(|line| line.strip_prefix("# one: "));
        let one = one.map_or_else(|| format!("in {title}"), str::to_owned);
        let list = Self {
            name: Cow::Owned(name.to_owned()),
            title: Cow::Owned(title.to_owned()),
            text: Cow::Owned(values),
            starts,
            one: Cow::Owned(one),
            aliases: Lines::new(aliases.iter().map(|(word, value)| format!("{word}\t{value}"))),
        };
        match aliases.iter().find(|(_, value)| !list.holds(value)) {
            Some((word, value)) => Err(format!(
                "`{word}` stands for `{value}`, which is no value of the list"
            )),
            None => Ok(list),
        }
    }

    /// One of its values, for messages: `an ISO 4217 code`.
    #[must_use]
    pub fn one(&self) -> &str {
        &self.one
    }

    /// The value that another word stands for, without regard to case and whitespace.
    #[must_use]
    pub fn meant(&self, word: &str) -> Option<&str> {
        /// No word is as long, in bytes.
        const LONGEST: usize = 256;
        if word.len() > LONGEST {
            return None;
        }
        let words: Vec<&str> = word.split_whitespace().collect();
        let word = words.join(" ").to_lowercase();
        let start = format!("{word}\t");
        let line = self.aliases.iter_from(&start).next()?;
        line.strip_prefix(&*start)
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
