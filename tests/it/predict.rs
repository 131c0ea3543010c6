//! Tests of the predicted response: values, phases, keys, and the order of the rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use geplint::predict::predict;
use geplint::rules::builtin;
use geplint::tenant::{Tenant, load};
use geplint::{json, lint};
use serde_json::{Value, json};

const STATUS: &str = "contact-interface-status";
const CONTACT: &str = "contact-details";
const GROUP: &str = "user-group";
const AUTHORIZATION: &str = "save-contact-authorization-details";

fn answer_of(endpoint: &str, tenant: &Tenant, body: &str) -> Value {
    let endpoint = builtin(endpoint).unwrap();
    let (text, errors) = json::text(body.as_bytes());
    let checked = lint::check(&text, errors, endpoint, tenant, true);
    let prediction = predict(endpoint, &checked)
        .unwrap_or_else(|at| panic!("no prediction: {:?}\n{body}", checked.findings[at]));
    serde_json::to_value(prediction.envelope).unwrap()
}

/// The errors of a record: its key, and the code and text of each error.
type Refused<'t> = (&'t str, &'t [(&'t str, &'t str)]);

fn envelope(refused: &[Refused<'_>], good: &[&str]) -> Value {
    let details: Vec<Value> = refused
        .iter()
        .map(|(key, errors)| {
            let errors: Vec<Value> = errors
                .iter()
                .map(|(code, text)| json!({ "errorCode": code, "errorDescription": text }))
                .collect();
            json!({ "key": key, "errors": errors })
        })
        .collect();
    let good: Vec<Value> = good.iter().map(|key| json!({ "key": key })).collect();
    json!({
        "data": null, "statusCode": if refused.is_empty() { "200" } else { "400" },
        "errorDetails": details, "successDetails": good
    })
}

#[track_caller]
fn expect(endpoint: &str, body: &str, refused: &[Refused<'_>], good: &[&str]) {
    let found = answer_of(endpoint, &Tenant::default(), body);
    let expected = envelope(refused, good);
    assert_eq!(found, expected, "\n{body}\n{found:#}");
}

/// Asserts that the answer is not documented.
#[track_caller]
fn expect_nothing(endpoint: &str, body: &str) {
    let (text, errors) = json::text(body.as_bytes());
    let checked = lint::check(
        &text,
        errors,
        builtin(endpoint).unwrap(),
        &Tenant::default(),
        true,
    );
    let index = predict(builtin(endpoint).unwrap(), &checked).unwrap_err();
    assert!(checked.findings[index].is_undocumented(), "{body}");
}

const MANDATORY: &str = "MandatoryField";
const DATA: &str = "DataException";
const VALIDATION: &str = "DataValidation";
const NULL: (&str, &str) = (
    "Exception",
    "Object reference not set to an instance of an object.",
);

// ---- requests ----

fn with(mut record: Value, name: &str, value: Value) -> Value {
    record[name] = value;
    record
}

fn without(mut record: Value, name: &str) -> Value {
    record.as_object_mut().unwrap().remove(name);
    record
}

fn contact(code: &str) -> Value {
    json!({
        "ContactCode": code, "UserName": "mira", "FirstName": "Mira", "LastName": "Okafor",
        "EmailAddress": "mira.okafor@example.com", "Address": { "CountryCode": "US" }
    })
}

fn authorization(code: &str) -> Value {
    json!({
        "ContactCode": code,
        "PersonaAndRoles": [{ "PersonaCode": "P-100", "Activities": [{ "Code": "A-100" }] }],
        "BuDetails": { "IsOverwrite": false }
    })
}

fn contacts(records: &[Value]) -> String {
    Value::from(records.to_vec()).to_string()
}

// ---- the documented ones ----

fn documented(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/documented");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn the_documented_requests_get_the_documented_answers() {
    // The second request of page 003 fails because of the effects of the first.
    let held = load(
        "contacts = [{ code = 'uscv1s06', belonging-lobs = ['KAP-SAP'] }]",
        &mut |_| Err(String::new()),
    )
    .unwrap();
    let nothing = Tenant::default();
    for (name, tenant) in [
        ("contact-interface-status/1-success", &nothing),
        ("contact-interface-status/2-error", &nothing),
        ("contact-details/1-success", &nothing),
        ("contact-details/2-error", &nothing),
        ("contact-details/3-error", &nothing),
        ("user-group/1-success", &nothing),
        ("user-group/2-error", &nothing),
        ("save-contact-authorization-details/1-success", &nothing),
        ("save-contact-authorization-details/1-success", &held),
        ("save-contact-authorization-details/2-error", &held),
        ("save-contact-authorization-details/3-success", &nothing),
    ] {
        let endpoint = name.split('/').next().unwrap();
        // One request has an extra brace.
        let body = documented(&format!("{name}.request.json")).replacen("[{\n    {", "[\n    {", 1);
        let expected: Value = serde_json::from_str(&documented(&format!("{name}.response.json"))).unwrap();
        assert_eq!(answer_of(endpoint, tenant, &body), expected, "{name}");
    }
    let body = documented("save-contact-authorization-details/2-error.request.json");
    assert_eq!(
        answer_of(AUTHORIZATION, &nothing, &body),
        envelope(&[], &["uscv1s06"])
    );
}

// ---- keys ----

#[test]
fn one_entry_under_validation_for_each_bad_record() {
    expect(
        STATUS,
        r#"[{"ClientContactCode": "C-1"}, {"ClientContactCode": "C-2", "InterfaceStatus": "success"}, {"InterfaceStatus": ""}]"#,
        &[
            ("Validation", &[(VALIDATION, "Interface Status is Mandatory")]),
            (
                "Validation",
                &[
                    (VALIDATION, "Client Contact Code is Mandatory"),
                    (VALIDATION, "Interface Status is Mandatory"),
                ],
            ),
        ],
        &["C-2"],
    );
}

#[test]
fn a_missing_key_is_empty() {
    expect(
        CONTACT,
        "[{}]",
        &[(
            "",
            &[
                (MANDATORY, "ContactCode is Mandatory"),
                (MANDATORY, "UserName is Mandatory"),
                (MANDATORY, "FirstName is Mandatory"),
                (MANDATORY, "LastName is Mandatory"),
                (MANDATORY, "EmailAddress is Mandatory"),
            ],
        )],
        &[],
    );
    expect(
        GROUP,
        r#"[{"GroupName": "", "ContactCodes": [{"ContactCode": "C-1"}]}]"#,
        &[("", &[(MANDATORY, "GroupName is Mandatory")])],
        &[],
    );
    expect(
        AUTHORIZATION,
        "[{}]",
        &[(
            "",
            &[
                (
                    MANDATORY,
                    "ContactCode or Username should be available in request",
                ),
                (MANDATORY, "PersonaAndRoles is Mandatory"),
                (MANDATORY, "BuDetails is Mandatory"),
            ],
        )],
        &[],
    );
}

#[test]
fn the_user_name_is_the_key_where_there_is_no_contact_code() {
    let user = with(
        without(authorization(""), "ContactCode"),
        "UserName",
        json!("mira"),
    );
    let empty = with(authorization(""), "UserName", json!("jonas"));
    let bad = without(user.clone(), "BuDetails");
    expect(
        AUTHORIZATION,
        &contacts(&[user, empty, bad]),
        &[("mira", &[(MANDATORY, "BuDetails is Mandatory")])],
        &["mira", "jonas"],
    );
}

#[test]
fn a_key_is_the_converted_value() {
    expect(
        GROUP,
        r#"[{"groupname": 4711, "ContactCodes": [{"ContactCode": 1}]}]"#,
        &[],
        &["4711"],
    );
    expect(
        GROUP,
        r#"[{"GROUPNAME": "Z\u006fë", "ContactCodes": [{"ContactCode": "C-1"}]}]"#,
        &[],
        &["Zoë"],
    );
}

// ---- good and bad records ----

#[test]
fn good_and_bad_records_in_request_order() {
    let bad = |code: &str| without(contact(code), "LastName");
    let expected: &[(&str, &str)] = &[(MANDATORY, "LastName is Mandatory")];
    expect(
        CONTACT,
        &contacts(&[contact("C-1"), contact("C-2")]),
        &[],
        &["C-1", "C-2"],
    );
    expect(
        CONTACT,
        &contacts(&[contact("C-9"), bad("C-3"), contact("C-1"), bad("C-2")]),
        &[("C-3", expected), ("C-2", expected)],
        &["C-9", "C-1"],
    );
    expect(
        CONTACT,
        &contacts(&[bad("C-2"), bad("C-1")]),
        &[("C-2", expected), ("C-1", expected)],
        &[],
    );
    // The same key in two records: one entry for each.
    expect(
        CONTACT,
        &contacts(&[bad("C-1"), contact("C-1"), bad("C-1")]),
        &[("C-1", expected), ("C-1", expected)],
        &["C-1"],
    );
}

// ---- the order of the rows ----

#[test]
fn errors_are_in_the_order_of_the_table_rows() {
    // In the request, the rows are in reverse order.
    let body = json!([{
        "ManagerCode": ["C-1", "C-2"],
        "ContactManagers": [{ "ManagerCode": "C-1" }],
        "Address": {
            "County": "c".repeat(51), "PhoneOther": "1".repeat(21), "FaxNo": "1".repeat(21), "AddressLine3": "a".repeat(101),
            "ZipCode": "1".repeat(11), "CountryCode": "USA", "StateCode": "s".repeat(11), "City": "c".repeat(51),
            "AddressLine1": "a".repeat(501)
        },
        "EmailAddress": "mira.okafor@example.com", "LastName": "Okafor", "FirstName": "Mira", "UserName": "mira", "ContactCode": "C-1"
    }]);
    let order = [
        "ManagerCode",
        "ContactManagers",
        "Address",
        "County",
        "PhoneOther",
        "FaxNo",
        "AddressLine3",
        "ZipCode",
        "CountryCode",
        "StateCode",
        "City",
        "AddressLine1",
        "EmailAddress",
        "LastName",
        "FirstName",
        "UserName",
        "ContactCode",
    ];
    let body = ordered(&body, &order);
    assert!(
        body.find("ManagerCode") < body.find("\"City\"") && body.find("\"City\"") < body.find("AddressLine1")
    );
    let manager = (
        DATA,
        "Could not process the data since the user and the manager are the same",
    );
    expect(
        CONTACT,
        &body,
        &[(
            "C-1",
            &[
                (DATA, "AddressLine1 exceeds the maximum length of 500"),
                (DATA, "City exceeds the maximum length of 50"),
                (DATA, "StateCode exceeds the maximum length of 10"),
                (DATA, "CountryCode exceeds the maximum length of 2"),
                (DATA, "ZipCode exceeds the maximum length of 10"),
                (DATA, "AddressLine3 exceeds the maximum length of 100"),
                (DATA, "FaxNo exceeds the maximum length of 20"),
                (DATA, "PhoneOther exceeds the maximum length of 20"),
                (DATA, "County exceeds the maximum length of 50"),
                manager,
                manager,
            ],
        )],
        &[],
    );
}

/// Formats a value as JSON with its members in a given order.
fn ordered(value: &Value, order: &[&str]) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| ordered(item, order)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by_key(|name| order.iter().position(|known| known == name).unwrap());
            let members: Vec<String> = names
                .into_iter()
                .map(|name| format!("\"{name}\": {}", ordered(&members[name], order)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        value => value.to_string(),
    }
}

#[test]
fn rows_of_inner_tables_are_ordered_at_the_outer_row() {
    let bare = json!({ "AmountAttributes": [{ "Amount": 1 }, {}] });
    let half = json!({
        "EntityCode": "AAPA", "LOBType": "Both", "DocumentType": "Contract", "AmountAttributes": [{ "AmountCode": null }]
    });
    let record = json!({
        "OrgAuthorityAmountDetails": { "AuthorityAmountDetails": [bare, half] },
        "PersonaAndRoles": [{ "PersonaCode": "P-100" }],
        "UserName": "mira"
    });
    expect(
        AUTHORIZATION,
        &contacts(&[record]),
        &[(
            "mira",
            &[
                (MANDATORY, "Activities is Mandatory"),
                (MANDATORY, "BuDetails is Mandatory"),
                (MANDATORY, "Document Type is mandatory"),
                (MANDATORY, "LOB Type is mandatory"),
                (MANDATORY, "LOB Entity Code is mandatory"),
                (MANDATORY, "Entity Type is mandatory"),
                (MANDATORY, "Entity Code is mandatory"),
                (MANDATORY, "Amount Code is mandatory"),
                (MANDATORY, "Amount Code is mandatory"),
                (MANDATORY, "LOB Entity Code is mandatory"),
                (MANDATORY, "Entity Type is mandatory"),
                (MANDATORY, "Amount Code is mandatory"),
            ],
        )],
        &[],
    );
}

#[test]
fn codes_and_lobs_of_one_record() {
    let org =
        |lob: &str, lob_type: &str| json!({ "OrgEntity": { "LobEntityCode": lob }, "LobType": lob_type });
    let record = json!({
        "BuDetails": { "OrgDetails": [org("EMEA", "belonging"), org("APAC", "Nowhere"), org("APAC", "Both"), org("ASIA", "Both")] },
        "PersonaAndRoles": [{ "Activities": [{ "Name": "Home" }, {}] }, { "PersonaName": "Buyer", "Activities": [{ "Code": "" }] }],
        "ContactCode": "C-1"
    });
    expect(
        AUTHORIZATION,
        &contacts(&[record]),
        &[(
            "C-1",
            &[
                (DATA, "PersonaCode is Invalid"),
                (DATA, "ActivityCode is Invalid"),
                (DATA, "ActivityCode is Invalid"),
                (DATA, "ActivityCode is Invalid"),
                (DATA, "Invalid LobType Nowhere"),
                // Once for each record.
                (
                    DATA,
                    "Belonging entity can be mapped to only a single LOB for C-1",
                ),
            ],
        )],
        &[],
    );
    // Codes that differ only in case or whitespace count as one, and entries without a code are skipped.
    let lobs = |all: &[Value]| with(authorization("C-1"), "BuDetails", json!({ "OrgDetails": all }));
    let single: &[(&str, &str)] = &[(
        DATA,
        "Belonging entity can be mapped to only a single LOB for C-1",
    )];
    expect(
        AUTHORIZATION,
        &contacts(&[lobs(&[org("EMEA", "Both"), org(" emea", "Both")])]),
        &[],
        &["C-1"],
    );
    expect(
        AUTHORIZATION,
        &contacts(&[lobs(&[
            org("EMEA", "Both"),
            org("emea", "Both"),
            org("APAC", "Both"),
        ])]),
        &[("C-1", single)],
        &[],
    );
    expect(
        AUTHORIZATION,
        &contacts(&[lobs(&[org("EMEA", "Both"), org("", "Both"), json!({})])]),
        &[],
        &["C-1"],
    );
    expect(
        AUTHORIZATION,
        &contacts(&[lobs(&[org("EMEA", "Both"), org("APAC", "Serving")])]),
        &[],
        &["C-1"],
    );
}

#[test]
fn unknown_contacts_of_a_group() {
    expect(
        GROUP,
        r#"[{"GroupName": "buyers", "ContactCodes": [{"ContactCode": "b@example.com"}, {"ContactCode": "C-1"}, {"ContactCode": "a@example.com"}]}]"#,
        &[(
            "buyers",
            &[
                (DATA, "Invalid ContactCode Details b@example.com"),
                (DATA, "Invalid ContactCode Details a@example.com"),
            ],
        )],
        &[],
    );
    expect(
        GROUP,
        r#"[{"GroupName": "buyers", "ContactCodes": [{"ContactCode": "@example.com"}, {"ContactCode": "a@"}, {"ContactCode": "a@b@c"}]}]"#,
        &[],
        &["buyers"],
    );
    expect(
        GROUP,
        r#"[{"GroupName": "buyers"}, {"GroupName": "more", "ContactCodes": [{"ContactCode": null}]}, {"GroupName": "empty", "ContactCodes": ""}]"#,
        &[
            ("buyers", &[(MANDATORY, "ContactCodes is Mandatory")]),
            ("more", &[(MANDATORY, "ContactCode is Mandatory")]),
            ("empty", &[(MANDATORY, "ContactCodes is Mandatory")]),
        ],
        &[],
    );
}

// ---- phases ----

#[test]
fn a_record_stops_at_its_first_failing_phase() {
    let nameless = json!([{ "IsDefault": true }, { "RegionName": "" }]);
    let exception = with(contact("C-1"), "Regions", nameless);
    let data = with(exception.clone(), "ManagerCode", json!(["C-1"]));
    let mandatory = without(data.clone(), "UserName");
    let manager: &[(&str, &str)] = &[(
        DATA,
        "Could not process the data since the user and the manager are the same",
    )];
    // Two regions without a name: an exception ends the processing of the record.
    expect(
        CONTACT,
        &contacts(std::slice::from_ref(&exception)),
        &[("C-1", &[NULL])],
        &[],
    );
    expect(
        CONTACT,
        &contacts(std::slice::from_ref(&data)),
        &[("C-1", manager)],
        &[],
    );
    expect(
        CONTACT,
        &contacts(std::slice::from_ref(&mandatory)),
        &[("C-1", &[(MANDATORY, "UserName is Mandatory")])],
        &[],
    );
    // Each record is processed separately.
    expect(
        CONTACT,
        &contacts(&[exception, contact("C-2"), mandatory, data]),
        &[
            ("C-1", &[NULL]),
            ("C-1", &[(MANDATORY, "UserName is Mandatory")]),
            ("C-1", manager),
        ],
        &["C-2"],
    );
    // The same inside an address.
    let address = with(contact("C-1"), "Address", json!({ "City": "c".repeat(51) }));
    expect(
        CONTACT,
        &contacts(&[address]),
        &[("C-1", &[(MANDATORY, "CountryCode is Mandatory")])],
        &[],
    );
    let persona = with(authorization("C-1"), "PersonaAndRoles", json!([{}]));
    expect(
        AUTHORIZATION,
        &contacts(&[persona]),
        &[("C-1", &[(MANDATORY, "Activities is Mandatory")])],
        &[],
    );
}

#[test]
fn lengths_count_utf_16_units() {
    let city = |city: String| {
        contacts(&[with(
            contact("C-1"),
            "Address",
            json!({ "CountryCode": "US", "City": city }),
        )])
    };
    expect(CONTACT, &city("é".repeat(50)), &[], &["C-1"]);
    expect(CONTACT, &city("🛒".repeat(25)), &[], &["C-1"]);
    let long: &[(&str, &str)] = &[(DATA, "City exceeds the maximum length of 50")];
    expect(CONTACT, &city("🛒".repeat(26)), &[("C-1", long)], &[]);
    expect(CONTACT, &city("é".repeat(51)), &[("C-1", long)], &[]);
}

// ---- the request as a whole ----

#[test]
fn the_first_value_that_does_not_convert_refuses_the_request() {
    let refused = |text: &str| envelope(&[("Model Validation", &[("", text)])], &[]);
    // The first value in the order of the text, not of the rows; no other error is in the answer.
    let body =
        r#"[{"ContactCode": "C-1", "LastLoginDate": "13-12-2019", "IsActive": "perhaps", "Regions": [{}]}]"#;
    let date = refused("Could not convert string to DateTime: 13-12-2019.");
    assert_eq!(answer_of(CONTACT, &Tenant::default(), body), date);
    let body = r#"[{"ContactCode": "C-1", "IsActive": "perhaps", "LastLoginDate": "13-12-2019"}]"#;
    let boolean = refused("Could not convert string to boolean: perhaps.");
    assert_eq!(answer_of(CONTACT, &Tenant::default(), body), boolean);
    // In the last of several records, valid and invalid.
    let body = format!(
        "[{}, {{}}, null, {{\"lastLoginDate\": \"13-12-2019\"}}, {{\"IsActive\": \"perhaps\"}}]",
        contact("C-1")
    );
    assert_eq!(answer_of(CONTACT, &Tenant::default(), &body), date);
    // A value must convert even if a later one of the same name replaces it.
    let body = r#"[{"LastLoginDate": "13-12-2019", "lastlogindate": "2019-12-13"}]"#;
    assert_eq!(answer_of(CONTACT, &Tenant::default(), body), date);
}

#[test]
fn a_body_that_is_not_an_array_is_refused() {
    for (endpoint, body) in [
        (CONTACT, contact("C-1").to_string()),
        (GROUP, "{}".to_owned()),
        (STATUS, "\"success\"".to_owned()),
        (AUTHORIZATION, "3".to_owned()),
        (STATUS, "[[]]".to_owned()),
        (STATUS, "[{\"ClientContactCode\": []}]".to_owned()),
    ] {
        let answer = answer_of(endpoint, &Tenant::default(), &body);
        assert_eq!(answer["statusCode"], "400", "{body}");
        assert_eq!(answer["errorDetails"].as_array().unwrap().len(), 1, "{body}");
        assert_eq!(answer["errorDetails"][0]["key"], "Model Validation", "{body}");
        assert_eq!(
            answer["errorDetails"][0]["errors"].as_array().unwrap().len(),
            1,
            "{body}"
        );
        assert_eq!(answer["errorDetails"][0]["errors"][0]["errorCode"], "", "{body}");
        assert_eq!(answer["successDetails"], json!([]), "{body}");
        let text = answer["errorDetails"][0]["errors"][0]["errorDescription"]
            .as_str()
            .unwrap();
        assert!(!text.contains(" Path '"), "{text}");
    }
}

#[test]
fn an_empty_request() {
    expect(
        AUTHORIZATION,
        "[]",
        &[("", &[(MANDATORY, "No data present to save")])],
        &[],
    );
    expect(
        AUTHORIZATION,
        " [ ] \n",
        &[("", &[(MANDATORY, "No data present to save")])],
        &[],
    );
    for endpoint in [STATUS, CONTACT, GROUP] {
        expect_nothing(endpoint, "[]");
    }
    for endpoint in [STATUS, CONTACT, GROUP, AUTHORIZATION] {
        expect_nothing(endpoint, "null");
    }
}

// ---- nulls and duplicates ----

#[test]
fn nulls_are_dereferenced() {
    expect(STATUS, "[null]", &[("Validation", &[NULL])], &[]);
    expect(GROUP, "[null, null]", &[("", &[NULL]), ("", &[NULL])], &[]);
    expect(
        CONTACT,
        &format!("[{}, null, {}]", contact("C-1"), contact("C-2")),
        &[("", &[NULL])],
        &["C-1", "C-2"],
    );
    let elements = with(
        contact("C-1"),
        "UserActivities",
        json!([null, { "ActivityName": "HOME" }, null]),
    );
    expect(CONTACT, &contacts(&[elements]), &[("C-1", &[NULL])], &[]);
    expect(
        GROUP,
        r#"[{"GroupName": "buyers", "ContactCodes": [null]}]"#,
        &[("buyers", &[NULL])],
        &[],
    );
    // Both are fine: the page's sample has one, and a list of strings may contain null.
    let custom = json!([{ "Key": "a", "SubCustomField": [null] }]);
    expect(
        CONTACT,
        &contacts(&[with(contact("C-1"), "CustomFields", custom)]),
        &[],
        &["C-1"],
    );
    expect_nothing(
        CONTACT,
        &contacts(&[with(contact("C-1"), "ManagerCode", json!([null]))]),
    );
}

#[test]
fn repeated_names() {
    // The last value counts, regardless of case,
    expect(
        GROUP,
        r#"[{"GroupName": "a", "ContactCodes": [{"ContactCode": "C-1"}], "groupname": "b"}]"#,
        &[],
        &["b"],
    );
    // also if it is null;
    expect(
        GROUP,
        r#"[{"GroupName": "a", "ContactCodes": [{"ContactCode": "C-1"}], "GroupName": null}]"#,
        &[("", &[(MANDATORY, "GroupName is Mandatory")])],
        &[],
    );
    // lists are concatenated,
    expect(
        GROUP,
        r#"[{"GroupName": "a", "ContactCodes": [{"ContactCode": "x@example.com"}], "contactCodes": [{"ContactCode": "C-1"}]}]"#,
        &[("a", &[(DATA, "Invalid ContactCode Details x@example.com")])],
        &[],
    );
    // and objects merged.
    let body = contact("C-1").to_string();
    let open = body.strip_suffix('}').unwrap();
    let body = format!("[{open}, \"address\": {{ \"City\": \"{}\" }}}}]", "c".repeat(51));
    expect(
        CONTACT,
        &body,
        &[("C-1", &[(DATA, "City exceeds the maximum length of 50")])],
        &[],
    );
}

// ---- the command ----

struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("geplint-predict-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        output_of(self.command(args).output().unwrap())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = crate::support::geplint();
        command.arg("predict").args(args).current_dir(&self.0);
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn output_of(output: Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

const GOOD: &str = r#"[{"GroupName": "buyers", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;
const BAD: &str =
    r#"[{"GroupName": "buyers", "ContactCodes": [{"ContactCode": "C-1"}]}, {"GroupName": "more"}]"#;
const RESPONSE: &str =
    r#"{"data": null, "statusCode": "200", "errorDetails": [], "successDetails": [{"key": "a"}]}"#;

const BAD_ANSWER: &str = r#"{
  "data": null,
  "statusCode": "400",
  "errorDetails": [
    {
      "key": "more",
      "errors": [
        {
          "errorCode": "MandatoryField",
          "errorDescription": "ContactCodes is Mandatory"
        }
      ]
    }
  ],
  "successDetails": [
    {
      "key": "buyers"
    }
  ]
}
"#;

const INFERRED: &str = "inferred wording: MandatoryField \"ContactCodes is Mandatory\"\n";
const DEPENDS: &str = "depends on facts of the tenant: contacts (--tenant)\n";
const GUESS: &str =
    "inferred that good records are listed beside bad ones: no response of this endpoint shows both\n";

/// Returns the lines on standard error for a file with an error.
fn said_of(name: &str) -> String {
    [INFERRED, DEPENDS, GUESS]
        .map(|text| format!("{name}: {text}"))
        .concat()
}

#[test]
fn one_file() {
    let folder = Folder::new(&[("good.json", GOOD), ("bad.json", BAD)]);
    let good = "{\n  \"data\": null,\n  \"statusCode\": \"200\",\n  \"errorDetails\": [],\n  \"successDetails\": [\n    {\n      \"key\": \"buyers\"\n    }\n  ]\n}\n";
    assert_eq!(
        folder.run(&["good.json"]),
        (Some(0), good.to_owned(), format!("good.json: {DEPENDS}"))
    );
    assert_eq!(
        folder.run(&["bad.json"]),
        (Some(1), BAD_ANSWER.to_owned(), said_of("bad.json"))
    );
    assert_eq!(
        folder.run(&["--quiet", "bad.json"]),
        (Some(1), BAD_ANSWER.to_owned(), String::new())
    );
    // A text of several records is printed once.
    let folder = Folder::new(&[("two.json", r#"[{"GroupName": "a"}, {"GroupName": "b"}]"#)]);
    let (_, _, stderr) = folder.run(&["two.json"]);
    let twice = INFERRED.replace('\n', " (2 times)\n");
    assert_eq!(stderr, format!("two.json: {twice}"));
    // Documented parts are not mentioned.
    let body = documented("user-group/2-error.request.json");
    let folder = Folder::new(&[("documented.json", &body)]);
    let (code, _, stderr) = folder.run(&["documented.json"]);
    assert_eq!((code, stderr), (Some(1), format!("documented.json: {DEPENDS}")));
}

#[test]
fn several_files_and_folders() {
    let folder = Folder::new(&[
        ("b.json", BAD),
        ("a.json", GOOD),
        ("answer.json", RESPONSE),
        ("c.txt", "x"),
    ]);
    for args in [&["a.json", "b.json"][..], &["."]] {
        let (code, text, stderr) = folder.run(args);
        assert_eq!(code, Some(1), "{stderr}");
        let answers: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answers.as_array().unwrap().len(), 2, "{text}");
        let expected = format!(
            "[\n  {{\n    \"path\": \"{}\",\n    \"endpoint\": \"user-group\",\n    \"response\": {{\n      \"data\": null,",
            answers[0]["path"].as_str().unwrap()
        );
        assert!(text.starts_with(&expected), "{text}");
        assert!(answers[0]["path"].as_str().unwrap().ends_with("a.json"));
        assert!(answers[1]["path"].as_str().unwrap().ends_with("b.json"));
        assert_eq!(answers[0]["response"], envelope(&[], &["buyers"]));
        assert_eq!(
            answers[1]["response"],
            serde_json::from_str::<Value>(BAD_ANSWER).unwrap()
        );
        for line in [INFERRED, DEPENDS, GUESS] {
            assert!(stderr.contains(&format!("b.json: {line}")), "{stderr}");
        }
        assert_eq!(answers[0]["dependsOn"].as_array().unwrap().len(), 1, "{text}");
        assert_eq!(answers[1]["guesses"].as_array().unwrap().len(), 1, "{text}");
    }
    // The order is that of the arguments.
    let (_, text, _) = folder.run(&["b.json", "a.json"]);
    let answers: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answers[0]["path"], "b.json");
    // A folder with one file gives a list, too; without a refused record the exit code is 0.
    std::fs::remove_file(folder.0.join("b.json")).unwrap();
    let (code, text, _) = folder.run(&["."]);
    assert_eq!(code, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&text)
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // A response next to the requests is not taken for a request, even with `--endpoint`.
    let (code, text, stderr) = folder.run(&["--endpoint", "user-group", "--exclude", "*.txt", "."]);
    assert_eq!(code, Some(0), "{text}{stderr}");
    assert_eq!(
        serde_json::from_str::<Value>(&text)
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn standard_input() {
    let folder = Folder::new(&[]);
    let mut child = folder
        .command(&["--stdin-filename", "group.json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(BAD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output_of(output),
        (Some(1), BAD_ANSWER.to_owned(), said_of("group.json"))
    );
}

#[test]
fn requests_without_a_prediction() {
    let broken = BAD.replacen("}]}, ", "}]}\n  ", 1);
    let folder = Folder::new(&[
        ("broken.json", &broken),
        ("good.json", GOOD),
        ("answer.json", RESPONSE),
        ("blank.json", " \n"),
        ("other.json", r#"{"name": "mira"}"#),
        ("mark.json", &format!("\u{feff}{GOOD}")),
    ]);
    // Without an envelope, the reason is on standard error, also with `-q`.
    for args in [&["broken.json"][..], &["-q", "broken.json"]] {
        let (code, text, stderr) = folder.run(args);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{stderr}");
        assert!(
            stderr.starts_with("error: broken.json: no prediction: ") && stderr.contains("line "),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    let (code, text, stderr) = folder.run(&["broken.json", "good.json"]);
    assert_eq!(code, Some(2), "{stderr}");
    let answers: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        answers[0],
        json!({ "path": "broken.json", "endpoint": "user-group", "response": null })
    );
    assert_eq!(answers[1]["response"], envelope(&[], &["buyers"]));

    for name in ["blank.json", "other.json", "answer.json", "none.json"] {
        let (code, text, stderr) = folder.run(&[name]);
        assert_eq!(code, Some(2), "{name}: {stderr}");
        assert!(text.is_empty() || text == "[]\n", "{name}: {text}");
        assert!(stderr.starts_with(&format!("error: {name}: ")), "{stderr}");
    }
    // A byte order mark is a warning: there is a prediction.
    assert_eq!(folder.run(&["mark.json"]).0, Some(0));

    let empty = Folder::new(&[("read.me", "x")]);
    let (code, text, stderr) = empty.run(&["."]);
    assert_eq!(code, Some(3), "{stderr}");
    assert_eq!(text.trim(), "[]");
    assert!(stderr.contains("no payload"), "{stderr}");
}
