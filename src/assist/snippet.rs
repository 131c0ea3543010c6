//! Snippets: text with tab stops.

use std::fmt::Write as _;

use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{PropertyId, Table, Type};

/// A text with tab stops, and the same as plain text.
#[derive(Debug, Clone, Default)]
pub(super) struct Snippet {
    /// The text with stops, in LSP snippet syntax.
    pub marked: String,
    /// The text without stops.
    pub plain: String,
    stops: usize,
    indent: usize,
}

impl Snippet {
    /// Appends literal text.
    pub fn text(&mut self, text: &str) {
        self.plain.push_str(text);
        for c in text.chars() {
            if matches!(c, '$' | '\\') {
                self.marked.push('\\');
            }
            self.marked.push(c);
        }
    }

    /// Appends a stop with a default value, which may be empty.
    fn stop(&mut self, value: &str) {
        self.stops += 1;
        self.plain.push_str(value);
        let stop = self.stops;
        // Writing to a string cannot fail.
        let _ = if value.is_empty() {
            write!(self.marked, "${stop}")
        } else {
            let value = value
                .replace('\\', "\\\\")
                .replace('$', "\\$")
                .replace('}', "\\}");
            write!(self.marked, "${{{stop}:{value}}}")
        };
    }

    fn line(&mut self) {
        let line = format!("\n{}", "\t".repeat(self.indent));
        self.plain += &line;
        self.marked += &line;
    }

    /// Appends a name and its colon.
    pub fn name(&mut self, name: &str) {
        self.text("\"");
        self.text(name);
        self.text("\": ");
    }

    /// Appends a stop for a scalar of this type.
    pub fn scalar(&mut self, ty: Type) {
        match ty {
            Type::Boolean => self.stop("true"),
            Type::Int | Type::Long | Type::Decimal => self.stop("0"),
            _ => {
                self.text("\"");
                self.stop("");
                self.text("\"");
            }
        }
    }

    /// Appends a value in which every scalar is a stop. The recursion depth is that of the tables that the value is generated
    /// from.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                self.container(("[", "]"), &items);
            }
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| (Some(name.as_str()), value))
                    .collect();
                self.container(("{", "}"), &members);
            }
            Value::Text(text) => {
                let json = json(value);
                let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or(text);
                self.text("\"");
                self.stop(inner);
                self.text("\"");
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Number(_) => self.stop(&json(value)),
        }
    }

    fn container(&mut self, (open, close): (&str, &str), entries: &[(Option<&str>, &Value)]) {
        self.text(open);
        if entries.is_empty() {
            self.stop("");
            self.text(close);
            return;
        }
        let is_nested = |value: &Value| matches!(value, Value::List(_) | Value::Object(_));
        let on_lines = entries
            .iter()
            .any(|(name, value)| name.is_some() || is_nested(value));
        self.indent += 1;
        for (index, (name, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.text(if on_lines { "," } else { ", " });
            }
            if on_lines {
                self.line();
            }
            if let Some(name) = name {
                self.name(name);
            }
            self.value(value);
        }
        self.indent -= 1;
        if on_lines {
            self.line();
        }
        self.text(close);
    }
}

/// Serializes a scalar to JSON.
fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The degree to which a property is mandatory, in the order of completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// The API refuses an object without it.
    Mandatory,
    /// It is mandatory for new contacts only, or stated as mandatory but not enforced, or one of several properties of which
    /// one is mandatory.
    Maybe,
    /// It is optional.
    Optional,
}

impl Need {
    /// Classifies a property.
    pub fn of(table: &Table, id: PropertyId) -> Self {
        match &table.property(id).required {
            Some(required) if required.claim.severity == Severity::Error && !required.for_new_contact => {
                Self::Mandatory
            }
            Some(_) => Self::Maybe,
            None if any_of(table).any(|one| one.contains(&id)) => Self::Maybe,
            None => Self::Optional,
        }
    }
}

/// Describes the requirement of a property; empty if it is optional.
pub(super) fn need_in_words(table: &Table, id: PropertyId) -> String {
    let Some(required) = &table.property(id).required else {
        let others = any_of(table).find(|one| one.contains(&id)).into_iter().flatten();
        let names: Vec<&str> = others
            .filter(|other| **other != id)
            .map(|other| &*table.property(*other).name)
            .collect();
        return match names.as_slice() {
            [] => String::new(),
            names => format!("this or {}", names.join(" or ")),
        };
    };
    let word = match (required.for_new_contact, required.claim.severity) {
        (true, _) => "mandatory for a new contact",
        (false, Severity::Error) => "mandatory",
        (false, _) => "stated to be mandatory",
    };
    match required.unless {
        Some(other) => format!("{word} unless {} is given", table.property(other).name),
        None => word.to_owned(),
    }
}

/// Iterates over the groups of properties of which one is mandatory.
fn any_of(table: &Table) -> impl Iterator<Item = &[PropertyId]> {
    table.checks.iter().filter_map(|check| check.kind.needs_one_of())
}
