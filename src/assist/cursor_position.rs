//! A position in a text, resolved to tables and properties of an endpoint.

use std::borrow::Cow;

use crate::finding::Span;
use crate::json::{self, Cursor, Expected, JsonKind, Node, NodeId, Tree};
use crate::rules::{Endpoint, Property, PropertyId, Table, TableId, Type};

/// A position in a text.
#[derive(Debug)]
pub(super) struct CursorPosition<'a> {
    /// The text.
    pub text: &'a str,
    /// The endpoint that the text is a request to.
    pub endpoint: &'a Endpoint,
    /// The open arrays and objects, and the token, at the position.
    pub cursor: Cursor,
    /// The objects and arrays around the position, the record first.
    pub levels: Vec<Level>,
    /// The side, if the position is directly before or after an empty string. The string is then the token.
    pub adjacent: Option<Side>,
}

/// A side of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Before its first quote.
    Before,
    /// After its last quote.
    After,
}

/// An object or array around a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// The node in the tree of the cursor.
    pub node: NodeId,
    /// True for an object, false for an array.
    pub is_object: bool,
    /// The table of the object, or of the array's elements; `None` if unknown.
    pub table: Option<TableId>,
    /// The property that has it as a value, or as an element of its array.
    pub row: Option<(TableId, PropertyId)>,
}

/// The role of a value in the body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'a> {
    /// The whole body.
    Body,
    /// A record of the body.
    Record,
    /// The value of a property, or an element of its array.
    Row {
        /// The table and the property.
        row: (TableId, PropertyId),
        /// The property.
        property: &'a Property,
        /// The type of the value: for an element, the element type.
        ty: Type,
    },
    /// A value of a name that is in no table.
    Unknown,
}

impl<'a> CursorPosition<'a> {
    /// Resolves the position of a cursor.
    pub fn new(text: &'a str, endpoint: &'a Endpoint, cursor: Cursor) -> Self {
        let mut levels: Vec<Level> = Vec::with_capacity(cursor.open.len());
        for &node in &cursor.open {
            let is_object = cursor.tree.node(node).kind == JsonKind::Object;
            let level = match levels.last() {
                None => Level {
                    node,
                    is_object,
                    table: is_object.then_some(endpoint.record),
                    row: None,
                },
                Some(outer) => {
                    let row = if outer.is_object {
                        let name = cursor.tree.node(NodeId(node.0.saturating_sub(1)));
                        row_of(endpoint, outer.table, &json::decode(text, name))
                    } else {
                        outer.row
                    };
                    let table = row.and_then(|row| match property(endpoint, row).ty {
                        Type::Object(table) | Type::ObjectList(table) => Some(table),
                        _ => None,
                    });
                    Level {
                        node,
                        is_object,
                        table,
                        row,
                    }
                }
            };
            levels.push(level);
        }
        Self {
            text,
            endpoint,
            cursor,
            levels,
            adjacent: None,
        }
    }

    /// Sets the side on which an empty string is.
    pub const fn adjacent(mut self, side: Option<Side>) -> Self {
        self.adjacent = side;
        self
    }

    /// Returns the table of the innermost object; `None` within an array.
    pub fn table_id(&self) -> Option<TableId> {
        self.levels.last().filter(|level| level.is_object)?.table
    }

    /// Returns the table of the innermost object, with its rows.
    pub fn table(&self) -> Option<&'a Table> {
        Some(self.endpoint.table(self.table_id()?))
    }

    /// Returns the role of a value at the position.
    pub fn slot(&self) -> Slot<'a> {
        let Some(inner) = self.levels.last() else {
            return match self.cursor.record {
                Some(_) => Slot::Record,
                None => Slot::Body,
            };
        };
        let row = if inner.is_object {
            let name = self.cursor.name.as_ref();
            name.and_then(|name| row_of(self.endpoint, inner.table, &json::decode(self.text, name)))
        } else {
            inner.row
        };
        let Some(row) = row else { return Slot::Unknown };
        let property = property(self.endpoint, row);
        let ty = match (inner.is_object, property.ty) {
            (true, ty) => ty,
            (false, Type::StringList) => Type::String,
            (false, Type::ObjectList(table)) => Type::Object(table),
            (false, _) => return Slot::Unknown,
        };
        Slot::Row { row, property, ty }
    }

    /// Iterates over the other members of the innermost object: those before the position, then those after it.
    pub fn members(&self) -> impl Iterator<Item = (Cow<'a, str>, &Tree, NodeId)> {
        let before = self.levels.last().filter(|level| level.is_object);
        let before = before
            .into_iter()
            .flat_map(|level| self.cursor.tree.members(level.node));
        let before = before.map(|(key, value)| (self.name(&self.cursor.tree, key), &self.cursor.tree, value));
        let rest = &self.cursor.rest;
        let following = rest.root().into_iter().flat_map(|root| rest.members(root));
        let token = self.cursor.token;
        let own = token.entered.then_some(token.span);
        let following = following.filter(move |(key, _)| Some(rest.node(*key).span) != own);
        before.chain(following.map(move |(key, value)| (self.name(rest, key), rest, value)))
    }

    /// Returns a name with its escapes decoded.
    pub fn name(&self, tree: &Tree, key: NodeId) -> Cow<'a, str> {
        json::decode(self.text, tree.node(key))
    }

    /// Returns the token at the position, a name or a value, without quotes.
    pub fn token(&self) -> Cow<'a, str> {
        token_text(self.text, self.cursor.token.span)
    }

    /// Returns the part of the token before the position, without a quote.
    pub fn typed(&self) -> &'a str {
        let span = Span::new(
            self.cursor.token.span.start,
            self.cursor.at.max(self.cursor.token.span.start),
        );
        let typed = span.of(self.text);
        typed.strip_prefix('"').unwrap_or(typed)
    }

    /// Returns true if a colon follows the token around the position.
    pub fn has_colon(&self) -> bool {
        self.cursor.token.entered && self.next() == Some(b':')
    }

    /// Returns true if text inserted at the position must be followed by a comma.
    pub fn needs_comma(&self) -> bool {
        !matches!(self.next(), None | Some(b',' | b'}' | b']' | b':'))
    }

    /// Returns true if nothing follows in the text.
    pub fn is_at_end(&self) -> bool {
        self.next().is_none()
    }

    /// Returns the span that a completion replaces; empty to insert.
    pub fn replaced(&self) -> Span {
        let token = self.cursor.token;
        let is_value =
            self.cursor.expected == Expected::Value && !matches!(self.slot(), Slot::Record | Slot::Body);
        if token.entered || is_value {
            token.span
        } else {
            Span::new(self.cursor.at, self.cursor.at)
        }
    }

    /// Returns true if the name before the position already has a value, outside of the replaced span.
    pub fn has_value(&self) -> bool {
        let token = self.cursor.token;
        let in_object = self.levels.last().is_some_and(|level| level.is_object);
        if !in_object || self.cursor.expected != Expected::Value || !token.span.is_empty() {
            return false;
        }
        let next = self.text.get(self.cursor.next as usize..).unwrap_or_default();
        match next.bytes().next() {
            Some(b'"') => {
                // The name of the next member?
                let after = json::cursor(self.text, self.cursor.next as usize);
                let end = after.map_or(self.cursor.next, |after| after.token.span.end);
                self.byte_after(end) != Some(b':')
            }
            next => !matches!(next, None | Some(b',' | b'}' | b']' | b':')),
        }
    }

    fn next(&self) -> Option<u8> {
        let replaced = self.replaced();
        if replaced.end > self.cursor.next {
            return self.byte_after(replaced.end);
        }
        self.text.as_bytes().get(self.cursor.next as usize).copied()
    }

    /// Returns the first byte after an offset that is not whitespace.
    fn byte_after(&self, offset: u32) -> Option<u8> {
        let mut rest = self.text.as_bytes().get(offset as usize..)?.iter().copied();
        rest.find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// Returns the offset of a missing comma before the position: the end of the previous value.
    pub fn lacks_comma(&self) -> Option<u32> {
        let previous = self.cursor.previous;
        let before = self.text.as_bytes().get(..previous as usize)?.last();
        let in_object = self.levels.last().is_some_and(|level| level.is_object);
        let is_entry = match self.cursor.expected {
            Expected::Separator | Expected::Name => true,
            Expected::Value => !in_object && !matches!(self.slot(), Slot::Body),
            Expected::Colon | Expected::Nothing => false,
        };
        (is_entry && !matches!(before, None | Some(b',' | b'{' | b'['))).then_some(previous)
    }

    /// Returns true if whitespace precedes the token.
    pub fn is_apart(&self) -> bool {
        self.cursor.previous < self.cursor.token.span.start
    }
}

/// Finds a property of a table by its name, ignoring case.
fn row_of(endpoint: &Endpoint, table: Option<TableId>, name: &str) -> Option<(TableId, PropertyId)> {
    let table = table?;
    Some((table, endpoint.table(table).find(name)?))
}

fn property(endpoint: &Endpoint, (table, id): (TableId, PropertyId)) -> &Property {
    endpoint.table(table).property(id)
}

/// Returns the text of a token, without quotes and with escapes decoded.
fn token_text(text: &str, span: Span) -> Cow<'_, str> {
    let node = Node {
        span,
        next: 0,
        kind: JsonKind::String,
        escaped: span.of(text).contains('\\'),
        malformed: false,
        unknown: false,
    };
    json::decode(text, &node)
}
