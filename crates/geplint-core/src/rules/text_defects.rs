//! Lists of placeholders, hidden characters and HTML entities from the rules of the API.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::sorted_lines::Lines;
use crate::json::printable;
use crate::text_shape::Shape;

/// The words and characters that checks of strings search for. Each list is one text with one entry per line, so that
/// deserializing it copies nothing. The lists are searched only for strings that are not [plain](Self::is_plain).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TextDefects {
    /// Strings that mean a missing value: `NULL`.
    pub(super) placeholders: Words,
    /// Strings that mean a missing value only in codes, because they are also names of people: `None`.
    pub(super) code_placeholders: Words,
    /// Pairs of marks around the name of a placeholder, separated by a space: `{{ }}`.
    #[serde(borrow)]
    pub(super) marks: Cow<'static, str>,
    /// Error values of spreadsheets: `#N/A`.
    pub(super) spreadsheet_errors: Lines,
    /// Invisible characters: the last and first code point of a range in hexadecimal, and a name.
    pub(super) hidden: Lines,
    /// Names of HTML entities, each with its characters.
    pub(super) entities: Lines,
    /// Code pages: the name of each, and the characters of the bytes 80 to FF.
    #[serde(borrow)]
    pub(super) code_pages: Cow<'static, str>,
    /// The first bytes of placeholders, marks and error values, one bit each.
    pub(super) starts: [u64; 2],
}

/// Words, with a set of their shapes. A shape is the first byte, the last byte and the length, hashed to one bit. The
/// list is searched only for strings with one of these shapes: searching it for every string takes 14 % more
/// instructions for clean records, and 18 % more if the engine reads them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) struct Words {
    lines: Lines,
    shapes: [u64; 8],
}

impl Words {
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let lines = Lines::new(words);
        let mut shapes = [0; 8];
        for (index, bit) in lines.iter().filter_map(|word| shape_bit(word.as_bytes())) {
            shapes[index] |= bit;
        }
        Self { lines, shapes }
    }

    fn holds(&self, text: &[u8]) -> bool {
        let has_shape =
            |(index, bit): (usize, u64)| self.shapes.get(index).is_some_and(|bits| bits & bit != 0);
        shape_bit(text).is_some_and(has_shape)
            && str::from_utf8(text).is_ok_and(|text| self.lines.holds(text))
    }
}

/// Returns the word and the bit of an ASCII byte.
pub(super) const fn bit_of(byte: u8) -> (usize, u64) {
    ((byte >> 6) as usize, 1 << (byte & 63))
}

/// Returns the index and the bit of a string's shape; `None` if it is empty.
fn shape_bit(text: &[u8]) -> Option<(usize, u64)> {
    let (first, last) = (usize::from(*text.first()?), usize::from(*text.last()?));
    let shape = first * 7 + last * 37 + text.len() * 101;
    Some((shape / 64 % 8, 1 << (shape % 64)))
}

#[inline]
fn has_bit(bits: [u64; 2], byte: u8) -> bool {
    let (word, bit) = bit_of(byte);
    bits.get(word).is_some_and(|bits| bits & bit != 0)
}

impl TextDefects {
    /// Returns true if a string cannot contain a defect. This takes a few instructions, and nearly every string is
    /// plain.
    #[inline]
    pub(crate) fn is_plain(&self, text: &[u8]) -> bool {
        let ([first, ..], [.., last]) = (text, text) else {
            return true;
        };
        if *first <= b' ' || *last <= b' ' || !printable(text) {
            return false;
        }
        // Numbers and formulas of spreadsheets.
        if matches!(
            text,
            [b'0'..=b'9', b'.' | b'E' | b'e', ..] | [b'=' | b'\'' | b'"', ..] | [.., b'.', b'0']
        ) {
            return false;
        }
        if !has_bit(self.starts, *first) {
            return true;
        }
        first.is_ascii_alphanumeric() && !self.placeholders.holds(text) && !self.code_placeholders.holds(text)
    }

    /// The same for a string as written, with valid escapes. Returns true only if no entry begins with its first
    /// letter, and if it only has escapes of quotes and slashes.
    pub(crate) fn is_plain_with_escapes(&self, written: &[u8]) -> bool {
        let ([first, ..], [.., last]) = (written, written) else {
            return true;
        };
        let mut escapes = written.split(|byte| *byte == b'\\').skip(1);
        first.is_ascii_alphabetic()
            && !has_bit(self.starts, *first)
            && *last > b' '
            && printable(written)
            && escapes.all(|rest| matches!(rest, [] | [b'"' | b'/', ..]))
    }

    /// Returns true if a string as a whole means a missing value.
    pub(crate) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim();
        if self.placeholders.holds(text.as_bytes()) {
            return true;
        }
        if !self.may_be_marked(text) {
            return false;
        }
        let marks = self.marks.lines().filter_map(|line| line.split_once(' '));
        marks.into_iter().any(|(open, close)| {
            let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            inner.is_some_and(|inner| is_named(inner, open, close))
        })
    }

    /// Returns true if a string as a whole means a missing code.
    pub(crate) fn is_code_placeholder(&self, text: &str) -> bool {
        self.code_placeholders.holds(text.trim().as_bytes())
    }

    /// Returns true if a string as a whole is an error value of a spreadsheet.
    pub(crate) fn is_spreadsheet_error(&self, text: &str) -> bool {
        let text = text.trim();
        let is_error = || self.spreadsheet_errors.holds(text);
        // A spreadsheet shows number signs if the column is too narrow.
        let is_narrow = || text.len() >= 3 && text.bytes().all(|byte| byte == b'#');
        self.may_be_marked(text) && (is_error() || is_narrow())
    }

    /// Returns the code pages: the name of each, and the characters of the bytes 80 to FF.
    pub(crate) fn code_pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.code_pages.lines().filter_map(|line| line.split_once(' '))
    }

    /// Returns false if no mark or error value begins with the first byte of a string. None begins with a letter or
    /// digit.
    fn may_be_marked(&self, text: &str) -> bool {
        let first = text.bytes().next();
        first.is_some_and(|first| !first.is_ascii_alphanumeric() && has_bit(self.starts, first))
    }

    /// Returns the name of an invisible character.
    pub(crate) fn hidden(&self, c: char) -> Option<&str> {
        if c.is_alphanumeric() || (c.is_ascii() && !c.is_ascii_control()) {
            return None;
        }
        let code = code_point(c);
        // Ranges do not overlap, so the character is in the first one that does not end before it, or in none.
        let mut parts = self.hidden.iter_from(&code).next()?.splitn(3, '\t').skip(1);
        let (first, name) = (parts.next()?, parts.next()?);
        (first <= code.as_str()).then_some(name)
    }

    /// Returns the characters of an HTML entity, by the name between `&` and `;`.
    pub(crate) fn entity<'t>(&'t self, name: &'t str) -> Option<Cow<'t, str>> {
        let numeric = |digits: &str, radix| {
            let all = !digits.is_empty() && digits.len() <= 8 && digits.chars().all(|c| c.is_digit(radix));
            let number = u32::from_str_radix(digits, radix).ok().filter(|_| all)?;
            let c = char::from_u32(number).filter(|c| !c.is_control())?;
            Some(Cow::Owned(c.to_string()))
        };
        if let Some(digits) = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            return numeric(digits, 16);
        }
        if let Some(digits) = name.strip_prefix('#') {
            return numeric(digits, 10);
        }
        self.entities.after(name).next().map(Cow::Borrowed)
    }
}

/// Returns true if the string between two marks is the name of one value. It is not if other text is between the
/// marks, or a GUID, which Windows writes in braces.
fn is_named(inner: &str, open: &str, close: &str) -> bool {
    let words = open != close || !inner.contains(char::is_whitespace);
    // Single marks may also enclose JSON or HTML.
    let is_name = |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '.' | '-' | '/');
    words
        && (open.len() > 1 || inner.chars().all(is_name))
        && !inner.contains(open)
        && !inner.contains(close)
        && inner.contains(char::is_alphabetic)
        && !inner.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && !Shape::Email.fits(inner)
}

/// Returns the code point of a character, with as many digits as the longest one has, so that texts have its order.
pub(super) fn code_point(c: char) -> String {
    format!("{:06X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::builtin;

    fn texts() -> &'static TextDefects {
        &builtin("contact-details").expect("a built-in endpoint").texts
    }

    /// Every entry is found, at any position in the list, and nothing else is.
    #[test]
    fn every_entity_is_found() {
        let texts = texts();
        assert!(texts.entities.iter().count() > 100);
        for line in texts.entities.iter() {
            let (name, text) = line.split_once('\t').expect("a name and a text");
            assert_eq!(texts.entity(name).as_deref(), Some(text), "{name}");
        }
        for name in ["", "a", "ampx", "AMP", "zzz", "amp ", "\n", " ", "amp\t"] {
            assert_eq!(texts.entity(name), None, "{name:?}");
        }
    }

    #[test]
    fn every_hidden_character_is_found() {
        let listed = |c: char| {
            texts().hidden.iter().find_map(|line| {
                let mut parts = line.splitn(3, '\t');
                let mut bound = || u32::from_str_radix(parts.next()?, 16).ok();
                let (last, first) = (bound()?, bound()?);
                parts.next().filter(|_| (first..=last).contains(&u32::from(c)))
            })
        };
        let mut found = 0;
        for c in '\0'..='\u{FFFF}' {
            assert_eq!(texts().hidden(c), listed(c), "{:04X}", u32::from(c));
            found += usize::from(texts().hidden(c).is_some());
        }
        assert!(found > 90, "{found}");
    }
}
