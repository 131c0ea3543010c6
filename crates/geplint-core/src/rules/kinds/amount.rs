//! Amounts below zero.

use super::Violation;
use super::violation::shortened;
use crate::rules::Property;

pub(super) const RULE: &str = "negative-amount";

/// Returns true if a number, as written, is below zero. A string that is not a number is left to the check of the
/// type.
pub(super) fn is_negative(text: &str) -> bool {
    let digits = text.trim().strip_prefix('-');
    let digits = digits.map(|digits| digits.split(['e', 'E']).next().unwrap_or_default());
    digits.is_some_and(|digits| digits.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
}

pub(super) fn violation(property: &Property, text: &str) -> Violation<'static> {
    Violation::warning(
        RULE,
        format!("{} {} is negative", property.name, shortened(text)),
        "No page says what a negative amount means, and no example has one.",
        format!("Send an amount of 0 or more, or leave {} out.", property.name),
    )
    .about(property)
}
