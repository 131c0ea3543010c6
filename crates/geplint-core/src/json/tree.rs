//! The flat node table of one record (or of one whole document that is no list).

use crate::finding::Span;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number; its raw text is its span.
    Number,
    /// A string; its span includes the quotes.
    String,
    /// A list.
    Array,
    /// An object; its children are keys, each followed by its value.
    Object,
    /// A member's name; its span includes the quotes.
    Key,
}

/// Index of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// One value or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Bytes in the file; strings and keys with their quotes, containers with their brackets.
    pub span: Span,
    /// Index of the first node after this one and all that it holds.
    pub next: u32,
    /// What it is.
    pub kind: JsonKind,
    /// For strings and keys: the text holds a backslash.
    pub escaped: bool,
    /// Its own text is no JSON, or is cut off: it stands for a value, but should not be judged as one.
    pub malformed: bool,
}

impl Node {
    /// A node that holds no other, as the `index`th of its tree.
    pub(crate) const fn leaf(kind: JsonKind, span: Span, index: u32) -> Self {
        Self {
            span,
            next: index + 1,
            kind,
            escaped: false,
            malformed: false,
        }
    }
}

/// Nodes in document order: a container stands before what it holds, a key before its value.
///
/// Reused from record to record, so that memory does not grow with the file.
#[derive(Debug, Default, Clone)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// A syntax error lies inside, and how it was recovered is a guess: what seems absent may not be.
    pub damaged: bool,
}

impl Tree {
    /// Forgets everything, but keeps the memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.damaged = false;
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The root of the record; `None` for an empty tree.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// The node. `id` must come from this tree.
    #[must_use]
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// A node and all that it holds, names too, in document order.
    pub(crate) fn within(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (id.0..self.node(id).next.max(id.0 + 1)).map(NodeId)
    }

    /// Name and value of each member of an object, in document order; nothing for any other node.
    #[must_use]
    #[inline]
    pub fn members(&self, id: NodeId) -> Members<'_> {
        let node = self.node(id);
        let end = if node.kind == JsonKind::Object {
            node.next
        } else {
            id.0 + 1
        };
        Members {
            tree: self,
            at: id.0 + 1,
            end,
        }
    }

    /// The values of a list, in document order; nothing for any other node.
    #[must_use]
    pub fn elements(&self, id: NodeId) -> Elements<'_> {
        let node = self.node(id);
        let end = if node.kind == JsonKind::Array {
            node.next
        } else {
            id.0 + 1
        };
        Elements {
            tree: self,
            at: id.0 + 1,
            end,
        }
    }
}

/// See [`Tree::members`].
#[derive(Debug, Clone)]
pub struct Members<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl Iterator for Members<'_> {
    type Item = (NodeId, NodeId);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let (key, value) = (NodeId(self.at), NodeId(self.at + 1));
        self.at = self.tree.node(value).next;
        Some((key, value))
    }
}

/// See [`Tree::elements`].
#[derive(Debug, Clone)]
pub struct Elements<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl Iterator for Elements<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let id = NodeId(self.at);
        self.at = self.tree.node(id).next;
        Some(id)
    }
}
