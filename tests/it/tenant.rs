//! Facts of the tenant have three states: with a list, a value is right or wrong; without one, it is undecided.
//!
//! The tenant of `testdata/tenant` is there in three forms, and all tests must give the same results for each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};

use geplint::finding::{Evidence, Finding, Severity, Wording};
use geplint::lint::Checked;
use geplint::rules::{builtin, rule_texts};
use geplint::tenant::{Tenant, load};
use geplint::{json, lint};
use serde_json::{Value, json};

const CONTACT: &str = "contact-details";
const GROUP: &str = "user-group";
const AUTHORIZATION: &str = "save-contact-authorization-details";

const SOURCES: [&str; 3] = ["inline", "files", "replies"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tenant")
}

/// Loads a tenant of `testdata/tenant`.
fn saved(name: &str) -> Tenant {
    let text = std::fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap();
    tenant(&text)
}

/// Loads a tenant file whose lists are in `testdata/tenant`.
fn tenant(text: &str) -> Tenant {
    let mut read = |name: &str| std::fs::read(folder().join(name)).map_err(|error| error.to_string());
    load(text, &mut read).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

/// Loads a tenant file, and one list file called `name`.
fn tenant_with(text: &str, name: &str, list: &str) -> Tenant {
    let mut read = |asked: &str| {
        assert_eq!(asked, name);
        Ok(list.as_bytes().to_vec())
    };
    load(text, &mut read).unwrap_or_else(|error| panic!("{list}\n{error:?}"))
}

fn check(endpoint: &str, tenant: &Tenant, request: &Value) -> Checked {
    let bytes = serde_json::to_vec_pretty(request).unwrap();
    let (text, errors) = json::text(&bytes);
    lint::check(&text, errors, builtin(endpoint).unwrap(), tenant, true)
}

/// Formats `severity rule pointer`, and for an error its evidence, key, code, text and how certain its wording is.
fn line(finding: &Finding) -> String {
    let (rule, pointer) = (&finding.rule, &finding.pointer);
    let evidence = match finding.evidence {
        Evidence::Response => "response",
        Evidence::Table => "table",
        Evidence::Inferred => "inferred",
        Evidence::Contradicted => "contradicted",
    };
    match (&finding.predicted, finding.severity) {
        (None, Severity::Warning) => format!("warning {rule} {pointer} ({evidence})"),
        (None, Severity::Advice) => format!("advice {rule} {pointer} ({evidence})"),
        (Some(predicted), Severity::Error) => {
            let wording = match predicted.wording {
                Wording::Documented => "documented",
                Wording::Inferred => "inferred",
            };
            let (key, code, text) = (
                &predicted.key,
                &predicted.error_code,
                &predicted.error_description,
            );
            format!("error {rule} {pointer} ({evidence}) [{key}] {code}: {text} ({wording})")
        }
        odd => panic!("{odd:?}"),
    }
}

#[track_caller]
fn expect(endpoint: &str, tenant: &Tenant, record: &Value, expected: &[&str], undecided: u64) {
    let checked = check(endpoint, tenant, &json!([record]));
    let found: Vec<String> = checked.findings.iter().map(line).collect();
    assert_eq!(found, expected, "{record:#}");
    assert_eq!(checked.undecided, undecided, "undecided: {record:#}");
}

/// Sets the value at `path` in `record`, and creates the objects on the way.
fn set(record: &mut Value, path: &str, value: Value) {
    let mut at = record;
    for step in path.split('/') {
        at = match step.parse::<usize>() {
            Ok(index) => {
                if at.is_null() {
                    *at = json!([]);
                }
                let list = at.as_array_mut().unwrap();
                if list.len() == index {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
            Err(_) => &mut at[step],
        };
    }
    *at = value;
}

/// A contact without findings for any facts.
fn contact() -> Value {
    json!({
        "ContactCode": "C-1001", "UserName": "mira.okafor@example.com", "FirstName": "Mira", "LastName": "Okafor",
        "EmailAddress": "mira.okafor@example.com",
        "Address": { "AddressLine1": "1 Harbour Street", "City": "Austin", "StateCode": "TX", "CountryCode": "US", "ZipCode": "78701" }
    })
}

fn contact_with(path: &str, value: Value) -> Value {
    let mut record = contact();
    set(&mut record, path, value);
    record
}

fn contact_without_address(code: &str, user: &str) -> Value {
    let mut record = contact();
    record.as_object_mut().unwrap().remove("Address");
    record["ContactCode"] = json!(code);
    record["UserName"] = json!(user);
    record
}

/// An authorization that needs two facts: a persona and an activity.
fn authorization() -> Value {
    json!({
        "ContactCode": "C-1001",
        "PersonaAndRoles": [{ "PersonaCode": "P-100", "Activities": [{ "Code": "A-100" }] }],
        "IsOverWriteDefaultActivities": false, "IsAppendUserActivities": true,
        "BuDetails": { "IsOverwrite": false },
        "RegionDetails": [{ "RegionName": "Europe" }]
    })
}

fn authorization_with(path: &str, value: Value) -> Value {
    let mut record = authorization();
    set(&mut record, path, value);
    record
}

fn belonging(lobs: &[&str]) -> Value {
    lobs.iter()
        .map(|lob| json!({ "OrgEntity": { "LobEntityCode": lob }, "LobType": "Belonging" }))
        .collect()
}

fn lobs(code: &str, lobs: &[&str]) -> Value {
    let mut record = authorization_with("BuDetails/OrgDetails", belonging(lobs));
    record["ContactCode"] = json!(code);
    record
}

fn group(codes: &[&str]) -> Value {
    let codes: Value = codes.iter().map(|code| json!({ "ContactCode": code })).collect();
    json!({ "GroupName": "buyers", "ContactCodes": codes })
}

/// The facts for persona and activity, so that only the fact under test is missing.
const ROLES: &str = "personas = ['P-100']\nactivities = ['A-100']\n";

// ---- one test for each fact ----

const NO_ADDRESS: &str =
    "error missing-address /0/Address (table) [C-4001] MandatoryField: Address is Mandatory (inferred)";

#[test]
fn address_of_a_new_contact() {
    for source in SOURCES {
        let tenant = saved(source);
        expect(
            CONTACT,
            &tenant,
            &contact_without_address("C-1001", "new@example.com"),
            &[],
            0,
        );
        expect(
            CONTACT,
            &tenant,
            &contact_without_address(" c-1001 ", "new@example.com"),
            &["warning hidden-character /0/ContactCode (inferred)"],
            0,
        );
        // Known by its user name only.
        expect(
            CONTACT,
            &tenant,
            &contact_without_address("C-4001", "Mira.Okafor@example.com"),
            &[],
            0,
        );
        expect(
            CONTACT,
            &tenant,
            &contact_without_address("C-4001", "new@example.com"),
            &[NO_ADDRESS],
            0,
        );
        let mut null = contact_without_address("C-4001", "new@example.com");
        null["Address"] = Value::Null;
        expect(CONTACT, &tenant, &null, &[NO_ADDRESS], 0);
    }
    let unknown = Tenant::default();
    expect(
        CONTACT,
        &unknown,
        &contact_without_address("C-4001", "new@example.com"),
        &[],
        1,
    );
    expect(CONTACT, &unknown, &contact(), &[], 0);
    // The list may consist of user names.
    let users = tenant("contacts = [{ user-name = 'mira.okafor@example.com' }]");
    expect(
        CONTACT,
        &users,
        &contact_without_address("C-4001", "mira.okafor@example.com"),
        &[],
        0,
    );
    expect(
        CONTACT,
        &users,
        &contact_without_address("C-4001", "new@example.com"),
        &[NO_ADDRESS],
        0,
    );
}

#[test]
fn an_address_is_only_required_if_the_contact_is_named() {
    // It names no contact: the record is refused for its missing names.
    let mut nobody = contact_without_address("", "");
    nobody["FirstName"] = json!("Mira");
    let checked = check(CONTACT, &saved("inline"), &json!([nobody]));
    assert!(
        checked
            .findings
            .iter()
            .all(|finding| finding.rule != "missing-address")
    );
    assert_eq!(checked.undecided, 1);
}

#[test]
fn contact_codes_of_a_group() {
    let wrong = |at: usize, code: &str| {
        format!(
            "error unknown-contact /0/ContactCodes/{at}/ContactCode (response) [buyers] DataException: Invalid ContactCode Details {code} (documented)"
        )
    };
    for source in SOURCES {
        let tenant = saved(source);
        let blank = "warning hidden-character /0/ContactCodes/2/ContactCode (inferred)";
        expect(
            GROUP,
            &tenant,
            &group(&["C-1001", "c-2001", " C-3001"]),
            &[blank],
            0,
        );
        expect(GROUP, &tenant, &group(&["C-1001", "C-9"]), &[&wrong(1, "C-9")], 0);
        // One error for each code.
        expect(
            GROUP,
            &tenant,
            &group(&["C-8", "C-9"]),
            &[&wrong(0, "C-8"), &wrong(1, "C-9")],
            0,
        );
        // The list decides even for codes that look like e-mail addresses.
        expect(GROUP, &tenant, &group(&["Service.Desk@example.com"]), &[], 0);
        expect(
            GROUP,
            &tenant,
            &group(&["a@example.com"]),
            &[&wrong(0, "a@example.com")],
            0,
        );
        // A user name is no code.
        let user = "mira.okafor@example.com";
        expect(GROUP, &tenant, &group(&[user]), &[&wrong(0, user)], 0);
    }
    let unknown = Tenant::default();
    expect(GROUP, &unknown, &group(&["C-9", "C-8"]), &[], 2);
    expect(
        GROUP,
        &unknown,
        &group(&["C-9", "a@example.com"]),
        &[&wrong(1, "a@example.com")],
        1,
    );
    // The contact without a code may have any code.
    let codeless = tenant("contacts = ['C-1001', { user-name = 'mira.okafor@example.com' }]");
    expect(GROUP, &codeless, &group(&["C-1001", "C-9"]), &[], 1);
}

const SECOND_LOB: &str = "error several-belonging-lobs /0/BuDetails/OrgDetails/0/OrgEntity/LobEntityCode (response) [C-1001] DataException: Belonging entity can be mapped to only a single LOB for C-1001 (documented)";

#[test]
fn a_single_belonging_lob_over_held_and_sent() {
    for source in SOURCES {
        let tenant = saved(source);
        expect(AUTHORIZATION, &tenant, &lobs("C-1001", &["EMEA"]), &[], 0);
        expect(
            AUTHORIZATION,
            &tenant,
            &lobs("C-1001", &["APAC"]),
            &[SECOND_LOB],
            0,
        );
        expect(
            AUTHORIZATION,
            &tenant,
            &lobs("C-1001", &["APAC", "APAC"]),
            &[SECOND_LOB],
            0,
        );
        // One contact has no LOB yet, the other one does not exist yet.
        expect(AUTHORIZATION, &tenant, &lobs("C-2001", &["APAC"]), &[], 0);
        expect(AUTHORIZATION, &tenant, &lobs("C-4001", &["APAC"]), &[], 0);
        // No LOB is sent.
        expect(AUTHORIZATION, &tenant, &authorization(), &[], 0);
        // A serving LOB does not count.
        let mut serving = lobs("C-1001", &["APAC"]);
        serving["BuDetails"]["OrgDetails"][0]["LobType"] = json!("Serving");
        expect(AUTHORIZATION, &tenant, &serving, &[], 0);
        // A LOB of type both does.
        let mut both = lobs("C-1001", &["APAC"]);
        both["BuDetails"]["OrgDetails"][0]["LobType"] = json!("both");
        expect(AUTHORIZATION, &tenant, &both, &[SECOND_LOB], 0);
    }
    let unknown = tenant(ROLES);
    expect(AUTHORIZATION, &unknown, &lobs("C-1001", &["APAC"]), &[], 1);
    expect(AUTHORIZATION, &unknown, &authorization(), &[], 0);
    // The contact is in the list, but its LOBs are not.
    let silent = tenant(&format!("{ROLES}contacts = ['C-1001']"));
    expect(AUTHORIZATION, &silent, &lobs("C-1001", &["APAC"]), &[], 1);
}

#[test]
fn sent_lobs_replace_those_of_the_tenant() {
    let tenant = saved("inline");
    for (overwrite, beside) in [
        (json!(true), None),
        (
            json!("true"),
            Some("advice text-for-value /0/BuDetails/IsOverwrite (inferred)"),
        ),
        (
            json!("True"),
            Some("advice text-for-value /0/BuDetails/IsOverwrite (inferred)"),
        ),
    ] {
        let mut record = lobs("C-1001", &["APAC"]);
        record["BuDetails"]["IsOverwrite"] = overwrite;
        let beside: Vec<&str> = beside.into_iter().collect();
        expect(AUTHORIZATION, &tenant, &record, &beside, 0);
    }
    for overwrite in [json!("false"), json!(false), Value::Null] {
        let mut record = lobs("C-1001", &["APAC"]);
        record["BuDetails"]["IsOverwrite"] = overwrite;
        let checked = check(AUTHORIZATION, &tenant, &json!([record]));
        assert_eq!(errors(&checked), ["several-belonging-lobs"], "{record:#}");
    }
    let mut absent = lobs("C-1001", &["APAC"]);
    absent["BuDetails"].as_object_mut().unwrap().remove("IsOverwrite");
    expect(AUTHORIZATION, &tenant, &absent, &[SECOND_LOB], 0);
    // Two LOBs that are sent clash, whatever the tenant has.
    let mut two = lobs("C-1001", &["EMEA", "APAC"]);
    two["BuDetails"]["IsOverwrite"] = json!(true);
    let inferred = SECOND_LOB
        .replace("/0/OrgEntity", "/1/OrgEntity")
        .replace("(response)", "(inferred)")
        .replace("(documented)", "(inferred)");
    expect(AUTHORIZATION, &tenant, &two, &[&inferred], 0);
}

#[test]
fn deleted_lobs_are_undecided() {
    let tenant = saved("inline");
    let mut record = lobs("C-1001", &["APAC"]);
    record["BuDetails"]["IsDeleted"] = json!(true);
    expect(AUTHORIZATION, &tenant, &record, &[], 1);
    let mut two = lobs("C-1001", &["APAC", "EMEA"]);
    two["BuDetails"]["IsDeleted"] = json!(true);
    expect(AUTHORIZATION, &tenant, &two, &[], 1);
    // Nothing in the record could be wrong.
    let mut none = authorization();
    none["BuDetails"]["IsDeleted"] = json!(true);
    expect(AUTHORIZATION, &tenant, &none, &[], 0);
}

#[test]
fn the_user_name_is_used_without_a_contact_code() {
    let mut record = lobs("", &["APAC"]);
    record.as_object_mut().unwrap().remove("ContactCode");
    record["UserName"] = json!("Mira.Okafor@example.com");
    let expected = SECOND_LOB.replace("C-1001", "Mira.Okafor@example.com");
    for source in SOURCES {
        expect(AUTHORIZATION, &saved(source), &record, &[&expected], 0);
    }
    // A contact with another code is another contact.
    let mut other = lobs("C-4001", &["APAC"]);
    other["UserName"] = json!("mira.okafor@example.com");
    expect(AUTHORIZATION, &saved("inline"), &other, &[], 1);
    // "string" is no user name.
    let mut nobody = record.clone();
    nobody["UserName"] = json!("string");
    let named = format!("{ROLES}contacts = [{{ user-name = 'string', belonging-lobs = ['EMEA'] }}]");
    expect(AUTHORIZATION, &tenant(&named), &nobody, &[], 1);
    let mut placeholder = lobs("C-1001", &["APAC"]);
    placeholder["UserName"] = json!("string");
    expect(AUTHORIZATION, &saved("inline"), &placeholder, &[SECOND_LOB], 0);
}

#[test]
fn lobs_are_compared_like_other_codes() {
    let tenant = tenant(&format!(
        "{ROLES}contacts = [{{ code = 'c-1001', belonging-lobs = [' emea'] }}]"
    ));
    expect(AUTHORIZATION, &tenant, &lobs("C-1001", &["EMEA"]), &[], 0);
    expect(
        AUTHORIZATION,
        &tenant,
        &lobs("C-1001", &["APAC"]),
        &[SECOND_LOB],
        0,
    );
}

#[test]
fn persona_codes() {
    let wrong = authorization_with("PersonaAndRoles/0/PersonaCode", json!("P-9"));
    let expected = "error unknown-persona /0/PersonaAndRoles/0/PersonaCode (table) [C-1001] DataException: PersonaCode is Invalid (inferred)";
    for source in SOURCES {
        expect(AUTHORIZATION, &saved(source), &authorization(), &[], 0);
        expect(AUTHORIZATION, &saved(source), &wrong, &[expected], 0);
    }
    expect(AUTHORIZATION, &tenant("activities = ['A-100']"), &wrong, &[], 1);
    // The page of the contacts documents no such refusal.
    let warned = contact_with(
        "PersonaAndRoles",
        json!({ "PersonaCode": "P-9", "Activities": [{ "Code": "A-9" }] }),
    );
    let warnings = [
        "warning unknown-activity /0/PersonaAndRoles/Activities/0/Code (inferred)",
        "warning unknown-persona /0/PersonaAndRoles/PersonaCode (inferred)",
    ];
    expect(CONTACT, &saved("replies"), &warned, &warnings, 0);
    expect(CONTACT, &Tenant::default(), &warned, &[], 0);
}

#[test]
fn activity_codes() {
    let wrong = authorization_with("PersonaAndRoles/0/Activities/0/Code", json!("A-9"));
    let expected = "error unknown-activity /0/PersonaAndRoles/0/Activities/0/Code (table) [C-1001] DataException: ActivityCode is Invalid (inferred)";
    for source in SOURCES {
        let right = authorization_with("PersonaAndRoles/0/Activities/0/Code", json!("a-200"));
        expect(AUTHORIZATION, &saved(source), &right, &[], 0);
        expect(AUTHORIZATION, &saved(source), &wrong, &[expected], 0);
    }
    expect(AUTHORIZATION, &tenant("personas = ['P-100']"), &wrong, &[], 1);
    // Personas without activities do not restrict activities.
    expect(
        AUTHORIZATION,
        &tenant("personas = 'personas.csv'"),
        &wrong,
        &[],
        1,
    );
}

#[test]
fn activity_names() {
    let named = |name: &str| contact_with("UserActivities/0/ActivityName", json!(name));
    let refused = |name: &str| {
        format!(
            "error does-not-convert /0/UserActivities/0/ActivityName (inferred) [Model Validation] : Error converting value \"{name}\" to type 'Activities'. (inferred)"
        )
    };
    for source in SOURCES {
        let tenant = saved(source);
        // Names on the page are members for every tenant; the platform ignores case.
        for right in ["HOME", "VIEW_REPORTS", "view_reports"] {
            let checked = check(CONTACT, &tenant, &json!([named(right)]));
            assert_eq!(errors(&checked), [""; 0], "{right}");
            assert_eq!(checked.undecided, 0);
        }
        expect(CONTACT, &tenant, &named("FLY"), &[&refused("FLY")], 0);
        // A comma-separated list binds if each of its names does.
        let both = check(CONTACT, &tenant, &json!([named("HOME, VIEW_REPORTS")]));
        assert_eq!(errors(&both), [""; 0]);
        expect(CONTACT, &tenant, &named("HOME, FLY"), &[&refused("HOME, FLY")], 0);
    }
    let finding = "unlisted-value /0/UserActivities/0/ActivityName (inferred)";
    let [advice, warning] = ["advice", "warning"].map(|severity| format!("{severity} {finding}"));
    expect(CONTACT, &Tenant::default(), &named("VIEW_REPORTS"), &[&advice], 1);
    // Three edits from a documented name is advice; two or one a warning.
    expect(
        CONTACT,
        &Tenant::default(),
        &named("VIEW_GEPCNTRE"),
        &[&advice],
        1,
    );
    expect(
        CONTACT,
        &Tenant::default(),
        &named("view_gepicentr"),
        &[&warning],
        1,
    );
    expect(
        CONTACT,
        &Tenant::default(),
        &named("ADMINSTRATON"),
        &[&warning],
        1,
    );
    expect(CONTACT, &Tenant::default(), &named("HOME"), &[], 0);
    // Codes are no names.
    let codes = tenant("activities = ['A-100', { code = 'A-200' }]");
    expect(CONTACT, &codes, &named("VIEW_REPORTS"), &[&advice], 1);
    let names = tenant("activity-names = ['VIEW_REPORTS']");
    expect(CONTACT, &names, &named("VIEW_REPORTS"), &[], 0);
    expect(CONTACT, &names, &named("FLY"), &[&refused("FLY")], 0);
}

#[test]
fn currencies() {
    for (property, evidence) in [("CurrencyCode", "table"), ("UserProfileCurrencyCode", "inferred")] {
        let sent = |code: &str| contact_with(property, json!(code));
        let wrong = |code: &str| {
            format!(
                "error unknown-currency /0/{property} ({evidence}) [C-1001] DataException: Invalid {property} {code} (inferred)"
            )
        };
        for source in SOURCES {
            let tenant = saved(source);
            expect(CONTACT, &tenant, &sent("EUR"), &[], 0);
            // On no public list: the tenant's list decides, and there is no warning in addition.
            expect(CONTACT, &tenant, &sent("ZZC"), &[], 0);
            expect(CONTACT, &tenant, &sent("GBP"), &[&wrong("GBP")], 0);
            expect(CONTACT, &tenant, &sent("ZZZZ"), &[&wrong("ZZZZ")], 0);
        }
        let warning = format!("warning not-in-list /0/{property} (inferred)");
        expect(CONTACT, &Tenant::default(), &sent("GBP"), &[], 1);
        let checked = check(CONTACT, &Tenant::default(), &json!([sent("ZZZZ")]));
        assert_eq!(checked.findings.len(), 1, "{warning}");
        assert_eq!(checked.findings[0].severity, Severity::Warning);
        assert_eq!(checked.undecided, 1);
    }
}

#[test]
fn cultures() {
    let located = |culture: &str| contact_with("DeliverTo/LocationData/0/Culture", json!(culture));
    let wrong = "error unknown-culture /0/DeliverTo/LocationData/0/Culture (table) [C-1001] DataException: Invalid Culture (inferred)";
    for source in SOURCES {
        let tenant = saved(source);
        expect(CONTACT, &tenant, &located("EN-us"), &[], 0);
        expect(CONTACT, &tenant, &located("fr-FR"), &[wrong], 0);
        let warning = "warning unknown-culture /0/CultureCode (inferred)";
        expect(
            CONTACT,
            &tenant,
            &contact_with("CultureCode", json!("fr-FR")),
            &[warning],
            0,
        );
        expect(
            CONTACT,
            &tenant,
            &contact_with("CultureCode", json!("de-DE")),
            &[],
            0,
        );
    }
    expect(CONTACT, &Tenant::default(), &located("fr-FR"), &[], 1);
    expect(
        CONTACT,
        &Tenant::default(),
        &contact_with("CultureCode", json!("fr-FR")),
        &[],
        0,
    );
}

#[test]
fn deliver_to_keys() {
    let keyed = |key: &str| contact_with("DeliverTo/LocationData/0/Field/0/Key", json!(key));
    let wrong = "error unknown-key /0/DeliverTo/LocationData/0/Field/0/Key (table) [C-1001] DataException: Invalid Key (inferred)";
    for source in SOURCES {
        expect(CONTACT, &saved(source), &keyed("dockdoor"), &[], 0);
        expect(CONTACT, &saved(source), &keyed("Gate"), &[wrong], 0);
    }
    expect(CONTACT, &Tenant::default(), &keyed("Gate"), &[], 1);
}

#[test]
fn managers() {
    let list = |code: &str| contact_with("ManagerCode", json!([code]));
    let objects = |code: &str| contact_with("ContactManagers", json!([{ "ManagerCode": code }]));
    for source in SOURCES {
        let tenant = saved(source);
        expect(CONTACT, &tenant, &list("C-2001"), &[], 0);
        expect(CONTACT, &tenant, &objects("c-2001"), &[], 0);
        expect(
            CONTACT,
            &tenant,
            &list("C-9"),
            &["warning unknown-manager /0/ManagerCode/0 (inferred)"],
            0,
        );
        let warning = "warning unknown-manager /0/ContactManagers/0/ManagerCode (inferred)";
        expect(CONTACT, &tenant, &objects("C-9"), &[warning], 0);
    }
    expect(CONTACT, &Tenant::default(), &list("C-9"), &[], 0);
    expect(CONTACT, &Tenant::default(), &objects("C-9"), &[], 0);
}

/// Values without a documented refusal: their path, a value of the tenant, and the list's name.
const VALUES: &[(&str, &str, &str, &str)] = &[
    (CONTACT, "OrgEntities/0/EntityCode", "GUTS", "entity-codes"),
    (
        CONTACT,
        "OrgEntities/0/EntityType",
        "company code",
        "entity-types",
    ),
    (CONTACT, "OrgEntities/0/LOBEntityCode", "EMEA", "lobs"),
    (CONTACT, "AccountingEntities/0/EntityCode", "AJKJ", "entity-codes"),
    (
        CONTACT,
        "AccountingEntities/0/EntityType",
        "Company Code",
        "entity-types",
    ),
    (CONTACT, "AccountingEntities/0/LOBEntityCode", "APAC", "lobs"),
    (
        CONTACT,
        "ContactOrgDetails/0/OrgEntity/EntityCode",
        "AJKJ",
        "entity-codes",
    ),
    (CONTACT, "Regions/0/RegionName", "europe", "regions"),
    (
        CONTACT,
        "AuthorityAmountDetails/0/DocumentType",
        "Contract",
        "document-types",
    ),
    (CONTACT, "AuthorityAmountDetails/0/LOBEntityCode", "ALL", "lobs"),
    (
        CONTACT,
        "AuthorityAmountDetails/0/EntityType",
        "ALL",
        "entity-types",
    ),
    (
        CONTACT,
        "AuthorityAmountDetails/0/EntityCode",
        "ALL",
        "entity-codes",
    ),
    (
        CONTACT,
        "AuthorityAmountDetails/0/AmountAttributes/0/AmountCode",
        "PrimaryAuthorityAmount",
        "amount-codes",
    ),
    (
        AUTHORIZATION,
        "BuDetails/OrgDetails/0/OrgEntity/EntityCode",
        "AJKJ",
        "entity-codes",
    ),
    (
        AUTHORIZATION,
        "BuDetails/OrgDetails/0/OrgEntity/EntityType",
        "Company Code",
        "entity-types",
    ),
    (
        AUTHORIZATION,
        "BuDetails/OrgDetails/0/OrgEntity/LobEntityCode",
        "EMEA",
        "lobs",
    ),
    (AUTHORIZATION, "RegionDetails/0/RegionName", "Europe", "regions"),
    (
        AUTHORIZATION,
        "OrgAuthorityAmountDetails/AuthorityAmountDetails/0/DocumentType",
        "contract",
        "document-types",
    ),
    (
        AUTHORIZATION,
        "OrgAuthorityAmountDetails/AuthorityAmountDetails/0/LOBEntityCode",
        "ALL",
        "lobs",
    ),
    (
        AUTHORIZATION,
        "OrgAuthorityAmountDetails/AuthorityAmountDetails/0/EntityType",
        "all",
        "entity-types",
    ),
    (
        AUTHORIZATION,
        "OrgAuthorityAmountDetails/AuthorityAmountDetails/0/EntityCode",
        "ALL",
        "entity-codes",
    ),
    (
        AUTHORIZATION,
        "OrgAuthorityAmountDetails/AuthorityAmountDetails/0/AmountAttributes/0/AmountCode",
        "PrimaryAuthorityAmount",
        "amount-codes",
    ),
];

#[test]
fn values_that_do_not_exist_are_warnings() {
    let amounts = json!([{
        "DocumentType": "Contract", "LOBType": "ALL", "LOBEntityCode": "ALL", "EntityType": "ALL", "EntityCode": "ALL"
    }]);
    for (endpoint, path, right, list) in VALUES {
        let mut record = if *endpoint == CONTACT {
            contact()
        } else {
            authorization()
        };
        if path.contains("AuthorityAmountDetails") {
            set(&mut record, path.split("/0/").next().unwrap(), amounts.clone());
        }
        if path.contains("AccountingEntities") || path.contains("OrgEntities") {
            set(&mut record, path.rsplit_once('/').unwrap().0, json!({}));
        }
        let base = check(endpoint, &saved("inline"), &json!([record]));
        assert_eq!(base.findings, [], "{path}");
        for source in SOURCES {
            set(&mut record, path, json!(right));
            expect(endpoint, &saved(source), &record, &[], 0);
            set(&mut record, path, json!("Nowhere"));
            let warning = format!("warning unknown-value /0/{path} (inferred)");
            expect(endpoint, &saved(source), &record, &[&warning], 0);
        }
        // Without this list the fact is undecided, and no error depends on it.
        let text = std::fs::read_to_string(folder().join("files.toml")).unwrap();
        let without: String = text
            .lines()
            .filter(|line| !line.starts_with(&format!("{list} =")))
            .fold(String::new(), |all, line| all + line + "\n");
        assert_ne!(text, without, "{list}");
        expect(endpoint, &tenant(&without), &record, &[], 0);
    }
}

#[test]
fn inactive_contacts() {
    let warning = "warning inactive-contact /0/ContactCode (inferred)";
    let mut inactive = authorization();
    inactive["ContactCode"] = json!("c-3001");
    for source in SOURCES {
        expect(AUTHORIZATION, &saved(source), &inactive, &[warning], 0);
        expect(AUTHORIZATION, &saved(source), &authorization(), &[], 0);
    }
    let contacts = format!("{ROLES}contacts = 'contacts.csv'\n");
    for (setting, expected, words) in [
        ("", &[warning][..], "refused unless the tenant allows"),
        (
            "allow-update-for-inactive-users = false",
            &[warning],
            "the tenant does not allow updates",
        ),
        ("allow-update-for-inactive-users = true", &[], ""),
    ] {
        let tenant = tenant(&format!("{contacts}{setting}"));
        expect(AUTHORIZATION, &tenant, &inactive, expected, 0);
        let checked = check(AUTHORIZATION, &tenant, &json!([inactive]));
        assert!(
            checked
                .findings
                .iter()
                .all(|finding| finding.message.contains(words))
        );
    }
    // By its user name.
    let mut user = inactive.clone();
    user.as_object_mut().unwrap().remove("ContactCode");
    user["UserName"] = json!("lena.haas@example.com");
    let by_user = "warning inactive-contact /0/UserName (inferred)";
    expect(AUTHORIZATION, &saved("replies"), &user, &[by_user], 0);
    // Not in the list; in a list without this fact; no list at all.
    let mut stranger = authorization();
    stranger["ContactCode"] = json!("C-9");
    expect(AUTHORIZATION, &saved("inline"), &stranger, &[], 0);
    expect(
        AUTHORIZATION,
        &tenant(&format!("{ROLES}contacts = ['C-3001']")),
        &inactive,
        &[],
        0,
    );
    expect(AUTHORIZATION, &tenant(ROLES), &inactive, &[], 0);
}

fn errors(checked: &Checked) -> Vec<&str> {
    checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule.as_ref())
        .collect()
}

// ---- the lists ----

#[test]
fn an_empty_list_has_no_values() {
    for (text, name, list) in [
        ("personas = []", "", ""),
        ("personas = 'p.csv'", "p.csv", "PersonaCode\n"),
        ("personas = 'p.json'", "p.json", "[]"),
        (
            "personas = 'p.json'",
            "p.json",
            r#"{"data": [], "statusCode": "200"}"#,
        ),
    ] {
        let tenant = tenant_with(text, name, list);
        let checked = check(AUTHORIZATION, &tenant, &json!([authorization()]));
        assert_eq!(errors(&checked), ["unknown-persona"], "{text}");
    }
    for (text, name, list) in [
        ("contacts = []", "", ""),
        ("contacts = 'c.csv'", "c.csv", "ContactCode,UserName"),
        ("contacts = 'c.json'", "c.json", "[]"),
        ("contacts = 'c.json'", "c.json", r#"{"data": []}"#),
    ] {
        let tenant = tenant_with(text, name, list);
        assert_eq!(
            errors(&check(GROUP, &tenant, &json!([group(&["C-1"])]))),
            ["unknown-contact"],
            "{text}"
        );
        let new = contact_without_address("C-4001", "new@example.com");
        assert_eq!(
            errors(&check(CONTACT, &tenant, &json!([new]))),
            ["missing-address"],
            "{text}"
        );
    }
}

#[test]
fn every_form_of_a_list_of_codes() {
    for (name, list) in [
        ("p.csv", "PersonaCode\r\nP-100\r\n"),
        ("p.csv", "\u{feff}Persona Code,Name\nP-100,Buyer\n"),
        ("p.CSV", "name;,PERSONA_CODE\n\"a, b\nc\",\"P-100\"\n\n"),
        ("p.json", r#"["P-100"]"#),
        (
            "p.json",
            r#"[{"persona-code": "P-100", "more": {"code": ["x"]}}, null]"#,
        ),
        ("p.json", "\u{feff}[{\"code\": \"P-100\"}]"),
        (
            "p.json",
            r#"{"statusCode": "200", "Data": [{"PersonaCode": "", "Code": "P-100"}]}"#,
        ),
        (
            "persona.reply",
            r#"{"data": [{"personaCode": "\u0050-100", "activities": null}]}"#,
        ),
    ] {
        let tenant = tenant_with(
            &format!("activities = ['A-100']\npersonas = '{name}'"),
            name,
            list,
        );
        expect(AUTHORIZATION, &tenant, &authorization(), &[], 0);
        let mut wrong = authorization();
        set(&mut wrong, "PersonaAndRoles/0/PersonaCode", json!("P-1"));
        assert_eq!(
            errors(&check(AUTHORIZATION, &tenant, &json!([wrong]))),
            ["unknown-persona"],
            "{list}"
        );
    }
    // Numbers are codes, too; a payload may send one.
    let numbers = tenant("personas = [588]\nactivities = [{ code = 10100002 }]");
    let mut record = authorization();
    set(&mut record, "PersonaAndRoles/0/PersonaCode", json!("588"));
    set(
        &mut record,
        "PersonaAndRoles/0/Activities/0/Code",
        json!("10100002"),
    );
    expect(AUTHORIZATION, &numbers, &record, &[], 0);
}

#[test]
fn every_form_of_belonging_lobs() {
    for (name, list, held) in [
        ("c.csv", "code,belonging-lobs\nC-1001,EMEA\n", "EMEA"),
        ("c.csv", "code,belonging-lob\nC-1001,EMEA;APAC\n", "EMEA APAC"),
        ("c.csv", "code,belonginglobs\nC-1001, EMEA | APAC\n", "EMEA APAC"),
        ("c.csv", "code,belonginglobs\nC-1001,\n", "-"),
        ("c.csv", "code\nC-1001\n", "?"),
        ("c.csv", "code,belonginglobs\nC-1001\n", "?"),
        (
            "c.json",
            r#"[{"code": "C-1001", "belongingLobs": ["EMEA"]}]"#,
            "EMEA",
        ),
        (
            "c.json",
            r#"[{"code": "C-1001", "belongingLobs": "EMEA"}]"#,
            "EMEA",
        ),
        ("c.json", r#"[{"code": "C-1001", "belongingLobs": []}]"#, "-"),
        ("c.json", r#"[{"code": "C-1001", "belongingLobs": null}]"#, "?"),
        (
            "c.json",
            r#"[{"code": "C-1001", "contactOrgDetails": null}]"#,
            "?",
        ),
        ("c.json", r#"[{"code": "C-1001", "contactOrgDetails": []}]"#, "-"),
        (
            "c.json",
            r#"[{"code": "C-1001", "contactOrgDetails": [{"orgEntity": {"lobEntityCode": "EMEA"}, "lobType": "BOTH"}]}]"#,
            "EMEA",
        ),
        (
            "c.json",
            r#"[{"code": "C-1001", "contactOrgDetails": [{"orgEntity": [{"LobEntityCode": "EMEA"}], "lobType": " belonging"}]}]"#,
            "EMEA",
        ),
        (
            "c.json",
            r#"[{"code": "C-1001", "orgDetails": [{"lobEntityCode": "EMEA", "lobType": "Serving"}]}]"#,
            "-",
        ),
        // The type of the LOB is not stated.
        (
            "c.json",
            r#"[{"code": "C-1001", "contactOrgDetails": [{"orgEntity": {"lobEntityCode": "EMEA"}}]}]"#,
            "?",
        ),
    ] {
        let tenant = tenant_with(&format!("{ROLES}contacts = '{name}'"), name, list);
        for sent in ["EMEA", "APAC", "OTHER"] {
            let checked = check(AUTHORIZATION, &tenant, &json!([lobs("C-1001", &[sent])]));
            let wrong = !matches!(held, "?" | "-") && !held.contains(sent);
            let expected: &[&str] = if wrong { &["several-belonging-lobs"] } else { &[] };
            assert_eq!(errors(&checked), expected, "{list} {sent}");
            assert_eq!(checked.undecided, u64::from(held == "?"), "{list} {sent}");
        }
    }
}

#[test]
fn whether_a_contact_is_active() {
    for (word, active) in [
        ("true", Some(true)),
        ("TRUE", Some(true)),
        ("yes", Some(true)),
        ("1", Some(true)),
        ("Active", Some(true)),
        ("false", Some(false)),
        ("No", Some(false)),
        (" 0 ", Some(false)),
        ("inactive", Some(false)),
        ("", None),
    ] {
        let list = format!("ContactCode,IsActive\nC-1001,{word}\n");
        let tenant = tenant_with(&format!("{ROLES}contacts = 'c.csv'"), "c.csv", &list);
        let found = check(AUTHORIZATION, &tenant, &json!([authorization()])).findings;
        assert_eq!(found.len(), usize::from(active == Some(false)), "{word}");
    }
}

// ---- mistakes ----

/// A tenant file, a list file `x.csv` or `x.json`, and the position and message of the mistake.
const MISTAKES: &[(&str, &str, &str)] = &[
    // Mistakes in the tenant file itself.
    (
        "personas = ['P']\nperson = []",
        "",
        "t.toml:2:1: there is no list \"person\"; keys: contacts, ",
    ),
    (
        "belonging-lobs = []",
        "",
        "t.toml:1:1: there is no list \"belonging-lobs\"",
    ),
    ("z = 1\na = 1", "", "t.toml:1:1: there is no list \"z\""),
    ("personas =", "", "t.toml:1:11: "),
    ("personas = []\npersonas = []", "", "t.toml:2:1: duplicate key"),
    (
        "personas = 3",
        "",
        "t.toml:1:12: expected a list, or the name of a file with one",
    ),
    (
        "[personas]\ncode = 'P'",
        "",
        "t.toml:1:1: expected a list, or the name of a file with one",
    ),
    (
        "\nallow-update-for-inactive-users = 'yes'",
        "",
        "t.toml:2:35: expected true or false",
    ),
    (
        "personas = [\n  'P',\n  1.5,\n]",
        "",
        "t.toml:3:3: an entry must be a string or a table",
    ),
    (
        "personas = [true]",
        "",
        "t.toml:1:13: an entry must be a string or a table",
    ),
    (
        "personas = [['P']]",
        "",
        "t.toml:1:13: an entry must be a string or a table",
    ),
    (
        "personas = ['P', '']",
        "",
        "t.toml:1:18: an entry has no value: expected a string, or one of PersonaCode, Code",
    ),
    (
        "activities = ['A', ' ']",
        "",
        "t.toml:1:20: an entry has no value",
    ),
    (
        "personas = [\n  { code = 'P' },\n  { activities = ['A'] },\n]",
        "",
        "t.toml:3:3: an entry has no value",
    ),
    (
        "contacts = [{ active = true }]",
        "",
        "t.toml:1:13: an entry has no value: expected a string, or one of ContactCode, ",
    ),
    (
        "contacts = [\n{ code = 'C', lob = 'EMEA' }]",
        "",
        "t.toml:2:15: an entry has no key \"lob\"; keys: ContactCode, ",
    ),
    (
        "contacts = [{ code = 'C', active = 'perhaps' }]",
        "",
        "t.toml:1:13: the active flag of a contact must be true or false, or yes, no, y, n, x, 1, 0, active, inactive",
    ),
    (
        "contacts = [{ code = 1.5 }]",
        "",
        "t.toml:1:22: expected a string",
    ),
    // A list file that does not exist.
    (
        "personas = []\ncontacts = 'none.csv'",
        "",
        "t.toml:2:12: none.csv: ",
    ),
    // CSV.
    (
        "contacts = 'x.csv'",
        "Name,City\nMira,Austin\n",
        "x.csv:1:1: the header has no known column; columns: ContactCode, ",
    ),
    ("contacts = 'x.csv'", "", "x.csv:1:1: "),
    (
        "contacts = 'x.csv'",
        "code,user,x\nC-1,a\n,,1\nC-3,c\n",
        "x.csv:3:1: an entry has no value",
    ),
    (
        "contacts = 'x.csv'",
        "code,user,x\r\nC-1,a\r\n\r\n,,1\r\n",
        "x.csv:4:1: an entry has no value",
    ),
    (
        "contacts = 'x.csv'",
        "\u{feff}code,user,x\nC-1,a\n,,1\n",
        "x.csv:3:1: an entry has no value",
    ),
    (
        "contacts = 'x.csv'",
        "code,user,x\n\"C\n1\",a\n,,1\n",
        "x.csv:4:1: an entry has no value",
    ),
    (
        "contacts = 'x.csv'",
        "code,active\nC-1,true\nC-2,maybe\n",
        "x.csv:3:1: the active flag of a contact",
    ),
    (
        "contacts = 'x.csv'",
        "code,user\nC-1,a\n\"C-2,b\nC-3,c\nC-4,d\n",
        "x.csv:3:1: unclosed quote in this row",
    ),
    (
        "contacts = 'x.csv'",
        "code,user\nC-1,a\nC-2,b,\"c\nC-3,d\n",
        "x.csv:3:1: unclosed quote in this row",
    ),
    ("contacts = 'x.csv'", "code,lobs\nC-1,a\n", ""),
    (
        "contacts = 'x.csv'",
        "code,belonginglobs\nC-1,EMEA,APAC\n",
        "x.csv:2:1: this row has 3 cells, the header 2: ",
    ),
    // JSON.
    ("contacts = 'x.json'", "[\"C-1\",\n \"C-2\"", "x.json:2:"),
    (
        "contacts = 'x.json'",
        "[\"C-1\",\n {\"code\": \"C-2\"},\n {\"user\" \"C-3\"}]",
        "x.json:3:",
    ),
    ("contacts = 'x.json'", "", "x.json:1:1: "),
    (
        "contacts = 'x.json'",
        "[\"C-1\",\n {\"name\": \"C-2\"}]",
        "x.json:2:2: an entry has no value",
    ),
    (
        "contacts = 'x.json'",
        "[\n {\"code\": null}]",
        "x.json:2:2: an entry has no value",
    ),
    (
        "contacts = 'x.json'",
        "{\"data\": [\n {\"firstName\": \"Mira\"}]}",
        "x.json:2:2: an entry has no value",
    ),
    (
        "contacts = 'x.json'",
        "{\"data\": null, \"statusCode\": \"400\"}",
        "x.json:1:30: this is a response with status 400",
    ),
    (
        "contacts = 'x.json'",
        "{\"contacts\": []}",
        "x.json:1:1: this is neither a list nor a response",
    ),
    (
        "contacts = 'x.json'",
        "\"C-1\"",
        "x.json:1:1: this is neither a list nor a response",
    ),
    (
        "contacts = 'x.json'",
        "{\"data\": [\n {\"code\": \"C\"]}",
        "x.json:2:",
    ),
    (
        "personas = 'x.json'",
        "[{\"code\": \"P\", \"activities\": [{\"description\": \"x\"}]}]",
        "x.json:1:2: an entry has no value",
    ),
];

#[test]
fn a_mistake_has_its_position() {
    let folder = std::env::temp_dir().join(format!("geplint-tenant-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut wrong = Vec::new();
    for (file, list, expected) in MISTAKES {
        std::fs::write(folder.join("t.toml"), file).unwrap();
        for name in ["x.csv", "x.json"] {
            std::fs::write(folder.join(name), list).unwrap();
        }
        std::fs::write(
            folder.join("request.json"),
            r#"[{"GroupName": "a", "ContactCodes": []}]"#,
        )
        .unwrap();
        let output = crate::support::geplint()
            .args(["check", "--quiet", "--tenant", "t.toml", "request.json"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let right = if expected.is_empty() {
            output.status.code() == Some(0) && stderr.is_empty()
        } else {
            output.status.code() == Some(2) && stderr.starts_with(&format!("error: {expected}"))
        };
        if !right {
            wrong.push(format!(
                "{file}\n{list}\n  said     {stderr}  expected error: {expected}"
            ));
        }
    }
    std::fs::write(folder.join("t.toml"), b"personas = []\n# Zo\xEB\n").unwrap();
    let output = crate::support::geplint()
        .args(["check", "--quiet", "--tenant", "t.toml", "request.json"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: t.toml:2:5: not UTF-8\n"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        wrong.is_empty(),
        "{} wrong\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

// ---- the examples of the rules, and the summary ----

#[test]
fn the_examples_of_rules_that_need_facts() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for rule in rule_texts()
        .iter()
        .filter(|rule| rule.needs.as_deref() == Some("tenant"))
    {
        count += 1;
        let endpoint = builtin(rule.endpoint.as_deref().unwrap()).unwrap();
        let found = |body: &str, tenant: &Tenant| {
            let (text, errors) = json::text(body.as_bytes());
            lint::check(&text, errors, endpoint, tenant, false).findings
        };
        for source in SOURCES {
            let tenant = saved(source);
            let bad = found(rule.bad.as_deref().unwrap(), &tenant);
            if !matches!(bad.as_slice(), [one] if one.rule == rule.id.as_str() && one.severity == rule.severity)
            {
                wrong.push(format!(
                    "{} bad ({source}): {:?}",
                    rule.id,
                    bad.iter().map(line).collect::<Vec<_>>()
                ));
            }
            let good = found(rule.good.as_deref().unwrap(), &tenant);
            if !good.is_empty() {
                wrong.push(format!(
                    "{} good ({source}): {:?}",
                    rule.id,
                    good.iter().map(line).collect::<Vec<_>>()
                ));
            }
        }
    }
    assert!(count > 5);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_summary_counts_undecided_checks() {
    let folder = std::env::temp_dir().join(format!("geplint-undecided-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("request.json");
    std::fs::write(&path, json!([lobs("C-1001", &["EMEA"])]).to_string()).unwrap();
    let run = |more: &[&str]| {
        let output = crate::support::geplint()
            .arg("check")
            .args(more)
            .arg(&path)
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let output = run(&[]);
    assert!(
        output.ends_with("\nnot checked without facts of the tenant: personas, activities, belonging-lobs (--tenant; geplint explain tenant)\n"),
        "{output}"
    );
    let tenant = folder.join("tenant.toml");
    std::fs::write(&tenant, "personas = ['P-100']\nactivities = ['A-100']").unwrap();
    let output = run(&["--tenant", tenant.to_str().unwrap()]);
    assert!(
        output.ends_with(
            "\nnot checked without facts of the tenant: belonging-lobs (--tenant; geplint explain tenant)\n"
        ),
        "{output}"
    );
    let all = folder.join("all.toml");
    std::fs::write(
        &all,
        "personas = ['P-100']\nactivities = ['A-100']\ncontacts = []",
    )
    .unwrap();
    let output = run(&["--tenant", all.to_str().unwrap()]);
    assert!(!output.contains("facts of the tenant"), "{output}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_topic_is_explained_and_listed() {
    let run = |args: &[&str]| {
        let output = crate::support::geplint().args(args).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text) = run(&["explain", "tenant"]);
    assert_eq!(code, Some(0));
    for word in [
        "activity-names",
        "allow-update-for-inactive-users",
        "--in-order",
        "could not run",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let (_, all) = run(&["explain"]);
    assert!(all.contains("\ntopics\n") && all.contains("  tenant  "), "{all}");
    assert_eq!(
        run(&["explain", "tenants"]).1,
        "error: there is no rule \"tenants\"; did you mean tenant?\n"
    );
}
