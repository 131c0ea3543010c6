//! `geplint.toml`: the settings of a team.
//!
//! Pure: text in, settings or the first error out, each with its place in the file. The command line finds the file and
//! resolves the paths in it.

mod date;
mod file;
mod glob;
mod load;
mod model;
mod pointer;

pub use date::Date;
pub use glob::{BadGlob, GlobCompiler, LONGEST_GLOB, PathGlob};
pub use load::load;
pub use model::{
    Calls, Config, ContactCodes, FILE_NAME, FailOn, Files, Ignore, Level, MinSeverity, Mistake, Override,
    Placed, Unused,
};
pub use pointer::PointerGlob;
