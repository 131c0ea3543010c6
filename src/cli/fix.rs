//! `check --fix` and `check --diff`: what is fixed, and how it gets back to where it came from.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::args::Check;
use super::payload::Payload;
use super::suppression::FindingFilter;
use crate::fix::{self, Fixed, Seen, Tally};
use crate::input::read::explain;
use crate::report::{AtomicFile, Chunks, FileReport, Report, diff, labels, sanitize, style::Palette};
use crate::rules::Endpoint;
use crate::session::Session;

/// What becomes of fixed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// They are written.
    Write,
    /// What would change is shown.
    Show,
}

impl Purpose {
    /// What the arguments ask for; `None` if files are to stay as they are, unseen.
    pub const fn of(args: &Check) -> Option<Self> {
        match (args.fixing.diff, args.fixing.fix) {
            (true, _) => Some(Self::Show),
            (false, true) => Some(Self::Write),
            (false, false) => None,
        }
    }
}

/// Whether standard output is for the fixed document, and all else goes to standard error.
pub fn is_filter(args: &Check) -> bool {
    Purpose::of(args) == Some(Purpose::Write) && args.files.paths.iter().any(|path| is_stdin(path))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Sees to it that a fixed document has standard output to itself.
pub fn alone(args: &Check) -> Result<(), String> {
    if is_filter(args) && args.files.paths.len() > 1 {
        return Err("--fix writes what it reads from - to standard output: name no other path".to_owned());
    }
    Ok(())
}

/// What there is to tell of the fixing of one file, besides what is found in it.
pub enum Told {
    /// It was written, with so many findings fewer.
    Written(PathBuf, u64),
    /// It could not be written, and why.
    Refused(PathBuf, String),
    /// The document for standard output.
    Document(Vec<u8>),
    /// What would change.
    Diff(String),
}

/// `fixed a.json: 3 findings`.
pub fn written(path: &Path, fixed: u64) -> String {
    format!(
        "fixed {}: {}",
        sanitize::path(path),
        labels::count(fixed, "finding")
    )
}

/// Mends files in memory.
pub struct Fixer<'a> {
    pub purpose: Purpose,
    pub unsafe_too: bool,
    pub palette: Palette,
    pub filter: &'a FindingFilter<'a>,
}

impl<'a> Fixer<'a> {
    /// A file with all fixes applied; `None` if there are none, or if it is not a payload.
    pub fn fixed(&self, session: &Session<'a>, file: &Payload<'_>) -> Option<Fixed> {
        let Payload {
            path,
            named,
            standard,
            bytes,
            ..
        } = *file;
        let FindingFilter { known, project, .. } = *self.filter;
        let given = known.vouched(project, path, named, bytes);
        let endpoint = given.or_else(|| session.recognized(bytes, standard))?;
        let mut check = |bytes: &[u8]| {
            let findings = session.look(bytes, endpoint).findings;
            let all = Tally::of(&findings);
            Seen::new(all, self.filter.apply(path, findings).0)
        };
        let after = fix::fix_all(bytes, self.unsafe_too, &mut check)?;
        let left = session.look(&after.bytes, endpoint).findings;
        if left.iter().any(|finding| finding.rule == "wrong-root") {
            // What is no list of records may be anything.
            return None;
        }
        let same = |other: &Endpoint| std::ptr::eq(endpoint, other);
        (given.is_some() || session.recognized(&after.bytes, standard).is_some_and(same)).then_some(after)
    }

    /// Shows what would change, or writes it; the message says why it cannot.
    pub fn settle(&self, file: &Payload<'_>, after: &Fixed) -> Result<Told, String> {
        let (path, before) = (file.path, file.bytes);
        match self.purpose {
            Purpose::Show => {
                let name = FileReport::new(path, b"", Vec::new(), 0).name;
                let text = String::from_utf8_lossy(before);
                let after = String::from_utf8_lossy(&after.bytes);
                Ok(Told::Diff(diff::unified(&name, &text, &after, self.palette)))
            }
            Purpose::Write if file.stdin => Ok(Told::Document(after.bytes.clone())),
            Purpose::Write => {
                replace(path, before, &after.bytes).map(|()| Told::Written(path.to_path_buf(), after.fixed))
            }
        }
    }
}

/// Puts new bytes in the place of a file's old ones, if it still holds these.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), String> {
    let told = |error: &std::io::Error| format!("not fixed: {}", explain(error));
    let there = fs::metadata(path).map_err(|error| told(&error))?;
    if !there.is_file() {
        return Err(told(&ErrorKind::InvalidInput.into()));
    }
    if has_other_names(&there) {
        return Err("not fixed: it is hard-linked, and its other names would keep the old text".to_owned());
    }
    let mut file = AtomicFile::create(path).map_err(|error| told(&error))?;
    if !file.keeps_owner() {
        return Err("not fixed: it belongs to somebody else, and would become yours".to_owned());
    }
    match file.write_all(after).and_then(|()| file.commit_over(before)) {
        Ok(true) => Ok(()),
        Ok(false) => Err("not fixed: it was changed by someone else in the meantime".to_owned()),
        Err(error) => Err(told(&error)),
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

/// The document of a run that only shows what would change: differences, and nothing around them.
pub struct Differences;

impl Report for Differences {
    fn write(&self, _file: &FileReport<'_>, _out: &mut Chunks<'_>) {}
}
