//! What a repository's own files may name: nothing outside of it.

use std::path::{Path, PathBuf};

use super::identity::end_of_links;
use crate::input::normal;

/// The folder that the paths in a settings or tenant file have to stay in: the root of its repository, or its own
/// folder where there is none.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// From the root of the system on, without links where it exists.
    root: PathBuf,
    is_repository: bool,
}

impl Bounds {
    /// Those of a file in this folder.
    pub fn of(folder: &Path) -> Self {
        let folder = normal(folder);
        let repository = folder.ancestors().find(|above| above.join(".git").exists());
        let root = repository.unwrap_or(&folder);
        Self {
            root: root.canonicalize().unwrap_or_else(|_| root.to_path_buf()),
            is_repository: repository.is_some(),
        }
    }

    /// Whether a path stays in them, links included; the message says how it does not.
    pub fn admit(&self, path: &Path) -> Result<(), String> {
        let place = end_of_links(path).map_err(|_| "the link leads nowhere".to_owned())?;
        let real = place
            .canonicalize()
            .unwrap_or_else(|_| without_links(&normal(&place)));
        let Ok(inside) = real.strip_prefix(&self.root) else {
            return Err(if self.is_repository {
                "it lies outside of the repository".to_owned()
            } else {
                "it lies outside of the folder of the file that names it".to_owned()
            });
        };
        // Credentials are kept there, too.
        if inside
            .components()
            .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
        {
            return Err("it lies in git's own folder".to_owned());
        }
        Ok(())
    }
}

/// The path of something that is not there: as far as its folders are, without links.
fn without_links(place: &Path) -> PathBuf {
    let there = place
        .ancestors()
        .find_map(|above| Some((above, above.canonicalize().ok()?)));
    there.map_or_else(
        || place.to_path_buf(),
        |(above, real)| real.join(place.strip_prefix(above).unwrap_or(Path::new(""))),
    )
}
