//! What git ignores: `.gitignore` files from the repository's root down to a path, and `.git/info/exclude`.
//!
//! The matching is the `ignore` crate's; which files have a say, and in what order, is decided here.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::read;

/// The ignore files that have a say, kept up to date while folders are walked from the top down.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// One level a folder: those above the walk's root first, then one for each folder below.
    levels: Vec<Level>,
    /// How many levels stand above the walk's root.
    above: usize,
}

/// What one folder says.
#[derive(Debug)]
struct Level {
    gitignore: Gitignore,
    /// `.git/info/exclude`, in a repository's root.
    exclude: Gitignore,
    /// Whether a repository begins here, so that nothing above has a say.
    is_root: bool,
}

impl Ignored {
    /// The files above a folder, given without links, up to the root of the repository that it is in.
    ///
    /// Outside a repository nothing above has a say; `.gitignore` files in the folder and below still have.
    pub fn above(folder: &Path) -> Self {
        let root = folder.ancestors().find(|folder| is_repository(folder));
        let mut levels = Vec::new();
        if let Some(root) = root {
            let between = folder
                .ancestors()
                .skip(1)
                .take_while(|above| above.starts_with(root));
            levels = between.map(Level::new).collect();
            levels.reverse();
        }
        let above = levels.len();
        Self { levels, above }
    }

    /// Goes into a folder so many levels below the walk's root.
    pub fn enter(&mut self, folder: &Path, depth: usize) {
        self.levels.truncate(self.above + depth);
        self.levels.push(Level::new(folder));
    }

    /// Whether git ignores what lies so many levels below the walk's root; the deepest file that speaks decides.
    ///
    /// `path` tells where it lies; in most folders nobody says anything, and it is not asked.
    pub fn matches(&mut self, path: impl Fn() -> PathBuf, depth: usize, is_dir: bool) -> bool {
        self.levels.truncate(self.above + depth);
        if self.levels.iter().all(Level::is_silent) {
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
    fn is_silent(&self) -> bool {
        self.gitignore.is_empty() && self.exclude.is_empty()
    }

    fn new(folder: &Path) -> Self {
        let is_root = is_repository(folder);
        let exclude = if is_root { exclude_file(folder) } else { None };
        Self {
            gitignore: matcher(folder, &folder.join(".gitignore")),
            exclude: exclude.map_or_else(Gitignore::empty, |file| matcher(folder, &file)),
            is_root,
        }
    }
}

/// The globs of one file, relative to a folder. Lines that cannot be read are passed over, as git does; so is a file
/// of a size that nobody has written by hand, for each glob in it becomes an automaton.
fn matcher(folder: &Path, file: &Path) -> Gitignore {
    const MOST: u64 = 256 << 10;
    if !fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= MOST) {
        return Gitignore::empty();
    }
    let mut builder = GitignoreBuilder::new(folder);
    let _ = builder.add(file);
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").exists()
}

/// `info/exclude` of the repository in a folder, also where `.git` is a file that names another folder.
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

/// The text of a small file, if it is one.
fn line(file: &Path) -> Option<String> {
    const MOST: u64 = 64 << 10;
    String::from_utf8(read::whole(file, MOST).ok()?).ok()
}
