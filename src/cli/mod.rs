//! The command line: arguments, and one file per command. It contains no endpoint and no details of formats.

mod anonymize;
pub(crate) mod args;
mod check;
mod completions;
mod exit_code;
pub(crate) mod expected;
mod explain;
mod file_checker;
pub(crate) mod fix;
mod generated;
mod init;
pub(crate) mod inputs;
mod lsp;
mod man;
mod new;
mod output_documents;
pub(crate) mod payload;
pub(crate) mod predict;
pub(crate) mod read_settings_file;
mod read_tenant_file;
pub mod requests;
pub mod routes;
mod rules;
mod samples;
mod schema;
mod serve;
pub(crate) mod settings;
pub(crate) mod settings_error;
pub(crate) mod settings_source;
pub(crate) mod suppression;
mod terminal;
mod verify;
mod wait_for_change;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::io::temp_cleanup;
use crate::report::{OutputError, sanitize};
pub use args::command;
use args::{Args, Command};
use exit_code::{CLEAN, TROUBLE};

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    temp_cleanup::survive_quotas();
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            let error = with_tip(error);
            let shown = terminal::usage(&error);
            if let Some(path) = path_for_command(&error) {
                terminal::eprintln(&format!(
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
        Command::Check(check) if check.watch.is_some() => watch::run(check, &args.common),
        Command::Check(check) => check::run(check, &args.common),
        Command::Predict(predict) => predict::run(predict, &args.common),
        Command::Explain(explain) => explain::run(explain, &args.common),
        Command::Rules(rules) => rules::run(rules, &args.common),
        Command::Verify(verify) => verify::run(verify, &args.common),
        Command::Lsp(_) => lsp::run(&args.common),
        Command::Serve(serve) => serve::run(serve, &args.common),
        Command::Schema(schema) => schema::run(schema, &args.common),
        Command::New(new) => new::run(new, &args.common),
        Command::Samples(samples) => samples::run(samples, &args.common),
        Command::Init => init::run(&args.common),
        Command::Completions(completions) => completions::run(completions),
        Command::Man(pages) => man::run(pages, &args.common),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(OutputError::Closed) => ExitCode::from(CLEAN),
        Err(error) => {
            terminal::error(&args.common, &error.to_string());
            ExitCode::from(TROUBLE)
        }
    }
}

/// Arguments of similar programs that geplint does not have, each with a message about the corresponding one.
const TIPS: &[(&str, &str)] = &[
    (
        "--rule",
        "to show the findings of one rule use '--only RULE', to hide them '--ignore RULE'",
    ),
    ("-o", "to write findings to a file use '--output FORMAT=FILE'"),
    ("-f", "to choose a format use '--format FORMAT'"),
    ("fix", "to fix files use 'geplint check --fix PATH'"),
    ("format", "to fix files use 'geplint check --fix PATH'"),
    ("validate", "to check files use 'geplint check PATH'"),
    ("version", "to print the version use 'geplint --version'"),
];

/// Replaces the tip of an error by the tip for the word, if there is one.
fn with_tip(mut error: clap::Error) -> clap::Error {
    let kind = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => return error,
    };
    let Some(ContextValue::String(word)) = error.get(kind) else {
        return error;
    };
    let tip = TIPS.iter().find(|(known, _)| known == word);
    if let Some((_, tip)) = tip {
        for other in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand] {
            error.remove(other);
        }
        let tip = ContextValue::StyledStrs(vec![(*tip).into()]);
        error.insert(ContextKind::Suggested, tip);
    }
    error
}

/// Returns the word in the place of a command, if it is the path of a file or folder.
fn path_for_command(error: &clap::Error) -> Option<String> {
    let word = match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(word) if error.kind() == ErrorKind::InvalidSubcommand => word,
        _ => return None,
    };
    let path = Path::new(word);
    (word == "-" || path.extension().is_some() || word.contains(['/', '\\']) || path.exists())
        .then(|| word.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_similar_programs_have_a_tip() {
        for (word, tip) in TIPS {
            let line: Vec<&str> = if word.starts_with('-') {
                vec!["geplint", "check", word, "x"]
            } else {
                vec!["geplint", word]
            };
            let error = command().try_get_matches_from(line).err();
            let said = with_tip(error.unwrap_or_else(|| panic!("{word} is a word of ours"))).to_string();
            assert!(said.contains(&format!("tip: {tip}\n")), "{said}");
            assert_eq!(said.matches("tip:").count(), 1, "{said}");
        }
    }
}
