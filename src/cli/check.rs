//! `geplint check`: files in, findings out.

use std::io;
use std::path::Path;
use std::time::Instant;

use super::args::{Check, Common, Format};
use super::setup::{self, Known};
use super::{CLEAN, FINDINGS, TROUBLE, UNMATCHED, terminal};
use crate::input::recognize::{Recognized, recognize};
use crate::input::{Entry, Reader};
use crate::json;
use crate::lint::Checked;
use crate::report::look::Look;
use crate::report::{
    Concise, FileReport, Full, Json, Output, OutputError, Progress, Report, Summary, sanitize, summary,
};
use crate::rules::Endpoint;
use crate::session::{Outcome, Session};

/// Checks what the arguments name, and tells how it went as an exit code.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    let since = Instant::now();
    let (entries, known) = match setup::entries(&args.files)
        .and_then(|entries| Ok((entries, Known::of(&args.knowledge, common)?)))
    {
        Ok(both) => both,
        Err(message) => {
            terminal::complain(common, &message);
            return Ok(TROUBLE);
        }
    };
    let report = report(args.format, terminal::stdout_look(common));
    let mut stdout = io::stdout().lock();
    let visible = !args.quiet && io::IsTerminal::is_terminal(&io::stderr());
    let mut run = Run {
        args,
        common,
        session: Session::new(&known.endpoints, &known.tenant, args.knowledge.in_order),
        known: &known,
        summary: Summary::default(),
        trouble: false,
        progress: Progress::new(entries.len() as u64, visible),
    };
    let mut output = Output::new(report.as_ref(), &mut stdout);
    let mut reader = Reader::new(args.files.max_file_size);
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

fn report(format: Format, look: Look) -> Box<dyn Report> {
    match format {
        Format::Full => Box::new(Full::new(look)),
        Format::Concise => Box::new(Concise::new(look.palette())),
        Format::Json => Box::new(Json),
    }
}

struct Run<'a> {
    args: &'a Check,
    common: &'a Common,
    session: Session<'a>,
    known: &'a Known,
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
                self.args.files.stdin_filename.clone(),
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
        let outcome = match self.known.endpoints.as_slice() {
            [endpoint] if self.known.named && (named || !is_response(bytes, endpoint)) => {
                Outcome::Checked(self.session.request(bytes, endpoint, false))
            }
            _ => self.session.file(bytes, false),
        };
        match outcome {
            Outcome::Checked(request) => return self.checked(path, bytes, request.checked, output),
            Outcome::Unreadable(checked) => return self.checked(path, bytes, checked, output),
            Outcome::OneOf(ids) => self.trouble(path, &setup::ambiguous(&ids)),
            Outcome::Stranger(reason) if named && !self.args.skip_unrecognized => {
                self.trouble(path, &setup::stranger(reason));
            }
            Outcome::Stranger(reason) => self.skipped(path, reason),
        }
        Ok(())
    }

    fn checked(
        &mut self,
        path: &Path,
        bytes: &[u8],
        checked: Checked,
        output: &mut Output<'_>,
    ) -> Result<(), OutputError> {
        let file = FileReport::new(path, bytes, checked.findings, checked.records);
        self.summary.add(&file);
        self.summary.undecided += checked.undecided;
        self.progress.suspend(|| output.file(&file))
    }

    fn skipped(&mut self, path: &Path, reason: &str) {
        self.summary.skipped += 1;
        if self.args.verbose {
            let line = format!("skipped {}: {reason}", sanitize::path(path));
            self.progress.suspend(|| terminal::tell(&line));
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
            terminal::complain(self.common, &setup::nothing_matched(&self.args.files.paths));
            UNMATCHED
        } else {
            CLEAN
        }
    }
}

/// A response that lies beside the requests is none, even where every file is taken for one.
fn is_response(bytes: &[u8], endpoint: &Endpoint) -> bool {
    recognize(&json::text(bytes).0, &[endpoint]) == Recognized::Response
}
