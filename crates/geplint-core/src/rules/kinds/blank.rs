//! Whitespace in place of a value.

use super::Violation;
use crate::rules::Property;

/// The position of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextPosition {
    /// The value of the row; not empty.
    Row,
    /// An element of the row's array.
    Element,
}

/// Returns true if a string is only whitespace, and whitespace is not a value at this position.
#[inline]
pub(super) fn breaks(property: &Property, text: &str, position: TextPosition) -> bool {
    match position {
        TextPosition::Row => property.blank_is_missing && is_blank(text),
        TextPosition::Element => !text.is_empty() && is_blank(text),
    }
}

/// Returns true if a string is only whitespace.
#[inline]
pub(super) fn is_blank(text: &str) -> bool {
    !text.as_bytes().first().is_some_and(u8::is_ascii_graphic) && text.trim().is_empty()
}

pub(super) fn violation(property: &Property) -> Violation<'static> {
    Violation::warning(
        "blank",
        format!("{} contains only whitespace", property.name),
        "Whether the API treats whitespace as a value is not documented.",
        format!("Give {} a value.", property.name),
    )
    .about(property)
}
