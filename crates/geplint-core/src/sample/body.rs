//! Records and whole bodies that check clean.

use super::values::{self, Wanted};
use crate::finding::Severity;
use crate::json::{self, Value};
use crate::lint;
use crate::rules::{CheckKind, Endpoint, Property, PropertyId, Required, Table, TableId, Type};
use crate::tenant::{Fact, Facts, ListedContact, Tenant, TenantChanges};

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As the page spells them: `ContactCode`, `LOBEntityCode`.
    #[default]
    Pascal,
    /// With a small first word: `contactCode`, `lobEntityCode`.
    Camel,
}

impl Case {
    /// A name of the page in this case.
    #[must_use]
    pub fn write(self, name: &str) -> String {
        if self == Self::Pascal {
            return name.to_owned();
        }
        // All capitals in front but the one that begins the second word.
        let letters: Vec<char> = name.chars().collect();
        let is_small = |index: usize| letters.get(index).is_some_and(|c| !c.is_uppercase());
        let mut first = true;
        letters
            .iter()
            .enumerate()
            .map(|(index, letter)| {
                first &= letter.is_uppercase() && (index == 0 || !is_small(index + 1));
                if first {
                    letter.to_ascii_lowercase()
                } else {
                    *letter
                }
            })
            .collect()
    }
}

/// How much of a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// What has to be there for a record to check clean.
    #[default]
    Minimal,
    /// Every property that is sent to the API, one element in each list.
    Full,
}

/// Makes up requests to one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Sampler<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) tenant: &'a Tenant,
    pub(super) case: Case,
    /// Records are about contacts that the tenant does not hold.
    pub(super) newcomers: bool,
}

/// So many made-up codes are tried until the tenant does not hold one, and so far they are apart.
const OTHERS: usize = 100;

/// Where a value is made up.
#[derive(Clone)]
struct Place<'a> {
    wanted: Wanted<'a>,
    extent: Extent,
    /// The tables on the way down: a table that contains itself ends there.
    above: Vec<TableId>,
}

impl<'a> Sampler<'a> {
    /// Values come from the tenant's lists where there are any.
    #[must_use]
    pub fn new(endpoint: &'a Endpoint, tenant: &'a Tenant) -> Self {
        Self {
            endpoint,
            tenant,
            case: Case::Pascal,
            newcomers: false,
        }
    }

    /// The same with names in this case.
    #[must_use]
    pub fn in_case(self, case: Case) -> Self {
        Self { case, ..self }
    }

    /// A body of so many records.
    #[must_use]
    pub fn body(&self, records: usize, extent: Extent) -> Value {
        Value::List((0..records).map(|index| self.record(index, extent)).collect())
    }

    /// The record of this index, from 0; those of other indices have other keys.
    #[must_use]
    pub fn record(&self, index: usize, extent: Extent) -> Value {
        self.object(self.endpoint.record, &self.place(index, extent))
    }

    /// An object of a table by itself.
    #[must_use]
    pub fn object_of(&self, table: TableId, extent: Extent) -> Value {
        self.object(table, &self.place(0, extent))
    }

    /// A value that a row takes: of a list one with one element, of an object one with what has to be there.
    #[must_use]
    pub fn value_of(&self, table: TableId, property: PropertyId, extent: Extent) -> Value {
        let place = self.place(0, extent);
        self.value(table, property, &place)
    }

    /// How a property is written.
    #[must_use]
    pub fn name(&self, property: &Property) -> String {
        self.case.write(&property.name)
    }

    fn place(&self, index: usize, extent: Extent) -> Place<'a> {
        let wanted = Wanted {
            record: index,
            contact: self.contact(index),
            ..Wanted::default()
        };
        Place {
            wanted,
            extent,
            above: Vec::new(),
        }
    }

    /// The contact of the tenant that a record is about: an active one that has a code.
    fn contact(&self, index: usize) -> Option<&'a ListedContact> {
        self.endpoint.contact.as_ref().filter(|_| !self.newcomers)?;
        let contacts = self.tenant.listed().contacts().iter();
        let mut active = contacts.filter(|contact| contact.code.is_some() && contact.active != Some(false));
        active.nth(index)
    }

    fn object(&self, id: TableId, place: &Place<'a>) -> Value {
        let table = self.endpoint.table(id);
        let mut place = place.clone();
        place.above.push(id);
        if let Some(persona) = self.persona(table, place.wanted) {
            place.wanted.persona = Some(persona);
        }
        let mut members = Vec::new();
        for (index, property) in (0..).zip(&table.properties) {
            let row = PropertyId(index);
            let wanted = match place.extent {
                Extent::Minimal => self.is_needed(table, row, property),
                Extent::Full => !property.outbound_only,
            };
            if wanted {
                members.push((self.name(property), self.value(id, row, &place)));
            }
        }
        Value::Object(members)
    }

    /// The persona that an object of this table names.
    fn persona(&self, table: &Table, wanted: Wanted<'a>) -> Option<&'a str> {
        let is_persona =
            |property: &&Property| property.known.iter().any(|known| known.fact == Fact::Personas);
        let property = table.properties.iter().find(is_persona)?;
        values::listed(self.tenant, property, wanted).into_iter().next()
    }

    fn value(&self, table: TableId, row: PropertyId, place: &Place<'a>) -> Value {
        let property = self.endpoint.table(table).property(row);
        match property.ty {
            Type::Object(id) if place.above.contains(&id) => Value::Null,
            Type::ObjectList(id) if place.above.contains(&id) => Value::List(Vec::new()),
            Type::Object(id) => self.object(id, place),
            Type::ObjectList(id) => Value::List(vec![self.object(id, place)]),
            _ => self.scalar(table, row, property, place),
        }
    }

    fn scalar(&self, table: TableId, row: PropertyId, property: &Property, place: &Place<'a>) -> Value {
        let is_record = table == self.endpoint.record;
        let contact = self.endpoint.contact.as_ref().filter(|_| is_record);
        if let (Some(rows), Some(own)) = (contact, place.wanted.contact) {
            let known = match row {
                row if row == rows.code => own.code.as_ref(),
                row if Some(row) == rows.user => own.user.as_ref(),
                _ => None,
            };
            if let Some(known) = known {
                return Value::text(known);
            }
        }
        if contact.is_some_and(|rows| rows.active == Some(row)) {
            return Value::Bool(true);
        }
        let is_key = (is_record && self.endpoint.key.contains(&row)) || self.is_of_a_list(table, row);
        let made = |record: usize| {
            let wanted = Wanted {
                record,
                is_key,
                ..place.wanted
            };
            values::scalar(self.endpoint, self.tenant, property, wanted)
        };
        let record = place.wanted.record;
        let names_the_contact = contact.is_some_and(|rows| row == rows.code || Some(row) == rows.user);
        if names_the_contact && place.wanted.contact.is_none() {
            // One that the tenant does not hold: its codes may be those of the examples.
            let mut numbers = (0..OTHERS).map(|step| record + step * OTHERS);
            let new = numbers.find(|number| !self.is_held(&made(*number)));
            return made(new.unwrap_or(record));
        }
        made(record)
    }

    /// Whether the tenant has a contact of this code or user name.
    fn is_held(&self, value: &Value) -> bool {
        let Value::Text(text) = value else { return false };
        let changes = TenantChanges::default();
        let facts = Facts::new(self.tenant, &changes, false);
        [(Some(text.as_str()), None), (None, Some(text.as_str()))]
            .into_iter()
            .any(|(code, user)| facts.holds_contact(code, user) == Some(true))
    }

    /// Returns true if a row identifies the items of a list.
    fn is_of_a_list(&self, table: TableId, row: PropertyId) -> bool {
        let mut checks = self.endpoint.tables.iter().flat_map(|table| &table.checks);
        checks.any(|check| match &check.kind {
            CheckKind::Unique(unique) => unique.value.steps.last() == Some(&(table, row)),
            _ => false,
        })
    }

    /// Whether a record lacks something without this row: a finding that is more than advice.
    fn is_needed(&self, table: &Table, row: PropertyId, property: &Property) -> bool {
        let any_of = table.checks.iter().any(|check| match &check.kind {
            CheckKind::AnyOf(any_of) => {
                any_of.0.first() == Some(&row) && check.claim.severity > Severity::Advice
            }
            _ => false,
        });
        any_of
            || property
                .required
                .as_ref()
                .is_some_and(|required| self.is_required(required))
    }

    fn is_required(&self, required: &Required) -> bool {
        // Whether a contact is new is known only where the tenant's contacts are.
        let may_be_new = self.tenant.has_list(Fact::Contacts);
        let always = required.claim.severity > Severity::Advice && !required.for_new_contact;
        let if_new = required.for_new_contact || required.for_new > Some(Severity::Advice);
        always || (may_be_new && if_new)
    }

    /// What the engine says of a body.
    pub(super) fn checked(&self, body: &Value) -> lint::Checked {
        let text = json::pretty(body, "\n");
        lint::check(&text, Vec::new(), self.endpoint, self.tenant, true)
    }

    /// The first finding of a body that is more than advice, in words; `None` where it checks clean.
    #[must_use]
    pub fn trouble(&self, body: &Value) -> Option<String> {
        let checked = self.checked(body);
        let worst = checked.findings.iter().max_by_key(|finding| finding.severity)?;
        let is_more = worst.severity > Severity::Advice;
        is_more.then(|| format!("{}: {}", worst.pointer, worst.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case() {
        for (name, camel) in [
            ("ContactCode", "contactCode"),
            ("LOBEntityCode", "lobEntityCode"),
            ("IsDefaultLOB", "isDefaultLOB"),
            ("SSOType", "ssoType"),
            ("ID", "id"),
            ("A", "a"),
            ("already", "already"),
        ] {
            assert_eq!(Case::Camel.write(name), camel);
            assert_eq!(Case::Pascal.write(name), name);
        }
    }
}
