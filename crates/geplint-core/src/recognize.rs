//! Recognizes the endpoint of a request by the names in its first records.

use crate::json::{JsonKind, NodeId, Reader, Root, Tree, decode};
use crate::rules::{Candidate, Endpoint, Table, Type, property_like};
use crate::wrapper::{
    DEPTH_FOUND, Spot, Visit, has_all_mandatory, has_distinctive_name, has_labels, has_values, json_in,
    meant_names, visit,
};

/// The result of recognition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognized<'r> {
    /// A request to this endpoint.
    Request(&'r str),
    /// A request to one of several endpoints.
    OneOf(Vec<&'r str>),
    /// Several names of these endpoints, but too few for a file that the user did not name.
    Weak {
        /// The endpoints.
        ids: Vec<&'r str>,
        /// The reason.
        doubt: Doubt,
    },
    /// A response of the API.
    Response,
    /// Not a payload, with the reason. The text may not be JSON.
    Other(&'static str),
}

/// The reason why the evidence for a file that the user did not name is too weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Too few names.
    Names {
        /// The number of the endpoints' names that a record has.
        known: usize,
        /// The number of names of the record.
        names: usize,
    },
    /// The records are under too many names.
    Depth,
}

/// The evidence that a request requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// For a file that the user named: half of a record's names.
    Named,
    /// For a file that was found in a folder or passed by a tool: a name that only this API has, or four names of one
    /// endpoint that are most of a record's names.
    Found,
}

/// The highest number of records that are examined.
const RECORDS: usize = 3;

/// The number of names of one endpoint that make a found file a request, if they are most of a record's names.
pub(crate) const STRONG: usize = 4;

/// The number of names of one endpoint from which on a skipped file is mentioned.
const SEVERAL: usize = 2;

/// A single distinctive name counts only if at least one in this many names of the record is known, because no list
/// of other APIs is complete.
const PART: usize = 4;

/// The largest number of rows of a small table.
const SMALL: usize = 8;

/// The number of objects below a body that are examined. The first record of a payload is among them.
const OBJECTS: usize = 250;

/// The reason for a body that is neither an array nor an object.
const NO_CONTAINER: &str = "it contains neither a list nor an object";

/// The reason for a record of no endpoint.
const NO_ENDPOINT: &str = "its names match no endpoint";

/// The reason for a record that is `{}`.
const NO_NAMES: &str = "its records have no properties";

/// Examines the first records of a body that the user named.
pub fn recognize<'r>(text: &str, candidates: &[Candidate<'r>]) -> Recognized<'r> {
    recognize_as(text, candidates, Standard::Named)
}

/// Examines the first records of a body.
pub fn recognize_as<'r>(text: &str, candidates: &[Candidate<'r>], standard: Standard) -> Recognized<'r> {
    let recognizer = Recognizer {
        text,
        candidates,
        standard,
        in_string: false,
    };
    recognizer.body()
}

/// The state of one recognition.
#[derive(Clone, Copy)]
struct Recognizer<'l, 'r> {
    text: &'l str,
    candidates: &'l [Candidate<'r>],
    standard: Standard,
    /// True if the text is the content of a string.
    in_string: bool,
}

impl Recognized<'_> {
    /// Returns the weight of a result. Of several records, the first one with the highest weight counts.
    const fn weight(&self) -> usize {
        match self {
            Self::Request(_) | Self::Response => usize::MAX,
            Self::OneOf(_) => usize::MAX - 1,
            Self::Weak { doubt, .. } => match doubt {
                Doubt::Names { known, .. } => *known,
                Doubt::Depth => 1,
            },
            Self::Other(_) => 0,
        }
    }

    /// Returns the result for records that are too deep in a file that the user did not name.
    fn too_deep(self) -> Self {
        let doubt = Doubt::Depth;
        match self {
            Self::Request(id) => Self::Weak { ids: vec![id], doubt },
            Self::OneOf(ids) => Self::Weak { ids, doubt },
            _ => Self::Other(NO_CONTAINER),
        }
    }

    fn stronger(self, other: Self) -> Self {
        if other.weight() > self.weight() {
            other
        } else {
            self
        }
    }
}

impl<'r> Recognizer<'_, 'r> {
    fn body(self) -> Recognized<'r> {
        let mut reader = Reader::new(self.text);
        let mut tree = Tree::default();
        match reader.root(&mut tree) {
            Root::Nothing => Recognized::Other("it contains nothing to read"),
            Root::List { .. } => self.first_records(&mut reader, &mut tree),
            Root::Value => match tree.root() {
                Some(root) if is_envelope(self.text, &tree, root) => Recognized::Response,
                Some(root) => match other_document(self.text, &tree, root) {
                    Some(reason) => Recognized::Other(reason),
                    None => self.value(&tree, root),
                },
                None => Recognized::Other(NO_CONTAINER),
            },
        }
    }

    fn first_records(self, reader: &mut Reader<'_>, tree: &mut Tree) -> Recognized<'r> {
        let mut best = Recognized::Other("its list contains no object");
        for _ in 0..RECORDS {
            if !reader.next_record(tree) {
                break;
            }
            let Some(root) = tree.root() else { continue };
            let mut found = self.value(tree, root);
            if let Recognized::Other(_) | Recognized::Weak { .. } = found
                && let Some(id) = self.by_small_table(tree, root)
            {
                found = Recognized::Request(id);
            }
            if let Recognized::Request(_) = found {
                return found;
            }
            if !matches!(found, Recognized::Other(NO_CONTAINER)) {
                best = match best {
                    Recognized::Other(_) => found,
                    best => best.stronger(found),
                };
            }
        }
        best
    }

    /// Returns the endpoint with a small table that has all names of a record in this spelling, one of them a
    /// specific name, if no other endpoint has them. Such a record lacks most mandatory properties.
    fn by_small_table(self, tree: &Tree, root: NodeId) -> Option<&'r str> {
        let mut fitting = self.candidates.iter().filter(|candidate| {
            tree.members(root).next().is_some()
                && tree
                    .members(root)
                    .all(|(key, _)| candidate.knows(&decode(self.text, tree.node(key))))
        });
        let (only, None) = (fitting.next()?, fitting.next()) else {
            return None;
        };
        let endpoint = only.endpoint()?;
        let rows = &endpoint.record_table().properties;
        let spelled = |name: &str| rows.iter().any(|row| row.name == name);
        let mut names = tree
            .members(root)
            .map(|(key, _)| decode(self.text, tree.node(key)));
        let is_whole = rows.len() <= SMALL
            && names.all(|name| spelled(&name))
            && has_distinctive_name(self.text, tree, root, endpoint)
            && has_values(self.text, tree, root, endpoint.record_table());
        is_whole.then(|| only.id())
    }

    /// Examines a record, or a value that wraps records.
    fn value(self, tree: &Tree, root: NodeId) -> Recognized<'r> {
        let own = if tree.node(root).kind == JsonKind::Object {
            self.by_names(tree, root)
        } else {
            Recognized::Other(NO_CONTAINER)
        };
        match own {
            Recognized::Other(_) | Recognized::Weak { .. } => match self.wrapped(tree, root) {
                Recognized::Other(NO_CONTAINER) => own,
                found => own.stronger(found),
            },
            // Common names may be those of the wrapper.
            Recognized::Request(id) if !self.is_certain(tree, root, id) => match self.wrapped(tree, root) {
                Recognized::Request(inside) => Recognized::Request(inside),
                _ => own,
            },
            found => found,
        }
    }

    /// Returns true if an object has a name that is mandatory for the endpoint, or that no other API has.
    fn is_certain(self, tree: &Tree, root: NodeId, id: &str) -> bool {
        let endpoint = self.candidates.iter().find(|candidate| candidate.id() == id);
        let endpoint = endpoint.and_then(Candidate::endpoint);
        endpoint.is_some_and(|endpoint| has_distinctive_name(self.text, tree, root, endpoint))
    }

    /// Examines records under other names, in further arrays or in a string.
    fn wrapped(self, tree: &Tree, root: NodeId) -> Recognized<'r> {
        let mut best = Recognized::Other(NO_CONTAINER);
        let mut left = OBJECTS;
        visit(self.text, tree, root, RECORDS, &mut |spot, depth| {
            if left == 0 {
                return Visit::Stop;
            }
            left -= 1;
            let found = match spot {
                Spot::Object(object) if object == root => return Visit::Below,
                // One common name may be chance at this depth.
                Spot::Object(object) if tree.members(object).nth(1).is_none() => {
                    return Visit::Below;
                }
                Spot::Object(object) => self.by_names(tree, object),
                Spot::Text(node) => match json_in(self.text, tree, node) {
                    Some(text) if !self.in_string => self.within(&text),
                    _ => return Visit::Skip,
                },
            };
            let found = if self.standard == Standard::Found && depth > DEPTH_FOUND {
                found.too_deep()
            } else {
                found
            };
            let is_request = matches!(found, Recognized::Request(_));
            if found.weight() > best.weight() {
                best = found;
            }
            if is_request { Visit::Stop } else { Visit::Below }
        });
        best
    }

    /// The same for the content of a string.
    fn within(self, text: &str) -> Recognized<'r> {
        let recognizer = Recognizer {
            text,
            candidates: self.candidates,
            standard: self.standard,
            in_string: true,
        };
        match recognizer.body() {
            Recognized::Response => Recognized::Other(NO_CONTAINER),
            found => found,
        }
    }

    /// Returns the score of each endpoint, the number of the record's names, and the number of them that any endpoint
    /// has.
    fn scores(self, tree: &Tree, root: NodeId) -> (Vec<Score>, usize, usize) {
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
        (scores, total, known)
    }

    /// Scores a record against each endpoint: by names that only this endpoint has, then by all names that it has,
    /// then by names in nested objects.
    fn by_names(self, tree: &Tree, root: NodeId) -> Recognized<'r> {
        let (scores, total, known) = self.scores(tree, root);
        if total == 0 {
            return Recognized::Other(NO_NAMES);
        }
        let most = scores.iter().copied().max().unwrap_or_default();
        let mut best: Vec<Candidate<'r>> = self
            .candidates
            .iter()
            .zip(&scores)
            .filter(|(_, score)| most.known > 0 && **score == most)
            .map(|(found, _)| *found)
            .collect();
        // If only one endpoint has exclusive names, shared names do not count against it.
        let is_exclusive = most.alone > 0 && scores.iter().filter(|score| score.alone > 0).count() == 1;
        let own = if is_exclusive { known } else { most.known };
        let few_match = own * 2 < total || (most.known == 1 && total > 1);
        let distinctive = if few_match || self.standard == Standard::Found {
            self.distinctive(tree, root)
        } else {
            0
        };
        // A skipped file is mentioned if much of it looks like a payload.
        let similar =
            own >= SEVERAL && own * 2 >= total || distinctive > 0 || self.has_synonyms(tree, root, &best);
        let is_named = self.standard == Standard::Named;
        // If its names do not decide, their synonyms may.
        let is_unclear = own * 2 < total || (own == 1 && total > 1);
        if is_named
            && is_unclear
            && distinctive > 0
            && let Some(found) = self.by_meaning(tree, root, false)
        {
            return found;
        }
        // Reported only if naming the file would make it a request.
        let is_named_request = || {
            let named = Self {
                standard: Standard::Named,
                ..self
            };
            matches!(
                named.by_names(tree, root),
                Recognized::Request(_) | Recognized::OneOf(_)
            )
        };
        let doubt = Doubt::Names {
            known: own,
            names: total,
        };
        let weak = |best: &[Candidate<'r>]| match self.standard {
            Standard::Found if similar && !self.is_schema(tree, root, best) && is_named_request() => {
                Recognized::Weak {
                    ids: best.iter().map(Candidate::id).collect(),
                    doubt,
                }
            }
            Standard::Found => Recognized::Other(NO_ENDPOINT),
            // All its names may be those of another system.
            Standard::Named => self
                .by_meaning(tree, root, true)
                .unwrap_or(Recognized::Other(NO_ENDPOINT)),
        };
        let is_strong = (few_match || self.standard == Standard::Found)
            && (distinctive > 1
                || (distinctive == 1 && (own * PART >= total || self.is_complete(tree, root, &best)))
                || (most.known >= STRONG
                    && most.known * 2 > total
                    && (distinctive > 0 || !self.is_of_labels(tree, root, &best)))
                || (own * PART >= total && self.has_nested_name(tree, root, &best)));
        if best.is_empty() || (self.standard == Standard::Found && !is_strong) {
            return weak(&best);
        }
        // A payload has few unknown names; package.json may have a `description`.
        if own * 2 < total && !is_strong {
            return weak(&best);
        }
        // If only one of several names matches, it must be mandatory: `description` occurs in many files.
        if most.known == 1 && total > 1 && !is_strong {
            best.retain(|found| {
                let endpoint = found.endpoint();
                endpoint.is_some_and(|endpoint| has_distinctive_name(self.text, tree, root, endpoint))
            });
            if best.is_empty() {
                return weak(&best);
            }
        }
        if best.len() > 1 {
            best = self.deepest(tree, root, best);
        }
        if self.standard == Standard::Found && self.is_schema(tree, root, &best) {
            return Recognized::Other("its values are those of a schema");
        }
        // The message for a skipped file has the endpoint as which it is checked if the user names it.
        if self.standard == Standard::Found
            && best.len() > 1
            && is_unclear
            && let Some(Recognized::Request(id)) = self.by_meaning(tree, root, false)
        {
            return Recognized::Weak { ids: vec![id], doubt };
        }
        match best.as_slice() {
            [one] => Recognized::Request(one.id()),
            several => Recognized::OneOf(several.iter().map(Candidate::id).collect()),
        }
    }

    /// Returns true if a found record has names of one endpoint only, one of them mandatory, and a synonym of another
    /// of its properties.
    fn has_synonyms(self, tree: &Tree, root: NodeId, best: &[Candidate<'r>]) -> bool {
        let [only] = best else { return false };
        let is_record = self.standard == Standard::Found
            && only
                .endpoint()
                .is_some_and(|endpoint| has_distinctive_name(self.text, tree, root, endpoint));
        let several = tree.members(root).nth(SEVERAL - 1).is_some();
        is_record && several && self.by_meaning(tree, root, false) == Some(Recognized::Request(only.id()))
    }

    /// Returns true if a record has all mandatory names of one of these endpoints.
    fn is_complete(self, tree: &Tree, root: NodeId, best: &[Candidate<'r>]) -> bool {
        let mut endpoints = best.iter().filter_map(Candidate::endpoint);
        endpoints.any(|endpoint| has_all_mandatory(self.text, tree, root, endpoint.record_table()))
    }

    /// Returns true if the values of an object are those of a schema, for all of these endpoints.
    fn is_schema(self, tree: &Tree, root: NodeId, best: &[Candidate<'r>]) -> bool {
        let endpoints = best.iter().filter_map(Candidate::endpoint);
        let mut tables = endpoints.map(Endpoint::record_table).peekable();
        tables.peek().is_some() && tables.all(|table| !has_values(self.text, tree, root, table))
    }

    /// Returns true if a found object has names of a record, but with labels or types as values.
    fn is_of_labels(self, tree: &Tree, root: NodeId, best: &[Candidate<'r>]) -> bool {
        let mut endpoints = best.iter().filter_map(Candidate::endpoint);
        self.standard == Standard::Found
            && endpoints.any(|endpoint| has_labels(self.text, tree, root, endpoint.record_table()))
    }

    /// Returns true if a record has names of one endpoint only, one of them mandatory, and a distinctive name in an
    /// object inside it.
    fn has_nested_name(self, tree: &Tree, root: NodeId, best: &[Candidate<'r>]) -> bool {
        let [only] = best else { return false };
        let is_record = only
            .endpoint()
            .is_some_and(|endpoint| has_distinctive_name(self.text, tree, root, endpoint));
        let inside = tree.members(root).flat_map(|(_, value)| {
            let elements = tree.elements(value).take(RECORDS);
            std::iter::once(value).chain(elements)
        });
        is_record
            && inside
                .into_iter()
                .any(|object| self.distinctive(tree, object) > 0)
    }

    /// Returns the endpoints that have most of the names in the objects within a record.
    fn deepest(self, tree: &Tree, root: NodeId, best: Vec<Candidate<'r>>) -> Vec<Candidate<'r>> {
        let deep: Vec<(usize, Candidate<'r>)> = best
            .into_iter()
            .map(|found| (in_depth(self.text, tree, root, &found), found))
            .collect();
        let most = deep.iter().map(|(known, _)| *known).max().unwrap_or(0);
        let deep = deep.into_iter().filter(|(known, _)| *known == most);
        deep.map(|(_, found)| found).collect()
    }

    /// Returns the endpoint that has at least half of a record's names, or synonyms of them. Names of nested objects
    /// count if they are on the record. If `strict`, several of the names must mean mandatory properties.
    ///
    /// Of endpoints with equal numbers, one without a missing mandatory property comes first.
    fn by_meaning(self, tree: &Tree, root: NodeId, strict: bool) -> Option<Recognized<'r>> {
        /// The number of names that an endpoint has, and the endpoints with that number.
        type Ranked<'r> = ((usize, bool, usize), Vec<&'r str>);
        let mut best: Option<Ranked<'r>> = None;
        for candidate in self.candidates {
            let Some(endpoint) = candidate.endpoint() else {
                continue;
            };
            let meant = meant_names(self.text, tree, root, endpoint);
            let (rows, inside) = (&meant.rows, meant.inside);
            let is_strict = rows.len() + inside >= STRONG && meant.is_record(endpoint.record_table());
            if rows.is_empty() || !meant.is_most() || strict && !is_strict {
                continue;
            }
            let has_all = endpoint
                .record_table()
                .rows()
                .all(|(id, row)| row.required.is_none() || rows.contains(&id));
            let score = (rows.len(), has_all, inside);
            match &mut best {
                Some((most, ids)) if *most == score => ids.push(candidate.id()),
                Some((most, _)) if *most > score => {}
                _ => best = Some((score, vec![candidate.id()])),
            }
        }
        let (_, ids) = best?;
        Some(match ids.as_slice() {
            [one] => Recognized::Request(one),
            _ => Recognized::OneOf(ids),
        })
    }

    /// Returns the number of a record's names that only this API is known to have.
    fn distinctive(self, tree: &Tree, root: NodeId) -> usize {
        let is_distinctive = |key: NodeId| {
            let name = decode(self.text, tree.node(key));
            self.candidates
                .iter()
                .any(|candidate| candidate.is_distinctive(&name))
        };
        tree.members(root).filter(|(key, _)| is_distinctive(*key)).count()
    }
}

/// The score of an endpoint. Exclusive names count before shared ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// The number of names that no other endpoint has.
    alone: usize,
    /// The number of names that it has.
    known: usize,
}

/// Returns true if an object has two members of the response envelope.
fn is_envelope(text: &str, tree: &Tree, root: NodeId) -> bool {
    let names = ["statusCode", "errorDetails", "successDetails"];
    let known = tree.members(root).filter(|(key, _)| {
        let name = decode(text, tree.node(*key));
        names.iter().any(|known| known.eq_ignore_ascii_case(&name))
    });
    known.take(2).count() == 2
}

/// A kind of document that is not a payload, but may contain its names.
struct OtherDocument {
    /// The reason that is shown.
    reason: &'static str,
    /// A property with a string that contains this text.
    mark: (&'static str, &'static str),
    /// Further properties, of which it has at least one. If empty, the mark is enough.
    others: &'static [&'static str],
}

/// The kinds of documents with distinctive marks. Their names are case-sensitive. `$schema` alone is not a mark,
/// because editors use it in any file.
const OTHER_DOCUMENTS: &[OtherDocument] = &[
    OtherDocument {
        reason: "it is a JSON Schema",
        mark: ("$schema", "json-schema.org/"),
        others: &[],
    },
    OtherDocument {
        reason: "it is a JSON Schema",
        mark: ("$schema", ""),
        others: &["properties", "$defs", "definitions", "patternProperties"],
    },
    OtherDocument {
        reason: "it is a JSON Schema",
        mark: ("type", "object"),
        others: &["properties", "patternProperties"],
    },
    OtherDocument {
        reason: "it is an OpenAPI document",
        mark: ("openapi", ""),
        others: &["info", "paths", "components", "webhooks"],
    },
    OtherDocument {
        reason: "it is an OpenAPI document",
        mark: ("swagger", ""),
        others: &["info", "paths", "definitions"],
    },
    OtherDocument {
        reason: "it is an AsyncAPI document",
        mark: ("asyncapi", ""),
        others: &["info", "channels", "components"],
    },
    OtherDocument {
        reason: "it is a package manifest",
        mark: ("version", ""),
        others: &[
            "dependencies",
            "devDependencies",
            "peerDependencies",
            "scripts",
            "lockfileVersion",
        ],
    },
];

/// Returns the reason why an object is a document of another kind.
fn other_document(text: &str, tree: &Tree, root: NodeId) -> Option<&'static str> {
    if tree.node(root).kind != JsonKind::Object {
        return None;
    }
    let is_marked = |(mark, part): (&str, &str)| {
        tree.members(root).any(|(key, value)| {
            let value = tree.node(value);
            value.kind == JsonKind::String
                && decode(text, tree.node(key)) == mark
                && decode(text, value).contains(part)
        })
    };
    let has = |names: &[&str]| {
        let mut keys = tree.members(root).map(|(key, _)| decode(text, tree.node(key)));
        names.is_empty() || keys.any(|key| names.contains(&&*key))
    };
    let found = OTHER_DOCUMENTS
        .iter()
        .find(|kind| is_marked(kind.mark) && has(kind.others))?;
    Some(found.reason)
}

fn in_depth(text: &str, tree: &Tree, root: NodeId, candidate: &Candidate<'_>) -> usize {
    candidate.endpoint().map_or(0, |endpoint| {
        nested(text, tree, root, endpoint, endpoint.record_table())
    })
}

/// Counts the known names in all nested objects, each in its table. A value of the declared container type counts,
/// too.
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
    fn a_common_name_among_others_is_no_evidence() {
        let not_requests = [
            r#"[{"description": "x", "decoded": "y"}]"#,
            r#"{"description": "x", "decoded": "y"}"#,
            r#"[[{"description": "x", "decoded": "y"}]]"#,
            r#"{"primaryIdentifier": ["x"], "properties": {"Description": {}, "Id": {}}}"#,
            r#"[{"id": 1, "is_active": true}]"#,
            r#"[{"TimeZone": "UTC", "Offset": 0}, {"TimeZone": "CET", "Offset": 1}]"#,
        ];
        for text in not_requests {
            let taken = taken_for(text);
            assert!(matches!(taken, Recognized::Other(_)), "{text}: {taken:?}");
        }
    }

    #[test]
    fn a_record_without_names_is_not_said_to_have_other_names() {
        for text in ["{}", "[{}]", "[{}, {}]"] {
            assert_eq!(taken_for(text), Recognized::Other(NO_NAMES), "{text}");
        }
        assert_eq!(taken_for(r#"[{}, {"Other": 1}]"#), Recognized::Other(NO_ENDPOINT));
    }

    #[test]
    fn one_name_is_enough_if_it_is_distinctive_or_alone() {
        let requests = [
            // Mandatory.
            (r#"[{"ContactCodes": [], "Other": 1}]"#, "user-group"),
            (r#"[{"FirstName": "Ann", "Other": 1}]"#, "contact-details"),
            (
                r#"{"data": [{"interface_status": "Success", "Other": 1}]}"#,
                "contact-interface-status",
            ),
            // The only name.
            (r#"[{"Description": "x"}]"#, "user-group"),
            // One of several.
            (
                r#"[{"Description": "x", "IsOverRide": true, "Other": 1}]"#,
                "user-group",
            ),
            // The next record decides.
            (
                r#"[{"Description": "x", "Other": 1}, {"GroupName": "G", "Other": 1}]"#,
                "user-group",
            ),
        ];
        for (text, endpoint) in requests {
            assert_eq!(taken_for(text), Recognized::Request(endpoint), "{text}");
        }
        // Names that only one endpoint has decide.
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

    #[test]
    fn a_named_file_is_recognized_by_the_names_of_other_systems() {
        let requests = [
            (
                r#"[{"ContactCode": "C-1", "GivenName": "A", "Surname": "B", "Mail": "a@example.com", "Login": "u", "Title": "x"}]"#,
                "contact-details",
            ),
            (
                r#"[{"ContactCode": "C-1", "Status": "success"}]"#,
                "contact-interface-status",
            ),
        ];
        for (text, endpoint) in requests {
            assert_eq!(taken_for(text), Recognized::Request(endpoint), "{text}");
        }
        // Without a distinctive name, and with too few of the names, it is not a request.
        for text in [
            r#"[{"GivenName": "A", "Surname": "B", "Mail": "a@example.com"}]"#,
            r#"[{"ContactCode": "C-1", "a": 1, "b": 2, "c": 3, "d": 4}]"#,
        ] {
            assert!(matches!(taken_for(text), Recognized::Other(_)), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_to_be_named_is_a_request_then() {
        let text = r#"[{"ContactCode": "C-1", "PersonaCode": "588", "ActivityCode": "101", "EntityCode": "A", "LobType": "Belonging"}]"#;
        assert!(matches!(found(text), Recognized::Weak { .. }));
        assert!(matches!(taken_for(text), Recognized::OneOf(_)));
    }

    fn found(text: &str) -> Recognized<'static> {
        let known: Vec<_> = candidates().collect();
        recognize_as(text, &known, Standard::Found)
    }

    #[test]
    fn found_files_need_strong_evidence() {
        let requests = [
            // A name that only this API has, in any style.
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
            // All mandatory names, one of them distinctive, among any others.
            (
                r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "x", "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}]"#,
                "contact-interface-status",
            ),
            // A distinctive name in an object inside.
            (
                r#"[{"group_name": "G", "members": [{"contact_code": "C-1"}]}]"#,
                "user-group",
            ),
            // Marks of a converter from XML.
            (
                r#"[{"@ContactCode": "C-1", "ns1:LastName": "Lee"}]"#,
                "contact-details",
            ),
            // All names of a record, one of them specific.
            (r#"[{"InterfaceStatus": "Success"}]"#, "contact-interface-status"),
            (r#"[{"GroupName": "G"}]"#, "user-group"),
            // Wrapped.
            (
                r#"{"d": {"results": [{"ClientContactCode": "C-1", "Other": 1}]}}"#,
                "contact-interface-status",
            ),
            (
                r#"{"body": "[{\"ContactCodes\": [], \"Other\": 1}]"}"#,
                "user-group",
            ),
            // The next record has a distinctive name.
            (r#"[{"Description": "x"}, {"ContactCodes": []}]"#, "user-group"),
        ];
        for (text, endpoint) in requests {
            assert_eq!(found(text), Recognized::Request(endpoint), "{text}");
        }
        let weak = [
            r#"[{"name": "a", "description": "b", "isActive": true}]"#,
            r#"{"address": {"city": "x"}, "firstName": "y"}"#,
            r#"[{"FirstName": "Ann", "LastName": "Lee"}]"#,
            r#"[{"groupName": "G", "description": "x"}]"#,
            r#"{"users": [{"id": 1, "userName": "a", "firstName": "b", "lastName": "c"}]}"#,
            r#"[{"userName": "a", "firstName": "b", "lastName": "c", "isActive": true, "e": 1, "f": 1, "g": 1, "h": 1}]"#,
            // Another word for the second name.
            r#"[{"group_name": "G", "members": ["C-1"]}]"#,
            // Labels and types.
            r#"{"userName": "Benutzer", "firstName": "Vorname", "lastName": "Name", "emailAddress": "E-Mail"}"#,
            r#"{"form": {"userName": "User", "firstName": "Given", "lastName": "Family", "address": "Address"}}"#,
            r#"{"User": {"userName": "string", "firstName": "string", "lastName": "string", "regions": "array"}}"#,
        ];
        for text in weak {
            let taken = found(text);
            assert!(matches!(taken, Recognized::Weak { .. }), "{text}: {taken:?}");
        }
        let not_requests = [
            r#"[{"userName": "admin", "password": "x"}]"#,
            // One of many names is not enough, and naming the file would not help.
            r#"[{"id": 1, "contactCode": "91", "a": 1, "b": 1, "c": 1}]"#,
            r#"{"name": "p", "version": "1.0.0", "description": "x", "dependencies": {}}"#,
            r#"[{"Description": "x"}]"#,
            r#"[{"interfaceStatus": "up"}]"#,
            r#"[{"description": "G", "members": [{"contact_code": "C-1"}]}]"#,
            r#"{"InterfaceStatus": "up"}"#,
            // A schema.
            r#"{"properties": {"ClientContactCode": {"type": "string"}}}"#,
        ];
        for text in not_requests {
            let taken = found(text);
            assert!(matches!(taken, Recognized::Other(_)), "{text}: {taken:?}");
        }
        let either = r#"[{"ContactCode": "C-1", "UserName": "ann"}]"#;
        assert!(matches!(found(either), Recognized::OneOf(_)));
    }

    #[test]
    fn a_document_of_another_kind_is_no_request_whatever_names_it_has() {
        let names =
            r#""ContactCode": {}, "FirstName": {}, "LastName": {}, "UserName": {}, "ContactCodes": {}"#;
        for kind in OTHER_DOCUMENTS {
            let (mark, part) = kind.mark;
            let marked = format!(r#""{mark}": "http://{part}x""#);
            let others = kind
                .others
                .iter()
                .map(|other| format!(r#""{other}": {{{names}}}, "#));
            let all_others: Vec<String> = if kind.others.is_empty() {
                vec![String::new()]
            } else {
                others.collect()
            };
            for other in all_others {
                let text = format!("{{{marked}, {other}{names}}}");
                assert_eq!(taken_for(&text), Recognized::Other(kind.reason), "{text}");
                assert_eq!(found(&text), Recognized::Other(kind.reason), "{text}");
            }
            // The mark alone may be for an editor, and the names alone may be those of a payload.
            for text in [
                format!(r#"{{"{mark}": "x", {names}}}"#),
                format!(r#"{{"{mark}": {{}}, {names}}}"#),
                format!(r#"{{"properties": {{}}, "info": {{}}, "scripts": {{}}, {names}}}"#),
            ] {
                assert!(!matches!(taken_for(&text), Recognized::Other(_)), "{text}");
            }
        }
    }

    #[test]
    fn a_skipped_file_is_said_to_be_what_it_is_when_named() {
        for text in [
            r#"[{"ContactCode": "C-1", "Status": "Success"}]"#,
            r#"[{"ContactCode": "C-1", "State": "Success", "Other": 1}]"#,
            r#"[{"ContactCode": "C-1"}]"#,
        ] {
            match (taken_for(text), found(text)) {
                (Recognized::Request(named), Recognized::Weak { ids, .. }) => {
                    assert_eq!(ids, [named], "{text}");
                }
                (Recognized::OneOf(named), Recognized::OneOf(ids)) => assert_eq!(ids, named, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_distinctive_name_is_distinctive_in_all_endpoints_with_it() {
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
