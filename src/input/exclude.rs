//! `--exclude`: globs that exclude paths, whether they are named or found.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use crate::settings::{BadGlob, GlobCompiler, PathGlob};

/// Globs with the meaning of lines in a `.gitignore`, for a folder or several folders.
///
/// Without a `/` a glob names a file or folder anywhere below; with one it is a path relative to the folder. `*`
/// stops at a `/`, `**` does not. Everything in an excluded folder is excluded.
#[derive(Debug, Clone, Default)]
pub struct Excludes {
    sets: Vec<Set>,
}

/// The globs of one folder.
#[derive(Debug, Clone, Default)]
struct Set {
    base: PathBuf,
    globs: Vec<PathGlob>,
    /// For each glob, true if it has excluded something; copies share it.
    hit: Arc<[AtomicBool]>,
}

impl Excludes {
    /// Returns the globs of a folder: the current one for a flag, that of the settings file for the settings.
    pub fn new<I>(base: &Path, globs: I) -> Result<Self, BadGlob>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut compiler = GlobCompiler::default();
        let globs = globs.into_iter().map(|glob| compiler.compile(glob.as_ref()));
        Ok(Self::of(base, globs.collect::<Result<_, _>>()?))
    }

    /// The same for compiled globs.
    pub fn of(base: &Path, globs: Vec<PathGlob>) -> Self {
        let set = Set {
            base: normal(base),
            hit: globs.iter().map(|_| AtomicBool::new(false)).collect(),
            globs,
        };
        Self { sets: vec![set] }
    }

    /// Adds other globs: a path is excluded if either excludes it.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.sets.extend(others.sets);
        self
    }

    /// Returns true if a path, or a folder above it, is excluded.
    pub fn matches(&self, path: &Path) -> bool {
        if self.sets.iter().all(|set| set.globs.is_empty()) {
            return false;
        }
        let whole = normal(path);
        // Each set is evaluated, so that each records its hits.
        let hits = self.sets.iter().filter(|set| set.matches(&whole)).count();
        hits > 0
    }

    /// Returns the indices of the globs that have excluded nothing so far.
    pub fn unmatched(&self) -> Vec<usize> {
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

/// Returns an absolute path without `.` and `..`. Links are not resolved.
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
