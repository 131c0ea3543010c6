//! The rules of an API as a library user holds them: owned, layered, replaced as a whole when files change.

use std::fmt;
use std::ops::Range;

use crate::rules::{Candidate, Endpoint, Layer, LoadError, Shared, endpoint_of, load, load_layers};

/// The rules of all endpoints of an API.
///
/// A `Ruleset` owns what it holds. To reload, make another one and drop this one.
#[derive(Debug, Clone, Default)]
pub struct Ruleset {
    entries: Vec<Entry>,
    shared: Shared,
}

/// An endpoint and what it was made of.
#[derive(Debug, Clone)]
struct Entry {
    endpoint: Endpoint,
    /// The file that describes it.
    base: String,
    /// The files over that, each with its name.
    layers: Vec<(String, String)>,
}

/// A mistake in a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleError {
    /// The name of the file, as it was given.
    pub file: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Where: bytes of the file's text.
    pub span: Range<usize>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

impl std::error::Error for RuleError {}

impl RuleError {
    fn new(file: &str, error: LoadError) -> Self {
        Self {
            file: file.to_owned(),
            message: error.message,
            span: error.span,
        }
    }
}

impl Ruleset {
    /// Reads rules files, one for each endpoint; `rules/README.md` explains the format.
    ///
    /// Errors: the first mistake, with its place in its file.
    pub fn new(files: &[Layer<'_>], shared: Shared) -> Result<Self, RuleError> {
        let empty = Self {
            entries: Vec::new(),
            shared,
        };
        empty.with_layers(files)
    }

    /// These rules with files over them: a file changes the endpoint that it names, or adds one.
    ///
    /// Errors: the first mistake, with its place in its file.
    pub fn with_layers(&self, layers: &[Layer<'_>]) -> Result<Self, RuleError> {
        let mut result = self.clone();
        for layer in layers {
            let fail = |error| RuleError::new(layer.name, error);
            let id = endpoint_of(layer.text).map_err(fail)?;
            let Some(entry) = result.entries.iter_mut().find(|entry| entry.endpoint.id == id) else {
                result.entries.push(Entry {
                    endpoint: load(layer.text, &self.shared).map_err(fail)?,
                    base: layer.text.to_owned(),
                    layers: Vec::new(),
                });
                continue;
            };
            entry.layers.push((layer.name.to_owned(), layer.text.to_owned()));
            let over: Vec<Layer<'_>> = entry
                .layers
                .iter()
                .map(|(name, text)| Layer { name, text })
                .collect();
            entry.endpoint =
                load_layers(Some(&entry.base), &over, &self.shared).map_err(|(index, error)| {
                    let file = over.get(index).map_or(layer.name, |layer| layer.name);
                    RuleError::new(file, error)
                })?;
        }
        Ok(result)
    }

    /// Its endpoints, in the order of their files.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.entries.iter().map(|entry| &entry.endpoint)
    }

    /// The endpoint of that id.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn candidates(&self) -> Vec<Candidate<'_>> {
        self.endpoints().map(Candidate::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{builtin_text, shared};

    fn length(rules: &Ruleset) -> Option<u32> {
        let endpoint = rules.endpoint("user-group")?;
        let table = endpoint.record_table();
        table.property(table.find("GroupName")?).max_length
    }

    #[test]
    fn layers_change_an_endpoint_and_leave_the_rules_below_as_they_are() {
        let base = Layer {
            name: "user-group.toml",
            text: builtin_text("user-group").unwrap(),
        };
        let patch = |limit: u32| {
            format!(
                "endpoint = \"user-group\"\n[tables.UserGroup.properties]\nGroupName = {{ type = \"string({limit})\" }}\n"
            )
        };
        let rules = Ruleset::new(&[base], shared().clone()).unwrap();
        assert_eq!(length(&rules), None);
        let (five, seven) = (patch(5), patch(7));
        let once = rules
            .with_layers(&[Layer {
                name: "a.toml",
                text: &five,
            }])
            .unwrap();
        let twice = once
            .with_layers(&[Layer {
                name: "b.toml",
                text: &seven,
            }])
            .unwrap();
        assert_eq!(
            (length(&rules), length(&once), length(&twice)),
            (None, Some(5), Some(7))
        );
    }

    #[test]
    fn a_mistake_names_its_file_and_its_place() {
        let text = "endpoint = \"things\"\ntitel = 1\n";
        let error = Ruleset::new(
            &[Layer {
                name: "mine.toml",
                text,
            }],
            Shared::default(),
        )
        .unwrap_err();
        assert_eq!((error.file.as_str(), &text[error.span]), ("mine.toml", "titel"));
    }
}
