//! `geplint rules`: prints the tables as they are enforced.

use std::fmt::Write as _;

use serde::Serialize;

use super::args::{Common, Rules, RulesFormat};
use super::exit_code::{CLEAN, TROUBLE};
use super::settings::Project;
use super::settings_error::Fault;
use super::{inputs, terminal};
use crate::finding::Wording;
use crate::json::pretty;
use crate::manual::endpoint_text;
use crate::report::style::Palette;
use crate::report::{OutputError, labels};
use crate::rules::{Answer, Constraint, Endpoint, Property};
use crate::sanitize::{self, escape};

/// Prints the endpoints, or the tables of one; or checks a user's file.
pub fn run(args: &Rules, common: &Common) -> Result<u8, OutputError> {
    let Some(text) = terminal::ok_or_print(text(args, common), common) else {
        return Ok(TROUBLE);
    };
    terminal::print(&text)?;
    Ok(CLEAN)
}

fn text(args: &Rules, common: &Common) -> Result<String, Fault> {
    let rules = Project::of(common)?.rules(common);
    if let Some(file) = &args.check {
        let files: Vec<_> = rules.iter().chain([file]).cloned().collect();
        inputs::rules(&files, None)?;
        return Ok(format!("{}: no mistakes\n", sanitize::path(file)));
    }
    let look = terminal::stdout_look(common);
    let rules = inputs::rules(&rules, args.endpoint.as_deref())?;
    if let Some(id) = &args.endpoint {
        inputs::is_known(&rules, id)?;
    }
    let endpoints: Vec<&Endpoint> = rules.endpoints().collect();
    Ok(match (args.format, &args.endpoint) {
        (RulesFormat::Json, _) => json(&endpoints),
        (RulesFormat::Table, Some(_)) => endpoints
            .iter()
            .map(|endpoint| endpoint_text(endpoint, look))
            .collect(),
        (RulesFormat::Table, None) => list(&endpoints, look.palette()),
    })
}

fn list(endpoints: &[&Endpoint], palette: Palette) -> String {
    let width = endpoints
        .iter()
        .map(|endpoint| endpoint.id.len())
        .max()
        .unwrap_or(0);
    endpoints.iter().fold(String::new(), |mut text, endpoint| {
        let id = palette
            .name(format!("{:width$}", escape(&endpoint.id)))
            .to_string();
        let _ = writeln!(
            text,
            "{id}  {:4} {}",
            escape(&endpoint.method),
            escape(&endpoint.path)
        );
        text
    })
}

#[derive(Serialize)]
struct JsonRules<'e> {
    version: u32,
    endpoints: Vec<JsonEndpoint<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEndpoint<'e> {
    endpoint: &'e str,
    method: &'e str,
    path: &'e str,
    page: &'e str,
    tables: Vec<JsonTable<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonTable<'e> {
    name: &'e str,
    title: &'e str,
    route: &'e [String],
    properties: Vec<JsonProperty<'e>>,
    checks: Vec<JsonConstraint>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonProperty<'e> {
    row: &'e str,
    name: &'e str,
    r#type: String,
    max_length: Option<u32>,
    constraints: Vec<JsonConstraint>,
    note: &'e str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonConstraint {
    rule: String,
    what: String,
    severity: &'static str,
    evidence: &'static str,
    source: String,
    needs: Option<&'static str>,
    conditions: Vec<String>,
    phase: &'static str,
    answer: Option<JsonAnswer>,
    note: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonAnswer {
    error_code: String,
    error_description: String,
    wording: &'static str,
}

impl JsonAnswer {
    fn new(answer: &Answer, wording: Wording) -> Self {
        Self {
            error_code: answer.error_code.to_string(),
            error_description: answer.description.to_string(),
            wording: wording.word(),
        }
    }
}

impl From<Constraint> for JsonConstraint {
    fn from(constraint: Constraint) -> Self {
        let answer = constraint.answer.as_ref();
        Self {
            answer: answer.map(|answer| JsonAnswer::new(answer, constraint.wording)),
            conditions: constraint.conditions,
            phase: labels::phase(constraint.phase),
            note: constraint.note,
            rule: constraint.rule,
            what: constraint.what,
            severity: constraint.severity.word(),
            evidence: constraint.evidence.word(),
            source: constraint.source,
            needs: constraint.needs.map(crate::rules::Fact::name),
        }
    }
}

fn json(endpoints: &[&Endpoint]) -> String {
    let document = JsonRules {
        version: 1,
        endpoints: endpoints.iter().map(|endpoint| json_endpoint(endpoint)).collect(),
    };
    pretty(&document, "\n") + "\n"
}

fn json_endpoint(endpoint: &Endpoint) -> JsonEndpoint<'_> {
    JsonEndpoint {
        endpoint: &endpoint.id,
        method: &endpoint.method,
        path: &endpoint.path,
        page: &endpoint.page,
        tables: endpoint
            .tables
            .iter()
            .map(|table| JsonTable {
                name: &table.name,
                title: &table.title,
                route: &table.route,
                properties: table
                    .properties
                    .iter()
                    .map(|property| json_property(endpoint, property))
                    .collect(),
                checks: endpoint
                    .of_checks(table)
                    .into_iter()
                    .map(JsonConstraint::from)
                    .collect(),
            })
            .collect(),
    }
}

fn json_property<'e>(endpoint: &Endpoint, property: &'e Property) -> JsonProperty<'e> {
    JsonProperty {
        row: &property.row,
        name: &property.name,
        r#type: endpoint.type_name(property.ty),
        max_length: property.max_length,
        constraints: endpoint
            .of_property(property)
            .into_iter()
            .map(JsonConstraint::from)
            .collect(),
        note: &property.note,
    }
}
