//! Findings become text: for people in full, a line each or as a table; for machines as JSON, XML and CI commands.
//!
//! A [`Report`] is a pure function of a file and its findings, so workers can render and one [`Output`] can
//! print in order. Everything that comes from a file passes through [`sanitize`] on its way.

mod cards;
pub mod chunks;
mod common;
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
    /// Its name as the user gave it, with `/` between its parts; not yet escaped.
    pub name: String,
    /// Its bytes.
    pub text: &'a [u8],
    /// What was found, in the order it is shown in.
    pub findings: Cow<'a, [Finding]>,
    /// How many records it has.
    pub records: u32,
    /// The name of the request in the file that this is about, and its number, from 0; `None` where the file is the request.
    pub request: Option<(String, usize)>,
    /// Id of its endpoint, where that is known.
    pub endpoint: Option<String>,
    /// How far the API is predicted to refuse it, whatever of the findings is shown.
    pub verdict: Verdict,
    /// How many threads may count its lines.
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
        self.request.as_ref().map(|(name, _)| name.as_str())
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

    /// Lets so many threads count lines where the text is long.
    #[must_use]
    pub fn with_threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// The text under a name.
    pub(crate) fn source<'n>(&self, name: &'n str) -> Source<'n>
    where
        'a: 'n,
    {
        Source::new(name, self.text)
            .with_threads(self.threads)
            .with_lines(self.lines)
    }
}

/// A format: how findings are written down.
///
/// A document is `open`, then what `write` makes of the files with `between` between them, then `close`.
pub trait Report: Send + Sync {
    /// The findings of one file. Pure, so that it may run on any thread; nothing where there is nothing to write.
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>);

    /// The same as one text.
    fn render(&self, file: &FileReport<'_>) -> String {
        let mut keep = |_: &mut String| true;
        let mut whole = Chunks::new(&mut keep);
        self.write(file, &mut whole);
        whole.rest()
    }

    /// What the pieces go through on their way out, file by file in order; `None` where they are the document as they
    /// stand. Called once a document.
    fn stage(&self) -> Option<Box<dyn Stage>> {
        None
    }

    /// What the document begins with.
    fn open(&self) -> String {
        String::new()
    }

    /// What stands between two files.
    fn between(&self) -> &'static str {
        ""
    }

    /// What the document ends with; `empty` if there was nothing to write of any file.
    fn close(&self, _summary: &Summary, _empty: bool) -> String {
        String::new()
    }
}

/// The last step of a report that depends on what it has said before: what it does not say again, or cuts.
///
/// [`Report::write`] runs on any thread, and knows of one file alone; this runs where the files come in order.
pub trait Stage: Send {
    /// What to write of a piece now.
    fn piece(&mut self, piece: &str) -> String;

    /// What to write once all files are through.
    fn end(&mut self) -> String;
}

/// A path as people write it: without the `./` that walking the working directory puts before it.
fn shown(path: &Path) -> String {
    let name = sanitize::plain_path(path);
    match name.strip_prefix("./") {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}
