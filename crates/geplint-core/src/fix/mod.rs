//! Fixes: what a finding says would fix it becomes edits, and edits become the fixed file.
//!
//! Pure: bytes and findings in, edits and bytes out; the shell reads, checks and writes. The edits of one pass do not
//! overlap, and the file is checked again after each, so that what one fix uncovers is the next one's. A pass counts
//! only if it leaves fewer findings and no new error. What a renamed property holds was not read before: findings inside
//! of it do not count against the pass that renames it.

mod edits;
mod tally;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use edits::of;
pub use tally::Tally;

use crate::finding::{Finding, FixKind, Span, Target};
use tally::Counts;

/// More passes than this are not made; what overlaps is mostly fixed in the second.
const PASSES: usize = 64;

/// Of the fixes of one record that do harm together, at most so many groups are tried.
const TURNS: usize = 32;

/// Some bytes of a file, and what is to stand there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes; empty where something is put in.
    pub span: Span,
    /// The text in their place.
    pub text: String,
}

/// What fixes a finding: all of its edits, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The API receives the same as before.
    pub safe: bool,
    /// In the order of the file; they do not overlap.
    pub edits: Vec<Edit>,
}

/// What a check of a file comes to, as far as fixes are judged by it.
#[derive(Debug)]
pub struct Seen {
    all: Tally,
    shown: Vec<Finding>,
}

/// What a version of a file is judged by: everything that was found, and of it what is shown.
#[derive(Debug)]
struct Judged {
    all: Counts,
    left: Counts,
}

/// A file that fixes have changed.
#[derive(Debug)]
pub struct Fixed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many findings are gone.
    pub fixed: u64,
}

/// A file with edits made, which must neither overlap nor lie outside of it.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[&Edit]) -> Vec<u8> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span);
    let more: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + more);
    let mut at = 0;
    for edit in edits {
        let start = edit.span.start as usize;
        out.extend_from_slice(bytes.get(at..start).unwrap_or_default());
        out.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end as usize;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    out
}

/// Fixes what can be fixed; `None` where nothing can. `check` tells what is found in a version of the file.
pub fn fix_all(bytes: &[u8], unsafe_too: bool, check: &mut dyn FnMut(&[u8]) -> Seen) -> Option<Fixed> {
    let mut seen = check(bytes);
    let mut fixed = 0;
    let mut now = Cow::Borrowed(bytes);
    for _ in 0..PASSES {
        let Some(version) = pass(&now, &seen, unsafe_too, check) else {
            break;
        };
        fixed += seen.shown.len().saturating_sub(version.judged.left.len());
        (now, seen) = (Cow::Owned(version.text), version.seen);
    }
    match now {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => Some(Fixed {
            bytes,
            fixed: fixed as u64,
        }),
    }
}

/// A fix, and the record whose findings judge it.
struct Candidate {
    record: Option<u32>,
    fix: Fix,
    /// The pointer, with a slash at its end, of what it renames.
    renamed: Option<String>,
}

/// A version of the file, what was found in it, and of that what the fixes are judged by.
struct Version {
    text: Vec<u8>,
    seen: Seen,
    judged: Judged,
}

/// Makes the fixes that do no harm; `None` if there are none.
fn pass(
    bytes: &[u8],
    seen: &Seen,
    unsafe_too: bool,
    check: &mut dyn FnMut(&[u8]) -> Seen,
) -> Option<Version> {
    let candidates = candidates(bytes, seen, unsafe_too);
    if candidates.is_empty() {
        return None;
    }
    let mut made = |fixes: &[&Candidate]| {
        let edits: Vec<&Edit> = fixes.iter().flat_map(|one| &one.fix.edits).collect();
        let text = apply(bytes, &edits);
        let seen = check(&text);
        let mut renamed: Vec<String> = fixes.iter().filter_map(|one| one.renamed.clone()).collect();
        renamed.sort_unstable();
        let judged = seen.judged(&renamed);
        Version { text, seen, judged }
    };
    let before = seen.judged(&[]);
    let mut kept: Vec<&Candidate> = candidates.iter().collect();
    let mut version = made(&kept);
    let mut counts: BTreeMap<Option<u32>, usize> = BTreeMap::new();
    for one in &candidates {
        *counts.entry(one.record).or_default() += 1;
    }
    let bad = counts
        .iter()
        .filter(|(record, count)| !version.judged.is_better(&before, **record, **count));
    let bad: BTreeSet<Option<u32>> = bad.map(|(record, _)| *record).collect();
    if !bad.is_empty() {
        kept.retain(|one| !bad.contains(&one.record));
        version = by_halves(&candidates, &bad, &mut kept, &mut made);
    }
    if !kept.is_empty() && version.judged.is_sound(&before) {
        return Some(version);
    }
    kept.retain(|one| one.fix.safe);
    if kept.is_empty() {
        return None;
    }
    Some(made(&kept)).filter(|version| version.judged.is_sound(&before))
}

/// Adds to `kept` what fixes a record where all of its fixes together would not: what does harm is halved until it is
/// found. Records do not wait for each other.
fn by_halves<'c>(
    candidates: &'c [Candidate],
    bad: &BTreeSet<Option<u32>>,
    kept: &mut Vec<&'c Candidate>,
    made: &mut dyn FnMut(&[&Candidate]) -> Version,
) -> Version {
    let mut groups: BTreeMap<Option<u32>, Vec<&Candidate>> = BTreeMap::new();
    for one in candidates.iter().filter(|one| bad.contains(&one.record)) {
        groups.entry(one.record).or_default().push(one);
    }
    // Of each record, what is still to be tried; the next is the last.
    let mut stacks: BTreeMap<Option<u32>, Vec<&[&Candidate]>> = BTreeMap::new();
    for (record, group) in &groups {
        halve(group, stacks.entry(*record).or_default());
    }
    let mut version = made(kept);
    for _ in 0..TURNS {
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
            .partition(|(record, group)| trial.judged.is_better(&version.judged, *record, group.len()));
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

/// Puts both halves of what does harm on a stack, the first on top; one that does harm alone is given up.
fn halve<'g, 'c>(group: &'g [&'c Candidate], stack: &mut Vec<&'g [&'c Candidate]>) {
    if group.len() > 1 {
        let (first, second) = group.split_at(group.len() / 2);
        stack.extend([second, first]);
    }
}

/// The fixes that may be made together: where two overlap, the first.
fn candidates(bytes: &[u8], seen: &Seen, unsafe_too: bool) -> Vec<Candidate> {
    let mut taken = Taken::default();
    let fixes = seen.shown.iter().filter_map(|finding| {
        let fix = of(bytes, finding).filter(|fix| fix.safe || unsafe_too)?;
        taken.take(&fix.edits).then(|| Candidate {
            record: finding.record,
            fix,
            renamed: renamed(finding),
        })
    });
    fixes.collect()
}

/// What a finding's property is found under once it has its right name, with a slash at the end.
fn renamed(finding: &Finding) -> Option<String> {
    let (FixKind::Rename(name) | FixKind::RenameAt { name, .. } | FixKind::RenameAndWrite { name, .. }) =
        finding.fix_kind.as_deref()?
    else {
        return None;
    };
    // Where any of several properties is missing, the pointer is that of the object.
    let of_object = finding.target == Target::Object && finding.constraint.contains('|');
    let object = match finding.pointer.rsplit_once('/') {
        Some((object, _)) if !of_object => object,
        _ => &finding.pointer,
    };
    Some(format!(
        "{object}/{}/",
        name.replace('~', "~0").replace('/', "~1")
    ))
}

/// The places that have an edit already.
#[derive(Default)]
struct Taken {
    spans: BTreeSet<Span>,
}

impl Taken {
    /// Takes the places of these edits, if they are all free.
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
        // What is taken does not overlap: nothing before the first that ends too early comes near.
        near.by_ref()
            .take_while(|taken| taken.end >= span.start)
            .all(|taken| match (taken.is_empty(), span.is_empty()) {
                // One is put behind the other.
                (true, true) => true,
                (false, false) => taken.end == span.start || span.end == taken.start,
                _ => false,
            })
    }
}

impl Seen {
    /// Everything that was found, and of it what nobody has chosen to live with: only that is fixed.
    #[must_use]
    pub fn new(all: Tally, shown: Vec<Finding>) -> Self {
        Self { all, shown }
    }

    /// What the version is judged by; `revealed` is what was renamed.
    fn judged(&self, revealed: &[String]) -> Judged {
        Judged {
            all: self.all.counted(revealed),
            left: Tally::of(&self.shown).counted(revealed),
        }
    }
}

impl Judged {
    /// Whether each of so many fixes has rid a record of a finding, without a new one in its place and without a new
    /// error.
    fn is_better(&self, before: &Self, record: Option<u32>, fixes: usize) -> bool {
        self.all.is_better(&before.all, record, fixes) && self.left.is_better(&before.left, record, fixes)
    }

    /// Whether there are fewer findings than before, and no record has a new error.
    fn is_sound(&self, before: &Self) -> bool {
        self.all.is_sound(&before.all) && self.left.is_sound(&before.left)
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
    fn edits_are_made_in_the_order_of_the_file() {
        let edits = [edit(4, 5, ""), edit(0, 1, "ab"), edit(2, 2, "x"), edit(2, 2, "y")];
        let edits: Vec<&Edit> = edits.iter().collect();
        assert_eq!(apply(b"01234567", &edits), b"ab1xy23567");
        assert_eq!(apply(b"01", &[]), b"01");
    }

    #[test]
    fn of_two_fixes_that_overlap_the_first_is_made() {
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
