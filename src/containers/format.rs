//! What kind of container a file is.

use std::path::Path;

use memchr::memmem;

/// A kind of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A collection of Postman, version 2.0 or 2.1.
    Postman,
    /// A `.http` or `.rest` file.
    Http,
    /// A `.bru` file.
    Bruno,
    /// A `.jsonl` or `.ndjson` file: a value a line.
    Lines,
}

/// What the schema of a Postman collection is called by.
pub(super) const POSTMAN_SCHEMA: &str = "schema.getpostman.com/json/collection/v2";

impl Format {
    /// What a file is called in messages, with its article.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postman => "a Postman collection",
            Self::Http => "an .http file",
            Self::Bruno => "a .bru file",
            Self::Lines => "a file of JSON lines",
        }
    }
}

/// The kind of container that a file is, by its content and by the end of its name; `None` for any other file.
///
/// A list of records, which nearly every payload is, costs no more than its first byte.
pub fn detect(path: &Path, bytes: &[u8]) -> Option<Format> {
    let by_name = BY_EXTENSION
        .iter()
        .find(|(extension, _)| ends_in(path, extension));
    if let Some((_, format)) = by_name {
        return Some(*format);
    }
    let body = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    if !body.starts_with(b"{") {
        return None;
    }
    is_postman(body).then_some(Format::Postman)
}

/// Kinds of containers that the end of the name tells.
const BY_EXTENSION: [(&str, Format); 5] = [
    ("http", Format::Http),
    ("rest", Format::Http),
    ("bru", Format::Bruno),
    ("jsonl", Format::Lines),
    ("ndjson", Format::Lines),
];

/// Whether files of such a name are taken of a folder.
pub fn is_wanted(path: &Path) -> bool {
    BY_EXTENSION.iter().any(|(extension, _)| ends_in(path, extension))
}

fn ends_in(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// Whether an object names the schema of a collection, and has the two members that every collection has.
fn is_postman(body: &[u8]) -> bool {
    let has = |text: &str| memmem::find(body, text.as_bytes()).is_some();
    // A slash may be escaped.
    let names_schema = || has(POSTMAN_SCHEMA) || has("schema.getpostman.com\\/json\\/collection\\/v2");
    // Newman's report has a collection inside.
    let is_report = || has("\"executions\"") && has("\"collection\"");
    names_schema() && has("\"info\"") && has("\"item\"") && !is_report()
}
