//! A constraint as a line of a list: its rule, its properties, and a description.

use super::model::{Answer, Claim, Property};
use crate::finding::{Evidence, Phase, Severity, Wording};
use crate::tenant::Fact;

/// The part of a row or check that states a constraint. A user's rules file would change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// The row's type.
    Type,
    /// The row's `required`.
    Required,
    /// The length in the row's type.
    Length,
    /// The row's `one-of`.
    List,
    /// The row's `known`.
    Known,
    /// A check at the end of the file.
    Check,
    /// Another part of the row or the file, or a consequence that the file does not state.
    Otherwise,
}

/// One constraint, with the rule that is reported if it is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// The rule id.
    pub rule: String,
    /// `Table.Property`, or the properties of a check.
    pub name: String,
    /// A short description: `at most 50 characters`.
    pub what: String,
    /// The conditions that the file states: `in any case`, `unless PersonaName is present`.
    pub conditions: Vec<String>,
    /// The severity of breaking it.
    pub severity: Severity,
    /// The evidence for it.
    pub evidence: Evidence,
    /// The table row that states it.
    pub source: String,
    /// The tenant's list that it needs.
    pub needs: Option<Fact>,
    /// The part of the file that states it.
    pub stated: Stated,
    /// The answer of the API, as a template. `None` for a warning, and if the converter answers.
    pub answer: Option<Answer>,
    /// The origin of the answer's text.
    pub wording: Wording,
    /// The phase in which the service checks it.
    pub phase: Phase,
    /// The reason for the evidence; may be empty.
    pub note: String,
}

impl Constraint {
    /// Returns a constraint that a claim states.
    pub(super) fn of_claim(
        claim: &Claim,
        name: String,
        what: String,
        needs: Option<Fact>,
        stated: Stated,
    ) -> Self {
        Self {
            rule: claim.rule.to_string(),
            name,
            what,
            severity: claim.severity,
            evidence: claim.evidence,
            source: claim.source.to_string(),
            needs,
            stated,
            answer: claim.answer.clone().filter(|_| claim.severity == Severity::Error),
            wording: claim.wording,
            conditions: Vec::new(),
            phase: claim.phase,
            note: claim.note.to_string(),
        }
    }

    pub(super) fn with(self, conditions: Vec<String>) -> Self {
        Self { conditions, ..self }
    }

    /// Returns a constraint that the claim of a row states.
    pub(super) fn of_row_claim(
        property: &Property,
        claim: &Claim,
        what: String,
        needs: Option<Fact>,
        stated: Stated,
    ) -> Self {
        Self::of_claim(claim, property.constraint.to_string(), what, needs, stated)
    }

    /// Returns a constraint that applies to all rows of a kind.
    pub(super) fn of_kind(rule: &str, name: String, what: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            name,
            what: what.to_owned(),
            conditions: Vec::new(),
            severity: Severity::Warning,
            evidence: Evidence::Inferred,
            source: String::new(),
            needs: None,
            stated: Stated::Otherwise,
            answer: None,
            wording: Wording::Inferred,
            phase: Phase::None,
            note: String::new(),
        }
    }

    /// Returns a constraint that follows from a row.
    pub(super) fn of_row(
        property: &Property,
        rule: &str,
        what: String,
        severity: Severity,
        evidence: Evidence,
    ) -> Self {
        Self {
            what,
            severity,
            evidence,
            source: property.source.to_string(),
            phase: Phase::Data,
            ..Self::of_kind(rule, property.constraint.to_string(), "")
        }
    }
}
