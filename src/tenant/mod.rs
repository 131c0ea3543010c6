//! What only the tenant knows, three-valued: right, wrong, or cannot tell.
//!
//! [`Tenant`] is what a tenant file holds; [`Learnt`] is what earlier requests, predicted to succeed, have changed;
//! [`Facts`] is both together, as one request meets them.

mod item;
mod learnt;
mod load;

pub use learnt::{Effect, Facts, Learnt, LobEffect};
pub use load::{TenantError, load};

use std::collections::{HashMap, HashSet};

use crate::rules::Fact;

/// What the tenant's facts say of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// The tenant holds it.
    Right,
    /// The tenant does not hold it.
    Wrong,
    /// The list is not at hand.
    CannotTell,
}

/// A contact that the tenant holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Whether it is active, where the list says so.
    pub active: Option<bool>,
    /// The LOBs it belongs to, where the list says so.
    pub lobs: Option<Vec<String>>,
}

/// The tenant's contacts, by code and by user name.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    all: Vec<Contact>,
    codes: HashMap<String, usize>,
    users: HashMap<String, usize>,
}

impl Contacts {
    fn add(&mut self, code: Option<&str>, user: Option<&str>, contact: Contact) {
        let index = self.all.len();
        self.all.push(contact);
        self.codes.extend(code.map(|code| (folded(code), index)));
        self.users.extend(user.map(|user| (folded(user), index)));
    }

    fn find(&self, code: Option<&str>, user: Option<&str>) -> Option<&Contact> {
        let by = |map: &HashMap<String, usize>, text: Option<&str>| map.get(&folded(text?)).copied();
        let index = by(&self.codes, code).or_else(|| by(&self.users, user))?;
        self.all.get(index)
    }
}

/// The tenant's facts; by default none is at hand.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    contacts: Option<Contacts>,
    values: HashMap<Fact, HashSet<String>>,
    allow_update_for_inactive_users: Option<bool>,
}

impl Tenant {
    /// Whether the tenant holds this value. Codes are compared without case and outer blanks (inferred).
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Knowledge {
        let holds = match fact {
            Fact::Contacts => self
                .contacts
                .as_ref()
                .map(|contacts| contacts.codes.contains_key(&folded(value))),
            _ => self
                .values
                .get(&fact)
                .map(|values| values.contains(&folded(value))),
        };
        match holds {
            Some(true) => Knowledge::Right,
            Some(false) => Knowledge::Wrong,
            None => Knowledge::CannotTell,
        }
    }

    /// Whether updates of inactive users are allowed, where the tenant file says so.
    #[must_use]
    pub fn allows_update_for_inactive_users(&self) -> Option<bool> {
        self.allow_update_for_inactive_users
    }
}

/// A code as the platform is taken to compare it: without case and outer blanks (inferred).
pub(crate) fn folded(code: &str) -> String {
    code.trim().to_lowercase()
}
