//! Recovery from brackets that do not match, and from unexpected text between them.

use super::encoding::offset;
use super::reader::{Frame, Inside, MAX_DEPTH, Reader, State};
use super::recover::{Following, NEAR, closed_by, closer_of, drop_name, list_or_object};
use super::{JsonKind, Node, SyntaxError, SyntaxKind, Tree, scan};
use crate::finding::Span;

impl Reader<'_> {
    /// Handles a name and a colon in an array.
    pub(super) fn loose_member(&mut self, tree: &mut Tree, last: Node) -> bool {
        if self.inside == Inside::Object || self.stack.len() >= MAX_DEPTH {
            return false;
        }
        tree.nodes.pop();
        let start = last.span.start as usize;
        if self.inside == Inside::Array && self.outer(1) == Inside::Object {
            let comma = self.previous_end(start);
            let end = if scan::byte(self.bytes, comma.saturating_sub(1)) == b',' {
                self.previous_end(comma - 1)
            } else {
                comma
            };
            self.missing_close(tree, 1, end);
        } else {
            self.report(SyntaxKind::MissingOpen, start, last.span.end as usize);
            let index = offset(tree.nodes.len());
            let at = std::mem::replace(&mut self.at, start);
            self.push_frame(Inside::Object, index, true);
            self.at = at;
            tree.nodes.push(Node::leaf(JsonKind::Object, last.span, index));
        }
        let mut name = last;
        name.kind = JsonKind::Key;
        name.next = offset(tree.nodes.len() + 1);
        tree.nodes.push(name);
        self.state = State::Colon;
        true
    }

    /// Classifies what follows `at`, as far as it distinguishes arrays from objects.
    fn following(&self, at: usize) -> Following {
        let mut at = scan::space(self.bytes, at);
        if at >= self.bytes.len() {
            return Following::End;
        }
        if scan::byte(self.bytes, at) == b',' {
            at = scan::space(self.bytes, at + 1);
        }
        match scan::byte(self.bytes, at) {
            byte @ (b'}' | b']') => Following::Close(closed_by(byte)),
            b'"' => match scan::string_end(self.bytes, at, NEAR) {
                Some(end) if scan::byte(self.bytes, scan::space(self.bytes, end)) == b':' => {
                    Following::Entry(Inside::Object)
                }
                _ => Following::Entry(Inside::Array),
            },
            byte if scan::begins_value(byte) => Following::Entry(Inside::Array),
            _ => Following::Unknown,
        }
    }

    /// Returns the offset after the bracket that closes the one at `at`, within the look-ahead budget.
    fn matching_end(&mut self, at: usize) -> Option<usize> {
        let budget = self.memory.budget;
        let end = scan::matching(self.bytes, at, budget);
        let looked = end.unwrap_or(self.bytes.len()).saturating_sub(at);
        self.memory.budget = budget.saturating_sub(looked);
        end
    }

    /// Handles a closing bracket that does not match the open one.
    pub(super) fn mismatch(&mut self, tree: &mut Tree) -> State {
        drop_name(tree);
        let wanted = closed_by(self.byte());
        if self.stack.last().is_some_and(|frame| frame.made_up) {
            let end = self.previous_end(self.at);
            self.pop_frame(tree, end);
            return State::After;
        }
        let following = self.following(self.at + 1);
        let nearest = (1..self.stack.len()).find(|&depth| list_or_object(self.outer(depth)) == wanted);
        if following.fits(self.outer(1)) {
            return self.wrong_close(tree);
        }
        match nearest {
            Some(depth) if following.fits(self.outer(depth + 1)) => self.close_before(tree, depth),
            Some(1) if following == Following::Close(list_or_object(self.inside)) && self.swapped(tree) => {
                State::After
            }
            _ if following.fits(self.outer(0)) => self.extra_close(),
            Some(depth) => self.close_before(tree, depth),
            None => self.extra_close(),
        }
    }

    fn wrong_close(&mut self, tree: &mut Tree) -> State {
        let expected = closer_of(self.inside);
        let opened = self
            .stack
            .last()
            .map(|frame| (bracket_span(frame), "opened here"));
        let here = Span::new(offset(self.at), offset(self.at + 1));
        self.report_with(SyntaxKind::WrongClose { expected }, here, opened);
        self.close(tree)
    }

    /// Handles two closing brackets in the wrong order: `]}` for `}]`.
    fn swapped(&mut self, tree: &mut Tree) -> bool {
        let second = scan::space(self.bytes, self.at + 1);
        if scan::byte(self.bytes, second) == b',' || !self.following(second + 1).fits(self.outer(2)) {
            return false;
        }
        self.wrong_close(tree);
        self.at = second;
        self.close(tree);
        true
    }

    fn extra_close(&mut self) -> State {
        self.report(SyntaxKind::ExtraClose { after_root: false }, self.at, self.at + 1);
        self.at = scan::space(self.bytes, self.at + 1);
        if matches!(self.byte(), b',' | b'}' | b']') {
            State::After
        } else {
            self.state
        }
    }

    fn close_before(&mut self, tree: &mut Tree, count: usize) -> State {
        let end = self.previous_end(self.at);
        self.missing_close(tree, count, end);
        State::After
    }

    /// Closes `count` arrays or objects at `end`, where their brackets are missing.
    fn missing_close(&mut self, tree: &mut Tree, count: usize, end: usize) {
        let kind = SyntaxKind::MissingClose {
            closer: closer_of(self.inside),
            count: offset(count),
        };
        let opened = self
            .stack
            .last()
            .map(|frame| (bracket_span(frame), "opened here"));
        self.report_with(kind, Span::new(offset(end), offset(end)), opened);
        for _ in 0..count {
            self.pop_frame(tree, end);
        }
    }

    /// Handles an opening bracket where a name is expected.
    pub(super) fn bracket_for_name(&mut self, tree: &mut Tree) -> State {
        if let Some(state) = self.template(tree) {
            return state;
        }
        let Some(end) = self.matching_end(self.at) else {
            return self.extra_open(true);
        };
        let following = self.following(end);
        if self.byte() == b'[' {
            return self.nameless_value(end);
        }
        match following {
            Following::Close(Inside::Object) => self.extra_pair(end),
            Following::Entry(Inside::Object) => self.nameless_value(end),
            Following::Entry(_) | Following::Close(_)
                if self.state != State::KeyOrEnd && self.outer(1) != Inside::Object =>
            {
                self.next_began(tree)
            }
            _ => self.extra_open(following == Following::Unknown),
        }
    }

    /// Drops an extra opening bracket.
    fn extra_open(&mut self, guess: bool) -> State {
        let bracket = self.byte();
        while self.byte() == bracket {
            let span = Span::new(offset(self.at), offset(self.at + 1));
            let mut error = SyntaxError::new(SyntaxKind::ExtraOpen, span);
            error.guess = guess;
            self.report_error(error);
            self.at = scan::space(self.bytes, self.at + 1);
            if !guess {
                break;
            }
        }
        State::KeyOrEnd
    }

    /// Handles braces inside braces: the opening one is extra, and mostly a closing one too.
    fn extra_pair(&mut self, end: usize) -> State {
        let frame = self.stack.last().copied();
        let at = self.at;
        let state = self.extra_open(false);
        let closers = self.following(scan::space(self.bytes, end) + 1);
        let only_open =
            self.outer(1) == Inside::Object && !closers.fits(Inside::Object) && closers.fits(self.outer(2));
        // Two frames for one object: the first closing brace ends the inner one.
        if let (Some(frame), false) = (frame, only_open || self.stack.len() >= MAX_DEPTH) {
            self.stack.push(Frame { open: at, ..frame });
        }
        state
    }

    fn nameless_value(&mut self, end: usize) -> State {
        self.report(SyntaxKind::MissingName, self.at, self.at + 1);
        self.at = end;
        self.mute();
        State::After
    }

    /// Handles the next element of an array that begins before the object was closed.
    fn next_began(&mut self, tree: &mut Tree) -> State {
        let end = self.previous_end(self.at);
        if self.state == State::Key {
            // The object ends before the comma. The comma is read again, between the two elements.
            let comma = end.saturating_sub(1);
            let end = self.previous_end(comma);
            self.missing_close(tree, 1, end);
            self.at = comma;
        } else {
            self.missing_close(tree, 1, end);
            self.mute();
        }
        State::After
    }

    /// Handles `{{…}}`, which is a template placeholder and not an object in an object.
    fn template(&mut self, tree: &mut Tree) -> Option<State> {
        if let Some(end) = self.placeholder() {
            // In the place of a name: its value is skipped, too.
            self.unexpected(self.at, end);
            if self.byte() == b':' {
                self.at = scan::space(self.bytes, self.at + 1);
                self.skip_value();
            }
            return Some(State::After);
        }
        let frame = *self.stack.last()?;
        let inner = self.at;
        if frame.open + 1 != inner || frame.made_up || self.state != State::KeyOrEnd {
            return None;
        }
        self.at = frame.open;
        let end = self.placeholder();
        self.at = inner;
        let end = end?;
        self.pop_frame(tree, end);
        tree.nodes.truncate(frame.node as usize);
        self.unexpected(frame.open, end);
        Some(self.after_junk(tree))
    }

    /// Skips an array or object that is nested too deep.
    #[cold]
    #[inline(never)]
    pub(super) fn too_deep(&mut self, tree: &mut Tree) -> State {
        if !std::mem::replace(&mut self.memory.too_deep, true) {
            self.report(SyntaxKind::TooDeep, self.at, self.at + 1);
        }
        self.memory.damaged = true;
        let left = self.bytes.len();
        self.at = scan::matching(self.bytes, self.at, left).unwrap_or(left);
        self.give_up_value(tree)
    }

    /// Returns true if what follows a record shows that it was closed too early.
    pub(super) fn ends_oddly(&self, tree: &Tree) -> bool {
        if tree
            .nodes
            .first()
            .is_none_or(|node| node.kind != JsonKind::Object)
        {
            return false;
        }
        let at = scan::space(self.bytes, self.at);
        match scan::byte(self.bytes, at) {
            b'}' => true,
            b',' => self.following(at) == Following::Entry(Inside::Object),
            _ => false,
        }
    }
}

/// Returns the span of the opening bracket.
fn bracket_span(frame: &Frame) -> Span {
    Span::new(offset(frame.open), offset(frame.open + 1))
}
