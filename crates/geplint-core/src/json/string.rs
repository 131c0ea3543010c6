//! Decoding of strings and names.

use super::Node;
use crate::finding::Span;
use std::borrow::Cow;

/// Returns the text of a string or a name: without quotes, escapes decoded.
///
/// A lone surrogate escape becomes U+FFFD. Of an invalid escape, the backslash is kept.
/// The text is borrowed if there is no backslash.
#[must_use]
#[inline]
pub fn decode<'a>(text: &'a str, node: &Node) -> Cow<'a, str> {
    let inner = raw(text, node);
    if node.escaped {
        Cow::Owned(unescaped(inner))
    } else {
        Cow::Borrowed(inner)
    }
}

/// Returns the text of a string or a name as written, without its quotes.
///
/// A name without quotes is returned unchanged. Other quotes than `"` (an error, but read) are removed too.
#[must_use]
#[inline]
pub fn raw<'a>(text: &'a str, node: &Node) -> &'a str {
    let whole = node.span.of(text);
    // Nearly always.
    if let ([b'"', .., b'"'], Some(inner)) = (whole.as_bytes(), whole.get(1..whole.len().max(1) - 1)) {
        return inner;
    }
    oddly_quoted(whole)
}

/// Returns the text without a pair of other quotes, if it has one.
fn oddly_quoted(whole: &str) -> &str {
    let Some(open) = whole.chars().next() else {
        return whole;
    };
    let closers: &[char] = match open {
        '"' => &['"', '”'],
        '\'' => &['\''],
        '“' | '”' | '„' | '«' => &['“', '”', '»', '"'],
        '‘' | '’' | '‚' => &['‘', '’', '\''],
        _ => return whole,
    };
    let inner = &whole[open.len_utf8()..];
    inner.strip_suffix(closers).unwrap_or(inner)
}

/// Returns the number of UTF-16 units of the text, which is the length that the service counts.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    // Each character counts as one unit, and as two if it has four UTF-8 bytes. Only first bytes are counted.
    text.bytes()
        .map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0))
        .sum()
}

fn unescaped(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (character, length) = escape(&rest[at..]);
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// Returns, for each byte of a string's decoded text and for its end, the offset of the byte in the file that it comes
/// from. `span` includes the quotes.
pub(crate) fn offsets(text: &str, span: Span) -> Vec<u32> {
    let whole = span.of(text);
    let inner = whole.get(1..whole.len().saturating_sub(1)).unwrap_or_default();
    let mut offsets = Vec::with_capacity(inner.len() + 1);
    let mut at = 0;
    while let Some(next) = inner.get(at..).and_then(|rest| rest.chars().next()) {
        let (character, length) = if next == '\\' {
            escape(&inner[at..])
        } else {
            (next, next.len_utf8())
        };
        let from = |byte: usize| span.start + 1 + u32::try_from(byte).unwrap_or(u32::MAX);
        // Only a character that is not written as an escape has offsets inside.
        let inside = usize::from(next != '\\');
        offsets.extend((0..character.len_utf8()).map(|byte| from(at + byte * inside)));
        at += length;
    }
    offsets.push(span.end.saturating_sub(1));
    offsets
}

/// Visits the decoded text of a string in parts, each with its span in the file; `true` for the character of an escape. `span`
/// includes the quotes.
pub(crate) fn decoded_parts(text: &str, span: Span, visit: &mut dyn FnMut(&str, Span, bool)) {
    let whole = span.of(text);
    let inner = whole.get(1..whole.len().saturating_sub(1)).unwrap_or_default();
    let place = |at: usize| span.start + 1 + u32::try_from(at).unwrap_or(u32::MAX);
    let mut at = 0;
    while let Some(rest) = inner.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        if plain > 0 {
            visit(&rest[..plain], Span::new(place(at), place(at + plain)), false);
            at += plain;
        }
        if let Some(escaped) = inner.get(at..).filter(|rest| !rest.is_empty()) {
            let (character, length) = escape(escaped);
            let from = Span::new(place(at), place(at + length));
            visit(character.encode_utf8(&mut [0; 4]), from, true);
            at += length;
        }
    }
}

/// Returns the character of an escape, and the escape's length in bytes. `rest` begins with a backslash.
fn escape(rest: &str) -> (char, usize) {
    let character = match rest.as_bytes().get(1) {
        Some(b'u') => return unicode(rest),
        Some(&byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
        // Valid only in strings with other quotes.
        Some(b'\'') => '\'',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        _ => return ('\\', 1),
    };
    (character, 2)
}

/// The same as [`escape`], for `\u`.
fn unicode(rest: &str) -> (char, usize) {
    let Some(first) = hex4(rest.as_bytes(), 2) else {
        return ('\\', 1);
    };
    let second = rest.as_bytes().get(6..8).filter(|pair| pair == b"\\u");
    let second = second.and_then(|_| hex4(rest.as_bytes(), 8));
    if let (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) = (first, second) {
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(code).unwrap_or('\u{FFFD}'), 12);
    }
    (char::from_u32(first).unwrap_or('\u{FFFD}'), 6)
}

/// Reads four hexadecimal digits at a byte offset.
pub(super) fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |sum, &digit| {
        char::from(digit).to_digit(16).map(|value| sum * 16 + value)
    })
}
