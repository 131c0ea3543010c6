//! Files that are written completely or not at all, and buffers for large files.

mod atomic_file;
pub mod large_buffer;
pub(crate) mod temp_cleanup;

pub use atomic_file::AtomicFile;
