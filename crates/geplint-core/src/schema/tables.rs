//! The object of a table: its names in any case, and its mandatory properties.

use super::patterns;
use super::rows::{Members, SchemaInput, add};
use crate::json::Value;
use crate::rules::{Property, PropertyId, Table};

impl SchemaInput<'_> {
    /// Returns the schema of an object; it accepts any value that is not an object.
    pub(super) fn table(&self, table: &Table) -> Members {
        let mut members = Members::new();
        let rows = || table.properties.iter();
        let plain = rows().map(|row| (row.name.to_string(), self.reference(&row.constraint)));
        let in_any_case = rows().map(|row| (patterns::name(&row.name), self.reference(&row.constraint)));
        add(&mut members, "properties", Value::Object(plain.collect()));
        add(
            &mut members,
            "patternProperties",
            Value::Object(in_any_case.collect()),
        );
        let mut all = Vec::new();
        for row in rows().filter(|row| self.is_required(row)) {
            let unless = row.required.as_ref().and_then(|required| required.unless);
            all.push(match unless {
                None => present(row),
                Some(sibling) => {
                    let sibling = table.property(sibling);
                    let message = format!("{} is missing, and so is {}", row.name, sibling.name);
                    any_of([row, sibling].into_iter(), message)
                }
            });
        }
        for check in &table.checks {
            if let Some(ids) = check.kind.needs_one_of()
                && self.is_error(&check.claim)
            {
                let rows = ids.iter().map(|id: &PropertyId| table.property(*id));
                let names: Vec<&str> = rows.clone().map(|row| &*row.name).collect();
                all.push(any_of(rows, format!("neither {} is given", names.join(" nor "))));
            }
        }
        if !all.is_empty() {
            add(&mut members, "allOf", Value::List(all));
        }
        members
    }
}

/// Returns the schema of an object without the property, in any case of its name.
fn without(property: &Property) -> Value {
    let name = Value::object([("pattern", Value::Text(patterns::name(&property.name)))]);
    let other = Value::object([("not", name)]);
    Value::object([("type", Value::text("object")), ("propertyNames", other)])
}

/// Returns a schema that requires the property, with any value.
fn present(property: &Property) -> Value {
    Value::object([
        ("not", without(property)),
        (
            "errorMessage",
            Value::Text(format!("{} is missing", property.name)),
        ),
    ])
}

/// Returns a schema that requires one of these properties with a value that is neither null nor empty.
fn any_of<'p>(rows: impl Iterator<Item = &'p Property>, message: String) -> Value {
    let given = rows.map(|row| {
        let nothing = Value::object([("enum", Value::List(vec![Value::Null, Value::text("")]))]);
        let value = Value::Object(vec![(
            patterns::name(&row.name),
            Value::object([("not", nothing)]),
        )]);
        Value::object([("not", without(row)), ("patternProperties", value)])
    });
    Value::object([
        ("anyOf", Value::List(given.collect())),
        ("errorMessage", Value::Text(message)),
    ])
}
