//! The loader of rules files is strict, and says where a file is wrong.

use geplint::rules::load;

const GOOD: &str = r#"
endpoint = "e"
title = "E"
method = "POST"
path = "/e"
record = "R"
key = ["Code"]
good-beside-bad = "listed"

[answers]
missing = { error-code = "M", description = "{property} is Mandatory" }
too-long = { error-code = "D", description = "{property} exceeds {limit}" }
not-in-list = { error-code = "D", description = "Invalid {property} {value}" }
null = { error-code = "X", description = "null" }

[tables.R]
title = "Record"
properties = [
  { row = "1", name = "Code", type = "string(5)", required = "yes" },
  { row = "2", name = "Kind", type = "string", one-of = { values = ["A"], evidence = "table" } },
  { row = "3", name = "Items", type = "list of Item" },
]

[tables.Item]
title = "Item"
properties = [
  { row = "3.1", name = "Name", type = "string", required = { evidence = "inferred" } },
]

[[checks]]
rule = "some"
kind = "any-of"
table = "R"
properties = ["Code", "Kind"]
evidence = "table"
"#;

#[test]
fn a_good_file_loads() {
    let endpoint = load(GOOD).unwrap();
    assert_eq!(endpoint.tables[1].route, ["Items"]);
    assert_eq!(endpoint.tables[0].checks.len(), 1);
}

/// What is replaced, by what, the line that the mistake is shown at, and what the message names.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("type = \"string(5)\"", "type = \"strin\"", "\"strin\"", "strin"),
    (
        "type = \"string(5)\"",
        "type = \"string(x)\"",
        "string(x)",
        "length",
    ),
    (
        "type = \"string(5)\"",
        "type = \"string(0)\"",
        "string(0)",
        "length",
    ),
    ("list of Item", "list of Thing", "list of Thing", "Thing"),
    ("row = \"2\"", "row = \"1\"", "name = \"Kind\"", "stands twice"),
    (
        "name = \"Kind\"",
        "name = \"code\"",
        "name = \"code\"",
        "stands twice",
    ),
    ("record = \"R\"", "record = \"Q\"", "record =", "Q"),
    ("key = [\"Code\"]", "key = [\"Nope\"]", "key =", "Nope"),
    ("key = [\"Code\"]", "key = []", "key =", "no property"),
    (
        "key = [\"Code\"]",
        "key = [\"Code\", \"code\"]",
        "key =",
        "already",
    ),
    (
        "\"list of Item\"",
        "\"string\"",
        "[tables.Item]",
        "no record leads",
    ),
    (
        "required = \"yes\"",
        "required = \"maybe\"",
        "required = \"maybe\"",
        "\"yes\"",
    ),
    ("required = \"yes\"", "requird = \"yes\"", "requird", "requird"),
    (
        "{ evidence = \"inferred\" }",
        "{ evidence = \"rumour\" }",
        "rumour",
        "rumour",
    ),
    (
        "{ evidence = \"inferred\" }",
        "{ evidenc = \"inferred\" }",
        "evidenc =",
        "evidenc",
    ),
    (
        "{ evidence = \"inferred\" }",
        "{ unless = \"Nope\" }",
        "unless",
        "Nope",
    ),
    (
        "one-of = { values = [\"A\"]",
        "one-of = { value = [\"A\"]",
        "value = ",
        "value",
    ),
    (
        "one-of = { values = [\"A\"]",
        "one-of = { list = \"stars\"",
        "stars",
        "stars",
    ),
    ("kind = \"any-of\"", "kind = \"all-of\"", "[[checks]]", "all-of"),
    (
        "properties = [\"Code\", \"Kind\"]",
        "properties = [\"Code\", \"Kin\"]",
        "[[checks]]",
        "Kin",
    ),
    ("rule = \"some\"", "rul = \"some\"", "[[checks]]", "rul"),
    (
        "good-beside-bad = \"listed\"",
        "good-beside-bad = \"maybe\"",
        "maybe",
        "maybe",
    ),
    ("null = {", "nul = {", "nul", "nul"),
];

#[test]
fn a_mistake_is_refused_and_shown_at_its_place() {
    for (right, wrong, place, word) in MISTAKES {
        let text = GOOD.replacen(right, wrong, 1);
        assert_ne!(text, GOOD, "{right}");
        let error = load(&text).expect_err(wrong);
        assert!(error.message.contains(word), "{wrong}: {error}");
        let line = text[..error.span.start].matches('\n').count();
        let expected = text.lines().position(|line| line.contains(place)).unwrap();
        // A mistake inside a check may be shown at the check's own first line or below it.
        let near = if *place == "[[checks]]" {
            expected..=expected + 5
        } else {
            expected..=expected
        };
        assert!(
            near.contains(&line),
            "{wrong}: shown at line {}: {error}",
            line + 1
        );
    }
}
