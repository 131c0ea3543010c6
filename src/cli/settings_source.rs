//! The source of settings files: the disk, or the unsaved text of an editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fault::Fault;
use super::read_settings_file;
use crate::input::normal;

/// The folder that settings are looked for in, and texts that are newer than the files they are of.
#[derive(Debug, Clone, Default)]
pub struct SettingsSource {
    /// From the root of the system on; empty for the working directory.
    pub folder: PathBuf,
    /// Texts of an editor, by their paths from the root of the system on.
    pub open: HashMap<PathBuf, Arc<str>>,
}

impl SettingsSource {
    /// The text of a file of at most `most` bytes.
    pub fn text(&self, path: &Path, most: u64) -> Result<String, Fault> {
        match self.newer(path) {
            Some(text) => Ok(text.to_string()),
            None => read_settings_file::text(path, most),
        }
    }

    /// The same as bytes; the message is only the reason.
    pub fn bytes(&self, path: &Path, most: u64) -> Result<Vec<u8>, String> {
        match self.newer(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => read_settings_file::bytes(path, most),
        }
    }

    /// Whether there is a file of that path.
    pub fn has(&self, path: &Path) -> bool {
        self.newer(path).is_some() || path.is_file()
    }

    /// A settings file, given from the folder on, as it can be given to the system.
    pub fn found(&self, up: &Path) -> PathBuf {
        if self.folder.as_os_str().is_empty() {
            up.to_path_buf()
        } else {
            normal(&self.folder.join(up))
        }
    }

    fn newer(&self, path: &Path) -> Option<&Arc<str>> {
        if self.open.is_empty() {
            return None;
        }
        self.open.get(&normal(path))
    }
}
