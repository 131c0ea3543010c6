//! Synonyms of property names in other systems.

use serde::{Deserialize, Serialize};

use super::ids::{PropertyId, TableId};
use super::sorted_lines::Lines;

/// The vocabulary of one endpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Vocabulary {
    /// A property's name and an example value.
    pub(super) examples: Lines,
    pub(super) generic: Lines,
    pub(super) common: Lines,
    /// An abbreviation and its word.
    pub(super) abbreviations: Lines,
    pub(super) leads: Lines,
    /// A word and the number of its class.
    pub(super) endings: Lines,
    pub(super) first_endings: Lines,
    pub(super) unrelated: Lines,
    /// The name of a property, and a value.
    pub(super) except: Lines,
    pub(super) truths: Lines,
    /// A word, a mark if it is restricted to its table, and the indices of the table and the property.
    pub(super) synonyms: Lines,
}

/// A property that a word of another system means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Synonym {
    pub table: TableId,
    pub property: PropertyId,
    /// True if the word has this meaning in this table only.
    pub own: bool,
}

impl Vocabulary {
    /// Returns true if a simplified name is too generic to show the object it belongs to.
    pub(crate) fn is_generic(&self, plain: &str) -> bool {
        self.generic.holds(plain)
    }

    /// Returns true if a simplified name may describe many kinds of objects, so that in an item of an array it
    /// describes the item.
    pub(crate) fn is_common(&self, plain: &str) -> bool {
        self.common.holds(plain)
    }

    /// Returns true if no property of this API has the meaning of a simplified name.
    pub(crate) fn is_unrelated(&self, plain: &str) -> bool {
        self.unrelated.holds(plain)
    }

    /// Returns true if a word at the start of a name adds no meaning.
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

    /// Returns true if a name with this value does not mean the property.
    pub(crate) fn excepts(&self, property: &str, value: &str) -> bool {
        let value = simplified(value);
        self.except.after(property).any(|word| word == value)
    }

    /// Returns an example value of the property with this name.
    pub(crate) fn example<'v>(&'v self, property: &'v str) -> Option<&'v str> {
        self.examples.after(property).next()
    }

    /// Returns the boolean that a string means.
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

    /// Returns the meaning of a simplified name in each table.
    pub(crate) fn meant<'v>(&'v self, plain: &'v str) -> impl Iterator<Item = Synonym> + 'v {
        self.synonyms.after(plain).filter_map(synonym)
    }

    /// Returns the synonyms that begin with a string, and their meanings.
    pub(crate) fn beginning_with<'v>(
        &'v self,
        start: &'v str,
    ) -> impl Iterator<Item = (&'v str, Synonym)> + 'v {
        let lines = self.synonyms.iter_from(start);
        let lines = lines.take_while(move |line| line.starts_with(start));
        lines.filter_map(|line| {
            let (word, rest) = line.split_once('\t')?;
            Some((word, synonym(rest)?))
        })
    }

    /// Returns a simplified name with its abbreviated words written in full; `None` if it has none.
    pub(crate) fn in_full(&self, name: &str) -> Option<String> {
        let (mut full, mut found) = (String::with_capacity(name.len()), false);
        for word in words(name) {
            let word = simplified(word);
            let meant = self.abbreviations.after(&word).next();
            found |= meant.is_some();
            full.push_str(meant.unwrap_or(&word));
        }
        found.then_some(full)
    }
}

/// Reads a line of synonyms after its word.
fn synonym(line: &str) -> Option<Synonym> {
    let mut parts = line.split('\t');
    let own = parts.next()? == "own";
    Some(Synonym {
        own,
        table: TableId(parts.next()?.parse().ok()?),
        property: PropertyId(parts.next()?.parse().ok()?),
    })
}

/// Returns the words of a name: those of `CURRENCY_CD`, `currencyCd` and `LOBCd`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).flat_map(|part| {
        let mut rest = part;
        std::iter::from_fn(move || {
            let mut chars = rest.char_indices();
            let mut last = chars.next()?.1;
            let mut end = rest.len();
            while let Some((at, c)) = chars.next() {
                let next = chars.clone().next().is_some_and(|(_, next)| next.is_lowercase());
                let is_start = c.is_uppercase() && (!last.is_uppercase() || next);
                if is_start || c.is_numeric() != last.is_numeric() {
                    end = at;
                    break;
                }
                last = c;
            }
            let (word, others) = rest.split_at_checked(end)?;
            rest = others;
            Some(word)
        })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_into_its_words() {
        for (name, expected) in [
            ("CURRENCY_CD", vec!["CURRENCY", "CD"]),
            ("currencyCd", vec!["currency", "Cd"]),
            ("LOBCd", vec!["LOB", "Cd"]),
            ("AddrLn1", vec!["Addr", "Ln", "1"]),
            ("grp nm", vec!["grp", "nm"]),
            ("\u{c9}tatCd", vec!["\u{c9}tat", "Cd"]),
            ("__", vec![]),
        ] {
            assert_eq!(words(name).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
