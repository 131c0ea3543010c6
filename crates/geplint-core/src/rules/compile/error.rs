//! An error in a rules file.

use std::fmt;
use std::ops::Range;

use toml::Spanned;

/// An error in a rules file, with its byte range in that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The mistake, and the valid alternatives.
    pub message: String,
    /// The byte range.
    pub span: Range<usize>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}

pub(super) type Result<T> = std::result::Result<T, LoadError>;

pub(super) fn fail<T>(span: Range<usize>, message: impl Into<String>) -> Result<T> {
    Err(LoadError {
        message: message.into(),
        span,
    })
}

/// Converts an error of the TOML parser.
pub(in crate::rules) fn of_toml(error: &toml::de::Error) -> LoadError {
    LoadError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..0),
    }
}

pub(super) fn join(names: impl Iterator<Item = impl fmt::Display>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// Refuses a name that does not exist. The message lists those that do.
pub(super) fn no_such<T>(
    what: &str,
    name: &Spanned<String>,
    known: impl Iterator<Item = impl fmt::Display>,
) -> Result<T> {
    let (span, name, known) = (name.span(), name.get_ref(), join(known));
    fail(span, format!("there is no {what} \"{name}\"; {what}s: {known}"))
}
