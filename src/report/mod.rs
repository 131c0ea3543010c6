//! Reports: formats findings as text for people, or as JSON, XML and CI commands for machines.
//!
//! A [`Report`] is a pure function of a file and its findings, so workers can render and one [`Output`] can print in
//! order. Everything that comes from a file passes through [`sanitize`] on its way.

mod cards;
pub mod chunks;
pub(crate) mod common;
pub mod diff;
pub mod format;
pub mod formats;
mod grouped;
pub mod labels;
mod markdown;
pub mod output;
pub mod progress;
pub mod relative_to;
pub mod statistics;
pub mod style;
pub mod summary;
mod window;
pub mod wrap;
mod xml;

use std::borrow::Cow;
use std::path::Path;

pub use crate::io::AtomicFile;
pub use crate::sanitize;
pub use crate::source::{Lines, Position, Source};
pub use chunks::Chunks;
pub use format::Format;
pub use formats::checkstyle::Checkstyle;
pub use formats::concise::Concise;
pub use formats::full::Full;
pub use formats::github::GitHub;
pub use formats::gitlab::GitLab;
pub use formats::json::Json;
pub use formats::jsonl::JsonLines;
pub use formats::junit::JUnit;
pub use formats::rdjson::RdJson;
pub use formats::sarif::Sarif;
pub use formats::table::Table;
pub use output::{Output, OutputError};
pub use progress::Progress;
pub use relative_to::RelativeTo;
pub use statistics::Statistics;
pub use style::{ColorChoice, Env, Look, Palette};
pub use summary::{CheckedFile, Problem, Summary};

use crate::diagnostics::pair;
use crate::finding::{Finding, sort};
use crate::predict::{Verdict, verdict};
use crate::threads::Threads;

/// A file that has been checked.
#[derive(Debug, Clone)]
pub struct FileReport<'a> {
    /// The name as the user wrote it, with `/` as the separator; not yet escaped.
    pub name: String,
    /// The bytes.
    pub text: &'a [u8],
    /// The findings, in the order in which they are shown.
    pub findings: Cow<'a, [Finding]>,
    /// The number of records.
    pub records: u32,
    /// The name of the request in the file that this is about, and its number, from 0; empty, or `None`,
    /// where the file is the request.
    pub request: Option<(String, usize)>,
    /// Id of its endpoint, where that is known.
    pub endpoint: Option<String>,
    /// The extent to which the API is predicted to refuse the file, independent of which findings are shown.
    pub verdict: Verdict,
    /// The number of threads that may count its lines.
    threads: Threads,
    /// What is known of its lines, where it is reported in several parts.
    lines: Option<&'a Lines>,
}

impl<'a> FileReport<'a> {
    /// A file and what is to be shown of it, in any order. A missing property and the unknown name that stands for it
    /// become one finding here.
    pub fn new(path: &Path, text: &'a [u8], findings: Vec<Finding>, records: u32) -> Self {
        Self::with_lines(path, (text, None), findings, records)
    }

    /// One request of several in a file; `number` counts those that are checked, from 0.
    pub fn of_request(
        path: &Path,
        (text, lines): (&'a [u8], &'a Lines),
        (name, number): (&str, usize),
        findings: Vec<Finding>,
        records: u32,
    ) -> Self {
        Self {
            request: Some((name.to_owned(), number)),
            ..Self::with_lines(path, (text, Some(lines)), findings, records)
        }
    }

    fn with_lines(
        path: &Path,
        (text, lines): (&'a [u8], Option<&'a Lines>),
        mut findings: Vec<Finding>,
        records: u32,
    ) -> Self {
        sort(&mut findings);
        let verdict = verdict(&findings, &[], records);
        let source = Source::new("", text).with_lines(lines);
        let findings = pair(findings, |offset| source.position(offset));
        Self {
            name: shown(path),
            text,
            request: None,
            endpoint: None,
            verdict,
            findings: Cow::Owned(findings),
            records,
            threads: Threads::ONE,
            lines,
        }
    }

    /// The name of the request in the file that this is about.
    pub(crate) fn request_name(&self) -> Option<&str> {
        let name = self.request.as_ref().map(|(name, _)| name.as_str());
        name.filter(|name| !name.is_empty())
    }

    /// The same as a request to this endpoint, of which so much is refused; for findings of which some are not shown.
    #[must_use]
    pub fn with_verdict(self, endpoint: Option<&str>, verdict: Verdict) -> Self {
        Self {
            endpoint: endpoint.map(str::to_owned),
            verdict,
            ..self
        }
    }

    /// Allows this many threads to count lines if the text is long.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Returns the text under a name.
    pub(crate) fn source<'n>(&self, name: &'n str) -> Source<'n>
    where
        'a: 'n,
    {
        Source::new(name, self.text)
            .with_threads(self.threads)
            .with_lines(self.lines)
    }
}

/// A format of reports.
///
/// A document is `open`, then the output of `write` for each file with `between` between them, then `close`.
pub trait Report: Send + Sync {
    /// Writes the findings of one file. Pure, so that it can run on any thread. Writes nothing if there is nothing to
    /// show.
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>);

    /// Returns the same as one text.
    fn render(&self, file: &FileReport<'_>) -> String {
        let mut keep = |_: &mut String| true;
        let mut whole = Chunks::new(&mut keep);
        self.write(file, &mut whole);
        whole.rest()
    }

    /// Returns the stage through which the chunks pass, file by file in order. `None` if they are the document as
    /// they are. Called once per document.
    fn stage(&self) -> Option<Box<dyn Stage>> {
        None
    }

    /// Returns the start of the document.
    fn open(&self) -> String {
        String::new()
    }

    /// Returns the text between two files.
    fn between(&self) -> &'static str {
        ""
    }

    /// Returns the end of the document. `empty` is true if nothing was written for any file.
    fn close(&self, _summary: &Summary, _empty: bool) -> String {
        String::new()
    }
}

/// The last step of a report that depends on its earlier output: it omits what has been shown, or cuts.
///
/// [`Report::write`] runs on any thread and sees only one file; a stage runs where the files come in order.
pub trait Stage: Send {
    /// Returns what to write for a chunk now.
    fn piece(&mut self, piece: &str) -> String;

    /// Returns what to write after the last file.
    fn end(&mut self) -> String;
}

/// Returns a path without the `./` that a walk of the working directory puts before it.
fn shown(path: &Path) -> String {
    let name = sanitize::plain_path(path);
    match name.strip_prefix("./") {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}
