//! Hover for a name or a value.

use std::fmt::Write as _;

use super::cursor_position::{CursorPosition, Slot};
use super::model::{Context, Hover};
use super::{row_markdown, value_description};
use crate::finding::{Finding, Target};
use crate::json::{self, Expected, Root, Tree};
use crate::rules::Table;

/// Returns the hover at a byte offset; `None` if there is no name or value, or no table for it.
pub fn hover(context: &Context<'_>, bytes: &[u8], at: usize) -> Option<Hover> {
    let (text, _) = json::text(bytes);
    let cursor = json::cursor(&text, at)?;
    if cursor.token.span.is_empty() {
        return None;
    }
    let endpoint = *context.endpoints(&text).first()?;
    let span = cursor.token.span;
    let position = CursorPosition::new(&text, endpoint, cursor);
    let markdown = match position.cursor.expected {
        Expected::Name => name(context, &position)?,
        Expected::Value => value(context, &position)?,
        Expected::Colon | Expected::Separator | Expected::Nothing => return None,
    };
    Some(Hover { markdown, span })
}

/// Describes a name: its row, or the suggestion for an unknown name.
fn name(context: &Context<'_>, position: &CursorPosition<'_>) -> Option<String> {
    let table = position.table()?;
    let typed = position.token();
    if let Some(id) = table.find(&typed) {
        let property = table.property(id);
        let checks = row_markdown::checks(position.endpoint, table, property);
        return Some(row_markdown::row(position.endpoint, property) + &checks);
    }
    Some(unknown(context, position, table, &typed))
}

/// Describes an unknown name: its finding, and the row of the suggested property.
fn unknown(context: &Context<'_>, position: &CursorPosition<'_>, table: &Table, typed: &str) -> String {
    let found = finding_of_name(context, position);
    let Some(found) = found else {
        return format!(
            "{} is not a property of {}.",
            row_markdown::code(typed),
            row_markdown::shown(&table.title)
        );
    };
    let mut out = format!("{}.", row_markdown::shown(&found.message));
    if !found.help.is_empty() {
        let _ = write!(out, " {}", row_markdown::shown(&found.help));
    }
    let meant = found.suggestion.as_deref().and_then(|name| table.find(name));
    if let Some(id) = meant {
        let _ = write!(
            out,
            "\n\n---\n\n{}",
            row_markdown::row(position.endpoint, table.property(id))
        );
    }
    out
}

/// Checks the record, and returns the finding at the name.
fn finding_of_name(context: &Context<'_>, position: &CursorPosition<'_>) -> Option<Finding> {
    let record = position.levels.first()?.node;
    let start = position.cursor.tree.node(record).span.start;
    let rest = position.text.get(start as usize..)?;
    let mut reader = json::Reader::new(rest);
    if reader.root(&mut Tree::default()) != Root::Value {
        return None;
    }
    let body = format!("[{}]", reader.root_span()?.of(rest));
    let options = geplint_core::Options::for_endpoint(&position.endpoint.id);
    let checked = geplint_core::check(body.as_bytes(), context.rules, context.tenant, &options);
    let geplint_core::Checked::Request { findings, .. } = checked else {
        return None;
    };
    // In the checked body, the record begins at byte 1, after `[`.
    let at = position.cursor.token.span.start - start + 1;
    findings
        .into_iter()
        .find(|finding| finding.target == Target::Key && finding.span.start == at)
}

/// Describes a value: its conversion, its length and the lists that contain it.
fn value(context: &Context<'_>, position: &CursorPosition<'_>) -> Option<String> {
    let Slot::Row { property, ty, .. } = position.slot() else {
        return None;
    };
    let description = value_description::describe(context, position, property, ty)?;
    Some(format!(
        "**{}**: {description}",
        row_markdown::shown(&property.name)
    ))
}
