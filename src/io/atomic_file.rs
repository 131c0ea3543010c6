//! A file that is there whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::temp_cleanup;

/// Written beside its place, and put into it by [`commit`](Self::commit); until then an older file stays as it is.
///
/// What is no ordinary file (`/dev/stderr`, a named pipe) cannot be replaced and is written to at once.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    pending: Option<Pending>,
    keeps_owner: bool,
}

/// Removes the file beside the place unless that has become the file itself.
#[derive(Debug)]
struct Pending {
    beside: PathBuf,
    place: PathBuf,
    /// It has become the file itself; its name beside the place may be another's by now.
    placed: bool,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing can be done about it here, and nothing of it is anybody's work.
            let _ = temp_cleanup::ended(&self.beside, || fs::remove_file(&self.beside));
        }
    }
}

impl AtomicFile {
    /// Begins a file that is to stand at `path`; a link there stays, and so do the rights of an older file.
    pub fn create(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => Self::at_once(path),
            Ok(there) if there.permissions().readonly() => Err(ErrorKind::PermissionDenied.into()),
            Ok(there) => {
                // Who may write to the folder may replace what others do not let them write to: that is not asked for.
                OpenOptions::new().write(true).open(path)?;
                Self::beside(fs::canonicalize(path)?, Some(&there))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::beside(end_of_links(path)?, None),
            Err(error) => Err(error),
        }
    }

    /// Whether an older file's owner and group stay what they are.
    #[must_use]
    pub const fn keeps_owner(&self) -> bool {
        self.keeps_owner
    }

    /// As [`commit`](Self::commit), but only in place of a file that still holds `before`; tells whether it did.
    ///
    /// What is written to the old file between the look and the renaming is lost: no file system offers both in one.
    pub fn commit_over(mut self, before: &[u8]) -> io::Result<bool> {
        self.writer.flush()?;
        let still = match &self.pending {
            Some(pending) => fs::read(&pending.place)? == before,
            None => false,
        };
        if still {
            self.commit()?;
        }
        Ok(still)
    }

    /// Puts the file into its place, on the disk.
    pub fn commit(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some(pending) = &mut self.pending {
            self.writer.get_ref().sync_all()?;
            temp_cleanup::ended(&pending.beside, || fs::rename(&pending.beside, &pending.place))?;
            pending.placed = true;
        }
        Ok(())
    }

    fn at_once(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(path)?;
        Ok(Self {
            writer: BufWriter::new(file),
            pending: None,
            keeps_owner: true,
        })
    }

    fn beside(place: PathBuf, there: Option<&Metadata>) -> io::Result<Self> {
        let (file, beside) = fresh(place.parent().unwrap_or(Path::new("")), there.is_some())?;
        let pending = Pending {
            beside,
            place,
            placed: false,
        };
        let mut keeps_owner = true;
        if let Some(there) = there {
            keeps_owner = keep_owner(&file, there);
            file.set_permissions(there.permissions())?;
        }
        Ok(Self {
            writer: BufWriter::new(file),
            pending: Some(pending),
            keeps_owner,
        })
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Gives a new file the owner and the group of an older one, as far as that is allowed; tells whether it has both.
#[cfg(unix)]
fn keep_owner(file: &File, there: &Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(new) = file.metadata() else { return false };
    // One at a time: many may choose among their groups, and only the superuser gives files away.
    let group = new.gid() == there.gid() || fchown(file, None, Some(there.gid())).is_ok();
    let owner = new.uid() == there.uid() || fchown(file, Some(there.uid()), None).is_ok();
    group && owner
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _there: &Metadata) -> bool {
    true
}

/// Where a file comes to lie that is written through a link to nothing; a path that is no link is its own end.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    // As many as Linux follows.
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

/// How new files are opened; one that takes the place of an older file is nobody else's to read before it has its rights.
#[cfg_attr(not(unix), allow(unused_variables, reason = "there are no such rights"))]
fn anew(private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
}

/// A new file in a folder, under a name that nothing has; hidden, so that no later run takes it for a payload.
fn fresh(folder: &Path, private: bool) -> io::Result<(File, PathBuf)> {
    const TRIES: u32 = 64;
    let process = std::process::id();
    let mut last = ErrorKind::AlreadyExists.into();
    for number in 0..TRIES {
        let path = folder.join(format!(".geplint-{process}-{number}.tmp"));
        let open = || anew(private).open(&path);
        match temp_cleanup::begun(&path, open) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_replaces_a_file_is_begun_in_private() {
        let (file, path) = fresh(&std::env::temp_dir(), true).unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        temp_cleanup::ended(&path, || fs::remove_file(&path)).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }
}
