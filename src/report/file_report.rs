//! A file and its findings, as formats show them.

use std::borrow::Cow;
use std::path::Path;

use crate::finding::{Finding, sort};
use crate::grouping::pair;
use crate::predict::{Verdict, verdict};
use crate::sanitize;
use crate::source::{Lines, Source};
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
    /// The name and the number (from 0) of the request, if the file has several.
    pub request: Option<(String, usize)>,
    /// The id of its endpoint, if known.
    pub endpoint: Option<String>,
    /// The extent to which the API is predicted to refuse the file, independent of suppressed findings.
    pub verdict: Verdict,
    /// The number of threads that may count its lines.
    pub(super) threads: Threads,
    /// The shared line positions, if it is reported in several parts.
    pub(super) lines: Option<&'a Lines>,
}

impl<'a> FileReport<'a> {
    /// Creates the report of a file from findings in any order. A missing property is joined with the unknown name in
    /// its place.
    pub fn new(path: &Path, text: &'a [u8], findings: Vec<Finding>, records: u32) -> Self {
        Self::with_lines(path, (text, None), findings, records)
    }

    /// Creates the report of one of several requests in a file; `number` counts the checked requests, from 0.
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

    /// Returns the name of the request, if the file has several.
    pub(crate) fn request_name(&self) -> Option<&str> {
        let name = self.request.as_ref().map(|(name, _)| name.as_str());
        name.filter(|name| !name.is_empty())
    }

    /// Sets the endpoint, and the verdict on all findings, if some are suppressed.
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

    /// Returns the text as a source with a name.
    pub(crate) fn source<'n>(&self, name: &'n str) -> Source<'n>
    where
        'a: 'n,
    {
        Source::new(name, self.text)
            .with_threads(self.threads)
            .with_lines(self.lines)
    }
}

/// Returns a path without `./`, which a walk of the working directory adds.
pub(super) fn shown(path: &Path) -> String {
    let name = sanitize::plain_path(path);
    match name.strip_prefix("./") {
        Some(rest) => rest.to_owned(),
        None => name,
    }
}
