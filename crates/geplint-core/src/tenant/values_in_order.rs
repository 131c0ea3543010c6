//! The values of a tenant's lists, in their spelling and order: for completion, samples and schemas.

use std::collections::BTreeMap;

use super::Fact;

/// A contact as listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedContact {
    /// Its code.
    pub code: Option<String>,
    /// Its user name.
    pub user: Option<String>,
    /// True if it is active; `None` if the list does not state it.
    pub active: Option<bool>,
    /// The first of its belonging LOBs, if the list states any.
    pub lob: Option<String>,
}

/// The first values of each list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    values: BTreeMap<Fact, Vec<String>>,
    contacts: Vec<ListedContact>,
    /// The activities that are listed inside a persona, by the index of its code.
    activities: BTreeMap<usize, Vec<String>>,
}

impl Listed {
    /// The highest number of stored values of each list, and of stored contacts.
    pub const MOST: usize = 10_000;

    /// Returns the values of a list other than contacts, as written.
    #[must_use]
    pub fn values(&self, fact: Fact) -> &[String] {
        self.values.get(&fact).map_or(&[], Vec::as_slice)
    }

    /// Returns the contacts.
    #[must_use]
    pub fn contacts(&self) -> &[ListedContact] {
        &self.contacts
    }

    /// Returns the codes of the activities that are listed inside this persona.
    #[must_use]
    pub fn activities_of(&self, persona: &str) -> &[String] {
        let personas = self.values(Fact::Personas);
        let place = personas.iter().position(|code| code == persona);
        let activities = place.and_then(|place| self.activities.get(&place));
        activities.map_or(&[], Vec::as_slice)
    }

    /// Stores a value that is not in the list yet, without regard to case and outer whitespace.
    pub(super) fn add(&mut self, fact: Fact, value: &str) {
        let values = self.values.entry(fact).or_default();
        if values.len() < Self::MOST {
            values.push(value.trim().to_owned());
        }
    }

    /// Stores a contact that is not in the list yet.
    pub(super) fn add_contact(&mut self, contact: ListedContact) {
        if self.contacts.len() < Self::MOST {
            self.contacts.push(contact);
        }
    }

    /// Stores the code of an activity that is listed inside a persona.
    pub(super) fn add_activity(&mut self, persona: &str, code: &str) {
        let (persona, code) = (persona.trim(), code.trim());
        let personas = self.values(Fact::Personas);
        // The persona is nearly always the last one.
        let place = personas
            .iter()
            .rposition(|known| known.eq_ignore_ascii_case(persona));
        let Some(place) = place else { return };
        let activities = self.activities.entry(place).or_default();
        if activities.len() < Self::MOST && !activities.iter().any(|known| known == code) {
            activities.push(code.to_owned());
        }
    }
}
