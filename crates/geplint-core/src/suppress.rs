//! The one place where findings are given another severity, or are not shown.
//!
//! ```text
//! findings ─▶ severities ─▶ ignores ─▶ least severity ─▶ baseline ─▶ shown
//!                 │            │              │              │
//!                 └────────────┴──────────────┴──────────────┴─────▶ counted
//! ```
//!
//! Pure, so that it may run on any thread: what was used comes back in a [`Ledger`], and ledgers add up. Predictions
//! do not pass through here: the API knows nothing of what a team has agreed on.

use std::collections::BTreeSet;
use std::path::Path;

use crate::baseline::{self, Baseline, Counts};
use crate::config::{Config, Date, Ignore, Level, Override, Placed};
use crate::finding::{Finding, Severity, sort};

/// What becomes of findings that a baseline may know.
#[derive(Debug, Clone, Default)]
pub enum KnownFindings {
    /// There is no baseline.
    #[default]
    Nothing,
    /// Those in it are not shown.
    Baseline(Baseline),
    /// A baseline is being written: none is shown.
    Everything,
}

/// Severities, ignores, the least severity that is shown, and a baseline.
#[derive(Debug, Clone)]
pub struct Suppressor {
    least: Severity,
    severities: Vec<Override>,
    ignores: Vec<Ignore>,
    known: KnownFindings,
    today: Date,
}

/// The names that a file is known under.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// From the settings file's folder on; `None` for what lies elsewhere.
    pub config: Option<&'a Path>,
    /// From the baseline's folder on, with `/` between its parts.
    pub baseline: &'a str,
}

/// What was suppressed, and which entries did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// How many findings were not shown, because a setting or the baseline says so.
    pub suppressed: u64,
    /// How many warnings were not shown, because only errors are.
    pub hidden_warnings: u64,
    /// How many findings of severity advice were not shown, because only what is worse is.
    pub hidden_advice: u64,
    /// Ignores whose path matched a file, as indices.
    pub met: BTreeSet<usize>,
    /// Ignores that matched a finding, as indices.
    pub used: BTreeSet<usize>,
    /// What the baseline was asked for, file by file; empty where there is none.
    pub found: Baseline,
}

impl Ledger {
    /// Adds another.
    pub fn absorb(&mut self, other: Self) {
        self.suppressed += other.suppressed;
        self.hidden_warnings += other.hidden_warnings;
        self.hidden_advice += other.hidden_advice;
        self.met.extend(other.met);
        self.used.extend(other.used);
        self.found.files.extend(other.found.files);
    }
}

impl Suppressor {
    /// What a settings file says, with rules that are off whatever it says, and with a baseline.
    pub fn new(config: &Config, off: &[String], known: KnownFindings, today: Date) -> Self {
        let off = off.iter().map(|rule| Override {
            rule: Some(Placed {
                value: rule.clone(),
                start: 0,
            }),
            endpoint: None,
            evidence: None,
            level: Level::Off,
        });
        Self {
            least: Severity::Advice,
            severities: config.severities.iter().cloned().chain(off).collect(),
            ignores: config.ignores.clone(),
            known,
            today,
        }
    }

    /// Shows nothing below this severity.
    #[must_use]
    pub fn showing_from(self, least: Severity) -> Self {
        Self { least, ..self }
    }

    /// The findings of a file that are to be shown, in their order, and what became of the others.
    pub fn apply(&self, name: Name<'_>, mut findings: Vec<Finding>) -> (Vec<Finding>, Ledger) {
        let all = findings.len();
        let mut ledger = Ledger::default();
        findings.retain_mut(|finding| self.levelled(finding));
        self.ignore(name, &mut findings, &mut ledger);
        self.compare(name, &mut findings, &mut ledger);
        let gone = (all - findings.len()) as u64;
        ledger.suppressed = gone - ledger.hidden_warnings - ledger.hidden_advice;
        sort(&mut findings);
        (findings, ledger)
    }

    /// Gives a finding its severity; `false` if it is off.
    fn levelled(&self, finding: &mut Finding) -> bool {
        let last = self.severities.iter().rfind(|severity| severity.matches(finding));
        match last.map(|severity| severity.level.severity()) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                finding.severity = severity;
                true
            }
        }
    }

    fn ignore(&self, name: Name<'_>, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
        let Some(path) = name.config else { return };
        let here = |(_, ignore): &(usize, &Ignore)| {
            !ignore.is_expired(self.today) && ignore.path.value.matches(path)
        };
        let here: Vec<(usize, &Ignore)> = self.ignores.iter().enumerate().filter(here).collect();
        ledger.met.extend(here.iter().map(|(index, _)| *index));
        findings.retain(|finding| {
            // Each that matches is of use, not only the first.
            let mut kept = true;
            for (index, _) in here.iter().filter(|(_, ignore)| ignore.matches(finding)) {
                ledger.used.insert(*index);
                kept = false;
            }
            kept
        });
    }

    /// Drops what is below the least severity, and counts it.
    fn hide(&self, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
        findings.retain(|finding| {
            let shown = finding.severity >= self.least;
            ledger.hidden_warnings += u64::from(!shown && finding.severity == Severity::Warning);
            ledger.hidden_advice += u64::from(!shown && finding.severity == Severity::Advice);
            shown
        });
    }

    fn compare(&self, name: Name<'_>, findings: &mut Vec<Finding>, ledger: &mut Ledger) {
        let found = match &self.known {
            KnownFindings::Nothing => return self.hide(findings, ledger),
            KnownFindings::Everything => {
                self.hide(findings, ledger);
                let found = readable_counts(findings);
                findings.retain(Finding::makes_unreadable);
                found
            }
            KnownFindings::Baseline(baseline) => {
                // An entry is stale only where no finding of any severity matches it.
                let all = readable_counts(findings);
                self.hide(findings, ledger);
                if let Some(known) = baseline.file(name.baseline) {
                    let shown = readable_counts(findings);
                    findings
                        .retain(|finding| finding.makes_unreadable() || !is_known(finding, known, &shown));
                }
                all
            }
        };
        ledger.found.files.insert(name.baseline.to_owned(), found);
    }
}

/// What a baseline may hold: a file that cannot be read may hold anything, and one mistake of that kind must not stand for
/// another.
fn readable_counts(findings: &[Finding]) -> Counts {
    baseline::counts(findings.iter().filter(|finding| !finding.makes_unreadable()))
}

/// Whether the baseline knows as many as there are. Where there are more, all are new: which one is cannot be told.
fn is_known(finding: &Finding, known: &Counts, found: &Counts) -> bool {
    let place = baseline::place(&finding.pointer);
    let count = |counts: &Counts| {
        let rule = counts.get(finding.rule.as_ref());
        rule.and_then(|places| places.get(&place)).copied().unwrap_or(0)
    };
    count(found) <= count(known)
}
