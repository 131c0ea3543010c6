//! Records and whole bodies without findings.

use super::values::{self, Wanted};
use crate::finding::Severity;
use crate::json::{self, Value};
use crate::lint;
use crate::rules::{CheckKind, Endpoint, Property, PropertyId, Required, Table, TableId, Type};
use crate::tenant::{Fact, Facts, ListedContact, Tenant, TenantChanges};

/// The casing of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As on the vendor's page: `ContactCode`, `LOBEntityCode`.
    #[default]
    Pascal,
    /// With a lower-case first word: `contactCode`, `lobEntityCode`.
    Camel,
}

impl Case {
    /// Returns a name in this casing.
    #[must_use]
    pub fn write(self, name: &str) -> String {
        if self == Self::Pascal {
            return name.to_owned();
        }
        // The first word: all leading capitals, except the one that begins the second word.
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

/// The properties of a generated record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// The properties without which the record would have findings.
    #[default]
    Minimal,
    /// Every property that can be sent to the API, with one element in each array.
    Full,
}

/// Generates requests to one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Sampler<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) tenant: &'a Tenant,
    pub(super) case: Case,
    /// True if records are for contacts that the tenant does not have.
    pub(super) new_contacts: bool,
}

/// The number of generated codes that are tried to find one that the tenant does not have, and the distance between them.
const OTHERS: usize = 100;

/// The context of a generated value.
#[derive(Clone)]
struct Context<'a> {
    wanted: Wanted<'a>,
    extent: Extent,
    /// The enclosing tables; recursion ends at a table that contains itself.
    above: Vec<TableId>,
}

impl<'a> Sampler<'a> {
    /// Creates a sampler; values are from the tenant's lists if there are any.
    #[must_use]
    pub fn new(endpoint: &'a Endpoint, tenant: &'a Tenant) -> Self {
        Self {
            endpoint,
            tenant,
            case: Case::Pascal,
            new_contacts: false,
        }
    }

    /// Sets the casing of names.
    #[must_use]
    pub fn in_case(self, case: Case) -> Self {
        Self { case, ..self }
    }

    /// Returns a body with this number of records.
    #[must_use]
    pub fn body(&self, records: usize, extent: Extent) -> Value {
        Value::List((0..records).map(|index| self.record(index, extent)).collect())
    }

    /// Returns the record with this index (0-based); records with different indices have different keys.
    #[must_use]
    pub fn record(&self, index: usize, extent: Extent) -> Value {
        self.object(self.endpoint.record, &self.context(index, extent))
    }

    /// Returns an object of a table.
    #[must_use]
    pub fn object_of(&self, table: TableId, extent: Extent) -> Value {
        self.object(table, &self.context(0, extent))
    }

    /// Returns a valid value for a row: an array has one element, an object the properties of its extent.
    #[must_use]
    pub fn value_of(&self, table: TableId, property: PropertyId, extent: Extent) -> Value {
        let context = self.context(0, extent);
        self.value(table, property, &context)
    }

    /// Returns the name of a property in the casing of the sampler.
    #[must_use]
    pub fn name(&self, property: &Property) -> String {
        self.case.write(&property.name)
    }

    fn context(&self, index: usize, extent: Extent) -> Context<'a> {
        let wanted = Wanted {
            record: index,
            contact: self.contact(index),
            ..Wanted::default()
        };
        Context {
            wanted,
            extent,
            above: Vec::new(),
        }
    }

    /// Returns the tenant's contact for a record: an active one with a code.
    fn contact(&self, index: usize) -> Option<&'a ListedContact> {
        self.endpoint.contact.as_ref().filter(|_| !self.new_contacts)?;
        let contacts = self.tenant.listed().contacts().iter();
        let mut active = contacts.filter(|contact| contact.code.is_some() && contact.active != Some(false));
        active.nth(index)
    }

    fn object(&self, id: TableId, context: &Context<'a>) -> Value {
        let table = self.endpoint.table(id);
        let mut context = context.clone();
        context.above.push(id);
        if let Some(persona) = self.persona(table, context.wanted) {
            context.wanted.persona = Some(persona);
        }
        let mut members = Vec::new();
        for (row, property) in table.rows() {
            let wanted = match context.extent {
                Extent::Minimal => self.is_needed(table, row, property),
                Extent::Full => !property.outbound_only,
            };
            if wanted {
                members.push((self.name(property), self.value(id, row, &context)));
            }
        }
        Value::Object(members)
    }

    /// Returns the persona code in an object of this table.
    fn persona(&self, table: &Table, wanted: Wanted<'a>) -> Option<&'a str> {
        let is_persona =
            |property: &&Property| property.known.iter().any(|known| known.fact == Fact::Personas);
        let property = table.properties.iter().find(is_persona)?;
        values::listed(self.tenant, property, wanted).into_iter().next()
    }

    fn value(&self, table: TableId, row: PropertyId, context: &Context<'a>) -> Value {
        let property = self.endpoint.table(table).property(row);
        match property.ty {
            Type::Object(id) if context.above.contains(&id) => Value::Null,
            Type::ObjectList(id) if context.above.contains(&id) => Value::List(Vec::new()),
            Type::Object(id) => self.object(id, context),
            Type::ObjectList(id) => Value::List(vec![self.object(id, context)]),
            _ => self.scalar(table, row, property, context),
        }
    }

    fn scalar(&self, table: TableId, row: PropertyId, property: &Property, context: &Context<'a>) -> Value {
        let is_record = table == self.endpoint.record;
        let contact = self.endpoint.contact.as_ref().filter(|_| is_record);
        if let (Some(rows), Some(own)) = (contact, context.wanted.contact) {
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
                ..context.wanted
            };
            values::scalar(self.endpoint, self.tenant, property, wanted)
        };
        let record = context.wanted.record;
        let names_the_contact = contact.is_some_and(|rows| row == rows.code || Some(row) == rows.user);
        if names_the_contact && context.wanted.contact.is_none() {
            // Find a code that the tenant does not have; its codes may equal the examples.
            let mut numbers = (0..OTHERS).map(|step| record + step * OTHERS);
            let new = numbers.find(|number| !self.is_held(&made(*number)));
            return made(new.unwrap_or(record));
        }
        made(record)
    }

    /// Returns true if the tenant has a contact with this code or user name.
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

    /// Returns true if a record without this row has a finding above advice.
    fn is_needed(&self, table: &Table, row: PropertyId, property: &Property) -> bool {
        let any_of = table.checks.iter().any(|check| {
            let first = check.kind.needs_one_of().and_then(<[_]>::first);
            first == Some(&row) && check.claim.severity > Severity::Advice
        });
        any_of
            || property
                .required
                .as_ref()
                .is_some_and(|required| self.is_required(required))
    }

    fn is_required(&self, required: &Required) -> bool {
        // Without the tenant's contacts, the engine cannot determine that a contact is new.
        let may_be_new = self.tenant.has_list(Fact::Contacts);
        let always = required.claim.severity > Severity::Advice && !required.for_new_contact;
        let if_new = required.for_new_contact || required.for_new > Some(Severity::Advice);
        always || (may_be_new && if_new)
    }

    /// Checks a body.
    pub(super) fn checked(&self, body: &Value) -> lint::Checked {
        let text = json::pretty(body, "\n");
        lint::check(&text, Vec::new(), self.endpoint, self.tenant, true)
    }

    /// Returns the most severe finding of a body above advice as text; `None` if there is none.
    #[must_use]
    pub fn worst_finding(&self, body: &Value) -> Option<String> {
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
