//! The documents of a run: one on standard output, and one in each file that `--output` names.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::args::{Check, Common, Format, OutputTo};
use super::fix::{self, Differences, Purpose};
use super::suppression::FindingFilter;
use super::terminal;
use crate::input::normal;
use crate::input::{Entry, Identity, read};
use crate::json;
use crate::recognize::{Recognized, recognize};
use crate::report::style::Look;
use crate::report::{AtomicFile, Full, Output, OutputError, RelativeTo, Report, Summary, output, sanitize};
use crate::settings::FailOn;

/// The environment variables with the path of the checkout on GitHub and GitLab.
const CHECKOUTS: [&str; 2] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// Returns the reports of a run in the order of its documents; that of standard output comes first.
pub fn reports(args: &Check, format: Format, fail_on: FailOn, common: &Common) -> Vec<Box<dyn Report>> {
    let strict = fail_on == FailOn::Warning;
    if Purpose::of(args) == Some(Purpose::Show) {
        return vec![Box::new(Differences)];
    }
    let look = if fix::is_filter(args) {
        terminal::stderr_look(common)
    } else {
        terminal::stdout_look(common)
    };
    let first: Box<dyn Report> = if format == Format::Full {
        Box::new(Full::new(look).with_most(args.max_findings))
    } else {
        format.report(look, strict)
    };
    let mut reports = vec![rooted(format, first)];
    let files = args.output.iter();
    reports.extend(files.map(|to| rooted(to.format, to.format.report(Look::PLAIN, strict))));
    reports
}

/// Makes the file names of a format for CI servers relative to the root of the checkout, if there is one.
fn rooted(format: Format, report: Box<dyn Report>) -> Box<dyn Report> {
    if !matches!(format, Format::Github | Format::Gitlab | Format::Sarif) {
        return report;
    }
    let checkout = CHECKOUTS
        .iter()
        .filter_map(env::var_os)
        .find(|root| !root.is_empty());
    let root = checkout.and_then(|root| {
        // The working directory has no links, so the root must not have any either. On Windows, a path without links
        // begins differently from other paths.
        if cfg!(windows) {
            Some(normal(Path::new(&root)))
        } else {
            fs::canonicalize(root).ok()
        }
    });
    match (root, env::current_dir()) {
        (Some(root), Ok(here)) => Box::new(RelativeTo::new(report, root, here)),
        _ => report,
    }
}

/// Checks that no document overwrites a payload or another file of the run. Returns the entries without documents of
/// earlier runs. Files are compared by identity, not by spelling.
pub fn without_outputs(
    args: &Check,
    filter: &FindingFilter<'_>,
    mut entries: Vec<Entry>,
) -> Result<Vec<Entry>, String> {
    let mut outputs: Vec<(Identity, &Path)> = Vec::new();
    for OutputTo { path, .. } in &args.output {
        // Any number of documents can be written to a file that is not regular.
        let Some(identity) = Identity::of(path) else {
            continue;
        };
        if outputs.iter().any(|(other, _)| *other == identity) {
            return Err(refused(path, "two --output options name this file"));
        }
        outputs.push((identity, path));
    }
    if outputs.is_empty() {
        return Ok(entries);
    }
    let output = |path: &Path| {
        let identity = Identity::of(path)?;
        outputs
            .iter()
            .find(|(other, _)| *other == identity)
            .map(|(_, path)| *path)
    };
    for (file, what) in other_files(filter) {
        if let Some(path) = output(&file) {
            return Err(refused(path, &format!("this is {what} of this run")));
        }
    }
    let mut wrong = None;
    entries.retain(|entry| {
        let Entry::File { path, named } = entry else {
            return true;
        };
        let Some(output) = output(path) else {
            return true;
        };
        if wrong.is_none() && (*named || is_payload(filter, path, true)) {
            wrong = Some(refused(output, "this file is checked in this run"));
        }
        false
    });
    for (identity, path) in &outputs {
        if wrong.is_none() && matches!(identity, Identity::There(_)) && is_payload(filter, path, false) {
            wrong = Some(refused(path, "this file is a payload, and would be lost"));
        }
    }
    wrong.map_or(Ok(entries), Err)
}

fn refused(path: &Path, why: &str) -> String {
    format!(
        "--output {}: {why}; name another file",
        sanitize::plain_path(path)
    )
}

/// Returns the files that a run reads or writes besides payloads and documents, each with its description.
fn other_files(filter: &FindingFilter<'_>) -> impl Iterator<Item = (PathBuf, &'static str)> {
    let FindingFilter { known, project, .. } = *filter;
    let settings = project.file().into_iter().map(|file| (file, "the settings file"));
    let baseline = filter.baseline().into_iter().map(|file| (file, "the baseline"));
    let read = known.files.iter().map(PathBuf::as_path);
    let read = read.map(|file| (file, "a rules file, the tenant file or one of its lists"));
    let ignored = project.ignore_files.keys().map(PathBuf::as_path);
    let ignored = ignored.map(|file| (file, "an ignore file"));
    let all = settings.chain(baseline).chain(read).chain(ignored);
    all.map(|(file, what)| (file.to_path_buf(), what))
}

/// Returns true if a file is a request by its names or, if it was `found` by the run, by the arguments and settings.
fn is_payload(filter: &FindingFilter<'_>, path: &Path, found: bool) -> bool {
    let Ok(bytes) = read::whole(path, read::LARGEST) else {
        return false;
    };
    let is_assigned = || {
        filter
            .known
            .assigned_endpoint(filter.project, path, false, &bytes)
            .is_some()
    };
    let recognized = recognize(&json::text(&bytes).0, &filter.known.rules.candidates());
    found && is_assigned() || matches!(recognized, Recognized::Request(_) | Recognized::OneOf(_))
}

/// The destinations of a run's documents. An error in one is reported, and the others continue.
pub struct Sinks<'a> {
    common: &'a Common,
    stdout: Result<Output<'a, Box<dyn Write>>, OutputError>,
    files: Vec<FileSink<'a>>,
    failed: bool,
}

struct FileSink<'a> {
    path: &'a Path,
    output: Option<Output<'a, AtomicFile>>,
}

impl<'a> Sinks<'a> {
    /// Opens a document for each report, in the order of [`reports`].
    pub fn open(reports: &'a [Box<dyn Report>], args: &'a Check, common: &'a Common) -> Option<Self> {
        let (first, rest) = reports.split_first()?;
        let stdout: Box<dyn Write> = if fix::is_filter(args) {
            Box::new(io::stderr().lock())
        } else {
            Box::new(io::stdout().lock())
        };
        let mut sinks = Self {
            common,
            stdout: Ok(Output::new(first.as_ref(), stdout)),
            files: Vec::new(),
            failed: false,
        };
        for (report, OutputTo { path, .. }) in rest.iter().zip(&args.output) {
            let output = AtomicFile::create(path).map(|file| Output::new(report.as_ref(), file));
            let output = output
                .map_err(|error| sinks.fail(path, &OutputError::Io(error)))
                .ok();
            sinks.files.push(FileSink { path, output });
        }
        Some(sinks)
    }

    /// Writes the output of the reports for one file, or its rest after [`Self::piece`]. Fails if all destinations
    /// have failed.
    pub fn rendered(&mut self, texts: &[String]) -> Result<(), OutputError> {
        for (document, text) in texts.iter().enumerate() {
            self.write(document, text, true);
        }
        self.outcome()
    }

    /// Writes a part of the output of one report for a file, by the report's number in [`reports`]. Fails in the same
    /// way.
    pub fn piece(&mut self, document: usize, text: &str) -> Result<(), OutputError> {
        self.write(document, text, false);
        self.outcome()
    }

    fn write(&mut self, document: usize, text: &str, last: bool) {
        let Some(file) = document.checked_sub(1) else {
            if let Ok(stdout) = &mut self.stdout
                && let Err(error) = written(stdout, text, last)
            {
                self.stdout = Err(error);
            }
            return;
        };
        if let Some(sink) = self.files.get_mut(file)
            && let Some(output) = &mut sink.output
            && let Err(error) = written(output, text, last)
        {
            sink.output = None;
            let path = sink.path;
            self.fail(path, &error);
        }
    }

    fn outcome(&mut self) -> Result<(), OutputError> {
        let alive = self.files.iter().any(|sink| sink.output.is_some());
        match &mut self.stdout {
            Err(error) if !alive => Err(std::mem::replace(error, OutputError::Closed)),
            _ => Ok(()),
        }
    }

    /// Ends every document, and writes `after` after the one on standard output. Returns true if any file failed.
    pub fn finish(mut self, summary: &Summary, after: &str) -> Result<bool, OutputError> {
        for sink in std::mem::take(&mut self.files) {
            let Some(output) = sink.output else { continue };
            let done = output
                .finish(summary)
                .and_then(|file| file.commit().map_err(OutputError::Io));
            if let Err(error) = done {
                self.fail(sink.path, &error);
            }
        }
        let failed = self.failed;
        match self.end(summary, after) {
            // A closed pipe is not an error; a missing file is one.
            Err(OutputError::Closed) if failed => Ok(true),
            other => other.map(|()| failed),
        }
    }

    /// Returns true if writing a file has failed.
    pub fn have_failed(&self) -> bool {
        self.failed
    }

    fn end(self, summary: &Summary, after: &str) -> Result<(), OutputError> {
        let mut stdout = self.stdout?.finish(summary)?;
        output::write(&mut stdout, after)
    }

    fn fail(&mut self, path: &Path, error: &OutputError) {
        self.failed = true;
        terminal::error(self.common, &format!("{}: {error}", sanitize::plain_path(path)));
    }
}

/// Writes a part of a document for a file. `last` is true if no more of this file follows.
fn written<W: Write>(output: &mut Output<'_, W>, text: &str, last: bool) -> Result<(), OutputError> {
    if last {
        output.rendered(text)
    } else {
        output.piece(text)
    }
}
