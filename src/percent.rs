//! Percent-encoding in URLs and forms.

use std::fmt::Write as _;

/// Decodes `%5B` and the like. `None` if a percent sign is not followed by two hexadecimal digits.
pub fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(*byte);
        }
    }
    Some(out)
}

/// Encodes a path: everything except `/` and what RFC 3986 calls unreserved.
pub fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_percent_sign_is_decoded_or_an_error() {
        assert_eq!(decoded(b"a%5B%c3%BC+").as_deref(), Some("a[\u{fc}+".as_bytes()));
        assert_eq!(decoded(b"%00%25").as_deref(), Some(&b"\0%"[..]));
        for wrong in [&b"%"[..], b"%4", b"%+1", b"%g0", b"a%%41"] {
            assert_eq!(decoded(wrong), None, "{wrong:?}");
        }
    }
}
