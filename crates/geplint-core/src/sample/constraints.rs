//! For each constraint, a body that satisfies it and one that violates it.

use std::collections::BTreeSet;

use super::body::{Extent, Sampler};
use super::wrong;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Constraint, Property, PropertyId, Table, Type};
use crate::tenant::Fact;

/// A body that satisfies or violates one constraint.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The constraint and its rule, as a file name without an extension: `Address.City.too-long.breaks`.
    pub name: String,
    /// The constraint.
    pub constraint: Constraint,
    /// True if the body violates it.
    pub breaks: bool,
    /// The request body.
    pub body: Value,
}

/// A constraint without its samples.
#[derive(Debug, Clone)]
pub struct Uncovered {
    /// The constraint.
    pub constraint: Constraint,
    /// The reason: the failed attempt, or the missing fact.
    pub why: String,
}

/// Samples of all constraints of an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// In the order of the tables: for each constraint, first the one that satisfies it.
    pub all: Vec<Sample>,
    /// The constraints without confirmed bodies.
    pub uncovered: Vec<Uncovered>,
}

/// The location of a constraint.
enum Location<'a> {
    Row(&'a Table, PropertyId),
    Check(&'a Table, &'a Check),
    Body,
}

/// The body that satisfies a constraint and the one that violates it; `None` if none was found.
type Pair = (Option<Value>, Option<Value>);

impl<'a> Sampler<'a> {
    /// Returns two bodies for each constraint of the tables, confirmed by the engine. The one that satisfies it has no error,
    /// and no finding of the constraint's rule at its row; the one that violates it has such a finding.
    #[must_use]
    pub fn samples(&self) -> Samples {
        let mut samples = Samples::default();
        let mut names = BTreeSet::new();
        for (constraint, locations) in self.locations() {
            let missing = constraint.needs.filter(|fact| !self.tenant.has_list(*fact));
            if let Some(fact) = missing {
                let why = format!("it needs the tenant's {}", fact.name());
                samples.uncovered.push(Uncovered { constraint, why });
                continue;
            }
            let is_decided = locations.iter().any(|location| match location {
                Location::Row(table, id) => self.decides(table.property(*id)),
                _ => false,
            });
            // A constraint for new contacts only needs a new contact.
            let new_contacts = Self {
                new_contacts: constraint.needs == Some(Fact::Contacts),
                ..*self
            };
            let mut pairs = locations.into_iter().map(|location| match location {
                Location::Row(table, id) => new_contacts.of_row(table, id, &constraint),
                Location::Check(table, check) => self.of_check(table, check, &constraint),
                Location::Body => self.of_body(&constraint),
            });
            let found = pairs.find_map(|(keeps, breaks)| Some((keeps?, breaks?)));
            let Some((keeps, breaks)) = found else {
                let why = if is_decided {
                    "the tenant's own list decides"
                } else {
                    "no sample value gives only this finding"
                };
                let why = why.to_owned();
                samples.uncovered.push(Uncovered { constraint, why });
                continue;
            };
            let name = file_name(&constraint, &mut names);
            for (breaks, body) in [(false, keeps), (true, breaks)] {
                let end = if breaks { "breaks" } else { "keeps" };
                samples.all.push(Sample {
                    name: format!("{name}.{end}"),
                    constraint: constraint.clone(),
                    breaks,
                    body,
                });
            }
        }
        samples
    }

    /// Returns true if a list of the tenant determines the valid values of a row.
    fn decides(&self, property: &Property) -> bool {
        let of_enum = match property.ty {
            Type::Enum(id) => self.endpoint.enums[usize::from(id)].fact,
            _ => None,
        };
        let mut facts = property.known.iter().map(|known| known.fact).chain(of_enum);
        facts.any(|fact| self.tenant.has_list(fact))
    }

    /// Returns every constraint with its possible locations.
    fn locations(&self) -> Vec<(Constraint, Vec<Location<'a>>)> {
        let endpoint = self.endpoint;
        let mut all = Vec::new();
        for table in &endpoint.tables {
            for (id, property) in table.rows() {
                let constraints = endpoint.of_property(property);
                let row = || vec![Location::Row(table, id)];
                all.extend(constraints.into_iter().map(|one| (one, row())));
            }
            let checks = table.checks.iter().zip(endpoint.of_checks(table));
            all.extend(checks.map(|(check, one)| (one, vec![Location::Check(table, check)])));
        }
        all.extend(endpoint.implied().into_iter().map(|one| {
            let locations = self.implied_locations(&one);
            (one, locations)
        }));
        all.retain(|(constraint, _)| !endpoint.off.contains(&constraint.rule));
        all
    }

    /// Returns the possible locations of an implied constraint: a row, a check, the rows of its kind, the body.
    fn implied_locations(&self, constraint: &Constraint) -> Vec<Location<'a>> {
        let endpoint = self.endpoint;
        let mut all = Vec::new();
        for table in &endpoint.tables {
            for (id, property) in table.rows() {
                let of_kind = |kind: &str| property.kind.is_some_and(|own| own.title() == kind);
                let is_of_kind = constraint.name.strip_prefix("every ").is_some_and(of_kind);
                if property.constraint == constraint.name || is_of_kind {
                    all.push(Location::Row(table, id));
                }
            }
            let named = |check: &&Check| check.kind.name(endpoint, table) == constraint.name;
            all.extend(
                table
                    .checks
                    .iter()
                    .filter(named)
                    .map(|check| Location::Check(table, check)),
            );
        }
        if all.is_empty() {
            all.push(Location::Body);
        }
        all
    }

    fn of_row(&self, table: &'a Table, id: PropertyId, constraint: &Constraint) -> Pair {
        let property = table.property(id);
        let right = self.value_of(table.id, id, Extent::Minimal);
        let name = &property.constraint;
        let with =
            |value: Option<Value>| self.record_with(table, |object| self.put(object, table, id, value));
        // If every value violates the constraint, the record without the property satisfies it.
        let keeps = [Some(right.clone()), None].into_iter();
        let keeps = keeps
            .map(|value| list(vec![with(value)]))
            .find(|body| self.keeps(body, constraint, name));
        let candidates = wrong::candidates(property, &right, constraint.stated).into_iter();
        let breaks = self.first_breaking(candidates.map(|value| list(vec![with(value)])), constraint, name);
        (keeps, breaks)
    }

    fn of_body(&self, constraint: &Constraint) -> Pair {
        let (keeps, breaks) = (self.body(1, Extent::Minimal), Value::List(Vec::new()));
        let breaks = self.first_breaking([breaks].into_iter(), constraint, "");
        (self.keeps(&keeps, constraint, "").then_some(keeps), breaks)
    }

    fn of_check(&self, table: &'a Table, check: &Check, constraint: &Constraint) -> Pair {
        let (keeps, breaks) = self.check_bodies(table, check);
        let name = &constraint.name;
        let mut keeps = keeps.into_iter();
        let keeps = keeps.find(|body| self.keeps(body, constraint, name));
        (keeps, self.first_breaking(breaks.into_iter(), constraint, name))
    }

    /// Returns true if a body has no error, and no finding of the constraint.
    fn keeps(&self, body: &Value, constraint: &Constraint, name: &str) -> bool {
        let findings = self.checked(body).findings;
        findings.iter().all(|finding| {
            let is_it = finding.rule == constraint.rule && is_named(name, &finding.constraint);
            finding.severity < Severity::Error && !is_it
        })
    }

    /// Returns the first body that only has findings of the constraint; otherwise the first that has one, and no other error.
    fn first_breaking(
        &self,
        bodies: impl Iterator<Item = Value>,
        constraint: &Constraint,
        name: &str,
    ) -> Option<Value> {
        let mut second = None;
        for body in bodies {
            let findings = self.checked(&body).findings;
            let is_it = |rule: &str, own: &str| rule == constraint.rule && is_named(name, own);
            let of_it = findings
                .iter()
                .filter(|finding| is_it(&finding.rule, &finding.constraint));
            let (of_it, all) = (of_it.count(), findings.len());
            let others = findings
                .iter()
                .filter(|finding| !is_it(&finding.rule, &finding.constraint));
            let harmless = others.clone().all(|finding| finding.severity < Severity::Error);
            match of_it {
                0 => {}
                _ if of_it == all => return Some(body),
                _ if harmless => drop(second.get_or_insert(body)),
                _ => {}
            }
        }
        second
    }
}

/// Returns true if a finding's constraint has this name. The name of a check may have several properties, of which one must
/// match; an empty name matches every finding.
fn is_named(name: &str, own: &str) -> bool {
    let split = |name| str::rsplit_once(name, '.');
    let one_of = || match (split(name), split(own)) {
        (Some((table, names)), Some((own_table, own))) => {
            table == own_table && names.split('|').any(|name| name == own)
        }
        _ => false,
    };
    name.is_empty() || name == own || one_of()
}

fn list(items: Vec<Value>) -> Value {
    Value::List(items)
}

/// Returns a unique name for the files of a constraint.
fn file_name(constraint: &Constraint, taken: &mut BTreeSet<String>) -> String {
    let name = constraint.name.replace('|', "-or-").replace(' ', "-");
    let name = if name.is_empty() { "body".to_owned() } else { name };
    let first = format!("{name}.{}", constraint.rule);
    let mut unique = first.clone();
    let mut number = 1;
    while !taken.insert(unique.to_lowercase()) {
        number += 1;
        unique = format!("{first}-{number}");
    }
    unique
}
