//! Codes that a spreadsheet has changed to numbers.

/// The form of a number written by a spreadsheet, or by a program that reads one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number<'t> {
    /// `1.00E+17`: only the first digits remain.
    Shortened,
    /// `1001.0`: the digits before the point.
    Decimal(&'t str),
}

/// Returns the number that a code was read as; `None` if it is not one.
pub(crate) fn number(text: &str) -> Option<Number<'_>> {
    let text = text.trim();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(whole) = text.strip_suffix(".0").filter(|whole| digits(whole)) {
        return Some(Number::Decimal(whole));
    }
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let (first, rest) = mantissa.split_at_checked(1)?;
    let fraction = rest.is_empty() || rest.strip_prefix('.').is_some_and(digits);
    (digits(first) && fraction && exponent.strip_prefix('+').is_some_and(digits)).then_some(Number::Shortened)
}
