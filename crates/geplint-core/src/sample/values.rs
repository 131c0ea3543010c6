//! Generates a valid value for a row.

use crate::json::{Value, utf16_len};
use crate::rules::{Endpoint, Enumeration, Property, RowKind, Shape, TextPosition, Type, accept_text};
use crate::tenant::{Fact, Facts, ListedContact, Tenant, TenantChanges};

/// Selects one of several possible values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    /// Index of the record (0-based): codes and user names of records differ.
    pub(super) record: usize,
    /// The tenant's contact for the record.
    pub(super) contact: Option<&'a ListedContact>,
    /// The persona of an activity.
    pub(super) persona: Option<&'a str>,
    /// True if the row identifies a record.
    pub(super) is_key: bool,
}

/// Returns the values of the tenant's lists for a row, the best first.
pub(super) fn listed<'a>(tenant: &'a Tenant, property: &Property, wanted: Wanted<'a>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for known in &property.known {
        let listed = tenant.listed();
        match known.fact {
            // A record refers to contacts other than its own.
            Fact::Contacts => all.extend(
                listed
                    .contacts()
                    .iter()
                    .filter(|contact| wanted.contact != Some(*contact))
                    .filter_map(|contact| contact.code.as_deref()),
            ),
            Fact::Lobs => {
                all.extend(wanted.contact.and_then(|contact| contact.lob.as_deref()));
                all.extend(listed.values(Fact::Lobs).iter().map(String::as_str));
            }
            Fact::Activities => {
                let of_persona = wanted.persona.map_or(&[][..], |code| listed.activities_of(code));
                let all_of_them = listed.values(Fact::Activities);
                all.extend(of_persona.iter().chain(all_of_them).map(String::as_str));
            }
            fact => all.extend(listed.values(fact).iter().map(String::as_str)),
        }
    }
    all
}

/// Returns a text for the row: one without findings if there is one.
pub(super) fn text(endpoint: &Endpoint, tenant: &Tenant, property: &Property, wanted: Wanted<'_>) -> String {
    let changes = TenantChanges::default();
    let facts = Facts::new(tenant, &changes, false);
    let texts = &endpoint.texts;
    let is_right = |text: &String| accept_text(property, text, &facts, texts, TextPosition::Row).is_some();
    let candidates = candidates(endpoint, tenant, property, wanted);
    let fitting = fitting(property, &candidates).find(|text| is_right(text));
    fitting.unwrap_or_else(|| candidates.into_iter().next().unwrap_or_default())
}

/// Iterates over the texts within the row's limit, then over truncated ones.
fn fitting<'c>(property: &Property, candidates: &'c [String]) -> impl Iterator<Item = String> + 'c {
    let limit = property.max_length.map_or(usize::MAX, |limit| limit as usize);
    let whole = candidates
        .iter()
        .filter(move |text| utf16_len(text) <= limit)
        .cloned();
    let cut = candidates.iter().filter(|text| text.is_ascii()).cloned();
    whole.chain(cut.map(move |text| text.chars().take(limit).collect()))
}

/// Returns candidates for a text, the best first.
fn candidates(endpoint: &Endpoint, tenant: &Tenant, property: &Property, wanted: Wanted<'_>) -> Vec<String> {
    let number = wanted.record + 1;
    let mut all: Vec<String> = listed(tenant, property, wanted)
        .into_iter()
        .map(str::to_owned)
        .collect();
    // Rotated by the record's index, so that records differ if the tenant has several values.
    if wanted.is_key && !all.is_empty() {
        let turn = wanted.record % all.len();
        all.rotate_left(turn);
    }
    if let Some(list) = &property.one_of {
        all.extend(list.values.iter().cloned());
    }
    if let Some(example) = endpoint.vocabulary.example(&property.name) {
        all.push(numbered(example, property, wanted));
    }
    if let Some(list) = property.one_of.as_ref().and_then(|list| list.list.as_ref()) {
        all.extend(list.values().take(LISTED).map(str::to_owned));
    }
    let name = words_of(&property.name);
    let initials: String = name.split(' ').filter_map(|word| word.chars().next()).collect();
    let code = format!("{}-{}", initials.to_uppercase(), FIRST_CODE + wanted.record);
    let address = format!("{}{number}@example.com", name.replace(' ', "."));
    let mut shapes = property.value_checks.iter().filter_map(|check| check.shape());
    match (shapes.next(), property.kind) {
        (Some(Shape::Email), _) | (None, Some(RowKind::User)) => all.push(address),
        (Some(Shape::Culture), _) => all.push("en-US".to_owned()),
        (None, Some(RowKind::Code)) => all.push(code),
        (None, _) if wanted.is_key => all.push(format!("{} {number}", capital(&name))),
        (None, _) => all.push(capital(&name)),
    }
    // Short texts that nearly all rows accept.
    all.extend(["A1", "1", "A"].map(str::to_owned));
    all
}

/// Maximum number of values of a public list that are tried.
const LISTED: usize = 16;

/// The number in the first generated code.
const FIRST_CODE: usize = 1001;

/// Makes an example unique for its record: increments the number at its end or before an `@`, or adds one there.
fn numbered(example: &str, property: &Property, wanted: Wanted<'_>) -> String {
    let is_identity = wanted.is_key || matches!(property.kind, Some(RowKind::User));
    if wanted.record == 0 || !is_identity {
        return example.to_owned();
    }
    let (name, rest) = match example.split_once('@') {
        Some((name, domain)) => (name, format!("@{domain}")),
        None => (example, String::new()),
    };
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.get(stem.len()..).unwrap_or_default();
    let next = match digits.parse::<usize>() {
        Ok(first) => format!("{stem}{:0width$}", first + wanted.record, width = digits.len()),
        Err(_) if rest.is_empty() => format!("{name} {}", wanted.record + 1),
        Err(_) => format!("{name}{}", wanted.record + 1),
    };
    next + &rest
}

/// Splits a property's name into words in lower case: `LOBEntityCode` is `lob entity code`.
pub(super) fn words_of(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        let number = letter.is_ascii_digit() && before.is_some_and(|before| !before.is_ascii_digit());
        if begins || number {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// Capitalizes the first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns a value for a row that is neither an object nor an array of objects.
pub(super) fn scalar(endpoint: &Endpoint, tenant: &Tenant, property: &Property, wanted: Wanted<'_>) -> Value {
    let example = endpoint.vocabulary.example(&property.name);
    match property.ty {
        Type::String => Value::Text(text(endpoint, tenant, property, wanted)),
        Type::StringList => Value::List(vec![Value::Text(text(endpoint, tenant, property, wanted))]),
        Type::Boolean => Value::Bool(example == Some("true")),
        Type::Int => Value::Integer(
            example
                .and_then(|text| text.parse::<i32>().ok())
                .unwrap_or(1)
                .into(),
        ),
        Type::Long => Value::Integer(example.and_then(|text| text.parse().ok()).unwrap_or(1)),
        Type::Decimal => Value::Number(example.and_then(|text| text.parse().ok()).unwrap_or(1000.0)),
        Type::DateTime => Value::text(example.unwrap_or("2025-01-31T09:30:00")),
        Type::Enum(id) => member(&endpoint.enums[usize::from(id)], tenant, example),
        Type::Object(_) | Type::ObjectList(_) => Value::Null,
    }
}

/// Returns a member of an enumeration: from the tenant's list, or from the page.
fn member(list: &Enumeration, tenant: &Tenant, example: Option<&str>) -> Value {
    let named = |name: &&str| list.members.iter().any(|member| member.name == *name);
    let own = list.fact.and_then(|fact| tenant.listed().values(fact).first());
    let example = example.filter(named).or(own.map(String::as_str));
    let first = || list.members.first().map_or("", |member| &member.name);
    Value::text(example.unwrap_or_else(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for (name, words) in [
            ("FirstName", "first name"),
            ("LOBEntityCode", "lob entity code"),
            ("IsDefaultLOB", "is default lob"),
            ("AddressLine1", "address line 1"),
            ("SSOType", "sso type"),
            ("", ""),
        ] {
            assert_eq!(words_of(name), words);
        }
    }
}
