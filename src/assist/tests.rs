//! The position in a text is marked with `|`.

use proptest::prelude::*;

#[path = "../../fuzz/src/assist.rs"]
mod body;

use super::{Completion, Completions, Context, Hover, complete, hover, symbols};
use crate::json::{self, Reader, Root, Tree};
use crate::rules::{Ruleset, built_in};
use crate::tenant::{Tenant, load};

const TENANT: &str = r#"
contacts = [{ contact-code = "C-1", user-name = "ada", active = true, belonging-lobs = ["EMEA"] }]
personas = [
  { persona-code = "P-1", activities = ["A-1", { code = "A-2", name = "VIEW_REPORTS" }] },
  { persona-code = "P-2", activities = ["A-3"] },
]
lobs = ["EMEA", "APAC"]
"#;

fn tenant() -> Tenant {
    load(TENANT, &mut |_| Err(String::new())).unwrap()
}

/// Returns the text without the mark, and the byte offset of the mark.
fn marked(text: &str) -> (String, usize) {
    let at = text.find('|').expect("a position");
    (text.replacen('|', "", 1), at)
}

fn run_at<T>(endpoint: Option<&str>, text: &str, feature: impl Fn(&Context<'_>, &[u8], usize) -> T) -> T {
    let rules: Ruleset = built_in();
    let tenant = tenant();
    let context = Context {
        rules: &rules,
        tenant: &tenant,
        endpoint,
    };
    let (text, at) = marked(text);
    feature(&context, text.as_bytes(), at)
}

fn completions(endpoint: &str, text: &str) -> Completions {
    run_at(Some(endpoint), text, complete)
}

fn labels(endpoint: &str, text: &str) -> Vec<String> {
    let mut items = completions(endpoint, text).items;
    items.sort_by(|a, b| a.sort_key.cmp(&b.sort_key));
    items.into_iter().map(|item| item.label).collect()
}

/// Applies a completion as plain text.
fn applied(text: &str, item: &Completion) -> String {
    let (mut text, _) = marked(text);
    let range = item.replace.start as usize..item.replace.end as usize;
    text.replace_range(range, &item.plain);
    if let Some(also) = &item.also {
        text.replace_range(also.span.start as usize..also.span.end as usize, &also.text);
    }
    text
}

fn complete_with(endpoint: &str, text: &str, label: &str) -> String {
    let items = completions(endpoint, text).items;
    let item = items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("{label} is not offered in {text}"));
    applied(text, item)
}

fn shown(endpoint: &str, text: &str) -> Option<Hover> {
    run_at(Some(endpoint), text, hover)
}

const STATUS: &str = "contact-interface-status";
const DETAILS: &str = "contact-details";
const AUTHORIZATION: &str = "save-contact-authorization-details";

#[test]
fn names_have_the_casing_of_the_file_mandatory_first() {
    assert_eq!(
        labels(STATUS, r#"[{ "clientContactCode": "x", "|"#)[0],
        "interfaceStatus"
    );
    assert_eq!(
        labels(STATUS, "[{|")[..2],
        ["ClientContactCode", "InterfaceStatus"]
    );
    // The casing is that of another record.
    let text = r#"[{"clientContactCode": "a", "interfaceStatus": "b"}, {|}]"#;
    assert_eq!(labels(STATUS, text)[0], "clientContactCode");
}

#[test]
fn existing_names_are_not_offered() {
    let text = r#"[{"UserName": "a", |, "FirstName": "b", "Address": {"City": "c"}, "lastname": 1}]"#;
    let labels = labels(DETAILS, text);
    for name in ["UserName", "FirstName", "Address", "LastName"] {
        assert!(!labels.iter().any(|label| label == name), "{name}");
    }
    assert!(labels.iter().any(|label| label == "ContactCode"));
    // The name at the position itself is offered.
    let text = r#"[{"FirstName": "b", "UserN|ame": "a"}]"#;
    assert!(
        self::labels(DETAILS, text)
            .iter()
            .any(|label| label == "UserName")
    );
}

#[test]
fn quotes_colons_and_commas_are_right_at_every_position() {
    let name = "InterfaceStatus";
    for (text, expected) in [
        ("[{|}]", r#"[{"InterfaceStatus": ""}]"#),
        (r#"[{"|"}]"#, r#"[{"InterfaceStatus": ""}]"#),
        (r#"[{"|}]"#, r#"[{"InterfaceStatus": ""}]"#),
        (r#"[{"|"#, r#"[{"InterfaceStatus": """#),
        (r#"[{"inter|}]"#, r#"[{"InterfaceStatus": ""}]"#),
        (r#"[{"inter|"}]"#, r#"[{"InterfaceStatus": ""}]"#),
        ("[{inter|}]", r#"[{"InterfaceStatus": ""}]"#),
        (r#"[{"in|ter": "x"}]"#, r#"[{"InterfaceStatus": "x"}]"#),
        (r#"[{"in|ter" : "x"}]"#, r#"[{"InterfaceStatus" : "x"}]"#),
        (
            r#"[{"|", "ClientContactCode": 1}]"#,
            r#"[{"InterfaceStatus": "", "ClientContactCode": 1}]"#,
        ),
        (
            r#"[{"|" "ClientContactCode": 1}]"#,
            r#"[{"InterfaceStatus": "", "ClientContactCode": 1}]"#,
        ),
        (
            "[{\n  |\n  \"ClientContactCode\": 1}]",
            "[{\n  \"InterfaceStatus\": \"\",\n  \"ClientContactCode\": 1}]",
        ),
        (
            "[{\n  \"|\n  \"ClientContactCode\": 1}]",
            "[{\n  \"InterfaceStatus\": \"\",\n  \"ClientContactCode\": 1}]",
        ),
        (
            "[{\"ClientContactCode\": 1\n  |\n}]",
            "[{\"ClientContactCode\": 1,\n  \"InterfaceStatus\": \"\"\n}]",
        ),
        (
            "[{\"ClientContactCode\": 1\n  \"|\"\n}]",
            "[{\"ClientContactCode\": 1,\n  \"InterfaceStatus\": \"\"\n}]",
        ),
        (
            "[{\"ClientContactCode\": \"a\"\n  inter|\n}]",
            "[{\"ClientContactCode\": \"a\",\n  \"InterfaceStatus\": \"\"\n}]",
        ),
        (
            r#"[{|"ClientContactCode": 1}]"#,
            r#"[{"InterfaceStatus": "","ClientContactCode": 1}]"#,
        ),
    ] {
        assert_eq!(
            complete_with(STATUS, text, name),
            expected.replace("\"\"\"", "\"\""),
            "{text}"
        );
    }
}

/// Many clients replace the typed text only, and leave the text after the cursor.
#[test]
fn a_quote_after_the_cursor_is_kept() {
    for (endpoint, text, label) in [
        (STATUS, r#"[{"inter|"}]"#, "InterfaceStatus"),
        (STATUS, r#"[{"Inter|": 1}]"#, "InterfaceStatus"),
        (DETAILS, r#"[{"ManagerCode": ["C|"]}]"#, "C-1"),
    ] {
        let items = completions(endpoint, text).items;
        let item = items.iter().find(|item| item.label == label).unwrap();
        let (_, at) = marked(text);
        assert_eq!(item.replace.end as usize, at, "{text}");
        let taken = applied(text, item);
        assert!(
            serde_json::from_str::<serde_json::Value>(&taken).is_ok(),
            "{taken}"
        );
    }
}

#[test]
fn nothing_is_offered_directly_after_a_value_or_for_a_colon() {
    for text in [
        r#"[{"ClientContactCode": "x"|}]"#,
        r#"[{"ClientContactCode"| }]"#,
        r#"[{"ClientContactCode": "x"}]|"#,
        r#"[{"ClientContactCode": "x"}] |"#,
        r#"[{"Unknown": {"|"}}]"#,
        r#"[{"Unknown": "|"}]"#,
    ] {
        assert_eq!(labels(STATUS, text), [""; 0], "{text}");
    }
}

#[test]
fn values_are_those_of_lists_and_of_the_tenant() {
    let persona = r#"[{"personaAndRoles": [{"personaCode": "|", "x": 1}]}]"#;
    assert_eq!(labels(AUTHORIZATION, persona), ["P-1", "P-2"]);
    assert_eq!(
        complete_with(AUTHORIZATION, persona, "P-2"),
        r#"[{"personaAndRoles": [{"personaCode": "P-2", "x": 1}]}]"#
    );
    let lob = r#"[{"buDetails": {"orgDetails": [{"lobType": |"#;
    assert_eq!(labels(AUTHORIZATION, lob), ["Belonging", "Serving", "Both"]);
    assert_eq!(
        complete_with(AUTHORIZATION, lob, "Both"),
        r#"[{"buDetails": {"orgDetails": [{"lobType": "Both""#
    );
    let code = r#"[{"buDetails": {"orgDetails": [{"orgEntity": {"lobEntityCode": "a|"}}]}}]"#;
    // Values that begin with the typed text are first.
    assert_eq!(labels(AUTHORIZATION, code), ["APAC", "EMEA"]);
    assert_eq!(labels(DETAILS, r#"[{"ManagerCode": ["|"]}]"#), ["C-1"]);
    assert_eq!(labels(DETAILS, r#"[{"IsActive": t|}]"#), ["true", "false"]);
}

/// Editors that insert both quotes leave the cursor between or after them.
#[test]
fn an_empty_string_is_completed_from_both_sides() {
    for form in [r#""|""#, r#"""|"#, r#"|"""#] {
        let value = format!(r#"[{{"personaAndRoles": [{{"personaCode": {form}, "x": 1}}]}}]"#);
        assert_eq!(
            complete_with(AUTHORIZATION, &value, "P-2"),
            r#"[{"personaAndRoles": [{"personaCode": "P-2", "x": 1}]}]"#
        );
        let name = format!(r#"[{{"ClientContactCode": "C", {form}}}]"#);
        assert_eq!(
            complete_with(STATUS, &name, "InterfaceStatus"),
            r#"[{"ClientContactCode": "C", "InterfaceStatus": ""}]"#
        );
        // Clients compare the text before the cursor.
        for marked_text in [value, name] {
            let (text, at) = marked(&marked_text);
            for item in run_at(None, &marked_text, complete).items {
                let typed = &text[item.replace.start as usize..at];
                let filter = item.filter.as_ref().unwrap_or(&item.label);
                assert!(filter.starts_with(typed), "{text}: {typed} {filter}");
            }
        }
    }
    assert_eq!(
        labels(
            AUTHORIZATION,
            r#"[{"personaAndRoles": [{"personaCode": "\""|}]}]"#
        ),
        [""; 0]
    );
}

#[test]
fn activities_of_the_persona_around_come_first() {
    let text = r#"[{"personaAndRoles": [{"personaCode": "p-2", "activities": [{"code": "|"}]}]}]"#;
    assert_eq!(labels(AUTHORIZATION, text), ["A-3", "A-1", "A-2"]);
}

#[test]
fn records_and_bodies_are_offered_whole() {
    assert_eq!(labels(STATUS, "|"), ["contact-interface-status: body"]);
    assert_eq!(labels(STATUS, "|\n[]"), [""; 0]);
    assert_eq!(labels(STATUS, "[|]"), ["contact-interface-status: record"]);
    let all = run_at(None, "|", complete).items;
    assert_eq!(all.len(), built_in().ids().count());
    for item in &all {
        assert!(item.insert.contains("${1:"), "{}", item.insert);
        assert!(
            serde_json::from_str::<serde_json::Value>(&item.plain).is_ok(),
            "{}",
            item.plain
        );
    }
    let two = "[{\"ClientContactCode\": \"a\"}\n|]";
    let taken = complete_with(STATUS, two, "contact-interface-status: record");
    assert!(
        serde_json::from_str::<serde_json::Value>(&taken).is_ok(),
        "{taken}"
    );
    // An object with names of no endpoint is not a request.
    assert_eq!(run_at(None, r#"{"name": "x", "|"}"#, complete).items, []);
}

#[test]
fn a_snippet_is_the_plain_text_with_stops() {
    let items = completions(AUTHORIZATION, "[{|}]").items;
    let item = items.iter().find(|item| item.label == "PersonaAndRoles").unwrap();
    assert_eq!(
        item.insert,
        "\"PersonaAndRoles\": [\n\t{\n\t\t\"PersonaCode\": \"${1:P-1}\",\n\t\t\"Activities\": [\n\t\t\t{\n\t\t\t\t\"Code\": \"${2:A-1}\"\n\t\t\t}\n\t\t]\n\t}\n]"
    );
    for item in items {
        let mut plain = String::new();
        let mut rest = item.insert.as_str();
        while let Some((before, stop)) = rest.split_once('$') {
            plain += before;
            rest = match stop.strip_prefix('{') {
                Some(stop) => {
                    let (stop, following) = stop.split_once('}').unwrap();
                    plain += stop.split_once(':').unwrap().1;
                    following
                }
                None => stop.trim_start_matches(|c: char| c.is_ascii_digit()),
            };
        }
        plain += rest;
        assert_eq!(plain, item.plain);
    }
}

#[test]
fn hover_on_a_name_shows_its_row() {
    let found = shown(STATUS, r#"[{"clientCont|actCode": "x"}]"#).unwrap();
    assert!(
        found.markdown.starts_with("**ClientContactCode** `string"),
        "{}",
        found.markdown
    );
    assert!(
        found.markdown.contains("The API answers 400 `"),
        "{}",
        found.markdown
    );
    assert_eq!((found.span.start, found.span.end), (2, 21));
    // The first and the last byte of a token belong to it, and a name needs neither colon nor end.
    for text in [
        r#"[{|"clientContactCode": "x"}]"#,
        r#"[{"clientContactCode|": "x"}]"#,
        r#"[{"clientContact|Code"#,
        r#"[{"clientContact|Code" }]"#,
    ] {
        assert!(shown(STATUS, text).is_some(), "{text}");
    }
}

#[test]
fn hover_on_an_unknown_name_shows_the_suggestion() {
    let found = shown(STATUS, r#"[{"Client_Contact|_Code": "x"}]"#).unwrap();
    assert!(
        found.markdown.contains("Did you mean ClientContactCode?"),
        "{}",
        found.markdown
    );
    assert!(
        found.markdown.contains("**ClientContactCode**"),
        "{}",
        found.markdown
    );
    let found = shown(STATUS, r#"[{"Zz|z": "x"}]"#).unwrap();
    assert!(
        found.markdown.contains("is not a property of"),
        "{}",
        found.markdown
    );
}

#[test]
fn hover_on_a_value_describes_its_conversion() {
    let value = |text: &str| shown(DETAILS, text).unwrap().markdown;
    for (text, part) in [
        (
            r#"[{"FirstName": "A|da"}]"#,
            "a string. 3 characters; no limit is documented",
        ),
        (
            r#"[{"Address": {"City": "O|slo"}}]"#,
            "4 characters of at most 50",
        ),
        (
            r#"[{"Address": {"StateCode": "😀|😀"}}]"#,
            "4 UTF-16 units of at most 10",
        ),
        (
            r#"[{"Address": {"StateCode": "12345|678901"}}]"#,
            "11 characters; the limit is 10",
        ),
        (r#"[{"FirstName": 1|2}]"#, "The API reads `12`"),
        (r#"[{"IsActive": "t|rue"}]"#, "The API reads `true`"),
        (r#"[{"IsActive": "y|es"}]"#, "The whole request fails"),
        (
            r#"[{"ManagerCode": ["C-|1"]}]"#,
            "Among the tenant's contacts: ada, active, belongs to EMEA",
        ),
        (
            r#"[{"ManagerCode": ["C-|9"]}]"#,
            "Not among the tenant's contacts",
        ),
        (r#"[{"Address": {"CountryCode": "D|E"}}]"#, "ISO 3166"),
    ] {
        assert!(value(text).contains(part), "{text}: {}", value(text));
    }
    assert_eq!(shown(DETAILS, r#"[{"Address": {|}}]"#), None);
    assert_eq!(shown(DETAILS, r#"[{"FirstName":| "x"}]"#), None);
}

#[test]
fn text_of_the_file_is_escaped() {
    let found = shown(STATUS, r#"[{"[a](b)*|<i>": "x"}]"#).unwrap();
    assert!(!found.markdown.contains("[a](b)"), "{}", found.markdown);
    assert!(found.markdown.contains("\\<i\\>"), "{}", found.markdown);
}

#[test]
fn records_are_symbols_by_key() {
    let text = r#"|[{"clientContactCode": "C-1", "x": {"y": [1, true]}}, {"interfaceStatus": "ok"}, null]"#;
    let all = run_at(Some(STATUS), text, |context, bytes, _| symbols(context, bytes));
    let names: Vec<&str> = all.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["C-1", "record 1", "record 2"]);
    assert_eq!(all[0].detail, "record 0");
    let children: Vec<&str> = all[0]
        .children
        .iter()
        .map(|symbol| symbol.name.as_str())
        .collect();
    assert_eq!(children, ["clientContactCode", "x"]);
    assert_eq!(all[0].children[1].children[0].children[1].detail, "true");
}

#[test]
fn symbols_of_a_long_file_end() {
    let record = r#"{"clientContactCode":"C","interfaceStatus":"ok"},"#;
    let text = format!("|[{}null]", record.repeat(3 * super::MAX_SYMBOLS));
    let all = run_at(Some(STATUS), &text, |context, bytes, _| symbols(context, bytes));
    assert_eq!(all.len(), 2 * super::MAX_SYMBOLS);
    let children: usize = all.iter().map(|symbol| symbol.children.len()).sum();
    assert_eq!(children, super::MAX_SYMBOLS);
}

proptest! {
    #[test]
    fn every_result_satisfies_the_invariants_for_any_text(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "[", "]", "{", "}", ",", ":", "\"", "\"PersonaAndRoles\"", "\"personaCode\":", "\"a\"", "\n", " ", "tru", "1", "\\",
                "é", "//", "'", "\u{201c}", "\"Address\":{", "null", "\u{feff}", "😀",
            ]),
            0..40,
        ),
        position in 0_u8..200,
    ) {
        let text = parts.concat();
        body::run(&[&[0, position], text.as_bytes()].concat());
    }

    /// Completing a value replaces an existing one, or offers nothing.
    #[test]
    fn completing_a_value_leaves_valid_json(
        name in prop::sample::select(vec!["IsActive", "ManagerCode", "Address", "CultureCode", "FirstName", "x"]),
        form in prop::sample::select(vec![
            "|", " |", "\"|\"", "\"\"|", "|\"\"", "|\"C\"", "| \"C\"", "\"C|\"", "\"C|", "|null", "tr|", "|true", "| false", "|1", "|{}", "| {}",
            "|[]", "|\n[]", "|[1, {}]", "[|]", "[|\"\"]", "[\"\"|]", "[|\"C\"]", "[\"C\", |\"C\"]", "[\"C\", | \"C\"]", "[{}, |{}]",
            "{|\"\": 1}", "{\"\"|: 1}", "{\"\"|}", "{|\"\"}", "{\"City\": \"\", \"\"|}",
        ]),
        space in prop::sample::select(vec!["", " ", "\n\t"]),
        following in prop::sample::select(vec!["", ",\"LastName\": \"x\""]),
    ) {
        let text = format!("[{{\"UserName\": \"a\", \"{name}\":{space}{form}{space}{following}}}]");
        for item in completions(DETAILS, &text).items {
            let taken = applied(&text, &item);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&taken).is_ok(), "{text}: {taken}");
        }
    }

    /// Completing a name in a valid record gives a valid record.
    #[test]
    fn completing_a_name_leaves_valid_json(
        names in prop::collection::vec(prop::sample::select(vec!["UserName", "FirstName", "LastName", "City", "é"]), 0..5),
        cut in 0_usize..6,
        form in prop::sample::select(vec!["|", "\"|\"", "\"|", "us|", "\"us|\"", "\"us|"]),
    ) {
        let mut members: Vec<String> = names.iter().map(|name| format!("\"{name}\": \"x\"")).collect();
        members.dedup();
        let cut = cut.min(members.len());
        let before = members[..cut].join(",\n");
        let following = members[cut..].join(",\n");
        let comma = if before.is_empty() { "" } else { ",\n" };
        let text = format!("[{{{before}{comma}{form}\n{following}}}]");
        let items = completions(DETAILS, &text).items;
        prop_assert!(!items.is_empty(), "{text}");
        for item in items {
            let text = applied(&text, &item);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        }
    }
}

/// A body that is offered in an empty file has no errors.
#[test]
fn generated_bodies_have_no_findings() {
    let rules = built_in();
    for item in run_at(None, "|", complete).items {
        let endpoint = item.label.split(':').next().unwrap();
        let options = geplint_core::Options::for_endpoint(endpoint);
        let checked = geplint_core::check(item.plain.as_bytes(), &rules, &tenant(), &options);
        let geplint_core::Checked::Request { findings, .. } = checked else {
            panic!("{endpoint}");
        };
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == crate::finding::Severity::Error);
        assert_eq!(errors.count(), 0, "{}", item.plain);
    }
}

/// For a text truncated at any position, the open objects and arrays are those of the complete text.
#[test]
fn cursor_levels_equal_those_of_the_whole_text() {
    let text =
        include_str!("../../testdata/documented/save-contact-authorization-details/3-success.request.json");
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    assert!(matches!(reader.root(&mut tree), Root::List { .. }));
    let mut records = Vec::new();
    while reader.next_record(&mut tree) {
        records.push(tree.clone());
    }
    let mut checked = 0;
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        for cut in [text, &text[..at]] {
            let cursor = json::cursor(cut, at).unwrap();
            let starts = |tree: &Tree| {
                let containers =
                    (0..tree.len()).map(|id| *tree.node(json::NodeId(u32::try_from(id).unwrap())));
                let is_open = |node: &json::Node| {
                    matches!(node.kind, json::JsonKind::Object | json::JsonKind::Array)
                        && (node.span.start as usize) < at
                        && at < node.span.end as usize
                };
                containers
                    .filter(is_open)
                    .map(|node| node.span.start)
                    .collect::<Vec<u32>>()
            };
            let expected: Vec<u32> = records.iter().flat_map(starts).collect();
            let open = cursor.open.iter().map(|id| cursor.tree.node(*id).span.start);
            assert_eq!(open.collect::<Vec<u32>>(), expected, "at {at}");
            checked += expected.len();
        }
    }
    assert!(checked > 1000, "{checked}");
}
