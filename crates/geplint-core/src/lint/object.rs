//! Checks an object against its table: every member against its row, every row against its value.

use super::duplicate_name::Values;
use super::messages;
use super::record_state::{Followed, Linter, Resolved, Step, key_of};
use crate::finding::{Phase, Target};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, PropertyId, Table, TableId, Type};
use dotnet_bind::{self as bind, Container};

impl<'a> Linter<'a> {
    /// Checks the element of the request's array that is the record.
    pub(super) fn record(&mut self, root: NodeId) {
        let table = self.endpoint.record_table();
        let findings_before = self.checked.findings.len();
        if self.tree.node(root).unknown {
            return self.not_filled_in(None, self.value_place(root));
        }
        match self.resolved(root) {
            Resolved::Null => self.dereferenced(None, root),
            Resolved::Refused(sentence) => self.refused(root, None, &sentence),
            Resolved::Node(node) => {
                self.unwrapped(root, node);
                if self.kind(node) == JsonKind::Object {
                    self.root = Some(node);
                    self.object(table, &[node]);
                } else {
                    self.wrong_container(node, None, Type::Object(self.endpoint.record));
                }
                // The path of the record is kept, because its key is checked later.
            }
        }
        self.settle_moves(findings_before);
    }

    /// Checks objects that the platform merges into one. Nearly always there is just one.
    pub(super) fn object(&mut self, table: &'a Table, objects: &[NodeId]) {
        let (base, due, earlier) = (
            self.buffers.slots.len(),
            self.buffers.due.len(),
            self.buffers.earlier.len(),
        );
        self.buffers.slots.resize(base + table.properties.len(), None);
        self.buffers.due.extend_from_slice(&table.checked_if_absent);
        for object in objects {
            self.members(table, *object, base, due);
        }
        self.buffers.tables.push(table.id);
        if !self.unknown.is_empty() {
            self.unknown_names(table, base, objects);
            self.settle_renames(table, base, objects);
        }
        if base == 0 {
            self.read = self.root.filter(|root| objects == [*root]);
        }
        for group in 0..table.checked_if_absent.len() {
            // Checking a row never marks another one as due.
            let mut bits = self.buffers.due[due + group];
            while bits != 0 {
                self.row(
                    table,
                    group * 64 + bits.trailing_zeros() as usize,
                    objects,
                    base,
                    earlier,
                );
                bits &= bits - 1;
            }
        }
        self.buffers.due.truncate(due);
        self.buffers.tables.pop();
        if base == 0 {
            let mut keys = self.endpoint.key.iter().filter_map(|id| self.slot(0, *id));
            self.key = keys.find(|value| !self.is_null_or_empty(*value));
            return;
        }
        self.buffers.slots.truncate(base);
        self.buffers.earlier.truncate(earlier);
    }

    /// Checks the value of a row, or its absence, and makes the checks that are anchored to the row.
    fn row(&mut self, table: &'a Table, index: usize, objects: &[NodeId], base: usize, earlier: usize) {
        let Some(property) = table.properties.get(index) else {
            return;
        };
        let slot = base + index;
        if self.buffers.slots[slot].is_some() || property.required.is_some() {
            let (values, replaced) = self.occurrences(slot, earlier);
            for node in replaced {
                self.check_replaced(property, node);
            }
            self.property(table, property, objects, &values, self.buffers.slots[slot]);
        }
        for check in &table.checks {
            if usize::from(check.anchor.0) == index {
                self.check(check, table, objects, base);
            }
        }
    }

    /// Puts each member in the slot of its row, and reports duplicate and unknown names.
    ///
    /// A value that passes the quick check is not checked again.
    fn members(&mut self, table: &'a Table, object: NodeId, base: usize, due: usize) {
        let first = object;
        let mut before = usize::from(table.offset);
        for (key, value) in self.tree.members(object) {
            let Some(id) = self.lookup(table, key, before) else {
                if self.tree.node(key).unknown {
                    self.placeholder_name(key, value);
                    continue;
                }
                self.unknown.push((key, value));
                self.skipped(value);
                continue;
            };
            before = usize::from(table.offset) + 1 + usize::from(id.0);
            let slot = base + usize::from(id.0);
            let previous = self.buffers.slots[slot].replace(value);
            let (group, bit) = (due + usize::from(id.0 / 64), 1 << (id.0 % 64));
            if previous.is_some() || !self.surely_right(table.property(id), value) {
                self.buffers.due[group] |= bit;
            }
            if let Some(previous) = previous {
                self.buffers.needs_replay.set(true);
                self.buffers.earlier.push((slot, previous));
                // A duplicate across two merged objects was reported as a duplicate of the object.
                if previous > first {
                    self.duplicate_name(table.property(id), key, previous);
                }
            }
        }
    }

    /// Reports a placeholder in place of a name, or of whole members.
    #[cold]
    fn placeholder_name(&mut self, key: NodeId, value: NodeId) {
        let mut place = self.object_place(&[]);
        let (name, value) = (self.tree.node(key).span, self.tree.node(value).span);
        (place.target, place.span) = (Target::Key, name);
        if self.original.as_bytes().get(name.end as usize) != Some(&b':') && value.start == name.end + 1 {
            place.span.end = value.end;
        }
        self.not_filled_in(None, place);
    }

    /// Requests a replay if the value of an unknown name contains something that the reader may refuse even though it
    /// skips the value.
    fn skipped(&self, value: NodeId) {
        let odd = self.tree.within(value).any(|id| {
            let text = self.scalar_text(id).unwrap_or_default();
            bind::refused_unread(self.json(id, &text))
        });
        if odd {
            self.buffers.needs_replay.set(true);
        }
    }

    /// Returns the row of a name. Records of one file mostly have their members in one order and one spelling, so the
    /// row that followed the previous row last time is tried first.
    fn lookup(&mut self, table: &Table, key: NodeId, before: usize) -> Option<PropertyId> {
        let spelling = self.tree.node(key).span;
        if let Some(guess) = self.buffers.followed.get(before)
            && guess.spelling.bytes(self.text) == spelling.bytes(self.text)
            && !spelling.is_empty()
        {
            return Some(PropertyId(guess.row));
        }
        let id = table.find(&self.decoded(key))?;
        if self.buffers.followed.len() <= before {
            self.buffers.followed.resize(before + 1, Followed::default());
        }
        self.buffers.followed[before] = Followed { row: id.0, spelling };
        Some(id)
    }

    /// Checks that an occurrence converts even though a later one replaces it.
    fn check_replaced(&mut self, property: &'a Property, node: NodeId) {
        let findings_before = self.checked.findings.len();
        let depth = self.buffers.path.len();
        self.buffers.path.push(Step::Key(key_of(node)));
        let table = self.endpoint.record_table();
        match property.ty {
            _ if self.is_null_or_empty(node) => {}
            Type::Object(id) => self.object_property(table, property, id, &[], &[node]),
            Type::ObjectList(_) | Type::StringList => self.list_property(table, property, &[], &[node]),
            _ => {
                self.bind_scalar(property, node);
            }
        }
        self.buffers.path.truncate(depth);
        // Only conversion errors matter, because the value is replaced.
        let new = self.checked.findings.split_off(findings_before);
        self.checked
            .findings
            .extend(new.into_iter().filter(|finding| finding.phase == Phase::Bind));
    }

    /// Checks the last of the values of a property, or its absence.
    pub(super) fn property(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        values: &[NodeId],
        last: Option<NodeId>,
    ) {
        let Some(last) = last else {
            self.absent(table, property, objects);
            return;
        };
        // A malformed or cut-off value counts as present but is not checked.
        if values.iter().any(|value| self.tree.node(*value).malformed) {
            if self.tree.node(last).unknown {
                self.buffers.path.push(Step::Key(key_of(last)));
                self.not_filled_in(Some(property), self.value_place(last));
                self.buffers.path.pop();
            }
            return;
        }
        let depth = self.buffers.path.len();
        self.buffers.path.push(Step::Key(key_of(last)));
        let findings_before = self.checked.findings.len();
        if property.outbound_only {
            let mut place = self.value_place(last);
            (place.target, place.span) = (Target::Key, self.tree.node(key_of(last)).span);
            self.warn_of(Some(property), place, messages::outbound_only(property));
        }
        match property.ty {
            Type::Object(id) => self.object_property(table, property, id, objects, values),
            Type::ObjectList(_) | Type::StringList => self.list_property(table, property, objects, values),
            _ => self.scalar_property(table, property, objects, last),
        }
        if property.outbound_only {
            let fix_kind = self.without(table, property, objects, findings_before);
            self.fix(findings_before, Some(fix_kind));
        }
        self.buffers.path.truncate(depth);
    }

    fn object_property(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        id: TableId,
        objects: &[NodeId],
        values: &[NodeId],
    ) {
        let inner = self.endpoint.table(id);
        let mut merged = Values::None;
        for value in values {
            match self.resolved(*value) {
                Resolved::Null => merged = Values::None,
                Resolved::Refused(sentence) => return self.refused(*value, Some(property), &sentence),
                Resolved::Node(node) if self.kind(node) == JsonKind::Object => {
                    merged = self.join(merged, node);
                }
                Resolved::Node(node) if self.kind(node) == JsonKind::Array && property.or_list => {
                    self.unwrapped(*value, node);
                    let place = self.value_place(node);
                    self.warn_of(Some(property), place, messages::list_for_object(property));
                    return self.elements(property, inner, node);
                }
                Resolved::Node(node) => {
                    self.unwrapped(*value, node);
                    return self.wrong_container(node, Some(property), property.ty);
                }
            }
        }
        match (&*merged, values.last()) {
            ([], Some(last)) => self.null_container(table, property, objects, *last),
            ([one], Some(last)) => {
                self.unwrapped(*last, *one);
                self.object(inner, &[*one]);
            }
            (merged, _) => self.object(inner, merged),
        }
    }

    fn list_property(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        values: &[NodeId],
    ) {
        // True if the result is an array, and true if it has elements.
        let (mut there, mut filled) = (false, false);
        for value in values {
            // Each occurrence is reported under its own spelling.
            if let Some(step) = self.buffers.path.last_mut() {
                *step = Step::Key(key_of(*value));
            }
            match self.resolved(*value) {
                Resolved::Null => (there, filled) = (false, false),
                Resolved::Refused(sentence) => return self.refused(*value, Some(property), &sentence),
                Resolved::Node(node) if self.kind(node) == JsonKind::Array => {
                    let depth = self.buffers.path.len();
                    self.unwrapped(*value, node);
                    self.list(property, node);
                    self.buffers.path.truncate(depth);
                    there = true;
                    filled |= self.tree.elements(node).next().is_some();
                }
                Resolved::Node(node) => {
                    self.unwrapped(*value, node);
                    return self.wrong_container(node, Some(property), property.ty);
                }
            }
        }
        match values.last() {
            Some(last) if !there => self.null_container(table, property, objects, *last),
            Some(last) if !filled && property.required.is_some() => {
                let place = self.value_place(*last);
                self.warn_of(Some(property), place, messages::empty_list(property));
            }
            _ => {}
        }
    }

    /// Checks an array or object whose value is null after conversion. If null is valid, an empty string is still
    /// reported as changed to null.
    fn null_container(&mut self, table: &'a Table, property: &'a Property, objects: &[NodeId], last: NodeId) {
        let findings_before = self.checked.findings.len();
        self.missing(table, property, objects, last);
        if self.checked.findings.len() == findings_before && self.kind(last) == JsonKind::String {
            self.changed(property, last, bind::Change::EmptyToNull, "null");
        }
    }

    fn list(&mut self, property: &'a Property, list: NodeId) {
        if let Type::ObjectList(id) = property.ty {
            return self.elements(property, self.endpoint.table(id), list);
        }
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            self.buffers.path.push(Step::Index(index));
            if self.tree.node(element).unknown {
                self.not_filled_in(Some(property), self.value_place(element));
            } else if !self.tree.node(element).malformed {
                self.text_element(property, element);
            }
            self.buffers.path.pop();
        }
    }

    /// Checks the objects of an array.
    fn elements(&mut self, property: &'a Property, table: &'a Table, list: NodeId) {
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            if self.tree.node(element).unknown {
                self.buffers.path.push(Step::Index(index));
                self.not_filled_in(Some(property), self.value_place(element));
                self.buffers.path.pop();
            }
            if self.tree.node(element).malformed {
                continue;
            }
            let depth = self.buffers.path.len();
            self.buffers.path.push(Step::Index(index));
            match self.resolved(element) {
                Resolved::Null if property.null_elements_allowed => {}
                Resolved::Null => self.dereferenced(Some(property), element),
                Resolved::Refused(sentence) => self.refused(element, Some(property), &sentence),
                Resolved::Node(node) => {
                    self.unwrapped(element, node);
                    if self.kind(node) == JsonKind::Object {
                        self.object(table, &[node]);
                    } else {
                        self.wrong_container_named(node, Some(property), Container::Object, &table.name);
                    }
                }
            }
            self.buffers.path.truncate(depth);
        }
    }

    /// Calls [`Self::resolve`], and reports the name that changed the meaning of the object.
    ///
    /// In an object that stays an object, `$` names are reported like all unknown names.
    fn resolved(&mut self, id: NodeId) -> Resolved {
        let resolved = self.resolve(id);
        if self.kind(id) == JsonKind::Object {
            match resolved {
                Resolved::Null => self.reader_name_in(id, "$ref"),
                Resolved::Node(node) if node != id => self.wrapped_value(id, node, "$values"),
                Resolved::Node(_) | Resolved::Refused(_) => {}
            }
        }
        resolved
    }
}
