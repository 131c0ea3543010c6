//! An enumeration of which the page names only some members.

use super::Violation;
use super::violation::quoted;
use crate::finding::{Evidence, Severity};
use crate::rules::constraint_line::Constraint;
use crate::rules::{Enumeration, Property};
use crate::tenant::{Facts, Presence};

/// Returns the only name that is nearest to a string, in any case and at most two edits away.
pub(super) fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    /// The longest string, in characters, that is compared.
    const LONGEST: usize = 64;
    const EDITS: usize = 2;
    let text = text.trim().to_uppercase();
    if text.chars().count() > LONGEST {
        return None;
    }
    let distance = |name: &str| strsim::osa_distance(&text, &name.to_uppercase());
    let mut near: Vec<(usize, &str)> = names
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= EDITS && distance * 2 < name.chars().count())
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    match near.as_slice() {
        [(_, one)] => Some(one),
        [(first, one), (second, _), ..] if first < second => Some(one),
        _ => None,
    }
}

impl Enumeration {
    /// Looks up a name in the tenant's list. For several names with commas, each must be in the tenant's list or on
    /// the page.
    pub(crate) fn knows(&self, text: &str, facts: &Facts<'_>) -> Presence {
        let Some(fact) = self.fact else {
            return Presence::Unknown;
        };
        let named = |name: &str| {
            let mut members = self.members.iter();
            members.any(|member| member.name.eq_ignore_ascii_case(name))
        };
        let mut all = Presence::Present;
        for name in text.split(',').map(str::trim).filter(|name| !named(name)) {
            match facts.knows(fact, name) {
                Presence::Present => {}
                Presence::Absent => return Presence::Absent,
                Presence::Unknown => all = Presence::Unknown,
            }
        }
        all
    }

    /// Returns the violation for a name that the page does not have.
    pub(crate) fn violation(&self, property: &Property, text: &str) -> Violation<'static> {
        // The page's list is incomplete, so only a likely misspelling is a warning.
        let (severity, help) = if let Some(near) = self.near(text) {
            (Severity::Warning, format!("Did you mean {}?", quoted(near)))
        } else {
            let names: Vec<&str> = self.names().collect();
            (
                Severity::Advice,
                format!("Documented names: {}.", names.join(", ")),
            )
        };
        Violation::warning(
            "unlisted-value",
            format!(
                "{} {} is not one of the documented names",
                property.name,
                quoted(text)
            ),
            "The page lists names as examples only. A name that the service does not know fails the whole request.",
            help,
        )
        .with_severity(severity)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// Returns the name that is one or two edits from a string, if there is only one.
    pub(crate) fn near(&self, text: &str) -> Option<&str> {
        nearest(text, self.names())
    }

    pub(in crate::rules) fn listed(&self, property: &Property) -> Option<Constraint> {
        let what = "one of its documented names".to_owned();
        let advice = || {
            Constraint::of_row(
                property,
                "unlisted-value",
                what,
                Severity::Advice,
                Evidence::Inferred,
            )
        };
        self.open.then(advice)
    }
}
