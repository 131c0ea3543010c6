//! Reports: formats findings as text for people, or as JSON, XML and CI commands for machines.
//!
//! A [`Report`] is a pure function of a file and its findings, so workers can render and one [`Output`] can print in
//! order. All text from files passes through [`sanitize`].

pub mod chunks;
pub(crate) mod common;
mod diagnostic_text;
pub mod diff;
mod file_report;
pub mod formats;
mod full_report_parts;
pub mod labels;
mod markdown;
pub mod output;
pub mod progress;
pub mod relative_to;
mod source_lines;
pub mod statistics;
pub mod style;
pub mod summary;
pub mod wrap;
mod xml;

pub use crate::io::AtomicFile;
pub use crate::sanitize;
pub use crate::source::{Lines, Position, Source};
pub use chunks::Chunks;
pub use file_report::FileReport;
pub use formats::Format;
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

/// A format of reports.
///
/// A document is `open`, then the output of `write` for each file with `between` between them, then `close`.
pub trait Report: Send + Sync {
    /// Writes the findings of one file. Pure, so that it can run on any thread. Writes nothing if there is nothing to
    /// show.
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>);

    /// Returns the same output as one string.
    fn render(&self, file: &FileReport<'_>) -> String {
        let mut keep = |_: &mut String| true;
        let mut whole = Chunks::new(&mut keep);
        self.write(file, &mut whole);
        whole.rest()
    }

    /// Returns the stage that processes the chunks, file by file in order. `None` if the chunks need no processing.
    /// Called once per document.
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

/// The last step of a report, if it depends on earlier output: it omits repetitions, or limits the output.
///
/// [`Report::write`] runs on any thread and sees only one file; a stage gets the files in order.
pub trait Stage: Send {
    /// Returns the output for a chunk.
    fn piece(&mut self, piece: &str) -> String;

    /// Returns the output after the last file.
    fn end(&mut self) -> String;
}
