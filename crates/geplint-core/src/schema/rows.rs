//! The value of a row.

use super::patterns;
use crate::finding::Severity;
use crate::json::Value;
use crate::pointer::escaped;
use crate::rules::{Claim, Endpoint, Enumeration, OneOf, Property, Shape, TenantList, Type};
use crate::tenant::{Fact, Tenant};

/// The input of a schema.
#[derive(Clone, Copy)]
pub(super) struct SchemaInput<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) tenant: &'a Tenant,
    /// The prefix of references: `#/definitions/`.
    pub(super) definitions: &'static str,
}

/// Members of a schema object.
pub(super) type Members = Vec<(String, Value)>;

/// Adds a member.
pub(super) fn add(members: &mut Members, name: &str, value: Value) {
    members.push((name.to_owned(), value));
}

/// Returns the value of a keyword such as `maxLength`.
pub(super) fn size(number: u32) -> Value {
    Value::Integer(number.into())
}

/// Returns the value of `not` in `{ "not": { "type": [..] } }`.
fn of_types(types: &[&str]) -> Value {
    Value::object([("type", Value::texts(types.iter().copied()))])
}

/// Returns a schema that rejects strings that match the pattern.
fn no_text(pattern: String) -> Value {
    let inner = Value::object([("type", Value::text("string")), ("pattern", Value::Text(pattern))]);
    Value::object([("not", inner)])
}

/// Returns the smallest and the largest number of at most `limit` characters. `None` for more than 2 characters, which suffice
/// for `1e9`: a schema does not see the notation of a number.
const fn shortest_numbers(limit: u32) -> Option<(i64, i64)> {
    match limit {
        1 => Some((0, 9)),
        2 => Some((-9, 99)),
        _ => None,
    }
}

/// Returns the schema of a text from a closed list. Numbers and booleans, which convert to text, are rejected if the list has
/// no number or boolean.
fn closed<'v>(pattern: String, values: impl Iterator<Item = &'v str>) -> Value {
    let (mut number, mut boolean) = (false, false);
    for value in values {
        let value = value.trim();
        number |= value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        boolean |= ["true", "false"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word));
    }
    let mut members = Members::new();
    add(&mut members, "pattern", Value::Text(pattern));
    let mut types = Vec::new();
    types.extend((!number).then_some("number"));
    types.extend((!boolean).then_some("boolean"));
    if !types.is_empty() {
        add(&mut members, "not", of_types(&types));
    }
    Value::Object(members)
}

/// Adds the types of a container. `null` and the empty string, which becomes null, are accepted unless the flags forbid them.
fn container(mut types: Vec<&str>, (no_null, no_empty): (bool, bool), members: &mut Members) {
    types.extend((!no_null).then_some("null"));
    types.extend((!no_empty).then_some("string"));
    add(members, "type", Value::texts(types));
    if !no_empty {
        add(members, "maxLength", size(0));
    }
}

fn of_64_bits(members: &mut Members) {
    add(members, "minimum", Value::Integer(i64::MIN));
    add(members, "maximum", Value::Integer(i64::MAX));
}

impl SchemaInput<'_> {
    /// Returns a reference to a definition.
    pub(super) fn reference(&self, name: &str) -> Value {
        let name = escaped(name);
        Value::object([("$ref", Value::Text(format!("{}{name}", self.definitions)))])
    }

    /// Returns true if a rule is enabled for this endpoint.
    pub(super) fn is_enabled(&self, rule: &str) -> bool {
        !self.endpoint.off.iter().any(|off| off == rule)
    }

    /// Returns true if a violation of a claim is an error, independent of the tenant.
    pub(super) fn is_error(&self, claim: &Claim) -> bool {
        claim.severity == Severity::Error && self.is_enabled(&claim.rule)
    }

    /// Returns true if a row is mandatory for every contact.
    pub(super) fn is_required(&self, property: &Property) -> bool {
        property
            .required
            .as_ref()
            .is_some_and(|required| !required.for_new_contact && self.is_error(&required.claim))
    }

    /// Returns whether null, and the empty string, are rejected as missing by the row alone, independent of its siblings.
    fn refuses_nothing(&self, property: &Property) -> (bool, bool) {
        let is_scalar = !matches!(
            property.ty,
            Type::String | Type::StringList | Type::Object(_) | Type::ObjectList(_)
        );
        let Some(required) = property.required.as_ref() else {
            return (false, false);
        };
        let refuses = self.is_required(property) && required.unless.is_none() && !is_scalar;
        (refuses, refuses && required.empty_evidence.is_none())
    }

    /// Adds the schema of a row's value.
    pub(super) fn value(&self, property: &Property, members: &mut Members) {
        if !self.is_enabled("does-not-convert") {
            return;
        }
        let (no_null, no_empty) = self.refuses_nothing(property);
        match property.ty {
            Type::String => {
                let mut types = vec!["array", "object"];
                types.extend(no_null.then_some("null"));
                // `true` has four letters.
                let is_short = property.max_length.is_some_and(|limit| limit < 4);
                types.extend((is_short && self.limits(property)).then_some("boolean"));
                add(members, "not", of_types(&types));
                self.text(property, members, no_empty);
            }
            Type::Boolean => {
                add(members, "not", of_types(&["array", "object"]));
                add(members, "pattern", Value::Text(patterns::boolean()));
                // Always valid; editors use it for completion.
                let hint = vec![
                    Value::object([("type", Value::text("boolean"))]),
                    Value::Bool(true),
                ];
                add(members, "anyOf", Value::List(hint));
            }
            Type::Int => {
                add(members, "type", Value::texts(["integer", "string", "null"]));
                add(members, "minimum", Value::Integer(i32::MIN.into()));
                add(members, "maximum", Value::Integer(i32::MAX.into()));
                add(members, "pattern", Value::Text(patterns::int()));
            }
            Type::Long => {
                add(
                    members,
                    "type",
                    Value::texts(["number", "string", "boolean", "null"]),
                );
                of_64_bits(members);
                add(members, "pattern", Value::Text(patterns::long()));
            }
            Type::Decimal => {
                // 2^96: the smallest number that is too large; a double can represent it.
                const LIMIT: f64 = 79_228_162_514_264_337_593_543_950_336.0;
                add(members, "type", Value::texts(["number", "string", "null"]));
                add(members, "minimum", Value::Number(-LIMIT));
                add(members, "maximum", Value::Number(LIMIT));
                add(members, "pattern", Value::Text(patterns::decimal()));
            }
            Type::DateTime => {
                add(members, "type", Value::texts(["string", "null"]));
                let matching =
                    patterns::date().map(|pattern| Value::object([("pattern", Value::Text(pattern))]));
                let others = patterns::no_date().map(no_text);
                add(
                    members,
                    "allOf",
                    Value::List(matching.into_iter().chain(others).collect()),
                );
            }
            Type::Enum(id) => self.member(&self.endpoint.enums[usize::from(id)], members),
            Type::Object(id) => {
                let table = &self.endpoint.table(id).name;
                let mut types = vec!["object"];
                types.extend(property.or_list.then_some("array"));
                container(types, (no_null, no_empty), members);
                if property.or_list {
                    add(members, "items", self.item(property, table));
                }
                add(members, "allOf", Value::List(vec![self.reference(table)]));
            }
            Type::ObjectList(id) => {
                container(vec!["array"], (no_null, no_empty), members);
                add(
                    members,
                    "items",
                    self.item(property, &self.endpoint.table(id).name),
                );
            }
            Type::StringList => {
                container(vec!["array"], (no_null, no_empty), members);
                let mut item = vec![("not".to_owned(), of_types(&["array", "object"]))];
                self.text(property, &mut item, false);
                add(members, "items", Value::Object(item));
            }
        }
    }

    /// Returns the schema of an element of an array of objects.
    fn item(&self, property: &Property, table: &str) -> Value {
        let takes_null = property.null_elements_allowed || !self.is_enabled("null-element");
        let mut members = Members::new();
        if takes_null {
            add(&mut members, "type", Value::texts(["object", "null", "string"]));
            add(&mut members, "maxLength", size(0));
        } else {
            add(&mut members, "type", Value::text("object"));
        }
        add(&mut members, "allOf", Value::List(vec![self.reference(table)]));
        Value::Object(members)
    }

    /// Returns true if exceeding the row's length is an error.
    fn limits(&self, property: &Property) -> bool {
        property
            .too_long
            .as_ref()
            .is_some_and(|claim| self.is_error(claim))
    }

    /// Adds the schema of a text. Numbers and booleans convert to texts that a schema does not see.
    fn text(&self, property: &Property, members: &mut Members, no_empty: bool) {
        if no_empty {
            add(members, "minLength", size(1));
        }
        if let (true, Some(limit)) = (self.limits(property), property.max_length) {
            // `maxLength` counts code points, the API UTF-16 units, which are never fewer.
            add(members, "maxLength", size(limit));
            if let Some((least, most)) = shortest_numbers(limit) {
                add(members, "minimum", Value::Integer(least));
                add(members, "maximum", Value::Integer(most));
                add(members, "multipleOf", Value::Integer(1));
            }
        }
        let mut all = Vec::new();
        for known in &property.known {
            all.extend(self.known(known));
        }
        if let Some(list) = &property.one_of {
            all.extend(self.list(list));
        }
        if !all.is_empty() {
            add(members, "allOf", Value::List(all));
        }
        if let Some(values) = self.suggested(property) {
            let hint = vec![Value::object([("enum", Value::texts(values))]), Value::Bool(true)];
            add(members, "anyOf", Value::List(hint));
        }
    }

    /// Returns the schema of a value that must be in a tenant's list.
    fn known(&self, known: &TenantList) -> Option<Value> {
        if !self.is_error(&known.claim) {
            return None;
        }
        // A record may add a contact for later records of the request.
        let may_grow = known.fact == Fact::Contacts && self.endpoint.contact.is_some();
        if let Some(values) = self.tenant.all_of(known.fact).filter(|_| !may_grow) {
            let also = known.also.iter().map(|word| patterns::any_case(word));
            let codes = values.into_iter().map(patterns::code).chain(also);
            let listed: Vec<&str> = self.tenant.all_of(known.fact).into_iter().flatten().collect();
            let words = listed.into_iter().chain(known.also.iter().map(String::as_str));
            let pattern = format!("^{}$|^$", patterns::one_of(codes));
            return Some(closed(pattern, words));
        }
        let is_suspect = known.suspect == Some(Shape::Email) && !self.tenant.has_list(known.fact);
        let refused = is_suspect && !(known.fact == Fact::Contacts && self.tenant.has_email_codes());
        refused.then(|| no_text(patterns::email()))
    }

    /// Returns the schema of a value that must be in a list. Whitespace is accepted; another rule reports it.
    fn list(&self, list: &OneOf) -> Option<Value> {
        if !self.is_error(&list.claim) {
            return None;
        }
        let public = list.list.iter().flat_map(|list| list.values());
        let values = list.values.iter().map(String::as_str).chain(public);
        let written = values.map(|value| {
            if list.ignore_case {
                patterns::any_case(value)
            } else {
                patterns::escaped(value)
            }
        });
        let all = patterns::one_of(written);
        let pattern = format!("^{all}$|^{}$", patterns::AROUND);
        let public = list.list.iter().flat_map(|list| list.values());
        Some(closed(
            pattern,
            list.values.iter().map(String::as_str).chain(public),
        ))
    }

    /// Returns values for completion in editors.
    fn suggested(&self, property: &Property) -> Option<Vec<String>> {
        let of_tenant = property.known.iter().find_map(|known| {
            let listed = self.tenant.listed();
            let mut values: Vec<String> = match known.fact {
                Fact::Contacts => {
                    let codes = listed
                        .contacts()
                        .iter()
                        .filter_map(|contact| contact.code.clone());
                    codes.take(OFFERED).collect()
                }
                fact => listed.values(fact).iter().take(OFFERED).cloned().collect(),
            };
            let is_any = !values.is_empty();
            values.extend(known.also.iter().cloned());
            is_any.then_some(values)
        });
        of_tenant.or_else(|| {
            let list = property.one_of.as_ref()?;
            let public = list.list.iter().flat_map(|list| list.values()).map(str::to_owned);
            let mut values = list.values.clone();
            for value in public {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            (!values.is_empty()).then_some(values)
        })
    }

    /// Adds the schema of a member of an enumeration.
    fn member(&self, list: &Enumeration, members: &mut Members) {
        add(
            members,
            "type",
            Value::texts(["string", "integer", "boolean", "null"]),
        );
        of_64_bits(members);
        let named = || list.members.iter().map(|member| member.name.as_str());
        let of_tenant = list.fact.and_then(|fact| self.tenant.all_of(fact));
        let pattern = if list.open && of_tenant.is_none() {
            patterns::open_member()
        } else {
            let own = of_tenant.iter().flatten().copied().map(patterns::code);
            patterns::member(named().map(patterns::any_case).chain(own))
        };
        add(members, "pattern", Value::Text(pattern));
        let own = list
            .fact
            .map_or(&[][..], |fact| self.tenant.listed().values(fact));
        let mut offered: Vec<String> = named().map(str::to_owned).collect();
        for name in own.iter().take(OFFERED) {
            if !offered.contains(name) {
                offered.push(name.clone());
            }
        }
        let hint = vec![
            Value::object([("enum", Value::texts(offered))]),
            Value::Bool(true),
        ];
        add(members, "anyOf", Value::List(hint));
    }
}

/// Maximum number of values of a tenant's list for completion.
const OFFERED: usize = 1000;
