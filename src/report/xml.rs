//! Text in XML, escaped by hand.

use std::fmt::Write;

use crate::sanitize::{is_ci_mark, is_unprintable};

/// What every document begins with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Text for an attribute or between tags. Characters that XML 1.0 forbids are left out; those that a terminal or a
/// CI log should not meet become references, so that the document means the same.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ if !is_allowed(c) => {}
            _ if is_unprintable(c) || is_ci_mark(&text.as_bytes()[at..]) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// `Char` of XML 1.0; surrogates are no `char`.
const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute_or_a_line() {
        assert_eq!(
            escape("a<b>&'\"\r\n\t]]>"),
            "a&lt;b&gt;&amp;&apos;&quot;&#13;&#10;&#9;]]&gt;"
        );
        assert_eq!(escape("\0\u{1b}\u{ffff}x\u{202e}y\u{9b}"), "x&#8238;y&#155;");
        assert_eq!(escape("##[error]x Müller"), "&#35;#[error]x Müller");
    }
}
