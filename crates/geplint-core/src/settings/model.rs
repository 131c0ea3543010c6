//! The settings of a team, read and checked.

use std::path::Path;

use serde::Deserialize;

use super::date::Date;
use super::path_glob::PathGlob;
use super::pointer_glob::PointerGlob;
use crate::finding::{Evidence, Finding, Severity};

/// The name of a settings file.
pub const FILE_NAME: &str = "geplint.toml";

/// A value in the file, with the offset of its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The byte offset in the file.
    pub start: usize,
}

/// An error in a settings file; ordered by position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The byte offset in the file.
    pub start: usize,
    /// The mistake.
    pub message: String,
}

/// The findings that make a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A finding of severity error.
    Error,
    /// A warning or an error.
    Warning,
    /// No finding.
    Never,
}

/// The severity that findings get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Error.
    Error,
    /// Warning.
    Warning,
    /// Advice.
    Advice,
    /// Not shown.
    Off,
}

/// The treatment of entries that matched nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unused {
    /// Each is reported on a line of standard error.
    #[default]
    Warning,
    /// They are not reported: a file shared by several repositories has entries for each.
    Off,
}

/// The form of contact codes at the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactCodes {
    /// E-mail addresses; these are not reported then.
    Email,
}

/// `[[files]]`: files that match are requests to an endpoint, regardless of their content.
#[derive(Debug, Clone)]
pub struct Files {
    /// The files.
    pub glob: Placed<PathGlob>,
    /// The id of the endpoint.
    pub endpoint: Placed<String>,
}

/// `[[calls]]`: recorded calls to a URL are requests to an endpoint.
#[derive(Debug, Clone)]
pub struct Calls {
    /// The URLs, without query and fragment; `*` matches anything.
    pub url: Placed<String>,
    /// The id of the endpoint.
    pub endpoint: Placed<String>,
}

/// `[[severity]]`: another severity for findings. An absent key matches all findings.
#[derive(Debug, Clone)]
pub struct Override {
    /// The rule id.
    pub rule: Option<Placed<String>>,
    /// The endpoint id.
    pub endpoint: Option<Placed<String>>,
    /// The evidence of the constraint.
    pub evidence: Option<Evidence>,
    /// The new severity.
    pub level: Level,
}

impl Override {
    /// Returns true if the entry matches this finding.
    pub fn matches(&self, finding: &Finding) -> bool {
        let same = |wanted: &Option<Placed<String>>, is: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.value == is)
        };
        same(&self.rule, &finding.rule)
            && same(&self.endpoint, &finding.endpoint)
            && self.evidence.is_none_or(|evidence| evidence == finding.evidence)
    }
}

/// `[[ignore]]`: findings that the team has accepted.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// The files.
    pub path: Placed<PathGlob>,
    /// The rule.
    pub rule: Placed<String>,
    /// The places; everywhere if absent.
    pub pointer: Option<PointerGlob>,
    /// The reason.
    pub reason: String,
    /// The last day on which the entry is valid.
    pub until: Option<Placed<Date>>,
}

impl Ignore {
    /// Returns true if the last day of the entry has passed.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.as_ref().is_some_and(|until| until.value < today)
    }

    /// Returns true if the entry matches this finding. The path is not compared.
    pub fn matches(&self, finding: &Finding) -> bool {
        self.rule.value == finding.rule
            && self
                .pointer
                .as_ref()
                .is_none_or(|glob| glob.matches(&finding.pointer))
    }
}

/// A settings file that has been read.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// If not empty, only files that match one of these are checked.
    pub include: Vec<Placed<PathGlob>>,
    /// Files that are excluded.
    pub exclude: Vec<Placed<PathGlob>>,
    /// Files with a known endpoint.
    pub files: Vec<Files>,
    /// The endpoints of recorded calls. Of several that match, the last one counts.
    pub calls: Vec<Calls>,
    /// Patterns for the names of recorded requests and their responses. The command line reads them.
    pub pair: Vec<Placed<String>>,
    /// Severities. Of several that match, the last one counts.
    pub severities: Vec<Override>,
    /// Accepted findings.
    pub ignores: Vec<Ignore>,
    /// Rules whose findings are not shown, in any file.
    pub rules_off: Vec<Placed<String>>,
    /// If there are any, only findings of these rules are shown.
    pub rules_only: Vec<Placed<String>>,
    /// The severity that makes a run fail.
    pub fail_on: Option<FailOn>,
    /// The lowest severity that is shown.
    pub min_severity: Option<Severity>,
    /// The treatment of entries that matched nothing.
    pub unused: Unused,
    /// The form of contact codes, if it is unusual.
    pub contact_codes: Option<ContactCodes>,
    /// The tenant file, relative to the settings file's folder.
    pub tenant: Option<Placed<String>>,
    /// Rules files, relative to the settings file's folder.
    pub rules: Vec<Placed<String>>,
    /// The baseline, relative to the settings file's folder.
    pub baseline: Option<Placed<String>>,
    /// The output format. The command line knows the formats.
    pub format: Option<Placed<String>>,
}

impl Config {
    /// Returns the endpoint that `[[files]]` assigns to a file, by its path relative to the settings file's folder.
    /// Of several entries that match, the last one counts.
    pub fn endpoint_of(&self, path: &Path) -> Option<&Placed<String>> {
        let last = self.files.iter().rfind(|files| files.glob.value.matches(path))?;
        Some(&last.endpoint)
    }
}

impl Level {
    /// Returns the severity; `None` for findings that are not shown.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Advice => Some(Severity::Advice),
            Self::Off => None,
        }
    }
}
