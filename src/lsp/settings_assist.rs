//! Completion and hover in `geplint.toml`, from the schema of the settings.
//!
//! The text may be half typed, so that it is read by lines and not as TOML: which table a line is in, its key, its value.

use std::ops::Range;
use std::sync::OnceLock;

use serde_json::Value;

/// Something that may be written at a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is shown of it.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is for.
    pub description: String,
    /// Whether it is a value, and not a key or a table.
    pub is_value: bool,
    /// The bytes that it replaces, on one line.
    pub replace: Range<usize>,
}

/// The names that values may have.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Ids of rules.
    pub rules: &'a [&'a str],
    /// Ids of endpoints.
    pub endpoints: &'a [&'a str],
}

fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("../../schema/config.json")).unwrap_or_default())
}

/// A line of a settings file.
struct Line<'t> {
    /// Where it begins.
    start: usize,
    text: &'t str,
    /// The table that it is in; empty above the first.
    table: &'t str,
    /// The keys that stand in that table, this line's aside.
    keys: Vec<&'t str>,
}

impl<'t> Line<'t> {
    fn at(text: &'t str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let above = text.get(..start).unwrap_or_default();
        let head = above
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| line.starts_with('['));
        let same = |line: &&str| !line.trim_start().starts_with('[');
        let keys = above.lines().rev().take_while(same);
        let keys = keys.chain(rest.lines().skip(1).take_while(same)).filter_map(key);
        Self {
            start,
            text: line,
            table: head.map_or("", |head| head.trim_matches(['[', ']', ' '])),
            keys: keys.collect(),
        }
    }
}

/// The key of a line that has one.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    Some(key.trim()).filter(|key| !key.is_empty() && !key.starts_with('#'))
}

/// What a table may have, by key; the settings themselves for no table.
fn properties(table: &str) -> Option<&'static serde_json::Map<String, Value>> {
    let settings = schema().get("properties")?;
    if table.is_empty() {
        return settings.as_object();
    }
    let entry = settings.get(table)?;
    let of = entry.get("items").unwrap_or(entry);
    of.get("properties")?.as_object()
}

/// How the head of a table is written; `None` for a key with a value.
fn head(name: &str, entry: &Value) -> Option<String> {
    if entry.pointer("/items/properties").is_some() {
        return Some(format!("[[{name}]]"));
    }
    entry.get("properties").map(|_| format!("[{name}]"))
}

fn description(entry: &Value) -> String {
    let text = entry.get("description").and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// What may be written at a place.
pub fn complete(text: &str, at: usize, names: Names<'_>) -> Vec<Offer> {
    let line = Line::at(text, at);
    let before = text.get(line.start..at).unwrap_or_default();
    if before.trim_start().starts_with('#') {
        return Vec::new();
    }
    if let Some(key) = key(before) {
        return values(&line, before, key, names);
    }
    let indent = line.text.len() - line.text.trim_start().len();
    let from = line.start + indent.min(before.len());
    let is_head = before.trim_start().starts_with('[');
    let to = if is_head {
        line.start + line.text.trim_end().len()
    } else {
        let rest = text.get(from..).unwrap_or_default();
        let word = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            .count();
        from + word
    };
    let replace = from..to.max(at);
    let offer = |label: String, insert: String, entry: &Value| Offer {
        label,
        insert,
        description: description(entry),
        is_value: false,
        replace: replace.clone(),
    };
    let mut offers = Vec::new();
    let own = properties(line.table).into_iter().flatten();
    for (name, entry) in own.filter(|_| !is_head) {
        if head(name, entry).is_none() && !line.keys.contains(&name.as_str()) {
            let list = entry.get("type").and_then(Value::as_str) == Some("array");
            let insert = format!("{name} = {}", if list { "[]" } else { "\"\"" });
            offers.push(offer(name.clone(), insert, entry));
        }
    }
    for (name, entry) in properties("").into_iter().flatten() {
        offers.extend(head(name, entry).map(|head| offer(head.clone(), head, entry)));
    }
    offers
}

/// The values that a key may have.
fn values(line: &Line<'_>, before: &str, key: &str, names: Names<'_>) -> Vec<Offer> {
    let Some(entry) = properties(line.table).and_then(|all| all.get(key)) else {
        return Vec::new();
    };
    let known: Vec<&str> = match (entry.get("enum").and_then(Value::as_array), key) {
        (Some(list), _) => list.iter().filter_map(Value::as_str).collect(),
        (None, "rule") => names.rules.to_vec(),
        (None, "endpoint") => names.endpoints.to_vec(),
        _ => return Vec::new(),
    };
    let equals = before.find('=').unwrap_or(0) + 1;
    let written = line.text.get(equals..).unwrap_or_default();
    let from = equals + written.len() - written.trim_start().len();
    let from = from.min(before.len());
    let to = line.text.trim_end().len().max(before.len());
    let offers = known.into_iter().map(|value| Offer {
        label: value.to_owned(),
        insert: format!("\"{value}\""),
        description: description(entry),
        is_value: true,
        replace: line.start + from..line.start + to,
    });
    offers.collect()
}

/// What is known of the key of a line, and the bytes of its name.
pub fn hover(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let line = Line::at(text, at);
    let name = key(line.text)?;
    let entry = properties(line.table)?.get(name)?;
    let start = line.start + line.text.find(name)?;
    let mut known = description(entry);
    if let Some(default) = entry.get("default").and_then(Value::as_str) {
        known = format!("{known}\n\nDefault: `\"{default}\"`");
    }
    (!known.is_empty() && (start..=start + name.len()).contains(&at))
        .then_some((known, start..start + name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names {
        rules: &["too-long"],
        endpoints: &["things"],
    };

    /// The text with each offer made, by label; `|` is the place.
    fn made(text: &str) -> Vec<(String, String)> {
        let at = text.find('|').unwrap();
        let text = text.replace('|', "");
        let offers = complete(&text, at, NAMES);
        let made = offers.into_iter().map(|offer| {
            let mut after = text.clone();
            after.replace_range(offer.replace, &offer.insert);
            (offer.label, after)
        });
        made.collect()
    }

    fn one(text: &str, label: &str) -> String {
        let all = made(text);
        let found = all.iter().find(|(own, _)| own == label);
        found.unwrap_or_else(|| panic!("{label} in {all:?}")).1.clone()
    }

    #[test]
    fn every_setting_is_offered_where_it_belongs_and_loads() {
        let settings = properties("").unwrap();
        let (mut keys, mut tables) = (0, 0);
        for (name, entry) in settings {
            let Some(head) = head(name, entry) else {
                keys += 1;
                assert!(one("|", name).starts_with(name.as_str()));
                continue;
            };
            tables += 1;
            assert_eq!(one("x = 1\n|", &head), format!("x = 1\n{head}"));
            for key in properties(name).unwrap().keys() {
                assert!(one(&format!("{head}\n|\n"), key).contains(&format!("\n{key} = ")));
            }
        }
        assert!(keys > 5 && tables > 4, "{keys} keys, {tables} tables");
    }

    #[test]
    fn keys_and_values_replace_what_is_typed_of_them() {
        assert_eq!(one("fail|", "fail-on"), "fail-on = \"\"");
        assert_eq!(one("[[ig|", "[[ignore]]"), "[[ignore]]");
        assert_eq!(one("[[ig|]]\n", "[[ignore]]"), "[[ignore]]\n");
        assert_eq!(one("fail-on = |", "never"), "fail-on = \"never\"");
        assert_eq!(one("fail-on = \"w|\"\nx", "warning"), "fail-on = \"warning\"\nx");
        assert_eq!(
            one("[[severity]]\nrule = \"|\"", "too-long"),
            "[[severity]]\nrule = \"too-long\""
        );
        assert_eq!(
            one("[[files]]\nendpoint =|", "things"),
            "[[files]]\nendpoint =\"things\""
        );
        // What is there is not offered again; another entry may have it.
        let labels = |text: &str| made(text).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
        assert!(!labels("[[ignore]]\nrule = \"a\"\n|").contains(&"rule".to_owned()));
        assert!(labels("[[ignore]]\nrule = \"a\"\n[[ignore]]\n|").contains(&"rule".to_owned()));
        for nothing in ["# |", "strange = |", "[strange]\nx = |", "baseline = \"|"] {
            assert!(made(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn every_place_of_a_spoiled_file_has_an_answer() {
        let text = "fail-on = \"é\n[[ignore]\r\n = 3\n[[severity]]\nlevel=\n\u{2028}==";
        for (at, _) in text.char_indices() {
            for offer in complete(text, at, NAMES) {
                assert!(text.get(offer.replace.clone()).is_some(), "{at}: {offer:?}");
            }
            assert!(hover(text, at).is_none_or(|(_, span)| text.get(span).is_some()));
        }
        let (known, span) = hover("fail-on = \"error\"", 2).unwrap();
        assert_eq!((known.contains("Default: `\"error\"`"), span), (true, 0..7));
    }
}
