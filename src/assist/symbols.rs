//! Document symbols: the records of a payload by key, and their properties.

use super::model::{Context, Symbol, SymbolKind};
use crate::finding::Span;
use crate::json::{self, JsonKind, NodeId, Reader, Root, Tree};
use crate::rules::Endpoint;
use crate::sanitize;

/// Maximum number of nested symbols. Later records are listed without their properties, up to twice as many records.
pub const MAX_SYMBOLS: usize = 10_000;

/// Maximum number of characters that are shown of a value.
const SHOWN: usize = 60;

/// Returns the records of a text with their properties; empty if the text is not a request.
pub fn symbols(context: &Context<'_>, bytes: &[u8]) -> Vec<Symbol> {
    let (text, _) = json::text(bytes);
    let endpoints = context.endpoints(&text);
    let Some(endpoint) = endpoints.first() else {
        return Vec::new();
    };
    let mut reader = Reader::new(&text);
    let mut tree = Tree::default();
    let mut left = MAX_SYMBOLS;
    let mut all = Vec::new();
    match reader.root(&mut tree) {
        Root::List { .. } => {
            while all.len() < 2 * MAX_SYMBOLS && reader.next_record(&mut tree) {
                let index = all.len();
                all.extend(record(&text, endpoint, &tree, index, &mut left));
            }
        }
        Root::Value => all.extend(record(&text, endpoint, &tree, 0, &mut left)),
        Root::Nothing => {}
    }
    all
}

/// Returns the symbol of a record, named by its key. A record that is not an object has no children.
fn record(text: &str, endpoint: &Endpoint, tree: &Tree, index: usize, left: &mut usize) -> Option<Symbol> {
    let root = tree.root()?;
    let span = tree.node(root).span;
    let table = endpoint.record_table();
    let key = endpoint.key.iter().find_map(|id| {
        let mut members = tree.members(root);
        let (_, value) =
            members.find(|(key, _)| table.find(&json::decode(text, tree.node(*key))) == Some(*id))?;
        let node = tree.node(value);
        let written = match node.kind {
            JsonKind::String => json::decode(text, node),
            JsonKind::Number | JsonKind::True | JsonKind::False => node.span.of(text).into(),
            _ => return None,
        };
        (!written.trim().is_empty()).then_some((written, node.span))
    });
    let record = format!("record {index}");
    let (name, detail, selection) = match key {
        Some((key, selection)) => (shown(&key), record, selection),
        None => (record, String::new(), Span::new(span.start, span.start)),
    };
    let children = if *left > 0 {
        members(text, tree, root, left)
    } else {
        Vec::new()
    };
    Some(Symbol {
        name,
        detail,
        kind: SymbolKind::Record,
        span,
        selection,
        children,
    })
}

/// Returns the symbols of the members or elements. The recursion depth is bounded by the reader's depth limit.
fn members(text: &str, tree: &Tree, id: NodeId, left: &mut usize) -> Vec<Symbol> {
    let mut all = Vec::new();
    for (key, value) in tree.members(id) {
        let key = tree.node(key);
        let name = json::decode(text, key);
        let span = Span::new(key.span.start, tree.node(value).span.end.max(key.span.end));
        let name = if name.trim().is_empty() {
            "\"\"".to_owned()
        } else {
            shown(&name)
        };
        match symbol(text, tree, value, (name, span, key.span), left) {
            Some(symbol) => all.push(symbol),
            None => return all,
        }
    }
    for (index, element) in tree.elements(id).enumerate() {
        let span = tree.node(element).span;
        match symbol(text, tree, element, (index.to_string(), span, span), left) {
            Some(symbol) => all.push(symbol),
            None => return all,
        }
    }
    all
}

fn symbol(
    text: &str,
    tree: &Tree,
    value: NodeId,
    (name, span, selection): (String, Span, Span),
    left: &mut usize,
) -> Option<Symbol> {
    *left = left.checked_sub(1)?;
    let node = tree.node(value);
    let (kind, detail) = match node.kind {
        JsonKind::Object => (SymbolKind::Object, String::new()),
        JsonKind::Array => (SymbolKind::List, String::new()),
        JsonKind::String => (SymbolKind::String, shown(&json::decode(text, node))),
        JsonKind::Number => (SymbolKind::Number, shown(node.span.of(text))),
        JsonKind::True | JsonKind::False => (SymbolKind::Boolean, shown(node.span.of(text))),
        JsonKind::Null | JsonKind::Key => (SymbolKind::Null, "null".to_owned()),
    };
    Some(Symbol {
        name,
        detail,
        kind,
        span,
        selection,
        children: members(text, tree, value, left),
    })
}

/// Returns text of the file on one line, truncated to [`SHOWN`] characters.
fn shown(text: &str) -> String {
    let cut = text.char_indices().nth(SHOWN);
    match cut {
        Some((end, _)) => sanitize::line(text.get(..end).unwrap_or_default()).into_owned() + "…",
        None => sanitize::line(text).into_owned(),
    }
}
