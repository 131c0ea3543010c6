//! Records that are not directly in the array of the body: under a name, in an extra array, or in a string.
//!
//! They are checked in place: the engine reads an array of the records as a text of the same length, in which the
//! text around the records is replaced by whitespace.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use super::checked_body::Checked;
use super::messages;
use super::new_finding::{Place, push_number};
use super::record_state::{Buffers, Linter};
use crate::finding::{Basis, Finding, FixKind, Phase, Severity, Span, Target};
use crate::json::{JsonKind, NodeId, Reader, Root, Tree, decode};
use crate::placeholders::Template;
use crate::pointer::push as push_token;
use crate::predict::mask;
use crate::rules::{Endpoint, quoted};
use crate::tenant::Facts;
use crate::wrapper::{
    DEPTH, has_distinctive_name, is_record, is_record_of_synonyms, json_in, names, places_of_json_in,
};

/// Changes of a text: each span with its replacement.
pub(super) type Edits = Vec<(Span, String)>;

/// Words in the names of numbers that count records.
const COUNTS: [&str; 7] = [
    "count",
    "total",
    "size",
    "length",
    "itemsperpage",
    "numfound",
    "rows",
];

/// Names, in lower case, that say what is to be done with the records below, or what became of them.
const OPERATIONS: [&str; 16] = [
    "add", "added", "create", "created", "insert", "update", "updated", "upsert", "delete", "deleted",
    "remove", "removed", "old", "before", "disabled", "errors",
];

/// Returns true if a name in lower case is about the format, and its value is no data.
fn is_of_format(name: &str) -> bool {
    let starts = ["@xmlns", "xmlns:", "@xsi:", "xsi:"];
    let names = [
        "xmlns",
        "$schema",
        "@odata.context",
        "odata.context",
        "odata.metadata",
        "@odata.type",
        "__metadata",
    ];
    starts.iter().any(|start| name.starts_with(start)) || names.contains(&name)
}

/// A record, or a string that contains records.
#[derive(Debug)]
pub(super) struct Piece {
    /// Its span in the file.
    pub(super) span: Span,
    /// Its pointer.
    pointer: String,
    /// The number of tokens at the end of the pointer that are indices.
    indices: usize,
    /// The JSON inside, if it is a string.
    json: Option<String>,
    /// The records in this JSON, if they are wrapped there, too: their spans in it, and their place.
    inside: Option<(Vec<Span>, String)>,
}

/// All records below one value.
#[derive(Debug)]
pub(super) struct Wrapped {
    pieces: Vec<Piece>,
    /// The span of the value.
    around: Span,
    /// The span of the array that contains all of the records and nothing else.
    list: Option<Span>,
    /// True if removing the text around the records would lose data.
    lossy: bool,
    /// Numbers next to the records. Each is either the number of records or data that would be lost.
    numbers: Vec<String>,
    /// The name of a link to further records, such as `@odata.nextLink`.
    next_page: Option<String>,
}

/// Finds the records below a value that is not a record itself. `pointer` is the pointer of the value.
///
/// `like` is a record below an earlier element.
pub(super) fn find(
    text: &str,
    tree: &Tree,
    root: NodeId,
    endpoint: &Endpoint,
    pointer: &str,
    like: Option<&Piece>,
) -> Option<Wrapped> {
    search((text, tree, root), endpoint, pointer, like, false)
}

/// The same. If `in_string`, the text is the JSON in a string, and the strings in it are not searched.
fn search(
    (text, tree, root): (&str, &Tree, NodeId),
    endpoint: &Endpoint,
    pointer: &str,
    like: Option<&Piece>,
    in_string: bool,
) -> Option<Wrapped> {
    let mut search = Search {
        text,
        tree,
        endpoint,
        root,
        in_string,
        in_element: !pointer.is_empty(),
        like: like.map(|piece| below_element(&piece.pointer, piece.indices)),
        pointer: pointer.to_owned(),
        objects: Vec::new(),
        strings: Vec::new(),
        lossy: false,
        numbers: Vec::new(),
        next_page: None,
    };
    search.below(root, 0, usize::from(!pointer.is_empty()));
    let Search {
        objects,
        strings,
        lossy,
        numbers,
        next_page,
        ..
    } = search;
    let pieces = if objects.is_empty() { strings } else { objects };
    let list = one_list(text, tree, root, &pieces);
    (!pieces.is_empty()).then_some(Wrapped {
        pieces,
        around: tree.node(root).span,
        list,
        lossy,
        numbers,
        next_page,
    })
}

/// Returns true if an element of the body is not a record, but may contain records.
pub(super) fn may_wrap(text: &str, tree: &Tree, element: NodeId, endpoint: &Endpoint) -> bool {
    match tree.node(element).kind {
        JsonKind::Object => !is_record(text, tree, element, endpoint),
        JsonKind::Array => true,
        JsonKind::String => json_in(text, tree, element).is_some(),
        _ => false,
    }
}

/// Returns true if a body that is one object is a record: it has more names of a record than one common name.
pub(super) fn is_bare(text: &str, tree: &Tree, root: NodeId, endpoint: &Endpoint) -> bool {
    match names(text, tree, root, endpoint.record_table()) {
        0 => is_record_of_synonyms(text, tree, root, endpoint),
        1 => {
            has_distinctive_name(text, tree, root, endpoint)
                || is_record_of_synonyms(text, tree, root, endpoint)
        }
        _ => true,
    }
}

/// Returns the array whose elements are all pieces, if it has no other elements.
fn one_list(text: &str, tree: &Tree, root: NodeId, pieces: &[Piece]) -> Option<Span> {
    let first = pieces.first().filter(|piece| piece.json.is_none())?;
    let last = pieces.last()?;
    let holds = |id: &NodeId| {
        let node = tree.node(*id);
        let bytes = |start: u32, end: u32| Span::new(start, end).of(text).trim();
        node.kind == JsonKind::Array
            && node.span.start < first.span.start
            && last.span.end < node.span.end
            && bytes(node.span.start + 1, first.span.start).is_empty()
            && bytes(last.span.end, node.span.end - 1).is_empty()
            && tree.elements(*id).count() == pieces.len()
    };
    let array = tree.within(root).find(holds)?;
    Some(tree.node(array).span)
}

struct Search<'s> {
    text: &'s str,
    tree: &'s Tree,
    endpoint: &'s Endpoint,
    root: NodeId,
    in_string: bool,
    in_element: bool,
    /// The names around the records of an earlier element.
    like: Option<&'s str>,
    pointer: String,
    objects: Vec<Piece>,
    strings: Vec<Piece>,
    lossy: bool,
    numbers: Vec<String>,
    next_page: Option<String>,
}

impl Search<'_> {
    fn piece_count(&self) -> usize {
        self.objects.len() + self.strings.len()
    }

    /// Searches below a node. The recursion is as deep as the tree, which the reader limits.
    fn below(&mut self, node: NodeId, depth: usize, indices: usize) {
        let length = self.pointer.len();
        match self.tree.node(node).kind {
            JsonKind::Object if node != self.root && self.is_record(node, indices) => {
                let piece = self.piece(node, indices, None);
                self.objects.push(piece);
            }
            JsonKind::Object if depth < DEPTH => self.members(node, depth),
            JsonKind::Array => {
                for (index, element) in (0..).zip(self.tree.elements(node)) {
                    let before = self.piece_count();
                    self.pointer.push('/');
                    push_number(&mut self.pointer, index);
                    self.below(element, depth, indices + 1);
                    self.pointer.truncate(length);
                    if self.piece_count() == before {
                        self.lossy |= self.has_data(element);
                    }
                }
            }
            JsonKind::String if !self.in_string => self.string(node, indices),
            _ => {}
        }
    }

    /// Searches the JSON in a string.
    fn string(&mut self, node: NodeId, indices: usize) {
        let Some(json) = json_in(self.text, self.tree, node) else {
            return;
        };
        let inside = if holds_records(&json, self.endpoint) {
            None
        } else if let Some(wrapped) = wrapped_in(&json, self.endpoint) {
            self.lossy |= wrapped.lossy;
            self.numbers.extend(wrapped.numbers);
            let place = wrapped.pieces.first().map_or("", Piece::list).to_owned();
            Some((wrapped.pieces.iter().map(|piece| piece.span).collect(), place))
        } else {
            return;
        };
        let piece = self.piece(node, indices, Some(json.into_owned()));
        self.strings.push(Piece { inside, ..piece });
    }

    /// Returns true if an object is a record. Below an element of the body, one name is enough only next to other
    /// records, because payloads of other endpoints have objects with common names.
    fn is_record(&self, object: NodeId, indices: usize) -> bool {
        let table = self.endpoint.record_table();
        is_record(self.text, self.tree, object, self.endpoint)
            && (!self.in_element
                || names(self.text, self.tree, object, table) > 1
                || is_record_of_synonyms(self.text, self.tree, object, self.endpoint)
                || self.is_beside_records(indices))
    }

    /// Returns true if there are earlier records under the same names.
    fn is_beside_records(&self, indices: usize) -> bool {
        let first = self.objects.first();
        let first = first.map(|piece| below_element(&piece.pointer, piece.indices));
        let here = below_element(&self.pointer, indices);
        first.or(self.like) == Some(here)
    }

    fn members(&mut self, object: NodeId, depth: usize) {
        let length = self.pointer.len();
        let mut holders = 0;
        for (key, value) in self.tree.members(object) {
            let name = decode(self.text, self.tree.node(key));
            let before = self.piece_count();
            self.pointer.push('/');
            push_token(&mut self.pointer, &name);
            self.below(value, depth + 1, 0);
            self.pointer.truncate(length);
            let found = self.piece_count() - before;
            if found == 0 {
                self.note_other_member(&name, value);
                continue;
            }
            holders += 1;
            self.lossy |= OPERATIONS.contains(&&*name.to_ascii_lowercase());
            // If there are several records, the name of each is its id. A name with a digit is also an id.
            let own = name.rsplit_once(':').map_or(&*name, |(_, own)| own);
            let is_id = holders > 1 || own.contains(|c: char| c.is_ascii_digit() || c == '@');
            let first_is_id = holders == 2;
            self.lossy |= is_id && !self.repeats(&name, value) && !is_number(&name, holders);
            if first_is_id && let Some((first, record)) = self.first_holder(object) {
                self.lossy |= !self.repeats(&first, record) && !is_number(&first, 1);
            }
        }
    }

    /// Returns the first member of an object whose value is an object, an array or a string.
    fn first_holder(&self, object: NodeId) -> Option<(String, NodeId)> {
        let mut members = self.tree.members(object);
        let (key, value) = members.find(|(_, value)| {
            matches!(
                self.tree.node(*value).kind,
                JsonKind::Object | JsonKind::Array | JsonKind::String
            )
        })?;
        Some((decode(self.text, self.tree.node(key)).into_owned(), value))
    }

    /// Returns true if one of the record's values equals the name around it.
    fn repeats(&self, name: &str, record: NodeId) -> bool {
        self.tree.members(record).any(|(_, value)| {
            let node = self.tree.node(value);
            match node.kind {
                JsonKind::String => decode(self.text, node) == name,
                JsonKind::Number => node.span.of(self.text) == name,
                _ => false,
            }
        })
    }

    /// Stores a member without records: data that would be lost, or a number.
    fn note_other_member(&mut self, name: &str, value: NodeId) {
        let plain = name.to_ascii_lowercase();
        if is_of_format(&plain) || !self.has_data(value) {
            return;
        }
        let node = self.tree.node(value);
        let written = node.span.of(self.text).trim_matches('"');
        let is_count = COUNTS.iter().any(|word| plain.contains(word));
        if is_count && !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit()) {
            self.numbers.push(written.to_owned());
            return;
        }
        if plain.ends_with("nextlink") || plain == "__next" {
            self.next_page.get_or_insert_with(|| name.to_owned());
        }
        self.lossy = true;
    }

    /// Returns true if a value contains data.
    fn has_data(&self, value: NodeId) -> bool {
        let node = self.tree.node(value);
        match node.kind {
            JsonKind::Null => false,
            JsonKind::String => node.span.len() > 2,
            JsonKind::Array | JsonKind::Object => self.tree.within(value).nth(1).is_some(),
            _ => true,
        }
    }

    fn piece(&self, node: NodeId, indices: usize, json: Option<String>) -> Piece {
        Piece {
            span: self.tree.node(node).span,
            pointer: self.pointer.clone(),
            indices,
            json,
            inside: None,
        }
    }
}

/// Finds the records that are wrapped in the JSON of a string.
fn wrapped_in(json: &str, endpoint: &Endpoint) -> Option<Wrapped> {
    let mut reader = Reader::new(json);
    let mut tree = Tree::default();
    let is_value = matches!(reader.root(&mut tree), Root::Value) && reader.errors().is_empty();
    let root = tree.root().filter(|_| is_value)?;
    search((json, &tree, root), endpoint, "", None, true)
}

/// Returns true if the JSON in a string is a record, or an array that begins with one.
fn holds_records(json: &str, endpoint: &Endpoint) -> bool {
    let mut reader = Reader::new(json);
    let mut tree = Tree::default();
    let found = match reader.root(&mut tree) {
        Root::Nothing => false,
        Root::Value => true,
        Root::List { .. } => reader.next_record(&mut tree),
    };
    let root = tree.root().filter(|_| found);
    root.is_some_and(|root| is_record(json, &tree, root, endpoint))
}

/// Returns true if a name is only the number of its record, which its position shows, too.
fn is_number(name: &str, position: usize) -> bool {
    let number = name.parse::<usize>();
    number.is_ok_and(|number| number == position || number + 1 == position)
}

/// Returns a pointer without its last `indices` tokens.
fn without_indices(pointer: &str, indices: usize) -> &str {
    let mut list = pointer;
    for _ in 0..indices {
        list = list.rsplit_once('/').map_or(list, |(before, _)| before);
    }
    list
}

/// The same, and without the index of the element that it begins with.
fn below_element(pointer: &str, indices: usize) -> &str {
    let list = without_indices(pointer, indices);
    let names = list.get(1..).and_then(|rest| rest.find('/'));
    names.and_then(|at| list.get(at + 1..)).unwrap_or_default()
}

impl Piece {
    /// Returns the pointer without the indices at its end.
    fn names(&self) -> &str {
        without_indices(&self.pointer, self.indices)
    }

    /// Returns the pointer of the array with the record; of the record itself if it is in no array.
    fn list(&self) -> &str {
        without_indices(&self.pointer, self.indices.min(1))
    }

    /// Returns the records in the JSON of a string, each with its offset in it.
    fn records_in<'j>(&self, json: &'j str, is_one: bool) -> Vec<(usize, &'j str)> {
        if let Some((spans, _)) = &self.inside {
            return spans
                .iter()
                .map(|span| (span.start as usize, span.of(json)))
                .collect();
        }
        let blank = json.len() - json.trim_start().len();
        match without_brackets(json).filter(|_| !is_one) {
            Some(elements) => {
                let rest = json.get(blank + 1..).unwrap_or_default();
                vec![(blank + 1 + rest.len() - rest.trim_start().len(), elements)]
            }
            None => vec![(0, json)],
        }
    }
}

impl Wrapped {
    /// Returns the message and the help.
    pub(super) fn message_and_help(&self) -> (String, String) {
        let (message, mut help) = self.message_and_help_of_pieces();
        if let Some(name) = &self.next_page {
            let _ = write!(
                help,
                " They are one page of several: {} leads to the next.",
                quoted(name)
            );
        }
        (message, help)
    }

    fn message_and_help_of_pieces(&self) -> (String, String) {
        let Some(first) = self.pieces.first() else {
            return Default::default();
        };
        if first.json.is_some() {
            let place = if first.pointer.is_empty() {
                String::new()
            } else {
                format!(", under {}", first.pointer)
            };
            let place = match &first.inside {
                Some((_, inside)) => format!("{place}, and there under {inside}"),
                None => place,
            };
            let message =
                format!("the records are JSON inside a string{place}; the body must be the list itself");
            let help =
                "Send the JSON itself, not a string that contains it: serialize the records once.".to_owned();
            return (message, help);
        }
        let mut lists: Vec<&str> = self.pieces.iter().map(Piece::list).collect();
        lists.dedup();
        let parent = |piece: &Piece| {
            piece
                .pointer
                .rsplit_once('/')
                .map(|(parent, _)| parent.to_owned())
        };
        let one_parent = self.pieces.iter().all(|piece| parent(piece) == parent(first));
        match lists.as_slice() {
            [list] if first.indices > 0 => (
                format!("the records are under {list}; the body must be the list itself"),
                format!("Send the list under {list} as the body."),
            ),
            [record] => (
                format!("the record is under {record}; the body must be a list of records"),
                format!("Send the object under {record} as the body, in a list."),
            ),
            [_, ..] if one_parent && first.indices == 0 => {
                let parent = parent(first).unwrap_or_default();
                let what = if parent.is_empty() { "the body" } else { &parent };
                let count = self.pieces.len();
                let own = |piece: &Piece| piece.pointer.rsplit_once('/').map(|(_, name)| quoted(name));
                let names: Vec<String> = self.pieces.iter().filter_map(own).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let names = listed(&names);
                (
                    format!(
                        "{what} is an object with a record under each of its {count} names ({names}); the body must be \
                         a list of records"
                    ),
                    "Send a list of the values.".to_owned(),
                )
            }
            // All are under the same names, in an array above them.
            [first, ..] if same_names(&lists) => {
                let place = in_elements(first).unwrap_or_else(|| format!("under {first} and so on"));
                (
                    format!("the records are {place}; the body must be the list itself"),
                    "Send only the records, in a list.".to_owned(),
                )
            }
            lists => {
                let lists = listed(lists);
                (
                    format!("the records are under {lists}; the body must be one list of records"),
                    format!("Send the records under {lists} in one list."),
                )
            }
        }
    }

    /// Returns the edits that leave only the records. `None` if data would be lost.
    fn edits(&self, text: &str, as_list: bool) -> Option<Edits> {
        let count = self.pieces.len().to_string();
        if self.lossy || self.numbers.iter().any(|number| *number != count) {
            return None;
        }
        let (first, last) = (self.pieces.first()?, self.pieces.last()?);
        if let Some(json) = &first.json {
            let mut parts = Vec::new();
            for piece in &self.pieces {
                let json = piece.json.as_deref().filter(|json| is_valid(json))?;
                parts.extend(
                    piece
                        .records_in(json, false)
                        .into_iter()
                        .map(|(_, part)| part.trim()),
                );
            }
            let is_list =
                self.pieces.len() == 1 && first.inside.is_none() && without_brackets(json).is_some();
            let json = match as_list {
                true if is_list => json.trim().to_owned(),
                true => format!("[{}]", parts.join(", ")),
                false => parts.join(", "),
            };
            return Some(vec![(self.around, json)]);
        }
        if let (true, Some(list)) = (as_list, self.list) {
            return Some(vec![
                (Span::new(self.around.start, list.start), String::new()),
                (Span::new(list.end, self.around.end), String::new()),
            ]);
        }
        let (open, close) = if as_list { ("[", "]") } else { ("", "") };
        let mut edits = vec![(Span::new(self.around.start, first.span.start), open.to_owned())];
        for pair in self.pieces.windows(2) {
            let [one, next] = pair else { continue };
            let gap = Span::new(one.span.end, next.span.start);
            if gap.of(text).trim() != "," {
                edits.push((gap, ", ".to_owned()));
            }
        }
        edits.push((Span::new(last.span.end, self.around.end), close.to_owned()));
        Some(edits)
    }

    /// Returns the fix that unwraps a whole body.
    pub(super) fn fix(&self, text: &str) -> Option<FixKind> {
        self.edits(text, true).map(FixKind::Unwrap)
    }

    /// Returns the number of pieces.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }
}

/// Returns the place of records that are each under the same names in an element of a list, such as
/// `/data/0/attributes`.
fn in_elements(pointer: &str) -> Option<String> {
    let (list, rest) = pointer.split_once("/0/")?;
    let list = if list.is_empty() { "the body" } else { list };
    let names = rest.split('/').map(quoted).collect::<Vec<_>>().join(" / ");
    Some(format!("each under {names} of an element of {list}"))
}

/// Returns true if a text is JSON.
fn is_valid(json: &str) -> bool {
    let mut reader = Reader::new(json);
    let mut tree = Tree::default();
    if let Root::List { .. } = reader.root(&mut tree) {
        while reader.next_record(&mut tree) {}
    }
    reader.into_errors().is_empty()
}

/// Returns the elements of a JSON array, as written.
fn without_brackets(json: &str) -> Option<&str> {
    let elements = json.trim().strip_prefix('[')?.strip_suffix(']')?;
    Some(elements.trim())
}

/// Returns true if pointers differ only in their indices.
fn same_names(pointers: &[&str]) -> bool {
    let is_index = |token: &&str| token.bytes().all(|byte| byte.is_ascii_digit());
    let same = |one: &str, other: &str| {
        let (mut one, mut other) = (one.split('/'), other.split('/'));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || (is_index(&a) && is_index(&b)) => {}
                _ => return false,
            }
        }
    };
    pointers
        .iter()
        .zip(pointers.iter().skip(1))
        .all(|(one, next)| same(one, next))
}

/// Lists pointers: `/a, /b and 3 more`.
fn listed(all: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown = all.get(..SHOWN.min(all.len())).unwrap_or_default();
    let mut listed = String::new();
    for (index, one) in shown.iter().enumerate() {
        let is_last = index + 1 == all.len();
        listed.push_str(match (index, is_last) {
            (0, _) => "",
            (_, true) => " and ",
            _ => ", ",
        });
        listed.push_str(one);
    }
    if all.len() > SHOWN {
        let _ = write!(listed, " and {} more", all.len() - SHOWN);
    }
    listed
}

/// The elements of the body that wrap records.
#[derive(Debug, Default)]
pub(super) struct Elements {
    all: Vec<(u32, Wrapped)>,
    /// The number of elements in the body.
    pub(super) count: u32,
    /// The findings about these elements as they are.
    pub(super) outer: Vec<Finding>,
}

impl Elements {
    /// Searches an element. Returns true if it wraps records.
    pub(super) fn search(
        &mut self,
        (text, tree, element): (&str, &Tree, NodeId),
        endpoint: &Endpoint,
        index: u32,
    ) -> bool {
        if tree.damaged || !may_wrap(text, tree, element, endpoint) {
            return false;
        }
        let like = self.all.first().and_then(|(_, wrapped)| wrapped.pieces.first());
        let found = find(text, tree, element, endpoint, &format!("/{index}"), like);
        let is_wrapped = found.is_some();
        self.all.extend(found.map(|found| (index, found)));
        is_wrapped
    }

    /// Returns the index and the span of an element; of the first one if `index` is `None`.
    pub(super) fn place(&self, index: Option<u32>) -> Option<(u32, Span)> {
        let mut all = self.all.iter().map(|(index, wrapped)| (*index, wrapped.around));
        all.find(|(known, _)| index.is_none_or(|index| index == *known))
    }

    /// Returns the message and the help.
    pub(super) fn message_and_help(&self) -> (String, String) {
        let Some((_, first)) = self.all.first() else {
            return Default::default();
        };
        let Some(piece) = first.pieces.first() else {
            return Default::default();
        };
        let (wrapped, records) = (self.all.len(), self.count);
        let who = if wrapped as u64 == u64::from(records) {
            "each record".to_owned()
        } else {
            format!("{wrapped} of {records} records")
        };
        let verb = if wrapped == 1 || who.starts_with("each") {
            "is"
        } else {
            "are"
        };
        if piece.json.is_some() {
            let message = format!(
                "{who} {verb} JSON inside a string, the first under {}",
                piece.pointer
            );
            let help =
                "Send the objects themselves, not strings that contain them: serialize the records once."
                    .to_owned();
            return (message, help);
        }
        if self.is_one_list() {
            let same = first.pieces.iter().all(|other| other.list() == piece.list());
            let place = if same { piece.list() } else { "/0" };
            let message =
                format!("the records are under {place}, in a nested list; the body must be the list itself");
            return (message, "Send the inner list as the body.".to_owned());
        }
        if self.count == 1 && first.len() > 1 {
            return first.message_and_help();
        }
        let name = piece.names().rsplit_once('/').map_or("", |(_, name)| name);
        let around = if name.is_empty() {
            "a list of its own".to_owned()
        } else {
            quoted(name)
        };
        let (noun, place) = if first.len() > 1 && piece.indices > 0 && !name.is_empty() {
            ("records are", piece.list())
        } else {
            ("record is", piece.pointer.as_str())
        };
        let message = format!(
            "{who} {verb} wrapped in {around}: the first {noun} under {place}; the list must contain the records \
             themselves"
        );
        (message, "Send only the objects, without the wrapper.".to_owned())
    }

    /// Returns true if the body is the array of records inside another array: `[[{}, {}]]`.
    fn is_one_list(&self) -> bool {
        let first = self.all.first().and_then(|(_, wrapped)| wrapped.pieces.first());
        let is_in_list = |piece: &Piece| piece.indices > 1 && piece.names().is_empty();
        self.all.len() == 1 && self.count == 1 && first.is_some_and(is_in_list)
    }

    /// Returns the fix that unwraps all elements.
    pub(super) fn fix(&self, text: &str) -> Option<FixKind> {
        let mut edits = Vec::new();
        for (_, wrapped) in &self.all {
            edits.extend(wrapped.edits(text, false)?);
        }
        Some(FixKind::Unwrap(edits))
    }
}

/// Reports the elements that wrap records. Returns the texts to check in their place.
///
/// The predicted answer is the answer to the elements as they are, but they are reported as one finding.
pub(super) fn wrapped_elements(
    (text, tree): (&str, &Tree),
    (endpoint, facts): (&Endpoint, &Facts<'_>),
    buffers: &mut Buffers,
    mut elements: Elements,
    checked: &mut Checked,
) -> Vec<Inner> {
    let Some((first, _)) = elements.place(None) else {
        return Vec::new();
    };
    elements.count = checked.records;
    let mut outer = std::mem::take(&mut elements.outer);
    let refused = |finding: &&Finding| finding.severity == Severity::Error && finding.predicted.is_some();
    // Conversion errors come before all others.
    let answer = outer
        .iter()
        .filter(refused)
        .min_by_key(|finding| {
            (
                finding.phase != Phase::Bind,
                finding.record,
                finding.phase,
                finding.order,
            )
        })
        .cloned();
    let record = answer.as_ref().and_then(|answer| answer.record).unwrap_or(first);
    let (index, span) = elements.place(Some(record)).unwrap_or((first, Span::default()));
    let violation = messages::wrapped_records(
        answer.as_ref().map(|answer| answer.phase),
        elements.message_and_help(),
    );
    let predicted = answer.as_ref().and_then(|answer| answer.predicted.clone());
    let place = Place::new(Target::Value, span, format!("/{index}"));
    let before = checked.findings.len();
    let mut linter = Linter::new(text, tree, endpoint, facts, Some(index), buffers, checked);
    linter.predict_of(None, place, violation, predicted);
    let Some(finding) = checked.findings.get_mut(before) else {
        // The rule is turned off.
        checked.findings.append(&mut outer);
        return Vec::new();
    };
    finding.fix_kind = elements.fix(text).map(Box::new);
    if let Some(answer) = answer {
        finding.order = answer.order;
        if let Some(index) = outer.iter().position(|finding| *finding == answer) {
            outer.remove(index);
        }
    }
    checked.implied = outer.into();
    inside_elements(text, &elements)
}

/// A text to check in place of the body, and the mapping of its places to the body.
pub(super) struct Inner {
    /// An array of records.
    pub(super) text: String,
    /// For each record: its pointer in the body, and the index of the body's record.
    records: Vec<(String, u32)>,
    offsets: OffsetMap,
    /// The strings around the records, if they are inside some, one for each entry of `records`. Places inside them
    /// have no pointer.
    strings: Vec<Span>,
}

/// The mapping from offsets in the text to offsets in the body.
enum OffsetMap {
    /// The same offsets.
    Same,
    /// Shifted by the first number of bytes, minus the bracket in front, up to the second.
    Behind(u32, u32),
    /// An offset for each byte and for the end.
    Table(Vec<u32>),
}

impl OffsetMap {
    fn place(&self, offset: u32) -> u32 {
        match self {
            Self::Same => offset,
            Self::Behind(start, end) => (start + offset.saturating_sub(1)).min(*end),
            Self::Table(places) => places.get(offset as usize).copied().unwrap_or(offset),
        }
    }
}

/// Returns the texts for the records of a whole body.
pub(super) fn inside(text: &str, wrapped: &Wrapped) -> Vec<Inner> {
    let pieces = (0..).zip(&wrapped.pieces).map(|(index, piece)| (piece, index));
    inners(text, &pieces.collect::<Vec<_>>())
}

/// Returns the texts for the records inside elements of a body.
fn inside_elements(text: &str, elements: &Elements) -> Vec<Inner> {
    if let (true, [(_, wrapped)]) = (elements.is_one_list(), elements.all.as_slice()) {
        return inside(text, wrapped);
    }
    let mut all = Vec::new();
    for (index, wrapped) in &elements.all {
        all.extend(wrapped.pieces.iter().map(|piece| (piece, *index)));
    }
    inners(text, &all)
}

/// Returns the text for a body that is one record.
pub(super) fn bare(text: &str, span: Span) -> Inner {
    Inner {
        text: format!("[{}]", span.of(text)),
        records: vec![(String::new(), 0)],
        offsets: OffsetMap::Behind(span.start, span.end),
        strings: Vec::new(),
    }
}

/// Returns the records of a text that consists of several objects, separated by whitespace or a comma, and the edits
/// that make it an array. `None` if anything else is wrong.
pub(super) fn documents(text: &str) -> Option<(Inner, Edits)> {
    let mut spans: Vec<Span> = Vec::new();
    let mut edits = Vec::new();
    let mut list = String::with_capacity(text.len() + 2);
    let mut at = text.len() - text.trim_start_matches('\u{FEFF}').len();
    let mut tree = Tree::default();
    loop {
        let rest = text.get(at..)?;
        let rest = rest.trim_start();
        let before = rest.strip_prefix(',').filter(|_| !spans.is_empty());
        let here = before.unwrap_or(rest).trim_start();
        let start = text.len() - here.len();
        let gap = Span::new(u32::try_from(at).ok()?, u32::try_from(start).ok()?);
        if here.is_empty() {
            let comma = before
                .map(|_| text.len() - rest.len())
                .and_then(|at| u32::try_from(at).ok());
            let end = comma.map_or(Span::new(gap.start, gap.start), |at| Span::new(at, at + 1));
            edits.push((end, "]".to_owned()));
            break;
        }
        let mut reader = Reader::new(here);
        let is_object = here.starts_with('{') && matches!(reader.root(&mut tree), Root::Value);
        let length = reader.root_span().filter(|_| is_object)?.end;
        if reader.errors().iter().any(|error| error.span.start < length) {
            return None;
        }
        match spans.last() {
            None => {
                edits.push((Span::new(gap.end, gap.end), "[".to_owned()));
                list.push('[');
            }
            // A byte is needed for the comma.
            Some(_) if gap.is_empty() => return None,
            Some(_) => {
                if before.is_none() {
                    edits.push((Span::new(gap.start, gap.start), ",".to_owned()));
                }
                list.push(',');
                push_spaces(&mut list, gap.len() as usize - 1);
            }
        }
        let span = Span::new(gap.end, gap.end + length);
        list.push_str(span.of(text));
        spans.push(span);
        at = span.end as usize;
    }
    let (first, last) = (spans.first()?, spans.last()?);
    list.push(']');
    let records = (0..).zip(&spans).map(|(index, _)| (format!("/{index}"), index));
    let inner = Inner {
        text: list,
        records: records.collect(),
        offsets: OffsetMap::Behind(first.start, last.end),
        strings: Vec::new(),
    };
    Some((inner, edits))
}

fn inners(text: &str, pieces: &[(&Piece, u32)]) -> Vec<Inner> {
    let mut inners = Vec::new();
    let objects: Vec<_> = pieces.iter().filter(|(piece, _)| piece.json.is_none()).collect();
    if !objects.is_empty() {
        let mut list = String::with_capacity(text.len());
        let mut at = 0;
        for (index, (piece, _)) in objects.iter().enumerate() {
            let start = piece.span.start as usize;
            // There is room for one byte: the bracket around the piece, or the comma after the one before.
            push_spaces(&mut list, start.saturating_sub(at + 1));
            list.push(if index == 0 { '[' } else { ',' });
            list.push_str(piece.span.of(text));
            at = piece.span.end as usize;
        }
        list.push(']');
        inners.push(Inner {
            text: list,
            records: objects
                .iter()
                .map(|(piece, index)| (piece.pointer.clone(), *index))
                .collect(),
            offsets: OffsetMap::Same,
            strings: Vec::new(),
        });
    }
    // Invalid JSON cannot be joined with other records.
    let strings = pieces.iter().filter_map(|(piece, index)| {
        let json = piece.json.as_deref()?;
        Some((*piece, *index, json))
    });
    let (good, bad): (Vec<_>, Vec<_>) = strings.partition(|(_, _, json)| is_valid(json));
    inners.extend((!good.is_empty()).then(|| inside_strings(text, &good)));
    inners.extend(bad.into_iter().map(|one| inside_strings(text, &[one])));
    inners
}

/// Returns the text for the records in several strings. If there are several, each is JSON.
fn inside_strings(text: &str, strings: &[(&Piece, u32, &str)]) -> Inner {
    let mut list = String::from("[");
    let mut places = vec![strings.first().map_or(0, |(piece, ..)| piece.span.start)];
    for (piece, _, json) in strings {
        if list.len() > 1 {
            list.push(',');
            places.push(piece.span.start);
        }
        let own = places_of_json_in(text, piece.span);
        for (index, (start, part)) in piece.records_in(json, strings.len() == 1).into_iter().enumerate() {
            if index > 0 {
                list.push(',');
                places.push(piece.span.start);
            }
            list.push_str(part);
            let place = |at: usize| own.get(at).copied().unwrap_or(piece.span.start);
            places.extend((start..start + part.len()).map(place));
        }
    }
    let end = strings
        .last()
        .map_or(0, |(piece, ..)| piece.span.end.saturating_sub(1));
    places.extend([end, end]);
    list.push(']');
    if let [(piece, _, json)] = strings
        && piece.inside.is_none()
        && json.trim_start().starts_with('[')
    {
        list.pop();
        list.remove(0);
        places.remove(0);
    }
    Inner {
        text: list,
        records: strings
            .iter()
            .map(|(piece, index, _)| (piece.pointer.clone(), *index))
            .collect(),
        offsets: OffsetMap::Table(places),
        strings: strings.iter().map(|(piece, ..)| piece.span).collect(),
    }
}

/// Marks the findings of wrapped records as never reached by the service.
///
/// Masking among them is computed first, as if they were not wrapped.
pub(super) fn mark_unseen(findings: &mut [Finding]) {
    mask(findings);
    let mut basis: HashMap<*const Basis, Arc<Basis>> = HashMap::new();
    // The old values are kept alive until the end, so that no new one gets the address of an old one.
    let mut old = Vec::new();
    for finding in findings {
        let known = basis.entry(Arc::as_ptr(&finding.basis)).or_insert_with(|| {
            let mut own = Basis::clone(&finding.basis);
            own.phase = Phase::None;
            own.unseen = true;
            old.push(Arc::clone(&finding.basis));
            Arc::new(own)
        });
        finding.basis = Arc::clone(known);
    }
}

fn push_spaces(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n(' ', count));
}

impl Inner {
    /// Returns the text with its unknown values. A text from a string has none.
    pub(super) fn template(&self, whole: &Template<'_>) -> Template<'_> {
        let mut own = Template::plain(&self.text);
        own.reported = whole.reported;
        own.unknown = match self.offsets {
            OffsetMap::Same => whole.unknown.clone(),
            OffsetMap::Behind(start, end) => {
                let inside = whole
                    .unknown
                    .iter()
                    .filter(|span| span.start >= start && span.end <= end);
                let moved = |offset: u32| (offset + 1).saturating_sub(start);
                inside
                    .map(|span| Span::new(moved(span.start), moved(span.end)))
                    .collect()
            }
            OffsetMap::Table(_) => Vec::new(),
        };
        own
    }

    /// Returns the number of records in the text.
    pub(super) fn records(&self) -> usize {
        self.records.len()
    }

    /// Converts findings of the text to findings of the body.
    ///
    /// `first` is the index of the text's first record. `None` if all its records get the index of their element.
    pub(super) fn map_findings(
        &self,
        findings: Vec<Finding>,
        first: Option<u32>,
    ) -> impl Iterator<Item = Finding> {
        let findings = findings.into_iter().filter(|finding| finding.syntax.is_none());
        findings.map(move |mut finding| {
            self.place(&mut finding, first);
            finding
        })
    }

    fn place(&self, finding: &mut Finding, first: Option<u32>) {
        let moved = |span: Span| Span::new(self.offsets.place(span.start), self.offsets.place(span.end));
        finding.span = moved(finding.span);
        if let Some(related) = &mut finding.related {
            related.0 = moved(related.0);
        }
        let record = finding.record;
        let inside = record.and_then(|record| self.records.get(record as usize));
        let string = self
            .strings
            .partition_point(|string| string.end < finding.span.end)
            .min(self.strings.len().saturating_sub(1));
        if let (Some(string), Some((pointer, element))) = (self.strings.get(string), self.records.get(string))
        {
            finding.related = Some(Box::new((finding.span, "here".into())));
            (finding.span, finding.target) = (*string, Target::Value);
            finding.pointer.clone_from(pointer);
            finding.record = match (record, first) {
                (Some(record), Some(first)) => Some(first + record),
                _ => Some(*element),
            };
            finding.fix_kind = None;
        } else if let Some((pointer, index)) = inside {
            let rest = finding.pointer.get(1..).and_then(|rest| rest.find('/'));
            let rest = rest
                .and_then(|at| finding.pointer.get(at + 1..))
                .unwrap_or_default();
            finding.pointer = format!("{pointer}{rest}");
            finding.record = Some(*index);
            if !matches!(self.offsets, OffsetMap::Same) {
                finding.fix_kind = None;
            }
        }
    }
}
