//! Files that git ignores: `.gitignore` files from the repository's root down to a path, and `.git/info/exclude`.
//!
//! The `ignore` crate matches the globs; the files that apply, and their order, are determined here.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::read::{self, ReadError};
use crate::settings::LONGEST_GLOB;

/// The ignore files that were read, by their paths without links.
pub type IgnoreFiles = BTreeMap<PathBuf, Option<BadIgnore>>;

/// A mistake in an ignore file.
///
/// Nothing is quoted, because any file may be read as an ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadIgnore {
    /// The first such line, 1-based; `None` for the whole file.
    pub line: Option<usize>,
    /// The mistake, and its consequence.
    pub message: String,
}

/// The ignore files that apply, kept up to date while folders are walked from the top down.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// The files that were read so far.
    pub files: IgnoreFiles,
    /// One level per folder: those above the walk's root first, then one for each folder below.
    levels: Vec<Level>,
    /// The number of levels above the walk's root.
    above: usize,
}

/// The globs of one folder.
#[derive(Debug)]
struct Level {
    gitignore: Gitignore,
    /// `.git/info/exclude`, in a repository's root.
    exclude: Gitignore,
    /// True if a repository begins here, so that nothing above applies.
    is_root: bool,
}

impl Ignored {
    /// Returns the files above a folder, up to the root of its repository. The folder's path must have no links.
    ///
    /// Outside of a repository, no file above applies; `.gitignore` files in the folder and below still do.
    pub fn above(folder: &Path) -> Self {
        let root = folder.ancestors().find(|folder| is_repository(folder));
        let mut levels = Vec::new();
        let mut files = IgnoreFiles::new();
        if let Some(root) = root {
            let between = folder
                .ancestors()
                .skip(1)
                .take_while(|above| above.starts_with(root));
            levels = between.map(|above| Level::new(above, &mut files)).collect();
            levels.reverse();
        }
        let above = levels.len();
        Self { files, levels, above }
    }

    /// Enters a folder `depth` levels below the walk's root.
    pub fn enter(&mut self, folder: &Path, depth: usize) {
        self.levels.truncate(self.above + depth);
        self.levels.push(Level::new(folder, &mut self.files));
    }

    /// Returns true if git ignores a path `depth` levels below the walk's root. The deepest file with a matching glob
    /// decides.
    ///
    /// `path` returns the path. It is not called if no file has a glob, as in most folders.
    pub fn matches(&mut self, path: impl Fn() -> PathBuf, depth: usize, is_dir: bool) -> bool {
        self.levels.truncate(self.above + depth);
        if self.levels.iter().all(Level::has_no_patterns) {
            return false;
        }
        let path = path();
        for level in self.levels.iter().rev() {
            match level.gitignore.matched(&path, is_dir) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
            if level.is_root {
                break;
            }
        }
        let root = self.levels.iter().rev().find(|level| level.is_root);
        root.is_some_and(|root| root.exclude.matched(&path, is_dir).is_ignore())
    }
}

impl Level {
    fn has_no_patterns(&self) -> bool {
        self.gitignore.is_empty() && self.exclude.is_empty()
    }

    fn new(folder: &Path, files: &mut IgnoreFiles) -> Self {
        let is_root = is_repository(folder);
        let exclude = if is_root { exclude_file(folder) } else { None };
        let mut matcher = |file: PathBuf, follow: bool| {
            let (globs, bad) = matcher(folder, &file, follow)?;
            files.insert(file, bad);
            Some(globs)
        };
        Self {
            gitignore: matcher(folder.join(".gitignore"), false).unwrap_or_else(Gitignore::empty),
            exclude: exclude
                .and_then(|file| matcher(file, true))
                .unwrap_or_else(Gitignore::empty),
            is_root,
        }
    }
}

/// Returns the globs of one file, relative to a folder, and its first error; `None` if there is no file.
///
/// Invalid lines are skipped, as in git. `follow` is true if the file may be a link.
fn matcher(folder: &Path, file: &Path, follow: bool) -> Option<(Gitignore, Option<BadIgnore>)> {
    /// The limit, in bytes. No handwritten file is larger, and each line becomes an automaton.
    const MOST: u64 = 256 << 10;
    let refuse = |message: String| {
        let message = format!("{message}; the file is skipped");
        Some((Gitignore::empty(), Some(BadIgnore { line: None, message })))
    };
    let is_link = fs::symlink_metadata(file).ok()?.is_symlink();
    if is_link && !follow {
        return refuse("a link, which git does not follow either".to_owned());
    }
    let bytes = match read::whole(file, MOST) {
        Ok(bytes) => bytes,
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(ReadError::TooLarge { .. }) => {
            return refuse(format!(
                "too large: the limit of an ignore file is {} KiB",
                MOST >> 10
            ));
        }
        Err(error) => return refuse(error.to_string()),
    };
    let mut builder = GitignoreBuilder::new(folder);
    let (mut first, mut more) = (None, 0);
    for (index, line) in globs(&bytes).enumerate() {
        if let Err(why) = add(&mut builder, file, line) {
            more += usize::from(first.is_some());
            first.get_or_insert((index + 1, why));
        }
    }
    let Ok(globs) = builder.build() else {
        return refuse("its globs are too large together".to_owned());
    };
    let bad = first.map(|(line, why)| {
        let others = match more {
            0 => String::new(),
            1 => ", and one more line".to_owned(),
            _ => format!(", and {more} more lines"),
        };
        BadIgnore {
            line: Some(line),
            message: format!("{why}; skipped this line{others}"),
        }
    });
    Some((globs, bad))
}

/// Returns the lines of an ignore file, without a byte order mark and line ends.
fn globs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Adds a line. The error is the reason why it is invalid.
fn add(builder: &mut GitignoreBuilder, file: &Path, line: &[u8]) -> Result<(), String> {
    let line = std::str::from_utf8(line).map_err(|_| "this line is not UTF-8".to_owned())?;
    if line.len() > LONGEST_GLOB {
        return Err(format!(
            "this line has {} bytes; the limit of a glob is {LONGEST_GLOB}",
            line.len()
        ));
    }
    match builder.add_line(Some(file.to_path_buf()), line) {
        Ok(_) => Ok(()),
        Err(ignore::Error::Glob { err, .. }) => Err(format!("this line is not a valid glob ({err})")),
        Err(_) => Err("this line is not a valid glob".to_owned()),
    }
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// Returns `info/exclude` of the repository in a folder, even if `.git` is a file that names another folder.
fn exclude_file(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git.join("info/exclude"));
    }
    let pointer = line(&git)?;
    let own = folder.join(pointer.strip_prefix("gitdir:")?.trim());
    let shared = line(&own.join("commondir")).map(|path| own.join(path.trim()));
    Some(shared.unwrap_or(own).join("info/exclude"))
}

/// Returns the text of a small file, if it exists.
fn line(file: &Path) -> Option<String> {
    const MOST: u64 = 64 << 10;
    String::from_utf8(read::whole(file, MOST).ok()?).ok()
}
