//! Postman collections, version 2.0 and 2.1: folders of requests, with saved responses.

use std::borrow::Cow;

use super::request::{Names, name_in};
use super::{Body, Container, Example, Request, Variables};
use crate::json::{self, JsonKind, NodeId, Reader, Tree};
use crate::mapped_text::MappedText;
use crate::report::Source;

/// Parses a collection. The error is the reason why it is invalid.
pub fn read(bytes: &[u8]) -> Result<Container, String> {
    let (text, mut errors) = json::text(bytes);
    let mut tree = Tree::default();
    let mut reader = Reader::new(&text);
    reader.root(&mut tree);
    errors.extend(reader.into_errors());
    // If brackets are repaired by a guess, a body may belong to another request.
    let first = errors
        .iter()
        .filter(|error| !error.is_warning())
        .min_by_key(|error| error.span);
    if let Some(error) = first {
        let at = Source::new("", bytes).position(error.span.start);
        let (line, column) = (at.line, at.column);
        return Err(format!("line {line}, column {column}: {}", error.message(&text)));
    }
    let file = File {
        text: &text,
        tree: &tree,
    };
    let root = tree.root().unwrap_or(NodeId(0));
    let items = file
        .member(root, "item")
        .filter(|items| file.kind(*items) == JsonKind::Array);
    let Some(items) = items else {
        return Err("it has no list of items".to_owned());
    };
    let mut container = Container::default();
    file.variables(root, &mut container.variables);
    file.items(items, &mut container);
    Ok(container)
}

/// The text and the nodes of a collection.
#[derive(Clone, Copy)]
struct File<'f> {
    text: &'f str,
    tree: &'f Tree,
}

impl<'f> File<'f> {
    fn kind(self, node: NodeId) -> JsonKind {
        self.tree.node(node).kind
    }

    fn member(self, object: NodeId, name: &str) -> Option<NodeId> {
        let members = self.tree.members(object);
        members
            .filter(|(key, _)| json::decode(self.text, self.tree.node(*key)) == name)
            .map(|(_, value)| value)
            .last()
    }

    fn string(self, node: NodeId) -> Option<Cow<'f, str>> {
        (self.kind(node) == JsonKind::String).then(|| json::decode(self.text, self.tree.node(node)))
    }

    /// Returns a member that is a string, otherwise an empty string.
    fn text_of(self, object: NodeId, name: &str) -> Cow<'f, str> {
        self.member(object, name)
            .and_then(|node| self.string(node))
            .unwrap_or_default()
    }

    /// Visits the items of an array and of its folders, without recursion.
    fn items(self, list: NodeId, container: &mut Container) {
        let mut names = Names::default();
        let mut folders: Vec<(Cow<'_, str>, _)> = vec![("".into(), self.tree.elements(list))];
        while let Some((_, items)) = folders.last_mut() {
            let Some(item) = items.next() else {
                folders.pop();
                continue;
            };
            if self.kind(item) != JsonKind::Object {
                continue;
            }
            let name = self.text_of(item, "name");
            let inner = self
                .member(item, "item")
                .filter(|inner| self.kind(*inner) == JsonKind::Array);
            if let Some(inner) = inner {
                self.variables(item, &mut container.variables);
                folders.push((name, self.tree.elements(inner)));
                continue;
            }
            if let Some(request) = self.member(item, "request") {
                let path: Vec<&str> = folders.iter().map(|(name, _)| &**name).collect();
                let name = names.unique(name_in(&path, &name));
                container.requests.push(self.request(name, request, item));
            }
        }
    }

    /// Returns the variables of a collection or a folder.
    fn variables(self, holder: NodeId, variables: &mut Variables) {
        let list = self
            .member(holder, "variable")
            .into_iter()
            .flat_map(|list| self.tree.elements(list));
        for variable in list {
            if let Some((name, value)) = self.variable(variable) {
                variables.set(&name, value);
            }
        }
    }

    /// Returns the name and the value of a variable, if it is enabled.
    fn variable(self, variable: NodeId) -> Option<(Cow<'f, str>, String)> {
        let is = |name, kind| {
            self.member(variable, name)
                .is_some_and(|node| self.kind(node) == kind)
        };
        if is("disabled", JsonKind::True) || is("enabled", JsonKind::False) {
            return None;
        }
        let name = self
            .member(variable, "key")
            .or_else(|| self.member(variable, "id"))?;
        let node = self.member(variable, "value")?;
        let value = match self.kind(node) {
            JsonKind::String => self.string(node)?.into_owned(),
            JsonKind::Null => return None,
            _ => self.tree.node(node).span.of(self.text).to_owned(),
        };
        Some((self.string(name)?, value))
    }

    fn request(self, name: String, request: NodeId, item: NodeId) -> Request {
        let examples = self
            .member(item, "response")
            .into_iter()
            .flat_map(|list| self.tree.elements(list));
        let mut example_names = Names::default();
        let examples = examples
            .filter(|answer| self.kind(*answer) == JsonKind::Object)
            .map(|answer| {
                let own = example_names.unique(name_in(&[&name], &self.text_of(answer, "name")));
                self.example(own, answer, request)
            });
        Request {
            examples: examples.collect(),
            method: self.method(request),
            url: self.url(request),
            body: self.body(request),
            name,
        }
    }

    fn method(self, request: NodeId) -> String {
        let method = self.text_of(request, "method");
        if method.is_empty() {
            "GET".to_owned()
        } else {
            method.trim().to_ascii_uppercase()
        }
    }

    /// Returns the URL of a request, which is a string or an object of its parts.
    fn url(self, request: NodeId) -> String {
        // The request itself may be a URL.
        if let Some(url) = self.string(request) {
            return url.trim().to_owned();
        }
        let Some(url) = self.member(request, "url") else {
            return String::new();
        };
        if let Some(url) = self.string(url) {
            return url.trim().to_owned();
        }
        let raw = self.text_of(url, "raw");
        if !raw.trim().is_empty() {
            return raw.trim().to_owned();
        }
        let joined = |name, separator: &str| {
            let Some(part) = self.member(url, name) else {
                return String::new();
            };
            if let Some(part) = self.string(part) {
                return part.into_owned();
            }
            // A segment of the path is a string, or an object with a value.
            let parts: Vec<Cow<'_, str>> = self
                .tree
                .elements(part)
                .map(|part| self.string(part).unwrap_or_else(|| self.text_of(part, "value")))
                .collect();
            parts.join(separator)
        };
        let (host, path) = (joined("host", "."), joined("path", "/"));
        format!("{host}/{}", path.trim_start_matches('/'))
    }

    fn body(self, request: NodeId) -> Body {
        let Some(body) = self.member(request, "body") else {
            return Body::None;
        };
        let disabled = self.member(body, "disabled");
        if disabled.is_some_and(|disabled| self.kind(disabled) == JsonKind::True) {
            return Body::None;
        }
        let mode = self.text_of(body, "mode");
        let source = || {
            let node = self.member(self.member(body, "file")?, "src")?;
            Some((self.string(node)?.into_owned(), self.tree.node(node).span))
        };
        match (&*mode, self.member(body, "raw"), source()) {
            ("raw" | "", Some(raw), _) if self.kind(raw) == JsonKind::String => Body::Text {
                text: MappedText::decoded(self.text, self.tree.node(raw)),
                fixable: false,
            },
            ("file", _, Some((name, place))) => Body::File(name, place),
            _ => Body::None,
        }
    }

    /// Returns a saved response with its request: the one saved with it, or that of the item.
    fn example(self, name: String, answer: NodeId, own: NodeId) -> Example {
        let original = self.member(answer, "originalRequest");
        let request = original
            .filter(|node| self.kind(*node) == JsonKind::Object)
            .unwrap_or(own);
        let body = match self.body(request) {
            Body::Text { text, .. } => text.text().to_owned(),
            Body::None | Body::File(..) => String::new(),
        };
        let status = self.member(answer, "code");
        Example {
            name,
            method: self.method(request),
            url: self.url(request),
            request: body,
            status: status.and_then(|code| self.tree.node(code).span.of(self.text).parse().ok()),
            response: self.text_of(answer, "body").into_owned(),
        }
    }
}
