//! Names that no row has: where they belong, or which name was meant.

use crate::rules::{Endpoint, Table};

/// What to say of a name that its table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant {
    /// Another table has it: the route from a record to its object, and the name as that table spells it.
    Elsewhere(Vec<String>, String),
    /// This table has a name that looks like it.
    Near(String),
    /// Nothing comes near.
    Nothing,
}

/// Looks for the place or the name that was meant.
pub(super) fn meant(endpoint: &Endpoint, table: &Table, name: &str) -> Meant {
    let plain = simplified(name);
    if let Some(near) = table
        .properties
        .iter()
        .find(|property| simplified(&property.name) == plain)
    {
        return Meant::Near(near.name.clone());
    }
    let elsewhere = endpoint
        .tables
        .iter()
        .filter_map(|other| other.find(name).map(|id| (other, other.property(id))))
        .min_by_key(|(other, _)| other.route.len());
    if let Some((other, property)) = elsewhere {
        return Meant::Elsewhere(other.route.clone(), property.name.clone());
    }
    let length = plain.chars().count();
    let limit = (length / 4).clamp(1, 3);
    table
        .properties
        .iter()
        .map(|property| (simplified(&property.name), property))
        // The distance is never less than the difference in length: a name of a megabyte is not compared.
        .filter(|(known, _)| known.chars().count().abs_diff(length) <= limit)
        .map(|(known, property)| (strsim::osa_distance(&plain, &known), property))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map_or(Meant::Nothing, |(_, property)| Meant::Near(property.name.clone()))
}

/// Lower case without `_`, `-` and blanks: `user_name` is `username`.
fn simplified(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}
