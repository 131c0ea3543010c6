//! The command line: arguments, and one file a command. It knows no endpoint and no format's details.

mod args;
mod check;
mod completions;
mod expected;
mod explain;
mod fix;
mod init;
mod inputs;
mod man;
mod predict;
mod read_settings_file;
mod rules;
mod settings;
mod sinks;
mod suppression;
mod terminal;
mod turn;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::io::temp_cleanup;
use crate::report::{OutputError, sanitize};
use args::{Args, Command};

/// Nothing to complain of.
pub const CLEAN: u8 = 0;
/// A finding of severity error, or with `--strict` any finding.
pub const FINDINGS: u8 = 1;
/// The command line is wrong, or something could not be read.
pub const TROUBLE: u8 = 2;
/// No file was checked.
pub const UNMATCHED: u8 = 3;

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    temp_cleanup::survive_quotas();
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            let shown = terminal::usage(&error);
            if let Some(path) = path_for_command(&error) {
                terminal::tell(&format!(
                    "\ngeplint needs a command. To check files: geplint check {}",
                    sanitize::escape(&path)
                ));
            }
            let lost = matches!(shown, Err(OutputError::Io(_)));
            return ExitCode::from(if lost || error.use_stderr() {
                TROUBLE
            } else {
                CLEAN
            });
        }
    };
    let done = match &args.command {
        Command::Check(check) => check::run(check, &args.common),
        Command::Predict(predict) => predict::run(predict, &args.common),
        Command::Explain(explain) => explain::run(explain, &args.common),
        Command::Rules(rules) => rules::run(rules, &args.common),
        Command::Verify(verify) => verify::run(verify, &args.common),
        Command::Init => init::run(&args.common),
        Command::Completions(completions) => completions::run(completions),
        Command::Man(pages) => man::run(pages, &args.common),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(OutputError::Closed) => ExitCode::from(CLEAN),
        Err(error) => {
            terminal::complain(&args.common, &error.to_string());
            ExitCode::from(TROUBLE)
        }
    }
}

/// The word that stands where a command belongs, if it is the path of something.
fn path_for_command(error: &clap::Error) -> Option<String> {
    let word = match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) if error.kind() == ErrorKind::InvalidSubcommand => word,
        _ => return None,
    };
    let path = Path::new(word);
    (word == "-" || path.extension().is_some() || word.contains(['/', '\\']) || path.exists())
        .then(|| word.clone())
}

/// The definition of the command line, for documents and completions.
pub fn command() -> clap::Command {
    <Args as clap::CommandFactory>::command()
}
