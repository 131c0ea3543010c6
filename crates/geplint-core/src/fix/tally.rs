//! Findings counted by record, so that two versions of a file can be compared.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};

/// How many findings each record has. Those that belong to none are counted as one more record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    records: BTreeMap<Option<u32>, Count>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    findings: usize,
    errors: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            let count = tally.records.entry(finding.record).or_default();
            count.findings += 1;
            if finding.severity == Severity::Error {
                *count.errors.entry(finding.rule.to_string()).or_default() += 1;
            }
        }
        tally
    }

    /// Whether a record has at least `fixes` findings fewer than before, and no more errors of any rule.
    pub(super) fn is_better(&self, before: &Self, record: Option<u32>, fixes: usize) -> bool {
        let fewer = self.findings(record) + fixes <= before.findings(record);
        fewer && !self.has_new_error(before, record)
    }

    /// Whether there are fewer findings than before in all, and no record has more errors of any rule.
    pub(super) fn is_sound(&self, before: &Self) -> bool {
        let new = self
            .records
            .keys()
            .any(|record| self.has_new_error(before, *record));
        self.len() < before.len() && !new
    }

    fn len(&self) -> usize {
        self.records.values().map(|count| count.findings).sum()
    }

    fn findings(&self, record: Option<u32>) -> usize {
        self.records.get(&record).map_or(0, |count| count.findings)
    }

    fn has_new_error(&self, before: &Self, record: Option<u32>) -> bool {
        let old = before.records.get(&record);
        let old = |rule: &String| old.and_then(|count| count.errors.get(rule)).copied().unwrap_or(0);
        let now = self.records.get(&record);
        now.is_some_and(|count| count.errors.iter().any(|(rule, number)| *number > old(rule)))
    }
}
