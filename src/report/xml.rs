//! Escapes text for XML.

use std::borrow::Cow;
use std::fmt::Write;

use crate::sanitize::chars;

/// The start of every document.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Escapes text for an attribute or between tags. Characters that XML 1.0 forbids are dropped; characters that are
/// unsafe in terminals or CI logs become references, which do not change the document.
pub(super) fn escape(text: &str) -> String {
    // Forbidden characters are dropped first: dropping one later could join the two halves of a command.
    let text = representable(text);
    let mut out = String::with_capacity(text.len() + 16);
    for (c, harmless) in chars(&text) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ if harmless => out.push(c),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
    }
    out
}

fn representable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        Cow::Borrowed(text)
    } else {
        text.chars().filter(|c| is_allowed(*c)).collect()
    }
}

/// Returns true for `Char` of XML 1.0; a `char` is never a surrogate.
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
        assert_eq!(escape("::error::x"), "&#58;:error&#58;:x");
        // Without the control character, this is a command.
        assert_eq!(
            escape("#\u{1b}#vso[x :\0:error::x"),
            "&#35;#vso[x &#58;:error&#58;:x"
        );
    }
}
