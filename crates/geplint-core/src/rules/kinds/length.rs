//! The maximum length of a string.

use super::Violation;
use super::violation::quoted;
use crate::json::utf16_len;
use crate::rules::constraint_line::{Constraint, Stated};
use crate::rules::{Claim, Property};

/// Returns the length of a string in UTF-16 units, as .NET counts them, if it exceeds the row's limit.
#[inline]
pub(super) fn over(property: &Property, text: &str) -> Option<usize> {
    let limit = property.max_length? as usize;
    // A string never has fewer UTF-8 bytes than UTF-16 units.
    (text.len() > limit)
        .then(|| utf16_len(text))
        .filter(|length| *length > limit)
}

/// Returns the value of the row's list that a string certainly means.
pub(super) fn meant<'p>(property: &'p Property, text: &str) -> Option<&'p str> {
    property.one_of.as_ref()?.list.as_ref()?.meant(text)
}

pub(super) fn violation<'p>(
    property: &Property,
    claim: &'p Claim,
    length: usize,
    text: &str,
) -> Violation<'p> {
    let limit = property.max_length.unwrap_or(u32::MAX);
    // The unit is characters, unless the platform's count differs.
    let unit = if text.chars().count() == length {
        "characters"
    } else {
        "UTF-16 units"
    };
    let list = property.one_of.as_ref().and_then(|list| list.list.as_ref());
    let help = match (list, meant(property, text)) {
        (_, Some(meant)) => format!("Did you mean {}?", quoted(meant)),
        (Some(list), None) => format!("Send {}.", list.one()),
        (None, None) => format!("Shorten it to {limit} {unit} or fewer."),
    };
    Violation::new(
        claim,
        format!("{} has {length} {unit}, the limit is {limit}", property.name),
        help,
    )
}

pub(super) fn listed(property: &Property) -> Option<Constraint> {
    let (limit, claim) = (property.max_length?, property.too_long.as_deref()?);
    let what = format!("at most {limit} UTF-16 units");
    Some(Constraint::of_row_claim(
        property,
        claim,
        what,
        None,
        Stated::Length,
    ))
}
