//! What requests change: a predicted success adds its contacts and LOBs to what the next request meets.

use std::collections::HashMap;

use super::{Contact, Knowledge, Tenant, folded};
use crate::rules::Fact;

/// What one record changes if it succeeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Contact code of the record.
    pub code: Option<String>,
    /// User name of the record, unless it is a placeholder.
    pub user: Option<String>,
    /// The contact is there afterwards.
    pub adds: bool,
    /// The contact is gone afterwards.
    pub deletes: bool,
    /// Whether it is active afterwards, where the record says so.
    pub active: Option<bool>,
    /// What becomes of its belonging LOBs.
    pub lobs: Option<LobEffect>,
}

/// What a record does to the belonging LOBs of its contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LobEffect {
    /// These are added to those that are held.
    Added(Vec<String>),
    /// These take the place of those that are held.
    Replaced(Vec<String>),
    /// What is held afterwards cannot be told.
    Unknown,
}

/// What is known of a contact beyond the tenant file.
#[derive(Debug, Clone, Default)]
struct News {
    there: Option<bool>,
    active: Option<bool>,
    lobs: Option<Option<Vec<String>>>,
}

/// What earlier requests have changed.
#[derive(Debug, Clone, Default)]
pub struct Learnt {
    contacts: HashMap<String, News>,
    /// User name to contact code, both folded.
    users: HashMap<String, String>,
}

impl Learnt {
    /// Adds what a later request changed.
    pub fn merge(&mut self, later: Self) {
        for (code, news) in later.contacts {
            let known = self.contacts.entry(code).or_default();
            known.there = news.there.or(known.there);
            known.active = news.active.or(known.active);
            if news.lobs.is_some() {
                known.lobs = news.lobs;
            }
        }
        self.users.extend(later.users);
    }

    fn find(&self, code: Option<&str>, user: Option<&str>) -> Option<&News> {
        // The common case, and it costs nothing.
        if self.contacts.is_empty() {
            return None;
        }
        let by_code = code.and_then(|code| self.contacts.get(&folded(code)));
        by_code.or_else(|| self.contacts.get(self.users.get(&folded(user?))?))
    }
}

/// The tenant's facts as one request meets them, and what its records change on the way.
#[derive(Debug)]
pub struct Facts<'f> {
    tenant: &'f Tenant,
    before: &'f Learnt,
    now: Learnt,
    /// Whether contacts are worth remembering: somebody will ask for them.
    remembers_contacts: bool,
}

impl<'f> Facts<'f> {
    /// The facts before a request. `in_order`: others will follow that meet what it changes.
    #[must_use]
    pub fn new(tenant: &'f Tenant, before: &'f Learnt, in_order: bool) -> Self {
        Self {
            tenant,
            before,
            now: Learnt::default(),
            remembers_contacts: in_order || tenant.contacts.is_some(),
        }
    }

    /// What the request changed.
    #[must_use]
    pub fn into_learnt(self) -> Learnt {
        self.now
    }

    /// Whether the tenant holds this value.
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Knowledge {
        if fact == Fact::Contacts {
            if let Some(there) = self.there(Some(value), None) {
                return if there { Knowledge::Right } else { Knowledge::Wrong };
            }
        }
        self.tenant.knows(fact, value)
    }

    /// Whether the contact is there, as far as requests have told.
    fn there(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        let told = |learnt: &Learnt| learnt.find(code, user).and_then(|news| news.there);
        told(&self.now).or_else(|| told(self.before))
    }

    /// Whether the tenant holds a contact of that code or that user name; `None` where it cannot be told.
    #[must_use]
    pub fn holds_contact(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        self.there(code, user).or_else(|| {
            self.tenant
                .contacts
                .as_ref()
                .map(|contacts| contacts.find(code, user).is_some())
        })
    }

    /// Whether the contact is active, where it is known.
    #[must_use]
    pub fn is_active(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        let told = |learnt: &Learnt| learnt.find(code, user).and_then(|news| news.active);
        told(&self.now)
            .or_else(|| told(self.before))
            .or_else(|| self.contact(code, user)?.active)
    }

    /// The LOBs that the contact belongs to; `None` where it cannot be told.
    #[must_use]
    pub fn lobs(&self, code: Option<&str>, user: Option<&str>) -> Option<Vec<String>> {
        let told = |learnt: &Learnt| learnt.find(code, user).and_then(|news| news.lobs.clone());
        if let Some(lobs) = told(&self.now).or_else(|| told(self.before)) {
            return lobs;
        }
        match self.contact(code, user) {
            Some(contact) => contact.lobs.clone(),
            // A contact that is not there belongs nowhere yet.
            None => (self.holds_contact(code, user) == Some(false)).then(Vec::new),
        }
    }

    /// Whether updates of inactive users are allowed, where it is known.
    #[must_use]
    pub fn allows_update_for_inactive_users(&self) -> Option<bool> {
        self.tenant.allow_update_for_inactive_users
    }

    fn contact(&self, code: Option<&str>, user: Option<&str>) -> Option<&Contact> {
        self.tenant.contacts.as_ref()?.find(code, user)
    }

    /// Whether anybody will ask for what a record says of its contact.
    pub(crate) fn remembers_contacts(&self) -> bool {
        self.remembers_contacts
    }

    /// Takes in what a record changes that is predicted to succeed.
    pub(crate) fn learn(&mut self, effect: Effect) {
        // Without a code, the user name stands in its place.
        let Some(name) = effect.code.as_ref().or(effect.user.as_ref()) else {
            return;
        };
        let held = match &effect.lobs {
            Some(LobEffect::Added(_)) => self.lobs(effect.code.as_deref(), effect.user.as_deref()),
            _ => None,
        };
        let code = folded(name);
        self.now
            .users
            .extend(effect.user.map(|user| (folded(&user), code.clone())));
        let news = self.now.contacts.entry(code).or_default();
        if effect.deletes || effect.adds {
            news.there = Some(!effect.deletes);
        }
        news.active = effect.active.or(news.active);
        match effect.lobs {
            None => {}
            Some(LobEffect::Unknown) => news.lobs = Some(None),
            Some(LobEffect::Replaced(lobs)) => news.lobs = Some(Some(lobs)),
            Some(LobEffect::Added(lobs)) => {
                let mut all = held.unwrap_or_default();
                for lob in lobs {
                    if !all.contains(&lob) {
                        all.push(lob);
                    }
                }
                // Nothing sent and nothing known is still nothing known.
                news.lobs = (!all.is_empty()).then_some(Some(all)).or(news.lobs.take());
            }
        }
    }
}
