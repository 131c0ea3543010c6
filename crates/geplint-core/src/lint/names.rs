//! Names that no row has: where they belong, or which name was meant.

use crate::rules::{Endpoint, PropertyId, Table, TableId};

/// What to say of a name that its table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// Another table has it; of several the one nearest to the record.
    Elsewhere {
        table: TableId,
        property: PropertyId,
        /// No other table has it.
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

/// Looks for the place or the name that was meant.
pub(super) fn meant(endpoint: &Endpoint, table: &Table, name: &str) -> Meant {
    let plain = simplified(name);
    // Each name that nobody knows is held against all that are known: they share one buffer.
    let mut known = String::new();
    let mut same = (0..)
        .map(PropertyId)
        .zip(&table.properties)
        .filter(|(_, property)| {
            simplify(&property.name, &mut known);
            known == plain
        })
        .map(|(id, _)| id);
    if let Some(property) = same.next() {
        let only = same.next().is_none();
        return Meant::Near { property, only };
    }
    let elsewhere = || {
        let tables = (0..).map(TableId).zip(&endpoint.tables);
        tables.filter_map(|(id, other)| other.find(name).map(|property| (id, other, property)))
    };
    if let Some((table, _, property)) = elsewhere().min_by_key(|(_, other, _)| other.route.len()) {
        let only = elsewhere().nth(1).is_none();
        return Meant::Elsewhere {
            table,
            property,
            only,
        };
    }
    let length = plain.chars().count();
    let limit = (length / 4).clamp(1, 3);
    let near: Vec<(usize, PropertyId)> = (0..)
        .map(PropertyId)
        .zip(&table.properties)
        .filter_map(|(id, property)| {
            simplify(&property.name, &mut known);
            // The distance is never less than the difference in length: a name of a megabyte is not compared.
            (known.chars().count().abs_diff(length) <= limit)
                .then(|| (strsim::osa_distance(&plain, &known), id))
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    let only = near.len() == 1;
    near.into_iter()
        .min_by_key(|(distance, _)| *distance)
        .map_or(Meant::Nothing, |(_, property)| Meant::Near { property, only })
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
