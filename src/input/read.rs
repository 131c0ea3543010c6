//! Reads files into a buffer that is reused for the next file.

use std::fmt::{self, Display};
use std::fs::{File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
#[cfg(unix)]
use std::os::unix::fs::FileExt;
use std::path::Path;
#[cfg(unix)]
use std::thread;

use crate::io::large_buffer::{LargeBuffer, OutOfMemory};
use crate::threads::Threads;

/// The largest file that can be read: offsets have 32 bits.
pub const LARGEST: u64 = u32::MAX as u64;

/// The largest size of the buffer, in bytes, that is kept from one file to the next.
const KEEP: usize = 64 << 20;

/// The number of bytes that are requested if the size is not known.
const STEP: usize = 64 << 10;

/// The smallest part, in bytes, that is worth a thread.
const PART: usize = 16 << 20;

/// The reason why a file cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is larger than allowed. Sizes are in bytes.
    TooLarge {
        /// The size of the file, if known.
        size: Option<u64>,
        /// The limit.
        max: u64,
    },
    /// It is a folder, a pipe or a device, with its kind.
    NotAFile(&'static str),
    /// There is not enough memory.
    Memory,
    /// An I/O error.
    Io(io::Error),
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge {
                size: Some(size),
                max,
            } => {
                write!(f, "too large: {size} bytes; --max-file-size is {max}")
            }
            Self::TooLarge { size: None, max } => {
                write!(f, "too large: more than {max} bytes (--max-file-size)")
            }
            Self::NotAFile(what) => write!(f, "{what}, not a file"),
            Self::Memory => f.write_str("there is not enough memory to read it"),
            Self::Io(error) => f.write_str(&explain(error)),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<OutOfMemory> for ReadError {
    fn from(_: OutOfMemory) -> Self {
        Self::Memory
    }
}

/// Opens a file for reading, and returns its size in bytes. Never blocks: since the path was examined, it may have
/// become a pipe without a writer.
pub(super) fn open(path: &Path) -> Result<(File, u64), ReadError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        Err(ReadError::NotAFile(kind(metadata.file_type())))
    }
}

/// Checks that a file can be opened for reading.
pub fn is_readable(path: &Path) -> Result<(), ReadError> {
    open(path).map(drop)
}

/// Returns the first bytes of a file, at most `most`.
pub fn start(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns all bytes of a file of at most `max` bytes.
pub fn whole(path: &Path, max: u64) -> Result<Vec<u8>, ReadError> {
    let mut reader = Reader::new(max);
    Ok(reader.file(path)?.to_vec())
}

/// Returns the kind of something that is not a file, for messages.
pub(super) fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { special(kind) }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_kind: FileType) -> &'static str {
    "a device"
}

/// Reads one file after the other into the same buffer.
#[derive(Debug)]
pub struct Reader {
    /// The file's bytes are at its start. It is kept for the next file unless it is very large.
    buffer: LargeBuffer,
    max: u64,
    threads: Threads,
}

impl Reader {
    /// Returns a reader that refuses files of more than `max` bytes.
    pub fn new(max: u64) -> Self {
        Self {
            buffer: LargeBuffer::default(),
            max: max.min(LARGEST),
            threads: Threads::ONE,
        }
    }

    /// Allows this many threads to read one file if it is large.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Returns the bytes of a file.
    pub fn file(&mut self, path: &Path) -> Result<&[u8], ReadError> {
        let (mut file, size) = open(path)?;
        if size > self.max {
            return Err(ReadError::TooLarge {
                size: Some(size),
                max: self.max,
            });
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        self.reserve(size)?;
        let parts = self.threads.for_parts(size / PART);
        let mut used = 0;
        if parts > 1 {
            used = in_parts(&file, &mut self.buffer[..size], parts);
            file.seek(SeekFrom::Start(used as u64))?;
        }
        self.fill(file, used, size)
    }

    /// Returns the bytes of a stream, such as standard input.
    pub fn stream(&mut self, stream: impl Read) -> Result<&[u8], ReadError> {
        self.reserve(STEP)?;
        self.fill(stream, 0, 0)
    }

    /// Reads to the end, after the `used` bytes in the buffer. `size` is only a hint: files grow, and those under
    /// `/proc` report 0. If exactly `size` bytes were read into a larger buffer, no further read is needed.
    fn fill(&mut self, mut stream: impl Read, mut used: usize, size: usize) -> Result<&[u8], ReadError> {
        loop {
            if used == self.buffer.len() {
                let most = usize::try_from(self.max).unwrap_or(usize::MAX).saturating_add(1);
                self.buffer
                    .grow(used.saturating_mul(2).clamp(STEP, most.max(STEP)))?;
            }
            match stream.read(&mut self.buffer[used..]) {
                Ok(0) => return Ok(&self.buffer[..used]),
                Ok(count) => used += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            }
            if used as u64 > self.max {
                return Err(ReadError::TooLarge {
                    size: None,
                    max: self.max,
                });
            }
            if used == size && used < self.buffer.len() {
                return Ok(&self.buffer[..used]);
            }
        }
    }

    /// Reserves memory for a file and one more byte, which detects its end.
    fn reserve(&mut self, size: usize) -> Result<(), ReadError> {
        let wanted = size.saturating_add(1);
        let is_oversized = self.buffer.len() > KEEP && wanted <= KEEP;
        if wanted > self.buffer.len() || is_oversized {
            // Dropped first, so that both never exist at the same time.
            self.buffer = LargeBuffer::default();
            self.buffer = LargeBuffer::new(wanted)?;
        }
        Ok(())
    }
}

/// Reads the file into the buffer, one part per thread. Returns the number of bytes from the start that were read.
///
/// If a part cannot be read completely, the count ends there; the next read returns the error.
#[cfg(unix)]
fn in_parts(file: &File, buffer: &mut [u8], parts: usize) -> usize {
    let length = buffer.len().div_ceil(parts);
    let read = |(index, part): (usize, &mut [u8])| {
        let mut used = 0;
        while used < part.len() {
            let at = (index * length + used) as u64;
            match FileExt::read_at(file, &mut part[used..], at) {
                Ok(0) => break,
                Ok(count) => used += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        used
    };
    thread::scope(|scope| {
        let start = |part| thread::Builder::new().spawn_scoped(scope, move || read(part));
        let threads: Vec<_> = buffer.chunks_mut(length).enumerate().map(start).collect();
        let mut total = 0;
        for thread in threads {
            let count = thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(0);
            total += count;
            if count < length {
                break;
            }
        }
        total
    })
}

#[cfg(not(unix))]
fn in_parts(_file: &File, _buffer: &mut [u8], _parts: usize) -> usize {
    0
}

/// Returns a message for an I/O error.
pub(crate) fn explain(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            text[..end].to_lowercase()
        }
    }
}
