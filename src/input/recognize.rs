//! Which endpoint a file is a request for, by the names in its first record.

use crate::json::{JsonKind, NodeId, Reader, Root, Tree, decode};
use crate::rules::{Endpoint, PropertyId, Table, Type};

/// What a file is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognized<'r> {
    /// A request for this endpoint.
    Request(&'r str),
    /// A request for one of these; nothing tells which.
    OneOf(Vec<&'r str>),
    /// A response of the API.
    Response,
    /// No payload, and why.
    Other(&'static str),
    /// Nothing could be read from it: empty, or not text.
    Unreadable,
}

/// Records that are looked at until one tells.
const RECORDS: usize = 3;

/// Looks at the first records of a body.
pub fn recognize<'r>(text: &str, endpoints: &[&'r Endpoint]) -> Recognized<'r> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    match reader.root(&mut tree) {
        Root::Nothing => Recognized::Unreadable,
        Root::Value => match tree.root() {
            Some(root) if tree.node(root).kind == JsonKind::Object => {
                if is_envelope(text, &tree, root) {
                    return Recognized::Response;
                }
                match by_names(text, &tree, root, endpoints) {
                    // Perhaps the records are wrapped in something: the commonest slip of an export.
                    stranger @ Recognized::Other(_) => {
                        wrapped(text, &tree, root, endpoints).unwrap_or(stranger)
                    }
                    found => found,
                }
            }
            _ => Recognized::Other("it holds neither a list nor an object"),
        },
        Root::List { .. } => first_records(text, &mut reader, &mut tree, endpoints),
    }
}

fn first_records<'r>(
    text: &str,
    reader: &mut Reader<'_>,
    tree: &mut Tree,
    endpoints: &[&'r Endpoint],
) -> Recognized<'r> {
    let mut best = Recognized::Other("its list holds no object");
    for _ in 0..RECORDS {
        if !reader.next_record(tree) {
            break;
        }
        let Some(root) = tree.root() else { continue };
        if tree.node(root).kind != JsonKind::Object {
            match wrapped(text, tree, root, endpoints) {
                Some(found) => return found,
                None => continue,
            }
        }
        match by_names(text, tree, root, endpoints) {
            found @ Recognized::Request(_) => return found,
            found @ Recognized::OneOf(_) => best = found,
            found => {
                if !matches!(best, Recognized::OneOf(_)) {
                    best = found;
                }
            }
        }
    }
    best
}

/// A request whose records stand a level too deep, in a list or under some name.
fn wrapped<'r>(text: &str, tree: &Tree, root: NodeId, endpoints: &[&'r Endpoint]) -> Option<Recognized<'r>> {
    let inside = tree
        .members(root)
        .map(|(_, value)| value)
        .chain(tree.elements(root));
    let record = |value: NodeId| match tree.node(value).kind {
        JsonKind::Object => Some(value),
        _ => tree
            .elements(value)
            .find(|element| tree.node(*element).kind == JsonKind::Object),
    };
    // One name in common may be chance, so far down.
    let several = |record: &NodeId| tree.members(*record).nth(1).is_some();
    inside
        .filter_map(record)
        .filter(several)
        .map(|record| by_names(text, tree, record, endpoints))
        .find(|found| matches!(found, Recognized::Request(_) | Recognized::OneOf(_)))
}

/// The members of the response envelope; two of them are enough.
fn is_envelope(text: &str, tree: &Tree, root: NodeId) -> bool {
    let names = ["statusCode", "errorDetails", "successDetails"];
    let known = tree.members(root).filter(|(key, _)| {
        let name = decode(text, tree.node(*key));
        names.iter().any(|known| known.eq_ignore_ascii_case(&name))
    });
    known.take(2).count() == 2
}

/// Scores a record against each endpoint: names known at the top, and, where that does not tell, further down.
fn by_names<'r>(text: &str, tree: &Tree, root: NodeId, endpoints: &[&'r Endpoint]) -> Recognized<'r> {
    let total = tree.members(root).count();
    let scored: Vec<(usize, &Endpoint)> = endpoints
        .iter()
        .map(|endpoint| (top_level(text, tree, root, endpoint.record_table()), *endpoint))
        .collect();
    let most = scored.iter().map(|(known, _)| *known).max().unwrap_or(0);
    // A payload has few strangers; package.json may share a `description`.
    if most == 0 || most * 2 < total {
        return Recognized::Other("its names are those of no endpoint");
    }
    let mut best: Vec<&Endpoint> = scored
        .iter()
        .filter(|(known, _)| *known == most)
        .map(|(_, found)| *found)
        .collect();
    if best.len() > 1 {
        let deep: Vec<(usize, &Endpoint)> = best
            .iter()
            .map(|found| (nested(text, tree, root, found, found.record_table()), *found))
            .collect();
        let most = deep.iter().map(|(known, _)| *known).max().unwrap_or(0);
        best = deep
            .into_iter()
            .filter(|(known, _)| *known == most)
            .map(|(_, found)| found)
            .collect();
    }
    match best.as_slice() {
        [one] => Recognized::Request(&one.id),
        several => Recognized::OneOf(several.iter().map(|found| found.id.as_str()).collect()),
    }
}

fn top_level(text: &str, tree: &Tree, object: NodeId, table: &Table) -> usize {
    tree.members(object)
        .filter(|(key, _)| find(table, &decode(text, tree.node(*key))).is_some())
        .count()
}

/// Names known in all objects below, each where its table says; a value of the declared container counts as well.
fn nested(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint, table: &Table) -> usize {
    let mut known = 0;
    for (key, value) in tree.members(object) {
        let Some(id) = find(table, &decode(text, tree.node(key))) else {
            continue;
        };
        known += 1;
        let (below, declared) = match table.property(id).ty {
            Type::Object(below) => (below, JsonKind::Object),
            Type::ObjectList(below) => (below, JsonKind::Array),
            _ => continue,
        };
        known += usize::from(tree.node(value).kind == declared);
        let below = endpoint.table(below);
        if tree.node(value).kind == JsonKind::Object {
            known += nested(text, tree, value, endpoint, below);
        }
        for element in tree.elements(value) {
            known += nested(text, tree, element, endpoint, below);
        }
    }
    known
}

/// The row of a name; `user_name` will not bind, but tells what the file is meant to be.
fn find(table: &Table, name: &str) -> Option<PropertyId> {
    table.find(name).or_else(|| {
        let marked = name.len() < 100 && name.contains(['_', '-', ' ']);
        marked.then(|| table.find(&name.replace(['_', '-', ' '], "")))?
    })
}
