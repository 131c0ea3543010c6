//! Names in the casing of a file: `ContactCode`, as the tables have it, or `contactCode`.

use super::cursor_position::CursorPosition;
use crate::json::{self, JsonKind, NodeId, Root, Tree};
use crate::rules::Endpoint;
use crate::sample::Case;

/// Returns the casing of the record at the position, or else of the first record. Without known names: the casing of the
/// tables.
pub(super) fn case_of(position: &CursorPosition<'_>) -> Case {
    let mut votes = Votes::default();
    let cursor = &position.cursor;
    for tree in [&cursor.tree, &cursor.rest] {
        votes.count(position.text, position.endpoint, tree);
    }
    if votes.is_even() {
        let mut reader = json::Reader::new(position.text);
        let mut tree = Tree::default();
        if let Root::List { .. } = reader.root(&mut tree) {
            reader.next_record(&mut tree);
            votes.count(position.text, position.endpoint, &tree);
        }
    }
    if votes.camel > votes.pascal {
        Case::Camel
    } else {
        Case::Pascal
    }
}

#[derive(Default)]
struct Votes {
    camel: usize,
    pascal: usize,
}

impl Votes {
    fn is_even(&self) -> bool {
        self.camel == self.pascal
    }

    /// Counts the names that are in any table.
    fn count(&mut self, text: &str, endpoint: &Endpoint, tree: &Tree) {
        /// Maximum number of names that are counted.
        const MOST: usize = 1000;
        let ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
        for id in ids.filter(|id| tree.node(*id).kind == JsonKind::Key).take(MOST) {
            let name = json::decode(text, tree.node(id));
            let is_known = endpoint.tables.iter().any(|table| table.find(&name).is_some());
            match name.bytes().next() {
                Some(b'a'..=b'z') if is_known => self.camel += 1,
                Some(b'A'..=b'Z') if is_known => self.pascal += 1,
                _ => {}
            }
        }
    }
}
