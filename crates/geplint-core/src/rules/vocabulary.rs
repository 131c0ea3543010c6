//! Synonyms of property names in other systems.

use serde::{Deserialize, Serialize};

use super::ids::{PropertyId, TableId};
use super::sorted_lines::Lines;

/// The vocabulary of one endpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Vocabulary {
    /// A property's name and a value of it.
    pub(super) examples: Lines,
    pub(super) generic: Lines,
    pub(super) leads: Lines,
    /// A word and the number of its class.
    pub(super) endings: Lines,
    pub(super) first_endings: Lines,
    pub(super) unrelated: Lines,
    /// The name of a property, and a value.
    pub(super) except: Lines,
    pub(super) truths: Lines,
    /// A word, whether it is the table's own, and the indices of the table and the property.
    pub(super) synonyms: Lines,
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
