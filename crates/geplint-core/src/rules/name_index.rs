//! A precomputed index of a table's property names without regard to ASCII case. A lookup allocates nothing.

use serde::{Deserialize, Serialize};

use super::ids::PropertyId;

const EMPTY: u16 = u16::MAX;

/// An open-addressing table of property ids; at most a quarter full, so that a miss is short.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NameIndex {
    slots: Vec<u16>,
}

impl NameIndex {
    /// Returns the index of names; a name's position is its property id.
    pub(super) fn new<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Self {
        let size = (names.len().max(1) * 4).next_power_of_two();
        let mut slots = vec![EMPTY; size];
        for (id, name) in (0u16..).zip(names) {
            let mut at = hash(name) & (size - 1);
            while slots[at] != EMPTY {
                at = (at + 1) & (size - 1);
            }
            slots[at] = id;
        }
        Self { slots }
    }

    /// Returns the property of that name in any ASCII case. `name_of` returns the name of an id.
    pub fn find<'t>(&self, name: &str, name_of: impl Fn(PropertyId) -> &'t str) -> Option<PropertyId> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash(name) & mask;
        loop {
            let id = self.slots[at];
            if id == EMPTY {
                return None;
            }
            if name_of(PropertyId(id)).eq_ignore_ascii_case(name) {
                return Some(PropertyId(id));
            }
            at = (at + 1) & mask;
        }
    }
}

/// Hashes the length and three letters, which separates the names of one table well enough. Hashing all letters costs
/// more.
fn hash(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |i: usize| usize::from(bytes.get(i).map_or(0, |byte| byte | 0x20));
    let len = bytes.len();
    len.wrapping_mul(0x9E37)
        ^ at(0).wrapping_mul(0x85)
        ^ at(len / 2).wrapping_mul(0x1F3)
        ^ at(len.wrapping_sub(1)).wrapping_mul(0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case_and_nothing_else_does() {
        let names: Vec<String> = ["UserName", "ContactCode", "LOBEntityCode"]
            .map(String::from)
            .to_vec();
        let index = NameIndex::new(names.iter().map(String::as_str));
        let find = |name: &str| index.find(name, |id| &names[usize::from(id.0)]);
        assert_eq!(find("username"), Some(PropertyId(0)));
        assert_eq!(find("lobEntityCode"), Some(PropertyId(2)));
        assert_eq!(find("lobEntityCod"), None);
        assert_eq!(find(""), None);
        // The long s folds to s in Unicode, but not in the platform's ordinal comparison.
        assert_eq!(find("U\u{17f}erName"), None);
    }
}
