//! Layers of rules: the built-in ones and the user's files, merged into one before anything is compiled.
//!
//! A patch names its endpoint and contains only the differences. Rows are merged by name, checks by their rule and
//! their properties, everything else by its key. The layer that changed a row or a check is stored with the rules, so
//! that the source of a finding shows it.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::compile::{Layered, LoadError, load, of_toml, read};
use super::{Endpoint, Shared};

/// A user's rules file.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'t> {
    /// The name that is shown in sources: the file name.
    pub name: &'t str,
    /// The text.
    pub text: &'t str,
}

/// A TOML table with the spans of all values in it.
type Placed<'t> = Spanned<DeTable<'t>>;

/// The keys that identify a check.
const CHECK_KEYS: [&str; 5] = ["rule", "table", "property", "properties", "items"];

/// The number of parts of a file that are tried in the search for the one with the error.
const TRIES: usize = 500;

/// Returns the endpoint that a rules file is about.
///
/// Errors: not TOML, or no `endpoint`.
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
/// Errors: the index of the layer with the error, and the error with its position in that layer.
pub fn load_layers(
    base: Option<&str>,
    layers: &[Layer<'_>],
    shared: &Shared,
) -> Result<Endpoint, (usize, LoadError)> {
    if let (Some(text), []) = (base, layers) {
        return load(text, shared).map_err(|error| (0, error));
    }
    let mut merged = match base {
        Some(text) => parse(text, 0).map_err(|error| (0, error))?,
        None => Spanned::new(0..0, DeTable::new()),
    };
    let mut layered = Layered::new();
    let mut endpoint = None;
    // Spans are consecutive: those of a layer begin after those of all layers before it.
    let mut offset = base.map_or(0, str::len);
    for (index, layer) in layers.iter().enumerate() {
        let fail = |error| (index, error);
        let patch = parse(layer.text, 0).map_err(fail)?;
        check_alone(patch.get_ref()).map_err(fail)?;
        let part = parse(layer.text, offset).map_err(fail)?;
        let before = merged.clone();
        let mut merge = Merge {
            layer: layer.name,
            layered: &mut layered,
        };
        merge.endpoint(merged.get_mut(), part.into_inner());
        let read = read(merged.clone(), &layered, shared).map_err(|error| {
            let span = locate(&before, layer, offset, &error, shared);
            fail(LoadError { span, ..error })
        })?;
        check_rules_off(patch.get_ref(), &read, shared).map_err(fail)?;
        endpoint = Some(read);
        offset += layer.text.len();
    }
    let none = || LoadError {
        message: "there are no rules".to_owned(),
        span: 0..0,
    };
    endpoint.ok_or_else(|| (0, none()))
}

/// Checks a layer by itself, independent of the layers below it.
fn check_alone(patch: &DeTable<'_>) -> Result<(), LoadError> {
    let wrong = |span, message| Err(LoadError { message, span });
    // A check without a rule would match every check.
    if let Some(DeValue::Array(checks)) = patch.get("checks").map(Spanned::get_ref)
        && let Some(check) = checks.iter().find(|check| {
            check
                .get_ref()
                .get("rule")
                .is_none_or(|rule| !rule.get_ref().is_str())
        })
    {
        return wrong(
            check.span(),
            "a check needs the `rule` that identifies it".to_owned(),
        );
    }
    let Some(DeValue::Table(tables)) = patch.get("tables").map(Spanned::get_ref) else {
        return Ok(());
    };
    // With two rows of the same name, the second would silently change the first.
    for table in tables.values() {
        let Some(DeValue::Table(rows)) = table.get_ref().get("properties").map(Spanned::get_ref) else {
            continue;
        };
        let mut names = BTreeSet::new();
        for name in rows.keys() {
            if !names.insert(name.get_ref().to_ascii_lowercase()) {
                return wrong(
                    name.span(),
                    format!("`{}` is repeated in this table; case is ignored", name.get_ref()),
                );
            }
        }
    }
    Ok(())
}

/// Checks that a rule in `rules-off` exists.
fn check_rules_off(patch: &DeTable<'_>, endpoint: &Endpoint, shared: &Shared) -> Result<(), LoadError> {
    let own = || endpoint.constraints().into_iter().chain(endpoint.implied());
    let exists = |rule: &str| {
        shared.rule_ids.iter().any(|id| id == rule) || own().any(|constraint| constraint.rule == rule)
    };
    let Some(DeValue::Array(off)) = patch.get("rules-off").map(Spanned::get_ref) else {
        return Ok(());
    };
    for place in off {
        if let Some(rule) = place.get_ref().as_str()
            && !exists(rule)
        {
            return Err(LoadError {
                message: format!("there is no rule `{rule}`; `geplint explain` lists them"),
                span: place.span(),
            });
        }
    }
    Ok(())
}

fn parse(text: &str, offset: usize) -> Result<Placed<'_>, LoadError> {
    let mut table = DeTable::parse(text).map_err(|error| of_toml(&error))?;
    if offset > 0 {
        table = Spanned::new(
            moved(&table.span(), offset),
            move_table(table.into_inner(), offset),
        );
    }
    Ok(table)
}

fn moved(span: &Range<usize>, offset: usize) -> Range<usize> {
    span.start + offset..span.end + offset
}

/// The same for a table, moved by `offset`. The TOML parser bounds the depth.
fn move_table(table: DeTable<'_>, offset: usize) -> DeTable<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let key = Spanned::new(moved(&key.span(), offset), key.into_inner());
            (key, move_value(value, offset))
        })
        .collect()
}

fn move_value(value: Spanned<DeValue<'_>>, offset: usize) -> Spanned<DeValue<'_>> {
    let span = moved(&value.span(), offset);
    let value = match value.into_inner() {
        DeValue::Array(list) => {
            DeValue::Array(list.into_iter().map(|value| move_value(value, offset)).collect())
        }
        DeValue::Table(table) => DeValue::Table(move_table(table, offset)),
        other => other,
    };
    Spanned::new(span, value)
}

/// Returns the position in a layer of an error in the merged rules. If the error is in the rules below, which were
/// valid before, this is the smallest part of the layer without which the error disappears.
fn locate(
    before: &Placed<'_>,
    layer: &Layer<'_>,
    offset: usize,
    error: &LoadError,
    shared: &Shared,
) -> Range<usize> {
    let (start, end) = (error.span.start, error.span.end);
    if start >= offset && end <= offset + layer.text.len() && end > 0 {
        return start - offset..end - offset;
    }
    let Ok(part) = parse(layer.text, 0) else {
        return 0..0;
    };
    let mut tries = TRIES;
    let mut at: Vec<Step> = Vec::new();
    let mut span = part.get_ref().get("endpoint").map_or(0..0, Spanned::span);
    // Narrows the position inwards, as long as a single part inside causes the error.
    'inwards: loop {
        let inside = parts(&part, &at);
        for (step, place) in inside {
            if tries == 0 {
                break 'inwards;
            }
            tries -= 1;
            at.push(step);
            let mut rest = part.clone();
            remove(rest.get_mut(), &at);
            let mut merged = before.clone();
            let mut layered = Layered::new();
            let mut merge = Merge {
                layer: layer.name,
                layered: &mut layered,
            };
            merge.endpoint(merged.get_mut(), rest.into_inner());
            let is_gone = match read(merged, &layered, shared) {
                Ok(_) => true,
                Err(other) => other.message != error.message,
            };
            if is_gone {
                span = place;
                continue 'inwards;
            }
            at.pop();
        }
        break;
    }
    span
}

/// A step of a path into a file.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// Returns the parts of the value at a path, with their positions.
fn parts<'t>(part: &Placed<'t>, at: &[Step]) -> Vec<(Step, Range<usize>)> {
    let mut here: Option<&Spanned<DeValue<'t>>> = None;
    for step in at {
        here = match (step, here.map(Spanned::get_ref)) {
            (Step::Key(key), None) => part.get_ref().get(key.as_str()),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get(key.as_str()),
            (Step::Index(index), Some(DeValue::Array(list))) => list.get(*index),
            _ => return Vec::new(),
        };
    }
    let keys = |table: &DeTable<'t>| {
        table
            .iter()
            // A key that identifies a part does not belong to it.
            .filter(|(key, _)| match at {
                [] => key.get_ref() != "endpoint",
                [Step::Key(list), Step::Index(_)] if list == "checks" => key.get_ref() != "rule",
                _ => true,
            })
            .map(|(key, value)| {
                let step = Step::Key(key.get_ref().to_string());
                (step, value.span())
            })
            .collect()
    };
    match here.map(Spanned::get_ref) {
        None if at.is_empty() => keys(part.get_ref()),
        Some(DeValue::Table(table)) => keys(table),
        Some(DeValue::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (Step::Index(index), value.span()))
            .collect(),
        _ => Vec::new(),
    }
}

/// Removes the value at a path.
fn remove(table: &mut DeTable<'_>, at: &[Step]) {
    match at {
        [] | [Step::Index(_), ..] => {}
        [Step::Key(key)] => {
            table.remove(key.as_str());
        }
        [Step::Key(key), rest @ ..] => {
            if let Some(value) = table.get_mut(key.as_str()) {
                remove_in(value, rest);
            }
        }
    }
}

fn remove_in(value: &mut Spanned<DeValue<'_>>, at: &[Step]) {
    match (value.get_mut(), at) {
        (DeValue::Table(table), at) => remove(table, at),
        (DeValue::Array(list), [Step::Index(index)]) if *index < list.len() => {
            let others = list.iter().enumerate().filter(|(other, _)| other != index);
            *list = others.map(|(_, value)| value.clone()).collect();
        }
        (DeValue::Array(list), [Step::Index(index), rest @ ..]) => {
            if let Some(value) = list.get_mut(*index) {
                remove_in(value, rest);
            }
        }
        _ => {}
    }
}

/// Merges one layer. A value of the wrong type in place of a table or array is kept, so that reading refuses it at
/// its position.
struct Merge<'l> {
    layer: &'l str,
    layered: &'l mut Layered,
}

impl Merge<'_> {
    fn endpoint<'t>(&mut self, base: &mut DeTable<'t>, patch: DeTable<'t>) {
        for (key, value) in patch {
            let name = key.get_ref().to_string();
            let span = value.span();
            match (name.as_str(), value.into_inner()) {
                ("tables", DeValue::Table(tables)) => {
                    in_table(base, key, span, |base| self.tables(base, tables));
                }
                ("checks", DeValue::Array(checks)) => {
                    in_list(base, key, span, |base| self.checks(base, checks));
                }
                (_, DeValue::Table(inner)) => in_table(base, key, span, |base| base.extend(inner)),
                (_, value) => {
                    base.insert(key, Spanned::new(span, value));
                }
            }
        }
    }

    fn tables<'t>(&mut self, base: &mut DeTable<'t>, patch: DeTable<'t>) {
        for (name, value) in patch {
            let span = value.span();
            let DeValue::Table(table) = value.get_ref() else {
                base.insert(name, value);
                continue;
            };
            let table = table.clone();
            in_table(base, name, span, |base| {
                for (key, value) in table {
                    let span = value.span();
                    match value.into_inner() {
                        DeValue::Table(rows) if key.get_ref() == "properties" => {
                            in_table(base, key, span, |base| self.rows(base, rows));
                        }
                        value => {
                            base.insert(key, Spanned::new(span, value));
                        }
                    }
                }
            });
        }
    }

    fn rows<'t>(&mut self, base: &mut DeTable<'t>, rows: DeTable<'t>) {
        for (name, value) in rows {
            // Names match without regard to case, as in the platform.
            let own = base
                .keys()
                .find(|known| known.get_ref().eq_ignore_ascii_case(name.get_ref()))
                .cloned();
            let key = own.unwrap_or(name);
            self.layered.insert(key.span().start, self.layer.to_owned());
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(row) => in_table(base, key, span, |base| merge_row(base, row)),
                value => {
                    base.insert(key, Spanned::new(span, value));
                }
            }
        }
    }

    fn checks<'t>(&mut self, base: &mut List<'t>, checks: List<'t>) {
        for check in checks {
            let span = check.span();
            let check = match check.into_inner() {
                DeValue::Table(check) => check,
                other => {
                    base.push(Spanned::new(span, other));
                    continue;
                }
            };
            let same = |known: &Spanned<DeValue<'_>>| {
                let DeValue::Table(known) = known.get_ref() else {
                    return false;
                };
                CHECK_KEYS.iter().all(|key| {
                    let wanted = check.get(*key).map(|value| strings_of(value.get_ref()));
                    wanted.is_none() || wanted == known.get(*key).map(|value| strings_of(value.get_ref()))
                })
            };
            if check.get("off").and_then(|off| off.get_ref().as_bool()) == Some(true) {
                let kept = base.iter().filter(|known| !same(known)).cloned().collect();
                *base = kept;
                continue;
            }
            let place = base.iter().position(same);
            if let Some(known) = place.and_then(|index| base.get_mut(index)) {
                self.layered.insert(known.span().start, self.layer.to_owned());
                if let DeValue::Table(known) = known.get_mut() {
                    known.extend(check);
                }
            } else {
                self.layered.insert(span.start, self.layer.to_owned());
                base.push(Spanned::new(span, DeValue::Table(check)));
            }
        }
    }
}

type List<'t> = toml::de::DeArray<'t>;

/// Keys of a row that the word "no" does not remove.
const OWN_WORDS: [&str; 3] = ["row", "type", "note"];

/// Replaces each key of the row that the patch has; the word "no" removes it.
fn merge_row<'t>(base: &mut DeTable<'t>, row: DeTable<'t>) {
    for (key, value) in row {
        if value.get_ref().as_str() == Some("no") && !OWN_WORDS.contains(&key.get_ref().as_ref()) {
            base.remove(key.get_ref().as_ref());
        } else {
            base.insert(key, value);
        }
    }
}

/// Returns a string, or the strings of an array.
fn strings_of<'v>(value: &'v DeValue<'_>) -> Vec<&'v str> {
    match value {
        DeValue::Array(list) => list.iter().filter_map(|value| value.get_ref().as_str()).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

/// Calls `merge` with the table of a key, or with a new one if there is none.
fn in_table<'t>(
    base: &mut DeTable<'t>,
    key: Spanned<toml::de::DeString<'t>>,
    span: Range<usize>,
    merge: impl FnOnce(&mut DeTable<'t>),
) {
    if let Some(DeValue::Table(table)) = base.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut) {
        return merge(table);
    }
    let mut table = DeTable::new();
    merge(&mut table);
    base.insert(key, Spanned::new(span, DeValue::Table(table)));
}

/// The same for an array.
fn in_list<'t>(
    base: &mut DeTable<'t>,
    key: Spanned<toml::de::DeString<'t>>,
    span: Range<usize>,
    merge: impl FnOnce(&mut List<'t>),
) {
    if let Some(DeValue::Array(list)) = base.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut) {
        return merge(list);
    }
    let mut list = List::new();
    merge(&mut list);
    base.insert(key, Spanned::new(span, DeValue::Array(list)));
}
