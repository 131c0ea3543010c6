//! Detects the kind of a container.

use std::path::Path;

use memchr::memmem;

/// A kind of container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerKind {
    /// A collection of Postman, version 2.0 or 2.1.
    Postman,
    /// A `.http` or `.rest` file.
    Http,
    /// A `.bru` file.
    Bruno,
    /// A `.jsonl` or `.ndjson` file: one value in each line.
    Lines,
}

/// The part of the schema URL that all Postman collections have.
pub(super) const POSTMAN_SCHEMA: &str = "schema.getpostman.com/json/collection/v2";

impl ContainerKind {
    /// Returns the name for messages, with its article.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postman => "a Postman collection",
            Self::Http => "an .http file",
            Self::Bruno => "a .bru file",
            Self::Lines => "a JSON Lines file",
        }
    }
}

/// Returns the kind of a container, by its content and its extension; `None` for any other file.
///
/// For an array, which nearly every payload is, only the first byte is read.
pub fn detect(path: &Path, bytes: &[u8]) -> Option<ContainerKind> {
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
    is_postman(body).then_some(ContainerKind::Postman)
}

/// The kinds of containers by extension.
const BY_EXTENSION: [(&str, ContainerKind); 5] = [
    ("http", ContainerKind::Http),
    ("rest", ContainerKind::Http),
    ("bru", ContainerKind::Bruno),
    ("jsonl", ContainerKind::Lines),
    ("ndjson", ContainerKind::Lines),
];

/// Returns the name, with its article, of an unsupported file of another tool that is related to requests. Only the first
/// bytes are read.
pub fn foreign(bytes: &[u8]) -> Option<&'static str> {
    /// The number of bytes that are read.
    const START: usize = 4096;
    let start = bytes.get(..START).unwrap_or(bytes).trim_ascii_start();
    let has = |text: &str| memmem::find(start, text.as_bytes()).is_some();
    let has_line = |text: &str| start.starts_with(text.as_bytes()) || has(&format!("\n{text}"));
    match start {
        [b'{', ..] if has("\"openapi\"") || has("\"swagger\"") => Some("an OpenAPI description"),
        [b'{', ..] if has("\"__export_format\"") => Some("an Insomnia export"),
        [b'{', ..] if has("\"_postman_variable_scope\"") => Some("a Postman environment, for --env"),
        [b'{', ..] if has("\"brunoConfig\"") => Some("a Bruno export in JSON"),
        [b'{', ..] if has("\"requests\"") && has("\"order\"") && has("\"id\"") => {
            Some("a Postman collection of version 1; export it as 2.1")
        }
        [b'{', ..] if has("\"collection\"") && has("getpostman.com") => {
            Some("a report of Newman, for geplint verify")
        }
        [b'<', ..] if has("soapui-project") => Some("a SoapUI project"),
        [b'<' | b'{' | b'[', ..] => None,
        _ if has_line("openapi:") || has_line("swagger:") => Some("an OpenAPI description"),
        _ if has_line("type: collection.insomnia.rest") => Some("an Insomnia export"),
        _ => None,
    }
}

/// Returns true if a file in a folder is read because of its extension.
pub fn is_wanted(path: &Path) -> bool {
    BY_EXTENSION.iter().any(|(extension, _)| ends_in(path, extension))
}

fn ends_in(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// Returns true if an object has the schema of a collection, and the two members that every collection has.
fn is_postman(body: &[u8]) -> bool {
    let has = |text: &str| memmem::find(body, text.as_bytes()).is_some();
    // A slash may be escaped.
    let names_schema = || has(POSTMAN_SCHEMA) || has("schema.getpostman.com\\/json\\/collection\\/v2");
    // A report of Newman contains a collection.
    let is_report = || has("\"executions\"") && has("\"collection\"");
    names_schema() && has("\"info\"") && has("\"item\"") && !is_report()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_tools_have_a_name() {
        for (text, name) in [
            ("{\"openapi\": \"3.0.0\"}", Some("an OpenAPI description")),
            ("# x\nopenapi: 3.0.0\n", Some("an OpenAPI description")),
            ("swagger: \"2.0\"\n", Some("an OpenAPI description")),
            (
                "{\"_type\": \"export\", \"__export_format\": 4}",
                Some("an Insomnia export"),
            ),
            ("type: collection.insomnia.rest/5.0\n", Some("an Insomnia export")),
            (
                "<?xml version=\"1.0\"?>\n<con:soapui-project name=\"x\">",
                Some("a SoapUI project"),
            ),
            ("[{\"openapi\": 1}]", None),
            ("x: openapi:\n", None),
            ("", None),
        ] {
            assert_eq!(foreign(text.as_bytes()), name, "{text}");
        }
    }

    #[test]
    fn collections_are_recognized_by_their_content() {
        let path = Path::new("a.json");
        let text =
            r#"{"info":{"schema":"https:\/\/schema.getpostman.com\/json\/collection\/v2.0.0\/"},"item":[]}"#;
        assert_eq!(detect(path, text.as_bytes()), Some(ContainerKind::Postman));
        assert_eq!(
            detect(path, format!("\u{feff} {text}").as_bytes()),
            Some(ContainerKind::Postman)
        );
        assert_eq!(detect(path, format!("[{text}]").as_bytes()), None);
        assert_eq!(detect(path, b"{\"info\": 1, \"item\": 2}"), None);
        assert_eq!(detect(Path::new("a.HTTP"), b"{"), Some(ContainerKind::Http));
        assert_eq!(detect(Path::new("a.ndjson"), b""), Some(ContainerKind::Lines));
    }
}
