//! Reads the files that configure a run, before any payload: settings, rules, tenant files, baselines.

use std::path::Path;

use super::settings_error::Fault;
use crate::input::{ReadError, read};
use crate::report::Source;

/// The largest settings file, in bytes. Every glob in it becomes an automaton many times its size.
pub const SETTINGS: u64 = 256 << 10;

/// The largest rules file, in bytes: a hundred times the largest built-in one.
pub const RULES: u64 = 4 << 20;

/// The largest tenant file, list of one, or baseline, in bytes.
pub const FACTS: u64 = 256 << 20;

/// Returns the text of a file of at most `most` bytes. The error has the file, and the position of invalid UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, Fault> {
    let bytes = bytes(path, most).map_err(|reason| Fault::of(path, reason))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = u32::try_from(error.utf8_error().valid_up_to()).unwrap_or(u32::MAX);
        Fault {
            position: Some(Source::new("", error.as_bytes()).position(valid)),
            ..Fault::of(path, "not UTF-8")
        }
    })
}

/// The same for bytes. The error is only the reason.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    read::whole(path, most).map_err(|error| match error {
        ReadError::TooLarge { .. } => format!("too large: the limit is {} KiB", most >> 10),
        other => other.to_string(),
    })
}
