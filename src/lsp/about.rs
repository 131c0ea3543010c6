//! A request about one document: what it is answered from.

use super::client::Client;
use super::engine::{Engine, Seen};
use super::mailbox::Snapshot;
use crate::config::FILE_NAME;

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
    /// Whether the document is a settings file.
    pub fn is_settings(&self) -> bool {
        let path = self.snapshot.path.as_deref();
        path.is_some_and(|path| path.file_name().is_some_and(|name| name == FILE_NAME))
    }

    /// The document's text.
    pub fn text(&self) -> &str {
        self.snapshot.text.as_str()
    }
}
