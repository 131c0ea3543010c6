//! What is asked with, and what comes back.

use crate::finding::Span;
use crate::json::{JsonKind, NodeId, Reader, Root, Tree};
use crate::recognize::{Recognized, recognize};
use crate::rules::{Endpoint, Ruleset};
use crate::tenant::Tenant;

/// What is known beside the text.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rules.
    pub rules: &'a Ruleset,
    /// What only the tenant knows.
    pub tenant: &'a Tenant,
    /// The id of the endpoint that the text is a request to; `None` recognizes it by its names.
    pub endpoint: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// The endpoints that a text may be a request to: one where it is known, several where its names do not tell yet.
    pub(super) fn endpoints(&self, text: &str) -> Vec<&'a Endpoint> {
        if let Some(id) = self.endpoint {
            return self.rules.endpoint(id).into_iter().collect();
        }
        match recognize(text, &self.rules.candidates()) {
            Recognized::Request(id) => self.rules.endpoint(id).into_iter().collect(),
            Recognized::OneOf(ids) => ids.iter().filter_map(|id| self.rules.endpoint(id)).collect(),
            Recognized::Weak { ids, .. } => ids.iter().filter_map(|id| self.rules.endpoint(id)).collect(),
            // A body that is just begun may become any of them.
            Recognized::Other(_) if !has_names(text) => self.rules.endpoints().collect(),
            Recognized::Response | Recognized::Other(_) => Vec::new(),
        }
    }
}

/// Whether the first records of a text have any name; an object that is not in a list has.
fn has_names(text: &str) -> bool {
    /// Records that are looked at.
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

/// What is shown of the token at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Markdown. Nothing of the file is markup in it.
    pub markdown: String,
    /// The token, with its quotes.
    pub span: Span,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A name, with its colon and a value to fill in.
    Property,
    /// A value of a list.
    Value,
    /// An object or a list with what it needs: a record, a whole body.
    Structure,
}

/// Something that may be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown of it, and what is typed is compared with.
    pub label: String,
    /// What is inserted: a snippet if [`Self::is_snippet`], with stops `$1`, `${1:text}` and, at last, `$0`. Lines after the first are
    /// indented by tabs, from the indentation of the line on.
    pub insert: String,
    /// Whether [`Self::insert`] is a snippet.
    pub is_snippet: bool,
    /// The same as plain text, for clients without snippets.
    pub plain: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words: a type, whether it is mandatory.
    pub detail: String,
    /// Markdown; may be empty.
    pub documentation: String,
    /// Completions are shown in the order of this text.
    pub sort_key: String,
    /// What it replaces, on one line; empty to insert. Quotes around the place stay.
    pub replace: Span,
    /// What the text from the start of [`Self::replace`] up to the place is compared with, if not the label.
    pub filter: Option<String>,
    /// What is written elsewhere along with it: a comma behind the value before.
    pub also: Option<Edit>,
}

/// What may be written at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// Each of them.
    pub items: Vec<Completion>,
    /// There are more, which are offered once more is typed.
    pub is_incomplete: bool,
}

/// A change of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A record.
    Record,
    /// An object.
    Object,
    /// A list.
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
    /// The record's place in the request, or the property's value; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// What is shown of it: the value of the key, or the name. It lies within [`Self::span`].
    pub selection: Span,
    /// What is in it, in the order of the text.
    pub children: Vec<Symbol>,
}
