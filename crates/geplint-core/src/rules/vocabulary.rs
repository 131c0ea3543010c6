//! Synonyms of property names in other systems.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lines::Lines;
use super::model::{PropertyId, Table, TableId};

/// A file of names, such as `rules/names.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct NamesFile {
    generic: Vec<String>,
    leads: Vec<String>,
    endings: Vec<Vec<String>>,
    unrelated: Vec<String>,
    words: Words,
    except: Named,
    /// A value of a property, as it is shown to people.
    examples: BTreeMap<String, String>,
    synonyms: Named,
    synonyms_in: BTreeMap<String, Named>,
}

/// Texts by the name of a property.
type Named = BTreeMap<String, Vec<String>>;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    r#true: Vec<String>,
    r#false: Vec<String>,
}

impl NamesFile {
    /// Returns the property that each word means in a table, and whether it does so in this table alone. Also returns
    /// a word that means two of its properties, which is left out.
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

    /// Returns a word that means two properties of the table.
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
    pub(super) fn spoken_of(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        let any = self
            .synonyms
            .keys()
            .chain(self.except.keys())
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

/// The vocabulary of one endpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Vocabulary {
    /// A property's name and a value of it.
    examples: Lines,
    generic: Lines,
    leads: Lines,
    /// A word and the number of its class.
    endings: Lines,
    first_endings: Lines,
    unrelated: Lines,
    /// The name of a property, and a value.
    except: Lines,
    truths: Lines,
    /// A word, whether it is the table's own, and the indices of the table and the property.
    synonyms: Lines,
}

/// A property that a word of another system means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Synonym {
    pub table: TableId,
    pub property: PropertyId,
    /// True if it means the property in this table alone.
    pub own: bool,
}

impl Vocabulary {
    /// Returns true if a simplified name does not show where it belongs.
    pub(crate) fn is_generic(&self, plain: &str) -> bool {
        self.generic.holds(plain)
    }

    /// Returns true if a simplified name means nothing that this API has a place for.
    pub(crate) fn is_unrelated(&self, plain: &str) -> bool {
        self.unrelated.holds(plain)
    }

    /// Returns true if a word in front of a name adds nothing.
    pub(crate) fn is_lead(&self, plain: &str) -> bool {
        self.leads.holds(plain)
    }

    /// Returns the words that may be missing at the end of a name.
    pub(crate) fn endings(&self) -> impl Iterator<Item = &str> {
        self.first_endings.iter()
    }

    /// Returns a simplified name without its ending, and the class of that ending.
    pub(crate) fn without_ending<'n>(&self, plain: &'n str) -> impl Iterator<Item = (&'n str, &str)> {
        self.endings.iter().filter_map(move |line| {
            let (ending, class) = line.split_once('\t')?;
            Some((plain.strip_suffix(ending)?, class))
        })
    }

    /// Returns true if a property is not meant if this is the value.
    pub(crate) fn excepts(&self, property: &str, value: &str) -> bool {
        let value = simplified(value);
        self.except.after(property).any(|word| word == value)
    }

    /// A value of the property of that name, as it is shown to people.
    pub(crate) fn example<'v>(&'v self, property: &'v str) -> Option<&'v str> {
        self.examples.after(property).next()
    }

    /// The boolean that a text stands for.
    pub(crate) fn truth(&self, text: &str) -> Option<bool> {
        /// The longest word, in bytes.
        const LONGEST: usize = 64;
        if text.len() > LONGEST {
            return None;
        }
        let word = text.trim().to_lowercase();
        let found = self.truths.after(&word).next()?.parse();
        found.ok()
    }

    /// Returns what a simplified name means, for each table.
    pub(crate) fn meant<'v>(&'v self, plain: &'v str) -> impl Iterator<Item = Synonym> + 'v {
        self.synonyms.after(plain).filter_map(|line| {
            let mut parts = line.split('\t');
            let own = parts.next()? == "own";
            Some(Synonym {
                own,
                table: TableId(parts.next()?.parse().ok()?),
                property: PropertyId(parts.next()?.parse().ok()?),
            })
        })
    }
}

/// Returns a name in lower case with letters and digits only: `user_name` and `User Name` are `username`.
pub(crate) fn simplified(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    simplify(name, &mut plain);
    plain
}

/// The same, into a buffer for reuse.
pub(crate) fn simplify(name: &str, plain: &mut String) {
    plain.clear();
    for c in name.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                plain.push(c.to_ascii_lowercase());
            }
        } else if c.is_alphanumeric() {
            plain.extend(c.to_lowercase());
        }
    }
}
