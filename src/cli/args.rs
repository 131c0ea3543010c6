//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::rules::builtin_ids;

/// Predicts the 400 responses of the GEP SMART Contact API before a request is sent.
#[derive(Debug, Parser)]
#[command(name = "geplint", version, about, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, ClapArgs)]
pub struct Common {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check payloads and show every 400 that the API would answer
    Check(Box<Check>),
    /// Say what a rule means, with a bad and a good payload
    Explain(Explain),
    /// Show the tables as they are enforced
    Rules(Rules),
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 clean, 1 errors (with --strict: warnings too), 2 wrong usage or something \
                        could not be read, 3 no file to check."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Check {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Take every file for a request to this endpoint, whatever it looks like
    #[arg(long, value_name = "ID", value_parser = endpoint_id)]
    pub endpoint: Option<String>,
    /// How findings are shown
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub format: Format,
    /// Leave out what matches, also if it is named (gitignore syntax; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Check files that git ignores, too
    #[arg(long)]
    pub no_ignore: bool,
    /// Check hidden files and folders, too
    #[arg(long)]
    pub hidden: bool,
    /// The name that standard input is shown under
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_filename: PathBuf,
    /// Skip named files that are no payload instead of failing
    #[arg(long)]
    pub skip_unrecognized: bool,
    /// Exit with 0 when there is no file to check
    #[arg(long)]
    pub no_error_on_unmatched: bool,
    /// Fail on warnings, too
    #[arg(long)]
    pub strict: bool,
    /// Refuse larger files (bytes)
    #[arg(long, value_name = "BYTES", default_value_t = crate::input::read::LARGEST)]
    pub max_file_size: u64,
    /// Name the files that are skipped, and say why
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// No summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A report with the place in the file, the predicted answer and how to mend it
    Full,
    /// A line each: `path:line:col: error[rule]: message`
    Concise,
    /// One JSON document (version 1)
    Json,
}

#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// Rule id, as it stands in a finding; without it, all rules are listed
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Rules {
    /// Endpoint id; without it, the endpoints are listed
    #[arg(value_name = "ENDPOINT", value_parser = endpoint_id)]
    pub endpoint: Option<String>,
    /// How the tables are shown
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: RulesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// Aligned for a terminal
    Table,
    /// One JSON document
    Json,
}

fn endpoint_id(id: &str) -> Result<String, String> {
    if builtin_ids().any(|known| known == id) {
        return Ok(id.to_owned());
    }
    Err(format!(
        "there is no such endpoint; endpoints: {}",
        builtin_ids().collect::<Vec<_>>().join(", ")
    ))
}
