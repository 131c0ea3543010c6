//! Finds the records of a body that is not the array of them: an export's envelope, a map by id, JSON inside a string.
//!
//! Recognition and checking both use this module, so that they find the same.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::json::{JsonKind, NodeId, Tree, decode};
use crate::rules::{Endpoint, Table, Type, property_like};

/// The largest number of names between the body and its records. Array indices do not count.
pub(crate) const DEPTH: usize = 3;

/// A value below the body that may be or contain a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// An object.
    Object(NodeId),
    /// A string that begins like an object or an array.
    Text(NodeId),
}

/// Visits a body breadth-first, in document order at each depth. `visit` returns whether to continue below an object.
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

/// Returns the text of a string that contains JSON.
pub(crate) fn json_in<'t>(text: &'t str, tree: &Tree, node: NodeId) -> Option<Cow<'t, str>> {
    let decoded = decode(text, tree.node(node));
    decoded.trim_start().starts_with(['[', '{']).then_some(decoded)
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
    match names(text, tree, object, endpoint.record_table()) {
        0 => false,
        1 => tree.members(object).nth(1).is_none() || has_distinctive_name(text, tree, object, endpoint),
        _ => true,
    }
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

/// Returns true if the values of an object are plausible for a record, and not those of a schema, in which each name
/// has an object.
pub(crate) fn has_values(text: &str, tree: &Tree, object: NodeId, table: &Table) -> bool {
    let (mut good, mut bad) = (0, 0);
    for (key, value) in tree.members(object) {
        let Some(row) = property_like(table, &decode(text, tree.node(key))) else {
            continue;
        };
        let is_container = matches!(
            table.property(row).ty,
            Type::Object(_) | Type::ObjectList(_) | Type::StringList
        );
        if tree.node(value).kind == JsonKind::Object && !is_container {
            bad += 1;
        } else {
            good += 1;
        }
    }
    good >= bad
}
