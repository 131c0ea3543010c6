//! `geplint check`: files in, findings out.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::args::{Check, Common, Format};
use super::gate::Gate;
use super::mend::{self, Mender, Purpose, Told};
use super::project::Project;
use super::setup::{self, Known};
use super::sinks::{self, Sinks};
use super::{CLEAN, FINDINGS, TROUBLE, UNMATCHED, terminal};
use crate::config::FailOn;
use crate::input::{Changed, Entry, Reader};
use crate::report::{
    FileReport, OutputError, Problem, Progress, Report, Statistics, Summary, output, sanitize, summary,
};
use crate::session::{Outcome, Request, Session};
use crate::suppress::Ledger;
use crate::threads::Threads;

/// Checks what the arguments name, and tells how it went as an exit code.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    let since = Instant::now();
    let ready = sinks::distinct(args)
        .and_then(|()| mend::alone(args))
        .and_then(|()| changed(args))
        .and_then(|only| setup::ready(&args.files, &args.knowledge, only, common));
    let Some((project, entries, known)) = terminal::right(ready, common) else {
        return Ok(TROUBLE);
    };
    let gate = Gate::of(&args.suppression, &project, &known)
        .and_then(|gate| Ok((gate, project.format(args.format)?)));
    let Some((gate, format)) = terminal::right(gate, common) else {
        return Ok(TROUBLE);
    };
    let entries = gate.without_baseline(entries);
    let fail_on = project.fail_on(args.strict, args.fail_on);
    let reports = sinks::reports(args, format, fail_on, common);
    let Some(sinks) = Sinks::open(&reports, args, common) else {
        return Ok(TROUBLE);
    };
    let visible = !args.quiet && io::IsTerminal::is_terminal(&io::stderr());
    let mut run = Run {
        args,
        common,
        gate: &gate,
        format,
        fail_on,
        sinks,
        summary: Summary::default(),
        statistics: Statistics::default(),
        ledger: Ledger::default(),
        trouble: false,
        progress: Progress::new(entries.len() as u64, visible),
    };
    let most = Threads::of(args.jobs);
    let worker = || Worker {
        reader: Reader::new(args.files.max_file_size).with_threads(most),
        judge: Judge {
            args,
            known: &known,
            project: &project,
            gate: &gate,
            mender: Purpose::of(args).map(|purpose| Mender {
                purpose,
                unsafe_too: args.mending.unsafe_fixes,
                palette: terminal::stdout_look(common).palette(),
                known: &known,
                project: &project,
                gate: &gate,
            }),
            reports: &reports,
            session: Session::new(&known.endpoints, &known.tenant, args.knowledge.in_order)
                .with_threads(most),
        },
    };
    let threads = if args.knowledge.in_order {
        1
    } else {
        most.for_parts(entries.len().div_ceil(FILES_PER_THREAD))
    };
    match in_order(&entries, threads, worker, |examined| run.show(examined)) {
        Err(OutputError::Closed) => Ok(run.so_far()),
        other => other.and_then(|()| run.finish(since)),
    }
}

/// What has changed, where only that is to be checked.
fn changed(args: &Check) -> Result<Option<Changed>, String> {
    let Some(revision) = &args.changed else {
        return Ok(None);
    };
    if args.files.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err("--changed: git knows nothing of standard input".to_owned());
    }
    Changed::since(revision.as_deref()).map(Some)
}

/// A thread costs more than a handful of small files.
const FILES_PER_THREAD: usize = 8;

/// How many files a worker takes at a time: waking the one who shows them costs as much as a small file, but nobody
/// should wait for a long row of large ones.
fn at_a_time(files: usize, threads: usize) -> usize {
    (files / threads / 16).clamp(1, 32)
}

/// Has workers examine the entries, and hands what they find to `show` in the entries' order, whoever is first.
fn in_order<'a>(
    entries: &[Entry],
    threads: usize,
    worker: impl Fn() -> Worker<'a> + Sync,
    mut show: impl FnMut(Examined) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    if threads <= 1 {
        let mut worker = worker();
        return entries.iter().try_for_each(|entry| show(worker.examine(entry)));
    }
    let at_once = at_a_time(entries.len(), threads);
    let (next, gone) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        // Bounded, so that what is slow to print does not pile up.
        let (sender, receiver) = mpsc::sync_channel(threads * 4);
        for number in 0..threads {
            let (sender, worker, next, gone) = (sender.clone(), &worker, &next, &gone);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                let mut worker = worker();
                while !gone.load(Relaxed) {
                    let first = next.fetch_add(at_once, Relaxed);
                    let Some(rest) = entries.get(first..).filter(|rest| !rest.is_empty()) else {
                        break;
                    };
                    let examined = rest.iter().take(at_once).map(|entry| worker.examine(entry));
                    if sender.send((first, examined.collect::<Vec<_>>())).is_err() {
                        break;
                    }
                }
            });
            // Where the system has no more threads for us, those there are do all of it, or this one does.
            match thread {
                Ok(_) => {}
                Err(_) if number > 0 => break,
                Err(_) => {
                    let mut worker = worker();
                    return entries.iter().try_for_each(|entry| show(worker.examine(entry)));
                }
            }
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (first, examined) in receiver {
            early.insert(first, examined);
            while let Some(examined) = early.remove(&due) {
                due += examined.len();
                if let Err(error) = examined.into_iter().try_for_each(&mut show) {
                    gone.store(true, Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(())
    })
}

/// What became of an entry, ready to be shown.
enum Examined {
    /// It was checked: each report's text for it, its counts, and what was not shown.
    Checked(Vec<String>, Summary, Statistics, Ledger),
    /// No payload, and why, where that is asked for.
    Skipped(PathBuf, String),
    /// It cannot be checked, and why.
    Trouble(PathBuf, String),
    /// What became of it once it was mended, and what there is to tell of that.
    Mended(Box<Self>, Told),
}

/// Reads, and has what it reads checked; one a thread.
struct Worker<'a> {
    reader: Reader,
    judge: Judge<'a>,
}

/// Mends if that is asked for, checks and renders.
struct Judge<'a> {
    args: &'a Check,
    known: &'a Known,
    project: &'a Project,
    gate: &'a Gate<'a>,
    mender: Option<Mender<'a>>,
    reports: &'a [Box<dyn Report>],
    session: Session<'a>,
}

/// A file that has been read.
#[derive(Clone, Copy)]
struct Payload<'a> {
    path: &'a Path,
    /// It was not only found in a folder.
    named: bool,
    /// It is standard input.
    stdin: bool,
    bytes: &'a [u8],
}

impl Worker<'_> {
    fn examine(&mut self, entry: &Entry) -> Examined {
        let (path, named) = match entry {
            Entry::Problem { path, message } => return Examined::Trouble(path.clone(), message.clone()),
            Entry::File { path, named } => (path.as_path(), *named),
            Entry::Stdin => (self.judge.args.files.stdin_filename.as_path(), true),
        };
        let bytes = match entry {
            Entry::Stdin => self.reader.stream(io::stdin().lock()),
            _ => self.reader.file(path),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return Examined::Trouble(path.to_path_buf(), error.to_string()),
        };
        self.judge.examine(Payload {
            path,
            named,
            stdin: matches!(entry, Entry::Stdin),
            bytes,
        })
    }
}

impl Judge<'_> {
    fn examine(&mut self, file: Payload<'_>) -> Examined {
        let Some(mender) = &self.mender else {
            return self.check(file);
        };
        let (path, purpose) = (file.path, mender.purpose);
        let Some(mended) = mender.mended(&self.session, path, file.named, file.bytes) else {
            let checked = self.check(file);
            return if file.stdin && purpose == Purpose::Write {
                // Whoever reads standard output gets back what is not mended.
                Examined::Mended(Box::new(checked), Told::Document(file.bytes.to_vec()))
            } else {
                checked
            };
        };
        let (bytes, told) = match mender.settle(path, file.stdin, file.bytes, &mended) {
            Ok(told) if purpose == Purpose::Write => (mended.bytes.as_slice(), told),
            Ok(told) => (file.bytes, told),
            Err(message) => {
                let checked = self.check(file);
                return Examined::Mended(Box::new(checked), Told::Refused(path.to_path_buf(), message));
            }
        };
        let mut checked = self.check(Payload { bytes, ..file });
        if let Examined::Checked(_, summary, ..) = &mut checked {
            (summary.fixed, summary.mended) = (mended.fixed, 1);
        }
        Examined::Mended(Box::new(checked), told)
    }

    fn check(&mut self, file: Payload<'_>) -> Examined {
        let Payload {
            path, named, bytes, ..
        } = file;
        let outcome = match self.known.given(self.project, path, named, bytes) {
            Some(endpoint) => Outcome::Checked(self.session.request(bytes, endpoint, false)),
            None => self.session.file(bytes, false),
        };
        let trouble = |message| Examined::Trouble(path.to_path_buf(), message);
        match outcome {
            Outcome::Checked(Request { checked, .. }) | Outcome::Unreadable(checked) => {
                let (findings, ledger) = self.gate.apply(path, checked.findings);
                let mut summary = Summary {
                    undecided: checked.undecided,
                    suppressed: ledger.suppressed,
                    ..Summary::default()
                };
                let file = FileReport::new(path, bytes, findings, checked.records);
                summary.add(&file);
                let texts = self.reports.iter().map(|report| report.render(&file)).collect();
                Examined::Checked(texts, summary, statistics(self.args, &file), ledger)
            }
            Outcome::OneOf(ids) => trouble(setup::ambiguous(&ids)),
            Outcome::Stranger(reason) if named && !self.args.skip_unrecognized => {
                trouble(setup::stranger(&setup::why_stranger(reason, bytes)))
            }
            // Why is worth a second look at the file only where somebody asks.
            Outcome::Stranger(_) if !self.args.verbose => {
                Examined::Skipped(path.to_path_buf(), String::new())
            }
            Outcome::Stranger(reason) => {
                Examined::Skipped(path.to_path_buf(), setup::why_stranger(reason, bytes))
            }
        }
    }
}

/// The counts of a file for each rule, where they are asked for.
fn statistics(args: &Check, file: &FileReport<'_>) -> Statistics {
    if args.statistics {
        Statistics::of(file)
    } else {
        Statistics::default()
    }
}

/// Shows what the workers found, and counts it.
struct Run<'a> {
    args: &'a Check,
    common: &'a Common,
    gate: &'a Gate<'a>,
    format: Format,
    fail_on: FailOn,
    sinks: Sinks<'a>,
    summary: Summary,
    statistics: Statistics,
    ledger: Ledger,
    trouble: bool,
    progress: Progress,
}

impl Run<'_> {
    fn show(&mut self, examined: Examined) -> Result<(), OutputError> {
        match examined {
            Examined::Checked(texts, summary, statistics, ledger) => {
                self.summary.absorb(summary);
                self.statistics.absorb(statistics);
                self.ledger.absorb(ledger);
                match self.progress.suspend(|| self.sinks.rendered(&texts)) {
                    // Neither a baseline nor a mended file is for the one who has gone.
                    Err(OutputError::Closed) if self.gate.writes() || self.is_mending() => {}
                    other => other?,
                }
            }
            Examined::Skipped(path, reason) => {
                self.summary.skipped += 1;
                if self.args.verbose {
                    let line = format!("skipped {}: {reason}", sanitize::path(&path));
                    self.progress.suspend(|| terminal::tell(&line));
                }
            }
            Examined::Trouble(path, message) => self.complain(&path, &message),
            Examined::Mended(examined, told) => {
                self.tell(told)?;
                return self.show(*examined);
            }
        }
        self.progress.tick();
        Ok(())
    }

    /// Whether files are being mended: half of them is no good end.
    fn is_mending(&self) -> bool {
        Purpose::of(self.args) == Some(Purpose::Write)
    }

    /// What the run comes to where nobody reads on: what was found until then is not forgotten.
    fn so_far(&self) -> u8 {
        let trouble = self.trouble || self.sinks.have_failed();
        match exit_code(self.args, self.fail_on, &self.summary, trouble) {
            UNMATCHED => CLEAN,
            code => code,
        }
    }

    /// Tells what became of a file that was mended.
    fn tell(&mut self, told: Told) -> Result<(), OutputError> {
        match told {
            Told::Written(path, fixed) if self.args.verbose => {
                let line = mend::written(&path, fixed);
                self.progress.suspend(|| terminal::tell(&line));
            }
            Told::Written(..) => {}
            Told::Refused(path, message) => self.complain(&path, &message),
            Told::Document(bytes) => output::write_bytes(&mut io::stdout().lock(), &bytes)?,
            Told::Diff(text) => self.progress.suspend(|| self.sinks.rendered(&[text]))?,
        }
        Ok(())
    }

    fn complain(&mut self, path: &Path, message: &str) {
        self.trouble = true;
        self.summary.problems.push(Problem::new(path, message));
        let line = summary::problem(path, message, terminal::stderr_palette(self.common));
        self.progress.suspend(|| terminal::tell(&line));
    }

    fn finish(mut self, since: Instant) -> Result<u8, OutputError> {
        self.progress.finish();
        let skipped = self.summary.skipped > 0;
        // Behind a machine's document there is no room for counts.
        let (after, aside) = if self.format.is_for_people() {
            let palette = terminal::stdout_look(self.common).palette();
            (self.statistics.lines(palette), String::new())
        } else {
            let palette = terminal::stderr_palette(self.common);
            (String::new(), self.statistics.lines(palette))
        };
        let gone = match self.sinks.finish(&self.summary, &after) {
            Err(OutputError::Closed) => true,
            failed => {
                self.trouble |= failed?;
                false
            }
        };
        if !aside.is_empty() {
            terminal::tell(aside.trim_end());
        }
        let mut code = exit_code(self.args, self.fail_on, &self.summary, self.trouble);
        if let Err(message) = self.gate.finish(&self.ledger, !self.trouble, self.common) {
            terminal::complain(self.common, &message);
            code = TROUBLE;
        }
        if !self.args.quiet && !gone {
            let palette = terminal::stderr_palette(self.common);
            let time = Some(since.elapsed());
            let line = if self.args.mending.diff {
                self.summary.would(time, palette)
            } else {
                self.summary.line(time, palette)
            };
            terminal::tell(&line);
        }
        if code == UNMATCHED {
            let hint = skipped && !self.args.verbose;
            terminal::complain(self.common, &setup::nothing_matched(&self.args.files.paths, hint));
        }
        Ok(code)
    }
}

/// What the run comes to.
fn exit_code(args: &Check, fail_on: FailOn, summary: &Summary, trouble: bool) -> u8 {
    let failing = match fail_on {
        // What is there to see is what would change.
        _ if args.mending.diff => summary.mended,
        FailOn::Error => summary.errors,
        FailOn::Warning => summary.errors + summary.warnings,
        FailOn::Never => 0,
    };
    if trouble {
        TROUBLE
    } else if failing > 0 {
        FINDINGS
    } else if summary.files == 0 && !args.no_error_on_unmatched && args.changed.is_none() {
        UNMATCHED
    } else {
        CLEAN
    }
}
