//! A file with names of properties in other systems, as written, and the vocabulary of an endpoint from it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ids::{PropertyId, TableId};
use super::model::Table;
use super::sorted_lines::Lines;
use super::vocabulary::{Vocabulary, simplified};

/// A file of names, such as `rules/names.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct NamesFile {
    generic: Vec<String>,
    common: Vec<String>,
    leads: Vec<String>,
    endings: Vec<Vec<String>>,
    unrelated: Vec<String>,
    /// Words by their abbreviations.
    abbreviations: BTreeMap<String, String>,
    words: BooleanWords,
    except: Named,
    /// An example value of each property.
    examples: BTreeMap<String, String>,
    synonyms: Named,
    synonyms_in: BTreeMap<String, Named>,
}

/// Strings by the name of a property.
type Named = BTreeMap<String, Vec<String>>;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BooleanWords {
    r#true: Vec<String>,
    r#false: Vec<String>,
}

impl NamesFile {
    /// Returns the property that each word means in a table, with true if it does so in this table alone. Also
    /// returns a word that is left out because it means two properties, if there is one.
    fn meant_in(&self, table: &Table) -> (BTreeMap<String, (bool, PropertyId)>, Option<String>) {
        let mut meant: BTreeMap<String, (bool, PropertyId)> = BTreeMap::new();
        let mut twice = None;
        let own = self.synonyms_in.get(&*table.name);
        let own = own.into_iter().flatten().map(|named| (true, named));
        for (own, (name, words)) in own.chain(self.synonyms.iter().map(|named| (false, named))) {
            let Some(property) = table.find(name) else {
                continue;
            };
            for word in words.iter().map(|word| simplified(word)) {
                let known = *meant.entry(word.clone()).or_insert((own, property));
                if known.1 != property && known.0 == own {
                    meant.remove(&word);
                    twice = Some(word);
                }
            }
        }
        (meant, twice)
    }

    /// Returns a word that means two properties of the table, if there is one.
    pub(super) fn ambiguous_in(&self, table: &Table) -> Option<String> {
        self.meant_in(table).1
    }

    /// Returns the vocabulary for an endpoint with these tables.
    pub(super) fn vocabulary(&self, tables: &[Table]) -> Vocabulary {
        let mut synonyms = Vec::new();
        for (id, table) in (0..).map(TableId).zip(tables) {
            synonyms.extend(self.meant_in(table).0.into_iter().map(|(word, (own, property))| {
                format!(
                    "{word}\t{}\t{}\t{}",
                    if own { "own" } else { "any" },
                    id.0,
                    property.0
                )
            }));
        }
        let simple = |words: &[String]| Lines::new(words.iter().map(|word| simplified(word)));
        let class = |(number, words): (usize, &Vec<String>)| -> Vec<String> {
            words
                .iter()
                .map(|word| format!("{}\t{number}", simplified(word)))
                .collect()
        };
        let first = self.endings.iter().filter_map(|words| words.first());
        let except = |(name, values): (&String, &Vec<String>)| -> Vec<String> {
            values
                .iter()
                .map(|value| format!("{name}\t{}", simplified(value)))
                .collect()
        };
        let truth = |words: &[String], value: bool| -> Vec<String> {
            words
                .iter()
                .map(|word| format!("{}\t{value}", word.to_lowercase()))
                .collect()
        };
        let rows = tables.iter().flat_map(|table| &table.properties);
        let example = |name: &str| {
            let mut all = self.examples.iter();
            all.find(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let examples = rows.filter_map(|row| Some((&row.name, example(&row.name)?.1)));
        Vocabulary {
            examples: Lines::new(examples.map(|(name, value)| format!("{name}\t{value}"))),
            generic: simple(&self.generic),
            common: simple(&self.common),
            abbreviations: Lines::new(self.abbreviations.iter().map(|(short, word)| {
                let (short, word) = (simplified(short), simplified(word));
                format!("{short}\t{word}")
            })),
            leads: simple(&self.leads),
            endings: Lines::new(self.endings.iter().enumerate().flat_map(class)),
            first_endings: Lines::new(first.map(|word| simplified(word))),
            unrelated: simple(&self.unrelated),
            except: Lines::new(self.except.iter().flat_map(except)),
            truths: Lines::new(
                [truth(&self.words.r#true, true), truth(&self.words.r#false, false)]
                    .into_iter()
                    .flatten(),
            ),
            synonyms: Lines::new(synonyms),
        }
    }

    /// Returns the properties in the file, each with its table if it is restricted to one.
    pub(super) fn named_properties(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let any = self
            .synonyms
            .keys()
            .chain(self.except.keys())
            .chain(&self.common)
            .chain(self.examples.keys());
        let any = any.map(|property| (None, property.as_str()));
        let own = self.synonyms_in.iter();
        any.chain(own.flat_map(|(table, named)| {
            named
                .keys()
                .map(move |property| (Some(table.as_str()), property.as_str()))
        }))
    }
}
