//! Converts document URIs to paths and back.

use std::path::{Path, PathBuf};

use crate::percent;

/// Returns the path of a `file:` URI; `None` for any other URI.
pub fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = String::from_utf8(percent::decoded(rest.as_bytes())?).ok()?;
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

/// Returns the `file:` URI of an absolute path.
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
    uri.push_str(&percent::encoded(&path));
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn uris_convert_to_paths_and_back() {
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
    fn other_uris_are_not_files() {
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
