//! The engine: a request body meets the rules of its endpoint, and what does not fit becomes a finding.
//!
//! ```text
//! check ─▶ one record at a time ─▶ object ─▶ value    (types, texts)
//!                                        ├─▶ names    (unknown, misplaced, duplicate)
//!                                        └─▶ checks   (several properties at once)
//! ```
//!
//! Pure: text, rules and tenant facts in, findings out. A clean record allocates nothing, unless it changes what the next one meets.

mod checks;
mod effects;
mod fast;
mod fixes;
mod interner;
mod judge;
mod messages;
mod names;
mod object;
mod record_keys;
mod request;
mod value;
mod walk;

pub(crate) use fast::file::check_plain;
use fast::parallel::Prefetch;
pub(crate) use fast::record::Memory;
pub use request::{
    Checked, Needed, Reading, RecordOutcome, check, check_with, not_json, read_through, syntax_findings,
};

use crate::json::{JsonKind, Node, NodeId, Tree, decode};
use crate::rules::{Endpoint, PropertyId, Table, TableId, Type};
use crate::tenant::Facts;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

/// A step from the root of the request down.
#[derive(Debug, Clone, Copy)]
enum Step {
    Key(NodeId),
    Index(u32),
}

/// A member that was met before: its row, and how its name is spelled, quotes and all.
#[derive(Debug, Clone, Copy, Default)]
struct Followed {
    row: u16,
    spelling: crate::finding::Span,
}

/// One record against its endpoint's tables.
struct Linter<'a> {
    text: &'a str,
    tree: &'a Tree,
    endpoint: &'a Endpoint,
    facts: &'a Facts<'a>,
    /// Index of the record in the request; `None` for a request that is one bare object.
    record: Option<u32>,
    /// The name under which the whole list of records stands, where the reader takes that for the body.
    wrapped_in: Option<NodeId>,
    /// From the record down to the value at hand.
    path: Vec<Step>,
    /// Value of each property of the objects at hand, outermost first: a stack of rows. The record's own stays to the end.
    slots: Vec<Option<NodeId>>,
    /// The properties of those objects that need a look, a bit each: a stack as well.
    due: Vec<u64>,
    /// For each row, and for the start of each table, the member that came next the last time.
    followed: Vec<Followed>,
    /// Occurrences of a property before its last one; empty but for duplicate names.
    earlier: Vec<(usize, NodeId)>,
    /// The tables of the objects at hand, outermost first.
    tables: Vec<TableId>,
    /// Members of the object at hand that no row has: what is meant by one depends on those that follow.
    unknown: Vec<(NodeId, NodeId)>,
    /// The record's own object, once it is known to be one.
    root: Option<NodeId>,
    /// The record's own object, once its members are in their slots.
    read: Option<NodeId>,
    /// The value that is the record's key, once its object has been read.
    key: Option<NodeId>,
    /// The text of the record's key, once a finding has asked for it: each of a thousand would look again.
    known_key: OnceCell<messages::RecordKey>,
    /// Remedies that wait for the rest of their object or record.
    pending_fixes: fixes::PendingFixes,
    /// Something was met of which only the reader's own walk tells what it comes to.
    odd: Cell<bool>,
    /// What findings have said so far; nothing before the first one.
    interner: Option<Box<interner::Interner>>,
    findings: &'a mut Vec<crate::finding::Finding>,
    undecided: &'a mut u64,
    needed: &'a mut Needed,
}

/// The occurrences of one property that count, in document order.
#[derive(Debug)]
enum Values {
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

/// The text that a scalar binds to where a string is declared; `None` for null and containers.
fn scalar_text<'t>(text: &'t str, node: &Node) -> Option<Cow<'t, str>> {
    match node.kind {
        JsonKind::String => Some(decode(text, node)),
        JsonKind::Number | JsonKind::True | JsonKind::False => Some(Cow::Borrowed(node.span.of(text))),
        JsonKind::Null | JsonKind::Array | JsonKind::Object | JsonKind::Key => None,
    }
}

impl<'a> Linter<'a> {
    fn kind(&self, id: NodeId) -> JsonKind {
        self.tree.node(id).kind
    }

    /// The text of a string or key, escapes decoded.
    fn decoded(&self, id: NodeId) -> Cow<'a, str> {
        decode(self.text, self.tree.node(id))
    }

    /// The text that a scalar binds to where a string is declared; `None` for null and containers.
    fn scalar_text(&self, id: NodeId) -> Option<Cow<'a, str>> {
        scalar_text(self.text, self.tree.node(id))
    }

    /// Null, or the empty text, which the platform turns into null for everything but a string.
    fn is_nothing(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.kind == JsonKind::Null || (node.kind == JsonKind::String && node.span.len() == 2)
    }

    /// Whether the table's property is there in these objects, and neither null nor empty.
    fn present(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> bool {
        self.last(table, objects, id)
            .is_some_and(|value| !self.is_nothing(value))
    }

    /// The last occurrence of a property in objects that are merged.
    fn last(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Option<NodeId> {
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
    fn is_record(&self, objects: &[NodeId]) -> bool {
        matches!((objects, self.read), ([object], Some(read)) if *object == read)
    }

    /// The occurrences of a property that count: for containers those since the last null, else the last one.
    fn values(&self, table: &Table, objects: &[NodeId], id: PropertyId) -> Values {
        if self.is_record(objects) && self.earlier.is_empty() {
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
    fn join(&self, values: Values, next: NodeId) -> Values {
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
    fn clr_name(&self, ty: Type) -> Cow<'a, str> {
        self.endpoint.clr_name(ty)
    }
}
