//! `--exclude`: globs that keep paths out, however they were reached.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

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
    /// Of paths from `base` on.
    below: GlobSet,
    /// Of paths from the root on.
    rooted: GlobSet,
    /// Which glob each of `rooted` is.
    rooted_at: Vec<usize>,
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

impl std::fmt::Display for BadGlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "bad glob `{}`: {}", self.glob, self.message)
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
        let (mut below, mut rooted) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut rooted_at = Vec::new();
        let mut count = 0;
        for (index, glob) in globs.into_iter().enumerate() {
            let glob = glob.as_ref();
            below.add(compile(glob, &anchored(glob))?);
            if Path::new(glob).is_absolute() {
                rooted.add(compile(glob, glob.trim_end_matches('/'))?);
                rooted_at.push(index);
            }
            count = index + 1;
        }
        let set = Set {
            base: normal(base),
            below: together(&below)?,
            rooted: together(&rooted)?,
            rooted_at,
            hit: (0..count).map(|_| AtomicBool::new(false)).collect(),
        };
        Ok(Self { sets: vec![set] })
    }

    /// These and others: what either keeps out is out.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.sets.extend(others.sets);
        self
    }

    /// Whether a path, or a folder it lies in, is excluded.
    pub fn matches(&self, path: &Path) -> bool {
        if self.sets.iter().all(|set| set.below.is_empty()) {
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
        let below = matching(&self.below, &inside);
        let rooted = matching(&self.rooted, whole)
            .into_iter()
            .filter_map(|index| self.rooted_at.get(index).copied());
        let hits: Vec<usize> = below.into_iter().chain(rooted).collect();
        for hit in hits.iter().filter_map(|index| self.hit.get(*index)) {
            hit.store(true, Relaxed);
        }
        !hits.is_empty()
    }
}

/// One glob of a settings file, of paths from that file's folder on; it reads as a line of [`Excludes`].
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    matcher: GlobMatcher,
}

impl PathGlob {
    /// Reads a glob.
    pub fn new(glob: &str) -> Result<Self, BadGlob> {
        let matcher = compile(glob, &anchored(glob))?.compile_matcher();
        Ok(Self {
            text: glob.to_owned(),
            matcher,
        })
    }

    /// The glob as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names a path from the folder on, or a folder that the path lies in.
    pub fn matches(&self, inside: &Path) -> bool {
        inside.ancestors().any(|part| self.matcher.is_match(part))
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

/// Which globs match a path or a folder it lies in.
fn matching(globs: &GlobSet, path: &Path) -> Vec<usize> {
    let parts = path.ancestors().filter(|part| globs.is_match(part));
    parts.flat_map(|part| globs.matches(part)).collect()
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

fn compile(glob: &str, form: &str) -> Result<Glob, BadGlob> {
    let built = GlobBuilder::new(form).literal_separator(true).build();
    built.map_err(|error| BadGlob {
        glob: glob.to_owned(),
        message: error.kind().to_string(),
    })
}

fn together(globs: &GlobSetBuilder) -> Result<GlobSet, BadGlob> {
    globs.build().map_err(|error| BadGlob {
        glob: String::new(),
        message: error.to_string(),
    })
}

/// A path from the root, without `.` and `..`; links are not looked at.
pub fn normal(path: &Path) -> PathBuf {
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
