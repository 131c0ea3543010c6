//! The only place that changes the severity of findings or hides them.
//!
//! ```text
//! findings ─▶ severities ─▶ ignores ─▶ least severity ─▶ baseline ─▶ shown
//!                 │            │              │              │
//!                 └────────────┴──────────────┴──────────────┴─────▶ counted
//! ```
//!
//! Pure, so that it can run on any thread: the entries that were used are returned in a [`Ledger`], and ledgers can
//! be added. Predictions do not pass through here, because a team's settings do not affect the API.

use crate::baseline::{self, Counts};
use crate::finding::{Finding, Severity};
use crate::settings::PathSettings;
pub use crate::settings::{KnownFindings, Ledger};

/// Returns the findings of a file that are shown, in their order, and a ledger of the others.
pub fn suppress(mut findings: Vec<Finding>, settings: &PathSettings<'_>) -> (Vec<Finding>, Ledger) {
    let all = findings.len();
    let mut ledger = Ledger::default();
    findings.retain_mut(|finding| match settings.severity(finding) {
        None => false,
        Some(severity) => {
            finding.severity = severity;
            true
        }
    });
    ignore(settings, &mut findings, &mut ledger);
    let only = settings.settings.rules_only;
    if !only.is_empty() {
        findings.retain(|finding| only.iter().any(|rule| *rule == finding.rule));
    }
    compare(settings, &mut findings, &mut ledger);
    let gone = (all - findings.len()) as u64;
    ledger.suppressed = gone - ledger.hidden_warnings - ledger.hidden_advice;
    (findings, ledger)
}

fn ignore(settings: &PathSettings<'_>, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
    let ignores = settings.ignores();
    ledger.met.extend(ignores.iter().map(|(index, _)| *index));
    findings.retain(|finding| {
        // Every ignore that matches counts as used, not only the first.
        let mut kept = true;
        for (index, _) in ignores.iter().filter(|(_, ignore)| ignore.matches(finding)) {
            ledger.used.insert(*index);
            kept = false;
        }
        kept
    });
}

/// Removes and counts the findings below the lowest severity that is shown.
fn hide(settings: &PathSettings<'_>, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
    let least = settings.settings.least;
    findings.retain(|finding| {
        let shown = finding.severity >= least;
        ledger.hidden_warnings += u64::from(!shown && finding.severity == Severity::Warning);
        ledger.hidden_advice += u64::from(!shown && finding.severity == Severity::Advice);
        shown
    });
}

fn compare(settings: &PathSettings<'_>, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
    let found = match settings.settings.known {
        KnownFindings::Nothing => return hide(settings, findings, ledger),
        KnownFindings::Everything => {
            hide(settings, findings, ledger);
            let found = readable_counts(findings);
            findings.retain(Finding::makes_unreadable);
            found
        }
        KnownFindings::Baseline(baseline) => {
            // An entry is stale only if no finding of any severity matches it.
            let all = readable_counts(findings);
            hide(settings, findings, ledger);
            if let Some(known) = baseline.file(settings.name.baseline) {
                let shown = readable_counts(findings);
                findings.retain(|finding| finding.makes_unreadable() || !is_known(finding, known, &shown));
            }
            all
        }
    };
    ledger
        .found
        .files
        .insert(settings.name.baseline.to_owned(), found);
}

/// Counts the findings that a baseline may contain. An unreadable file may contain anything, so one such error must
/// not be accepted in place of another.
fn readable_counts(findings: &[Finding]) -> Counts {
    baseline::counts(findings.iter().filter(|finding| !finding.makes_unreadable()))
}

/// Returns true if the baseline has at least as many. If there are more findings, all are new, because the additional
/// one is unknown.
fn is_known(finding: &Finding, known: &Counts, found: &Counts) -> bool {
    let place = baseline::place(&finding.pointer);
    let count = |counts: &Counts| {
        let rule = counts.get(finding.rule.as_ref());
        rule.and_then(|places| places.get(&place)).copied().unwrap_or(0)
    };
    count(found) <= count(known)
}
