//! The attribute `known`: the value must exist at the tenant.

use std::borrow::Cow;

use super::Violation;
use super::violation::quoted;
use crate::finding::Severity;
use crate::rules::constraint_line::{Constraint, Stated};
use crate::rules::{Property, TenantList};
use crate::tenant::{Fact, Facts, Presence};
use crate::text_shape::Shape;

impl TenantList {
    /// Looks up a value in the tenant's list. `None` for a placeholder that is valid for any tenant.
    #[inline]
    pub(super) fn knows(&self, text: &str, facts: &Facts<'_>) -> Option<Presence> {
        if self.also.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return None;
        }
        let suspect = |shape: Shape| shape.fits(text.trim()) && !facts.may_be(shape, self.fact);
        Some(match facts.knows(self.fact, text) {
            Presence::Unknown if self.suspect.is_some_and(suspect) => Presence::Absent,
            knowledge => knowledge,
        })
    }

    /// Returns true if the check counts as undecided when the tenant's list is not available.
    pub(crate) fn counts_as_undecided(&self) -> bool {
        self.claim.severity == Severity::Error
    }

    pub(super) fn violation(&self, property: &Property, text: &str, facts: &Facts<'_>) -> Violation<'_> {
        let send_one = || format!("Send one of the tenant's {}.", self.fact.name());
        let listed = facts.knows(self.fact, text) == Presence::Absent;
        let mut claim = Cow::Borrowed(&self.claim);
        // The note of such a check explains values that are wrong without any list.
        if listed && self.suspect.is_some() {
            claim.to_mut().note = Cow::Borrowed("");
        }
        let (wrong, help) = match self.suspect.filter(|_| !listed) {
            Some(shape) if (shape, self.fact) == (Shape::Email, Fact::Contacts) => (
                format!("is {}", shape.title()),
                "Send the contact's code. If your tenant uses e-mail addresses as codes, set `contact-codes = \"email\"` in geplint.toml."
                    .to_owned(),
            ),
            Some(shape) => (format!("is {}", shape.title()), send_one()),
            None => (
                format!("is not among the tenant's {}", self.fact.name()),
                send_one(),
            ),
        };
        Violation::new(claim, format!("{} {} {wrong}", property.name, quoted(text)), help)
    }

    pub(super) fn listed(&self, property: &Property) -> Constraint {
        // A suspect value is wrong without any list.
        let needs = self.suspect.is_none().then_some(self.fact);
        let what = format!("among the tenant's {}", self.fact.name());
        let mut conditions = Vec::new();
        if !self.also.is_empty() {
            conditions.push(format!("or {}", self.also.join(", ")));
        }
        if let Some(shape) = self.suspect {
            conditions.push(format!("{} is refused without that list", shape.title()));
        }
        Constraint::of_row_claim(property, &self.claim, what, needs, Stated::Known).with(conditions)
    }
}
