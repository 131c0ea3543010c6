//! Addresses of documents and paths of files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The path of a file's address; `None` for an address of anything else.
pub fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = decoded(rest)?;
    if !path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(crate::input::normal(Path::new(if cfg!(windows) && drive {
        path.get(1..).unwrap_or_default()
    } else {
        &path
    })))
}

/// Text in which every `%` stands before two digits.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The address of a file, given from the root of the system on.
pub fn of(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = if cfg!(windows) {
        path.replace('\\', "/").into()
    } else {
        path
    };
    let mut uri = "file://".to_owned();
    if !path.starts_with('/') {
        uri.push('/');
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn addresses_lead_to_files_and_back() {
        for name in ["/a/b.json", "/a b/ü%#?.json", "/"] {
            assert_eq!(path(&of(Path::new(name))).as_deref(), Some(Path::new(name)));
        }
        assert_eq!(
            path("file:///a/../b/./c.json").as_deref(),
            Some(Path::new("/b/c.json"))
        );
        assert_eq!(path("file://localhost/a%20b").as_deref(), Some(Path::new("/a b")));
    }

    #[test]
    fn other_addresses_are_no_files() {
        for uri in [
            "",
            "untitled:Untitled-1",
            "file:",
            "file://host/share",
            "file:///%",
            "file:///%G0",
            "file:///%ff",
            "file:///a%00b",
            "http://example.com/a.json",
        ] {
            assert_eq!(path(uri), None, "{uri}");
        }
    }
}
