//! Generated objects with one change.

use super::body::{Extent, Sampler};
use crate::json::Value;
use crate::rules::{PropertyId, Route, Table, Type};

impl Sampler<'_> {
    /// Returns a record in which the first object of a table is changed.
    pub(super) fn record_with(&self, table: &Table, change: impl FnOnce(&mut Value)) -> Value {
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

    /// Returns the value of a property, generated if missing; for an array, its first element.
    pub(super) fn inside<'v>(&self, object: &'v mut Value, table: &Table, id: PropertyId) -> &'v mut Value {
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
        // It has just been inserted.
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

    /// Returns the object at the end of a route; missing values are generated.
    pub(super) fn along<'v>(&self, object: &'v mut Value, route: &Route) -> &'v mut Value {
        let mut at = object;
        for (table, id) in &route.steps {
            at = self.inside(at, self.endpoint.table(*table), *id);
        }
        at
    }

    /// Sets the value at the end of a route; wraps a text for an array of strings.
    pub(super) fn put_along(&self, object: &mut Value, route: &Route, value: Value) {
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

    /// Sets a property of an object, in the order of the table, or removes it.
    pub(super) fn put(&self, object: &mut Value, table: &Table, id: PropertyId, value: Option<Value>) {
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
}

/// Returns true if a value cannot contain other values.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        value => *value == Value::Null,
    }
}
