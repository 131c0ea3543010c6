//! Completion and hover in `geplint.toml`, tenant files and rules files, from the schema of each.

use std::ops::Range;
use std::sync::OnceLock;

use serde_json::Value;

use super::toml_position::{Part, TomlPosition};

/// The kinds of geplint's own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFile {
    /// `geplint.toml`.
    Settings,
    /// A tenant file.
    Tenant,
    /// A rules file for `--rules`.
    Rules,
}

/// A completion.
#[derive(Debug, PartialEq, Eq)]
pub struct Offer {
    /// The displayed text.
    pub label: String,
    /// The inserted text.
    pub insert: String,
    /// The description from the schema.
    pub description: String,
    /// True for a value, false for a key or a table.
    pub is_value: bool,
    /// The replaced byte range, on one line.
    pub replace: Range<usize>,
}

/// Names for values and tables that are not in the schemas.
#[derive(Debug, Clone, Default)]
pub struct Names<'a> {
    /// Ids of rules.
    pub rules: Vec<&'a str>,
    /// Ids of endpoints.
    pub endpoints: Vec<&'a str>,
    /// Names of report formats.
    pub formats: Vec<&'a str>,
    /// The tables of the endpoint of a rules file, with their properties.
    pub tables: Vec<(&'a str, Vec<&'a str>)>,
}

impl Names<'_> {
    /// Returns the values of a key that are not in the schema.
    fn of_value(&self, key: &str) -> Vec<String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let tables = || self.tables.iter().map(|(name, _)| *name);
        match key {
            "rule" | "rules-off" | "only" | "ignore" => owned(&self.rules),
            "endpoint" => owned(&self.endpoints),
            "format" => owned(&self.formats),
            "table" | "record" => tables().map(str::to_owned).collect(),
            "type" if !self.tables.is_empty() => ["string", "boolean", "int", "long", "decimal", "date-time"]
                .into_iter()
                .chain(tables())
                .map(str::to_owned)
                .chain(tables().map(|name| format!("list of {name}")))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the names of the entries of a table with named entries.
    fn of_entries(&self, table: &[String]) -> Vec<&str> {
        match table {
            [tables] if tables == "tables" => self.tables.iter().map(|(name, _)| *name).collect(),
            [tables, name, properties] if tables == "tables" && properties == "properties" => {
                let own = self
                    .tables
                    .iter()
                    .find(|(table, _)| table.eq_ignore_ascii_case(name));
                own.map_or_else(Vec::new, |(_, rows)| rows.clone())
            }
            _ => Vec::new(),
        }
    }
}

impl OwnFile {
    /// Returns the JSON Schema of the file.
    fn schema(self) -> &'static Value {
        static SCHEMAS: OnceLock<[Value; 3]> = OnceLock::new();
        let [settings, tenant, rules] = SCHEMAS.get_or_init(|| {
            [
                include_str!("../../schema/config.json"),
                include_str!("../../schema/tenant.json"),
                include_str!("../../schema/rules.json"),
            ]
            .map(|text| serde_json::from_str(text).unwrap_or_default())
        });
        match self {
            Self::Settings => settings,
            Self::Tenant => tenant,
            Self::Rules => rules,
        }
    }

    /// Returns the subschemas for the value at a path of keys; several if there are alternatives.
    fn at(self, path: &[String]) -> Vec<&'static Value> {
        let root = self.schema();
        let mut nodes = vec![root];
        for key in path {
            let inner = |node: &&'static Value| {
                let own = node.get("properties").and_then(|properties| properties.get(key));
                own.or_else(|| node.get("additionalProperties").filter(|other| other.is_object()))
            };
            nodes = forms(root, &nodes).iter().filter_map(inner).collect();
        }
        nodes
    }

    /// Returns these subschemas with all alternatives.
    fn forms_at(self, path: &[String]) -> Vec<&'static Value> {
        forms(self.schema(), &self.at(path))
    }
}

/// Expands subschemas: follows references, and adds alternatives and the elements of arrays.
fn forms<'s>(root: &'s Value, nodes: &[&'s Value]) -> Vec<&'s Value> {
    /// Bound for the expansion; our schemas have no cycles and nest less deeply.
    const MOST: usize = 64;
    let mut all = nodes.to_vec();
    let mut next = 0;
    while let Some(node) = all.get(next).copied().filter(|_| next < MOST) {
        next += 1;
        let reference = node.get("$ref").and_then(Value::as_str);
        all.extend(reference.and_then(|to| root.pointer(to.trim_start_matches('#'))));
        all.extend(node.get("items"));
        all.extend(node.get("anyOf").and_then(Value::as_array).into_iter().flatten());
    }
    all
}

/// Returns true if a schema has a type.
fn has_type(node: &Value, wanted: &str) -> bool {
    match node.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name.as_str() == Some(wanted)),
        _ => false,
    }
}

/// Returns the header of a table; `None` for a key with a value.
fn head(name: &str, entry: &Value) -> Option<String> {
    if has_type(entry, "array") {
        let is_table = entry.pointer("/items/properties").is_some() && !has_type(entry, "string");
        return is_table.then(|| format!("[[{name}]]"));
    }
    entry.get("properties").map(|_| format!("[{name}]"))
}

/// Returns a key with the beginning of its value.
fn assignment(name: &str, entry: &Value) -> String {
    let is_object = entry.get("properties").is_some();
    let value = if has_type(entry, "array") {
        "[]"
    } else if has_type(entry, "boolean") && !has_type(entry, "string") {
        "true"
    } else if is_object {
        "{}"
    } else {
        "\"\""
    };
    format!("{name} = {value}")
}

fn description(entry: &Value) -> String {
    let text = entry.get("description").and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Returns the endpoint id in a rules file, which may be incomplete.
pub fn endpoint(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix("endpoint")?.trim_start();
        let value = rest.strip_prefix('=')?.trim_start().strip_prefix(['"', '\''])?;
        value.split(['"', '\'']).next()
    })
}

/// Returns the completions at a byte offset.
pub fn complete(file: OwnFile, text: &str, at: usize, names: &Names<'_>) -> Vec<Offer> {
    let position = TomlPosition::at(text, at);
    match &position.part {
        Part::Comment => Vec::new(),
        Part::Value(key) => values(file, &position, key, names),
        Part::Head => heads(file, &position, names),
        Part::Key { inline } => {
            let mut offers = keys(file, &position, names);
            if !inline {
                offers.extend(heads(file, &position, names));
            }
            offers
        }
    }
}

fn keys(file: OwnFile, position: &TomlPosition, names: &Names<'_>) -> Vec<Offer> {
    let Part::Key { inline } = position.part else {
        return Vec::new();
    };
    let is_there = |name: &str| {
        position
            .keys
            .iter()
            .any(|key| matches!(key.as_slice(), [own] if own == name))
    };
    let offer = |label: &str, insert: String, entry: &Value| Offer {
        label: label.to_owned(),
        insert,
        description: description(entry),
        is_value: false,
        replace: position.word.clone(),
    };
    let mut offers = Vec::new();
    for node in file.forms_at(&position.table) {
        let own = node.get("properties").and_then(Value::as_object);
        for (name, entry) in own.into_iter().flatten() {
            // An entry with a header is offered as a table, except inside another table.
            let is_key = inline || !position.table.is_empty() || head(name, entry).is_none();
            let is_map = entry.get("additionalProperties").is_some_and(Value::is_object);
            if is_key && !is_map && !is_there(name) {
                offers.push(offer(name, assignment(name, entry), entry));
            }
        }
        if let Some(entry) = node.get("additionalProperties").filter(|entry| entry.is_object()) {
            for name in names.of_entries(&position.table) {
                offers.push(offer(name, format!("{name}."), entry));
            }
        }
    }
    offers
}

fn heads(file: OwnFile, position: &TomlPosition, names: &Names<'_>) -> Vec<Offer> {
    let offer = |head: String, entry: &Value| Offer {
        label: head.clone(),
        insert: head,
        description: description(entry),
        is_value: false,
        replace: position.word.clone(),
    };
    let all = file.schema().get("properties").and_then(Value::as_object);
    let mut offers = Vec::new();
    for (name, entry) in all.into_iter().flatten() {
        offers.extend(head(name, entry).map(|head| offer(head, entry)));
        if name == "tables" {
            let tables = names.tables.iter();
            offers.extend(tables.map(|(table, _)| offer(format!("[tables.{table}.properties]"), entry)));
        }
    }
    offers
}

/// Completes the values of a key.
fn values(file: OwnFile, position: &TomlPosition, key: &str, names: &Names<'_>) -> Vec<Offer> {
    let mut path = position.table.clone();
    path.push(key.to_owned());
    let nodes = file.at(&path);
    let Some(first) = nodes.first() else {
        return Vec::new();
    };
    let forms = file.forms_at(&path);
    let listed = forms
        .iter()
        .filter_map(|node| node.get("enum").and_then(Value::as_array));
    let listed = listed.flatten().filter_map(Value::as_str).map(str::to_owned);
    let mut known: Vec<String> = listed.collect();
    if known.is_empty() {
        known = names.of_value(key);
    }
    let quoted = known.into_iter().map(|value| (format!("\"{value}\""), value));
    let bare = forms.iter().any(|node| has_type(node, "boolean"));
    let bare = ["true", "false"].into_iter().filter(|_| bare);
    let bare = bare.map(|value| (value.to_owned(), value.to_owned()));
    let offers = quoted.chain(bare).map(|(insert, label)| Offer {
        label,
        insert,
        description: description(first),
        is_value: true,
        replace: position.word.clone(),
    });
    offers.collect()
}

/// Returns the description of the key at a byte offset, and the byte range of its name.
pub fn hover(file: OwnFile, text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let inside = usize::from(rest.first().is_some_and(u8::is_ascii_alphanumeric));
    let position = TomlPosition::at(text, at + inside);
    let mut path = position.table.clone();
    match position.part {
        Part::Key { .. } => path.push(
            text.get(position.word.clone())?
                .trim_matches(['"', '\''])
                .to_owned(),
        ),
        Part::Head => {}
        Part::Value(_) | Part::Comment => return None,
    }
    let entry = file.at(&path).into_iter().next()?;
    let mut known = description(entry);
    if let Some(default) = entry.get("default").and_then(Value::as_str) {
        known = format!("{known}\n\nDefault: `\"{default}\"`");
    }
    (!known.is_empty() && !position.word.is_empty()).then_some((known, position.word))
}

#[cfg(test)]
mod tests {
    use super::OwnFile::{Rules, Settings, Tenant};
    use super::*;

    fn names() -> Names<'static> {
        Names {
            rules: vec!["too-long"],
            endpoints: vec!["things"],
            formats: vec!["concise"],
            tables: vec![("Thing", vec!["Size", "Parts"]), ("Part", vec!["Size"])],
        }
    }

    /// Returns the text after each completion, by label; `|` is the position.
    fn made(file: OwnFile, text: &str) -> Vec<(String, String)> {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let offers = complete(file, &text, at, &names());
        let made = offers.into_iter().map(|offer| {
            let mut after = text.clone();
            after.replace_range(offer.replace, &offer.insert);
            (offer.label, after)
        });
        made.collect()
    }

    fn one(file: OwnFile, text: &str, label: &str) -> String {
        let all = made(file, text);
        let found = all.iter().find(|(own, _)| own == label);
        found.unwrap_or_else(|| panic!("{label} in {all:?}")).1.clone()
    }

    fn labels(file: OwnFile, text: &str) -> Vec<String> {
        made(file, text).into_iter().map(|(label, _)| label).collect()
    }

    #[test]
    fn every_setting_is_offered_where_it_belongs() {
        let settings = Settings.schema()["properties"].as_object().unwrap();
        let (mut keys, mut tables) = (0, 0);
        for (name, entry) in settings {
            let Some(head) = head(name, entry) else {
                keys += 1;
                assert!(one(Settings, "|", name).starts_with(name.as_str()));
                continue;
            };
            tables += 1;
            assert_eq!(one(Settings, "x = 1\n|", &head), format!("x = 1\n{head}"));
            for node in Settings.forms_at(std::slice::from_ref(name)) {
                for key in node
                    .get("properties")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                {
                    assert!(
                        one(Settings, &format!("{head}\n|\n"), key.0).contains(&format!("\n{} = ", key.0))
                    );
                }
            }
        }
        assert!(keys > 5 && tables > 4, "{keys} keys, {tables} tables");
    }

    #[test]
    fn completions_replace_the_typed_word() {
        for (text, label, wanted) in [
            ("fail|", "fail-on", "fail-on = \"\""),
            ("[[ig|", "[[ignore]]", "[[ignore]]"),
            ("[[ig|]]\n", "[[ignore]]", "[[ignore]]\n"),
            ("fail-on = |", "never", "fail-on = \"never\""),
            ("fail-on = \"w|\"\nx", "warning", "fail-on = \"warning\"\nx"),
            ("only = [|]", "too-long", "only = [\"too-long\"]"),
            (
                "ignore = [\n  \"|\",\n]",
                "too-long",
                "ignore = [\n  \"too-long\",\n]",
            ),
            (
                "[output]\nformat = \"|\"",
                "concise",
                "[output]\nformat = \"concise\"",
            ),
            (
                "[[severity]]\nrule = \"|\"",
                "too-long",
                "[[severity]]\nrule = \"too-long\"",
            ),
            (
                "[[files]]\nendpoint =|",
                "things",
                "[[files]]\nendpoint =\"things\"",
            ),
        ] {
            assert_eq!(one(Settings, text, label), wanted);
        }
        // Existing keys are not offered, except in another entry.
        assert!(!labels(Settings, "[[ignore]]\nrule = \"a\"\n|").contains(&"rule".to_owned()));
        assert!(!labels(Settings, "[[ignore]]\n|\nrule = \"a\"\n").contains(&"rule".to_owned()));
        assert!(labels(Settings, "[[ignore]]\nrule = \"a\"\n[[ignore]]\n|").contains(&"rule".to_owned()));
        for nothing in ["# |", "strange = |", "[strange]\nx = |", "baseline = \"|"] {
            assert!(made(Settings, nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn tenant_files_are_completed() {
        assert_eq!(one(Tenant, "|", "personas"), "personas = []");
        assert_eq!(
            one(Tenant, "allow-update-for-inactive-users = |", "false"),
            "allow-update-for-inactive-users = false"
        );
        assert_eq!(
            one(Tenant, "contacts = [\n  { contact-code = \"C\", |", "user-name"),
            "contacts = [\n  { contact-code = \"C\", user-name = \"\""
        );
        assert!(labels(Tenant, "[[contacts]]\n|").contains(&"user-name".to_owned()));
        assert!(
            !labels(Tenant, "contacts = [{ contact-code = \"C\", |").contains(&"contact-code".to_owned())
        );
    }

    #[test]
    fn rules_files_are_completed() {
        for (text, label, wanted) in [
            ("|", "endpoint", "endpoint = \"\""),
            ("endpoint = \"|\"", "things", "endpoint = \"things\""),
            ("rules-off = [|]", "too-long", "rules-off = [\"too-long\"]"),
            (
                "a = 1\n[|",
                "[tables.Thing.properties]",
                "a = 1\n[tables.Thing.properties]",
            ),
            (
                "[tables.Thing.properties]\nSi|",
                "Size",
                "[tables.Thing.properties]\nSize.",
            ),
            (
                "[tables.Thing.properties]\nSize.|",
                "required",
                "[tables.Thing.properties]\nSize.required = \"\"",
            ),
            (
                "[tables.thing.properties]\nSize.kind = |",
                "code",
                "[tables.thing.properties]\nSize.kind = \"code\"",
            ),
            (
                "[tables.Thing.properties]\nSize = { required = { evidence = \"|\" } }",
                "inferred",
                "[tables.Thing.properties]\nSize = { required = { evidence = \"inferred\" } }",
            ),
            (
                "[tables.Thing.properties]\nSize.known.fact = \"|",
                "contacts",
                "[tables.Thing.properties]\nSize.known.fact = \"contacts\"",
            ),
            (
                "[tables.Thing.properties]\nSize.type = |",
                "list of Part",
                "[tables.Thing.properties]\nSize.type = \"list of Part\"",
            ),
            ("[[checks]]\nkind = |", "unique", "[[checks]]\nkind = \"unique\""),
            ("[[checks]]\nwhere = { |", "is", "[[checks]]\nwhere = { is = []"),
            ("[[checks]]\n|", "where", "[[checks]]\nwhere = {}"),
        ] {
            assert_eq!(one(Rules, text, label), wanted);
        }
    }

    #[test]
    fn every_position_of_a_damaged_file_completes() {
        let text = "fail-on = \"é\n[[ignore]\r\n = 3\n[[severity]]\nlevel=\n\u{2028}==";
        for file in [Settings, Tenant, Rules] {
            for (at, _) in text.char_indices() {
                for offer in complete(file, text, at, &names()) {
                    assert!(text.get(offer.replace.clone()).is_some(), "{at}: {offer:?}");
                }
                assert!(hover(file, text, at).is_none_or(|(_, span)| text.get(span).is_some()));
            }
        }
        let (known, span) = hover(Settings, "fail-on = \"error\"", 2).unwrap();
        assert_eq!((known.contains("Default: `\"error\"`"), span), (true, 0..7));
        let (known, span) = hover(Rules, "[[checks]]\nkind = \"unique\"", 11).unwrap();
        assert_eq!((known.as_str(), span), ("What is required.", 11..15));
    }
}
