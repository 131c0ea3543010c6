//! A common form for entries in TOML, CSV and JSON.

use std::borrow::Cow;

use crate::json::{self, JsonKind, NodeId, Tree};

/// A string, an array, or fields by their name in the layout.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'t> {
    Text(Cow<'t, str>),
    List(Vec<Self>),
    Fields(Vec<(&'t str, Self)>),
}

impl Item<'_> {
    /// Returns the first field with one of these names.
    pub(super) fn field(&self, names: &[String]) -> Option<&Self> {
        self.all(names).next()
    }

    /// Returns the first nonempty string of a field with one of these names.
    pub(super) fn text_of(&self, names: &[String]) -> Option<&str> {
        self.all(names).find_map(|item| match item {
            Self::Text(text) if !text.trim().is_empty() => Some(text.as_ref()),
            _ => None,
        })
    }

    /// Returns the fields with one of these names, in the order of the names.
    fn all(&self, names: &[String]) -> impl Iterator<Item = &Self> {
        let fields = match self {
            Self::Fields(fields) => fields.as_slice(),
            _ => &[],
        };
        names.iter().flat_map(move |name| {
            fields
                .iter()
                .filter(move |(known, _)| known == name)
                .map(|(_, item)| item)
        })
    }

    /// Returns the elements of an array. A string in place of an array may have several, separated by `;`, `|`, `,`
    /// or a line break.
    pub(super) fn texts(&self) -> Vec<String> {
        let full = |text: &&str| !text.is_empty();
        match self {
            Self::Text(text) => text
                .split([';', '|', ',', '\n'])
                .map(str::trim)
                .filter(full)
                .map(str::to_owned)
                .collect(),
            Self::List(items) => items
                .iter()
                .filter_map(|item| match item {
                    Self::Text(text) => Some(text.trim()).filter(full),
                    _ => None,
                })
                .map(str::to_owned)
                .collect(),
            Self::Fields(_) => Vec::new(),
        }
    }
}

/// The names that an entry of one list may have, as the layout spells them.
#[derive(Debug)]
pub(super) struct Names<'l> {
    spelled: Vec<&'l str>,
}

impl<'l> Names<'l> {
    pub(super) fn new(names: impl Iterator<Item = &'l str>) -> Self {
        let mut spelled: Vec<&str> = Vec::new();
        for name in names {
            if !spelled.contains(&name) {
                spelled.push(name);
            }
        }
        Self { spelled }
    }

    /// Returns the layout's spelling of a name.
    pub(super) fn find(&self, name: &str) -> Option<&'l str> {
        self.spelled
            .iter()
            .find(|known| simplified(known).eq(simplified(name)))
            .copied()
    }

    /// Returns the most specific name, which only this list has.
    pub(super) fn first(&self) -> Option<&'l str> {
        self.spelled.first().copied()
    }

    /// Returns all names, for messages.
    pub(super) fn list(&self) -> String {
        self.spelled.join(", ")
    }
}

/// Returns a name without case, `-`, `_` and spaces, as bytes: the layout's names are ASCII, and a list file has many.
fn simplified(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(|byte| !matches!(byte, b'-' | b'_' | b' '))
        .map(|byte| byte.to_ascii_lowercase())
}

/// Converts a JSON node. Of an object, only fields with known names are converted.
pub(super) fn of_json<'t>(text: &'t str, tree: &Tree, id: NodeId, names: &Names<'t>) -> Option<Item<'t>> {
    let node = tree.node(id);
    Some(match node.kind {
        JsonKind::Null | JsonKind::Key => return None,
        JsonKind::String => Item::Text(json::decode(text, node)),
        JsonKind::True | JsonKind::False | JsonKind::Number => Item::Text(Cow::Borrowed(node.span.of(text))),
        JsonKind::Array => Item::List(
            tree.elements(id)
                .filter_map(|element| of_json(text, tree, element, names))
                .collect(),
        ),
        JsonKind::Object => Item::Fields(
            tree.members(id)
                .filter_map(|(key, value)| {
                    let name = names.find(&json::decode(text, tree.node(key)))?;
                    Some((name, of_json(text, tree, value, names)?))
                })
                .collect(),
        ),
    })
}
