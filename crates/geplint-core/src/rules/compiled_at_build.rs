//! An endpoint whose rules were compiled when the program was built. It is deserialized at its first use.

use std::sync::OnceLock;

use super::ids::PropertyId;
use super::model::{Endpoint, Table};

/// An endpoint as a build script writes it, with the data that recognition needs before it is deserialized.
#[derive(Debug)]
pub struct Compiled {
    /// The id.
    pub id: &'static str,
    /// The names of a record's properties.
    pub names: &'static [&'static str],
    /// The names that no other API is known to have.
    pub distinctive: &'static [&'static str],
    /// The text of its rules file.
    pub text: &'static str,
    /// An [`Endpoint`] as [`Endpoint::to_bytes`] writes it.
    pub bytes: &'static [u8],
    /// The endpoint, once it has been deserialized.
    pub loaded: OnceLock<Option<Endpoint>>,
}

impl Compiled {
    /// Returns the rules. `None` if the bytes are not an endpoint, which a test excludes.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.loaded
            .get_or_init(|| postcard::from_bytes(self.bytes).ok())
            .as_ref()
    }

    /// Returns true if its records have a property of that name, in any style.
    pub fn knows(&self, name: &str) -> bool {
        if let Some(Some(endpoint)) = self.loaded.get() {
            return property_like(endpoint.record_table(), name).is_some();
        }
        let same = |name: &str| self.names.iter().find(|known| known.eq_ignore_ascii_case(name));
        find_in_any_style(name, same).is_some()
    }

    /// Returns true if a record with a property of that name certainly belongs to this API.
    pub fn is_distinctive(&self, name: &str) -> bool {
        let same = |name: &str| {
            let mut names = self.distinctive.iter();
            names.find(|known| known.eq_ignore_ascii_case(name))
        };
        find_in_any_style(name, same).is_some()
    }
}

/// Returns the row of a name in any style. `user_name` does not bind, but its meaning is clear.
pub(crate) fn property_like(table: &Table, name: &str) -> Option<PropertyId> {
    find_in_any_style(name, |name| table.find(name))
}

/// Finds a name as written, without the marks of XML, or without separators between its words.
fn find_in_any_style<T>(name: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    find(name).or_else(|| {
        let name = unmarked(name);
        let marked = name.len() < 100 && name.contains(['_', '-', ' ']);
        find(name).or_else(|| marked.then(|| find(&name.replace(['_', '-', ' '], "")))?)
    })
}

/// Removes the marks of converters from XML: `@name` of an attribute, `ns:name` of a namespace.
pub(crate) fn unmarked(name: &str) -> &str {
    let name = name.strip_prefix('@').unwrap_or(name);
    name.rsplit_once(':').map_or(name, |(_, own)| own)
}
