//! `--exclude`: globs that keep paths out, however they were reached.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The longest glob, in bytes: as long as the longest path that Linux knows.
pub const LONGEST_GLOB: usize = 4096;

/// The most that the globs of one file, or of one command line, have together, in bytes. Each becomes an automaton many
/// times its size.
const MOST: usize = 64 << 10;

/// Globs, read as lines of a `.gitignore` in a folder, or in several.
///
/// Without a `/` a glob names a file or folder anywhere below; with one it is a path from the folder on. `*` stops at
/// a `/`, `**` does not. What lies in an excluded folder is excluded.
#[derive(Debug, Clone, Default)]
pub struct Excludes {
    sets: Vec<Set>,
}

/// The globs of one folder.
#[derive(Debug, Clone, Default)]
struct Set {
    base: PathBuf,
    globs: Vec<PathGlob>,
    /// Which globs have kept something out; copies share it.
    hit: Arc<[AtomicBool]>,
}

/// A glob that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGlob {
    /// The glob.
    pub glob: String,
    /// What is wrong with it.
    pub message: String,
}

impl BadGlob {
    /// The glob, or how it begins if it is long.
    pub fn shown(&self) -> String {
        /// In characters.
        const LONG: usize = 80;
        let mut shown: String = self.glob.chars().take(LONG).collect();
        if shown.len() < self.glob.len() {
            shown.push('…');
        }
        shown
    }
}

impl std::fmt::Display for BadGlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "bad glob `{}`: {}", self.shown(), self.message)
    }
}

impl std::error::Error for BadGlob {}

impl Excludes {
    /// The globs of a folder: the current one for a flag, that of a settings file for what stands in it.
    pub fn new<I>(base: &Path, globs: I) -> Result<Self, BadGlob>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut compiler = GlobCompiler::default();
        let globs = globs.into_iter().map(|glob| compiler.compile(glob.as_ref()));
        Ok(Self::of(base, globs.collect::<Result<_, _>>()?))
    }

    /// The same of globs that have been read.
    pub fn of(base: &Path, globs: Vec<PathGlob>) -> Self {
        let set = Set {
            base: normal(base),
            hit: globs.iter().map(|_| AtomicBool::new(false)).collect(),
            globs,
        };
        Self { sets: vec![set] }
    }

    /// These and others: what either keeps out is out.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.sets.extend(others.sets);
        self
    }

    /// Whether a path, or a folder it lies in, is excluded.
    pub fn matches(&self, path: &Path) -> bool {
        if self.sets.iter().all(|set| set.globs.is_empty()) {
            return false;
        }
        let whole = normal(path);
        // Each set is asked, so that each knows what it was good for.
        let hits = self.sets.iter().filter(|set| set.matches(&whole)).count();
        hits > 0
    }

    /// Which globs have kept nothing out so far, numbered in the order they were given in.
    pub fn idle(&self) -> Vec<usize> {
        let hits = self.sets.iter().flat_map(|set| set.hit.iter());
        hits.enumerate()
            .filter(|(_, hit)| !hit.load(Relaxed))
            .map(|(index, _)| index)
            .collect()
    }
}

impl Set {
    fn matches(&self, whole: &Path) -> bool {
        let shared = whole
            .components()
            .zip(self.base.components())
            .take_while(|(one, other)| one == other);
        let inside: PathBuf = whole.components().skip(shared.count()).collect();
        let mut any = false;
        for (glob, hit) in self.globs.iter().zip(self.hit.iter()) {
            if glob.matches(&inside) || glob.matches_rooted(whole) {
                hit.store(true, Relaxed);
                any = true;
            }
        }
        any
    }
}

/// One glob, of paths from a folder on; it reads as a line of [`Excludes`].
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    /// Of paths from the folder on.
    below: GlobSet,
    /// Of paths from the root on, if it begins there.
    rooted: Option<GlobSet>,
}

/// Compiles the globs of one file, or of one command line: the only place where that is done.
#[derive(Debug, Default)]
pub struct GlobCompiler {
    /// How long all of them are so far, in bytes.
    length: usize,
}

impl GlobCompiler {
    /// Compiles a glob; fails if it cannot be read, or if it or all of them are too long.
    pub fn compile(&mut self, glob: &str) -> Result<PathGlob, BadGlob> {
        let bad = |message: String| BadGlob {
            glob: glob.to_owned(),
            message,
        };
        if glob.len() > LONGEST_GLOB {
            let message = format!("it has {} bytes; a glob has at most {LONGEST_GLOB}", glob.len());
            return Err(bad(message));
        }
        self.length += glob.len();
        if self.length > MOST {
            return Err(bad(format!(
                "with it, the globs here have more than {MOST} bytes"
            )));
        }
        let rooted = Path::new(glob).is_absolute();
        Ok(PathGlob {
            text: glob.to_owned(),
            below: matcher(&anchored(glob)).map_err(bad)?,
            rooted: if rooted {
                Some(matcher(glob.trim_end_matches('/')).map_err(bad)?)
            } else {
                None
            },
        })
    }
}

impl PathGlob {
    /// The glob as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names a path from the folder on, or a folder that the path lies in.
    pub fn matches(&self, inside: &Path) -> bool {
        inside.ancestors().any(|part| self.below.is_match(part))
    }

    /// The same of a path from the root on; only a glob that begins there names one.
    fn matches_rooted(&self, whole: &Path) -> bool {
        self.rooted
            .as_ref()
            .is_some_and(|rooted| whole.ancestors().any(|part| rooted.is_match(part)))
    }

    /// The folder below which everything lies that it can name.
    pub fn root(&self) -> PathBuf {
        let form = anchored(&self.text);
        let fixed = form
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
        fixed.collect()
    }
}

/// A glob in the form globset wants it: from the folder on, any depth spelled out.
fn anchored(glob: &str) -> String {
    let bare = glob.strip_prefix("./").unwrap_or(glob).trim_end_matches('/');
    match bare.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if bare.contains('/') || glob.starts_with("./") => bare.to_owned(),
        None => format!("**/{bare}"),
    }
}

/// A set of one: alone a glob that becomes too large an automaton would be a panic, in a set it is an error.
fn matcher(form: &str) -> Result<GlobSet, String> {
    let glob = GlobBuilder::new(form).literal_separator(true).build();
    let glob = glob.map_err(|error| error.kind().to_string())?;
    let set = GlobSetBuilder::new().add(glob).build();
    set.map_err(|_| "it becomes too large an automaton; split it".to_owned())
}

/// A path from the root, without `.` and `..`; links are not looked at.
pub fn normal(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
