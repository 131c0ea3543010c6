//! `--exclude`: globs that keep paths out, however they were reached.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs, read as lines of a `.gitignore` in one folder.
///
/// Without a `/` a glob names a file or folder anywhere below; with one it is a path from the folder on. `*` stops at
/// a `/`, `**` does not. What lies in an excluded folder is excluded.
#[derive(Debug, Clone)]
pub struct Excludes {
    base: PathBuf,
    globs: GlobSet,
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

impl Default for Excludes {
    fn default() -> Self {
        Self {
            base: PathBuf::new(),
            globs: GlobSet::empty(),
        }
    }
}

impl Excludes {
    /// The globs of a folder: the current one for a flag, that of a settings file for what stands in it.
    pub fn new<I>(base: &Path, globs: I) -> Result<Self, BadGlob>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            let glob = glob.as_ref();
            let bad = |error: &globset::Error| BadGlob {
                glob: glob.to_owned(),
                message: error.kind().to_string(),
            };
            let built = GlobBuilder::new(&anchored(glob)).literal_separator(true).build();
            set.add(built.map_err(|error| bad(&error))?);
        }
        let globs = set.build().map_err(|error| BadGlob {
            glob: String::new(),
            message: error.to_string(),
        })?;
        Ok(Self {
            base: normal(base),
            globs,
        })
    }

    /// Whether a path, or a folder it lies in, is excluded.
    pub fn matches(&self, path: &Path) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        let whole = normal(path);
        let inside = whole.strip_prefix(&self.base).unwrap_or(&whole);
        inside
            .ancestors()
            .filter(|part| !part.as_os_str().is_empty())
            .any(|part| self.globs.is_match(part))
    }
}

/// A glob in the form globset wants it: any depth is spelled out.
fn anchored(glob: &str) -> String {
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let bare = glob.trim_end_matches('/');
    if bare.contains('/') && !Path::new(bare).is_absolute() {
        bare.to_owned()
    } else if let Some(rooted) = bare.strip_prefix('/').filter(|rooted| !rooted.contains('/')) {
        rooted.to_owned()
    } else if bare.starts_with('/') {
        bare.to_owned()
    } else {
        format!("**/{bare}")
    }
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
