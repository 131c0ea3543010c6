//! Changes by requests: a predicted success adds its contacts and LOBs to the facts for the next request.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Contact, Fact, Lobs, Presence, Tenant, folded};
use crate::text_shape::Shape;

/// The changes by one record if it succeeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Effect {
    /// The contact code of the record.
    pub code: Option<String>,
    /// The user name of the record, unless it is a placeholder.
    pub user: Option<String>,
    /// True if the contact exists afterwards.
    pub adds: bool,
    /// True if the contact is deleted.
    pub deletes: bool,
    /// True if the contact is active afterwards; `None` if the record does not state it.
    pub active: Option<bool>,
    /// The change to its belonging LOBs.
    pub lobs: Option<LobEffect>,
}

/// The change of a record to the belonging LOBs of its contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LobEffect {
    /// These are added to the existing ones.
    Added(Vec<String>),
    /// These replace the existing ones.
    Replaced(Vec<String>),
    /// The result is unknown.
    Unknown,
}

/// The accepted records in a recorded answer of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptedRecords {
    /// Every record was accepted.
    All,
    /// The records with these keys were accepted, and no others.
    Only(HashSet<String>),
}

impl AcceptedRecords {
    /// Returns an answer that accepted nothing: the request was refused, or did not reach the API.
    #[must_use]
    pub fn none() -> Self {
        Self::Only(HashSet::new())
    }

    fn contains_key(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }
}

/// The changes that requests have made to a contact.
#[derive(Debug, Clone, Default)]
struct ContactChange {
    /// True if a request had its contact code.
    coded: bool,
    there: Option<bool>,
    active: Option<bool>,
    /// The LOBs that it belongs to, if a request has changed them.
    lobs: Option<Belonging>,
    /// Its index among the changes before the request; `None` if there is none, and after [`TenantChanges::merge`].
    before: Option<usize>,
    /// Its index in the tenant's list.
    held: Option<usize>,
}

impl ContactChange {
    /// Adds the changes of a later request. Returns true if that changes anything.
    fn learn(&mut self, later: Self) -> bool {
        let before = (self.coded, self.there, self.active);
        self.coded |= later.coded;
        self.there = later.there.or(self.there);
        self.active = later.active.or(self.active);
        self.held = self.held.or(later.held);
        let mut is_new = before != (self.coded, self.there, self.active);
        if later.lobs.is_some() {
            let known = self.lobs.clone();
            self.lobs = Belonging::after(self.lobs.take(), later.lobs);
            is_new |= self.lobs != known;
        }
        is_new
    }
}

/// The LOBs that a contact belongs to after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Belonging {
    /// Exactly these.
    To(Lobs),
    /// These, and those from before.
    Added(Lobs),
    Unknown,
}

impl Belonging {
    /// Returns the combination of two changes.
    fn after(earlier: Option<Self>, later: Option<Self>) -> Option<Self> {
        match (earlier, later) {
            (earlier, None) => earlier,
            (Some(Self::To(mut held)), Some(Self::Added(added))) => {
                held.extend(added);
                Some(Self::To(held))
            }
            (Some(Self::Added(mut held)), Some(Self::Added(added))) => {
                held.extend(added);
                Some(Self::Added(held))
            }
            (Some(Self::Unknown), Some(Self::Added(added))) => Some(Self::To(added)),
            (_, later) => later,
        }
    }
}

/// The LOBs that a contact belongs to. They are borrowed, so that many LOBs or many queries copy nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held<'f> {
    /// The LOBs of the tenant file, of earlier requests, and of this one.
    layers: [Option<&'f Lobs>; 3],
}

impl<'f> Held<'f> {
    /// Returns the first one, as written. `None` if there is none.
    #[must_use]
    pub fn first(&self) -> Option<&'f str> {
        self.layers.iter().flatten().find_map(|lobs| lobs.first())
    }

    /// Returns true if `lob` is one of them.
    #[must_use]
    pub fn contains(&self, lob: &str) -> bool {
        self.layers.iter().flatten().any(|lobs| lobs.contains(lob))
    }
}

/// The changes by earlier requests.
#[derive(Debug, Clone, Default)]
pub struct TenantChanges {
    all: Vec<ContactChange>,
    /// The index by contact code.
    codes: HashMap<String, usize>,
    /// The index by user name.
    users: HashMap<String, usize>,
    /// The index by index among the changes before the request; empty after [`merge`](Self::merge).
    before: HashMap<usize, usize>,
    /// The index by index in the tenant's list.
    held: HashMap<usize, usize>,
    /// True if a contact with an e-mail address as its code was created, so that the tenant uses such codes.
    email_codes: bool,
}

/// A contact with the changes by requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedContact<'c> {
    /// Its codes, in lower case and sorted.
    pub codes: Vec<&'c str>,
    /// Its user names, in lower case and sorted.
    pub users: Vec<&'c str>,
    /// True if it exists; `None` if unknown.
    pub there: Option<bool>,
    /// True if it is active; `None` if unknown.
    pub active: Option<bool>,
    /// The LOBs that requests have set; only the first ones if there are many.
    pub lobs: Vec<&'c str>,
    /// `added` if these are added to the earlier ones, `replaced` if they replace them, or `unknown`. `None` if no request has
    /// changed them.
    pub lobs_change: Option<&'static str>,
}

impl TenantChanges {
    /// Returns the number of changed contacts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns true if nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the first `most` changed contacts, in the order of their first change.
    #[must_use]
    pub fn contacts(&self, most: usize) -> Vec<ChangedContact<'_>> {
        let known = self.all.iter().take(most).map(|news| {
            let (lobs, lobs_change) = match &news.lobs {
                None => (None, None),
                Some(Belonging::To(lobs)) => (Some(lobs), Some("replaced")),
                Some(Belonging::Added(lobs)) => (Some(lobs), Some("added")),
                Some(Belonging::Unknown) => (None, Some("unknown")),
            };
            ChangedContact {
                there: news.there,
                active: news.active,
                lobs: lobs.map_or_else(Vec::new, |lobs| lobs.few.iter().map(String::as_str).collect()),
                lobs_change,
                ..ChangedContact::default()
            }
        });
        let mut contacts: Vec<_> = known.collect();
        for (code, at) in &self.codes {
            if let Some(contact) = contacts.get_mut(*at) {
                contact.codes.push(code);
            }
        }
        for (user, at) in &self.users {
            if let Some(contact) = contacts.get_mut(*at) {
                contact.users.push(user);
            }
        }
        for contact in &mut contacts {
            contact.codes.sort_unstable();
            contact.users.sort_unstable();
        }
        contacts
    }

    /// Adds the stored effects of a later request, from an earlier run.
    pub fn replay(&mut self, tenant: &Tenant, effects: Vec<Effect>) {
        let mut facts = Facts::new(tenant, self, true);
        for effect in effects {
            facts.learn("", true, effect);
        }
        let changes = facts.into_changes();
        self.merge(changes);
    }

    /// Adds the changes by the request after these. Returns true if any of them is new.
    pub fn merge(&mut self, later: Self) -> bool {
        let mut is_new = later.email_codes && !self.email_codes;
        let mut places = Vec::with_capacity(later.all.len());
        for news in later.all {
            let place = news.before.unwrap_or_else(|| {
                self.all.push(ContactChange::default());
                self.all.len() - 1
            });
            is_new |= self.all[place].learn(news);
            places.push(place);
        }
        let mut is_at = |before: Option<usize>, at: usize| is_new |= before != Some(at);
        for (name, at) in later.codes {
            is_at(self.codes.insert(name, places[at]), places[at]);
        }
        for (name, at) in later.users {
            is_at(self.users.insert(name, places[at]), places[at]);
        }
        for (held, at) in later.held {
            is_at(self.held.insert(held, places[at]), places[at]);
        }
        self.email_codes |= later.email_codes;
        is_new
    }

    /// Returns true if the contact has no code here, so that it may have any other code.
    fn is_codeless(&self, at: Option<usize>) -> bool {
        at.is_none_or(|at| !self.all[at].coded)
    }

    /// Applies the effect of a record to its contact.
    fn learn(&mut self, contact: Identity, effect: Effect) {
        let place = contact.now.unwrap_or_else(|| {
            self.all.push(ContactChange {
                before: contact.before,
                held: contact.held,
                ..ContactChange::default()
            });
            self.all.len() - 1
        });
        let (code, user) = (effect.code.as_deref(), effect.user.as_deref());
        self.codes.extend(code.map(|code| (folded(code), place)));
        self.users.extend(user.map(|user| (folded(user), place)));
        self.before.extend(contact.before.map(|before| (before, place)));
        self.held.extend(contact.held.map(|held| (held, place)));
        self.email_codes |= effect.adds && code.is_some_and(|code| Shape::Email.fits(code.trim()));
        let news = &mut self.all[place];
        news.coded |= code.is_some();
        if effect.deletes || effect.adds {
            news.there = Some(!effect.deletes);
        }
        news.active = effect.active.or(news.active);
        let change = match effect.lobs {
            // It is unknown whether a contact that is created again still has its LOBs.
            _ if effect.deletes => Some(Belonging::Unknown),
            None => None,
            Some(LobEffect::Unknown) => Some(Belonging::Unknown),
            Some(LobEffect::Replaced(lobs)) => Some(Belonging::To(Lobs::new(lobs))),
            Some(LobEffect::Added(lobs)) => Some(Belonging::Added(Lobs::new(lobs))),
        };
        news.lobs = Belonging::after(news.lobs.take(), change);
    }
}

/// A contact, by its index in each layer of the facts.
#[derive(Debug, Clone, Copy, Default)]
struct Identity {
    /// Among the changes by this request.
    now: Option<usize>,
    /// Among the changes before it.
    before: Option<usize>,
    /// In the tenant's list.
    held: Option<usize>,
}

impl Identity {
    const fn is_known(self) -> bool {
        self.now.is_some() || self.before.is_some() || self.held.is_some()
    }
}

/// The tenant's facts as one request sees them, with the changes by its records so far.
#[derive(Debug)]
pub struct Facts<'f> {
    tenant: &'f Tenant,
    before: &'f TenantChanges,
    now: TenantChanges,
    /// The recorded answer, and the changes by the records that it accepted. Later requests use these changes;
    /// records of this request use the changes that are predicted for earlier records.
    answered: Option<(&'f AcceptedRecords, TenantChanges)>,
    /// True if later checks use facts about contacts.
    remembers_contacts: bool,
    /// True if the files of the run are calls made one after another.
    in_order: bool,
    /// The number of changes so far.
    generation: usize,
    /// The effects of successful records, if the caller stores them.
    effects: Option<Vec<Effect>>,
}

impl<'f> Facts<'f> {
    /// Returns the facts before the request. Changes to the copy do not affect the original.
    pub(crate) fn before_request(&self) -> Self {
        Self::new(self.tenant, self.before, self.in_order)
    }

    /// Returns the facts before a request. If `in_order`, later requests will see its changes.
    #[must_use]
    pub fn new(tenant: &'f Tenant, before: &'f TenantChanges, in_order: bool) -> Self {
        Self {
            tenant,
            before,
            now: TenantChanges::default(),
            answered: None,
            remembers_contacts: in_order || tenant.contacts.is_some(),
            in_order,
            generation: 0,
            effects: None,
        }
    }

    /// Collects the effects of successful records.
    pub(crate) fn keeping_effects(self) -> Self {
        Self {
            effects: Some(Vec::new()),
            ..self
        }
    }

    /// Takes the collected effects.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        self.effects.take().unwrap_or_default()
    }

    /// Returns the facts before the request.
    pub(crate) fn fresh(&self) -> Self {
        Self {
            tenant: self.tenant,
            before: self.before,
            now: TenantChanges::default(),
            answered: None,
            remembers_contacts: self.remembers_contacts,
            in_order: self.in_order,
            generation: 0,
            effects: None,
        }
    }

    /// Sets the recorded answer to the request, so that its changes are those by the records that the answer
    /// accepted.
    #[must_use]
    pub fn answered(self, answer: Option<&'f AcceptedRecords>) -> Self {
        Self {
            answered: answer.map(|answer| (answer, TenantChanges::default())),
            ..self
        }
    }

    /// Returns the changes by the request.
    #[must_use]
    pub fn into_changes(self) -> TenantChanges {
        self.answered.map_or(self.now, |(_, changes)| changes)
    }

    /// Looks up a value of the tenant.
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Presence {
        if fact == Fact::Contacts {
            let contact = self.by_code(&self.now, value);
            if let Some(there) = contact.and_then(|contact| self.latest(contact, |news| news.there)) {
                return if there {
                    Presence::Present
                } else {
                    Presence::Absent
                };
            }
        }
        self.tenant.knows(fact, value)
    }

    /// Returns true if a value of this shape may be valid although its list is not available. An e-mail address may
    /// be a code if the settings, the tenant file or an earlier request show that the tenant uses such codes.
    #[must_use]
    pub fn may_be(&self, shape: Shape, fact: Fact) -> bool {
        let created = self.before.email_codes || self.now.email_codes;
        let used = created || self.tenant.has_email_codes();
        shape == Shape::Email && fact == Fact::Contacts && used
    }

    /// Returns true if the tenant has a contact with that code or that user name. `None` if that is unknown.
    #[must_use]
    pub fn holds_contact(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        let by_code = code.and_then(|code| self.by_code(&self.now, code));
        let contact = by_code.or_else(|| self.by_user(&self.now, user?, |_, _| true));
        let there = contact.and_then(|contact| self.latest(contact, |news| news.there));
        there.or_else(|| {
            // A contact without code and user name cannot be looked up.
            code.or(user)?;
            let contacts = self.tenant.contacts.as_ref()?;
            let held = contacts
                .by_code(code)
                .or_else(|| contacts.by_user(user))
                .is_some();
            let doubtful = code.is_some_and(|code| contacts.holds(code).is_none() && !contacts.codeless);
            (held || (self.tenant.lists_all_contacts() && !doubtful)).then_some(held)
        })
    }

    /// Returns true if the contact is active. `None` if that is unknown.
    #[must_use]
    pub fn is_active(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        let contact = self.identify(&self.now, code, user)?;
        self.latest(contact, |news| news.active)
            .or_else(|| self.contact(contact)?.active)
    }

    /// Returns the LOBs that the contact belongs to. `None` if they are unknown.
    #[must_use]
    pub fn lobs(&self, code: Option<&str>, user: Option<&str>) -> Option<Held<'_>> {
        let mut held = Held::default();
        let contact = self.identify(&self.now, code, user).unwrap_or_default();
        for (layer, changes, at) in [(2, &self.now, contact.now), (1, self.before, contact.before)] {
            let news = at.and_then(|at| changes.all.get(at));
            match news.and_then(|news| news.lobs.as_ref()) {
                None => {}
                Some(Belonging::Added(lobs)) => held.layers[layer] = Some(lobs),
                Some(Belonging::To(lobs)) => {
                    held.layers[layer] = Some(lobs);
                    return Some(held);
                }
                // LOBs that were added since are known nevertheless.
                Some(Belonging::Unknown) => return held.first().map(|_| held),
            }
        }
        match self.contact(contact) {
            Some(contact) => held.layers[0] = contact.lobs.as_ref(),
            // A contact that does not exist has no LOBs yet.
            None if self.holds_contact(code, user) == Some(false) => return Some(held),
            None => {}
        }
        held.layers.iter().any(Option::is_some).then_some(held)
    }

    /// Returns true if updates of inactive users are allowed. `None` if that is unknown.
    #[must_use]
    pub fn allows_update_for_inactive_users(&self) -> Option<bool> {
        self.tenant.allow_update_for_inactive_users
    }

    /// Returns the contact of a record: the one with its code in any layer; else the one with its user name, unless
    /// that one has another code.
    fn identify(&self, now: &TenantChanges, code: Option<&str>, user: Option<&str>) -> Option<Identity> {
        let by_code = code.and_then(|code| self.by_code(now, code));
        by_code.or_else(|| {
            self.by_user(now, user?, |now, contact| {
                let listed = contact
                    .held
                    .and_then(|held| self.tenant.contacts.as_ref()?.all.get(held));
                let codeless = now.is_codeless(contact.now)
                    && self.before.is_codeless(contact.before)
                    && listed.is_none_or(|listed| !listed.coded);
                code.is_none() || codeless
            })
        })
    }

    fn by_code(&self, now: &TenantChanges, code: &str) -> Option<Identity> {
        let contacts = self.tenant.contacts.as_ref();
        let mut contact = Identity {
            held: contacts.and_then(|contacts| contacts.by_code(Some(code))),
            ..Identity::default()
        };
        // In the common case nothing has changed.
        if !(now.is_empty() && self.before.is_empty()) {
            let key = folded(code);
            (contact.now, contact.before) =
                (now.codes.get(&key).copied(), self.before.codes.get(&key).copied());
        }
        contact.is_known().then(|| self.in_all_layers(now, contact))
    }

    /// Returns the contact with this user name in the latest layer that has it. `may_be` may refuse that contact.
    fn by_user(
        &self,
        now: &TenantChanges,
        user: &str,
        may_be: impl Fn(&TenantChanges, Identity) -> bool,
    ) -> Option<Identity> {
        let mut contact = Identity::default();
        if !(now.is_empty() && self.before.is_empty()) {
            let key = folded(user);
            contact.now = now.users.get(&key).copied();
            if contact.now.is_none() {
                contact.before = self.before.users.get(&key).copied();
            }
        }
        if !contact.is_known() {
            contact.held = self.tenant.contacts.as_ref()?.by_user(Some(user));
        }
        let known = contact.is_known().then(|| self.in_all_layers(now, contact));
        known.filter(|contact| may_be(now, *contact))
    }

    /// Adds the indices in the other layers.
    fn in_all_layers(&self, now: &TenantChanges, mut contact: Identity) -> Identity {
        if let Some(news) = contact.now.and_then(|at| now.all.get(at)) {
            contact.before = contact.before.or(news.before);
            contact.held = contact.held.or(news.held);
        }
        contact.before = contact
            .before
            .or_else(|| self.before.held.get(&contact.held?).copied());
        if let Some(news) = contact.before.and_then(|at| self.before.all.get(at)) {
            contact.held = contact.held.or(news.held);
        }
        contact.now = contact
            .now
            .or_else(|| now.before.get(&contact.before?).copied())
            .or_else(|| now.held.get(&contact.held?).copied());
        contact
    }

    /// Returns the contact in the tenant's list.
    fn contact(&self, contact: Identity) -> Option<&Contact> {
        self.tenant.contacts.as_ref()?.all.get(contact.held?)
    }

    /// Returns the latest change of a contact by requests.
    fn latest<T>(&self, contact: Identity, of: impl Fn(&ContactChange) -> Option<T>) -> Option<T> {
        let now = contact.now.and_then(|at| of(self.now.all.get(at)?));
        now.or_else(|| of(self.before.all.get(contact.before?)?))
    }

    /// Returns true if later checks use the contact data of a record.
    pub(crate) fn remembers_contacts(&self) -> bool {
        self.remembers_contacts
    }

    /// Returns a number that changes whenever the facts change.
    pub(crate) fn generation(&self) -> usize {
        self.generation
    }

    /// Applies the effect of a record if it is predicted to succeed, or was recorded to.
    pub(crate) fn learn(&mut self, key: &str, is_good: bool, effect: Effect) {
        let (code, user) = (effect.code.as_deref(), effect.user.as_deref());
        if code.is_none() && user.is_none() {
            self.generation += usize::from(is_good);
            return;
        }
        let contact = self.identify(&self.now, code, user).unwrap_or_default();
        let accepted = self
            .answered
            .as_ref()
            .filter(|(answer, _)| answer.contains_key(key))
            .map(|(_, changes)| self.identify(changes, code, user).unwrap_or_default());
        if let (Some(contact), Some((_, changes))) = (accepted, &mut self.answered) {
            changes.learn(contact, effect.clone());
        }
        if is_good {
            self.generation += 1;
            if let Some(kept) = &mut self.effects {
                kept.push(effect.clone());
            }
            self.now.learn(contact, effect);
        }
    }
}
