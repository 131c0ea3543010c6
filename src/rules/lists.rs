//! Public code lists, sorted, one value a line in `rules/lists/`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A public code list.
#[derive(Debug)]
pub struct List {
    /// Its name in rules files.
    pub name: &'static str,
    /// What it is, for messages: `ISO 4217`.
    pub title: &'static str,
    text: &'static str,
    /// Where in the text each value begins, worked out when this is compiled: nothing is set up in a run.
    starts: &'static [u16],
}

impl List {
    /// Its values, sorted bytewise.
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (text, starts) = (self.text, self.starts);
        starts.iter().map(move |start| line(text, *start))
    }

    /// Whether it has this value, case and all.
    pub fn holds(&self, value: &str) -> bool {
        self.starts
            .binary_search_by(|start| line(self.text, *start).cmp(value))
            .is_ok()
    }
}

/// The line that begins there, without its end, whatever the system's line ends are.
fn line(text: &'static str, start: u16) -> &'static str {
    let rest = text.get(usize::from(start)..).unwrap_or_default();
    let end = rest.bytes().position(|byte| matches!(byte, b'\n' | b'\r'));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// How many lines are values: all that do not begin with `#`.
const fn count(text: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        if text[at] != b'#' {
            count += 1;
        }
        at = next_line(text, at);
    }
    count
}

/// Where these lines begin. A list of more than 64 KiB does not compile.
const fn starts<const COUNT: usize>(text: &[u8]) -> [u16; COUNT] {
    assert!(text.len() <= u16::MAX as usize);
    let mut starts = [0; COUNT];
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        if text[at] != b'#' {
            #[expect(clippy::cast_possible_truncation, reason = "the text is short enough")]
            let start = at as u16;
            starts[count] = start;
            count += 1;
        }
        at = next_line(text, at);
    }
    starts
}

const fn next_line(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    at + 1
}

macro_rules! list {
    ($name:literal, $title:literal, $text:expr) => {{
        const TEXT: &str = $text;
        const STARTS: [u16; count(TEXT.as_bytes())] = starts(TEXT.as_bytes());
        List {
            name: $name,
            title: $title,
            text: TEXT,
            starts: &STARTS,
        }
    }};
}

static LISTS: [List; 3] = [
    list!(
        "countries",
        "ISO 3166-1 alpha-2",
        include_str!("../../rules/lists/countries.txt")
    ),
    list!(
        "currencies",
        "ISO 4217",
        include_str!("../../rules/lists/currencies.txt")
    ),
    list!(
        "time-zones",
        "the Windows time zones",
        include_str!("../../rules/lists/time-zones.txt")
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
impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for &'static List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <&str>::deserialize(deserializer)?;
        list(name).ok_or_else(|| Error::custom("there is no such list"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_sorted_and_holds_its_values_and_nothing_else() {
        for list in &LISTS {
            let values: Vec<&str> = list.values().collect();
            let lines = list.text.lines().filter(|line| !line.starts_with('#'));
            assert_eq!(values, lines.collect::<Vec<_>>());
            assert!(values.len() > 100 && values.is_sorted(), "{}", list.name);
            for value in &values {
                assert!(list.holds(value), "{value}");
                for other in [
                    format!("{value} "),
                    format!("{value}\n"),
                    value[1..].to_owned(),
                    value.to_lowercase(),
                ] {
                    assert_eq!(list.holds(&other), values.contains(&other.as_str()), "{other:?}");
                }
            }
            for line in list.text.lines().filter(|line| line.starts_with('#')) {
                assert!(!list.holds(line), "{line}");
            }
            for other in ["", " ", "\n", "\u{10ffff}", "#"] {
                assert!(!list.holds(other), "{other:?}");
            }
        }
    }

    #[test]
    fn line_ends_of_another_system_are_none_of_the_value() {
        let list = list!("", "", "# remark\r\nA\r\nB\r\nC");
        assert!(["A", "B", "C"].iter().all(|value| list.holds(value)));
        assert!(!list.holds("A\r"));
        assert_eq!(list.values().collect::<Vec<_>>(), ["A", "B", "C"]);
    }
}
