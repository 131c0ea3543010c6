//! Finds the records of a body that is not an array of records: an export's envelope, a map by id, JSON inside a
//! string.
//!
//! Recognition and checking both use this module, so that they find the same records.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::finding::Span;
use crate::json::{JsonKind, NodeId, Reader, Root, Tree, decode, offsets};
use crate::rules::{Endpoint, PropertyId, Shape, Table, ValueCheck, property_like, simplified};

/// The largest number of names between the body and its records. Array indices do not count.
pub(crate) const DEPTH: usize = 6;

/// The same for a file that the user did not name, in which deeper objects are not evidence.
pub(crate) const DEPTH_FOUND: usize = 3;

/// The highest number of times that JSON was encoded as a string.
const ENCODED: usize = 3;

/// A value below the body that may be or contain a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// An object.
    Object(NodeId),
    /// A string that begins like an object or an array.
    Text(NodeId),
}

/// Visits a body breadth-first, in document order at each depth. `visit` returns the next step.
///
/// Of each array the first `most` elements are visited.
pub(crate) fn visit(
    text: &str,
    tree: &Tree,
    root: NodeId,
    most: usize,
    visit: &mut dyn FnMut(Spot, usize) -> Visit,
) {
    let mut due = VecDeque::from([(root, 0)]);
    while let Some((node, depth)) = due.pop_front() {
        match tree.node(node).kind {
            JsonKind::Array => due.extend(tree.elements(node).take(most).map(|element| (element, depth))),
            JsonKind::Object => match visit(Spot::Object(node), depth) {
                Visit::Stop => return,
                Visit::Below if depth < DEPTH => {
                    due.extend(tree.members(node).map(|(_, value)| (value, depth + 1)));
                }
                Visit::Below | Visit::Skip => {}
            },
            JsonKind::String
                if holds_json(text, tree, node) && visit(Spot::Text(node), depth) == Visit::Stop =>
            {
                return;
            }
            _ => {}
        }
    }
}

/// The next step after a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Continue, below this value too.
    Below,
    /// Continue, but not below this value.
    Skip,
    /// End.
    Stop,
}

/// Returns true if a string begins like a nonempty object or array.
fn holds_json(text: &str, tree: &Tree, node: NodeId) -> bool {
    /// The length of the shortest record, `{"a":1}`, in bytes.
    const SHORTEST: u32 = 7;
    let node = tree.node(node);
    let inner = node.span.of(text).get(1..).unwrap_or_default().trim_start();
    node.span.len() > SHORTEST && inner.starts_with(['[', '{', '\\'])
}

/// Returns the array or object that is encoded in a string, also if it was encoded several times.
pub(crate) fn json_in<'t>(text: &'t str, tree: &Tree, node: NodeId) -> Option<Cow<'t, str>> {
    let json = decode(text, tree.node(node));
    unpacked(json, |_, _| {})
}

/// Returns, for each byte of the text that [`json_in`] returns and for its end, the offset of the byte in the file.
pub(crate) fn places_of_json_in(text: &str, span: Span) -> Vec<u32> {
    let mut places = offsets(text, span);
    if let Some((tree, string)) = string_in(span.of(text)) {
        unpacked(decode(span.of(text), tree.node(string)), |json, inner| {
            let place = |offset: u32| places.get(offset as usize).copied();
            places = offsets(json, inner).into_iter().filter_map(place).collect();
        });
    }
    places
}

/// Decodes a text while it is a JSON string. Passes each such text, and the span of the string in it, to `each`.
/// `None` if there is no array or object inside.
fn unpacked(mut json: Cow<'_, str>, mut each: impl FnMut(&str, Span)) -> Option<Cow<'_, str>> {
    for _ in 0..ENCODED {
        if json.trim_start().starts_with(['[', '{']) {
            return Some(json);
        }
        let (tree, string) = string_in(&json)?;
        each(&json, tree.node(string).span);
        json = Cow::Owned(decode(&json, tree.node(string)).into_owned());
    }
    None
}

/// Reads a text that is one string.
fn string_in(text: &str) -> Option<(Tree, NodeId)> {
    if !text.trim_start().starts_with('"') {
        return None;
    }
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let is_value = matches!(reader.root(&mut tree), Root::Value);
    let root = tree.root().filter(|_| is_value)?;
    let is_string = tree.node(root).kind == JsonKind::String && reader.into_errors().is_empty();
    is_string.then_some((tree, root))
}

/// Counts the names of a table that an object has, in any casing, up to two.
pub(crate) fn names(text: &str, tree: &Tree, object: NodeId, table: &Table) -> usize {
    tree.members(object)
        .filter(|(key, _)| property_like(table, &decode(text, tree.node(*key))).is_some())
        .take(2)
        .count()
}

/// Returns true if an object below the body is a record of the endpoint. One name may be chance, unless it is
/// distinctive or the only one.
pub(crate) fn is_record(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint) -> bool {
    let known = names(text, tree, object, endpoint.record_table());
    known > 1
        || known == 1
            && (tree.members(object).nth(1).is_none() || has_distinctive_name(text, tree, object, endpoint))
        || is_record_of_synonyms(text, tree, object, endpoint)
}

/// Returns true if an object has names or synonyms of several mandatory properties of a record, and most of its names
/// mean something. An address or a list of roles has a few common names as well.
pub(crate) fn is_record_of_synonyms(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint) -> bool {
    meant_names(text, tree, object, endpoint).is_record(endpoint.record_table())
}

/// The meaning of the names of an object that may be a record.
#[derive(Debug, Default)]
pub(crate) struct MeantNames {
    /// The rows of the record's table that are meant, each once.
    pub rows: Vec<PropertyId>,
    /// The number of names that mean a property of another table, as in a flat export.
    pub inside: usize,
    /// The number of names.
    pub names: usize,
}

impl MeantNames {
    /// Returns true if several mandatory properties are meant, and at least half of the names mean something.
    pub fn is_record(&self, table: &Table) -> bool {
        /// The least number of mandatory properties.
        const LEAST: usize = 3;
        let mandatory = self
            .rows
            .iter()
            .filter(|row| table.property(**row).is_mandatory());
        mandatory.count() >= LEAST && self.is_most()
    }

    /// Returns true if at least half of the names mean something.
    pub fn is_most(&self) -> bool {
        (self.rows.len() + self.inside) * 2 >= self.names
    }
}

/// Returns the meaning of an object's names: names of an endpoint in any style, and their synonyms.
pub(crate) fn meant_names(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint) -> MeantNames {
    let mut meant = MeantNames::default();
    for (key, _) in tree.members(object) {
        meant.names += 1;
        let name = decode(text, tree.node(key));
        let plain = simplified(&name);
        let row = |table: &Table| {
            property_like(table, &name).or_else(|| {
                let mut words = endpoint.vocabulary.meant(&plain);
                words
                    .find(|word| word.table == table.id)
                    .map(|word| word.property)
            })
        };
        match row(endpoint.record_table()) {
            Some(row) if meant.rows.contains(&row) => {}
            Some(row) => meant.rows.push(row),
            None => meant.inside += usize::from(endpoint.tables.iter().any(|table| row(table).is_some())),
        }
    }
    meant
}

/// Returns true if the object has a distinctive name: one that is mandatory in the endpoint's records, part of their
/// key, or of no other API.
pub(crate) fn has_distinctive_name(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint) -> bool {
    let table = endpoint.record_table();
    tree.members(object)
        .filter_map(|(key, _)| property_like(table, &decode(text, tree.node(key))))
        .any(|row| {
            table.property(row).required.is_some()
                || endpoint.key.contains(&row)
                || endpoint.distinctive.contains(&row)
        })
}

/// Returns true if the values of an object are plausible for a record. Those of a schema, in which each value is an
/// object, are not.
pub(crate) fn has_values(text: &str, tree: &Tree, object: NodeId, table: &Table) -> bool {
    let (mut good, mut bad) = (0, 0);
    for (key, value) in tree.members(object) {
        let Some(row) = property_like(table, &decode(text, tree.node(key))) else {
            continue;
        };
        if tree.node(value).kind == JsonKind::Object && !table.property(row).ty.is_container() {
            bad += 1;
        } else {
            good += 1;
        }
    }
    good >= bad
}

/// Returns true if a value of an object is a label or a type: words in place of an e-mail address, a list or an object.
/// Translations and schemas have such values under the names of a record.
pub(crate) fn has_labels(text: &str, tree: &Tree, object: NodeId, table: &Table) -> bool {
    tree.members(object).any(|(key, value)| {
        let value = tree.node(value);
        let row = property_like(table, &decode(text, tree.node(key))).map(|row| table.property(row));
        row.filter(|_| value.kind == JsonKind::String).is_some_and(|row| {
            (row.ty.is_container() || row.value_checks.contains(&ValueCheck::Shape(Shape::Email)))
                && is_label(&decode(text, value))
        })
    })
}

/// Returns true for a string of words. Shorter strings may be any value.
fn is_label(text: &str) -> bool {
    const SHORTEST: usize = 4;
    let is_of_words = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'');
    text.chars().count() >= SHORTEST && text.chars().all(is_of_words)
}

/// Returns true if an object has all mandatory properties of the endpoint's records.
pub(crate) fn has_all_mandatory(text: &str, tree: &Tree, object: NodeId, table: &Table) -> bool {
    let given: Vec<_> = tree
        .members(object)
        .filter_map(|(key, _)| property_like(table, &decode(text, tree.node(key))))
        .collect();
    let mut mandatory = table.rows().filter(|(_, row)| row.required.is_some()).peekable();
    mandatory.peek().is_some() && mandatory.all(|(id, _)| given.contains(&id))
}
