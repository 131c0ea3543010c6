//! The platform's text reader as a state machine: its tokens, and where it stops.
//!
//! It accepts more than RFC 8259 allows, and what it accepts depends on what is read: a value of a declared type is
//! read differently from one without. So this is a model of the reader's states and not a grammar. It reads one token
//! at a time, forwards only, and stores only the open brackets.

use std::borrow::Cow;

use super::lenient_number::{self, General};
use super::{datetime, number};

/// The deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 256;

/// The reason why reading stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The body is refused with this sentence, because of a value.
    Refused(String),
    /// The body is refused with this sentence, because of the text that follows.
    Unreadable(String),
    /// The result is unknown.
    Unknown,
}

/// Returns the stop for a value.
fn refused<T>(sentence: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(sentence.into()))
}

/// Returns the stop for a text.
fn unreadable<T>(sentence: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Unreadable(sentence.into()))
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    /// Nothing: the text has ended.
    None,
    /// `{`
    StartObject,
    /// `[`
    StartArray,
    /// `}`
    EndObject,
    /// `]`
    EndArray,
    /// The name of a member.
    Name(Cow<'a, str>),
    /// A comment.
    Comment(&'a str),
    /// A number, as written; it may not be valid in RFC 8259.
    Number(&'a str),
    /// `NaN`, `Infinity` or `-Infinity`.
    Infinite(&'static str),
    /// A string without its quotes and escapes.
    Text(Cow<'a, str>),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`
    Null,
    /// `undefined`, or nothing before a comma.
    Undefined,
}

impl Token<'_> {
    /// Returns the reader's name of the token in its sentences.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::StartObject => "StartObject",
            Self::StartArray => "StartArray",
            Self::EndObject => "EndObject",
            Self::EndArray => "EndArray",
            Self::Name(_) => "PropertyName",
            Self::Comment(_) => "Comment",
            Self::Number(raw) => match lenient_number::general(raw) {
                Ok(General::Double(_)) => "Float",
                _ => "Integer",
            },
            Self::Infinite(_) => "Float",
            Self::Text(text) if matches!(datetime::recognise(text), Ok(Some(_))) => "Date",
            Self::Text(_) => "String",
            Self::Boolean(_) => "Boolean",
            Self::Null => "Null",
            Self::Undefined => "Undefined",
        }
    }
}

/// The type as which a value is read, for types with their own way of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A decimal number.
    Decimal,
    /// A date and time.
    DateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Property,
    Object,
    Array,
    PostValue,
    Finished,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    Array,
}

/// The reader, at a place in a text.
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    start: usize,
    state: State,
    open: Vec<Open>,
    token: Token<'a>,
}

impl<'a> Reader<'a> {
    /// Returns a reader at the beginning of a text, after its byte order mark if there is one.
    pub fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        Self {
            text,
            at,
            start: at,
            state: State::Start,
            open: Vec::new(),
            token: Token::None,
        }
    }

    /// Returns the last token.
    pub fn token(&self) -> &Token<'a> {
        &self.token
    }

    /// Returns the start and end of the last token, in bytes.
    pub fn place(&self) -> (usize, usize) {
        (self.start, self.at.max(self.start))
    }

    /// Returns the number of arrays and objects around the place, as the reader counts: one that was just opened does
    /// not count.
    pub fn depth(&self) -> usize {
        match self.token {
            Token::StartArray | Token::StartObject => self.open.len().saturating_sub(1),
            _ => self.open.len(),
        }
    }

    /// Reads the next token of any kind. Returns false at the end of the text.
    ///
    /// A number that a double cannot hold is a token here; the caller decides what it means.
    pub fn read(&mut self) -> Result<bool, Stop> {
        loop {
            match self.state {
                State::Start | State::Property | State::Array => return self.value(),
                State::Object => return self.member(),
                State::PostValue => {
                    if self.read_after_value(false)? {
                        return Ok(true);
                    }
                }
                State::Finished => return self.read_after_end(),
            }
        }
    }

    /// The same, but skips comments.
    pub fn read_content(&mut self) -> Result<bool, Stop> {
        while self.read()? {
            if !matches!(self.token, Token::Comment(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads a value of a declared type; [`Token::None`] at the end of the text, [`Token::EndArray`] at the end of an
    /// array.
    pub fn read_as(&mut self, wanted: As) -> Result<(), Stop> {
        if self.state == State::PostValue && self.read_after_value(true)? {
            return Ok(());
        }
        if self.state == State::Finished {
            return self.read_after_end().map(|_| ());
        }
        loop {
            self.start = self.at;
            let Some(c) = self.peek() else {
                self.token = Token::None;
                return Ok(());
            };
            match c {
                '"' | '\'' => return self.string(c),
                '-' if wanted != As::Boolean && self.peek_at(1) == Some(b'I') => {
                    return self.infinite("-Infinity", Some(wanted));
                }
                '-' | '.' | '0'..='9' if wanted == As::DateTime && c != '-' => return self.unexpected(c),
                '-' | '.' | '0'..='9' => {
                    let raw = self.number()?;
                    if wanted == As::DateTime {
                        return refused("Cannot read number value as type.");
                    }
                    self.finish_value(Token::Number(raw));
                    return Ok(());
                }
                't' | 'f' if matches!(wanted, As::String | As::Boolean) => {
                    if !self.word(if c == 't' { "true" } else { "false" })? {
                        let c = self.peek().unwrap_or('\0');
                        return self.unexpected(c);
                    }
                    self.finish_value(Token::Boolean(c == 't'));
                    return Ok(());
                }
                'I' if wanted != As::Boolean => return self.infinite("Infinity", Some(wanted)),
                'N' if wanted != As::Boolean => return self.infinite("NaN", Some(wanted)),
                'n' => return self.null(),
                '/' => {
                    self.comment(false)?;
                }
                ']' if self.state != State::Property && self.state != State::Start => {
                    self.at += 1;
                    return self.close(Open::Array);
                }
                '\0' => self.at += 1,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                c => return self.unexpected(c),
            }
        }
    }

    /// Skips the value that was begun, if it is an array or an object. `odd` is called for numbers without a value.
    pub fn skip(&mut self, odd: &mut impl FnMut(String)) -> Result<(), Stop> {
        self.report_without_value(odd);
        if matches!(self.token, Token::StartArray | Token::StartObject) {
            let depth = self.depth();
            while self.read()? {
                self.report_without_value(odd);
                if depth >= self.depth() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn report_without_value(&self, odd: &mut impl FnMut(String)) {
        if let Some(sentence) = self.without_value() {
            odd(sentence);
        }
    }

    /// Returns the sentence for a number that no double can hold, which only some versions of the platform refuse.
    pub fn without_value(&self) -> Option<String> {
        let Token::Number(raw) = self.token else {
            return None;
        };
        lenient_number::general(raw).err()
    }

    // ---- the text ----

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn unexpected<T>(&self, c: char) -> Result<T, Stop> {
        let sentence = format!(
            "Unexpected character encountered while parsing value: {}.",
            unit(c)
        );
        match c {
            '[' | '{' | '.' | '0'..='9' => refused(sentence),
            // A correctly spelled literal.
            't' | 'f' if self.rest().starts_with("true") || self.rest().starts_with("false") => {
                refused(sentence)
            }
            _ => unreadable(sentence),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    // ---- states ----

    fn finish_value(&mut self, token: Token<'a>) {
        self.token = token;
        self.after_value();
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() {
            State::Finished
        } else {
            State::PostValue
        };
    }

    fn begin(&mut self, what: Open) -> Result<(), Stop> {
        self.at += 1;
        (self.token, self.state) = match what {
            Open::Object => (Token::StartObject, State::Object),
            Open::Array => (Token::StartArray, State::Array),
        };
        self.open.push(what);
        if self.open.len() > MAX_DEPTH {
            return refused(format!("The reader's MaxDepth of {MAX_DEPTH} has been exceeded."));
        }
        Ok(())
    }

    fn close(&mut self, what: Open) -> Result<(), Stop> {
        self.token = match what {
            Open::Object => Token::EndObject,
            Open::Array => Token::EndArray,
        };
        let was = self.open.pop();
        if was != Some(what) {
            return wrong_close(self.token.name(), was);
        }
        self.after_value();
        Ok(())
    }

    /// Reads what follows a value. Returns true if that was a token.
    fn read_after_value(&mut self, ignore_comments: bool) -> Result<bool, Stop> {
        loop {
            self.start = self.at;
            let Some(c) = self.peek() else {
                self.state = State::Finished;
                return Ok(false);
            };
            match c {
                '}' => {
                    self.at += 1;
                    self.close(Open::Object)?;
                    return Ok(true);
                }
                ']' => {
                    self.at += 1;
                    self.close(Open::Array)?;
                    return Ok(true);
                }
                ')' => return wrong_close("EndConstructor", self.open.last().copied()),
                '/' => {
                    self.comment(!ignore_comments)?;
                    if !ignore_comments {
                        return Ok(true);
                    }
                }
                ',' => {
                    self.at += 1;
                    self.state = match self.open.last() {
                        Some(Open::Object) => State::Object,
                        Some(Open::Array) => State::Array,
                        None => State::Finished,
                    };
                    return Ok(false);
                }
                '\0' => self.at += 1,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                c => {
                    let c = unit(c);
                    return unreadable(format!(
                        "After parsing a value an unexpected character was encountered: {c}."
                    ));
                }
            }
        }
    }

    fn read_after_end(&mut self) -> Result<bool, Stop> {
        self.white_space();
        self.start = self.at;
        match self.peek() {
            None => {
                self.token = Token::None;
                Ok(false)
            }
            Some('/') => {
                self.comment(true)?;
                Ok(true)
            }
            Some(c) => unreadable(format!(
                "Additional text encountered after finished reading JSON content: {}.",
                unit(c)
            )),
        }
    }

    fn white_space(&mut self) {
        while let Some(c) = self.peek()
            && (c == '\0' || c.is_whitespace())
        {
            self.at += c.len_utf8();
        }
    }

    fn value(&mut self) -> Result<bool, Stop> {
        loop {
            self.start = self.at;
            let Some(c) = self.peek() else {
                return Ok(false);
            };
            match c {
                '"' | '\'' => {
                    self.string(c)?;
                    if let Token::Text(text) = &self.token {
                        datetime::recognise(text).map_err(|sentence| Stop::Refused(sentence.to_owned()))?;
                    }
                }
                't' | 'f' => {
                    if !self.word(if c == 't' { "true" } else { "false" })? {
                        return unreadable("Error parsing boolean value.");
                    }
                    self.finish_value(Token::Boolean(c == 't'));
                }
                'n' => match self.peek_at(1) {
                    Some(b'u') => self.null()?,
                    Some(b'e') => return Err(Stop::Unknown),
                    Some(_) => return self.unexpected('n'),
                    None => return unreadable("Unexpected end when reading JSON."),
                },
                'u' => {
                    if !self.word("undefined")? {
                        return unreadable("Error parsing undefined value.");
                    }
                    self.finish_value(Token::Undefined);
                }
                'N' => self.infinite("NaN", None)?,
                'I' => self.infinite("Infinity", None)?,
                '-' if self.peek_at(1) == Some(b'I') => self.infinite("-Infinity", None)?,
                '/' => self.comment(true)?,
                '{' => self.begin(Open::Object)?,
                '[' => self.begin(Open::Array)?,
                ']' => {
                    self.at += 1;
                    self.close(Open::Array)?;
                }
                // The comma is read again, because nothing is before it.
                ',' => self.finish_value(Token::Undefined),
                ')' => return wrong_close("EndConstructor", self.open.last().copied()),
                '\0' => {
                    self.at += 1;
                    continue;
                }
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                c if c == '-' || c == '.' || (c.is_numeric() && c <= '\u{FFFF}') => {
                    let raw = self.number()?;
                    if let Err(sentence) = lenient_number::general(raw)
                        && !lenient_number::is_beyond(raw)
                    {
                        return Err(Stop::Refused(sentence));
                    }
                    self.finish_value(Token::Number(raw));
                }
                c => return self.unexpected(c),
            }
            return Ok(true);
        }
    }

    /// Reads a member's name, or the end of the object.
    fn member(&mut self) -> Result<bool, Stop> {
        loop {
            self.start = self.at;
            let Some(c) = self.peek() else {
                return Ok(false);
            };
            match c {
                '}' => {
                    self.at += 1;
                    self.close(Open::Object)?;
                }
                '/' => self.comment(true)?,
                '\0' => {
                    self.at += 1;
                    continue;
                }
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                c => self.name(c)?,
            }
            return Ok(true);
        }
    }

    fn name(&mut self, first: char) -> Result<(), Stop> {
        let name = if matches!(first, '"' | '\'') {
            self.quoted(first)?
        } else if in_name(first) {
            self.bare_name()?
        } else {
            return unreadable(format!("Invalid property identifier character: {}.", unit(first)));
        };
        self.white_space();
        match self.peek() {
            Some(':') => self.at += 1,
            other => {
                let c = unit(other.unwrap_or('\0'));
                return unreadable(format!(
                    "Invalid character after parsing property name. Expected ':' but got: {c}."
                ));
            }
        }
        (self.token, self.state) = (Token::Name(name), State::Property);
        Ok(())
    }

    fn bare_name(&mut self) -> Result<Cow<'a, str>, Stop> {
        let start = self.at;
        loop {
            match self.peek() {
                None => return unreadable("Unexpected end while parsing unquoted property name."),
                Some(c) if in_name(c) => self.at += c.len_utf8(),
                Some(c) if c == '\0' || c == ':' || c.is_whitespace() => {
                    return Ok(Cow::Borrowed(self.text.get(start..self.at).unwrap_or("")));
                }
                Some(c) => {
                    let c = unit(c);
                    return unreadable(format!("Invalid JavaScript property identifier character: {c}."));
                }
            }
        }
    }

    // ---- values ----

    fn string(&mut self, quote: char) -> Result<(), Stop> {
        let text = self.quoted(quote)?;
        self.finish_value(Token::Text(text));
        Ok(())
    }

    /// Reads the text between two quotes, and decodes its escapes.
    fn quoted(&mut self, quote: char) -> Result<Cow<'a, str>, Stop> {
        self.at += 1;
        let mut decoded: Option<String> = None;
        let mut from = self.at;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let found = memchr::memchr2(quote as u8, b'\\', rest);
            let Some(found) = found else {
                self.at = self.text.len();
                return unreadable(format!("Unterminated string. Expected delimiter: {quote}."));
            };
            self.at += found;
            let plain = self.text.get(from..self.at).unwrap_or("");
            if rest.get(found) != Some(&b'\\') {
                self.at += 1;
                return Ok(match decoded {
                    None => Cow::Borrowed(plain),
                    Some(decoded) => Cow::Owned(decoded + plain),
                });
            }
            let out = decoded.get_or_insert_default();
            out.push_str(plain);
            self.at += 1;
            self.escape(quote, out)?;
            from = self.at;
        }
    }

    fn escape(&mut self, quote: char, out: &mut String) -> Result<(), Stop> {
        let Some(c) = self.peek() else {
            return unreadable(format!("Unterminated string. Expected delimiter: {quote}."));
        };
        self.at += c.len_utf8();
        out.push(match c {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{C}',
            'r' => '\r',
            '\\' | '"' | '\'' | '/' => c,
            'u' => return self.unicode(out),
            other => return unreadable(format!("Bad JSON escape sequence: \\{}.", unit(other))),
        });
        Ok(())
    }

    /// Reads four hexadecimal digits, and those of the second half if they are a high surrogate.
    fn unicode(&mut self, out: &mut String) -> Result<(), Stop> {
        let mut first = self.four_digits()?;
        loop {
            if let Some(c) = char::from_u32(first.into()) {
                out.push(c);
                return Ok(());
            }
            let high = first < 0xDC00;
            let follows = self.peek_at(0) == Some(b'\\') && self.peek_at(1) == Some(b'u');
            // One more character must follow.
            if !high || !follows || self.peek_at(2).is_none() {
                out.push(char::REPLACEMENT_CHARACTER);
                return Ok(());
            }
            self.at += 2;
            let second = self.four_digits()?;
            if let Some(Ok(c)) = char::decode_utf16([first, second]).next() {
                out.push(c);
                return Ok(());
            }
            out.push(char::REPLACEMENT_CHARACTER);
            if (0xDC00..0xE000).contains(&second) {
                return Ok(());
            }
            first = second;
        }
    }

    fn four_digits(&mut self) -> Result<u16, Stop> {
        let rest = self.text.get(self.at..).unwrap_or("");
        // The reader requires a character after the four.
        let mut units = 0;
        let mut end = 0;
        for c in rest.chars() {
            if units >= 4 {
                break;
            }
            units += c.len_utf16();
            end += c.len_utf8();
        }
        if units < 4 || end >= rest.len() {
            return unreadable("Unexpected end while parsing Unicode escape sequence.");
        }
        let digits = rest.get(..end).unwrap_or("");
        let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u16::from_str_radix(digits, 16) {
            Ok(unit) if all => {
                self.at += end;
                Ok(unit)
            }
            _ => unreadable(format!("Invalid Unicode escape sequence: \\u{digits}.")),
        }
    }

    /// Reads the characters of a number, valid or not.
    fn number(&mut self) -> Result<&'a str, Stop> {
        let start = self.at;
        loop {
            match self.peek() {
                Some('-' | '+' | '.' | 'a'..='f' | 'A'..='F' | 'x' | 'X' | '0'..='9') => self.at += 1,
                None | Some(',' | '}' | ']' | ')' | '/' | '\0') => break,
                Some(c) if c.is_whitespace() => break,
                Some(c) => {
                    return unreadable(format!(
                        "Unexpected character encountered while parsing number: {}.",
                        unit(c)
                    ));
                }
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }

    fn null(&mut self) -> Result<(), Stop> {
        match self.peek_at(1) {
            Some(b'u') => {}
            Some(_) => {
                self.at += 1;
                let c = self.peek().unwrap_or('\0');
                return self.unexpected(c);
            }
            None => return unreadable("Unexpected end when reading JSON."),
        }
        if !self.word("null")? {
            return unreadable("Error parsing null value.");
        }
        self.finish_value(Token::Null);
        Ok(())
    }

    fn infinite(&mut self, word: &'static str, wanted: Option<As>) -> Result<(), Stop> {
        if !self.word(word)? {
            return unreadable(format!("Error parsing {word} value."));
        }
        if !matches!(wanted, None | Some(As::String)) {
            return refused(format!("Cannot read {word} value."));
        }
        self.finish_value(Token::Infinite(word));
        Ok(())
    }

    /// Skips a word, which must be separated from what follows. Returns false, at the difference, if it is another
    /// word.
    fn word(&mut self, word: &str) -> Result<bool, Stop> {
        let rest = self.text.get(self.at..).unwrap_or("");
        if utf16_shorter(rest, word.len()) {
            self.at = self.text.len();
            return unreadable("Unexpected end when reading JSON.");
        }
        let same = rest.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        self.at += same;
        if same < word.len() {
            return Ok(false);
        }
        Ok(match self.peek() {
            None | Some('}' | ']' | ',' | '\0') => true,
            Some('/') => matches!(self.peek_at(1), Some(b'*' | b'/')),
            Some(c) => c.is_whitespace(),
        })
    }

    fn comment(&mut self, is_token: bool) -> Result<(), Stop> {
        const END: &str = "Unexpected end while parsing comment.";
        self.at += 1;
        let kind = self.peek();
        let more = kind.is_some_and(|c| self.at + c.len_utf8() < self.text.len());
        if !more {
            return unreadable(END);
        }
        let line = match kind {
            Some('/') => true,
            Some('*') => false,
            other => {
                let c = unit(other.unwrap_or('\0'));
                return unreadable(format!("Error parsing comment. Expected: *, got {c}."));
            }
        };
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or("");
        let (length, behind) = if line {
            let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
            (end, end)
        } else {
            match memchr::memmem::find(rest.as_bytes(), b"*/") {
                Some(end) => (end, end + 2),
                None => return unreadable(END),
            }
        };
        let start = self.at;
        self.at += behind;
        if is_token {
            self.token = Token::Comment(self.text.get(start..start + length).unwrap_or(""));
        }
        Ok(())
    }
}

fn wrong_close<T>(token: &str, was: Option<Open>) -> Result<T, Stop> {
    let was = match was {
        Some(Open::Object) => "Object",
        Some(Open::Array) => "Array",
        None => "None",
    };
    unreadable(format!(
        "JsonToken {token} is not valid for closing JsonType {was}."
    ))
}

/// Returns true if a text has fewer than `than` UTF-16 units.
fn utf16_shorter(text: &str, than: usize) -> bool {
    text.chars().take(than).map(char::len_utf16).sum::<usize>() < than
}

/// Returns true if a character may be part of a name without quotes.
fn in_name(c: char) -> bool {
    c <= '\u{FFFF}' && (c.is_alphanumeric() || matches!(c, '_' | '$'))
}

/// Returns a character as the reader's sentences show it, which is one UTF-16 unit.
fn unit(c: char) -> char {
    if c.len_utf16() == 1 {
        c
    } else {
        char::REPLACEMENT_CHARACTER
    }
}

/// Returns true if the reader refuses the value even without a declared type, as in a part that is skipped.
pub fn refused_unread(json: super::Json<'_>) -> bool {
    match json {
        super::Json::Number(raw) => number::read(raw).is_err(),
        super::Json::Text(text) => datetime::recognise(text).is_err(),
        _ => false,
    }
}
