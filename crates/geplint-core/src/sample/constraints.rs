//! For each constraint a body that keeps it and one that breaks it.

use std::collections::BTreeSet;

use super::body::{Extent, Sampler};
use super::wrong;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, CheckKind, Constraint, Property, PropertyId, Route, Table, TableId, Type};
use crate::tenant::Fact;

/// A body that keeps or breaks one constraint.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The constraint and its rule, as a file name without an extension: `Address.City.too-long.breaks`.
    pub name: String,
    /// The constraint.
    pub constraint: Constraint,
    /// Whether the body breaks it.
    pub breaks: bool,
    /// The request body.
    pub body: Value,
}

/// A constraint without its samples.
#[derive(Debug, Clone)]
pub struct Lack {
    /// The constraint.
    pub constraint: Constraint,
    /// Why: what was tried, or what would be needed.
    pub why: String,
}

/// Samples of all constraints of an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// In the order of the tables: one that keeps a constraint, then one that breaks it.
    pub all: Vec<Sample>,
    /// The constraints for which no body was found that the engine takes as it is meant.
    pub lacking: Vec<Lack>,
}

/// Where a constraint is.
enum Place<'a> {
    Row(&'a Table, PropertyId),
    Check(&'a Table, &'a Check),
    Body,
}

/// The two bodies of a constraint; `None` where none was found.
type Pair = (Option<Value>, Option<Value>);

impl<'a> Sampler<'a> {
    /// For each constraint of the tables a body that keeps it and one that breaks it. The engine has been asked of each: one
    /// that keeps its constraint has no error and nothing of the constraint's rule at its row; one that breaks it has just that.
    #[must_use]
    pub fn samples(&self) -> Samples {
        let mut samples = Samples::default();
        let mut names = BTreeSet::new();
        for (constraint, places) in self.places() {
            let missing = constraint.needs.filter(|fact| !self.tenant.has_list(*fact));
            if let Some(fact) = missing {
                let why = format!("it needs the tenant's {}", fact.name());
                samples.lacking.push(Lack { constraint, why });
                continue;
            }
            let is_decided = places.iter().any(|place| match place {
                Place::Row(table, id) => {
                    let mut known = table.property(*id).known.iter();
                    known.any(|known| self.tenant.has_list(known.fact))
                }
                _ => false,
            });
            // What holds for new contacts alone is shown with one.
            let newcomers = Self {
                newcomers: constraint.needs == Some(Fact::Contacts),
                ..*self
            };
            let pairs = places.into_iter().map(|place| match place {
                Place::Row(table, id) => newcomers.of_row(table, id, &constraint),
                Place::Check(table, check) => self.of_check(table, check, &constraint),
                Place::Body => self.of_body(&constraint),
            });
            let found = pairs.filter_map(|(keeps, breaks)| Some((keeps?, breaks?))).next();
            let Some((keeps, breaks)) = found else {
                let why = match is_decided {
                    true => "the tenant's own list decides",
                    false => "no made-up value gave this finding and no other",
                };
                let why = why.to_owned();
                samples.lacking.push(Lack { constraint, why });
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

    /// Every constraint, and where it may be.
    fn places(&self) -> Vec<(Constraint, Vec<Place<'a>>)> {
        let endpoint = self.endpoint;
        let mut all = Vec::new();
        for table in &endpoint.tables {
            for (index, property) in (0..).zip(&table.properties) {
                let constraints = endpoint.of_property(property);
                let row = || vec![Place::Row(table, PropertyId(index))];
                all.extend(constraints.into_iter().map(|one| (one, row())));
            }
            let checks = table.checks.iter().zip(endpoint.of_checks(table));
            all.extend(checks.map(|(check, one)| (one, vec![Place::Check(table, check)])));
        }
        all.extend(endpoint.implied().into_iter().map(|one| {
            let places = self.places_of(&one);
            (one, places)
        }));
        all.retain(|(constraint, _)| !endpoint.off.iter().any(|off| *off == constraint.rule));
        all
    }

    /// Where a constraint may be that follows from others: a row, a check, the rows of its kind, the body.
    fn places_of(&self, constraint: &Constraint) -> Vec<Place<'a>> {
        let endpoint = self.endpoint;
        let mut all = Vec::new();
        for table in &endpoint.tables {
            for (index, property) in (0..).zip(&table.properties) {
                let of_kind = |kind: &str| property.kind.is_some_and(|own| own.title() == kind);
                let is_of_kind = constraint.name.strip_prefix("every ").is_some_and(of_kind);
                if property.constraint == constraint.name || is_of_kind {
                    all.push(Place::Row(table, PropertyId(index)));
                }
            }
            let named = |check: &&Check| check.kind.name(endpoint, table) == constraint.name;
            all.extend(
                table
                    .checks
                    .iter()
                    .filter(named)
                    .map(|check| Place::Check(table, check)),
            );
        }
        if all.is_empty() {
            all.push(Place::Body);
        }
        all
    }

    fn of_row(&self, table: &'a Table, id: PropertyId, constraint: &Constraint) -> Pair {
        let property = table.property(id);
        let right = self.value_of(table.id, id, Extent::Minimal);
        let name = &property.constraint;
        let with =
            |value: Option<Value>| self.record_with(table, |object| self.put(object, table, id, value));
        // What is wrong wherever it is there is right where it is not.
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

    /// Bodies that may keep, and that may break, a check.
    fn check_bodies(&self, table: &'a Table, check: &Check) -> (Vec<Value>, Vec<Value>) {
        let endpoint = self.endpoint;
        let of = |change: &dyn Fn(&mut Value)| list(vec![self.record_with(table, change)]);
        let plain = of(&|_| {});
        match &check.kind {
            CheckKind::AnyOf(any_of) => {
                let without = of(&|object| any_of.0.iter().for_each(|id| self.put(object, table, *id, None)));
                (vec![plain], vec![without])
            }
            CheckKind::Active(_) => {
                let contacts = self.tenant.listed().contacts().iter();
                let inactive = contacts.filter(|contact| contact.active == Some(false));
                let codes = inactive.filter_map(|contact| contact.code.as_ref());
                let code = endpoint.contact.as_ref().map(|rows| rows.code);
                let user = endpoint.contact.as_ref().and_then(|rows| rows.user);
                let breaking = codes.filter_map(|text| {
                    let code = code?;
                    Some(of(&|object| {
                        user.into_iter()
                            .for_each(|user| self.put(object, table, user, None));
                        self.put(object, table, code, Some(Value::text(text)));
                    }))
                });
                (vec![plain], breaking.take(4).collect())
            }
            CheckKind::Differs(differs) => {
                let own = self.value_at(table, differs.from);
                let Value::Text(own) = own else {
                    return Default::default();
                };
                let with =
                    |text: &str| of(&|object| self.put_along(object, &differs.route, Value::text(text)));
                let near = [own.to_uppercase(), own.to_lowercase(), format!("{own} ")];
                let near = near.iter().filter(|text| **text != own).map(|text| with(text));
                let other = of(&|object| {
                    self.along(object, &differs.route);
                });
                (vec![other, plain], [with(&own)].into_iter().chain(near).collect())
            }
            CheckKind::SingleValued(single) => {
                let Some((item, _)) = single.value.steps.first() else {
                    return Default::default();
                };
                let word = single.condition.1.first().cloned().unwrap_or_default();
                let two = |values: [&str; 2]| {
                    of(&|object| {
                        let items = values.map(|value| {
                            let mut entry = self.object_of(*item, Extent::Minimal);
                            let table = endpoint.table(*item);
                            self.put(&mut entry, table, single.condition.0, Some(Value::text(&word)));
                            self.put_along(&mut entry, &single.value, Value::text(value));
                            entry
                        });
                        self.put_along(object, &single.items, Value::List(items.into()));
                    })
                };
                let known: Vec<String> = self.texts_along(&single.value);
                let first = known.first().map_or("L-1", String::as_str);
                let second = known
                    .iter()
                    .map(String::as_str)
                    .find(|text| *text != first)
                    .unwrap_or("L-2");
                (vec![two([first, first])], vec![two([first, second])])
            }
            CheckKind::Unique(unique) => {
                let Some(item) = self.item_table(&unique.items) else {
                    return Default::default();
                };
                let inner = Route {
                    steps: unique.value.steps.iter().skip(1).copied().collect(),
                };
                let texts = self.texts_along(&unique.value);
                let first = texts.first().map_or("V-1", String::as_str);
                let other = texts
                    .iter()
                    .map(String::as_str)
                    .find(|text| *text != first)
                    .unwrap_or("V-2");
                let two = |values: [&str; 2]| {
                    of(&|object| {
                        let items = values.map(|value| {
                            let mut entry = self.object_of(item, Extent::Minimal);
                            self.put_along(&mut entry, &inner, Value::text(value));
                            entry
                        });
                        self.put_along(object, &unique.items, Value::List(items.into()));
                    })
                };
                (vec![two([first, other])], vec![two([first, first])])
            }
            CheckKind::AtMostOne(one) => {
                let two = |second: bool| {
                    of(&|object| {
                        let items = [true, second].map(|flag| {
                            let mut entry = self.object_of(one.item, Extent::Minimal);
                            let table = endpoint.table(one.item);
                            for id in one.per.iter().copied().chain(naming(table)) {
                                let value = self.value_of(one.item, id, Extent::Minimal);
                                self.put(&mut entry, table, id, Some(value));
                            }
                            self.put(&mut entry, table, one.flag, Some(Value::Bool(flag)));
                            entry
                        });
                        self.put_along(object, &one.items, Value::List(items.into()));
                    })
                };
                (vec![two(false)], vec![two(true)])
            }
            CheckKind::BelongsToOne(belongs) => {
                let user = self.value_at(table, belongs.property);
                let records = |same: bool| {
                    let records = [0, 1].map(|index| {
                        let mut record = self.record(index, Extent::Minimal);
                        for id in [belongs.of, belongs.property] {
                            let own = self.own_value(table, id, index);
                            self.put(&mut record, table, id, Some(own));
                        }
                        if same {
                            self.put(&mut record, table, belongs.property, Some(user.clone()));
                        }
                        record
                    });
                    list(records.into())
                };
                (vec![records(false)], vec![records(true)])
            }
        }
    }

    /// The value of a record's row, as the record of this index has it.
    fn own_value(&self, table: &Table, id: PropertyId, index: usize) -> Value {
        let record = self.record(index, Extent::Full);
        let name = self.name(table.property(id));
        record.get(&name).cloned().unwrap_or(Value::Null)
    }

    /// The value of a row in an object of its table with every property.
    fn value_at(&self, table: &Table, id: PropertyId) -> Value {
        if table.id == self.endpoint.record {
            return self.own_value(table, id, 0);
        }
        self.value_of(table.id, id, Extent::Minimal)
    }

    /// Texts of the row at the end of a route: the tenant's own, or the one that is made up.
    fn texts_along(&self, route: &Route) -> Vec<String> {
        let Some((table, id)) = route.steps.last() else {
            return Vec::new();
        };
        let property = self.endpoint.table(*table).property(*id);
        let listed = super::values::listed(self.tenant, property, super::values::Wanted::default());
        let mut texts: Vec<String> = listed.into_iter().map(str::to_owned).collect();
        if texts.is_empty()
            && let Value::Text(text) = self.value_of(*table, *id, Extent::Minimal)
        {
            let second = format!("{text}2");
            texts.extend([text, second]);
        }
        texts
    }

    /// The table of the items of a list.
    fn item_table(&self, items: &Route) -> Option<TableId> {
        match self.endpoint.end(items)?.ty {
            Type::ObjectList(id) => Some(id),
            _ => None,
        }
    }

    /// A record in which the first object of a table is changed.
    fn record_with(&self, table: &Table, change: impl FnOnce(&mut Value)) -> Value {
        let mut record = self.record(0, Extent::Minimal);
        let mut at = &mut record;
        let mut here = self.endpoint.record_table();
        for name in &table.route {
            let Some(id) = here.find(name) else { break };
            at = self.inside(at, here, id);
            let (Type::Object(next) | Type::ObjectList(next)) = here.property(id).ty else {
                break;
            };
            here = self.endpoint.table(next);
        }
        change(at);
        record
    }

    /// What a property of an object holds, made up where it is not there; of a list its first element.
    fn inside<'v>(&self, object: &'v mut Value, table: &Table, id: PropertyId) -> &'v mut Value {
        let name = self.name(table.property(id));
        if object.get(&name).is_none_or(is_hollow) {
            let value = match table.property(id).ty {
                Type::Object(inner) => self.object_of(inner, Extent::Minimal),
                Type::ObjectList(inner) => Value::List(vec![self.object_of(inner, Extent::Minimal)]),
                _ => self.value_of(table.id, id, Extent::Minimal),
            };
            self.put(object, table, id, Some(value));
        }
        let Value::Object(members) = object else {
            return object;
        };
        // It has just been put there.
        let place = members.iter().position(|(own, _)| *own == name);
        let place = place.unwrap_or_else(|| {
            members.push((name, Value::Null));
            members.len() - 1
        });
        let value = &mut members[place].1;
        if is_hollow(value) || !matches!(value, Value::List(_)) {
            return value;
        }
        match value {
            Value::List(items) => &mut items[0],
            other => other,
        }
    }

    /// What is at the end of a route, made up on the way.
    fn along<'v>(&self, object: &'v mut Value, route: &Route) -> &'v mut Value {
        let mut at = object;
        for (table, id) in &route.steps {
            at = self.inside(at, self.endpoint.table(*table), *id);
        }
        at
    }

    /// Puts a value at the end of a route; a text into a list of texts.
    fn put_along(&self, object: &mut Value, route: &Route, value: Value) {
        let Some(((table, id), before)) = route.steps.split_last() else {
            return;
        };
        let before = Route {
            steps: before.to_vec(),
        };
        let at = self.along(object, &before);
        let table = self.endpoint.table(*table);
        let value = match (table.property(*id).ty, value) {
            (Type::StringList, text @ Value::Text(_)) => Value::List(vec![text]),
            (_, value) => value,
        };
        self.put(at, table, *id, Some(value));
    }

    /// Puts a property into an object, in the order of the table, or takes it out.
    fn put(&self, object: &mut Value, table: &Table, id: PropertyId, value: Option<Value>) {
        let Value::Object(members) = object else { return };
        let name = self.name(table.property(id));
        members.retain(|(own, _)| value.is_some() || *own != name);
        let Some(value) = value else { return };
        if let Some((_, own)) = members.iter_mut().find(|(own, _)| *own == name) {
            *own = value;
            return;
        }
        let rank = |name: &str| table.find(name).map_or(u16::MAX, |id| id.0);
        let behind = members.iter().position(|(own, _)| rank(own) > id.0);
        members.insert(behind.unwrap_or(members.len()), (name, value));
    }

    /// Whether a body has no error, and no finding of the constraint.
    fn keeps(&self, body: &Value, constraint: &Constraint, name: &str) -> bool {
        let findings = self.checked(body).findings;
        findings.iter().all(|finding| {
            let is_it = finding.rule == constraint.rule && is_named(name, &finding.constraint);
            finding.severity < Severity::Error && !is_it
        })
    }

    /// The first body with a finding of the constraint and no other; else the first with one and no error besides.
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

/// Whether a finding's constraint is the one of this name; of a check that is named by several properties, one of them will do,
/// and the body as a whole has no name.
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

/// Whether nothing can be put inside a value.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        value => *value == Value::Null,
    }
}

/// The first text of a table: an object with nothing but a flag says nothing.
fn naming(table: &Table) -> Option<PropertyId> {
    let is_text = |property: &Property| property.ty == Type::String;
    let first = table.properties.iter().position(is_text)?;
    u16::try_from(first).ok().map(PropertyId)
}

fn list(items: Vec<Value>) -> Value {
    Value::List(items)
}

/// The name of a constraint's files, another one each time.
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
