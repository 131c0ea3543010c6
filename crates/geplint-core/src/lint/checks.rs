//! Checks over several properties of one object: a closed set of kinds, none of which knows an endpoint.

use std::borrow::Cow;

use super::judge::{Likeness, likeness, nearly_same};
use super::object::Resolved;
use super::{Linter, Step};
use crate::finding::Span;
use crate::json::{JsonKind, NodeId};
use crate::rules::{Check, CheckKind, Claim, Enumeration, PropertyId, Route, SingleValued, Table, TableId};
use crate::tenant::{Facts, Held, Knowledge};

impl<'a> Linter<'a> {
    pub(super) fn check(&mut self, check: &'a Check, table: &'a Table, objects: &[NodeId], base: usize) {
        let there = |id: &PropertyId| self.slot(base, *id).is_some_and(|value| !self.is_nothing(value));
        match &check.kind {
            CheckKind::AnyOf(ids) => {
                if !self.tree.damaged && !ids.iter().any(there) {
                    self.none_of(&check.claim, table, objects, ids);
                }
            }
            // Most records have nothing to compare: look before decoding anything.
            CheckKind::Differs { route, from, nearly } => {
                if route.steps.first().is_some_and(|(_, id)| there(id)) {
                    self.differs(&check.claim, table, (objects, base), route, *from, nearly);
                }
            }
            CheckKind::SingleValued(single) => self.single_valued(&check.claim, table, objects, single),
            CheckKind::Active(ids) => self.active(&check.claim, table, objects, ids),
        }
    }

    fn differs(
        &mut self,
        claim: &'a Claim,
        table: &'a Table,
        (objects, base): (&[NodeId], usize),
        route: &'a Route,
        from: PropertyId,
        nearly: &[PropertyId],
    ) {
        self.walk(&route.steps, objects, &mut |linter, value| {
            let Some(text) = linter.scalar_text(value) else {
                return;
            };
            let contact = linter.endpoint.contact.as_ref().filter(|_| base == 0);
            match likeness(&text, from, nearly, contact, |id| linter.slot_text(base, id)) {
                None => {}
                Some(Likeness::Same) => linter.same_value(claim, table, route, from, value, &text),
                Some(Likeness::Equals(id)) => {
                    linter.nearly_same_value(claim, table, (route, id), value, &text, true);
                }
                Some(Likeness::Nearly(id)) => {
                    linter.nearly_same_value(claim, table, (route, id), value, &text, false);
                }
            }
        });
    }

    fn single_valued(
        &mut self,
        claim: &'a Claim,
        table: &'a Table,
        objects: &[NodeId],
        single: &'a SingleValued,
    ) {
        if single
            .undecided_by
            .as_ref()
            .is_some_and(|route| self.is_true(route, objects))
        {
            let mut any = false;
            self.each_counted(single, objects, &mut |_, _, _| any = true);
            *self.undecided += u64::from(any);
            if let (true, Some(fact)) = (any, single.fact) {
                self.needed.add(fact);
            }
            return;
        }
        let held = self.held(single, objects);
        let mut first: Option<(Cow<'a, str>, Span)> = None;
        // One finding for each record. What differs in case or whitespace alone matters only where nothing else does.
        let (mut refused, mut near) = (false, false);
        self.each_counted(single, objects, &mut |linter, value, text| {
            if refused {
                return;
            }
            let beside = held.as_ref().filter(|held| !held.contains(&text));
            match first.as_ref().filter(|(known, _)| *known != text) {
                Some((known, _)) if nearly_same(known, &text) => near = true,
                Some((known, span)) => {
                    refused = true;
                    linter.several_values(claim, table, objects, single, value, &text, (known, *span));
                }
                None => {}
            }
            if let Some(known) = beside.and_then(Held::first).filter(|_| !refused) {
                refused = true;
                linter.other_than_held(claim, table, objects, single, value, &text, known);
            }
            first.get_or_insert_with(|| (text, linter.tree.node(value).span));
        });
        if refused {
            return;
        }
        if first.is_some() && held.is_none() {
            *self.undecided += 1;
            if let Some(fact) = single.fact {
                self.needed.add(fact);
            }
        }
        let Some((known, span)) = first.filter(|_| near) else {
            return;
        };
        self.each_counted(single, objects, &mut |linter, value, text| {
            if near && known != text {
                near = false;
                linter.spelled_otherwise(claim, single, value, &text, (&known, span));
            }
        });
    }

    /// What the tenant holds for the contact already; empty where what is sent replaces it.
    fn held(&mut self, single: &'a SingleValued, objects: &[NodeId]) -> Option<Held<'a>> {
        if single.fact.is_none()
            || single
                .replaced_by
                .as_ref()
                .is_some_and(|route| self.is_true(route, objects))
        {
            return Some(Held::default());
        }
        let (code, user) = self.identity();
        self.facts.lobs(code.as_deref(), user.as_deref())
    }

    /// Hands every value that counts to `visit`, with the path set.
    pub(super) fn each_counted(
        &mut self,
        single: &'a SingleValued,
        objects: &[NodeId],
        visit: &mut dyn FnMut(&mut Self, NodeId, Cow<'a, str>),
    ) {
        self.walk(&single.items.steps, objects, &mut |linter, item| {
            if !linter.counts(single, item) {
                return;
            }
            linter.walk(&single.value.steps, &[item], &mut |linter, value| {
                // White space is no code.
                if let Some(text) = linter.scalar_text(value).filter(|text| !text.trim().is_empty()) {
                    visit(linter, value, text);
                }
            });
        });
    }

    /// Whether an item meets the condition under which it counts.
    fn counts(&self, single: &SingleValued, item: NodeId) -> bool {
        let Some((table, _)) = single.value.steps.first() else {
            return false;
        };
        let (id, words) = &single.condition;
        self.kind(item) == JsonKind::Object
            && self
                .text_at(self.endpoint.table(*table), &[item], *id)
                .is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(&text)))
    }

    /// Whether the boolean at the end of the route binds to true.
    pub(super) fn is_true(&mut self, route: &'a Route, objects: &[NodeId]) -> bool {
        let mut found = false;
        self.walk(&route.steps, objects, &mut |linter, value| {
            found = linter.reads_as_true(value);
        });
        found
    }

    /// Whether the value binds to the boolean true.
    pub(super) fn reads_as_true(&self, value: NodeId) -> bool {
        match self.kind(value) {
            JsonKind::True => true,
            JsonKind::String => self.decoded(value).trim().eq_ignore_ascii_case("true"),
            JsonKind::Number => self.tree.node(value).span.of(self.text).parse() != Ok(0.0),
            _ => false,
        }
    }

    /// An update of a contact that the tenant holds as inactive.
    fn active(&mut self, claim: &'a Claim, table: &'a Table, objects: &[NodeId], ids: &[PropertyId]) {
        let (code, user) = self.identity();
        if self.facts.is_active(code.as_deref(), user.as_deref()) != Some(false) {
            return;
        }
        if self.facts.allows_update_for_inactive_users() != Some(true) {
            self.inactive(claim, table, objects, ids);
        }
    }

    /// Follows a route, lists and all, and hands every value at its end to `visit` with the path set.
    fn walk(
        &mut self,
        steps: &[(TableId, PropertyId)],
        objects: &[NodeId],
        visit: &mut dyn FnMut(&mut Self, NodeId),
    ) {
        let Some(((table, id), rest)) = steps.split_first() else {
            return;
        };
        let values = self.values(self.endpoint.table(*table), objects, *id);
        for value in values.iter() {
            let Resolved::Node(node) = self.resolve(*value) else {
                continue;
            };
            let depth = self.path.len();
            self.path.push(Step::Key(super::object::key_of(*value)));
            self.unwrapped(*value, node);
            if self.kind(node) == JsonKind::Array {
                for (index, element) in (0..).zip(self.tree.elements(node)) {
                    self.path.push(Step::Index(index));
                    self.step(rest, element, visit);
                    self.path.pop();
                }
            } else {
                self.step(rest, node, visit);
            }
            self.path.truncate(depth);
        }
    }

    fn step(&mut self, rest: &[(TableId, PropertyId)], at: NodeId, visit: &mut dyn FnMut(&mut Self, NodeId)) {
        if rest.is_empty() {
            visit(self, at);
        } else if self.kind(at) == JsonKind::Object {
            self.walk(rest, &[at], visit);
        }
    }

    /// Whether the tenant's own list of an open enumeration has this name, or each of several with commas between.
    pub(super) fn membership(&self, list: &Enumeration, text: &str) -> Knowledge {
        membership(self.facts, list, text)
    }
}

/// Whether the tenant knows all members of a comma list that the page does not name.
pub(super) fn membership(facts: &Facts<'_>, list: &Enumeration, text: &str) -> Knowledge {
    let Some(fact) = list.fact else {
        return Knowledge::CannotTell;
    };
    let mut all = Knowledge::Right;
    for name in text.split(',').map(str::trim) {
        if list
            .members
            .iter()
            .any(|member| member.name.eq_ignore_ascii_case(name))
        {
            continue;
        }
        match facts.knows(fact, name) {
            Knowledge::Right => {}
            Knowledge::Wrong => return Knowledge::Wrong,
            Knowledge::CannotTell => all = Knowledge::CannotTell,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::finding::{Finding, Severity};
    use crate::json;
    use crate::keyed::compared;
    use crate::lint::check_with;
    use crate::rules::testing::builtin;
    use crate::tenant::{Facts, Tenant, TenantChanges};
    use crate::threads::Threads;

    /// A record of one contact with these belonging LOBs.
    fn record(lobs: &[String], overwrites: bool) -> String {
        let entries: Vec<String> = lobs
            .iter()
            .map(|lob| format!(r#"{{"OrgEntity":{{"LobEntityCode":"{lob}"}},"LobType":"Belonging"}}"#))
            .collect();
        format!(
            r#"{{"ContactCode":"C-1","PersonaAndRoles":[{{"PersonaCode":"P","Activities":[{{"Code":"A"}}]}}],
            "IsOverWriteDefaultActivities":true,"IsAppendUserActivities":true,"RegionDetails":[{{"RegionName":"R"}}],
            "BuDetails":{{"OrgDetails":[{}],"IsOverwrite":{overwrites}}}}}"#,
            entries.join(",")
        )
    }

    fn findings(body: &str) -> (Vec<Finding>, TenantChanges) {
        let (text, errors) = json::text(body.as_bytes());
        let endpoint = builtin("save-contact-authorization-details").unwrap();
        let (tenant, before) = (Tenant::default(), TenantChanges::default());
        let mut facts = Facts::new(&tenant, &before, true);
        let found = check_with(&text, errors, endpoint, &mut facts, false, Threads::ONE).findings;
        (found, facts.into_changes())
    }

    fn told(body: &str) -> Vec<(Severity, String)> {
        let found = findings(body).0;
        assert!(
            found
                .iter()
                .all(|finding| finding.rule == "several-belonging-lobs"),
            "{found:?}"
        );
        found
            .iter()
            .map(|finding| (finding.severity, finding.message.to_string()))
            .collect()
    }

    #[test]
    fn distinct_lobs_are_compared_a_bounded_number_of_times() {
        let count = 3_000;
        let lobs: Vec<String> = (0..count).map(|number| format!("LOB-{number}")).collect();
        // Many in one record, and one more in each of many records of the same contact.
        let many = format!("[{}]", record(&lobs, true));
        let records: Vec<String> = lobs
            .iter()
            .map(|lob| record(std::slice::from_ref(lob), false))
            .collect();
        for (body, refused) in [(many, 1), (format!("[{}]", records.join(",")), count - 1)] {
            let ((found, _), comparisons) = compared::by(|| findings(&body));
            let several = found
                .iter()
                .filter(|finding| finding.rule == "several-belonging-lobs");
            assert_eq!(several.count(), refused);
            assert!(
                comparisons <= 8 * count as u64,
                "{comparisons} comparisons of {count} LOBs"
            );
        }
    }

    #[test]
    fn lobs_that_differ_in_case_or_whitespace_are_a_warning() {
        let lobs = |lobs: &[&str]| {
            let lobs: Vec<String> = lobs.iter().map(|lob| (*lob).to_owned()).collect();
            told(&format!("[{}]", record(&lobs, true)))
        };
        let severities = |found: Vec<(Severity, String)>| -> Vec<Severity> {
            found.into_iter().map(|(severity, _)| severity).collect()
        };
        assert!(lobs(&["EMEA", "EMEA", "", " "]).is_empty());
        assert_eq!(severities(lobs(&["EMEA", "emea", " EMEA "])), [Severity::Warning]);
        assert_eq!(severities(lobs(&["EMEA", "APAC"])), [Severity::Error]);
        assert_eq!(severities(lobs(&["EMEA", "emea", "APAC"])), [Severity::Error]);
        assert_eq!(
            lobs(&["EMEA", "emea"])[0].1,
            "LobEntityCode \"emea\" and \"EMEA\" differ only in case or whitespace"
        );
    }
}
