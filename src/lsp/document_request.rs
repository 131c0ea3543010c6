//! A request about one document: what it is answered from.

use super::client::Client;
use super::engine::{Engine, Seen};
use super::mailbox::Snapshot;
use super::settings_assist::OwnFile;
use crate::settings::FILE_NAME;

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
    /// Which file of geplint itself the document is, if it is one.
    pub fn own_file(&self) -> Option<OwnFile> {
        let path = self.snapshot.path.as_deref()?;
        let site = self.engine.site;
        if path.file_name().is_some_and(|name| name == FILE_NAME) {
            Some(OwnFile::Settings)
        } else if site.tenant_file.as_deref() == Some(path) {
            Some(OwnFile::Tenant)
        } else {
            let is_rules = site.rules_files.iter().any(|file| file == path);
            is_rules.then_some(OwnFile::Rules)
        }
    }

    /// The document's text.
    pub fn text(&self) -> &str {
        self.snapshot.text.as_str()
    }
}
