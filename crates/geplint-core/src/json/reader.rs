//! The scanner: one loop over the text with an explicit stack. Everything unexpected is handled by [`super::recover`].

use super::encoding::offset;
use super::{JsonKind, Node, SyntaxError, SyntaxKind, Tree, scan};
use crate::finding::Span;

/// The deepest nesting of arrays and objects that is read. An array of records counts as one level.
pub const MAX_DEPTH: usize = 256;

/// The number of errors (without warnings) after which reading stops.
pub const MAX_ERRORS: usize = 1000;

/// The root of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// An array. [`Reader::next_record`] reads its elements.
    List {
        /// The byte offset of its bracket.
        start: u32,
    },
    /// Anything else; it is in the tree.
    Value,
    /// Nothing that could be read.
    Nothing,
}

/// The tokens that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A value.
    Value,
    /// A value, or the end of the array.
    ValueOrEnd,
    /// A name.
    Key,
    /// A name, or the end of the object.
    KeyOrEnd,
    /// The colon after a name.
    Colon,
    /// A comma or a closing bracket.
    After,
    /// Nothing: the text has been read completely.
    End,
}

/// The container of the current place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// No array or object.
    Nothing,
    /// The array of records, which has no node.
    List,
    /// Another array.
    Array,
    /// An object.
    Object,
}

/// An open array or object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub kind: Inside,
    /// The index of its node. Two frames share one if a pair of braces is extra.
    pub node: u32,
    /// The byte offset of its bracket.
    pub open: usize,
    /// True if its bracket is missing in the text.
    pub made_up: bool,
}

/// Reads a document, or an array of records one by one.
#[derive(Debug)]
pub struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) state: State,
    pub(super) inside: Inside,
    pub(super) stack: Vec<Frame>,
    pub(super) root_span: Option<Span>,
    /// The errors so far.
    pub(super) errors: Vec<SyntaxError>,
    pub(super) memory: Memory,
}

/// State that recovery keeps from error to error.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
pub(super) struct Memory {
    pub started: bool,
    /// True if the current record has an error that was recovered by a guess.
    pub damaged: bool,
    /// True if the current element could not be read at all, but keeps its index in the array.
    pub lost: bool,
    /// The offset up to which errors are consequences of a reported one.
    pub muted: usize,
    /// The last comments between two tokens: the end of the token before, and the start of the next one.
    pub gap: (usize, usize),
    /// True if the end of the text was reached in a way that has been reported.
    pub cut: bool,
    pub too_deep: bool,
    /// True if there was text before the root.
    pub wrapped: bool,
    pub error_count: usize,
    pub warning_count: usize,
    /// The number of bytes that look-ahead may still read, so that time stays linear.
    pub budget: usize,
    /// True if the text ends at a cursor: open arrays, objects and strings stay open.
    pub stops_at_end: bool,
    /// The state at the end of such a text.
    pub stopped: Option<State>,
    /// The open string there: its offset, and its kind.
    pub open_string: Option<(usize, JsonKind)>,
}

impl<'a> Reader<'a> {
    /// Returns a reader at the start of `text`, which comes from [`super::text()`].
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let memory = Memory {
            budget: text.len().saturating_mul(8).saturating_add(1 << 16),
            ..Memory::default()
        };
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            state: State::End,
            inside: Inside::Nothing,
            stack: Vec::new(),
            root_span: None,
            errors: Vec::new(),
            memory,
        }
    }

    /// Reads up to the first record. A document that is not an array is read completely.
    ///
    /// Must be called first, and once. An empty text is not reported here; [`super::text()`] does that.
    pub fn root(&mut self, tree: &mut Tree) -> Root {
        tree.clear();
        if std::mem::replace(&mut self.memory.started, true) {
            return Root::Nothing;
        }
        if u32::try_from(self.bytes.len()).is_err() {
            self.errors
                .push(SyntaxError::new(SyntaxKind::TooLarge, Span::default()));
            return Root::Nothing;
        }
        if self.text.starts_with('\u{FEFF}') {
            self.at = '\u{FEFF}'.len_utf8();
        }
        self.before_root();
        if scan::byte(self.bytes, self.at) == b'[' {
            return self.open_root();
        }
        self.state = State::Value;
        let found = self.run(tree);
        tree.damaged = self.memory.damaged;
        if found {
            self.root_span = tree.nodes.first().map(|node| node.span);
            let next = scan::byte(self.bytes, scan::space(self.bytes, self.at));
            tree.damaged |= matches!(next, b',' | b'}');
            self.finish();
        }
        if tree.is_empty() {
            Root::Nothing
        } else {
            Root::Value
        }
    }

    fn open_root(&mut self) -> Root {
        let start = offset(self.at);
        self.push_frame(Inside::List, u32::MAX, false);
        self.at += 1;
        self.state = State::ValueOrEnd;
        Root::List { start }
    }

    /// Reads the next element of the array into `tree`. Returns false if there is none; then the text after the array
    /// has been checked too.
    ///
    /// An element that could not be read at all leaves the tree empty and damaged, but still counts.
    pub fn next_record(&mut self, tree: &mut Tree) -> bool {
        tree.clear();
        self.memory.damaged = false;
        self.memory.lost = false;
        let found = self.run(tree);
        tree.damaged = self.memory.damaged || (found && self.ends_oddly(tree));
        found
    }

    /// Returns the byte offset of the brace of the next element, if that is an object and nothing about the place is
    /// unusual.
    pub(crate) fn ahead(&self) -> Option<usize> {
        let at = match (self.stack.len(), self.state) {
            (1, State::ValueOrEnd) => self.at,
            (1, State::After) => self.after_byte(self.at, b',')?,
            _ => return None,
        };
        let at = scan::space(self.bytes, at);
        (scan::byte(self.bytes, at) == b'{').then_some(at)
    }

    /// Returns the offset after `byte`, if that is the next one from `at` on after whitespace.
    fn after_byte(&self, at: usize, byte: u8) -> Option<usize> {
        let at = scan::space(self.bytes, at);
        (scan::byte(self.bytes, at) == byte).then_some(at + 1)
    }

    /// Skips an element that begins at the offset of [`Self::ahead`] and ends at `end`. It must be a valid object,
    /// and the array must go on with another object after it, or end.
    pub(crate) fn pass_over(&mut self, end: usize) {
        (self.at, self.state) = (end, State::After);
        (self.memory.damaged, self.memory.lost) = (false, false);
    }

    /// Returns the errors so far, in the order in which they were found.
    #[must_use]
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Returns all errors.
    #[must_use]
    pub fn into_errors(self) -> Vec<SyntaxError> {
        self.errors
    }

    /// Returns the span of the root value, once it has been read to its end.
    #[must_use]
    pub fn root_span(&self) -> Option<Span> {
        self.root_span
    }

    /// Reads on until an element of the root (or the root itself) is complete; false at the end.
    pub(super) fn run(&mut self, tree: &mut Tree) -> bool {
        loop {
            self.at = scan::space(self.bytes, self.at);
            let byte = scan::byte(self.bytes, self.at);
            self.state = match (self.state, byte) {
                (State::Key | State::KeyOrEnd, b'"') => {
                    self.string(tree, JsonKind::Key);
                    if scan::byte(self.bytes, self.at) == b':' {
                        self.at = scan::space(self.bytes, self.at + 1);
                        self.state = State::Value;
                        self.value(tree, scan::byte(self.bytes, self.at))
                    } else {
                        State::Colon
                    }
                }
                (State::Colon, b':') => {
                    self.at += 1;
                    State::Value
                }
                (State::ValueOrEnd, b']') | (State::KeyOrEnd, b'}') => self.close(tree),
                (State::Value | State::ValueOrEnd, _) => self.value(tree, byte),
                (State::After, _) => match (self.inside, byte) {
                    (Inside::Object, b',') => self.step(State::Key),
                    (Inside::Array, b',') => self.step(State::Value),
                    (Inside::Object, b'}') | (Inside::Array, b']') => self.close(tree),
                    (Inside::List | Inside::Nothing, _) => {
                        if !tree.nodes.is_empty() || self.memory.lost {
                            if !self.misread(tree, byte) {
                                return true;
                            }
                            continue;
                        }
                        match (self.inside, byte) {
                            (Inside::List, b',') => self.step(State::Value),
                            (Inside::List, b']') => self.close(tree),
                            (Inside::Nothing, _) => {
                                self.finish();
                                State::End
                            }
                            _ => self.recover(tree),
                        }
                    }
                    _ => self.recover(tree),
                },
                (State::End, _) => return false,
                _ => self.recover(tree),
            };
        }
    }

    /// Reads the value that begins with this byte.
    #[inline]
    fn value(&mut self, tree: &mut Tree, byte: u8) -> State {
        match byte {
            b'"' => {
                self.string(tree, JsonKind::String);
                self.past_comma()
            }
            b'{' | b'[' => self.open(tree, byte),
            b'-' | b'0'..=b'9' => self.number(tree),
            b't' => self.literal(tree, b"true", JsonKind::True),
            b'f' => self.literal(tree, b"false", JsonKind::False),
            b'n' => self.literal(tree, b"null", JsonKind::Null),
            _ => self.recover(tree),
        }
    }

    fn step(&mut self, next: State) -> State {
        self.at += 1;
        next
    }

    /// Returns the state after a value inside of a record. A comma right after the value is read too.
    #[inline]
    fn past_comma(&mut self) -> State {
        let next = match self.inside {
            Inside::Object => State::Key,
            Inside::Array => State::Value,
            Inside::List | Inside::Nothing => return State::After,
        };
        if scan::byte(self.bytes, self.at) == b',' {
            self.at += 1;
            return next;
        }
        State::After
    }

    #[inline]
    fn push(&mut self, tree: &mut Tree, kind: JsonKind, end: usize) {
        let index = offset(tree.nodes.len());
        tree.nodes
            .push(Node::leaf(kind, Span::new(offset(self.at), offset(end)), index));
        self.at = end;
    }

    #[inline]
    fn string(&mut self, tree: &mut Tree, kind: JsonKind) {
        let stop = scan::plain(self.bytes, self.at + 1);
        if scan::byte(self.bytes, stop) == b'"' {
            self.push(tree, kind, stop + 1);
        } else {
            self.long_string(tree, kind, stop);
        }
    }

    #[inline]
    fn number(&mut self, tree: &mut Tree) -> State {
        match scan::number(self.bytes, self.at) {
            Some(end) => {
                self.push(tree, JsonKind::Number, end);
                self.past_comma()
            }
            None => self.recover(tree),
        }
    }

    #[inline]
    fn literal(&mut self, tree: &mut Tree, word: &[u8], kind: JsonKind) -> State {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        if rest.starts_with(word) {
            self.push(tree, kind, self.at + word.len());
            self.past_comma()
        } else {
            self.recover(tree)
        }
    }

    #[inline]
    fn open(&mut self, tree: &mut Tree, bracket: u8) -> State {
        if self.stack.len() >= MAX_DEPTH {
            return self.too_deep(tree);
        }
        let (inside, kind, next) = match bracket {
            b'{' => (Inside::Object, JsonKind::Object, State::KeyOrEnd),
            _ => (Inside::Array, JsonKind::Array, State::ValueOrEnd),
        };
        self.push_frame(inside, offset(tree.nodes.len()), false);
        self.push(tree, kind, self.at + 1);
        next
    }

    pub(super) fn push_frame(&mut self, kind: Inside, node: u32, made_up: bool) {
        self.stack.push(Frame {
            kind,
            node,
            open: self.at,
            made_up,
        });
        self.inside = kind;
    }

    #[inline]
    pub(super) fn close(&mut self, tree: &mut Tree) -> State {
        self.at += 1;
        self.pop_frame(tree, self.at);
        State::After
    }

    /// Closes the innermost array or object at `end`.
    #[inline]
    pub(super) fn pop_frame(&mut self, tree: &mut Tree, end: usize) {
        let count = offset(tree.nodes.len());
        if let Some(frame) = self.stack.pop() {
            if let Some(node) = tree.nodes.get_mut(frame.node as usize) {
                node.span.end = offset(end);
                node.next = count;
            } else {
                self.root_span = Some(Span::new(offset(frame.open), offset(end)));
            }
        }
        self.inside = self.stack.last().map_or(Inside::Nothing, |frame| frame.kind);
    }
}
