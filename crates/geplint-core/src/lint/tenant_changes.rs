//! The changes to the tenant's facts by a record that succeeds.

use std::borrow::Cow;

use super::record_state::Linter;
use crate::json::{JsonKind, NodeId};
use crate::rules::{CheckKind, PropertyId, SingleValued};
use crate::tenant::{Effect, LobEffect};

impl<'a> Linter<'a> {
    /// Returns the changes of the current record, if a later check could need them.
    pub(super) fn effect(&mut self) -> Option<Effect> {
        let root = self.root.filter(|_| !self.tree.damaged)?;
        let rows = self.endpoint.contact.as_ref()?;
        let lobs = self.lob_effect(root);
        if lobs.is_none() && !self.facts.remembers_contacts() {
            return None;
        }
        let flag = |id: Option<PropertyId>| id.and_then(|id| self.flag(root, id));
        let (active, deleted) = (flag(rows.active), flag(rows.deleted));
        let (code, user) = self.identity();
        Some(Effect {
            code: code.map(Cow::into_owned),
            user: user.map(Cow::into_owned),
            adds: deleted != Some(true),
            deletes: deleted == Some(true),
            active,
            lobs,
        })
    }

    fn lob_effect(&mut self, root: NodeId) -> Option<LobEffect> {
        let endpoint = self.endpoint;
        let single = endpoint
            .record_table()
            .checks
            .iter()
            .find_map(|check| match &check.kind {
                CheckKind::SingleValued(single) if single.fact.is_some() => Some(single),
                _ => None,
            })?;
        let sent = self.sent(single, root);
        if self.ends_in_true(single.undecided_by.as_ref(), &[root]) {
            return Some(LobEffect::Unknown);
        }
        if self.ends_in_true(single.replaced_by.as_ref(), &[root]) {
            return Some(LobEffect::Replaced(sent));
        }
        (!sent.is_empty()).then_some(LobEffect::Added(sent))
    }

    /// Returns the values in the record.
    fn sent(&mut self, single: &'a SingleValued, root: NodeId) -> Vec<String> {
        let mut sent: Vec<String> = Vec::new();
        self.each_counted(single, &[root], &mut |_, _, text| sent.push(text.into_owned()));
        sent
    }

    fn flag(&self, root: NodeId, id: PropertyId) -> Option<bool> {
        let value = self.last(self.endpoint.record_table(), &[root], id)?;
        match self.kind(value) {
            _ if self.tree.node(value).unknown => None,
            JsonKind::Null | JsonKind::Array | JsonKind::Object => None,
            _ => Some(self.reads_as_true(value)),
        }
    }
}
