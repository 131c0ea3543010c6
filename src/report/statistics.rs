//! The number of findings of each rule in a run.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::FileReport;
use super::style::Palette;
use crate::finding::Severity;
use crate::rules::{rule_text, rule_texts};
use crate::sanitize::escape;

/// The counts for each rule: findings by severity, and files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    rules: BTreeMap<String, (Tally, u64)>,
}

/// The findings of one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The number of errors.
    pub(super) errors: u64,
    /// The number of warnings.
    pub(super) warnings: u64,
    /// The number of findings of severity advice.
    pub(super) advice: u64,
}

impl Tally {
    /// Counts one more.
    pub(super) const fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Advice => self.advice += 1,
        }
    }

    /// Returns the sort key: many errors first.
    pub(super) const fn rank(self) -> [Reverse<u64>; 3] {
        [Reverse(self.errors), Reverse(self.warnings), Reverse(self.advice)]
    }
}

impl Statistics {
    /// Returns the counts of one file.
    pub fn of(file: &FileReport<'_>) -> Self {
        let mut rules: BTreeMap<String, (Tally, u64)> = BTreeMap::new();
        for finding in file.findings.iter() {
            if !rules.contains_key(finding.rule.as_ref()) {
                rules.insert(finding.rule.to_string(), (Tally::default(), 1));
            }
            if let Some((tally, _)) = rules.get_mut(finding.rule.as_ref()) {
                tally.count(finding.severity);
            }
        }
        Self { rules }
    }

    /// Adds other counts.
    pub fn absorb(&mut self, other: Self) {
        for (rule, (tally, files)) in other.rules {
            let (all, in_files) = self.rules.entry(rule).or_default();
            all.errors += tally.errors;
            all.warnings += tally.warnings;
            all.advice += tally.advice;
            *in_files += files;
        }
    }

    /// Returns a line for each rule with findings, the most frequent first. Empty if there are none.
    pub fn lines(&self, palette: Palette) -> String {
        let mut rows: Vec<_> = self.rules.iter().collect();
        rows.sort_by_key(|(_, (tally, _))| tally.rank());
        if rows.is_empty() {
            return String::new();
        }
        let width = rule_width();
        let head = format!(
            "  errors warnings   advice    files  {:width$}  description",
            "rule"
        );
        let mut out = format!("{}\n", palette.faint(head));
        for (rule, (tally, files)) in rows {
            let title = rule_text(rule).map_or("(unknown)", |text| text.title.as_str());
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{} {}  {:width$}  {title}",
                cells(*tally, palette),
                cell(*files),
                escape(rule),
            );
        }
        out
    }
}

/// Formats errors, warnings and advice in their columns.
pub(super) fn cells(tally: Tally, palette: Palette) -> String {
    let (errors, warnings, advice) = (cell(tally.errors), cell(tally.warnings), cell(tally.advice));
    let errors = match tally.errors {
        0 => palette.faint(errors).to_string(),
        _ => palette.error(errors).to_string(),
    };
    let warnings = match tally.warnings {
        0 => palette.faint(warnings).to_string(),
        _ => palette.warning(warnings).to_string(),
    };
    format!("{errors} {warnings} {}", palette.faint(advice))
}

/// Formats a count in its column; zero is a dot.
fn cell(count: u64) -> String {
    if count == 0 {
        format!("{:>8}", ".")
    } else {
        format!("{count:>8}")
    }
}

/// Returns the width of the longest rule id.
pub(super) fn rule_width() -> usize {
    rule_texts().iter().map(|rule| rule.id.len()).max().unwrap_or(0)
}
