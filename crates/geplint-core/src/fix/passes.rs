//! Applies the fixes of a file pass by pass, without those that do harm.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::edit::{Edit, Fix, apply};
use super::finding_counts::{Counts, Revealed, Tally};
use super::of_finding::of;
use crate::finding::{Finding, FixKind, Span, Target};
use crate::pointer::{escaped, last, parent};
use crate::rules::simplified;

/// The highest number of passes. Overlapping fixes are mostly applied in the second.
const PASSES: usize = 64;

/// The highest number of groups that are tried if the fixes of one record do harm together.
const MOST_TRIALS: usize = 32;

/// The result of a check of a file. Fixes are accepted or dropped by it.
#[derive(Debug)]
pub struct CheckResult {
    all: Tally,
    shown: Vec<Finding>,
}

/// The counts by which versions of a file are compared: of all findings, and of the shown ones.
#[derive(Debug)]
struct Score {
    all: Counts,
    left: Counts,
}

/// A file that fixes have changed.
#[derive(Debug)]
pub struct Fixed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The number of findings that were fixed.
    pub fixed: u64,
}

/// Applies all fixes. `None` if there are none. `check` returns the findings of a version of the file.
pub fn fix_all(bytes: &[u8], unsafe_too: bool, check: &mut dyn FnMut(&[u8]) -> CheckResult) -> Option<Fixed> {
    let mut result = check(bytes);
    let mut fixed = 0;
    let mut now = Cow::Borrowed(bytes);
    for _ in 0..PASSES {
        let Some(version) = pass(&now, &result, unsafe_too, check) else {
            break;
        };
        fixed += result.shown.len().saturating_sub(version.score.left.len());
        (now, result) = (Cow::Owned(version.text), version.result);
    }
    match now {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => Some(Fixed {
            bytes,
            fixed: fixed as u64,
        }),
    }
}

/// A fix, and the record whose findings decide whether it is kept.
struct Candidate {
    record: Option<u32>,
    fix: Fix,
    /// The property that is only read after the fix.
    renamed: Option<Renamed>,
}

/// A property that is only read after a fix.
struct Renamed {
    /// Its pointer, with a slash at the end.
    inside: String,
    /// True if the old name differs only in case and separators, or if only brackets change.
    certain: bool,
}

/// A version of the file, its findings, and its score.
struct Version {
    text: Vec<u8>,
    result: CheckResult,
    score: Score,
}

/// Applies the fixes that do no harm; `None` if there are none.
fn pass(
    bytes: &[u8],
    result: &CheckResult,
    unsafe_too: bool,
    check: &mut dyn FnMut(&[u8]) -> CheckResult,
) -> Option<Version> {
    let candidates = candidates(bytes, result, unsafe_too);
    if candidates.is_empty() {
        return None;
    }
    let together = result.shown.iter().any(unwraps_records);
    let mut made = |fixes: &[&Candidate]| {
        let edits: Vec<&Edit> = fixes.iter().flat_map(|one| &one.fix.edits).collect();
        let text = apply(bytes, &edits);
        let result = check(&text);
        let score = result.score(&revealed(fixes), together);
        Version { text, result, score }
    };
    let before = result.score(&Revealed::default(), together);
    let mut kept: Vec<&Candidate> = candidates.iter().collect();
    let mut version = made(&kept);
    let mut counts: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for one in &candidates {
        *counts.entry(one.record).or_default() += 1;
    }
    let bad = counts
        .iter()
        .filter(|(record, count)| !version.score.is_better(&before, **record, **count));
    let bad: BTreeSet<Option<u32>> = bad.map(|(record, _)| *record).collect();
    if !bad.is_empty() {
        kept.retain(|one| !bad.contains(&one.record));
        version = add_by_halving(&candidates, &bad, &mut kept, &mut made);
    }
    if !kept.is_empty() && version.score.is_improvement(&before) {
        return Some(version);
    }
    kept.retain(|one| one.fix.safe);
    if kept.is_empty() {
        return None;
    }
    Some(made(&kept)).filter(|version| version.score.is_improvement(&before))
}

/// For records whose fixes do harm together, adds the harmless ones to `kept`. Harmful groups are halved until the
/// cause is found. All records are tried at the same time.
fn add_by_halving<'c>(
    candidates: &'c [Candidate],
    bad: &BTreeSet<Option<u32>>,
    kept: &mut Vec<&'c Candidate>,
    made: &mut dyn FnMut(&[&Candidate]) -> Version,
) -> Version {
    let mut groups: BTreeMap<Option<u32>, Vec<&Candidate>> = BTreeMap::new();
    for one in candidates.iter().filter(|one| bad.contains(&one.record)) {
        groups.entry(one.record).or_default().push(one);
    }
    // For each record, the groups that are still to be tried; the last one is next.
    let mut stacks: BTreeMap<Option<u32>, Vec<&[&Candidate]>> = BTreeMap::new();
    for (record, group) in &groups {
        halve(group, stacks.entry(*record).or_default());
    }
    let mut version = made(kept);
    for _ in 0..MOST_TRIALS {
        let next: Vec<_> = stacks
            .iter_mut()
            .filter_map(|(record, stack)| Some((*record, stack.pop()?)))
            .collect();
        if next.is_empty() {
            break;
        }
        let more = next.iter().flat_map(|(_, group)| group.iter().copied());
        let trial = made(&kept.iter().copied().chain(more).collect::<Vec<_>>());
        let (good, harmful): (Vec<_>, Vec<_>) = next
            .into_iter()
            .partition(|(record, group)| trial.score.is_better(&version.score, *record, group.len()));
        for (record, group) in &harmful {
            halve(group, stacks.entry(*record).or_default());
        }
        if good.is_empty() {
            continue;
        }
        kept.extend(good.iter().flat_map(|(_, group)| group.iter().copied()));
        version = if harmful.is_empty() { trial } else { made(kept) };
    }
    version
}

/// Pushes both halves of a harmful group on a stack, the first on top. A single harmful fix is dropped.
fn halve<'g, 'c>(group: &'g [&'c Candidate], stack: &mut Vec<&'g [&'c Candidate]>) {
    if group.len() > 1 {
        let (first, second) = group.split_at(group.len() / 2);
        stack.extend([second, first]);
    }
}

/// Returns the fixes that can be applied together: if two overlap, the first one.
fn candidates(bytes: &[u8], result: &CheckResult, unsafe_too: bool) -> Vec<Candidate> {
    let mut taken = Taken::default();
    let together = result.shown.iter().any(unwraps_records);
    let fixes = result.shown.iter().filter_map(|finding| {
        let fix = of(bytes, finding).filter(|fix| fix.safe || unsafe_too)?;
        taken.take(&fix.edits).then(|| Candidate {
            record: finding.record.filter(|_| !together),
            fix,
            renamed: renamed(finding),
        })
    });
    fixes.collect()
}

/// Returns the properties that are only read after these fixes.
fn revealed(fixes: &[&Candidate]) -> Revealed {
    let of = |certain: bool| {
        let renamed = fixes.iter().filter_map(|one| one.renamed.as_ref());
        let those = renamed.filter(|one| one.certain == certain);
        let mut pointers: Vec<String> = those.map(|one| one.inside.clone()).collect();
        pointers.sort_unstable();
        pointers
    };
    Revealed {
        certain: of(true),
        likely: of(false),
    }
}

/// Returns true if a fix may change the number of the body's elements.
fn unwraps_records(finding: &Finding) -> bool {
    let is_element = finding.pointer.rfind('/') == Some(0) && finding.record.is_some();
    is_element && matches!(finding.fix_kind.as_deref(), Some(FixKind::Unwrap(_)))
}

/// Returns the property that is only read after the fix: it is renamed, or gets or loses brackets.
fn renamed(finding: &Finding) -> Option<Renamed> {
    let pointer = &*finding.pointer;
    // If one of several properties is missing, the pointer is that of the object.
    let of_object = finding.target == Target::Object && finding.constraint.contains('|');
    let object = if of_object { pointer } else { parent(pointer) };
    let (inside, certain) = match finding.fix_kind.as_deref()? {
        FixKind::Unwrap(_) | FixKind::TakeOut { .. } => {
            let is_value = finding.target == Target::Value && !pointer.is_empty();
            (is_value.then(|| format!("{pointer}/"))?, true)
        }
        FixKind::Nest { name, .. } => (format!("{}/{name}/", parent(pointer)), false),
        FixKind::Rename(name) | FixKind::RenameAt { name, .. } | FixKind::RenameAndWrite { name, .. } => (
            format!("{object}/{}/", escaped(name)),
            simplified(last(pointer)) == simplified(name),
        ),
        _ => return None,
    };
    Some(Renamed { inside, certain })
}

/// The spans that already have an edit.
#[derive(Default)]
struct Taken {
    spans: BTreeSet<Span>,
}

impl Taken {
    /// Takes the spans of these edits, if all are free. Returns false otherwise.
    fn take(&mut self, edits: &[Edit]) -> bool {
        let free = edits.iter().all(|edit| self.is_free(edit.span));
        if free {
            self.spans.extend(edits.iter().map(|edit| edit.span));
        }
        free
    }

    fn is_free(&self, span: Span) -> bool {
        let last = Span::new(span.end, u32::MAX);
        let mut near = self.spans.range(..=last).rev();
        // Taken spans do not overlap, so no span before the first one that ends too early can touch.
        near.by_ref()
            .take_while(|taken| taken.end >= span.start)
            .all(|taken| match (taken.is_empty(), span.is_empty()) {
                // One insertion follows the other.
                (true, true) => true,
                (false, false) => taken.end == span.start || span.end == taken.start,
                _ => false,
            })
    }
}

impl CheckResult {
    /// Returns a result with all findings, and those that are not suppressed. Only the latter are fixed.
    #[must_use]
    pub fn new(all: Tally, shown: Vec<Finding>) -> Self {
        Self { all, shown }
    }

    /// Returns the findings that are not suppressed, in their order.
    #[must_use]
    pub fn shown(&self) -> &[Finding] {
        &self.shown
    }

    /// Returns the counts; `revealed` has the pointers of renamed properties.
    fn score(&self, revealed: &Revealed, together: bool) -> Score {
        Score {
            all: self.all.counted(revealed, together),
            left: Tally::of(&self.shown).counted(revealed, together),
        }
    }
}

impl Score {
    /// Returns true if each of this many fixes has removed a finding of a record, without a new finding in its place
    /// and without a new error.
    fn is_better(&self, before: &Self, record: Option<u32>, fixes: usize) -> bool {
        self.all.is_better(&before.all, record, fixes) && self.left.is_better(&before.left, record, fixes)
    }

    /// Returns true if there are fewer findings than before, and no record has a new error.
    fn is_improvement(&self, before: &Self) -> bool {
        self.all.is_improvement(&before.all) && self.left.is_improvement(&before.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn of_two_overlapping_fixes_the_first_is_applied() {
        let mut taken = Taken::default();
        assert!(taken.take(&[edit(4, 8, "")]));
        for (start, end, free) in [
            (0, 4, true),
            (8, 9, true),
            (0, 5, false),
            (7, 9, false),
            (5, 6, false),
            (0, 20, false),
            (4, 4, false),
            (6, 6, false),
            (8, 8, false),
            (9, 9, true),
        ] {
            assert_eq!(taken.is_free(Span::new(start, end)), free, "{start}..{end}");
        }
        assert!(taken.take(&[edit(12, 12, "")]));
        assert!(taken.take(&[edit(12, 12, "")]), "one behind the other");
        assert!(!taken.take(&[edit(12, 13, "")]));
        assert!(!taken.take(&[edit(20, 21, ""), edit(5, 6, "")]), "all or none");
        assert!(taken.take(&[edit(20, 21, "")]));
    }
}
