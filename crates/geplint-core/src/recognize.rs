//! Which endpoint a file is a request for, by the names in its first record.

use crate::json::{JsonKind, NodeId, Reader, Root, Tree, decode};
use crate::rules::{Candidate, Endpoint, Table, Type, property_like};

/// What a file is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognized<'r> {
    /// A request for this endpoint.
    Request(&'r str),
    /// A request for one of these; nothing tells which.
    OneOf(Vec<&'r str>),
    /// A response of the API.
    Response,
    /// No payload, and why; whether it is JSON at all is not said.
    Other(&'static str),
}

/// Records that are looked at until one tells.
const RECORDS: usize = 3;

/// Why a record is none of an endpoint's.
const STRANGER: &str = "its names are those of no endpoint";

/// Looks at the first records of a body.
pub fn recognize<'r>(text: &str, candidates: &[Candidate<'r>]) -> Recognized<'r> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    match reader.root(&mut tree) {
        Root::Nothing => Recognized::Other("there is nothing to read in it"),
        Root::Value => match tree.root() {
            Some(root) if tree.node(root).kind == JsonKind::Object => {
                if is_envelope(text, &tree, root) {
                    return Recognized::Response;
                }
                match by_names(text, &tree, root, candidates) {
                    // Perhaps the records are wrapped in something: the commonest slip of an export.
                    stranger @ Recognized::Other(_) => {
                        wrapped(text, &tree, root, candidates).unwrap_or(stranger)
                    }
                    found => found,
                }
            }
            _ => Recognized::Other("it holds neither a list nor an object"),
        },
        Root::List { .. } => first_records(text, &mut reader, &mut tree, candidates),
    }
}

fn first_records<'r>(
    text: &str,
    reader: &mut Reader<'_>,
    tree: &mut Tree,
    candidates: &[Candidate<'r>],
) -> Recognized<'r> {
    let mut best = Recognized::Other("its list holds no object");
    for _ in 0..RECORDS {
        if !reader.next_record(tree) {
            break;
        }
        let Some(root) = tree.root() else { continue };
        if tree.node(root).kind != JsonKind::Object {
            match wrapped(text, tree, root, candidates) {
                Some(found) => return found,
                None => continue,
            }
        }
        match by_names(text, tree, root, candidates) {
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
fn wrapped<'r>(
    text: &str,
    tree: &Tree,
    root: NodeId,
    candidates: &[Candidate<'r>],
) -> Option<Recognized<'r>> {
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
        .map(|record| by_names(text, tree, record, candidates))
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
fn by_names<'r>(text: &str, tree: &Tree, root: NodeId, candidates: &[Candidate<'r>]) -> Recognized<'r> {
    let total = tree.members(root).count();
    let scored: Vec<(usize, Candidate<'r>)> = candidates
        .iter()
        .map(|candidate| (top_level(text, tree, root, candidate), *candidate))
        .collect();
    let most = scored.iter().map(|(known, _)| *known).max().unwrap_or(0);
    // A payload has few strangers; package.json may share a `description`.
    if most == 0 || most * 2 < total {
        return Recognized::Other(STRANGER);
    }
    let mut best: Vec<Candidate<'r>> = scored
        .iter()
        .filter(|(known, _)| *known == most)
        .map(|(_, found)| *found)
        .collect();
    // One name of several has to be one that a request cannot do without: `description` stands in all sorts of files.
    if most == 1 && total > 1 {
        best.retain(|found| has_telling(text, tree, root, found));
        if best.is_empty() {
            return Recognized::Other(STRANGER);
        }
    }
    if best.len() > 1 {
        let deep: Vec<(usize, Candidate<'r>)> = best
            .iter()
            .map(|found| (in_depth(text, tree, root, found), *found))
            .collect();
        let most = deep.iter().map(|(known, _)| *known).max().unwrap_or(0);
        best = deep
            .into_iter()
            .filter(|(known, _)| *known == most)
            .map(|(_, found)| found)
            .collect();
    }
    match best.as_slice() {
        [one] => Recognized::Request(one.id()),
        several => Recognized::OneOf(several.iter().map(Candidate::id).collect()),
    }
}

fn top_level(text: &str, tree: &Tree, object: NodeId, candidate: &Candidate<'_>) -> usize {
    tree.members(object)
        .filter(|(key, _)| candidate.knows(&decode(text, tree.node(*key))))
        .count()
}

/// Whether the object has a name that is mandatory in the endpoint's records, or names them.
fn has_telling(text: &str, tree: &Tree, object: NodeId, candidate: &Candidate<'_>) -> bool {
    let Some(endpoint) = candidate.endpoint() else {
        return false;
    };
    let table = endpoint.record_table();
    tree.members(object)
        .filter_map(|(key, _)| property_like(table, &decode(text, tree.node(key))))
        .any(|row| table.property(row).required.is_some() || endpoint.key.contains(&row))
}

fn in_depth(text: &str, tree: &Tree, root: NodeId, candidate: &Candidate<'_>) -> usize {
    candidate.endpoint().map_or(0, |endpoint| {
        nested(text, tree, root, endpoint, endpoint.record_table())
    })
}

/// Names known in all objects below, each where its table says; a value of the declared container counts as well.
fn nested(text: &str, tree: &Tree, object: NodeId, endpoint: &Endpoint, table: &Table) -> usize {
    let mut known = 0;
    for (key, value) in tree.members(object) {
        let Some(id) = property_like(table, &decode(text, tree.node(key))) else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::candidates;

    fn taken_for(text: &str) -> Recognized<'static> {
        let known: Vec<_> = candidates().collect();
        recognize(text, &known)
    }

    #[test]
    fn a_common_name_among_others_tells_nothing() {
        let strangers = [
            r#"[{"description": "x", "decoded": "y"}]"#,
            r#"{"description": "x", "decoded": "y"}"#,
            r#"[[{"description": "x", "decoded": "y"}]]"#,
            r#"{"primaryIdentifier": ["x"], "properties": {"Description": {}, "Id": {}}}"#,
            r#"[{"id": 1, "is_active": true}]"#,
            r#"[{"TimeZone": "UTC", "Offset": 0}, {"TimeZone": "CET", "Offset": 1}]"#,
        ];
        for text in strangers {
            let taken = taken_for(text);
            assert!(matches!(taken, Recognized::Other(_)), "{text}: {taken:?}");
        }
    }

    #[test]
    fn one_name_is_enough_if_it_is_telling_or_alone() {
        let told = [
            // Mandatory.
            (r#"[{"ContactCodes": [], "Other": 1}]"#, "user-group"),
            (r#"[{"FirstName": "Ann", "Other": 1}]"#, "contact-details"),
            (
                r#"{"data": [{"interface_status": "Success", "Other": 1}]}"#,
                "contact-interface-status",
            ),
            // Alone.
            (r#"[{"Description": "x"}]"#, "user-group"),
            // One of several.
            (
                r#"[{"Description": "x", "IsOverRide": true, "Other": 1}]"#,
                "user-group",
            ),
            // The next record has more to say.
            (
                r#"[{"Description": "x", "Other": 1}, {"GroupName": "G", "Other": 1}]"#,
                "user-group",
            ),
        ];
        for (text, endpoint) in told {
            assert_eq!(taken_for(text), Recognized::Request(endpoint), "{text}");
        }
        // Not mandatory, but the key.
        let either = vec!["contact-details", "save-contact-authorization-details"];
        let text = r#"[{"UserName": "ann", "Other": 1}]"#;
        assert_eq!(taken_for(text), Recognized::OneOf(either), "{text}");
    }
}
