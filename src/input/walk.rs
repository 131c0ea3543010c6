//! Finds the files for paths: named files are used as they are, folders are walked.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::changed::Changed;
use super::gitignore::{IgnoreFiles, Ignored};
use super::read::{self, explain};
use crate::containers;
use crate::input::Excludes;
use crate::settings::FILE_NAME;

/// A file to check, or the reason why it cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// The path, as passed or found under a passed path.
        path: PathBuf,
        /// True if the user named it, and not a folder above it.
        named: bool,
    },
    /// Standard input, named `-`.
    Stdin,
    /// A path that cannot be read; the other files are still checked.
    Problem {
        /// The path.
        path: PathBuf,
        /// The reason.
        message: String,
    },
}

impl Entry {
    /// Returns the path, for a file.
    pub const fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Stdin | Self::Problem { .. } => None,
        }
    }
}

/// The options of a walk.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// The globs of excluded paths, named or not.
    pub excludes: Excludes,
    /// True if files that git ignores are included, and `node_modules`.
    pub no_ignore: bool,
    /// True if hidden files and folders are included, except `.git`.
    pub hidden: bool,
    /// True if a file that is named twice is included twice: a call may be repeated.
    pub repeats: bool,
    /// True if `.har` files are included.
    pub har: bool,
    /// Further extensions that are included, without the dot.
    pub extensions: Vec<String>,
    /// Files that are included regardless of their extension.
    pub includes: Excludes,
    /// True if files with requests in other formats are included: `.http`.
    pub requests: bool,
    /// True if nested folders are omitted.
    pub shallow: bool,
    /// The changes, if only changed files are included.
    pub only: Option<Changed>,
    /// True if skipped files are noted.
    pub notes: bool,
}

/// The entries of folders that were skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// The number of files by extension, in lower case; empty for files without one.
    pub others: BTreeMap<String, usize>,
    /// Links that were not followed, and their targets.
    pub links: Vec<(PathBuf, &'static str)>,
    /// Files with the name of the settings file.
    pub settings: Vec<PathBuf>,
}

/// Returns the files for paths, in their order; those of a folder are sorted by name. Each file is included once.
///
/// A named file is included regardless of its name. Folders are searched for `.json`, in any case (and for `.har` and
/// files with requests, if requested). Links, pipes and devices in them are skipped, as are hidden files and files
/// that git ignores.
pub fn collect(paths: &[PathBuf], options: &WalkOptions) -> Vec<Entry> {
    search(paths, options).entries
}

/// The result of [`search`].
#[derive(Debug)]
pub struct Found {
    /// The entries, as [`collect`] returns them.
    pub entries: Vec<Entry>,
    /// The ignore files that were read.
    pub ignore_files: IgnoreFiles,
    /// The entries that were skipped, if they were requested.
    pub notes: Notes,
}

/// The same as [`collect`], with the ignore files that were read.
pub fn search(paths: &[PathBuf], options: &WalkOptions) -> Found {
    let mut walk = Walk {
        options,
        entries: Vec::new(),
        ignore_files: IgnoreFiles::new(),
        notes: Notes::default(),
        seen: HashMap::new(),
        several: paths.len() > 1 && !options.repeats,
    };
    for path in paths {
        walk.path(path);
    }
    Found {
        entries: walk.entries,
        ignore_files: walk.ignore_files,
        notes: walk.notes,
    }
}

struct Walk<'a> {
    options: &'a WalkOptions,
    entries: Vec<Entry>,
    ignore_files: IgnoreFiles,
    notes: Notes,
    /// The index of each file in `entries`, by its path without links.
    seen: HashMap<PathBuf, usize>,
    /// True if a file can be found twice, which needs several paths.
    several: bool,
}

impl Walk<'_> {
    fn path(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            return self.stdin();
        }
        if self.options.excludes.matches(path) {
            return;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path),
            Ok(metadata) if metadata.is_file() => self.named(path),
            Ok(metadata) => self.problem(path, unsupported_kind(&metadata)),
            Err(error) => self.problem(path, unreachable(path, &error)),
        }
    }

    fn stdin(&mut self) {
        if !self.entries.contains(&Entry::Stdin) {
            self.entries.push(Entry::Stdin);
        }
    }

    fn named(&mut self, path: &Path) {
        // If it cannot be found twice, and changes do not matter, its path without links is not needed.
        if !self.several && self.options.only.is_none() {
            return self.file(path.to_path_buf(), None, true);
        }
        match fs::canonicalize(path) {
            Ok(real) => {
                if !self.has_changed(path, &real) {
                    return;
                }
                let known = Some(real).filter(|_| self.several);
                self.file(path.to_path_buf(), known, true);
            }
            Err(error) => self.problem(path, unreachable(path, &error)),
        }
    }

    fn folder(&mut self, root: &Path) {
        let real = match fs::canonicalize(root) {
            Ok(real) => real,
            Err(error) => return self.problem(root, unreachable(root, &error)),
        };
        if !self.has_changed(root, &real) {
            return;
        }
        let mut filter = Filter::new(self.options, &real);
        // In one folder, paths differ only in the names. Comparing paths is faster than extracting the names.
        let depth = if self.options.shallow { 1 } else { usize::MAX };
        let walk = WalkDir::new(root)
            .max_depth(depth)
            .follow_links(false)
            .sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()));
        for found in walk
            .into_iter()
            .filter_entry(|entry| filter.includes(entry, || below(&real, root, entry)))
        {
            match found {
                Ok(entry) if entry.file_type().is_file() => {
                    let real = self.several.then(|| below(&real, root, &entry));
                    self.file(entry.into_path(), real, false);
                }
                // The user expects a payload in place of a broken link.
                Ok(entry) if entry.path_is_symlink() && is_wanted(&entry, self.options) => self.link(&entry),
                Ok(_) => {}
                Err(error) => self.unreadable_entry(root, &error),
            }
        }
        self.notes.absorb(std::mem::take(&mut filter.notes));
        self.ignore_files
            .extend(filter.ignored.map(|ignored| ignored.files).unwrap_or_default());
    }

    /// Returns true if a path has changed, or if changes do not matter. A path that git does not cover is a problem.
    fn has_changed(&mut self, path: &Path, real: &Path) -> bool {
        let Some(only) = &self.options.only else {
            return true;
        };
        if !only.knows(real) {
            self.problem(
                path,
                "not in the git repository of the working directory".to_owned(),
            );
            return false;
        }
        only.concerns(real)
    }

    /// Adds a file, unless it was added before. A file that was named at least once is treated as named.
    fn file(&mut self, path: PathBuf, real: Option<PathBuf>, named: bool) {
        let index = self.entries.len();
        let slot = real.map(|real| self.seen.entry(real));
        match slot {
            Some(Slot::Occupied(known)) => {
                if let Some(Entry::File { named: was, .. }) = self.entries.get_mut(*known.get()) {
                    *was |= named;
                }
                return;
            }
            Some(Slot::Vacant(free)) => {
                free.insert(index);
            }
            None => {}
        }
        self.entries.push(Entry::File { path, named });
    }

    /// Reports a link in a folder if it is broken. Links are not followed.
    fn link(&mut self, entry: &DirEntry) {
        if let Err(error) = fs::metadata(entry.path()) {
            self.problem(entry.path(), unreachable(entry.path(), &error));
        }
    }

    /// Reports a folder that cannot be entered, or a file that was removed during the walk.
    fn unreadable_entry(&mut self, root: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(root).to_path_buf();
        let message = error.io_error().map_or_else(|| error.to_string(), explain);
        self.problem(&path, message);
    }

    fn problem(&mut self, path: &Path, message: String) {
        self.entries.push(Entry::Problem {
            path: path.to_path_buf(),
            message,
        });
    }
}

/// Decides which entries of a folder are walked. It must be called for all entries, from the top down.
struct Filter<'a> {
    options: &'a WalkOptions,
    ignored: Option<Ignored>,
    notes: Notes,
}

impl<'a> Filter<'a> {
    /// Returns the filter of a folder. The folder's path must have no links.
    fn new(options: &'a WalkOptions, root: &Path) -> Self {
        Self {
            options,
            ignored: (!options.no_ignore).then(|| Ignored::above(root)),
            notes: Notes::default(),
        }
    }

    /// Returns true if a folder is entered, or a file is included. `real` returns its path without links.
    fn includes(&mut self, entry: &DirEntry, real: impl Fn() -> PathBuf) -> bool {
        let is_dir = entry.file_type().is_dir();
        let is_root = entry.depth() == 0;
        if self
            .options
            .only
            .as_ref()
            .is_some_and(|only| !only.concerns(&real()))
        {
            return false;
        }
        let is_wanted = is_root || is_dir || is_wanted(entry, self.options);
        if !(is_wanted || self.options.notes) || (!is_root && self.is_left_out(entry)) {
            return false;
        }
        if let Some(ignored) = &mut self.ignored {
            if !is_root && ignored.matches(&real, entry.depth(), is_dir) {
                return false;
            }
            if is_dir {
                ignored.enter(&real(), entry.depth());
            }
        }
        if self.options.notes && !is_root {
            self.note(entry, is_wanted);
        }
        is_wanted
    }

    /// Notes an entry that is skipped.
    fn note(&mut self, entry: &DirEntry, is_wanted: bool) {
        let path = entry.path();
        if entry.path_is_symlink() {
            // A broken link is a problem only if it is wanted.
            let to = match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => "a link to a folder",
                Ok(_) if is_wanted => "a link to a file",
                _ => return,
            };
            self.notes.links.push((path.to_path_buf(), to));
        } else if entry.file_name() == FILE_NAME {
            self.notes.settings.push(path.to_path_buf());
        } else if !is_wanted {
            let extension = path.extension().unwrap_or_default();
            let extension = extension.to_string_lossy().to_lowercase();
            *self.notes.others.entry(extension).or_default() += 1;
        }
    }

    fn is_left_out(&self, entry: &DirEntry) -> bool {
        // `--hidden` does not include the folder of git.
        let hidden = is_hidden(entry) && (!self.options.hidden || entry.file_name() == ".git");
        // Packages of npm are nobody's payloads.
        let packages = entry.depth() > 0 && !self.options.no_ignore && entry.file_name() == "node_modules";
        hidden || packages || self.options.excludes.matches(entry.path())
    }
}

impl Notes {
    fn absorb(&mut self, other: Self) {
        for (extension, count) in other.others {
            *self.others.entry(extension).or_default() += count;
        }
        self.links.extend(other.links);
        self.settings.extend(other.settings);
    }
}

/// Returns the path without links of an entry under `root`, which is `real` without links. Links below are not
/// followed.
fn below(real: &Path, root: &Path, entry: &DirEntry) -> PathBuf {
    match entry.path().strip_prefix(root) {
        Ok(rest) if entry.depth() > 0 => real.join(rest),
        _ => real.to_path_buf(),
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_wanted(entry: &DirEntry, options: &WalkOptions) -> bool {
    let extension = Path::new(entry.file_name()).extension();
    extension.is_some_and(|extension| {
        let is = |wanted: &str| extension.eq_ignore_ascii_case(wanted);
        is("json") || (options.har && is("har")) || options.extensions.iter().any(|wanted| is(wanted))
    }) || (options.requests && containers::is_wanted(entry.path()))
        || options.includes.matches(entry.path())
}

/// Returns the reason why a path cannot be reached.
fn unreachable(path: &Path, error: &io::Error) -> String {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    match error.kind() {
        io::ErrorKind::NotFound if is_link => "the link is broken".to_owned(),
        _ if is_link => format!("the link cannot be followed: {}", explain(error)),
        _ => explain(error),
    }
}

/// Returns the reason why an existing path cannot be checked. Opening it could block.
fn unsupported_kind(metadata: &Metadata) -> String {
    let kind = read::kind(metadata.file_type());
    let hint = if matches!(kind, "a pipe" | "a device") {
        "; to read standard input, give `-`"
    } else {
        ""
    };
    format!("{kind}, not a file{hint}")
}
