//! Syntax errors, with their messages.

use super::Foreign;
use crate::finding::Span;

/// The kind of a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxKind {
    /// No text, or nothing but whitespace.
    Empty,
    /// UTF-16 or UTF-32; the name of the encoding.
    Encoding(&'static str),
    /// A format that is not JSON.
    Foreign(Foreign),
    /// A line that marks a merge conflict.
    ConflictMarker,
    /// Bytes that are not valid UTF-8.
    InvalidUtf8 {
        /// The first invalid byte.
        byte: u8,
        /// The number of further places with invalid bytes.
        more: u32,
    },
    /// A byte order mark at the start (a warning).
    ByteOrderMark,
    /// More than 4 GiB.
    TooLarge,
    /// More than [`super::MAX_ERRORS`] errors; reading stopped.
    TooMany,
    /// More than 256 levels of nesting.
    TooDeep,
    /// Two members or elements with nothing between them; the span is right after the first.
    MissingComma,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A comma after an opening bracket.
    LeadingComma,
    /// Two or more commas in a row; the span covers the extra ones.
    DoubleComma,
    /// A name and a value with nothing between them; the span is right after the name.
    MissingColon,
    /// A name without a value; the span is where the value is expected.
    MissingValue,
    /// A value without a name, in an object.
    MissingName,
    /// An extra opening bracket.
    ExtraOpen,
    /// A closing bracket without an opening one.
    ExtraClose {
        /// True if it follows the end of the whole document.
        after_root: bool,
    },
    /// `]` for `}` or the reverse.
    WrongClose {
        /// The expected bracket.
        expected: char,
    },
    /// A closing bracket is missing before this place.
    MissingClose {
        /// The first missing bracket.
        closer: char,
        /// The number of missing brackets.
        count: u32,
    },
    /// A member outside an object.
    MissingOpen,
    /// The text ends inside an array or an object.
    Unclosed {
        /// The first missing bracket.
        closer: char,
        /// The number of missing brackets.
        count: u32,
    },
    /// No closing quote.
    UnterminatedString,
    /// The closing quote is escaped by a backslash.
    EscapedQuote,
    /// A raw line break in a string.
    LineBreak,
    /// Another raw control character in a string.
    ControlCharacter,
    /// A backslash before a character that cannot be escaped.
    BadEscape,
    /// `\u` without four hexadecimal digits.
    BadUnicodeEscape,
    /// A lone surrogate: half of a surrogate pair (a warning).
    LoneSurrogate,
    /// `'…'`
    SingleQuotes,
    /// `“…”`
    SmartQuotes,
    /// A quote inside a string that is not escaped.
    UnescapedQuote,
    /// A name without quotes.
    UnquotedName,
    /// A number or literal in the place of a name.
    NameNotString,
    /// `//` or `/* */`
    Comment,
    /// `#`
    HashComment,
    /// `NaN`
    NotANumber,
    /// `Infinity`, `undefined`
    NoSuchValue,
    /// `True`, `None`, `NULL`
    WrongLiteral,
    /// `01`
    LeadingZero {
        /// True if no digit is above 7: a reader of octal numbers accepts it.
        octal: bool,
    },
    /// `0x1F`
    Hexadecimal,
    /// `+1`
    PlusSign,
    /// `.5`
    BareFraction,
    /// `1.`
    MissingFraction,
    /// `1e`
    MissingExponent,
    /// Text that begins like a number, but is not one.
    BadNumber,
    /// A string value without quotes.
    UnquotedText,
    /// `=` for `:`
    EqualsForColon,
    /// `;` for `,`
    SemicolonForComma,
    /// A whitespace character outside a string that JSON does not allow.
    OddSpace,
    /// Something after the end of the document.
    TrailingText,
    /// A second document after the first.
    SeveralRoots,
    /// Anything else.
    UnexpectedText,
}

/// A syntax error (or warning) and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The span of the offending text; empty if something is missing.
    pub span: Span,
    /// The kind of the error.
    pub kind: SyntaxKind,
    /// A second place that belongs to it.
    pub related: Option<(Span, &'static str)>,
    /// True if reading went on by a guess.
    pub(super) guess: bool,
    /// The text of a file in another encoding or format, which is not read as JSON.
    pub(super) decoded: Option<Box<str>>,
}

/// The number of characters of offending text that are quoted.
const SHOWN: usize = 40;

impl SyntaxKind {
    /// Returns the short name in kebab-case.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Encoding(_) => "encoding",
            Self::Foreign(_) => "foreign",
            Self::ConflictMarker => "conflict-marker",
            Self::InvalidUtf8 { .. } => "invalid-utf8",
            Self::ByteOrderMark => "byte-order-mark",
            Self::TooLarge => "too-large",
            Self::TooMany => "too-many",
            Self::TooDeep => "too-deep",
            Self::MissingComma => "missing-comma",
            Self::TrailingComma => "trailing-comma",
            Self::LeadingComma => "leading-comma",
            Self::DoubleComma => "double-comma",
            Self::MissingColon => "missing-colon",
            Self::MissingValue => "missing-value",
            Self::MissingName => "missing-name",
            Self::ExtraOpen => "extra-open",
            Self::ExtraClose { .. } => "extra-close",
            Self::WrongClose { .. } => "wrong-close",
            Self::MissingClose { .. } => "missing-close",
            Self::MissingOpen => "missing-open",
            Self::Unclosed { .. } => "unclosed",
            Self::UnterminatedString => "unterminated-string",
            Self::EscapedQuote => "escaped-quote",
            Self::LineBreak => "line-break",
            Self::ControlCharacter => "control-character",
            Self::BadEscape => "bad-escape",
            Self::BadUnicodeEscape => "bad-unicode-escape",
            Self::LoneSurrogate => "lone-surrogate",
            Self::SingleQuotes => "single-quotes",
            Self::SmartQuotes => "smart-quotes",
            Self::UnescapedQuote => "unescaped-quote",
            Self::UnquotedName => "unquoted-name",
            Self::NameNotString => "name-not-string",
            Self::Comment => "comment",
            Self::HashComment => "hash-comment",
            Self::NotANumber => "not-a-number",
            Self::NoSuchValue => "no-such-value",
            Self::WrongLiteral => "wrong-literal",
            Self::LeadingZero { .. } => "leading-zero",
            Self::Hexadecimal => "hexadecimal",
            Self::PlusSign => "plus-sign",
            Self::BareFraction => "bare-fraction",
            Self::MissingFraction => "missing-fraction",
            Self::MissingExponent => "missing-exponent",
            Self::BadNumber => "bad-number",
            Self::UnquotedText => "unquoted-text",
            Self::EqualsForColon => "equals-for-colon",
            Self::SemicolonForComma => "semicolon-for-comma",
            Self::OddSpace => "odd-space",
            Self::TrailingText => "trailing-text",
            Self::SeveralRoots => "several-roots",
            Self::UnexpectedText => "unexpected-text",
        }
    }

    /// Returns true if the text is still valid JSON.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::ByteOrderMark | Self::LoneSurrogate)
    }

    /// Returns true if there is only one sensible way to read on, whatever surrounds the error.
    pub(super) const fn leaves_no_doubt(self) -> bool {
        !matches!(
            self,
            Self::Empty
                | Self::Encoding(_)
                | Self::Foreign(_)
                | Self::TooLarge
                | Self::InvalidUtf8 { .. }
                | Self::TooMany
                | Self::TooDeep
                | Self::MissingValue
                | Self::MissingName
                | Self::ExtraClose { .. }
                | Self::WrongClose { .. }
                | Self::MissingClose { .. }
                | Self::MissingOpen
                | Self::Unclosed { .. }
                | Self::UnterminatedString
                | Self::EscapedQuote
                | Self::UnescapedQuote
                | Self::BadNumber
                | Self::UnquotedText
                | Self::UnexpectedText
                | Self::ConflictMarker
        )
    }
}

impl SyntaxError {
    /// Returns an error without a second place. It is a guess if its kind usually is.
    #[must_use]
    pub const fn new(kind: SyntaxKind, span: Span) -> Self {
        Self {
            span,
            kind,
            related: None,
            guess: !kind.leaves_no_doubt(),
            decoded: None,
        }
    }

    /// Returns true if the text is still valid JSON.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        self.kind.is_warning()
    }

    /// Returns the text of a file in another encoding or format. `None` if its bytes are not valid in it.
    pub(crate) fn decoded(&self) -> Option<&str> {
        self.decoded.as_deref()
    }

    /// Returns true if the text was certainly read as the author meant it. Otherwise what seems absent may be present.
    #[must_use]
    pub const fn certain(&self) -> bool {
        !self.guess
    }

    /// Returns the message, in one line; `text` is the text that was read.
    #[must_use]
    pub fn message(&self, text: &str) -> String {
        let here = shown(self.span.of(text));
        match self.kind {
            SyntaxKind::Empty if text.is_empty() => "the file is empty".into(),
            SyntaxKind::Empty => "the file contains only whitespace".into(),
            SyntaxKind::Encoding(name) => format!("the file is {name}, not UTF-8"),
            SyntaxKind::Foreign(foreign) => format!("not JSON: the file is {}", foreign.name()),
            SyntaxKind::ConflictMarker => format!("merge conflict marker: {here}"),
            SyntaxKind::InvalidUtf8 { byte, more } => {
                let at = self.span.start;
                match more {
                    0 => format!("invalid UTF-8: byte 0x{byte:02X} at offset {at}"),
                    1 => format!("invalid UTF-8: byte 0x{byte:02X} at offset {at}, and in one more place"),
                    _ => {
                        format!("invalid UTF-8: byte 0x{byte:02X} at offset {at}, and in {more} more places")
                    }
                }
            }
            SyntaxKind::ByteOrderMark => "the file begins with a byte order mark".into(),
            SyntaxKind::TooLarge => "the file is larger than 4 GiB".into(),
            SyntaxKind::TooMany => "too many syntax errors: the rest of the file is not read".into(),
            SyntaxKind::TooDeep => "lists and objects are nested more than 256 levels deep".into(),
            SyntaxKind::MissingComma => format!("missing comma before {}", self.follower(text)),
            SyntaxKind::TrailingComma => format!("trailing comma before {}", self.follower(text)),
            SyntaxKind::LeadingComma => "comma before the first entry".into(),
            SyntaxKind::DoubleComma => "comma without an entry before it".into(),
            SyntaxKind::MissingColon => format!("missing colon after {}", self.second(text)),
            SyntaxKind::MissingValue => format!("missing value for {}", self.second(text)),
            SyntaxKind::MissingName => format!("missing name before {here}"),
            SyntaxKind::ExtraOpen | SyntaxKind::ExtraClose { .. } => match self.span.of(text) {
                "{" | "}" => format!("extra brace: {here}"),
                "[" | "]" => format!("extra bracket: {here}"),
                all if all.contains(['[', ']']) => format!("extra brackets: {here}"),
                _ => format!("extra braces: {here}"),
            },
            SyntaxKind::WrongClose { expected } => {
                format!(
                    "{here} closes what {} opened; expected `{expected}`",
                    self.second(text)
                )
            }
            SyntaxKind::MissingClose { closer, count: 1 } => {
                format!("missing `{closer}` before {}", self.follower(text))
            }
            SyntaxKind::MissingClose { count, .. } => {
                format!(
                    "{count} closing brackets are missing before {}",
                    self.follower(text)
                )
            }
            SyntaxKind::MissingOpen => format!("{here} is a name with a value outside of an object"),
            SyntaxKind::Unclosed { closer, count: 1 } => {
                format!("the file ends before the closing `{closer}`")
            }
            SyntaxKind::Unclosed { count, .. } => format!("the file ends before {count} closing brackets"),
            SyntaxKind::UnterminatedString => format!("missing closing quote: {here}"),
            SyntaxKind::EscapedQuote => format!("the closing quote has a backslash before it: {here}"),
            SyntaxKind::LineBreak => "line break in a string".into(),
            SyntaxKind::ControlCharacter => match self.span.of(text) {
                "\t" => "tab character in a string".into(),
                raw => format!("control character {} in a string", code_point(raw)),
            },
            SyntaxKind::BadEscape => format!("{here} is not an escape sequence"),
            SyntaxKind::BadUnicodeEscape => format!("{here}: `\\u` needs four hexadecimal digits"),
            SyntaxKind::LoneSurrogate => format!("{here} is half of a surrogate pair, not a character"),
            SyntaxKind::SingleQuotes => format!("single quotes around {here}"),
            SyntaxKind::SmartQuotes => format!("typographic quotes around {here}"),
            SyntaxKind::UnescapedQuote => {
                format!("unescaped quote in a string, before {}", self.follower(text))
            }
            SyntaxKind::UnquotedName => format!("name without quotes: {here}"),
            SyntaxKind::NameNotString => format!("a name must be a string, not {here}"),
            SyntaxKind::Comment | SyntaxKind::HashComment => format!("comment: {here}"),
            SyntaxKind::NotANumber | SyntaxKind::NoSuchValue => format!("JSON has no {here}"),
            SyntaxKind::WrongLiteral => {
                format!("{here} is spelled {} in JSON", literal_for(self.span.of(text)))
            }
            SyntaxKind::LeadingZero { .. } => format!("leading zero in the number {here}"),
            SyntaxKind::Hexadecimal => format!("hexadecimal number {here}"),
            SyntaxKind::PlusSign => format!("plus sign before a number: {here}"),
            SyntaxKind::BareFraction => format!("no digit before the decimal point: {here}"),
            SyntaxKind::MissingFraction => format!("no digit after the decimal point: {here}"),
            SyntaxKind::MissingExponent => format!("no digit in the exponent: {here}"),
            SyntaxKind::BadNumber => format!("{here} is not a number"),
            SyntaxKind::UnquotedText => format!("text without quotes: {here}"),
            SyntaxKind::EqualsForColon => format!("{here} instead of a colon"),
            SyntaxKind::SemicolonForComma => "semicolon instead of a comma".into(),
            SyntaxKind::OddSpace => format!("{} is not JSON whitespace", code_point(self.span.of(text))),
            SyntaxKind::TrailingText => format!("text after the end of the document: {here}"),
            SyntaxKind::SeveralRoots => format!("a second document begins after the first: {here}"),
            SyntaxKind::UnexpectedText => format!("unexpected text {here}"),
        }
    }

    /// Returns the help; may be empty.
    #[must_use]
    pub fn help(&self, text: &str) -> String {
        self.advice(text)
    }

    /// Returns true if only whitespace is before it on its line.
    fn begins_line(&self, text: &str) -> bool {
        let before = text.get(..self.span.start as usize).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }

    fn advice(&self, text: &str) -> String {
        let fixed = match self.kind {
            SyntaxKind::Empty => "send a list of records",
            SyntaxKind::Encoding(_) => "save the file as UTF-8",
            SyntaxKind::Foreign(foreign) => foreign.advice(),
            SyntaxKind::ConflictMarker => "resolve the conflict, and remove its markers",
            SyntaxKind::InvalidUtf8 { .. } => {
                "save the file as UTF-8; it was probably saved in a Windows or Latin code page"
            }
            SyntaxKind::ByteOrderMark => "save the file as UTF-8 without a byte order mark",
            SyntaxKind::TooLarge => "split it into several requests",
            SyntaxKind::TooMany => "fix the first ones and run again",
            SyntaxKind::TooDeep => "the API refuses deeper nesting",
            SyntaxKind::MissingComma => "put a comma between the two",
            SyntaxKind::TrailingComma | SyntaxKind::LeadingComma | SyntaxKind::DoubleComma => {
                "remove the comma"
            }
            SyntaxKind::MissingColon => "put a colon between the name and its value",
            SyntaxKind::MissingValue => "give it a value, or remove the name",
            SyntaxKind::MissingName => "give it a name, or remove it",
            SyntaxKind::ExtraOpen | SyntaxKind::ExtraClose { .. } | SyntaxKind::TrailingText => "remove it",
            SyntaxKind::MissingClose { .. } => "add the closing bracket",
            SyntaxKind::Unclosed { count: 1, .. } => {
                "add the closing bracket; if the file was cut off, fetch it again"
            }
            SyntaxKind::Unclosed { .. } => {
                "add the closing brackets; if the file was cut off, fetch it again"
            }
            SyntaxKind::MissingOpen => "add a `{` before it, or remove an extra `}` before it",
            SyntaxKind::UnterminatedString => "end the string with a double quote",
            SyntaxKind::LineBreak => "write it as `\\n`, or end the string on its own line",
            SyntaxKind::ControlCharacter => {
                "write it as an escape: `\\t` for a tab, otherwise `\\u` and four digits"
            }
            SyntaxKind::BadEscape | SyntaxKind::EscapedQuote => "a backslash itself is written `\\\\`",
            SyntaxKind::LoneSurrogate => "the API may store it as a replacement character",
            SyntaxKind::SingleQuotes | SyntaxKind::SmartQuotes => "use straight double quotes",
            SyntaxKind::UnescapedQuote => "write the quote as `\\\"`",
            SyntaxKind::UnquotedName | SyntaxKind::NameNotString => "put it in double quotes",
            SyntaxKind::UnquotedText => match misspelled_literal(self.span.of(text)) {
                Some(literal) => {
                    return format!("write `{literal}`, or put it in double quotes if it is text");
                }
                None => "put it in double quotes",
            },
            SyntaxKind::Comment | SyntaxKind::HashComment => "JSON has no comments: remove it",
            SyntaxKind::NotANumber | SyntaxKind::NoSuchValue => "use `null`, or leave the property out",
            SyntaxKind::LeadingZero { .. } => "remove the zero, or put the value in quotes if it is a code",
            SyntaxKind::Hexadecimal => "write it as a decimal number",
            SyntaxKind::BareFraction => "put a zero before the point",
            SyntaxKind::MissingFraction => "remove the point, or put a digit after it",
            SyntaxKind::PlusSign => "remove the plus sign",
            SyntaxKind::MissingExponent => "give the exponent a digit, or remove it",
            SyntaxKind::BadNumber => "put it in double quotes if it is text",
            SyntaxKind::EqualsForColon => "use `:`",
            SyntaxKind::SemicolonForComma => "use `,`",
            SyntaxKind::OddSpace => "replace it with an ordinary space",
            SyntaxKind::SeveralRoots if self.begins_line(text) => {
                "put the records into one list, or name the file .jsonl"
            }
            SyntaxKind::SeveralRoots => "put the records into one list: `[ …, … ]`",
            SyntaxKind::WrongClose { expected } => return format!("use `{expected}`"),
            SyntaxKind::WrongLiteral => {
                return format!("write {}", literal_for(self.span.of(text)));
            }
            SyntaxKind::BadUnicodeEscape => "as in `\\u00e9`; a backslash itself is written `\\\\`",
            SyntaxKind::UnexpectedText if self.span.start == 0 && self.span.of(text).ends_with('(') => {
                "remove the function call around the JSON"
            }
            SyntaxKind::UnexpectedText if self.span.of(text).starts_with(['<', '$', '%', '{', '@']) => {
                "put a value in place of the placeholder"
            }
            SyntaxKind::UnexpectedText => "remove it, or put it in double quotes if it is text",
        };
        fixed.into()
    }

    /// Returns the token after the error, for "missing … before …".
    fn follower(&self, text: &str) -> String {
        let rest = text.get(self.span.end as usize..).unwrap_or("");
        let rest = after_comments(rest);
        // Truncated to the shown length: the token of each error could extend to the end of the file.
        let near = rest.char_indices().nth(SHOWN + 1);
        let rest = near.map_or(rest, |(end, _)| &rest[..end]);
        let end = match rest.as_bytes().first() {
            None => return "the end of the file".into(),
            Some(b'"') => rest[1..].find(['"', '\n']).map_or(rest.len(), |at| at + 2),
            Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
            Some(_) => rest
                .find([' ', ',', '}', ']', ':', '"', '\n', '\r', '\t'])
                .unwrap_or(rest.len()),
        };
        shown(rest.get(..end).unwrap_or(rest))
    }

    /// Returns the text of the second place.
    fn second(&self, text: &str) -> String {
        self.related
            .map_or_else(|| "it".into(), |(span, _)| shown(span.of(text)))
    }
}

/// Formats offending text for a message: shortened, without line breaks, in backticks unless it has quotes.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut left = SHOWN;
    for character in text.chars() {
        if left == 0 {
            out.push('…');
            break;
        }
        left -= 1;
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    if text.starts_with('"') {
        out
    } else {
        format!("`{out}`")
    }
}

/// Returns the text from its first token on.
fn after_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches([' ', '\t', '\r', '\n']);
        let end = if text.starts_with("/*") {
            text.find("*/").map(|end| end + 2)
        } else if text.starts_with("//") || text.starts_with('#') {
            text.find('\n')
        } else {
            return text;
        };
        text = end.and_then(|end| text.get(end..)).unwrap_or("");
    }
}

/// Formats the first character as `U+00A0`.
fn code_point(text: &str) -> String {
    text.chars()
        .next()
        .map_or_else(String::new, |first| format!("U+{:04X}", u32::from(first)))
}

/// Returns the literal that a word is one edit away from: `false` for `flase`, `null` for `nul`.
fn misspelled_literal(word: &str) -> Option<&'static str> {
    /// The length of `false` with one character more.
    const LONGEST: usize = 6;
    let near = |literal: &&str| strsim::osa_distance(literal, &word.to_ascii_lowercase()) == 1;
    ["true", "false", "null"]
        .into_iter()
        .find(|literal| word.len() <= LONGEST && near(literal))
}

/// Returns the JSON spelling of a literal of another language.
fn literal_for(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "true" => "`true`",
        "false" => "`false`",
        _ => "`null`",
    }
}
