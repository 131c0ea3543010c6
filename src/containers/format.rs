//! What kind of container a file is.

use std::path::Path;

use memchr::memmem;

/// A kind of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A collection of Postman, version 2.0 or 2.1.
    Postman,
}

/// What the schema of a Postman collection is called by.
pub(super) const POSTMAN_SCHEMA: &str = "schema.getpostman.com/json/collection/v2";

impl Format {
    /// What a file is called in messages, with its article.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postman => "a Postman collection",
        }
    }
}

/// The kind of container that a file is, by its content and by the end of its name; `None` for any other file.
///
/// A list of records, which nearly every payload is, costs no more than its first byte.
pub fn detect(_path: &Path, bytes: &[u8]) -> Option<Format> {
    let body = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(bytes)
        .trim_ascii_start();
    if !body.starts_with(b"{") {
        return None;
    }
    is_postman(body).then_some(Format::Postman)
}

/// Whether an object names the schema of a collection, and has the two members that every collection has.
fn is_postman(body: &[u8]) -> bool {
    let has = |text: &str| memmem::find(body, text.as_bytes()).is_some();
    // A slash may be escaped.
    (has(POSTMAN_SCHEMA) || has("schema.getpostman.com\\/json\\/collection\\/v2"))
        && has("\"info\"")
        && has("\"item\"")
}
