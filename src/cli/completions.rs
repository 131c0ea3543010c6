//! `geplint completions`: what a shell completes, from the definition of the command line.

use std::io;

use clap_complete::generate;

use super::args::Completions;
use super::{CLEAN, command};
use crate::report::{OutputError, output};

/// Prints the script for a shell.
pub fn run(args: &Completions) -> Result<u8, OutputError> {
    // Into memory, because the generator takes a closed pipe for a bug.
    let mut script = Vec::new();
    generate(args.shell, &mut command(), "geplint", &mut script);
    let script = String::from_utf8_lossy(&script);
    output::write(&mut io::stdout().lock(), &script)?;
    Ok(CLEAN)
}
