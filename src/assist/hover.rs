//! What is shown of the name or the value at a place.

use std::fmt::Write as _;

use super::model::{Context, Hover};
use super::place::{Place, Slot};
use super::{row, values};
use crate::finding::{Finding, Target};
use crate::json::{self, Expected, Root, Tree};
use crate::rules::Table;

/// What is known of the name or the value at a byte of a text; `None` where there is neither, or no table knows it.
pub fn hover(context: &Context<'_>, bytes: &[u8], at: usize) -> Option<Hover> {
    let (text, _) = json::text(bytes);
    let cursor = json::cursor(&text, at)?;
    if cursor.token.span.is_empty() {
        return None;
    }
    let endpoint = *context.endpoints(&text).first()?;
    let span = cursor.token.span;
    let place = Place::new(&text, endpoint, cursor);
    let markdown = match place.cursor.expected {
        Expected::Name => name(context, &place)?,
        Expected::Value => value(context, &place)?,
        Expected::Colon | Expected::Separator | Expected::Nothing => return None,
    };
    Some(Hover { markdown, span })
}

/// Of a name: its row, or what was meant by it.
fn name(context: &Context<'_>, place: &Place<'_>) -> Option<String> {
    let table = place.table()?;
    let typed = place.token();
    if let Some(id) = table.find(&typed) {
        let property = table.property(id);
        let checks = row::checks(place.endpoint, table, property);
        return Some(row::row(place.endpoint, property) + &checks);
    }
    Some(unknown(context, place, table, &typed))
}

/// What is said of a name that the table does not have, and the row that was meant.
fn unknown(context: &Context<'_>, place: &Place<'_>, table: &Table, typed: &str) -> String {
    let found = finding_of_name(context, place);
    let Some(found) = found else {
        return format!(
            "{} is not a property of {}.",
            row::code(typed),
            row::shown(&table.title)
        );
    };
    let mut out = format!("{}.", row::shown(&found.message));
    if !found.help.is_empty() {
        let _ = write!(out, " {}", row::shown(&found.help));
    }
    let meant = found.suggestion.as_deref().and_then(|name| table.find(name));
    if let Some(id) = meant {
        let _ = write!(out, "\n\n---\n\n{}", row::row(place.endpoint, table.property(id)));
    }
    out
}

/// What a check of the record says of the name at the place.
fn finding_of_name(context: &Context<'_>, place: &Place<'_>) -> Option<Finding> {
    let record = place.levels.first()?.node;
    let start = place.cursor.tree.node(record).span.start;
    let rest = place.text.get(start as usize..)?;
    let mut reader = json::Reader::new(rest);
    if reader.root(&mut Tree::default()) != Root::Value {
        return None;
    }
    let body = format!("[{}]", reader.root_span()?.of(rest));
    let options = geplint_core::Options::for_endpoint(&place.endpoint.id);
    let checked = geplint_core::check(body.as_bytes(), context.rules, context.tenant, &options);
    let geplint_core::Checked::Request { findings, .. } = checked else {
        return None;
    };
    // The record begins one byte further on there.
    let at = place.cursor.token.span.start - start + 1;
    findings
        .into_iter()
        .find(|finding| finding.target == Target::Key && finding.span.start == at)
}

/// Of a value: what it becomes.
fn value(context: &Context<'_>, place: &Place<'_>) -> Option<String> {
    let Slot::Row { property, ty, .. } = place.slot() else {
        return None;
    };
    let said = values::said(context, place, property, ty)?;
    Some(format!("**{}**: {said}", row::shown(&property.name)))
}
