//! `geplint check`: files in, findings out.

use std::io;
use std::path::Path;
use std::time::Instant;

use super::args::{Check, Common, Format};
use super::exit_code::{CLEAN, FINDINGS, TROUBLE, UNMATCHED};
use super::expected::Expected;
use super::file_checker::{Counts, FileChecker, FileEvent};
use super::fix::{self, FixOutcome, Fixer, Purpose};
use super::inputs;
use super::output_documents::{self, Sinks};
use super::requests::Requests;
use super::routes::Others;
use super::settings_error::Fault;
use super::suppression::FindingFilter;
use super::terminal;
use crate::input::{Changed, Entry, Reader};
use crate::ordered::{self, Sink};
use crate::report::labels::count;
use crate::report::{OutputError, Problem, Progress, Statistics, Summary, output, sanitize, summary};
use crate::session::Session;
use crate::settings::FailOn;
use crate::suppress::Ledger;
use crate::threads::Threads;

/// The result of a run.
pub struct Done {
    /// The exit code.
    pub code: u8,
    /// True if the reader has closed the output.
    pub output_closed: bool,
}

impl Done {
    const fn with(code: u8) -> Self {
        Self {
            code,
            output_closed: false,
        }
    }
}

/// Checks the files that the arguments name. Returns the exit code.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    run_once(args, common).map(|done| done.code)
}

/// One run; with `--watch` there are several.
pub fn run_once(args: &Check, common: &Common) -> Result<Done, OutputError> {
    let since = Instant::now();
    let ready = fix::check_stdout_is_free(args)
        .and_then(|()| changed(args))
        .map_err(Fault::from)
        .and_then(|only| inputs::prepare(&args.files, &args.knowledge, only, args.verbose, common));
    let Some((project, entries, known)) = terminal::ok_or_print(ready, common) else {
        return Ok(Done::with(TROUBLE));
    };
    let fail_on = project.fail_on(args.strict, args.fail_on);
    known.print_tenant_facts(common, args.quiet || args.watch.is_some(), args.verbose);
    let filter = FindingFilter::of(&args.suppression, fail_on, &project, &known)
        .and_then(|filter| Ok((filter, project.format(args.format)?)));
    let Some((filter, format)) = terminal::ok_or_print(filter, common) else {
        return Ok(Done::with(TROUBLE));
    };
    let entries = output_documents::without_outputs(args, &filter, filter.without_baseline(entries));
    let Some(entries) = terminal::ok_or_print(entries, common) else {
        return Ok(Done::with(TROUBLE));
    };
    let reports = output_documents::reports(args, format, fail_on, common);
    let Some(sinks) = Sinks::open(&reports, args, common) else {
        return Ok(Done::with(TROUBLE));
    };
    if project.leaves_stdin_out && fix::is_filter(args) {
        // A file that is not checked is copied to standard output unchanged.
        io::copy(&mut io::stdin().lock(), &mut io::stdout().lock()).map_err(OutputError::from)?;
    }
    if args.verbose {
        for line in inputs::notes(&project) {
            terminal::eprintln(&line);
        }
    }
    let visible = !args.quiet && io::IsTerminal::is_terminal(&io::stderr());
    let mut run = Run {
        args,
        common,
        filter: &filter,
        format,
        fail_on,
        sinks,
        summary: Summary::default(),
        statistics: Statistics::default(),
        ledger: Ledger::default(),
        had_problem: false,
        progress: Progress::new(entries.len() as u64, visible),
    };
    let most = Threads::of(args.jobs);
    let expected = Expected::new(&entries, &known, &project, args.files.max_file_size);
    let endpoints = known.rules.candidates();
    let others = Others::new();
    let files = (entries.as_slice(), args.files.max_file_size);
    let requests = Requests::new(&args.knowledge, &project, &known, &others, files);
    let worker = || {
        let mut reader = Reader::new(args.files.max_file_size).with_threads(most);
        let mut checker = FileChecker {
            args,
            filter: &filter,
            expected: &expected,
            fixer: Purpose::of(args).map(|purpose| Fixer {
                purpose,
                unsafe_too: args.fixing.unsafe_fixes,
                palette: terminal::stdout_look(common).palette(),
                filter: &filter,
                requests: Some(&requests),
            }),
            reports: &reports,
            requests: &requests,
            session: Session::new(&endpoints, &known.tenant, args.knowledge.in_order).with_threads(most),
        };
        move |entry: &Entry, sink: &mut dyn Sink<FileEvent>| checker.entry(entry, &mut reader, sink)
    };
    let threads = if args.knowledge.in_order {
        1
    } else {
        most.for_parts(entries.len().div_ceil(FILES_PER_THREAD))
    };
    match ordered::for_each(&entries, threads, worker, |event| run.show(event)) {
        Err(OutputError::Closed) => Ok(Done {
            code: run.exit_code_so_far(),
            output_closed: true,
        }),
        other => other.and_then(|()| run.finish(since)),
    }
}

/// Returns the changed files, if only these are checked.
fn changed(args: &Check) -> Result<Option<Changed>, String> {
    let Some(revision) = &args.changed else {
        return Ok(None);
    };
    if args.files.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err("--changed: standard input is not in git".to_owned());
    }
    Changed::since(revision.as_deref()).map(Some)
}

/// The minimum number of files per thread; for fewer files a thread costs more than it saves.
const FILES_PER_THREAD: usize = 8;

/// Shows and counts the results of the workers.
struct Run<'a> {
    args: &'a Check,
    common: &'a Common,
    filter: &'a FindingFilter<'a>,
    format: Format,
    fail_on: FailOn,
    sinks: Sinks<'a>,
    summary: Summary,
    statistics: Statistics,
    ledger: Ledger,
    had_problem: bool,
    progress: Progress,
}

impl Run<'_> {
    fn show(&mut self, event: FileEvent) -> Result<(), OutputError> {
        match event {
            FileEvent::Fixed(outcome) => return self.fix_outcome(outcome),
            FileEvent::Recognized(path, name, endpoint, records) => {
                let (path, records) = (sanitize::path(&path), count(u64::from(records), "record"));
                let name = name.map_or_else(String::new, |name| format!(" ({})", sanitize::escape(&name)));
                let what = endpoint.map_or_else(
                    || "not JSON".to_owned(),
                    |endpoint| format!("{}, {records}", sanitize::escape(&endpoint)),
                );
                let line = format!("checked {path}{name}: {what}");
                self.progress.suspend(|| terminal::eprintln(&line));
                return Ok(());
            }
            FileEvent::NotChecked(path, name, why) => {
                let (path, name) = (sanitize::path(&path), sanitize::escape(&name));
                let line = format!("skipped {path} ({name}): {}", sanitize::escape(&why));
                self.progress.suspend(|| terminal::eprintln(&line));
                return Ok(());
            }
            FileEvent::Part(texts, counts) => {
                if let Some(counts) = counts {
                    self.count(counts);
                }
                return self.write(|sinks| sinks.rendered(&texts));
            }
            FileEvent::Counted(counts) => {
                self.count(counts);
                return Ok(());
            }
            FileEvent::Piece(report, text) => return self.write(|sinks| sinks.piece(report, &text)),
            FileEvent::Checked(texts, counts) => {
                if let Some(counts) = counts {
                    self.count(counts);
                }
                self.write(|sinks| sinks.rendered(&texts))?;
            }
            FileEvent::Skipped(path, reason) => self.skip(&path, &reason, self.args.verbose),
            FileEvent::Unclear(path, reason) => self.skip(&path, &reason, !self.args.quiet),
            FileEvent::Problem(path, message) => self.report_problem(&path, &message),
        }
        self.progress.tick();
        Ok(())
    }

    /// Counts a file that was not checked. If `with_line`, reports it on a separate line.
    fn skip(&mut self, path: &Path, reason: &str, with_line: bool) {
        self.summary.skipped += 1;
        if with_line {
            // The reason may quote the file.
            let line = format!("skipped {}: {}", sanitize::path(path), sanitize::escape(reason));
            self.progress.suspend(|| terminal::eprintln(&line));
        }
    }

    fn count(&mut self, counts: Counts) {
        self.summary.absorb(counts.summary);
        self.statistics.absorb(counts.statistics);
        self.ledger.absorb(counts.ledger);
    }

    fn write(
        &mut self,
        write: impl FnOnce(&mut Sinks<'_>) -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        match self.progress.suspend(|| write(&mut self.sinks)) {
            // A closed pipe must not stop the writing of a baseline or of fixed files.
            Err(OutputError::Closed) if self.filter.writes() || self.is_fixing() => Ok(()),
            other => other,
        }
    }

    /// Returns true if files are fixed, which must not stop halfway.
    fn is_fixing(&self) -> bool {
        Purpose::of(self.args) == Some(Purpose::Write)
    }

    /// Returns the exit code if the reader has closed the pipe: it covers the findings so far.
    fn exit_code_so_far(&self) -> u8 {
        let had_problem = self.had_problem || self.sinks.have_failed();
        match exit_code(self.args, self.fail_on, &self.summary, had_problem) {
            UNMATCHED => CLEAN,
            code => code,
        }
    }

    /// Reports the outcome of fixing a file.
    fn fix_outcome(&mut self, outcome: FixOutcome) -> Result<(), OutputError> {
        match outcome {
            FixOutcome::Written(path, fixed) if self.args.verbose => {
                let line = fix::written(&path, fixed);
                self.progress.suspend(|| terminal::eprintln(&line));
            }
            FixOutcome::Written(..) => {}
            FixOutcome::Refused(path, message) => self.report_problem(&path, &message),
            FixOutcome::Document(bytes) => output::write_bytes(&mut io::stdout().lock(), &bytes)?,
            FixOutcome::Diff(text) => self.progress.suspend(|| self.sinks.rendered(&[text]))?,
        }
        Ok(())
    }

    fn report_problem(&mut self, path: &Path, message: &str) {
        self.had_problem = true;
        self.summary.problems.push(Problem::new(path, message));
        self.progress
            .suspend(|| terminal::problem(self.common, path, message));
    }

    fn finish(mut self, since: Instant) -> Result<Done, OutputError> {
        self.progress.finish();
        let skipped = self.summary.skipped > 0;
        // The counts must not follow a document for machines, so they are printed on standard error.
        let (after, aside) = if self.format.is_for_people() {
            let palette = terminal::stdout_look(self.common).palette();
            (self.statistics.lines(palette), String::new())
        } else {
            let palette = terminal::stderr_palette(self.common);
            (String::new(), self.statistics.lines(palette))
        };
        let output_closed = match self.sinks.finish(&self.summary, &after) {
            Err(OutputError::Closed) => true,
            failed => {
                self.had_problem |= failed?;
                false
            }
        };
        if !aside.is_empty() {
            terminal::eprintln(aside.trim_end());
        }
        let mut code = exit_code(self.args, self.fail_on, &self.summary, self.had_problem);
        if let Err(message) = self.filter.finish(&self.ledger, !self.had_problem, self.common) {
            terminal::error(self.common, &message);
            code = TROUBLE;
        }
        if !self.args.quiet && !output_closed {
            let look = terminal::stderr_look(self.common);
            let time = self.args.verbose.then(|| since.elapsed());
            let line = if self.args.fixing.diff {
                self.summary.diff_line(time, look)
            } else {
                self.summary.line(time, look)
            };
            // With `--watch`, one line reports a run without findings.
            let is_clean = self.args.watch.is_some() && self.summary.is_clean();
            let shown = if is_clean {
                line.lines().next().unwrap_or_default()
            } else {
                line.as_str()
            };
            if io::IsTerminal::is_terminal(&io::stderr()) {
                terminal::eprintln(&summary::wrapped(shown, look.width));
            } else {
                terminal::eprintln(shown);
            }
        }
        // By now, the writer of a pipe has written something.
        if !self.args.quiet
            && self.args.watch.is_none()
            && inputs::is_default(&self.args.files)
            && terminal::has_input()
        {
            terminal::eprintln("note: standard input was not read; to check it, run `geplint check -`");
        }
        if code == UNMATCHED {
            let hint = skipped && !self.args.verbose;
            terminal::error(self.common, &inputs::nothing_matched(&self.args.files, hint));
        }
        Ok(Done { code, output_closed })
    }
}

/// Returns the exit code of the run.
fn exit_code(args: &Check, fail_on: FailOn, summary: &Summary, had_problem: bool) -> u8 {
    let failing = match fail_on {
        // With `--diff`, a change counts as a finding.
        _ if args.fixing.diff => summary.fixed_files,
        FailOn::Error => summary.errors,
        FailOn::Warning => summary.errors + summary.warnings,
        FailOn::Never => 0,
    };
    if had_problem {
        TROUBLE
    } else if failing > 0 {
        FINDINGS
    } else if summary.files == 0 && !args.no_error_on_unmatched && args.changed.is_none() {
        UNMATCHED
    } else {
        CLEAN
    }
}
