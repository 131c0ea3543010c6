//! Paths become files, and files become bytes.

pub mod changed;
mod ignored;
pub mod read;
mod room;
pub mod walk;

pub use changed::Changed;
pub use read::{ReadError, Reader};
pub use walk::{Entry, WalkOptions, collect};
