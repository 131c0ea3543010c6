//! Writes JSON, indented or on one line, with characters escaped that a terminal or a CI log must not get.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use crate::sanitize::{chars, is_harmless};

/// Formats a value with an indentation of two spaces; `indent` begins each further line. Safe for terminals and CI
/// logs.
pub fn pretty<T: Serialize>(value: &T, indent: &str) -> String {
    // Room for a usual response, so that it is not moved while it grows.
    let (mut out, mut scratch) = (String::new(), Vec::with_capacity(512));
    indented(value, indent, &mut scratch, &mut out);
    out
}

/// The same, appended to `out`; `scratch` is a buffer for reuse.
pub fn indented<T: Serialize>(value: &T, line: &str, scratch: &mut Vec<u8>, out: &mut String) {
    scratch.clear();
    // Serializing strings, numbers and structs of them cannot fail.
    let _ = if line == "\n" {
        serde_json::to_writer_pretty(&mut *scratch, value)
    } else {
        serde_json::to_writer_pretty(Indented { out: scratch, line }, value)
    };
    push(scratch, out);
}

/// Appends a value on one line.
pub fn compact<T: Serialize>(value: &T, scratch: &mut Vec<u8>, out: &mut String) {
    scratch.clear();
    let _ = serde_json::to_writer(&mut *scratch, value);
    push(scratch, out);
}

/// Appends serialized JSON, which is UTF-8.
fn push(json: &[u8], out: &mut String) {
    out.push_str(&harmless(str::from_utf8(json).unwrap_or_default()));
}

/// Indents every line. In serialized JSON only the layout has line ends.
struct Indented<'o> {
    out: &'o mut Vec<u8>,
    /// The start of every line, including the end of the line before it.
    line: &'o str,
}

impl io::Write for Indented<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (index, part) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                self.out.extend_from_slice(self.line.as_bytes());
            }
            self.out.extend_from_slice(part);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Escapes characters that JSON allows raw but a terminal or a CI log must not get. The document stays equal.
///
/// Such characters can only occur in strings, where `\u` is always allowed.
fn harmless(json: &str) -> Cow<'_, str> {
    // The usual case in one pass over all lines.
    let printable = json
        .bytes()
        .fold(true, |all, byte| all & matches!(byte, b' '..=b'~' | b'\n'));
    let usual = printable && !json.contains("::") && !json.contains("##");
    if usual || json.split('\n').all(is_harmless) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for (c, harmless) in chars(json) {
        if harmless || c == '\n' {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output equals that of `serde_json`, but indented.
    #[test]
    fn lines_are_indented() {
        let value = serde_json::json!({
            "a": [], "b": {}, "c": [1, [2, []], {"d": null}], "e": {"f": {"g": "\n"}, "h": [{}]}, "i": 1.5
        });
        let usual = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(pretty(&value, "\n"), usual);
        assert_eq!(pretty(&value, "\n    "), usual.replace('\n', "\n    "));
    }

    #[test]
    fn escaped_text_can_be_read() {
        let text = "\u{9b}31m\u{7f}\u{202e}\u{e0041}##[error] ##vso[x] ::error::x \u{1b} é \u{1f600}";
        let json = pretty(&text, "\n");
        assert!(!json.chars().any(crate::sanitize::is_unprintable), "{json}");
        assert!(!json.contains("##[") && !json.contains("::"), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
