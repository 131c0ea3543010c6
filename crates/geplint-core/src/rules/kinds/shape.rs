//! The shape that a string should have.

use std::borrow::Cow;

use super::Violation;
use super::violation::quoted;
use crate::finding::{Evidence, Severity};
use crate::rules::Property;
use crate::rules::constraint_line::Constraint;
use crate::text_shape::{Shape, email_addresses, email_fault, email_meant};

/// Returns the string of this shape that another string certainly means: POSIX writes `en_US.UTF-8`, a link
/// `mailto:ann@example.com`.
pub(super) fn meant(shape: Shape, text: &str) -> Option<String> {
    if shape == Shape::Email {
        return email_meant(text).map(str::to_owned);
    }
    let text = text.trim();
    let near = text.split('.').next()?.replace('_', "-");
    (near != text && shape.fits(&near)).then_some(near)
}

pub(super) fn violation(shape: Shape, property: &Property, text: &str) -> Violation<'static> {
    let what = shape.title();
    let (fault, example) = match shape {
        Shape::Email => (Cow::Borrowed(email_fault(text)), "name@example.com"),
        Shape::Culture => (format!("does not look like {what}").into(), "en-US"),
    };
    Violation::warning(
        "odd-shape",
        format!("{} {} {fault}", property.name, quoted(text)),
        "The API probably does not check it, but the value is probably wrong.",
        match meant(shape, text) {
            Some(near) => format!("Did you mean {}?", quoted(&near)),
            None if shape == Shape::Email && email_addresses(text) > 1 => "Send one of them.".to_owned(),
            None => format!("Send {what} such as {example}."),
        },
    )
    .about(property)
}

pub(super) fn listed(shape: Shape, property: &Property) -> Constraint {
    let what = format!("looks like {}", shape.title());
    Constraint::of_row(property, "odd-shape", what, Severity::Warning, Evidence::Inferred)
}
