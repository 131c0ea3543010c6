//! The schema document of a request body.

use super::rows::{Members, SchemaInput, add, size};
use crate::json::Value;
use crate::rules::Endpoint;
use crate::tenant::Tenant;

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Draft {
    /// Draft-07, which editors support best.
    #[default]
    Seven,
    /// 2020-12.
    Of2020,
}

impl Draft {
    const fn uri(self) -> &'static str {
        match self {
            Self::Seven => "http://json-schema.org/draft-07/schema#",
            Self::Of2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    const fn definitions(self) -> &'static str {
        match self {
            Self::Seven => "definitions",
            Self::Of2020 => "$defs",
        }
    }
}

/// Returns the JSON Schema of an endpoint's request body. Lists of the tenant add values for completion; complete lists also
/// reject other values.
#[must_use]
pub fn schema(endpoint: &Endpoint, tenant: &Tenant, draft: Draft) -> Value {
    let source = SchemaInput {
        endpoint,
        tenant,
        definitions: match draft {
            Draft::Seven => "#/definitions/",
            Draft::Of2020 => "#/$defs/",
        },
    };
    let mut document = Members::new();
    add(&mut document, "$schema", Value::text(draft.uri()));
    add(&mut document, "title", Value::text(&*endpoint.title));
    let description = format!(
        "The body of {} {}, made by geplint from its rules. It states what a JSON Schema can of the errors that geplint finds; \
         names match in any case.",
        endpoint.method, endpoint.path
    );
    add(&mut document, "description", Value::Text(description));
    if source.is_enabled("wrong-root") && source.is_enabled("does-not-convert") {
        add(&mut document, "type", Value::texts(["array", "null", "string"]));
        add(&mut document, "maxLength", size(0));
        let empty = endpoint.empty_request.as_ref();
        if empty.is_some_and(|claim| source.is_error(claim)) {
            add(&mut document, "minItems", size(1));
        }
        let mut record = Members::new();
        if source.is_enabled("null-record") {
            add(&mut record, "type", Value::text("object"));
        }
        let table = &endpoint.record_table().name;
        add(&mut record, "allOf", Value::List(vec![source.reference(table)]));
        add(&mut document, "items", Value::Object(record));
    }
    source.snippets_of_body(&mut document);
    let mut definitions = Members::new();
    for table in &endpoint.tables {
        let mut object = Members::new();
        add(&mut object, "title", Value::text(&*table.title));
        object.extend(source.table(table));
        source.snippets_of(table, &mut object);
        add(&mut definitions, &table.name, Value::Object(object));
        for (id, property) in table.rows() {
            let mut row = Members::new();
            source.words(table, id, &mut row);
            source.value(property, &mut row);
            add(&mut definitions, &property.constraint, Value::Object(row));
        }
    }
    add(&mut document, draft.definitions(), Value::Object(definitions));
    Value::Object(document)
}
