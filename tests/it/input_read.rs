//! Tests of reading: a file is read completely or not at all.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use geplint::input::{ReadError, Reader};

/// A file for one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("geplint-read-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn one_buffer_serves_files_of_any_size() {
    let mut reader = Reader::new(u64::MAX);
    let large = Scratch::new("large", &vec![b'x'; 300_000]);
    let small = Scratch::new("small", b"[]");
    let empty = Scratch::new("empty", b"");
    for _ in 0..2 {
        assert_eq!(reader.file(&large.0).unwrap().len(), 300_000);
        assert_eq!(reader.file(&small.0).unwrap(), b"[]");
        assert_eq!(reader.file(&empty.0).unwrap(), b"");
        assert_eq!(reader.stream(Cursor::new(b"[1]")).unwrap(), b"[1]");
    }
}

#[test]
fn the_limit_is_the_largest_that_is_read() {
    let file = Scratch::new("limit", b"12345");
    assert_eq!(Reader::new(5).file(&file.0).unwrap(), b"12345");
    let error = Reader::new(4).file(&file.0).unwrap_err();
    assert_eq!(error.to_string(), "too large: 5 bytes; --max-file-size is 4");
    assert_eq!(Reader::new(5).stream(Cursor::new(b"12345")).unwrap(), b"12345");
    let error = Reader::new(4).stream(Cursor::new(b"12345")).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { size: None, max: 4 }));
    assert!(
        Reader::new(0)
            .file(&Scratch::new("none", b"").0)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_endless_stream_is_cut_off() {
    assert!(matches!(
        Reader::new(1_000_000).stream(io::repeat(b'x')),
        Err(ReadError::TooLarge { .. })
    ));
}

#[test]
fn slow_and_interrupted_streams_are_read_to_the_end() {
    struct Dribble(u32);
    impl Read for Dribble {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                9.. => Ok(0),
                count if count % 2 == 0 => Err(io::ErrorKind::Interrupted.into()),
                _ => {
                    buffer[0] = b'x';
                    Ok(1)
                }
            }
        }
    }
    assert_eq!(Reader::new(100).stream(Dribble(0)).unwrap(), b"xxxx");
}

#[test]
fn other_kinds_of_files_are_errors() {
    let mut reader = Reader::new(100);
    assert!(reader.file(&std::env::temp_dir()).is_err());
    let error = reader.file(Path::new("no/such/file.json")).unwrap_err();
    assert_eq!(error.to_string(), "no such file or folder");
}

/// The size of files under `/proc` is reported as 0.
#[cfg(target_os = "linux")]
#[test]
fn a_size_is_only_a_hint() {
    assert!(
        !Reader::new(1 << 20)
            .file(Path::new("/proc/self/status"))
            .unwrap()
            .is_empty()
    );
}
