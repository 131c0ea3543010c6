//! Files as the shells need them: written whole or not at all, and buffers for large ones.

mod atomic_file;
pub mod large_buffer;
pub(crate) mod temp_cleanup;

pub use atomic_file::AtomicFile;
