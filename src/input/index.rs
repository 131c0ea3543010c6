//! Finds the files that differ from git's index.
//!
//! `git status` does this, too, but runs the filters of the repository's configuration. Here the unfiltered file is
//! compared, so a file with a filter may be checked unnecessarily.

use std::fs::{self, Metadata};
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::git::{Git, line, path_of};
use super::read;

/// One entry of the index.
#[derive(Debug, PartialEq, Eq)]
struct Entry<'a> {
    name: &'a [u8],
    /// The object id, in hexadecimal.
    object: &'a [u8],
    is_repository: bool,
    /// True if several versions are not merged yet.
    is_unmerged: bool,
    /// True if the user, or a sparse checkout, has marked it as unchanged.
    is_exempt: bool,
    stat: Option<Stat>,
}

/// The state of the file when it was last compared.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// The change time of the inode, in seconds.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no inodes"))]
    ctime: u32,
    /// The modification time: seconds and nanoseconds.
    mtime: (u32, u32),
    /// The size in bytes, the lower 32 bits.
    size: u32,
}

/// Calls `take` with the names of all files that differ from the index. Deleted files are not included.
pub(super) fn differing(git: &Git, mut take: impl FnMut(&[u8])) -> Result<(), String> {
    let file = git.run(&["rev-parse", "--git-path", "index"])?;
    // Read before the entries: a newer index only makes the comparison stricter.
    let written = fs::metadata(git.root.join(path_of(line(&file))))
        .and_then(|found| found.modified())
        .map_or(0, |time| seconds(time).0);
    let listed = git.run(&["ls-files", "--stage", "-v", "--debug", "-z", "--full-name"])?;
    for entry in entries(&listed) {
        let path = git.root.join(path_of(entry.name));
        let Ok(found) = fs::symlink_metadata(&path) else {
            continue;
        };
        if found.is_file() && (entry.is_unmerged || !entry.is_exempt && entry.differs(&path, &found, written))
        {
            take(entry.name);
        }
    }
    Ok(())
}

/// Returns all names in the index.
pub(super) fn names(git: &Git) -> Result<Vec<u8>, String> {
    git.run(&["ls-files", "-z", "--full-name"])
}

impl Entry<'_> {
    /// Returns true if a file differs from the entry. `written` is the time of the index, in seconds.
    fn differs(&self, path: &Path, found: &Metadata, written: u32) -> bool {
        // git stores a size of 0 if the times are not reliable. They are also not reliable for a file that was
        // changed in the second in which the index was written.
        let same = |stat: &Stat| stat.size != 0 && stat.mtime.0 < written && stat.is_of(found);
        if self.is_repository {
            return true;
        }
        if self.stat.as_ref().is_some_and(same) {
            return false;
        }
        let hash = match self.object.len() {
            40 => hash::<Sha1>(path),
            64 => hash::<Sha256>(path),
            _ => None,
        };
        // A file that cannot be read is reported by the check.
        hash.is_none_or(|hash| hash.as_bytes() != self.object)
    }
}

impl Stat {
    /// Returns true if a file has the recorded size and times.
    fn is_of(&self, found: &Metadata) -> bool {
        let mtime = found.modified().map(seconds).ok();
        self.size == lower(found.len()) && mtime == Some(self.mtime) && self.has_ctime_of(found)
    }

    #[cfg(unix)]
    fn has_ctime_of(&self, found: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        self.ctime == lower(found.ctime().cast_unsigned())
    }

    #[cfg(not(unix))]
    fn has_ctime_of(&self, _found: &Metadata) -> bool {
        true
    }
}

/// Parses the entries of `git ls-files --stage -v --debug -z`: a name that ends with a zero byte, and lines that
/// begin with spaces.
fn entries(listed: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = listed;
    std::iter::from_fn(move || {
        let end = memchr::memchr(0, rest)?;
        let (head, after) = rest.split_at(end);
        rest = after.get(1..)?;
        let lines = rest;
        while rest.starts_with(b"  ") {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            rest = rest.get(end..)?;
        }
        let stat = stat(lines.get(..lines.len() - rest.len())?);
        Some(entry(head, stat))
    })
    .flatten()
}

/// Parses `H 100644 <object> <stage>\t<name>`.
fn entry(head: &[u8], stat: Option<Stat>) -> Option<Entry<'_>> {
    let tab = memchr::memchr(b'\t', head)?;
    let (facts, name) = (head.get(..tab)?, head.get(tab + 1..)?);
    let mut facts = facts.split(|byte| *byte == b' ');
    let (tag, mode, object, stage) = (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
    Some(Entry {
        name,
        object,
        is_repository: mode == b"160000",
        is_unmerged: stage != b"0",
        // Lowercase: assumed unchanged. S: skipped in the work tree.
        is_exempt: tag
            .first()
            .is_some_and(|tag| tag.is_ascii_lowercase() || *tag == b'S'),
        stat,
    })
}

/// Returns the times and the size among the lines of an entry. `None` if they cannot be parsed; the file is then
/// compared.
fn stat(lines: &[u8]) -> Option<Stat> {
    let text = std::str::from_utf8(lines).ok()?;
    let value = |name| text.split_once(name)?.1.split_whitespace().next();
    let (ctime, _) = value("ctime: ")?.split_once(':')?;
    let (seconds, nanoseconds) = value("mtime: ")?.split_once(':')?;
    Some(Stat {
        ctime: ctime.parse().ok()?,
        mtime: (seconds.parse().ok()?, nanoseconds.parse().ok()?),
        size: value("size: ")?.parse().ok()?,
    })
}

/// Returns a time as git stores it: 32 bits of seconds, and nanoseconds.
fn seconds(time: SystemTime) -> (u32, u32) {
    time.duration_since(UNIX_EPOCH)
        .map_or((0, 0), |time| (lower(time.as_secs()), time.subsec_nanos()))
}

/// Returns the lower 32 bits.
fn lower(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// Returns the object id of a file's bytes; `None` if it cannot be read.
fn hash<D: Digest>(path: &Path) -> Option<String> {
    let (mut file, size) = read::open(path).ok()?;
    let mut digest = D::new();
    digest.update(format!("blob {size}\0"));
    let mut buffer = [0; 16 << 10];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            count => digest.update(buffer.get(..count)?),
        }
    }
    let hex = |byte: &u8| format!("{byte:02x}");
    Some(digest.finalize().as_slice().iter().map(hex).collect())
}
