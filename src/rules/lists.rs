//! Public code lists, one value a line in `rules/lists/`.

use std::sync::OnceLock;

/// A public code list.
#[derive(Debug)]
pub struct List {
    /// Its name in rules files.
    pub name: &'static str,
    /// What it is, for messages: `ISO 4217`.
    pub title: &'static str,
    text: &'static str,
    values: OnceLock<Vec<&'static str>>,
}

impl List {
    const fn new(name: &'static str, title: &'static str, text: &'static str) -> Self {
        Self {
            name,
            title,
            text,
            values: OnceLock::new(),
        }
    }

    /// Its values, sorted bytewise.
    pub fn values(&self) -> &[&'static str] {
        self.values.get_or_init(|| {
            let mut values: Vec<&str> = self
                .text
                .lines()
                .filter(|line| !line.starts_with('#') && !line.is_empty())
                .collect();
            values.sort_unstable();
            values
        })
    }

    /// Whether it has this value, case and all.
    pub fn holds(&self, value: &str) -> bool {
        self.values().binary_search(&value).is_ok()
    }
}

static LISTS: [List; 3] = [
    List::new(
        "countries",
        "ISO 3166-1 alpha-2",
        include_str!("../../rules/lists/countries.txt"),
    ),
    List::new(
        "currencies",
        "ISO 4217",
        include_str!("../../rules/lists/currencies.txt"),
    ),
    List::new(
        "time-zones",
        "the Windows time zones",
        include_str!("../../rules/lists/time-zones.txt"),
    ),
];

/// The list of that name.
pub(super) fn list(name: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.name == name)
}

/// The names of all lists, for messages.
pub(super) fn names() -> String {
    LISTS.iter().map(|list| list.name).collect::<Vec<_>>().join(", ")
}

/// A list is stored as its name.
pub(super) mod by_name {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::List;

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands over the field")]
    pub fn serialize<S: Serializer>(list: &Option<&'static List>, serializer: S) -> Result<S::Ok, S::Error> {
        list.map(|list| list.name).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static List>, D::Error> {
        match Option::<&str>::deserialize(deserializer)? {
            None => Ok(None),
            Some(name) => super::list(name)
                .map(Some)
                .ok_or_else(|| Error::custom("there is no such list")),
        }
    }
}
