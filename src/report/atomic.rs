//! A file that is there whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::unfinished;

/// Written beside its place, and put into it by [`commit`](Self::commit); until then an older file stays as it is.
///
/// What is no ordinary file (`/dev/stderr`, a named pipe) cannot be replaced and is written to at once.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    pending: Option<Pending>,
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
            let _ = unfinished::ended(&self.beside, || fs::remove_file(&self.beside));
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
            Ok(there) => Self::beside(fs::canonicalize(path)?, Some(&there)),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::beside(path.to_path_buf(), None),
            Err(error) => Err(error),
        }
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
            unfinished::ended(&pending.beside, || fs::rename(&pending.beside, &pending.place))?;
            pending.placed = true;
        }
        Ok(())
    }

    fn at_once(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(path)?;
        Ok(Self {
            writer: BufWriter::new(file),
            pending: None,
        })
    }

    fn beside(place: PathBuf, there: Option<&Metadata>) -> io::Result<Self> {
        let (file, beside) = fresh(place.parent().unwrap_or(Path::new("")))?;
        let pending = Pending {
            beside,
            place,
            placed: false,
        };
        if let Some(there) = there {
            keep_owner(&file, there);
            file.set_permissions(there.permissions())?;
        }
        Ok(Self {
            writer: BufWriter::new(file),
            pending: Some(pending),
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

/// Whoever may give files away (root) does not take this one; for others it is theirs, or cannot be helped.
#[cfg(unix)]
fn keep_owner(file: &File, there: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(there.uid()), Some(there.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _there: &Metadata) {}

/// A new file in a folder, under a name that nothing has; hidden, so that no later run takes it for a payload.
fn fresh(folder: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: u32 = 64;
    let process = std::process::id();
    let mut last = ErrorKind::AlreadyExists.into();
    for number in 0..TRIES {
        let path = folder.join(format!(".geplint-{process}-{number}.tmp"));
        let open = || OpenOptions::new().write(true).create_new(true).open(&path);
        match unfinished::begun(&path, open) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
