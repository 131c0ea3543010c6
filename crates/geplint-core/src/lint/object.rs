//! An object meets its table: every member finds its row, every row its value.

use std::borrow::Cow;

use super::{Followed, Linter, Step, Values};
use crate::finding::Phase;
use crate::json::{JsonKind, NodeId};
use crate::rules::{Property, PropertyId, Table, TableId, Type};
use dotnet_bind::{self as bind, Container, Json};

/// What an object turns out to be, once the reader's own `$` names are looked at.
pub(super) enum Resolved {
    /// Null, an empty text, or a reference to nothing.
    Null,
    /// The node itself, or what `$values` holds in its place.
    Node(NodeId),
    /// The reader refuses it.
    Refused(String),
}

impl<'a> Linter<'a> {
    /// Lints the element of the request's list that is the record.
    pub(super) fn record(&mut self, root: NodeId) {
        let table = self.endpoint.record_table();
        let told = self.findings.len();
        match self.resolved(root) {
            Resolved::Null => self.null_record(root),
            Resolved::Refused(sentence) => self.refused(root, None, &sentence),
            Resolved::Node(node) => {
                self.unwrapped(root, node);
                if self.kind(node) == JsonKind::Object {
                    self.root = Some(node);
                    self.object(table, &[node]);
                } else {
                    self.wrong_container(node, None, Type::Object(self.endpoint.record));
                }
                // The record's path stays: what is said of its key comes later.
            }
        }
        self.settle_moves(told);
    }

    /// Lints objects that the platform merges into one; all but always there is just one.
    pub(super) fn object(&mut self, table: &'a Table, objects: &[NodeId]) {
        let (base, due, earlier) = (self.slots.len(), self.due.len(), self.earlier.len());
        self.slots.resize(base + table.properties.len(), None);
        self.due.extend_from_slice(&table.attended);
        for object in objects {
            self.members(table, *object, base, due);
        }
        self.tables.push(table.id);
        if !self.unknown.is_empty() {
            for (key, value) in std::mem::take(&mut self.unknown) {
                self.unknown_name(table, base, key, value, &self.decoded(key));
            }
            self.settle_renames(table, base);
        }
        if base == 0 {
            self.read = self.root.filter(|root| objects == [*root]);
        }
        for group in 0..table.attended.len() {
            // Looking at one row makes no other due.
            let mut bits = self.due[due + group];
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
        self.due.truncate(due);
        self.tables.pop();
        if base == 0 {
            let mut keys = self.endpoint.key.iter().filter_map(|id| self.slot(0, *id));
            self.key = keys.find(|value| !self.is_nothing(*value));
            return;
        }
        self.slots.truncate(base);
        self.earlier.truncate(earlier);
    }

    /// Looks at what stands in a row, or does not, and makes the checks that go with it.
    fn row(&mut self, table: &'a Table, index: usize, objects: &[NodeId], base: usize, earlier: usize) {
        let Some(property) = table.properties.get(index) else {
            return;
        };
        let slot = base + index;
        if self.slots[slot].is_some() || property.required.is_some() {
            let values = self.occurrences(property, slot, earlier);
            self.property(table, property, objects, &values, self.slots[slot]);
        }
        for check in &table.checks {
            if usize::from(check.anchor.0) == index {
                self.check(check, table, objects, base);
            }
        }
    }

    /// Puts each member in the slot of its row; names that have none, or that stand twice, are told.
    ///
    /// What is right at a glance is not looked at again.
    fn members(&mut self, table: &'a Table, object: NodeId, base: usize, due: usize) {
        let first = object;
        let mut before = usize::from(table.offset);
        for (key, value) in self.tree.members(object) {
            let Some(id) = self.lookup(table, key, before) else {
                self.unknown.push((key, value));
                self.skipped(value);
                continue;
            };
            before = usize::from(table.offset) + 1 + usize::from(id.0);
            let slot = base + usize::from(id.0);
            let previous = self.slots[slot].replace(value);
            let (group, bit) = (due + usize::from(id.0 / 64), 1 << (id.0 % 64));
            if previous.is_some() || !self.surely_right(table.property(id), value) {
                self.due[group] |= bit;
            }
            if let Some(previous) = previous {
                self.odd.set(true);
                self.earlier.push((slot, previous));
                // A name that stands in two merged objects was told of where they stand twice.
                if previous > first {
                    self.duplicate_name(table.property(id), key, previous);
                }
            }
        }
    }

    /// What has no property is skipped, but not everything can be.
    fn skipped(&self, value: NodeId) {
        let odd = self.tree.within(value).any(|id| {
            let text = self.scalar_text(id).unwrap_or_default();
            bind::refused_unread(self.json(id, &text))
        });
        if odd {
            self.odd.set(true);
        }
    }

    /// The row of a name. Records of one file mostly have their members in one order and one spelling, so that what
    /// followed the same row the last time is tried first.
    fn lookup(&mut self, table: &Table, key: NodeId, before: usize) -> Option<PropertyId> {
        let spelling = self.tree.node(key).span;
        if let Some(guess) = self.followed.get(before)
            && guess.spelling.bytes(self.text) == spelling.bytes(self.text)
            && !spelling.is_empty()
        {
            return Some(PropertyId(guess.row));
        }
        let id = table.find(&self.decoded(key))?;
        if self.followed.len() <= before {
            self.followed.resize(before + 1, Followed::default());
        }
        self.followed[before] = Followed { row: id.0, spelling };
        Some(id)
    }

    /// All occurrences that count of the property in `slot`.
    fn occurrences(&mut self, property: &'a Property, slot: usize, earlier: usize) -> Values {
        let Some(last) = self.slots[slot] else {
            return Values::None;
        };
        if self.earlier.len() == earlier {
            return Values::One([last]);
        }
        let before: Vec<NodeId> = self.earlier[earlier..]
            .iter()
            .filter(|(at, _)| *at == slot)
            .map(|(_, node)| *node)
            .collect();
        let mut values = Values::None;
        for node in &before {
            values = self.join(values, *node);
        }
        let values = self.join(values, last);
        // In document order, so that a name that stands there a hundred thousand times costs no square of that.
        let is_gone = |node: &&NodeId| values.binary_search(node).is_err();
        for node in before.iter().filter(is_gone) {
            self.overridden(property, *node);
        }
        values
    }

    /// An occurrence that a later one replaces still has to convert.
    fn overridden(&mut self, property: &'a Property, node: NodeId) {
        let told = self.findings.len();
        let depth = self.path.len();
        self.path.push(Step::Key(key_of(node)));
        let table = self.endpoint.record_table();
        match property.ty {
            _ if self.is_nothing(node) => {}
            Type::Object(id) => self.object_property(table, property, id, &[], &[node]),
            Type::ObjectList(_) | Type::StringList => self.list_property(table, property, &[], &[node]),
            _ => {
                self.bind_scalar(property, node);
            }
        }
        self.path.truncate(depth);
        // Whatever else it is, it is gone.
        let new = self.findings.split_off(told);
        self.findings
            .extend(new.into_iter().filter(|finding| finding.phase == Phase::Bind));
    }

    fn property(
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
        // What is no JSON, or is cut off, stands for a value but should not be judged as one.
        if values.iter().any(|value| self.tree.node(*value).malformed) {
            return;
        }
        let depth = self.path.len();
        self.path.push(Step::Key(key_of(last)));
        let told = self.findings.len();
        if property.outbound_only {
            self.outbound_only(property, last);
        }
        match property.ty {
            Type::Object(id) => self.object_property(table, property, id, objects, values),
            Type::ObjectList(_) | Type::StringList => self.list_property(table, property, objects, values),
            _ => self.scalar_property(table, property, objects, last),
        }
        if property.outbound_only {
            let fix_kind = self.without(table, property, objects, told);
            self.mend(told, Some(fix_kind));
        }
        self.path.truncate(depth);
    }

    /// Goes on to what `$values` holds, where that stands for the value; the caller sets the path back.
    pub(super) fn unwrapped(&mut self, value: NodeId, node: NodeId) {
        if node != value {
            self.path.push(Step::Key(key_of(node)));
        }
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
                    self.list_for_object(property, node);
                    return self.elements(property, inner, node);
                }
                Resolved::Node(node) => {
                    self.unwrapped(*value, node);
                    return self.wrong_container(node, Some(property), property.ty);
                }
            }
        }
        match (&*merged, values.last()) {
            ([], Some(last)) => self.nothing(table, property, objects, *last),
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
        // Whether there is a list after all, and whether anything is in it.
        let (mut there, mut filled) = (false, false);
        for value in values {
            // Each occurrence is shown in its own spelling.
            if let Some(step) = self.path.last_mut() {
                *step = Step::Key(key_of(*value));
            }
            match self.resolved(*value) {
                Resolved::Null => (there, filled) = (false, false),
                Resolved::Refused(sentence) => return self.refused(*value, Some(property), &sentence),
                Resolved::Node(node) if self.kind(node) == JsonKind::Array => {
                    let depth = self.path.len();
                    self.unwrapped(*value, node);
                    self.list(property, node);
                    self.path.truncate(depth);
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
            Some(last) if !there => self.nothing(table, property, objects, *last),
            Some(last) if !filled && property.required.is_some() => self.empty_list(property, *last),
            _ => {}
        }
    }

    /// An array or object that is null in the end. Where that is all right, the sender of an empty text did not say so.
    fn nothing(&mut self, table: &'a Table, property: &'a Property, objects: &[NodeId], last: NodeId) {
        let told = self.findings.len();
        self.missing(table, property, objects, last);
        if self.findings.len() == told && self.kind(last) == JsonKind::String {
            self.changed(property, last, bind::Change::EmptyToNull, "null");
        }
    }

    fn list(&mut self, property: &'a Property, list: NodeId) {
        if let Type::ObjectList(id) = property.ty {
            return self.elements(property, self.endpoint.table(id), list);
        }
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            if !self.tree.node(element).malformed {
                self.path.push(Step::Index(index));
                self.text_element(property, element);
                self.path.pop();
            }
        }
    }

    /// Lints the objects of a list.
    fn elements(&mut self, property: &'a Property, table: &'a Table, list: NodeId) {
        for (index, element) in (0..).zip(self.tree.elements(list)) {
            if self.tree.node(element).malformed {
                continue;
            }
            let depth = self.path.len();
            self.path.push(Step::Index(index));
            match self.resolved(element) {
                Resolved::Null if property.null_elements_allowed => {}
                Resolved::Null => self.null_element(property, element),
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
            self.path.truncate(depth);
        }
    }

    /// As [`Self::resolve`], and tells of the name that made something else of the object.
    ///
    /// An object that stays one tells of its `$` names as of all names that no row has.
    fn resolved(&mut self, id: NodeId) -> Resolved {
        let resolved = self.resolve(id);
        if self.kind(id) == JsonKind::Object {
            match resolved {
                Resolved::Null => self.reader_name_in(id, "$ref"),
                Resolved::Node(node) if node != id => self.reader_name_in(id, "$values"),
                Resolved::Node(_) | Resolved::Refused(_) => {}
            }
        }
        resolved
    }

    /// Tells of the first member of that name.
    pub(super) fn reader_name_in(&mut self, object: NodeId, name: &str) {
        let key = self
            .tree
            .members(object)
            .map(|(key, _)| key)
            .find(|key| self.decoded(*key) == name);
        if let Some(key) = key {
            self.reader_name(key, name);
        }
    }

    /// Looks at the `$` names that the reader keeps for itself, if an object begins with one.
    pub(super) fn resolve(&self, id: NodeId) -> Resolved {
        if self.is_nothing(id) {
            return Resolved::Null;
        }
        if self.kind(id) != JsonKind::Object || !self.may_begin_specially(id) {
            return Resolved::Node(id);
        }
        let mut members = self.tree.members(id);
        while let Some((key, value)) = members.next() {
            let name = self.decoded(key);
            match name.as_ref() {
                "$ref" if self.kind(value) == JsonKind::Null => {}
                "$ref" if self.kind(value) != JsonKind::String => {
                    return Resolved::Refused(bind::REF_NOT_TEXT.to_owned());
                }
                "$ref" if members.next().is_some() => {
                    return Resolved::Refused(bind::REF_NOT_ALONE.to_owned());
                }
                "$ref" => return Resolved::Null,
                "$values" => return Resolved::Node(value),
                "$id" | "$type" => {}
                _ => break,
            }
        }
        Resolved::Node(id)
    }

    /// Whether the object's first name may be one of the reader's own: it begins with `$`, or is oddly written.
    fn may_begin_specially(&self, object: NodeId) -> bool {
        let first = self.tree.members(object).next();
        let may = first.is_some_and(|(key, _)| {
            let key = self.tree.node(key);
            key.escaped || !matches!(key.span.bytes(self.text), [b'"', first, ..] if *first != b'$')
        });
        if may {
            self.odd.set(true);
        }
        may
    }

    /// `{"$value": 1}`, which the reader takes for the value itself where it reads without a type in mind.
    pub(super) fn unwrapped_value(&self, id: NodeId) -> Option<NodeId> {
        let (key, value) = self
            .tree
            .members(id)
            .find(|(key, _)| !matches!(&*self.decoded(*key), "$id" | "$type"))?;
        (self.decoded(key) == "$value").then_some(value)
    }

    fn wrong_container(&mut self, node: NodeId, property: Option<&Property>, ty: Type) {
        let what = if matches!(ty, Type::Object(_)) {
            Container::Object
        } else {
            Container::List
        };
        let name = self.clr_name(ty);
        self.wrong_container_named(node, property, what, &name);
    }

    fn wrong_container_named(
        &mut self,
        node: NodeId,
        property: Option<&Property>,
        what: Container,
        name: &str,
    ) {
        let decoded = self.scalar_text(node).unwrap_or_default();
        if let Err(sentence) = bind::bind_container(what, self.json(node, &decoded), name) {
            self.refused(node, property, &sentence);
        }
    }

    /// The binder's view of a node; `decoded` is its text.
    pub(super) fn json<'t>(&self, id: NodeId, decoded: &'t str) -> Json<'t> {
        match self.kind(id) {
            JsonKind::Null => Json::Null,
            JsonKind::True => Json::Bool(true),
            JsonKind::False => Json::Bool(false),
            JsonKind::Number => Json::Number(decoded),
            JsonKind::String | JsonKind::Key => Json::Text(decoded),
            JsonKind::Array => Json::Array,
            JsonKind::Object => Json::Object,
        }
    }

    /// The last value of a property, while the row of slots that begins at `base` is that of its object.
    pub(super) fn slot(&self, base: usize, id: PropertyId) -> Option<NodeId> {
        self.slots.get(base + usize::from(id.0)).copied().flatten()
    }

    /// The text of a property by its slot; `None` where it is missing.
    pub(super) fn slot_text(&self, base: usize, id: PropertyId) -> Option<Cow<'a, str>> {
        self.scalar_text(self.slot(base, id)?)
            .filter(|text| !text.is_empty())
    }

    /// The text of a property of the objects at hand; `None` where it is missing.
    pub(super) fn text_at(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Option<Cow<'a, str>> {
        let value = self.last(table, objects, id)?;
        self.scalar_text(value).filter(|text| !text.is_empty())
    }
}

/// The key of a member stands right before its value.
pub(super) fn key_of(value: NodeId) -> NodeId {
    NodeId(value.0.saturating_sub(1))
}
