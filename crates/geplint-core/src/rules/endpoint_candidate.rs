//! The endpoints that a file may be for. A run uses few of them, so only the names that distinguish them are
//! available at once; the rest of an endpoint is read when it is first needed.

use super::Endpoint;
use super::compiled_at_build::{Compiled, property_like};

/// An endpoint that a file may be for.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'r>(Origin<'r>);

#[derive(Debug, Clone, Copy)]
enum Origin<'r> {
    /// An endpoint whose rules have been read.
    Loaded(&'r Endpoint),
    /// An endpoint that is compiled in.
    Compiled(&'static Compiled),
}

impl<'r> From<&'r Endpoint> for Candidate<'r> {
    fn from(endpoint: &'r Endpoint) -> Self {
        Self(Origin::Loaded(endpoint))
    }
}

impl<'r> Candidate<'r> {
    /// Returns an endpoint that was compiled when the program was built.
    #[must_use]
    pub const fn compiled(compiled: &'static Compiled) -> Self {
        Self(Origin::Compiled(compiled))
    }

    /// Returns the id: `contact-details`.
    #[must_use]
    pub fn id(&self) -> &'r str {
        match self.0 {
            Origin::Loaded(endpoint) => &endpoint.id,
            Origin::Compiled(compiled) => compiled.id,
        }
    }

    /// Returns the rules. Reads them first if they are compiled in; `None` only if these are damaged, which a test
    /// excludes.
    #[must_use]
    pub fn endpoint(&self) -> Option<&'r Endpoint> {
        match self.0 {
            Origin::Loaded(endpoint) => Some(endpoint),
            Origin::Compiled(compiled) => compiled.endpoint(),
        }
    }

    /// Returns true if its records have a property of that name, in any style.
    pub(crate) fn knows(&self, name: &str) -> bool {
        match self.0 {
            Origin::Loaded(endpoint) => property_like(endpoint.record_table(), name).is_some(),
            Origin::Compiled(compiled) => compiled.knows(name),
        }
    }

    /// Returns true if its records have a property of that name, in any style, that no other API is known to have.
    pub(crate) fn is_distinctive(&self, name: &str) -> bool {
        match self.0 {
            Origin::Loaded(endpoint) => {
                let id = property_like(endpoint.record_table(), name);
                id.is_some_and(|id| endpoint.distinctive.contains(&id))
            }
            Origin::Compiled(compiled) => compiled.is_distinctive(name),
        }
    }
}
