//! "Did you mean": the known name that is most similar to an unknown one.

/// Returns the name with the fewest edits from `wanted`, in any case. `None` if that is more than a third of its
/// length, or more than four.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::osa_distance(&name.to_lowercase(), &wanted), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= (name.len() / 3).clamp(1, 4))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_found_and_another_word_is_not() {
        let names = ["error", "warning", "never"];
        assert_eq!(nearest("nevr", names), Some("never"));
        assert_eq!(nearest("WARNIN", names), Some("warning"));
        assert_eq!(nearest("always", names), None);
        assert_eq!(nearest("x", []), None);
    }
}
