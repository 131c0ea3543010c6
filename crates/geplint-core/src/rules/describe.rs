//! Every constraint of an endpoint as one flat list: what `geplint rules` shows, and what the tests count fixtures by.

use std::borrow::Cow;

use super::{
    Answer, CheckKind, Claim, Endpoint, Fact, OneOf, Property, Required, Shape, SingleValued, TenantList,
    Type,
};
use crate::finding::{Evidence, Phase, Severity, Wording};

/// What of a row or check states a constraint: where a user's rules file would change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// The row's type.
    Type,
    /// The row's `required`.
    Required,
    /// The length in the row's type.
    Length,
    /// The row's `one-of`.
    List,
    /// The row's `known`.
    Known,
    /// A check at the end of the file.
    Check,
    /// Something else of the row or the file, or what follows from them without being said.
    Otherwise,
}

/// One constraint: the rule that speaks when it is broken, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Rule id.
    pub rule: String,
    /// `Table.Property`, or the properties of a check.
    pub name: String,
    /// In a few words: `at most 50 characters`.
    pub what: String,
    /// What else the file says of when it holds: `in any case`, `unless PersonaName is present`.
    pub conditions: Vec<String>,
    /// How severe breaking it is.
    pub severity: Severity,
    /// Where it comes from.
    pub evidence: Evidence,
    /// The table row that states it.
    pub source: String,
    /// The tenant's list that it needs.
    pub needs: Option<Fact>,
    /// What states it.
    pub stated: Stated,
    /// What breaking it is answered with, as a template; `None` for a warning, and where the converter answers.
    pub answer: Option<Answer>,
    /// Whether the answer is in the vendor's own words.
    pub wording: Wording,
    /// The step of the service that checks it.
    pub phase: Phase,
    /// Why it is believed or not; may be empty.
    pub note: String,
}

impl Constraint {
    fn with(self, conditions: Vec<String>) -> Self {
        Self { conditions, ..self }
    }
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
        let from = |claim: &Claim, what: String, needs, stated| {
            of_claim(claim, property.constraint.to_string(), what, needs, stated)
        };
        let own = |rule, what: String, severity, evidence| Constraint {
            evidence,
            ..of_row(property, rule, what, severity)
        };
        let converts = format!("converts to {}", self.type_name(property.ty));
        let mut all = vec![Constraint {
            stated: Stated::Type,
            ..of_row(property, "does-not-convert", converts, Severity::Error)
        }];
        if let Some(required) = &property.required {
            let what = if required.for_new_contact {
                "mandatory for a new contact"
            } else {
                "mandatory"
            };
            let needs = required.for_new_contact.then_some(Fact::Contacts);
            let constraint = from(&required.claim, what.to_owned(), needs, Stated::Required);
            all.push(constraint.with(self.of_required(property, required)));
        }
        if let (Some(limit), Some(claim)) = (property.max_length, &property.too_long) {
            let what = format!("at most {limit} UTF-16 units");
            all.push(from(claim, what, None, Stated::Length));
        }
        if let Some(list) = &property.one_of {
            let constraint = from(&list.claim, one_of(list), None, Stated::List);
            all.push(constraint.with(of_list(list)));
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
                Severity::Advice,
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
            let what = format!("among the tenant's {}", known.fact.name());
            let constraint = from(&known.claim, what, needs, Stated::Known);
            all.push(constraint.with(of_known(known)));
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
                .map(|id| table.property(*id).name.as_ref())
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
        of_claim(&check.claim, name, what, needs, Stated::Check).with(self.of_kind(table, &check.kind))
    }

    /// When a required property is not, or less surely, required.
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
            all.push(format!("an empty value: {}", evidence_word(evidence)));
        }
        if required.for_new == Some(Severity::Warning) {
            all.push("at least a warning for a new contact".to_owned());
        }
        all
    }

    fn of_kind(&self, table: &super::Table, kind: &CheckKind) -> Vec<String> {
        let names = |table: &super::Table, ids: &[super::PropertyId]| {
            let names: Vec<&str> = ids.iter().map(|id| &*table.property(*id).name).collect();
            names.join(" or ")
        };
        match kind {
            CheckKind::AnyOf(_) | CheckKind::Active(_) => Vec::new(),
            CheckKind::Differs { nearly, .. } if nearly.is_empty() => Vec::new(),
            CheckKind::Differs { nearly, .. } => {
                vec![format!("a warning if it is nearly {}", names(table, nearly))]
            }
            CheckKind::SingleValued(single) => self.of_single_valued(table, single),
        }
    }

    fn of_single_valued(&self, table: &super::Table, single: &SingleValued) -> Vec<String> {
        let item = single.value.steps.first().map(|(table, _)| self.table(*table));
        let counts = item.map_or("", |item| &*item.property(single.condition.0).name);
        let mut all = vec![
            format!("the value is {}", self.route_name(&single.value)),
            format!("an item counts by its {counts}"),
        ];
        if let Some(fact) = single.fact {
            all.push(format!("with the tenant's {}", fact.name()));
        }
        if let Some(route) = &single.replaced_by {
            all.push(format!("which {} replaces", self.route_name(route)));
        }
        if let Some(route) = &single.undecided_by {
            all.push(format!("undecided if {} is true", self.route_name(route)));
        }
        if let Some(evidence) = single.held_evidence {
            all.push(format!(
                "beside a value that the tenant holds: {}",
                evidence_word(evidence)
            ));
        }
        if !single.subject.is_empty() {
            let names: Vec<&str> = single
                .subject
                .iter()
                .map(|id| &*table.property(*id).name)
                .collect();
            all.push(format!("the record is named by {}", names.join(" or ")));
        }
        all
    }

    /// What follows from rows and checks without standing in them, for every property that it can happen to, and what
    /// an empty request is answered with.
    #[must_use]
    pub fn implied(&self) -> Vec<Constraint> {
        let mut all: Vec<Constraint> = self.of_empty_request().into_iter().collect();
        for table in &self.tables {
            for property in &table.properties {
                all.extend(self.implied_by_row(property));
            }
            all.extend(table.checks.iter().filter_map(|check| self.nearly(check)));
        }
        all
    }

    /// What an empty request is answered with.
    #[must_use]
    pub fn of_empty_request(&self) -> Option<Constraint> {
        let claim = self.empty_request.as_ref()?;
        let what = "holds at least one record".to_owned();
        let name = "the list of records".to_owned();
        Some(of_claim(claim, name, what, None, Stated::Otherwise))
    }

    fn implied_by_row(&self, property: &Property) -> Vec<Constraint> {
        let warning = |rule: &str, what: &str| of_row(property, rule, what.to_owned(), Severity::Warning);
        let mut all = Vec::new();
        let list = matches!(property.ty, Type::StringList | Type::ObjectList(_));
        if property.ty == Type::String && (property.required.is_some() || property.one_of.is_some()) {
            all.push(warning("blank", "more than white space"));
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
                ..of_row(
                    property,
                    "null-element",
                    "no null in it".to_owned(),
                    Severity::Error,
                )
            });
        }
        if property.ty == Type::StringList {
            all.push(warning("null-text", "no null in it"));
        }
        all
    }

    /// A value that must not equal another one should not nearly equal it, either.
    fn nearly(&self, check: &super::Check) -> Option<Constraint> {
        let CheckKind::Differs { route, nearly, .. } = &check.kind else {
            return None;
        };
        if nearly.is_empty() {
            return None;
        }
        let what = "does not look like the record itself".to_owned();
        Some(Constraint {
            rule: format!("maybe-{}", check.claim.rule),
            severity: Severity::Warning,
            evidence: Evidence::Inferred,
            answer: None,
            note: String::new(),
            ..of_claim(
                &check.claim,
                self.route_name(route),
                what,
                None,
                Stated::Otherwise,
            )
        })
    }

    /// `Table.Property.Property`: the name of a route.
    #[must_use]
    pub fn route_name(&self, route: &super::Route) -> String {
        let table = route
            .steps
            .first()
            .map_or("", |(table, _)| &*self.table(*table).name);
        route.steps.iter().fold(table.to_owned(), |name, (table, id)| {
            format!("{name}.{}", self.table(*table).property(*id).name)
        })
    }

    /// The name that stands for a type in the converter's sentences. For our own types a guess.
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
            Type::Object(id) => self.table(id).name.to_string(),
            Type::StringList => "list of string".to_owned(),
            Type::ObjectList(id) => format!("list of {}", self.table(id).name),
        }
    }
}

/// A constraint that a claim states.
fn of_claim(claim: &Claim, name: String, what: String, needs: Option<Fact>, stated: Stated) -> Constraint {
    Constraint {
        rule: claim.rule.to_string(),
        name,
        what,
        severity: claim.severity,
        evidence: claim.evidence,
        source: claim.source.to_string(),
        needs,
        stated,
        answer: claim.answer.clone().filter(|_| claim.severity == Severity::Error),
        wording: claim.wording,
        conditions: Vec::new(),
        phase: claim.phase,
        note: claim.note.to_string(),
    }
}

/// A constraint that a row brings with it.
fn of_row(property: &Property, rule: &str, what: String, severity: Severity) -> Constraint {
    Constraint {
        rule: rule.to_owned(),
        name: property.constraint.to_string(),
        what,
        severity,
        evidence: Evidence::Inferred,
        source: property.source.to_string(),
        needs: None,
        stated: Stated::Otherwise,
        answer: None,
        wording: Wording::Inferred,
        conditions: Vec::new(),
        phase: Phase::Data,
        note: String::new(),
    }
}

const fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Response => "response",
        Evidence::Table => "table",
        Evidence::Inferred => "inferred",
        Evidence::Contradicted => "contradicted",
    }
}

/// What else is in a list, and how values are compared.
fn of_list(list: &OneOf) -> Vec<String> {
    let mut all = Vec::new();
    if list.list.is_some() && !list.values.is_empty() {
        all.push(format!("or one of {}", list.values.join(", ")));
    }
    if list.ignore_case {
        all.push("in any case".to_owned());
    }
    all
}

fn of_known(known: &TenantList) -> Vec<String> {
    let mut all = Vec::new();
    if !known.also.is_empty() {
        all.push(format!("or {}", known.also.join(", ")));
    }
    if let Some(shape) = known.suspect {
        all.push(format!("{} is refused without that list", shape.title()));
    }
    all
}

fn one_of(list: &OneOf) -> String {
    match (&list.list, list.values.as_slice()) {
        (Some(public), _) => format!("in {}", public.title),
        (None, values) => format!("one of {}", values.join(", ")),
    }
}
