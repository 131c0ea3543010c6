//! Paths become files, and files become bytes.

pub mod changed;
mod git;
mod gitignore;
mod index;
pub mod read;
pub mod walk;

pub use changed::Changed;
pub use read::{ReadError, Reader};
pub use walk::{Entry, WalkOptions, collect};
