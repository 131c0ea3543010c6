//! Checks one file: reads, fixes if requested, checks, filters and renders it, and sends the results as events.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::args::Check;
use super::expected::Expected;
use super::fix::{FixOutcome, Fixer, Purpose};
use super::payload::{Kind, Payload};
use super::requests::{Part, Requests, by_part};
use super::suppression::FindingFilter;
use crate::containers::{Container, ContainerKind};
use crate::finding::{Finding, Span};
use crate::fix;
use crate::input::{Entry, Reader};
use crate::lint::Checked;
use crate::ordered::Sink;
use crate::predict::verdict;
use crate::recognize::Standard;
use crate::report::{Chunks, FileReport, Lines, Report, Statistics, Summary};
use crate::session::Session;
use crate::suppress::Ledger;
use crate::threads::Threads;

/// The number of bytes of a report that a thread buffers before it waits until the file is next in order.
const LARGEST_KEPT: usize = 8 << 20;

/// An event of an entry. The events of one entry have this order.
pub enum FileEvent {
    /// It was fixed, or could not be fixed; its check follows.
    Fixed(FixOutcome),
    /// The name of a request in it, its endpoint (`None`: not JSON), and its number of records. Sent with `--verbose`.
    Recognized(PathBuf, Option<String>, Option<String>, u32),
    /// A request in it that is skipped, with the reason. Sent with `--verbose`.
    NotChecked(PathBuf, String, String),
    /// It was checked; the reports follow.
    Counted(Counts),
    /// A part of one report, by the number of the report. More parts follow.
    Piece(usize, String),
    /// Each report of one of several requests in a file, or its rest. More of the file follows.
    Part(Vec<String>, Option<Counts>),
    /// Each report, or its rest; the counts, unless they were sent before.
    Checked(Vec<String>, Option<Counts>),
    /// Not a payload, with the reason; reported with `--verbose`.
    Skipped(PathBuf, Cow<'static, str>),
    /// Not a payload, with the reason; reported unless `--quiet`.
    Unclear(PathBuf, String),
    /// Could not be checked, with the reason.
    Problem(PathBuf, String),
}

/// The totals of an entry.
pub struct Counts {
    pub summary: Summary,
    pub statistics: Statistics,
    pub ledger: Ledger,
}

/// Checks files one after another. Each thread has one.
pub struct FileChecker<'a> {
    pub args: &'a Check,
    pub filter: &'a FindingFilter<'a>,
    pub expected: &'a Expected<'a>,
    pub fixer: Option<Fixer<'a>>,
    pub reports: &'a [Box<dyn Report>],
    pub requests: &'a Requests<'a>,
    pub session: Session<'a>,
}

impl FileChecker<'_> {
    /// Reads and checks an entry. Returns false once the sink accepts nothing more.
    pub fn entry(&mut self, entry: &Entry, reader: &mut Reader, sink: &mut dyn Sink<FileEvent>) -> bool {
        let args = self.args;
        let file = match Payload::read(entry, &args.files, args.skip_unrecognized, reader) {
            Ok(file) => file,
            Err((path, message)) => return sink.send(FileEvent::Problem(path.to_path_buf(), message)),
        };
        let Some(fixer) = &self.fixer else {
            return self.check(file, None, sink);
        };
        let Some(fixed) = fixer.fixed(&self.session, &file) else {
            // Standard output always gets a document.
            let back = file.stdin && fixer.purpose == Purpose::Write;
            return (!back || sink.send(FileEvent::Fixed(FixOutcome::Document(file.bytes.to_vec()))))
                && self.check(file, None, sink);
        };
        let settled = fixer.settle(&file, &fixed);
        let count = settled.is_ok().then_some(fixed.fixed);
        let (bytes, outcome) = match settled {
            Ok(outcome) if fixer.purpose == Purpose::Write => (fixed.bytes.as_slice(), outcome),
            Ok(outcome) => (file.bytes, outcome),
            Err(message) => (file.bytes, FixOutcome::Refused(file.path.to_path_buf(), message)),
        };
        sink.send(FileEvent::Fixed(outcome)) && self.check(Payload { bytes, ..file }, count, sink)
    }

    /// Checks a file. `fixed` is the number of fixed findings, if the file was fixed.
    fn check(&mut self, file: Payload<'_>, fixed: Option<u64>, sink: &mut dyn Sink<FileEvent>) -> bool {
        if let Some((format, container)) = Requests::container(file.path, file.bytes) {
            return self.container(file, format, container, fixed, sink);
        }
        let FindingFilter { known, project, .. } = *self.filter;
        let path = file.path.to_path_buf();
        sink.send(
            match file.check(known, project, self.expected, &mut self.session, false) {
                Kind::Request(request) => {
                    let id = Some(&*request.endpoint.id);
                    let recognized = || {
                        let id = request.endpoint.id.to_string();
                        FileEvent::Recognized(path, None, Some(id), request.checked.records)
                    };
                    return (!self.args.verbose || sink.send(recognized()))
                        && self.checked((file.path, file.bytes), id, fixed, request.checked, true, sink);
                }
                Kind::NotJson(finding) => {
                    let goes_on = !self.args.verbose || sink.send(FileEvent::Recognized(path, None, None, 0));
                    return goes_on
                        && self.checked(
                            (file.path, file.bytes),
                            None,
                            fixed,
                            Checked::not_json(*finding),
                            true,
                            sink,
                        );
                }
                Kind::Unclear(reason) => FileEvent::Unclear(path, reason),
                Kind::Skipped(reason) => FileEvent::Skipped(path, reason),
                Kind::Problem(message) => FileEvent::Problem(path, message),
            },
        )
    }

    /// Checks the requests in a container, and reports each separately.
    fn container(
        &mut self,
        file: Payload<'_>,
        format: ContainerKind,
        container: Result<Container, String>,
        fixed: Option<u64>,
        sink: &mut dyn Sink<FileEvent>,
    ) -> bool {
        let path = || file.path.to_path_buf();
        let found = file.standard == Standard::Found;
        let container = match container {
            Ok(container) => container,
            Err(why) => {
                let message = format!("{} that cannot be read: {why}", format.name());
                return sink.send(if found {
                    FileEvent::Unclear(path(), message)
                } else {
                    FileEvent::Problem(path(), message)
                });
            }
        };
        let mut all = self
            .requests
            .check((&file, format), &container, &mut self.session, false);
        all.add_advice();
        let mut goes_on = true;
        if self.args.verbose {
            for Part { name, request, .. } in &all.checked {
                let (id, records) = (request.endpoint.id.to_string(), request.checked.records);
                goes_on &= sink.send(FileEvent::Recognized(
                    path(),
                    Some(name.clone()).filter(|name| !name.is_empty()),
                    Some(id),
                    records,
                ));
            }
            for (name, why) in all.skipped {
                goes_on &= sink.send(FileEvent::NotChecked(path(), name, why));
            }
        }
        if all.checked.is_empty() {
            let reason = format!("{} without a request to a known endpoint", format.name());
            return goes_on
                && sink.send(if found {
                    FileEvent::Skipped(path(), reason.into())
                } else {
                    FileEvent::Unclear(path(), reason)
                });
        }
        let (own, others): (Vec<Part<'_>>, Vec<Part<'_>>) =
            all.checked.into_iter().partition(|part| part.source.is_none());
        let mut left = own.len() + others.len();
        // Settings and baselines apply to the file as a whole.
        let spans: Vec<Span> = own.iter().map(|part| part.span).collect();
        let mut parts = Vec::new();
        let mut findings = Vec::new();
        for Part {
            name, mut request, ..
        } in own
        {
            let checked = &mut request.checked;
            let verdict = verdict(&checked.findings, &checked.implied, checked.records);
            findings.append(&mut checked.findings);
            parts.push((name, request, verdict));
        }
        let (findings, ledger) = self.filter.apply(file.path, findings);
        let lines = Lines::default();
        let mut ledger = Some(ledger);
        let mut fixed = fixed;
        let each = parts.into_iter().zip(by_part(findings, &spans)).enumerate();
        for (number, ((name, request, verdict), findings)) in each {
            let records = request.checked.records;
            let text = (file.bytes, &lines);
            let report = FileReport::of_request(file.path, text, (&name, number), findings, records)
                .with_verdict(Some(&request.endpoint.id), verdict);
            let ledger = ledger.take().unwrap_or_default();
            let summary = summary(request.checked, fixed.take());
            left -= 1;
            goes_on = goes_on && self.report(report, summary, ledger, left == 0, sink);
        }
        for Part { request, source, .. } in others {
            let Some((path, text)) = source else { continue };
            left -= 1;
            let (file, id) = ((&*path, text.as_bytes()), Some(&*request.endpoint.id));
            goes_on = goes_on && self.checked(file, id, None, request.checked, left == 0, sink);
        }
        goes_on
    }

    /// Filters the findings of a file, and reports them. `last`: no more of the file follows.
    fn checked(
        &self,
        (path, bytes): (&Path, &[u8]),
        endpoint: Option<&str>,
        fixed: Option<u64>,
        mut checked: Checked,
        last: bool,
        sink: &mut dyn Sink<FileEvent>,
    ) -> bool {
        // The verdict includes all findings, because suppression does not change the API's answer.
        let verdict = verdict(&checked.findings, &checked.implied, checked.records);
        let (findings, ledger) = self.filter.apply(path, std::mem::take(&mut checked.findings));
        let file = FileReport::new(path, bytes, findings, checked.records).with_verdict(endpoint, verdict);
        self.report(file, summary(checked, fixed), ledger, last, sink)
    }

    /// Counts the findings, and renders them. `last` is true if no more of the file follows.
    fn report(
        &self,
        file: FileReport<'_>,
        mut summary: Summary,
        ledger: Ledger,
        last: bool,
        sink: &mut dyn Sink<FileEvent>,
    ) -> bool {
        summary.suppressed += ledger.suppressed;
        summary.warnings += ledger.hidden_warnings;
        summary.advice += ledger.hidden_advice;
        let file = file.with_threads(Threads::of(self.args.jobs));
        summary.add(&file);
        if Purpose::of(self.args).is_some() && !self.args.fixing.unsafe_fixes {
            let needs_unsafe = |finding: &&Finding| fix::of(file.text, finding).is_some_and(|fix| !fix.safe);
            summary.unsafe_fixes = file.findings.iter().filter(needs_unsafe).count() as u64;
        }
        let statistics = if self.args.statistics {
            Statistics::of(&file)
        } else {
            Statistics::default()
        };
        let mut counts = Some(Counts {
            summary,
            statistics,
            ledger,
        });
        let mut rest = Vec::with_capacity(self.reports.len());
        for (number, report) in self.reports.iter().enumerate() {
            let mut taker = |text: &mut String| {
                if !sink.is_due(text.len() >= LARGEST_KEPT) {
                    return true;
                }
                // Counted before any output, so that the exit code includes this file even if the pipe is closed.
                counts
                    .take()
                    .is_none_or(|counts| sink.send(FileEvent::Counted(counts)))
                    && sink.send_part(FileEvent::Piece(number, std::mem::take(text)))
            };
            let mut chunks = Chunks::new(&mut taker);
            report.write(&file, &mut chunks);
            rest.push(chunks.rest());
        }
        sink.send(if last {
            FileEvent::Checked(rest, counts)
        } else {
            FileEvent::Part(rest, counts)
        })
    }
}

/// Returns the counts of a request in addition to its findings. `fixed` is the number of fixed findings, if its file
/// was fixed.
fn summary(checked: Checked, fixed: Option<u64>) -> Summary {
    Summary {
        open: checked.open,
        refused_if_new: checked.refused_if_new,
        fixed: fixed.unwrap_or(0),
        fixed_files: u64::from(fixed.is_some()),
        ..Summary::default()
    }
}
