//! What is open at a place of a text that is still being written: which record and objects the place is in, which names
//! they have, and what may be written there.
//!
//! The reader reads up to the place and stops there, with its recovery of all that is wrong before it; another one reads on
//! behind the place to the end of the object. Each byte is read once by one of them.

use super::encoding::offset;
use super::reader::{Inside, Reader, Root, State};
use super::{JsonKind, Node, NodeId, Tree, scan};
use crate::finding::Span;

/// What may be written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A value: of the name before it, as an element of a list, or as the whole body.
    Value,
    /// A name.
    Name,
    /// The colon behind a name.
    Colon,
    /// A comma or a closing bracket.
    Separator,
    /// Nothing: the body is complete, or is nothing that could be read.
    Nothing,
}

/// The token at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its bytes, with its quotes; empty where there is no token.
    pub span: Span,
    /// It begins with a quote.
    pub quoted: bool,
    /// It ends with a quote.
    pub closed: bool,
    /// The place is inside of the token or at its end, not before it.
    pub entered: bool,
}

/// A place in a text. See [`cursor`].
#[derive(Debug, Clone)]
pub struct Cursor {
    /// The record at the place as far as it is written before it. Objects and lists that are open end at the place.
    pub tree: Tree,
    /// The index of that record, or of the next one; `None` where the body is not a list.
    pub record: Option<u32>,
    /// The objects and lists that the place is in, the record first.
    pub open: Vec<NodeId>,
    /// What may be written.
    pub expected: Expected,
    /// The name whose value, or whose colon, is expected.
    pub name: Option<Node>,
    /// The token at the place.
    pub token: Token,
    /// Where the token before that one ends.
    pub previous: u32,
    /// What follows in the innermost object: an object whose first member is that of the token, if the place is in a name.
    pub rest: Tree,
    /// Where the next token begins, behind the one at the place if the place is in it.
    pub next: u32,
    /// The place.
    pub at: u32,
}

/// The place at a byte of a text that comes from [`super::text()`]; `None` where the text is too large.
///
/// A place within a character is taken for the one before it.
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

/// Ends what is open, and lists it.
fn close(reader: &Reader<'_>, tree: &mut Tree, end: u32) -> Vec<NodeId> {
    let count = offset(tree.nodes.len());
    let mut open: Vec<NodeId> = Vec::new();
    for frame in &reader.stack {
        // A pair of brackets that is too many shares its node.
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

/// Where the word begins that ends at a place or goes on behind it.
fn word_start(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let length = before
        .iter()
        .rev()
        .take_while(|byte| scan::is_word(**byte))
        .count();
    at - length
}

/// The token that begins with a word, a quote behind the place, or not at all.
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

/// The token of the string that begins at `open`, within which the place is. The quote that ends it may not be there yet: then the
/// next one of the line begins another string, and what follows it is no separator.
fn string(text: &str, open: usize, at: usize) -> Token {
    let bytes = text.as_bytes();
    let end = scan::string_end(bytes, open, usize::MAX)
        .filter(|end| *end > at)
        .filter(|end| {
            let behind = scan::byte(bytes, scan::inline_space(bytes, *end));
            matches!(behind, b':' | b'"') || scan::is_end(behind)
        });
    let span_end = end.unwrap_or_else(|| scan::word_end(bytes, at));
    Token {
        span: Span::new(offset(open), offset(span_end)),
        quoted: true,
        closed: end.is_some(),
        entered: true,
    }
}

/// What follows a token in its object, and where the next token is.
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
    /// Whether a string begins here that is open at the place where the text ends.
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
