//! The rules files that are compiled in. Each is read when its endpoint is asked for, and only then.
//!
//! The build script has compiled them: what is read here is an [`Endpoint`] as postcard writes it.

use std::sync::OnceLock;

use super::candidate::{Candidate, written_somehow};
use super::{Endpoint, property_like};

/// An endpoint that is compiled in.
#[derive(Debug)]
pub(super) struct Builtin {
    pub(super) id: &'static str,
    /// The names of a record's properties.
    names: &'static [&'static str],
    /// Its rules file.
    text: &'static str,
    /// What the build script has made of that.
    compiled: &'static [u8],
    loaded: OnceLock<Option<Endpoint>>,
}

include!(concat!(env!("OUT_DIR"), "/endpoints.rs"));

impl Builtin {
    /// A test reads every one, so that none ever fails here.
    pub(super) fn endpoint(&self) -> Option<&Endpoint> {
        self.loaded
            .get_or_init(|| postcard::from_bytes(self.compiled).ok())
            .as_ref()
    }

    /// Whether its records have a property of that name, written in one way or another.
    pub(super) fn knows(&self, name: &str) -> bool {
        if let Some(Some(endpoint)) = self.loaded.get() {
            return property_like(endpoint.record_table(), name).is_some();
        }
        let same = |name: &str| self.names.iter().find(|known| known.eq_ignore_ascii_case(name));
        written_somehow(name, same).is_some()
    }
}

/// The ids of the endpoints that are compiled in, sorted.
pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|builtin| builtin.id)
}

/// The endpoints that are compiled in, none of them read yet.
pub fn candidates() -> impl Iterator<Item = Candidate<'static>> {
    BUILTIN.iter().map(Candidate::builtin)
}

/// The rules of an endpoint; `None` where there is no such endpoint.
pub fn builtin(id: &str) -> Option<&'static Endpoint> {
    find(id)?.endpoint()
}

/// The text of an endpoint's rules file, for layers over it.
pub fn builtin_text(id: &str) -> Option<&'static str> {
    find(id).map(|builtin| builtin.text)
}

fn find(id: &str) -> Option<&'static Builtin> {
    BUILTIN.iter().find(|builtin| builtin.id == id)
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    #[test]
    fn every_endpoint_is_read_back_as_its_file_says() {
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
    fn names_are_known_before_the_rules_are_read_as_they_are_after() {
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

    /// One that nothing else has read.
    fn fresh(id: &str) -> Builtin {
        let known = find(id).expect("it is compiled in");
        Builtin {
            loaded: OnceLock::new(),
            ..*known
        }
    }
}
