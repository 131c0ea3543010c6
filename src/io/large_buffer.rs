//! A read buffer: zeroed bytes, in separate memory pages if it is large.

use std::collections::TryReserveError;
use std::io;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Minimum size, in bytes, of a buffer in separate pages.
const MANY: usize = 8 << 20;

/// Not enough memory.
#[derive(Debug)]
pub struct OutOfMemory;

impl From<TryReserveError> for OutOfMemory {
    fn from(_: TryReserveError) -> Self {
        Self
    }
}

impl From<io::Error> for OutOfMemory {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// A buffer of zeroed bytes.
#[derive(Debug)]
pub enum LargeBuffer {
    /// A small buffer.
    Heap(Vec<u8>),
    /// A large buffer: anonymous memory, which is already zeroed. Only written pages take memory.
    Pages(MmapMut),
}

impl Default for LargeBuffer {
    fn default() -> Self {
        Self::Heap(Vec::new())
    }
}

impl LargeBuffer {
    /// Returns a buffer of this size, in bytes.
    pub fn new(size: usize) -> Result<Self, OutOfMemory> {
        if size < MANY {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(size)?;
            bytes.resize(size, 0);
            return Ok(Self::Heap(bytes));
        }
        // Small pages: huge ones save three of four page faults, but zeroing them takes more time.
        Ok(Self::Pages(MmapMut::map_anon(size)?))
    }

    /// Enlarges the buffer. The content is kept.
    pub fn grow(&mut self, size: usize) -> Result<(), OutOfMemory> {
        let mut larger = Self::new(size.max(self.len()))?;
        larger[..self.len()].copy_from_slice(self);
        *self = larger;
        Ok(())
    }
}

impl Deref for LargeBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}

impl DerefMut for LargeBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Pages(pages) => pages,
        }
    }
}
