//! What requests change: a predicted success adds its contacts and LOBs to what the next request meets.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Contact, Fact, Knowledge, Lobs, Tenant, folded};
use crate::shape::Shape;

/// What one record changes if it succeeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LobEffect {
    /// These are added to those that are held.
    Added(Vec<String>),
    /// These take the place of those that are held.
    Replaced(Vec<String>),
    /// What is held afterwards cannot be told.
    Unknown,
}

/// What the API was recorded to answer, as far as it says which records it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took every record.
    AllTaken,
    /// It took the records with these keys and no others.
    Taken(HashSet<String>),
}

impl Answer {
    /// Nothing was taken: the request was refused, or did not get to the API.
    #[must_use]
    pub fn nothing_taken() -> Self {
        Self::Taken(HashSet::new())
    }

    fn takes(&self, key: &str) -> bool {
        match self {
            Self::AllTaken => true,
            Self::Taken(keys) => keys.contains(key),
        }
    }
}

/// What is known of a contact beyond the tenant file.
#[derive(Debug, Clone, Default)]
struct News {
    /// A request gave its code.
    coded: bool,
    there: Option<bool>,
    active: Option<bool>,
    /// The LOBs it belongs to, where a request has changed them.
    lobs: Option<Belonging>,
}

impl News {
    /// Adds what is known of the contact after a later request; returns whether that is anything new.
    fn learn(&mut self, later: Self) -> bool {
        let before = (self.coded, self.there, self.active);
        self.coded |= later.coded;
        self.there = later.there.or(self.there);
        self.active = later.active.or(self.active);
        let mut is_news = before != (self.coded, self.there, self.active);
        if later.lobs.is_some() {
            let known = self.lobs.clone();
            self.lobs = Belonging::after(self.lobs.take(), later.lobs);
            is_news |= self.lobs != known;
        }
        is_news
    }
}

/// The LOBs that a contact belongs to after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Belonging {
    /// These and no others.
    To(Lobs),
    /// These, and those that were held before.
    Added(Lobs),
    Unknown,
}

impl Belonging {
    /// What is held after two changes.
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

/// The LOBs that a contact belongs to: nothing is copied, however many they are and however often they are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held<'f> {
    /// Those of the tenant file, of earlier requests, and of this one.
    layers: [Option<&'f Lobs>; 3],
}

impl<'f> Held<'f> {
    /// The first of them, as it was written; `None` where there is none.
    #[must_use]
    pub fn first(&self) -> Option<&'f str> {
        self.layers.iter().flatten().find_map(|lobs| lobs.first())
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, lob: &str) -> bool {
        self.layers.iter().flatten().any(|lobs| lobs.contains(lob))
    }
}

/// What earlier requests have changed.
#[derive(Debug, Clone, Default)]
pub struct TenantChanges {
    all: Vec<News>,
    /// By contact code.
    codes: HashMap<String, usize>,
    /// By user name.
    users: HashMap<String, usize>,
    /// By place in the tenant's own list.
    held: HashMap<usize, usize>,
    /// A contact was created whose code is an e-mail address: the tenant uses such codes.
    email_codes: bool,
}

/// What requests have made of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedContact<'c> {
    /// Its codes, in lower case and sorted.
    pub codes: Vec<&'c str>,
    /// Its user names, in lower case and sorted.
    pub users: Vec<&'c str>,
    /// Whether it is there.
    pub there: Option<bool>,
    /// Whether it is active.
    pub active: Option<bool>,
    /// The LOBs that requests gave it; of many only the first ones.
    pub lobs: Vec<&'c str>,
    /// Whether these are `added` to those that it had, or `replaced` them; `unknown` where that cannot be told.
    pub lobs_change: Option<&'static str>,
}

impl TenantChanges {
    /// How many contacts have changed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The first contacts that have changed, in the order in which they first did.
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

    /// Adds what the records of a later request changed, as it was kept of an earlier run.
    pub fn replay(&mut self, tenant: &Tenant, effects: Vec<Effect>) {
        let mut facts = Facts::new(tenant, self, true);
        for effect in effects {
            facts.learn("", true, effect);
        }
        let changes = facts.into_changes();
        self.merge(changes);
    }

    /// Adds what a later request changed; returns whether that is anything that was not known.
    pub fn merge(&mut self, later: Self) -> bool {
        let mut is_news = later.email_codes && !self.email_codes;
        let mut here: Vec<Option<usize>> = vec![None; later.all.len()];
        let codes = later.codes.iter();
        let codes: Vec<_> = codes
            .filter_map(|(name, at)| Some((*at, *self.codes.get(name)?)))
            .collect();
        let held = later.held.iter();
        let held: Vec<_> = held
            .filter_map(|(held, at)| Some((*at, *self.held.get(held)?)))
            .collect();
        let users = later.users.iter();
        let users: Vec<_> = users
            .filter_map(|(name, at)| Some((*at, *self.users.get(name)?)))
            .collect();
        for mut known in [codes, held, users] {
            // Of several that it may be, the one known longest, and not whichever the hash puts first.
            known.sort_unstable();
            for (at, found) in known {
                here[at].get_or_insert(found);
            }
        }
        let mut places = Vec::with_capacity(later.all.len());
        for (news, place) in later.all.into_iter().zip(here) {
            let place = place.unwrap_or_else(|| {
                self.all.push(News::default());
                self.all.len() - 1
            });
            is_news |= self.all[place].learn(news);
            places.push(place);
        }
        let mut is_at = |before: Option<usize>, at: usize| is_news |= before != Some(at);
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
        is_news
    }

    fn by_code(&self, code: Option<&str>, held: Option<usize>) -> Option<usize> {
        // The common case, and it costs nothing.
        if self.all.is_empty() {
            return None;
        }
        let found = code.and_then(|code| self.codes.get(&folded(code)));
        found.or_else(|| self.held.get(&held?)).copied()
    }

    fn by_user(&self, user: Option<&str>, held: Option<usize>) -> Option<usize> {
        if self.all.is_empty() {
            return None;
        }
        let found = user.and_then(|user| self.users.get(&folded(user)));
        found.or_else(|| self.held.get(&held?)).copied()
    }

    /// Takes in what a record changes; `held` is its contact's place in the tenant's own list, `place` the one here.
    fn learn(&mut self, held: Option<usize>, place: Option<usize>, effect: Effect) {
        let place = place.unwrap_or_else(|| {
            self.all.push(News::default());
            self.all.len() - 1
        });
        let (code, user) = (effect.code.as_deref(), effect.user.as_deref());
        self.codes.extend(code.map(|code| (folded(code), place)));
        self.users.extend(user.map(|user| (folded(user), place)));
        self.held.extend(held.map(|held| (held, place)));
        self.email_codes |= effect.adds && code.is_some_and(|code| Shape::Email.fits(code.trim()));
        let news = &mut self.all[place];
        news.coded |= code.is_some();
        if effect.deletes || effect.adds {
            news.there = Some(!effect.deletes);
        }
        news.active = effect.active.or(news.active);
        let change = match effect.lobs {
            // Whether a contact that comes back has its LOBs still is not known.
            _ if effect.deletes => Some(Belonging::Unknown),
            None => None,
            Some(LobEffect::Unknown) => Some(Belonging::Unknown),
            Some(LobEffect::Replaced(lobs)) => Some(Belonging::To(Lobs::new(lobs))),
            Some(LobEffect::Added(lobs)) => Some(Belonging::Added(Lobs::new(lobs))),
        };
        news.lobs = Belonging::after(news.lobs.take(), change);
    }
}

/// The tenant's facts as one request meets them, and what its records change on the way.
#[derive(Debug)]
pub struct Facts<'f> {
    tenant: &'f Tenant,
    before: &'f TenantChanges,
    now: TenantChanges,
    /// What the API answered, and what its records have changed by that; later requests meet this, and the records of
    /// this request what is predicted of those before them.
    answered: Option<(&'f Answer, TenantChanges)>,
    /// Whether contacts are worth remembering: somebody will ask for them.
    remembers_contacts: bool,
    /// The files of the run are calls made one after another.
    in_order: bool,
    /// How often anything was learnt.
    generation: usize,
    /// The effects of successful records, where somebody wants to keep them.
    effects: Option<Vec<Effect>>,
}

impl<'f> Facts<'f> {
    /// The same facts as the request met them; what is learnt there is not learnt here.
    pub(crate) fn aside(&self) -> Self {
        Self::new(self.tenant, self.before, self.in_order)
    }

    /// The facts before a request. `in_order`: others will follow that meet what it changes.
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

    /// Keeps the effects of successful records.
    pub(crate) fn keeping_effects(self) -> Self {
        Self {
            effects: Some(Vec::new()),
            ..self
        }
    }

    /// The effects that were kept.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        self.effects.take().unwrap_or_default()
    }

    /// The facts as they were before the request.
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

    /// The same facts for a request whose answer is recorded: what it changes is what the answer says was taken.
    #[must_use]
    pub fn answered(self, answer: Option<&'f Answer>) -> Self {
        Self {
            answered: answer.map(|answer| (answer, TenantChanges::default())),
            ..self
        }
    }

    /// What the request changed.
    #[must_use]
    pub fn into_changes(self) -> TenantChanges {
        self.answered.map_or(self.now, |(_, changes)| changes)
    }

    /// Whether the tenant holds this value.
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Knowledge {
        if fact == Fact::Contacts {
            let held = self.held(Some(value), None);
            let told = |changes: &TenantChanges| changes.all[changes.by_code(Some(value), held)?].there;
            if let Some(there) = told(&self.now).or_else(|| told(self.before)) {
                return if there { Knowledge::Right } else { Knowledge::Wrong };
            }
        }
        self.tenant.knows(fact, value)
    }

    /// Whether a value of that shape may be one of the tenant's, although its list is not at hand: a code that is an
    /// e-mail address is not refused where the settings, the tenant file or an earlier request show that the tenant uses
    /// such codes.
    #[must_use]
    pub fn may_be(&self, shape: Shape, fact: Fact) -> bool {
        let created = self.before.email_codes || self.now.email_codes;
        let used = created || self.tenant.has_email_codes();
        shape == Shape::Email && fact == Fact::Contacts && used
    }

    /// Whether the tenant holds a contact of that code or that user name; `None` where it cannot be told.
    #[must_use]
    pub fn holds_contact(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        let told = |changes: &TenantChanges| {
            let by_code = changes.by_code(code, self.held(code, None));
            changes.all[by_code.or_else(|| changes.by_user(user, self.held(None, user)))?].there
        };
        told(&self.now).or_else(|| told(self.before)).or_else(|| {
            // Who is not named cannot be looked up.
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

    /// Whether the contact is active, where it is known.
    #[must_use]
    pub fn is_active(&self, code: Option<&str>, user: Option<&str>) -> Option<bool> {
        self.told(code, user, |news| news.active)
            .or_else(|| self.contact(code, user)?.active)
    }

    /// The LOBs that the contact belongs to; `None` where it cannot be told.
    #[must_use]
    pub fn lobs(&self, code: Option<&str>, user: Option<&str>) -> Option<Held<'_>> {
        let mut held = Held::default();
        for (layer, changes) in [(2, &self.now), (1, self.before)] {
            let news = self
                .place(changes, code, user)
                .and_then(|place| changes.all.get(place));
            match news.and_then(|news| news.lobs.as_ref()) {
                None => {}
                Some(Belonging::Added(lobs)) => held.layers[layer] = Some(lobs),
                Some(Belonging::To(lobs)) => {
                    held.layers[layer] = Some(lobs);
                    return Some(held);
                }
                // What was added since is known all the same.
                Some(Belonging::Unknown) => return held.first().map(|_| held),
            }
        }
        match self.contact(code, user) {
            Some(contact) => held.layers[0] = contact.lobs.as_ref(),
            // A contact that is not there belongs nowhere yet.
            None if self.holds_contact(code, user) == Some(false) => return Some(held),
            None => {}
        }
        held.layers.iter().any(Option::is_some).then_some(held)
    }

    /// Whether updates of inactive users are allowed, where it is known.
    #[must_use]
    pub fn allows_update_for_inactive_users(&self) -> Option<bool> {
        self.tenant.allow_update_for_inactive_users
    }

    /// The place in the tenant's list of the very contact: its code decides, and without one its user name.
    fn held(&self, code: Option<&str>, user: Option<&str>) -> Option<usize> {
        let contacts = self.tenant.contacts.as_ref()?;
        contacts.by_code(code).or_else(|| {
            // Another code is another contact.
            contacts
                .by_user(user)
                .filter(|index| code.is_none() || !contacts.all[*index].coded)
        })
    }

    fn contact(&self, code: Option<&str>, user: Option<&str>) -> Option<&Contact> {
        self.tenant.contacts.as_ref()?.all.get(self.held(code, user)?)
    }

    /// What requests have told of the very contact, the latest first.
    fn told<T>(&self, code: Option<&str>, user: Option<&str>, of: impl Fn(&News) -> Option<T>) -> Option<T> {
        let told = |changes: &TenantChanges| of(&changes.all[self.place(changes, code, user)?]);
        told(&self.now).or_else(|| told(self.before))
    }

    fn place(&self, changes: &TenantChanges, code: Option<&str>, user: Option<&str>) -> Option<usize> {
        let held = self.held(code, user);
        changes.by_code(code, held).or_else(|| {
            changes
                .by_user(user, None)
                .filter(|index| code.is_none() || !changes.all[*index].coded)
        })
    }

    /// Whether anybody will ask for what a record says of its contact.
    pub(crate) fn remembers_contacts(&self) -> bool {
        self.remembers_contacts
    }

    /// A number that changes when what is known does.
    pub(crate) fn generation(&self) -> usize {
        self.generation
    }

    /// Takes in what a record changes if it is predicted to succeed, or was recorded to.
    pub(crate) fn learn(&mut self, key: &str, is_good: bool, effect: Effect) {
        let (code, user) = (effect.code.as_deref(), effect.user.as_deref());
        if code.is_none() && user.is_none() {
            self.generation += usize::from(is_good);
            return;
        }
        let held = self.held(code, user);
        let answered = self.answered.as_ref().filter(|(answer, _)| answer.takes(key));
        let settled = answered.map(|(_, changes)| self.place(changes, code, user));
        let place = self.place(&self.now, code, user);
        if let (Some(place), Some((_, changes))) = (settled, &mut self.answered) {
            changes.learn(held, place, effect.clone());
        }
        if is_good {
            self.generation += 1;
            if let Some(kept) = &mut self.effects {
                kept.push(effect.clone());
            }
            self.now.learn(held, place, effect);
        }
    }
}
