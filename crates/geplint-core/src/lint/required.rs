//! Mandatory properties without a value.

use std::borrow::Cow;

use super::messages;
use super::new_finding::Place;
use super::record_state::Linter;
use crate::finding::{Evidence, Severity, Wording};
use crate::json::{JsonKind, NodeId};
use crate::rules::{Fact, Property, Table, Violation};

impl<'a> Linter<'a> {
    pub(super) fn absent(&mut self, table: &'a Table, property: &'a Property, objects: &[NodeId]) {
        if !self.tree.damaged && !self.is_open(objects) {
            let place = |linter: &Self| linter.absent_place(objects, &property.name);
            self.lacking(table, property, objects, place, "is missing");
        }
    }

    pub(super) fn missing(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        value: NodeId,
    ) {
        let how = match self.kind(value) {
            JsonKind::Null => "is null",
            JsonKind::String => "is empty",
            _ => "is read as null",
        };
        let place = |linter: &Self| linter.value_place(value);
        self.lacking(table, property, objects, place, how);
    }

    fn lacking(
        &mut self,
        table: &'a Table,
        property: &'a Property,
        objects: &[NodeId],
        place: impl FnOnce(&Self) -> Place,
        how: &str,
    ) {
        let Some(required) = &property.required else {
            return;
        };
        let new = required.for_new_contact.then(|| self.new_contact());
        match new {
            Some(Some(false)) => return,
            // Undecided; the summary counts it.
            Some(None) => {
                self.refused_if_new = table.find(&property.name).map(|id| (table.id, id));
                return self.count_undecided(Some(Fact::Contacts));
            }
            None | Some(Some(true)) => {}
        }
        let place = place(self);
        let mut claim = Cow::Borrowed(&required.claim);
        let mut message = [&*property.name, " ", how].concat();
        let worse = required
            .for_new
            .filter(|severity| *severity > claim.severity && self.new_contact() == Some(true));
        if let Some(severity) = worse {
            claim.to_mut().severity = severity;
        }
        if new.is_some() || worse.is_some() {
            message.push_str(", and this contact is new to the tenant");
        }
        if let (Some(evidence), "is empty") = (required.empty_evidence, how) {
            let claim = claim.to_mut();
            claim.evidence = evidence;
            claim.wording = Wording::Inferred;
            if matches!(evidence, Evidence::Inferred | Evidence::Contradicted) {
                claim.severity = if evidence == Evidence::Inferred {
                    Severity::Warning
                } else {
                    Severity::Advice
                };
                claim.note =
                    Cow::Borrowed("the documented error is for a null; an empty string is probably accepted");
            }
        }
        if let Some(sibling) = required.unless {
            let name = &table.property(sibling).name;
            let claim = claim.to_mut();
            if self.present(table, objects, sibling) {
                claim.severity = Severity::Advice;
                claim.evidence = Evidence::Contradicted;
                message = [&*message, ", and only ", name, " is given"].concat();
            } else {
                message = [&*message, ", and so is ", name].concat();
                let property = &property.name;
                claim.note = Cow::Owned(format!(
                    "the table requires {property}; a request may omit it only if {name} is given"
                ));
            }
        }
        let violation = Violation::new(claim, message, messages::give_help(property));
        self.report(
            place,
            &property.constraint,
            violation,
            &[("property", &property.name)],
        );
    }

    /// Returns true if the contact of this record is new to the tenant. `None` if that is unknown.
    fn new_contact(&self) -> Option<bool> {
        let look = || {
            let (code, user) = self.identity();
            // A record without a contact is refused for that reason.
            if code.is_none() && user.is_none() {
                return None;
            }
            self.facts
                .holds_contact(code.as_deref(), user.as_deref())
                .map(|held| !held)
        };
        *self.is_new.get_or_init(look)
    }
}
