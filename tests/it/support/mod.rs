//! What the modules of tests share.

pub mod sample;

use geplint::report::Format;

// The fuzz targets use these, too.
pub use crate::bodies::scanner::support as json;
pub use crate::bodies::skim::support as skim;

/// The names of all formats, as `--format` takes them.
pub const FORMATS: [&str; Format::ALL.len()] = {
    let mut names = [""; Format::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Format::ALL[index].name();
        index += 1;
    }
    names
};
