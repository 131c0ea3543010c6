//! Helpers for the tests of the reader.

#![allow(dead_code, reason = "each test file uses a part")]

#[path = "random.rs"]
mod random;

pub use random::Random;

use geplint::json::{JsonKind, NodeId, Reader, Root, SyntaxError, Tree, decode};

/// A document that was read to its end.
pub struct Read {
    /// The decoded text.
    pub text: String,
    /// True if the root is a list.
    pub list: bool,
    /// The records of the list, or the one root value.
    pub trees: Vec<Tree>,
    /// All errors, in the order of their positions.
    pub errors: Vec<SyntaxError>,
}

/// Reads a document to its end.
pub fn read(bytes: &[u8]) -> Read {
    let (text, mut errors) = geplint::json::text(bytes);
    let mut reader = Reader::new(&text);
    let mut tree = Tree::default();
    let mut trees = Vec::new();
    let root = reader.root(&mut tree);
    match root {
        Root::List { .. } => {
            while reader.next_record(&mut tree) {
                trees.push(tree.clone());
            }
        }
        Root::Value => trees.push(tree),
        Root::Nothing => {}
    }
    errors.extend(reader.into_errors());
    errors.sort_by_key(|error| error.span.start);
    Read {
        list: matches!(root, Root::List { .. }),
        text: text.into_owned(),
        trees,
        errors,
    }
}

impl Read {
    /// True if there is no error except warnings.
    pub fn is_valid(&self) -> bool {
        self.errors.iter().all(SyntaxError::is_warning)
    }

    /// Formats an offset as `line:column`, both 1-based, the column in bytes.
    pub fn place(&self, offset: u32) -> String {
        let before = &self.text[..(offset as usize).min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        format!("{line}:{column}")
    }

    /// Describes the records and values that were read, on one line: records of a list one after another, with `!` before a
    /// damaged one, and `~` after malformed values.
    pub fn shape(&self) -> String {
        let mut parts = Vec::new();
        for tree in &self.trees {
            let mut part = String::from(if tree.damaged { "!" } else { "" });
            match tree.root() {
                Some(root) => self.value(tree, root, &mut part),
                None => part.push('-'),
            }
            parts.push(part);
        }
        let joined = parts.join(" ");
        if self.list {
            format!("[ {joined} ]")
        } else {
            joined
        }
    }

    fn value(&self, tree: &Tree, id: NodeId, out: &mut String) {
        let node = tree.node(id);
        match node.kind {
            JsonKind::Object => {
                let member = |(key, value)| {
                    let mut part = decode(&self.text, tree.node(key)).into_owned() + ":";
                    self.value(tree, value, &mut part);
                    part
                };
                let parts: Vec<String> = tree.members(id).map(member).collect();
                *out += &["{", &parts.join(","), "}"].concat();
            }
            JsonKind::Array => {
                let element = |value| {
                    let mut part = String::new();
                    self.value(tree, value, &mut part);
                    part
                };
                let parts: Vec<String> = tree.elements(id).map(element).collect();
                *out += &["[", &parts.join(","), "]"].concat();
            }
            JsonKind::String => {
                let text = decode(&self.text, node);
                *out += &["'", &text.escape_debug().to_string(), "'"].concat();
            }
            _ => out.push_str(node.span.of(&self.text)),
        }
        if node.malformed {
            out.push('~');
        }
    }
}
