//! A request about one document: what it is answered from.

use super::client::Client;
use super::engine::{Engine, Seen};
use super::mailbox::Snapshot;

/// A request about a document.
pub struct About<'q, 'a> {
    /// What the client can do.
    pub client: Client,
    /// The engine of its folder.
    pub engine: &'q Engine<'a>,
    /// The document.
    pub snapshot: &'q Snapshot,
    /// What is known of it.
    pub seen: &'q Seen,
}

impl About<'_, '_> {
    /// The document's text.
    pub fn text(&self) -> &str {
        self.snapshot.text.as_str()
    }
}
