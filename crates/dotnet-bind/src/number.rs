//! Reads JSON numbers like the platform's general reader.

/// A JSON number that the general reader has read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number<'a> {
    /// A whole number within 64 bits.
    Long(i64),
    /// A whole number beyond 64 bits, as written.
    Big(&'a str),
    /// A number with a fraction or an exponent.
    Double(f64),
}

/// The longest whole number, including its sign, that the general reader accepts, in characters.
const LONGEST_INTEGER: usize = 380;

/// Returns true if a JSON number has neither a fraction nor an exponent.
pub(super) fn is_whole(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a JSON number as the type that its form implies. The error is the reader's sentence.
pub(super) fn read(raw: &str) -> Result<Number<'_>, String> {
    if is_whole(raw) {
        if let Ok(value) = raw.parse() {
            return Ok(Number::Long(value));
        }
        if raw.len() > LONGEST_INTEGER {
            return Err(format!("JSON integer {raw} is too large to parse."));
        }
        return Ok(Number::Big(raw));
    }
    finite(raw).map(Number::Double).ok_or_else(|| not_a_number(raw))
}

/// Returns the double nearest to a JSON number, unless the number is too large.
pub(super) fn finite(raw: &str) -> Option<f64> {
    raw.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Returns the reader's sentence for a number beyond a double.
pub(super) fn not_a_number(raw: &str) -> String {
    format!("Input string '{raw}' is not a valid number.")
}

/// Converts a double to a 64-bit whole number, with ties to even; `None` beyond 64 bits.
pub(super) fn to_long(value: f64) -> Option<i64> {
    // 2 to the power of 63, the first double that is too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let rounded = value.round_ties_even();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and in range, so nothing is cut off"
    )]
    (-LIMIT..LIMIT).contains(&rounded).then_some(rounded as i64)
}

/// Returns true if a JSON number is exactly this whole number, in any form.
pub(super) fn is_exactly(raw: &str, value: i64) -> bool {
    let (written, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|byte| byte.wrapping_sub(b'0'));
    if value == 0 {
        return digits.into_iter().all(|digit| digit == 0);
    }
    // The number of digits before the point after the exponent has moved it. The value is not zero, so it is small.
    let Ok(exponent) = exponent.parse::<i64>() else {
        return false;
    };
    let point = i64::try_from(whole.len())
        .unwrap_or(i64::MAX)
        .saturating_add(exponent);
    let Ok(point) = usize::try_from(point) else {
        return false;
    };
    let zeros = std::iter::repeat_n(0, point.saturating_sub(whole.len() + fraction.len()).min(400));
    let mut all = digits.chain(zeros);
    let read = all
        .by_ref()
        .take(point)
        .try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(digit.into()));
    read == Some(value.unsigned_abs()) && all.all(|digit| digit == 0)
}

/// Formats a double as the platform prints it: 15 digits, with an exponent below 0.0001 and from 1E+15.
pub(super) fn display_double(value: f64) -> String {
    const DIGITS: usize = 15;
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rust rounds ties to even, the platform upwards. With more digits than needed, the rounding is done here.
    let exact = format!("{:.40e}", value.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits = mantissa
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|byte| u64::from(byte - b'0'));
    let mut kept = digits
        .by_ref()
        .take(DIGITS)
        .fold(0, |sum: u64, digit| sum * 10 + digit);
    if digits.next().is_some_and(|digit| digit >= 5) {
        kept += 1;
    }
    if kept >= 10_u64.pow(15) {
        kept /= 10;
        exponent += 1;
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let digits = kept.to_string();
    format!("{sign}{}", layout(digits.trim_end_matches('0'), exponent))
}

/// Formats significant digits and the power of ten of the first one in the platform's general form.
fn layout(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    if !(-4..15).contains(&exponent) {
        let point = if rest.is_empty() { "" } else { "." };
        return format!(
            "{first}{point}{rest}E{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        );
    }
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{:0<zeros$}{digits}", "");
    };
    match digits.split_at_checked(whole) {
        Some(("", fraction)) => format!("0.{fraction}"),
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits:0<whole$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_with_15_digits() {
        for (value, text) in [
            (-0.0, "0"),
            (0.5, "0.5"),
            (1000.0, "1000"),
            (1e14, "100000000000000"),
            (1e15, "1E+15"),
            (1e28, "1E+28"),
            (0.0001, "0.0001"),
            (0.000_01, "1E-05"),
            (-1.5e-7, "-1.5E-07"),
            (12_345_678_901_234_567_890.0, "1.23456789012346E+19"),
            (0.123_456_789_012_345_67, "0.123456789012346"),
            (100_000_000_000_000.5, "100000000000001"),
            (999_999_999_999_999.5, "1E+15"),
            (5e-324, "4.94065645841247E-324"),
            (f64::MAX, "1.79769313486232E+308"),
            (0.012_5, "0.0125"),
            (-123.456, "-123.456"),
        ] {
            assert_eq!(display_double(value), text);
        }
    }

    #[test]
    fn longs_round_halves_to_even() {
        for (value, long) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (-2.5, -2)] {
            assert_eq!(to_long(value), Some(long));
        }
        assert_eq!(to_long(-9_223_372_036_854_775_808.0), Some(i64::MIN));
        assert_eq!(to_long(9_223_372_036_854_775_808.0), None);
        assert_eq!(to_long(f64::NAN), None);
    }

    #[test]
    fn the_form_of_a_number_decides_its_type() {
        assert_eq!(read("-0"), Ok(Number::Long(0)));
        assert_eq!(
            read("9223372036854775808"),
            Ok(Number::Big("9223372036854775808"))
        );
        assert_eq!(read("1e3"), Ok(Number::Double(1000.0)));
        assert_eq!(read("1e-400"), Ok(Number::Double(0.0)));
        assert_eq!(
            read("1E400"),
            Err("Input string '1E400' is not a valid number.".to_owned())
        );
        let long = "9".repeat(380);
        assert_eq!(read(&long), Ok(Number::Big(&long)));
        let longer = "9".repeat(381);
        assert_eq!(
            read(&longer),
            Err(format!("JSON integer {longer} is too large to parse."))
        );
    }
}
