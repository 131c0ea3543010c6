//! Reads a tenant file: lists inline, or in CSV and JSON files, or in saved replies of the API.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::item::{Item, Names, of_json};
use super::{Contacts, Fact, Tenant, folded};
use crate::json::{self, JsonKind, NodeId, Reader, Root, SyntaxError, Tree};

/// A mistake in a tenant file, or in a list that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantError {
    /// The list's file as the tenant file names it; `None` for the tenant file itself.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for TenantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TenantError {}

type Result<T> = std::result::Result<T, TenantError>;

/// Where each list of a tenant, and each saved reply of the API, holds what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    contacts: ContactLayout,
    personas: PersonaLayout,
    activities: ActivityLayout,
    values: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ContactLayout {
    code: Vec<String>,
    user: Vec<String>,
    active: Vec<String>,
    lobs: Vec<String>,
    lob_entries: Vec<String>,
    lob_entry_entity: Vec<String>,
    lob_entry_value: Vec<String>,
    lob_entry_type: Vec<String>,
    lob_entry_types: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PersonaLayout {
    code: Vec<String>,
    activities: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ActivityLayout {
    code: Vec<String>,
    name: Vec<String>,
}

impl Layout {
    /// Reads a layout from TOML.
    ///
    /// Errors: no TOML, an unknown key, a fact without names.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let layout: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let nameless = Fact::ALL
            .iter()
            .find(|(fact, name)| file_fact(name).is_some() && layout.names(*fact).list().is_empty());
        match nameless {
            Some((_, name)) => Err(format!("the layout has no names for {name}")),
            None => Ok(layout),
        }
    }

    /// Every name that a list of this kind may use.
    fn names(&self, fact: Fact) -> Names<'_> {
        let contacts = &self.contacts;
        let lists: Vec<&Vec<String>> = match fact {
            Fact::Contacts => vec![
                &contacts.code,
                &contacts.user,
                &contacts.active,
                &contacts.lobs,
                &contacts.lob_entries,
                &contacts.lob_entry_entity,
                &contacts.lob_entry_value,
                &contacts.lob_entry_type,
            ],
            Fact::Personas => {
                vec![
                    &self.personas.code,
                    &self.personas.activities,
                    &self.activities.code,
                    &self.activities.name,
                ]
            }
            Fact::Activities => vec![&self.activities.code, &self.activities.name],
            _ => self.values.get(fact.name()).into_iter().collect(),
        };
        Names::new(lists.into_iter().flatten().map(String::as_str))
    }
}

/// Reads a tenant file. `read` gives the bytes of a list file by its name in it, or says why it cannot.
///
/// Errors: no TOML, an unknown key, a list of the wrong shape, a list file that cannot be read or understood. Of
/// several mistakes the first in the file is told.
pub fn load(
    text: &str,
    layout: &Layout,
    read: &mut dyn FnMut(&str) -> std::result::Result<Vec<u8>, String>,
) -> Result<Tenant> {
    let file = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        at(None, text, start, error.message())
    })?;
    let mut members: Vec<_> = file.get_ref().iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    let mut tenant = Tenant::default();
    for (key, value) in members {
        let fail = |start: usize, message: &str| at(None, text, start, message);
        let start = value.span().start;
        if key.get_ref() == "allow-update-for-inactive-users" {
            let Some(allowed) = value.get_ref().as_bool() else {
                return Err(fail(start, "this is true or false"));
            };
            tenant.allow_update_for_inactive_users = Some(allowed);
            continue;
        }
        let Some(fact) = file_fact(key.get_ref()) else {
            return Err(fail(key.span().start, &unknown(key.get_ref())));
        };
        match value.get_ref() {
            DeValue::String(name) => {
                let bytes = read(name).map_err(|reason| fail(start, &format!("{name}: {reason}")))?;
                list_file(&mut tenant, layout, fact, name, &bytes)?;
            }
            DeValue::Array(entries) => {
                let names = layout.names(fact);
                for entry in entries {
                    let item = of_entry(entry, &names).map_err(|(start, message)| fail(start, &message))?;
                    take(&mut tenant, layout, fact, &item)
                        .map_err(|message| fail(entry.span().start, &message))?;
                }
                mark(&mut tenant, fact);
            }
            _ => return Err(fail(start, "this is a list, or the name of a file with one")),
        }
    }
    Ok(tenant)
}

/// The facts that a tenant file has a list for.
fn file_fact(name: &str) -> Option<Fact> {
    let fact = Fact::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(fact, _)| *fact)?;
    // The LOBs that a contact belongs to stand with the contact.
    (fact != Fact::BelongingLobs).then_some(fact)
}

fn unknown(key: &str) -> String {
    let known: Vec<&str> = Fact::ALL
        .iter()
        .map(|(_, name)| *name)
        .filter(|name| file_fact(name).is_some())
        .collect();
    format!(
        "there is no list \"{key}\"; known are {}, allow-update-for-inactive-users",
        known.join(", ")
    )
}

/// An error at an offset, as a line and a column.
fn at(file: Option<&str>, text: &str, start: usize, message: &str) -> TenantError {
    let before = text.get(..start).unwrap_or(text);
    TenantError {
        file: file.map(str::to_owned),
        line: before.matches('\n').count() + 1,
        column: before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1,
        message: message.to_owned(),
    }
}

/// A mistake in an entry of an inline list: where, and what.
type EntryError = (usize, String);

/// An entry of an inline list.
fn of_entry<'t>(
    entry: &'t Spanned<DeValue<'_>>,
    names: &Names<'t>,
) -> std::result::Result<Item<'t>, EntryError> {
    match entry.get_ref() {
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Table(_) => of_toml(entry, names),
        _ => Err((entry.span().start, "an entry is a text or a table".to_owned())),
    }
}

/// What a TOML value says. A name that nobody asks for is a mistake: a person has written it.
fn of_toml<'t>(
    value: &'t Spanned<DeValue<'_>>,
    names: &Names<'t>,
) -> std::result::Result<Item<'t>, EntryError> {
    Ok(match value.get_ref() {
        DeValue::String(text) => Item::Text(Cow::Borrowed(text)),
        DeValue::Integer(number) if number.radix() == 10 => Item::Text(Cow::Borrowed(number.as_str())),
        DeValue::Boolean(flag) => Item::Text(Cow::Borrowed(if *flag { "true" } else { "false" })),
        DeValue::Array(items) => Item::List(
            items
                .iter()
                .map(|item| of_toml(item, names))
                .collect::<std::result::Result<_, _>>()?,
        ),
        DeValue::Table(table) => Item::Fields(
            table
                .iter()
                .map(|(key, value)| match names.find(key.get_ref()) {
                    Some(name) => Ok((name, of_toml(value, names)?)),
                    None => Err((
                        key.span().start,
                        format!("an entry has no \"{}\"; it has {}", key.get_ref(), names.list()),
                    )),
                })
                .collect::<std::result::Result<_, _>>()?,
        ),
        _ => return Err((value.span().start, "this is a text".to_owned())),
    })
}

fn list_file(tenant: &mut Tenant, layout: &Layout, fact: Fact, name: &str, bytes: &[u8]) -> Result<()> {
    let (text, errors) = json::decoded(bytes);
    refuse(name, &text, &errors)?;
    let is_csv = name
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"));
    if is_csv {
        csv_list(tenant, layout, fact, name, &text)
    } else {
        json_list(tenant, layout, fact, name, &text)
    }
}

/// Fails with the first mistake in a list file's bytes or syntax. Nothing of the file is quoted: a name in a tenant file
/// may lead to any other file, and what is in that is nobody's business.
fn refuse(name: &str, text: &str, errors: &[SyntaxError]) -> Result<()> {
    match errors.iter().find(|error| !error.is_warning()) {
        Some(error) => Err(at(
            Some(name),
            text,
            error.span.start as usize,
            &format!("this is no valid JSON: {}", error.kind.id().replace('-', " ")),
        )),
        None => Ok(()),
    }
}

/// A CSV file with a header.
fn csv_list(tenant: &mut Tenant, layout: &Layout, fact: Fact, name: &str, text: &str) -> Result<()> {
    let body = text.trim_start_matches('\u{feff}');
    let mark_length = text.len() - body.len();
    // A row begins after the line breaks that end the one before it.
    let start_of = |position: Option<&csv::Position>| {
        let start = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let rest = body.get(start..).unwrap_or("");
        mark_length + start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
    };
    let fail = |start: usize, message: &str| at(Some(name), text, start, message);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(body.as_bytes());
    let names = layout.names(fact);
    let header = reader
        .headers()
        .map_err(|error| fail(start_of(error.position()), &error.to_string()))?;
    let columns: Vec<Option<&str>> = header.iter().map(|column| names.find(column)).collect();
    if columns.iter().all(Option::is_none) {
        let message = format!("no column is known; the header names {}", names.list());
        return Err(fail(mark_length, &message));
    }
    let mut row = csv::StringRecord::new();
    let mut last = 0;
    while reader
        .read_record(&mut row)
        .map_err(|error| fail(start_of(error.position()), &error.to_string()))?
    {
        last = start_of(row.position());
        if row.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
            let message = format!(
                "this row has {} cells, the header {}: put quotes around a cell that holds a comma",
                row.len(),
                columns.len()
            );
            return Err(fail(last, &unclosed(text, last).unwrap_or(message)));
        }
        let fields = columns
            .iter()
            .zip(&row)
            .filter_map(|(column, cell)| Some(((*column)?, Item::Text(Cow::Borrowed(cell)))));
        take(tenant, layout, fact, &Item::Fields(fields.collect()))
            .map_err(|message| fail(last, &message))?;
    }
    if let Some(message) = unclosed(text, last) {
        return Err(fail(last, &message));
    }
    mark(tenant, fact);
    Ok(())
}

/// Of the last row: a quote that nothing closes has swallowed everything after it.
fn unclosed(text: &str, row: usize) -> Option<String> {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Quote,
    }
    let last = text
        .get(row..)
        .unwrap_or("")
        .chars()
        .fold(At::Start, |at, c| match (at, c) {
            (At::Quoted, '"') => At::Quote,
            (At::Start | At::Quote, '"') | (At::Quoted, _) => At::Quoted,
            (_, ',' | '\n' | '\r') => At::Start,
            _ => At::Plain,
        });
    (last == At::Quoted).then(|| "a quote in this row is never closed".to_owned())
}

/// A JSON array, or the envelope of a reply whose `data` is one.
fn json_list(tenant: &mut Tenant, layout: &Layout, fact: Fact, name: &str, text: &str) -> Result<()> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let names = layout.names(fact);
    let mut done = Ok(());
    let mut list = |tree: &Tree, node: NodeId| {
        if done.is_ok() {
            done = entry(tenant, layout, fact, &names, (text, tree, node))
                .map_err(|message| at(Some(name), text, tree.node(node).span.start as usize, &message));
        }
    };
    let mut is_list = true;
    match reader.root(&mut tree) {
        Root::List { .. } => {
            while reader.next_record(&mut tree) {
                if let Some(root) = tree.root() {
                    list(&tree, root);
                }
            }
        }
        Root::Value | Root::Nothing => match data(text, &tree) {
            Some(data) => tree.elements(data).for_each(|element| list(&tree, element)),
            None => is_list = false,
        },
    }
    // What is wrong with an entry may come of what is wrong with the syntax.
    refuse(name, text, reader.errors())?;
    if !is_list {
        return Err(at(
            Some(name),
            text,
            0,
            "this is neither a list nor a reply whose `data` is one",
        ));
    }
    done?;
    mark(tenant, fact);
    Ok(())
}

/// The list in the envelope of a reply.
fn data(text: &str, tree: &Tree) -> Option<NodeId> {
    let (_, list) = tree
        .members(tree.root()?)
        .find(|(key, _)| json::decode(text, tree.node(*key)).eq_ignore_ascii_case("data"))?;
    (tree.node(list).kind == JsonKind::Array).then_some(list)
}

fn entry(
    tenant: &mut Tenant,
    layout: &Layout,
    fact: Fact,
    names: &Names<'_>,
    (text, tree, node): (&str, &Tree, NodeId),
) -> std::result::Result<(), String> {
    match of_json(text, tree, node, names) {
        Some(item) => take(tenant, layout, fact, &item),
        None => Ok(()),
    }
}

/// Puts an entry into its list.
fn take(
    tenant: &mut Tenant,
    layout: &Layout,
    fact: Fact,
    item: &Item<'_>,
) -> std::result::Result<(), String> {
    match fact {
        Fact::Contacts => contact(tenant, &layout.contacts, item),
        Fact::Personas => persona(tenant, layout, item),
        Fact::Activities => activity(tenant, &layout.activities, item),
        _ => {
            let names = layout.values.get(fact.name()).map_or(&[][..], Vec::as_slice);
            let value = text_or(item, names).ok_or_else(|| lacks(names))?;
            put(tenant, fact, value);
            Ok(())
        }
    }
}

fn contact(tenant: &mut Tenant, layout: &ContactLayout, item: &Item<'_>) -> std::result::Result<(), String> {
    let code = text_or(item, &layout.code);
    let user = item.text_of(&layout.user);
    if code.is_none() && user.is_none() {
        return Err(lacks(&layout.code));
    }
    let active = item
        .text_of(&layout.active)
        .map(|text| text.trim().to_ascii_lowercase());
    let active = match active.as_deref() {
        None => None,
        Some("true" | "yes" | "1" | "active") => Some(true),
        Some("false" | "no" | "0" | "inactive") => Some(false),
        Some(_) => {
            let words = "true or false, or yes, no, 1, 0, active, inactive";
            return Err(format!("whether a contact is active is {words}"));
        }
    };
    let lobs = item
        .field(&layout.lobs)
        .map(Item::texts)
        .or_else(|| belonging(layout, item));
    tenant
        .contacts
        .get_or_insert_with(Contacts::default)
        .add(code, user, active, lobs);
    Ok(())
}

/// The LOBs of a reply's own entries that count as belonging; `None` where an entry does not tell.
fn belonging(layout: &ContactLayout, item: &Item<'_>) -> Option<Vec<String>> {
    let Item::List(entries) = item.field(&layout.lob_entries)? else {
        return None;
    };
    let mut lobs = Vec::new();
    for entry in entries {
        let word = entry.text_of(&layout.lob_entry_type)?.trim();
        let counts = layout
            .lob_entry_types
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
        if !counts {
            continue;
        }
        match entry.field(&layout.lob_entry_entity).unwrap_or(entry) {
            Item::List(entities) => {
                let values = entities
                    .iter()
                    .filter_map(|entity| entity.text_of(&layout.lob_entry_value));
                lobs.extend(values.map(str::to_owned));
            }
            entity => lobs.extend(entity.text_of(&layout.lob_entry_value).map(str::to_owned)),
        }
    }
    Some(lobs)
}

fn persona(tenant: &mut Tenant, layout: &Layout, item: &Item<'_>) -> std::result::Result<(), String> {
    let code = text_or(item, &layout.personas.code).ok_or_else(|| lacks(&layout.personas.code))?;
    put(tenant, Fact::Personas, code);
    if let Some(Item::List(activities)) = item.field(&layout.personas.activities) {
        for entry in activities {
            activity(tenant, &layout.activities, entry)?;
        }
    }
    Ok(())
}

/// An activity has a code and a name; a bare text is a code, for names have a list of their own.
fn activity(
    tenant: &mut Tenant,
    layout: &ActivityLayout,
    item: &Item<'_>,
) -> std::result::Result<(), String> {
    if let Item::Text(text) = item
        && !text.trim().is_empty()
    {
        put(tenant, Fact::Activities, text);
        return Ok(());
    }
    let (code, name) = (item.text_of(&layout.code), item.text_of(&layout.name));
    if code.is_none() && name.is_none() {
        return Err(lacks(&layout.code));
    }
    if let Some(code) = code {
        put(tenant, Fact::Activities, code);
    }
    if let Some(name) = name {
        put(tenant, Fact::ActivityNames, name);
    }
    Ok(())
}

fn text_or<'i>(item: &'i Item<'_>, names: &[String]) -> Option<&'i str> {
    match item {
        Item::Text(text) if !text.trim().is_empty() => Some(text),
        _ => item.text_of(names),
    }
}

fn lacks(names: &[String]) -> String {
    format!("an entry lacks its value: a text, or one of {}", names.join(", "))
}

fn put(tenant: &mut Tenant, fact: Fact, value: &str) {
    tenant.values.entry(fact).or_default().insert(folded(value));
}

/// An empty list is a list all the same: the tenant holds nothing of the kind.
fn mark(tenant: &mut Tenant, fact: Fact) {
    if fact == Fact::Contacts {
        tenant.contacts.get_or_insert_with(Contacts::default);
    } else {
        tenant.values.entry(fact).or_default();
    }
}
