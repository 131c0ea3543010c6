//! A place in a text, as the tables of an endpoint see it.

use std::borrow::Cow;

use crate::finding::Span;
use crate::json::{self, Cursor, Expected, JsonKind, Node, NodeId, Tree};
use crate::rules::{Endpoint, Property, PropertyId, Table, TableId, Type};

/// A place in a text.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The text.
    pub text: &'a str,
    /// The endpoint that it is a request to.
    pub endpoint: &'a Endpoint,
    /// What is open at the place.
    pub cursor: Cursor,
    /// The objects and lists that the place is in, the record first.
    pub levels: Vec<Level>,
    /// Whether the place is beside an empty string, which is then the token, and on which side.
    pub beside: Option<Side>,
}

/// A side of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Before its first quote.
    Before,
    /// After its last quote.
    After,
}

/// An object or a list that a place is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// Its node in the tree of the cursor.
    pub node: NodeId,
    /// Whether it is an object.
    pub is_object: bool,
    /// The table of the object, or of the elements of the list; `None` where no table is known.
    pub table: Option<TableId>,
    /// The property that it is the value of, or whose list it is an element of.
    pub row: Option<(TableId, PropertyId)>,
}

/// What a value is the value of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'a> {
    /// The whole body.
    Body,
    /// A record of the body.
    Record,
    /// A property, or an element of its list.
    Row {
        /// The table and the property.
        row: (TableId, PropertyId),
        /// The property.
        property: &'a Property,
        /// The type of the value.
        ty: Type,
    },
    /// Nothing that a table knows.
    Unknown,
}

impl<'a> Place<'a> {
    /// The place that a cursor is at.
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
            beside: None,
        }
    }

    /// The same, beside an empty string.
    pub const fn beside(mut self, side: Option<Side>) -> Self {
        self.beside = side;
        self
    }

    /// The table of the object that the place is in, if it is in one.
    pub fn table_id(&self) -> Option<TableId> {
        self.levels.last().filter(|level| level.is_object)?.table
    }

    /// The same with its rows.
    pub fn table(&self) -> Option<&'a Table> {
        Some(self.endpoint.table(self.table_id()?))
    }

    /// What a value at the place is the value of.
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

    /// The names and values of the innermost object, except for the member at the place: of those before it, then of those
    /// behind it.
    pub fn members(&self) -> impl Iterator<Item = (Cow<'a, str>, &Tree, NodeId)> {
        let before = self.levels.last().filter(|level| level.is_object);
        let before = before
            .into_iter()
            .flat_map(|level| self.cursor.tree.members(level.node));
        let before = before.map(|(key, value)| (self.name(&self.cursor.tree, key), &self.cursor.tree, value));
        let rest = &self.cursor.rest;
        let behind = rest.root().into_iter().flat_map(|root| rest.members(root));
        let token = self.cursor.token;
        let own = token.entered.then_some(token.span);
        let behind = behind.filter(move |(key, _)| Some(rest.node(*key).span) != own);
        before.chain(behind.map(move |(key, value)| (self.name(rest, key), rest, value)))
    }

    /// The text of a name.
    pub fn name(&self, tree: &Tree, key: NodeId) -> Cow<'a, str> {
        json::decode(self.text, tree.node(key))
    }

    /// The token at the place: a name or a value, without its quotes.
    pub fn token(&self) -> Cow<'a, str> {
        token_text(self.text, self.cursor.token.span)
    }

    /// What is typed of the token up to the place, without a quote.
    pub fn typed(&self) -> &'a str {
        let span = Span::new(
            self.cursor.token.span.start,
            self.cursor.at.max(self.cursor.token.span.start),
        );
        let typed = span.of(self.text);
        typed.strip_prefix('"').unwrap_or(typed)
    }

    /// Whether a colon stands behind the token that the place is in.
    pub fn has_colon(&self) -> bool {
        self.cursor.token.entered && self.next() == Some(b':')
    }

    /// Whether something else follows, so that a comma has to stand behind what is written at the place.
    pub fn needs_comma(&self) -> bool {
        !matches!(self.next(), None | Some(b',' | b'}' | b']' | b':'))
    }

    /// Whether nothing follows in the text.
    pub fn is_at_end(&self) -> bool {
        self.next().is_none()
    }

    /// What is replaced by what is written at the place; empty to insert.
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

    /// Whether the value of the name before the place is there already, and is none that would be replaced.
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

    /// The first byte after an offset that is no whitespace.
    fn byte_after(&self, offset: u32) -> Option<u8> {
        let mut rest = self.text.as_bytes().get(offset as usize..)?.iter().copied();
        rest.find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// Where a comma is missing in front of the place: behind the value before it.
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

    /// Whether white space parts the place from what is before it.
    pub fn is_apart(&self) -> bool {
        self.cursor.previous < self.cursor.token.span.start
    }
}

/// A property of a table by its name in any case.
fn row_of(endpoint: &Endpoint, table: Option<TableId>, name: &str) -> Option<(TableId, PropertyId)> {
    let table = table?;
    Some((table, endpoint.table(table).find(name)?))
}

fn property(endpoint: &Endpoint, (table, id): (TableId, PropertyId)) -> &Property {
    endpoint.table(table).property(id)
}

/// The text of a token, without quotes, escapes decoded.
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
