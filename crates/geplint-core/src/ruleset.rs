//! The rules of an API for a library user: owned, layered, replaced as a whole when files change.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::rules::{
    Candidate, Compiled, Endpoint, FileKind, Layer, LoadError, Shared, endpoint_of, file_kind, load,
    load_layers,
};

/// The rules of all endpoints of an API.
///
/// A `Ruleset` owns its rules, and clones are cheap. To reload, create another one and drop this one.
#[derive(Debug, Clone, Default)]
pub struct Ruleset {
    /// The endpoints, by id.
    entries: BTreeMap<String, Entry>,
    shared: SharedSource,
}

/// The parts that endpoints share. Lists that are compiled in are parsed once a layer is loaded.
#[derive(Debug, Clone)]
enum SharedSource {
    Owned(Arc<Shared>),
    Compiled(fn() -> &'static Shared),
}

impl Default for SharedSource {
    fn default() -> Self {
        Self::Owned(Arc::default())
    }
}

/// An endpoint and its sources.
#[derive(Debug, Clone)]
struct Entry {
    endpoint: Origin,
    base: Base,
    /// The name and text of the files over the base.
    layers: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Origin {
    Compiled(&'static Compiled),
    Loaded(Arc<Endpoint>),
}

/// The rules below the layers.
#[derive(Debug, Clone)]
enum Base {
    /// None: a layer was the first to name the endpoint.
    None,
    Text(Arc<str>),
    Compiled(&'static Compiled),
}

impl Base {
    fn text(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text),
            Self::Compiled(compiled) => Some(compiled.text),
        }
    }
}

impl Entry {
    fn candidate(&self) -> Candidate<'_> {
        match &self.endpoint {
            Origin::Compiled(compiled) => Candidate::compiled(compiled),
            Origin::Loaded(endpoint) => Candidate::from(&**endpoint),
        }
    }
}

/// An error in a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleError {
    /// The name of the file as passed by the caller.
    pub file: String,
    /// The index of the file among those that were passed.
    pub index: usize,
    /// The mistake, and the valid alternatives.
    pub message: String,
    /// The byte range in the file's text.
    pub span: Range<usize>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

impl std::error::Error for RuleError {}

impl RuleError {
    fn new(files: &[Layer<'_>], index: usize, error: LoadError) -> Self {
        Self {
            file: files.get(index).map_or("", |file| file.name).to_owned(),
            index,
            message: error.message,
            span: error.span,
        }
    }
}

impl Ruleset {
    /// Reads the files of a folder such as `rules/`: one for each endpoint, and those that endpoints share.
    /// `rules/README.md` explains the format, and [`Shared::from_files`] the names of shared files.
    ///
    /// Errors: the first error, with its position in its file.
    pub fn new(files: &[Layer<'_>]) -> Result<Self, RuleError> {
        let fail = |index, error| RuleError::new(files, index, error);
        let shared = Shared::from_files(files).map_err(|(index, error)| fail(index, error))?;
        let mut entries = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            if file_kind(file.name).0 != FileKind::Endpoint {
                continue;
            }
            let endpoint = load(file.text, &shared).map_err(|error| fail(index, error))?;
            let id = endpoint.id.to_string();
            if entries.contains_key(&id) {
                let message = format!("an earlier file already has the endpoint \"{id}\"");
                return Err(fail(index, LoadError { message, span: 0..0 }));
            }
            let entry = Entry {
                endpoint: Origin::Loaded(Arc::new(endpoint)),
                base: Base::Text(file.text.into()),
                layers: Vec::new(),
            };
            entries.insert(id, entry);
        }
        Ok(Self {
            entries,
            shared: SharedSource::Owned(Arc::new(shared)),
        })
    }

    /// Returns rules that a build script has compiled. Each endpoint is read when it is first needed.
    pub fn compiled(endpoints: &'static [Compiled], shared: fn() -> &'static Shared) -> Self {
        let entry = |compiled: &'static Compiled| Entry {
            endpoint: Origin::Compiled(compiled),
            base: Base::Compiled(compiled),
            layers: Vec::new(),
        };
        let entries = endpoints.iter().map(|one| (one.id.to_owned(), entry(one)));
        Self {
            entries: entries.collect(),
            shared: SharedSource::Compiled(shared),
        }
    }

    /// Adds layers of files. A file changes the endpoint that it names, or adds one.
    ///
    /// Errors: the first error, with its position in its file.
    pub fn with_layers(&self, layers: &[Layer<'_>]) -> Result<Self, RuleError> {
        let mut result = self.clone();
        let mut changed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, layer) in layers.iter().enumerate() {
            let id = endpoint_of(layer.text).map_err(|error| RuleError::new(layers, index, error))?;
            changed.entry(id).or_default().push(index);
        }
        for (id, indices) in changed {
            let (base, mut files) = match self.entries.get(&id) {
                Some(entry) => (entry.base.clone(), entry.layers.clone()),
                None => (Base::None, Vec::new()),
            };
            let earlier = files.len();
            let new = indices.iter().filter_map(|index| layers.get(*index));
            files.extend(new.map(|layer| (layer.name.to_owned(), layer.text.to_owned())));
            let all: Vec<Layer<'_>> = files.iter().map(|(name, text)| Layer { name, text }).collect();
            // Each layer is loaded over those before it, so an error is never in an earlier one.
            let endpoint = load_layers(base.text(), &all, self.shared()).map_err(|(index, error)| {
                let new = index.checked_sub(earlier).and_then(|new| indices.get(new));
                RuleError::new(layers, new.copied().unwrap_or(usize::MAX), error)
            })?;
            let entry = Entry {
                endpoint: Origin::Loaded(Arc::new(endpoint)),
                base,
                layers: files,
            };
            result.entries.insert(id, entry);
        }
        Ok(result)
    }

    /// Keeps only the endpoint with this id, if there is one.
    #[must_use]
    pub fn only(mut self, id: &str) -> Self {
        self.entries.retain(|own, _| own == id);
        self
    }

    /// Returns the endpoints, sorted by id.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.entries
            .values()
            .filter_map(|entry| entry.candidate().endpoint())
    }

    /// Returns the ids of the endpoints, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Returns the endpoint of that id.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.entries.get(id)?.candidate().endpoint()
    }

    /// Returns the endpoints for recognition, sorted by id.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        self.entries.values().map(Entry::candidate).collect()
    }

    fn shared(&self) -> &Shared {
        match &self.shared {
            SharedSource::Owned(shared) => shared,
            SharedSource::Compiled(shared) => shared(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{as_layers, files};

    fn length(rules: &Ruleset) -> Option<u32> {
        let endpoint = rules.endpoint("user-group")?;
        let table = endpoint.record_table();
        table.property(table.find("GroupName")?).max_length
    }

    #[test]
    fn layers_change_an_endpoint_and_leave_the_rules_below_as_they_are() {
        let patch = |limit: u32| {
            format!(
                "endpoint = \"user-group\"\n[tables.UserGroup.properties]\nGroupName = {{ type = \"string({limit})\" }}\n"
            )
        };
        let files = files();
        let rules = Ruleset::new(&as_layers(&files)).unwrap();
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
    fn a_mistake_has_its_file_and_position() {
        let text = "endpoint = \"things\"\ntitel = 1\n";
        let error = Ruleset::new(&[Layer {
            name: "mine.toml",
            text,
        }])
        .unwrap_err();
        assert_eq!((error.file.as_str(), &text[error.span]), ("mine.toml", "titel"));
    }
}
