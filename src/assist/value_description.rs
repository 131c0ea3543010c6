//! Describes a value: its conversion by the API's converter, its length, and its presence in lists and tenant facts.

use std::fmt::Write as _;

use super::cursor_position::CursorPosition;
use super::model::Context;
use super::row_markdown::{code, shown};
use crate::bind::{self, Json, Scalar};
use crate::json;
use crate::rules::{Endpoint, Fact, Property, Type};
use crate::tenant::{Presence, Tenant};

/// Describes the value at the position; `None` if the token is not a scalar.
pub(super) fn describe(
    context: &Context<'_>,
    position: &CursorPosition<'_>,
    property: &Property,
    ty: Type,
) -> Option<String> {
    let token = position.cursor.token;
    let written = token.span.of(position.text);
    let text = position.token();
    let json = match written {
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        "null" => Json::Null,
        _ if token.quoted && token.closed => Json::Text(&text),
        _ if !token.quoted && json::is_number(written) => Json::Number(written),
        _ => return None,
    };
    let mut out = conversion(position.endpoint, ty, json);
    let converted = match json {
        Json::Text(text) | Json::Number(text) => text,
        Json::Bool(_) => written,
        Json::Null | Json::Array | Json::Object => "",
    };
    if ty == Type::String && !converted.is_empty() {
        out += &length(property, converted);
    }
    if let (Type::Enum(id), Json::Text(text)) = (ty, json) {
        let list = &position.endpoint.enums[usize::from(id)];
        if list
            .members
            .iter()
            .any(|member| member.name.eq_ignore_ascii_case(text))
        {
            let _ = write!(out, " A member of {}.", shown(&list.name));
        } else if list.open {
            out += " The page names only some of the members, and not this one.";
        }
    }
    if let Some(list) = property.one_of.as_ref().filter(|_| !converted.is_empty()) {
        let title = match &list.list {
            Some(public) => shown(&public.title),
            None => format!("the list: {}", shown(&list.values.join(", "))),
        };
        let is = if list.holds(converted) { "In" } else { "Not in" };
        let _ = write!(out, " {is} {title}.");
    }
    for known in property.known.iter().filter(|_| !converted.is_empty()) {
        out += &fact(context.tenant, known.fact, converted);
    }
    Some(out)
}

/// Describes the conversion.
fn conversion(endpoint: &Endpoint, ty: Type, json: Json<'_>) -> String {
    let (scalar, members) = match ty {
        Type::String => (Scalar::String, &[][..]),
        Type::Boolean => (Scalar::Boolean, &[][..]),
        Type::Int => (Scalar::Int, &[][..]),
        Type::Long => (Scalar::Long, &[][..]),
        Type::Decimal => (Scalar::Decimal, &[][..]),
        Type::DateTime => (Scalar::DateTime, &[][..]),
        Type::Enum(id) => (Scalar::Enum, &*endpoint.enums[usize::from(id)].members),
        Type::Object(_) | Type::ObjectList(_) | Type::StringList => {
            return container(endpoint, ty, json);
        }
    };
    let wanted = endpoint.type_name(ty);
    match bind::bind(scalar, members, true, json, &endpoint.clr_name(ty)) {
        Ok(bound) => match (json, bound.change) {
            (Json::Null, _) => format!("null for {}.", shown(&wanted)),
            (Json::Text(""), None) if ty == Type::String => "an empty string.".to_owned(),
            (_, None) if ty == Type::String => "a string.".to_owned(),
            (_, None) => format!(
                "converts to {}: {}.",
                shown(&wanted),
                code(&bound.becomes(members))
            ),
            (_, Some(_)) if matches!(ty, Type::Enum(_)) => {
                format!(
                    "converts to {}, but which member that is is not documented.",
                    shown(&wanted)
                )
            }
            (_, Some(_)) => format!(
                "converts to {}, but is written in another form. The API reads {}.",
                shown(&wanted),
                code(&bound.becomes(members))
            ),
        },
        Err(failure) if failure.unknown_member && is_open(endpoint, ty) => {
            "converts only if the tenant has such a member.".to_owned()
        }
        Err(failure) => refused(&wanted, &failure.sentence),
    }
}

fn is_open(endpoint: &Endpoint, ty: Type) -> bool {
    matches!(ty, Type::Enum(id) if endpoint.enums[usize::from(id)].open)
}

/// Describes a scalar in place of an object or array.
fn container(endpoint: &Endpoint, ty: Type, json: Json<'_>) -> String {
    let what = match ty {
        Type::Object(_) => bind::Container::Object,
        _ => bind::Container::List,
    };
    match bind::bind_container(what, json, &endpoint.clr_name(ty)) {
        Ok(()) => "is read as null.".to_owned(),
        Err(sentence) => refused(&endpoint.type_name(ty), &sentence),
    }
}

fn refused(wanted: &str, sentence: &str) -> String {
    format!(
        "does not convert to {}. The whole request fails; the API answers \"{}\"",
        shown(wanted),
        shown(sentence)
    )
}

/// Describes the length of the text and its limit.
fn length(property: &Property, text: &str) -> String {
    let count = text.chars().count();
    let characters = if count == 1 { "character" } else { "characters" };
    let Some(limit) = property.max_length else {
        return format!(" {count} {characters}; no limit is documented.");
    };
    // As in messages: characters, unless the count of UTF-16 units (which the API uses) differs.
    let length = json::utf16_len(text);
    let unit = if length == count {
        characters
    } else {
        "UTF-16 units"
    };
    if length > limit as usize {
        format!(" {length} {unit}; the limit is {limit}.")
    } else {
        format!(" {length} {unit} of at most {limit}.")
    }
}

/// Describes whether the value is in the tenant's list.
fn fact(tenant: &Tenant, fact: Fact, text: &str) -> String {
    let name = fact.name();
    match tenant.knows(fact, text) {
        Presence::Unknown => {
            format!(" Unknown whether it is among the tenant's {name}: there is no complete list of them.")
        }
        Presence::Absent => format!(" Not among the tenant's {name}."),
        Presence::Present => {
            let more = details(tenant, fact, text);
            let colon = if more.is_empty() { "" } else { ": " };
            format!(" Among the tenant's {name}{colon}{}.", shown(&more))
        }
    }
}

/// Returns the details that the tenant's list has about a value; may be empty.
pub(super) fn details(tenant: &Tenant, fact: Fact, value: &str) -> String {
    let same = |listed: &str| listed.trim().eq_ignore_ascii_case(value.trim());
    let listed = tenant.listed();
    match fact {
        Fact::Personas => {
            let persona = listed.values(fact).iter().find(|persona| same(persona));
            let activities = persona.map_or(&[][..], |persona| listed.activities_of(persona));
            if activities.is_empty() {
                return String::new();
            }
            format!("activities {}", some(activities))
        }
        Fact::Contacts => {
            let mut contacts = listed.contacts().iter();
            let contact = contacts.find(|contact| contact.code.as_deref().is_some_and(same));
            contact.map_or(String::new(), of_contact)
        }
        _ => String::new(),
    }
}

/// Describes a contact.
pub(super) fn of_contact(contact: &crate::tenant::ListedContact) -> String {
    let active = contact
        .active
        .map(|active| if active { "active" } else { "not active" });
    let lob = contact.lob.as_ref().map(|lob| format!("belongs to {lob}"));
    let parts = [contact.user.clone(), active.map(str::to_owned), lob];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Joins the first names of a list.
fn some(names: &[String]) -> String {
    crate::report::labels::list_names(names, 8)
}
