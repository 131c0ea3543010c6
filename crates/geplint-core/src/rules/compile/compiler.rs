//! The context of all parts of a file: its definition, the shared definitions, and the ids of its tables.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::claim::answers;
use super::error::{Result, fail, join};
use crate::rules::definition::{EndpointDef, TableDef};
use crate::rules::{Answers, Shared, TableId};

/// The user's file that changed a row or a check, by the byte offset of the row's name or of the check.
pub(in crate::rules) type Layered = BTreeMap<usize, String>;

pub(super) struct Compiler<'d> {
    pub def: &'d EndpointDef,
    pub layered: &'d Layered,
    /// The definitions that all endpoints share.
    pub shared: &'d Shared,
    /// The tables in the order of the file.
    pub tables: Vec<(&'d Spanned<String>, &'d TableDef)>,
    pub ids: BTreeMap<&'d str, TableId>,
    pub enums: Vec<&'d str>,
    pub answers: Answers,
}

impl<'d> Compiler<'d> {
    pub(super) fn new(def: &'d EndpointDef, layered: &'d Layered, shared: &'d Shared) -> Result<Self> {
        let mut tables: Vec<_> = def.tables.iter().collect();
        tables.sort_by_key(|(name, _)| name.span().start);
        let ids = (0..)
            .zip(&tables)
            .map(|(id, (name, _))| (name.get_ref().as_str(), TableId(id)))
            .collect();
        Ok(Self {
            def,
            layered,
            shared,
            tables,
            ids,
            enums: def.enums.keys().map(String::as_str).collect(),
            answers: answers(def, &shared.api.answers)?,
        })
    }

    /// Returns a source, with the name of the user's file that changed the row or check at this offset, if one did.
    pub(super) fn cited(&self, source: String, start: usize) -> String {
        match self.layered.get(&start) {
            Some(layer) => format!("{source} ({layer})"),
            None => source,
        }
    }

    pub(super) fn table_id(&self, name: &Spanned<String>) -> Result<TableId> {
        self.table_named(name.get_ref(), name.span())
    }

    pub(super) fn table_named(&self, name: &str, span: Range<usize>) -> Result<TableId> {
        match self.ids.get(name) {
            Some(id) => Ok(*id),
            None => fail(
                span,
                format!("there is no table `{name}`; tables: {}", join(self.ids.keys())),
            ),
        }
    }

    /// Checks that the file has the properties that identify the contact of a record.
    pub(super) fn names_a_contact(&self, span: Range<usize>) -> Result<()> {
        match &self.def.contact {
            Some(_) => Ok(()),
            None => fail(
                span,
                "this needs [contact], which identifies the contact of a record",
            ),
        }
    }
}
