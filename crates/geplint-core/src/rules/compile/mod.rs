//! Compiles the text of a rules file to an [`Endpoint`]: resolves every name, and reports errors with their position.

mod api;
mod check;
mod claim;
mod compiler;
mod error;
mod lookup;
mod row;

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use dotnet_bind::EnumMember;
use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

use super::definition::{ContactDef, EmptyRequestDef, EndpointDef, EnumDef, TableDef};
use super::{
    ContactRows, Endpoint, Enumeration, FastRows, GoodBesideBad, NameIndex, Property, PropertyId, Shared,
    Table, TableId, Type, fast_plan,
};
use crate::finding::{Evidence, Phase};
use crate::rules::Claim;
pub use check::KindOfCheck;
use claim::{Defaults, cite, claim};
use compiler::Compiler;
pub(super) use compiler::Layered;
pub use error::LoadError;
pub(super) use error::of_toml;
use error::{Result, fail};
use lookup::{key, listed_fact, property_at, scalar};
use row::resolve_unless;

/// Reads the rules file of one endpoint.
///
/// Errors: not TOML, an unknown key or word, a type, table or property that does not exist, a duplicate row or name,
/// a table that no record reaches.
pub fn load(text: &str, shared: &Shared) -> Result<Endpoint> {
    let table = DeTable::parse(text).map_err(|error| of_toml(&error))?;
    read(table, &Layered::default(), shared)
}

/// The same for a file that is parsed, and merged with the layers of users.
pub(super) fn read(table: Spanned<DeTable<'_>>, layered: &Layered, shared: &Shared) -> Result<Endpoint> {
    let def = EndpointDef::deserialize(Deserializer::from(table)).map_err(|error| of_toml(&error))?;
    Compiler::new(&def, layered, shared)?.endpoint()
}

impl Compiler<'_> {
    fn endpoint(&self) -> Result<Endpoint> {
        let def = self.def;
        has_a_list_for_body(def)?;
        let record = self.table_id(&def.record)?;
        let mut tables = self
            .tables
            .iter()
            .map(|(_, table)| self.table(table))
            .collect::<Result<Vec<_>>>()?;
        for check in &def.checks {
            self.check(check, &mut tables)?;
        }
        self.route_tables(record, &mut tables)?;
        let key = key(&def.key, &tables[usize::from(record.0)])?;
        let distinctive = def
            .distinctive
            .iter()
            .map(|name| property_at(&tables[usize::from(record.0)], name))
            .collect::<Result<Vec<_>>>()?;
        let contact = def
            .contact
            .as_ref()
            .map(|rows| contact(rows, &tables[usize::from(record.0)]))
            .transpose()?;
        tables.iter_mut().for_each(complete_table);
        fast_plan::compute(&mut tables, record);
        let vocabulary = self.shared.names.vocabulary(&tables);
        Ok(Endpoint {
            contact,
            id: def.endpoint.clone().into(),
            title: def.title.clone().into(),
            method: def.method.get_ref().clone().into(),
            path: def.path.clone().into(),
            page: def.page.clone().into(),
            record,
            key,
            distinctive,
            error_key: def.error_key.clone().map(Cow::Owned),
            good_beside_bad: good_beside_bad(&def.good_beside_bad)?,
            answers: self.answers.clone(),
            vocabulary,
            texts: self.shared.texts.clone(),
            off: def.rules_off.iter().map(|rule| rule.get_ref().clone()).collect(),
            empty_request: def
                .empty_request
                .as_ref()
                .map(|empty| self.empty_request(empty))
                .transpose()?,
            enums: def
                .enums
                .iter()
                .map(|(name, def)| enumeration(name, def))
                .collect::<Result<Vec<_>>>()?,
            tables,
        })
    }

    fn empty_request(&self, empty: &Spanned<EmptyRequestDef>) -> Result<Claim> {
        let def = empty.get_ref();
        let source = cite(&def.table, def.row.as_deref().unwrap_or(""));
        let defaults = Defaults {
            rule: "no-data",
            evidence: Evidence::Table,
            phase: Phase::Request,
            answer: Some(&self.answers.missing),
            source: &source,
            words: &[],
        };
        claim(&def.claim, &defaults, empty.span())
    }

    fn table(&self, def: &TableDef) -> Result<Table> {
        let rows = &def.properties.0;
        let mut properties: Vec<Property> = Vec::with_capacity(rows.len());
        let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for (name, row) in rows {
            let property = self.property(def, name, row)?;
            if !names.insert(property.name.to_ascii_lowercase()) {
                return fail(
                    name.span(),
                    format!("`{}` is repeated in this table; case is ignored", property.name),
                );
            }
            if !property.row.is_empty() && !numbers.insert(property.row.clone()) {
                return fail(
                    row.get_ref()
                        .row
                        .as_ref()
                        .map_or_else(|| row.span(), Spanned::span),
                    format!("row {} is repeated in this table", property.row),
                );
            }
            properties.push(property);
        }
        let names = NameIndex::new(properties.iter().map(|property| &*property.name));
        let mut table = Table {
            name: Cow::default(),
            title: def.title.clone().into(),
            properties,
            names,
            offset: 0,
            id: TableId(0),
            checked_if_absent: Vec::new(),
            fast_rows: FastRows::default(),
            checks: Vec::new(),
            route: Vec::new(),
        };
        for (index, (_, row)) in rows.iter().enumerate() {
            resolve_unless(&mut table, index, row)?;
        }
        Ok(table)
    }

    /// Finds the shortest route from a record to each table. A table without a route is an error.
    fn route_tables(&self, record: TableId, tables: &mut [Table]) -> Result<()> {
        let mut reached = vec![false; tables.len()];
        reached[usize::from(record.0)] = true;
        let mut queue = VecDeque::from([record]);
        while let Some(at) = queue.pop_front() {
            let route = tables[usize::from(at.0)].route.clone();
            let next: Vec<(TableId, String)> = tables[usize::from(at.0)]
                .properties
                .iter()
                .filter_map(|property| match property.ty {
                    Type::Object(id) | Type::ObjectList(id) => Some((id, property.name.to_string())),
                    _ => None,
                })
                .collect();
            for (id, name) in next {
                if !std::mem::replace(&mut reached[usize::from(id.0)], true) {
                    tables[usize::from(id.0)].route = route.iter().cloned().chain([name]).collect();
                    queue.push_back(id);
                }
            }
        }
        let mut offset = 0u16;
        for (index, (name, _)) in self.tables.iter().enumerate() {
            if !reached[index] {
                return fail(
                    name.span(),
                    format!("no record leads to table `{}`", name.get_ref()),
                );
            }
            let table = &mut tables[index];
            table.offset = offset;
            table.id = TableId(u16::try_from(index).unwrap_or(u16::MAX));
            offset = offset.saturating_add(u16::try_from(table.properties.len() + 1).unwrap_or(u16::MAX));
            table.name = name.get_ref().clone().into();
            for property in &mut table.properties {
                property.constraint = format!("{}.{}", table.name, property.name).into();
            }
        }
        Ok(())
    }
}

/// Checks that the body is an array of records. Other requests are not supported.
fn has_a_list_for_body(def: &EndpointDef) -> Result<()> {
    if let Some(body) = &def.body
        && body.get_ref() != "list"
    {
        return fail(
            body.span(),
            format!(
                "`body` must be \"list\", not \"{}\": only a body that is a list of records can be checked",
                body.get_ref()
            ),
        );
    }
    let method = def.method.get_ref();
    if !["POST", "PUT", "PATCH"].contains(&method.as_str()) {
        return fail(
            def.method.span(),
            format!(
                "`method` must be \"POST\", \"PUT\" or \"PATCH\", not \"{method}\": only requests with a body can be checked"
            ),
        );
    }
    Ok(())
}

fn good_beside_bad(word: &Spanned<String>) -> Result<GoodBesideBad> {
    match word.get_ref().as_str() {
        "listed" => Ok(GoodBesideBad::Listed),
        "left-out" => Ok(GoodBesideBad::LeftOut),
        other => fail(
            word.span(),
            format!("`good-beside-bad` must be \"listed\" or \"left-out\", not \"{other}\""),
        ),
    }
}

fn enumeration(name: &str, def: &EnumDef) -> Result<Enumeration> {
    let mut names = BTreeSet::new();
    if let Some(twice) = def
        .members
        .get_ref()
        .iter()
        .find(|name| !names.insert(name.to_ascii_lowercase()))
    {
        return fail(def.members.span(), format!("`{twice}` is repeated in this enum"));
    }
    if names.is_empty() && !def.open {
        return fail(def.members.span(), "an enum needs at least one member");
    }
    let members = (0..)
        .zip(def.members.get_ref())
        .map(|(value, name)| EnumMember {
            name: name.clone(),
            value,
        })
        .collect();
    let fact = def.fact.as_ref().map(listed_fact).transpose()?;
    Ok(Enumeration {
        name: name.to_owned().into(),
        members,
        open: def.open,
        fact,
    })
}

fn contact(rows: &Spanned<ContactDef>, table: &Table) -> Result<ContactRows> {
    let def = rows.get_ref();
    let flag = |name: Option<&Spanned<String>>| {
        let Some(name) = name else { return Ok(None) };
        let id = property_at(table, name)?;
        match table.property(id).ty {
            Type::Boolean => Ok(Some(id)),
            _ => fail(name.span(), format!("`{}` is not a boolean", name.get_ref())),
        }
    };
    Ok(ContactRows {
        code: scalar(table, &def.code)?,
        user: def.user.as_ref().map(|name| scalar(table, name)).transpose()?,
        active: flag(def.active.as_ref())?,
        deleted: flag(def.deleted.as_ref())?,
        placeholders: def.placeholders.clone(),
    })
}

/// Computes the derived fields of a table, once all constraints are in place.
fn complete_table(table: &mut Table) {
    let mut attended = vec![0_u64; table.properties.len().div_ceil(64)];
    for (index, property) in (0u16..).zip(&mut table.properties) {
        property.quick_check = property.quick_check();
        let checked = table.checks.iter().any(|check| check.anchor == PropertyId(index));
        if checked || property.required.is_some() {
            attended[usize::from(index / 64)] |= 1 << (index % 64);
        }
    }
    table.checked_if_absent = attended;
}
