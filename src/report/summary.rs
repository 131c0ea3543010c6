//! The totals of a run, and the line that shows them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::file_report::{FileReport, shown};
use super::labels::{thousands, thousands_of};
use super::style::{Look, Palette};
use super::wrap;
use crate::finding::Severity;
use crate::lint::Needed;
use crate::sanitize;

/// A file that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The name as the user wrote it, with `/` as the separator; not yet escaped.
    pub path: String,
    /// The reason.
    pub message: String,
}

impl Problem {
    /// Returns a problem for a file, with the reason.
    pub fn new(path: &Path, message: &str) -> Self {
        Self {
            path: shown(path),
            message: message.to_owned(),
        }
    }
}

/// A file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedFile {
    /// The name as the user wrote it, with `/` as the separator; not yet escaped.
    pub path: String,
    /// The name of the request in it; `None` where the file is the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The id of the endpoint; `None` for a file that is not JSON and may be anything.
    pub endpoint: Option<String>,
    /// The number of its records.
    pub records: u32,
}

/// The totals of a run. The JSON report has some of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Files that were checked.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Errors.
    pub errors: u64,
    /// Warnings, shown or not.
    pub warnings: u64,
    /// Findings of severity advice, shown or not.
    pub advice: u64,
    /// Requests that the API is predicted to refuse, independent of which findings are shown.
    pub refused_files: u64,
    /// Records in them that are not accepted.
    pub refused_records: u64,
    /// Findings that were fixed, or would be.
    pub fixed: u64,
    /// Findings that were suppressed.
    pub suppressed: u64,
    /// Files that were not checked: no endpoint matches them, or they could not be read.
    pub skipped: u64,
    /// Requests in the files: a file is one, unless it is a collection of several.
    #[serde(skip)]
    pub requests: u64,
    /// Other files with errors that are not JSON, so that no response is predicted.
    #[serde(skip)]
    pub not_json: u64,
    /// Files that were fixed, or would be.
    #[serde(skip)]
    pub fixed_files: u64,
    /// Findings that only `--unsafe-fixes` would fix. Counted only where files are fixed.
    #[serde(skip)]
    pub unsafe_fixes: u64,
    /// Facts of the tenant that could still decide which records are accepted.
    #[serde(skip)]
    pub open: Needed,
    /// The number of records that lack a property which only a new contact needs, by the property's name.
    #[serde(skip)]
    pub refused_if_new: BTreeMap<String, u64>,
    /// The files that were checked, in order.
    #[serde(skip)]
    pub checked: Vec<CheckedFile>,
    /// Files that could not be read or recognized, in order.
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

impl Summary {
    /// Returns true if files were checked, and there are no errors, warnings or problems.
    pub fn is_clean(&self) -> bool {
        self.files > 0 && self.errors + self.warnings + self.suppressed == 0 && self.problems.is_empty()
    }

    /// Counts a file that was checked, or a request in it.
    pub fn add(&mut self, file: &FileReport<'_>) {
        let is_first = file.request.as_ref().is_none_or(|(_, number)| *number == 0);
        self.files += u64::from(is_first);
        self.requests += 1;
        self.records += u64::from(file.records);
        self.refused_files += u64::from(file.verdict.refused);
        self.refused_records += u64::from(file.verdict.records);
        let mut findings = file.findings.iter();
        let is_json = !findings.any(|one| one.severity == Severity::Error && one.makes_unreadable());
        self.not_json += u64::from(!file.verdict.refused && !is_json);
        self.checked.push(CheckedFile {
            path: file.name.clone(),
            endpoint: file.endpoint.clone(),
            request: file.request_name().map(str::to_owned),
            records: file.records,
        });
        for finding in file.findings.iter() {
            match finding.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Advice => self.advice += 1,
            }
        }
    }

    /// Adds other totals.
    pub fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.requests += other.requests;
        self.records += other.records;
        self.refused_files += other.refused_files;
        self.not_json += other.not_json;
        self.refused_records += other.refused_records;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.advice += other.advice;
        self.fixed += other.fixed;
        self.fixed_files += other.fixed_files;
        self.unsafe_fixes += other.unsafe_fixes;
        self.suppressed += other.suppressed;
        self.skipped += other.skipped;
        self.open = self.open.and(other.open);
        for (name, count) in other.refused_if_new {
            *self.refused_if_new.entry(name).or_default() += count;
        }
        self.checked.extend(other.checked);
        self.problems.extend(other.problems);
    }

    /// Returns the line at the end of a run: `26 of 33 files would be refused · 90 errors, 42 warnings, 812 advice ·
    /// 3 skipped (-v)`, and a line for each question that facts of the tenant could decide.
    ///
    /// `elapsed` is set for a verbose run, which has already listed the skipped files. The line shows the time then.
    pub fn line(&self, elapsed: Option<Duration>, look: Look) -> String {
        let palette = look.palette();
        let mut parts = Vec::new();
        let counts = self.counts(palette);
        // If all errors are suppressed, the user has accepted them.
        if self.refused_files > 0 && self.errors > 0 {
            parts.push(palette.error(self.refusals()).to_string());
            let are = if self.not_json == 1 { "is" } else { "are" };
            parts.extend((self.not_json > 0).then(|| format!("{} {are} not JSON", thousands(self.not_json))));
            parts.extend((!counts.is_empty()).then_some(counts));
        } else if self.errors + self.warnings > 0 {
            parts.push(format!("{}: {counts}", self.size()));
        } else {
            parts.push(format!("{}: {}", self.size(), self.without_findings(palette)));
            parts.extend((!counts.is_empty()).then_some(counts));
        }
        parts.extend((self.fixed > 0).then(|| {
            palette
                .good(format!("{} fixed", thousands(self.fixed)))
                .to_string()
        }));
        parts.extend(self.unsafe_part());
        parts.extend((self.suppressed > 0).then(|| format!("{} suppressed", thousands(self.suppressed))));
        parts.extend(self.skipped_part(elapsed));
        parts.extend(elapsed.map(|time| palette.faint(seconds(time)).to_string()));
        let mut lines = vec![parts.join(separator(look))];
        lines.extend(self.undecided_lines());
        lines.join("\n")
    }

    /// Returns the line at the end of a run that only shows changes:
    /// `12 files, 340 records: 3 findings would be fixed in 2 files`.
    pub fn diff_line(&self, elapsed: Option<Duration>, look: Look) -> String {
        let palette = look.palette();
        let what = match (self.files, self.fixed_files) {
            (0, _) => self.without_findings(palette),
            (_, 0) if self.unsafe_fixes > 0 => "nothing to fix safely".to_owned(),
            (_, 0) => "nothing to fix".to_owned(),
            (_, files) => format!(
                "{} would be fixed in {}",
                palette.good(thousands_of(self.fixed, "finding")),
                thousands_of(files, "file")
            ),
        };
        let mut parts = vec![format!("{}: {what}", self.size())];
        parts.extend(self.unsafe_part());
        parts.extend(self.skipped_part(elapsed));
        parts.extend(elapsed.map(|time| palette.faint(seconds(time)).to_string()));
        parts.join(separator(look))
    }

    /// Formats `12 files, 340 records`.
    fn size(&self) -> String {
        let files = thousands_of(self.files, "file");
        let records = thousands_of(self.records, "record");
        if self.requests > self.files {
            let requests = thousands_of(self.requests, "request");
            return format!("{files}, {requests}, {records}");
        }
        format!("{files}, {records}")
    }

    /// Formats `26 of 33 files would be refused`; for a single file its records.
    fn refusals(&self) -> String {
        let (all, what) = if self.requests > self.files {
            (self.requests, "request")
        } else {
            (self.files, "file")
        };
        match (all, self.records) {
            (1, 0 | 1) => "the request would be refused".to_owned(),
            (1, 2) if self.refused_records == 2 => "both records would be refused".to_owned(),
            (1, records) if records == self.refused_records => {
                format!("all {} would be refused", thousands_of(records, "record"))
            }
            (1, records) => format!(
                "{} of {} would be refused",
                thousands(self.refused_records),
                thousands_of(records, "record")
            ),
            (all, _) => format!(
                "{} of {} would be refused",
                thousands(self.refused_files),
                thousands_of(all, what)
            ),
        }
    }

    /// Formats `90 errors, 42 warnings, 812 advice`, without those that are zero.
    fn counts(&self, palette: Palette) -> String {
        let mut counts = Vec::new();
        if self.errors > 0 {
            counts.push(palette.error(thousands_of(self.errors, "error")).to_string());
        }
        if self.warnings > 0 {
            counts.push(
                palette
                    .warning(thousands_of(self.warnings, "warning"))
                    .to_string(),
            );
        }
        if self.advice > 0 {
            counts.push(format!("{} advice", thousands(self.advice)));
        }
        counts.join(", ")
    }

    /// Returns the text for a run without findings; another one if there were no files.
    fn without_findings(&self, palette: Palette) -> String {
        if self.files == 0 {
            "nothing checked".to_owned()
        } else {
            palette.good("no problems found").to_string()
        }
    }

    /// Formats `1 fix needs --unsafe-fixes`.
    fn unsafe_part(&self) -> Option<String> {
        let need = if self.unsafe_fixes == 1 {
            "fix needs"
        } else {
            "fixes need"
        };
        (self.unsafe_fixes > 0).then(|| format!("{} {need} --unsafe-fixes", thousands(self.unsafe_fixes)))
    }

    /// Formats `3 skipped (-v)`, if they have not been listed.
    fn skipped_part(&self, elapsed: Option<Duration>) -> Option<String> {
        let hint = if elapsed.is_some() { "" } else { " (-v)" };
        (self.skipped > 0).then(|| format!("{} skipped{hint}", thousands(self.skipped)))
    }

    /// Returns a line for each question that facts of the tenant could decide.
    fn undecided_lines(&self) -> Vec<String> {
        let if_new = self.refused_if_new.iter().map(|(name, count)| {
            let name = sanitize::escape(name);
            if *count == 1 {
                format!("1 record without {name} is refused if its contact is new (--tenant)")
            } else {
                format!(
                    "{} records without {name} are refused if their contacts are new (--tenant)",
                    thousands(*count)
                )
            }
        });
        let mut lines: Vec<String> = if_new.collect();
        let facts: Vec<String> = self.open.names().map(str::to_owned).collect();
        if !facts.is_empty() {
            lines.push(format!(
                "not checked without facts of the tenant: {} (--tenant; geplint explain tenant)",
                facts.join(", ")
            ));
        }
        lines
    }
}

/// Wraps the lines of a summary for a terminal of this width. Lines with colours are short, and are not wrapped.
pub fn wrapped(lines: &str, width: usize) -> String {
    let each: Vec<String> = lines
        .lines()
        .map(|line| {
            if line.contains('\u{1b}') {
                line.to_owned()
            } else {
                // Further lines are indented.
                wrap::wrap(line, width.saturating_sub(2)).join("\n  ")
            }
        })
        .collect();
    each.join("\n")
}

/// Returns the separator between the parts of a line.
const fn separator(look: Look) -> &'static str {
    if look.unicode { " \u{b7} " } else { "; " }
}

/// Formats `error: payloads/a.json: permission denied`, for a file that could not be checked.
pub fn problem(path: &Path, message: &str, palette: Palette) -> String {
    format!(
        "{}: {}: {}",
        palette.error("error"),
        sanitize::path(path),
        sanitize::escape(message)
    )
}

/// Formats `0.12 s` or `75 s`.
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
    use crate::rules::Fact;

    const PLAIN: Palette = Palette { color: false };
    const DOTS: Look = Look {
        unicode: true,
        ..Look::PLAIN
    };

    fn line(summary: &Summary) -> String {
        summary.line(None, DOTS)
    }

    fn everything() -> Summary {
        Summary {
            files: 33,
            records: 5_000,
            refused_files: 26,
            refused_records: 1_200,
            errors: 1_090,
            warnings: 42,
            advice: 812,
            fixed: 1,
            suppressed: 4,
            skipped: 3,
            ..Summary::default()
        }
    }

    #[test]
    fn everything_at_once() {
        assert_eq!(
            line(&everything()),
            "26 of 33 files would be refused \u{b7} 1,090 errors, 42 warnings, 812 advice \u{b7} 1 fixed \u{b7} 4 suppressed \u{b7} \
             3 skipped (-v)"
        );
        let ascii = Look {
            unicode: false,
            ..DOTS
        };
        let talkative = everything().line(Some(Duration::from_millis(123)), ascii);
        assert!(
            talkative.ends_with("4 suppressed; 3 skipped; 0.12 s"),
            "{talkative}"
        );
    }

    #[test]
    fn the_records_of_a_single_file_are_counted() {
        let one = |records, refused_records| Summary {
            files: 1,
            refused_files: 1,
            records,
            refused_records,
            errors: 1,
            ..Summary::default()
        };
        for (records, refused, said) in [
            (5_000, 30, "30 of 5,000 records would be refused \u{b7} 1 error"),
            (2, 2, "both records would be refused \u{b7} 1 error"),
            (5_000, 5_000, "all 5,000 records would be refused \u{b7} 1 error"),
            (1, 1, "the request would be refused \u{b7} 1 error"),
            (0, 0, "the request would be refused \u{b7} 1 error"),
        ] {
            assert_eq!(line(&one(records, refused)), said);
        }
    }

    #[test]
    fn nothing_wrong() {
        let clean = Summary {
            files: 2,
            records: 3,
            ..Summary::default()
        };
        assert_eq!(line(&clean), "2 files, 3 records: no problems found");
        let advice = Summary { advice: 7, ..clean };
        assert_eq!(
            line(&advice),
            "2 files, 3 records: no problems found \u{b7} 7 advice"
        );
        let warned = Summary {
            warnings: 1,
            ..advice
        };
        assert_eq!(line(&warned), "2 files, 3 records: 1 warning, 7 advice");
        assert_eq!(line(&Summary::default()), "0 files, 0 records: nothing checked");
        let skipped = Summary {
            skipped: 1,
            ..Summary::default()
        };
        assert_eq!(
            line(&skipped),
            "0 files, 0 records: nothing checked \u{b7} 1 skipped (-v)"
        );
    }

    #[test]
    fn refused_without_visible_findings() {
        let summary = Summary {
            files: 2,
            records: 2,
            refused_files: 1,
            refused_records: 1,
            suppressed: 1,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 files, 2 records: no problems found \u{b7} 1 suppressed"
        );
    }

    #[test]
    fn missing_facts_of_the_tenant() {
        let mut summary = Summary {
            files: 1,
            records: 12,
            ..Summary::default()
        };
        summary.refused_if_new.insert("Address".to_owned(), 12);
        let more = Summary {
            refused_if_new: [("Address".to_owned(), 1_000)].into(),
            ..Summary::default()
        };
        let said = "records without Address are refused if their contacts are new (--tenant)";
        assert_eq!(
            line(&summary),
            format!("1 file, 12 records: no problems found\n12 {said}")
        );
        summary.absorb(more);
        assert!(line(&summary).ends_with(&format!("1,012 {said}")));
        let known = Needed::default().with(Fact::Contacts).with(Fact::ActivityNames);
        let open = Summary {
            open: known,
            refused_if_new: BTreeMap::new(),
            ..summary
        };
        let lines = line(&open);
        let (_, last) = lines.split_once('\n').unwrap_or_default();
        assert_eq!(
            last,
            "not checked without facts of the tenant: contacts, activity-names (--tenant; geplint explain tenant)"
        );
    }

    #[test]
    fn no_word_of_a_summary_is_broken_at_the_edge_of_a_terminal() {
        let open = Fact::ALL
            .iter()
            .fold(Needed::default(), |all, (fact, _)| all.with(*fact));
        let summary = Summary {
            files: 1,
            records: 12,
            open,
            refused_if_new: [("Address".to_owned(), 12)].into(),
            ..Summary::default()
        };
        let plain = line(&summary);
        for width in [40, 80, 100] {
            let lines = wrapped(&plain, width);
            assert!(lines.lines().all(|line| line.len() <= width), "{lines}");
            let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
            assert_eq!(words(&lines), words(&plain));
        }
        assert!(plain.lines().any(|line| line.len() > 100), "{plain}");
    }

    #[test]
    fn fixed_or_fixable_findings() {
        let summary = Summary {
            files: 2,
            records: 3,
            fixed: 3,
            fixed_files: 1,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 files, 3 records: no problems found \u{b7} 3 fixed"
        );
        assert_eq!(
            summary.diff_line(None, DOTS),
            "2 files, 3 records: 3 findings would be fixed in 1 file"
        );
        let nothing = Summary {
            fixed: 0,
            fixed_files: 0,
            skipped: 1,
            ..summary
        };
        assert_eq!(
            nothing.diff_line(None, DOTS),
            "2 files, 3 records: nothing to fix \u{b7} 1 skipped (-v)"
        );
        let only_unsafe = Summary {
            unsafe_fixes: 1,
            ..nothing.clone()
        };
        assert_eq!(
            only_unsafe.diff_line(None, DOTS),
            "2 files, 3 records: nothing to fix safely \u{b7} 1 fix needs --unsafe-fixes \u{b7} 1 skipped (-v)"
        );
        let some_left = Summary {
            unsafe_fixes: 2,
            ..nothing
        };
        assert!(line(&some_left).contains(" \u{b7} 2 fixes need --unsafe-fixes \u{b7} "));
        assert_eq!(
            Summary::default().diff_line(None, DOTS),
            "0 files, 0 records: nothing checked"
        );
    }

    #[test]
    fn files_that_are_not_json_are_counted_beside_refused_ones() {
        let summary = Summary {
            files: 4,
            records: 4,
            refused_files: 2,
            not_json: 1,
            errors: 3,
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 of 4 files would be refused \u{b7} 1 is not JSON \u{b7} 3 errors"
        );
    }

    #[test]
    fn errors_without_a_predicted_answer() {
        let syntax = Summary {
            files: 1,
            errors: 2,
            ..Summary::default()
        };
        assert_eq!(line(&syntax), "1 file, 0 records: 2 errors");
    }

    #[test]
    fn a_problem_names_its_path_harmlessly() {
        let text = problem(Path::new("a\u{1b}\n.json"), "permission denied", PLAIN);
        assert_eq!(text, "error: a\\u{1b}\\n.json: permission denied");
    }
}
