//! The settings, baseline and date that apply to one file; and errors in the settings themselves.
//!
//! Pure: the caller reads the files and passes the date.

use std::collections::BTreeSet;
use std::path::Path;

use super::date::Date;
use super::model::{Config, Ignore, Mistake, Placed};
use super::path_glob::PathGlob;
use crate::baseline::Baseline;
use crate::finding::{Finding, Severity};
use crate::nearest::nearest;

/// The findings that are known from a baseline.
#[derive(Debug, Clone, Copy, Default)]
pub enum KnownFindings<'b> {
    /// There is no baseline.
    #[default]
    Nothing,
    /// Findings in the baseline are not shown.
    Baseline(&'b Baseline),
    /// A baseline is being written; no finding is shown.
    Everything,
}

/// The suppressed findings, and the entries that suppressed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The number of findings that a setting or the baseline suppressed.
    pub suppressed: u64,
    /// The number of warnings that were hidden because only errors are shown.
    pub hidden_warnings: u64,
    /// The number of findings of severity advice that were hidden because only warnings and errors are shown.
    pub hidden_advice: u64,
    /// The indices of ignores whose path matched a file.
    pub met: BTreeSet<usize>,
    /// The indices of ignores that matched a finding.
    pub used: BTreeSet<usize>,
    /// The findings that were looked up in the baseline, file by file. Empty if there is no baseline.
    pub found: Baseline,
}

impl Ledger {
    /// Adds another ledger.
    pub fn absorb(&mut self, other: Self) {
        self.suppressed += other.suppressed;
        self.hidden_warnings += other.hidden_warnings;
        self.hidden_advice += other.hidden_advice;
        self.met.extend(other.met);
        self.used.extend(other.used);
        self.found.files.extend(other.found.files);
    }
}

/// The settings of a run. All fields are borrowed, so copies are cheap.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'s> {
    config: &'s Config,
    /// Rules that are off regardless of the settings file.
    rules_off: &'s [String],
    /// The rules whose findings are shown; all if empty.
    pub(crate) rules_only: &'s [String],
    /// The lowest severity that is shown.
    pub(crate) least: Severity,
    pub(crate) known: KnownFindings<'s>,
    today: Date,
}

/// The names of a file.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// The path relative to the settings file's folder. `None` for a file outside of it.
    pub config: Option<&'a Path>,
    /// The path relative to the baseline's folder, with `/` as the separator.
    pub baseline: &'a str,
}

/// The settings of one file.
#[derive(Debug, Clone, Copy)]
pub struct PathSettings<'s> {
    pub(crate) settings: Settings<'s>,
    pub(crate) name: Name<'s>,
}

impl<'s> Settings<'s> {
    /// Returns the settings of a settings file. `today` is compared with the last days of ignores.
    pub const fn new(config: &'s Config, today: Date) -> Self {
        Self {
            config,
            rules_off: &[],
            rules_only: &[],
            least: Severity::Advice,
            known: KnownFindings::Nothing,
            today,
        }
    }

    /// Turns these rules off.
    #[must_use]
    pub const fn with_rules_off(self, rules_off: &'s [String]) -> Self {
        Self { rules_off, ..self }
    }

    /// Shows only these rules; all if none is named.
    #[must_use]
    pub const fn with_rules_only(self, rules_only: &'s [String]) -> Self {
        Self { rules_only, ..self }
    }

    /// Shows nothing below this severity.
    #[must_use]
    pub const fn showing_from(self, least: Severity) -> Self {
        Self { least, ..self }
    }

    /// Sets the baseline.
    #[must_use]
    pub const fn with_known(self, known: KnownFindings<'s>) -> Self {
        Self { known, ..self }
    }

    /// Returns the settings of a file.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use geplint_core::settings::{self, Date, Name, Settings};
    /// use geplint_core::suppress::suppress;
    ///
    /// let text = r#"
    /// [[files]]
    /// glob = "requests/*.json"
    /// endpoint = "things"
    ///
    /// [[ignore]]
    /// path = "requests/old.json"
    /// rule = "too-long"
    /// reason = "sent before the limit was known"
    /// "#;
    /// let config = settings::load(text).expect("it is right");
    /// let path = "requests/old.json";
    /// let name = Name { config: Some(Path::new(path)), baseline: path };
    /// let here = Settings::new(&config, Date::EPOCH).for_path(name);
    /// assert_eq!(here.endpoint().map(|id| id.value.as_str()), Some("things"));
    /// assert_eq!(here.ignores().len(), 1);
    /// let (shown, ledger) = suppress(Vec::new(), &here);
    /// assert!(shown.is_empty() && ledger.met.contains(&0));
    /// ```
    #[must_use]
    pub const fn for_path(self, name: Name<'s>) -> PathSettings<'s> {
        PathSettings { settings: self, name }
    }

    /// Returns errors for entries with a rule or an endpoint that does not exist. Without `endpoints` only rules are
    /// compared.
    pub fn unknown_names(
        self,
        rules: &BTreeSet<String>,
        endpoints: Option<&BTreeSet<String>>,
    ) -> Vec<Mistake> {
        let severities = || self.config.severities.iter();
        let named = severities().filter_map(|entry| entry.rule.as_ref());
        let named = named.chain(self.config.ignores.iter().map(|ignore| &ignore.rule));
        let mut mistakes = unknown_among("rule", named, rules);
        if let Some(endpoints) = endpoints {
            let named = severities().filter_map(|entry| entry.endpoint.as_ref());
            mistakes.extend(unknown_among("endpoint", named, endpoints));
        }
        mistakes
    }

    /// Returns errors for ignores whose last day has passed.
    pub fn expired(self) -> Vec<Mistake> {
        let expired = |ignore: &Ignore| {
            let until = ignore.until.as_ref().filter(|_| ignore.is_expired(self.today))?;
            Some(Mistake {
                start: until.start,
                message: format!(
                    "this ignore was valid until {} and has expired ({})",
                    until.value, ignore.reason
                ),
            })
        };
        self.config.ignores.iter().filter_map(expired).collect()
    }

    /// Returns errors for ignores that matched nothing in a run. `covers` returns true if the run included all files
    /// that a glob can match.
    pub fn unused_ignores(
        self,
        ledger: &Ledger,
        rules: &BTreeSet<String>,
        covers: &dyn Fn(&PathGlob) -> bool,
    ) -> Vec<Mistake> {
        let ignores = self.config.ignores.iter().enumerate();
        let unused = ignores.filter(|(index, ignore)| {
            !ledger.used.contains(index)
                && !ignore.is_expired(self.today)
                && rules.contains(&ignore.rule.value)
                && covers(&ignore.path.value)
        });
        let mistake = |(index, ignore): (usize, &Ignore)| Mistake {
            start: ignore.path.start,
            message: if ledger.met.contains(&index) {
                format!(
                    "this entry ignores nothing: there is no {} there",
                    ignore.rule.value
                )
            } else {
                format!(
                    "this entry ignores nothing: no checked file matches \"{}\"",
                    ignore.path.value.text()
                )
            },
        };
        unused.map(mistake).collect()
    }
}

impl<'s> PathSettings<'s> {
    /// Returns the endpoint that the settings assign to the file.
    pub fn endpoint(&self) -> Option<&'s Placed<String>> {
        self.settings.config.endpoint_of(self.name.config?)
    }

    /// Returns the severity of a finding; `None` if its rule is off.
    pub fn severity(&self, finding: &Finding) -> Option<Severity> {
        if self.settings.rules_off.iter().any(|rule| *rule == finding.rule) {
            return None;
        }
        let mut severities = self.settings.config.severities.iter();
        let last = severities.rfind(|severity| severity.matches(finding));
        last.map_or(Some(finding.severity), |last| last.level.severity())
    }

    /// Returns the ignores that apply to the file on this day, each with its index in the settings file.
    pub fn ignores(&self) -> Vec<(usize, &'s Ignore)> {
        let Some(path) = self.name.config else {
            return Vec::new();
        };
        let today = self.settings.today;
        let ignores = self.settings.config.ignores.iter().enumerate();
        ignores
            .filter(|(_, ignore)| !ignore.is_expired(today) && ignore.path.value.matches(path))
            .collect()
    }
}

fn unknown_among<'n>(
    what: &str,
    names: impl Iterator<Item = &'n Placed<String>>,
    known: &BTreeSet<String>,
) -> Vec<Mistake> {
    let unknown = names.filter(|name| !known.contains(&name.value));
    let mistake = |name: &Placed<String>| Mistake {
        start: name.start,
        message: unknown_name_message(what, &name.value, known),
    };
    unknown.map(mistake).collect()
}

/// Returns the message for an unknown name, with the nearest known one.
pub fn unknown_name_message(what: &str, name: &str, known: &BTreeSet<String>) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("there is no {what} \"{name}\"; did you mean {near}?"),
        None => format!("there is no {what} \"{name}\""),
    }
}
