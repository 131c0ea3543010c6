//! Tests of the loader of rules files: it is strict, and reports where a file is wrong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use geplint::finding::{Evidence, Severity};
use geplint::rules::{Endpoint, Layer, Shared, TenantList, load};

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
[tables.R.properties]
Code = { row = "1", type = "string(5)", required = "yes" }
Kind = { row = "2", type = "string", one-of = { values = ["A"], evidence = "table" } }
Items = { row = "3", type = "list of Item" }

[tables.Item]
title = "Item"
[tables.Item.properties]
Name = { row = "3.1", type = "string", required = { evidence = "inferred" } }

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

/// The text that is replaced, its replacement, the line at which the mistake is shown, and a word of the message.
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
    ("row = \"2\"", "row = \"1\"", "Kind =", "is repeated"),
    ("Kind =", "code =", "code = {", "is repeated"),
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
fn a_mistake_is_refused_at_its_position() {
    for (right, wrong, place, word) in MISTAKES {
        let text = GOOD.replacen(right, wrong, 1);
        assert_ne!(text, GOOD, "{right}");
        let error = load(&text).expect_err(wrong);
        assert!(error.message.contains(word), "{wrong}: {error}");
        let line = text[..error.span.start].matches('\n').count();
        let expected = text.lines().position(|line| line.contains(place)).unwrap();
        // A mistake inside a check may be shown at the check's first line or at a later one.
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

fn known(attribute: &str) -> TenantList {
    let text = GOOD.replacen("Kind = {", &format!("Kind = {{ known = {attribute},"), 1);
    let endpoint = load(&text).unwrap();
    let table = endpoint.record_table();
    let row = table.property(table.find("Kind").unwrap());
    row.known[0].clone()
}

#[test]
fn known_may_be_a_word_for_the_defaults() {
    let plain = known("\"regions\"");
    assert_eq!(
        (&*plain.claim.rule, plain.fact.name()),
        ("unknown-value", "regions")
    );
    assert_eq!(
        (plain.claim.evidence, plain.claim.severity),
        (Evidence::Inferred, Severity::Warning)
    );
    assert_eq!(plain.claim.answer, None);
    // The rule follows from the fact, the answer from [answers].
    let stated = known("{ fact = \"currencies\", evidence = \"table\", also = [\"ALL\"] }");
    assert_eq!(&*stated.claim.rule, "unknown-currency");
    assert_eq!((stated.claim.severity, stated.also.len()), (Severity::Error, 1));
    let answer = stated.claim.answer.expect("an error has an answer");
    assert_eq!(
        (&*answer.error_code, &*answer.description),
        ("D", "Invalid {property} {value}")
    );
    let own = known("{ fact = \"contacts\", rule = \"mine\", suspect = \"email\" }");
    assert_eq!((&*own.claim.rule, own.suspect.is_some()), ("mine", true));
}

/// A row's `known`, the text that its mistake is shown at, and a word of the message.
#[test]
fn a_mistake_in_known_has_its_position() {
    for (row, place, word) in [
        ("Kind = { known = \"stars\",", "\"stars\"", "currencies"),
        (
            "Kind = { known = { fact = \"stars\" },",
            "\"stars\"",
            "currencies",
        ),
        ("Kind = { known = {},", "{}", "fact"),
        (
            "Kind = { known = \"belonging-lobs\",",
            "\"belonging-lobs\"",
            "single-valued",
        ),
        (
            "Kind = { known = { fact = \"lobs\", suspect = \"square\" },",
            "\"square\"",
            "email",
        ),
        (
            "Kind = { known = { fact = \"lobs\", description = \"{limit}\" },",
            "{ fact = \"lobs\", description = \"{limit}\" }",
            "{value}",
        ),
        ("Kind = { known = 1,", "1", "a word, or a table"),
    ] {
        let text = GOOD.replacen("Kind = {", row, 1);
        let error = load(&text).expect_err(row);
        assert_eq!(&text[error.span.clone()], place, "{row}: {error}");
        assert!(error.message.contains(word), "{row}: {error}");
    }
    let objects = GOOD.replacen("Items = {", "Items = { known = \"lobs\",", 1);
    let error = load(&objects).expect_err("objects are no values");
    assert_eq!(&objects[error.span.clone()], "\"lobs\"", "{error}");
}

#[test]
fn rows_in_a_list_are_refused_in_favour_of_the_current_form() {
    let rows = "properties = [{ name = \"Name\", type = \"string\" }]\n";
    let start = GOOD.find("[tables.Item.properties]").expect("it has the table");
    let end = GOOD.find("[[checks]]").expect("it has a check");
    let text = format!("{}{rows}{}", &GOOD[..start], &GOOD[end..]);
    let error = load(&text).expect_err("rows are no list");
    assert!(text[error.span.clone()].starts_with("[{ name"), "{error}");
    assert!(error.message.contains("rows by name, such as `City"), "{error}");
}

fn answers(endpoint: &Endpoint) -> [&str; 2] {
    let answers = &endpoint.answers;
    [&answers.missing, &answers.null].map(|answer| &*answer.error_code)
}

#[test]
fn a_missing_answer_of_an_endpoint_is_that_of_the_api() {
    let start = GOOD.find("[answers]").expect("it has answers");
    let end = GOOD.find("[tables.R]").expect("it has a table");
    let with = |own: &str| load(&format!("{}{own}{}", &GOOD[..start], &GOOD[end..])).expect(own);
    assert_eq!(answers(&with("")), ["MandatoryField", "Exception"]);
    let own = "[answers]\nmissing = { error-code = \"M\", description = \"{property}\" }\n";
    assert_eq!(answers(&with(own)), ["M", "Exception"]);
    // The rules of a library user may come without the file for the API as a whole.
    let text = format!("{}{}", &GOOD[..start], &GOOD[end..]);
    let error = geplint_core::rules::load(&text, &geplint_core::rules::Shared::default());
    let message = error.expect_err("nothing says what is answered").message;
    assert!(message.contains("`missing`"), "{message}");
}

#[test]
fn a_mistake_in_the_file_of_the_api_has_its_position() {
    for (text, place) in [
        ("[answers]\nnul = {}", "nul"),
        (
            "[answers]\nnull = { error-code = \"E\", description = \"{value}\" }",
            "\"{value}\"",
        ),
        ("[known]\nstars.rule = \"x\"", "stars"),
    ] {
        let file = Layer {
            name: "rules/api.toml",
            text,
        };
        let (_, error) = Shared::from_files(&[file]).expect_err(text);
        assert_eq!(&text[error.span.clone()], place, "{error}");
    }
}

/// Editors show a line of this length without wrapping it, next to the vendor's page.
#[test]
fn no_line_of_the_rules_is_wider_than_160_characters() {
    let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut lines = 0;
    for entry in walkdir::WalkDir::new(rules).sort_by_file_name() {
        let path = entry.expect("the folder is read").into_path();
        if path.extension().is_none_or(|is| is != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the file is read");
        for (number, line) in (1..).zip(text.lines()) {
            lines += 1;
            let width = line.chars().count();
            assert!(width <= 160, "{}:{number}: {width} characters", path.display());
        }
    }
    assert!(lines > 1_000, "only {lines} lines were read");
}
