//! Facts of a tenant, three-valued: present, absent, or unknown.
//!
//! [`Tenant`] has the content of a tenant file. [`TenantChanges`] has the changes by earlier requests that are
//! predicted to succeed. [`Facts`] combines both for one request.

mod changes;
#[cfg(feature = "engine")]
mod csv_list;
mod fact;
#[cfg(feature = "engine")]
mod list_entry;
#[cfg(feature = "engine")]
mod load;
mod loaded_list;
mod values_in_order;

pub use changes::{AcceptedRecords, ChangedContact, Effect, Facts, Held, LobEffect, TenantChanges};
pub use fact::Fact;
#[cfg(feature = "engine")]
pub use load::{Layout, ListFile, ListFiles, TenantError, load, load_from};
pub use loaded_list::Loaded;
pub use values_in_order::{Listed, ListedContact};

use std::collections::{HashMap, HashSet};

use crate::string_map::Text;
use crate::text_shape::Shape;

/// The presence of a value at the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The tenant has it.
    Present,
    /// The tenant does not have it.
    Absent,
    /// The list is not available.
    Unknown,
}

/// A set of LOBs, compared like all codes of the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lobs {
    /// The LOBs as written; only the first ones if there are many.
    few: Vec<String>,
    /// All of them, if there are many.
    #[expect(
        clippy::box_collection,
        reason = "a tenant has many contacts, and hardly one has many LOBs"
    )]
    many: Option<Box<HashSet<Text<'static>>>>,
}

impl Lobs {
    /// The number of LOBs that are compared one by one. Most contacts have one or two.
    const FEW: usize = 8;

    fn new(lobs: Vec<String>) -> Self {
        if lobs.len() <= Self::FEW {
            return Self {
                few: lobs,
                many: None,
            };
        }
        let mut new = Self::default();
        for lob in lobs {
            new.add(lob);
        }
        new
    }

    fn add(&mut self, lob: String) {
        if self.many.is_none() && self.few.len() < Self::FEW {
            self.few.push(lob);
            return;
        }
        let few = &self.few;
        let many = self
            .many
            .get_or_insert_with(|| Box::new(few.iter().map(|lob| folded(lob).into()).collect()));
        many.insert(folded(&lob).into());
    }

    fn first(&self) -> Option<&str> {
        self.few.first().map(String::as_str)
    }

    fn contains(&self, lob: &str) -> bool {
        let lob = folded(lob);
        match &self.many {
            None => self.few.iter().any(|known| folded(known) == lob),
            Some(many) => many.contains(&lob.into()),
        }
    }

    fn extend(&mut self, more: Self) {
        // The first ones in their order; the others have no order.
        for lob in more.few {
            if !self.contains(&lob) {
                self.add(lob);
            }
        }
        for lob in more.many.into_iter().flat_map(|many| *many) {
            self.add(lob.0.into_owned());
        }
    }
}

/// A contact of the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Contact {
    /// True if the list has its code.
    coded: bool,
    /// True if it is active; `None` if the list does not state it.
    active: Option<bool>,
    /// The LOBs that it belongs to, if the list states them.
    lobs: Option<Lobs>,
}

impl Contact {
    /// Merges another entry about the same contact. If the two contradict each other, the value is unknown.
    fn merge(&mut self, active: Option<bool>, lobs: Option<Lobs>) {
        self.active = match (self.active, active) {
            (Some(one), Some(other)) if one != other => None,
            (one, other) => one.or(other),
        };
        self.lobs = match (self.lobs.take(), lobs) {
            (Some(mut held), Some(more)) => {
                held.extend(more);
                Some(held)
            }
            _ => None,
        };
    }
}

/// The tenant's contacts, by code and by user name.
#[derive(Debug, Clone, Default)]
struct Contacts {
    all: Vec<Contact>,
    codes: HashMap<String, usize>,
    users: HashMap<String, usize>,
    /// True if some have no code in the list. An unlisted code may be theirs.
    codeless: bool,
    /// True if some have a code that is an e-mail address.
    email_codes: bool,
}

impl Contacts {
    /// Adds an entry. Returns true if it is a new contact.
    fn add(
        &mut self,
        code: Option<&str>,
        user: Option<&str>,
        active: Option<bool>,
        lobs: Option<Vec<String>>,
    ) -> bool {
        let coded = code.is_some();
        let email = code.is_some_and(|code| code.contains('@') && Shape::Email.fits(code.trim()));
        self.email_codes |= email;
        // A list may have a row for each LOB, and a contact may be on two pages.
        let known = self
            .by_code(code)
            .or_else(|| self.by_user(user).filter(|_| !coded));
        if let Some(known) = known.and_then(|index| Some((index, self.all.get_mut(index)?))) {
            let (index, contact) = known;
            contact.merge(active, lobs.map(Lobs::new));
            self.users.extend(user.map(|user| (folded(user), index)));
            return false;
        }
        let index = self.all.len();
        self.codeless |= !coded;
        let lobs = lobs.map(Lobs::new);
        self.all.push(Contact { coded, active, lobs });
        self.codes.extend(code.map(|code| (folded(code), index)));
        self.users.extend(user.map(|user| (folded(user), index)));
        true
    }

    /// Returns true if a contact has this code. `None` if it may belong to a contact that is listed without a code.
    fn holds(&self, code: &str) -> Option<bool> {
        let held = self.by_code(Some(code)).is_some();
        let doubtful =
            self.codeless || without_zeros(code).is_some_and(|code| self.codes.contains_key(&code));
        (held || !doubtful).then_some(held)
    }

    fn by_code(&self, code: Option<&str>) -> Option<usize> {
        self.codes.get(&folded(code?)).copied()
    }

    fn by_user(&self, user: Option<&str>) -> Option<usize> {
        self.users.get(&folded(user?)).copied()
    }
}

/// The tenant's facts. By default none is available.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    contacts: Option<Contacts>,
    values: HashMap<Fact, HashSet<String>>,
    allow_update_for_inactive_users: Option<bool>,
    /// The incomplete lists. A value outside them may still exist.
    incomplete: HashSet<Fact>,
    /// The sources of the lists.
    loaded: Vec<Loaded>,
    /// Their first values, in their spelling.
    listed: Listed,
    /// True if the settings state that contact codes are e-mail addresses.
    email_codes: bool,
}

impl Tenant {
    /// Sets that contact codes are e-mail addresses.
    #[must_use]
    pub fn with_email_codes(self) -> Self {
        Self {
            email_codes: true,
            ..self
        }
    }

    /// Returns true if contact codes may be e-mail addresses: by the settings, or because a listed code is one.
    pub(crate) fn has_email_codes(&self) -> bool {
        let listed = |contacts: &Contacts| contacts.email_codes;
        self.email_codes || self.contacts.as_ref().is_some_and(listed)
    }

    /// Looks up a value. Codes are compared without case and outer whitespace (inferred).
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Presence {
        let holds = match fact {
            Fact::Contacts => self.contacts.as_ref().and_then(|contacts| contacts.holds(value)),
            _ => self.values.get(&fact).and_then(|values| {
                let held = values.contains(&folded(value));
                let doubtful = without_zeros(value).is_some_and(|value| values.contains(&value));
                (held || !doubtful).then_some(held)
            }),
        };
        let holds = holds.filter(|held| *held || !self.incomplete.contains(&fact));
        match holds {
            Some(true) => Presence::Present,
            Some(false) => Presence::Absent,
            None => Presence::Unknown,
        }
    }

    /// Returns the source of each list, in the order of the tenant file.
    #[must_use]
    pub fn loaded(&self) -> &[Loaded] {
        &self.loaded
    }

    /// Returns the first values of each list, in its spelling.
    #[must_use]
    pub fn listed(&self) -> &Listed {
        &self.listed
    }

    /// Returns true if there is a list of this kind, even if it is empty.
    #[must_use]
    pub fn has_list(&self, fact: Fact) -> bool {
        match fact {
            Fact::Contacts => self.contacts.is_some(),
            _ => self.values.contains_key(&fact),
        }
    }

    /// Returns all values of a list, in its spelling. `None` if the list is missing or incomplete, or has more values than are
    /// stored.
    #[must_use]
    pub fn all_of(&self, fact: Fact) -> Option<Vec<&str>> {
        if self.incomplete.contains(&fact) {
            return None;
        }
        let texts: Vec<&str> = match fact {
            Fact::Contacts => {
                let contacts = self.contacts.as_ref()?;
                if contacts.codeless || contacts.all.len() > self.listed.contacts().len() {
                    return None;
                }
                let codes = self.listed.contacts().iter();
                codes.filter_map(|contact| contact.code.as_deref()).collect()
            }
            _ => self.listed.values(fact).iter().map(String::as_str).collect(),
        };
        let all = match fact {
            Fact::Contacts => texts.len(),
            _ => self.values.get(&fact)?.len(),
        };
        (texts.len() == all).then_some(texts)
    }

    /// Returns true if a contact that is not listed does not exist.
    fn lists_all_contacts(&self) -> bool {
        !self.incomplete.contains(&Fact::Contacts)
    }

    /// Returns true if updates of inactive users are allowed. `None` if the tenant file does not state it.
    #[must_use]
    pub fn allows_update_for_inactive_users(&self) -> Option<bool> {
        self.allow_update_for_inactive_users
    }
}

/// Returns a code as the platform is assumed to compare it: without case and outer whitespace (inferred).
pub(crate) fn folded(code: &str) -> String {
    code.trim().to_lowercase()
}

/// Returns a number without its leading zeros, which a spreadsheet may have removed from a code. `None` for anything
/// else.
fn without_zeros(code: &str) -> Option<String> {
    let code = code.trim();
    let short = code.trim_start_matches('0');
    let is_number = !short.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && short.len() < code.len()).then(|| short.to_owned())
}
