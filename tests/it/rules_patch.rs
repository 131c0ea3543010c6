//! Tests of user rules files that change the built-in rules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use geplint::rules::{Layer, LoadError, Property, ValueCheck, builtin_text, load_layers};
use geplint::tenant::Tenant;
use geplint::{json, lint};

const ENDPOINT: &str = "contact-details";

fn layered(patches: &[&str]) -> Result<geplint::rules::Endpoint, (usize, LoadError)> {
    let texts: Vec<String> = patches
        .iter()
        .map(|patch| format!("endpoint = \"{ENDPOINT}\"\n{patch}"))
        .collect();
    let layers: Vec<Layer<'_>> = texts
        .iter()
        .map(|text| Layer {
            name: "mine.toml",
            text,
        })
        .collect();
    load_layers(builtin_text(ENDPOINT), &layers)
}

/// Returns rule and source of the additional findings of a record, compared with a valid one.
fn found(patches: &[&str], extra: &str) -> Vec<(String, String)> {
    let body = format!(
        r#"[{{"ContactCode":"C-1","UserName":"ann","FirstName":"Ann","LastName":"Lee","EmailAddress":"ann@example.com",
        "Address":{{"AddressLine1":"1 Quay","City":"Lyon","StateCode":"ARA","CountryCode":"FR","ZipCode":"69002"}}{extra}}}]"#
    );
    let endpoint = layered(patches).unwrap();
    let (text, errors) = json::text(body.as_bytes());
    let findings = lint::check(&text, errors, &endpoint, &Tenant::default(), false).findings;
    findings
        .into_iter()
        .map(|finding| (finding.rule.to_string(), finding.source.clone()))
        .collect()
}

fn one(rule: &str, source: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), source.to_owned())]
}

#[test]
fn a_changed_length_has_the_patch_as_its_source() {
    let patch = "[tables.BuyerContact.properties]\ndesignation.type = \"string(3)\"";
    assert!(found(&[], r#","Designation":"Buyer""#).is_empty());
    assert_eq!(
        found(&[patch], r#","Designation":"Buyer""#),
        one("too-long", "Buyer Contact 1.14 (mine.toml)")
    );
}

#[test]
fn a_property_of_the_tenant_is_known() {
    let patch = "[tables.BuyerContact.properties]\nBadge = { type = \"int\", required = \"yes\" }";
    assert_eq!(found(&[], r#","Badge":1"#)[0].0, "unknown-property");
    assert!(found(&[patch], r#","Badge":1"#).is_empty());
    assert_eq!(
        found(&[patch], ""),
        one("missing-mandatory", "Buyer Contact Badge (mine.toml)")
    );
}

#[test]
fn the_requirement_of_a_row_can_be_removed() {
    let address = r#","TimeZone":"Mars""#;
    let patch = "[tables.BuyerContact.properties]\nTimeZone.one-of = \"no\"";
    assert_eq!(found(&[], address)[0].0, "unlisted-value");
    assert!(found(&[patch], address).is_empty());
}

#[test]
fn a_patch_sets_replaces_and_removes_known() {
    let facts = |patch: &str| {
        let endpoint = layered(&[patch]).unwrap();
        let table = endpoint.record_table();
        let of = |name: &str| {
            let row = table.property(table.find(name).unwrap());
            row.known.first().map(|known| {
                (
                    known.fact.name(),
                    known.claim.rule.to_string(),
                    known.claim.source.to_string(),
                )
            })
        };
        (of("WorkGroup"), of("CurrencyCode"))
    };
    let some = |fact, rule: &str, source: &str| Some((fact, rule.to_owned(), source.to_owned()));
    let ours = some("currencies", "unknown-currency", "Buyer Contact 1.13");
    assert_eq!(facts(""), (None, ours.clone()));
    let table = "[tables.BuyerContact.properties]\n";
    assert_eq!(
        facts(&format!("{table}WorkGroup.known = \"regions\"")),
        (
            some("regions", "unknown-value", "Buyer Contact 1.30 (mine.toml)"),
            ours
        )
    );
    assert_eq!(
        facts(&format!("{table}currencycode.known.fact = \"lobs\"")),
        (
            None,
            some("lobs", "unknown-value", "Buyer Contact 1.13 (mine.toml)")
        )
    );
    assert_eq!(
        facts(&format!("{table}CurrencyCode.known = \"no\"")),
        (None, None)
    );
}

#[test]
fn each_key_of_a_row_can_be_removed() {
    let row = |patch: &str| {
        let endpoint = layered(&[patch]).unwrap();
        let table = endpoint.record_table();
        table.property(table.find("EmailAddress").unwrap()).clone()
    };
    let has_shape = |row: &Property| {
        row.value_checks
            .iter()
            .any(|check| matches!(check, ValueCheck::Shape(_)))
    };
    assert!(row("").required.is_some() && has_shape(&row("")));
    let patched =
        row("[tables.BuyerContact.properties]\nEmailAddress = { required = \"no\", shape = \"no\" }");
    assert!(patched.required.is_none() && !has_shape(&patched));
}

#[test]
fn a_check_or_a_rule_can_be_turned_off() {
    let own = r#","ManagerCode":["C-1"]"#;
    assert_eq!(found(&[], own)[0].0, "self-manager");
    assert!(
        found(
            &["[[checks]]\nrule = \"self-manager\"\nproperty = \"ManagerCode\"\noff = true"],
            own
        )
        .is_empty()
    );
    assert!(found(&["rules-off = [\"self-manager\"]"], own).is_empty());
}

#[test]
fn another_wording_and_a_later_layer_wins() {
    let says = |text: &str| {
        format!("[[checks]]\nrule = \"self-manager\"\nproperty = \"ManagerCode\"\ndescription = \"{text}\"")
    };
    let endpoint = layered(&[&says("first"), &says("second")]).unwrap();
    let body = r#"[{"ContactCode":"C","ManagerCode":["C"]}]"#;
    let findings = lint::check(body, Vec::new(), &endpoint, &Tenant::default(), false).findings;
    let finding = findings
        .iter()
        .find(|finding| finding.rule == "self-manager")
        .unwrap();
    assert_eq!(finding.predicted.as_ref().unwrap().error_description, "second");
}

#[test]
fn a_whole_new_endpoint_needs_no_base() {
    let text = builtin_text("user-group")
        .unwrap()
        .replace("endpoint = \"user-group\"", "endpoint = \"badge\"");
    let endpoint = load_layers(
        None,
        &[Layer {
            name: "badge.toml",
            text: &text,
        }],
    )
    .unwrap();
    assert_eq!(endpoint.id, "badge");
}

#[test]
fn a_mistake_has_its_position_in_the_patch() {
    let cases = [
        (
            "[tables.BuyerContact.properties]\nCity = { tpye = \"int\" }",
            3,
            "tpye",
        ),
        ("[tables.BuyerContact.properties]\nCity.type = \"itn\"", 3, "itn"),
        ("[tables.Address.properties]\nFloor = {}", 3, "type"),
        (
            "[[checks]]\nrule = \"x\"\nkind = \"magic\"\ntable = \"Address\"",
            4,
            "magic",
        ),
        ("rules-of = []", 2, "rules-of"),
        ("[[checks]]\noff = true", 2, "rule"),
    ];
    for (patch, line, word) in cases {
        let (layer, error) = layered(&[patch]).unwrap_err();
        assert_eq!(layer, 0);
        assert!(error.message.contains(word), "{patch}: {error}");
        let text = format!("endpoint = \"{ENDPOINT}\"\n{patch}");
        let at = text[..error.span.start].matches('\n').count() + 1;
        assert!(line == 0 || at == line, "{patch}: line {at}: {error}");
    }
}

/// A mistake is shown at the wrong value, and not at the same word elsewhere.
#[test]
fn a_mistake_is_shown_at_the_wrong_value_and_not_at_an_equal_word() {
    let table = "[tables.BuyerContact.properties]\n";
    let check = "[[checks]]\nrule = \"self-manager\"\n";
    let cases = [
        // The word of the message is also earlier in the file, in a comment and in another row.
        (
            format!("# itn\n{table}itn = {{ type = \"int\" }}\nCity.type = \"itn\""),
            "\"itn\"",
        ),
        (
            format!("{table}Badge.type = \"int\"\nBADGE.type = \"int\""),
            "BADGE",
        ),
        (
            format!("{table}Badge = {{ row = \"1.1\", type = \"int\" }}"),
            "\"1.1\"",
        ),
        // A mistake in the built-in rules, because the patch has removed something that they need.
        (
            format!(
                "title = \"list of string\"\n{table}ManagerCode = {{ type = \"list of Address\", known = \"no\" }}"
            ),
            "\"list of Address\"",
        ),
        (
            format!("{table}ContactCode = {{ note = \"x\", type = \"list of string\" }}"),
            "\"list of string\"",
        ),
        (
            format!("{check}property = \"ManagerCode\"\nfrom = \"Nobody\""),
            "\"Nobody\"",
        ),
        (
            format!(
                "{check}table = \"BuyerContact\"\nproperty = \"ManagerCode\"\nnearly = [\"UserName\", \"Nope\"]"
            ),
            "\"Nope\"",
        ),
        ("method = \"GET\"".to_owned(), "\"GET\""),
        (format!("{table}WorkGroup.known = \"stars\""), "\"stars\""),
        (
            format!("{table}WorkGroup.known = {{ fact = \"lobs\", suspect = \"round\" }}"),
            "\"round\"",
        ),
        (format!("{table}WorkGroup.known.fact = \"stars\""), "\"stars\""),
        (format!("{table}WorkGroup.knwon = \"lobs\""), "knwon"),
        (format!("{table}WorkGroup = 3"), "3"),
        (format!("{table}\n[tables]\nAddress = 4"), "4"),
        ("tables = 5".to_owned(), "5"),
        ("checks = 6".to_owned(), "6"),
        ("checks = [7]".to_owned(), "7"),
        (
            "[tables.Address]\nproperties = [{ name = \"City\" }]".to_owned(),
            "[{ name = \"City\" }]",
        ),
        (
            format!("{check}kind = \"known\"\nproperty = \"ManagerCode\""),
            "\"known\"",
        ),
        ("body = \"object\"".to_owned(), "\"object\""),
        ("key = [\"ContactCode\", \"Regions\"]".to_owned(), "\"Regions\""),
        (
            "rules-off = [\"odd-shape\", \"od-shape\"]".to_owned(),
            "\"od-shape\"",
        ),
        (
            "[answers]\nmissing = { error-code = \"M\", description = \"{name} is missing\" }".to_owned(),
            "\"{name} is missing\"",
        ),
        (
            "[contact]\ncode = \"ContactCode\"\nuser = \"Regions\"".to_owned(),
            "\"Regions\"",
        ),
    ];
    for (patch, place) in cases {
        let (_, error) = layered(&[&patch]).expect_err(&patch);
        let text = format!("endpoint = \"{ENDPOINT}\"\n{patch}");
        assert_eq!(&text[error.span.clone()], place, "{patch}: {error}");
        let last = text.rfind(place).unwrap();
        assert!(
            error.span.start == last || place == "\"list of string\"",
            "{patch}: {error}"
        );
    }
}

#[test]
fn a_mistake_of_a_later_layer_is_shown_in_its_file() {
    let right = "[tables.BuyerContact.properties]\nBadge.type = \"string\"";
    let wrong = "[tables.BuyerContact.properties]\nBadge.shape = \"square\"";
    let (layer, error) = layered(&[right, wrong]).unwrap_err();
    assert_eq!(layer, 1);
    let text = format!("endpoint = \"{ENDPOINT}\"\n{wrong}");
    assert_eq!(&text[error.span], "\"square\"");
}

#[test]
fn the_patch_of_the_readme_loads() {
    let readme = include_str!("../../rules/README.md");
    let block = readme
        .split("```toml\n")
        .find(|block| block.contains("rules-off"))
        .unwrap();
    let text = block.split("```").next().unwrap();
    let endpoint = load_layers(
        builtin_text(ENDPOINT),
        &[Layer {
            name: "mine.toml",
            text,
        }],
    )
    .unwrap();
    assert!(endpoint.record_table().find("CostCentre").is_some());
}
