//! Codes that a spreadsheet has changed, and the error values of failed formulas.

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;
use crate::spreadsheet_number::{Number, number};

pub(super) const RULE: &str = "spreadsheet-text";

/// A value with the characters that a spreadsheet writes in front of it to keep it as text or to compute it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefixed<'t> {
    /// `'01234`: the value after the apostrophe.
    Apostrophe(&'t str),
    /// `="01234"`: the value between the quotes.
    Quoted(&'t str),
    /// `=A2&B2`.
    Formula,
}

fn prefixed(text: &str) -> Option<Prefixed<'_>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('\'') {
        let is_code = rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && !rest.contains('\'');
        return is_code.then_some(Prefixed::Apostrophe(rest));
    }
    let formula = text.strip_prefix('=')?;
    let inner = formula.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| !inner.trim().is_empty() && !inner.contains('"')) {
        Some(inner) => Some(Prefixed::Quoted(inner)),
        None => formula
            .starts_with(|c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '"' | '$' | '(' | '+' | '-' | '\'')
            })
            .then_some(Prefixed::Formula),
    }
}

/// Returns true if a text is a code that was read as a number, or that was written for a spreadsheet.
pub(super) fn is_number(text: &str) -> bool {
    number(text).is_some() || prefixed(text).is_some()
}

/// Returns the code without what a spreadsheet puts around it.
pub(super) fn meant(text: &str) -> Option<&str> {
    match prefixed(text)? {
        Prefixed::Apostrophe(value) | Prefixed::Quoted(value) => Some(value),
        Prefixed::Formula => None,
    }
}

pub(super) fn words_of_number(property: &Property, text: &str) -> Violation<'static> {
    let name = &property.name;
    if let Some(prefixed) = prefixed(text) {
        return words_of_prefix(property, text, prefixed);
    }
    let (what, help) = match number(text) {
        Some(Number::Decimal(whole)) => (
            "has a decimal place: it was probably read as a number",
            format!(
                "Send {}, with the leading zeros that the number has lost, and keep the column as text.",
                quoted(whole)
            ),
        ),
        _ => (
            "is a number that a spreadsheet has shortened: digits are lost",
            format!("Format the column of {name} as text, and export it again."),
        ),
    };
    Violation::warning(
        RULE,
        format!("{name} {} {what}", quoted(text)),
        "Spreadsheets turn codes of digits into numbers. The API treats the result as another code.",
        help,
    )
    .about(property)
}

fn words_of_prefix(property: &Property, text: &str, prefixed: Prefixed<'_>) -> Violation<'static> {
    let name = &property.name;
    let (what, help) = match prefixed {
        Prefixed::Apostrophe(value) => (
            "begins with the apostrophe that keeps a number as text in a spreadsheet",
            format!("Send {}.", quoted(value)),
        ),
        Prefixed::Quoted(value) => (
            "is a formula that keeps a number as text in a spreadsheet",
            format!("Send {}.", quoted(value)),
        ),
        Prefixed::Formula => (
            "is a formula of a spreadsheet, not its value",
            format!("Export the value of {name}, not its formula."),
        ),
    };
    Violation::warning(
        RULE,
        format!("{name} {} {what}", quoted(text)),
        "Only a spreadsheet interprets it. The API treats it as part of the code.",
        help,
    )
    .about(property)
}

pub(super) fn words_of_error(property: &Property, text: &str) -> Violation<'static> {
    Violation::warning(
        RULE,
        format!(
            "{} {} is an error value of a spreadsheet",
            property.name,
            quoted(text)
        ),
        "A formula has failed. The API treats the error as the value.",
        format!("Correct the formula, and send the value of {}.", property.name),
    )
    .about(property)
}
