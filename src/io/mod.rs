//! Files that are written completely or not at all, and buffers for large files.

use sha2::{Digest as _, Sha256};

mod atomic_file;
pub mod large_buffer;
pub(crate) mod temp_cleanup;

pub use atomic_file::AtomicFile;

/// Returns the SHA-256 of some bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let hex = |byte: &u8| format!("{byte:02x}");
    Sha256::digest(bytes).iter().map(hex).collect()
}
