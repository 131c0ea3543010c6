//! Layers of rules: ours, and the user's files over it, merged into one before anything is compiled.
//!
//! A patch names its endpoint and holds only what differs. Rows are merged by their name, checks by their rule and
//! what they look at; everything else by its key. What a patch touches carries its name, so that a finding's source
//! shows which layer spoke.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::compile::{LoadError, compile, load, of_toml};
use super::definition::{EndpointDef, PatchDef};
use super::{Endpoint, Shared};

/// A user's rules file.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'t> {
    /// The name that is shown where it spoke: its file name.
    pub name: &'t str,
    /// Its text.
    pub text: &'t str,
}

/// A table of TOML with the places of all that is in it.
type Placed<'t> = Spanned<DeTable<'t>>;

/// What tells one check from another.
const CHECK_KEYS: [&str; 5] = ["rule", "table", "property", "properties", "items"];

/// More parts of a file are not tried to find the one that does not fit.
const TRIES: usize = 500;

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
    shared: &Shared,
) -> Result<Endpoint, (usize, LoadError)> {
    let Some(last) = layers.len().checked_sub(1) else {
        let none = || LoadError {
            message: "there are no rules".to_owned(),
            span: 0..0,
        };
        return base
            .map_or_else(|| Err(none()), |text| load(text, shared))
            .map_err(|error| (0, error));
    };
    let mut merged = match base {
        Some(text) => parse(text, 0).map_err(|error| (0, error))?,
        None => Spanned::new(0..0, DeTable::new()),
    };
    // Places are counted through: those of a layer begin behind those of all before it.
    let mut offset = base.map_or(0, str::len);
    for (index, layer) in layers.iter().enumerate() {
        let fail = |error| (index, error);
        // On its own first: a misspelt key is shown where it stands.
        let patch: PatchDef = toml::from_str(layer.text).map_err(|error| fail(of_toml(&error)))?;
        on_its_own(&patch).map_err(fail)?;
        let part = parse(layer.text, offset).map_err(fail)?;
        let before = merged.clone();
        merge_endpoint(merged.get_mut(), part.into_inner(), layer.name);
        let endpoint = match read(merged.clone(), shared) {
            Ok(endpoint) => endpoint,
            Err(error) => {
                let span = place(&before, layer, offset, &error, shared);
                return Err(fail(LoadError { span, ..error }));
            }
        };
        turned_off(&patch, &endpoint, shared).map_err(fail)?;
        if index == last {
            return Ok(endpoint);
        }
        offset += layer.text.len();
    }
    // The last layer returns.
    Err((
        last,
        LoadError {
            message: "there are no rules".to_owned(),
            span: 0..0,
        },
    ))
}

/// What is wrong with a layer, whatever lies below it.
fn on_its_own(patch: &PatchDef) -> Result<(), LoadError> {
    let wrong = |span, message| Err(LoadError { message, span });
    // Without its rule a check would be every check.
    if let Some(check) = patch
        .checks
        .iter()
        .find(|check| check.get_ref().claim.rule.is_none())
    {
        return wrong(check.span(), "a check is found by its `rule`".to_owned());
    }
    // Of two rows of one name the second would silently change the first.
    for table in patch.tables.values() {
        let mut names = BTreeSet::new();
        for row in &table.properties {
            let name = &row.name;
            if !names.insert(name.get_ref().to_ascii_lowercase()) {
                return wrong(
                    name.span(),
                    format!(
                        "`{}` stands twice in this table; upper and lower case do not matter",
                        name.get_ref()
                    ),
                );
            }
        }
    }
    Ok(())
}

/// A rule that is turned off has to be one that could speak.
fn turned_off(patch: &PatchDef, endpoint: &Endpoint, shared: &Shared) -> Result<(), LoadError> {
    let own = || endpoint.constraints().into_iter().chain(endpoint.implied());
    let exists = |rule: &str| {
        shared.rule_ids.iter().any(|id| id == rule) || own().any(|constraint| constraint.rule == rule)
    };
    match patch.rules_off.iter().find(|rule| !exists(rule.get_ref())) {
        None => Ok(()),
        Some(rule) => Err(LoadError {
            message: format!(
                "there is no rule `{}`; `geplint explain` lists them",
                rule.get_ref()
            ),
            span: rule.span(),
        }),
    }
}

/// The endpoint of what has been merged.
fn read(merged: Placed<'_>, shared: &Shared) -> Result<Endpoint, LoadError> {
    let def = EndpointDef::deserialize(Deserializer::from(merged)).map_err(|error| of_toml(&error))?;
    compile(&def, shared)
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

/// The same, further behind. TOML's own reader bounds how deep it goes.
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

/// Where in a layer a mistake of the merged rules is shown: at the place itself if that is in the layer. If it is in what
/// lies below, which was right before, it is that part of the layer without which the mistake goes away.
fn place(
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
    // From the outermost part inwards, as long as one of the parts inside is to blame alone.
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
            merge_endpoint(merged.get_mut(), rest.into_inner(), layer.name);
            let is_gone = match read(merged, shared) {
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

/// A way into a file.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// The parts of what is at the end of a way, with their places.
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
            // What names a part is no part of it.
            .filter(|(key, _)| !matches!(key.get_ref().as_ref(), "endpoint" | "name" | "rule"))
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

/// Takes out what is at the end of a way.
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

fn merge_endpoint<'t>(base: &mut DeTable<'t>, patch: DeTable<'t>, layer: &str) {
    for (key, value) in patch {
        let name = key.get_ref().to_string();
        let span = value.span();
        match (name.as_str(), value.into_inner()) {
            ("tables", DeValue::Table(tables)) => {
                in_table(base, key, span, |base| merge_tables(base, tables, layer));
            }
            ("checks", DeValue::Array(checks)) => {
                in_list(base, key, span, |base| merge_checks(base, checks, layer));
            }
            (_, DeValue::Table(inner)) => in_table(base, key, span, |base| base.extend(inner)),
            (_, value) => {
                base.insert(key, Spanned::new(span, value));
            }
        }
    }
}

fn merge_tables<'t>(base: &mut DeTable<'t>, patch: DeTable<'t>, layer: &str) {
    for (name, value) in patch {
        let span = value.span();
        let DeValue::Table(mut patch) = value.into_inner() else {
            continue;
        };
        let rows = patch.remove_entry("properties");
        in_table(base, name, span, |table| {
            if let Some((key, rows)) = rows {
                let span = rows.span();
                if let DeValue::Array(rows) = rows.into_inner() {
                    in_list(table, key, span, |base| merge_rows(base, rows, layer));
                }
            }
            table.extend(patch);
        });
    }
}

type List<'t> = toml::de::DeArray<'t>;

fn merge_rows<'t>(base: &mut List<'t>, rows: List<'t>, layer: &str) {
    // Names match as the platform matches them.
    let name_of = |row: &DeTable<'_>| text(row, "name").to_ascii_lowercase();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (index, row) in base.iter().enumerate() {
        if let DeValue::Table(row) = row.get_ref() {
            known.entry(name_of(row)).or_insert(index);
        }
    }
    for row in rows {
        let span = row.span();
        let DeValue::Table(mut row) = row.into_inner() else {
            continue;
        };
        spoke(&mut row, layer);
        let name = name_of(&row);
        let place = known.get(&name).and_then(|index| base.get_mut(*index));
        if let Some(DeValue::Table(known)) = place.map(Spanned::get_mut) {
            known.extend(row);
        } else {
            known.insert(name, base.len());
            base.push(Spanned::new(span, DeValue::Table(row)));
        }
    }
}

fn merge_checks<'t>(base: &mut List<'t>, checks: List<'t>, layer: &str) {
    for check in checks {
        let span = check.span();
        let DeValue::Table(mut check) = check.into_inner() else {
            continue;
        };
        let same = |known: &Spanned<DeValue<'_>>| {
            let DeValue::Table(known) = known.get_ref() else {
                return false;
            };
            CHECK_KEYS.iter().all(|key| {
                let wanted = check.get(*key).map(|value| words(value.get_ref()));
                wanted.is_none() || wanted == known.get(*key).map(|value| words(value.get_ref()))
            })
        };
        if check.get("off").and_then(|off| off.get_ref().as_bool()) == Some(true) {
            let kept = base.iter().filter(|known| !same(known)).cloned().collect();
            *base = kept;
            continue;
        }
        let place = base.iter().position(same);
        spoke(&mut check, layer);
        match place.and_then(|index| base.get_mut(index)).map(Spanned::get_mut) {
            Some(DeValue::Table(known)) => known.extend(check),
            _ => base.push(Spanned::new(span, DeValue::Table(check))),
        }
    }
}

/// Notes the layer that a row or a check comes from.
fn spoke(entry: &mut DeTable<'_>, layer: &str) {
    let value = DeValue::String(layer.to_owned().into());
    entry.insert(Spanned::new(0..0, "layer".into()), Spanned::new(0..0, value));
}

/// A text, or the texts of a list.
fn words<'v>(value: &'v DeValue<'_>) -> Vec<&'v str> {
    match value {
        DeValue::Array(list) => list.iter().filter_map(|value| value.get_ref().as_str()).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

/// Hands the table of that key to `merge`; a new one where there is none.
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

/// The same for a list.
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

fn text<'t>(table: &'t DeTable<'_>, key: &str) -> &'t str {
    table
        .get(key)
        .and_then(|value| value.get_ref().as_str())
        .unwrap_or_default()
}
