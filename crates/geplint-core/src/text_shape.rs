//! Shapes of strings that can be recognized without a list.

use serde::{Deserialize, Serialize};

/// The shape of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Shape {
    /// An e-mail address: one `@`, something before it, and a domain with a dot after it. No comma, semicolon or
    /// colon, no two dots in a row, no dot at either end of the two parts.
    Email,
    /// A BCP 47 language tag: `en-US`.
    Culture,
}

impl Shape {
    /// Returns the name of the shape, for messages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Culture => "a culture code",
        }
    }

    /// Returns true if a string has the shape. Lenient, to avoid false warnings.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Email => {
                // Without an early exit: nearly every record has an address, and nearly every address fits.
                let bytes = text.as_bytes();
                let plain = bytes
                    .iter()
                    .fold(true, |plain, byte| plain & byte.is_ascii_graphic());
                let Some(at) = bytes.iter().position(|byte| *byte == b'@') else {
                    return false;
                };
                let (local, domain) = (bytes.get(..at), bytes.get(at + 1..).unwrap_or_default());
                let dotted = matches!(domain, [first, .., last] if *first != b'.' && *last != b'.')
                    && domain.contains(&b'.')
                    && !matches!(local, Some([b'.', ..] | [.., b'.']));
                let alone = !domain.contains(&b'@');
                // Separators between addresses, and the scheme of a link.
                let odd = |byte: &u8| matches!(byte, b',' | b';' | b':');
                let twice = |pair: &[u8]| pair == b"..";
                alone
                    && at > 0
                    && dotted
                    && !bytes.iter().any(odd)
                    && !bytes.windows(2).any(twice)
                    && (plain || !text.contains(char::is_whitespace))
            }
            Self::Culture => {
                let mut parts = text.split('-');
                parts.next().is_some_and(|language| {
                    matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic())
                }) && parts.all(|part| {
                    matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (text, is) in [
            ("a@b", false),
            ("CC@4711", false),
            ("JOHN@ACME", false),
            ("a@b.c", true),
            ("a@b.", false),
            ("a@.b", false),
            ("a@b..c", false),
            ("a.b@c.d", true),
            (".a@c.d", false),
            ("@c.d", false),
            ("a@c.d@e.f", false),
            ("a.@c.d", false),
            ("ann@example.com", true),
            ("ann+x@mail.example.com", true),
            ("ann.o'neil@example.com", true),
            ("m\u{fc}ller@b\u{fc}cher.example", true),
            ("@b", false),
            ("a@", false),
            ("a@b@c", false),
            ("a b@c", false),
            ("@", false),
            ("", false),
            ("a..b@c.d", false),
            ("a@b,c.d", false),
            ("a@b.c;d", false),
            ("mailto:a@b.c", false),
            ("a@@b", false),
            ("@a@b", false),
            ("\u{e9}@b.c", true),
            ("\u{e9}@b@c", false),
            ("\u{e9}@\u{a0}b", false),
        ] {
            assert_eq!(Shape::Email.fits(text), is, "{text}");
        }
        for (text, is) in [
            ("en", true),
            ("en-US", true),
            ("zh-Hans-CN", true),
            ("english", false),
            ("en_US", false),
            ("", false),
        ] {
            assert_eq!(Shape::Culture.fits(text), is, "{text}");
        }
    }
}
