//! The source of settings files: the disk, or the unsaved text of an editor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read_settings_file;
use super::settings_error::Fault;
use crate::input::normal;

/// The folder in which settings are searched, and unsaved texts of files.
#[derive(Debug, Clone, Default)]
pub struct SettingsSource {
    /// The absolute path; empty for the working directory.
    pub folder: PathBuf,
    /// Texts of an editor, by absolute path.
    pub open: HashMap<PathBuf, Arc<str>>,
}

impl SettingsSource {
    /// Returns the text of a file of at most `most` bytes.
    pub fn text(&self, path: &Path, most: u64) -> Result<String, Fault> {
        match self.newer(path) {
            Some(text) => Ok(text.to_string()),
            None => read_settings_file::text(path, most),
        }
    }

    /// The same for bytes. The error is only the reason.
    pub fn bytes(&self, path: &Path, most: u64) -> Result<Vec<u8>, String> {
        match self.newer(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => read_settings_file::bytes(path, most),
        }
    }

    /// Returns true if there is such a file.
    pub fn has(&self, path: &Path) -> bool {
        self.newer(path).is_some() || path.is_file()
    }

    /// Converts the path of a settings file to a path for the system.
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
