//! `geplint lsp`: the language server, if this build has it.
#![allow(
    clippy::unnecessary_wraps,
    reason = "a command returns what every command does"
)]

use super::args::Common;
use crate::report::OutputError;

/// Serves the editor on standard input and output until it ends the session.
#[cfg(feature = "lsp")]
pub fn run(common: &Common) -> Result<u8, OutputError> {
    Ok(crate::lsp::run(common))
}

/// Prints how to get a build with the server.
#[cfg(not(feature = "lsp"))]
pub fn run(common: &Common) -> Result<u8, OutputError> {
    super::terminal::print_missing_feature(common, "lsp");
    Ok(super::exit_code::TROUBLE)
}
