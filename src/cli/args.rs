//! The command line: commands, options and their help.

use std::env;
use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::net::{Ipv4Addr, SocketAddr};
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

/// The command line with `geplint check` as the only command.
#[derive(Debug, Parser)]
struct CheckAlone {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    check: Check,
}

impl Args {
    /// Parses the command line.
    ///
    /// Building the definition of all commands takes longer than checking a small file. So `geplint check …`, which
    /// is nearly every run, is first parsed with a definition of this command alone. If that fails (a mistake,
    /// `--help`), the command line is parsed again with all commands, so that the result is the same.
    ///
    /// Counted with callgrind: checking one file of three contacts takes 1.51 million instructions this way, and 1.73
    /// million with the definition of all commands.
    pub fn read() -> Result<Self, clap::Error> {
        check_alone(env::args_os()).map_or_else(Self::try_parse, Ok)
    }
}

fn check_alone(words: impl IntoIterator<Item = OsString>) -> Option<Args> {
    let mut words = words.into_iter();
    let name = words.next()?;
    words.next().filter(|command| command == "check")?;
    // Never dropped: the memory is freed when the process ends.
    let mut command = ManuallyDrop::new(CheckAlone::command());
    let matches = command.try_get_matches_from_mut([name].into_iter().chain(words));
    let CheckAlone { common, check } = CheckAlone::from_arg_matches(&matches.ok()?).ok()?;
    Some(Args {
        common,
        command: Command::Check(Box::new(check)),
    })
}

/// Options of every command.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub struct Common {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Change rules, or add an endpoint, with a file of your own (repeatable; see rules/README.md)
    #[arg(long, global = true, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// Read settings from this file [default: `geplint.toml` here or above, up to the repository's root]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Ignore all settings files
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
    /// Check payloads and show every 400 that the API would return
    #[command(visible_alias = "lint")]
    Check(Box<Check>),
    /// Print the response that the API would send
    Predict(Box<Predict>),
    /// Explain a rule, with a bad and a good payload, or a topic
    Explain(Explain),
    /// Show the vendor's tables as geplint enforces them
    Rules(Rules),
    /// Compare predictions with recorded responses
    Verify(Box<Verify>),
    /// Run the language server for editors, on standard input and output
    Lsp(Lsp),
    /// Run a local server that answers calls as the API would, and shows them on a page
    Serve(Box<Serve>),
    /// Print a JSON Schema of a request body, for editors and other validators
    Schema(SchemaArgs),
    /// Print a request body to start from
    New(New),
    /// Write requests that satisfy and that violate each constraint, with the predicted responses
    Samples(SamplesArgs),
    /// Write a `geplint.toml` for the current folder
    Init,
    /// Print the completion script of a shell
    Completions(Completions),
    /// Print the manual page
    Man(Pages),
}

/// The files of a folder that are read.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Input")]
pub struct Walk {
    /// Exclude matching files and folders, even if they are named (gitignore syntax; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Include matching files in folders, whatever their extension (gitignore syntax; repeatable)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Include files that git ignores, and `node_modules`
    #[arg(long)]
    pub no_ignore: bool,
    /// Include hidden files and folders
    #[arg(long)]
    pub hidden: bool,
}

/// The name of standard input without `--stdin-filename`.
pub const NO_NAME: &str = "<stdin>";

/// The files that are read.
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
    /// Also read the paths in this file, one a line or each terminated by a NUL byte; `-` is standard input
    #[arg(long = "files-from", id = "files_from", value_name = "FILE")]
    pub list: Option<PathBuf>,
    #[command(flatten)]
    pub walk: Walk,
    /// File name of standard input, in the output and for settings
    #[arg(long, value_name = "NAME", default_value = NO_NAME)]
    pub stdin_filename: PathBuf,
    /// Maximum size of a file, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = crate::input::read::LARGEST)]
    pub max_file_size: u64,
}

/// Facts in addition to the files.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Rules")]
pub struct KnowledgeArgs {
    /// Treat every file as a request to this endpoint
    #[arg(long, value_name = "ID")]
    pub endpoint: Option<String>,
    /// Facts of the tenant, as TOML: contacts, personas, activities, … (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
    /// Treat the files as calls in sequence: each predicted success changes the facts for the next
    #[arg(long)]
    pub in_order: bool,
    /// Path of a gateway, in place of the API's own, in the URLs of calls, as in /gep/v1 (repeatable)
    #[arg(long, value_name = "PATH")]
    pub base_path: Vec<String>,
    /// Values of variables in requests: an environment of Postman, Bruno or an HTTP client; #NAME selects one of
    /// several in a file (repeatable)
    #[arg(long = "env", value_name = "FILE[#NAME]")]
    pub environments: Vec<String>,
    /// Value of a variable in requests (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
}

/// `NAME=VALUE`
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, as in code=C-100".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 a predicted 200, 1 a predicted 400, 2 no prediction, wrong usage or a file \
                        could not be read, 3 no file to predict for."
)]
pub struct Predict {
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// Do not list inferred texts
    #[arg(help_heading = "Output", short, long)]
    pub quiet: bool,
}

/// The findings that are not shown.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Baseline")]
pub struct Suppression {
    /// Lowest severity to show [default: warning]
    #[arg(long, value_name = "LEVEL", help_heading = "Output")]
    pub min_severity: Option<MinLevel>,
    /// Hide findings of these rules (repeatable, or separated by commas; adds to the settings)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,
    /// Show only findings of these rules (repeatable, or separated by commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub only: Vec<String>,
    /// Hide the findings listed in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings to a baseline file [default: geplint-baseline.json]
    #[arg(long, value_name = "TO", num_args = 0..=1, require_equals = true,
          conflicts_with_all = ["baseline", "prune_baseline"])]
    #[allow(clippy::option_option, reason = "an optional value, in clap")]
    pub write_baseline: Option<Option<PathBuf>>,
    /// Remove findings from the baseline that no longer occur
    #[arg(long)]
    pub prune_baseline: bool,
}

/// The lowest severity that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MinLevel {
    /// Everything, including contradictions in the vendor's pages and matters of style
    Advice,
    Warning,
    Error,
}

/// The lowest severity that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailLevel {
    Error,
    Warning,
    Never,
}

/// The treatment of fixes.
#[derive(Debug, ClapArgs)]
#[command(
    next_help_heading = "Fixing",
    group(ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true))
)]
pub struct Fixing {
    /// Apply safe fixes: those that do not change what the API receives (see docs/fixing.md)
    #[arg(long, conflicts_with = "write_baseline")]
    pub fix: bool,
    /// With --fix or --diff: also apply fixes that change what the API receives, such as renaming a misspelt property
    #[arg(long, requires = "fixing")]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, write nothing, and exit with 1 if there is a change
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
  0  no finding at or above --fail-on
  1  a finding at or above --fail-on
  2  wrong usage, or a file could not be read
  3  no file to check";

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 no errors, 1 errors (see --fail-on), 2 wrong usage or a file \
                        could not be read, 3 no file to check.",
    after_long_help = CHECK_EXAMPLES
)]
pub struct Check {
    #[command(flatten)]
    pub files: Files,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// Format of the findings [default: full]
    #[arg(help_heading = "Output", long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Also write the findings to a file, in a format of its own (repeatable)
    #[arg(help_heading = "Output", long, value_name = "FORMAT=FILE", value_parser = OutputTo::parse)]
    pub output: Vec<OutputTo>,
    /// Maximum number of diagnostics in the full format, errors first; 0 shows all
    #[arg(help_heading = "Output", long, value_name = "N", default_value_t = 50)]
    pub max_findings: usize,
    /// Print the number of findings of each rule at the end
    #[arg(help_heading = "Output", long)]
    pub statistics: bool,
    #[command(flatten)]
    pub fixing: Fixing,
    #[command(flatten)]
    pub suppression: Suppression,
    /// Number of threads, at most 64 [default: the number of processors]
    #[arg(help_heading = "Input", short, long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
    /// Check only files that have changed since the last commit, or since the branch left REF, according to git; no
    /// such file is no error
    #[arg(help_heading = "Git", long, value_name = "REF", num_args = 0..=1, require_equals = true, conflicts_with = "in_order")]
    #[allow(clippy::option_option, reason = "an optional value, in clap")]
    pub changed: Option<Option<String>>,
    /// Check again whenever a file that the run reads changes; `--watch=poll` polls twice a second, for network folders,
    /// which have no file system events
    #[arg(help_heading = "Input", long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "events",
          conflicts_with_all = ["fix", "diff", "write_baseline", "prune_baseline"])]
    pub watch: Option<WatchOption>,
    /// Skip named files that are not payloads instead of failing
    #[arg(help_heading = "Input", long)]
    pub skip_unrecognized: bool,
    /// Exit with 0 if there is no file to check
    #[arg(help_heading = "Output", long)]
    pub no_error_on_unmatched: bool,
    /// Fail on warnings too; the same as `--fail-on warning`
    #[arg(help_heading = "Output", long)]
    pub strict: bool,
    /// Lowest severity that makes the run fail [default: error]
    #[arg(
        help_heading = "Output",
        long,
        value_name = "SEVERITY",
        conflicts_with = "strict"
    )]
    pub fail_on: Option<FailLevel>,
    /// List each file with its endpoint and records, and each skipped file with the reason
    #[arg(help_heading = "Output", short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Do not print the summary
    #[arg(help_heading = "Output", short, long)]
    pub quiet: bool,
}

/// The detection of changes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WatchOption {
    /// File system events, if there are any
    Events,
    /// Polling twice a second
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
            .ok_or("expected FORMAT=FILE, as in sarif=geplint.sarif")?;
        if path.is_empty() || path == "-" {
            return Err("the file name is missing; use --format for standard output".to_owned());
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
    /// Rule id, as in a finding, or a topic; if omitted, all of them are listed
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Rules {
    /// Endpoint id; if omitted, the endpoints are listed
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: Option<String>,
    /// Only check a rules file for mistakes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["endpoint", "format"])]
    pub check: Option<PathBuf>,
    /// Output format
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
                        folders. HAR files, .zip archives with one, and JSON reports of Newman and Bruno contain both \
                        bodies of each call. With --endpoint, every POST or PUT in them with a JSON body is compared, \
                        unless its URL is that of another endpoint.\n\n\
                        Exit status: 0 all agree, 1 some differ or cannot be compared, 2 wrong usage or a file \
                        could not be read, 3 no pair."
)]
pub struct Verify {
    /// Files and folders with recorded requests and responses: pairs, HAR files, reports of Newman and Bruno
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub knowledge: KnowledgeArgs,
    /// Compare earlier predictions of `geplint serve`, in HAR files, with new ones; other responses are not compared
    #[arg(long = "self", conflicts_with = "anonymize", help_heading = "Rules")]
    pub predictions: bool,
    /// File names of a request and its response, as in '{name}-request.json={name}-response.json' (repeatable)
    #[arg(help_heading = "Input", long, value_name = "PATTERN", value_parser = Pattern::parse)]
    pub pair: Vec<Pattern>,
    /// Write the pairs that differ to a folder, with codes, names, addresses, amounts and other values replaced
    #[arg(help_heading = "Output", long, value_name = "DIR")]
    pub anonymize: Option<PathBuf>,
    /// Output format
    #[arg(help_heading = "Output", long, value_name = "FORMAT", default_value = "text")]
    pub format: VerifyFormat,
    #[command(flatten)]
    pub walk: Walk,
    /// Also show pairs that agree, and list what was skipped
    #[arg(help_heading = "Output", short, long, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Show only pairs that differ, without a summary
    #[arg(help_heading = "Output", short, long)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// Predicted and recorded responses side by side if they differ, and a summary
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
  0  stopped by a signal
  2  wrong usage, or the server cannot start";

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 stopped by a signal, 2 wrong usage or the server cannot start.",
    after_long_help = SERVE_EXAMPLES
)]
pub struct Serve {
    /// Address and port to listen on, or a port of this machine; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8400", value_parser = address)]
    pub listen: SocketAddr,
    /// Allow --listen with an address that other machines can reach
    #[arg(long, help_heading = "Access")]
    pub allow_remote: bool,
    /// Also accept requests for this host name, such as gep (repeatable); localhost and IP addresses are always accepted
    #[arg(long, value_name = "NAME", help_heading = "Access")]
    pub allow_host: Vec<String>,
    /// Answer 401 to calls without an Authorization header, or without this bearer token
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, help_heading = "Access",
          value_parser = clap::builder::NonEmptyStringValueParser::new())]
    #[allow(clippy::option_option, reason = "an optional value, in clap")]
    pub require_token: Option<Option<String>>,
    /// Serve HTTPS with the certificates in this file (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Access")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Access")]
    pub tls_key: Option<PathBuf>,
    /// Serve HTTPS with a new self-signed certificate, and write it to a file for clients
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with = "tls_cert", help_heading = "Access")]
    #[allow(clippy::option_option, reason = "an optional value, in clap")]
    pub tls_self_signed: Option<Option<PathBuf>>,
    /// Facts of the tenant, as TOML: contacts, personas, activities, … (`geplint explain tenant`)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub tenant: Option<PathBuf>,
    /// Path before the API's own, or in its place, as in /gep/v1 (repeatable)
    #[arg(long, value_name = "PATH", help_heading = "Rules")]
    pub base_path: Vec<String>,
    /// Store what calls change in this file, and load it after a restart
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// HTTP status of predicted responses
    #[arg(
        long,
        value_name = "STATUS",
        default_value = "as-predicted",
        help_heading = "Responses"
    )]
    pub http_status: HttpStatus,
    /// Delay of responses, as in 200ms or 200ms..500ms
    #[arg(long, value_name = "TIME", help_heading = "Responses")]
    pub latency: Option<String>,
    /// Make a share of the calls fail, as in 503:5%, reset:1% or lost:1% (repeatable)
    #[arg(long, value_name = "FAULT:SHARE", help_heading = "Responses")]
    pub fault: Vec<String>,
    /// Seed of the faults and the latency, to repeat those of another run
    #[arg(long, value_name = "N", help_heading = "Responses")]
    pub seed: Option<u64>,
    /// Maximum size of a request body, in bytes
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 30_000_000,
        help_heading = "Limits"
    )]
    pub max_body: usize,
    /// Maximum number of connections at once; others wait
    #[arg(long, value_name = "N", default_value = "4096", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Limits")]
    pub max_connections: u32,
    /// Close a connection after this time if the server waits for the client to send or read
    #[arg(long, value_name = "TIME", default_value = "30s", help_heading = "Limits")]
    pub client_timeout: String,
    /// Format of the log of calls on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub log: CallLog,
}

/// The HTTP status of predicted responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HttpStatus {
    /// 200 or 400, as the body says
    AsPredicted,
    /// Always 200; only the body says 400
    #[value(name = "always-200")]
    Always200,
}

/// The log of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CallLog {
    /// One line for each call
    Text,
    /// One JSON object for each call
    Json,
    /// No log
    Off,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 the editor ended the session, 1 the connection was lost before, 2 wrong usage, or \
                        this build has no language server."
)]
pub struct Lsp {
    /// Use standard input and output; this is always the case, but some editors pass the option
    #[arg(long)]
    pub stdio: bool,
}

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DraftOption {
    /// The draft that editors support best
    #[value(name = "draft-07", alias = "7")]
    Seven,
    /// 2020-12
    #[value(name = "2020-12")]
    Of2020,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "The schema covers the errors of `geplint check` that a JSON Schema can express, and accepts everything without errors \
                        (see docs/schema.md).\n\nExit status: 0 printed, 2 wrong usage or a file could not be read."
)]
pub struct SchemaArgs {
    /// Endpoint id (`geplint rules` lists them)
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// Draft of JSON Schema
    #[arg(long, value_name = "DRAFT", default_value = "draft-07")]
    pub draft: DraftOption,
    /// Use values from these facts of the tenant, as TOML (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
}

/// Spelling of property names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CaseOption {
    /// As the vendor's tables spell them
    Pascal,
    /// With a lower-case first word
    Camel,
}

/// The options of made-up requests.
#[derive(Debug, ClapArgs)]
pub struct GeneratorArgs {
    /// Endpoint id (`geplint rules` lists them)
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// Spelling of property names
    #[arg(long, value_name = "CASE", default_value = "pascal")]
    pub case: CaseOption,
    /// Use values from these facts of the tenant, as TOML (`geplint explain tenant`)
    #[arg(long, value_name = "FILE")]
    pub tenant: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "The body is printed on standard output, and has no findings: geplint new ENDPOINT | geplint check -\n\n\
                        Exit status: 0 no findings, 1 findings (with rules of your own), 2 wrong usage or a file \
                        could not be read."
)]
pub struct New {
    #[command(flatten)]
    pub generator: GeneratorArgs,
    /// Include every property that can be sent to the API, not only the required ones
    #[arg(long)]
    pub full: bool,
    /// Number of records, each with a key of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub records: u32,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "For each constraint, DIR gets ENDPOINT.TABLE.PROPERTY.RULE.keeps.json and \
                        ENDPOINT.TABLE.PROPERTY.RULE.breaks.json, and for each of them NAME.predicted.json if a response can be predicted. geplint-samples.txt lists the \
                        files. A file that is not listed there, or was changed since, is never overwritten.\n\n\
                        Exit status: 0 written, 2 wrong usage, or a file could not be read or written."
)]
pub struct SamplesArgs {
    #[command(flatten)]
    pub generator: GeneratorArgs,
    /// Output folder; created if missing
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub struct Pages {
    /// Write the pages of all commands to this folder instead
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Returns the definition of the command line, for manual pages and completions.
pub fn command() -> clap::Command {
    <Args as clap::CommandFactory>::command()
}

/// A value of `--listen`: an address and a port, `localhost` and a port, or a port alone.
///
/// Errors: a message with the expected form.
fn address(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost").unwrap_or(text);
    let port = local.strip_prefix(':').or((local == text).then_some(text));
    if let Some(port) = port.and_then(|port| port.parse().ok()) {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| {
        "expected an address and a port, such as 127.0.0.1:8400, [::1]:8400, localhost:8400 or 8400"
            .to_owned()
    })
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

    #[test]
    fn an_address_may_be_a_port_alone() {
        for (text, expected) in [
            ("localhost:8400", "127.0.0.1:8400"),
            ("9000", "127.0.0.1:9000"),
            (":9000", "127.0.0.1:9000"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:8412", "[::1]:8412"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected, "{text}");
        }
        for text in [
            "",
            ":",
            "localhost",
            "localhost9000",
            "gep:8400",
            "::1:9000",
            "65536",
            "127.0.0.1",
        ] {
            let why = address(text).unwrap_err();
            assert!(why.contains("localhost:8400"), "{text}: {why}");
        }
    }
}
