//! One shape for what TOML, CSV and JSON say of an entry.

use crate::json::{self, JsonKind, NodeId, Tree};

/// A text, a list, or fields by their simplified name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Text(String),
    List(Vec<Item>),
    Fields(Vec<(String, Item)>),
}

impl Item {
    /// The first field that has one of these names.
    pub(super) fn field(&self, names: &[String]) -> Option<&Self> {
        let Self::Fields(fields) = self else { return None };
        names.iter().find_map(|name| {
            fields
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, item)| item)
        })
    }

    /// The text of a field that is there and not empty.
    pub(super) fn text_of(&self, names: &[String]) -> Option<&str> {
        match self.field(names)? {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The elements of a list; a text may hold several, set apart by `;` or `|`.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Text(text) => text
                .split([';', '|'])
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Fields(_) => Vec::new(),
        }
    }
}

/// A name without case, `-`, `_` and blanks.
pub(super) fn simplified(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a JSON node says; of an object only the fields that somebody asks for.
pub(super) fn of_json(text: &str, tree: &Tree, id: NodeId, wanted: &dyn Fn(&str) -> bool) -> Option<Item> {
    let node = tree.node(id);
    Some(match node.kind {
        JsonKind::Null | JsonKind::Key => return None,
        JsonKind::String => Item::Text(json::decode(text, node).into_owned()),
        JsonKind::True | JsonKind::False | JsonKind::Number => Item::Text(node.span.of(text).to_owned()),
        JsonKind::Array => Item::List(
            tree.elements(id)
                .filter_map(|element| of_json(text, tree, element, wanted))
                .collect(),
        ),
        JsonKind::Object => Item::Fields(
            tree.members(id)
                .filter_map(|(key, value)| {
                    let name = simplified(&json::decode(text, tree.node(key)));
                    wanted(&name).then(|| of_json(text, tree, value, wanted).map(|item| (name, item)))?
                })
                .collect(),
        ),
    })
}
