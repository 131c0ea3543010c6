//! Limits the paths in the files of a repository to this repository.

use std::path::{Path, PathBuf};

use super::identity::end_of_links;
use crate::input::normal;

/// The folder that the paths in a settings or tenant file must not leave: the root of its repository, or its folder
/// if there is none.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// The absolute path, without links if it exists.
    root: PathBuf,
    is_repository: bool,
}

impl Bounds {
    /// Returns the bounds of a file in this folder.
    pub fn of(folder: &Path) -> Self {
        let folder = normal(folder);
        let repository = folder.ancestors().find(|above| above.join(".git").exists());
        let root = repository.unwrap_or(&folder);
        Self {
            root: root.canonicalize().unwrap_or_else(|_| root.to_path_buf()),
            is_repository: repository.is_some(),
        }
    }

    /// Checks that a path stays in the bounds, links included. The error is the reason why it does not.
    pub fn admit(&self, path: &Path) -> Result<(), String> {
        let place = end_of_links(path).map_err(|_| "the link is broken".to_owned())?;
        let real = place
            .canonicalize()
            .unwrap_or_else(|_| without_links(&normal(&place)));
        let Ok(inside) = real.strip_prefix(&self.root) else {
            return Err(if self.is_repository {
                "it is outside the repository".to_owned()
            } else {
                "it is outside the folder of the file that names it".to_owned()
            });
        };
        // This folder also has credentials.
        if inside
            .components()
            .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
        {
            return Err("it is in git's own folder".to_owned());
        }
        Ok(())
    }
}

/// Returns the path of a missing file, without links as far as its folders exist.
fn without_links(place: &Path) -> PathBuf {
    let existing = place
        .ancestors()
        .find_map(|above| Some((above, above.canonicalize().ok()?)));
    existing.map_or_else(
        || place.to_path_buf(),
        |(above, real)| real.join(place.strip_prefix(above).unwrap_or(Path::new(""))),
    )
}
