//! Decides which files should be JSON: those that the settings name, and those next to payloads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::inputs::Knowledge;
use super::settings::Project;
use crate::input::{Entry, Reader, WalkOptions, collect};
use crate::json;
use crate::recognize::{Recognized, Standard, recognize_as};

/// The decisions for all files of a run. A folder is examined once, and only if a file in it is not JSON.
pub struct Expected<'a> {
    /// The files of the run; `None` if they are unknown, so that folders are listed.
    entries: Option<&'a [Entry]>,
    known: &'a Knowledge,
    project: &'a Project,
    /// The largest file that is read, in bytes.
    most: u64,
    /// The files of each folder.
    by_folder: OnceLock<HashMap<&'a Path, Vec<&'a Path>>>,
    /// For each folder, true if it has a payload.
    answers: Mutex<HashMap<PathBuf, bool>>,
}

impl<'a> Expected<'a> {
    /// Creates the decisions for the files of a run. Files larger than `most` bytes are not read.
    pub fn new(entries: &'a [Entry], known: &'a Knowledge, project: &'a Project, most: u64) -> Self {
        Self {
            entries: Some(entries),
            known,
            project,
            most,
            by_folder: OnceLock::new(),
            answers: Mutex::default(),
        }
    }

    /// Creates the decisions for single files, each based on the files next to it.
    #[cfg(feature = "lsp")]
    pub fn for_single_files(known: &'a Knowledge, project: &'a Project, most: u64) -> Self {
        Self {
            entries: None,
            ..Self::new(&[], known, project, most)
        }
    }

    /// Returns true if a file should be JSON: the settings name it, or it is next to a payload.
    pub fn is(&self, path: &Path) -> bool {
        !self.project.config.include.is_empty()
            || self.project.endpoint(path).is_some()
            || self.is_next_to_payload(path)
    }

    fn is_next_to_payload(&self, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(Path::new(""));
        let known = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(folder)
            .copied();
        if let Some(answer) = known {
            return answer;
        }
        let mut reader = Reader::new(self.most);
        let mut is_other = |file: &Path| file != path && self.is_payload(file, &mut reader);
        let answer = if let Some(entries) = self.entries {
            let beside = self.by_folder.get_or_init(|| by_folder(entries)).get(folder);
            beside.is_some_and(|files| files.iter().any(|file| is_other(file)))
        } else {
            self.listed(folder).iter().any(|file| is_other(file))
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(folder.to_path_buf(), answer);
        answer
    }

    /// Returns the files of a folder that the settings select for a run.
    fn listed(&self, folder: &Path) -> Vec<PathBuf> {
        let options = WalkOptions {
            excludes: self.project.excludes(&[]).unwrap_or_default(),
            shallow: true,
            requests: true,
            ..WalkOptions::default()
        };
        let mut files: Vec<PathBuf> = collect(&[folder.to_path_buf()], &options)
            .into_iter()
            .filter_map(|entry| entry.file().cloned())
            .filter(|file| self.project.includes(file))
            .collect();
        files.sort();
        files
    }

    fn is_payload(&self, path: &Path, reader: &mut Reader) -> bool {
        let Ok(bytes) = reader.file(path) else {
            return false;
        };
        let (text, _) = json::text(bytes);
        matches!(
            recognize_as(&text, &self.known.rules.candidates(), Standard::Found),
            Recognized::Request(_)
        )
    }
}

fn by_folder(entries: &[Entry]) -> HashMap<&Path, Vec<&Path>> {
    let mut folders: HashMap<&Path, Vec<&Path>> = HashMap::new();
    for path in entries.iter().filter_map(Entry::file) {
        let folder = path.parent().unwrap_or(Path::new(""));
        folders.entry(folder).or_default().push(path);
    }
    folders
}
