//! Reads booleans and whole numbers from JSON text.

/// The reason why a text is not a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotInteger {
    /// Something other than whitespace, one sign and digits.
    Form,
    /// A whole number beyond 64 bits.
    Range,
}

/// Returns true for what the platform's number parsers skip around a number: only ASCII whitespace.
pub(super) const fn is_number_blank(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0D)
}

/// Returns true if `text` is only NUL characters, which the number parsers accept at the end.
pub(super) fn is_nul_padding(text: &[u8]) -> bool {
    text.iter().all(|&byte| byte == 0)
}

/// Returns the bytes after any leading whitespace of a number.
pub(super) fn skip_number_blanks(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| is_number_blank(byte)).count();
    text.get(spaces..).unwrap_or_default()
}

/// Reads a boolean: `true` or `false` in any case, surrounded by whitespace and NULs.
pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    let word = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if word.eq_ignore_ascii_case("true") {
        Some(true)
    } else if word.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Reads a whole number: whitespace, an optional sign, digits, whitespace, NULs.
pub(super) fn parse_integer(text: &str) -> Result<i64, NotInteger> {
    let rest = skip_number_blanks(text.as_bytes());
    let (negative, rest) = match rest {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, rest),
    };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(count).unwrap_or((rest, &[]));
    if digits.is_empty() || !is_nul_padding(skip_number_blanks(rest)) {
        return Err(NotInteger::Form);
    }
    signed_digits(negative, digits).ok_or(NotInteger::Range)
}

/// Returns the value of ASCII digits, or `None` beyond 64 bits.
fn signed_digits(negative: bool, digits: &[u8]) -> Option<i64> {
    // Counting downwards, because the negative range is larger by one.
    let below = digits.iter().try_fold(0_i64, |value, byte| {
        value.checked_mul(10)?.checked_sub(i64::from(byte - b'0'))
    })?;
    if negative {
        Some(below)
    } else {
        below.checked_neg()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_may_be_surrounded_by_whitespace_and_nuls() {
        assert_eq!(parse_boolean(" \0 tRuE\0\u{2003}\t"), Some(true));
        assert_eq!(parse_boolean("\u{a0}FALSE"), Some(false));
        assert_eq!(parse_boolean("tr\0ue"), None);
        assert_eq!(parse_boolean("1"), None);
        assert_eq!(parse_boolean(""), None);
    }

    #[test]
    fn integers_accept_whitespace_one_sign_and_trailing_nuls() {
        assert_eq!(parse_integer("\t+017 \0\0"), Ok(17));
        assert_eq!(parse_integer("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(parse_integer("9223372036854775808"), Err(NotInteger::Range));
        for text in [
            "", " ", "+", "--1", "+ 1", "1-", "1.0", "1e3", "1\0 ", "\u{a0}1", "\u{661}",
        ] {
            assert_eq!(parse_integer(text), Err(NotInteger::Form), "{text:?}");
        }
    }
}
