//! Every constraint of an endpoint as a flat list. `geplint rules` prints it, and a test compares it with the
//! fixtures.

use std::borrow::Cow;

use super::constraint_line::{Constraint, Stated};
use super::{Endpoint, Fact, Property, Required, Type, kinds};
use crate::finding::{Evidence, Severity};

impl Endpoint {
    /// Returns every constraint, in the order of the tables. A table's checks follow its rows.
    #[must_use]
    pub fn constraints(&self) -> Vec<Constraint> {
        let mut all = Vec::new();
        for table in &self.tables {
            for property in &table.properties {
                all.extend(self.of_property(property));
            }
            all.extend(self.of_checks(table));
        }
        all
    }

    /// Returns the constraints of one row; its type comes first.
    #[must_use]
    pub fn of_property(&self, property: &Property) -> Vec<Constraint> {
        let converts = format!("converts to {}", self.type_name(property.ty));
        let mut all = vec![Constraint {
            stated: Stated::Type,
            ..Constraint::of_row(
                property,
                "does-not-convert",
                converts,
                Severity::Error,
                Evidence::Inferred,
            )
        }];
        if let Some(required) = &property.required {
            let what = if required.for_new_contact {
                "mandatory for a new contact"
            } else {
                "mandatory"
            };
            let needs = required.for_new_contact.then_some(Fact::Contacts);
            let (claim, what) = (&required.claim, what.to_owned());
            let constraint = Constraint::of_row_claim(property, claim, what, needs, Stated::Required);
            all.push(constraint.with(self.of_required(property, required)));
        }
        all.extend(kinds::listed(property));
        if let Type::Enum(id) = property.ty {
            all.extend(self.enums[usize::from(id)].listed(property));
        }
        if property.outbound_only {
            let what = "not sent to the API".to_owned();
            all.push(Constraint::of_row(
                property,
                "outbound-only",
                what,
                Severity::Warning,
                Evidence::Table,
            ));
        }
        all.extend(kinds::listed_known(property));
        all
    }

    /// Returns the checks of a table over several properties.
    #[must_use]
    pub fn of_checks(&self, table: &super::Table) -> Vec<Constraint> {
        table
            .checks
            .iter()
            .map(|check| check.kind.listed(&check.claim, self, table))
            .collect()
    }

    /// Returns the conditions under which a required property is not required, or is required with less certainty.
    fn of_required(&self, property: &Property, required: &Required) -> Vec<String> {
        let mut all = Vec::new();
        let table = self.tables.iter().find(|table| {
            let mut own = table.properties.iter();
            own.any(|other| std::ptr::eq(other, property))
        });
        if let (Some(table), Some(unless)) = (table, required.unless) {
            all.push(format!("unless {} is present", table.property(unless).name));
        }
        if let Some(evidence) = required.empty_evidence {
            all.push(format!("an empty value: {}", evidence.word()));
        }
        if required.for_new == Some(Severity::Warning) {
            all.push("at least a warning for a new contact".to_owned());
        }
        all
    }

    /// Returns the constraints that follow from rows and checks without being stated, for every property they can
    /// apply to, and the answer to an empty request.
    #[must_use]
    pub fn implied(&self) -> Vec<Constraint> {
        let mut all: Vec<Constraint> = self.of_empty_request().into_iter().collect();
        all.extend(kinds::listed_of_kinds(self));
        for table in &self.tables {
            for property in &table.properties {
                all.extend(self.implied_by_row(property));
            }
            all.extend(
                table
                    .checks
                    .iter()
                    .filter_map(|check| check.kind.implied(&check.claim, self)),
            );
        }
        all
    }

    /// Returns the constraint on an empty request.
    #[must_use]
    pub fn of_empty_request(&self) -> Option<Constraint> {
        let claim = self.empty_request.as_ref()?;
        let what = "contains at least one record".to_owned();
        let name = "the list of records".to_owned();
        Some(Constraint::of_claim(claim, name, what, None, Stated::Otherwise))
    }

    fn implied_by_row(&self, property: &Property) -> Vec<Constraint> {
        let warning = |rule: &str, what: &str| {
            Constraint::of_row(
                property,
                rule,
                what.to_owned(),
                Severity::Warning,
                Evidence::Inferred,
            )
        };
        let mut all = Vec::new();
        let list = matches!(property.ty, Type::StringList | Type::ObjectList(_));
        if property.ty == Type::String && (property.required.is_some() || property.one_of.is_some()) {
            all.push(warning("blank", "more than whitespace"));
        }
        if list && property.required.is_some() {
            all.push(warning("empty-list", "at least one element"));
        }
        if property.or_list {
            all.push(warning("list-for-object", "one object, not a list"));
        }
        if matches!(property.ty, Type::ObjectList(_)) && !property.null_elements_allowed {
            all.push(Constraint {
                answer: Some(self.answers.null.clone()),
                ..Constraint::of_row(
                    property,
                    "null-element",
                    "no null element".to_owned(),
                    Severity::Error,
                    Evidence::Inferred,
                )
            });
        }
        if property.ty == Type::StringList {
            all.push(warning("null-text", "no null element"));
        }
        all
    }

    /// Returns the name of a type in the converter's sentences. For the types of the API this is a guess.
    #[must_use]
    pub fn clr_name(&self, ty: Type) -> Cow<'_, str> {
        let table = |id| &*self.table(id).name;
        match ty {
            Type::String => Cow::Borrowed("System.String"),
            Type::Boolean => Cow::Borrowed("System.Boolean"),
            Type::Int => Cow::Borrowed("System.Int32"),
            Type::Long => Cow::Borrowed("System.Int64"),
            Type::Decimal => Cow::Borrowed("System.Decimal"),
            Type::DateTime => Cow::Borrowed("System.DateTime"),
            Type::Enum(id) => Cow::Borrowed(&*self.enums[usize::from(id)].name),
            Type::Object(id) => Cow::Borrowed(table(id)),
            Type::StringList => Cow::Borrowed("System.Collections.Generic.List`1[System.String]"),
            Type::ObjectList(id) => Cow::Owned(format!("System.Collections.Generic.List`1[{}]", table(id))),
        }
    }

    /// Returns a type as the rules file writes it, without its length.
    #[must_use]
    pub fn type_name(&self, ty: Type) -> String {
        match ty {
            Type::String => "string".to_owned(),
            Type::Boolean => "boolean".to_owned(),
            Type::Int => "int".to_owned(),
            Type::Long => "long".to_owned(),
            Type::Decimal => "decimal".to_owned(),
            Type::DateTime => "date-time".to_owned(),
            Type::Enum(id) => format!("enum {}", self.enums[usize::from(id)].name),
            Type::Object(id) => self.table(id).name.to_string(),
            Type::StringList => "list of string".to_owned(),
            Type::ObjectList(id) => format!("list of {}", self.table(id).name),
        }
    }
}
