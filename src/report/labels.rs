//! Words for the values of a finding: one spelling for machines, one phrase for people.

use std::fmt::Write;

use crate::finding::{Evidence, Masked, Phase, Predicted, Severity, Target, Unwrapped};
use crate::sanitize::escape;

/// Returns the word for a severity, with the format's own word for advice.
pub const fn severity_or(severity: Severity, advice: &'static str) -> &'static str {
    match severity {
        Severity::Advice => advice,
        other => other.word(),
    }
}

/// Formats the evidence for people: `documented response`.
pub const fn evidence_in_words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Response => "documented response",
        Evidence::Table => "stated in the table",
        Evidence::Inferred => "inferred",
        Evidence::Contradicted => "contradicted by a documented success",
    }
}

/// Returns the phase of the service, as rules files name it.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::None => "none",
        Phase::Bind => "bind",
        Phase::Request => "request",
        Phase::Mandatory => "mandatory",
        Phase::Data => "data",
        Phase::Exception => "exception",
    }
}

/// `value`, `key` or `object`.
pub const fn target(target: Target) -> &'static str {
    match target {
        Target::Value => "value",
        Target::Key => "key",
        Target::Object => "object",
    }
}

/// Formats `the API would answer 400 MandatoryField "UserName is Mandatory" under key "C-100"`. If another answer
/// comes first, states when this one would follow.
pub fn answer(predicted: &Predicted, masked: Option<Masked>) -> String {
    match masked {
        None => format!("the API would answer {}", brief_answer(predicted, masked)),
        Some(_) => brief_answer(predicted, masked),
    }
}

/// The same without the subject: `400 MandatoryField "UserName is Mandatory" under key "C-100"`.
pub fn brief_answer(predicted: &Predicted, masked: Option<Masked>) -> String {
    let mut text = match masked {
        None => "400".to_owned(),
        Some(Masked::Conversion) => "once the other values convert: 400".to_owned(),
        Some(Masked::Request) => "once the request is accepted: 400".to_owned(),
        Some(Masked::Record) => "once the record's errors before it are fixed: 400".to_owned(),
        Some(Masked::Wrapper(then)) => format!("once the records are unwrapped{}: 400", and(then)),
        Some(Masked::SeveralRoots(then)) => format!("once the records are in one list{}: 400", and(then)),
    };
    if !predicted.error_code.is_empty() {
        push(&mut text, format_args!(" {}", escape(&predicted.error_code)));
    }
    push(
        &mut text,
        format_args!(" \"{}\"", escape(&predicted.error_description)),
    );
    push(
        &mut text,
        format_args!(" under key \"{}\"", escape(&predicted.key)),
    );
    if predicted.error_code.is_empty() {
        text.push_str(", with an empty errorCode");
    }
    text
}

/// Returns the condition for an answer besides the place of the records.
const fn and(then: Unwrapped) -> &'static str {
    match then {
        Unwrapped::Answers => "",
        Unwrapped::Conversion => " and the values convert",
        Unwrapped::Request => " and the request is accepted",
        Unwrapped::Record => " and the record's errors before it are fixed",
    }
}

/// Returns the flags that apply the fix.
pub const fn fix_kind(safe: bool) -> &'static str {
    if safe { "--fix" } else { "--fix --unsafe-fixes" }
}

/// Formats a number with commas: `5,000`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a list: `a, b and 3 more`, with at most `most` names.
pub fn list_names(names: &[String], most: usize) -> String {
    let rest = names.len().saturating_sub(most);
    match names {
        _ if rest > 0 => format!("{} and {} more", names[..most].join(", "), thousands(rest as u64)),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// Formats a number and its noun: `1 file`, `2 files`.
pub fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Formats a number with its noun: `5,000 records`.
pub fn thousands_of(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        thousands(number),
        if number == 1 { "" } else { "s" }
    )
}

/// Appends formatted text. Writing to a string cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}
