//! Recovery inside tokens: strings, numbers, names.

use super::encoding::offset;
use super::reader::{Inside, Reader, State};
use super::recover::NEAR;
use super::string::hex4;
use super::{JsonKind, Node, SyntaxError, SyntaxKind, Tree, scan};
use crate::finding::Span;

/// The peculiarities of a string.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
struct Odd {
    escaped: bool,
    bad_escape: bool,
    surrogate: bool,
    control: bool,
}

impl Reader<'_> {
    /// Reads the string at the reader's place, from the first byte on that is not plain text.
    #[inline(never)]
    pub(super) fn long_string(&mut self, tree: &mut Tree, kind: JsonKind, mut stop: usize) {
        let mut odd = Odd::default();
        loop {
            stop = match scan::byte(self.bytes, stop) {
                b'"' => break,
                b'\\' => self.escape(stop, &mut odd),
                byte => match self.control(stop, byte, kind, &mut odd) {
                    Some(next) => next,
                    None => return self.unterminated(tree, kind, stop.min(self.bytes.len()), &odd),
                },
            };
            stop = scan::plain(self.bytes, stop);
        }
        self.push_odd(tree, kind, stop + 1, |node| node.escaped = odd.escaped);
    }

    /// Adds a node from the reader's place to `end`, and moves there.
    fn push_odd(&mut self, tree: &mut Tree, kind: JsonKind, end: usize, change: impl FnOnce(&mut Node)) {
        let span = Span::new(offset(self.at), offset(end));
        let mut node = Node::leaf(kind, span, offset(tree.nodes.len()));
        change(&mut node);
        tree.nodes.push(node);
        self.at = end;
    }

    /// Returns the offset after the escape at `at`.
    fn escape(&mut self, at: usize, odd: &mut Odd) -> usize {
        odd.escaped = true;
        match scan::byte(self.bytes, at + 1) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at + 2,
            b'u' => self.unicode_escape(at, odd),
            // A control character, a line break or the end of the text has a separate error.
            0..0x20 => at + 1,
            _ => {
                let rest = self.text.get(at + 1..).unwrap_or("");
                let end = at + 1 + rest.chars().next().map_or(0, char::len_utf8);
                // Several backslashes of one path are one error.
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

    /// Handles a raw control character in a string. Returns the offset to read on from, or `None` if the string ends
    /// before it.
    fn control(&mut self, at: usize, byte: u8, kind: JsonKind, odd: &mut Odd) -> Option<usize> {
        if at >= self.bytes.len() {
            return None;
        }
        let (what, length) = match byte {
            b'\r' if scan::byte(self.bytes, at + 1) == b'\n' => (SyntaxKind::LineBreak, 2),
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

    /// Returns true if the next quote after a line break looks like the end of the string, not like the start of the
    /// next.
    fn string_goes_on(&mut self, at: usize, kind: JsonKind) -> bool {
        let mut stop = at;
        loop {
            stop = scan::plain(self.bytes, stop);
            if stop - at > NEAR || stop >= self.bytes.len() || self.memory.budget == 0 {
                return false;
            }
            match scan::byte(self.bytes, stop) {
                b'"' => break,
                b'\\' => stop += 2,
                _ => stop += 1,
            }
        }
        self.memory.budget = self.memory.budget.saturating_sub(stop - at);
        match scan::byte(self.bytes, scan::space(self.bytes, stop + 1)) {
            b':' => kind == JsonKind::Key,
            b',' | b'}' | b']' => kind != JsonKind::Key,
            _ => stop + 1 >= self.bytes.len(),
        }
    }

    /// Handles a string without a closing quote up to `stop`, the end of its line.
    fn unterminated(&mut self, tree: &mut Tree, kind: JsonKind, stop: usize, odd: &Odd) {
        if self.memory.stops_at_end && stop >= self.bytes.len() {
            self.memory.open_string = Some((self.at, kind));
            self.at = self.bytes.len();
            return;
        }
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
        // Several backslashes of one path are one error, even if the last of them escapes the quote.
        if what != SyntaxKind::EscapedQuote || !odd.bad_escape {
            self.report(what, self.at, self.at + length);
        }
        self.memory.damaged = true;
        let escaped = text.contains('\\');
        self.push_odd(tree, kind, self.at + length, |node| {
            node.escaped = escaped;
            node.malformed = true;
        });
        if kind == JsonKind::Key && scan::byte(self.bytes, scan::inline_space(self.bytes, self.at)) != b':' {
            self.mute();
        }
    }

    /// Returns the length of an unclosed string at the start of a line, without the comma and the matching closing
    /// brackets at the end of the line.
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

    /// Returns true if the next character is a typographic quote.
    pub(super) fn at_smart_quote(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        rest.starts_with(['“', '”', '„', '«', '‘', '’', '‚'])
    }

    /// Reads a string with other quotes.
    pub(super) fn odd_string(&mut self, tree: &mut Tree, kind: JsonKind) -> State {
        let near = self.near_line(self.at);
        if let Some(length) = odd_string_length(near) {
            let what = if self.byte() == b'\'' {
                SyntaxKind::SingleQuotes
            } else {
                SyntaxKind::SmartQuotes
            };
            self.report(what, self.at, self.at + length);
            let escaped = near[..length].contains('\\');
            self.push_odd(tree, kind, self.at + length, |node| node.escaped = escaped);
        } else {
            let end = scan::line_end(self.bytes, self.at);
            self.unterminated(tree, kind, end, &Odd::default());
        }
        if kind == JsonKind::Key {
            State::Colon
        } else {
            State::After
        }
    }

    /// Reads a token that begins like a number.
    pub(super) fn odd_number(&mut self, tree: &mut Tree) -> State {
        let end = scan::word_end(self.bytes, self.at);
        let token = self.text.get(self.at..end).unwrap_or("");
        if !token.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return self.junk_value(tree);
        }
        let kind = number_kind(token);
        let end = if kind == SyntaxKind::BadNumber {
            scan::junk_end(self.text, self.at)
        } else {
            end
        };
        self.report(kind, self.at, end);
        self.push_odd(tree, JsonKind::Number, end, |node| node.malformed = true);
        State::After
    }

    /// Handles letters where a value is expected.
    pub(super) fn bare_word(&mut self, tree: &mut Tree) -> State {
        let end = scan::word_end(self.bytes, self.at);
        if scan::byte(self.bytes, end) == b'(' {
            return self.call(tree, end);
        }
        let whole = scan::junk_end(self.text, self.at);
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
        // Text at the root is one error, however long it is.
        self.memory.wrapped |= what == SyntaxKind::UnquotedText && self.stack.is_empty();
        // The closing quote may be present even if the opening one is missing.
        let quoted = what == SyntaxKind::UnquotedText && self.lone_quote(whole);
        let end = whole + usize::from(quoted);
        self.report(what, self.at, end);
        self.push_odd(tree, kind, end, |node| {
            node.malformed = !matches!(what, SyntaxKind::WrongLiteral);
        });
        State::After
    }

    /// Returns true if the text ends inside `true`, `false` or `null`. Then only the end is reported.
    fn cut_literal(&self, word: &str, end: usize) -> bool {
        let literal = ["true", "false", "null"]
            .iter()
            .any(|literal| literal.starts_with(word));
        literal
            && scan::space(self.bytes, end) >= self.bytes.len()
            && !self.stack.is_empty()
            && !self.memory.cut
    }

    fn lone_quote(&self, at: usize) -> bool {
        let next = scan::byte(self.bytes, scan::inline_space(self.bytes, at + 1));
        scan::byte(self.bytes, at) == b'"' && scan::is_end(next)
    }

    /// Handles `ISODate("…")` and the like, up to the parenthesis.
    fn call(&mut self, tree: &mut Tree, parenthesis: usize) -> State {
        let Some(length) = self.near_line(parenthesis).find(')') else {
            return self.junk_value(tree);
        };
        let end = parenthesis + length + 1;
        self.unexpected(self.at, end);
        self.after_junk(tree)
    }

    /// Handles text without quotes where a name is expected.
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
        let quoted = scan::byte(self.bytes, stop) == b'"';
        let next = scan::inline_space(self.bytes, stop + usize::from(quoted));
        let named = stop > start && matches!(scan::byte(self.bytes, next), b':' | b'=');
        let name = self.text.get(start..stop).unwrap_or("").trim_end();
        if !named || name.is_empty() {
            self.at = scan::junk_end(self.text, start);
            self.unexpected(start, self.at);
            return State::After;
        }
        let literal = matches!(name, "true" | "false" | "null");
        let number = scan::number(name.as_bytes(), 0) == Some(name.len());
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

    /// Reconsiders the last scalar by the byte that follows. Returns true if that changed something.
    pub(super) fn misread(&mut self, tree: &mut Tree, byte: u8) -> bool {
        if scan::is_end(byte) {
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

    /// Handles a number or literal that goes on: `01`, `1_000`, `nullable`.
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

    /// Handles a string that an unescaped quote ended early, or that a missing quote joined to the next one.
    fn quote_inside(&mut self, tree: &mut Tree, last: Node, byte: u8) -> bool {
        if last.malformed || matches!(byte, b'"' | b'{' | b'[' | b':' | b';' | b'=' | b'/' | b'#') {
            return false;
        }
        let text = last.span.of(self.text);
        if !text.starts_with('"') || !text.ends_with('"') {
            return false;
        }
        if let Some(length) = smart_end(text) {
            let start = last.span.start as usize;
            return self.cut_string(tree, SyntaxKind::SmartQuotes, start, start + length);
        }
        let mut stop = self.at;
        loop {
            stop = scan::plain(self.bytes, stop);
            match scan::byte(self.bytes, stop) {
                _ if stop - self.at > NEAR => return false,
                b'\\' => stop += 2,
                b'\t' => stop += 1,
                b'"' => {
                    let next = scan::inline_space(self.bytes, stop + 1);
                    match scan::byte(self.bytes, next) {
                        b':' => return self.quotes_swapped(tree, last),
                        end if scan::is_end(end) => break,
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

    /// Handles a string without a closing quote that ended at the opening quote of the next name.
    fn quotes_swapped(&mut self, tree: &mut Tree, last: Node) -> bool {
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let inner = self.text.get(start + 1..end - 1).unwrap_or("");
        let kept = inner.trim_end_matches([',', '{', '}', '[', ']', ' ', '\t']);
        if !inner[kept.len()..].contains([',', '{']) {
            return false;
        }
        let end = start + 1 + kept.len();
        let what = cut_kind(self.text.get(start..end).unwrap_or(""));
        self.cut_string(tree, what, start, end)
    }

    /// Cuts the last string at `end`; what follows is read again.
    fn cut_string(&mut self, tree: &mut Tree, what: SyntaxKind, start: usize, end: usize) -> bool {
        let place = Span::new(offset(start), offset(end));
        let escape = |last: &SyntaxError| last.kind == SyntaxKind::BadEscape && last.span.start > place.start;
        // As in `unterminated`: one error.
        if what != SyntaxKind::EscapedQuote || !self.errors.last().is_some_and(escape) {
            self.report(what, start, end);
        }
        self.memory.damaged |= what != SyntaxKind::SmartQuotes;
        if let Some(node) = tree.nodes.last_mut() {
            node.span.end = offset(end);
            node.malformed = what != SyntaxKind::SmartQuotes;
        }
        self.at = end;
        self.state = State::After;
        true
    }

    /// Handles a name without a closing quote that ran on to the next quote.
    pub(super) fn name_ran_on(&mut self, tree: &mut Tree) -> bool {
        let Some(node) = tree.nodes.last_mut().filter(|node| node.kind == JsonKind::Key) else {
            return false;
        };
        let colon = node.span.of(self.text).find(':');
        let (Some(colon), true) = (colon, scan::is_word(scan::byte(self.bytes, self.at))) else {
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
}

/// Returns the error for a string without an end.
fn cut_kind(text: &str) -> SyntaxKind {
    if text.len() > 2 && text.ends_with("\\\"") {
        SyntaxKind::EscapedQuote
    } else {
        SyntaxKind::UnterminatedString
    }
}

/// Returns the end of a string that begins with a straight quote and ends with a typographic one.
fn smart_end(text: &str) -> Option<usize> {
    let at = text.find('”')?;
    let end = at + '”'.len_utf8();
    let next = scan::byte(text.as_bytes(), scan::inline_space(text.as_bytes(), end));
    matches!(next, b',' | b'}' | b']').then_some(end)
}

/// Returns the length of the string with odd quotes at the start of the line.
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
        if !escaped && closes(character) {
            let end = at + character.len_utf8();
            let next = scan::byte(line.as_bytes(), scan::inline_space(line.as_bytes(), end));
            if scan::is_end(next) || next == b':' {
                return Some(end);
            }
            first = first.or(Some(end));
        }
        escaped = character == '\\' && !escaped;
    }
    first
}

/// Returns the error for a malformed number.
fn number_kind(token: &str) -> SyntaxKind {
    let (sign, digits) = match token.as_bytes().first() {
        Some(b'+' | b'-') => token.split_at(1),
        _ => ("", token),
    };
    let lower = digits.to_ascii_lowercase();
    let plain = |text: &str| scan::number(text.as_bytes(), 0) == Some(text.len()) && !text.starts_with('-');
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
