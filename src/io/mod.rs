//! Files that are written whole or not at all.

mod atomic_file;
pub(crate) mod temp_cleanup;

pub use atomic_file::AtomicFile;
