//! What the tests of the reader share.

#![allow(dead_code, reason = "each test file uses a part")]

use geplint::json::{JsonKind, NodeId, Reader, Root, SyntaxError, Tree, decode};

/// A document, read to its end.
pub struct Read {
    /// As the reader saw it.
    pub text: String,
    /// The root is a list.
    pub list: bool,
    /// Its records, or the one root value.
    pub trees: Vec<Tree>,
    /// All that was wrong, in the order of the places.
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
    /// No error, warnings aside.
    pub fn is_valid(&self) -> bool {
        self.errors.iter().all(SyntaxError::is_warning)
    }

    /// `line:column` in bytes, from 1.
    pub fn place(&self, offset: u32) -> String {
        let before = &self.text[..(offset as usize).min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        format!("{line}:{column}")
    }

    /// What was read, on one line: a list's records one after another, each with `!` before it where it is
    /// damaged, and `~` behind what is malformed.
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

/// A small deterministic source of chance (xorshift64*).
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap_or(0) % limit.max(1)
    }
}
