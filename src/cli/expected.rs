//! Decides which of the files that are not JSON should be: those that the settings name, and those beside payloads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::inputs::Knowledge;
use super::settings::Project;
use crate::input::{Entry, Reader};
use crate::json;
use crate::recognize::{Recognized, Standard, recognize_as};

/// Answers for all files of a run. A folder is examined once, and only if a file in it is not JSON.
pub struct Expected<'a> {
    entries: &'a [Entry],
    known: &'a Knowledge,
    project: &'a Project,
    /// The largest file that is read, in bytes.
    most: u64,
    /// The files of each folder.
    beside: OnceLock<HashMap<&'a Path, Vec<&'a Path>>>,
    /// For each folder, true if it has a payload.
    answers: Mutex<HashMap<PathBuf, bool>>,
}

impl<'a> Expected<'a> {
    /// Returns the answers for the files of a run. Files larger than `most` bytes are not read.
    pub fn new(entries: &'a [Entry], known: &'a Knowledge, project: &'a Project, most: u64) -> Self {
        Self {
            entries,
            known,
            project,
            most,
            beside: OnceLock::new(),
            answers: Mutex::default(),
        }
    }

    /// Returns true if a file should be JSON: the settings name it, or it is beside a payload.
    pub fn is(&self, path: &Path) -> bool {
        !self.project.config.include.is_empty()
            || self.project.endpoint(path).is_some()
            || self.is_beside_payload(path)
    }

    fn is_beside_payload(&self, path: &Path) -> bool {
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
        let beside = self.beside.get_or_init(|| by_folder(self.entries));
        let mut reader = Reader::new(self.most);
        let answer = beside.get(folder).is_some_and(|files| {
            files
                .iter()
                .any(|file| *file != path && self.is_payload(file, &mut reader))
        });
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(folder.to_path_buf(), answer);
        answer
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
