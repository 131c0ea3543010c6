//! Finds files below paths, and reads them.

pub mod bounds;
pub mod changed;
pub mod exclude;
mod git;
mod gitignore;
pub mod identity;
mod index;
pub mod list;
pub mod read;
pub mod walk;

pub use bounds::Bounds;
pub use changed::Changed;
pub use exclude::{Excludes, normal};
pub use gitignore::{BadIgnore, IgnoreFiles};
pub use identity::Identity;
pub use list::{Listed, read as read_list};
pub use read::{ReadError, Reader};
pub use walk::{Entry, Found, Notes, WalkOptions, collect, search};
