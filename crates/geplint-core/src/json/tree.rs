//! The flat node table of one record, or of one whole document that is not an array.

use std::iter;

use crate::finding::Span;

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number; its span is its raw text.
    Number,
    /// A string; its span includes the quotes.
    String,
    /// An array.
    Array,
    /// An object; its children are keys, each followed by its value.
    Object,
    /// The name of a member; its span includes the quotes.
    Key,
}

/// The index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// One value or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The bytes in the file: strings and keys with their quotes, containers with their brackets.
    pub span: Span,
    /// The index of the first node after this one and everything in it.
    pub next: u32,
    /// The kind.
    pub kind: JsonKind,
    /// For strings and keys: true if the text contains a backslash.
    pub escaped: bool,
    /// True if the text is not valid JSON, or is cut off. The value is present, but must not be checked.
    pub malformed: bool,
    /// True if it is a placeholder with an unknown value. It is malformed, too.
    pub unknown: bool,
}

impl Node {
    /// Returns a node without children, as number `index` of its tree.
    pub(crate) const fn leaf(kind: JsonKind, span: Span, index: u32) -> Self {
        Self {
            span,
            next: index + 1,
            kind,
            escaped: false,
            malformed: false,
            unknown: false,
        }
    }
}

/// Nodes in document order: a container comes before its children, a key before its value.
///
/// Reused from record to record, so that memory does not grow with the file.
#[derive(Debug, Default, Clone)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// True if there is a syntax error inside that was recovered by a guess: what seems absent may be present.
    pub damaged: bool,
    /// Some values are not known.
    pub has_unknown: bool,
}

impl Tree {
    /// Returns the number of nodes that there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.nodes.capacity()
    }

    /// Removes all nodes, but keeps the allocation.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.damaged = false;
        self.has_unknown = false;
    }

    /// Marks the values and names in these spans, which are in order, as unknown. An object that begins with one of the
    /// reader's own `$` names with an unknown value is unknown, too.
    pub(crate) fn mark_unknown(&mut self, text: &str, places: &[Span]) {
        let Some(whole) = self.nodes.first().map(|root| root.span) else {
            return;
        };
        let first = places.partition_point(|place| place.start < whole.start);
        let places = places.get(first..).unwrap_or_default();
        for place in places.iter().take_while(|place| place.end <= whole.end) {
            let from = self.nodes.partition_point(|node| node.span.start < place.start);
            let inside = self.nodes.iter_mut().skip(from);
            for node in inside.take_while(|node| node.span.end <= place.end) {
                (node.malformed, node.unknown) = (true, true);
                self.has_unknown = true;
            }
            let around = from
                .checked_sub(2)
                .and_then(|first| self.nodes.get_mut(first..from));
            if let Some([object, key]) = around
                && (object.kind, key.kind) == (JsonKind::Object, JsonKind::Key)
                && key.span.of(text).starts_with("\"$")
            {
                (object.malformed, object.unknown) = (true, true);
            }
        }
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns true if there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns the root of the record. `None` for an empty tree.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// Returns a node. `id` must come from this tree.
    #[must_use]
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Returns a node and everything in it, names included, in document order.
    pub(crate) fn within(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (id.0..self.node(id).next.max(id.0 + 1)).map(NodeId)
    }

    /// Returns the name and value of each member of an object, in document order. Empty for any other node.
    #[inline]
    pub fn members(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + Clone {
        let keys = self.children(id, JsonKind::Object, 1);
        keys.map(|key| (key, NodeId(key.0 + 1)))
    }

    /// Returns the elements of an array, in document order. Empty for any other node.
    #[inline]
    pub fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + Clone {
        self.children(id, JsonKind::Array, 0)
    }

    /// Returns the element of an array that has just one.
    pub fn only_element(&self, id: NodeId) -> Option<NodeId> {
        let mut elements = self.elements(id);
        elements.next().filter(|_| elements.next().is_none())
    }

    /// Returns the keys or elements of a container of this kind. The value of each is `value` nodes after it.
    #[inline]
    fn children(&self, id: NodeId, kind: JsonKind, value: u32) -> impl Iterator<Item = NodeId> + Clone {
        let node = self.node(id);
        let end = if node.kind == kind { node.next } else { 0 };
        let at = move |index| (index < end).then_some(NodeId(index));
        let next = move |child: &NodeId| at(self.node(NodeId(child.0 + value)).next);
        iter::successors(at(id.0 + 1), next)
    }
}
