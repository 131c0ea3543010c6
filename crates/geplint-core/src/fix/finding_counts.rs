//! Counts findings by record, so that two versions of a file can be compared.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};

/// The data of a version's findings by which versions of a file are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    entries: Vec<Entry>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    record: Option<u32>,
    pointer: Box<str>,
    /// The rule of an error; `None` for other severities.
    error: Option<Box<str>>,
    /// True if it has a fix.
    fixable: bool,
}

/// The pointers of properties that are only read after fixes, each with a slash at its end, sorted.
#[derive(Debug, Default)]
pub(super) struct Revealed {
    /// Those whose old names differ only in case and separators.
    pub certain: Vec<String>,
    /// All others.
    pub likely: Vec<String>,
}

/// The number of findings of each record. Findings without a record are counted as one further record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    records: BTreeMap<Option<u32>, Count>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    findings: usize,
    errors: BTreeMap<Box<str>, usize>,
    /// The number of errors, with those that uncertain renames have revealed.
    all_errors: usize,
    /// The number of those without a fix.
    unfixable: usize,
}

impl Tally {
    /// Returns a tally of findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let entries = findings.iter().map(|finding| Entry {
            record: finding.record,
            pointer: finding.pointer.as_str().into(),
            error: (finding.severity == Severity::Error).then(|| (*finding.rule).into()),
            fixable: finding.fix_kind.is_some(),
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// Counts all findings except those inside renamed properties, whose values were not checked before. If
    /// `together`, because a fix changes the number of records, all records are counted as one.
    pub(super) fn counted(&self, revealed: &Revealed, together: bool) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.entries {
            let count = counts
                .records
                .entry(entry.record.filter(|_| !together))
                .or_default();
            let is_certain = is_inside(&entry.pointer, &revealed.certain);
            if entry.error.is_some() && !is_certain {
                count.all_errors += 1;
                count.unfixable += usize::from(!entry.fixable);
            }
            if is_certain || is_inside(&entry.pointer, &revealed.likely) {
                continue;
            }
            count.findings += 1;
            if let Some(rule) = &entry.error {
                *count.errors.entry(rule.clone()).or_default() += 1;
            }
        }
        counts
    }
}

/// Returns true if a pointer begins with one of these, which are sorted and end with a slash.
fn is_inside(pointer: &str, revealed: &[String]) -> bool {
    if revealed.is_empty() {
        return false;
    }
    let slashes = pointer.match_indices('/').map(|(at, _)| at + 1);
    let mut around = slashes.filter_map(|end| pointer.get(..end));
    around.any(|around| {
        let place = revealed.binary_search_by(|prefix| prefix.as_str().cmp(around));
        place.is_ok()
    })
}

impl Counts {
    /// Returns true if a record has at least `fixes` findings fewer than before, no more errors of any rule, and no more
    /// errors in total, except those that the next pass fixes.
    pub(super) fn is_better(&self, before: &Self, record: Option<u32>, fixes: usize) -> bool {
        let fewer = self.findings(record) + fixes <= before.findings(record);
        fewer && !self.has_new_error(before, record)
    }

    /// Returns true if there are fewer findings than before in total, and no record has more errors of any rule.
    pub(super) fn is_improvement(&self, before: &Self) -> bool {
        let new = self
            .records
            .keys()
            .any(|record| self.has_new_error(before, *record));
        self.len() < before.len() && !new
    }

    pub(super) fn len(&self) -> usize {
        self.records.values().map(|count| count.findings).sum()
    }

    fn findings(&self, record: Option<u32>) -> usize {
        self.records.get(&record).map_or(0, |count| count.findings)
    }

    fn has_new_error(&self, before: &Self, record: Option<u32>) -> bool {
        let none = Count::default();
        let old = before.records.get(&record).unwrap_or(&none);
        let now = self.records.get(&record).unwrap_or(&none);
        let has_more = now
            .errors
            .iter()
            .any(|(rule, number)| *number > old.errors.get(rule).copied().unwrap_or(0));
        now.unfixable > old.all_errors || has_more
    }
}
