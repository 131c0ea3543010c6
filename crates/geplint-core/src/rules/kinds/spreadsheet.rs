//! Codes that a spreadsheet has changed, and the error values of failed formulas.

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;
use crate::spreadsheet_number::{Number, number};

pub(super) const RULE: &str = "spreadsheet-text";

/// A value with the prefix by which a spreadsheet treats it as text or as a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefixed<'t> {
    /// `'01234`: the value after the apostrophe.
    Apostrophe(&'t str),
    /// `"01234"`: the value between the quotes of a CSV file.
    Marked(&'t str),
    /// `="01234"`: the value between the quotes.
    Quoted(&'t str),
    /// `=A2&B2`.
    Formula,
}

fn prefixed(text: &str) -> Option<Prefixed<'_>> {
    let text = text.trim();
    for mark in ['"', '\''] {
        let inner = text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
        let is_one = |inner: &&str| !inner.trim().is_empty() && !inner.contains(mark);
        if let Some(inner) = inner.filter(is_one) {
            return Some(Prefixed::Marked(inner));
        }
    }
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

/// Returns true if a string is a code that was read as a number, or that has such a prefix.
pub(super) fn is_number(text: &str) -> bool {
    number(text).is_some() || prefixed(text).is_some()
}

/// Returns true if a string is a formula that calls a function: `=VLOOKUP(A2,B:C,2,0)`.
pub(super) fn is_call(text: &str) -> bool {
    let formula = text.trim_start().strip_prefix('=');
    formula
        .map(str::trim_end)
        .and_then(|formula| formula.strip_suffix(')')?.split_once('('))
        .is_some_and(|(name, _)| {
            name.starts_with(|c: char| c.is_ascii_uppercase())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'.')
        })
}

/// Returns the code without the characters that a spreadsheet puts around it.
pub(super) fn meant(text: &str) -> Option<&str> {
    match prefixed(text)? {
        Prefixed::Apostrophe(value) | Prefixed::Quoted(value) | Prefixed::Marked(value) => Some(value),
        Prefixed::Formula => None,
    }
}

pub(super) fn violation_of_number(property: &Property, text: &str) -> Violation<'static> {
    let name = &property.name;
    if let Some(prefixed) = prefixed(text) {
        return violation_of_prefix(property, text, prefixed);
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

fn violation_of_prefix(property: &Property, text: &str, prefixed: Prefixed<'_>) -> Violation<'static> {
    let name = &property.name;
    let (what, help) = match prefixed {
        Prefixed::Apostrophe(value) => (
            "begins with the apostrophe that keeps a number as text in a spreadsheet",
            format!("Send {}.", quoted(value)),
        ),
        Prefixed::Marked(value) => (
            "has quotes around it, as a CSV file has",
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
        "The API interprets none of it: it is part of the value.",
        help,
    )
    .about(property)
}

pub(super) fn violation_of_error(property: &Property, text: &str) -> Violation<'static> {
    if is_call(text) {
        return violation_of_prefix(property, text, Prefixed::Formula);
    }
    let (name, shown) = (&property.name, quoted(text));
    if text.trim().bytes().all(|byte| byte == b'#') {
        return Violation::warning(
            RULE,
            format!("{name} {shown} is what a spreadsheet shows in a column that is too narrow"),
            "The value itself is not in the export. The API treats the number signs as the value.",
            format!("Widen the column, or export the value of {name} in another way."),
        )
        .about(property);
    }
    Violation::warning(
        RULE,
        format!("{name} {shown} is an error value of a spreadsheet"),
        "A formula has failed. The API treats the error as the value.",
        format!("Correct the formula, and send the value of {name}."),
    )
    .about(property)
}
