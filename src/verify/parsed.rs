//! A JSON document that a tool has written, read with recovery: what is wrong in one part leaves the others.

use std::borrow::Cow;

use crate::json::{self, JsonKind, Node, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};

/// A document and what is wrong with it.
#[derive(Debug)]
pub(super) struct Parsed<'b> {
    bytes: &'b [u8],
    pub(super) text: Cow<'b, str>,
    /// The document, or the values of the list that it is.
    trees: Vec<Tree>,
    /// What is wrong with its text, in the order of the file.
    errors: Vec<SyntaxError>,
}

/// A value of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    tree: usize,
    node: NodeId,
}

impl<'b> Parsed<'b> {
    /// Reads a document; fails only where nothing can be read at all.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let (text, mut errors) = json::text(bytes);
        if let Some(error) = errors.iter().find(|error| is_fatal(error)) {
            return Err(error.message(&text));
        }
        let mut reader = Reader::new(&text);
        let mut tree = Tree::default();
        let mut trees = Vec::new();
        match reader.root(&mut tree) {
            Root::Value => trees.push(tree),
            Root::List { .. } => {
                while reader.next_record(&mut tree) {
                    trees.push(std::mem::take(&mut tree));
                }
            }
            Root::Nothing => {}
        }
        errors.extend(reader.into_errors());
        Ok(Self {
            bytes,
            text,
            trees,
            errors,
        })
    }

    /// The value that the document is, or those of the list that it is.
    pub(super) fn roots(&self) -> Vec<Place> {
        let root = |(tree, nodes): (usize, &Tree)| {
            let node = nodes.root()?;
            Some(Place { tree, node })
        };
        self.trees.iter().enumerate().filter_map(root).collect()
    }

    /// Why the document is no JSON, where it is none.
    pub(super) fn why_not_json(&self) -> Option<String> {
        let error = self.errors.iter().find(|error| !error.is_warning())?;
        Some(format!("not JSON: {}", error.message(&self.text)))
    }

    /// The tree that a value is in.
    fn tree(&self, at: Place) -> &Tree {
        &self.trees[at.tree]
    }

    pub(super) fn node(&self, at: Place) -> &Node {
        self.tree(at).node(at.node)
    }

    /// A value as it is written.
    pub(super) fn raw(&self, at: Place) -> &str {
        self.node(at).span.of(&self.text)
    }

    /// The content of a string, a name or a number.
    pub(super) fn content(&self, at: Place) -> String {
        match self.node(at).kind {
            JsonKind::String | JsonKind::Key => json::decode(&self.text, self.node(at)).into_owned(),
            _ => self.raw(at).to_owned(),
        }
    }

    /// Name and value of each member of an object.
    pub(super) fn members(&self, at: Place) -> impl Iterator<Item = (Place, Place)> + '_ {
        let place = move |node| Place { node, ..at };
        let members = self.tree(at).members(at.node);
        members.map(move |(name, value)| (place(name), place(value)))
    }

    /// A member of an object by its name.
    pub(super) fn member(&self, object: Place, name: &str) -> Option<Place> {
        let tree = self.tree(object);
        let mut members = tree.members(object.node);
        let (_, node) = members.find(|(key, _)| json::decode(&self.text, tree.node(*key)) == name)?;
        Some(Place { node, ..object })
    }

    /// A value by the names that lead to it.
    pub(super) fn at<const N: usize>(&self, object: Place, path: [&str; N]) -> Option<Place> {
        path.iter().try_fold(object, |at, name| self.member(at, name))
    }

    /// The values of a list, or of an object.
    pub(super) fn values(&self, at: Place) -> impl Iterator<Item = Place> + '_ {
        let members = self.tree(at).members(at.node).map(|(_, value)| value);
        let values = self.tree(at).elements(at.node).chain(members);
        values.map(move |node| Place { node, ..at })
    }

    /// The values of a value that is a list.
    pub(super) fn list(&self, at: Place) -> Option<Vec<Place>> {
        (self.node(at).kind == JsonKind::Array).then(|| self.values(at).collect())
    }

    /// The text of a string that is not empty.
    pub(super) fn string(&self, at: Place) -> Option<Cow<'_, str>> {
        let node = self.node(at);
        let text = (node.kind == JsonKind::String).then(|| json::decode(&self.text, node))?;
        (!text.is_empty()).then_some(text)
    }

    /// Whether a value is a string with something in it.
    pub(super) fn is_text(&self, at: Place) -> bool {
        let node = self.node(at);
        node.kind == JsonKind::String && node.span.end - node.span.start > 2
    }

    /// Whether a value holds bytes that are no UTF-8 in the file.
    pub(super) fn has_other_bytes(&self, at: Place) -> bool {
        let span = self.node(at).span;
        let original = self.bytes.get(span.start as usize..span.end as usize);
        original.is_none_or(|bytes| std::str::from_utf8(bytes).is_err())
    }

    /// What is wrong inside a value and leaves in doubt what its parts are. Values that are no JSON, such as `NaN`, leave
    /// no doubt.
    pub(super) fn broken(&self, at: Place) -> Option<String> {
        let span = self.node(at).span;
        let from = self.errors.partition_point(|error| error.span.start < span.start);
        self.errors
            .get(from..)?
            .iter()
            .take_while(|error| error.span.start < span.end)
            .find(|error| !error.certain() && !matches!(error.kind, SyntaxKind::InvalidUtf8 { .. }))
            .map(|error| error.message(&self.text))
    }

    /// What keeps a part of the document from being read, where something does; `read` entries were read up to there.
    pub(super) fn cut(&self, read: usize) -> Option<String> {
        let cuts = |error: &&SyntaxError| {
            matches!(
                error.kind,
                SyntaxKind::TooMany | SyntaxKind::Unclosed { .. } | SyntaxKind::UnterminatedString
            )
        };
        let error = self.errors.iter().rfind(cuts)?;
        let before = self.text.as_bytes().get(..error.span.start as usize);
        let line = memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() + 1;
        let read = match read {
            1 => "1 entry was".to_owned(),
            count => format!("{count} entries were"),
        };
        Some(format!(
            "line {line}: {}; {read} read up to there",
            error.message(&self.text)
        ))
    }
}

/// Where nothing can be read at all.
fn is_fatal(error: &SyntaxError) -> bool {
    matches!(
        error.kind,
        SyntaxKind::Empty | SyntaxKind::Encoding(_) | SyntaxKind::Foreign(_) | SyntaxKind::TooLarge
    )
}
