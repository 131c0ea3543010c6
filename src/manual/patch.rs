//! The rules file with which a user whose tenant differs changes a row or a check.

use super::{Example, constraint_list};
use crate::rules::{Constraint, Endpoint, RuleText, Stated};

/// Returns a rules file that keeps the rule's example from being reported; `None` if no row or check states the rule.
pub fn patch(rule: &RuleText, endpoints: &[&Endpoint], example: Option<&Example>) -> Option<String> {
    let id = rule.endpoint.as_deref()?;
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == id)?;
    let rows = constraint_list::of(&rule.id, endpoint);
    let shown = example.and_then(|example| example.finding(&rule.id));
    let row = shown
        .and_then(|finding| rows.iter().find(|row| row.name == finding.constraint))
        .or_else(|| rows.first())?;
    let head = format!("endpoint = \"{id}\"\n");
    Some(match change(endpoint, row) {
        Some(change) => head + "\n" + &change,
        None => format!("{head}rules-off = [\"{}\"]\n", rule.id),
    })
}

fn change(endpoint: &Endpoint, row: &Constraint) -> Option<String> {
    let cell = match row.stated {
        Stated::Type => "type = \"string\"".to_owned(),
        Stated::Required => "required = \"no\"".to_owned(),
        Stated::Length => format!("type = \"string({})\"", length(endpoint, row)?.saturating_mul(2)),
        Stated::List => "one-of = \"no\"".to_owned(),
        Stated::Known => "known = \"no\"".to_owned(),
        Stated::Check => return Some(format!("[[checks]]\nrule = \"{}\"\noff = true\n", row.rule)),
        Stated::Otherwise => return None,
    };
    let (table, name) = row.name.split_once('.')?;
    Some(format!("[tables.{table}.properties]\n{name}.{cell}\n"))
}

fn length(endpoint: &Endpoint, row: &Constraint) -> Option<u32> {
    let mut properties = endpoint.tables.iter().flat_map(|table| &table.properties);
    properties
        .find(|property| property.constraint == row.name)?
        .max_length
}
