//! Bodies that satisfy or violate a check over several values.

use super::body::{Extent, Sampler};
use super::values::{self, Wanted};
use crate::json::Value;
use crate::rules::{
    AnyOf, AtMostOne, BelongsToOne, Check, CheckKind, Differs, Property, PropertyId, Route, SingleValued,
    Table, Type, Unique,
};

/// Candidates that may satisfy a check, and candidates that may violate it.
pub(super) type Bodies = (Vec<Value>, Vec<Value>);

/// Maximum number of the tenant's contacts that are tried.
const TRIED: usize = 4;

impl Sampler<'_> {
    /// Returns the candidates for a check.
    pub(super) fn check_bodies(&self, table: &Table, check: &Check) -> Bodies {
        let bodies = match &check.kind {
            CheckKind::AnyOf(any_of) => Some(self.of_any_of(table, any_of)),
            CheckKind::Active(_) => Some(self.of_active(table)),
            CheckKind::Differs(differs) => self.of_differs(table, differs),
            CheckKind::SingleValued(single) => self.of_single_valued(table, single),
            CheckKind::Unique(unique) => self.of_unique(table, unique),
            CheckKind::AtMostOne(one) => Some(self.of_at_most_one(table, one)),
            CheckKind::BelongsToOne(belongs) => Some(self.of_belongs_to_one(table, *belongs)),
        };
        bodies.unwrap_or_default()
    }

    /// Returns a body with one record in which the first object of the table is changed.
    fn changed(&self, table: &Table, change: impl FnOnce(&mut Value)) -> Value {
        Value::List(vec![self.record_with(table, change)])
    }

    fn of_any_of(&self, table: &Table, any_of: &AnyOf) -> Bodies {
        let without = self.changed(table, |object| {
            for id in &any_of.0 {
                self.put(object, table, *id, None);
            }
        });
        (vec![self.changed(table, |_| {})], vec![without])
    }

    fn of_active(&self, table: &Table) -> Bodies {
        let contacts = self.tenant.listed().contacts().iter();
        let inactive = contacts.filter(|contact| contact.active == Some(false));
        let codes = inactive.filter_map(|contact| contact.code.as_ref());
        let rows = self.endpoint.contact.as_ref();
        let breaking = codes.zip(std::iter::repeat(rows)).filter_map(|(text, rows)| {
            let rows = rows?;
            Some(self.changed(table, |object| {
                if let Some(user) = rows.user {
                    self.put(object, table, user, None);
                }
                self.put(object, table, rows.code, Some(Value::text(text)));
            }))
        });
        (vec![self.changed(table, |_| {})], breaking.take(TRIED).collect())
    }

    fn of_differs(&self, table: &Table, differs: &Differs) -> Option<Bodies> {
        let Value::Text(own) = self.value_at(table, differs.from) else {
            return None;
        };
        let with = |text: &str| {
            self.changed(table, |object| {
                self.put_along(object, &differs.route, Value::text(text));
            })
        };
        let near = [own.to_uppercase(), own.to_lowercase(), format!("{own} ")];
        let near = near.iter().filter(|text| **text != own).map(|text| with(text));
        let other = self.changed(table, |object| {
            self.along(object, &differs.route);
        });
        Some((vec![other], [with(&own)].into_iter().chain(near).collect()))
    }

    fn of_single_valued(&self, table: &Table, single: &SingleValued) -> Option<Bodies> {
        let (item, _) = single.value.steps.first()?;
        let word = single.condition.1.first()?;
        let item = self.endpoint.table(*item);
        let two = |values: [&str; 2]| {
            self.changed(table, |object| {
                let items = values.map(|value| {
                    let mut entry = self.object_of(item.id, Extent::Minimal);
                    self.put(&mut entry, item, single.condition.0, Some(Value::text(word)));
                    self.put_along(&mut entry, &single.value, Value::text(value));
                    entry
                });
                self.put_along(object, &single.items, Value::List(items.into()));
            })
        };
        let [first, second] = &self.two_texts(&single.value);
        Some((vec![two([first, first])], vec![two([first, second])]))
    }

    fn of_unique(&self, table: &Table, unique: &Unique) -> Option<Bodies> {
        let Type::ObjectList(item) = self.endpoint.end(&unique.items)?.ty else {
            return None;
        };
        let steps = unique.value.steps.iter().skip(1).copied().collect();
        let inner = Route { steps };
        let two = |values: [&str; 2]| {
            self.changed(table, |object| {
                let items = values.map(|value| {
                    let mut entry = self.object_of(item, Extent::Minimal);
                    self.put_along(&mut entry, &inner, Value::text(value));
                    entry
                });
                self.put_along(object, &unique.items, Value::List(items.into()));
            })
        };
        let [first, second] = &self.two_texts(&unique.value);
        Some((vec![two([first, second])], vec![two([first, first])]))
    }

    fn of_at_most_one(&self, table: &Table, one: &AtMostOne) -> Bodies {
        let item = self.endpoint.table(one.item);
        let two = |second: bool| {
            self.changed(table, |object| {
                let items = [true, second].map(|flag| {
                    let mut entry = self.object_of(one.item, Extent::Minimal);
                    for id in one.per.iter().copied().chain(naming(item)) {
                        let value = self.value_of(one.item, id, Extent::Minimal);
                        self.put(&mut entry, item, id, Some(value));
                    }
                    self.put(&mut entry, item, one.flag, Some(Value::Bool(flag)));
                    entry
                });
                self.put_along(object, &one.items, Value::List(items.into()));
            })
        };
        (vec![two(false)], vec![two(true)])
    }

    fn of_belongs_to_one(&self, table: &Table, belongs: BelongsToOne) -> Bodies {
        let first = self.value_at(table, belongs.property);
        let records = |same: bool| {
            let records = [0, 1].map(|index| {
                let mut record = self.record(index, Extent::Minimal);
                for id in [belongs.of, belongs.property] {
                    let own = self.own_value(table, id, index);
                    self.put(&mut record, table, id, Some(own));
                }
                if same {
                    self.put(&mut record, table, belongs.property, Some(first.clone()));
                }
                record
            });
            Value::List(records.into())
        };
        (vec![records(false)], vec![records(true)])
    }

    /// Returns the value of a row in the record with this index.
    fn own_value(&self, table: &Table, id: PropertyId, index: usize) -> Value {
        let record = self.record(index, Extent::Full);
        let name = self.name(table.property(id));
        record.get(&name).cloned().unwrap_or(Value::Null)
    }

    /// Returns the value of a row in an object of its table with every property.
    fn value_at(&self, table: &Table, id: PropertyId) -> Value {
        if table.id == self.endpoint.record {
            return self.own_value(table, id, 0);
        }
        self.value_of(table.id, id, Extent::Minimal)
    }

    /// Returns two different texts for the row at the end of a route: from the tenant's list, or generated.
    fn two_texts(&self, route: &Route) -> [String; 2] {
        let Some((table, id)) = route.steps.last() else {
            return [String::new(), String::new()];
        };
        let property = self.endpoint.table(*table).property(*id);
        let mut listed = values::listed(self.tenant, property, Wanted::default()).into_iter();
        let made = || match self.value_of(*table, *id, Extent::Minimal) {
            Value::Text(text) => text,
            _ => String::new(),
        };
        let first = listed.next().map_or_else(made, str::to_owned);
        let second = listed.find(|text| *text != first).map(str::to_owned);
        let second = second.unwrap_or_else(|| format!("{first}2"));
        [first, second]
    }
}

/// Returns the first text row of a table, which identifies an object better than a flag does.
fn naming(table: &Table) -> Option<PropertyId> {
    let is_text = |property: &Property| property.ty == Type::String;
    let first = table.properties.iter().position(is_text)?;
    u16::try_from(first).ok().map(PropertyId)
}
