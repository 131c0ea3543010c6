//! Names from ERP and HR exports: the suggestion, in the text and as a fix, is the right property or none.

use std::path::Path;

use geplint::finding::Finding;
use geplint::fix::{self, CheckResult, Tally};
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use geplint::{json, lint};
use serde_json::{Map, Value, json};

/// A name in an object, and its meaning there.
struct Case {
    endpoint: String,
    /// The object, as a pointer relative to the record.
    place: String,
    name: String,
    value: Value,
    /// The property, preceded by its object if that is another one; `None` if there is none.
    meant: Option<String>,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/names/names.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let case = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [endpoint, place, name, value, meant] = fields[..] else {
            panic!("{line}");
        };
        Case {
            endpoint: endpoint.to_owned(),
            place: place.trim_end_matches('/').to_owned(),
            name: name.to_owned(),
            value: serde_json::from_str(value).unwrap(),
            meant: (meant != "-").then(|| meant.to_owned()),
        }
    };
    lines.map(case).collect()
}

/// Returns a request of one record with all mandatory properties, and with an object in every place.
fn whole(endpoint: &str) -> Value {
    match endpoint {
        "contact-details" => json!([{
            "ContactCode": "C-1", "UserName": "u-1", "FirstName": "Ann", "LastName": "Lee", "EmailAddress": "ann@example.com",
            "Address": {"AddressLine1": "1 Quay", "City": "Lyon", "StateCode": "ARA", "CountryCode": "FR", "ZipCode": "69002"},
            "Regions": [{"RegionName": "EMEA"}],
            "PersonaAndRoles": {"PersonaCode": "P", "Activities": [{"Code": "A"}]},
            "UserActivities": [{}],
            "OrgEntities": [{}],
            "ContactOrgDetails": [{}],
            "ContactManagers": [{}],
            "Categories": [{}],
            "CustomFields": [{}],
            "AuthorityAmountDetails": [{
                "DocumentType": "PO", "LOBType": "ALL", "LOBEntityCode": "ALL", "EntityType": "ALL", "EntityCode": "ALL",
                "AmountAttributes": [{"AmountCode": "A", "Amount": 5}],
            }],
        }]),
        "contact-interface-status" => json!([{"ClientContactCode": "C-1", "InterfaceStatus": "ok"}]),
        "user-group" => json!([{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}]),
        _ => json!([{
            "ContactCode": "C-1", "UserName": "u-1",
            "PersonaAndRoles": [{"PersonaCode": "P", "Activities": [{"Code": "A"}]}],
            "IsOverWriteDefaultActivities": true, "IsAppendUserActivities": true,
            "BuDetails": {"OrgDetails": [{"OrgEntity": {}}]},
            "RegionDetails": [{"RegionName": "R"}],
        }]),
    }
}

fn object<'v>(body: &'v mut Value, place: &str) -> &'v mut Map<String, Value> {
    let found = body.pointer_mut(&format!("/0{place}"));
    found.and_then(Value::as_object_mut).unwrap()
}

/// Returns the place and the name of the property that a case means.
fn target(case: &Case) -> Option<(String, &str)> {
    let meant = case.meant.as_deref()?;
    Some(match meant.split_once('/') {
        Some((object, name)) => (format!("{}/{object}", case.place), name),
        None => (case.place.clone(), meant),
    })
}

fn findings(endpoint: &str, bytes: &[u8]) -> Vec<Finding> {
    let (text, errors) = json::text(bytes);
    lint::check(
        &text,
        errors,
        builtin(endpoint).unwrap(),
        &Tenant::default(),
        false,
    )
    .findings
}

/// Returns the request after all fixes.
fn after_fixes(endpoint: &str, body: &Value) -> Value {
    let bytes = serde_json::to_vec(body).unwrap();
    let mut check = |bytes: &[u8]| {
        let findings = findings(endpoint, bytes);
        CheckResult::new(Tally::of(&findings), findings)
    };
    let after = fix::fix_all(&bytes, true, &mut check);
    after.map_or_else(
        || body.clone(),
        |after| serde_json::from_slice(&after.bytes).unwrap(),
    )
}

/// Returns the help of the finding for a case's name.
fn help(case: &Case, body: &Value) -> String {
    let escaped = case.name.replace('~', "~0").replace('/', "~1");
    let pointer = format!("/0{}/{escaped}", case.place);
    let found = findings(&case.endpoint, &serde_json::to_vec(body).unwrap());
    let about = |finding: &&Finding| {
        finding.pointer == pointer && matches!(&*finding.rule, "unknown-property" | "misplaced-property")
    };
    found
        .iter()
        .find(about)
        .map_or_else(|| "nothing".to_owned(), |finding| finding.help.to_string())
}

fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.keys().any(|key| key.eq_ignore_ascii_case(name))
}

/// Asserts that `wrong` returns `None` for every case.
fn none_wrong(wrong: impl Fn(&Case) -> Option<String>) {
    let cases = cases();
    assert!(cases.len() >= 400, "{}", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let place = format!("{} {}/{}", case.endpoint, case.place, case.name);
            Some(format!("{place}: {}", wrong(case)?))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_name_means_the_property_that_is_missing() {
    none_wrong(|case| {
        let (place, name) = target(case)?;
        let mut body = whole(&case.endpoint);
        object(&mut body, &place).remove(name);
        object(&mut body, &case.place).insert(case.name.clone(), case.value.clone());
        let help = help(case, &body);
        let right = help.starts_with(&format!("Did you mean {name}?"))
            || help.starts_with(&format!("{name} belongs"));
        if !right {
            return Some(help);
        }
        let mut fixed = after_fixes(&case.endpoint, &body);
        let written = has(object(&mut fixed, &place), name)
            && !object(&mut fixed, &case.place).contains_key(&case.name);
        (!written).then(|| format!("{help}, but the fix writes {fixed}"))
    });
}

#[test]
fn present_properties_are_not_suggested() {
    none_wrong(|case| {
        let (place, name) = target(case)?;
        let mut body = whole(&case.endpoint);
        if !has(object(&mut body, &place), name) {
            object(&mut body, &place).insert(name.to_owned(), case.value.clone());
        }
        object(&mut body, &case.place).insert(case.name.clone(), case.value.clone());
        let help = help(case, &body);
        let fixed = after_fixes(&case.endpoint, &body);
        let kept = fixed.pointer(&format!("/0{}", case.place)).unwrap();
        let kept = kept.as_object().unwrap().contains_key(&case.name);
        (!help.contains("is already given") || !kept).then(|| format!("{help} {fixed}"))
    });
}

#[test]
fn no_name_is_suggested_where_none_is_meant() {
    none_wrong(|case| {
        if case.meant.is_some() {
            return None;
        }
        // With every property present, and with every one missing.
        for missing in [false, true] {
            let mut body = whole(&case.endpoint);
            let object = object(&mut body, &case.place);
            if missing {
                object.retain(|_, value| value.is_object() || value.is_array());
            }
            object.insert(case.name.clone(), case.value.clone());
            let before = body.clone();
            let help = help(case, &body);
            if help.contains("Did you mean") || help.contains("belongs") {
                return Some(help);
            }
            let fixed = after_fixes(&case.endpoint, &body);
            if fixed != before {
                return Some(format!("{help}, but the fix writes {fixed}"));
            }
        }
        None
    });
}

#[test]
fn two_names_for_one_property_are_ambiguous() {
    let body = |members: &str| format!(r#"[{{"GroupName":"g","ContactCodes":[{{{members}}}]}}]"#);
    let help = |members: &str| -> Vec<String> {
        let found = findings("user-group", body(members).as_bytes());
        let unknown = found.iter().filter(|finding| finding.rule == "unknown-property");
        unknown.map(|finding| finding.help.to_string()).collect()
    };
    let either = "Several names here may mean ContactCode: rename the right one, and remove the others.";
    let worse = "Remove it: another name here is more likely to mean ContactCode.";
    let right = "Did you mean ContactCode?";
    assert_eq!(help(r#""EmployeeId":"1","WorkerId":"2""#), [either, either]);
    // The name itself in another style has precedence, and a name of one thing over one that anything has.
    assert_eq!(help(r#""EmployeeId":"1","contact_code":"2""#), [worse, right]);
    assert_eq!(help(r#""Id":"1","EmployeeId":"2""#), [worse, right]);
    // So it has in another object.
    let mut body = whole("contact-details");
    object(&mut body, "/Address").remove("CountryCode");
    object(&mut body, "").extend([
        ("Country_Region".to_owned(), json!("FR-ARA")),
        ("Country_Code".to_owned(), json!("FR")),
    ]);
    let found = findings("contact-details", &serde_json::to_vec(&body).unwrap());
    let helps: Vec<&str> = found
        .iter()
        .filter(|finding| finding.pointer.starts_with("/0/Country_"))
        .map(|finding| &*finding.help)
        .collect();
    assert_eq!(
        helps,
        [
            "Did you mean CountryCode? It belongs inside Address.",
            "Remove it: another name here is more likely to mean CountryCode.",
        ]
    );
}

#[test]
fn a_decimal_comma_that_the_platform_drops_is_written_as_a_point() {
    let body = |amount: &str| {
        let mut body = whole("contact-details");
        object(&mut body, "/AuthorityAmountDetails/0/AmountAttributes/0")
            .insert("Amount".to_owned(), json!(amount));
        body
    };
    let amount = |body: &Value| {
        body.pointer("/0/AuthorityAmountDetails/0/AmountAttributes/0/Amount")
            .cloned()
    };
    let help = |body: &Value| -> Vec<String> {
        let found = findings("contact-details", &serde_json::to_vec(body).unwrap());
        let changed = found
            .iter()
            .filter(|finding| finding.rule == "changes-on-conversion");
        changed.map(|finding| finding.help.to_string()).collect()
    };
    let comma = body("1000,5");
    assert_eq!(help(&comma), ["The comma is a decimal comma. Send 1000.5."]);
    assert_eq!(
        amount(&after_fixes("contact-details", &comma)),
        Some(json!(1000.5))
    );
    // A thousand to one reader, and one to another.
    let either = body("1,000");
    assert!(help(&either)[0].starts_with("Send a number such as"));
    assert_eq!(
        amount(&after_fixes("contact-details", &either)),
        Some(json!("1,000"))
    );
}
