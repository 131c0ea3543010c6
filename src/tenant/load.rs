//! Reads a tenant file: lists inline, or in CSV and JSON files, or in saved replies of the API.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;

use super::item::{Item, of_json, simplified};
use super::{Contact, Contacts, Tenant, folded};
use crate::json::{self, JsonKind, NodeId, Reader, Root, Tree};
use crate::rules::Fact;

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

/// Where each list holds what: `rules/facts.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Layout {
    contacts: ContactLayout,
    personas: PersonaLayout,
    activities: ActivityLayout,
    values: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PersonaLayout {
    code: Vec<String>,
    activities: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ActivityLayout {
    code: Vec<String>,
    name: Vec<String>,
}

impl Layout {
    fn simplify(mut self) -> Self {
        let (contacts, personas, activities) = (&mut self.contacts, &mut self.personas, &mut self.activities);
        let lists = [
            &mut contacts.code,
            &mut contacts.user,
            &mut contacts.active,
            &mut contacts.lobs,
            &mut contacts.lob_entries,
            &mut contacts.lob_entry_entity,
            &mut contacts.lob_entry_value,
            &mut contacts.lob_entry_type,
            &mut personas.code,
            &mut personas.activities,
            &mut activities.code,
            &mut activities.name,
        ];
        for list in lists.into_iter().chain(self.values.values_mut()) {
            for name in list {
                *name = simplified(name);
            }
        }
        self
    }

    /// Every name that a list of this kind may use.
    fn names(&self, fact: Fact) -> HashSet<&str> {
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
        lists.into_iter().flatten().map(String::as_str).collect()
    }
}

/// A test loads the compiled-in layout, so that it never comes back as `None`.
fn layout() -> Option<&'static Layout> {
    static LAYOUT: OnceLock<Option<Layout>> = OnceLock::new();
    LAYOUT
        .get_or_init(|| {
            toml::from_str::<Layout>(include_str!("../../rules/facts.toml"))
                .ok()
                .map(Layout::simplify)
        })
        .as_ref()
}

/// Reads a tenant file. `read` gives the bytes of a list file by its name in it, or says why it cannot.
///
/// Errors: no TOML, an unknown key, a list of the wrong shape, a list file that cannot be read or understood.
pub fn load(
    text: &str,
    read: &mut dyn FnMut(&str) -> std::result::Result<Vec<u8>, String>,
) -> Result<Tenant> {
    let file: BTreeMap<Spanned<String>, Spanned<toml::Value>> = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        at(None, text, start, error.message())
    })?;
    let mut tenant = Tenant::default();
    for (key, value) in &file {
        let fail = |start: usize, message: &str| at(None, text, start, message);
        if key.get_ref() == "allow-update-for-inactive-users" {
            let Some(allowed) = value.get_ref().as_bool() else {
                return Err(fail(value.span().start, "this is true or false"));
            };
            tenant.allow_update_for_inactive_users = Some(allowed);
            continue;
        }
        let Some(fact) = file_fact(key.get_ref()) else {
            return Err(fail(key.span().start, &unknown(key.get_ref())));
        };
        match value.get_ref() {
            toml::Value::String(name) => {
                let bytes =
                    read(name).map_err(|reason| fail(value.span().start, &format!("{name}: {reason}")))?;
                list_file(&mut tenant, fact, name, &bytes)?;
            }
            toml::Value::Array(entries) => {
                for entry in entries {
                    let Some(item) = of_toml(entry) else {
                        return Err(fail(value.span().start, "an entry is a text or a table"));
                    };
                    take(&mut tenant, fact, &item).map_err(|message| fail(value.span().start, &message))?;
                }
                mark(&mut tenant, fact);
            }
            _ => {
                return Err(fail(
                    value.span().start,
                    "this is a list, or the name of a file with one",
                ));
            }
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

fn of_toml(value: &toml::Value) -> Option<Item> {
    Some(match value {
        toml::Value::String(text) => Item::Text(text.clone()),
        toml::Value::Integer(number) => Item::Text(number.to_string()),
        toml::Value::Boolean(flag) => Item::Text(flag.to_string()),
        toml::Value::Array(items) => Item::List(items.iter().filter_map(of_toml).collect()),
        toml::Value::Table(table) => Item::Fields(
            table
                .iter()
                .filter_map(|(name, value)| Some((simplified(name), of_toml(value)?)))
                .collect(),
        ),
        _ => return None,
    })
}

fn list_file(tenant: &mut Tenant, fact: Fact, name: &str, bytes: &[u8]) -> Result<()> {
    let (text, errors) = json::text(bytes);
    if let Some(error) = errors.iter().find(|error| !error.is_warning()) {
        return Err(at(
            Some(name),
            &text,
            error.span.start as usize,
            &error.message(&text),
        ));
    }
    let is_csv = name
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"));
    if is_csv {
        csv_list(tenant, fact, name, &text)
    } else {
        json_list(tenant, fact, name, &text)
    }
}

/// A CSV file with a header.
fn csv_list(tenant: &mut Tenant, fact: Fact, name: &str, text: &str) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let fail = |error: &csv::Error| {
        let start = error
            .position()
            .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        at(Some(name), text, start, &error.to_string())
    };
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| fail(&error))?
        .iter()
        .map(simplified)
        .collect();
    let known = layout().map(|layout| layout.names(fact)).unwrap_or_default();
    if !header.iter().any(|column| known.contains(column.as_str())) {
        let mut names: Vec<&str> = known.into_iter().collect();
        names.sort_unstable();
        return Err(at(
            Some(name),
            text,
            0,
            &format!("no column is known; the header names one of {}", names.join(", ")),
        ));
    }
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(|error| fail(&error))? {
        let fields = header
            .iter()
            .zip(&row)
            .map(|(column, cell)| (column.clone(), Item::Text(cell.to_owned())));
        let start = row
            .position()
            .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        take(tenant, fact, &Item::Fields(fields.collect()))
            .map_err(|message| at(Some(name), text, start, &message))?;
    }
    mark(tenant, fact);
    Ok(())
}

/// A JSON array, or the envelope of a reply whose `data` is one.
fn json_list(tenant: &mut Tenant, fact: Fact, name: &str, text: &str) -> Result<()> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    match reader.root(&mut tree) {
        Root::List { .. } => {
            while reader.next_record(&mut tree) {
                if let Some(root) = tree.root() {
                    entry(tenant, fact, name, (text, &tree, root))?;
                }
            }
        }
        Root::Value | Root::Nothing => reply(tenant, fact, name, (text, &tree))?,
    }
    if let Some(error) = reader.errors().iter().find(|error| !error.is_warning()) {
        return Err(at(
            Some(name),
            text,
            error.span.start as usize,
            &error.message(text),
        ));
    }
    mark(tenant, fact);
    Ok(())
}

fn reply(tenant: &mut Tenant, fact: Fact, name: &str, (text, tree): (&str, &Tree)) -> Result<()> {
    let data = tree.root().and_then(|root| {
        tree.members(root)
            .find(|(key, _)| json::decode(text, tree.node(*key)).eq_ignore_ascii_case("data"))
    });
    match data {
        Some((_, list)) if tree.node(list).kind == JsonKind::Array => {
            for element in tree.elements(list) {
                entry(tenant, fact, name, (text, tree, element))?;
            }
            Ok(())
        }
        _ => Err(at(
            Some(name),
            text,
            0,
            "this is neither a list nor a reply whose `data` is one",
        )),
    }
}

fn entry(
    tenant: &mut Tenant,
    fact: Fact,
    name: &str,
    (text, tree, node): (&str, &Tree, NodeId),
) -> Result<()> {
    let names = layout().map(|layout| layout.names(fact)).unwrap_or_default();
    let Some(item) = of_json(text, tree, node, &|field| names.contains(field)) else {
        return Ok(());
    };
    take(tenant, fact, &item)
        .map_err(|message| at(Some(name), text, tree.node(node).span.start as usize, &message))
}

/// Puts an entry into its list.
fn take(tenant: &mut Tenant, fact: Fact, item: &Item) -> std::result::Result<(), String> {
    let Some(layout) = layout() else { return Ok(()) };
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

fn contact(tenant: &mut Tenant, layout: &ContactLayout, item: &Item) -> std::result::Result<(), String> {
    let code = text_or(item, &layout.code);
    let user = item.text_of(&layout.user);
    if code.is_none() && user.is_none() {
        return Err(lacks(&layout.code));
    }
    let active = match item.text_of(&layout.active).map(simplified).as_deref() {
        None => None,
        Some("true" | "yes" | "1" | "active") => Some(true),
        Some("false" | "no" | "0" | "inactive") => Some(false),
        Some(other) => {
            return Err(format!(
                "whether a contact is active is true or false, not \"{other}\""
            ));
        }
    };
    let lobs = item
        .field(&layout.lobs)
        .map(Item::texts)
        .or_else(|| belonging(layout, item));
    tenant
        .contacts
        .get_or_insert_with(Contacts::default)
        .add(code, user, Contact { active, lobs });
    Ok(())
}

/// The LOBs of a reply's own entries that count as belonging.
fn belonging(layout: &ContactLayout, item: &Item) -> Option<Vec<String>> {
    let Item::List(entries) = item.field(&layout.lob_entries)? else {
        return None;
    };
    let counts = |entry: &&Item| {
        entry.text_of(&layout.lob_entry_type).is_some_and(|word| {
            layout
                .lob_entry_types
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word.trim()))
        })
    };
    let value = |entry: &Item| {
        let entity = entry.field(&layout.lob_entry_entity).unwrap_or(entry);
        entity.text_of(&layout.lob_entry_value).map(str::to_owned)
    };
    Some(entries.iter().filter(counts).filter_map(value).collect())
}

fn persona(tenant: &mut Tenant, layout: &Layout, item: &Item) -> std::result::Result<(), String> {
    let code = text_or(item, &layout.personas.code).ok_or_else(|| lacks(&layout.personas.code))?;
    put(tenant, Fact::Personas, code);
    if let Some(Item::List(activities)) = item.field(&layout.personas.activities) {
        for entry in activities {
            activity(tenant, &layout.activities, entry)?;
        }
    }
    Ok(())
}

/// An activity has a code and a name; a bare text may be either.
fn activity(tenant: &mut Tenant, layout: &ActivityLayout, item: &Item) -> std::result::Result<(), String> {
    if let Item::Text(text) = item {
        put(tenant, Fact::Activities, text);
        put(tenant, Fact::ActivityNames, text);
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

fn text_or<'i>(item: &'i Item, names: &[String]) -> Option<&'i str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_loads_and_names_every_list() {
        let layout = layout().unwrap();
        for (fact, name) in Fact::ALL.iter().filter(|(_, name)| file_fact(name).is_some()) {
            assert!(!layout.names(*fact).is_empty(), "{name}");
        }
    }
}
