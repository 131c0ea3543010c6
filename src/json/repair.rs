//! Recovery inside tokens (strings, numbers, names), and of brackets that do not match.

use super::decode::hex4;
use super::reader::{Frame, Inside, MAX_DEPTH, Reader, State};
use super::recover::{NEAR, Seen, closed_by, closer_of, drop_name, list_or_object};
use super::text::offset;
use super::{JsonKind, Node, SyntaxError, SyntaxKind, Tree, look};
use crate::finding::Span;

/// What was found in a string that is not plain.
#[derive(Default)]
struct Odd {
    escaped: bool,
    bad_escape: bool,
    surrogate: bool,
    control: bool,
}

impl Reader<'_> {
    // ---- strings -------------------------------------------------------------------------------------

    /// The string at the reader's place, from the first byte on that is not plain text.
    #[inline(never)]
    pub(super) fn long_string(&mut self, tree: &mut Tree, kind: JsonKind, mut stop: usize) {
        let mut odd = Odd::default();
        loop {
            stop = match look::byte(self.bytes, stop) {
                b'"' => break,
                b'\\' => self.escape(stop, &mut odd),
                byte => match self.control(stop, byte, kind, &mut odd) {
                    Some(next) => next,
                    None => return self.unterminated(tree, kind, stop.min(self.bytes.len()), &odd),
                },
            };
            stop = look::plain(self.bytes, stop);
        }
        self.push_odd(tree, kind, stop + 1, |node| node.escaped = odd.escaped);
    }

    /// Adds the node from the reader's place to `end`, and moves there.
    fn push_odd(&mut self, tree: &mut Tree, kind: JsonKind, end: usize, change: impl FnOnce(&mut Node)) {
        let span = Span::new(offset(self.at), offset(end));
        let mut node = Node::leaf(kind, span, offset(tree.nodes.len()));
        change(&mut node);
        tree.nodes.push(node);
        self.at = end;
    }

    /// Where to read on behind the escape at `at`.
    fn escape(&mut self, at: usize, odd: &mut Odd) -> usize {
        odd.escaped = true;
        match look::byte(self.bytes, at + 1) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at + 2,
            b'u' => self.unicode_escape(at, odd),
            // A control character, a line break or the end is reported for itself.
            0..0x20 => at + 1,
            _ => {
                let rest = self.text.get(at + 1..).unwrap_or("");
                let end = at + 1 + rest.chars().next().map_or(0, char::len_utf8);
                // One path with single backslashes is one mistake.
                if !std::mem::replace(&mut odd.bad_escape, true) {
                    self.report(SyntaxKind::BadEscape, at, end);
                }
                end
            }
        }
    }

    fn unicode_escape(&mut self, at: usize, odd: &mut Odd) -> usize {
        let Some(first) = hex4(self.bytes, at + 2) else {
            let rest = self.bytes.get(at + 2..).unwrap_or(&[]);
            let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let end = at + 2 + digits.min(4);
            if !std::mem::replace(&mut odd.bad_escape, true) {
                self.report(SyntaxKind::BadUnicodeEscape, at, end);
            }
            return end;
        };
        let follows = self.bytes.get(at + 6..at + 8) == Some(b"\\u");
        let second = if follows { hex4(self.bytes, at + 8) } else { None };
        match (first, second) {
            (0xD800..=0xDBFF, Some(0xDC00..=0xDFFF)) => at + 12,
            (0xD800..=0xDFFF, _) => {
                if !std::mem::replace(&mut odd.surrogate, true) {
                    self.report(SyntaxKind::LoneSurrogate, at, at + 6);
                }
                at + 6
            }
            _ => at + 6,
        }
    }

    /// A raw control character in a string: where to read on, or `None` where the string ends before it.
    fn control(&mut self, at: usize, byte: u8, kind: JsonKind, odd: &mut Odd) -> Option<usize> {
        if at >= self.bytes.len() {
            return None;
        }
        let (what, length) = match byte {
            b'\r' if look::byte(self.bytes, at + 1) == b'\n' => (SyntaxKind::LineBreak, 2),
            b'\r' | b'\n' => (SyntaxKind::LineBreak, 1),
            _ => (SyntaxKind::ControlCharacter, 1),
        };
        if what == SyntaxKind::LineBreak && !self.string_goes_on(at, kind) {
            return None;
        }
        if !std::mem::replace(&mut odd.control, true) {
            self.report(what, at, at + length);
        }
        Some(at + length)
    }

    /// Whether the next quote after a line break looks like the end of the string, not like the start of the next.
    fn string_goes_on(&mut self, at: usize, kind: JsonKind) -> bool {
        let mut stop = at;
        loop {
            stop = look::plain(self.bytes, stop);
            if stop - at > NEAR || stop >= self.bytes.len() || self.memory.budget == 0 {
                return false;
            }
            match look::byte(self.bytes, stop) {
                b'"' => break,
                b'\\' => stop += 2,
                _ => stop += 1,
            }
        }
        self.memory.budget = self.memory.budget.saturating_sub(stop - at);
        match look::byte(self.bytes, look::space(self.bytes, stop + 1)) {
            b':' => kind == JsonKind::Key,
            b',' | b'}' | b']' => kind != JsonKind::Key,
            _ => stop + 1 >= self.bytes.len(),
        }
    }

    /// The string at the reader's place has no closing quote up to `stop`, the end of its line.
    fn unterminated(&mut self, tree: &mut Tree, kind: JsonKind, stop: usize, odd: &Odd) {
        self.memory.cut |= stop >= self.bytes.len();
        let line = self.text.get(self.at..stop).unwrap_or("");
        let length = if kind == JsonKind::Key {
            line.find(':')
                .map_or(line.trim_end().len(), |colon| line[..colon].trim_end().len())
        } else {
            self.value_length(line)
        };
        let text = line.get(..length).unwrap_or(line);
        let what = if text.ends_with(['”', '“']) {
            SyntaxKind::SmartQuotes
        } else {
            cut_kind(text)
        };
        // A path with single backslashes is one mistake, also where the last of them hides the quote.
        if what != SyntaxKind::EscapedQuote || !odd.bad_escape {
            self.report(what, self.at, self.at + length);
        }
        self.memory.damaged = true;
        let escaped = text.contains('\\');
        self.push_odd(tree, kind, self.at + length, |node| {
            node.escaped = escaped;
            node.malformed = true;
        });
        if kind == JsonKind::Key && look::byte(self.bytes, look::blanks(self.bytes, self.at)) != b':' {
            self.mute();
        }
    }

    /// How much of a line that begins with an unclosed string is the string: not the comma and the
    /// closing brackets at its end, as far as they match.
    fn value_length(&self, line: &str) -> usize {
        let blank = [' ', '\t'];
        let whole = line.trim_end_matches(blank);
        let core = whole.trim_end_matches([',', '}', ']', ' ', '\t']);
        let closers = whole[core.len()..]
            .bytes()
            .filter(|byte| matches!(byte, b'}' | b']'));
        let matched = closers.enumerate().all(|(depth, byte)| {
            let inside = self.outer(depth);
            let list = matches!(inside, Inside::List | Inside::Array);
            if byte == b'}' {
                inside == Inside::Object
            } else {
                list
            }
        });
        let kept = if matched {
            core
        } else {
            whole.strip_suffix(',').unwrap_or(whole)
        };
        kept.trim_end_matches(blank).len().max(1)
    }

    /// Whether a typographic quote stands here.
    pub(super) fn at_smart_quote(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        rest.starts_with(['“', '”', '„', '«', '‘', '’', '‚'])
    }

    /// A string with other quotes.
    pub(super) fn odd_string(&mut self, tree: &mut Tree, kind: JsonKind) -> State {
        let line = self
            .text
            .get(self.at..look::line_end(self.bytes, self.at))
            .unwrap_or("");
        match odd_string_length(line) {
            Some(length) => {
                let what = if self.byte() == b'\'' {
                    SyntaxKind::SingleQuotes
                } else {
                    SyntaxKind::SmartQuotes
                };
                self.report(what, self.at, self.at + length);
                let escaped = line[..length].contains('\\');
                self.push_odd(tree, kind, self.at + length, |node| node.escaped = escaped);
            }
            None => self.unterminated(tree, kind, self.at + line.len(), &Odd::default()),
        }
        if kind == JsonKind::Key {
            State::Colon
        } else {
            State::After
        }
    }

    // ---- numbers, literals, names --------------------------------------------------------------------

    /// Something that begins like a number.
    pub(super) fn odd_number(&mut self, tree: &mut Tree) -> State {
        let end = look::word_end(self.bytes, self.at);
        let token = self.text.get(self.at..end).unwrap_or("");
        if !token.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return self.junk_value(tree);
        }
        let kind = number_kind(token);
        let end = if kind == SyntaxKind::BadNumber {
            look::junk_end(self.text, self.at)
        } else {
            end
        };
        self.report(kind, self.at, end);
        self.push_odd(tree, JsonKind::Number, end, |node| node.malformed = true);
        State::After
    }

    /// Letters where a value should stand.
    pub(super) fn bare_word(&mut self, tree: &mut Tree) -> State {
        let end = look::word_end(self.bytes, self.at);
        if look::byte(self.bytes, end) == b'(' {
            return self.call(tree, end);
        }
        let whole = look::junk_end(self.text, self.at);
        let word = self.text.get(self.at..whole).unwrap_or("");
        if self.cut_literal(word, whole) {
            self.at = whole;
            return self.give_up_value(tree);
        }
        let (what, kind) = match word.to_ascii_lowercase().as_str() {
            "true" => (SyntaxKind::WrongLiteral, JsonKind::True),
            "false" => (SyntaxKind::WrongLiteral, JsonKind::False),
            "null" | "none" | "nil" => (SyntaxKind::WrongLiteral, JsonKind::Null),
            "nan" => (SyntaxKind::NotANumber, JsonKind::Number),
            "infinity" | "inf" => (SyntaxKind::NoSuchValue, JsonKind::Number),
            "undefined" => (SyntaxKind::NoSuchValue, JsonKind::Null),
            _ => (SyntaxKind::UnquotedText, JsonKind::String),
        };
        // The closing quote may be there, although the opening one is not.
        let quoted = what == SyntaxKind::UnquotedText && self.lone_quote(whole);
        let end = whole + usize::from(quoted);
        self.report(what, self.at, end);
        self.push_odd(tree, kind, end, |node| {
            node.malformed = !matches!(what, SyntaxKind::WrongLiteral);
        });
        State::After
    }

    /// Whether the text ends inside `true`, `false` or `null`: then only that it ends is reported.
    fn cut_literal(&self, word: &str, end: usize) -> bool {
        let literal = ["true", "false", "null"]
            .iter()
            .any(|literal| literal.starts_with(word));
        literal
            && look::space(self.bytes, end) >= self.bytes.len()
            && !self.stack.is_empty()
            && !self.memory.cut
    }

    fn lone_quote(&self, at: usize) -> bool {
        let next = look::byte(self.bytes, look::blanks(self.bytes, at + 1));
        look::byte(self.bytes, at) == b'"' && look::is_end(next)
    }

    /// `ISODate("…")` and the like, up to the parenthesis.
    fn call(&mut self, tree: &mut Tree, parenthesis: usize) -> State {
        let line = self
            .bytes
            .get(parenthesis..look::line_end(self.bytes, parenthesis))
            .unwrap_or(&[]);
        let Some(length) = memchr::memchr(b')', line) else {
            return self.junk_value(tree);
        };
        let end = parenthesis + length + 1;
        self.unexpected(self.at, end);
        self.after_junk(tree)
    }

    /// Anything that is no quote where a name should stand.
    pub(super) fn bare_name(&mut self, tree: &mut Tree) -> State {
        let start = self.at;
        let limit = self.bytes.len().min(start + NEAR);
        let rest = self.bytes.get(start..limit).unwrap_or(&[]);
        let stops = |byte: &u8| {
            matches!(
                byte,
                b':' | b'=' | b',' | b'{' | b'}' | b'[' | b']' | b'"' | b'\n' | b'\r'
            )
        };
        let stop = start + rest.iter().position(stops).unwrap_or(rest.len());
        let quoted = look::byte(self.bytes, stop) == b'"';
        let next = look::blanks(self.bytes, stop + usize::from(quoted));
        let named = stop > start && matches!(look::byte(self.bytes, next), b':' | b'=');
        let name = self.text.get(start..stop).unwrap_or("").trim_end();
        if !named || name.is_empty() {
            self.at = look::junk_end(self.text, start);
            self.unexpected(start, self.at);
            return State::After;
        }
        let literal = matches!(name, "true" | "false" | "null");
        let number = look::number(name.as_bytes(), 0) == Some(name.len());
        let what = if literal || number {
            SyntaxKind::NameNotString
        } else {
            SyntaxKind::UnquotedName
        };
        self.report(what, start, start + name.len());
        self.push_odd(tree, JsonKind::Key, start + name.len(), |_| {});
        self.at = next;
        State::Colon
    }

    // ---- what follows a value shows that it was misread ----------------------------------------------

    /// Looks at the last scalar again, in the light of the byte that follows; true where that changed something.
    pub(super) fn misread(&mut self, tree: &mut Tree, byte: u8) -> bool {
        if look::is_end(byte) {
            return false;
        }
        let Some(&last) = tree.nodes.last() else {
            return false;
        };
        match last.kind {
            JsonKind::Number | JsonKind::True | JsonKind::False | JsonKind::Null => self.runs_on(tree, last),
            JsonKind::String if self.previous_end(self.at) == last.span.end as usize => {
                (byte == b':' && self.loose_member(tree, last)) || self.quote_inside(tree, last, byte)
            }
            _ => false,
        }
    }

    /// A number or literal that goes on: `01`, `1_000`, `nullable`.
    fn runs_on(&mut self, tree: &mut Tree, last: Node) -> bool {
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let glued =
            next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '.' | '+' | '-' | '$'));
        if last.malformed || last.span.end as usize != self.at || !glued {
            return false;
        }
        tree.nodes.pop();
        self.at = last.span.start as usize;
        self.state = if last.kind == JsonKind::Number {
            self.odd_number(tree)
        } else {
            self.bare_word(tree)
        };
        true
    }

    /// A quote that was not escaped ended the string early, or a missing one let it run into the next.
    fn quote_inside(&mut self, tree: &mut Tree, last: Node, byte: u8) -> bool {
        if last.malformed || matches!(byte, b'"' | b'{' | b'[' | b':' | b';' | b'=' | b'/' | b'#') {
            return false;
        }
        if let Some(length) = smart_end(last.span.of(self.text)) {
            let start = last.span.start as usize;
            return self.cut_string(tree, SyntaxKind::SmartQuotes, start, start + length);
        }
        let mut stop = self.at;
        loop {
            stop = look::plain(self.bytes, stop);
            match look::byte(self.bytes, stop) {
                _ if stop - self.at > NEAR => return false,
                b'\\' => stop += 2,
                b'\t' => stop += 1,
                b'"' => {
                    let next = look::blanks(self.bytes, stop + 1);
                    match look::byte(self.bytes, next) {
                        b':' => return self.quotes_swapped(tree, last),
                        end if look::is_end(end) => break,
                        _ => stop += 1,
                    }
                }
                _ => return false,
            }
        }
        let quote = last.span.end as usize;
        let escaped = self
            .text
            .get(self.at..stop)
            .is_some_and(|text| text.contains('\\'));
        self.report(SyntaxKind::UnescapedQuote, quote - 1, quote);
        if let Some(node) = tree.nodes.last_mut() {
            node.span.end = offset(stop + 1);
            node.escaped |= escaped;
        }
        self.at = stop + 1;
        self.state = State::After;
        true
    }

    /// The string's last quote opens the next name: its own closing quote is missing.
    fn quotes_swapped(&mut self, tree: &mut Tree, last: Node) -> bool {
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let inner = self.text.get(start + 1..end - 1).unwrap_or("");
        let kept = inner.trim_end_matches([',', '{', '}', '[', ']', ' ', '\t']);
        if !inner[kept.len()..].contains([',', '{']) {
            return false;
        }
        self.cut_string(
            tree,
            SyntaxKind::UnterminatedString,
            start,
            start + 1 + kept.len(),
        )
    }

    /// The last string ends at `end`, and what follows is read again.
    fn cut_string(&mut self, tree: &mut Tree, what: SyntaxKind, start: usize, end: usize) -> bool {
        self.report(what, start, end);
        if let Some(node) = tree.nodes.last_mut() {
            node.span.end = offset(end);
            node.malformed = what != SyntaxKind::SmartQuotes;
        }
        self.at = end;
        self.state = State::After;
        true
    }

    /// The closing quote of a name is missing, and it ran on to the next quote.
    pub(super) fn name_ran_on(&mut self, tree: &mut Tree) -> bool {
        let Some(node) = tree.nodes.last_mut().filter(|node| node.kind == JsonKind::Key) else {
            return false;
        };
        let colon = node.span.of(self.text).find(':');
        let (Some(colon), true) = (colon, look::is_word(look::byte(self.bytes, self.at))) else {
            return false;
        };
        let start = node.span.start as usize;
        if node.malformed || node.span.end as usize != self.at {
            return false;
        }
        node.span.end = offset(start + colon);
        self.report(SyntaxKind::UnterminatedString, start, start + colon);
        self.at = start + colon;
        true
    }

    /// A name and a colon in a list.
    fn loose_member(&mut self, tree: &mut Tree, last: Node) -> bool {
        if self.inside == Inside::Object || self.stack.len() >= MAX_DEPTH {
            return false;
        }
        tree.nodes.pop();
        let start = last.span.start as usize;
        if self.inside == Inside::Array && self.outer(1) == Inside::Object {
            let comma = self.previous_end(start);
            let end = if look::byte(self.bytes, comma.saturating_sub(1)) == b',' {
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

    // ---- brackets ------------------------------------------------------------------------------------

    /// What follows `at`, as far as it tells lists and objects apart.
    fn seen(&self, at: usize) -> Seen {
        let mut at = look::space(self.bytes, at);
        if at >= self.bytes.len() {
            return Seen::End;
        }
        if look::byte(self.bytes, at) == b',' {
            at = look::space(self.bytes, at + 1);
        }
        match look::byte(self.bytes, at) {
            byte @ (b'}' | b']') => Seen::Close(closed_by(byte)),
            b'"' => match look::string_end(self.bytes, at, NEAR) {
                Some(end) if look::byte(self.bytes, look::space(self.bytes, end)) == b':' => {
                    Seen::Entry(Inside::Object)
                }
                _ => Seen::Entry(Inside::Array),
            },
            byte if look::begins_value(byte) => Seen::Entry(Inside::Array),
            _ => Seen::Unknown,
        }
    }

    /// Behind the bracket that closes the one at `at`, as far as the budget goes.
    fn skim(&mut self, at: usize) -> Option<usize> {
        let budget = self.memory.budget;
        let end = look::matching(self.bytes, at, budget);
        let looked = end.unwrap_or(self.bytes.len()).saturating_sub(at);
        self.memory.budget = budget.saturating_sub(looked);
        end
    }

    /// A closing bracket that does not close what is open.
    pub(super) fn mismatch(&mut self, tree: &mut Tree) -> State {
        drop_name(tree);
        let wanted = closed_by(self.byte());
        if self.stack.last().is_some_and(|frame| frame.made_up) {
            let end = self.previous_end(self.at);
            self.pop_frame(tree, end);
            return State::After;
        }
        let seen = self.seen(self.at + 1);
        let nearest = (1..self.stack.len()).find(|&depth| list_or_object(self.outer(depth)) == wanted);
        if seen.fits(self.outer(1)) {
            return self.wrong_close(tree);
        }
        if seen == Seen::Close(list_or_object(self.inside)) && nearest == Some(1) && self.swapped(tree) {
            return State::After;
        }
        match nearest {
            Some(depth) if seen.fits(self.outer(depth + 1)) => self.close_before(tree, depth),
            _ if seen.fits(self.outer(0)) => self.extra_close(),
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

    /// Two closing brackets in the wrong order: `]}` for `}]`.
    fn swapped(&mut self, tree: &mut Tree) -> bool {
        let second = look::space(self.bytes, self.at + 1);
        if look::byte(self.bytes, second) == b',' || !self.seen(second + 1).fits(self.outer(2)) {
            return false;
        }
        self.wrong_close(tree);
        self.at = second;
        self.close(tree);
        true
    }

    fn extra_close(&mut self) -> State {
        self.report(SyntaxKind::ExtraClose { after_root: false }, self.at, self.at + 1);
        self.at = look::space(self.bytes, self.at + 1);
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

    /// Closes `count` lists or objects at `end`, where their brackets are missing.
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

    /// An opening bracket where a name should stand.
    pub(super) fn bracket_for_name(&mut self, tree: &mut Tree) -> State {
        if let Some(state) = self.template(tree) {
            return state;
        }
        let Some(end) = self.skim(self.at) else {
            return self.extra_open(true);
        };
        let seen = self.seen(end);
        if self.byte() == b'[' {
            return self.nameless_value(end);
        }
        match seen {
            Seen::Close(Inside::Object) => self.extra_pair(end),
            Seen::Entry(Inside::Object) => self.nameless_value(end),
            Seen::Entry(_) | Seen::Close(_)
                if self.state != State::KeyOrEnd && self.outer(1) != Inside::Object =>
            {
                self.next_began(tree)
            }
            _ => self.extra_open(seen == Seen::Unknown),
        }
    }

    /// The bracket is dropped.
    fn extra_open(&mut self, guess: bool) -> State {
        let bracket = self.byte();
        while self.byte() == bracket {
            let span = Span::new(offset(self.at), offset(self.at + 1));
            let mut error = SyntaxError::new(SyntaxKind::ExtraOpen, span);
            error.guess = guess;
            self.report_error(error);
            self.at = look::space(self.bytes, self.at + 1);
            if !guess {
                break;
            }
        }
        State::KeyOrEnd
    }

    /// Braces in braces: the opening one is too many, and mostly a closing one too.
    fn extra_pair(&mut self, end: usize) -> State {
        let frame = self.stack.last().copied();
        let at = self.at;
        let state = self.extra_open(false);
        let closers = self.seen(look::space(self.bytes, end) + 1);
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
        State::After
    }

    /// The next element of a list begins before the object was closed.
    fn next_began(&mut self, tree: &mut Tree) -> State {
        let end = self.previous_end(self.at);
        if self.state == State::Key {
            // The object ends before the comma; the comma is read again, between the two elements.
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

    /// `{{…}}` is no object in an object.
    fn template(&mut self, tree: &mut Tree) -> Option<State> {
        if let Some(end) = self.placeholder() {
            // In the place of a name: its value goes with it.
            self.unexpected(self.at, end);
            if self.byte() == b':' {
                self.at = look::space(self.bytes, self.at + 1);
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

    /// One level more than is allowed: it is stepped over.
    #[cold]
    #[inline(never)]
    pub(super) fn too_deep(&mut self, tree: &mut Tree) -> State {
        if !std::mem::replace(&mut self.memory.too_deep, true) {
            self.report(SyntaxKind::TooDeep, self.at, self.at + 1);
        }
        self.memory.damaged = true;
        let left = self.bytes.len();
        self.at = look::matching(self.bytes, self.at, left).unwrap_or(left);
        self.give_up_value(tree)
    }

    /// Whether what follows a record shows that it was closed too early.
    pub(super) fn ends_oddly(&self, tree: &Tree) -> bool {
        if tree
            .nodes
            .first()
            .is_none_or(|node| node.kind != JsonKind::Object)
        {
            return false;
        }
        let at = look::space(self.bytes, self.at);
        match look::byte(self.bytes, at) {
            b'}' => true,
            b',' => self.seen(at) == Seen::Entry(Inside::Object),
            _ => false,
        }
    }
}

/// The opening bracket of a list or object.
fn bracket_span(frame: &Frame) -> Span {
    Span::new(offset(frame.open), offset(frame.open + 1))
}

/// What a string without an end is called.
fn cut_kind(text: &str) -> SyntaxKind {
    if text.len() > 2 && text.ends_with("\\\"") {
        SyntaxKind::EscapedQuote
    } else {
        SyntaxKind::UnterminatedString
    }
}

/// Where a typographic quote ends a string that a straight one began.
fn smart_end(text: &str) -> Option<usize> {
    let at = text.find('”')?;
    let end = at + '”'.len_utf8();
    let next = look::byte(text.as_bytes(), look::blanks(text.as_bytes(), end));
    matches!(next, b',' | b'}' | b']').then_some(end)
}

/// The length of the string with odd quotes that begins the line.
fn odd_string_length(line: &str) -> Option<usize> {
    let open = line.chars().next()?;
    let closes = |character: char| match open {
        '\'' => character == '\'',
        '‘' | '’' | '‚' => matches!(character, '‘' | '’' | '\''),
        _ => matches!(character, '“' | '”' | '»' | '"'),
    };
    let mut first = None;
    let mut escaped = false;
    for (at, character) in line.char_indices().skip(1) {
        if at > NEAR {
            break;
        }
        if !escaped && closes(character) {
            let end = at + character.len_utf8();
            let next = look::byte(line.as_bytes(), look::blanks(line.as_bytes(), end));
            if look::is_end(next) || next == b':' {
                return Some(end);
            }
            first = first.or(Some(end));
        }
        escaped = character == '\\' && !escaped;
    }
    first
}

/// What is wrong with a number.
fn number_kind(token: &str) -> SyntaxKind {
    let (sign, digits) = match token.as_bytes().first() {
        Some(b'+' | b'-') => token.split_at(1),
        _ => ("", token),
    };
    let lower = digits.to_ascii_lowercase();
    let plain = |text: &str| look::number(text.as_bytes(), 0) == Some(text.len()) && !text.starts_with('-');
    let hexadecimal = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unpadded = lower.trim_start_matches('0');
    match lower.as_str() {
        "infinity" | "inf" | "nan" => SyntaxKind::NoSuchValue,
        _ if sign == "+" && plain(&lower) => SyntaxKind::PlusSign,
        other if other.strip_prefix("0x").is_some_and(hexadecimal) => SyntaxKind::Hexadecimal,
        other if other.starts_with('.') && plain(&format!("0{other}")) => SyntaxKind::BareFraction,
        other if other.ends_with('.') && plain(&format!("{other}0")) => SyntaxKind::MissingFraction,
        other if other.contains(".e") && plain(&other.replacen(".e", ".0e", 1)) => {
            SyntaxKind::MissingFraction
        }
        other if plain(&format!("{other}0")) => SyntaxKind::MissingExponent,
        other if plain(&format!("0{unpadded}")) || plain(unpadded) => SyntaxKind::LeadingZero {
            octal: other.bytes().all(|byte| matches!(byte, b'0'..=b'7')),
        },
        _ => SyntaxKind::BadNumber,
    }
}
