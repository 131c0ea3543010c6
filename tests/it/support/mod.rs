//! What the modules of tests share.

pub mod sample;

// The fuzz targets use these, too.
pub use crate::bodies::scanner::support as json;
pub use crate::bodies::skim::support as skim;
