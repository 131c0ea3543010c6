//! `geplint.toml`: the settings of a team, and the selection of those that apply to a file.
//!
//! Pure: text in, settings or the first error out, each with its position in the file. The command line finds the
//! file and resolves the paths in it.

mod as_written;
mod date;
mod for_path;
mod load;
mod model;
mod path_glob;
mod pointer_glob;

pub use date::Date;
pub use for_path::{KnownFindings, Ledger, Name, PathSettings, Settings, unknown_name_message};
pub use load::{load, mistakes};
pub use model::{
    Calls, Config, ContactCodes, FILE_NAME, FailOn, Files, Ignore, Level, Mistake, Override, Placed, Unused,
};
pub use path_glob::{BadGlob, GlobCompiler, LONGEST_GLOB, PathGlob};
pub use pointer_glob::PointerGlob;
