//! The identity of files, independent of the spelling of their paths.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::input::normal;

/// The identity of a file, as far as the system provides one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A file that exists.
    There(Node),
    /// A file that does not exist yet: its folder without links, and its name. Names that differ only in case are
    /// treated as equal, as on many file systems.
    Coming(PathBuf, String),
}

/// The device and the inode of a file; hard links share them.
#[cfg(unix)]
pub type Node = (u64, u64);

/// The path without links.
#[cfg(not(unix))]
pub type Node = PathBuf;

impl Identity {
    /// Returns the identity of the file at a path; `None` for a folder, a pipe or a device.
    pub fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_file() => Some(Self::There(node(path, &there))),
            Ok(_) => None,
            Err(_) => {
                let place = end_of_links(path).unwrap_or_else(|_| path.to_path_buf());
                let name = place
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .to_lowercase();
                let folder = normal(place.parent().unwrap_or(Path::new("")));
                Some(Self::Coming(folder.canonicalize().unwrap_or(folder), name))
            }
        }
    }
}

#[cfg(unix)]
fn node(_path: &Path, there: &Metadata) -> Node {
    use std::os::unix::fs::MetadataExt;
    (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn node(path: &Path, _there: &Metadata) -> Node {
    path.canonicalize().unwrap_or_else(|_| normal(path))
}

/// Returns the end of a chain of links, even if nothing exists there. A path that is not a link is its own end.
pub fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    // The same number as on Linux.
    const MOST: usize = 40;
    let mut place = path.to_path_buf();
    for _ in 0..MOST {
        let Ok(to) = fs::read_link(&place) else {
            return Ok(place);
        };
        place = place.parent().unwrap_or(Path::new("")).join(to);
    }
    Err(ErrorKind::InvalidInput.into())
}
