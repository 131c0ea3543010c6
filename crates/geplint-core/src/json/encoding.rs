//! Decodes the bytes of a file to text, with all offsets unchanged.

use super::{Foreign, SyntaxError, SyntaxKind, scan};
use crate::finding::Span;
use std::borrow::Cow;

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the text of a JSON file and the errors in its bytes.
///
/// The same as [`decoded`], but a file in another format than JSON is not read either.
#[must_use]
pub fn text(bytes: &[u8]) -> (Cow<'_, str>, Vec<SyntaxError>) {
    match foreign(bytes) {
        Some(error) => (Cow::Borrowed(""), vec![error]),
        None => decoded(bytes),
    }
}

/// Returns the error for a file in another format, if its first bytes show that.
fn foreign(bytes: &[u8]) -> Option<SyntaxError> {
    if u32::try_from(bytes.len()).is_err() || other_encoding(bytes).is_some() {
        return None;
    }
    let body = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let start = bytes.len() - body.len() + scan::space(body, 0);
    let foreign = Foreign::of(bytes.get(start..)?)?;
    let span = Span::new(offset(start), offset(start + 1));
    let mut error = SyntaxError::new(SyntaxKind::Foreign(foreign), span);
    // Kept for the replay of the API's reader.
    error.decoded = std::str::from_utf8(bytes).ok().map(Box::from);
    Some(error)
}

/// Returns the text of a file and the errors in its bytes.
///
/// Offsets in the text are offsets in the file: a byte order mark is kept, and each invalid byte is replaced by one
/// other byte. A file in another encoding is not read: the text is empty.
#[must_use]
pub fn decoded(bytes: &[u8]) -> (Cow<'_, str>, Vec<SyntaxError>) {
    let Ok(length) = u32::try_from(bytes.len()) else {
        return refused(SyntaxKind::TooLarge, 0);
    };
    if let Some(name) = other_encoding(bytes) {
        let (text, mut errors) = refused(SyntaxKind::Encoding(name), length.min(4));
        for error in &mut errors {
            error.decoded = marked(bytes).map(String::into_boxed_str);
        }
        return (text, errors);
    }
    let body = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let mut errors = Vec::new();
    if body.len() < bytes.len() {
        errors.push(SyntaxError::new(SyntaxKind::ByteOrderMark, Span::new(0, 3)));
    }
    if body
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    {
        errors.push(SyntaxError::new(SyntaxKind::Empty, Span::new(0, length)));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(repaired(bytes, &mut errors)),
    };
    (text, errors)
}

/// Returns an empty text and one error.
fn refused(kind: SyntaxKind, end: u32) -> (Cow<'static, str>, Vec<SyntaxError>) {
    (Cow::Borrowed(""), vec![SyntaxError::new(kind, Span::new(0, end))])
}

/// Returns the name of a UTF-16 or UTF-32 encoding, detected by its byte order mark or by its NUL bytes.
///
/// JSON begins with two ASCII characters (or has only one), and cannot contain NUL. A single NUL is more likely a
/// typo in UTF-8. So without a mark, both characters must look like UTF-16, and the number of bytes must be even.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    let pairs = bytes.len().is_multiple_of(2);
    match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, 1..=0xFF, ..] => Some("UTF-32 (big-endian)"),
        [0xFF, 0xFE, 0, 0, ..] | [1..=0xFF, 0, 0, 0, ..] => Some("UTF-32 (little-endian)"),
        [0xFE, 0xFF, ..] => Some("UTF-16 (big-endian)"),
        [0xFF, 0xFE, ..] => Some("UTF-16 (little-endian)"),
        [0, 1..=0xFF] | [0, 1..=0xFF, 0, 1..=0xFF, ..] if pairs => Some("UTF-16 (big-endian)"),
        [1..=0xFF, 0] | [1..=0xFF, 0, 1..=0xFF, 0, ..] if pairs => Some("UTF-16 (little-endian)"),
        _ => None,
    }
}

/// Decodes a file in UTF-16 or UTF-32 with a byte order mark. Without one, only the header of the request would name
/// the encoding. Invalid units become U+FFFD.
fn marked(bytes: &[u8]) -> Option<String> {
    let (rest, wide, big) = match bytes {
        [0, 0, 0xFE, 0xFF, rest @ ..] => (rest, true, true),
        [0xFF, 0xFE, 0, 0, rest @ ..] => (rest, true, false),
        [0xFE, 0xFF, rest @ ..] => (rest, false, true),
        [0xFF, 0xFE, rest @ ..] => (rest, false, false),
        _ => return None,
    };
    if wide {
        let units = rest.chunks_exact(4).map(|unit| {
            let unit = unit.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            if big { unit } else { unit.swap_bytes() }
        });
        return Some(
            units
                .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        );
    }
    let units = rest.chunks_exact(2).map(|unit| {
        let unit = unit.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte));
        if big { unit } else { unit.swap_bytes() }
    });
    let decoded = char::decode_utf16(units);
    Some(
        decoded
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

/// Returns the text with each invalid byte replaced: by a question mark in a string, elsewhere by a space, so that the
/// bytes are reported once and not again as unexpected text.
fn repaired(bytes: &[u8], errors: &mut Vec<SyntaxError>) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut first: Option<(Span, u8)> = None;
    let mut places = 0_u32;
    let mut quotes = Quotes::default();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        quotes.read(chunk.valid().as_bytes());
        let bad = chunk.invalid();
        if let Some(&byte) = bad.first() {
            places += 1;
            let span = Span::new(offset(text.len()), offset(text.len() + bad.len()));
            first.get_or_insert((span, byte));
            let stand_in = if quotes.open { '?' } else { ' ' };
            text.extend(bad.iter().map(|_| stand_in));
        }
    }
    if let Some((span, byte)) = first {
        let more = places.saturating_sub(1);
        errors.push(SyntaxError::new(SyntaxKind::InvalidUtf8 { byte, more }, span));
    }
    text
}

/// Tracks whether a string is open. A string ends at the end of its line at the latest.
#[derive(Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.open,
                b'"' => self.open = !self.open,
                b'\n' => self.open = false,
                _ => {}
            }
        }
    }
}

/// Returns an offset as `u32`; the file is known to be short enough.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
