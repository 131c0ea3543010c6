//! A read buffer: zeroed bytes, in separate memory pages if it is large.

use std::collections::TryReserveError;
use std::io;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Minimum size, in bytes, of a buffer in separate pages.
const MANY: usize = 8 << 20;

/// There is not enough memory.
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

/// Zeroed bytes.
#[derive(Debug)]
pub enum LargeBuffer {
    /// A small buffer.
    Heap(Vec<u8>),
    /// A large buffer: anonymous memory. It is zeroed already, and only pages that are written cost anything.
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
        // In small pages: huge ones save three of four page faults, but zeroing them takes longer than that.
        Ok(Self::Pages(MmapMut::map_anon(size)?))
    }

    /// Enlarges the buffer, and keeps its content.
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
