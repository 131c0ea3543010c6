//! The shape that a string should have.

use super::Violation;
use super::violation::quoted;
use crate::finding::{Evidence, Severity};
use crate::rules::Property;
use crate::rules::constraint_line::Constraint;
use crate::text_shape::Shape;

/// Returns the string of this shape that another string certainly means: POSIX writes `en_US.UTF-8`.
pub(super) fn meant(shape: Shape, text: &str) -> Option<String> {
    if shape != Shape::Culture {
        return None;
    }
    let text = text.trim();
    let near = text.split('.').next()?.replace('_', "-");
    (near != text && shape.fits(&near)).then_some(near)
}

pub(super) fn violation(shape: Shape, property: &Property, text: &str) -> Violation<'static> {
    let what = shape.title();
    let example = match shape {
        Shape::Email => "name@example.com",
        Shape::Culture => "en-US",
    };
    Violation::warning(
        "odd-shape",
        format!("{} {} does not look like {what}", property.name, quoted(text)),
        "The API probably does not check it, but the value is probably wrong.",
        match meant(shape, text) {
            Some(near) => format!("Did you mean {}?", quoted(&near)),
            None => format!("Send {what} such as {example}."),
        },
    )
    .about(property)
}

pub(super) fn listed(shape: Shape, property: &Property) -> Constraint {
    let what = format!("looks like {}", shape.title());
    Constraint::of_row(property, "odd-shape", what, Severity::Warning, Evidence::Inferred)
}
