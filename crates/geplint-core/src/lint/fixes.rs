//! Fixes for findings about names. They are decided once the object, or the record, around the name is known.

use std::collections::{HashMap, HashSet};

use super::checked_body::Checked;
use super::meant_name::{Fit, Grounds, Meant};
use super::record_state::{Buffers, Linter, Misplaced, Resolved};
use crate::finding::{Finding, FixKind, Severity, Span};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, PropertyId, Table, TableId, Type};
use dotnet_bind as bind;

impl<'a> Linter<'a> {
    /// Returns the fix that removes all occurrences of a property. Without the last one, the one before would count.
    ///
    /// The findings about their values are those from `first_finding` on.
    pub(super) fn without(
        &self,
        table: &Table,
        property: &Property,
        objects: &[NodeId],
        first_finding: usize,
    ) -> FixKind {
        let mut members = Vec::new();
        for object in objects {
            for (key, value) in self.tree.members(*object) {
                let id = table.find(&self.decoded(key));
                if id.is_some_and(|id| std::ptr::eq(table.property(id), property)) {
                    members.push(self.member_span(value));
                }
            }
        }
        let reported = self.checked.findings.get(first_finding..).unwrap_or_default();
        let refused = reported.iter().any(|finding| finding.severity == Severity::Error);
        FixKind::RemoveMembers { members, refused }
    }

    /// Stores the fix for an unknown name; its finding is the one at index `finding`. `is_wrong` is true if its value has a
    /// finding under the right name as well.
    pub(super) fn consider(
        &mut self,
        finding: usize,
        meant: &Meant,
        is_wrong: bool,
        table: &Table,
        (key, value): (NodeId, NodeId),
        object: Option<NodeId>,
    ) {
        if self.tree.damaged || finding >= self.checked.findings.len() || self.tree.node(value).malformed {
            return;
        }
        let misplaced = |table, property, place| Misplaced {
            finding,
            key,
            object,
            table,
            property,
            place,
        };
        match *meant {
            Meant::Near {
                property,
                ref fit,
                grounds,
            } => {
                let name = spelled(&table.property(property).name, &self.decoded(key));
                let is_empty = grounds != Grounds::Style && self.is_null_or_empty(value);
                let fix_kind = match fit {
                    _ if is_wrong || is_empty => return,
                    Fit::AsIs => FixKind::Rename(name),
                    Fit::As(json) => FixKind::RenameAndWrite {
                        name,
                        value: self.tree.node(value).span,
                        json: json.clone(),
                    },
                    Fit::Unread => return,
                };
                self.fix(finding, Some(fix_kind));
                self.pending_fixes.renames.push((finding, property));
            }
            Meant::Elsewhere {
                table,
                property,
                only,
                renamed,
                ref place,
            } => {
                if only {
                    self.consider_move(finding, (table, property), (key, value), renamed);
                }
                self.pending_fixes
                    .moves
                    .push(misplaced(table, property, place.clone()));
            }
            Meant::Path {
                table,
                property,
                ref place,
                ..
            } => {
                self.consider_move(finding, (table, property), (key, value), true);
                self.pending_fixes
                    .moves
                    .push(misplaced(table, property, format!("inside {place}")));
            }
            _ => {}
        }
    }

    /// Stores a fix that may move a member into an object of another table.
    fn consider_move(
        &mut self,
        finding: usize,
        (table, property): (TableId, PropertyId),
        (key, value): (NodeId, NodeId),
        renamed: bool,
    ) {
        let rows = self.endpoint.table(table);
        let row = rows.property(property);
        if !self.suits(row, value) || self.is_refused_as(rows, row, value) {
            return;
        }
        let name = renamed.then(|| {
            let name = &self.endpoint.table(table).property(property).name;
            (self.tree.node(key).span, spelled(name, &self.decoded(key)))
        });
        let fix_kind = FixKind::Move {
            member: self.member_span(value),
            to: Span::default(),
            after: None,
            name,
        };
        self.fix(finding, Some(fix_kind));
    }

    /// Returns true if a value has the type of a property, so that there would be no finding about its type.
    pub(super) fn suits(&self, property: &Property, value: NodeId) -> bool {
        let (ty, kind) = (property.ty, self.kind(value));
        let suits = match ty {
            Type::Object(_) => kind == JsonKind::Object,
            Type::StringList | Type::ObjectList(_) => kind == JsonKind::Array,
            _ => {
                let text = self.scalar_text(value).unwrap_or_default();
                let (scalar, members) = self.scalar(ty);
                let bound = bind::bind(scalar, members, false, self.json(value, &text), "");
                bound.is_ok_and(|bound| bound.change.is_none())
            }
        };
        suits && !property.outbound_only
    }

    /// Returns true if a value would be refused as the value of a property, and no fix is known.
    pub(super) fn is_refused_as(&self, table: &'a Table, property: &'a Property, value: NodeId) -> bool {
        let wrong = self.wrong_as(table, property, value);
        wrong.is_some_and(|finding| finding.severity == Severity::Error)
    }

    /// Returns the first of the most severe findings that a value would have as the value of a property, and that no
    /// fix is known for. Only errors count inside an array or an object.
    pub(super) fn wrong_as(
        &self,
        table: &'a Table,
        property: &'a Property,
        value: NodeId,
    ) -> Option<Finding> {
        let is_scalar = !matches!(
            property.ty,
            Type::Object(_) | Type::ObjectList(_) | Type::StringList
        );
        // A rename writes an array with one value without the brackets.
        let only = is_scalar.then(|| self.tree.only_element(value)).flatten();
        let findings = self
            .findings_as(table, property, only.unwrap_or(value))
            .into_iter();
        let counted = findings.filter(|finding| {
            finding.fix_kind.is_none() && (is_scalar || finding.severity == Severity::Error)
        });
        counted.rev().max_by_key(|finding| finding.severity)
    }

    /// Returns true if a value is an array with one string, which a rename writes without the brackets.
    pub(super) fn is_one_string(&self, value: NodeId) -> bool {
        let only = self.tree.only_element(value);
        only.is_some_and(|only| self.kind(only) == JsonKind::String)
    }

    /// Returns the findings that a value would have as the value of a property.
    fn findings_as(&self, table: &'a Table, property: &'a Property, value: NodeId) -> Vec<Finding> {
        let (mut buffers, mut checked) = (Buffers::default(), Checked::default());
        let mut trial = Linter::new(
            self.text,
            self.tree,
            self.endpoint,
            self.facts,
            self.record,
            &mut buffers,
            &mut checked,
        );
        trial.property(table, property, &[], &[value], Some(value));
        checked.findings
    }

    /// Drops renames that could do harm: if the property is already present, if two names would become the same, or
    /// if an optional property would be filled while a mandatory one is missing, because that one may have been
    /// meant.
    pub(super) fn settle_renames(&mut self, table: &Table, base: usize, objects: &[NodeId]) {
        if self.pending_fixes.renames.is_empty() {
            return;
        }
        let renames = std::mem::take(&mut self.pending_fixes.renames);
        let mut wanted: HashMap<PropertyId, u32> = HashMap::new();
        for (_, property) in &renames {
            *wanted.entry(*property).or_default() += 1;
        }
        let has = |id| self.slot(base, id).is_some();
        let lacks = lacks_mandatory(table, has);
        // A name that differs only in separators is certain, even if another property is missing.
        let sure = |finding: usize, property: PropertyId| {
            let finding = self.checked.findings.get(finding);
            let name = finding.and_then(|finding| finding.pointer.rsplit('/').next());
            name.is_some_and(|name| differs_in_separators(name, &table.property(property).name))
        };
        let harmful = |finding: usize, property: PropertyId| {
            wanted.get(&property) != Some(&1)
                || has(property)
                || (lacks && !table.property(property).is_mandatory() && !sure(finding, property))
        };
        let (dropped, kept): (Vec<_>, Vec<_>) = renames
            .into_iter()
            .partition(|(finding, property)| harmful(*finding, *property));
        for (finding, _) in dropped {
            self.fix(finding, None);
        }
        for (_, property) in kept {
            let given = objects.iter().map(|object| (*object, property));
            self.pending_fixes.renamed.extend(given);
        }
    }

    /// Keeps a move only if its target is unambiguous, in the record or in the object that has the name, and the
    /// target lacks the property and gets it from no rename. If the target has the property, the help says so.
    pub(super) fn settle_moves(&mut self, first_finding: usize) {
        let renamed: HashSet<_> = std::mem::take(&mut self.pending_fixes.renamed)
            .into_iter()
            .collect();
        if self.pending_fixes.moves.is_empty() {
            return;
        }
        let moves = std::mem::take(&mut self.pending_fixes.moves);
        let places = self.places();
        // The only object of the table; else the nearest one inside the object that has the name, or the one around
        // it.
        let of = |misplaced: &Misplaced| {
            let all = places.get(&misplaced.table)?;
            if let [(one, _)] = **all {
                return Some(one);
            }
            let object = misplaced.object?;
            let start = all.partition_point(|(id, _)| *id <= object);
            let end = all.partition_point(|(id, _)| id.0 < self.tree.node(object).next);
            let inside = all.get(start..end)?;
            let Some(least) = inside.iter().map(|(_, depth)| *depth).min() else {
                let before = all.get(..start)?.iter();
                let around = |(id, _): &&(NodeId, u32)| self.tree.node(*id).next > object.0;
                return before.rev().find(around).map(|(id, _)| *id);
            };
            let mut nearest = inside.iter().filter(|(_, depth)| *depth == least);
            match (nearest.next(), nearest.next()) {
                (Some((one, _)), None) => Some(*one),
                _ => None,
            }
        };
        let moves = moves
            .iter()
            .filter_map(|misplaced| Some((misplaced, of(misplaced)?)));
        let moves: Vec<(&Misplaced, NodeId)> = moves.collect();
        let mut wanted: HashMap<(NodeId, PropertyId), u32> = HashMap::new();
        for (misplaced, object) in &moves {
            *wanted.entry((*object, misplaced.property)).or_default() += 1;
        }
        let mut there: HashMap<NodeId, HashSet<PropertyId>> = HashMap::new();
        let mut targets: HashMap<u32, (Span, Option<Span>)> = HashMap::new();
        for (misplaced, object) in moves {
            let Misplaced {
                table,
                property,
                ref place,
                ..
            } = *misplaced;
            let there = there
                .entry(object)
                .or_insert_with(|| self.properties_of(table, object));
            let rows = self.endpoint.table(table);
            let name = &rows.property(property).name;
            let is_meant = renamed.contains(&(object, property));
            let help = if there.contains(&property) {
                Some(format!("Remove it: {name} is already given {place}."))
            } else {
                is_meant.then(|| format!("Remove it: another name {place} may mean {name}, too."))
            };
            if let (Some(help), Some(finding)) = (help, self.checked.findings.get_mut(misplaced.finding)) {
                finding.help = help.as_str().into();
            }
            let fills =
                rows.property(property).is_mandatory() || !lacks_mandatory(rows, |id| there.contains(&id));
            if wanted.get(&(object, property)) == Some(&1) && !there.contains(&property) && !is_meant && fills
            {
                let last = self.tree.members(object).last();
                let last = last.map(|(_, value)| self.member_span(value));
                let start = self.tree.node(misplaced.key).span.start;
                targets.insert(start, (self.tree.node(object).span, last));
            }
        }
        for finding in self.checked.findings.get_mut(first_finding..).unwrap_or_default() {
            set_move_target(finding, &targets);
        }
    }

    fn properties_of(&self, table: TableId, object: NodeId) -> HashSet<PropertyId> {
        let table = self.endpoint.table(table);
        let members = self.tree.members(object);
        members
            .filter_map(|(key, _)| table.find(&self.decoded(key)))
            .collect()
    }

    /// Returns every object of the record with its depth, by table and in order.
    fn places(&self) -> HashMap<TableId, Vec<(NodeId, u32)>> {
        let mut places: HashMap<TableId, Vec<(NodeId, u32)>> = HashMap::new();
        let mut left: Vec<(TableId, NodeId, u32)> = Vec::new();
        left.extend(self.root.map(|root| (self.endpoint.record, root, 0)));
        while let Some((id, object, depth)) = left.pop() {
            places.entry(id).or_default().push((object, depth));
            let table = self.endpoint.table(id);
            for (key, value) in self.tree.members(object) {
                let property = table.find(&self.decoded(key)).map(|id| table.property(id));
                let Some(Type::Object(inner) | Type::ObjectList(inner)) =
                    property.map(|property| property.ty)
                else {
                    continue;
                };
                let objects = std::iter::once(value).chain(self.tree.elements(value));
                // An object that the reader replaces cannot be the target of a move.
                let plain = |id: &NodeId| matches!(self.resolve(*id), Resolved::Node(node) if node == *id);
                let objects = objects.filter(|id| self.kind(*id) == JsonKind::Object);
                left.extend(objects.filter(plain).map(|object| (inner, object, depth + 1)));
            }
        }
        for objects in places.values_mut() {
            objects.sort_unstable();
        }
        places
    }
}

/// Returns true if a name differs from a property's name only in separators and case.
fn differs_in_separators(name: &str, property: &str) -> bool {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    let letters = letters.map(|c| c.to_ascii_lowercase());
    letters.eq(property.chars().map(|c| c.to_ascii_lowercase()))
}

/// Returns true if a mandatory property is missing.
pub(super) fn lacks_mandatory(table: &Table, has: impl Fn(PropertyId) -> bool) -> bool {
    table.rows().any(|(id, row)| row.is_mandatory() && !has(id))
}

/// Sets the target of a move, or drops the fix if there is no target.
fn set_move_target(finding: &mut Finding, targets: &HashMap<u32, (Span, Option<Span>)>) {
    let Some(FixKind::Move {
        member, to, after, ..
    }) = finding.fix_kind.as_deref_mut()
    else {
        return;
    };
    match targets.get(&member.start) {
        Some(way) => (*to, *after) = *way,
        None => finding.fix_kind = None,
    }
}

/// Returns the table's name, with a lowercase initial if the sender's name has one.
pub(super) fn spelled(name: &str, like: &str) -> String {
    let small = like.starts_with(|first: char| first.is_ascii_lowercase());
    let mut rest = name.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), Some(second)) if small && second.is_ascii_lowercase() => {
            first.to_ascii_lowercase().to_string() + rest.as_str()
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_the_senders_style() {
        for (name, like, written) in [
            ("UserName", "userNme", "userName"),
            ("UserName", "UserNme", "UserName"),
            ("UserName", "user_name", "userName"),
            ("LOBCode", "lobcde", "LOBCode"),
            ("x", "", "x"),
        ] {
            assert_eq!(spelled(name, like), written, "{name} {like}");
        }
    }
}
