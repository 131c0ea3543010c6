//! Reads a tenant file: lists inline, in CSV and JSON files, or in saved replies of the API.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::list_entry::{Item, Names, of_json};
use super::{Contacts, Fact, ListedContact, Loaded, Tenant, csv_list, folded};
use crate::json::{self, Foreign, JsonKind, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};
use crate::source::{Position, Source};

/// An error in a tenant file, or in a list that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantError {
    /// The list's file as the tenant file names it. `None` for the tenant file.
    pub file: Option<String>,
    /// The position.
    pub position: Position,
    /// The mistake.
    pub message: String,
}

impl fmt::Display for TenantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TenantError {}

type Result<T> = std::result::Result<T, TenantError>;

/// The names of fields in each list of a tenant and in saved replies of the API.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    contacts: ContactLayout,
    personas: PersonaLayout,
    activities: ActivityLayout,
    values: BTreeMap<String, Vec<String>>,
    reply: ReplyLayout,
}

/// The names of fields that describe a saved reply.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ReplyLayout {
    /// The names of the property that is true for deleted entries.
    deleted: Vec<String>,
    /// The number of entries on all pages.
    total: Vec<String>,
    /// The number of pages.
    pages: Vec<String>,
    /// The names of the property that is true, or has an address, if more entries follow.
    more: Vec<String>,
}

/// One file of a list; a HAR file contains several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// The name for messages.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// True for the answer to one of several recorded calls, which may belong to another list.
    pub recorded: bool,
}

/// The source of the files that a tenant file names.
pub trait ListFiles {
    /// Returns true if this names an existing file.
    fn exists(&self, name: &str) -> bool;
    /// Returns the files of a name or a glob, in order.
    fn read(&mut self, name: &str) -> std::result::Result<Vec<ListFile>, String>;
}

/// Files that are read one by one by name.
struct Plain<'r>(&'r mut dyn FnMut(&str) -> std::result::Result<Vec<u8>, String>);

impl ListFiles for Plain<'_> {
    fn exists(&self, _: &str) -> bool {
        false
    }

    fn read(&mut self, name: &str) -> std::result::Result<Vec<ListFile>, String> {
        let bytes = (self.0)(name)?;
        Ok(vec![ListFile {
            name: name.to_owned(),
            bytes,
            recorded: false,
        }])
    }
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
    /// Errors: not TOML, an unknown key, a fact without names.
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

    /// Returns every name that a list of this kind may use.
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
        let deleted = &self.reply.deleted;
        Names::new(lists.into_iter().flatten().chain(deleted).map(String::as_str))
    }
}

/// Reads a tenant file. `read` returns the bytes of a list file by its name, or an error message.
///
/// Errors: not TOML, an unknown key, a list of the wrong form, a list file that cannot be read or understood. Of
/// several errors, returns the first one in the file.
pub fn load(
    text: &str,
    layout: &Layout,
    read: &mut dyn FnMut(&str) -> std::result::Result<Vec<u8>, String>,
) -> Result<Tenant> {
    load_from(text, layout, &mut Plain(read))
}

/// Like [`load`], but a name may also refer to several files.
pub fn load_from(text: &str, layout: &Layout, files: &mut dyn ListFiles) -> Result<Tenant> {
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
                return Err(fail(start, "expected true or false"));
            };
            tenant.allow_update_for_inactive_users = Some(allowed);
            continue;
        }
        let Some(fact) = file_fact(key.get_ref()) else {
            return Err(fail(key.span().start, &unknown(key.get_ref())));
        };
        let mut list = Loading::new(layout, fact);
        match value.get_ref() {
            DeValue::String(name) => list.files(&mut tenant, name, files, &|message| fail(start, message))?,
            DeValue::Array(entries) => {
                let names = layout.names(fact);
                for entry in entries {
                    let start = entry.span().start;
                    if let DeValue::String(name) = entry.get_ref()
                        && (has_list_ending(name) || files.exists(name))
                    {
                        list.files(&mut tenant, name, files, &|message| fail(start, message))?;
                        continue;
                    }
                    let item = of_entry(entry, &names).map_err(|(start, message)| fail(start, &message))?;
                    list.take(&mut tenant, &item)
                        .map_err(|message| fail(start, &message))?;
                }
            }
            _ => return Err(fail(start, "expected a list, or the name of a file with one")),
        }
        list.done(&mut tenant);
    }
    Ok(tenant)
}

/// Returns the fact of a list in a tenant file.
fn file_fact(name: &str) -> Option<Fact> {
    let fact = Fact::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(fact, _)| *fact)?;
    // The LOBs that a contact belongs to are part of the contact.
    (fact != Fact::BelongingLobs).then_some(fact)
}

fn unknown(key: &str) -> String {
    let known: Vec<&str> = Fact::ALL
        .iter()
        .map(|(_, name)| *name)
        .filter(|name| file_fact(name).is_some())
        .collect();
    format!(
        "there is no list \"{key}\"; keys: {}, allow-update-for-inactive-users",
        known.join(", ")
    )
}

/// Returns an error at an offset.
fn at(file: Option<&str>, text: &str, start: usize, message: &str) -> TenantError {
    let start = u32::try_from(start).unwrap_or(u32::MAX);
    TenantError {
        file: file.map(str::to_owned),
        position: Source::new("", text.as_bytes()).position(start),
        message: message.to_owned(),
    }
}

/// An error in an entry of an inline list: the byte offset and the message.
type EntryError = (usize, String);

/// Converts an entry of an inline list.
fn of_entry<'t>(
    entry: &'t Spanned<DeValue<'_>>,
    names: &Names<'t>,
) -> std::result::Result<Item<'t>, EntryError> {
    match entry.get_ref() {
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Table(_) => of_toml(entry, names),
        _ => Err((
            entry.span().start,
            "an entry must be a string or a table".to_owned(),
        )),
    }
}

/// Converts a TOML value. An unknown name is an error, because TOML is written by people.
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
                        format!(
                            "an entry has no key \"{}\"; keys: {}",
                            key.get_ref(),
                            names.list()
                        ),
                    )),
                })
                .collect::<std::result::Result<_, _>>()?,
        ),
        _ => return Err((value.span().start, "expected a string".to_owned())),
    })
}

/// Returns true if a string has the form of the name of a list file, which may not exist.
fn has_list_ending(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| {
        ["json", "csv", "har"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// A list while it is loaded into the tenant.
struct Loading<'l> {
    layout: &'l Layout,
    fact: Fact,
    loaded: Loaded,
    /// The highest number of entries on all pages that a reply states.
    total: usize,
    /// The highest number of pages that a reply states.
    pages: usize,
    /// The number of entries in all files, including deleted ones.
    met: usize,
}

impl<'l> Loading<'l> {
    fn new(layout: &'l Layout, fact: Fact) -> Self {
        Self {
            layout,
            fact,
            loaded: Loaded::new(fact),
            total: 0,
            pages: 0,
            met: 0,
        }
    }

    /// Loads the files of a name or a glob.
    fn files(
        &mut self,
        tenant: &mut Tenant,
        name: &str,
        files: &mut dyn ListFiles,
        fail: &dyn Fn(&str) -> TenantError,
    ) -> Result<()> {
        let read = files
            .read(name)
            .map_err(|reason| fail(&format!("{name}: {reason}")))?;
        let recorded = read.iter().any(|file| file.recorded);
        let before = self.met;
        for file in &read {
            if file.recorded {
                self.recorded(tenant, &file.bytes);
            } else {
                self.loaded.files.push(file.name.clone());
                self.file(tenant, &file.name, &file.bytes)?;
            }
        }
        if recorded {
            if self.met == before {
                let fact = self.fact.name();
                return Err(fail(&format!(
                    "{name}: no response to a GET in it contains {fact}"
                )));
            }
            self.loaded.files.push(name.to_owned());
            self.loaded
                .is_partial(|| format!("{name} contains only what was requested while it was recorded"));
        }
        Ok(())
    }

    fn file(&mut self, tenant: &mut Tenant, name: &str, bytes: &[u8]) -> Result<()> {
        let (text, errors) = json::text(bytes);
        let is_csv = name
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"));
        let is_page = |error: &&SyntaxError| matches!(error.kind, SyntaxKind::Foreign(Foreign::Html));
        if is_csv && !errors.iter().any(|error| is_page(&error)) {
            let (text, encoding) = csv_list::text(bytes);
            if let Some(encoding) = encoding {
                self.loaded.notes.push(format!(
                    "{name} is {encoding}, not UTF-8, and was read as such; save it as \"CSV UTF-8\" to be safe"
                ));
            }
            return csv_list(tenant, self, name, &text);
        }
        refuse(name, &text, &errors)?;
        json_list(tenant, self, name, &text)
    }

    /// Loads a recorded answer if it is about this list: its entries must have the name that only this list has.
    fn recorded(&mut self, tenant: &mut Tenant, bytes: &[u8]) {
        let (text, errors) = json::text(bytes);
        let mut tree = Tree::default();
        let mut reader = Reader::new(&text);
        if reader.root(&mut tree) != Root::Value || !reader.errors().is_empty() || !errors.is_empty() {
            return;
        }
        let Some((data, _)) = data(&text, &tree) else {
            return;
        };
        if error_of(&text, &tree, data).is_some() {
            return;
        }
        let names = self.layout.names(self.fact);
        let own = names.first();
        for element in tree.elements(data) {
            let is_own = tree
                .members(element)
                .any(|(key, _)| names.find(&json::decode(&text, tree.node(key))) == own);
            if let (true, Some(item)) = (own.is_some() && is_own, of_json(&text, &tree, element, &names)) {
                // An entry that cannot be understood belongs to another list.
                let _ = self.take(tenant, &item);
            }
        }
    }

    /// Loads an entry.
    fn take(&mut self, tenant: &mut Tenant, item: &Item<'_>) -> std::result::Result<(), String> {
        self.met += 1;
        let is_deleted = item.text_of(&self.layout.reply.deleted).and_then(truth);
        if is_deleted == Some(true) {
            self.loaded.deleted += 1;
            return Ok(());
        }
        let layout = self.layout;
        match self.fact {
            Fact::Contacts => contact(tenant, &layout.contacts, item)?,
            Fact::Personas => persona(tenant, layout, item)?,
            Fact::Activities => activity(tenant, &layout.activities, item)?,
            fact => {
                let names = layout.values.get(fact.name()).map_or(&[][..], Vec::as_slice);
                put(tenant, fact, text_or(item, names).ok_or_else(|| lacks(names))?);
            }
        }
        self.loaded.entries += 1;
        Ok(())
    }

    /// Completes the list. An empty list is valid: the tenant has no such values.
    fn done(mut self, tenant: &mut Tenant) {
        mark(tenant, self.fact);
        let (met, files) = (self.met, self.loaded.files.len());
        if self.total > met {
            let total = self.total;
            self.loaded
                .is_partial(|| format!("a response reports {total} entries, but {met} were read"));
        }
        if self.pages > files {
            let pages = self.pages;
            self.loaded
                .is_partial(|| format!("a response reports {pages} pages, but {files} were read"));
        }
        if self.loaded.incomplete.is_some() {
            tenant.incomplete.insert(self.fact);
        }
        tenant.loaded.push(self.loaded);
    }
}

/// Returns the boolean that a word means. `None` if it means neither.
fn truth(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "x" | "active" => Some(true),
        "false" | "no" | "n" | "0" | "inactive" => Some(false),
        _ => None,
    }
}

/// Returns the first error in a list file's bytes or syntax. The file is not quoted: a tenant file may name any file,
/// and its content must not be shown.
fn refuse(name: &str, text: &str, errors: &[SyntaxError]) -> Result<()> {
    match errors.iter().find(|error| !error.is_warning()) {
        Some(error) => Err(at(
            Some(name),
            text,
            error.span.start as usize,
            &match error.kind {
                SyntaxKind::Foreign(_) => error.message(text),
                kind => format!("not valid JSON: {}", kind.id().replace('-', " ")),
            },
        )),
        None => Ok(()),
    }
}

/// The number of damaged codes of a file that are listed one by one.
const DAMAGES_NAMED: u32 = 10;

/// Loads a CSV file with a header.
fn csv_list(tenant: &mut Tenant, list: &mut Loading<'_>, name: &str, text: &str) -> Result<()> {
    let names = list.layout.names(list.fact);
    let Some(form) = csv_list::form(text, &|cell| names.find(cell).is_some()) else {
        let message = format!("the header has no known column; columns: {}", names.list());
        return Err(at(Some(name), text, 0, &message));
    };
    let body = text.get(form.start..).unwrap_or_default();
    // A row begins after the line breaks of the previous one.
    let start_of = |position: Option<&csv::Position>| {
        let start = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let rest = body.get(start..).unwrap_or("");
        form.start + start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
    };
    let fail = |start: usize, message: &str| at(Some(name), text, start, message);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(form.delimiter)
        .from_reader(body.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| fail(start_of(error.position()), &error.to_string()))?;
    let columns: Vec<Option<&str>> = header.iter().map(|column| names.find(column.trim())).collect();
    let mut row = csv::StringRecord::new();
    let last_line = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let (mut last, mut damages) = (0, 0_u32);
    while reader
        .read_record(&mut row)
        .map_err(|error| fail(start_of(error.position()), &error.to_string()))?
    {
        last = start_of(row.position());
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
            let message = format!(
                "this row has {} cells, the header {}: put quotes around a cell that contains \"{}\"",
                row.len(),
                columns.len(),
                char::from(form.delimiter)
            );
            return Err(fail(
                last,
                &unclosed(text, last, form.delimiter).unwrap_or(message),
            ));
        }
        if last >= last_line && csv_list::is_total(row.iter()) {
            list.loaded
                .notes
                .push(format!("{name}: the last line contains totals and was skipped"));
            continue;
        }
        let cells = columns.iter().zip(&row);
        let fields: Vec<(&str, Item<'_>)> = cells
            .filter_map(|(column, cell)| Some(((*column)?, Item::Text(Cow::Borrowed(cell)))))
            .collect();
        let item = Item::Fields(fields);
        if let Some(code) = damaged(list, &item) {
            damages += 1;
            if damages <= DAMAGES_NAMED {
                let line = at(Some(name), text, last, "").position.line;
                // The only quotation from a list. It can only be a number or the name of an error.
                list.loaded.notes.push(format!(
                    "{name}:{line}: {code} is a number or an error written by a spreadsheet; it is not used as a code"
                ));
            }
            list.loaded
                .is_partial(|| format!("{name} has codes that a spreadsheet has damaged"));
            continue;
        }
        list.take(tenant, &item).map_err(|message| fail(last, &message))?;
    }
    if damages > DAMAGES_NAMED {
        let more = damages - DAMAGES_NAMED;
        list.loaded.notes.push(format!(
            "{name}: {more} more codes that a spreadsheet has damaged"
        ));
    }
    match unclosed(text, last, form.delimiter) {
        Some(message) => Err(fail(last, &message)),
        None => Ok(()),
    }
}

/// Returns the value of a row's key, if a spreadsheet has damaged it.
fn damaged(list: &Loading<'_>, item: &Item<'_>) -> Option<String> {
    let names = match list.fact {
        Fact::Contacts => &list.layout.contacts.code,
        Fact::Personas => &list.layout.personas.code,
        Fact::Activities => &list.layout.activities.code,
        fact => list.layout.values.get(fact.name())?,
    };
    let code = item.text_of(names)?.trim();
    csv_list::is_damaged(code).then(|| code.to_owned())
}

/// Returns a message if the last row has an unclosed quote, which includes the rest of the file.
fn unclosed(text: &str, row: usize, delimiter: u8) -> Option<String> {
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
            (_, c) if c == char::from(delimiter) || matches!(c, '\n' | '\r') => At::Start,
            _ => At::Plain,
        });
    (last == At::Quoted).then(|| "unclosed quote in this row".to_owned())
}

/// Loads a JSON array, or the envelope of a reply whose `data` is an array.
fn json_list(tenant: &mut Tenant, list: &mut Loading<'_>, name: &str, text: &str) -> Result<()> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let names = list.layout.names(list.fact);
    let mut done = Ok(());
    let mut each = |list: &mut Loading<'_>, tree: &Tree, node: NodeId| {
        if done.is_ok() {
            let item = of_json(text, tree, node, &names);
            done = item
                .map_or(Ok(()), |item| list.take(tenant, &item))
                .map_err(|message| at(Some(name), text, tree.node(node).span.start as usize, &message));
        }
    };
    let mut wrong = None;
    match reader.root(&mut tree) {
        Root::List { .. } => {
            while reader.next_record(&mut tree) {
                if let Some(root) = tree.root() {
                    each(list, &tree, root);
                }
            }
        }
        Root::Value | Root::Nothing => {
            if let Some((data, is_list)) = data(text, &tree) {
                wrong = error_of(text, &tree, data).or_else(|| {
                    let start = tree.node(data).span.start as usize;
                    (!is_list).then(|| (start, "`data` is not a list here".to_owned()))
                });
                if wrong.is_none() {
                    list.pages_of(text, &tree, name);
                    tree.elements(data).for_each(|element| each(list, &tree, element));
                }
            } else {
                let message = "this is neither a list nor a response whose `data` is one";
                wrong = Some((0, message.to_owned()));
            }
        }
    }
    // An error in an entry may be the result of a syntax error.
    refuse(name, text, reader.errors())?;
    match wrong {
        Some((start, message)) => Err(at(Some(name), text, start, &message)),
        None => done,
    }
}

/// Returns `data` of a reply's envelope, with true if it is an array.
fn data(text: &str, tree: &Tree) -> Option<(NodeId, bool)> {
    let (_, list) = tree
        .members(tree.root()?)
        .find(|(key, _)| json::decode(text, tree.node(*key)).eq_ignore_ascii_case("data"))?;
    Some((list, tree.node(list).kind == JsonKind::Array))
}

/// Returns the position and message of an error reply. An empty array next to an error is not a list.
fn error_of(text: &str, tree: &Tree, data: NodeId) -> Option<(usize, String)> {
    let root = tree.root()?;
    let is_empty = tree.elements(data).next().is_none();
    for (key, value) in tree.members(root) {
        let node = tree.node(value);
        let start = node.span.start as usize;
        let key = json::decode(text, tree.node(key));
        if key.eq_ignore_ascii_case("statusCode") {
            let status = match node.kind {
                JsonKind::String => json::decode(text, node),
                _ => Cow::Borrowed(node.span.of(text)),
            };
            let is_number = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
            if is_number && !status.starts_with('2') {
                return Some((
                    start,
                    format!("this is a response with status {status}, not a list; save one with status 200"),
                ));
            }
        } else if key.eq_ignore_ascii_case("errorDetails")
            && is_empty
            && tree.elements(value).next().is_some()
        {
            return Some((
                start,
                "`data` is empty and an error is reported: this response is not a list".to_owned(),
            ));
        }
    }
    None
}

impl Loading<'_> {
    /// Records the paging data of a reply, from the envelope or from an object in it.
    fn pages_of(&mut self, text: &str, tree: &Tree, name: &str) {
        let Some(root) = tree.root() else { return };
        let reply = &self.layout.reply;
        let known: Vec<&str> = [&reply.total, &reply.pages, &reply.more]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let names = Names::new(known.iter().copied());
        let inner = tree.members(root).flat_map(|(_, value)| tree.members(value));
        for (key, value) in tree.members(root).chain(inner) {
            let Some(key) = names.find(&json::decode(text, tree.node(key))) else {
                continue;
            };
            let node = tree.node(value);
            let word = match node.kind {
                JsonKind::String => json::decode(text, node),
                JsonKind::Number | JsonKind::True => Cow::Borrowed(node.span.of(text)),
                _ => continue,
            };
            let number = word.trim().parse::<usize>().unwrap_or_default();
            let is = |list: &[String]| list.iter().any(|name| name == key);
            if is(&reply.total) {
                self.total = self.total.max(number);
            } else if is(&reply.pages) {
                self.pages = self.pages.max(number);
            } else if !word.trim().is_empty() && truth(&word) != Some(false) {
                self.loaded
                    .is_partial(|| format!("{name} says that more entries follow"));
            }
        }
    }
}

fn contact(tenant: &mut Tenant, layout: &ContactLayout, item: &Item<'_>) -> std::result::Result<(), String> {
    let code = text_or(item, &layout.code);
    let user = item.text_of(&layout.user);
    if code.is_none() && user.is_none() {
        return Err(lacks(&layout.code));
    }
    let active = match item.text_of(&layout.active) {
        None => None,
        Some(word) => Some(truth(word).ok_or_else(|| {
            let words = "true or false, or yes, no, y, n, x, 1, 0, active, inactive";
            format!("the active flag of a contact must be {words}")
        })?),
    };
    let lobs = item
        .field(&layout.lobs)
        .map(Item::texts)
        .or_else(|| belonging(layout, item));
    let lob = lobs.as_ref().and_then(|lobs| lobs.first().cloned());
    let contacts = tenant.contacts.get_or_insert_with(Contacts::default);
    if contacts.add(code, user, active, lobs) {
        let text = |text: &str| text.trim().to_owned();
        tenant.listed.add_contact(ListedContact {
            code: code.map(text),
            user: user.map(text),
            active,
            lob,
        });
    }
    Ok(())
}

/// Returns the belonging LOBs of an entry of a reply. `None` if the kind of one is not stated.
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
            let inside = text_or(entry, &layout.activities.code);
            if let Some(inside) = inside {
                tenant.listed.add_activity(code, inside);
            }
        }
    }
    Ok(())
}

/// Adds an activity with a code and a name. A bare string is a code; names have a separate list.
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
    format!(
        "an entry has no value: expected a string, or one of {}",
        names.join(", ")
    )
}

fn put(tenant: &mut Tenant, fact: Fact, value: &str) {
    if tenant.values.entry(fact).or_default().insert(folded(value)) {
        tenant.listed.add(fact, value);
    }
}

fn mark(tenant: &mut Tenant, fact: Fact) {
    if fact == Fact::Contacts {
        tenant.contacts.get_or_insert_with(Contacts::default);
    } else {
        tenant.values.entry(fact).or_default();
    }
}
