//! The totals of a run, and the sentence that says them.

use std::path::Path;
use std::time::Duration;

use super::labels::count;
use super::style::Palette;
use super::{FileReport, sanitize};
use crate::finding::Severity;

/// A file that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name as the user gave it, with `/` between its parts; not yet escaped.
    pub path: String,
    /// Why.
    pub message: String,
}

impl Problem {
    /// A file, and why it was not checked.
    pub fn new(path: &Path, message: &str) -> Self {
        Self {
            path: super::shown(path),
            message: message.to_owned(),
        }
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were checked.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Requests that the API is predicted to refuse.
    pub refused: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings, whether they are shown or not.
    pub warnings: u64,
    /// Findings of severity advice, whether they are shown or not.
    pub advice: u64,
    /// Findings that are gone because the file was mended, or would be.
    pub fixed: u64,
    /// Files that were mended, or would be.
    pub mended: u64,
    /// Findings that were found and not shown, as the user wished.
    pub suppressed: u64,
    /// Files that were not checked: no endpoint fits them, or they could not be read.
    pub skipped: u64,
    /// Checks that could not be made because they need facts of the tenant.
    pub undecided: u64,
    /// Files that could not be read or recognised, in the order of the files.
    pub problems: Vec<Problem>,
}

impl Summary {
    /// Counts a file that was checked.
    pub fn add(&mut self, file: &FileReport<'_>) {
        self.files += 1;
        self.records += u64::from(file.records);
        self.refused += u64::from(file.is_refused());
        for finding in file.findings.iter() {
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Advice => self.advice += 1,
            }
        }
    }

    /// Adds the counts of another.
    pub fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.records += other.records;
        self.refused += other.refused;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.advice += other.advice;
        self.fixed += other.fixed;
        self.mended += other.mended;
        self.suppressed += other.suppressed;
        self.skipped += other.skipped;
        self.undecided += other.undecided;
        self.problems.extend(other.problems);
    }

    /// The sentence for the end of a run:
    /// `12 files, 340 records: 3 predicted 400s (5 errors), 9 warnings, 2 skipped (0.12 s)`, and then how many
    /// checks could not be made, and where to read why.
    pub fn line(&self, elapsed: Option<Duration>, palette: Palette) -> String {
        let mut parts = Vec::new();
        if self.refused > 0 {
            let errors = count(self.errors, "error");
            parts.push(format!(
                "{} ({errors})",
                palette.error(count(self.refused, "predicted 400"))
            ));
        } else if self.errors > 0 {
            parts.push(palette.error(count(self.errors, "error")).to_string());
        }
        if self.warnings > 0 {
            parts.push(palette.warning(count(self.warnings, "warning")).to_string());
        }
        if parts.is_empty() {
            parts.push(self.calm(palette));
        }
        parts.extend((self.advice > 0).then(|| format!("{} advice", self.advice)));
        parts.extend((self.fixed > 0).then(|| palette.good(format!("{} fixed", self.fixed)).to_string()));
        parts.extend((self.suppressed > 0).then(|| format!("{} suppressed", self.suppressed)));
        parts.extend((self.skipped > 0).then(|| format!("{} skipped", self.skipped)));
        let time = elapsed.map(|time| palette.faint(format!(" ({})", seconds(time))).to_string());
        let undecided = match self.undecided {
            0 => String::new(),
            1 => ", 1 check needs tenant facts (geplint explain tenant)".to_owned(),
            more => format!(", {more} checks need tenant facts (geplint explain tenant)"),
        };
        let (files, records) = (count(self.files, "file"), count(self.records, "record"));
        format!(
            "{files}, {records}: {}{}{undecided}",
            parts.join(", "),
            time.unwrap_or_default()
        )
    }

    /// The sentence for the end of a run that only shows what would change:
    /// `12 files, 340 records: 3 findings would be fixed in 2 files (0.12 s)`.
    pub fn would(&self, elapsed: Option<Duration>, palette: Palette) -> String {
        let what = match (self.files, self.mended) {
            (0, _) => self.calm(palette),
            (_, 0) => "nothing to fix".to_owned(),
            (_, mended) => format!(
                "{} would be fixed in {}",
                palette.good(count(self.fixed, "finding")),
                count(mended, "file")
            ),
        };
        let skipped = if self.skipped > 0 {
            format!(", {} skipped", self.skipped)
        } else {
            String::new()
        };
        let time = elapsed.map(|time| palette.faint(format!(" ({})", seconds(time))).to_string());
        let (files, records) = (count(self.files, "file"), count(self.records, "record"));
        format!("{files}, {records}: {what}{skipped}{}", time.unwrap_or_default())
    }

    /// What to say where nothing was found: of no file at all, that is no praise.
    fn calm(&self, palette: Palette) -> String {
        if self.files == 0 {
            "nothing checked".to_owned()
        } else {
            palette.good("no problems found").to_string()
        }
    }
}

/// `error: payloads/a.json: permission denied`, for what could not be checked.
pub fn problem(path: &Path, message: &str, palette: Palette) -> String {
    format!(
        "{}: {}: {}",
        palette.error("error"),
        sanitize::path(path),
        sanitize::escape(message)
    )
}

/// `0.12 s`, `75 s`.
fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 10.0 {
        format!("{seconds:.2} s")
    } else {
        format!("{seconds:.0} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Palette = Palette { color: false };

    fn line(summary: &Summary) -> String {
        summary.line(Some(Duration::from_millis(123)), PLAIN)
    }

    #[test]
    fn everything_at_once() {
        let summary = Summary {
            files: 12,
            records: 340,
            refused: 3,
            errors: 5,
            warnings: 9,
            skipped: 2,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "12 files, 340 records: 3 predicted 400s (5 errors), 9 warnings, 2 skipped (0.12 s)"
        );
        let suppressed = Summary {
            suppressed: 4,
            ..summary
        };
        assert!(line(&suppressed).contains("9 warnings, 4 suppressed, 2 skipped"));
    }

    #[test]
    fn one_of_each() {
        let summary = Summary {
            files: 1,
            records: 1,
            refused: 1,
            errors: 1,
            warnings: 1,
            ..Summary::default()
        };
        assert_eq!(
            summary.line(None, PLAIN),
            "1 file, 1 record: 1 predicted 400 (1 error), 1 warning"
        );
    }

    #[test]
    fn nothing_wrong() {
        let clean = Summary {
            files: 2,
            records: 3,
            ..Summary::default()
        };
        assert_eq!(line(&clean), "2 files, 3 records: no problems found (0.12 s)");
        assert_eq!(
            line(&Summary::default()),
            "0 files, 0 records: nothing checked (0.12 s)"
        );
        let skipped = Summary {
            skipped: 1,
            ..Summary::default()
        };
        assert_eq!(
            skipped.line(None, PLAIN),
            "0 files, 0 records: nothing checked, 1 skipped"
        );
    }

    #[test]
    fn checks_that_could_not_be_made() {
        let summary = Summary {
            files: 1,
            records: 1,
            undecided: 12,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "1 file, 1 record: no problems found (0.12 s), 12 checks need tenant facts (geplint explain tenant)"
        );
        let one = Summary {
            undecided: 1,
            warnings: 2,
            ..summary
        };
        assert_eq!(
            one.line(None, PLAIN),
            "1 file, 1 record: 2 warnings, 1 check needs tenant facts (geplint explain tenant)"
        );
    }

    #[test]
    fn what_was_mended_or_would_be() {
        let summary = Summary {
            files: 2,
            records: 3,
            fixed: 3,
            mended: 1,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 files, 3 records: no problems found, 3 fixed (0.12 s)"
        );
        let left = Summary {
            warnings: 1,
            suppressed: 1,
            ..summary.clone()
        };
        assert_eq!(
            left.line(None, PLAIN),
            "2 files, 3 records: 1 warning, 3 fixed, 1 suppressed"
        );
        assert_eq!(
            summary.would(None, PLAIN),
            "2 files, 3 records: 3 findings would be fixed in 1 file"
        );
        let nothing = Summary {
            fixed: 0,
            mended: 0,
            skipped: 1,
            ..summary
        };
        assert_eq!(
            nothing.would(None, PLAIN),
            "2 files, 3 records: nothing to fix, 1 skipped"
        );
        assert_eq!(
            Summary::default().would(None, PLAIN),
            "0 files, 0 records: nothing checked"
        );
    }

    #[test]
    fn errors_that_the_api_never_sees() {
        let syntax = Summary {
            files: 1,
            errors: 2,
            ..Summary::default()
        };
        assert_eq!(syntax.line(None, PLAIN), "1 file, 0 records: 2 errors");
    }

    #[test]
    fn a_problem_names_its_path_harmlessly() {
        let text = problem(Path::new("a\u{1b}\n.json"), "permission denied", PLAIN);
        assert_eq!(text, "error: a\\u{1b}\\n.json: permission denied");
    }
}
