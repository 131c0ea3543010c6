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
    /// It has several names of these endpoints, but too few for a file that nobody named.
    Weak {
        /// The endpoints.
        ids: Vec<&'r str>,
        /// How many names of theirs a record has.
        known: usize,
        /// How many names the record has.
        names: usize,
    },
    /// A response of the API.
    Response,
    /// No payload, and why; whether it is JSON at all is not said.
    Other(&'static str),
}

/// How much it takes for a file to be a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// Somebody named the file: half of a record's names.
    Named,
    /// It was found in a folder, or handed over by a tool: a name that this API alone has, or four names of one endpoint
    /// that are most of a record's names.
    Found,
}

/// Records that are looked at until one tells.
const RECORDS: usize = 3;

/// How many names of one endpoint make a file that was found a request, if they are most of a record's names.
pub(crate) const STRONG: usize = 4;

/// How many names of one endpoint are worth a line where a file is passed over all the same.
const SEVERAL: usize = 2;

/// Why a record is none of an endpoint's.
const STRANGER: &str = "its names are those of no endpoint";

/// Looks at the first records of a body that somebody named.
pub fn recognize<'r>(text: &str, candidates: &[Candidate<'r>]) -> Recognized<'r> {
    recognize_as(text, candidates, Standard::Named)
}

/// Looks at the first records of a body.
pub fn recognize_as<'r>(text: &str, candidates: &[Candidate<'r>], standard: Standard) -> Recognized<'r> {
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let look = Look {
        text,
        candidates,
        standard,
    };
    match reader.root(&mut tree) {
        Root::Nothing => Recognized::Other("there is nothing to read in it"),
        Root::Value => match tree.root() {
            Some(root) if tree.node(root).kind == JsonKind::Object => {
                if is_envelope(text, &tree, root) {
                    return Recognized::Response;
                }
                match look.by_names(&tree, root) {
                    // Perhaps the records are wrapped in something: the commonest slip of an export.
                    other @ (Recognized::Other(_) | Recognized::Weak { .. }) => {
                        look.wrapped(&tree, root).unwrap_or(other)
                    }
                    found => found,
                }
            }
            _ => Recognized::Other("it holds neither a list nor an object"),
        },
        Root::List { .. } => look.first_records(&mut reader, &mut tree),
    }
}

/// One look at a body.
#[derive(Clone, Copy)]
struct Look<'l, 'r> {
    text: &'l str,
    candidates: &'l [Candidate<'r>],
    standard: Standard,
}

impl Recognized<'_> {
    /// How much it says: of several records the one that says most counts, the first of these.
    const fn weight(&self) -> usize {
        match self {
            Self::Request(_) | Self::Response => usize::MAX,
            Self::OneOf(_) => usize::MAX - 1,
            Self::Weak { known, .. } => *known,
            Self::Other(_) => 0,
        }
    }

    fn heavier(self, other: Self) -> Self {
        if other.weight() > self.weight() {
            other
        } else {
            self
        }
    }
}

impl<'r> Look<'_, 'r> {
    fn first_records(self, reader: &mut Reader<'_>, tree: &mut Tree) -> Recognized<'r> {
        let mut best: Option<Recognized<'r>> = None;
        for _ in 0..RECORDS {
            if !reader.next_record(tree) {
                break;
            }
            let Some(root) = tree.root() else { continue };
            let found = if tree.node(root).kind == JsonKind::Object {
                self.by_names(tree, root)
            } else if let Some(found) = self.wrapped(tree, root) {
                found
            } else {
                continue;
            };
            if let Recognized::Request(_) = found {
                return found;
            }
            best = Some(match best {
                Some(best) => best.heavier(found),
                None => found,
            });
        }
        best.unwrap_or(Recognized::Other("its list holds no object"))
    }

    /// A request whose records stand a level too deep, in a list or under some name.
    fn wrapped(self, tree: &Tree, root: NodeId) -> Option<Recognized<'r>> {
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
        let found = inside
            .filter_map(record)
            .filter(several)
            .map(|record| self.by_names(tree, record));
        let mut best: Option<Recognized<'r>> = None;
        for found in found {
            match found {
                Recognized::Request(_) | Recognized::OneOf(_) => return Some(found),
                Recognized::Weak { .. } if best.is_none() => best = Some(found),
                _ => {}
            }
        }
        best
    }

    /// Scores a record against each endpoint: names that it alone has, names that it has, and, where that does not tell,
    /// names further down.
    fn by_names(self, tree: &Tree, root: NodeId) -> Recognized<'r> {
        let mut scores = vec![Score::default(); self.candidates.len()];
        let (mut total, mut known) = (0, 0);
        for (key, _) in tree.members(root) {
            let name = decode(self.text, tree.node(key));
            total += 1;
            let mut only = None;
            let mut others = 0;
            for (index, candidate) in self.candidates.iter().enumerate() {
                if candidate.knows(&name) {
                    scores[index].known += 1;
                    only = Some(index);
                    others += 1;
                }
            }
            known += usize::from(others > 0);
            if let (Some(index), 1) = (only, others) {
                scores[index].alone += 1;
            }
        }
        let most = scores.iter().copied().max().unwrap_or_default();
        let mut best: Vec<Candidate<'r>> = self
            .candidates
            .iter()
            .zip(&scores)
            .filter(|(_, score)| most.known > 0 && **score == most)
            .map(|(found, _)| *found)
            .collect();
        // Where one endpoint alone has names of its own, those that others know do not speak against it.
        let undisputed = most.alone > 0 && scores.iter().filter(|score| score.alone > 0).count() == 1;
        let own = if undisputed { known } else { most.known };
        let weak = |best: &[Candidate<'r>]| match self.standard {
            Standard::Found if own >= SEVERAL => Recognized::Weak {
                ids: best.iter().map(Candidate::id).collect(),
                known: own,
                names: total,
            },
            _ => Recognized::Other(STRANGER),
        };
        let few = own * 2 < total || (most.known == 1 && total > 1);
        let is_strong =
            (few || self.standard == Standard::Found) && self.is_strong(tree, root, most.known, total);
        if best.is_empty() || (self.standard == Standard::Found && !is_strong) {
            return weak(&best);
        }
        // A payload has few strangers; package.json may share a `description`.
        if own * 2 < total && !is_strong {
            return weak(&best);
        }
        // One name of several has to be one that a request cannot do without: `description` stands in all sorts of files.
        if most.known == 1 && total > 1 && !is_strong {
            best.retain(|found| has_telling(self.text, tree, root, found));
            if best.is_empty() {
                return Recognized::Other(STRANGER);
            }
        }
        if best.len() > 1 {
            let deep: Vec<(usize, Candidate<'r>)> = best
                .iter()
                .map(|found| (in_depth(self.text, tree, root, found), *found))
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

    /// Whether a record's names make a file that nobody named a request.
    fn is_strong(self, tree: &Tree, root: NodeId, known: usize, total: usize) -> bool {
        let is_distinctive = |key: NodeId| {
            let name = decode(self.text, tree.node(key));
            self.candidates
                .iter()
                .any(|candidate| candidate.is_distinctive(&name))
        };
        (known >= STRONG && known * 2 > total) || tree.members(root).any(|(key, _)| is_distinctive(key))
    }
}

/// What a record's names say of an endpoint; what it alone has counts before what it shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Names that no other endpoint has.
    alone: usize,
    /// Names that it has.
    known: usize,
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
        // Names that one endpoint alone has decide.
        let decided = [
            (
                r#"[{"ContactCode": "C-1", "InterfaceStatus": "ok"}]"#,
                "contact-interface-status",
            ),
            (
                r#"[{"ContactCode": "C-1", "UserName": "ann", "InterfaceStatus": "ok"}]"#,
                "contact-interface-status",
            ),
            (r#"[{"GroupName": "G", "ContactCode": "C-1"}]"#, "user-group"),
            (
                r#"[{"ContactCode": "C-1", "UserName": "ann", "LastName": "Lee"}]"#,
                "contact-details",
            ),
        ];
        for (text, endpoint) in decided {
            assert_eq!(taken_for(text), Recognized::Request(endpoint), "{text}");
        }
        // Not mandatory, but the key.
        let either = vec!["contact-details", "save-contact-authorization-details"];
        let text = r#"[{"UserName": "ann", "Other": 1}]"#;
        assert_eq!(taken_for(text), Recognized::OneOf(either), "{text}");
    }

    fn found(text: &str) -> Recognized<'static> {
        let known: Vec<_> = candidates().collect();
        recognize_as(text, &known, Standard::Found)
    }

    #[test]
    fn what_nobody_named_needs_strong_evidence() {
        let requests = [
            // A name that this API alone has, in any style.
            (
                r#"[{"client_contact_code": "C-1", "other": 1, "more": 2}]"#,
                "contact-interface-status",
            ),
            (
                r#"[{"contact-code": "C-1", "last-name": "Lee"}]"#,
                "contact-details",
            ),
            (r#"[{"Group": "G", "ContactCodes": []}]"#, "user-group"),
            (
                r#"[{"buDetails": {}, "userName": "ann"}]"#,
                "save-contact-authorization-details",
            ),
            // Four names that are most of the names.
            (
                r#"[{"user_name": "a", "first_name": "b", "last_name": "c", "email_address": "d", "x": 1}]"#,
                "contact-details",
            ),
            (
                r#"[{"groupName": "G", "description": "x", "isActive": true, "isOverRide": false}]"#,
                "user-group",
            ),
            // The next record has it.
            (r#"[{"Description": "x"}, {"ContactCodes": []}]"#, "user-group"),
        ];
        for (text, endpoint) in requests {
            assert_eq!(found(text), Recognized::Request(endpoint), "{text}");
        }
        let weak = [
            r#"[{"name": "a", "description": "b", "isActive": true}]"#,
            r#"{"address": {"city": "x"}, "firstName": "y"}"#,
            r#"[{"groupName": "G", "description": "x"}]"#,
            r#"{"users": [{"id": 1, "userName": "a", "firstName": "b", "lastName": "c"}]}"#,
            r#"[{"userName": "a", "firstName": "b", "lastName": "c", "isActive": true, "e": 1, "f": 1, "g": 1, "h": 1}]"#,
        ];
        for text in weak {
            let taken = found(text);
            assert!(matches!(taken, Recognized::Weak { .. }), "{text}: {taken:?}");
        }
        let strangers = [
            r#"[{"userName": "admin", "password": "x"}]"#,
            r#"{"name": "p", "version": "1.0.0", "description": "x", "dependencies": {}}"#,
            r#"[{"Description": "x"}]"#,
            r#"[{"InterfaceStatus": "up"}]"#,
        ];
        for text in strangers {
            let taken = found(text);
            assert!(matches!(taken, Recognized::Other(_)), "{text}: {taken:?}");
        }
        let either = r#"[{"ContactCode": "C-1", "UserName": "ann"}]"#;
        assert!(matches!(found(either), Recognized::OneOf(_)));
    }

    #[test]
    fn a_distinctive_name_is_so_in_every_endpoint() {
        for one in candidates() {
            let endpoint = one.endpoint().expect("it is compiled in");
            assert!(!endpoint.distinctive.is_empty(), "{}", endpoint.id);
            for id in &endpoint.distinctive {
                let name = &endpoint.record_table().property(*id).name;
                for other in candidates().filter(|other| other.knows(name)) {
                    assert!(other.is_distinctive(name), "{name} in {}", other.id());
                }
            }
        }
    }
}
