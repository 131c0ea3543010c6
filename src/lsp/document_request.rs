//! A request about one document, with everything needed to answer it.

use super::client::Client;
use super::engine::{CheckedDocument, Engine};
use super::mailbox::Snapshot;
use super::settings_assist::OwnFile;
use crate::settings::FILE_NAME;

/// A request about a document.
pub struct DocumentRequest<'q, 'a> {
    /// The capabilities of the client.
    pub client: Client,
    /// The engine of its folder.
    pub engine: &'q Engine<'a>,
    /// The document.
    pub snapshot: &'q Snapshot,
    /// The result of its last check.
    pub checked: &'q CheckedDocument,
}

impl DocumentRequest<'_, '_> {
    /// Returns the kind of file, if the document is one of geplint's own files.
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

    /// Returns the text of the document.
    pub fn text(&self) -> &str {
        self.snapshot.text.as_str()
    }
}
