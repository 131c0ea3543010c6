//! Names that no row has: where they belong, or which name was meant.

use crate::rules::{Endpoint, PropertyId, Table, TableId, Type};

/// What to say of a name that its table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// Another table has it: one below, one around, or the one nearest to the record.
    Elsewhere {
        table: TableId,
        property: PropertyId,
        /// Where that is, for people.
        place: String,
        /// No other table has it, and it says where it belongs.
        only: bool,
    },
    /// This table has a name that looks like it.
    Near {
        property: PropertyId,
        /// No other name of this table looks like it.
        only: bool,
    },
    /// Nothing comes near.
    Nothing,
}

/// The object that has the name.
pub(super) struct Around<'a> {
    /// Its table is the last, that of the record the first.
    pub tables: &'a [&'a Table],
    /// Whether the object has a property.
    pub has: &'a dyn Fn(PropertyId) -> bool,
    /// Whether the value would do under a property.
    pub suits: &'a dyn Fn(PropertyId) -> bool,
}

/// Shorter names are part of too many others.
const SHORTEST: usize = 4;

/// Looks for the place or the name that was meant. A right place beats a missing sibling, and that an edit distance.
pub(super) fn meant(endpoint: &Endpoint, around: &Around<'_>, name: &str) -> Meant {
    let Some((table, above)) = around.tables.split_last() else {
        return Meant::Nothing;
    };
    let plain = simplified(name);
    // Each name that nobody knows is held against all that are known: they share one buffer.
    let mut known = String::new();
    let mut same = rows(table).filter(|id| {
        simplify(&table.property(*id).name, &mut known);
        known == plain
    });
    if let Some(property) = same.next() {
        let only = same.next().is_none();
        return Meant::Near { property, only };
    }
    let mut parts = |is_part: fn(&str, &str) -> bool| -> Vec<PropertyId> {
        rows(table)
            .filter(|id| {
                simplify(&table.property(*id).name, &mut known);
                is_part(&plain, &known)
            })
            .collect()
    };
    // `Country` is a part of CountryCode; `HomeCity` has City as a part.
    let (whole, part) = (parts(is_part), parts(|name, known| is_part(known, name)));
    let generic = endpoint.is_generic(name);
    let place = elsewhere(endpoint, table, above, name);
    match place {
        Some(place) if !generic => return place,
        // Of several objects that have the name, none is meant more than what this one has to have.
        Some(_) => return sibling(table, around, &whole, true).unwrap_or(Meant::Nothing),
        None => {}
    }
    if let Some(property) = sibling(table, around, &whole, false) {
        return property;
    }
    // What is there already, or could be several, is no misspelling of something else; and a generic name is none.
    if generic || !whole.is_empty() {
        return Meant::Nothing;
    }
    match near(table, &plain) {
        Meant::Nothing => sibling(table, around, &part, false).unwrap_or(Meant::Nothing),
        near => near,
    }
}

/// The one of these properties that the object lacks and the value would do for; a mandatory one first.
fn sibling(table: &Table, around: &Around<'_>, ids: &[PropertyId], only_mandatory: bool) -> Option<Meant> {
    let missing = ids
        .iter()
        .copied()
        .filter(|id| !(around.has)(*id) && (around.suits)(*id));
    let (mandatory, others): (Vec<_>, Vec<_>) = missing.partition(|id| is_mandatory(table, *id));
    match (mandatory.as_slice(), others.as_slice()) {
        ([property], _) => Some(*property),
        ([], [property]) if !only_mandatory => Some(*property),
        _ => None,
    }
    .map(|property| Meant::Near { property, only: true })
}

/// The name of this table that is spelled most like it.
fn near(table: &Table, plain: &str) -> Meant {
    let mut known = String::new();
    let length = plain.chars().count();
    let limit = (length / 4).clamp(1, 3);
    let near: Vec<(usize, PropertyId)> = rows(table)
        .filter_map(|id| {
            simplify(&table.property(id).name, &mut known);
            // The distance is never less than the difference in length: a name of a megabyte is not compared.
            (known.chars().count().abs_diff(length) <= limit)
                .then(|| (strsim::osa_distance(plain, &known), id))
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    let only = near.len() == 1;
    near.into_iter()
        .min_by_key(|(distance, _)| *distance)
        .map_or(Meant::Nothing, |(_, property)| Meant::Near { property, only })
}

/// The nearest other table that has the name: below this one, then around it, then anywhere.
fn elsewhere(endpoint: &Endpoint, table: &Table, above: &[&Table], name: &str) -> Option<Meant> {
    let only = endpoint
        .tables
        .iter()
        .filter(|other| other.find(name).is_some())
        .count()
        == 1;
    let of = |id: TableId, place: String| {
        let property = endpoint.table(id).find(name)?;
        Some(Meant::Elsewhere {
            table: id,
            property,
            place,
            only,
        })
    };
    let id_of = |wanted: &Table| {
        let at = endpoint
            .tables
            .iter()
            .position(|other| std::ptr::eq(other, wanted))?;
        u16::try_from(at).ok().map(TableId)
    };
    below(endpoint, table)
        .into_iter()
        .find_map(|(id, route)| of(id, format!("inside {}", route.join(" / "))))
        .or_else(|| {
            above.iter().rev().find_map(|other| {
                let place = if other.route.is_empty() {
                    "on the record itself".to_owned()
                } else {
                    format!("on the {} around this object", other.title)
                };
                of(id_of(other)?, place)
            })
        })
        .or_else(|| {
            let mut all: Vec<TableId> = (0..).map(TableId).take(endpoint.tables.len()).collect();
            all.sort_by_key(|id| endpoint.table(*id).route.len());
            all.into_iter().find_map(|id| {
                let route = &endpoint.table(id).route;
                of(id, format!("inside {}", route.join(" / ")))
            })
        })
}

/// The tables that objects of this one hold, nearest first, and how they are reached.
fn below<'e>(endpoint: &'e Endpoint, table: &'e Table) -> Vec<(TableId, Vec<&'e str>)> {
    let mut met = vec![false; endpoint.tables.len()];
    let mut found: Vec<(TableId, Vec<&str>)> = Vec::new();
    let mut next = 0;
    let mut at: (&Table, Vec<&str>) = (table, Vec::new());
    loop {
        for property in &at.0.properties {
            if let Type::Object(id) | Type::ObjectList(id) = property.ty
                && !std::ptr::eq(endpoint.table(id), table)
                && !std::mem::replace(&mut met[usize::from(id.0)], true)
            {
                let route = at.1.iter().copied().chain([&*property.name]).collect();
                found.push((id, route));
            }
        }
        let Some((id, route)) = found.get(next) else {
            return found;
        };
        at = (endpoint.table(*id), route.clone());
        next += 1;
    }
}

/// Whether an object of the table has to have the property.
pub(super) fn is_mandatory(table: &Table, id: PropertyId) -> bool {
    let required = table.property(id).required.as_ref();
    required.is_some_and(|required| {
        required.claim.severity == crate::finding::Severity::Error && !required.for_new_contact
    })
}

fn rows(table: &Table) -> impl Iterator<Item = PropertyId> {
    (0..).zip(&table.properties).map(|(index, _)| PropertyId(index))
}

/// Whether a name begins or ends with another: `country` is a part of `countrycode`.
fn is_part(short: &str, long: &str) -> bool {
    let longer = short.len() >= SHORTEST && short.len() < long.len();
    longer && (long.starts_with(short) || long.ends_with(short))
}

/// Lower case without `_`, `-` and blanks: `user_name` is `username`.
fn simplified(name: &str) -> String {
    let mut plain = String::new();
    simplify(name, &mut plain);
    plain
}

/// The same, into a buffer that is used again.
fn simplify(name: &str, plain: &mut String) {
    plain.clear();
    for c in name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')) {
        if c.is_ascii() {
            plain.push(c.to_ascii_lowercase());
        } else {
            plain.extend(c.to_lowercase());
        }
    }
}
