//! A JSON document of a tool, parsed with recovery, so that a mistake in one part does not affect the others.

use std::borrow::Cow;

use crate::json::{self, JsonKind, Node, NodeId, Reader, Root, SyntaxError, SyntaxKind, Tree};

/// A document and its mistakes.
#[derive(Debug)]
pub(super) struct Parsed<'b> {
    bytes: &'b [u8],
    pub(super) text: Cow<'b, str>,
    /// The document, or the values of its array.
    trees: Vec<Tree>,
    /// The syntax errors, in the order of the file.
    errors: Vec<SyntaxError>,
}

/// A value of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueRef {
    tree: usize,
    node: NodeId,
}

impl<'b> Parsed<'b> {
    /// Parses a document. Fails only if nothing can be read.
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

    /// Returns the value of the document, or the values of its array.
    pub(super) fn roots(&self) -> Vec<ValueRef> {
        let root = |(tree, nodes): (usize, &Tree)| {
            let node = nodes.root()?;
            Some(ValueRef { tree, node })
        };
        self.trees.iter().enumerate().filter_map(root).collect()
    }

    /// Returns the reason why the document is not JSON, if it is not.
    pub(super) fn why_not_json(&self) -> Option<String> {
        let error = self.errors.iter().find(|error| !error.is_warning())?;
        Some(format!("not JSON: {}", error.message(&self.text)))
    }

    /// Returns the tree of a value.
    fn tree(&self, at: ValueRef) -> &Tree {
        &self.trees[at.tree]
    }

    pub(super) fn node(&self, at: ValueRef) -> &Node {
        self.tree(at).node(at.node)
    }

    /// Returns the text of a value.
    pub(super) fn raw(&self, at: ValueRef) -> &str {
        self.node(at).span.of(&self.text)
    }

    /// Returns the content of a string, a name or a number.
    pub(super) fn content(&self, at: ValueRef) -> String {
        match self.node(at).kind {
            JsonKind::String | JsonKind::Key => json::decode(&self.text, self.node(at)).into_owned(),
            _ => self.raw(at).to_owned(),
        }
    }

    /// Returns the name and the value of each member of an object.
    pub(super) fn members(&self, at: ValueRef) -> impl Iterator<Item = (ValueRef, ValueRef)> + '_ {
        let place = move |node| ValueRef { node, ..at };
        let members = self.tree(at).members(at.node);
        members.map(move |(name, value)| (place(name), place(value)))
    }

    /// Returns a member of an object by its name.
    pub(super) fn member(&self, object: ValueRef, name: &str) -> Option<ValueRef> {
        let tree = self.tree(object);
        let mut members = tree.members(object.node);
        let (_, node) = members.find(|(key, _)| json::decode(&self.text, tree.node(*key)) == name)?;
        Some(ValueRef { node, ..object })
    }

    /// Returns a value by its path of names.
    pub(super) fn at<const N: usize>(&self, object: ValueRef, path: [&str; N]) -> Option<ValueRef> {
        path.iter().try_fold(object, |at, name| self.member(at, name))
    }

    /// Returns the values of an array or an object.
    pub(super) fn values(&self, at: ValueRef) -> impl Iterator<Item = ValueRef> + '_ {
        let members = self.tree(at).members(at.node).map(|(_, value)| value);
        let values = self.tree(at).elements(at.node).chain(members);
        values.map(move |node| ValueRef { node, ..at })
    }

    /// Returns the elements of an array.
    pub(super) fn list(&self, at: ValueRef) -> Option<Vec<ValueRef>> {
        (self.node(at).kind == JsonKind::Array).then(|| self.values(at).collect())
    }

    /// Returns the text of a string that is not empty.
    pub(super) fn string(&self, at: ValueRef) -> Option<Cow<'_, str>> {
        let node = self.node(at);
        let text = (node.kind == JsonKind::String).then(|| json::decode(&self.text, node))?;
        (!text.is_empty()).then_some(text)
    }

    /// Returns true if a value is a string that is not empty.
    pub(super) fn is_text(&self, at: ValueRef) -> bool {
        let node = self.node(at);
        node.kind == JsonKind::String && node.span.end - node.span.start > 2
    }

    /// Returns true if a value contains bytes that are not UTF-8.
    pub(super) fn has_other_bytes(&self, at: ValueRef) -> bool {
        let span = self.node(at).span;
        let original = self.bytes.get(span.start as usize..span.end as usize);
        original.is_none_or(|bytes| std::str::from_utf8(bytes).is_err())
    }

    /// Returns the first mistake inside a value that makes its structure uncertain. An invalid value such as `NaN` does not.
    pub(super) fn broken(&self, at: ValueRef) -> Option<String> {
        let span = self.node(at).span;
        let from = self.errors.partition_point(|error| error.span.start < span.start);
        self.errors
            .get(from..)?
            .iter()
            .take_while(|error| error.span.start < span.end)
            .find(|error| !error.certain() && !matches!(error.kind, SyntaxKind::InvalidUtf8 { .. }))
            .map(|error| error.message(&self.text))
    }

    /// Returns the mistake that makes a part of the document unreadable, if there is one; `read` is the number of
    /// entries before it.
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
            "line {line}: {}; {read} read before it",
            error.message(&self.text)
        ))
    }
}

/// The position of a mistake after which nothing can be read.
fn is_fatal(error: &SyntaxError) -> bool {
    matches!(
        error.kind,
        SyntaxKind::Empty | SyntaxKind::Encoding(_) | SyntaxKind::Foreign(_) | SyntaxKind::TooLarge
    )
}
