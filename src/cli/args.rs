//! What can be said on the command line.

use std::env;
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::ArgPredicate;
use clap::{
    ArgGroup, Args as ClapArgs, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
};

pub use crate::report::Format;
use crate::verify::patterns::Pattern;

/// Predicts the 400 responses of the GEP SMART Contact API before a request is sent.
#[derive(Debug, Parser)]
#[command(name = "geplint", version, about, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// `geplint check` as if there were no other command.
#[derive(Debug, Parser)]
struct CheckAlone {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    check: Check,
}

impl Args {
    /// What the command line says.
    ///
    /// To put together the definition of all commands takes longer than to check a small file. So `geplint check …`,
    /// which is nearly every run, is first read as if there were no other; what cannot be read so (a mistake, a
    /// question for help) is read again with all of them, and comes to what it always came to.
    ///
    /// Counted with callgrind: checking one file of three contacts takes 1.51 million instructions so, and 1.73
    /// million where all commands are put together.
    pub fn read() -> Result<Self, clap::Error> {
        check_alone(env::args_os()).map_or_else(Self::try_parse, Ok)
    }
}

fn check_alone(words: impl IntoIterator<Item = OsString>) -> Option<Args> {
    let mut words = words.into_iter();
    let name = words.next()?;
    words.next().filter(|command| command == "check")?;
    // Never taken apart: the memory goes back with the process.
    let mut command = ManuallyDrop::new(CheckAlone::command());
    let matches = command.try_get_matches_from_mut([name].into_iter().chain(words));
    let CheckAlone { common, check } = CheckAlone::from_arg_matches(&matches.ok()?).ok()?;
    Some(Args {
        common,
        command: Command::Check(Box::new(check)),
    })
}

/// What every command understands.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub struct Common {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Change our rules by a file of your own, or add an endpoint (repeatable; see rules/README.md)
    #[arg(long, global = true, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// Read the settings from this file (else `geplint.toml` here or above, up to the repository's root)
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no settings
    #[arg(long, global = true)]
    pub no_config: bool,
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
    #[command(visible_alias = "lint")]
    Check(Box<Check>),
    /// Print the response that the API would send
    Predict(Box<Predict>),
    /// Say what a rule means, with a bad and a good payload, or explain a topic
    Explain(Explain),
    /// Show the tables as they are enforced
    Rules(Rules),
    /// Hold predictions against recorded answers
    Verify(Box<Verify>),
    /// Run the language server for editors, on standard input and output
    Lsp(Lsp),
    /// Answer calls on a local address as the API would, and show them on a page
    Serve(Box<Serve>),
    /// Print a JSON Schema of a request body, for editors and other validators
    Schema(SchemaArgs),
    /// Print a request body to start from
    New(New),
    /// Write requests that keep and that break each constraint, with the predicted responses
    Samples(SamplesArgs),
    /// Write a first `geplint.toml` for the folder at hand
    Init,
    /// Print what a shell needs to complete commands and options
    Completions(Completions),
    /// Print the manual page
    Man(Pages),
}

/// What is taken of a folder.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Input")]
pub struct Walk {
    /// Leave out what matches, also if it is named (gitignore syntax; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Take files below folders that match, too, whatever they are called (gitignore syntax; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Take files that git ignores, too
    #[arg(long)]
    pub no_ignore: bool,
    /// Take hidden files and folders, too
    #[arg(long)]
    pub hidden: bool,
}

/// What standard input is called where nobody has named it.
pub const NO_NAME: &str = "<stdin>";

/// Which files are taken.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Input")]
pub struct Files {
    /// Files and folders; `-` is standard input
    #[arg(
        value_name = "PATH",
        default_value = ".",
        default_value_if("files_from", ArgPredicate::IsPresent, None),
        help_heading = None::<&'static str>
    )]
    pub paths: Vec<PathBuf>,
    /// Take the paths in this file, too, one a line or each ended by a NUL byte; `-` is standard input
    #[arg(long = "files-from", id = "files_from", value_name = "FILE")]
    pub list: Option<PathBuf>,
    #[command(flatten)]
    pub walk: Walk,
    /// The name that standard input is shown under
    #[arg(long, value_name = "NAME", default_value = NO_NAME)]
    pub stdin_filename: PathBuf,
    /// Refuse larger files (bytes)
    #[arg(long, value_name = "BYTES", default_value_t = crate::input::read::LARGEST)]
    pub max_file_size: u64,
}

/// What is known besides the files.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Rules")]
pub struct KnowledgeArgs {
    /// Take every file for a request to this endpoint, whatever it looks like
    #[arg(long, value_name = "ID")]
    pub endpoint: Option<String>,
    /// What the tenant holds, as TOML: contacts, personas, activities, … (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
    /// The files are calls made one after another: each predicted success changes what the next one meets
    #[arg(long)]
    pub in_order: bool,
    /// The path that a gateway has in place of the API's own in the URLs of calls, as in /gep/v1 (repeatable)
    #[arg(long, value_name = "PATH")]
    pub base_path: Vec<String>,
    /// Values of the variables in requests: an environment of Postman or of an HTTP client, as JSON; of several in one
    /// file the one behind # (repeatable)
    #[arg(long = "env", value_name = "FILE[#NAME]")]
    pub environments: Vec<String>,
    /// The value of a variable in requests (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
}

/// `NAME=VALUE`
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("it is NAME=VALUE, as in code=C-100".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 a predicted 200, 1 a predicted 400, 2 no prediction, wrong usage or something \
                        could not be read, 3 no file to predict for."
)]
pub struct Predict {
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// Do not name what is inferred
    #[arg(short, long)]
    pub quiet: bool,
}

/// What is not shown.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Baseline")]
pub struct Suppression {
    /// The least severity that is shown [default: warning]
    #[arg(long, value_name = "LEVEL", help_heading = "Output")]
    pub min_severity: Option<MinLevel>,
    /// Do not show findings of these rules (repeatable, or a comma list; adds to the settings)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,
    /// Show findings of these rules alone (repeatable, or a comma list)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub only: Vec<String>,
    /// Do not show the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings into a baseline [default: geplint-baseline.json]
    #[arg(long, value_name = "TO", num_args = 0..=1, require_equals = true,
          conflicts_with_all = ["baseline", "prune_baseline"])]
    #[allow(
        clippy::option_option,
        reason = "clap's way to say that the value may be left out"
    )]
    pub write_baseline: Option<Option<PathBuf>>,
    /// Take out of the baseline what is no longer found
    #[arg(long)]
    pub prune_baseline: bool,
}

/// The least severity that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MinLevel {
    /// Everything, also where the vendor's page and its examples disagree
    Advice,
    Warning,
    Error,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailLevel {
    Error,
    Warning,
    Never,
}

/// What is done about findings.
#[derive(Debug, ClapArgs)]
#[command(
    next_help_heading = "Fixing",
    group(ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true))
)]
pub struct Fixing {
    /// Apply safe fixes: those that do not change what the API receives (see docs/fixing.md)
    #[arg(long, conflicts_with = "write_baseline")]
    pub fix: bool,
    /// With --fix or --diff: apply fixes that change it, too, such as misspelt names
    #[arg(long, requires = "fixing")]
    pub unsafe_fixes: bool,
    /// Write nothing: show instead what --fix would change, and exit with 1 if that is anything
    #[arg(long, conflicts_with_all = ["format", "output", "statistics", "write_baseline", "prune_baseline"])]
    pub diff: bool,
}

/// The end of `geplint check --help`.
const CHECK_EXAMPLES: &str = "\
Examples:
  geplint check payloads/                     Check a folder
  geplint check --endpoint ID a.json          Check a file as a request to ID
  geplint check --fix payloads/               Apply safe fixes
  geplint check --format sarif --output concise=findings.txt payloads/
  my-export | geplint check -                 Check standard input

Exit status:
  0  no finding of --fail-on or above
  1  findings
  2  wrong usage, or something could not be read
  3  no file to check";

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 clean, 1 errors (see --fail-on), 2 wrong usage or something \
                        could not be read, 3 no file to check.",
    after_long_help = CHECK_EXAMPLES
)]
pub struct Check {
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// How findings are shown [default: full]
    #[arg(help_heading = "Output", long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the findings to a file, too, in a format of its own (repeatable)
    #[arg(help_heading = "Output", long, value_name = "FORMAT=FILE", value_parser = OutputTo::parse)]
    pub output: Vec<OutputTo>,
    /// Show at most N diagnostics in the full format, warnings cut before errors; 0 shows all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub max_findings: usize,
    /// Count the findings of each rule at the end
    #[arg(help_heading = "Output", long)]
    pub statistics: bool,
    #[command(flatten)]
    pub fixing: Fixing,
    #[command(flatten)]
    pub suppression: Suppression,
    /// Threads to work with, 64 at the most; as many as there are processors by default
    #[arg(help_heading = "Input", short, long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// Check only what git says has changed since the last commit, or since the branch left REF; that there is nothing
    /// is no error
    #[arg(help_heading = "Git", long, value_name = "REF", num_args = 0..=1, require_equals = true, conflicts_with = "in_order")]
    #[allow(
        clippy::option_option,
        reason = "clap's way to say that the value may be left out"
    )]
    pub changed: Option<Option<String>>,
    /// Check again whenever a file changes that the run reads; `--watch=poll` looks twice a second instead of waiting for
    /// events of the file system, which network folders do not have
    #[arg(help_heading = "Input", long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "events",
          conflicts_with_all = ["fix", "diff", "write_baseline", "prune_baseline"])]
    pub watch: Option<WatchOption>,
    /// Skip named files that are no payload instead of failing
    #[arg(help_heading = "Input", long)]
    pub skip_unrecognized: bool,
    /// Exit with 0 when there is no file to check
    #[arg(help_heading = "Output", long)]
    pub no_error_on_unmatched: bool,
    /// Fail on warnings, too: the same as `--fail-on warning`
    #[arg(help_heading = "Output", long)]
    pub strict: bool,
    /// The least severity that makes the run fail [default: error]
    #[arg(
        help_heading = "Output",
        long,
        value_name = "SEVERITY",
        conflicts_with = "strict"
    )]
    pub fail_on: Option<FailLevel>,
    /// Name each file with its endpoint and records, and say why others are skipped
    #[arg(help_heading = "Output", short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// No summary
    #[arg(help_heading = "Output", short, long)]
    pub quiet: bool,
}

/// How changes of files are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WatchOption {
    /// By events, where there are any
    Events,
    /// By looking twice a second
    Poll,
}

/// `FORMAT=FILE`: a document in a file.
#[derive(Debug, Clone)]
pub struct OutputTo {
    pub format: Format,
    pub path: PathBuf,
}

impl OutputTo {
    fn parse(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .ok_or("it is FORMAT=FILE, as in sarif=geplint.sarif")?;
        if path.is_empty() || path == "-" {
            return Err("a file is needed; --format is for standard output".to_owned());
        }
        let format = Format::from_str(format, false).map_err(|_| {
            format!(
                "there is no format \"{format}\"; formats: {}",
                Format::ALL.map(Format::name).join(", ")
            )
        })?;
        Ok(Self {
            format,
            path: path.into(),
        })
    }
}

#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// Rule id, as it stands in a finding, or a topic; without it, all of them are listed
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Rules {
    /// Endpoint id; without it, the endpoints are listed
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: Option<String>,
    /// Only see whether a rules file is right
    #[arg(long, value_name = "FILE", conflicts_with_all = ["endpoint", "format"])]
    pub check: Option<PathBuf>,
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

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Pairs are NAME.request.json and NAME.response.json in one folder, or equal names in two \
                        folders. A HAR file, a .zip with one, and a JSON report of Newman or Bruno hold both bodies \
                        of each call. With --endpoint, every POST or PUT in it with a JSON body counts unless its \
                        URL is that of another endpoint.\n\n\
                        Exit status: 0 all agree, 1 some differ or cannot be compared, 2 wrong usage or something \
                        could not be read, 3 no pair."
)]
pub struct Verify {
    /// Files and folders with recorded requests and answers: pairs, HAR files, reports of Newman and Bruno
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// Compare what `geplint serve` has predicted with what is predicted now, in HAR files; other answers are not compared
    #[arg(long = "self", conflicts_with = "anonymize", help_heading = "Rules")]
    pub predictions: bool,
    /// Files that belong together, as in '{name}-request.json={name}-response.json' (repeatable)
    #[arg(long, value_name = "PATTERN", value_parser = Pattern::parse)]
    pub pair: Vec<Pattern>,
    /// Write the pairs that differ into a folder, with codes, names, addresses, amounts and other values replaced on both sides
    #[arg(long, value_name = "DIR")]
    pub anonymize: Option<PathBuf>,
    /// How the account is given
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: VerifyFormat,
    #[command(flatten)]
    pub walk: Walk,
    /// Show the pairs that agree, and name what was passed over
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Only the pairs that differ, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// Predicted and recorded side by side where they differ, and a summary
    Text,
    /// One JSON document (version 1)
    Json,
}

/// The end of `geplint serve --help`.
const SERVE_EXAMPLES: &str = "\
Examples:
  geplint serve                               Serve on http://127.0.0.1:8400
  geplint serve --tenant tenant.toml --state state.jsonl
  geplint serve --latency 200ms..500ms --fault 503:5% --fault reset:1% --seed 7
  curl -H 'Content-Type: application/json' --data-binary @payload.json http://127.0.0.1:8400/PATH

Exit status:
  0  ended by a signal
  2  wrong usage, or it cannot start";

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 ended by a signal, 2 wrong usage or it cannot start.",
    after_long_help = SERVE_EXAMPLES
)]
pub struct Serve {
    /// The address and port to listen on, or a port of this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8400", value_parser = super::serve::address)]
    pub listen: SocketAddr,
    /// Listen on an address that other machines can reach
    #[arg(long, help_heading = "Access")]
    pub allow_remote: bool,
    /// Take requests for this host name, too, as in gep (repeatable); localhost and addresses are always taken
    #[arg(long, value_name = "NAME", help_heading = "Access")]
    pub allow_host: Vec<String>,
    /// Answer 401 to calls without an Authorization header, or without this bearer token
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, help_heading = "Access",
          value_parser = clap::builder::NonEmptyStringValueParser::new())]
    #[allow(
        clippy::option_option,
        reason = "clap's way to say that the value may be left out"
    )]
    pub require_token: Option<Option<String>>,
    /// Serve HTTPS with the certificates in this file (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Access")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Access")]
    pub tls_key: Option<PathBuf>,
    /// Serve HTTPS with a certificate made at the start, and write it to a file for clients
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with = "tls_cert", help_heading = "Access")]
    #[allow(
        clippy::option_option,
        reason = "clap's way to say that the value may be left out"
    )]
    pub tls_self_signed: Option<Option<PathBuf>>,
    /// What the tenant holds, as TOML: contacts, personas, activities, … (`geplint explain tenant`)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub tenant: Option<PathBuf>,
    /// A path before the API's own, or in its place, as in /gep/v1 (repeatable)
    #[arg(long, value_name = "PATH", help_heading = "Rules")]
    pub base_path: Vec<String>,
    /// Keep what calls change in this file, so that it is there after a restart
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// The HTTP status of predicted answers
    #[arg(
        long,
        value_name = "STATUS",
        default_value = "as-predicted",
        help_heading = "Answers"
    )]
    pub http_status: HttpStatus,
    /// Hold answers back, as in 200ms or 200ms..500ms
    #[arg(long, value_name = "TIME", help_heading = "Answers")]
    pub latency: Option<String>,
    /// Let a share of the calls fail, as in 503:5%, reset:1% or lost:1% (repeatable)
    #[arg(long, value_name = "FAULT:SHARE", help_heading = "Answers")]
    pub fault: Vec<String>,
    /// Repeat the faults and the latency of another run
    #[arg(long, value_name = "N", help_heading = "Answers")]
    pub seed: Option<u64>,
    /// Refuse larger bodies (bytes)
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 30_000_000,
        help_heading = "Limits"
    )]
    pub max_body: usize,
    /// Take so many connections at once; others wait
    #[arg(long, value_name = "N", default_value = "4096", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Limits")]
    pub max_connections: u32,
    /// Close the connection of a client that neither sends nor reads for this long while the server waits for it
    #[arg(long, value_name = "TIME", default_value = "30s", help_heading = "Limits")]
    pub client_timeout: String,
    /// How calls are logged on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub log: CallLog,
}

/// The HTTP status of predicted answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HttpStatus {
    /// 200 or 400, as the body says
    AsPredicted,
    /// Always 200; only the body says 400
    #[value(name = "always-200")]
    Always200,
}

/// How calls are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CallLog {
    /// A line a call
    Text,
    /// A JSON object a call
    Json,
    /// Not at all
    Off,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 the editor ended the session, 1 the connection broke off before, 2 wrong usage, or \
                        this build has no language server."
)]
pub struct Lsp {
    /// Standard input and output, which is the only way; editors may ask for it
    #[arg(long)]
    pub stdio: bool,
}

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DraftOption {
    /// What editors support best
    #[value(name = "draft-07", alias = "7")]
    Seven,
    /// 2020-12
    #[value(name = "2020-12")]
    Of2020,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "The schema states what a JSON Schema can of the errors that `geplint check` finds, and refuses nothing that has none \
                        (see docs/schema.md).\n\nExit status: 0 printed, 2 wrong usage or something could not be read."
)]
pub struct SchemaArgs {
    /// Endpoint id (`geplint rules` lists them)
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// The draft of JSON Schema
    #[arg(long, value_name = "DRAFT", default_value = "draft-07")]
    pub draft: DraftOption,
    /// Take values from what the tenant holds, as TOML (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
}

/// How property names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CaseOption {
    /// As the vendor's tables spell them
    Pascal,
    /// With a small first word
    Camel,
}

/// What made-up requests are made of.
#[derive(Debug, ClapArgs)]
pub struct Made {
    /// Endpoint id (`geplint rules` lists them)
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// How property names are written
    #[arg(long, value_name = "CASE", default_value = "pascal")]
    pub case: CaseOption,
    /// Take values from what the tenant holds, as TOML (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "The body goes to standard output, and checks clean: geplint new ENDPOINT | geplint check -\n\n\
                        Exit status: 0 it checks clean, 1 it does not (under rules of your own), 2 wrong usage or \
                        something could not be read."
)]
pub struct New {
    #[command(flatten)]
    pub made: Made,
    /// Every property that is sent to the API, not only what is needed
    #[arg(long)]
    pub full: bool,
    /// How many records, each with a key of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub records: u32,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "For each constraint DIR gets TABLE.PROPERTY.RULE.keeps.json and TABLE.PROPERTY.RULE.breaks.json, and beside \
                        each NAME.predicted.json, unless no response can be predicted. geplint-samples.txt lists what \
                        was written. A file that is not listed there, or was changed since, is never overwritten.\n\n\
                        Exit status: 0 written, 2 wrong usage, or something could not be read or written."
)]
pub struct SamplesArgs {
    #[command(flatten)]
    pub made: Made,
    /// The folder; made where it is not there
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub struct Pages {
    /// Write the pages of all commands into this folder instead
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// The definition of the command line, for documents and completions.
pub fn command() -> clap::Command {
    <Args as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn check_alone_is_read_as_among_all_commands() {
        let lines = [
            "geplint check",
            "geplint check a.json b --format json -q --strict -j 3",
            "geplint check --color never --rules r.toml --no-config -",
            "geplint check --output sarif=x.sarif --statistics --exclude a/** --exclude b -- -x.json",
            "geplint check --fix --unsafe-fixes --tenant t.toml --changed=main",
        ];
        for line in lines {
            let alone = check_alone(words(line)).unwrap_or_else(|| panic!("{line}"));
            let among = Args::try_parse_from(words(line)).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(format!("{alone:?}"), format!("{among:?}"));
        }
    }

    #[test]
    fn other_arguments_are_parsed_with_all_commands() {
        let lines = [
            "",
            "geplint",
            "geplint check --help",
            "geplint check --no-such-flag",
            "geplint check --diff --format json",
            "geplint check --unsafe-fixes",
            "geplint check --config a --no-config",
            "geplint --color never check",
            "geplint predict a.json",
            "geplint checks",
        ];
        for line in lines {
            assert!(check_alone(words(line)).is_none(), "{line}");
        }
    }
}
