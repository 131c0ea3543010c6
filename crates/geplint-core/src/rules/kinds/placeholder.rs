//! Texts that stand for a value that was never filled in.

use super::Words;
use super::finding_text::quoted;
use crate::rules::Property;

pub(super) const RULE: &str = "placeholder";

pub(super) fn words(property: &Property, text: &str) -> Words<'static> {
    Words::warning(
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
