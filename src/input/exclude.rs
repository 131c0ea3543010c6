//! `--exclude`: globs that keep paths out, however they were reached.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs, read as lines of a `.gitignore` in one folder.
///
/// Without a `/` a glob names a file or folder anywhere below; with one it is a path from the folder on. `*` stops at
/// a `/`, `**` does not. What lies in an excluded folder is excluded.
#[derive(Debug, Clone, Default)]
pub struct Excludes {
    base: PathBuf,
    /// Of paths from `base` on.
    below: GlobSet,
    /// Of paths from the root on.
    rooted: GlobSet,
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
        for glob in globs {
            let glob = glob.as_ref();
            below.add(compile(glob, &anchored(glob))?);
            if Path::new(glob).is_absolute() {
                rooted.add(compile(glob, glob.trim_end_matches('/'))?);
            }
        }
        Ok(Self {
            base: normal(base),
            below: together(&below)?,
            rooted: together(&rooted)?,
        })
    }

    /// Whether a path, or a folder it lies in, is excluded.
    pub fn matches(&self, path: &Path) -> bool {
        if self.below.is_empty() {
            return false;
        }
        let whole = normal(path);
        let shared = whole
            .components()
            .zip(self.base.components())
            .take_while(|(one, other)| one == other);
        let inside: PathBuf = whole.components().skip(shared.count()).collect();
        let hit = |globs: &GlobSet, path: &Path| path.ancestors().any(|part| globs.is_match(part));
        hit(&self.below, &inside) || hit(&self.rooted, &whole)
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
pub(super) fn normal(path: &Path) -> PathBuf {
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
