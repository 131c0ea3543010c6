//! Unknown names.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::fixes::{lacks_mandatory, spelled};
use super::meant_name::{Fit, Grounds, Meant, ObjectContext, meant, resolve_rivals};
use super::messages;
use super::record_state::{Linter, is_of_reader};
use crate::finding::{Belongs, FixKind, Severity};
use crate::json::NodeId;
use crate::rules::{PropertyId, Table, TableId, Type, shortened};

/// The longest name, in bytes, that is stored as one without meaning.
const LONGEST_KEPT: usize = 64;

impl<'a> Linter<'a> {
    /// Reports the names of the current object that its table does not have.
    pub(super) fn unknown_names(&mut self, table: &'a Table, base: usize, objects: &[NodeId]) {
        let unknown = std::mem::take(&mut self.unknown);
        let names: Vec<Cow<'a, str>> = unknown.iter().map(|(key, _)| self.decoded(*key)).collect();
        let tables = self.buffers.tables.iter();
        let tables: Vec<&Table> = tables.map(|id| self.endpoint.table(*id)).collect();
        let known = self.buffers.meaningless.get(&self.buffers.tables);
        let mut meaningless: Vec<&str> = Vec::new();
        let meant = unknown.iter().zip(&names).map(|((_, value), name)| {
            if known.is_some_and(|known| known.contains(&**name)) {
                return Meant::Nothing;
            }
            // True once the result depends on the object.
            let depends = Cell::new(false);
            let around = ObjectContext {
                tables: &tables,
                has: &|id| {
                    depends.set(true);
                    self.slot(base, id).is_some()
                },
                fit: &|property| {
                    depends.set(true);
                    self.fit(property, *value)
                },
                listed: &|property| {
                    depends.set(true);
                    self.is_listed(property, *value)
                },
            };
            let meant = meant(self.endpoint, &around, name);
            if meant == Meant::Nothing && !depends.get() && name.len() <= LONGEST_KEPT {
                meaningless.push(name);
            }
            meant
        });
        let mut meant: Vec<Meant> = meant.collect();
        self.buffers.remember_meaningless(&meaningless);
        resolve_rivals(self.endpoint, table, &names, &mut meant);
        let first = self.checked.findings.len();
        for (((key, value), name), meant) in unknown.iter().copied().zip(&names).zip(&meant) {
            let object = objects.iter().rfind(|object| **object < key);
            self.unknown_name(table, base, (key, value), name, meant, object.copied());
        }
        // Each unknown name has one finding.
        if self.checked.findings.len() == first + unknown.len() {
            self.nest_names(first, table, base, &unknown, &names, &meant);
        }
    }

    /// Sets fixes that create a missing object from names that are paths into it, such as `Address.City`, or that
    /// belong to it.
    fn nest_names(
        &mut self,
        first: usize,
        table: &'a Table,
        base: usize,
        unknown: &[(NodeId, NodeId)],
        names: &[Cow<'a, str>],
        meant: &[Meant],
    ) {
        let mut groups: BTreeMap<PropertyId, Vec<usize>> = BTreeMap::new();
        for (index, meant) in meant.iter().enumerate() {
            let outer = match meant {
                Meant::Path { outer, .. } => *outer,
                Meant::Elsewhere { table: inner, .. } => object_of(table, *inner),
                _ => None,
            };
            if let Some(outer) = outer
                && self.slot(base, outer).is_none()
            {
                groups.entry(outer).or_default().push(index);
            }
        }
        for (outer, group) in groups {
            let Type::Object(inner_table) = table.property(outer).ty else {
                continue;
            };
            let inner_table = self.endpoint.table(inner_table);
            let mut inner: Vec<PropertyId> = Vec::new();
            let mut members = Vec::with_capacity(group.len());
            let mut written = None;
            let mut only_paths = true;
            for index in &group {
                let (Some(meant), Some(name), Some((key, value))) =
                    (meant.get(*index), names.get(*index), unknown.get(*index))
                else {
                    continue;
                };
                let mut parts = name
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|part| !part.is_empty());
                written = written.or_else(|| parts.clone().next());
                let last = match meant {
                    Meant::Path { property, .. } => {
                        inner.push(*property);
                        parts.next_back().unwrap_or_default().to_owned()
                    }
                    Meant::Elsewhere { property, .. } => {
                        only_paths = false;
                        inner.push(*property);
                        spelled(&inner_table.property(*property).name, name)
                    }
                    _ => continue,
                };
                members.push((self.member_span(*value), self.tree.node(*key).span, last));
            }
            inner.sort_unstable();
            inner.dedup();
            // If two names mean one property, a value would be lost.
            let damaged = self.tree.damaged
                || group.iter().any(|index| {
                    unknown
                        .get(*index)
                        .is_none_or(|(_, value)| self.tree.node(*value).malformed)
                });
            // A new object without a mandatory property would be refused.
            let whole = only_paths || !lacks_mandatory(inner_table, |id| inner.contains(&id));
            // A single name that several tables have may belong to another one.
            let is_sure = group.len() > 1 || group.iter().any(|index| is_certain(meant.get(*index)));
            let is_refused = group
                .iter()
                .any(|index| match (meant.get(*index), unknown.get(*index)) {
                    (
                        Some(Meant::Path { table, property, .. } | Meant::Elsewhere { table, property, .. }),
                        Some((_, value)),
                    ) => {
                        let rows = self.endpoint.table(*table);
                        self.is_refused_as(rows, rows.property(*property), *value)
                    }
                    _ => false,
                });
            let name = spelled(&table.property(outer).name, written.unwrap_or_default());
            if inner.len() == group.len()
                && whole
                && is_sure
                && !damaged
                && !is_refused
                && let Some(index) = group.first()
            {
                self.fix(first + index, Some(FixKind::Nest { name, members }));
            }
        }
    }

    /// Reports a name that the table does not have.
    fn unknown_name(
        &mut self,
        table: &'a Table,
        base: usize,
        (key, value): (NodeId, NodeId),
        name: &str,
        meant: &Meant,
        object: Option<NodeId>,
    ) {
        if is_of_reader(name) {
            return self.reader_name(key, name);
        }
        // The suggested property, if there is one.
        let suggested: Option<&str> = match meant {
            Meant::Near { property, .. } => Some(&table.property(*property).name),
            Meant::Elsewhere { table, property, .. } | Meant::Path { table, property, .. } => {
                Some(&self.endpoint.table(*table).property(*property).name)
            }
            Meant::Present(_) | Meant::Rival { .. } | Meant::Nothing => None,
        };
        let spelled = suggested.unwrap_or_default();
        // Only the spelling of a name in another style is wrong, so its value is read after the rename.
        let wrong = match meant {
            Meant::Near {
                property,
                fit,
                grounds: Grounds::Likeness | Grounds::Generic,
            } if *fit == Fit::AsIs || self.is_one_string(value) => {
                self.wrong_as(table, table.property(*property), value)
            }
            _ => None,
        };
        let (place, help) = match meant {
            Meant::Near { property, fit, .. } => {
                let more = match (&wrong, fit) {
                    (Some(finding), _) if finding.severity > Severity::Advice => {
                        format!(" Its value is not right, either: {}.", finding.message)
                    }
                    (_, Fit::AsIs) => String::new(),
                    (_, Fit::As(json)) => format!(" Write \"{spelled}\": {}.", shortened(json)),
                    (_, Fit::Unread) => format!(" {}", messages::wanted(table.property(*property).ty)),
                };
                (None, format!("Did you mean {spelled}?{more}"))
            }
            Meant::Present(property) => {
                let given = &table.property(*property).name;
                let help = if lacks_mandatory(table, |id| self.slot(base, id).is_some()) {
                    format!("It may mean {given}, which is already given, or a property that is missing.")
                } else {
                    format!("Remove it: {given} is already given.")
                };
                (None, help)
            }
            Meant::Rival {
                table,
                property,
                is_worse,
            } => {
                let wanted = &self.endpoint.table(*table).property(*property).name;
                let help = if *is_worse {
                    format!("Remove it: another name here is more likely to mean {wanted}.")
                } else {
                    format!(
                        "Several names here may mean {wanted}: rename the right one, and remove the others."
                    )
                };
                (None, help)
            }
            Meant::Elsewhere { place, renamed, .. } => {
                let help = if *renamed {
                    format!("Did you mean {spelled}? It belongs {place}.")
                } else {
                    format!("{spelled} belongs {place}.")
                };
                (Some(&**place), help)
            }
            Meant::Path {
                place,
                around: (before, after),
                ..
            } => {
                let written = shortened(self.tree.node(value).span.of(self.text));
                let help = format!("{spelled} belongs inside {place}: write {before}{written}{after}.");
                (Some(&**place), help)
            }
            Meant::Nothing => (
                None,
                format!("Remove it, or see `geplint rules {}`.", self.endpoint.id),
            ),
        };
        let violation = messages::unknown_name(name, &table.title, place, help);
        let index = self.checked.findings.len();
        self.warn(self.key_place(key), violation);
        if let Some(finding) = self.checked.findings.get_mut(index) {
            let interner = self.buffers.interner.get_or_insert_default();
            match meant {
                Meant::Near { .. } => finding.suggestion = Some(interner.text(spelled)),
                Meant::Elsewhere { place, renamed, .. } => {
                    finding.belongs = Some(Box::new(Belongs {
                        place: interner.text(place),
                        name: renamed.then(|| interner.text(spelled)),
                    }));
                }
                _ => {}
            }
        }
        self.consider(index, meant, wrong.is_some(), table, (key, value), object);
    }
}

/// Returns true if a name belongs to one table only.
const fn is_certain(meant: Option<&Meant>) -> bool {
    matches!(
        meant,
        Some(Meant::Path { .. } | Meant::Elsewhere { only: true, .. })
    )
}

/// Returns the only property of a table that is an object of another table.
fn object_of(table: &Table, inner: TableId) -> Option<PropertyId> {
    let mut found = table
        .rows()
        .filter(|(_, row)| row.ty == Type::Object(inner))
        .map(|(id, _)| id);
    found.next().filter(|_| found.next().is_none())
}
