//! Names that an object has more than once: the values that count, and the finding.

use super::messages;
use super::record_state::{Linter, key_of};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, PropertyId, Table};

/// The occurrences of one property that count, in document order.
#[derive(Debug)]
pub(super) enum Values {
    None,
    One([NodeId; 1]),
    Many(Vec<NodeId>),
}

impl std::ops::Deref for Values {
    type Target = [NodeId];

    fn deref(&self) -> &[NodeId] {
        match self {
            Self::None => &[],
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

impl Linter<'_> {
    /// Returns the occurrences of a property that count: for containers those since the last null, otherwise the last
    /// one.
    pub(super) fn values(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Values {
        if self.is_record(objects) && self.buffers.earlier.is_empty() {
            return self
                .slot(0, id)
                .map_or(Values::None, |value| Values::One([value]));
        }
        let mut found = Values::None;
        for object in objects {
            for (key, value) in self.tree.members(*object) {
                if table.find(&self.decoded(key)) == Some(id) {
                    found = self.join(found, value);
                }
            }
        }
        found
    }

    /// Joins occurrences: a later one adds to a container and replaces everything else.
    pub(super) fn join(&self, values: Values, next: NodeId) -> Values {
        let container = |id| matches!(self.kind(id), JsonKind::Array | JsonKind::Object);
        match values {
            Values::One([first]) if container(first) && container(next) => Values::Many(vec![first, next]),
            Values::Many(mut many) if container(next) => {
                many.push(next);
                Values::Many(many)
            }
            _ => Values::One([next]),
        }
    }

    /// Returns the occurrences of the property in `slot` that count, and those that later ones replace.
    pub(super) fn occurrences(&self, slot: usize, earlier: usize) -> (Values, Vec<NodeId>) {
        let Some(last) = self.buffers.slots[slot] else {
            return (Values::None, Vec::new());
        };
        if self.buffers.earlier.len() == earlier {
            return (Values::One([last]), Vec::new());
        }
        let mut replaced: Vec<NodeId> = self.buffers.earlier[earlier..]
            .iter()
            .filter(|(at, _)| *at == slot)
            .map(|(_, node)| *node)
            .collect();
        let mut values = Values::None;
        for node in &replaced {
            values = self.join(values, *node);
        }
        let values = self.join(values, last);
        // Values are in document order; a binary search keeps a hundred thousand duplicates from taking quadratic time.
        replaced.retain(|node| values.binary_search(node).is_err());
        (values, replaced)
    }

    /// Reports a name that an object has more than once.
    pub(super) fn duplicate_name(&mut self, property: &Property, key: NodeId, previous: NodeId) {
        let first = self.tree.node(key_of(previous)).span;
        let violation = messages::duplicate_name(property, &self.decoded(key));
        let place = self.key_place(key).with(first, "first here");
        self.warn_of(Some(property), place, violation);
    }
}
