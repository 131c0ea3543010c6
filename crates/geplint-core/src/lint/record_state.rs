//! The state of the engine within a record, and queries about the values there. Nothing is judged here.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

use super::checked_body::Checked;
use super::interner::Interner;
use crate::finding::{Span, Text};
use crate::json::{JsonKind, Node, NodeId, Tree, decode};
use crate::rules::{Endpoint, Fact, PropertyId, Table, TableId, Type};
use crate::tenant::Facts;
use dotnet_bind::{self as bind, EnumMember, Json, Scalar};

/// A step of a path from the root of the request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Key(NodeId),
    Index(u32),
}

/// A member seen before: its row, and the spelling of its name, with quotes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Followed {
    pub row: u16,
    pub spelling: Span,
}

/// Fixes that depend on later parts of the record.
#[derive(Debug, Default)]
pub(super) struct PendingFixes {
    /// Possible renames: the index of the finding, and the intended property.
    pub renames: Vec<(usize, PropertyId)>,
    /// Names of properties of other tables.
    pub moves: Vec<Misplaced>,
    /// The properties that kept renames give to objects.
    pub renamed: Vec<(NodeId, PropertyId)>,
}

/// The name of a property of another table.
#[derive(Debug, Clone)]
pub(super) struct Misplaced {
    /// The index of its finding.
    pub finding: usize,
    pub key: NodeId,
    /// The object that has the name.
    pub object: Option<NodeId>,
    pub table: TableId,
    pub property: PropertyId,
    /// The place of that table, for messages.
    pub place: String,
}

/// The key of a record: in full, as in a response, and shortened, as in findings.
#[derive(Debug)]
pub(super) struct RecordKey {
    pub whole: Text,
    pub cut: Text,
}

/// The largest buffers that a request leaves for the next one, in elements.
pub(super) const MOST_REUSED: usize = 4096;

/// Buffers that are reused for each record.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// The path from the record to the current value.
    pub path: Vec<Step>,
    /// The value of each property of the current objects, as a stack with the outermost first. Those of the record
    /// remain to the end.
    pub slots: Vec<Option<NodeId>>,
    /// The properties of those objects that must be checked, one bit each; a stack as well.
    pub due: Vec<u64>,
    /// For each row, and for the start of each table: the member that followed it last time.
    pub followed: Vec<Followed>,
    /// Occurrences of a property before its last one. Empty unless there are duplicate names.
    pub earlier: Vec<(usize, NodeId)>,
    /// The tables of the current objects, outermost first.
    pub tables: Vec<TableId>,
    /// Names without any meaning in an object, whatever else it has, by the tables around them. Records of one file
    /// often repeat them.
    pub meaningless: HashMap<Vec<TableId>, HashSet<String>>,
    /// The strings of earlier findings; `None` before the first one.
    pub interner: Option<Box<Interner>>,
    /// True if the result depends on the order in which the reader reads the body.
    pub needs_replay: Cell<bool>,
}

impl Buffers {
    /// Clears the data of the last record.
    pub fn clear(&mut self) {
        self.path.clear();
        self.slots.clear();
        self.due.clear();
        self.earlier.clear();
        self.tables.clear();
    }

    /// Clears the data of the last request, and frees the memory of a large one. The strings of findings stay.
    pub fn for_next_request(mut self) -> Self {
        if self.slots.capacity() > MOST_REUSED {
            return Self {
                interner: self.interner,
                ..Self::default()
            };
        }
        self.clear();
        self.followed.clear();
        self.needs_replay.set(false);
        self.meaningless.clear();
        self
    }

    /// Stores names without any meaning in the current object.
    pub fn remember_meaningless(&mut self, names: &[&str]) {
        /// The number of names, and of places of objects, that are stored.
        const MOST: usize = 256;
        if names.is_empty() || self.meaningless.len() >= MOST {
            return;
        }
        let kept = self.meaningless.entry(self.tables.clone()).or_default();
        if kept.len() < MOST {
            kept.extend(names.iter().map(|name| (*name).to_owned()));
        }
    }
}

/// Checks one record against the tables of its endpoint.
pub(super) struct Linter<'a> {
    pub text: &'a str,
    /// The text before its placeholders were replaced.
    pub original: &'a str,
    /// True if an unknown value is a finding.
    pub reports_unknown: bool,
    pub tree: &'a Tree,
    pub endpoint: &'a Endpoint,
    pub facts: &'a Facts<'a>,
    /// The index of the record in the request, from 0. `None` for a request that is one bare object.
    pub record: Option<u32>,
    /// The name around the array of records, if the reader takes the array below it for the body.
    pub wrapped_in: Option<NodeId>,
    /// Members of the current object with unknown names. Their meaning depends on the members after them.
    pub unknown: Vec<(NodeId, NodeId)>,
    /// The object of the record, once it is known to be an object.
    pub root: Option<NodeId>,
    /// The object of the record, once its members are in their slots.
    pub read: Option<NodeId>,
    /// The value that is the record's key, once the record's object has been read.
    pub key: Option<NodeId>,
    /// The text of the record's key, cached once a finding needs it.
    pub known_key: OnceCell<RecordKey>,
    /// True if the record's contact is new; cached when a mandatory property first depends on it.
    pub is_new: OnceCell<Option<bool>>,
    /// A missing property that is mandatory only for a new contact, if it is unknown whether the contact is new.
    pub refused_if_new: Option<(TableId, PropertyId)>,
    pub pending_fixes: PendingFixes,
    pub buffers: &'a mut Buffers,
    pub checked: &'a mut Checked,
}

/// An object after its leading `$` names have been applied.
pub(super) enum Resolved {
    /// Null, an empty string, or a reference without a target.
    Null,
    /// The node itself, or the value of `$values` in its place.
    Node(NodeId),
    /// Refused by the reader, with this sentence.
    Refused(String),
}

/// The code and the user name of a record's contact.
pub(super) type Identity<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// Returns the string that a scalar binds to if a string is declared. `None` for null, containers and unknown values.
pub(super) fn scalar_text<'t>(text: &'t str, node: &Node) -> Option<Cow<'t, str>> {
    if node.unknown {
        return None;
    }
    match node.kind {
        JsonKind::String => Some(decode(text, node)),
        JsonKind::Number | JsonKind::True | JsonKind::False => Some(Cow::Borrowed(node.span.of(text))),
        JsonKind::Null | JsonKind::Array | JsonKind::Object | JsonKind::Key => None,
    }
}

/// Returns the key of a member, which is the node before its value.
#[inline]
pub(super) fn key_of(value: NodeId) -> NodeId {
    NodeId(value.0.saturating_sub(1))
}

/// Returns true for names with a special meaning to the platform's reader.
pub(super) fn is_of_reader(name: &str) -> bool {
    matches!(name, "$id" | "$type" | "$ref" | "$values" | "$value")
}

impl<'a> Linter<'a> {
    /// Returns an engine for one record, or for the request as a whole.
    pub(super) fn new(
        text: &'a str,
        tree: &'a Tree,
        endpoint: &'a Endpoint,
        facts: &'a Facts<'a>,
        record: Option<u32>,
        buffers: &'a mut Buffers,
        checked: &'a mut Checked,
    ) -> Self {
        buffers.clear();
        Self {
            text,
            original: text,
            reports_unknown: false,
            tree,
            endpoint,
            facts,
            record,
            wrapped_in: None,
            unknown: Vec::new(),
            root: None,
            read: None,
            key: None,
            known_key: OnceCell::new(),
            is_new: OnceCell::new(),
            refused_if_new: None,
            pending_fixes: PendingFixes::default(),
            buffers,
            checked,
        }
    }

    #[inline]
    pub(super) fn kind(&self, id: NodeId) -> JsonKind {
        self.tree.node(id).kind
    }

    /// Returns the content of a string or key with its escapes decoded.
    pub(super) fn decoded(&self, id: NodeId) -> Cow<'a, str> {
        decode(self.text, self.tree.node(id))
    }

    /// The same for a node of the record.
    pub(super) fn scalar_text(&self, id: NodeId) -> Option<Cow<'a, str>> {
        scalar_text(self.text, self.tree.node(id))
    }

    /// Returns true for null and for the empty string, which the platform converts to null for every type but string.
    #[inline]
    pub(super) fn is_null_or_empty(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.kind == JsonKind::Null || (node.kind == JsonKind::String && node.span.len() == 2)
    }

    /// Returns true if the property is present in these objects, and is neither null nor empty.
    pub(super) fn present(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> bool {
        self.last(table, objects, id)
            .is_some_and(|value| !self.is_null_or_empty(value))
    }

    /// Returns the last occurrence of a property in objects that are merged.
    pub(super) fn last(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Option<NodeId> {
        if self.is_record(objects) {
            return self.slot(0, id);
        }
        let mut found = None;
        for object in objects {
            for (key, value) in self.tree.members(*object) {
                if table.find(&self.decoded(key)) == Some(id) {
                    found = Some(value);
                }
            }
        }
        found
    }

    /// Returns true if this is the object of the record, whose members are in the first slots.
    pub(super) fn is_record(&self, objects: &[NodeId]) -> bool {
        matches!((objects, self.read), ([object], Some(read)) if *object == read)
    }

    /// Returns the name of a type in the converter's sentences.
    pub(super) fn clr_name(&self, ty: Type) -> Cow<'a, str> {
        self.endpoint.clr_name(ty)
    }

    /// Returns the last value of a property, while the slots from `base` on belong to its object.
    #[inline]
    pub(super) fn slot(&self, base: usize, id: PropertyId) -> Option<NodeId> {
        self.buffers
            .slots
            .get(base + usize::from(id.0))
            .copied()
            .flatten()
    }

    /// Returns the text of a value, or its placeholder if the value is unknown.
    pub(super) fn shown_text(&self, id: NodeId) -> Option<Cow<'a, str>> {
        let node = self.tree.node(id);
        if node.unknown {
            return Some(Cow::Borrowed(node.span.of(self.original).trim_matches('"')));
        }
        self.scalar_text(id)
    }

    /// Returns true if an object has a placeholder as a name. A property that seems missing may be that one.
    pub(super) fn is_open(&self, objects: &[NodeId]) -> bool {
        let is_unknown = |object: &NodeId| {
            let mut members = self.tree.members(*object);
            members.any(|(key, _)| self.tree.node(key).unknown)
        };
        self.tree.has_unknown && objects.iter().any(is_unknown)
    }

    /// Returns the string of a property by its slot. `None` if it is missing.
    pub(super) fn slot_text(&self, base: usize, id: PropertyId) -> Option<Cow<'a, str>> {
        self.scalar_text(self.slot(base, id)?)
            .filter(|text| !text.is_empty())
    }

    /// Returns the string of a property of the current objects. `None` if it is missing.
    pub(super) fn text_at(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Option<Cow<'a, str>> {
        let value = self.last(table, objects, id)?;
        self.scalar_text(value).filter(|text| !text.is_empty())
    }

    /// Returns a node as input for the binder; `decoded` is its text.
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

    pub(super) fn scalar(&self, ty: Type) -> (Scalar, &'a [EnumMember]) {
        match ty {
            Type::Boolean => (Scalar::Boolean, &[]),
            Type::Int => (Scalar::Int, &[]),
            Type::Long => (Scalar::Long, &[]),
            Type::Decimal => (Scalar::Decimal, &[]),
            Type::DateTime => (Scalar::DateTime, &[]),
            Type::Enum(id) => (Scalar::Enum, &self.endpoint.enums[usize::from(id)].members),
            _ => (Scalar::String, &[]),
        }
    }

    /// Returns the contact of the record.
    pub(super) fn identity(&self) -> Identity<'a> {
        let (Some(root), Some(rows)) = (self.root, &self.endpoint.contact) else {
            return (None, None);
        };
        let table = self.endpoint.record_table();
        let identifying = |id| {
            let text = self.text_at(table, &[root], id)?;
            (!rows.identifies_no_contact(id, &text)).then_some(text)
        };
        let (code, user) = (identifying(rows.code), rows.user.and_then(identifying));
        (code, user)
    }

    /// Returns true if the value binds to the boolean true.
    pub(super) fn reads_as_true(&self, value: NodeId) -> bool {
        match self.kind(value) {
            JsonKind::True => true,
            JsonKind::String => self.decoded(value).trim().eq_ignore_ascii_case("true"),
            JsonKind::Number => self.tree.node(value).span.of(self.text).parse() != Ok(0.0),
            _ => false,
        }
    }

    /// Applies the `$` names with a special meaning to the reader, if the object begins with one.
    #[inline]
    pub(super) fn resolve(&self, id: NodeId) -> Resolved {
        if self.is_null_or_empty(id) {
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

    /// Returns true if the object's first name may be one with a special meaning: it begins with `$`, or has escapes.
    #[inline]
    pub(super) fn may_begin_specially(&self, object: NodeId) -> bool {
        let first = self.tree.members(object).next();
        let may = first.is_some_and(|(key, _)| {
            let key = self.tree.node(key);
            key.escaped || !matches!(key.span.bytes(self.text), [b'"', first, ..] if *first != b'$')
        });
        if may {
            self.buffers.needs_replay.set(true);
        }
        may
    }

    /// Returns the value of `{"$value": 1}`, which the reader uses in place of the object if it reads without a
    /// declared type.
    pub(super) fn unwrapped_value(&self, id: NodeId) -> Option<NodeId> {
        let (key, value) = self
            .tree
            .members(id)
            .find(|(key, _)| !matches!(&*self.decoded(*key), "$id" | "$type"))?;
        (self.decoded(key) == "$value").then_some(value)
    }

    /// Steps into the value of `$values`, if it replaces the value. The caller restores the path.
    #[inline]
    pub(super) fn unwrapped(&mut self, value: NodeId, node: NodeId) {
        if node != value {
            self.buffers.path.push(Step::Key(key_of(node)));
        }
    }

    /// Returns the span from the start of a member's name to the end of its value.
    pub(super) fn member_span(&self, value: NodeId) -> Span {
        Span::new(
            self.tree.node(key_of(value)).span.start,
            self.tree.node(value).span.end,
        )
    }

    /// Counts a check that could not be made because this fact is unknown.
    pub(super) fn count_undecided(&mut self, fact: Option<Fact>) {
        self.checked.undecided += 1;
        if let Some(fact) = fact {
            self.checked.needed.add(fact);
        }
    }
}
