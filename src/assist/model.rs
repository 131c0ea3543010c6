//! The parameters and results of the editor features.

use crate::finding::Span;
use crate::json::{JsonKind, NodeId, Reader, Root, Tree};
use crate::recognize::{Recognized, recognize};
use crate::rules::{Endpoint, Ruleset};
use crate::tenant::Tenant;

/// The input apart from the text.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rules.
    pub rules: &'a Ruleset,
    /// The tenant facts.
    pub tenant: &'a Tenant,
    /// Id of the endpoint that the text is a request to; `None` detects it by the names in the text.
    pub endpoint: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// Returns the endpoints that the text may be a request to: several if its names do not identify one yet.
    pub(super) fn endpoints(&self, text: &str) -> Vec<&'a Endpoint> {
        if let Some(id) = self.endpoint {
            return self.rules.endpoint(id).into_iter().collect();
        }
        match recognize(text, &self.rules.candidates()) {
            Recognized::Request(id) => self.rules.endpoint(id).into_iter().collect(),
            Recognized::OneOf(ids) => ids.iter().filter_map(|id| self.rules.endpoint(id)).collect(),
            Recognized::Weak { ids, .. } => ids.iter().filter_map(|id| self.rules.endpoint(id)).collect(),
            // An empty body may become a request to any endpoint.
            Recognized::Other(_) if !has_names(text) => self.rules.endpoints().collect(),
            Recognized::Response | Recognized::Other(_) => Vec::new(),
        }
    }
}

/// Returns true if the first records of a text have any name, or if the root is an object.
fn has_names(text: &str) -> bool {
    /// Number of records that are read.
    const RECORDS: usize = 3;
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    let has = |tree: &Tree| {
        let mut ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
        ids.any(|id| tree.node(id).kind == JsonKind::Key)
    };
    match reader.root(&mut tree) {
        Root::List { .. } => (0..RECORDS).any(|_| reader.next_record(&mut tree) && has(&tree)),
        Root::Value => true,
        Root::Nothing => false,
    }
}

/// The hover text of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Markdown; text from the file is escaped.
    pub markdown: String,
    /// Span of the token, including its quotes.
    pub span: Span,
}

/// The kind of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A name, with a colon and a value to fill in.
    Property,
    /// A value from a list.
    Value,
    /// An object or array with its mandatory properties: a record, a whole body.
    Structure,
}

/// One completion at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The displayed text; clients filter by it, too.
    pub label: String,
    /// The inserted text: a snippet if [`Self::is_snippet`], with stops `$1` or `${1:text}`. Lines after the first are indented by
    /// tabs, relative to the line of the position.
    pub insert: String,
    /// True if [`Self::insert`] is a snippet.
    pub is_snippet: bool,
    /// The same text without stops, for clients without snippets.
    pub plain: String,
    /// The kind.
    pub kind: CompletionKind,
    /// A short description: the type, and the words "mandatory" or similar.
    pub detail: String,
    /// Markdown; may be empty.
    pub documentation: String,
    /// Clients sort completions by this string.
    pub sort_key: String,
    /// The replaced span, on one line; empty to insert. Quotes around the position are kept.
    pub replace: Span,
    /// The string that clients compare with the text from the start of [`Self::replace`] to the position; `None` is the label.
    pub filter: Option<String>,
    /// A second edit: a comma after the previous value.
    pub also: Option<Edit>,
}

/// The completions at a position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// The completions.
    pub items: Vec<Completion>,
    /// True if there are more, which are offered after further typing.
    pub is_incomplete: bool,
}

/// A change of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced span.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// The kind of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A record.
    Record,
    /// An object.
    Object,
    /// An array.
    List,
    /// A string.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Null.
    Null,
}

/// A record, or a property of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The record's key, or the property's name.
    pub name: String,
    /// The record's index in the request, or the property's value; may be empty.
    pub detail: String,
    /// The kind.
    pub kind: SymbolKind,
    /// Span of the record or property.
    pub span: Span,
    /// Span that a client selects: the value of the record's key, or the name. It is within [`Self::span`].
    pub selection: Span,
    /// Nested symbols, in the order of the text.
    pub children: Vec<Symbol>,
}
