//! Placeholders for values that were never filled in.

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;

pub(super) const RULE: &str = "placeholder";

pub(super) fn violation(property: &Property, text: &str) -> Violation<'static> {
    Violation::warning(
        RULE,
        format!("{} {} is a placeholder, not a value", property.name, quoted(text)),
        "It is sent literally: the API treats it as the value.",
        if property.required.is_some() {
            format!("Send the value of {}.", property.name)
        } else {
            format!("Send the value of {0}, or leave {0} out.", property.name)
        },
    )
    .about(property)
}
