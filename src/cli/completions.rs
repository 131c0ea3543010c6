//! `geplint completions`: completions for a shell, generated from the definition of the command line.

use std::io;

use clap::Command;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap_complete::generate;

use super::args::{Completions, command};
use super::exit_code::CLEAN;
use crate::report::{OutputError, output};
use crate::rules::{builtin_ids, rule_texts};

/// Prints the script for a shell.
pub fn run(args: &Completions) -> Result<u8, OutputError> {
    // Generated in memory, because the generator panics on a closed pipe.
    let mut script = Vec::new();
    generate(
        args.shell,
        &mut with_known_values(command()),
        "geplint",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script);
    output::write(&mut io::stdout().lock(), &script)?;
    Ok(CLEAN)
}

/// Returns the command line with the built-in rule ids and endpoints as values. Only completions use it, because a
/// rules file may add more.
fn with_known_values(mut command: Command) -> Command {
    let rules: Vec<PossibleValue> = rule_texts()
        .iter()
        .map(|rule| PossibleValue::new(rule.id.as_str()).help(rule.title.as_str()))
        .collect();
    let endpoints: Vec<PossibleValue> = builtin_ids().map(PossibleValue::new).collect();
    for subcommand in command.get_subcommands_mut() {
        let arguments: Vec<String> = subcommand
            .get_arguments()
            .map(|argument| argument.get_id().to_string())
            .collect();
        let mut changed = std::mem::take(subcommand);
        for id in arguments {
            let values = match id.as_str() {
                "rule" | "ignore" | "only" => &rules,
                "endpoint" => &endpoints,
                _ => continue,
            };
            let parser = PossibleValuesParser::new(values.clone());
            changed = changed.mut_arg(id, |argument| argument.value_parser(parser));
        }
        *subcommand = changed;
    }
    command
}
