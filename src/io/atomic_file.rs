//! A file that is there whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::temp_cleanup;
use crate::input::identity::end_of_links;

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

/// How far [`AtomicFile::commit_over`] has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The new file is on the disk.
    Finished,
    /// The old file held what it was to hold.
    Compared,
}

/// What a save changes of a file, besides the bytes.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64),
}

impl Seen {
    fn of(path: &Path) -> io::Result<Self> {
        let there = fs::metadata(path)?;
        Ok(Self {
            size: there.len(),
            modified: there.modified().ok(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;
                (there.dev(), there.ino())
            },
        })
    }
}

impl Pending {
    fn place(&mut self) -> io::Result<()> {
        temp_cleanup::ended(&self.beside, || fs::rename(&self.beside, &self.place))?;
        self.placed = true;
        Ok(())
    }
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
    /// Begins a file that is to stand at `path`; a link there stays, and so do the mode, the access control list and the
    /// extended attributes of an older file. Where these cannot be kept, it is an error.
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

    /// As [`commit`](Self::commit), but only in place of a file that still holds `before`; returns whether it did.
    ///
    /// Everything slow is done before the old file is compared. A save between the last look at it and the renaming is
    /// lost: no file system offers both in one.
    pub fn commit_over(self, before: &[u8]) -> io::Result<bool> {
        self.commit_if(before, |_| ())
    }

    /// `reached` is called after each step, for the tests.
    fn commit_if(mut self, before: &[u8], mut reached: impl FnMut(Step)) -> io::Result<bool> {
        self.finish()?;
        reached(Step::Finished);
        let Some(pending) = &mut self.pending else {
            return Ok(false);
        };
        let seen = Seen::of(&pending.place)?;
        if fs::read(&pending.place)? != before {
            return Ok(false);
        }
        reached(Step::Compared);
        // A large file takes a while to read.
        if Seen::of(&pending.place)? != seen {
            return Ok(false);
        }
        pending.place()?;
        Ok(true)
    }

    /// Puts the file into its place.
    pub fn commit(mut self) -> io::Result<()> {
        self.finish()?;
        self.pending.as_mut().map_or(Ok(()), Pending::place)
    }

    /// Brings all that was written to the disk.
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
            // Before the mode: its bits for the group mean less where there is a list.
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

/// Gives a new file the extended attributes of an older one, among them its access control list, and takes away what it
/// has of its folder's.
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
        // A label that the system gives every file stays.
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

/// The rights of an older file; where the new one has another group, this gets no more than everybody has.
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
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder of its own.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("geplint-atomic-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// What comes of a file when somebody saves it at one of the steps.
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
    fn a_save_until_the_last_moment_is_kept() {
        for step in [Step::Finished, Step::Compared] {
            assert_eq!(saved_at(step, |_| ()), (true, b"new".to_vec()));
            let saved = saved_at(step, |path| fs::write(path, "saved").unwrap());
            assert_eq!(saved, (false, b"saved".to_vec()), "{step:?}");
            // As an editor does it, with a file of the same size.
            let saved = saved_at(step, |path| {
                fs::write(path.with_extension("tmp"), "odd").unwrap();
                fs::rename(path.with_extension("tmp"), path).unwrap();
            });
            assert_eq!(saved, (false, b"odd".to_vec()), "{step:?}");
        }
    }

    #[test]
    fn another_group_gets_no_more_than_everybody() {
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
    fn what_replaces_a_file_is_begun_in_private() {
        let (file, path) = fresh(&std::env::temp_dir(), true).unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        temp_cleanup::ended(&path, || fs::remove_file(&path)).unwrap();
        assert_eq!(mode & 0o777, 0o600);
    }
}
