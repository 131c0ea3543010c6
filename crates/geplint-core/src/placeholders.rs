//! Values that were never filled in: `{{name}}`, `${name}` and `<<name>>`, in strings and in the place of values.
//!
//! Nothing can be said of such a value. The text is read with a string of the same length in place of each placeholder
//! outside of strings, so that every offset stays, and the engine gets a list of the values that are not known. The same
//! for requests of a collection and for plain files: only whether a placeholder is a finding differs.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use crate::finding::Span;

/// What stands around a name.
const MARKS: [(&str, &str); 3] = [("{{", "}}"), ("${", "}"), ("<<", ">>")];

/// The longest name, in bytes.
const LONGEST: usize = 256;

/// Which strings are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those that have a placeholder anywhere in them: they are filled in before the request is sent.
    AnyPart,
    /// Those that are a placeholder and nothing else: the file is sent as it stands.
    Whole,
}

/// A text in which some values are not known.
#[derive(Debug, Clone)]
pub struct Template<'t> {
    /// The text as it is written.
    pub(crate) original: &'t str,
    /// The text as it is read: of the same length, with strings in place of the placeholders that stand in none.
    pub(crate) text: Cow<'t, str>,
    /// The strings that are not known, with their quotes, and what stands in place of one; in order.
    pub(crate) unknown: Vec<Span>,
    /// Those of them that stand in no string.
    pub(crate) bare: Vec<Span>,
    /// The placeholders, in order.
    pub(crate) placeholders: Vec<Span>,
    /// Whether a finding says so where a value is not known.
    pub(crate) reported: bool,
}

impl<'t> From<&'t str> for Template<'t> {
    /// A text in which all is known.
    fn from(text: &'t str) -> Self {
        Self::plain(text)
    }
}

impl<'t> Template<'t> {
    /// A text in which all is known.
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

    /// A text with placeholders; `None` where there are none.
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

    /// Whether some values are not known.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// The text as it is read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the placeholders, as they are written, each once; in the order of the text.
    #[must_use]
    pub fn names(&self) -> Vec<&'t str> {
        let mut seen = HashSet::new();
        let all = self.placeholders.iter().map(|span| span.of(self.original));
        all.filter(|name| seen.insert(*name)).collect()
    }

    /// Where the first placeholder is.
    #[must_use]
    pub fn first(&self) -> Option<Span> {
        self.placeholders.first().copied()
    }

    /// Whether the text is nothing but a placeholder.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.bare.as_slice(), [only] if only.of(self.original) == self.original.trim())
    }
}

/// The placeholders in a text: the bytes of each, and its name.
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

/// The placeholder that begins at an offset: where it ends, and its name.
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

/// A walk through the tokens of a text that may be no JSON.
struct Search<'t> {
    text: &'t str,
    at: usize,
    scope: Scope,
    /// The opening brackets of what the place is in.
    inside: Vec<u8>,
    /// The last mark before the place: a bracket, a comma, a colon; a quote behind a string.
    before: u8,
    filled: String,
    /// So much of the text is in `filled`.
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

    /// A word outside of strings: a number, a name. What has a placeholder in it is not known as a whole.
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

    /// Puts a string in place of a word with placeholders that begins at `start`; the first of them is at the place.
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
            // It stands for members: one that is not known will do.
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
    fn what_is_no_placeholder_stays() {
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
    fn a_part_of_a_string_counts_only_where_it_is_filled_in() {
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

    /// Marks without an end do not make the search quadratic: each looks at no more than the longest name.
    #[test]
    fn many_marks_take_linear_time() {
        let text = "{{".repeat(200_000);
        assert!(Template::of(&text, Scope::AnyPart).is_none());
        let text = format!("[\"{}\"]", "{{x".repeat(200_000));
        assert!(Template::of(&text, Scope::AnyPart).is_none());
    }
}
