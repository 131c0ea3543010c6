//! `geplint rules`: the tables as they are enforced.

use std::fmt::Write as _;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::args::{Common, Rules, RulesFormat};
use super::settings::Project;
use super::{CLEAN, TROUBLE, inputs, terminal};
use crate::finding::{Evidence, Severity};
use crate::json::pretty;
use crate::report::style::{Look, Palette};
use crate::report::{OutputError, labels, wrap};
use crate::rules::{Constraint, Endpoint, Property, Table, Type, loaded};
use crate::sanitize::{self, escape};

/// Prints the endpoints, or the tables of one; or says whether a user's file is right.
pub fn run(args: &Rules, common: &Common) -> Result<u8, OutputError> {
    match text(args, common) {
        Ok(text) => {
            terminal::print(&text)?;
            Ok(CLEAN)
        }
        Err(message) => {
            terminal::complain(common, &message);
            Ok(TROUBLE)
        }
    }
}

fn text(args: &Rules, common: &Common) -> Result<String, String> {
    let rules = Project::of(common)?.rules(common);
    if let Some(file) = &args.check {
        let files: Vec<_> = rules.iter().chain([file]).cloned().collect();
        inputs::endpoints(&files, None)?;
        return Ok(format!("{}: right\n", sanitize::path(file)));
    }
    let look = terminal::stdout_look(common);
    let all = inputs::endpoints(&rules, args.endpoint.as_deref())?;
    let endpoints = match &args.endpoint {
        Some(id) => vec![inputs::find(&all, id)?],
        None => all,
    };
    let endpoints = loaded(&endpoints);
    Ok(match (args.format, &args.endpoint) {
        (RulesFormat::Json, _) => json(&endpoints),
        (RulesFormat::Table, Some(_)) => endpoints.iter().map(|endpoint| tables(endpoint, look)).collect(),
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

/// Every table of an endpoint, one after another.
fn tables(endpoint: &Endpoint, look: Look) -> String {
    let palette = look.palette();
    let mut text = format!(
        "{} {}\n{} {}\n",
        palette.strong(escape(&endpoint.id)),
        palette.faint(format!("(page {})", escape(&endpoint.page))),
        escape(&endpoint.method),
        escape(&endpoint.path)
    );
    for table in &endpoint.tables {
        table_text(&mut text, endpoint, table, look);
    }
    text
}

fn table_text(text: &mut String, endpoint: &Endpoint, table: &Table, look: Look) {
    let palette = look.palette();
    let place = if table.route.is_empty() {
        "the record".to_owned()
    } else {
        table.route.join(" / ")
    };
    let _ = writeln!(
        text,
        "\n{} {}",
        palette.strong(escape(&table.title)),
        palette.faint(format!("({})", escape(&place)))
    );
    let widths = Widths::of(endpoint, table);
    for property in &table.properties {
        row(text, endpoint, property, &widths, look);
    }
    for check in endpoint.of_checks(table) {
        let line = format!("{}: {} {}", check.rule, check.name, told(&check));
        text.push_str(&wrap::indented(&sanitize::line(&line), look.width, 2));
    }
}

struct Widths {
    row: usize,
    name: usize,
    ty: usize,
}

impl Widths {
    fn of(endpoint: &Endpoint, table: &Table) -> Self {
        let widest = |text: fn(&Endpoint, &Property) -> String| {
            table
                .properties
                .iter()
                .map(|property| text(endpoint, property).width())
                .max()
                .unwrap_or(0)
        };
        Self {
            row: widest(|_, property| escape(&property.row).into_owned()),
            name: widest(|_, property| escape(&property.name).into_owned()),
            ty: widest(type_text),
        }
    }
}

fn row(text: &mut String, endpoint: &Endpoint, property: &Property, widths: &Widths, look: Look) {
    let palette = look.palette();
    let ty = type_text(endpoint, property);
    let Widths {
        row,
        name,
        ty: ty_width,
    } = *widths;
    let (own_row, own_name) = (escape(&property.row), escape(&property.name));
    let head = format!("  {own_row:row$}  {own_name:name$}  {ty:ty_width$}");
    let mut told: Vec<String> = endpoint.of_property(property).iter().skip(1).map(told).collect();
    if !property.note.is_empty() {
        told.push(property.note.to_string());
    }
    let indent = head.width() + 2;
    let room = look.width.saturating_sub(indent);
    let colored = format!(
        "  {own_row:row$}  {}  {}",
        palette.name(format!("{own_name:name$}")),
        palette.faint(format!("{ty:ty_width$}"))
    );
    // Too narrow for a third column: what is told goes below.
    let (first, below) = if room < 24 {
        (colored.trim_end().to_owned() + "\n", 6)
    } else {
        (colored + "  ", indent)
    };
    if told.is_empty() {
        text.push_str(first.trim_end());
        text.push('\n');
        return;
    }
    let body = wrap::indented(&sanitize::line(&told.join("; ")), look.width, below);
    text.push_str(&first);
    text.push_str(if first.ends_with('\n') {
        &body
    } else {
        body.trim_start()
    });
}

fn told(constraint: &Constraint) -> String {
    let severity = labels::severity(constraint.severity);
    let needs = constraint.needs.map_or_else(String::new, |fact| {
        format!(", needs the tenant's {}", fact.name())
    });
    format!(
        "{} ({severity}, {}{needs})",
        constraint.what,
        labels::evidence(constraint.evidence)
    )
}

fn type_text(endpoint: &Endpoint, property: &Property) -> String {
    match (property.ty, property.max_length) {
        (Type::String, Some(limit)) => format!("string({limit})"),
        (ty, _) => escape(&endpoint.type_name(ty)).into_owned(),
    }
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
}

impl From<Constraint> for JsonConstraint {
    fn from(constraint: Constraint) -> Self {
        Self {
            rule: constraint.rule,
            what: constraint.what,
            severity: match constraint.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "advice",
            },
            evidence: match constraint.evidence {
                Evidence::Response => "response",
                Evidence::Table => "table",
                Evidence::Inferred => "inferred",
                Evidence::Contradicted => "contradicted",
            },
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
