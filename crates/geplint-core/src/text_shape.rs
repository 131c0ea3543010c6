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

/// Returns the fault of a string that is not an e-mail address, as the end of a sentence: `has no @`.
#[must_use]
pub(crate) fn email_fault(text: &str) -> &'static str {
    let text = match text.trim() {
        inner if Shape::Email.fits(inner) => return "has whitespace around it",
        inner => inner,
    };
    let (local, domain) = text.split_once('@').unwrap_or((text, ""));
    if email_in_brackets(text).is_some() {
        return if text.starts_with('<') {
            "has angle brackets around it"
        } else {
            "has a name before the e-mail address"
        };
    }
    match email_addresses(text) {
        0 | 1 => {}
        2 => return "has two e-mail addresses",
        _ => return "has several e-mail addresses",
    }
    if has_scheme(text) {
        return "begins with mailto:";
    }
    match text.matches('@').count() {
        0 => return "has no @, so it is not an e-mail address",
        1 => {}
        2 => return "has two @",
        _ => return "has several @",
    }
    if local.is_empty() {
        return "has nothing before the @";
    }
    if domain.is_empty() {
        return "has nothing after the @";
    }
    if text.contains(char::is_whitespace) {
        return "has whitespace in it";
    }
    for (mark, fault) in [
        (',', "has a comma in it"),
        (';', "has a semicolon in it"),
        (':', "has a colon in it"),
    ] {
        if text.contains(mark) {
            return fault;
        }
    }
    if text.ends_with('.') {
        return "ends with a dot";
    }
    if text.contains("..") {
        return "has two dots in a row";
    }
    if text.starts_with('.') {
        return "begins with a dot";
    }
    if local.ends_with('.') {
        return "has a dot right before the @";
    }
    if domain.starts_with('.') {
        return "has a dot right after the @";
    }
    if domain.contains('.') {
        "does not look like an e-mail address"
    } else {
        "has no dot after the @"
    }
}

/// Returns the number of e-mail addresses in a string that separates them.
pub(crate) fn email_addresses(text: &str) -> usize {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '|');
    let parts = text.split(is_separator);
    parts.filter(|part| Shape::Email.fits(part)).count()
}

/// Returns the e-mail address that a string with more around it certainly means: `mailto:a@b.c`, `Ann <a@b.c>`, `a@b.c.`.
pub(crate) fn email_meant(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = match email_in_brackets(text) {
        Some(inner) => inner,
        None if has_scheme(text) => text.get("mailto:".len()..)?.split('?').next()?,
        None => text.strip_suffix('.')?,
    };
    Shape::Email.fits(inner).then_some(inner)
}

/// Returns the address in `Ann Lee <ann@example.com>`.
fn email_in_brackets(text: &str) -> Option<&str> {
    let inner = text.strip_suffix('>')?.rsplit_once('<')?.1.trim();
    let inner = if has_scheme(inner) {
        inner.get("mailto:".len()..)?
    } else {
        inner
    };
    let is_one = text.matches('<').count() == 1 && Shape::Email.fits(inner);
    is_one.then_some(inner)
}

fn has_scheme(text: &str) -> bool {
    text.get(.."mailto:".len())
        .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fault_of_an_email_address_has_a_name() {
        for (text, fault, meant) in [
            ("ann@b.co;bob@b.co", "has two e-mail addresses", None),
            ("ann@b.co, bob@b.co, c@b.co", "has several e-mail addresses", None),
            ("mailto:ann@b.co", "begins with mailto:", Some("ann@b.co")),
            (
                "MAILTO:ann@b.co?subject=x",
                "begins with mailto:",
                Some("ann@b.co"),
            ),
            (
                "Ann Lee <ann@b.co>",
                "has a name before the e-mail address",
                Some("ann@b.co"),
            ),
            (
                "<mailto:ann@b.co>",
                "has angle brackets around it",
                Some("ann@b.co"),
            ),
            ("ann@@b.co", "has two @", None),
            ("a@b@c@d.co", "has several @", None),
            ("ann.b.co", "has no @, so it is not an e-mail address", None),
            ("@b.co", "has nothing before the @", None),
            ("ann@", "has nothing after the @", None),
            ("ann lee@b.co", "has whitespace in it", None),
            ("ann@b,co", "has a comma in it", None),
            ("ann@b:co", "has a colon in it", None),
            ("ann@b.co.", "ends with a dot", Some("ann@b.co")),
            ("ann@b..co", "has two dots in a row", None),
            ("ann.@b.co", "has a dot right before the @", None),
            ("ann@.b.co", "has a dot right after the @", None),
            (".ann@b.co", "begins with a dot", None),
            ("ann@b", "has no dot after the @", None),
        ] {
            assert!(!Shape::Email.fits(text), "{text}");
            assert_eq!((email_fault(text), email_meant(text)), (fault, meant), "{text}");
        }
    }

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
