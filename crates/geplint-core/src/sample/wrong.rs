//! Invalid values for a row.
//!
//! They are tried one after another until the engine has the wanted finding, so a new kind of constraint needs at most one more
//! value here.

use crate::json::Value;
use crate::rules::{Property, Stated, Type};

/// Returns values that may violate a row's constraint, the most specific first. `None` omits the property.
pub(super) fn candidates(property: &Property, right: &Value, stated: Stated) -> Vec<Option<Value>> {
    let mut all = Vec::new();
    match stated {
        Stated::Required => all.extend([None, Some(Value::Null), Some(Value::text(""))]),
        Stated::Type => all.extend(unconverted(property.ty).map(Some)),
        Stated::Length => all.extend(longer(property, right).map(Some)),
        Stated::List | Stated::Known => all.extend(unknown(property).map(Some)),
        Stated::Check | Stated::Otherwise => all.extend(odd(property, right).map(Some)),
    }
    all
}

/// Returns values that do not convert to a type.
fn unconverted(ty: Type) -> impl Iterator<Item = Value> {
    let text = |text: &str| vec![Value::text(text)];
    let made = match ty {
        Type::String => vec![Value::Object(Vec::new())],
        Type::Boolean => text("maybe"),
        Type::Int => text("1.5"),
        Type::Long | Type::Decimal => text("many"),
        Type::DateTime => text("31/01/2025"),
        Type::Enum(_) => Vec::new(),
        Type::Object(_) | Type::StringList | Type::ObjectList(_) => text("text"),
    };
    made.into_iter()
        .chain([Value::List(Vec::new()), Value::Object(Vec::new())])
}

/// Returns texts of one UTF-16 unit more than the row's limit.
fn longer(property: &Property, right: &Value) -> impl Iterator<Item = Value> {
    let limit = property.max_length.unwrap_or_default() as usize;
    let text = match right {
        Value::Text(text) if text.is_ascii() => text.clone(),
        _ => String::new(),
    };
    let filled = |unit: &str| -> Value {
        let text = text.chars().chain(unit.chars().cycle());
        Value::Text(text.take(limit + 1).collect())
    };
    [filled("x"), filled("1"), filled(" x")].into_iter()
}

/// Returns texts that are in no list.
fn unknown(property: &Property) -> impl Iterator<Item = Value> {
    let limit = property.max_length.map_or(usize::MAX, |limit| limit as usize);
    let texts = ["NO-SUCH-VALUE", "ZZ", "QQ", "Q", "nobody@example.com"];
    let fitting = texts.into_iter().filter(move |text| text.len() <= limit);
    fitting.map(in_row(property))
}

/// Returns a text as a value of the row; in an array for an array of strings.
fn in_row(property: &Property) -> impl Fn(&str) -> Value {
    let is_list = property.ty == Type::StringList;
    move |text| {
        let text = Value::text(text);
        if is_list { Value::List(vec![text]) } else { text }
    }
}

/// Returns suspicious values: of another shape, damaged, blank, negative.
fn odd(property: &Property, right: &Value) -> impl Iterator<Item = Value> {
    let texts = [
        "no address",
        "no_culture",
        "NOT_LISTED",
        "NULL",
        "None",
        "#N/A",
        "1001.0",
        "caf\u{c3}\u{a9}",
        "A\u{200b}1",
        "A\u{1}1",
        "  ",
    ];
    let texts = texts.map(in_row(property));
    let list = |value: Value| Value::List(vec![value]);
    let others = [
        Value::List(Vec::new()),
        list(Value::Null),
        list(right.clone()),
        Value::Number(-1.5),
        right.clone(),
    ];
    texts.into_iter().chain(others)
}
