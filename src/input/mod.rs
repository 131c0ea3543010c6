//! Paths become files, and files become bytes.

pub mod exclude;
mod ignored;
pub mod read;
pub mod walk;

pub use exclude::Excludes;
pub use read::{ReadError, Reader};
pub use walk::{Entry, WalkOptions, collect};
pub mod recognize;
