//! Resolves the names in a rules file: properties, routes, facts and words.

use std::ops::Range;

use toml::Spanned;

use super::error::{Result, fail, no_such};
use crate::rules::{Fact, Property, PropertyId, Route, RowKind, Shape, Table, TableId, Type};

pub(super) fn property_at(table: &Table, name: &Spanned<String>) -> Result<PropertyId> {
    match table.find(name.get_ref()) {
        Some(id) => Ok(id),
        None => fail(
            name.span(),
            format!("table `{}` has no property `{}`", table.title, name.get_ref()),
        ),
    }
}

/// Returns a property that is neither an array nor an object.
pub(super) fn scalar(table: &Table, name: &Spanned<String>) -> Result<PropertyId> {
    let id = property_at(table, name)?;
    match table.property(id).ty {
        Type::Object(_) | Type::ObjectList(_) | Type::StringList => fail(
            name.span(),
            format!(
                "`{}` is a list or an object; expected a single value",
                name.get_ref()
            ),
        ),
        _ => Ok(id),
    }
}

/// Checks that a property is a scalar or an array of strings.
pub(super) fn holds_values(property: &Property, span: Range<usize>) -> Result<()> {
    match property.ty {
        Type::Object(_) | Type::ObjectList(_) => fail(
            span,
            format!("`{}` contains objects; expected values", property.name),
        ),
        _ => Ok(()),
    }
}

/// Returns the key properties of a record: at least one, without duplicates.
pub(super) fn key(names: &Spanned<Vec<Spanned<String>>>, record: &Table) -> Result<Vec<PropertyId>> {
    let mut key = Vec::new();
    for name in names.get_ref() {
        let id = scalar(record, name)?;
        if key.contains(&id) {
            return fail(name.span(), format!("`{}` is in the key already", name.get_ref()));
        }
        key.push(id);
    }
    if key.is_empty() {
        return fail(names.span(), "the key names no property");
    }
    Ok(key)
}

/// Returns properties of a table, at least one.
pub(super) fn properties_named(
    table: &Table,
    names: Option<&Spanned<Vec<Spanned<String>>>>,
    key: &str,
    span: &Range<usize>,
    find: fn(&Table, &Spanned<String>) -> Result<PropertyId>,
) -> Result<Vec<PropertyId>> {
    match names {
        Some(names) if !names.get_ref().is_empty() => {
            names.get_ref().iter().map(|name| find(table, name)).collect()
        }
        _ => {
            let span = names.map_or_else(|| span.clone(), Spanned::span);
            fail(span, format!("this kind of check needs `{key}`"))
        }
    }
}

pub(super) fn need<'a>(
    value: Option<&'a Spanned<String>>,
    name: &str,
    span: &Range<usize>,
) -> Result<&'a Spanned<String>> {
    value.map_or_else(
        || fail(span.clone(), format!("this kind of check needs `{name}`")),
        Ok,
    )
}

/// Resolves `ContactManagers/ManagerCode` from a table down.
pub(super) fn route(tables: &[Table], from: TableId, path: &Spanned<String>) -> Result<Route> {
    let mut at = Some(from);
    let mut steps = Vec::new();
    for name in path.get_ref().split('/') {
        let Some(table) = at else {
            return fail(
                path.span(),
                format!("`{}`: the parent of `{name}` has no properties", path.get_ref()),
            );
        };
        let id = property_at(
            &tables[usize::from(table.0)],
            &Spanned::new(path.span(), name.to_owned()),
        )?;
        steps.push((table, id));
        at = match tables[usize::from(table.0)].property(id).ty {
            Type::Object(next) | Type::ObjectList(next) => Some(next),
            _ => None,
        };
    }
    Ok(Route { steps })
}

/// Returns a route that ends at values.
pub(super) fn route_to_values(tables: &[Table], from: TableId, path: &Spanned<String>) -> Result<Route> {
    let route = route(tables, from, path)?;
    if let Some(end) = end(tables, &route) {
        holds_values(end, path.span())?;
    }
    Ok(route)
}

/// Returns the property at the end of a route.
pub(super) fn end<'t>(tables: &'t [Table], route: &Route) -> Option<&'t Property> {
    route
        .steps
        .last()
        .map(|(table, id)| tables[usize::from(table.0)].property(*id))
}

pub(super) fn fact_named(name: &Spanned<String>) -> Result<Fact> {
    match Fact::ALL.iter().find(|(_, known)| *known == name.get_ref()) {
        Some((fact, _)) => Ok(*fact),
        None => no_such("fact", name, Fact::ALL.iter().map(|(_, name)| name)),
    }
}

/// Returns a fact that is a list of values.
pub(super) fn listed_fact(name: &Spanned<String>) -> Result<Fact> {
    match fact_named(name)? {
        Fact::BelongingLobs => fail(
            name.span(),
            format!(
                "\"{}\" is not a list of values; it is only allowed with `single-valued`",
                name.get_ref()
            ),
        ),
        fact => Ok(fact),
    }
}

pub(super) fn shape_named(word: &str, span: Range<usize>) -> Result<Shape> {
    match word {
        "email" => Ok(Shape::Email),
        "culture" => Ok(Shape::Culture),
        other => fail(
            span,
            format!("there is no shape \"{other}\"; shapes: email, culture"),
        ),
    }
}

pub(super) fn kind_named(word: &Spanned<String>) -> Result<RowKind> {
    let mut kinds = RowKind::ALL.into_iter();
    let named = kinds.find(|kind| kind.word() == word.get_ref());
    named.map_or_else(
        || no_such("kind", word, RowKind::ALL.iter().map(|kind| kind.word())),
        Ok,
    )
}

/// Treats whitespace in this property as a missing value.
pub(super) fn whitespace_is_no_value(table: &mut Table, id: PropertyId) {
    let property = &mut table.properties[usize::from(id.0)];
    property.blank_is_missing = true;
}
