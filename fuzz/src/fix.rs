//! The fixed bytes are better than before, and all others are unchanged.

use std::collections::BTreeMap;

use geplint::finding::{Finding, FixKind, Severity};
use geplint::fix::{self, CheckResult, Edit, Fixed, Tally};
use geplint::json;
use geplint::lint::{self, Checked};
use geplint::predict::predict_recovered;
use geplint::rules::Endpoint;
use geplint::tenant::Tenant;
use serde_json::Value;

use super::shared::{likely, pick, some_tenant};

/// Options of a check: the endpoint, the tenant, optionally one ignored rule.
struct View {
    endpoint: &'static Endpoint,
    tenant: &'static Tenant,
    hidden: Option<&'static str>,
}

/// Rules that may be ignored: those with fixable findings, and one that is about a record as a whole.
const HIDDEN: [&str; 6] = [
    "syntax",
    "outbound-only",
    "unknown-property",
    "text-for-value",
    "misplaced-property",
    "missing-mandatory",
];

/// Fixes the bytes as a request to the endpoint that they are likely for, or to every one, with and without unsafe
/// fixes.
pub fn run(data: &[u8]) {
    let hidden = HIDDEN.get(pick(data, HIDDEN.len() * 4)).copied();
    for endpoint in likely(data) {
        let view = View {
            endpoint,
            tenant: some_tenant(data),
            hidden,
        };
        let before = view.check(data);
        each_by_itself(data, &before.findings);
        for unsafe_too in [false, true] {
            view.lawful(data, &before, unsafe_too);
        }
    }
}

impl View {
    fn check(&self, bytes: &[u8]) -> Checked {
        let (text, errors) = json::text(bytes);
        lint::check(&text, errors, self.endpoint, self.tenant, true)
    }

    fn shown(&self, findings: &[Finding]) -> Vec<Finding> {
        let shown = |finding: &&Finding| self.hidden != Some(&*finding.rule);
        findings.iter().filter(shown).cloned().collect()
    }

    /// Returns the fixed bytes, and true if any fix was offered that is not a removal.
    fn fixed(&self, bytes: &[u8], unsafe_too: bool) -> (Option<Fixed>, bool) {
        let mut writes = false;
        let mut look = |bytes: &[u8]| {
            let (text, errors) = json::text(bytes);
            let findings = lint::check(&text, errors, self.endpoint, self.tenant, false).findings;
            writes |= findings.iter().any(|finding| {
                let fix_kind = finding.fix_kind.as_deref();
                fix_kind.is_some_and(|fix_kind| unsafe_too && !fix_kind.is_safe())
                    || matches!(fix_kind, Some(FixKind::Retype(_)))
            });
            CheckResult::new(Tally::of(&findings), self.shown(&findings))
        };
        (fix::fix_all(bytes, unsafe_too, &mut look), writes)
    }

    fn lawful(&self, data: &[u8], before: &Checked, unsafe_too: bool) {
        let (after, writes) = self.fixed(data, unsafe_too);
        let Some(Fixed { bytes, fixed }) = after else {
            return;
        };
        let shown = || {
            let texts = (String::from_utf8_lossy(data), String::from_utf8_lossy(&bytes));
            format!(
                "{}, unsafe {unsafe_too}:\n{}\n-- becomes\n{}",
                self.endpoint.id, texts.0, texts.1
            )
        };
        assert!(std::str::from_utf8(data).is_ok(), "no text, {}", shown());
        // Objects one after another, and a function call, are certain although they are no JSON.
        let is_certain = before.findings.iter().any(|finding| {
            finding.syntax.is_some() && matches!(finding.fix_kind.as_deref(), Some(FixKind::Unwrap(_)))
        });
        assert!(before.recoverable || is_certain, "guessed at, {}", shown());
        let after = self.check(&bytes);
        let old = &before.findings;
        let renamed = renamed(old);
        let new: Vec<Finding> = after
            .findings
            .iter()
            .filter(|finding| !is_inside(finding, &renamed))
            .cloned()
            .collect();
        let (new, revealed) = (&new, new.len() < after.findings.len());
        assert!(new.len() < old.len(), "not fewer findings, {}", shown());
        let gone = self.shown(old).len() - self.shown(new).len();
        // Findings that a fix reveals may be fixed, too.
        let more_fixed = !renamed.is_empty() && fixed > gone as u64;
        assert!(
            gone > 0 && (revealed || more_fixed || gone as u64 == fixed),
            "{fixed} fixed, not {gone}, {}",
            shown()
        );
        // An element of the body may contain several records.
        let unwraps = old.iter().any(|finding| {
            let is_unwrapped = matches!(finding.fix_kind.as_deref(), Some(FixKind::Unwrap(_)));
            is_unwrapped && finding.record.is_some() && finding.pointer.rfind('/') == Some(0)
        });
        let (errors, known) = (errors(new, unwraps), errors(old, unwraps));
        let more = errors
            .iter()
            .find(|(key, count)| known.get(*key).unwrap_or(&0) < *count);
        assert_eq!(more, None, "a new error, {}", shown());
        assert!(unwraps || after.records == before.records, "{}", shown());
        if serde_json::from_slice::<Value>(data).is_ok() {
            let parsed = serde_json::from_slice::<Value>(&bytes);
            assert!(parsed.is_ok(), "no JSON any more, {}", shown());
        }
        let again = self.fixed(&bytes, unsafe_too).0.map(|after| after.bytes);
        assert_eq!(again, None, "a second run finds more, {}", shown());
        if !writes {
            assert!(is_part(&bytes, data), "more than was taken out, {}", shown());
        }
        if !unsafe_too {
            let answers = [before, &after].map(|checked| predict_recovered(self.endpoint, checked).envelope);
            assert_eq!(
                answers[0],
                answers[1],
                "the API would answer otherwise, {}",
                shown()
            );
            let (left, known) = (places(new), places(old));
            let other = left
                .iter()
                .find(|(key, count)| known.get(*key).unwrap_or(&0) < *count);
            assert_eq!(other, None, "another finding, {}", shown());
        }
    }
}

/// Returns the pointers, in lower case, that unknown names would have after their suggestions are applied, and those of values
/// that are only read after brackets around them are added or removed.
fn renamed(findings: &[Finding]) -> Vec<String> {
    let suggested = |finding: &Finding| {
        if let Some(FixKind::Unwrap(_) | FixKind::TakeOut { .. }) = finding.fix_kind.as_deref()
            && !finding.pointer.is_empty()
        {
            return Some(format!("{}/", finding.pointer).to_lowercase());
        }
        let (parent, _) = finding.pointer.rsplit_once('/')?;
        let name = match finding.fix_kind.as_deref() {
            Some(FixKind::Nest { name, .. }) => name,
            _ => finding.suggestion.as_deref()?,
        };
        Some(format!("{parent}/{name}/").to_lowercase())
    };
    findings.iter().filter_map(suggested).collect()
}

/// True if a finding is inside a renamed property, which was not read under its old name.
fn is_inside(finding: &Finding, renamed: &[String]) -> bool {
    let pointer = finding.pointer.to_lowercase();
    renamed.iter().any(|prefix| pointer.starts_with(prefix))
}

/// Asserts for every fix that its edits are inside the text, in order, and that all other bytes stay.
fn each_by_itself(data: &[u8], findings: &[Finding]) {
    for finding in findings {
        let Some(fix) = fix::of(data, finding) else {
            continue;
        };
        let text = std::str::from_utf8(data).unwrap_or_else(|error| panic!("{error}: {fix:?}"));
        assert!(!fix.edits.is_empty(), "{finding:?}");
        let fix_kind = finding.fix_kind.as_deref();
        assert_eq!(Some(fix.safe), fix_kind.map(FixKind::is_safe), "{finding:?}");
        let place = |edit: &Edit| (edit.span.start as usize, edit.span.end as usize);
        let mut end = 0;
        for edit in &fix.edits {
            let (start, next) = place(edit);
            assert!(
                end <= start && text.get(start..next).is_some(),
                "{finding:?}, {fix:?}"
            );
            assert!(start < next || !edit.text.is_empty(), "nothing is done: {fix:?}");
            end = next;
        }
        // From the end, so that the offsets of the remaining edits stay valid.
        let mut by_hand = text.to_owned();
        for edit in fix.edits.iter().rev() {
            by_hand.replace_range(place(edit).0..place(edit).1, &edit.text);
        }
        let edits: Vec<&Edit> = fix.edits.iter().collect();
        assert_eq!(fix::apply(data, &edits), by_hand.as_bytes(), "{fix:?}");
    }
}

type Count<K> = BTreeMap<K, usize>;

/// Counts the errors of each record, or of all of them together.
fn errors(findings: &[Finding], together: bool) -> Count<(Option<u32>, &str)> {
    let mut count = Count::new();
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
    {
        *count
            .entry((finding.record.filter(|_| !together), &*finding.rule))
            .or_default() += 1;
    }
    count
}

fn places(findings: &[Finding]) -> Count<(&str, &str, &str)> {
    let mut count = Count::new();
    for finding in findings {
        let key = (
            &*finding.rule,
            finding.constraint.as_str(),
            finding.pointer.as_str(),
        );
        *count.entry(key).or_default() += 1;
    }
    count
}

/// True if a text is another one with bytes removed; a space may have been inserted between two.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|byte| {
        let mut tried = rest.clone();
        let found = tried.any(|other| other == byte);
        if found {
            rest = tried;
        }
        found || *byte == b' '
    })
}
