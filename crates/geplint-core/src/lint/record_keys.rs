//! Records of one request with the same key, or with the same value for different owners.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::messages;
use super::record_state::{Linter, scalar_text};
use crate::finding::Span;
use crate::json::NodeId;
use crate::rules::{CheckKind, PropertyId};
use crate::string_map::{Folded, trimmed};

/// The first value of each key. A key without escapes is borrowed from the file.
#[derive(Debug, Default)]
pub(super) struct Keys<'a> {
    first: HashMap<Folded<'a>, Span>,
    /// Values that belong to one owner each.
    owners: HashMap<Folded<'a>, Owner<'a>>,
}

/// The owner of a value, and the first position of the value.
#[derive(Debug)]
struct Owner<'a> {
    name: Folded<'a>,
    span: Span,
}

/// The key of a record on the fast path: its value as written, without escapes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    span: Span,
}

impl Key {
    /// Returns the key at a span.
    pub(super) const fn new(span: Span) -> Self {
        Self { span }
    }
}

/// Removes the quotes of a string. Anything else is returned as it is: a number can be a key, too.
#[inline]
pub(super) fn unquoted(written: &str) -> &str {
    match written.as_bytes() {
        [b'"', inner @ .., b'"'] => written.get(1..=inner.len()).unwrap_or_default(),
        _ => written,
    }
}

impl<'a> Keys<'a> {
    /// Adds the key of a record from the fast path, and a value with its owner. Returns false, and adds nothing, if
    /// another record has the key, or has the value for another owner.
    pub(super) fn add(&mut self, text: &'a str, key: Option<Key>, owned: Option<(Key, Key)>) -> bool {
        let read = |key: Key| unquoted(key.span.of(text));
        let owned = owned.map(|(value, owner)| (value.span, read(value), read(owner)));
        let new = match owned
            .filter(|(_, value, owner)| !trimmed(value).is_empty() && !trimmed(owner).is_empty())
        {
            None => None,
            Some((span, value, owner)) => match self.owners.entry(value.into()) {
                Entry::Occupied(entry) if entry.get().name == Folded::from(owner) => None,
                Entry::Occupied(_) => return false,
                Entry::Vacant(entry) => {
                    let name = owner.into();
                    Some((entry, Owner { name, span }))
                }
            },
        };
        if let Some(key) = key {
            match self.first.entry(read(key).into()) {
                Entry::Occupied(_) => return false,
                Entry::Vacant(entry) => entry.insert(key.span),
            };
        }
        if let Some((entry, owner)) = new {
            entry.insert(owner);
        }
        true
    }
}

impl Linter<'_> {
    /// Reports a record with the key of an earlier record. `text` is the text of the request.
    pub(super) fn duplicate_record<'t>(&mut self, text: &'t str, keys: &mut Keys<'t>) {
        let Some(value) = self.key else { return };
        let Some(key) = scalar_text(text, self.tree.node(value)) else {
            return;
        };
        // A placeholder is not a key.
        if self.endpoint.texts.is_placeholder(&key) {
            return;
        }
        match keys.first.entry(Folded(key)) {
            Entry::Vacant(entry) => {
                entry.insert(self.tree.node(value).span);
            }
            Entry::Occupied(entry) => {
                let first = *entry.get();
                let mut place = self.value_place(value).with(first, "first here");
                place.pointer = self.member_pointer(value);
                let own = self.scalar_text(value).unwrap_or_default();
                self.warn(place, messages::same_key(&entry.key().0, &own));
            }
        }
    }

    /// Reports a value that an earlier record has for another owner. `text` is the text of the request.
    pub(super) fn second_owner<'t>(&mut self, text: &'t str, keys: &mut Keys<'t>) {
        let endpoint = self.endpoint;
        let table = endpoint.record_table();
        for check in &table.checks {
            let CheckKind::BelongsToOne(belongs) = check.kind else {
                continue;
            };
            let read = |id| self.identifying_value(text, id);
            let (Some((value, of)), Some((_, owner))) = (read(belongs.property), read(belongs.of)) else {
                continue;
            };
            match keys.owners.entry(Folded(of)) {
                Entry::Vacant(entry) => {
                    let (name, span) = (Folded(owner), self.tree.node(value).span);
                    entry.insert(Owner { name, span });
                }
                Entry::Occupied(entry) if entry.get().name == Folded(Cow::Borrowed(&owner)) => {}
                Entry::Occupied(entry) => {
                    let first = entry.get();
                    let mut place = self.value_place(value).with(first.span, "first here");
                    place.pointer = self.member_pointer(value);
                    let own = self.scalar_text(value).unwrap_or_default();
                    let violation = belongs.violation(&check.claim, table, &own, &first.name.0, &owner);
                    let name = check.kind.name(endpoint, table);
                    self.report(place, &name, violation, &[("value", &own)]);
                }
            }
        }
    }

    /// Returns the value of a property of the record and its string, if the string identifies a contact.
    fn identifying_value<'t>(&self, text: &'t str, id: PropertyId) -> Option<(NodeId, Cow<'t, str>)> {
        let value = self.slot(0, id)?;
        let name = scalar_text(text, self.tree.node(value))?;
        let contact = self.endpoint.contact.as_ref();
        let no_contact = name.trim().is_empty()
            || self.endpoint.texts.is_placeholder(&name)
            || contact.is_some_and(|rows| rows.identifies_no_contact(id, &name));
        (!no_contact).then_some((value, name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use crate::finding::Finding;
    use crate::json;
    use crate::lint::check;
    use crate::rules::testing::builtin;
    use crate::string_map::compared;
    use crate::tenant::Tenant;

    fn body(keys: &[String]) -> String {
        let records: Vec<String> = keys
            .iter()
            .map(|key| format!(r#"{{"ClientContactCode":"{key}","InterfaceStatus":"Success"}}"#))
            .collect();
        format!("[{}]", records.join(","))
    }

    fn findings(body: &str) -> Vec<Finding> {
        let (text, errors) = json::text(body.as_bytes());
        let endpoint = builtin("contact-interface-status").unwrap();
        check(&text, errors, endpoint, &Tenant::default(), false).findings
    }

    /// Returns the low `bits` bits of FNV-1a, the former hash of record keys.
    fn fnv(key: &str, bits: u32) -> u64 {
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        hash & ((1 << bits) - 1)
    }

    /// Returns keys with the same low bits of that hash.
    fn chosen(count: usize) -> Vec<String> {
        let mut by_hash: HashMap<u64, Vec<String>> = HashMap::new();
        for number in 0_u32.. {
            let key = format!("{number:08x}");
            let same = by_hash.entry(fnv(&key, 8)).or_default();
            same.push(key);
            if same.len() == count {
                return std::mem::take(same);
            }
        }
        Vec::new()
    }

    #[test]
    fn colliding_keys_cost_no_more_than_others() {
        let count = 4_000;
        let ordinary: Vec<String> = (0..count).map(|number| format!("C-{number:06}")).collect();
        let cost = |keys: &[String]| {
            let body = body(keys);
            let (found, comparisons) = compared::by(|| findings(&body));
            assert!(found.is_empty(), "{:?}", found.first());
            comparisons
        };
        let bound = count as u64;
        for keys in [ordinary, chosen(count)] {
            let comparisons = cost(&keys);
            assert!(comparisons <= bound, "{comparisons} comparisons of {count} keys");
        }
        // Each key occurs twice, and is compared with its equal.
        let twice: Vec<String> = chosen(count / 2)
            .into_iter()
            .flat_map(|key| [key.clone(), key])
            .collect();
        let (found, comparisons) = compared::by(|| findings(&body(&twice)));
        assert_eq!(found.len(), count / 2);
        assert!((1..=4 * bound).contains(&comparisons), "{comparisons}");
    }

    #[test]
    fn keys_are_compared_as_texts_and_not_as_hashes_or_spellings() {
        let cases = [
            // These two are equal in all 64 bits of FNV-1a.
            (
                r#""8yn0iYCKYHlIj4-BwPqk","GReLUrM4wMqfg9yzV3KQ","GReLUrM4wMqfg9yzV3KQ""#,
                1,
            ),
            (r#""8yn0iYCKYHlIj4-BwPqk","GReLUrM4wMqfg9yzV3KQ""#, 0),
            (r#""A","\u0041""#, 1),
            (r#""\u0041","A""#, 1),
            (r#""1",1"#, 1),
            (r#""A","a""#, 1),
            (r#""A"," a ""#, 1),
            (r#""A","B","A","B","A""#, 3),
        ];
        for (keys, duplicates) in cases {
            let records: Vec<String> = keys
                .split(',')
                .map(|key| format!(r#"{{"ClientContactCode":{key},"InterfaceStatus":"ok"}}"#))
                .collect();
            let found = findings(&format!("[{}]", records.join(",")));
            let found = found.iter().filter(|finding| finding.rule == "duplicate-record");
            assert_eq!(found.count(), duplicates, "{keys}");
        }
    }
}
