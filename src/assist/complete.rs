//! Completion.

use super::casing::case_of;
use super::cursor_position::{CursorPosition, Side, Slot};
use super::model::{Completion, CompletionKind, Completions, Context, Edit};
use super::snippet::{Need, Snippet, need_in_words};
use super::{row_markdown, value_description};
use crate::finding::Span;
use crate::json::{self, Cursor, Expected, Value};
use crate::manual::type_text;
use crate::rules::{Endpoint, Fact, Property, PropertyId, Type};
use crate::sample::{Extent, Sampler};
use crate::tenant::Tenant;

/// Maximum number of completions from lists of values; longer lists are filtered by the typed text.
const MOST: usize = 500;

/// Returns the completions at a byte offset: missing names, values from lists and tenant facts, records, bodies.
pub fn complete(context: &Context<'_>, bytes: &[u8], at: usize) -> Completions {
    let (text, _) = json::text(bytes);
    let mut all = Completions::default();
    let Some((cursor, side)) = cursor(&text, at) else {
        return all;
    };
    let endpoints = context.endpoints(&text);
    for endpoint in &endpoints {
        let position = CursorPosition::new(&text, endpoint, cursor.clone()).adjacent(side);
        let offer = Offer {
            tenant: context.tenant,
            position: &position,
            sampler: Sampler::new(endpoint, context.tenant).in_case(case_of(&position)),
            only: endpoints.len() == 1,
        };
        let offered = offer.all(&mut all.is_incomplete);
        // A completion of several endpoints is offered once.
        let new = offered.into_iter().filter(|new| {
            let mut known = all.items.iter();
            !known.any(|known| (&known.label, &known.insert) == (&new.label, &new.insert))
        });
        let new: Vec<Completion> = new.collect();
        all.items.extend(new);
    }
    all
}

/// Returns the cursor at a byte offset. Directly before or after an empty string, it is moved into the string: editors that
/// insert both quotes may leave the cursor there.
fn cursor(text: &str, at: usize) -> Option<(Cursor, Option<Side>)> {
    const EMPTY: &str = "\"\"";
    let before = text.get(..at).is_some_and(|before| before.ends_with(EMPTY));
    let after = text.get(at..).is_some_and(|after| after.starts_with(EMPTY));
    let sides = [
        (before, at.wrapping_sub(1), Side::After),
        (after, at.saturating_add(1), Side::Before),
    ];
    for (is_there, inside, side) in sides {
        if !is_there {
            continue;
        }
        let cursor = json::cursor(text, inside)?;
        if cursor.token.closed && cursor.token.entered && cursor.token.span.len() == 2 {
            return Some((cursor, Some(side)));
        }
    }
    Some((json::cursor(text, at)?, None))
}

/// Generates the completions of one endpoint at a position.
struct Offer<'o, 'a> {
    tenant: &'o Tenant,
    position: &'o CursorPosition<'a>,
    sampler: Sampler<'o>,
    /// True if there is no other candidate endpoint.
    only: bool,
}

/// A value from a list.
struct Choice {
    value: String,
    detail: String,
    documentation: String,
}

impl Offer<'_, '_> {
    fn all(&self, is_incomplete: &mut bool) -> Vec<Completion> {
        let position = self.position;
        let token = position.cursor.token;
        match position.cursor.expected {
            Expected::Name => self.names(),
            // After a value, with the comma still missing: the next member or element.
            Expected::Separator if !token.quoted && (token.entered || position.is_apart()) => {
                match (position.table(), position.slot()) {
                    (Some(_), _) => self.names(),
                    (None, slot) => self.values(slot, is_incomplete),
                }
            }
            Expected::Value => self.values(position.slot(), is_incomplete),
            Expected::Separator | Expected::Colon | Expected::Nothing => Vec::new(),
        }
    }

    /// Completes names: those missing in the object, mandatory ones first.
    fn names(&self) -> Vec<Completion> {
        let position = self.position;
        let (Some(table), Some(table_id)) = (position.table(), position.table_id()) else {
            return Vec::new();
        };
        let has: Vec<PropertyId> = position
            .members()
            .filter_map(|(name, ..)| table.find(&name))
            .collect();
        let typed = position.typed();
        let lacking = table.rows().filter(|(id, property)| {
            !has.contains(id) && !property.outbound_only && has_letters(&property.name, typed)
        });
        lacking
            .map(|(id, property)| {
                let need = Need::of(table, id);
                let mut snippet = Snippet::default();
                let name = self.sampler.name(property);
                if position.has_colon() {
                    snippet.text(&format!("\"{name}\""));
                } else {
                    snippet.name(&name);
                    match property.ty {
                        Type::Object(_) | Type::ObjectList(_) | Type::StringList => {
                            snippet.value(&self.sampler.value_of(table_id, id, Extent::Minimal));
                        }
                        ty => snippet.scalar(ty),
                    }
                    self.comma(&mut snippet);
                }
                let parts = [need_in_words(table, id), type_text(position.endpoint, property)];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                Completion {
                    detail: self.of(&parts.join("; ")),
                    documentation: row_markdown::row(position.endpoint, property),
                    sort_key: format!("{}{}{:04}", self.rank(&name), need as u8, id.0),
                    ..self.completion(&name, snippet, CompletionKind::Property)
                }
            })
            .collect()
    }

    /// Completes values in a slot.
    fn values(&self, slot: Slot<'_>, is_incomplete: &mut bool) -> Vec<Completion> {
        let position = self.position;
        match slot {
            Slot::Unknown => Vec::new(),
            _ if position.has_value() => Vec::new(),
            // A record and a body do not begin with a quote.
            Slot::Body | Slot::Record if position.cursor.token.quoted => Vec::new(),
            // Nothing follows a body.
            Slot::Body if !position.is_at_end() => Vec::new(),
            Slot::Body => {
                let body = self.sampler.body(1, Extent::Minimal);
                self.whole(
                    &format!("{}: body", position.endpoint.id),
                    &body,
                    of(position.endpoint),
                )
            }
            Slot::Record => {
                // Sample records with different indices have different keys.
                let index = position.cursor.record.unwrap_or(0) as usize;
                let record = self.sampler.record(index, Extent::Minimal);
                self.whole(
                    &format!("{}: record", position.endpoint.id),
                    &record,
                    of(position.endpoint),
                )
            }
            Slot::Row {
                row: (table, id),
                property,
                ty,
            } => match ty {
                Type::Object(_) | Type::ObjectList(_) | Type::StringList if position.cursor.token.quoted => {
                    Vec::new()
                }
                Type::Object(_) | Type::ObjectList(_) | Type::StringList => {
                    let label = position.endpoint.type_name(ty);
                    let value = match ty {
                        Type::Object(inner) => self.sampler.object_of(inner, Extent::Minimal),
                        _ => self.sampler.value_of(table, id, Extent::Minimal),
                    };
                    self.whole(&label, &value, row_markdown::row(position.endpoint, property))
                }
                Type::Boolean if position.cursor.token.quoted => Vec::new(),
                Type::Boolean => ["true", "false"].map(|word| self.chosen(word, word, 0)).into(),
                Type::Int | Type::Long | Type::Decimal | Type::DateTime => Vec::new(),
                Type::String | Type::Enum(_) => self.choices(property, ty, is_incomplete),
            },
        }
    }

    /// Completes an object or array with its mandatory properties.
    fn whole(&self, label: &str, value: &Value, documentation: String) -> Vec<Completion> {
        let mut snippet = Snippet::default();
        snippet.value(value);
        self.comma(&mut snippet);
        vec![Completion {
            documentation,
            sort_key: format!("0{label}"),
            ..self.completion(label, snippet, CompletionKind::Structure)
        }]
    }

    /// Completes values from the lists of a property, filtered by the typed text.
    fn choices(&self, property: &Property, ty: Type, is_incomplete: &mut bool) -> Vec<Completion> {
        let typed = self.position.typed();
        let fits = |text: &str| has_letters(text, typed);
        let mut all: Vec<Completion> = Vec::new();
        for choice in self.listed(property, ty) {
            if !fits(&choice.value) && !fits(&choice.detail) {
                continue;
            }
            if all.len() >= MOST {
                *is_incomplete = true;
                break;
            }
            let json = serde_json::to_string(&choice.value).unwrap_or_default();
            all.push(Completion {
                detail: self.of(&choice.detail),
                documentation: choice.documentation,
                ..self.chosen(&choice.value, &json, all.len())
            });
        }
        all
    }

    /// Returns the values of all lists of a property: those of its row, then those of the tenant.
    fn listed(&self, property: &Property, ty: Type) -> Vec<Choice> {
        let endpoint = self.position.endpoint;
        let mut all: Vec<Choice> = Vec::new();
        let mut add = |value: &str, detail: String, documentation: String| {
            all.push(Choice {
                value: value.to_owned(),
                detail,
                documentation,
            });
        };
        let mut facts: Vec<Fact> = property.known.iter().map(|known| known.fact).collect();
        if let Type::Enum(id) = ty {
            let list = &endpoint.enums[usize::from(id)];
            for member in &list.members {
                add(&member.name, list.name.to_string(), String::new());
            }
            facts.extend(list.fact);
        }
        if let Some(list) = &property.one_of {
            for value in &list.values {
                add(value, property.source.to_string(), String::new());
            }
            let public = list
                .list
                .iter()
                .flat_map(|public| public.values().map(move |value| (public, value)));
            for (public, value) in public {
                add(value, public.title.to_string(), String::new());
            }
        }
        let here = self.persona_here();
        for fact in facts {
            let listed = self.tenant.listed();
            if fact == Fact::Contacts {
                for contact in listed.contacts() {
                    let Some(code) = &contact.code else { continue };
                    add(code, value_description::of_contact(contact), String::new());
                }
                continue;
            }
            // Activities of the persona of the enclosing object are first.
            let activities = here.as_ref().filter(|_| fact == Fact::Activities);
            let first = activities.map_or(&[][..], |persona| listed.activities_of(persona));
            for value in first {
                let persona = here.as_deref().unwrap_or_default();
                add(value, format!("activity of {persona}"), String::new());
            }
            for value in listed.values(fact).iter().filter(|value| !first.contains(value)) {
                let more = value_description::details(self.tenant, fact, value);
                add(
                    value,
                    format!("the tenant's {}", fact.name()),
                    row_markdown::shown(&more),
                );
            }
        }
        let mut known = std::collections::HashSet::new();
        all.retain(|choice| known.insert(choice.value.clone()));
        all
    }

    /// Returns the persona code of an enclosing object, in the spelling of the tenant's list.
    fn persona_here(&self) -> Option<String> {
        let position = self.position;
        let personas = self.tenant.listed().values(Fact::Personas);
        position
            .levels
            .iter()
            .rev()
            .filter(|level| level.is_object)
            .find_map(|level| {
                let table = position.endpoint.table(level.table?);
                let tree = &position.cursor.tree;
                tree.members(level.node).find_map(|(key, value)| {
                    let property = table.property(table.find(&position.name(tree, key))?);
                    property.known.iter().find(|known| known.fact == Fact::Personas)?;
                    let code = position.name(tree, value);
                    let same = |persona: &&String| persona.eq_ignore_ascii_case(code.trim());
                    personas.iter().find(same).cloned()
                })
            })
    }

    /// Creates the completion of a value from a list; `json` is its literal.
    fn chosen(&self, label: &str, json: &str, index: usize) -> Completion {
        let mut snippet = Snippet::default();
        snippet.text(json);
        self.comma(&mut snippet);
        let completion = self.completion(label, snippet, CompletionKind::Value);
        Completion {
            is_snippet: false,
            insert: completion.plain.clone(),
            sort_key: format!("{}{index:05}", self.rank(label)),
            ..completion
        }
    }

    /// Returns 0 if the label begins with the typed text (ignoring ASCII case), otherwise 1. Part of the sort key.
    fn rank(&self, label: &str) -> u8 {
        let typed = self.position.typed();
        let start = label.get(..typed.len());
        u8::from(!start.is_some_and(|start| start.eq_ignore_ascii_case(typed)))
    }

    /// Appends a comma if one is needed.
    fn comma(&self, snippet: &mut Snippet) {
        if self.position.needs_comma() {
            snippet.text(",");
        }
    }

    /// Appends the endpoint id to a description if there are several candidate endpoints.
    fn of(&self, detail: &str) -> String {
        match (self.only, detail) {
            (true, detail) => detail.to_owned(),
            (false, "") => self.position.endpoint.id.to_string(),
            (false, detail) => format!("{detail} ({})", self.position.endpoint.id),
        }
    }

    fn completion(&self, label: &str, snippet: Snippet, kind: CompletionKind) -> Completion {
        let position = self.position;
        let token = position.cursor.token;
        let replace = position.replaced();
        // After a typed quote, clients compare the text after it with the label. A quote after the position stays, because many
        // clients do not replace text there.
        let is_behind_quote = token.quoted && token.entered && position.adjacent.is_none();
        let ends_alike = [&snippet.marked, &snippet.plain]
            .iter()
            .all(|text| text.ends_with('"'));
        let is_before_quote = is_behind_quote && token.closed && ends_alike;
        let bare = |text: String| {
            let text = match text.strip_prefix('"') {
                Some(bare) if is_behind_quote => bare,
                _ => &text,
            };
            let text = match text.strip_suffix('"') {
                Some(bare) if is_before_quote => bare,
                _ => text,
            };
            text.to_owned()
        };
        let replace = Span::new(
            replace.start + u32::from(is_behind_quote),
            replace.end - u32::from(is_before_quote),
        );
        Completion {
            label: label.to_owned(),
            insert: bare(snippet.marked),
            is_snippet: true,
            plain: bare(snippet.plain),
            kind,
            detail: self.of(""),
            documentation: String::new(),
            sort_key: String::new(),
            replace,
            filter: (position.adjacent == Some(Side::After)).then(|| format!("\"\"{label}")),
            also: position.lacks_comma().map(|at| Edit {
                span: Span::new(at, at),
                text: ",".to_owned(),
            }),
        }
    }
}

/// Returns true if the text contains the letters in this order, ignoring case. Clients filter again, each by its own rules; this
/// one is the most lenient.
fn has_letters(text: &str, letters: &str) -> bool {
    let mut rest = text.chars().flat_map(char::to_lowercase);
    let mut letters = letters.chars().flat_map(char::to_lowercase);
    letters.all(|letter| rest.any(|c| c == letter))
}

/// Describes an endpoint on one line.
fn of(endpoint: &Endpoint) -> String {
    format!(
        "{}: {} {}",
        row_markdown::shown(&endpoint.title),
        row_markdown::shown(&endpoint.method),
        row_markdown::code(&endpoint.path)
    )
}
