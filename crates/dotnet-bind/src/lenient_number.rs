//! Numbers as the platform's reader accepts them, valid in RFC 8259 or not.

use std::borrow::Cow;

use super::number;

/// A number that is read without a declared type.
#[derive(Debug, Clone, PartialEq)]
pub enum General {
    /// A whole number within 64 bits.
    Long(i64),
    /// A whole number beyond 64 bits.
    Big,
    /// A number with a fraction or an exponent.
    Double(f64),
}

/// The type as which a number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    General,
    Text,
    Int,
    Decimal,
}

/// Returns true if it is a number in RFC 8259.
pub(super) fn is_standard(raw: &str) -> bool {
    let unsigned = raw.strip_prefix('-').unwrap_or(raw);
    let leading = unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    !leading && is_float(raw, false)
}

/// Returns true for digits with an optional point and exponent; `loose` allows a point at either end.
fn is_float(raw: &str, loose: bool) -> bool {
    let unsigned = raw.strip_prefix('-').unwrap_or(raw);
    let (written, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((written, exponent)) => (written, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (whole, fraction) = match written.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (written, None),
    };
    let filled = if loose {
        whole.len() + fraction.map_or(0, str::len) > 0
    } else {
        !whole.is_empty() && fraction.is_none_or(|fraction| !fraction.is_empty())
    };
    exponent_fits && filled && digits(whole) && fraction.is_none_or(digits)
}

/// Reads a number with a leading zero that is not decimal: hexadecimal or octal. `None` for all others.
fn other_base(raw: &str, bits: u32) -> Option<Result<i64, ()>> {
    let [b'0', second, ..] = raw.as_bytes() else {
        return None;
    };
    if matches!(second, b'.' | b'e' | b'E') {
        return None;
    }
    let (digits, base) = match second {
        b'x' | b'X' => (raw.get(2..).unwrap_or(""), 16),
        _ => (raw, 8),
    };
    // A sign is not allowed anywhere, and the highest bit counts as one.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(Err(()));
    }
    let read = u64::from_str_radix(digits, base).map_err(|_| ());
    Some(read.and_then(|value| {
        match bits {
            32 => u32::try_from(value)
                .map(|value| i64::from(value.cast_signed()))
                .map_err(|_| ()),
            _ => Ok(value.cast_signed()),
        }
    }))
}

/// Returns the equal form in RFC 8259 of a decimal number.
fn standard(raw: &str) -> Cow<'_, str> {
    if is_standard(raw) {
        return Cow::Borrowed(raw);
    }
    let (sign, unsigned) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let at = unsigned.find(['e', 'E']).unwrap_or(unsigned.len());
    let (written, exponent) = unsigned.split_at(at);
    let (whole, fraction) = match written.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (written, None),
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.map_or_else(String::new, |fraction| {
        format!(".{}", if fraction.is_empty() { "0" } else { fraction })
    });
    Cow::Owned(format!("{sign}{whole}{fraction}{exponent}"))
}

/// Reads a number without a declared type. The error is the reader's sentence.
pub fn general(raw: &str) -> Result<General, String> {
    let standard = number_for(raw, Wanted::General)?;
    Ok(match number::read(&standard)? {
        number::Number::Long(value) => General::Long(value),
        number::Number::Big(_) => General::Big,
        number::Number::Double(value) => General::Double(value),
    })
}

/// Returns true if it has the form of a number, so that only its size can be wrong.
pub fn is_beyond(raw: &str) -> bool {
    other_base(raw, 64).is_none() && is_float(raw, true)
}

/// Returns the number in RFC 8259 that the reader takes it for. The error is the reader's sentence.
pub(super) fn number_for(raw: &str, wanted: Wanted) -> Result<Cow<'_, str>, String> {
    let what = match wanted {
        Wanted::General | Wanted::Text => "number",
        Wanted::Int => "integer",
        Wanted::Decimal => "decimal",
    };
    let invalid = || format!("Input string '{raw}' is not a valid {what}.");
    let bits = if wanted == Wanted::Int { 32 } else { 64 };
    if let Some(value) = other_base(raw, bits) {
        return value
            .map(|value| Cow::Owned(value.to_string()))
            .map_err(|()| invalid());
    }
    if is_standard(raw) {
        return Ok(Cow::Borrowed(raw));
    }
    let unsigned = raw.strip_prefix('-').unwrap_or(raw);
    let whole = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match wanted {
        Wanted::General | Wanted::Text => is_float(raw, true),
        Wanted::Int => whole,
        Wanted::Decimal => false,
    };
    if fits { Ok(standard(raw)) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_type_decides() {
        use Wanted::{Decimal, General, Int, Text};
        for (raw, wanted, is) in [
            ("0x1F", General, Some("31")),
            ("0x1F", Int, Some("31")),
            ("0xFFFFFFFF", Int, Some("-1")),
            ("0xFFFFFFFF", General, Some("4294967295")),
            ("0xFFFFFFFFFFFFFFFF", Decimal, Some("-1")),
            ("0x", General, None),
            ("-0x1", General, None),
            ("017", Int, Some("15")),
            ("018", Int, None),
            ("-017", Int, Some("-17")),
            ("-017", General, Some("-17")),
            ("-017", Decimal, None),
            (".5", Text, Some("0.5")),
            ("5.", General, Some("5.0")),
            ("5.", Decimal, None),
            (".5", Int, None),
            (".", General, None),
            ("1e", General, None),
            ("1-2", Text, None),
            ("-", Int, None),
            ("1.5", Int, Some("1.5")),
        ] {
            assert_eq!(number_for(raw, wanted).ok().as_deref(), is, "{raw} {wanted:?}");
        }
    }
}
