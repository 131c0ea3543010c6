//! Paths become files, and files become bytes.

pub mod changed;
pub mod exclude;
mod ignored;
pub mod read;
pub mod recognize;
mod room;
pub mod walk;

pub use changed::Changed;
pub use exclude::{Excludes, PathGlob};
pub use read::{ReadError, Reader};
pub use walk::{Entry, WalkOptions, collect};
