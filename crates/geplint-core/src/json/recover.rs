//! Errors for text that does not belong where it is, and how to read on.
//!
//! Every function here is called with the reader at the first byte that does not fit, and returns the next state. Each
//! call either moves on, closes an array or object, or changes to a state that accepts the same byte, so reading always
//! ends. A budget bounds the look-ahead.

use super::encoding::offset;
use super::reader::{Inside, MAX_ERRORS, Reader, State};
use super::{JsonKind, Node, SyntaxError, SyntaxKind, Tree, other_format, scan};
use crate::finding::Span;

/// The number of bytes that one look-ahead on a line may read.
pub(super) const NEAR: usize = 1024;

/// The text after a position, as far as it distinguishes arrays from objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Following {
    /// A closing bracket.
    Close(Inside),
    /// The start of an element or a member.
    Entry(Inside),
    /// The end of the text.
    End,
    /// Something else.
    Unknown,
}

impl Following {
    /// Returns true if it may occur inside `inside`.
    pub(super) fn fits(self, inside: Inside) -> bool {
        match self {
            Self::Close(kind) | Self::Entry(kind) => kind == list_or_object(inside),
            Self::End => inside == Inside::Nothing,
            Self::Unknown => false,
        }
    }
}

/// Returns the container with the array of records taken as an array.
pub(super) fn list_or_object(inside: Inside) -> Inside {
    if inside == Inside::List {
        Inside::Array
    } else {
        inside
    }
}

/// Returns the container that a bracket closes.
pub(super) fn closed_by(bracket: u8) -> Inside {
    if bracket == b'}' {
        Inside::Object
    } else {
        Inside::Array
    }
}

/// Returns the bracket that closes a container.
pub(super) fn closer_of(inside: Inside) -> char {
    if inside == Inside::Object { '}' } else { ']' }
}

impl<'a> Reader<'a> {
    /// Reports an error, unless it is a consequence of a reported one.
    pub(super) fn report(&mut self, kind: SyntaxKind, start: usize, end: usize) {
        let span = Span::new(offset(start), offset(end));
        let kind = match kind {
            SyntaxKind::UnexpectedText if self.is_conflict(start) => SyntaxKind::ConflictMarker,
            other => other,
        };
        self.report_error(SyntaxError::new(kind, span));
    }

    /// Returns true if the line that begins here is a conflict marker.
    fn is_conflict(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| scan::byte(self.bytes, before));
        matches!(before, None | Some(b'\n')) && other_format::is_conflict(self.near_line(at).as_bytes())
    }

    /// The same as `report`, with a second place.
    pub(super) fn report_with(&mut self, kind: SyntaxKind, span: Span, second: Option<(Span, &'static str)>) {
        let mut error = SyntaxError::new(kind, span);
        error.related = second;
        self.report_error(error);
    }

    pub(super) fn report_error(&mut self, error: SyntaxError) {
        self.memory.damaged |= error.guess;
        if error.is_warning() {
            self.memory.warning_count += 1;
            if self.memory.warning_count <= MAX_ERRORS {
                self.errors.push(error);
            }
            return;
        }
        if self.memory.error_count > MAX_ERRORS || self.continues_last(&error) {
            return;
        }
        // Counted even if muted, so that recovery always ends.
        self.memory.error_count += 1;
        if self.memory.error_count > MAX_ERRORS {
            self.errors
                .push(SyntaxError::new(SyntaxKind::TooMany, error.span));
            self.memory.damaged = true;
            self.memory.cut = true;
        } else if self.at >= self.memory.muted
            && !self
                .errors
                .last()
                .is_some_and(|last| last.kind == error.kind && last.span == error.span)
        {
            // Recovery may reach a place twice.
            self.errors.push(error);
        }
    }

    /// Joins extra brackets in a row to one error.
    fn continues_last(&mut self, error: &SyntaxError) -> bool {
        let Some(last) = self.errors.last_mut() else {
            return false;
        };
        let brackets = matches!(error.kind, SyntaxKind::ExtraOpen | SyntaxKind::ExtraClose { .. });
        let joined = brackets
            && last.kind == error.kind
            && scan::space(self.bytes, last.span.end as usize) == error.span.start as usize;
        if joined {
            last.span.end = error.span.end;
            last.guess |= error.guess;
        }
        joined
    }

    /// Mutes errors up to the next token.
    pub(super) fn mute(&mut self) {
        self.at = scan::space(self.bytes, self.at);
        self.memory.muted = self.at + 1;
    }

    pub(super) fn byte(&self) -> u8 {
        scan::byte(self.bytes, self.at)
    }

    /// Returns the container `depth` levels outside the innermost one.
    pub(super) fn outer(&self, depth: usize) -> Inside {
        let index = self.stack.len().checked_sub(depth + 1);
        index
            .and_then(|index| self.stack.get(index))
            .map_or(Inside::Nothing, |frame| frame.kind)
    }

    /// Returns the end of the token before `at`.
    pub(super) fn previous_end(&self, at: usize) -> usize {
        if self.memory.gap.1 == at {
            return self.memory.gap.0;
        }
        let before = self.bytes.get(..at).unwrap_or(&[]);
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        at - before.iter().rev().take_while(blank).count()
    }

    /// Handles the first byte that does not fit.
    #[cold]
    #[inline(never)]
    pub(super) fn recover(&mut self, tree: &mut Tree) -> State {
        if self.memory.error_count > MAX_ERRORS {
            self.at = self.bytes.len();
        }
        if self.at >= self.bytes.len() && self.memory.stops_at_end {
            self.memory.stopped = Some(self.state);
            return State::End;
        }
        if self.at >= self.bytes.len() {
            return self.end_of_text(tree);
        }
        if self.odd_space() {
            return self.state;
        }
        match self.state {
            State::Value | State::ValueOrEnd => self.bad_value(tree),
            State::Key | State::KeyOrEnd => self.bad_name(tree),
            State::Colon => self.no_colon(tree),
            State::After => self.no_separator(tree),
            State::End => State::End,
        }
    }

    /// Handles the end of the text: closes everything.
    fn end_of_text(&mut self, tree: &mut Tree) -> State {
        let end = self.bytes.len();
        let last = self.previous_end(end);
        drop_name(tree);
        let open = self.stack.iter().filter(|frame| !frame.made_up);
        let count = offset(open.clone().count());
        if let (Some(&frame), false) = (open.clone().next_back(), self.memory.cut) {
            let kind = SyntaxKind::Unclosed {
                closer: closer_of(frame.kind),
                count,
            };
            let opened = Span::new(offset(frame.open), offset(frame.open + 1));
            let place = Span::new(offset(end), offset(end));
            self.report_with(kind, place, Some((opened, "opened here")));
        }
        self.memory.damaged |= !self.stack.is_empty() || self.memory.cut;
        while !self.stack.is_empty() {
            self.pop_frame(tree, last);
        }
        State::After
    }

    /// Skips comments, odd whitespace and text before the root.
    pub(super) fn before_root(&mut self) {
        loop {
            self.at = scan::space(self.bytes, self.at);
            if self.at >= self.bytes.len() || scan::byte(self.bytes, self.at) == b'[' || !self.odd_space() {
                break;
            }
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let plausible =
            scan::begins_value(self.byte()) && !rest.starts_with(|first: char| first.is_alphabetic());
        let known = ["true", "false", "null"]
            .iter()
            .any(|word| rest.starts_with(word));
        if rest.is_empty() || plausible || known {
            return;
        }
        if let Some(length) = rest.find(['[', '{']) {
            let end = self.previous_end(self.at + length);
            self.report(SyntaxKind::UnexpectedText, self.at, end);
            self.at += length;
            self.memory.wrapped = true;
        }
    }

    /// Handles a byte where a value is expected.
    fn bad_value(&mut self, tree: &mut Tree) -> State {
        let in_list = matches!(self.inside, Inside::List | Inside::Array);
        match self.byte() {
            b',' if in_list => self.surplus_commas(),
            b',' | b'}' | b']' if self.inside == Inside::Object => self.no_value(tree),
            b']' if in_list => self.trailing_comma(),
            b'}' if in_list => self.mismatch(tree),
            b':' if self.inside == Inside::Object => {
                let colon = self.at;
                self.report(SyntaxKind::UnexpectedText, colon, colon + 1);
                self.at = colon + 1;
                State::Value
            }
            b'\'' => self.odd_string(tree, JsonKind::String),
            b'-' | b'+' | b'.' | b'0'..=b'9' => self.odd_number(tree),
            byte if byte >= 0x80 && self.at_smart_quote() => self.odd_string(tree, JsonKind::String),
            byte if scan::is_word(byte) && self.placeholder().is_none() => self.bare_word(tree),
            _ => self.junk_value(tree),
        }
    }

    /// Skips a run of commas with nothing between them.
    pub(super) fn surplus_commas(&mut self) -> State {
        let start = self.at;
        let mut end = start;
        while self.byte() == b',' {
            self.at += 1;
            end = self.at;
            self.at = scan::space(self.bytes, self.at);
        }
        let first = matches!(self.state, State::ValueOrEnd | State::KeyOrEnd);
        let kind = if first {
            SyntaxKind::LeadingComma
        } else {
            SyntaxKind::DoubleComma
        };
        self.report(kind, start, end);
        // A closing bracket may follow. It is not reported again as a trailing comma.
        self.entry_or_end()
    }

    /// Handles a closing bracket after a comma.
    fn trailing_comma(&mut self) -> State {
        let end = self.previous_end(self.at);
        self.report(SyntaxKind::TrailingComma, end.saturating_sub(1), end);
        self.entry_or_end()
    }

    /// Returns the state after a comma if the array or object may still end.
    fn entry_or_end(&self) -> State {
        if self.inside == Inside::Object {
            State::KeyOrEnd
        } else {
            State::ValueOrEnd
        }
    }

    /// Handles a name without a value.
    fn no_value(&mut self, tree: &mut Tree) -> State {
        let place = offset(self.previous_end(self.at));
        let name = last_name(tree).map(|node| (node.span, "this name"));
        self.report_with(SyntaxKind::MissingValue, Span::new(place, place), name);
        if self.byte() == b']' {
            self.mute();
        }
        self.give_up_value(tree)
    }

    /// Gives up on the value at this place.
    pub(super) fn give_up_value(&mut self, tree: &mut Tree) -> State {
        drop_name(tree);
        self.memory.damaged = true;
        if self.inside == Inside::List {
            self.memory.lost = true;
        }
        State::After
    }

    /// Handles text that is not a value.
    pub(super) fn junk_value(&mut self, tree: &mut Tree) -> State {
        let start = self.at;
        let end = self
            .placeholder()
            .unwrap_or_else(|| scan::junk_end(self.text, start));
        self.unexpected(start, end);
        self.after_junk(tree)
    }

    /// Returns the rest of the line, up to [`NEAR`] bytes.
    pub(super) fn near_line(&self, at: usize) -> &'a str {
        let rest = self.text.get(at..).unwrap_or("");
        let near = rest.get(..rest.floor_char_boundary(NEAR)).unwrap_or("");
        near.split(['\n', '\r']).next().unwrap_or("")
    }

    /// Returns the end of a placeholder on one line: `<…>`, `${…}`, `{{…}}`.
    pub(super) fn placeholder(&self) -> Option<usize> {
        let rest = self.near_line(self.at);
        let (open, close) = [("<", ">"), ("${", "}"), ("{{", "}}")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open))?;
        let inner = &rest[open.len()..];
        let end = inner
            .bytes()
            .position(|byte| matches!(byte, b'"' | b'<' | b'>' | b'{' | b'}'))?;
        let whole = end > 0 && inner.get(end..).is_some_and(|tail| tail.starts_with(close));
        whole.then_some(self.at + open.len() + end + close.len())
    }

    /// Reports the text at `start..end`, and skips it.
    pub(super) fn unexpected(&mut self, start: usize, end: usize) {
        self.at = start;
        self.report(SyntaxKind::UnexpectedText, start, end);
        self.at = end;
        self.mute();
    }

    /// Returns the state after text in the place of a value.
    pub(super) fn after_junk(&mut self, tree: &mut Tree) -> State {
        self.at = scan::space(self.bytes, self.at);
        let in_list = matches!(self.inside, Inside::List | Inside::Array);
        if in_list && matches!(self.byte(), b'{' | b'[') {
            return State::ValueOrEnd;
        }
        self.give_up_value(tree)
    }

    /// Handles a byte where a name is expected.
    fn bad_name(&mut self, tree: &mut Tree) -> State {
        match self.byte() {
            b',' => self.surplus_commas(),
            b'}' => self.trailing_comma(),
            b']' => self.mismatch(tree),
            b'{' | b'[' => self.bracket_for_name(tree),
            b':' => self.nameless(),
            b';' => self.semicolon(),
            b'\'' => self.odd_string(tree, JsonKind::Key),
            byte if byte >= 0x80 && self.at_smart_quote() => self.odd_string(tree, JsonKind::Key),
            _ => self.bare_name(tree),
        }
    }

    /// Handles a colon and a value without a name.
    fn nameless(&mut self) -> State {
        self.report(SyntaxKind::MissingName, self.at, self.at + 1);
        self.at = scan::space(self.bytes, self.at + 1);
        self.skip_value();
        State::After
    }

    /// Skips a value without reading it.
    pub(super) fn skip_value(&mut self) {
        let left = self.bytes.len() - self.at.min(self.bytes.len());
        self.at = match self.byte() {
            b'{' | b'[' => scan::matching(self.bytes, self.at, left).unwrap_or(self.bytes.len()),
            b'"' => scan::string_end(self.bytes, self.at, left)
                .unwrap_or_else(|| scan::line_end(self.bytes, self.at)),
            byte if scan::is_end(byte) => self.at,
            _ => scan::junk_end(self.text, self.at),
        };
    }

    pub(super) fn semicolon(&mut self) -> State {
        self.report(SyntaxKind::SemicolonForComma, self.at, self.at + 1);
        self.at += 1;
        self.entry_or_end()
    }

    /// Handles a byte where a colon is expected.
    fn no_colon(&mut self, tree: &mut Tree) -> State {
        if self.name_ran_on(tree) {
            return State::Colon;
        }
        let end = self.previous_end(self.at);
        match self.byte() {
            b'=' | b';' => {
                let length = if scan::byte(self.bytes, self.at + 1) == b'>' {
                    2
                } else {
                    1
                };
                self.report(SyntaxKind::EqualsForColon, self.at, self.at + length);
                self.at += length;
                State::Value
            }
            b',' if self.comma_for_colon() => {
                self.report(SyntaxKind::EqualsForColon, self.at, self.at + 1);
                self.at += 1;
                State::Value
            }
            b',' | b'}' | b']' => self.no_value(tree),
            b'"' if self.at_name() => {
                self.no_value(tree);
                State::Key
            }
            byte if scan::begins_value(byte) => {
                let name = last_name(tree).map(|node| (node.span, "this name"));
                let place = Span::new(offset(end), offset(end));
                self.report_with(SyntaxKind::MissingColon, place, name);
                State::Value
            }
            _ => self.junk_for_colon(tree),
        }
    }

    /// Returns true if a value follows the comma, and not a name.
    fn comma_for_colon(&mut self) -> bool {
        let here = std::mem::replace(&mut self.at, 0);
        self.at = scan::space(self.bytes, here + 1);
        let value = scan::begins_value(self.byte()) && !self.at_name();
        self.at = here;
        value
    }

    fn junk_for_colon(&mut self, tree: &mut Tree) -> State {
        let start = self.at;
        let first = self.text.get(start..).and_then(|rest| rest.chars().next());
        self.unexpected(start, start + first.map_or(1, char::len_utf8));
        if self.byte() == b':' {
            return State::Colon;
        }
        self.skip_value();
        self.mute();
        self.give_up_value(tree)
    }

    /// Handles a byte where a comma or a closing bracket is expected.
    fn no_separator(&mut self, tree: &mut Tree) -> State {
        let byte = self.byte();
        if self.misread(tree, byte) {
            return self.state;
        }
        let object = self.inside == Inside::Object;
        match byte {
            b';' => self.semicolon(),
            b'}' | b']' => self.mismatch(tree),
            b'{' if let Some(end) = self.placeholder() => {
                self.unexpected(self.at, end);
                State::After
            }
            b'{' | b'[' if object => self.bracket_for_name(tree),
            _ if object && (self.at_name() || self.string_is_open()) => self.missing_comma(State::Key),
            b'"' | b'{' | b'[' | b'\'' if !object => self.missing_comma(State::Value),
            byte if !object && scan::is_word(byte) => self.missing_comma(State::Value),
            _ => {
                let string = (byte == b'"')
                    .then(|| scan::string_end(self.bytes, self.at, usize::MAX))
                    .flatten();
                let end = string.unwrap_or_else(|| scan::junk_end(self.text, self.at));
                self.unexpected(self.at, end);
                State::After
            }
        }
    }

    fn missing_comma(&mut self, next: State) -> State {
        let end = self.previous_end(self.at);
        self.report(SyntaxKind::MissingComma, end, end);
        next
    }

    /// Returns true if a name and a colon follow, valid or not.
    pub(super) fn at_name(&self) -> bool {
        let end = match self.byte() {
            b'"' => scan::string_end(self.bytes, self.at, NEAR),
            quote @ b'\'' => {
                let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
                let rest = rest.get(..NEAR).unwrap_or(rest);
                memchr::memchr(quote, rest).map(|length| self.at + length + 2)
            }
            byte if scan::is_word(byte) => Some(scan::word_end(self.bytes, self.at)),
            _ => None,
        };
        end.is_some_and(|end| scan::byte(self.bytes, scan::space(self.bytes, end)) == b':')
    }

    /// Checks that nothing follows the root.
    pub(super) fn finish(&mut self) {
        self.state = State::End;
        loop {
            self.at = scan::space(self.bytes, self.at);
            if self.at >= self.bytes.len() {
                return;
            }
            if !self.odd_space() {
                break;
            }
        }
        let rest = self.text.get(self.at..).unwrap_or("").trim_end();
        let closers = rest
            .bytes()
            .all(|byte| matches!(byte, b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
        // `{…}, {…}`: records without brackets around them.
        let record = rest.strip_prefix(',').map(str::trim_start);
        if let Some(record) = record.filter(|record| record.starts_with('{')) {
            self.at = self.at + rest.len() - record.len();
            return self.finish();
        }
        let kind = match self.byte() {
            _ if closers => SyntaxKind::ExtraClose { after_root: true },
            b'{' | b'[' | b'"' => SyntaxKind::SeveralRoots,
            _ => SyntaxKind::TrailingText,
        };
        let shown = rest.lines().next().unwrap_or(rest).trim_end().len();
        let shown = if closers { rest.len() } else { shown };
        // If there was text before the array, the text after it belongs to that: `call([…]);`
        if !self.memory.wrapped {
            self.report(kind, self.at, self.at + shown);
        }
        self.at = self.bytes.len();
    }
}

/// Returns the name whose value is expected.
pub(super) fn last_name(tree: &Tree) -> Option<&Node> {
    tree.nodes.last().filter(|node| node.kind == JsonKind::Key)
}

/// Removes the name whose value could not be read.
pub(super) fn drop_name(tree: &mut Tree) {
    if last_name(tree).is_some() {
        tree.nodes.pop();
    }
}
