//! A mistake in a settings file, with its position.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::report::{Position, Source, sanitize};

/// A mistake in a settings file, or in the combination of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: Option<PathBuf>,
    /// The position in it; `None` for the file as a whole.
    pub position: Option<Position>,
    /// The message, without the position.
    pub message: String,
    /// Further mistakes in the same file, or in one that it names.
    pub more: Vec<Fault>,
}

impl Fault {
    /// Creates a mistake at an offset of a file's text.
    pub fn at(path: &Path, text: &str, start: usize, message: impl Into<String>) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self {
            position: Some(Source::new("", text.as_bytes()).position(start)),
            ..Self::of(path, message)
        }
    }

    /// Joins the mistakes of a file, in its order. `None` if there are none.
    pub fn all(faults: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut faults: Vec<Self> = faults.into_iter().collect();
        faults.sort_by_key(|fault| fault.position.map(|at| (at.line, at.column)));
        let mut faults = faults.into_iter();
        let mut first = faults.next()?;
        first.more.extend(faults);
        Some(first)
    }

    /// Returns this mistake and the further ones.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.more)
    }

    /// Creates a mistake of a file as a whole.
    pub fn of(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            position: None,
            message: message.into(),
            more: Vec::new(),
        }
    }
}

impl fmt::Display for Fault {
    /// Formats `file:line:column: message`, without the further mistakes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            f.write_str(&sanitize::plain_path(path))?;
            if let Some(Position { line, column }) = self.position {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&sanitize::escape(&self.message))
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self {
            path: None,
            position: None,
            message,
            more: Vec::new(),
        }
    }
}
