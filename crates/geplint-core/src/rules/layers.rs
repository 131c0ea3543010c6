//! Layers of rules: ours, and the user's files over it, merged into one before anything is compiled.
//!
//! A patch names its endpoint and holds only what differs. Rows are merged by their name, checks by their rule and
//! what they look at; everything else by its key. What a patch touches carries its name, so that a finding's source
//! shows which layer spoke.

use std::ops::Range;

use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::compile::{LoadError, load};
use super::definition::PatchDef;
use super::{Endpoint, List};

/// A user's rules file.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'t> {
    /// The name that is shown where it spoke: its file name.
    pub name: &'t str,
    /// Its text.
    pub text: &'t str,
}

/// What tells one check from another.
const CHECK_KEYS: [&str; 5] = ["rule", "table", "property", "properties", "items"];

/// The endpoint that a rules file is about.
pub fn endpoint_of(text: &str) -> Result<String, LoadError> {
    #[derive(Deserialize)]
    struct Head {
        endpoint: Spanned<String>,
    }
    let head: Head = toml::from_str(text).map_err(|error| of_toml(&error))?;
    Ok(head.endpoint.into_inner())
}

/// Merges layers over a base, if there is one, and loads the result.
///
/// Errors carry the index of the layer that is wrong, and their place in it.
pub fn load_layers(
    base: Option<&str>,
    layers: &[Layer<'_>],
    lists: &[List],
) -> Result<Endpoint, (usize, LoadError)> {
    let mut merged = match base {
        Some(text) => parse(text).map_err(|error| (0, error))?,
        None => Table::new(),
    };
    let mut endpoint = None;
    for (index, layer) in layers.iter().enumerate() {
        let fail = |error| (index, error);
        // On its own first: a misspelt key is shown where it stands.
        let patch: PatchDef = toml::from_str(layer.text).map_err(|error| fail(of_toml(&error)))?;
        // Without its rule a check would be every check.
        if let Some(check) = patch
            .checks
            .iter()
            .find(|check| check.get_ref().claim.rule.is_none())
        {
            let message = "a check is found by its `rule`".to_owned();
            return Err(fail(LoadError {
                message,
                span: check.span(),
            }));
        }
        merge_endpoint(&mut merged, parse(layer.text).map_err(fail)?, layer.name);
        let text = toml::to_string(&merged).map_err(|error| {
            fail(LoadError {
                message: error.to_string(),
                span: 0..0,
            })
        })?;
        let loaded = load(&text, lists).map_err(|error| {
            let span = locate(layer.text, &error.message);
            fail(LoadError { span, ..error })
        })?;
        endpoint = Some(loaded);
    }
    match (endpoint, base) {
        (Some(endpoint), _) => Ok(endpoint),
        (None, Some(text)) => load(text, lists).map_err(|error| (0, error)),
        (None, None) => Err((
            0,
            LoadError {
                message: "there are no rules".to_owned(),
                span: 0..0,
            },
        )),
    }
}

fn parse(text: &str) -> Result<Table, LoadError> {
    toml::from_str(text).map_err(|error| of_toml(&error))
}

fn of_toml(error: &toml::de::Error) -> LoadError {
    LoadError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..0),
    }
}

/// The merged text is nobody's file: the mistake is shown where the patch has the word that the message quotes.
fn locate(patch: &str, message: &str) -> Range<usize> {
    let mut words = message.split(['`', '"']).skip(1).step_by(2);
    words
        .find_map(|word| {
            patch
                .find(word)
                .filter(|_| !word.is_empty())
                .map(|start| start..start + word.len())
        })
        .unwrap_or(0..0)
}

fn merge_endpoint(base: &mut Table, patch: Table, layer: &str) {
    for (key, value) in patch {
        match (key.as_str(), value) {
            ("tables", Value::Table(tables)) => {
                in_table(base, "tables", |base| merge_tables(base, tables, layer));
            }
            ("checks", Value::Array(checks)) => {
                in_list(base, "checks", |base| merge_checks(base, checks, layer));
            }
            (_, Value::Table(inner)) => in_table(base, &key, |base| base.extend(inner)),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn merge_tables(base: &mut Table, patch: Table, layer: &str) {
    for (name, value) in patch {
        let Value::Table(mut patch) = value else { continue };
        let rows = patch.remove("properties");
        in_table(base, &name, |table| {
            if let Some(Value::Array(rows)) = rows {
                in_list(table, "properties", |base| merge_rows(base, rows, layer));
            }
            table.extend(patch);
        });
    }
}

fn merge_rows(base: &mut Vec<Value>, rows: Vec<Value>, layer: &str) {
    for row in rows {
        let Value::Table(mut row) = row else { continue };
        row.insert("layer".to_owned(), Value::String(layer.to_owned()));
        let name = text(&row, "name").to_lowercase();
        let known = base
            .iter_mut()
            .filter_map(Value::as_table_mut)
            .find(|known| text(known, "name").to_lowercase() == name);
        match known {
            Some(known) => known.extend(row),
            None => base.push(Value::Table(row)),
        }
    }
}

fn merge_checks(base: &mut Vec<Value>, checks: Vec<Value>, layer: &str) {
    for check in checks {
        let Value::Table(mut check) = check else { continue };
        let same = |known: &Value| {
            CHECK_KEYS
                .iter()
                .all(|key| check.get(*key).is_none() || known.get(key) == check.get(*key))
        };
        let place = base.iter().position(same);
        if check.get("off") == Some(&Value::Boolean(true)) {
            base.retain(|known| !same(known));
            continue;
        }
        check.insert("layer".to_owned(), Value::String(layer.to_owned()));
        match place
            .and_then(|index| base.get_mut(index))
            .and_then(Value::as_table_mut)
        {
            Some(known) => known.extend(check),
            None => base.push(Value::Table(check)),
        }
    }
}

/// Hands the table of that key to `merge`; a new one where there is none.
fn in_table(base: &mut Table, key: &str, merge: impl FnOnce(&mut Table)) {
    if let Some(Value::Table(table)) = base.get_mut(key) {
        return merge(table);
    }
    let mut table = Table::new();
    merge(&mut table);
    base.insert(key.to_owned(), Value::Table(table));
}

/// The same for a list.
fn in_list(base: &mut Table, key: &str, merge: impl FnOnce(&mut Vec<Value>)) {
    if let Some(Value::Array(list)) = base.get_mut(key) {
        return merge(list);
    }
    let mut list = Vec::new();
    merge(&mut list);
    base.insert(key.to_owned(), Value::Array(list));
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}
