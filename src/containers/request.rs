//! The content of a container.

use std::collections::HashMap;

use super::Variables;
use crate::finding::Span;
use crate::mapped_text::MappedText;

/// A file with requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// The requests, in the order of the file.
    pub requests: Vec<Request>,
    /// The variables that are defined in the file.
    pub variables: Variables,
}

/// A request of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The name after those of its folders: `Contacts / new contact`. It is unique in the file.
    pub name: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The URL as written, including variables.
    pub url: String,
    /// Its body.
    pub body: Body,
    /// The responses that were saved with it.
    pub examples: Vec<Example>,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// There is no body that could be JSON.
    None,
    /// The body is in the file.
    Text {
        /// The body, and the position of its bytes in the file.
        text: MappedText,
        /// True if it is in the file as it is sent, so that it can be fixed there.
        fixable: bool,
    },
    /// The body is another file: its name in the container, and the position of the name.
    File(String, Span),
}

/// A response that was saved with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The name after that of its request.
    pub name: String,
    /// The HTTP method of the request, in upper case.
    pub method: String,
    /// The URL of the request.
    pub url: String,
    /// The body of the request.
    pub request: String,
    /// The HTTP status.
    pub status: Option<u64>,
    /// The body of the response.
    pub response: String,
}

/// Returns the text of a file, including a byte order mark. The error has the line that is not UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        format!("line {line}: not UTF-8")
    })
}

/// The maximum length of a request's name, in characters.
const LONGEST_NAME: usize = 200;

/// Returns a name after those of its folders. Only the end of a long name is kept.
pub(super) fn name_in(folders: &[&str], name: &str) -> String {
    let mut parts: Vec<&str> = folders.iter().copied().chain([name]).map(str::trim).collect();
    parts.retain(|part| !part.is_empty());
    let whole = parts.join(" / ");
    let surplus = whole.chars().count().saturating_sub(LONGEST_NAME);
    if surplus == 0 {
        return whole;
    }
    let end: String = whole.chars().skip(surplus).collect();
    format!("…{end}")
}

/// Makes the names of requests unique: the second one gets ` (2)`.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, u32>);

impl Names {
    pub(super) fn unique(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 {
            name
        } else {
            format!("{name} ({count})")
        }
    }
}
