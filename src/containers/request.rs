//! What a container holds.

use std::collections::HashMap;

use super::Variables;
use crate::finding::Span;
use crate::mapped::MappedText;

/// A file that holds requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// Its requests, in the order of the file.
    pub requests: Vec<Request>,
    /// The values that the file itself has for its variables.
    pub variables: Variables,
}

/// A request of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its name, behind those of its folders: `Contacts / new contact`. No two requests of a file have the same.
    pub name: String,
    /// The HTTP method, in capital letters.
    pub method: String,
    /// The URL as it is written, variables and all.
    pub url: String,
    /// Its body.
    pub body: Body,
    /// Answers that were saved with it.
    pub examples: Vec<Example>,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// There is none that could be JSON.
    None,
    /// It is in the file.
    Text {
        /// The body, and where in the file it comes from.
        text: MappedText,
        /// It stands in the file as it is sent, so that it can be fixed there.
        fixable: bool,
    },
    /// It is another file, by the name that the container has for it; and the place of that name.
    File(String, Span),
}

/// An answer that was saved with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its name, behind that of its request.
    pub name: String,
    /// The HTTP method of the request that was answered, in capital letters.
    pub method: String,
    /// The URL of that request.
    pub url: String,
    /// The body of that request.
    pub request: String,
    /// The HTTP status.
    pub status: Option<u64>,
    /// The body of the answer.
    pub response: String,
}

/// The text of a file, a byte order mark included; the message says where it is none.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        format!("line {line}: this is no UTF-8")
    })
}

/// The longest name of a request, in characters.
const LONGEST_NAME: usize = 200;

/// The name of something in a folder; of a long one its end.
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

/// Tells requests of one name apart: the second one gets ` (2)`.
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
