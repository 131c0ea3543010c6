//! Invisible characters, which codes and user names must not contain, and control characters in other strings.

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;
use crate::rules::text_defects::TextDefects;

pub(super) const RULE: &str = "hidden-character";

/// Returns true if a string has a hidden character or outer whitespace. A string of only whitespace has another
/// finding.
pub(super) fn breaks(text: &str, texts: &TextDefects) -> bool {
    let trimmed = text.trim();
    !trimmed.is_empty() && (trimmed.len() != text.len() || trimmed.chars().any(|c| texts.hidden(c).is_some()))
}

/// Returns the string without hidden characters. `None` if hidden whitespace may separate two words, because the
/// intended string is unknown then.
pub(super) fn meant(text: &str, texts: &TextDefects) -> Option<String> {
    let is_hidden = |c: char| texts.hidden(c).is_some();
    let inner = text.trim_matches(|c: char| c.is_whitespace() || is_hidden(c));
    if inner.is_empty() || inner.chars().any(|c| c.is_whitespace() && is_hidden(c)) {
        return None;
    }
    Some(inner.chars().filter(|c| !is_hidden(*c)).collect())
}

pub(super) fn violation(property: &Property, text: &str, texts: &TextDefects) -> Violation<'static> {
    let place = describe_first(text, texts);
    invisible(property, text, &place, meant(text, texts), "a space")
}

/// Returns the texts for an invisible character, with the text that was meant, or what may replace the character.
fn invisible(
    property: &Property,
    text: &str,
    place: &str,
    meant: Option<String>,
    instead: &str,
) -> Violation<'static> {
    Violation::warning(
        RULE,
        format!("{} {} {place}", property.name, quoted(text)),
        "The character is invisible, and no page says that the API removes it: it makes a different value.",
        match meant {
            Some(meant) => format!("Send {}.", quoted(&meant)),
            None => format!("Remove the character, or replace it with {instead}."),
        },
    )
    .about(property)
}

/// Returns true if a string has a control character other than tabs and line breaks, which strings of several lines
/// have.
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(is_control)
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// Returns the string without control characters. `None` if it has one above DEL, which may be a wrongly decoded
/// letter.
pub(super) fn without_controls(text: &str) -> Option<String> {
    if text.chars().any(|c| is_control(c) && !c.is_ascii()) {
        return None;
    }
    let rest: String = text.chars().filter(|c| !is_control(*c)).collect();
    (!rest.trim().is_empty()).then_some(rest)
}

pub(super) fn violation_of_control(property: &Property, text: &str) -> Violation<'static> {
    let found = text.chars().enumerate().find(|(_, c)| is_control(*c));
    let place = found.map_or_else(String::new, |(index, c)| {
        format!(
            "has a control character (U+{:04X}) as character {}",
            u32::from(c),
            index + 1
        )
    });
    invisible(
        property,
        text,
        &place,
        without_controls(text),
        "the intended letter",
    )
}

/// Describes the first hidden character and its position.
fn describe_first(text: &str, texts: &TextDefects) -> String {
    let title = |c: char| match texts.hidden(c) {
        Some(name) => format!("{name} (U+{:04X})", u32::from(c)),
        None if c == ' ' => "space".to_owned(),
        None => format!("whitespace character (U+{:04X})", u32::from(c)),
    };
    let is_hidden = |c: &char| c.is_whitespace() || texts.hidden(*c).is_some();
    let first = text.chars().next().filter(is_hidden);
    let last = text.chars().next_back().filter(is_hidden);
    match (first, last) {
        (Some(first), Some(last)) => {
            format!("begins with a {} and ends with a {}", title(first), title(last))
        }
        (Some(first), None) => format!("begins with a {}", title(first)),
        (None, Some(last)) => format!("ends with a {}", title(last)),
        (None, None) => {
            let found = text.chars().enumerate().find(|(_, c)| texts.hidden(*c).is_some());
            found.map_or_else(String::new, |(index, c)| {
                format!("has a {} as character {}", title(c), index + 1)
            })
        }
    }
}
