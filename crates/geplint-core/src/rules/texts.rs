//! What is known of texts that no sender means, as the rules of the API list it: words, marks, characters, entities.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::json::printable;
use crate::shape::Shape;

/// Words and characters that the kinds of constraints on texts look for. Each list is one text with an entry a line, so
/// that reading it back copies nothing; a text is looked up in it only if it is not [plain](Self::is_plain).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Texts {
    /// Texts that stand for a value that is not there: `NULL`.
    #[serde(borrow)]
    pub(super) placeholders: Cow<'static, str>,
    /// What stands around the name of a value that was to be filled in, with a space between the two marks: `{{ }}`.
    #[serde(borrow)]
    pub(super) marks: Cow<'static, str>,
    /// Error values of spreadsheets: `#N/A`.
    #[serde(borrow)]
    pub(super) spreadsheet_errors: Cow<'static, str>,
    /// Characters that nobody sees: the first and the last of a range in hexadecimal digits, and a name.
    #[serde(borrow)]
    pub(super) hidden: Cow<'static, str>,
    /// Names of HTML entities, each with its text.
    #[serde(borrow)]
    pub(super) entities: Cow<'static, str>,
    /// The first bytes of placeholders, marks and error values, a bit each.
    pub(super) starts: [u64; 2],
    /// The last bytes of placeholders.
    pub(super) ends: [u64; 2],
    /// The lengths of placeholders, in bytes: the lowest bit is 0, the highest 63 and more.
    pub(super) lengths: u64,
}

/// The bit of an ASCII byte in two words.
pub(super) const fn bit_of(byte: u8) -> (usize, u64) {
    ((byte >> 6) as usize, 1 << (byte & 63))
}

/// The bit of a length.
pub(super) fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

#[inline]
fn has_bit(bits: [u64; 2], byte: u8) -> bool {
    let (word, bit) = bit_of(byte);
    bits.get(word).is_some_and(|bits| bits & bit != 0)
}

impl Texts {
    /// Whether nothing that is looked for can be in a text: nearly every text is so, and this takes a few instructions.
    #[inline]
    pub(crate) fn is_plain(&self, text: &[u8]) -> bool {
        let ([first, ..], [.., last]) = (text, text) else {
            return true;
        };
        if *first <= b' ' || *last <= b' ' || !printable(text) {
            return false;
        }
        // Numbers as spreadsheets write them.
        if matches!(text, [b'0'..=b'9', b'.' | b'E' | b'e', ..] | [.., b'.', b'0']) {
            return false;
        }
        if !has_bit(self.starts, *first) {
            return true;
        }
        let is_like_one = self.lengths & length_bit(text.len()) != 0 && has_bit(self.ends, *last);
        first.is_ascii_alphanumeric() && !(is_like_one && has_line(&self.placeholders, text))
    }

    /// Whether a text as a whole stands for a value that is not there.
    pub(crate) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim();
        if has_line(&self.placeholders, text.as_bytes()) {
            return true;
        }
        let marks = self.marks.lines().filter_map(|line| line.split_once(' '));
        marks.into_iter().any(|(open, close)| {
            let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            inner.is_some_and(|inner| is_named(inner, open, close))
        })
    }

    /// Whether a text as a whole is an error value of a spreadsheet.
    pub(crate) fn is_spreadsheet_error(&self, text: &str) -> bool {
        has_line(&self.spreadsheet_errors, text.trim().as_bytes())
    }

    /// The name of a character that nobody sees.
    pub(crate) fn hidden(&self, c: char) -> Option<&str> {
        if c.is_alphanumeric() || (c.is_ascii() && !c.is_ascii_control()) {
            return None;
        }
        self.hidden.lines().find_map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut bound = || u32::from_str_radix(parts.next()?, 16).ok();
            let range = bound()?..=bound()?;
            parts.next().filter(|_| range.contains(&u32::from(c)))
        })
    }

    /// The text of an HTML entity, by what stands between `&` and `;`.
    pub(crate) fn entity(&self, name: &str) -> Option<Cow<'_, str>> {
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
        let mut entities = self.entities.lines().filter_map(|line| line.split_once(' '));
        let (_, text) = entities.find(|(known, _)| *known == name)?;
        Some(Cow::Borrowed(text))
    }
}

/// Whether what stands between two marks is the name of one value, and not a text with marks around it.
fn is_named(inner: &str, open: &str, close: &str) -> bool {
    let words = open != close || !inner.contains(char::is_whitespace);
    words
        && !inner.contains(open)
        && !inner.contains(close)
        && inner.contains(char::is_alphabetic)
        && !Shape::Email.fits(inner)
}

/// Whether a list has this entry.
fn has_line(lines: &str, text: &[u8]) -> bool {
    lines.lines().any(|line| line.as_bytes() == text)
}
