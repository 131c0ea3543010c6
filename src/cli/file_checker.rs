//! One file of `check`: read, fixed if asked for, checked, filtered and rendered; what came of it as events.

use std::path::PathBuf;

use super::args::Check;
use super::expected::Expected;
use super::fix::{Fixer, Purpose, Told};
use super::payload::{Kind, Payload};
use super::suppression::FindingFilter;
use crate::input::{Entry, Reader};
use crate::lint::Checked;
use crate::ordered::Sink;
use crate::predict::verdict;
use crate::report::{Chunks, FileReport, Report, Statistics, Summary};
use crate::session::Session;
use crate::suppress::Ledger;
use crate::threads::Threads;

/// Bytes of a file's report that a thread keeps before it waits for its turn.
const LARGEST_KEPT: usize = 8 << 20;

/// What came of an entry, in this order.
pub enum FileEvent {
    /// It was fixed, or could not be; how it is now follows.
    Fixed(Told),
    /// The endpoint that it is checked for, and its records; sent with `--verbose`.
    Recognized(PathBuf, String, u32),
    /// It was checked; the reports follow.
    Counted(Counts),
    /// A part of one report, by the report's number; more follows.
    Piece(usize, String),
    /// Each report, or the rest of it; the counts, unless they were sent before.
    Checked(Vec<String>, Option<Counts>),
    /// Not a payload, and why; reported with `--verbose`.
    Skipped(PathBuf, &'static str),
    /// Not a payload, and why; reported unless `--quiet`.
    PassedOver(PathBuf, String),
    /// It could not be checked, and why.
    Trouble(PathBuf, String),
}

/// Totals of an entry.
pub struct Counts {
    pub summary: Summary,
    pub statistics: Statistics,
    pub ledger: Ledger,
}

/// Checks files one after another; one a thread.
pub struct FileChecker<'a> {
    pub args: &'a Check,
    pub filter: &'a FindingFilter<'a>,
    pub expected: &'a Expected<'a>,
    pub fixer: Option<Fixer<'a>>,
    pub reports: &'a [Box<dyn Report>],
    pub session: Session<'a>,
}

impl FileChecker<'_> {
    /// Reads and checks an entry; `false` once the sink takes nothing more.
    pub fn entry(&mut self, entry: &Entry, reader: &mut Reader, sink: &mut dyn Sink<FileEvent>) -> bool {
        let args = self.args;
        let file = match Payload::read(entry, &args.files, args.skip_unrecognized, reader) {
            Ok(file) => file,
            Err((path, message)) => return sink.send(FileEvent::Trouble(path.to_path_buf(), message)),
        };
        let Some(fixer) = &self.fixer else {
            return self.check(file, None, sink);
        };
        let Some(fixed) = fixer.fixed(&self.session, &file) else {
            // Standard output gets a document in any case.
            let back = file.stdin && fixer.purpose == Purpose::Write;
            return (!back || sink.send(FileEvent::Fixed(Told::Document(file.bytes.to_vec()))))
                && self.check(file, None, sink);
        };
        let settled = fixer.settle(&file, &fixed);
        let count = settled.is_ok().then_some(fixed.fixed);
        let (bytes, told) = match settled {
            Ok(told) if fixer.purpose == Purpose::Write => (fixed.bytes.as_slice(), told),
            Ok(told) => (file.bytes, told),
            Err(message) => (file.bytes, Told::Refused(file.path.to_path_buf(), message)),
        };
        sink.send(FileEvent::Fixed(told)) && self.check(Payload { bytes, ..file }, count, sink)
    }

    /// `fixed`: how many findings are gone since the file was fixed, if it was.
    fn check(&mut self, file: Payload<'_>, fixed: Option<u64>, sink: &mut dyn Sink<FileEvent>) -> bool {
        let FindingFilter { known, project, .. } = *self.filter;
        let path = file.path.to_path_buf();
        sink.send(
            match file.check(known, project, self.expected, &mut self.session, false) {
                Kind::Request(request) => {
                    let id = Some(&*request.endpoint.id);
                    let recognized = || {
                        FileEvent::Recognized(path, request.endpoint.id.to_string(), request.checked.records)
                    };
                    return (!self.args.verbose || sink.send(recognized()))
                        && self.report(file, id, fixed, request.checked, sink);
                }
                Kind::NotJson(finding) => {
                    return self.report(file, None, fixed, Checked::not_json(*finding), sink);
                }
                Kind::PassedOver(reason) => FileEvent::PassedOver(path, reason),
                Kind::Skipped(reason) => FileEvent::Skipped(path, reason),
                Kind::Trouble(message) => FileEvent::Trouble(path, message),
            },
        )
    }

    /// Counts what was found and renders it.
    fn report(
        &self,
        file: Payload<'_>,
        endpoint: Option<&str>,
        fixed: Option<u64>,
        checked: Checked,
        sink: &mut dyn Sink<FileEvent>,
    ) -> bool {
        // The API knows nothing of what is not shown.
        let verdict = verdict(&checked.findings, &checked.implied, checked.records);
        let (findings, ledger) = self.filter.apply(file.path, checked.findings);
        let mut summary = Summary {
            open: checked.open,
            refused_if_new: checked.refused_if_new,
            suppressed: ledger.suppressed,
            warnings: ledger.hidden_warnings,
            advice: ledger.hidden_advice,
            fixed: fixed.unwrap_or(0),
            fixed_files: u64::from(fixed.is_some()),
            ..Summary::default()
        };
        let file = FileReport::new(file.path, file.bytes, findings, checked.records)
            .with_verdict(endpoint, verdict)
            .with_threads(Threads::of(self.args.jobs));
        summary.add(&file);
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
                // Counted before anything of it is shown: with a closed pipe the exit code covers this file, too.
                counts
                    .take()
                    .is_none_or(|counts| sink.send(FileEvent::Counted(counts)))
                    && sink.send_part(FileEvent::Piece(number, std::mem::take(text)))
            };
            let mut chunks = Chunks::new(&mut taker);
            report.write(&file, &mut chunks);
            rest.push(chunks.rest());
        }
        sink.send(FileEvent::Checked(rest, counts))
    }
}
