//! Reads lists of paths from other programs: `git diff -z --name-only`, `find -print0`, a build tool.

use std::io;
use std::path::{Path, PathBuf};

use super::read::{LARGEST, Reader};

/// The paths of a list.
pub type Listed = Vec<PathBuf>;

/// Reads a list of paths, `-` from standard input. The error is the reason why it cannot be read.
///
/// If the list contains a NUL byte, NUL ends each path; otherwise a line end does. Empty paths are skipped.
pub fn read(list: &Path) -> Result<Listed, String> {
    let mut reader = Reader::new(LARGEST);
    let bytes = if list.as_os_str() == "-" {
        reader.stream(io::stdin().lock())
    } else {
        reader.file(list)
    };
    paths(bytes.map_err(|error| error.to_string())?)
}

fn paths(bytes: &[u8]) -> Result<Listed, String> {
    let has_nul = bytes.contains(&0);
    let end = if has_nul { 0 } else { b'\n' };
    bytes
        .split(|byte| *byte == end)
        .map(|path| match path {
            [path @ .., b'\r'] if !has_nul => path,
            path => path,
        })
        .filter(|path| !path.is_empty())
        .map(path_of)
        .collect()
}

fn path_of(bytes: &[u8]) -> Result<PathBuf, String> {
    #[cfg(unix)]
    let path = Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
        .map(|path: &std::ffi::OsStr| PathBuf::from(path));
    #[cfg(not(unix))]
    let path = std::str::from_utf8(bytes).ok().map(PathBuf::from);
    path.ok_or_else(|| "a path in it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<String> {
        let paths = paths(bytes).unwrap_or_default();
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_path_ends_at_a_nul_or_at_a_line_end() {
        assert_eq!(read(b"a.json\nb c.json\r\n\n"), ["a.json", "b c.json"]);
        assert_eq!(read(b"a\nb.json\0c.json\0"), ["a\nb.json", "c.json"]);
        assert_eq!(read(b"a.json"), ["a.json"]);
        assert!(read(b"").is_empty());
    }
}
