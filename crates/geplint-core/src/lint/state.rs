//! What the engine holds while it goes through a record, and what can be asked of the values there. Nothing is judged here.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use super::checked::Checked;
use super::interner::Interner;
use crate::finding::{Span, Text};
use crate::json::{JsonKind, Node, NodeId, Tree, decode};
use crate::rules::{Endpoint, Fact, PropertyId, Table, TableId, Type};
use crate::tenant::Facts;
use dotnet_bind::{self as bind, EnumMember, Json, Scalar};

/// A step from the root of the request down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Key(NodeId),
    Index(u32),
}

/// A member that was met before: its row, and how its name is spelled, quotes and all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Followed {
    pub row: u16,
    pub spelling: Span,
}

/// Fixes that cannot be given before more has been read.
#[derive(Debug, Default)]
pub(super) struct PendingFixes {
    /// Names that may be put right: the finding, and the property meant.
    pub renames: Vec<(usize, PropertyId)>,
    /// Members that may be moved: where the name starts, and the property meant.
    pub moves: Vec<(u32, TableId, PropertyId)>,
}

/// The key of a record, whole as a response has it, and as findings have it.
#[derive(Debug)]
pub(super) struct RecordKey {
    pub whole: Text,
    pub cut: Text,
}

/// Buffers that live from record to record.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// From the record down to the value at hand.
    pub path: Vec<Step>,
    /// Value of each property of the objects at hand, outermost first: a stack of rows. The record's own stays to the end.
    pub slots: Vec<Option<NodeId>>,
    /// The properties of those objects that need a look, a bit each: a stack as well.
    pub due: Vec<u64>,
    /// For each row, and for the start of each table, the member that came next the last time.
    pub followed: Vec<Followed>,
    /// Occurrences of a property before its last one; empty unless names are given twice.
    pub earlier: Vec<(usize, NodeId)>,
    /// The tables of the objects at hand, outermost first.
    pub tables: Vec<TableId>,
    /// What findings have said so far; nothing before the first one.
    pub interner: Option<Box<Interner>>,
    /// Something was met of which only the reader's own walk tells what it comes to.
    pub odd: Cell<bool>,
}

impl Buffers {
    /// Leaves what was only true of the last record.
    pub fn clear(&mut self) {
        self.path.clear();
        self.slots.clear();
        self.due.clear();
        self.earlier.clear();
        self.tables.clear();
    }
}

/// One record against its endpoint's tables.
pub(super) struct Linter<'a> {
    pub text: &'a str,
    pub tree: &'a Tree,
    pub endpoint: &'a Endpoint,
    pub facts: &'a Facts<'a>,
    /// Index of the record in the request; `None` for a request that is one bare object.
    pub record: Option<u32>,
    /// The name under which the whole list of records stands, where the reader takes that for the body.
    pub wrapped_in: Option<NodeId>,
    /// Members of the object at hand that no row has: what is meant by one depends on those that follow.
    pub unknown: Vec<(NodeId, NodeId)>,
    /// The record's own object, once it is known to be one.
    pub root: Option<NodeId>,
    /// The record's own object, once its members are in their slots.
    pub read: Option<NodeId>,
    /// The value that is the record's key, once its object has been read.
    pub key: Option<NodeId>,
    /// The text of the record's key, once a finding has asked for it: each of a thousand would look again.
    pub known_key: OnceCell<RecordKey>,
    /// The property that the record lacks and only a new contact needs, where it is not known whether its contact is new.
    pub refused_if_new: Option<(TableId, PropertyId)>,
    pub pending_fixes: PendingFixes,
    pub buffers: &'a mut Buffers,
    pub checked: &'a mut Checked,
}

/// The occurrences of one property that count, in document order.
#[derive(Debug)]
pub(super) enum Values {
    None,
    One([NodeId; 1]),
    Many(Vec<NodeId>),
}

impl std::ops::Deref for Values {
    type Target = [NodeId];

    fn deref(&self) -> &[NodeId] {
        match self {
            Self::None => &[],
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// What an object turns out to be, once the reader's own `$` names are looked at.
pub(super) enum Resolved {
    /// Null, an empty text, or a reference to nothing.
    Null,
    /// The node itself, or what `$values` holds in its place.
    Node(NodeId),
    /// The reader refuses it.
    Refused(String),
}

/// The code and the user name of a record's contact.
pub(super) type Identity<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// The text that a scalar binds to where a string is declared; `None` for null and containers.
pub(super) fn scalar_text<'t>(text: &'t str, node: &Node) -> Option<Cow<'t, str>> {
    match node.kind {
        JsonKind::String => Some(decode(text, node)),
        JsonKind::Number | JsonKind::True | JsonKind::False => Some(Cow::Borrowed(node.span.of(text))),
        JsonKind::Null | JsonKind::Array | JsonKind::Object | JsonKind::Key => None,
    }
}

/// The key of a member stands right before its value.
#[inline]
pub(super) fn key_of(value: NodeId) -> NodeId {
    NodeId(value.0.saturating_sub(1))
}

impl<'a> Linter<'a> {
    /// An engine for one record, or for what concerns the request as a whole.
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

    /// The text of a string or key, escapes decoded.
    pub(super) fn decoded(&self, id: NodeId) -> Cow<'a, str> {
        decode(self.text, self.tree.node(id))
    }

    /// The text that a scalar binds to where a string is declared; `None` for null and containers.
    pub(super) fn scalar_text(&self, id: NodeId) -> Option<Cow<'a, str>> {
        scalar_text(self.text, self.tree.node(id))
    }

    /// Null, or the empty text, which the platform turns into null for everything but a string.
    #[inline]
    pub(super) fn is_nothing(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.kind == JsonKind::Null || (node.kind == JsonKind::String && node.span.len() == 2)
    }

    /// Whether the table's property is there in these objects, and neither null nor empty.
    pub(super) fn present(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> bool {
        self.last(table, objects, id)
            .is_some_and(|value| !self.is_nothing(value))
    }

    /// The last occurrence of a property in objects that are merged.
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

    /// Whether this is the record's own object, whose members stand in the first slots.
    pub(super) fn is_record(&self, objects: &[NodeId]) -> bool {
        matches!((objects, self.read), ([object], Some(read)) if *object == read)
    }

    /// The occurrences of a property that count: for containers those since the last null, else the last one.
    pub(super) fn values(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Values {
        if self.is_record(objects) && self.buffers.earlier.is_empty() {
            return self
                .slot(0, id)
                .map_or(Values::None, |value| Values::One([value]));
        }
        let mut found = Values::None;
        for object in objects {
            for (key, value) in self.tree.members(*object) {
                if table.find(&self.decoded(key)) == Some(id) {
                    found = self.join(found, value);
                }
            }
        }
        found
    }

    /// A later occurrence adds to a container and replaces everything else.
    pub(super) fn join(&self, values: Values, next: NodeId) -> Values {
        let container = |id| matches!(self.kind(id), JsonKind::Array | JsonKind::Object);
        match values {
            Values::One([first]) if container(first) && container(next) => Values::Many(vec![first, next]),
            Values::Many(mut many) if container(next) => {
                many.push(next);
                Values::Many(many)
            }
            _ => Values::One([next]),
        }
    }

    /// The name that stands for a type in the converter's sentences.
    pub(super) fn clr_name(&self, ty: Type) -> Cow<'a, str> {
        self.endpoint.clr_name(ty)
    }

    /// The last value of a property, while the row of slots that begins at `base` is that of its object.
    #[inline]
    pub(super) fn slot(&self, base: usize, id: PropertyId) -> Option<NodeId> {
        self.buffers
            .slots
            .get(base + usize::from(id.0))
            .copied()
            .flatten()
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

    /// The contact that the record is about.
    pub(super) fn identity(&self) -> Identity<'a> {
        let (Some(root), Some(rows)) = (self.root, &self.endpoint.contact) else {
            return (None, None);
        };
        let table = self.endpoint.record_table();
        let somebody = |id| {
            let text = self.text_at(table, &[root], id)?;
            (!rows.is_nobody(id, &text)).then_some(text)
        };
        let (code, user) = (somebody(rows.code), rows.user.and_then(somebody));
        (code, user)
    }

    /// Whether the value binds to the boolean true.
    pub(super) fn reads_as_true(&self, value: NodeId) -> bool {
        match self.kind(value) {
            JsonKind::True => true,
            JsonKind::String => self.decoded(value).trim().eq_ignore_ascii_case("true"),
            JsonKind::Number => self.tree.node(value).span.of(self.text).parse() != Ok(0.0),
            _ => false,
        }
    }

    /// Looks at the `$` names that the reader keeps for itself, if an object begins with one.
    #[inline]
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
    #[inline]
    pub(super) fn may_begin_specially(&self, object: NodeId) -> bool {
        let first = self.tree.members(object).next();
        let may = first.is_some_and(|(key, _)| {
            let key = self.tree.node(key);
            key.escaped || !matches!(key.span.bytes(self.text), [b'"', first, ..] if *first != b'$')
        });
        if may {
            self.buffers.odd.set(true);
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

    /// Goes on to what `$values` holds, where that stands for the value; the caller sets the path back.
    #[inline]
    pub(super) fn unwrapped(&mut self, value: NodeId, node: NodeId) {
        if node != value {
            self.buffers.path.push(Step::Key(key_of(node)));
        }
    }

    /// From the start of a member's name to the end of its value.
    pub(super) fn member_span(&self, value: NodeId) -> Span {
        Span::new(
            self.tree.node(key_of(value)).span.start,
            self.tree.node(value).span.end,
        )
    }

    /// Counts a check that could not be made for lack of this fact.
    pub(super) fn cannot_tell(&mut self, fact: Option<Fact>) {
        self.checked.undecided += 1;
        if let Some(fact) = fact {
            self.checked.needed.add(fact);
        }
    }
}
