//! Descriptions, examples and snippets in a schema, for people and editors.

use super::rows::{Members, SchemaInput, add};
use crate::json::Value;
use crate::rules::{Constraint, Property, PropertyId, Stated, Table, Type};
use crate::sample::{Extent, Sampler};

impl SchemaInput<'_> {
    /// Adds the title and description of a row, and an example of its value.
    pub(super) fn words(&self, table: &Table, id: PropertyId, members: &mut Members) {
        let property = table.property(id);
        add(members, "title", Value::text(&*property.name));
        add(members, "description", Value::Text(self.description(property)));
        if property.outbound_only {
            return;
        }
        let example = self.sampler().value_of(table.id, id, Extent::Minimal);
        match property.ty {
            Type::Object(_) | Type::ObjectList(_) => {
                let label = format!("{}: required properties", property.name);
                add(members, "defaultSnippets", snippets(&label, &example));
            }
            _ => add(members, "examples", Value::List(vec![example])),
        }
    }

    /// Adds the snippet of a table: its mandatory properties.
    pub(super) fn snippets_of(&self, table: &Table, members: &mut Members) {
        let label = format!("{}: required properties", table.title);
        let example = self.sampler().object_of(table.id, Extent::Minimal);
        add(members, "defaultSnippets", snippets(&label, &example));
    }

    /// Adds the snippets of a body with one record: the smallest one, and one with every property.
    pub(super) fn snippets_of_body(&self, members: &mut Members) {
        let bodies = [
            ("the smallest request", Extent::Minimal),
            ("every property", Extent::Full),
        ];
        let all = bodies.map(|(label, extent)| snippet(label, &self.sampler().body(1, extent)));
        add(members, "defaultSnippets", Value::List(all.into()));
    }

    fn sampler(&self) -> Sampler<'_> {
        Sampler::new(self.endpoint, self.tenant)
    }

    /// Returns the type and source of a row, and a line for each constraint other than its type.
    fn description(&self, property: &Property) -> String {
        let ty = self.endpoint.type_name(property.ty);
        let mut lines = vec![match &*property.source {
            "" => ty,
            source => format!("{ty} ({source})"),
        }];
        let constraints = self.endpoint.of_property(property);
        let listed = constraints.iter().filter(|one| one.stated != Stated::Type);
        lines.extend(listed.map(|one| line(one, property)));
        if !property.note.is_empty() {
            lines.push(property.note.to_string());
        }
        lines.join("\n")
    }
}

/// `mandatory (error, table): MandatoryField "City is Mandatory"`
fn line(constraint: &Constraint, property: &Property) -> String {
    let conditions = constraint
        .conditions
        .iter()
        .fold(String::new(), |all, one| format!("{all}, {one}"));
    let needs = match constraint.needs {
        Some(fact) => format!(", needs the tenant's {}", fact.name()),
        None => String::new(),
    };
    let answer = match &constraint.answer {
        Some(answer) => {
            let text = answer.description.replace("{property}", &property.name);
            let limit = property.max_length.unwrap_or_default().to_string();
            let text = text.replace("{limit}", &limit).replace("{value}", "...");
            format!(": {} \"{text}\"", answer.error_code)
        }
        None => String::new(),
    };
    let (severity, evidence) = (constraint.severity.word(), constraint.evidence.word());
    format!(
        "{}{conditions} ({severity}, {evidence}{needs}){answer}",
        constraint.what
    )
}

fn snippets(label: &str, body: &Value) -> Value {
    Value::List(vec![snippet(label, body)])
}

fn snippet(label: &str, body: &Value) -> Value {
    let mut next = 1;
    Value::object([
        ("label", Value::text(label)),
        ("body", with_stops(body, &mut next)),
    ])
}

/// Returns the value with a tab stop at each scalar, in the syntax of VS Code's snippets.
fn with_stops(value: &Value, next: &mut u32) -> Value {
    let mut stop = |text: String, is_text: bool| {
        let number = *next;
        *next += 1;
        let text = text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}");
        // VS Code inserts a string that begins with `^` without quotes.
        let mark = if is_text { "" } else { "^" };
        Value::Text(format!("{mark}${{{number}:{text}}}"))
    };
    match value {
        Value::Null => Value::Null,
        Value::Bool(flag) => stop(flag.to_string(), false),
        Value::Integer(number) => stop(number.to_string(), false),
        Value::Number(number) => stop(number.to_string(), false),
        Value::Text(text) => stop(text.clone(), true),
        Value::List(items) => Value::List(items.iter().map(|item| with_stops(item, next)).collect()),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), with_stops(value, next)));
            Value::Object(members.collect())
        }
    }
}
