//! Two records of one request with the same key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use super::Linter;
use super::messages::{Note, Place, quoted};
use crate::finding::{Severity, Span, Target};
use crate::json::{JsonKind, Node, NodeId, decode};

/// FNV-1a: short keys, no adversary that gains anything, and a collision is looked at again.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Where each key stood first. Only places are kept: the texts stay in the file.
#[derive(Debug, Default)]
pub(super) struct Keys {
    first: HashMap<u64, (u32, Node), BuildHasherDefault<AsIs>>,
}

/// A fingerprint is a hash already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fingerprint(bytes);
    }
}

/// The key of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    fingerprint: u64,
    node: Node,
}

impl Key {
    /// The key that says `text`, and stands where `node` does.
    pub(super) fn new(text: &str, node: Node) -> Self {
        Self {
            fingerprint: fingerprint(text.as_bytes()),
            node,
        }
    }
}

impl Keys {
    /// Adds a record's key; false where another one has it, or one that shares its fingerprint.
    pub(super) fn add(&mut self, key: Key, record: u32) -> bool {
        match self.first.entry(key.fingerprint) {
            Entry::Vacant(entry) => {
                entry.insert((record, key.node));
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}

impl Linter<'_> {
    /// Tells of a record whose key another record of the request has.
    pub(super) fn duplicate_record(&mut self, keys: &mut Keys) {
        let Some(value) = self.key else { return };
        let Some(text) = self.scalar_text(value) else {
            return;
        };
        let node = *self.tree.node(value);
        let record = self.record.unwrap_or(0);
        match keys.first.entry(fingerprint(text.as_bytes())) {
            Entry::Vacant(entry) => {
                entry.insert((record, node));
            }
            Entry::Occupied(entry) => {
                let (record, first) = *entry.get();
                // Two texts may share a fingerprint: compare what is meant.
                let meant = match first.kind {
                    JsonKind::String => decode(self.text, &first),
                    _ => first.span.of(self.text).into(),
                };
                if meant == text {
                    self.same_key(value, &text, record, first.span);
                }
            }
        }
    }

    fn same_key(&mut self, value: NodeId, text: &str, record: u32, first: Span) {
        let message = format!(
            "record {record} of this request has the same key {}",
            quoted(text)
        );
        let note = Note {
            rule: "duplicate-record".into(),
            severity: Severity::Warning,
            evidence: crate::finding::Evidence::Inferred,
            phase: crate::finding::Phase::None,
            message,
            why: "Both are answered under one key, and which of them wins is not documented.".into(),
            help: "Send each record once.".to_owned(),
            source: "",
            predicted: None,
        };
        let place = Place {
            target: Target::Value,
            span: self.tree.node(value).span,
            pointer: self.member_pointer(value),
            related: Some(Box::new((first, "first here".into()))),
        };
        self.tell(note, place);
    }
}
