//! What only the tenant knows, three-valued: right, wrong, or cannot tell.
//!
//! [`Tenant`] is what a tenant file holds; [`TenantChanges`] is what earlier requests, predicted to succeed, have changed;
//! [`Facts`] is both together, as one request meets them.

mod changes;
mod fact;
mod item;
mod load;

pub use changes::{Answer, Effect, Facts, Held, LobEffect, TenantChanges};
pub use fact::Fact;
pub use load::{Layout, TenantError, load};

use std::collections::{HashMap, HashSet};

use crate::keyed::Text;
use crate::shape::Shape;

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

/// LOBs, compared as all codes of the tenant are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lobs {
    /// As they were written; of many only the first ones.
    few: Vec<String>,
    /// All of them, where they are many.
    #[expect(
        clippy::box_collection,
        reason = "a tenant has many contacts, and hardly one has many LOBs"
    )]
    many: Option<Box<HashSet<Text<'static>>>>,
}

impl Lobs {
    /// So many are compared one by one: most contacts have one or two.
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
        // The first ones in their order; the rest has none.
        for lob in more.few {
            self.add(lob);
        }
        for lob in more.many.into_iter().flat_map(|many| *many) {
            self.add(lob.0.into_owned());
        }
    }
}

/// A contact that the tenant holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Contact {
    /// Its list gives its code.
    coded: bool,
    /// Whether it is active, where the list says so.
    active: Option<bool>,
    /// The LOBs it belongs to, where the list says so.
    lobs: Option<Lobs>,
}

/// The tenant's contacts, by code and by user name.
#[derive(Debug, Clone, Default)]
struct Contacts {
    all: Vec<Contact>,
    codes: HashMap<String, usize>,
    users: HashMap<String, usize>,
    /// Some have no code in the list: a code outside it may be theirs.
    codeless: bool,
    /// Some have a code that is an e-mail address.
    email_codes: bool,
}

impl Contacts {
    fn add(
        &mut self,
        code: Option<&str>,
        user: Option<&str>,
        active: Option<bool>,
        lobs: Option<Vec<String>>,
    ) {
        let index = self.all.len();
        let coded = code.is_some();
        self.codeless |= !coded;
        self.email_codes |= code.is_some_and(|code| code.contains('@') && Shape::Email.fits(code.trim()));
        let lobs = lobs.map(Lobs::new);
        self.all.push(Contact { coded, active, lobs });
        self.codes.extend(code.map(|code| (folded(code), index)));
        self.users.extend(user.map(|user| (folded(user), index)));
    }

    fn by_code(&self, code: Option<&str>) -> Option<usize> {
        self.codes.get(&folded(code?)).copied()
    }

    fn by_user(&self, user: Option<&str>) -> Option<usize> {
        self.users.get(&folded(user?)).copied()
    }
}

/// The tenant's facts; by default none is at hand.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    contacts: Option<Contacts>,
    values: HashMap<Fact, HashSet<String>>,
    allow_update_for_inactive_users: Option<bool>,
    /// The settings say that contact codes are e-mail addresses.
    email_codes: bool,
}

impl Tenant {
    /// The same tenant, whose contact codes are e-mail addresses.
    #[must_use]
    pub fn with_email_codes(self) -> Self {
        Self {
            email_codes: true,
            ..self
        }
    }

    /// Whether contact codes are e-mail addresses here: the settings say so, or one that is listed is.
    pub(crate) fn has_email_codes(&self) -> bool {
        let listed = |contacts: &Contacts| contacts.email_codes;
        self.email_codes || self.contacts.as_ref().is_some_and(listed)
    }

    /// Whether the tenant holds this value. Codes are compared without case and outer blanks (inferred).
    #[must_use]
    pub fn knows(&self, fact: Fact, value: &str) -> Knowledge {
        let holds = match fact {
            Fact::Contacts => self.contacts.as_ref().and_then(|contacts| {
                let held = contacts.by_code(Some(value)).is_some();
                (held || !contacts.codeless).then_some(held)
            }),
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
