//! A cursor in a text that may be incomplete: the record and objects around it, their names, and the kind of token that is
//! expected.
//!
//! One reader reads up to the cursor, with recovery from errors, and stops there; another one reads the rest of the innermost
//! object. Each byte is read once. All positions are byte offsets.

use super::encoding::offset;
use super::reader::{Inside, Reader, Root, State};
use super::{JsonKind, Node, NodeId, Tree, scan};
use crate::finding::Span;

/// The kind of token that is expected at a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A value: of the name before it, an element of an array, or the whole body.
    Value,
    /// A name.
    Name,
    /// The colon after a name.
    Colon,
    /// A comma or a closing bracket.
    Separator,
    /// Nothing: the body is complete, or nothing could be read.
    Nothing,
}

/// The token at a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its span, including quotes; empty if there is no token.
    pub span: Span,
    /// True if it begins with a quote.
    pub quoted: bool,
    /// True if it ends with a quote.
    pub closed: bool,
    /// True if the cursor is inside the token or at its end, not before it.
    pub entered: bool,
}

/// The result of [`cursor`].
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The part of the record before the token. Open objects and arrays end there.
    pub tree: Tree,
    /// The index of that record, or of the next one (0-based); `None` if the body is not an array.
    pub record: Option<u32>,
    /// The objects and arrays around the cursor, the record first.
    pub open: Vec<NodeId>,
    /// The kind of token that is expected.
    pub expected: Expected,
    /// The name whose value, or whose colon, is expected.
    pub name: Option<Node>,
    /// The token at the cursor.
    pub token: Token,
    /// Offset of the end of the previous token.
    pub previous: u32,
    /// The rest of the innermost object, as an object. If the cursor is in a name, its first member is that of the token.
    pub rest: Tree,
    /// Offset of the next token: after the one at the cursor if the cursor is in it.
    pub next: u32,
    /// The offset of the cursor.
    pub at: u32,
}

/// Resolves a byte offset of a text that comes from [`super::text()`]; `None` if the text is too large.
///
/// An offset within a character is rounded down to its start.
#[must_use]
pub fn cursor(text: &str, at: usize) -> Option<Cursor> {
    u32::try_from(text.len()).ok()?;
    let at = text.floor_char_boundary(at.min(text.len()));
    let bytes = text.as_bytes();
    let start = word_start(bytes, at);
    let mut reader = Reader::new(text.get(..start)?);
    reader.memory.stops_at_end = true;
    let mut tree = Tree::default();
    let record = match reader.root(&mut tree) {
        Root::List { .. } => {
            let mut record = 0;
            while reader.next_record(&mut tree) {
                record += 1;
            }
            Some(record)
        }
        Root::Value | Root::Nothing => None,
    };
    let open_string = reader.memory.open_string;
    let expected = match (open_string, reader.memory.stopped) {
        (Some((_, JsonKind::Key)), _) | (None, Some(State::Key | State::KeyOrEnd)) => Expected::Name,
        (Some(_), _) | (None, Some(State::Value | State::ValueOrEnd)) => Expected::Value,
        (None, Some(State::Colon)) => Expected::Colon,
        (None, Some(State::After)) => Expected::Separator,
        (None, Some(State::End) | None) => Expected::Nothing,
    };
    let token = match open_string {
        Some((open, _)) => string(text, open, at),
        None => word(text, start, at),
    };
    let previous = reader.previous_end(token.span.start as usize);
    let name = tree.nodes.pop_if(|last| last.kind == JsonKind::Key);
    let open = close(&reader, &mut tree, token.span.start);
    let inside = open.last().map(|last| tree.node(*last).kind);
    let (rest, next) = rest(text, &token, expected, inside == Some(JsonKind::Object));
    Some(Cursor {
        tree,
        record,
        open,
        expected,
        name,
        token,
        previous: offset(previous),
        rest,
        next,
        at: offset(at),
    })
}

/// Ends all open nodes at `end`, and returns them.
fn close(reader: &Reader<'_>, tree: &mut Tree, end: u32) -> Vec<NodeId> {
    let count = offset(tree.nodes.len());
    let mut open: Vec<NodeId> = Vec::new();
    for frame in &reader.stack {
        // An extra pair of brackets shares its node.
        let id = NodeId(frame.node);
        if open.last().is_some_and(|last| id <= *last) {
            continue;
        }
        if let Some(node) = tree.nodes.get_mut(frame.node as usize) {
            node.next = count;
            node.span.end = end;
            open.push(id);
        }
    }
    open
}

/// Returns the start of the word that ends at an offset or contains it.
fn word_start(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let length = before
        .iter()
        .rev()
        .take_while(|byte| scan::is_word(**byte))
        .count();
    at - length
}

/// Returns the token that is a word, or begins with a quote at the cursor; empty if there is none.
fn word(text: &str, start: usize, at: usize) -> Token {
    let bytes = text.as_bytes();
    if start == at && scan::byte(bytes, at) == b'"' {
        let end = scan::string_end(bytes, at, usize::MAX);
        return Token {
            span: Span::new(offset(at), offset(end.unwrap_or(at + 1))),
            quoted: true,
            closed: end.is_some(),
            entered: false,
        };
    }
    let end = scan::word_end(bytes, start);
    Token {
        span: Span::new(offset(start), offset(end)),
        quoted: false,
        closed: false,
        entered: start < at,
    }
}

/// Returns the token of the string that begins at `open` and contains the cursor. Its closing quote may be missing: then the next
/// quote on the line begins another string, and is not followed by a separator.
fn string(text: &str, open: usize, at: usize) -> Token {
    let bytes = text.as_bytes();
    let end = scan::string_end(bytes, open, usize::MAX)
        .filter(|end| *end > at)
        .filter(|end| {
            let following = scan::byte(bytes, scan::inline_space(bytes, *end));
            matches!(following, b':' | b'"') || scan::is_end(following)
        });
    let span_end = end.unwrap_or_else(|| scan::word_end(bytes, at));
    Token {
        span: Span::new(offset(open), offset(span_end)),
        quoted: true,
        closed: end.is_some(),
        entered: true,
    }
}

/// Reads the rest of the token's object. Also returns the offset of the next token.
fn rest(text: &str, token: &Token, expected: Expected, in_object: bool) -> (Tree, u32) {
    let bytes = text.as_bytes();
    let end = if token.entered {
        token.span.end
    } else {
        token.span.start
    } as usize;
    let next = scan::space(bytes, end);
    let mut tree = Tree::default();
    if !in_object {
        return (tree, offset(next));
    }
    let mut reader = Reader::new(text);
    reader.at = end;
    reader.memory.started = true;
    tree.nodes.push(Node::leaf(
        JsonKind::Object,
        Span::new(offset(end), offset(end)),
        0,
    ));
    reader.push_frame(Inside::Object, 0, true);
    let is_name = expected == Expected::Name && token.entered;
    reader.state = if is_name && scan::byte(bytes, next) == b':' {
        let mut name = Node::leaf(JsonKind::Key, token.span, 1);
        name.escaped = token.span.of(text).contains('\\');
        tree.nodes.push(name);
        State::Colon
    } else if expected == Expected::Name && !is_name {
        State::KeyOrEnd
    } else {
        State::After
    };
    reader.run(&mut tree);
    (tree, offset(next))
}

impl Reader<'_> {
    /// Returns true if a string begins here that is still open at the end of the text.
    pub(super) fn string_is_open(&self) -> bool {
        if !self.memory.stops_at_end || self.byte() != b'"' {
            return false;
        }
        let mut stop = self.at + 1;
        loop {
            stop = scan::plain(self.bytes, stop);
            match scan::byte(self.bytes, stop) {
                _ if stop >= self.bytes.len() => return true,
                b'\\' => stop += 2,
                b'\t' => stop += 1,
                _ => return false,
            }
        }
    }
}
