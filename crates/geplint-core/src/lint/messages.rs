//! The messages of findings that no row of a table states. Nothing is decided here; the caller selects the message.
//! The messages of a constraint kind are in the file of the kind.

use std::borrow::Cow;

use crate::finding::{Evidence, Phase, Severity, Target, Wording};
use crate::rules::{Claim, Property, Type, Violation, quoted, shortened};
use dotnet_bind::{Change, Json};

/// Fills a template. Inserted values are not expanded again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let known = values.iter().find(|(name, _)| {
            rest[1..]
                .strip_prefix(name)
                .is_some_and(|tail| tail.starts_with('}'))
        });
        let (text, skip) = known.map_or(("{", 1), |(name, value)| (*value, name.len() + 2));
        out.push_str(text);
        rest = &rest[skip..];
    }
    out + rest
}

/// Returns the violation for a placeholder in place of a value or a name, in a file that is sent as it is. `written`
/// includes the quotes.
pub(super) fn not_filled_in(
    property: Option<&Property>,
    written: &str,
    target: Target,
) -> Violation<'static> {
    let bare = written.trim_matches('"');
    let shown = if bare.len() < written.len() {
        quoted(bare)
    } else {
        format!("`{}`", shortened(bare))
    };
    let (what, property) = match (property, target) {
        (_, Target::Key) => ("name", None),
        (property, _) => ("value", property),
    };
    let subject = property.map_or_else(String::new, |property| format!("{} ", property.name));
    let is_text = property.is_none_or(|property| matches!(property.ty, Type::String | Type::StringList));
    let why = if is_text {
        "It is sent literally: the API treats it as the value."
    } else {
        "It is sent literally, and the API cannot convert it."
    };
    let help = match property {
        Some(property) if property.required.is_some() => format!("Send the value of {}.", property.name),
        Some(Property { name, .. }) => format!("Send the value of {name}, or leave {name} out."),
        None => format!("Replace it with the {what}."),
    };
    let message = match property {
        Some(_) => format!("{subject}{shown} is a placeholder, not a {what}"),
        None => format!("{shown} is a placeholder, not a {what}"),
    };
    if bare.len() == written.len() {
        let message = format!("not JSON: {message}");
        let why = "The file is a template. Sent as it is, the API cannot read it.";
        return Violation::error("syntax", Phase::None, message, why, help);
    }
    Violation::warning("placeholder", message, why, help)
}

/// Returns the claim of a finding of severity advice.
pub(super) const fn advice(rule: &'static str) -> Claim {
    Claim {
        rule: Cow::Borrowed(rule),
        evidence: Evidence::Inferred,
        severity: Severity::Advice,
        wording: Wording::Inferred,
        phase: Phase::None,
        answer: None,
        source: Cow::Borrowed(""),
        note: Cow::Borrowed("The file does not contain the value that replaces it when the request is sent."),
    }
}

/// Returns the message and the help for the unknown values of a request in a collection.
pub(super) fn unknown_values(names: &[&str]) -> (String, String) {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    let more = names.len().saturating_sub(SHOWN);
    let list = match (shown.as_slice(), more) {
        ([one], 0) => (*one).to_owned(),
        ([head @ .., last], 0) => format!("{} and {last}", head.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    };
    let message =
        format!("no value is known for {list}: the parts of the request that use them are not checked");
    let help = "Give values with --env FILE or --var NAME=VALUE.".to_owned();
    (message, help)
}

/// Returns why a constraint holds: the note of its row, or the general reason. Reports show the evidence beside it.
pub(super) fn reason(claim: &Claim) -> Cow<'_, str> {
    let note = claim.note.trim_end_matches('.');
    match (claim.evidence, note) {
        (Evidence::Contradicted, "") => {
            "The table says so, but a documented success request contradicts it.".into()
        }
        (Evidence::Contradicted, note) => ["The table requires it, but ", note, "."].concat().into(),
        (_, "") if claim.severity != Severity::Error => "The API's answer to it is not documented.".into(),
        (_, "") => refusal(claim.phase).into(),
        (_, note) if is_sentence(&claim.note, note) => Cow::Borrowed(&claim.note),
        (_, note) => sentence(note).into(),
    }
}

/// Returns true if a note is a sentence already; `bare` is the note without its full stop.
fn is_sentence(note: &str, bare: &str) -> bool {
    note.len() == bare.len() + 1 && bare.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Returns the reason why the API refuses a value that violates a constraint of this phase.
const fn refusal(phase: Phase) -> &'static str {
    match phase {
        Phase::Mandatory => "The API refuses a record without it.",
        Phase::Data => "The API checks the value and refuses the record.",
        Phase::Exception => "The service probably fails with an exception.",
        Phase::None | Phase::Bind | Phase::Request => "The API refuses the request.",
    }
}

/// Formats a note as a sentence.
pub(super) fn sentence(note: &str) -> String {
    let mut sentence = String::with_capacity(note.len() + 1);
    let mut rest = note.chars();
    sentence.extend(rest.next().into_iter().flat_map(char::to_uppercase));
    sentence.push_str(rest.as_str());
    sentence.push('.');
    sentence
}

// ---- missing values ----

/// Returns the help for a mandatory property without a value.
pub(super) fn give_help(property: &Property) -> String {
    let name = &property.name;
    match property.ty {
        Type::Object(_) => format!("Send {name} as an object."),
        Type::StringList | Type::ObjectList(_) => format!("Send {name} as a list with at least one element."),
        _ => ["Give ", name, " a value."].concat(),
    }
}

pub(super) fn empty_list(property: &Property) -> Violation<'static> {
    Violation::warning(
        "empty-list",
        format!("{} is an empty list", property.name),
        "The property is mandatory; whether an empty list counts as missing is not documented.",
        format!("Add at least one element to {}.", property.name),
    )
}

pub(super) fn no_data(claim: &Claim) -> Violation<'_> {
    Violation::new(claim, "the request contains no records".to_owned(), PUT_A_RECORD)
}

pub(super) fn nothing_to_send() -> Violation<'static> {
    Violation::warning(
        "nothing-to-send",
        "the request contains no records: nothing to send".to_owned(),
        "The API's answer to a request without records is not documented.",
        PUT_A_RECORD,
    )
}

const PUT_A_RECORD: &str = "Add a record to the list, or skip the request.";

// ---- nulls ----

/// Returns the violation for a null that the service dereferences: the record, or an element of an array.
pub(super) fn dereferenced(property: Option<&Property>) -> Violation<'static> {
    let (rule, what) = match property {
        None => ("null-record", "the record is null".to_owned()),
        Some(list) => ("null-element", element_is_null(list)),
    };
    Violation::error(
        rule,
        Phase::Exception,
        what,
        "The body converts, but the service probably fails with an exception on the null.",
        "Remove the null, or send an object.",
    )
}

pub(super) fn null_text(property: &Property) -> Violation<'static> {
    Violation::warning(
        "null-text",
        element_is_null(property),
        "It converts to a null in the list; how the service treats it is not documented.",
        "Remove the null.",
    )
}

fn element_is_null(list: &Property) -> String {
    format!("an element of {} is null", list.name)
}

// ---- conversion ----

/// Returns the violation for a value that does not convert. `found` describes the value.
pub(super) fn refused(name: &str, found: &str, ty: Type, help: String) -> Violation<'static> {
    does_not_convert(
        format!("{name}: {found} does not convert to {}", declared(ty)),
        "A value that does not convert fails the whole request; the API reports only the first one.",
        help,
    )
}

fn does_not_convert(message: String, why: &'static str, help: impl Into<String>) -> Violation<'static> {
    Violation::error("does-not-convert", Phase::Bind, message, why, help)
}

/// Returns the violation for the place where the reader stops, if no finding about a value explains it. `skipped` is
/// true if the name there is unknown.
pub(super) fn stops(name: &str, here: &str, skipped: bool) -> Violation<'static> {
    let (why, help) = if skipped {
        (
            "The API's reader also parses what it skips: a date or number out of range fails the whole request.",
            "Remove it, or send a date or number in range.",
        )
    } else {
        (
            "The API's reader converts every occurrence of a name, also repeated ones and its own `$` names: \
             the first failure fails the whole request.",
            "Give each name once, and remove names that begin with `$`.",
        )
    };
    does_not_convert(format!("{name}: the API's reader stops at {here}"), why, help)
}

/// Returns the violation for a value that is refused unless its property is nullable.
pub(super) fn not_nullable(name: &str, found: &str, sentence: &str, help: String) -> Violation<'static> {
    Violation::warning(
        "not-nullable",
        format!("{name} is {found}: refused unless the property is nullable"),
        format!("Whether it is nullable is not documented. If it is not, the API answers: {sentence}"),
        help,
    )
}

pub(super) fn too_large_to_read(here: &str, sentence: &str) -> Violation<'static> {
    Violation::warning(
        "does-not-convert",
        format!("a number in {here} is too large to read"),
        format!(
            "The API skips the value, but still parses it. .NET Framework answers: {sentence} .NET Core accepts it."
        ),
        "Remove it, or put it in quotes.",
    )
}

/// Returns the violation for a value, `found`, that converts to another one.
///
/// `digits` is true if the string has the digits of the number; `is_code` is true if leading zeros are significant.
pub(super) fn changed(
    name: &str,
    found: &str,
    (change, becomes): (Change, &str),
    (digits, is_code): (bool, bool),
    help: String,
) -> Violation<'static> {
    let (rule, why) = match change {
        Change::TextToBoolean | Change::TextToNumber => (
            "text-for-value",
            "It converts, but a value of the declared type is clearer.",
        ),
        _ if digits && is_code => (
            "changes-on-conversion",
            "It converts, but a number has no leading zeros: a code that begins with 0 has lost it.",
        ),
        _ if digits => (
            "changes-on-conversion",
            "It converts to a string of the same digits, but a string is clearer.",
        ),
        _ => (
            "changes-on-conversion",
            "It converts silently, and the API works with the changed value.",
        ),
    };
    let same = matches!(change, Change::TextToBoolean | Change::TextToNumber);
    // A code in the file may have lost digits before the file was written.
    let severity = if (same || digits) && !is_code {
        Severity::Advice
    } else {
        Severity::Warning
    };
    let becomes: Cow<'_, str> = match change {
        Change::NumberToEnum | Change::BooleanToEnum => {
            "one of the names; which one is not documented".into()
        }
        Change::ListToEnum => "one value that combines several names".into(),
        Change::NumberToText | Change::BooleanToText => format!("the string {}", quoted(becomes)).into(),
        Change::OffsetApplied => {
            format!("{becomes}, and converted to the time zone of the API's server").into()
        }
        Change::NextDay => format!("{becomes}, the next day").into(),
        _ => shortened(becomes),
    };
    Violation::warning(rule, format!("{name}: {found} is read as {becomes}"), why, help)
        .with_severity(severity)
}

pub(super) fn list_for_object(property: &Property) -> Violation<'static> {
    Violation::warning(
        "list-for-object",
        format!("{} is a list", property.name),
        "The page's table says list, but its sample sends an object; geplint follows the sample.",
        format!("Send {} as an object, as the page's sample does.", property.name),
    )
}

/// Describes a value; `written` is its text in the file.
pub(super) fn describe_value(json: Json<'_>, written: &str) -> String {
    match json {
        Json::Array => "a list".to_owned(),
        Json::Object => "an object".to_owned(),
        Json::Text(text) => format!("the string {}", quoted(text)),
        Json::Number(_) => format!("the number {}", shortened(written)),
        Json::Null | Json::Bool(_) => written.to_owned(),
    }
}

/// Describes a declared type.
pub(super) const fn declared(ty: Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Boolean => "a boolean",
        Type::Int => "a 32-bit integer",
        Type::Long => "a 64-bit integer",
        Type::Decimal => "a decimal number",
        Type::DateTime => "a date",
        Type::Enum(_) => "one of its names",
        Type::Object(_) => "an object",
        Type::StringList => "a list of strings",
        Type::ObjectList(_) => "a list of objects",
    }
}

/// Returns the help for a declared type: the value to send.
pub(super) const fn wanted(ty: Type) -> &'static str {
    match ty {
        Type::String => "Send a string in double quotes.",
        Type::Boolean => "Send true or false, without quotes.",
        Type::Int => "Send an integer between -2147483648 and 2147483647, without quotes.",
        Type::Long => "Send a 64-bit integer, without quotes.",
        Type::Decimal => "Send a number such as 1000.50, without quotes, whitespace or thousands separators.",
        Type::DateTime => "Send a date such as \"2020-01-21T11:53:45Z\".",
        Type::Enum(_) => "Send one of the names as a string.",
        Type::Object(_) => "Send an object: { ... }.",
        Type::StringList => "Send a list of strings: [\"...\"].",
        Type::ObjectList(_) => "Send a list of objects: [{ ... }].",
    }
}

/// Returns the help for a string that a serializer wrote in place of an object or array: a type name, or a notation
/// other than JSON.
pub(super) fn cut_by_serializer(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let is_type = text.starts_with("System.") && !text.contains(char::is_whitespace);
    if is_type || (text.starts_with("@{") && text.ends_with('}')) {
        return Some("PowerShell truncated the object at its depth limit: use ConvertTo-Json -Depth 10.");
    }
    if text.starts_with("[object ") && text.ends_with(']') {
        return Some("JavaScript wrote the object as a string: use JSON.stringify on the whole body.");
    }
    let is_python = text.starts_with('<') && text.contains(" object at 0x") && text.ends_with('>');
    is_python.then_some("Python wrote the object as a string: convert it to a dict before json.dumps.")
}

/// Returns the violation for a body that is not an array. `wrapped` has the message and the help if records were
/// found inside.
///
/// `is_record` is true if the body is one record.
pub(super) fn wrong_root(
    body: Json<'_>,
    wrapped: Option<(String, String)>,
    is_record: bool,
) -> Violation<'static> {
    let bare = || {
        let what = match body {
            Json::Object => "a single object",
            Json::Text(_) => "a string",
            Json::Number(_) => "a number",
            _ => "not a list",
        };
        let help = if is_record {
            "Put [ before the record and ] after it."
        } else {
            "Send a list of records: [{ ... }]."
        };
        (
            format!("the body is {what}; it must be a list of records"),
            help.to_owned(),
        )
    };
    let (message, help) = wrapped.unwrap_or_else(bare);
    Violation::error(WRONG_ROOT, Phase::Bind, message, FAILS_AS_A_WHOLE, help)
}

/// Returns the violation for elements of the body that wrap records. `answered` is the phase in which the API refuses
/// them, if it does.
pub(super) fn wrapped_records(
    answered: Option<Phase>,
    (message, help): (String, String),
) -> Violation<'static> {
    let why = match answered {
        Some(Phase::Bind) => FAILS_AS_A_WHOLE,
        _ => "The API skips an unknown name and everything inside it, so the record is empty.",
    };
    match answered {
        Some(phase) => Violation::error(WRONG_ROOT, phase, message, why, help),
        None => Violation::warning(WRONG_ROOT, message, why, help),
    }
}

/// The rule for records that are not directly in the array of the body.
pub(super) const WRONG_ROOT: &str = "wrong-root";

const FAILS_AS_A_WHOLE: &str = "A body that does not convert fails the whole request.";

// ---- names and records ----

pub(super) fn outbound_only(property: &Property) -> Violation<'static> {
    let mut violation = Violation::warning(
        "outbound-only",
        format!("{} is only sent by the API, never to it", property.name),
        "The table lists the property for outbound messages only.",
        format!("Remove {}.", property.name),
    );
    violation.claim.to_mut().evidence = Evidence::Table;
    violation
}

/// Returns the violation for a name with a special meaning to the platform's reader.
pub(super) fn reader_name(name: &str) -> Violation<'static> {
    let wraps = match name {
        "$values" => Some("list"),
        "$value" => Some("value"),
        _ => None,
    };
    let message = match wraps {
        Some(what) => format!("the {what} is wrapped in {}", quoted(name)),
        None => format!("{} is a name reserved by the API's reader", quoted(name)),
    };
    let why = match wraps {
        Some(_) => {
            "Json.NET writes this name around a value when it preserves references or type names. The reader may use \
             the value under it, and drops everything beside it."
        }
        None => {
            "The reader may treat the object as a reference or a wrapped value, and drop everything beside the name."
        }
    };
    let help = match wraps {
        Some(what) => format!(
            "Send the {what} under {} in place of the object around it: turn off PreserveReferencesHandling and \
             TypeNameHandling in the serializer.",
            quoted(name)
        ),
        None => "Remove it.".to_owned(),
    };
    Violation::warning("reader-metadata", message, why, help)
}

pub(super) fn duplicate_name(property: &Property, name: &str) -> Violation<'static> {
    let why = match property.ty {
        Type::Object(_) => "The API merges both objects, property by property.",
        Type::StringList | Type::ObjectList(_) => "The API appends the later list to the earlier one.",
        _ => "The API takes the last value; the earlier one is lost.",
    };
    let message = format!("{} is repeated in this object", quoted(name));
    Violation::warning("duplicate-property", message, why, "Keep one of them.")
}

/// Returns the violation for a name that the table does not have. `place` is set if the name belongs elsewhere.
pub(super) fn unknown_name(name: &str, table: &str, place: Option<&str>, help: String) -> Violation<'static> {
    let (rule, message) = match place {
        Some(_) => (
            "misplaced-property",
            format!("{} does not belong here", quoted(name)),
        ),
        None => (
            "unknown-property",
            format!("{} is not a property of {table}", quoted(name)),
        ),
    };
    let lost = "The API ignores unknown names: the value is lost.";
    Violation::warning(rule, message, lost, help)
}

pub(super) fn same_key(first: &str, key: &str) -> Violation<'static> {
    let message = if first == key {
        format!("an earlier record has the same key {}", quoted(key))
    } else {
        format!(
            "an earlier record has the key {}: it differs from {} only in case or whitespace",
            quoted(first),
            quoted(key)
        )
    };
    Violation::warning(
        "duplicate-record",
        message,
        "The response names both by one key; which of them takes effect is not documented.",
        "Send each record once.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_once() {
        assert_eq!(
            fill(
                "{property} is {value}",
                &[("property", "{value}"), ("value", "x")]
            ),
            "{value} is x"
        );
        assert_eq!(fill("{ {other} {", &[("value", "x")]), "{ {other} {");
    }
}
