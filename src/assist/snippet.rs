//! Text with places to fill in.

use std::fmt::Write as _;

use super::casing::Casing;
use crate::finding::Severity;
use crate::rules::{CheckKind, Endpoint, Property, PropertyId, Table, TableId, Type};

/// Objects in objects that are written out; a table may lead back to itself.
const MAX_DEPTH: usize = 6;

/// A text with places to fill in, as a snippet and as plain text.
#[derive(Debug, Clone, Default)]
pub(super) struct Snippet {
    /// With stops.
    pub marked: String,
    /// Without.
    pub plain: String,
    stops: usize,
    indent: usize,
}

impl Snippet {
    /// Text that stands for itself.
    pub fn text(&mut self, text: &str) {
        self.plain.push_str(text);
        for c in text.chars() {
            if matches!(c, '$' | '\\') {
                self.marked.push('\\');
            }
            self.marked.push(c);
        }
    }

    /// A stop with a value that may be kept; empty for none.
    fn stop(&mut self, value: &str) {
        self.stops += 1;
        self.plain.push_str(value);
        let stop = self.stops;
        // Writing to a string cannot fail.
        let _ = if value.is_empty() {
            write!(self.marked, "${stop}")
        } else {
            write!(self.marked, "${{{stop}:{value}}}")
        };
    }

    fn line(&mut self) {
        let line = format!("\n{}", "\t".repeat(self.indent));
        self.plain += &line;
        self.marked += &line;
    }

    /// A name and its colon.
    pub fn name(&mut self, name: &str) {
        self.text("\"");
        self.text(name);
        self.text("\": ");
    }

    /// A value of that type to fill in; of an object what it cannot do without.
    pub fn value(&mut self, endpoint: &Endpoint, ty: Type, casing: Casing, depth: usize) {
        match ty {
            Type::String | Type::DateTime | Type::Enum(_) => {
                self.text("\"");
                self.stop("");
                self.text("\"");
            }
            Type::Boolean => self.stop("true"),
            Type::Int | Type::Long | Type::Decimal => self.stop("0"),
            Type::StringList => {
                self.text("[\"");
                self.stop("");
                self.text("\"]");
            }
            Type::Object(table) => self.object(endpoint, table, casing, depth),
            Type::ObjectList(table) => {
                self.text("[");
                self.indent += 1;
                self.line();
                self.object(endpoint, table, casing, depth);
                self.indent -= 1;
                self.line();
                self.text("]");
            }
        }
    }

    fn object(&mut self, endpoint: &Endpoint, table: TableId, casing: Casing, depth: usize) {
        let table = endpoint.table(table);
        let needed = needed(endpoint, table);
        self.text("{");
        if needed.is_empty() || depth >= MAX_DEPTH {
            self.stop("");
            self.text("}");
            return;
        }
        self.indent += 1;
        for (index, property) in needed.into_iter().enumerate() {
            if index > 0 {
                self.text(",");
            }
            self.line();
            self.name(&casing.write(&property.name));
            self.value(endpoint, property.ty, casing, depth + 1);
        }
        self.indent -= 1;
        self.line();
        self.text("}");
    }
}

/// How much a property matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// The API refuses an object without it.
    Mandatory,
    /// It is mandatory for new contacts, stated to be so and not held to, or one of several of which one is.
    Maybe,
    /// It may be left out.
    Optional,
}

impl Need {
    /// That of a property.
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

/// The same in words; nothing for what may be left out.
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

/// The groups of properties of which an object needs one.
fn any_of(table: &Table) -> impl Iterator<Item = &[PropertyId]> {
    table.checks.iter().filter_map(|check| match &check.kind {
        CheckKind::AnyOf(any_of) => Some(&*any_of.0),
        _ => None,
    })
}

/// What an object of a table cannot do without: what is mandatory, the first of several of which one is; of a record its key.
fn needed<'a>(endpoint: &'a Endpoint, table: &'a Table) -> Vec<&'a Property> {
    let is_record = std::ptr::eq(table, endpoint.record_table());
    let key = endpoint.key.first().filter(|_| is_record);
    let ids = (0..).map(PropertyId).zip(&table.properties);
    let is_needed = |id: PropertyId| {
        Need::of(table, id) == Need::Mandatory
            || Some(&id) == key
            || any_of(table).any(|one| one.first() == Some(&id))
    };
    ids.filter(|(id, property)| is_needed(*id) && !property.outbound_only)
        .map(|(_, property)| property)
        .collect()
}
