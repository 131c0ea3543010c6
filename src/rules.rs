//! The rules of the API, compiled in from `rules/`, and their types.
//!
//! The build script has compiled and serialized the endpoints, and they are deserialized here.

use std::sync::OnceLock;

pub use geplint_core::rules::*;
pub use geplint_core::{RuleError, Ruleset};

pub use crate::manual::{RuleText, TopicText, rule_text, rule_texts, topic_text, topic_texts};

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

/// Returns the ids of the endpoints that are compiled in, sorted.
pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|builtin| builtin.id)
}

/// Returns the endpoints that are compiled in, not read yet.
pub fn candidates() -> impl Iterator<Item = Candidate<'static>> {
    BUILTIN.iter().map(Candidate::compiled)
}

/// Returns the rules of an endpoint; `None` if there is no such endpoint.
pub fn builtin(id: &str) -> Option<&'static Endpoint> {
    find(id)?.endpoint()
}

/// Returns the text of an endpoint's rules file, for layers over it.
pub fn builtin_text(id: &str) -> Option<&'static str> {
    find(id).map(|builtin| builtin.text)
}

/// Returns the data that all endpoints share: the public code lists of `rules/lists/`, the answers of
/// `rules/api.toml`, the ids of documented rules.
pub fn shared() -> &'static Shared {
    static LOADED: OnceLock<Shared> = OnceLock::new();
    // The build script has read all of them, so that no fallback is ever used.
    LOADED.get_or_init(|| {
        Shared::from_files(&SHARED.map(|(name, text)| Layer { name, text })).unwrap_or_default()
    })
}

/// Reads one endpoint's rules file. Rows may name the lists that are compiled in.
///
/// Errors: as [`geplint_core::rules::load`].
pub fn load(text: &str) -> Result<Endpoint, LoadError> {
    geplint_core::rules::load(text, shared())
}

/// Merges layers over a base, if there is one. Rows may name the lists that are compiled in.
///
/// Errors: as [`geplint_core::rules::load_layers`].
pub fn load_layers(base: Option<&str>, layers: &[Layer<'_>]) -> Result<Endpoint, (usize, LoadError)> {
    geplint_core::rules::load_layers(base, layers, shared())
}

/// Returns the rules that are compiled in.
pub fn built_in() -> Ruleset {
    Ruleset::compiled(&BUILTIN, shared)
}

fn find(id: &str) -> Option<&'static Compiled> {
    BUILTIN.iter().find(|builtin| builtin.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_endpoints_equal_their_files() {
        assert!(BUILTIN.len() >= 4);
        for known in &BUILTIN {
            let endpoint = known
                .endpoint()
                .unwrap_or_else(|| panic!("{} is not read back", known.id));
            assert_eq!(endpoint.id, known.id);
            let written = load(known.text).expect("the build script has loaded it");
            assert_eq!(format!("{endpoint:?}"), format!("{written:?}"));
        }
    }

    #[test]
    fn names_are_the_same_before_and_after_the_rules_are_loaded() {
        let names = [
            "ContactCode",
            "contactcode",
            "contact_code",
            "CONTACT-CODE",
            "contact.code",
            "",
        ];
        for id in builtin_ids() {
            let fresh = fresh(id);
            let early = names.map(|name| fresh.knows(name));
            fresh.endpoint().expect("it is read back");
            assert_eq!(early, names.map(|name| fresh.knows(name)), "{id}");
            let table = fresh.endpoint().expect("it is read back").record_table();
            let known: Vec<&str> = table.properties.iter().map(|row| &*row.name).collect();
            assert_eq!(fresh.names, known, "{id}");
        }
    }

    /// Returns an endpoint that has not been deserialized yet.
    fn fresh(id: &str) -> Compiled {
        let known = find(id).expect("it is compiled in");
        Compiled {
            loaded: OnceLock::new(),
            ..*known
        }
    }
}
