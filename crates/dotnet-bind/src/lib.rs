//! Binding: how the platform's converter converts a JSON value to a declared type.
//!
//! The service reads JSON with Json.NET 13. For a property of a given type it converts what it can, often silently, and
//! otherwise answers with a fixed sentence. [`bind`] returns either. It models the converter as observed on Mono in UTC
//! with the invariant culture: the order in which it tries conversions, its limits, and its oversights. Nothing here
//! reads the clock or the machine's settings.
//!
//! Known to be missing, all of it rare: Hebrew numerals and the long `s` (`ſ`) in dates; the minutes of a `/Date(…)/`'s
//! offset, which the reader checks only in some places of a file; the last binary digits of doubles with more than 15
//! digits, which the platform does not always round to the nearest. [`Day`] and `free` decide what depends on the day
//! of reading.

use std::borrow::Cow;
use std::fmt::Write as _;

mod datetime;
mod decimal;
mod enum_member;
mod enumeration;
mod free_form_date;
mod free_form_date_states;
mod free_form_date_words;
mod lenient_number;
mod number;
mod reader;
mod text;

#[cfg(test)]
mod observed_cases;

pub use datetime::{DateTime, Day, MONTHS, Zone};
pub use decimal::Decimal;
pub use enum_member::EnumMember;
pub use reader::refused_unread;
pub use reader::{As, Reader as TextReader, Stop, Token};

use enumeration::{NotEnum, Read};
use free_form_date::{NotDate, Order};
use number::Number;
use text::parse_integer;

/// The converter's sentence for `{"$ref": 1}`, if an object or list, a `long` or an enum is declared.
pub const REF_NOT_TEXT: &str = "JSON reference $ref property must have a string or null value.";
/// The converter's sentence for an object with `$ref` and other members.
pub const REF_NOT_ALONE: &str = "Additional content found in JSON reference object. \
     A JSON reference object should only have a $ref property.";

/// A scalar type of the platform that a property may be declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A decimal number of 96 bits.
    Decimal,
    /// A date and time.
    DateTime,
    /// An enum: named whole numbers of 32 bits.
    Enum,
}

/// A JSON value, as far as binding a scalar needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written, which must be valid in RFC 8259.
    Number(&'a str),
    /// A string without its quotes and escapes. A lone surrogate is U+FFFD.
    Text(&'a str),
    /// An array.
    Array,
    /// An object.
    Object,
}

/// The result of converting a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Null.
    Null,
    /// A string.
    Text(Cow<'a, str>),
    /// A boolean.
    Boolean(bool),
    /// A whole number, of 32 or 64 bits.
    Integer(i64),
    /// A decimal number.
    Decimal(Decimal),
    /// A date and time.
    DateTime(DateTime),
    /// An enum's number, whether or not a member has it.
    Enum(i64),
}

impl Value<'_> {
    /// Formats the value for people: `1.50`, `true`, `2020-01-21T00:00:00`, `HOME`, `17`, a string without quotes.
    pub fn display(&self, members: &[EnumMember]) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => text.clone().into_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Decimal(value) => value.to_string(),
            Self::DateTime(value) => value.to_string(),
            Self::Enum(value) => members
                .iter()
                .find(|member| member.value == *value)
                .map_or_else(|| value.to_string(), |member| member.name.clone()),
        }
    }
}

/// A change of a value during conversion, about which the sender gets no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A number became the string that is its text.
    NumberToText,
    /// A boolean became the string `true` or `false`.
    BooleanToText,
    /// A number became a boolean: 0 is false, all others are true.
    NumberToBoolean,
    /// A string became the boolean that it spells.
    TextToBoolean,
    /// A string became the number that it spells.
    TextToNumber,
    /// A boolean became the number 1 or 0.
    BooleanToNumber,
    /// A number was rounded to a whole one.
    Rounded,
    /// Commas were removed from a string as thousands separators, at any position.
    CommasDropped,
    /// A decimal lost digits that do not fit.
    DigitsLost,
    /// A date in numbers was read with the month before the day.
    DateMonthFirst,
    /// A date was read from a form that is not ISO 8601.
    DateForm,
    /// A date with an offset became the server's local time.
    OffsetApplied,
    /// 24:00 became the beginning of the next day.
    NextDay,
    /// A second with more than seven decimals was rounded.
    SecondRounded,
    /// An empty string became null, for a declared array or object.
    EmptyToNull,
    /// A number, or a string that spells one, became an enum's number.
    NumberToEnum,
    /// A boolean became an enum's number 1 or 0.
    BooleanToEnum,
    /// A comma list of names became one enum number, merged bit by bit.
    ListToEnum,
}

/// A value that binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound<'a> {
    /// The value.
    pub value: Value<'a>,
    /// The change; `None` if it means what the sender wrote.
    pub change: Option<Change>,
}

impl Bound<'_> {
    /// Formats the value for people; see [`Value::display`].
    pub fn becomes(&self, members: &[EnumMember]) -> String {
        self.value.display(members)
    }
}

/// A value that does not bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The converter's sentence, without its ` Path '…', line …` tail.
    pub sentence: String,
    /// True for an enum if the value is a string that is not a member's name, so that a longer list might contain it.
    pub unknown_member: bool,
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self {
            sentence,
            unknown_member: false,
        }
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Self::from(sentence.to_owned())
    }
}

/// A container type that a property may be declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A list of any elements.
    List,
    /// An object with members.
    Object,
}

/// Converts a JSON value to a scalar type.
///
/// `members` are those of the enum, for [`Scalar::Enum`]. `nullable` is true if the type takes null, which
/// [`Scalar::String`] always does. `clr_name` is the name of an enum's type in sentences, nullable or not.
///
/// Errors: the converter's sentence. The caller must handle members named `$ref`, `$id`, `$value` and `$values` in an
/// object first.
pub fn bind<'a>(
    ty: Scalar,
    members: &[EnumMember],
    nullable: bool,
    json: Json<'a>,
    clr_name: &str,
) -> Result<Bound<'a>, Failure> {
    match ty {
        Scalar::String => bind_string(json),
        Scalar::Boolean => bind_boolean(json, nullable),
        Scalar::Int => bind_int(json, nullable),
        Scalar::Long => bind_long(json, nullable),
        Scalar::Decimal => bind_decimal(json, nullable),
        Scalar::DateTime => bind_date_time(json, nullable),
        Scalar::Enum => bind_enum(json, nullable, members, clr_name),
    }
}

/// Returns the number in RFC 8259 that the reader takes a number for if this type is declared.
///
/// Errors: the reader's sentence.
pub fn number_for(raw: &str, ty: Scalar) -> Result<Cow<'_, str>, String> {
    let wanted = match ty {
        Scalar::String => lenient_number::Wanted::Text,
        Scalar::Int => lenient_number::Wanted::Int,
        Scalar::Decimal => lenient_number::Wanted::Decimal,
        Scalar::Boolean | Scalar::Long | Scalar::DateTime | Scalar::Enum => lenient_number::Wanted::General,
    };
    lenient_number::number_for(raw, wanted)
}

/// Converts a JSON value that is not the declared container; `Ok` means that it becomes null.
///
/// Call it for null, for scalars, and for the other container. `clr_name` is the name of the container's type in
/// sentences.
///
/// Errors: the converter's sentence, without its ` Path '…', line …` tail.
pub fn bind_container(what: Container, json: Json<'_>, clr_name: &str) -> Result<(), String> {
    let (kind, wanted) = match (what, json) {
        (_, Json::Null | Json::Text(""))
        | (Container::List, Json::Array)
        | (Container::Object, Json::Object) => {
            return Ok(());
        }
        (Container::List, Json::Object) => (Container::Object, r"JSON array (e.g. [1,2,3])"),
        (Container::Object, Json::Array) => (Container::List, r#"JSON object (e.g. {"name":"value"})"#),
        (_, scalar) => return Err(not_converted(&shown(scalar)?, clr_name)),
    };
    Err(wrong_container(kind, clr_name, wanted))
}

/// Returns a value that means what the sender wrote.
fn same(value: Value<'_>) -> Bound<'_> {
    Bound { value, change: None }
}

/// Returns a value that changed.
fn changed(value: Value<'_>, change: Change) -> Bound<'_> {
    Bound {
        value,
        change: Some(change),
    }
}

/// Returns null, or the sentence of a type that does not take null.
fn bind_null<'a>(nullable: bool, type_name: &str) -> Result<Bound<'a>, Failure> {
    if nullable {
        Ok(same(Value::Null))
    } else {
        Err(not_converted("{null}", type_name).into())
    }
}

/// Returns the sentence of the converters for a value that they cannot use; `shown` is how they print it.
fn not_converted(shown: &str, type_name: &str) -> String {
    format!("Error converting value {shown} to type '{type_name}'.")
}

/// Returns the sentence of the readers for a value that they never accept, by its first character.
fn unexpected(json: Json<'_>) -> Failure {
    let first = match json {
        Json::Null => 'n',
        Json::Bool(true) => 't',
        Json::Bool(false) => 'f',
        Json::Number(raw) => raw.chars().next().unwrap_or('0'),
        Json::Text(_) => '"',
        Json::Array => '[',
        Json::Object => '{',
    };
    format!("Unexpected character encountered while parsing value: {first}.").into()
}

/// Returns the sentence for a container if another one, or a scalar, is declared.
fn wrong_container(found: Container, type_name: &str, wanted: &str) -> String {
    let found = match found {
        Container::List => "array (e.g. [1,2,3])",
        Container::Object => r#"object (e.g. {"name":"value"})"#,
    };
    format!(
        "Cannot deserialize the current JSON {found} into type '{type_name}' because the type requires a {wanted} \
         to deserialize correctly."
    )
}

/// Returns the sentence for a container if a scalar is declared that the general reader reads.
fn not_primitive(found: Container, type_name: &str) -> Failure {
    wrong_container(
        found,
        type_name,
        "JSON primitive value (e.g. string, number, boolean, null)",
    )
    .into()
}

/// Formats a scalar as the converters print it. The error is the general reader's sentence if it cannot read the value.
fn shown(json: Json<'_>) -> Result<String, String> {
    Ok(match json {
        Json::Bool(value) => if value { "True" } else { "False" }.to_owned(),
        Json::Number(raw) => shown_number(number::read(raw)?),
        Json::Text(text) => match datetime::recognise(text)? {
            Some(date) => date.in_sentence(),
            None => quoted(text),
        },
        Json::Null | Json::Array | Json::Object => "{null}".to_owned(),
    })
}

/// Returns a text between quotes, without escapes.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    // Writing to a string cannot fail.
    let _ = write!(quoted, "\"{text}\"");
    quoted
}

/// Formats a number as the converters print it.
fn shown_number(number: Number<'_>) -> String {
    match number {
        Number::Long(value) => value.to_string(),
        Number::Big(digits) => digits.to_owned(),
        Number::Double(value) => number::display_double(value),
    }
}

fn bind_string(json: Json<'_>) -> Result<Bound<'_>, Failure> {
    match json {
        Json::Null => Ok(same(Value::Null)),
        Json::Text(text) => Ok(same(Value::Text(Cow::Borrowed(text)))),
        Json::Bool(value) => {
            let word = if value { "true" } else { "false" };
            Ok(changed(Value::Text(Cow::Borrowed(word)), Change::BooleanToText))
        }
        // It stays as written, but must be a number that a double can hold.
        Json::Number(raw) if number::finite(raw).is_none() => Err(number::not_a_number(raw).into()),
        Json::Number(raw) => Ok(changed(Value::Text(Cow::Borrowed(raw)), Change::NumberToText)),
        Json::Array | Json::Object => Err(unexpected(json)),
    }
}

fn bind_boolean(json: Json<'_>, nullable: bool) -> Result<Bound<'_>, Failure> {
    match json {
        Json::Null | Json::Text("") => bind_null(nullable, "System.Boolean"),
        Json::Bool(value) => Ok(same(Value::Boolean(value))),
        Json::Number(raw) => {
            let value = match number::read(raw)? {
                Number::Long(value) => value != 0,
                Number::Big(_) => true,
                Number::Double(value) => value != 0.0,
            };
            Ok(changed(Value::Boolean(value), Change::NumberToBoolean))
        }
        Json::Text(text) => {
            // The text is first read like any other, and may fail as a date.
            datetime::recognise(text)?;
            match text::parse_boolean(text) {
                Some(value) => Ok(changed(Value::Boolean(value), Change::TextToBoolean)),
                None => Err(format!("Could not convert string to boolean: {text}.").into()),
            }
        }
        Json::Array | Json::Object => Err(unexpected(json)),
    }
}

fn bind_int(json: Json<'_>, nullable: bool) -> Result<Bound<'_>, Failure> {
    match json {
        Json::Null | Json::Text("") => bind_null(nullable, "System.Int32"),
        Json::Number(raw) => match raw.parse::<i32>() {
            Ok(value) => Ok(same(Value::Integer(value.into()))),
            Err(_) if number::is_whole(raw) => {
                Err(format!("JSON integer {raw} is too large or small for an Int32.").into())
            }
            Err(_) => Err(format!("Input string '{raw}' is not a valid integer.").into()),
        },
        Json::Text(text) => match parse_integer(text)
            .ok()
            .filter(|&value| i32::try_from(value).is_ok())
        {
            Some(value) => Ok(changed(Value::Integer(value), Change::TextToNumber)),
            None => Err(format!("Could not convert string to integer: {text}.").into()),
        },
        Json::Bool(_) | Json::Array | Json::Object => Err(unexpected(json)),
    }
}

fn bind_long(json: Json<'_>, nullable: bool) -> Result<Bound<'_>, Failure> {
    const NAME: &str = "System.Int64";
    let name = if nullable {
        "System.Nullable`1[System.Int64]"
    } else {
        NAME
    };
    match json {
        Json::Null => bind_null(nullable, NAME),
        Json::Text("") if nullable => Ok(same(Value::Null)),
        Json::Bool(value) => Ok(changed(Value::Integer(value.into()), Change::BooleanToNumber)),
        Json::Number(raw) => {
            let number = number::read(raw)?;
            match number {
                Number::Long(value) => Ok(same(Value::Integer(value))),
                Number::Double(double) if let Some(value) = number::to_long(double) => {
                    Ok(rounded(raw, value))
                }
                _ => Err(not_converted(&shown_number(number), name).into()),
            }
        }
        Json::Text(text) => match datetime::recognise(text)? {
            None if let Ok(value) = parse_integer(text) => {
                Ok(changed(Value::Integer(value), Change::TextToNumber))
            }
            _ => Err(not_converted(&shown(json)?, name).into()),
        },
        Json::Array => Err(not_primitive(Container::List, name)),
        Json::Object => Err(not_primitive(Container::Object, name)),
    }
}

/// Returns a whole number that comes from one with a fraction or an exponent.
fn rounded(raw: &str, value: i64) -> Bound<'_> {
    let change = (!number::is_exactly(raw, value)).then_some(Change::Rounded);
    Bound {
        value: Value::Integer(value),
        change,
    }
}

fn bind_decimal(json: Json<'_>, nullable: bool) -> Result<Bound<'_>, Failure> {
    match json {
        Json::Null | Json::Text("") => bind_null(nullable, "System.Decimal"),
        Json::Number(raw) => match decimal::from_number(raw) {
            Ok(value) => {
                let change = (!value.is_exactly(raw)).then_some(Change::DigitsLost);
                Ok(Bound {
                    value: Value::Decimal(value),
                    change,
                })
            }
            Err(error) => Err(error
                .sentence()
                .map_or_else(
                    || format!("Input string '{raw}' is not a valid decimal."),
                    str::to_owned,
                )
                .into()),
        },
        Json::Text(text) => match decimal::from_text(text) {
            Ok(value) => Ok(changed(Value::Decimal(value), decimal_change(text, value))),
            Err(error) => Err(error
                .sentence()
                .map_or_else(
                    || format!("Could not convert string to decimal: {text}."),
                    str::to_owned,
                )
                .into()),
        },
        Json::Bool(_) | Json::Array | Json::Object => Err(unexpected(json)),
    }
}

/// Returns the most serious change of a text on its conversion to a decimal.
fn decimal_change(text: &str, value: Decimal) -> Change {
    if text.contains(',') {
        Change::CommasDropped
    } else if value.is_exactly(text) {
        Change::TextToNumber
    } else {
        Change::DigitsLost
    }
}

fn bind_date_time(json: Json<'_>, nullable: bool) -> Result<Bound<'_>, Failure> {
    match json {
        Json::Null | Json::Text("") => bind_null(nullable, "System.DateTime"),
        Json::Text(text) => {
            let (date, order) = match datetime::recognise(text)?.or_else(|| datetime::with_bare_point(text)) {
                Some(date) => (date, Order::Other),
                None => free_form_date::parse(text).map_err(|error| match error {
                    NotDate::Refused => {
                        Failure::from(format!("Could not convert string to DateTime: {text}."))
                    }
                    NotDate::Exception(sentence) => sentence.into(),
                })?,
            };
            let change = match order {
                _ if datetime::is_iso_text(text) => datetime::silent_change(text, &date),
                Order::MonthFirst => Some(Change::DateMonthFirst),
                Order::Other => Some(Change::DateForm),
            };
            Ok(Bound {
                value: Value::DateTime(date),
                change,
            })
        }
        Json::Number(raw) if raw.starts_with('-') => Err("Cannot read number value as type.".into()),
        Json::Bool(_) | Json::Number(_) | Json::Array | Json::Object => Err(unexpected(json)),
    }
}

fn bind_enum<'a>(
    json: Json<'a>,
    nullable: bool,
    members: &[EnumMember],
    clr_name: &str,
) -> Result<Bound<'a>, Failure> {
    let (value, change) = match json {
        Json::Null => return bind_null(nullable, clr_name),
        Json::Text("") if nullable => return Ok(same(Value::Null)),
        Json::Bool(value) => (value.into(), Some(Change::BooleanToEnum)),
        Json::Number(raw) => match number::read(raw)? {
            Number::Long(value) => (enumeration::truncate(value), Some(Change::NumberToEnum)),
            other => return Err(not_converted(&shown_number(other), clr_name).into()),
        },
        Json::Text(text) => {
            let sentence = |shown: &str| not_converted(shown, clr_name);
            if let Some(date) = datetime::recognise(text)? {
                return Err(sentence(&date.in_sentence()).into());
            }
            match enumeration::parse(text, members) {
                Ok(Read::Name(value)) => (value, None),
                Ok(Read::List(value)) => (value, Some(Change::ListToEnum)),
                Ok(Read::Number(value)) => (value, Some(Change::NumberToEnum)),
                Err(error) => {
                    let unknown_member = error == NotEnum::UnknownMember;
                    return Err(Failure {
                        sentence: sentence(&quoted(text)),
                        unknown_member,
                    });
                }
            }
        }
        Json::Array => return Err(not_primitive(Container::List, clr_name)),
        Json::Object => return Err(not_primitive(Container::Object, clr_name)),
    };
    Ok(Bound {
        value: Value::Enum(value),
        change,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Vec<EnumMember> {
        [("NONE", 0), ("ADMINISTRATION", 1), ("HOME", 2)]
            .map(|(name, value)| EnumMember {
                name: name.to_owned(),
                value,
            })
            .into()
    }

    /// Returns the change and the new value, or the sentence.
    fn outcome(ty: Scalar, json: Json<'_>) -> (Option<Change>, String) {
        match bind(ty, &members(), false, json, "Gep.Activity") {
            Ok(bound) => (bound.change, bound.becomes(&members())),
            Err(failure) => (None, failure.sentence),
        }
    }

    #[test]
    fn silent_changes_are_reported() {
        use Change as C;
        use Json::{Bool, Number, Text};
        for (ty, json, change, value) in [
            (Scalar::String, Text("x"), None, "x"),
            (Scalar::String, Number("1e3"), Some(C::NumberToText), "1e3"),
            (Scalar::String, Bool(true), Some(C::BooleanToText), "true"),
            (Scalar::Boolean, Bool(true), None, "true"),
            (Scalar::Boolean, Number("-0.0"), Some(C::NumberToBoolean), "false"),
            (Scalar::Boolean, Text(" TRUE"), Some(C::TextToBoolean), "true"),
            (Scalar::Int, Number("12"), None, "12"),
            (Scalar::Int, Text("012"), Some(C::TextToNumber), "12"),
            (Scalar::Long, Number("1.0"), None, "1"),
            (Scalar::Long, Number("-1.50e1"), None, "-15"),
            (Scalar::Long, Number("12e2"), None, "1200"),
            (Scalar::Long, Number("0.0"), None, "0"),
            (Scalar::Long, Number("2.5"), Some(C::Rounded), "2"),
            (Scalar::Long, Number("1e-3"), Some(C::Rounded), "0"),
            (
                Scalar::Long,
                Number("9007199254740993.0"),
                Some(C::Rounded),
                "9007199254740992",
            ),
            (Scalar::Long, Text("7"), Some(C::TextToNumber), "7"),
            (Scalar::Long, Bool(true), Some(C::BooleanToNumber), "1"),
            (Scalar::Decimal, Number("1.50"), None, "1.50"),
            (Scalar::Decimal, Number("1e-30"), Some(C::DigitsLost), "0"),
            (Scalar::Decimal, Text("1.50"), Some(C::TextToNumber), "1.50"),
            (Scalar::Decimal, Text("1000,50"), Some(C::CommasDropped), "100050"),
            (Scalar::Decimal, Text("1e-30"), Some(C::DigitsLost), "0"),
            (
                Scalar::DateTime,
                Text("2020-01-21 11:53"),
                None,
                "2020-01-21T11:53:00",
            ),
            (
                Scalar::DateTime,
                Text("1/2/2020"),
                Some(C::DateMonthFirst),
                "2020-01-02T00:00:00",
            ),
            (
                Scalar::DateTime,
                Text("2020/01/02"),
                Some(C::DateForm),
                "2020-01-02T00:00:00",
            ),
            (
                Scalar::DateTime,
                Text("11:53"),
                Some(C::DateForm),
                "today at 11:53:00",
            ),
            (
                Scalar::DateTime,
                Text("/Date(0)/"),
                Some(C::DateForm),
                "1970-01-01T00:00:00Z",
            ),
            (Scalar::Enum, Text("home"), None, "HOME"),
            (
                Scalar::Enum,
                Text("HOME,ADMINISTRATION"),
                Some(C::ListToEnum),
                "3",
            ),
            (Scalar::Enum, Text("2"), Some(C::NumberToEnum), "HOME"),
            (Scalar::Enum, Number("17"), Some(C::NumberToEnum), "17"),
            (Scalar::Enum, Bool(false), Some(C::BooleanToEnum), "NONE"),
        ] {
            assert_eq!(outcome(ty, json), (change, value.to_owned()), "{ty:?} {json:?}");
        }
    }

    #[test]
    fn silent_changes_of_iso_dates_are_reported() {
        use Change as C;
        use Json::Text;
        for (ty, json, change, value) in [
            (
                Scalar::DateTime,
                Text("2020-01-21T11:53:45+05:30"),
                Some(C::OffsetApplied),
                "2020-01-21T06:23:45Z",
            ),
            (
                Scalar::DateTime,
                Text("2020-01-21T11:53:45Z"),
                None,
                "2020-01-21T11:53:45Z",
            ),
            (
                Scalar::DateTime,
                Text("2020-01-21T24:00:00"),
                Some(C::NextDay),
                "2020-01-22T00:00:00",
            ),
            (
                Scalar::DateTime,
                Text("2020-01-21T11:53:45.12345678"),
                Some(C::SecondRounded),
                "2020-01-21T11:53:45.1234568",
            ),
            (
                Scalar::DateTime,
                Text("2020-01-21T11:53:45.12345670"),
                None,
                "2020-01-21T11:53:45.1234567",
            ),
        ] {
            assert_eq!(outcome(ty, json), (change, value.to_owned()), "{ty:?} {json:?}");
        }
    }

    #[test]
    fn only_plain_unknown_names_are_unknown_members() {
        let unknown = |json| {
            bind(Scalar::Enum, &members(), false, json, "E")
                .err()
                .map(|error| error.unknown_member)
        };
        for text in ["OFFICE", "HOME,OFFICE", "1.0"] {
            assert_eq!(unknown(Json::Text(text)), Some(true), "{text}");
        }
        for text in ["", " ", "HOME,", "2147483648", "2020-01-21T11:53:45"] {
            assert_eq!(unknown(Json::Text(text)), Some(false), "{text}");
        }
        assert_eq!(unknown(Json::Number("1.5")), Some(false));
        assert_eq!(unknown(Json::Null), Some(false));
    }

    #[test]
    fn containers_accept_null_and_the_empty_string() {
        for what in [Container::List, Container::Object] {
            assert_eq!(bind_container(what, Json::Null, "T"), Ok(()));
            assert_eq!(bind_container(what, Json::Text(""), "T"), Ok(()));
            assert_eq!(
                bind_container(what, Json::Bool(true), "T"),
                Err("Error converting value True to type 'T'.".to_owned())
            );
        }
        assert_eq!(
            bind_container(Container::Object, Json::Array, "T"),
            Err("Cannot deserialize the current JSON array (e.g. [1,2,3]) into type 'T' because the type requires \
                 a JSON object (e.g. {\"name\":\"value\"}) to deserialize correctly."
                .to_owned())
        );
    }

    #[test]
    fn exceptions_of_the_platform_are_errors() {
        assert_eq!(
            outcome(Scalar::Decimal, Json::Number("80000000000000000000000000000")),
            (
                None,
                "Value was either too large or too small for a Decimal.".to_owned()
            )
        );
        let (_, sentence) = outcome(Scalar::Boolean, Json::Text("/Date(253402300800000)/"));
        assert!(sentence.starts_with("Ticks must be between"), "{sentence}");
    }
}
