//! The `geplint` command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    geplint::cli::run()
}
