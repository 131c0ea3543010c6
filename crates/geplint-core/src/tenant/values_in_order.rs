//! What a tenant's lists hold, as they spell it and in their order: for completion, samples and schemas.

use std::collections::BTreeMap;

use super::Fact;

/// A contact, as its list has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedContact {
    /// Its code.
    pub code: Option<String>,
    /// Its user name.
    pub user: Option<String>,
    /// Whether it is active, where the list says so.
    pub active: Option<bool>,
    /// The first of the LOBs it belongs to, where the list says so.
    pub lob: Option<String>,
}

/// The first values of each list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    values: BTreeMap<Fact, Vec<String>>,
    contacts: Vec<ListedContact>,
    /// The activities that stand inside a persona, by the place of its code.
    activities: BTreeMap<usize, Vec<String>>,
}

impl Listed {
    /// So many values of a list are kept, in the order of the list; of contacts as well.
    pub const MOST: usize = 10_000;

    /// The values of a list without those of contacts, as they were written.
    #[must_use]
    pub fn values(&self, fact: Fact) -> &[String] {
        self.values.get(&fact).map_or(&[], Vec::as_slice)
    }

    /// The contacts.
    #[must_use]
    pub fn contacts(&self) -> &[ListedContact] {
        &self.contacts
    }

    /// The codes of the activities that the list of personas has inside this one.
    #[must_use]
    pub fn activities_of(&self, persona: &str) -> &[String] {
        let personas = self.values(Fact::Personas);
        let place = personas.iter().position(|code| code == persona);
        let activities = place.and_then(|place| self.activities.get(&place));
        activities.map_or(&[], Vec::as_slice)
    }

    /// Keeps a value that the list did not have before; values differ by more than case and outer whitespace.
    pub(super) fn add(&mut self, fact: Fact, value: &str) {
        let values = self.values.entry(fact).or_default();
        if values.len() < Self::MOST {
            values.push(value.trim().to_owned());
        }
    }

    /// Keeps a contact that the list did not have before.
    pub(super) fn add_contact(&mut self, contact: ListedContact) {
        if self.contacts.len() < Self::MOST {
            self.contacts.push(contact);
        }
    }

    /// Keeps the code of an activity that stands inside a persona.
    pub(super) fn add_activity(&mut self, persona: &str, code: &str) {
        let (persona, code) = (persona.trim(), code.trim());
        let personas = self.values(Fact::Personas);
        // The persona at hand is all but always the last one.
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
