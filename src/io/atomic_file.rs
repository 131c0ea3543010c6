//! A file that is written completely or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::temp_cleanup;
use crate::input::identity::end_of_links;

/// A file that is written next to its destination, and moved there by [`commit`](Self::commit). An older file is
/// unchanged until then.
///
/// A destination that is not a regular file (`/dev/stderr`, a named pipe) cannot be replaced and is written directly.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    pending: Option<Pending>,
    keeps_owner: bool,
}

/// Removes the temporary file unless it has been moved to its destination.
#[derive(Debug)]
struct Pending {
    temporary: PathBuf,
    place: PathBuf,
    /// True once it has been moved. Its temporary name may belong to another file then.
    placed: bool,
}

/// The progress of [`AtomicFile::commit_over`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The new file is on the disk.
    Finished,
    /// The old file had the expected content.
    Compared,
}

/// The metadata of a file that changes when it is saved.
#[derive(Debug, PartialEq, Eq)]
struct FileStamp {
    size: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64),
}

impl FileStamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino())
            },
        })
    }
}

impl Pending {
    fn place(&mut self) -> io::Result<()> {
        temp_cleanup::end(&self.temporary, || fs::rename(&self.temporary, &self.place))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.placed {
            // An error cannot be handled here, and the file is not needed.
            let _ = temp_cleanup::end(&self.temporary, || fs::remove_file(&self.temporary));
        }
    }
}

impl AtomicFile {
    /// Begins a file with the destination `path`. A link there is kept, and so are the mode, the access control list
    /// and the extended attributes of an older file. It is an error if they cannot be kept.
    pub fn create(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => Self::at_once(path),
            Ok(there) if there.permissions().readonly() => Err(ErrorKind::PermissionDenied.into()),
            Ok(there) => {
                // Write access to a folder allows replacing files without write access to them, which is not intended.
                OpenOptions::new().write(true).open(path)?;
                Self::next_to(fs::canonicalize(path)?, Some(&there))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::next_to(end_of_links(path)?, None),
            Err(error) => Err(error),
        }
    }

    /// Writes a whole file.
    pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
        let mut file = Self::create(path)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    }

    /// Returns true if an older file's owner and group stay the same.
    #[must_use]
    pub const fn keeps_owner(&self) -> bool {
        self.keeps_owner
    }

    /// Commits only if the destination still has the content `before`. Returns true if it did.
    ///
    /// All slow operations precede the comparison. A save between the comparison and the rename is lost, because no
    /// file system offers both in one step.
    pub fn commit_over(self, before: &[u8]) -> io::Result<bool> {
        self.commit_if(before, |_| ())
    }

    /// Calls `reached` after each step, for the tests.
    fn commit_if(mut self, before: &[u8], mut reached: impl FnMut(Step)) -> io::Result<bool> {
        self.finish()?;
        reached(Step::Finished);
        let Some(pending) = &mut self.pending else {
            return Ok(false);
        };
        let seen = FileStamp::of(&pending.place)?;
        if fs::read(&pending.place)? != before {
            return Ok(false);
        }
        reached(Step::Compared);
        // Reading a large file takes a while.
        if FileStamp::of(&pending.place)? != seen {
            return Ok(false);
        }
        pending.place()?;
        Ok(true)
    }

    /// Moves the file to its destination.
    pub fn commit(mut self) -> io::Result<()> {
        self.finish()?;
        self.pending.as_mut().map_or(Ok(()), Pending::place)
    }

    /// Flushes the file to the disk.
    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        match &self.pending {
            Some(_) => self.writer.get_ref().sync_all(),
            None => Ok(()),
        }
    }

    fn at_once(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(path)?;
        Ok(Self {
            writer: BufWriter::new(file),
            pending: None,
            keeps_owner: true,
        })
    }

    fn next_to(place: PathBuf, there: Option<&Metadata>) -> io::Result<Self> {
        let (file, temporary) = fresh(place.parent().unwrap_or(Path::new("")), there.is_some())?;
        let pending = Pending {
            temporary,
            place,
            placed: false,
        };
        let mut keeps_owner = true;
        if let Some(there) = there {
            keeps_owner = keep_owner(&file, there);
            // Set before the mode, because the group bits have another meaning if there is a list.
            keep_attributes(&file, &pending.place)?;
            file.set_permissions(rights(&file, there)?)?;
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

/// Sets the owner and the group of an older file on a new one, as far as that is permitted. Returns true if both are
/// equal.
#[cfg(unix)]
fn keep_owner(file: &File, there: &Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(new) = file.metadata() else { return false };
    // Set one at a time: users may choose among their groups, but only the superuser may change the owner.
    let group = new.gid() == there.gid() || fchown(file, None, Some(there.gid())).is_ok();
    let owner = new.uid() == there.uid() || fchown(file, Some(there.uid()), None).is_ok();
    group && owner
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _there: &Metadata) -> bool {
    true
}

/// Sets the extended attributes of an older file on a new one, including its access control list, and removes those
/// that the new one has from its folder.
#[cfg(unix)]
fn keep_attributes(file: &File, old: &Path) -> io::Result<()> {
    use xattr::FileExt;
    let lost = |name: &std::ffi::OsStr, error: &io::Error| {
        let name = name.to_string_lossy();
        io::Error::other(format!("its extended attribute {name} cannot be kept ({error})"))
    };
    let names: Vec<_> = match xattr::list(old) {
        Ok(names) => names.collect(),
        Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(()),
        Err(error) => return Err(error),
    };
    for name in file.list_xattr()?.filter(|name| !names.contains(name)) {
        // Labels that the system adds to every file are kept.
        if !name.as_encoded_bytes().starts_with(b"security.") {
            file.remove_xattr(&name).map_err(|error| lost(&name, &error))?;
        }
    }
    for name in &names {
        let value = xattr::get(old, name).map_err(|error| lost(name, &error))?;
        let Some(value) = value else { continue };
        if file.get_xattr(name).ok().flatten().as_ref() != Some(&value) {
            file.set_xattr(name, &value).map_err(|error| lost(name, &error))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_attributes(_file: &File, _old: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns the mode of an older file. If the new one has another group, the group gets only the rights of others.
#[cfg(unix)]
fn rights(file: &File, there: &Metadata) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let same_group = file.metadata()?.gid() == there.gid();
    Ok(fs::Permissions::from_mode(mode(there.mode(), same_group)))
}

#[cfg(unix)]
const fn mode(old: u32, same_group: bool) -> u32 {
    if same_group {
        old
    } else {
        old & !0o070 | old & (old & 0o007) << 3
    }
}

#[cfg(not(unix))]
fn rights(_file: &File, there: &Metadata) -> io::Result<fs::Permissions> {
    Ok(there.permissions())
}

/// Returns the options for new files. A file that replaces an older one is private until it has the older one's rights.
#[cfg_attr(not(unix), allow(unused_variables, reason = "there are no such rights"))]
fn new_file_options(private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
}

/// Creates a file in a folder under an unused name. It is hidden, so that no later run checks it as a payload.
fn fresh(folder: &Path, private: bool) -> io::Result<(File, PathBuf)> {
    const TRIES: u32 = 64;
    let process = std::process::id();
    let mut last = ErrorKind::AlreadyExists.into();
    for number in 0..TRIES {
        let path = folder.join(format!(".geplint-{process}-{number}.tmp"));
        let open = || new_file_options(private).open(&path);
        match temp_cleanup::create(&path, open) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Creates a folder for one test.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("geplint-atomic-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Returns the result if another program saves the file at one of the steps.
    fn saved_at(step: Step, save: impl Fn(&Path)) -> (bool, Vec<u8>) {
        let folder = folder(&format!("{step:?}"));
        let path = folder.join("a.json");
        fs::write(&path, "old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        let reached = |now: Step| {
            if now == step {
                save(&path);
            }
        };
        let done = file.commit_if(b"old", reached).unwrap();
        let bytes = fs::read(&path).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        (done, bytes)
    }

    #[test]
    fn a_concurrent_change_is_not_overwritten() {
        for step in [Step::Finished, Step::Compared] {
            assert_eq!(saved_at(step, |_| ()), (true, b"new".to_vec()));
            let saved = saved_at(step, |path| fs::write(path, "saved").unwrap());
            assert_eq!(saved, (false, b"saved".to_vec()), "{step:?}");
            // Saved like an editor, with a file of the same size.
            let saved = saved_at(step, |path| {
                fs::write(path.with_extension("tmp"), "odd").unwrap();
                fs::rename(path.with_extension("tmp"), path).unwrap();
            });
            assert_eq!(saved, (false, b"odd".to_vec()), "{step:?}");
        }
    }

    #[test]
    fn another_group_gets_no_more_rights_than_others() {
        for (old, new) in [
            (0o640, 0o600),
            (0o644, 0o644),
            (0o664, 0o644),
            (0o604, 0o604),
            (0o770, 0o700),
        ] {
            assert_eq!(mode(old, false), new, "{old:o}");
            assert_eq!(mode(old, true), old);
        }
    }

    #[test]
    fn the_temporary_file_is_private() {
        let (file, path) = fresh(&std::env::temp_dir(), true).unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        temp_cleanup::end(&path, || fs::remove_file(&path)).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }
}
