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
}

impl Fault {
    /// Creates a mistake at an offset of a file's text.
    pub fn at(path: &Path, text: &str, start: usize, message: impl Into<String>) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self {
            path: Some(path.to_path_buf()),
            position: Some(Source::new("", text.as_bytes()).position(start)),
            message: message.into(),
        }
    }

    /// Creates a mistake of a file as a whole.
    pub fn of(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            position: None,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    /// `file:line:column: message`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            f.write_str(&sanitize::plain_path(path))?;
            if let Some(Position { line, column }) = self.position {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self {
            path: None,
            position: None,
            message,
        }
    }
}
