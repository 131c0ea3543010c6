//! The platform's 96-bit decimal, read from text and from JSON numbers.

use std::fmt;

use super::text::{is_nul_padding, is_number_blank, skip_number_blanks};

/// A decimal number as the platform stores it: up to 96 bits of digits, up to 28 of them after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits, without the point.
    mantissa: u128,
    /// The number of digits after the point.
    scale: u8,
    /// True if the number is below zero; never for a zero.
    negative: bool,
}

/// The reason why a text or number is not a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotDecimal {
    /// Not in the form of a decimal, or out of range; the reader has a sentence for it.
    Refused,
    /// The reader's own arithmetic overflows, and its exception is returned.
    Overflow,
    /// The reader's own arithmetic needs more digits after the point than are possible.
    Scale,
}

impl NotDecimal {
    /// Returns the sentence that is reported, if it is not the reader's usual one.
    pub(super) const fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Refused => None,
            Self::Overflow => Some("Value was either too large or too small for a Decimal."),
            Self::Scale => {
                Some("Decimal's scale value must be between 0 and 28, inclusive.\nParameter name: scale")
            }
        }
    }
}

/// The largest number of digits after the point.
const MAX_SCALE: i32 = 28;
/// The largest mantissa: 96 bits.
const MAX: u128 = (1 << 96) - 1;
/// The first 28 digits of [`MAX`]; the last digit of `MAX` is a 5.
const MAX_HIGH: u128 = MAX / 10;

impl Decimal {
    /// Returns a decimal with these digits; a zero loses its sign.
    const fn new(negative: bool, mantissa: u128, scale: u8) -> Self {
        Self {
            mantissa,
            scale,
            negative: negative && mantissa != 0,
        }
    }

    /// Returns true if it is exactly the number in `text`, whatever else surrounds the digits.
    pub(super) fn is_exactly(self, text: &str) -> bool {
        let written = text.split(['e', 'E']).next().unwrap_or_default();
        let digits = written
            .bytes()
            .filter(u8::is_ascii_digit)
            .skip_while(|&digit| digit == b'0');
        let mut kept = self.mantissa;
        while kept != 0 && kept.is_multiple_of(10) {
            kept /= 10;
        }
        let mut unit = 1;
        while kept / unit >= 10 {
            unit *= 10;
        }
        for digit in digits {
            let expected = kept.checked_div(unit).unwrap_or(0) % 10;
            if u128::from(digit - b'0') != expected {
                return false;
            }
            unit /= 10;
        }
        // Every kept digit matched. The kept digits do not end in a zero, so either none is missing or all are.
        kept == 0 || unit == 0
    }
}

impl fmt::Display for Decimal {
    /// Formats the digits with the zeros after the point that the platform keeps: `1000.50`, `-3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let unit = power(i32::from(self.scale));
        let width = usize::from(self.scale);
        write!(f, "{sign}{}", self.mantissa / unit)?;
        if width > 0 {
            write!(f, ".{:0width$}", self.mantissa % unit)?;
        }
        Ok(())
    }
}

/// Returns ten to the power of `exponent`; 1 for a negative exponent, and 10^38 for any that would not fit.
fn power(exponent: i32) -> u128 {
    10_u128.pow(u32::try_from(exponent).unwrap_or(0).min(38))
}

/// Reads a decimal from a text: first as plain digits, then in the form with an exponent.
pub(super) fn from_text(text: &str) -> Result<Decimal, NotDecimal> {
    plain(text).map_or_else(|| from_number(text), Ok)
}

/// The digits of a plain number: only the first 50 significant ones count.
struct Plain {
    negative: bool,
    digits: [u8; 50],
    count: usize,
    /// The power of ten by which the digits, read as a fraction `0.ddd`, are multiplied.
    exponent: i32,
}

/// Reads a number with a sign before or after it, thousands commas and a point, but no exponent.
fn plain(text: &str) -> Option<Decimal> {
    let mut rest = skip_number_blanks(text.as_bytes());
    let mut sign = take_sign(&mut rest);
    let mut number = Plain {
        negative: false,
        digits: [0; 50],
        count: 0,
        exponent: 0,
    };
    number.take_digits(&mut rest)?;
    // After the number, spaces and a sign (if there was none before) may come in any order.
    while let [byte, tail @ ..] = rest {
        if is_number_blank(*byte) {
            rest = tail;
        } else if sign.is_none() && matches!(byte, b'+' | b'-') {
            sign = take_sign(&mut rest);
        } else {
            break;
        }
    }
    number.negative = sign == Some(b'-');
    is_nul_padding(rest).then(|| number.round()).flatten()
}

/// Removes a sign from the front.
fn take_sign(rest: &mut &[u8]) -> Option<u8> {
    let [sign @ (b'+' | b'-'), tail @ ..] = *rest else {
        return None;
    };
    *rest = tail;
    Some(*sign)
}

impl Plain {
    /// Removes digits, commas and the point from the front; `None` without any digit.
    fn take_digits(&mut self, rest: &mut &[u8]) -> Option<()> {
        let (mut any, mut point) = (false, false);
        while let [byte, tail @ ..] = *rest {
            match byte {
                b'0'..=b'9' => {
                    any = true;
                    self.push(*byte - b'0', point);
                }
                b'.' if !point => point = true,
                b',' if any && !point => {}
                _ => break,
            }
            *rest = tail;
        }
        any.then_some(())
    }

    /// Appends one digit, which is before or after the point.
    fn push(&mut self, digit: u8, after_point: bool) {
        if digit == 0 && self.count == 0 {
            self.exponent -= i32::from(after_point);
            return;
        }
        if let Some(place) = self.digits.get_mut(self.count) {
            *place = digit;
            self.count += 1;
        }
        // Digits that do not fit still move the point.
        self.exponent += i32::from(!after_point);
    }

    /// Fits the digits into 96 bits, with ties to even; `None` if even the integer part is too large.
    fn round(&self) -> Option<Decimal> {
        let mut digits = self.digits.iter().take(self.count).copied();
        let mut exponent = self.exponent;
        if self.count == 0 {
            let scale = u8::try_from(-exponent.clamp(-MAX_SCALE, 0)).unwrap_or(0);
            return Some(Decimal::new(self.negative, 0, scale));
        }
        let mut mantissa = 0;
        let mut next = digits.next();
        while (exponent > 0 || (next.is_some() && exponent > -MAX_SCALE)) && fits(mantissa, next.unwrap_or(0))
        {
            mantissa = mantissa * 10 + u128::from(next.unwrap_or(0));
            exponent -= 1;
            next = digits.next();
        }
        let half = next == Some(5) && mantissa.is_multiple_of(2) && digits.all(|digit| digit == 0);
        if next.is_some_and(|digit| digit >= 5) && !half {
            mantissa += 1;
            if mantissa > MAX {
                mantissa = MAX_HIGH + 1;
                exponent += 1;
            }
        }
        if exponent > 0 {
            return None;
        }
        if exponent < -MAX_SCALE {
            return Some(Decimal::new(self.negative, 0, 28));
        }
        Some(Decimal::new(
            self.negative,
            mantissa,
            u8::try_from(-exponent).unwrap_or(0),
        ))
    }
}

/// Returns true if another digit can be appended.
const fn fits(mantissa: u128, digit: u8) -> bool {
    mantissa < MAX_HIGH || (mantissa == MAX_HIGH && digit <= 5)
}

/// The parsed digits of a number with a fraction and an exponent.
#[derive(Default)]
struct Scientific {
    /// The digits kept so far.
    mantissa: u128,
    /// The number of digits kept, including leading zeros unless they are before the point.
    kept: i32,
    /// The number of digits dropped.
    dropped: i32,
    /// The first digit dropped.
    first_dropped: Option<u8>,
    /// True if only 28 digits fit; known once there are that many.
    only_28: Option<bool>,
    /// The offset of the start of the fraction.
    fraction_start: Option<usize>,
    /// The offset of the exponent's letter.
    fraction_end: Option<usize>,
    /// The exponent as written, in 32 bits that wrap around.
    exponent: i32,
}

/// Reads a decimal from a JSON number, or from a text in that form; `1e+` is accepted too.
///
/// The reader uses wrapping 32-bit arithmetic and decimal arithmetic of its own, both of which show at the edges. They
/// are reproduced here step by step.
pub(super) fn from_number(raw: &str) -> Result<Decimal, NotDecimal> {
    let negative = raw.starts_with('-');
    let body = raw.strip_prefix('-').unwrap_or(raw).as_bytes();
    let number = Scientific::read(body).ok_or(NotDecimal::Refused)?;
    let fraction = number.fraction_start.map_or(0, |start| {
        let end = number.fraction_end.unwrap_or(body.len());
        i32::try_from(end.saturating_sub(start)).unwrap_or(i32::MAX)
    });
    let exponent = number
        .exponent
        .wrapping_add(number.dropped)
        .wrapping_sub(fraction);
    let (mantissa, scale) = if exponent > 0 {
        (number.shift_up(exponent)?, 0)
    } else {
        number.shift_down(exponent)?
    };
    Ok(Decimal::new(negative, mantissa, scale))
}

impl Scientific {
    /// Parses the digits; `None` if the form is invalid.
    fn read(body: &[u8]) -> Option<Self> {
        let mut number = Self::default();
        let mut at = 0;
        if let [b'0', next, ..] = body {
            // A zero before the point is not a digit of the mantissa. Only the point or an exponent may follow it.
            if !matches!(next, b'.' | b'e' | b'E') {
                return None;
            }
            at = 1;
        }
        while let Some(&byte) = body.get(at) {
            match byte {
                b'.' if at > 0 && at + 1 < body.len() && number.fraction_start.is_none() => {
                    number.fraction_start = Some(at + 1);
                }
                b'e' | b'E' if at > 0 && number.fraction_start != Some(at) => {
                    number.fraction_end = Some(at);
                    number.exponent = read_exponent(body.get(at + 1..).unwrap_or_default())?;
                    break;
                }
                b'0'..=b'9' => number.push(byte - b'0'),
                _ => return None,
            }
            at += 1;
        }
        (!body.is_empty()).then_some(number)
    }

    /// Keeps a digit while there is room, otherwise records that one was dropped.
    fn push(&mut self, digit: u8) {
        let mantissa = self.mantissa;
        let only_28 = self.kept == 28 && *self.only_28.get_or_insert(!fits(mantissa, digit));
        if self.kept < 29 && !only_28 {
            self.mantissa = mantissa * 10 + u128::from(digit);
            self.kept += 1;
        } else {
            self.first_dropped.get_or_insert(digit);
            self.dropped = self.dropped.wrapping_add(1);
        }
    }

    /// Returns the mantissa times ten to the power of `exponent`, which is above zero.
    fn shift_up(&self, exponent: i32) -> Result<u128, NotDecimal> {
        let digits = self.kept.wrapping_add(exponent);
        if digits > 29 {
            return Err(NotDecimal::Refused);
        }
        if digits < 29 {
            // Only the lowest byte of the exponent reaches the reader's power of ten.
            let [power_of_ten, ..] = exponent.to_le_bytes();
            return if i32::from(power_of_ten) > MAX_SCALE {
                Err(NotDecimal::Scale)
            } else {
                Ok(self.mantissa * power(i32::from(power_of_ten)))
            };
        }
        let high = self.mantissa * power(exponent - 1);
        let too_large = if exponent > 1 {
            high > MAX_HIGH
        } else {
            high == MAX_HIGH && self.first_dropped.is_some_and(|digit| digit > 5)
        };
        if too_large {
            return Err(NotDecimal::Refused);
        }
        let value = high * 10;
        if value > MAX {
            Err(NotDecimal::Overflow)
        } else {
            Ok(value)
        }
    }

    /// Returns the mantissa and scale with `-exponent` digits after the point; `exponent` is at most zero.
    fn shift_down(&self, exponent: i32) -> Result<(u128, u8), NotDecimal> {
        let mut mantissa = self.mantissa;
        if exponent >= -MAX_SCALE && self.first_dropped.is_some_and(|digit| digit >= 5) {
            mantissa += 1;
            if mantissa > MAX {
                return Err(NotDecimal::Overflow);
            }
        }
        if self.kept.wrapping_add(exponent).wrapping_add(MAX_SCALE) <= 0 && exponent < 0 {
            return Ok((0, 0));
        }
        if exponent >= -MAX_SCALE {
            return Ok((mantissa, u8::try_from(-exponent).unwrap_or(0)));
        }
        Ok(beyond_28(mantissa, -MAX_SCALE - exponent))
    }
}

/// Parses the digits of an exponent after its letter, in 32 bits that wrap around.
fn read_exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [] => return None,
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let mut exponent = 0_i32;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        let next = exponent.wrapping_mul(10).wrapping_add(i32::from(byte - b'0'));
        // The platform means to stop at an overflow, and does if the overflow makes the value smaller.
        exponent = exponent.max(next);
    }
    Some(if negative {
        exponent.wrapping_neg()
    } else {
        exponent
    })
}

/// Returns `mantissa` with 28 digits after the point, divided by ten `more` times, with ties to even.
fn beyond_28(mut mantissa: u128, more: i32) -> (u128, u8) {
    // The reader first divides, which drops trailing zeros, and then multiplies, which rounds.
    let mut scale = if mantissa == 0 { 0 } else { MAX_SCALE };
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    scale = scale.saturating_add(more);
    if scale > MAX_SCALE + 19 && mantissa <= u128::from(u32::MAX) {
        // Small numbers take a shortcut that ignores how many zeros there were.
        return (0, 0);
    }
    let excess = (scale - MAX_SCALE).max(0);
    let unit = power(excess);
    let (kept, lost) = (mantissa / unit, mantissa % unit);
    let up = lost * 2 > unit || (lost * 2 == unit && !kept.is_multiple_of(2));
    (
        kept + u128::from(up),
        u8::try_from(scale.min(MAX_SCALE)).unwrap_or(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        from_text(text).map_or_else(|error| format!("{error:?}"), |value| value.to_string())
    }

    fn number(raw: &str) -> String {
        from_number(raw).map_or_else(|error| format!("{error:?}"), |value| value.to_string())
    }

    #[test]
    fn strings_are_converted() {
        for (given, expected) in [
            ("1000,50", "100050"),
            ("1,000.50", "1000.50"),
            ("1,,2", "12"),
            ("1,.5", "1.5"),
            (".5", "0.5"),
            ("5.", "5"),
            (" -1.50 \0\0", "-1.50"),
            ("1 - ", "-1"),
            ("1+", "1"),
            ("-0.00", "0.00"),
            ("1e+", "1"),
            ("1.5e-3", "0.0015"),
            ("79228162514264337593543950334.5", "79228162514264337593543950334"),
            ("7922816251426433759354395033.55", "7922816251426433759354395034"),
            ("79228162514264337593543950335.5", "Overflow"),
            ("12345e2147483647", "Scale"),
            ("1e99999999999", "Refused"),
        ] {
            assert_eq!(text(given), expected, "{given:?}");
        }
        for given in [
            "", ".", "-", ",1", "- 1", "-1-", "(1)", "$1", "1.,5", "1.000,50", "1 000", "+1e5", "1\0 ",
        ] {
            assert_eq!(text(given), "Refused", "{given:?}");
        }
    }

    #[test]
    fn numbers() {
        for (given, expected) in [
            ("-0", "0"),
            ("0.00", "0.00"),
            ("0e30", "Refused"),
            ("1e28", "10000000000000000000000000000"),
            ("1e29", "Refused"),
            ("1.5e-28", "0.0000000000000000000000000002"),
            ("2.5e-28", "0.0000000000000000000000000002"),
            ("1000e-30", "0.000000000000000000000000001"),
            ("5e-29", "0"),
            ("80000000000000000000000000000", "Overflow"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
            ("79228162514264337593543950336", "Refused"),
            ("79228162514264337593543950335.4", "79228162514264337593543950335"),
        ] {
            assert_eq!(number(given), expected, "{given}");
        }
    }

    #[test]
    fn lost_digits_are_noticed() {
        for given in [
            "0",
            "0.00",
            "1,000.50",
            " 12 ",
            "1e3",
            "1.500e-3",
            "100",
            "0.10",
            "79228162514264337593543950335",
        ] {
            assert!(
                from_text(given).is_ok_and(|value| value.is_exactly(given)),
                "{given}"
            );
        }
        for given in [
            "1e-29",
            "0.12345678901234567890123456789012345",
            "1.00000000000000000000000000001",
        ] {
            assert!(
                from_text(given).is_ok_and(|value| !value.is_exactly(given)),
                "{given}"
            );
        }
    }
}
