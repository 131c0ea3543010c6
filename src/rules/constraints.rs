//! Every constraint of an endpoint as one flat list: what `geplint rules` shows, and what the tests count fixtures by.

use super::{CheckKind, Claim, Endpoint, Fact, OneOf, Property, Shape, Type};
use crate::finding::{Evidence, Severity};

/// One constraint: the rule that speaks when it is broken, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Rule id.
    pub rule: String,
    /// `Table.Property`, or the properties of a check.
    pub name: String,
    /// In a few words: `at most 50 characters`.
    pub what: String,
    /// How severe breaking it is.
    pub severity: Severity,
    /// Where it comes from.
    pub evidence: Evidence,
    /// The table row that states it.
    pub source: String,
    /// The tenant's list that it needs.
    pub needs: Option<Fact>,
}

impl Endpoint {
    /// Every constraint, in the order of the tables; a table's checks follow its rows.
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

    /// The constraints of one row; its type comes first.
    #[must_use]
    pub fn of_property(&self, property: &Property) -> Vec<Constraint> {
        let from = |claim: &Claim, what: String, needs| Constraint {
            rule: claim.rule.clone(),
            name: property.constraint.clone(),
            what,
            severity: claim.severity,
            evidence: claim.evidence,
            source: claim.source.clone(),
            needs,
        };
        let own = |rule: &str, what: String, severity, evidence| Constraint {
            rule: rule.to_owned(),
            name: property.constraint.clone(),
            what,
            severity,
            evidence,
            source: property.source.clone(),
            needs: None,
        };
        let converts = format!("converts to {}", self.type_name(property.ty));
        let mut all = vec![own(
            "does-not-convert",
            converts,
            Severity::Error,
            Evidence::Inferred,
        )];
        if let Some(required) = &property.required {
            let what = if required.for_new_contact {
                "mandatory for a new contact"
            } else {
                "mandatory"
            };
            all.push(from(
                &required.claim,
                what.to_owned(),
                required.for_new_contact.then_some(Fact::Contacts),
            ));
        }
        if let (Some(limit), Some(claim)) = (property.max_length, &property.too_long) {
            all.push(from(claim, format!("at most {limit} UTF-16 units"), None));
        }
        if let Some(list) = &property.one_of {
            all.push(from(&list.claim, one_of(list), None));
        }
        if let Some(shape) = property.shape {
            let what = match shape {
                Shape::Email => "looks like an e-mail address",
                Shape::Culture => "looks like a culture code",
            };
            all.push(own(
                "odd-shape",
                what.to_owned(),
                Severity::Warning,
                Evidence::Inferred,
            ));
        }
        if let Type::Enum(id) = property.ty
            && self.enums[usize::from(id)].open
        {
            all.push(own(
                "unlisted-value",
                "one of its names, as far as the page gives them".to_owned(),
                Severity::Warning,
                Evidence::Inferred,
            ));
        }
        if property.outbound_only {
            all.push(own(
                "outbound-only",
                "not sent to the API".to_owned(),
                Severity::Warning,
                Evidence::Table,
            ));
        }
        for known in &property.known {
            // A suspect value is wrong without any list.
            let needs = known.suspect.is_none().then_some(known.fact);
            all.push(from(
                &known.claim,
                format!("among the tenant's {}", known.fact.name()),
                needs,
            ));
        }
        all
    }

    /// The checks of a table over several properties.
    #[must_use]
    pub fn of_checks(&self, table: &super::Table) -> Vec<Constraint> {
        table
            .checks
            .iter()
            .map(|check| self.of_check(table, check))
            .collect()
    }

    fn of_check(&self, table: &super::Table, check: &super::Check) -> Constraint {
        let names = |ids: &[super::PropertyId]| {
            ids.iter()
                .map(|id| table.property(*id).name.as_str())
                .collect::<Vec<_>>()
                .join("|")
        };
        let (name, what, needs) = match &check.kind {
            CheckKind::AnyOf(ids) => (
                format!("{}.{}", table.name, names(ids)),
                format!("{} is given", names(ids).replace('|', " or ")),
                None,
            ),
            CheckKind::Differs { route, from, .. } => (
                self.route_name(route),
                format!("is not the {} of the record", table.property(*from).name),
                None,
            ),
            CheckKind::SingleValued(single) => (
                self.route_name(&single.items),
                format!(
                    "one value among the items that are {}",
                    single.condition.1.join(" or ")
                ),
                None,
            ),
            CheckKind::Active(ids) => (
                format!("{}.{}", table.name, names(ids)),
                "names a contact that is active at the tenant".to_owned(),
                Some(Fact::Contacts),
            ),
        };
        Constraint {
            rule: check.claim.rule.clone(),
            name,
            what,
            severity: check.claim.severity,
            evidence: check.claim.evidence,
            source: check.claim.source.clone(),
            needs,
        }
    }

    /// `Table.Property.Property`: the name of a route.
    #[must_use]
    pub fn route_name(&self, route: &super::Route) -> String {
        let table = route
            .steps
            .first()
            .map_or("", |(table, _)| self.table(*table).name.as_str());
        route.steps.iter().fold(table.to_owned(), |name, (table, id)| {
            format!("{name}.{}", self.table(*table).property(*id).name)
        })
    }

    /// A type as the rules file writes it, without its length.
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
            Type::Object(id) => self.table(id).name.clone(),
            Type::StringList => "list of string".to_owned(),
            Type::ObjectList(id) => format!("list of {}", self.table(id).name),
        }
    }
}

fn one_of(list: &OneOf) -> String {
    match (list.list, list.values.as_slice()) {
        (Some(public), _) => format!("in {}", public.title),
        (None, values) => format!("one of {}", values.join(", ")),
    }
}
