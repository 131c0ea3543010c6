//! `geplint check`: files in, findings out.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::{Check, Common, Format};
use super::{CLEAN, FINDINGS, TROUBLE, UNMATCHED, terminal};
use crate::input::recognize::{Recognized, recognize};
use crate::input::{Entry, Excludes, Reader, WalkOptions, collect};
use crate::json;
use crate::lint::{self, Checked};
use crate::report::look::Look;
use crate::report::{
    Concise, FileReport, Full, Json, Output, OutputError, Progress, Report, Summary, sanitize, summary,
};
use crate::rules::{Endpoint, builtin, builtin_ids};
use crate::tenant::Tenant;

/// Checks what the arguments name, and tells how it went as an exit code.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    let since = Instant::now();
    let options = match walk_options(args) {
        Ok(options) => options,
        Err(message) => {
            terminal::complain(common, &message);
            return Ok(TROUBLE);
        }
    };
    let entries = collect(&args.paths, &options);
    let look = terminal::stdout_look(common);
    let report = report(args.format, look);
    let mut stdout = io::stdout().lock();
    let mut run = Run {
        args,
        common,
        endpoints: endpoints(args),
        tenant: Tenant::default(),
        summary: Summary::default(),
        trouble: false,
        progress: Progress::new(
            entries.len() as u64,
            !args.quiet && io::IsTerminal::is_terminal(&io::stderr()),
        ),
    };
    let mut output = Output::new(report.as_ref(), &mut stdout);
    let mut reader = Reader::new(args.max_file_size);
    for entry in &entries {
        run.entry(entry, &mut reader, &mut output)?;
        run.progress.tick();
    }
    run.progress.finish();
    output.finish(&run.summary)?;
    if !args.quiet {
        terminal::tell(
            &run.summary
                .line(Some(since.elapsed()), terminal::stderr_palette(common)),
        );
    }
    Ok(run.exit_code())
}

fn walk_options(args: &Check) -> Result<WalkOptions, String> {
    let here = std::env::current_dir().unwrap_or_default();
    let excludes = Excludes::new(&here, &args.exclude)
        .map_err(|bad| format!("--exclude \"{}\": {}", bad.glob, bad.message))?;
    Ok(WalkOptions {
        excludes,
        no_ignore: args.no_ignore,
        hidden: args.hidden,
    })
}

/// The endpoints that a file may be for: the one named, else all.
fn endpoints(args: &Check) -> Vec<&'static Endpoint> {
    match &args.endpoint {
        Some(id) => builtin(id).into_iter().collect(),
        None => builtin_ids().filter_map(builtin).collect(),
    }
}

fn report(format: Format, look: Look) -> Box<dyn Report> {
    match format {
        Format::Full => Box::new(Full::new(look)),
        Format::Concise => Box::new(Concise::new(look.palette())),
        Format::Json => Box::new(Json),
    }
}

/// What became of a file.
enum Outcome {
    Checked(Checked),
    /// No payload, and why.
    Skipped(String),
    /// It cannot be checked, and why.
    Trouble(String),
}

struct Run<'a> {
    args: &'a Check,
    common: &'a Common,
    endpoints: Vec<&'static Endpoint>,
    tenant: Tenant,
    summary: Summary,
    trouble: bool,
    progress: Progress,
}

impl Run<'_> {
    fn entry(
        &mut self,
        entry: &Entry,
        reader: &mut Reader,
        output: &mut Output<'_>,
    ) -> Result<(), OutputError> {
        let (path, named, bytes) = match entry {
            Entry::Problem { path, message } => {
                self.trouble(path, message);
                return Ok(());
            }
            Entry::File { path, named } => (path.clone(), *named, reader.file(path)),
            Entry::Stdin => (
                self.args.stdin_filename.clone(),
                true,
                reader.stream(io::stdin().lock()),
            ),
        };
        match bytes {
            Ok(bytes) => self.file(&path, named, bytes, output),
            Err(error) => {
                self.trouble(&path, &error.to_string());
                Ok(())
            }
        }
    }

    fn file(
        &mut self,
        path: &Path,
        named: bool,
        bytes: &[u8],
        output: &mut Output<'_>,
    ) -> Result<(), OutputError> {
        match self.check(bytes, named) {
            Outcome::Checked(checked) => {
                let file = FileReport::new(path, bytes, checked.findings, checked.records);
                self.summary.add(&file);
                self.summary.undecided += checked.undecided;
                return self.progress.suspend(|| output.file(&file));
            }
            Outcome::Skipped(reason) => {
                self.summary.skipped += 1;
                if self.args.verbose {
                    let line = format!("skipped {}: {reason}", sanitize::path(path));
                    self.progress.suspend(|| terminal::tell(&line));
                }
            }
            Outcome::Trouble(message) => self.trouble(path, &message),
        }
        Ok(())
    }

    /// Finds out which endpoint the bytes are for, and checks them.
    fn check(&self, bytes: &[u8], named: bool) -> Outcome {
        let (text, errors) = json::text(bytes);
        let recognized = recognize(&text, &self.endpoints);
        if let (true, [endpoint]) = (self.args.endpoint.is_some(), self.endpoints.as_slice()) {
            if !named && recognized == Recognized::Response {
                return Outcome::Skipped("it is a response of the API".to_owned());
            }
            return Outcome::Checked(lint::check(&text, errors, endpoint, &self.tenant, false));
        }
        match recognized {
            Recognized::Request(id) => match builtin(id) {
                Some(endpoint) => Outcome::Checked(lint::check(&text, errors, endpoint, &self.tenant, false)),
                None => Outcome::Trouble(format!("there are no rules for {id}")),
            },
            Recognized::OneOf(ids) => Outcome::Trouble(format!(
                "cannot tell its endpoint: looks like {}; pass --endpoint",
                ids.join(" or ")
            )),
            Recognized::Unreadable => {
                let findings = lint::syntax_findings(&text, "", errors);
                Outcome::Checked(Checked {
                    findings,
                    ..Checked::default()
                })
            }
            Recognized::Response => self.stranger(named, "it is a response of the API"),
            Recognized::Other(reason) => self.stranger(named, reason),
        }
    }

    /// A file that is no payload: passed over where it was only met, an error where it was named.
    fn stranger(&self, named: bool, reason: &str) -> Outcome {
        if named && !self.args.skip_unrecognized {
            Outcome::Trouble(format!(
                "no payload of a known endpoint: {reason}; pass --endpoint to check it all the same"
            ))
        } else {
            Outcome::Skipped(reason.to_owned())
        }
    }

    fn trouble(&mut self, path: &Path, message: &str) {
        self.trouble = true;
        let line = summary::problem(path, message, terminal::stderr_palette(self.common));
        self.progress.suspend(|| terminal::tell(&line));
    }

    fn exit_code(&self) -> u8 {
        let failing = self.summary.errors
            + if self.args.strict {
                self.summary.warnings
            } else {
                0
            };
        if self.trouble {
            TROUBLE
        } else if failing > 0 {
            FINDINGS
        } else if self.summary.files == 0 && !self.args.no_error_on_unmatched {
            terminal::complain(self.common, &nothing_matched(&self.args.paths));
            UNMATCHED
        } else {
            CLEAN
        }
    }
}

fn nothing_matched(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| sanitize::path(path)).collect();
    format!(
        "no payload to check in {}; -v says what was skipped",
        paths.join(", ")
    )
}
