//! An endpoint whose rules were compiled when the program was built. It is read back when it is asked for, and only then.

use std::sync::OnceLock;

use super::{Endpoint, PropertyId, Table};

/// An endpoint as a build script has written it, with what is needed before its rules are read back.
#[derive(Debug)]
pub struct Compiled {
    /// Its id.
    pub id: &'static str,
    /// The names of a record's properties.
    pub names: &'static [&'static str],
    /// Those of them that no other API is known to have.
    pub distinctive: &'static [&'static str],
    /// Its rules file.
    pub text: &'static str,
    /// An [`Endpoint`] as [`Endpoint::to_bytes`] writes it.
    pub bytes: &'static [u8],
    /// The endpoint, once it has been read back.
    pub loaded: OnceLock<Option<Endpoint>>,
}

impl Compiled {
    /// Its rules; `None` if the bytes are no endpoint, which a test rules out.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.loaded
            .get_or_init(|| postcard::from_bytes(self.bytes).ok())
            .as_ref()
    }

    /// Whether its records have a property of that name, written in one way or another.
    pub fn knows(&self, name: &str) -> bool {
        if let Some(Some(endpoint)) = self.loaded.get() {
            return property_like(endpoint.record_table(), name).is_some();
        }
        let same = |name: &str| self.names.iter().find(|known| known.eq_ignore_ascii_case(name));
        written_somehow(name, same).is_some()
    }

    /// Whether a record with a property of that name surely belongs to this API.
    pub fn is_distinctive(&self, name: &str) -> bool {
        let same = |name: &str| {
            let mut names = self.distinctive.iter();
            names.find(|known| known.eq_ignore_ascii_case(name))
        };
        written_somehow(name, same).is_some()
    }
}

/// The row of a name; `user_name` will not bind, but tells what is meant.
pub(crate) fn property_like(table: &Table, name: &str) -> Option<PropertyId> {
    written_somehow(name, |name| table.find(name))
}

/// What is found for a name, or for the same without the marks that people put between its words.
fn written_somehow<T>(name: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    find(name).or_else(|| {
        let marked = name.len() < 100 && name.contains(['_', '-', ' ']);
        marked.then(|| find(&name.replace(['_', '-', ' '], "")))?
    })
}
