//! Files become bytes, in a buffer that is used again for the next.

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::{Deref, DerefMut};
use std::path::Path;

use memmap2::MmapMut;

/// The largest file there can be: offsets have 32 bits.
pub const LARGEST: u64 = u32::MAX as u64;

/// How much of the buffer is kept from one file to the next.
const KEEP: usize = 64 << 20;

/// How much is asked for where the size is not known.
const STEP: usize = 64 << 10;

/// Why a file has no bytes for us.
#[derive(Debug)]
pub enum ReadError {
    /// It is larger than allowed; both sizes in bytes, its own where it is known.
    TooLarge {
        /// The file's size.
        size: Option<u64>,
        /// The most that is read.
        max: u64,
    },
    /// It is a folder, a pipe, a device.
    NotAFile,
    /// The system said no.
    Io(io::Error),
}

impl Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge {
                size: Some(size),
                max,
            } => {
                write!(f, "too large: {size} bytes, and --max-file-size is {max}")
            }
            Self::TooLarge { size: None, max } => {
                write!(f, "too large: more than --max-file-size, which is {max} bytes")
            }
            Self::NotAFile => f.write_str("not a file"),
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

/// From this size on, room is taken in huge pages.
const HUGE: usize = 8 << 20;

/// Zeroed bytes to read into.
#[derive(Debug)]
enum Room {
    Heap(Vec<u8>),
    /// Memory of its own, and no file behind it.
    Pages(MmapMut),
}

impl Default for Room {
    fn default() -> Self {
        Self::Heap(Vec::new())
    }
}

impl Room {
    fn new(size: usize) -> Self {
        // Most of the time that reading a large file takes is spent on handing out its memory page by page.
        match (size >= HUGE).then(|| MmapMut::map_anon(size)) {
            Some(Ok(pages)) => {
                #[cfg(target_os = "linux")]
                // Only a wish: without it, the pages are small ones.
                let _ = pages.advise(memmap2::Advice::HugePage);
                Self::Pages(pages)
            }
            _ => Self::Heap(vec![0; size]),
        }
    }

    /// Makes it larger, and keeps what is in it.
    fn grow(&mut self, size: usize) {
        if size < HUGE
            && let Self::Heap(bytes) = self
        {
            bytes.resize(size, 0);
            return;
        }
        let mut larger = Self::new(size);
        larger[..self.len()].copy_from_slice(self);
        *self = larger;
    }
}

impl Deref for Room {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}

/// Reads one file after the other into the same buffer.
#[derive(Debug)]
pub struct Reader {
    /// Filled at its beginning; it never gets shorter than the largest file so far, so it is zeroed once.
    buffer: Room,
    max: u64,
}

impl Reader {
    /// A reader that refuses what is larger than `max` bytes.
    pub fn new(max: u64) -> Self {
        Self {
            buffer: Room::default(),
            max: max.min(LARGEST),
        }
    }

    /// The bytes of a file.
    pub fn file(&mut self, path: &Path) -> Result<&[u8], ReadError> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        let size = metadata.len();
        if size > self.max {
            return Err(ReadError::TooLarge {
                size: Some(size),
                max: self.max,
            });
        }
        self.fill(file, usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// The bytes of a stream, such as standard input.
    pub fn stream(&mut self, stream: impl Read) -> Result<&[u8], ReadError> {
        self.fill(stream, STEP)
    }

    /// Reads to the end. A size is only a hint: files grow, and those under `/proc` say 0.
    fn fill(&mut self, mut stream: impl Read, hint: usize) -> Result<&[u8], ReadError> {
        self.room(hint);
        let mut used = 0;
        loop {
            if used == self.buffer.len() {
                self.buffer.grow(used.saturating_mul(2).max(STEP));
            }
            match stream.read(&mut self.buffer[used..]) {
                Ok(0) => return Ok(&self.buffer[..used]),
                Ok(count) => used += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            if used as u64 > self.max {
                return Err(ReadError::TooLarge {
                    size: None,
                    max: self.max,
                });
            }
        }
    }

    /// Makes room for a file and the one byte by which its end is noticed.
    fn room(&mut self, size: usize) {
        let wanted = size.saturating_add(1);
        let wasteful = self.buffer.len() > KEEP && wanted <= KEEP;
        if wanted > self.buffer.len() || wasteful {
            // Dropped first, so that both are never held at once; new pages are zero already.
            self.buffer = Room::default();
            self.buffer = Room::new(wanted);
        }
    }
}

/// What the system said, in our words where it is one of the usual things.
pub(super) fn explain(error: &io::Error) -> String {
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
