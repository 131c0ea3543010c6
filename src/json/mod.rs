//! Spanned JSON: bytes in, a flat table of nodes with byte spans out, a record at a time.

mod tree;

pub use tree::{Elements, JsonKind, Members, Node, NodeId, Tree};
