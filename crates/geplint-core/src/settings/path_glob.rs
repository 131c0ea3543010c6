//! Globs of paths. They are compiled only here, so that each is limited.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The longest glob, in bytes: as long as the longest path on Linux.
pub const LONGEST_GLOB: usize = 4096;

/// The largest total length of the globs of one file, or of one command line, in bytes. Each becomes an automaton many
/// times its size.
const MOST: usize = 64 << 10;

/// An invalid glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGlob {
    /// The glob.
    pub glob: String,
    /// The mistake in it.
    pub message: String,
}

impl BadGlob {
    /// Returns the glob for messages, cut if it is long.
    pub fn shown(&self) -> String {
        /// The limit, in characters.
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

/// A glob of paths relative to a folder, with the meaning of a line in a `.gitignore`.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    /// Matches paths relative to the folder.
    below: GlobSet,
    /// Matches absolute paths, if the glob is absolute.
    rooted: Option<GlobSet>,
}

/// Compiles the globs of one file, or of one command line.
#[derive(Debug, Default)]
pub struct GlobCompiler {
    /// The total length so far, in bytes.
    length: usize,
}

impl GlobCompiler {
    /// Returns true if the globs are too long together, so that further ones are refused.
    pub(super) const fn is_full(&self) -> bool {
        self.length > MOST
    }

    /// Compiles a glob. Errors: it is invalid or too long, or all globs together are too long.
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
        if self.is_full() {
            return Err(bad(format!(
                "up to this one, the globs have more than {MOST} bytes"
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
    /// Returns the glob as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns true if it matches a path relative to the folder, or a folder above that path.
    pub fn matches(&self, inside: &Path) -> bool {
        inside.ancestors().any(|part| self.below.is_match(part))
    }

    /// The same for an absolute path, which only an absolute glob matches.
    pub fn matches_rooted(&self, whole: &Path) -> bool {
        self.rooted
            .as_ref()
            .is_some_and(|rooted| whole.ancestors().any(|part| rooted.is_match(part)))
    }

    /// Returns the folder above all paths that it can match.
    pub fn root(&self) -> PathBuf {
        let form = anchored(&self.text);
        let fixed = form
            .split('/')
            .take_while(|part| !part.contains(['*', '?', '[', '{', '\\']));
        fixed.collect()
    }
}

/// Converts a glob to the form of globset: relative to the folder, with the depth spelled out.
fn anchored(glob: &str) -> String {
    let bare = glob.strip_prefix("./").unwrap_or(glob).trim_end_matches('/');
    match bare.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if bare.contains('/') || glob.starts_with("./") => bare.to_owned(),
        None => format!("**/{bare}"),
    }
}

/// Returns a set of one glob. Compiling a glob with a too large automaton panics, but is an error in a set.
fn matcher(form: &str) -> Result<GlobSet, String> {
    let glob = GlobBuilder::new(form).literal_separator(true).build();
    let glob = glob.map_err(|error| error.kind().to_string())?;
    let set = GlobSetBuilder::new().add(glob).build();
    set.map_err(|_| "it compiles to too large an automaton; split it".to_owned())
}
