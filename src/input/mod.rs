//! Paths become files, and files become bytes.

pub mod changed;
mod gitignore;
pub mod read;
pub mod walk;

pub use changed::Changed;
pub use read::{ReadError, Reader};
pub use walk::{Entry, WalkOptions, collect};
