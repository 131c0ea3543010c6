//! `geplint check`: files in, findings out.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Instant;

use super::args::{Check, Common, Format};
use super::expected::Expected;
use super::fix::{self, Fixer, Purpose, Told};
use super::inputs::{self, Knowledge};
use super::settings::Project;
use super::sinks::{self, Others, Sinks};
use super::suppression::FindingFilter;
use super::turn::Turn;
use super::{CLEAN, FINDINGS, TROUBLE, UNMATCHED, terminal};
use crate::config::FailOn;
use crate::input::{Changed, Entry, Reader};
use crate::lint::Checked;
use crate::recognize::Standard;
use crate::report::{
    Chunks, FileReport, OutputError, Problem, Progress, Report, Statistics, Summary, output, sanitize,
    summary,
};
use crate::session::{Outcome, Request, Session};
use crate::suppress::Ledger;
use crate::threads::Threads;

/// Checks what the arguments name, and tells how it went as an exit code.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    let since = Instant::now();
    let ready = fix::alone(args)
        .and_then(|()| changed(args))
        .and_then(|only| inputs::ready(&args.files, &args.knowledge, only, common));
    let Some((project, entries, known)) = terminal::right(ready, common) else {
        return Ok(TROUBLE);
    };
    let fail_on = project.fail_on(args.strict, args.fail_on);
    let gate = FindingFilter::of(&args.suppression, fail_on, &project, &known)
        .and_then(|gate| Ok((gate, project.format(args.format)?)));
    let Some((gate, format)) = terminal::right(gate, common) else {
        return Ok(TROUBLE);
    };
    let others = Others {
        project: &project,
        known: &known,
        gate: &gate,
    };
    let entries = sinks::without_outputs(args, &others, gate.without_baseline(entries));
    let Some(entries) = terminal::right(entries, common) else {
        return Ok(TROUBLE);
    };
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
    let expected = Expected::new(&entries, &known, &project, args.files.max_file_size);
    let worker = || Worker {
        reader: Reader::new(args.files.max_file_size).with_threads(most),
        checker: FileChecker {
            args,
            known: &known,
            project: &project,
            gate: &gate,
            expected: &expected,
            fixer: Purpose::of(args).map(|purpose| Fixer {
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
    let examiner = || {
        let mut worker = worker();
        move |entry: &Entry, way: &mut dyn Sink| worker.examine(entry, way)
    };
    match in_order(&entries, threads, examiner, |examined| run.show(examined)) {
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

/// How many files a worker takes at a time: whoever shows them is woken once for all of these, but should not wait for
/// a long row of large ones.
fn at_a_time(files: usize, threads: usize) -> usize {
    (files / threads / 16).clamp(1, 32)
}

/// How many batches for each thread may be begun before the one that is due has been shown: enough that nobody waits for
/// a file that takes a while, and few enough that behind one that takes very long not all the others pile up.
const AHEAD: usize = 8;

/// Has workers examine the entries, and hands what they find to `show` in the entries' order, whoever is first.
///
/// Each thread has a worker of its own, which hands on what there is to tell of an entry; `false` where nobody is there
/// for it any more.
fn in_order<E: Sync, W: FnMut(&E, &mut dyn Sink) -> bool>(
    entries: &[E],
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut show: impl FnMut(FileEvent) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    if threads <= 1 {
        return one_by_one(entries, worker(), show);
    }
    let at_once = at_a_time(entries.len(), threads);
    let ahead = at_once * threads * AHEAD;
    let (next, gone, turn) = (AtomicUsize::new(0), AtomicBool::new(false), Turn::default());
    thread::scope(|scope| {
        // Bounded, so that what is slow to print does not pile up.
        let (sender, receiver) = mpsc::sync_channel(threads * 4);
        for number in 0..threads {
            let (sender, worker, next, gone, turn) = (sender.clone(), &worker, &next, &gone, &turn);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                let _others = turn.unwinding();
                let mut worker = worker();
                loop {
                    let first = next.fetch_add(at_once, Relaxed);
                    let Some(rest) = entries.get(first..).filter(|rest| !rest.is_empty()) else {
                        break;
                    };
                    // Whoever has the batch that is due never waits here: batches are taken in order.
                    turn.wait_for(first.saturating_sub(ahead));
                    if gone.load(Relaxed) {
                        break;
                    }
                    let mut queue = Queue {
                        sender: &sender,
                        turn,
                        first,
                        told: Vec::with_capacity(at_once),
                    };
                    let mut batch = rest.iter().take(at_once);
                    let done = batch.len();
                    if !batch.all(|entry| worker(entry, &mut queue)) || !queue.send(done) {
                        break;
                    }
                }
            });
            // Where the system has no more threads for us, those there are do all of it, or this one does.
            match thread {
                Ok(_) => {}
                Err(_) if number > 0 => break,
                Err(_) => return one_by_one(entries, worker(), show),
            }
        }
        drop(sender);
        let _open = turn.open();
        let mut early: BTreeMap<usize, Batch> = BTreeMap::new();
        let mut due = 0;
        for (first, batch) in receiver {
            early.entry(first).or_default().absorb(batch);
            while let Some(batch) = early.remove(&due) {
                if let Err(error) = batch.told.into_iter().try_for_each(&mut show) {
                    gone.store(true, Relaxed);
                    return Err(error);
                }
                if batch.done == 0 {
                    break;
                }
                due += batch.done;
                turn.pass_to(due);
            }
        }
        Ok(())
    })
}

/// The same on this thread.
fn one_by_one<E>(
    entries: &[E],
    mut worker: impl FnMut(&E, &mut dyn Sink) -> bool,
    mut show: impl FnMut(FileEvent) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let mut outcome = Ok(());
    for entry in entries {
        let mut hand = |examined| {
            if outcome.is_ok() {
                outcome = show(examined);
            }
            outcome.is_ok()
        };
        if !worker(entry, &mut hand) {
            break;
        }
    }
    outcome
}

/// What there is to tell of an entry, in this order.
enum FileEvent {
    /// It was mended, and this is what there is to tell of that; how it is now follows.
    Fixed(Told),
    /// It was checked; what the reports say of it follows.
    Counted(Counts),
    /// A part of what one report says of it, by the report's number; more follows.
    Piece(usize, String),
    /// What each report says of it, or the rest of that; its counts, if they were not told before.
    Checked(Vec<String>, Option<Counts>),
    /// No payload, and why.
    Skipped(PathBuf, String),
    /// No payload, and why: worth a line even where nobody asks.
    PassedOver(PathBuf, String),
    /// It cannot be checked, and why.
    Trouble(PathBuf, String),
}

/// What the findings of an entry come to, and which were not shown.
struct Counts {
    summary: Summary,
    statistics: Statistics,
    ledger: Ledger,
}

/// The way from a worker to where all is shown.
trait Sink {
    /// Hands on what there is to tell; `false` where nobody is there for it any more.
    fn hand(&mut self, examined: FileEvent) -> bool;

    /// Whether a part of a report may go ahead of the rest; `held` bytes of it wait.
    fn is_free(&mut self, held: usize) -> bool;
}

/// Straight to where it is shown.
impl<F: FnMut(FileEvent) -> bool> Sink for F {
    fn hand(&mut self, examined: FileEvent) -> bool {
        self(examined)
    }

    fn is_free(&mut self, _held: usize) -> bool {
        true
    }
}

/// What there is to tell of some entries that follow each other, or the next part of it.
#[derive(Default)]
struct Batch {
    told: Vec<FileEvent>,
    /// How many entries it is of, once nothing of them is left to tell; 0 before.
    done: usize,
}

impl Batch {
    fn absorb(&mut self, next: Self) {
        self.done = next.done;
        if self.told.is_empty() {
            self.told = next.told;
        } else {
            self.told.extend(next.told);
        }
    }
}

/// From a thread of its own: what there is to tell of a batch of entries, and goes ahead of it where that is long.
struct Queue<'q> {
    sender: &'q SyncSender<(usize, Batch)>,
    turn: &'q Turn,
    /// The number of the first entry.
    first: usize,
    told: Vec<FileEvent>,
}

impl Queue<'_> {
    /// Sends what has been told since the last time; `done`: it is all, and of so many entries.
    fn send(&mut self, done: usize) -> bool {
        let told = std::mem::take(&mut self.told);
        self.sender.send((self.first, Batch { told, done })).is_ok()
    }
}

impl Sink for Queue<'_> {
    fn hand(&mut self, examined: FileEvent) -> bool {
        let long = matches!(examined, FileEvent::Piece(..));
        self.told.push(examined);
        !long || self.send(0)
    }

    /// What is ahead of its turn is kept, for a while, and then waits: the threads must not pile up what nobody prints.
    fn is_free(&mut self, held: usize) -> bool {
        /// How much of a file's report a thread keeps before it waits.
        const MOST: usize = 8 << 20;
        if held >= MOST {
            self.turn.wait_for(self.first);
        }
        self.turn.is_of(self.first)
    }
}

/// Reads, and has what it reads checked; one a thread.
struct Worker<'a> {
    reader: Reader,
    checker: FileChecker<'a>,
}

/// Mends if that is asked for, checks and renders.
struct FileChecker<'a> {
    args: &'a Check,
    known: &'a Knowledge,
    project: &'a Project,
    gate: &'a FindingFilter<'a>,
    expected: &'a Expected<'a>,
    fixer: Option<Fixer<'a>>,
    reports: &'a [Box<dyn Report>],
    session: Session<'a>,
}

/// A file that has been read.
#[derive(Clone, Copy)]
struct Payload<'a> {
    path: &'a Path,
    /// It was not only found in a folder.
    named: bool,
    /// What it takes to be a request.
    standard: Standard,
    /// It is standard input.
    stdin: bool,
    /// How many findings are gone since it was mended; `None` if it was not.
    fixed: Option<u64>,
    bytes: &'a [u8],
}

impl Worker<'_> {
    /// Examines an entry, and hands on what there is to tell of it; `false` where nobody is there for it any more.
    fn examine(&mut self, entry: &Entry, way: &mut dyn Sink) -> bool {
        let (path, named) = match entry {
            Entry::Problem { path, message } => {
                return way.hand(FileEvent::Trouble(path.clone(), message.clone()));
            }
            Entry::File { path, named } => (path.as_path(), *named),
            Entry::Stdin => (self.checker.args.files.stdin_filename.as_path(), true),
        };
        let bytes = match entry {
            Entry::Stdin => self.reader.stream(io::stdin().lock()),
            _ => self.reader.file(path),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return way.hand(FileEvent::Trouble(path.to_path_buf(), error.to_string())),
        };
        let file = Payload {
            path,
            named,
            standard: if named && !self.checker.args.skip_unrecognized {
                Standard::Named
            } else {
                Standard::Found
            },
            stdin: matches!(entry, Entry::Stdin),
            fixed: None,
            bytes,
        };
        self.checker.examine(file, way)
    }
}

impl FileChecker<'_> {
    fn examine(&mut self, file: Payload<'_>, way: &mut dyn Sink) -> bool {
        let Some(fixer) = &self.fixer else {
            return self.check(file, way);
        };
        let (path, purpose) = (file.path, fixer.purpose);
        let Some(mended) = fixer.mended(&self.session, path, (file.named, file.standard), file.bytes) else {
            // Whoever reads standard output gets back what is not mended.
            let back = file.stdin && purpose == Purpose::Write;
            return (!back || way.hand(FileEvent::Fixed(Told::Document(file.bytes.to_vec()))))
                && self.check(file, way);
        };
        let settled = fixer.settle(path, file.stdin, file.bytes, &mended);
        let fixed = settled.is_ok().then_some(mended.fixed);
        let (bytes, told) = match settled {
            Ok(told) if purpose == Purpose::Write => (mended.bytes.as_slice(), told),
            Ok(told) => (file.bytes, told),
            Err(message) => (file.bytes, Told::Refused(path.to_path_buf(), message)),
        };
        way.hand(FileEvent::Fixed(told)) && self.check(Payload { fixed, bytes, ..file }, way)
    }

    fn check(&mut self, file: Payload<'_>, way: &mut dyn Sink) -> bool {
        let Payload {
            path, named, bytes, ..
        } = file;
        let outcome = match self.known.given(self.project, path, named, bytes) {
            Some(endpoint) => Outcome::Checked(self.session.request(bytes, endpoint, false)),
            None => self.session.file_as(bytes, false, file.standard),
        };
        let found = file.standard == Standard::Found;
        let trouble = |message| FileEvent::Trouble(path.to_path_buf(), message);
        way.hand(match outcome {
            Outcome::Checked(Request { checked, .. }) => return self.report(file, checked, way),
            Outcome::NotJson(finding) if !found || self.expected.is(path) => {
                return self.report(file, Checked::not_json(*finding), way);
            }
            Outcome::NotJson(finding) => {
                FileEvent::PassedOver(path.to_path_buf(), inputs::not_json(&finding, bytes))
            }
            Outcome::OneOf(ids) if !found => trouble(inputs::ambiguous(&ids)),
            Outcome::OneOf(ids) => FileEvent::PassedOver(path.to_path_buf(), inputs::ambiguous(&ids)),
            Outcome::Weak(reason) => FileEvent::PassedOver(path.to_path_buf(), reason),
            Outcome::Unrecognized(reason) if !found => trouble(inputs::stranger(reason)),
            Outcome::Unrecognized(reason) => FileEvent::Skipped(path.to_path_buf(), reason.to_owned()),
        })
    }

    /// Counts what was found, and has the reports say it.
    fn report(&self, file: Payload<'_>, checked: Checked, way: &mut dyn Sink) -> bool {
        let (findings, ledger) = self.gate.apply(file.path, checked.findings);
        let mut summary = Summary {
            undecided: checked.undecided,
            suppressed: ledger.suppressed,
            warnings: ledger.hidden_warnings,
            advice: ledger.hidden_advice,
            fixed: file.fixed.unwrap_or(0),
            mended: u64::from(file.fixed.is_some()),
            ..Summary::default()
        };
        let file = FileReport::new(file.path, file.bytes, findings, checked.records)
            .with_threads(Threads::of(self.args.jobs));
        summary.add(&file);
        let statistics = statistics(self.args, &file);
        let mut counts = Some(Counts {
            summary,
            statistics,
            ledger,
        });
        let mut rest = Vec::with_capacity(self.reports.len());
        for (number, report) in self.reports.iter().enumerate() {
            let mut taker = |text: &mut String| {
                if !way.is_free(text.len()) {
                    return true;
                }
                // Whoever reads no further has still been told of a file with findings.
                counts
                    .take()
                    .is_none_or(|counts| way.hand(FileEvent::Counted(counts)))
                    && way.hand(FileEvent::Piece(number, std::mem::take(text)))
            };
            let mut pieces = Chunks::new(&mut taker);
            report.write(&file, &mut pieces);
            rest.push(pieces.rest());
        }
        way.hand(FileEvent::Checked(rest, counts))
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
    gate: &'a FindingFilter<'a>,
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
    fn show(&mut self, examined: FileEvent) -> Result<(), OutputError> {
        match examined {
            FileEvent::Fixed(told) => return self.tell(told),
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
            FileEvent::PassedOver(path, reason) => self.skip(&path, &reason, !self.args.quiet),
            FileEvent::Trouble(path, message) => self.complain(&path, &message),
        }
        self.progress.tick();
        Ok(())
    }

    /// Counts a file that was not checked; `said`: with a line of its own.
    fn skip(&mut self, path: &Path, reason: &str, said: bool) {
        self.summary.skipped += 1;
        if said {
            // The reason may quote the file.
            let line = format!("skipped {}: {}", sanitize::path(path), sanitize::escape(reason));
            self.progress.suspend(|| terminal::tell(&line));
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
            // Neither a baseline nor a mended file is for the one who has gone.
            Err(OutputError::Closed) if self.gate.writes() || self.is_mending() => Ok(()),
            other => other,
        }
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
                let line = fix::written(&path, fixed);
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
            terminal::complain(
                self.common,
                &inputs::nothing_matched(&self.args.files.paths, hint),
            );
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Condvar, Mutex};

    const THREADS: usize = 2;
    const FILES: usize = 4_000;

    /// The first entry that may not be begun before the first batch has been shown, but for one.
    fn bound() -> usize {
        let at_once = at_a_time(FILES, THREADS);
        at_once + at_once * THREADS * AHEAD
    }

    /// A run over files of which the first is not done before the other worker has come as far as it may.
    #[derive(Default)]
    struct Slow {
        /// How many files have been begun.
        begun: Mutex<usize>,
        more: Condvar,
        shown: AtomicUsize,
        /// A file was begun too far ahead of what had been shown.
        too_far: AtomicBool,
        panics: bool,
    }

    impl Slow {
        fn examine(&self, number: usize, way: &mut dyn Sink) -> bool {
            if number == 0 {
                self.wait();
                assert!(!self.panics, "it goes wrong");
            } else {
                let shown = self.shown.load(Relaxed);
                self.too_far.fetch_or(number >= shown + bound(), Relaxed);
                *self.begun.lock().unwrap() += 1;
                self.more.notify_all();
            }
            way.hand(FileEvent::Skipped(
                PathBuf::from(number.to_string()),
                String::new(),
            ))
        }

        /// Until the others have begun all that they may, and have had every chance to begin one more.
        fn wait(&self) {
            let may = bound() - at_a_time(FILES, THREADS);
            let begun = self.begun.lock().unwrap();
            drop(self.more.wait_while(begun, |begun| *begun < may).unwrap());
            (0..1_000).for_each(|_| thread::yield_now());
        }

        fn run(&self, mut show: impl FnMut(usize) -> Result<(), OutputError>) -> Result<(), OutputError> {
            let files: Vec<usize> = (0..FILES).collect();
            let worker = || |number: &usize, way: &mut dyn Sink| self.examine(*number, way);
            in_order(&files, THREADS, worker, |examined| match examined {
                FileEvent::Skipped(path, _) => {
                    self.shown.fetch_add(1, Relaxed);
                    show(path.to_str().unwrap().parse().unwrap())
                }
                _ => panic!("nobody has said that"),
            })
        }
    }

    #[test]
    fn nobody_runs_far_ahead_of_a_slow_file() {
        let (slow, mut shown) = (Slow::default(), Vec::new());
        let outcome = slow.run(|number| {
            shown.push(number);
            Ok(())
        });
        assert!(outcome.is_ok());
        assert!(shown.into_iter().eq(0..FILES));
        assert!(!slow.too_far.into_inner());
    }

    #[test]
    fn whoever_is_far_ahead_goes_home_with_the_reader() {
        let slow = Slow::default();
        assert!(matches!(
            slow.run(|_| Err(OutputError::Closed)),
            Err(OutputError::Closed)
        ));
        // The rest of the first batch, and nothing after those that were begun already.
        assert_eq!(slow.begun.into_inner().unwrap() + 1, bound());
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn whoever_is_far_ahead_does_not_wait_for_one_who_panics() {
        let slow = Slow {
            panics: true,
            ..Slow::default()
        };
        let _ = slow.run(|_| Ok(()));
    }
}
