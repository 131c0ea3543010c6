//! Placeholders of templates: `{{name}}`, `${name}` and `<<name>>`, in strings or in place of values.
//!
//! The value of a placeholder is unknown. Each placeholder outside of strings is replaced by a string of the same length, so
//! that offsets do not change, and the engine gets a list of the unknown values. This applies to requests of a collection and
//! to plain files; only in plain files is a placeholder a finding.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use crate::finding::Span;

/// The delimiters of a name.
const MARKS: [(&str, &str); 3] = [("{{", "}}"), ("${", "}"), ("<<", ">>")];

/// Maximum length of a name, in bytes.
const LONGEST: usize = 256;

/// Determines which strings are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Strings that contain a placeholder; it is replaced before the request is sent.
    AnyPart,
    /// Strings that consist of one placeholder; the file is sent unchanged.
    Whole,
}

/// A text with unknown values.
#[derive(Debug, Clone)]
pub struct Template<'t> {
    /// The original text.
    pub(crate) original: &'t str,
    /// The text for the reader, of the same length: placeholders outside of strings are replaced by strings.
    pub(crate) text: Cow<'t, str>,
    /// Spans of the unknown strings, with their quotes, and of the replaced placeholders; in order.
    pub(crate) unknown: Vec<Span>,
    /// Spans of the replaced placeholders alone, which were outside of strings.
    pub(crate) bare: Vec<Span>,
    /// Spans of the placeholders, in order.
    pub(crate) placeholders: Vec<Span>,
    /// True if each placeholder is a finding.
    pub(crate) reported: bool,
}

impl<'t> From<&'t str> for Template<'t> {
    /// Creates a text without unknown values.
    fn from(text: &'t str) -> Self {
        Self::plain(text)
    }
}

impl<'t> Template<'t> {
    /// Creates a text without unknown values.
    pub(crate) fn plain(text: &'t str) -> Self {
        Self {
            original: text,
            text: Cow::Borrowed(text),
            unknown: Vec::new(),
            bare: Vec::new(),
            placeholders: Vec::new(),
            reported: false,
        }
    }

    /// Finds the placeholders of a text; `None` if there are none.
    #[must_use]
    pub fn of(text: &'t str, scope: Scope) -> Option<Self> {
        let bytes = text.as_bytes();
        let finds = |mark: &str| memmem::find(bytes, mark.as_bytes()).is_some();
        if !MARKS.iter().any(|(open, _)| finds(open)) {
            return None;
        }
        let mut search = Search {
            text,
            at: 0,
            scope,
            inside: Vec::new(),
            before: b'\0',
            filled: String::new(),
            copied: 0,
            found: Self {
                reported: scope == Scope::Whole,
                ..Self::plain(text)
            },
        };
        search.run();
        let Search {
            mut filled,
            copied,
            mut found,
            ..
        } = search;
        if found.unknown.is_empty() {
            return None;
        }
        if copied > 0 {
            filled.push_str(&text[copied..]);
            found.text = Cow::Owned(filled);
        }
        Some(found)
    }

    /// Returns true if there are unknown values.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Returns the text for the reader.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the placeholders as written, each once, in the order of the text.
    #[must_use]
    pub fn names(&self) -> Vec<&'t str> {
        let mut seen = HashSet::new();
        let all = self.placeholders.iter().map(|span| span.of(self.original));
        all.filter(|name| seen.insert(*name)).collect()
    }

    /// Returns the span of the first placeholder.
    #[must_use]
    pub fn first(&self) -> Option<Span> {
        self.placeholders.first().copied()
    }

    /// Returns true if the text consists of one placeholder.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.bare.as_slice(), [only] if only.of(self.original) == self.original.trim())
    }
}

/// Iterates over the placeholders of a text: byte range and name.
pub fn references(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += memchr::memchr3(b'{', b'$', b'<', text.as_bytes().get(at..)?)?;
            if let Some((end, name)) = placeholder(text, at) {
                return Some((std::mem::replace(&mut at, end)..end, name));
            }
            at += 1;
        }
    })
}

/// Returns the end and name of the placeholder that begins at an offset.
fn placeholder(text: &str, at: usize) -> Option<(usize, &str)> {
    let rest = text.get(at..)?;
    let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(open))?;
    let inner = rest.get(open.len()..)?;
    let near = inner.as_bytes().get(..LONGEST).unwrap_or(inner.as_bytes());
    let end = near
        .iter()
        .position(|byte| matches!(byte, b'{' | b'}' | b'"' | b'\n' | b'\r' | b'<' | b'>' | b'\\'))?;
    let (name, tail) = inner.split_at(end);
    let name = name.trim();
    let is_name = tail.starts_with(close) && name.chars().any(char::is_alphabetic);
    is_name.then_some((at + open.len() + end + close.len(), name))
}

/// A scan of the tokens of a text that may not be JSON.
struct Search<'t> {
    text: &'t str,
    at: usize,
    scope: Scope,
    /// The opening brackets around the current offset.
    inside: Vec<u8>,
    /// The last token before the current offset: a bracket, a comma or a colon; a quote after a string or word.
    before: u8,
    filled: String,
    /// Number of bytes of the text that are in `filled`.
    copied: usize,
    found: Template<'t>,
}

impl Search<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            match self.byte(self.at) {
                b'"' => self.string(),
                b'/' if matches!(self.byte(self.at + 1), b'/' | b'*') => self.comment(),
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ if placeholder(self.text, self.at).is_some() => self.bare(self.at),
                mark @ (b'{' | b'[') => {
                    self.inside.push(mark);
                    self.mark(mark);
                }
                mark @ (b'}' | b']') => {
                    self.inside.pop();
                    self.mark(mark);
                }
                mark @ (b',' | b':') => self.mark(mark),
                _ => self.word(),
            }
        }
    }

    fn mark(&mut self, mark: u8) {
        self.before = mark;
        self.at += 1;
    }

    fn comment(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let (end, length) = if rest.starts_with(b"//") {
            ("\n", 1)
        } else {
            ("*/", 2)
        };
        let found = memmem::find(rest, end.as_bytes());
        self.at += found.map_or(rest.len(), |found| found + length);
    }

    fn string(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(next) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
            at += next;
            if bytes.get(at) == Some(&b'"') {
                break;
            }
            at += 2;
        }
        let end = (at + 1).min(bytes.len());
        (self.at, self.before) = (end, b'"');
        let Some(inner) = self.text.get(start + 1..at.min(bytes.len())) else {
            return;
        };
        let before = self.found.placeholders.len();
        let offset = |at: usize| u32::try_from(start + 1 + at).unwrap_or(u32::MAX);
        for (range, _) in references(inner) {
            let rest = inner[..range.start].trim().len() + inner[range.end..].trim().len();
            if self.scope == Scope::AnyPart || rest == 0 {
                let span = Span::new(offset(range.start), offset(range.end));
                self.found.placeholders.push(span);
            }
        }
        if self.found.placeholders.len() > before {
            self.found.unknown.push(span(start, end));
        }
    }

    /// Scans a word outside of strings: a number, a name. A word that contains a placeholder is one unknown value.
    fn word(&mut self) {
        let start = self.at;
        loop {
            match self.byte(self.at) {
                _ if self.at >= self.text.len() => break,
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b']' | b'}' | b'[' | b'"' => break,
                _ if placeholder(self.text, self.at).is_some() => return self.bare(start),
                b'{' => break,
                _ => self.at += 1,
            }
        }
        self.before = b'"';
    }

    /// Replaces the word that begins at `start` by a string; its first placeholder is at the current offset.
    fn bare(&mut self, start: usize) {
        loop {
            match self.byte(self.at) {
                _ if self.at >= self.text.len() => break,
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b']' | b'}' | b'[' | b'"' => break,
                _ => match placeholder(self.text, self.at) {
                    Some((end, _)) => {
                        self.found.placeholders.push(span(self.at, end));
                        self.at = end;
                    }
                    None if self.byte(self.at) == b'{' => break,
                    None => self.at += 1,
                },
            }
        }
        let behind = self.text.get(self.at..).unwrap_or_default().trim_start();
        let is_name = self.inside.last() == Some(&b'{') && matches!(self.before, b'{' | b',');
        let length = self.at - start;
        self.filled.push_str(&self.text[self.copied..start]);
        if is_name && !behind.starts_with(':') {
            // It is in place of members, and is replaced by one unknown member.
            self.filled.push('"');
            self.filled
                .extend(std::iter::repeat_n(' ', length.saturating_sub(4)));
            self.filled.push_str("\":0");
        } else {
            self.filled.push('"');
            self.filled
                .extend(std::iter::repeat_n(' ', length.saturating_sub(2)));
            self.filled.push('"');
        }
        self.copied = self.at;
        self.before = b'"';
        let span = span(start, self.at);
        self.found.unknown.push(span);
        self.found.bare.push(span);
    }
}

fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let template = Template::of(text, Scope::AnyPart).expect(text);
        assert_eq!(template.text.len(), text.len(), "{text}");
        for span in &template.unknown {
            assert!(!span.of(&template.text).is_empty(), "{text}");
        }
        template.text.into_owned()
    }

    #[test]
    fn a_string_of_the_same_length_is_read_in_place_of_a_value() {
        assert_eq!(filled(r#"{"a": {{x}}, "b": 1}"#), r#"{"a": "   ", "b": 1}"#);
        assert_eq!(filled(r"[${x},<<y>>]"), r#"["  ","   "]"#);
        assert_eq!(filled(r"[-{{x}}.{{y}}]"), r#"["          "]"#);
        assert_eq!(filled(r"{{{x}}: 1}"), r#"{"   ": 1}"#);
        assert_eq!(filled(r#"{"a": 1, {{more}}}"#), r#"{"a": 1, "    ":0}"#);
        assert_eq!(filled(r"{${x}}"), r#"{"":0}"#);
        assert_eq!(filled("{{é}}"), "\"    \"");
        assert_eq!(filled(r#"["{{x}}", "a{{b}}"]"#), r#"["{{x}}", "a{{b}}"]"#);
        assert_eq!(
            filled("[1 /* {{y}} */, {{x}}] // {{z}}"),
            "[1 /* {{y}} */, \"   \"] // {{z}}"
        );
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in [
            "{}",
            "[{}]",
            "{{}}",
            "[{{\"a\": 1}}]",
            "{{ }}",
            "{{1}}",
            "[{{x}]",
            "[\"{{x}\"]",
            "{{x\n}}",
            "\"{{x",
            "1 << 2 >> 3",
            "",
        ] {
            assert!(Template::of(text, Scope::AnyPart).is_none(), "{text}");
        }
        let long = format!("[{{{{{}}}}}]", "x".repeat(300));
        assert!(Template::of(&long, Scope::AnyPart).is_none());
    }

    #[test]
    fn a_part_of_a_string_counts_only_in_scope_any_part() {
        let text = r#"["C-{{x}}", " {{y}} ", "{{y}}{{z}}"]"#;
        let unknown = |scope| Template::of(text, scope).expect(text).unknown.len();
        assert_eq!(unknown(Scope::AnyPart), 3);
        assert_eq!(unknown(Scope::Whole), 1);
        let template = Template::of(text, Scope::AnyPart).expect(text);
        assert_eq!(template.names(), ["{{x}}", "{{y}}", "{{z}}"]);
    }

    #[test]
    fn references_are_found_in_any_text() {
        let found: Vec<&str> = references("{{a}}/${ b }<<c>>{{{d}}} {{}} $ {")
            .map(|(_, name)| name)
            .collect();
        assert_eq!(found, ["a", "b", "c", "d"]);
    }

    /// Unclosed marks do not make the search quadratic: each is searched for at most the longest name.
    #[test]
    fn many_marks_take_linear_time() {
        let text = "{{".repeat(200_000);
        assert!(Template::of(&text, Scope::AnyPart).is_none());
        let text = format!("[\"{}\"]", "{{x".repeat(200_000));
        assert!(Template::of(&text, Scope::AnyPart).is_none());
    }
}
