//! `check --fix` and `check --diff`: fixes files in memory, and writes or shows the result.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::args::Check;
use super::payload::Payload;
use super::requests::Requests;
use super::suppression::FindingFilter;
use crate::fix::{self, CheckResult, Fixed, Tally};
use crate::input::read::explain;
use crate::report::{AtomicFile, Chunks, FileReport, Report, diff, labels, sanitize, style::Palette};
use crate::rules::Endpoint;
use crate::session::Session;

/// The use of fixed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// They are written.
    Write,
    /// The changes are shown.
    Show,
}

impl Purpose {
    /// Returns the requested fixes. `None` if nothing is fixed.
    pub const fn of(args: &Check) -> Option<Self> {
        match (args.fixing.diff, args.fixing.fix) {
            (true, _) => Some(Self::Show),
            (false, true) => Some(Self::Write),
            (false, false) => None,
        }
    }
}

/// Returns true if the fixed document is written to standard output, and everything else to standard error.
pub fn is_filter(args: &Check) -> bool {
    Purpose::of(args) == Some(Purpose::Write) && args.files.paths.iter().any(|path| is_stdin(path))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Checks that nothing else is written to standard output with the fixed document.
pub fn check_stdout_is_free(args: &Check) -> Result<(), String> {
    if is_filter(args) && args.files.paths.len() > 1 {
        return Err("--fix with `-` writes to standard output; it takes no other path".to_owned());
    }
    Ok(())
}

/// The outcome of fixing one file, besides its findings.
pub enum FixOutcome {
    /// The file was written; with the number of findings that were fixed.
    Written(PathBuf, u64),
    /// The file could not be written, with the reason.
    Refused(PathBuf, String),
    /// The document for standard output.
    Document(Vec<u8>),
    /// The changes.
    Diff(String),
}

/// Formats `fixed a.json: 3 findings`.
pub fn written(path: &Path, fixed: u64) -> String {
    format!(
        "fixed {}: {}",
        sanitize::path(path),
        labels::count(fixed, "finding")
    )
}

/// Fixes files in memory.
pub struct Fixer<'a> {
    pub purpose: Purpose,
    pub unsafe_too: bool,
    pub palette: Palette,
    pub filter: &'a FindingFilter<'a>,
    /// Reads containers of requests. If `None`, containers are not fixed.
    pub requests: Option<&'a Requests<'a>>,
}

impl<'a> Fixer<'a> {
    /// Returns a file with all fixes applied. `None` if there are none, or if it is not a payload.
    pub fn fixed(&self, session: &Session<'a>, file: &Payload<'_>) -> Option<Fixed> {
        let Payload {
            path,
            named,
            standard,
            bytes,
            ..
        } = *file;
        let FindingFilter { known, project, .. } = *self.filter;
        if let Some((_, container)) = Requests::container(path, bytes) {
            container.ok()?;
            let requests = self.requests?;
            let mut check = |bytes: &[u8]| {
                let findings = requests.look(path, bytes, session);
                let all = Tally::of(&findings);
                CheckResult::new(all, self.filter.apply(path, findings).0)
            };
            return fix::fix_all(bytes, self.unsafe_too, &mut check);
        }
        let explicit = known.explicit_endpoint(project, path, named, bytes);
        let endpoint = explicit.or_else(|| session.recognized(bytes, standard))?;
        let mut check = |bytes: &[u8]| {
            let findings = session.check_version(bytes, endpoint).findings;
            let all = Tally::of(&findings);
            CheckResult::new(all, self.filter.apply(path, findings).0)
        };
        let after = fix::fix_all(bytes, self.unsafe_too, &mut check)?;
        let left = session.check_version(&after.bytes, endpoint).findings;
        if left.iter().any(|finding| finding.rule == "wrong-root") {
            // A file that is not an array of records may not be a payload.
            return None;
        }
        let same = |other: &Endpoint| std::ptr::eq(endpoint, other);
        (explicit.is_some() || session.recognized(&after.bytes, standard).is_some_and(same)).then_some(after)
    }

    /// Shows the changes, or writes the file. The error is the reason why it cannot be written.
    pub fn settle(&self, file: &Payload<'_>, after: &Fixed) -> Result<FixOutcome, String> {
        let (path, before) = (file.path, file.bytes);
        match self.purpose {
            Purpose::Show => {
                let name = FileReport::new(path, b"", Vec::new(), 0).name;
                let text = String::from_utf8_lossy(before);
                let after = String::from_utf8_lossy(&after.bytes);
                Ok(FixOutcome::Diff(diff::unified(
                    &name,
                    &text,
                    &after,
                    self.palette,
                )))
            }
            Purpose::Write if file.stdin => Ok(FixOutcome::Document(after.bytes.clone())),
            Purpose::Write => replace(path, before, &after.bytes)
                .map(|()| FixOutcome::Written(path.to_path_buf(), after.fixed)),
        }
    }
}

/// Replaces the content of a file, if it has not changed since it was read.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), String> {
    let not_fixed = |error: &std::io::Error| format!("not fixed: {}", explain(error));
    let metadata = fs::metadata(path).map_err(|error| not_fixed(&error))?;
    if !metadata.is_file() {
        return Err(not_fixed(&ErrorKind::InvalidInput.into()));
    }
    if has_other_names(&metadata) {
        return Err("not fixed: it is hard-linked, and its other names would keep the old text".to_owned());
    }
    let mut file = AtomicFile::create(path).map_err(|error| not_fixed(&error))?;
    if !file.keeps_owner() {
        return Err("not fixed: it belongs to another user, and would become yours".to_owned());
    }
    match file.write_all(after).and_then(|()| file.commit_over(before)) {
        Ok(true) => Ok(()),
        Ok(false) => Err("not fixed: it has changed in the meantime".to_owned()),
        Err(error) => Err(not_fixed(&error)),
    }
}

#[cfg(unix)]
fn has_other_names(there: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(there) > 1
}

#[cfg(not(unix))]
fn has_other_names(_there: &fs::Metadata) -> bool {
    false
}

/// The document of a run that only shows changes: diffs and nothing else.
pub struct Differences;

impl Report for Differences {
    fn write(&self, _file: &FileReport<'_>, _out: &mut Chunks<'_>) {}
}
