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
    let same = (0..)
        .map(PropertyId)
        .zip(&table.properties)
        .filter(|(_, property)| simplified(&property.name) == plain);
    let mut same = same.map(|(id, _)| id);
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
        .map(|(id, property)| (simplified(&property.name), id))
        // The distance is never less than the difference in length: a name of a megabyte is not compared.
        .filter(|(known, _)| known.chars().count().abs_diff(length) <= limit)
        .map(|(known, id)| (strsim::osa_distance(&plain, &known), id))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    let only = near.len() == 1;
    near.into_iter()
        .min_by_key(|(distance, _)| *distance)
        .map_or(Meant::Nothing, |(_, property)| Meant::Near { property, only })
}

/// Lower case without `_`, `-` and blanks: `user_name` is `username`.
fn simplified(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}
