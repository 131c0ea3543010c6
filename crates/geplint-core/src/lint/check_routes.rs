//! Checks over several properties of one object. This file follows their routes; `rules/kinds` defines the meaning of
//! each kind.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::record_state::{Linter, Resolved, Step, key_of};
use crate::finding::Span;
use crate::json::{JsonKind, NodeId};
use crate::rules::{
    Active, AtMostOne, Check, CheckKind, Claim, Conflict, Differs, PropertyId, Route, SingleValued, Table,
    TableId, Unique,
};
use crate::string_map::Folded;
use crate::tenant::Held;

/// A value that counts: its node, its string, and the string and span of the first such value.
type Counted<'c, 'a> = (NodeId, &'c str, Option<&'c (Cow<'a, str>, Span)>);

/// The strings of an array seen so far. The first one is stored without an allocation, because most arrays have only
/// one.
#[derive(Default)]
struct Seen<'a> {
    first: Option<(Folded<'a>, Span)>,
    others: HashMap<Folded<'a>, Span>,
}

impl<'a> Seen<'a> {
    /// Adds a string. Returns the equal string seen before and its span, if there is one.
    fn insert(&mut self, text: Folded<'a>, span: Span) -> Option<(Cow<'a, str>, Span)> {
        if self.first.is_none() {
            self.first = Some((text, span));
            return None;
        }
        if let Some((first, earlier)) = self.first.as_ref().filter(|(first, _)| *first == text) {
            return Some((first.0.clone(), *earlier));
        }
        match self.others.entry(text) {
            Entry::Vacant(entry) => {
                entry.insert(span);
                None
            }
            Entry::Occupied(entry) => Some((entry.key().0.clone(), *entry.get())),
        }
    }
}

impl<'a> Linter<'a> {
    pub(super) fn check(&mut self, check: &'a Check, table: &'a Table, objects: &[NodeId], base: usize) {
        let there = |id: &PropertyId| {
            self.slot(base, *id)
                .is_some_and(|value| !self.is_null_or_empty(value))
        };
        match &check.kind {
            CheckKind::AnyOf(any_of) => {
                if !self.tree.damaged && !any_of.0.iter().any(there) && !self.is_open(objects) {
                    let (place, name) = (self.object_place(objects), check.kind.name(self.endpoint, table));
                    self.report(place, &name, any_of.violation(&check.claim, table), &[]);
                }
            }
            // Most records have nothing to compare, so this is tested before anything is decoded.
            CheckKind::Differs(differs) => {
                if differs.route.first().is_some_and(|id| there(&id)) {
                    self.differs(check, differs, table, (objects, base));
                }
            }
            CheckKind::SingleValued(single) => self.single_valued(check, single, table, objects),
            CheckKind::Active(active) => self.active(&check.claim, active, table, objects),
            CheckKind::Unique(unique) => self.unique(check, unique, table, objects),
            CheckKind::AtMostOne(one) => self.at_most_one(check, one, table, objects),
            // Checked after the whole record has been read, in `record_keys`.
            CheckKind::BelongsToOne(_) => {}
        }
    }

    fn differs(
        &mut self,
        check: &'a Check,
        differs: &'a Differs,
        table: &'a Table,
        (objects, base): (&[NodeId], usize),
    ) {
        self.follow(&differs.route.steps, objects, &mut |linter, value| {
            let Some(text) = linter.scalar_text(value) else {
                return;
            };
            let endpoint = linter.endpoint;
            let contact = endpoint.contact.as_ref().filter(|_| base == 0);
            let Some(likeness) = differs.likeness(&text, contact, |id| linter.slot_text(base, id)) else {
                return;
            };
            let violation = differs.violation(&check.claim, endpoint, table, &text, likeness);
            let property = endpoint.end(&differs.route).map_or("", |property| &property.name);
            let fills = [("property", property), ("value", &text)];
            let (place, name) = (linter.value_place(value), check.kind.name(endpoint, table));
            linter.report(place, &name, violation, &fills);
        });
    }

    fn single_valued(
        &mut self,
        check: &'a Check,
        single: &'a SingleValued,
        table: &'a Table,
        objects: &[NodeId],
    ) {
        if self.ends_in_true(single.undecided_by.as_ref(), objects) {
            let mut any = false;
            self.each_counted(single, objects, &mut |_, _, _| any = true);
            if any {
                self.count_undecided(single.fact);
            }
            return;
        }
        let held = self.tenant_values(single, objects);
        let mut first: Option<(Cow<'a, str>, Span)> = None;
        // One finding per record. A difference in case or whitespace alone matters only if there is no other
        // difference.
        let (mut refused, mut near) = (false, false);
        self.each_counted(single, objects, &mut |linter, value, text| {
            if refused {
                return;
            }
            let known = first.as_ref().map(|(known, _)| &**known);
            match SingleValued::judge(known, held.as_ref(), &text) {
                None => {}
                Some(Conflict::Nearly) => near = true,
                Some(conflict) => {
                    refused = true;
                    let counted = (value, &*text, first.as_ref());
                    linter.report_conflict(check, single, table, objects, counted, conflict);
                }
            }
            first.get_or_insert_with(|| (text, linter.tree.node(value).span));
        });
        if refused {
            return;
        }
        if first.is_some() && held.is_none() {
            self.count_undecided(single.fact);
        }
        let Some(first) = first.filter(|_| near) else {
            return;
        };
        self.each_counted(single, objects, &mut |linter, value, text| {
            if near && first.0 != text {
                near = false;
                let counted = (value, &*text, Some(&first));
                linter.report_conflict(check, single, table, objects, counted, Conflict::Nearly);
            }
        });
    }

    /// Reports a value that conflicts with the first one, or with a value of the tenant.
    fn report_conflict(
        &mut self,
        check: &Check,
        single: &SingleValued,
        table: &Table,
        objects: &[NodeId],
        (value, text, first): Counted<'_, 'a>,
        conflict: Conflict<'_>,
    ) {
        let mut subjects = single.subject.iter();
        let subject = subjects
            .find_map(|id| self.text_at(table, objects, *id))
            .unwrap_or_default();
        let known = first.map_or("", |(known, _)| known);
        let violation = single.violation(&check.claim, self.endpoint, &subject, (text, known), conflict);
        let mut place = self.value_place(value);
        if let Some((_, span)) = first.filter(|_| !matches!(conflict, Conflict::Held(_))) {
            place = place.with(*span, "the first one");
        }
        let name = check.kind.name(self.endpoint, table);
        // For values that differ only in case or whitespace, no answer is predicted.
        self.report(place, &name, violation, &[("subject", &subject), ("value", text)]);
    }

    /// Returns the values that the tenant has for the contact. Empty if the request replaces them.
    fn tenant_values(&mut self, single: &'a SingleValued, objects: &[NodeId]) -> Option<Held<'a>> {
        if single.fact.is_none() || self.ends_in_true(single.replaced_by.as_ref(), objects) {
            return Some(Held::default());
        }
        let (code, user) = self.identity();
        self.facts.lobs(code.as_deref(), user.as_deref())
    }

    /// Calls `visit` for every value that counts, with the path set.
    pub(super) fn each_counted(
        &mut self,
        single: &'a SingleValued,
        objects: &[NodeId],
        visit: &mut dyn FnMut(&mut Self, NodeId, Cow<'a, str>),
    ) {
        self.follow(&single.items.steps, objects, &mut |linter, item| {
            if !linter.counts(single, item) {
                return;
            }
            linter.follow(&single.value.steps, &[item], &mut |linter, value| {
                // Whitespace is not a code.
                if let Some(text) = linter.scalar_text(value).filter(|text| !text.trim().is_empty()) {
                    visit(linter, value, text);
                }
            });
        });
    }

    /// Returns true if an item meets the condition under which it counts.
    fn counts(&self, single: &SingleValued, item: NodeId) -> bool {
        let Some((table, _)) = single.value.steps.first() else {
            return false;
        };
        self.kind(item) == JsonKind::Object
            && self
                .text_at(self.endpoint.table(*table), &[item], single.condition.0)
                .is_some_and(|text| single.counts(&text))
    }

    /// Returns true if the route exists and the boolean at its end binds to true, or is not known.
    pub(super) fn ends_in_true(&mut self, route: Option<&'a Route>, objects: &[NodeId]) -> bool {
        let mut found = false;
        if let Some(route) = route {
            self.follow(&route.steps, objects, &mut |linter, value| {
                found = linter.tree.node(value).unknown || linter.reads_as_true(value);
            });
        }
        found
    }

    /// Reports an update of a contact that is inactive at the tenant.
    fn active(&mut self, claim: &'a Claim, active: &Active, table: &'a Table, objects: &[NodeId]) {
        let (code, user) = self.identity();
        if !Active::breaks(self.facts, code.as_deref(), user.as_deref()) {
            return;
        }
        let mut subjects = active.0.iter();
        let Some((id, text)) = subjects.find_map(|id| Some((*id, self.text_at(table, objects, *id)?))) else {
            return;
        };
        let mut place = self.object_place(objects);
        if let Some(value) = self.last(table, objects, id) {
            place = self.value_place(value);
            place.pointer = self.member_pointer(value);
        }
        let violation = Active::violation(claim, &table.property(id).name, &text, self.facts);
        self.report(
            place,
            &Active::name(table, id),
            violation,
            &[("value", text.as_ref())],
        );
    }

    fn unique(&mut self, check: &'a Check, unique: &'a Unique, table: &'a Table, objects: &[NodeId]) {
        let mut seen = Seen::default();
        self.follow(&unique.value.steps, objects, &mut |linter, value| {
            let Some(text) = linter.scalar_text(value) else {
                return;
            };
            if text.trim().is_empty() || linter.endpoint.texts.is_placeholder(&text) {
                return;
            }
            let span = linter.tree.node(value).span;
            if let Some((first, earlier)) = seen.insert(Folded(text), span) {
                let text = linter.scalar_text(value).unwrap_or_default();
                let violation = unique.violation(&check.claim, linter.endpoint, &text, &first);
                let place = linter.value_place(value).with(earlier, "the first one");
                let name = check.kind.name(linter.endpoint, table);
                linter.report(place, &name, violation, &[("value", &text)]);
            }
        });
    }

    fn at_most_one(&mut self, check: &'a Check, one: &'a AtMostOne, table: &'a Table, objects: &[NodeId]) {
        let mut seen = Seen::default();
        self.follow(&one.items.steps, objects, &mut |linter, item| {
            if linter.kind(item) != JsonKind::Object {
                return;
            }
            let inner = linter.endpoint.table(one.item);
            let is_set = |id| {
                let value = linter.last(inner, &[item], id);
                value.filter(|value| linter.reads_as_true(*value))
            };
            let is_unknown = |id| {
                let value = linter.last(inner, &[item], id);
                value.is_some_and(|value| linter.tree.node(value).unknown)
            };
            if one.unless.is_some_and(is_unknown) || one.per.is_some_and(is_unknown) {
                return;
            }
            let Some(flag) = is_set(one.flag).filter(|_| one.unless.and_then(is_set).is_none()) else {
                return;
            };
            let sort = one.per.and_then(|id| linter.text_at(inner, &[item], id));
            let span = linter.tree.node(flag).span;
            if let Some((first, earlier)) = seen.insert(Folded(sort.unwrap_or_default()), span) {
                let violation = one.violation(&check.claim, linter.endpoint, &first);
                let mut place = linter.value_place(flag).with(earlier, "the first one");
                place.pointer = linter.member_pointer(flag);
                let name = check.kind.name(linter.endpoint, table);
                linter.report(place, &name, violation, &[]);
            }
        });
    }

    /// Follows a route, through arrays too, and calls `visit` for every value at its end, with the path set.
    fn follow(
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
            let depth = self.buffers.path.len();
            self.buffers.path.push(Step::Key(key_of(*value)));
            self.unwrapped(*value, node);
            if self.kind(node) == JsonKind::Array {
                for (index, element) in (0..).zip(self.tree.elements(node)) {
                    self.buffers.path.push(Step::Index(index));
                    self.step(rest, element, visit);
                    self.buffers.path.pop();
                }
            } else {
                self.step(rest, node, visit);
            }
            self.buffers.path.truncate(depth);
        }
    }

    fn step(&mut self, rest: &[(TableId, PropertyId)], at: NodeId, visit: &mut dyn FnMut(&mut Self, NodeId)) {
        if rest.is_empty() {
            visit(self, at);
        } else if self.kind(at) == JsonKind::Object {
            self.follow(rest, &[at], visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::{Finding, Severity};
    use crate::json;
    use crate::lint::check_with;
    use crate::rules::testing::builtin;
    use crate::string_map::compared;
    use crate::tenant::{Facts, Tenant, TenantChanges};
    use crate::threads::Threads;

    /// Builds a record of one contact with these belonging LOBs.
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

    fn reported(body: &str) -> Vec<(Severity, String)> {
        let found = findings(body).0;
        // Whitespace around a code has a separate finding.
        let found = found
            .into_iter()
            .filter(|finding| finding.rule != "hidden-character");
        let found: Vec<Finding> = found.collect();
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
        // Many LOBs in one record, and one further LOB in each of many records of the same contact.
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
            reported(&format!("[{}]", record(&lobs, true)))
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
