//! Compares the model with everything that was observed of the platform's converter.
//!
//! Two tables of the same form: `coercion.tsv` has the same values for every type, `observed.tsv` has the edge cases of
//! each. In them, `<today>` and `<year>` stand for the day and year of observation.

use std::fmt::Write as _;

use super::{Bound, Container, DateTime, Day, EnumMember, Json, Scalar, Value, Zone, bind, bind_container};

/// The placeholder in the tables for an unknown type name.
const UNKNOWN_TYPE: &str = "<CLR type>";

fn members() -> Vec<EnumMember> {
    [
        ("NONE", 0),
        ("ADMINISTRATION", 1),
        ("HOME", 2),
        ("VIEW_GEPICENTER", 3),
    ]
    .map(|(name, value)| EnumMember {
        name: name.to_owned(),
        value,
    })
    .into()
}

/// Expands `<x x N>`, N times the character x, and `<U+XXXX>`.
fn expand(cell: &str) -> String {
    let mut expanded = String::new();
    let mut rest = cell;
    while let Some((before, tail)) = rest.split_once('<') {
        expanded.push_str(before);
        let inside = tail.split_once('>').map(|(inside, after)| (run(inside), after));
        if let Some((Some(run), after)) = inside {
            expanded.push_str(&run);
            rest = after;
        } else {
            expanded.push('<');
            rest = tail;
        }
    }
    expanded + rest
}

/// Returns the characters of `x x N` or `U+XXXX`.
fn run(inside: &str) -> Option<String> {
    if let Some(code) = inside.strip_prefix("U+") {
        return char::from_u32(u32::from_str_radix(code, 16).ok()?).map(String::from);
    }
    let mut chars = inside.chars();
    let repeated = chars.next()?;
    let count = chars.as_str().strip_prefix(" x ")?.parse().ok()?;
    Some(String::from(repeated).repeat(count))
}

/// Decodes the escapes inside a JSON string. A lone surrogate becomes U+FFFD.
fn unescape(inside: &str) -> String {
    let mut units = Vec::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        let unit = match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('u')) => {
                let code: String = chars.by_ref().take(4).collect();
                u16::from_str_radix(&code, 16).unwrap()
            }
            (_, Some('b')) => 8,
            (_, Some('t')) => 9,
            (_, Some('n')) => 10,
            (_, Some('f')) => 12,
            (_, Some('r')) => 13,
            (_, Some(other)) => u16::try_from(u32::from(other)).unwrap(),
            (c, None) => {
                units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
                continue;
            }
        };
        units.push(unit);
    }
    String::from_utf16_lossy(&units)
}

/// Formats a text as the tables do: in quotes, with everything but printable ASCII escaped.
fn escaped(text: &str) -> String {
    let mut out = String::from('"');
    for unit in text.encode_utf16() {
        let printed = match unit {
            8 => Some("\\b"),
            9 => Some("\\t"),
            10 => Some("\\n"),
            12 => Some("\\f"),
            13 => Some("\\r"),
            0x22 => Some("\\\""),
            0x5C => Some("\\\\"),
            _ => None,
        };
        match (printed, u8::try_from(unit)) {
            (Some(printed), _) => out.push_str(printed),
            (None, Ok(byte @ b' '..=b'~')) => out.push(char::from(byte)),
            _ => write!(out, "\\u{unit:04x}").unwrap(),
        }
    }
    out + "\""
}

/// Formats a date as the tables do: seven digits of a second, no offset, and the kind.
fn round_trip(date: DateTime) -> String {
    let day = match date.day {
        Day::Date { .. } => date.day.to_string(),
        Day::Today { shift: 0 } => "<today>".to_owned(),
        Day::Today { shift } => format!("<today{shift:+}>"),
        Day::ThisYear { month, day, shift: 0 } => format!("<year>-{month:02}-{day:02}"),
        Day::ThisYear { month, day, shift } => format!("<year>-{month:02}-{day:02}{shift:+}"),
    };
    let seconds = date.ticks / 10_000_000;
    let (offset, kind) = match date.zone {
        Zone::Unspecified => ("", "Unspecified"),
        Zone::Utc => ("Z", "Utc"),
        Zone::Local => ("+00:00", "Local"),
    };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = date.ticks % 10_000_000;
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{fraction:07}{offset} ({kind})")
}

/// Formats a bound value as the tables do.
fn printed(bound: &Bound<'_>) -> String {
    match &bound.value {
        Value::Text(text) => escaped(text),
        Value::Decimal(value) => {
            let text = value.to_string();
            if text.contains('.') { text } else { text + ".0" }
        }
        Value::DateTime(date) => round_trip(*date),
        Value::Enum(value) => format!("{} ({value})", bound.becomes(&members())),
        _ => bound.becomes(&[]),
    }
}

/// Returns the outcome column, the bound value and the sentence of the model for one row; `None` for rows outside of
/// it.
fn predicted(target: &str, literal: &str) -> Option<(&'static str, String, String)> {
    let text;
    let json = match literal.as_bytes() {
        b"null" => Json::Null,
        b"true" => Json::Bool(true),
        b"false" => Json::Bool(false),
        [b'"', .., b'"'] => {
            text = unescape(&literal[1..literal.len() - 1]);
            Json::Text(&text)
        }
        [b'[', ..] => Json::Array,
        [b'{', ..] => Json::Object,
        _ => Json::Number(literal),
    };
    let (name, nullable) = target
        .strip_suffix('?')
        .map_or((target, false), |name| (name, true));
    let ty = match name {
        "string" => Scalar::String,
        "bool" => Scalar::Boolean,
        "int" => Scalar::Int,
        "long" => Scalar::Long,
        "decimal" => Scalar::Decimal,
        "DateTime" => Scalar::DateTime,
        "enum" => Scalar::Enum,
        "object" if json != Json::Object => return Some(container(Container::Object, json)),
        "List<string>" | "List<object>" if json != Json::Array => {
            return Some(container(Container::List, json));
        }
        _ => return None,
    };
    Some(match bind(ty, &members(), nullable, json, UNKNOWN_TYPE) {
        Ok(bound) => ("ok", printed(&bound), String::new()),
        Err(failure) => ("error", String::new(), failure.sentence),
    })
}

fn container(what: Container, json: Json<'_>) -> (&'static str, String, String) {
    match bind_container(what, json, UNKNOWN_TYPE) {
        Ok(()) => ("ok", "null".to_owned(), String::new()),
        Err(sentence) => ("error", String::new(), sentence),
    }
}

/// Checks every row of a table. Returns the number of rows that were checked.
fn check(table: &str) -> usize {
    let mut checked = 0;
    let mut wrong = String::new();
    for row in table.lines().skip(1) {
        let cells: Vec<String> = row.split('\t').map(expand).collect();
        let [target, literal, outcome, bound, message] = cells.as_slice() else {
            panic!("{row}")
        };
        // The caller handles `$` names.
        if literal.starts_with("{\"$ref") || literal.starts_with("{\"$value") && target != "object" {
            continue;
        }
        let Some(predicted) = predicted(target, literal) else {
            continue;
        };
        checked += 1;
        if predicted != (outcome.as_str(), bound.clone(), message.clone()) {
            writeln!(wrong, "{row}\n    {predicted:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    checked
}

/// Returns a table of observed cases.
fn table(name: &str) -> String {
    std::fs::read_to_string(format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn agrees_with_the_systematic_cases() {
    assert!(check(&table("coercion.tsv")) > 2500);
}

#[test]
fn agrees_with_the_cases_at_the_edges() {
    assert!(check(&table("observed.tsv")) > 2000);
}

#[test]
fn every_part_of_a_text_has_a_result() {
    let types = [
        Scalar::Boolean,
        Scalar::Long,
        Scalar::Decimal,
        Scalar::DateTime,
        Scalar::Enum,
    ];
    let members = members();
    let mut answers = 0;
    for row in table("observed.tsv").lines().step_by(5) {
        let text = unescape(row.split('\t').nth(1).unwrap_or_default());
        for (at, _) in text.char_indices() {
            let (before, after) = text.split_at(at);
            for piece in [before, after] {
                for ty in types {
                    for json in [Json::Text(piece), Json::Number(piece)] {
                        answers += usize::from(bind(ty, &members, true, json, UNKNOWN_TYPE).is_ok());
                    }
                }
            }
        }
    }
    assert!(answers > 1000);
}
