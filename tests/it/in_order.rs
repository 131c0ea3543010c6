//! Tests of `--in-order`: files are calls in sequence, and each predicted success has effects on the later ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// A folder for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("geplint-in-order-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        crate::support::geplint()
            .args(args)
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    /// Returns status, keys of errors with their texts, and keys of successes, for each request.
    fn answers(&self, args: &[&str]) -> Vec<String> {
        let mut all = vec!["predict"];
        all.extend(args);
        let output = self.run(&all);
        let text = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}\n{text}{}", String::from_utf8_lossy(&output.stderr)));
        answers.iter().map(|answer| short(&answer["response"])).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Formats a response as `400 C-1: Address is Mandatory; good C-2`.
fn short(response: &Value) -> String {
    if response.is_null() {
        return "-".to_owned();
    }
    let mut all = vec![response["statusCode"].as_str().unwrap().to_owned()];
    for detail in response["errorDetails"].as_array().unwrap() {
        let texts: Vec<&str> = detail["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["errorDescription"].as_str().unwrap())
            .collect();
        all.push(format!(
            "{}: {}",
            detail["key"].as_str().unwrap(),
            texts.join(", ")
        ));
    }
    for detail in response["successDetails"].as_array().unwrap() {
        all.push(format!("good {}", detail["key"].as_str().unwrap()));
    }
    all.join("; ")
}

/// Writes one file for each request, and predicts them in order.
fn in_order(tenant: &str, requests: &[Value]) -> Vec<String> {
    let folder = Folder::new();
    folder.write("tenant.toml", tenant);
    let names: Vec<String> = (1..=requests.len())
        .map(|number| format!("{number}.json"))
        .collect();
    for (name, request) in names.iter().zip(requests) {
        folder.write(name, &request.to_string());
    }
    let mut args = vec!["--in-order", "--tenant", "tenant.toml"];
    args.extend(names.iter().map(String::as_str));
    // An additional file, so that the answers are always a list.
    folder.write("last.json", &json!([group(&[])]).to_string());
    args.push("last.json");
    let mut answers = folder.answers(&args);
    answers.pop();
    answers
}

fn documented(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/documented");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn page_003(name: &str) -> String {
    documented(&format!("save-contact-authorization-details/{name}"))
}

fn contact(code: &str) -> Value {
    json!({
        "ContactCode": code, "UserName": format!("{code}@users.example.com"), "FirstName": "Mira", "LastName": "Okafor",
        "EmailAddress": "mira.okafor@example.com",
        "Address": { "AddressLine1": "1 Harbour Street", "City": "Austin", "StateCode": "TX", "CountryCode": "US", "ZipCode": "78701" }
    })
}

fn without(mut record: Value, name: &str) -> Value {
    record.as_object_mut().unwrap().remove(name);
    record
}

fn with(mut record: Value, name: &str, value: Value) -> Value {
    record[name] = value;
    record
}

fn group(codes: &[&str]) -> Value {
    let codes: Value = codes.iter().map(|code| json!({ "ContactCode": code })).collect();
    json!({ "GroupName": "buyers", "ContactCodes": codes })
}

fn belonging(code: &str, lob: &str) -> Value {
    json!({
        "ContactCode": code,
        "PersonaAndRoles": [{ "PersonaCode": "P-100", "Activities": [{ "Code": "A-100" }] }],
        "IsOverWriteDefaultActivities": false, "IsAppendUserActivities": true,
        "BuDetails": {
            "OrgDetails": [{ "OrgEntity": { "LobEntityCode": lob }, "LobType": "Belonging" }],
            "IsOverwrite": false
        },
        "RegionDetails": [{ "RegionName": "Europe" }]
    })
}

fn overwriting(code: &str, lob: &str) -> Value {
    let mut record = belonging(code, lob);
    record["BuDetails"]["IsOverwrite"] = json!(true);
    record
}

fn single(code: &str) -> String {
    format!("400; {code}: Belonging entity can be mapped to only a single LOB for {code}")
}

// ---- the documented pair ----

#[test]
fn the_documented_pair_of_page_003() {
    let folder = Folder::new();
    folder.write(
        "1.json",
        &page_003("1-success.request.json").replacen("[{\n    {", "[\n    {", 1),
    );
    folder.write("2.json", &page_003("2-error.request.json"));
    let output = folder.run(&["predict", "--in-order", "1.json", "2.json"]);
    assert_eq!(output.status.code(), Some(1));
    let answers: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = |name: &str| serde_json::from_str::<Value>(&page_003(name)).unwrap();
    assert_eq!(answers[0]["response"], expected("1-success.response.json"));
    assert_eq!(answers[1]["response"], expected("2-error.response.json"));
    // No text of the refusal is inferred. The first answer depends on earlier calls, the second does not any more.
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("inferred"), "{stderr}");
    assert!(
        stderr.contains("1.json: depends on what was sent before"),
        "{stderr}"
    );
    assert!(
        !stderr.contains("2.json: depends on what was sent before"),
        "{stderr}"
    );

    // In reverse order, again only the second call fails; each alone succeeds.
    assert_eq!(
        folder.answers(&["--in-order", "2.json", "1.json"]),
        ["200; good uscv1s06".to_owned(), single("uscv1s06")]
    );
    assert_eq!(folder.answers(&["1.json", "2.json"]), ["200; good uscv1s06"; 2]);
}

#[test]
fn the_documented_pair_with_its_syntax_error() {
    // It has extra brace: the file itself has no answer, but its meaning is clear.
    let folder = Folder::new();
    folder.write("1.json", &page_003("1-success.request.json"));
    folder.write("2.json", &page_003("2-error.request.json"));
    let output = folder.run(&["predict", "--in-order", "1.json", "2.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        folder.answers(&["--in-order", "1.json", "2.json"]),
        ["-".to_owned(), single("uscv1s06")]
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("error: 1.json: no prediction: ") && stderr.contains("line 2, column 5"),
        "{stderr}"
    );
}

#[test]
fn the_documented_pair_in_one_request() {
    let folder = Folder::new();
    let first: Value =
        serde_json::from_str(&page_003("1-success.request.json").replacen("[{\n    {", "[\n    {", 1))
            .unwrap();
    let second: Value = serde_json::from_str(&page_003("2-error.request.json")).unwrap();
    folder.write("both.json", &json!([first[0], second[0]]).to_string());
    // A record is checked against those before it in the same request, with and without --in-order.
    for args in [
        &["predict", "both.json"][..],
        &["predict", "--in-order", "both.json"],
    ] {
        let output = folder.run(args);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(short(&answer), format!("{}; good uscv1s06", single("uscv1s06")));
    }
    folder.write("both.json", &json!([second[0], first[0], second[0]]).to_string());
    let output = folder.run(&["predict", "both.json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        short(&answer),
        format!("{}; good uscv1s06; good uscv1s06", single("uscv1s06"))
    );
}

#[test]
fn check_supports_in_order() {
    let folder = Folder::new();
    folder.write("1.json", &json!([belonging("C-1", "EMEA")]).to_string());
    folder.write("2.json", &json!([belonging("C-1", "APAC")]).to_string());
    let errors = |args: &[&str]| {
        let mut all = vec!["check", "--format", "concise"];
        all.extend(args);
        let output = folder.run(&all);
        String::from_utf8(output.stdout)
            .unwrap()
            .matches("error[several-belonging-lobs]")
            .count()
    };
    assert_eq!(errors(&["--in-order", "1.json", "2.json"]), 1);
    assert_eq!(errors(&["--in-order", "."]), 1);
    assert_eq!(errors(&["1.json", "2.json"]), 0);
    let folder_of_two = folder.answers(&["--in-order", "."]);
    assert_eq!(folder_of_two, ["200; good C-1".to_owned(), single("C-1")]);
}

// ---- belonging LOBs ----

#[test]
fn belonging_lobs_add_up() {
    assert_eq!(
        in_order(
            "",
            &[
                json!([belonging("C-1", "EMEA")]),
                json!([belonging("c-1 ", "EMEA"), belonging("C-2", "APAC")]),
                json!([belonging("C-1", "APAC")]),
                json!([belonging("C-2", "APAC")]),
            ]
        ),
        [
            "200; good C-1".to_owned(),
            "200; good c-1 ; good C-2".to_owned(),
            single("C-1"),
            "200; good C-2".to_owned(),
        ]
    );
}

#[test]
fn overwriting_replaces_them() {
    assert_eq!(
        in_order(
            "",
            &[
                json!([belonging("C-1", "EMEA")]),
                json!([overwriting("C-1", "APAC")]),
                json!([belonging("C-1", "APAC")]),
                json!([belonging("C-1", "EMEA")]),
            ]
        ),
        [
            "200; good C-1".to_owned(),
            "200; good C-1".to_owned(),
            "200; good C-1".to_owned(),
            single("C-1")
        ]
    );
    // They also replace those of the tenant file.
    let tenant = "contacts = [{ code = 'C-1', belonging-lobs = ['EMEA'] }]";
    assert_eq!(
        in_order(
            tenant,
            &[
                json!([belonging("C-1", "APAC")]),
                json!([overwriting("C-1", "APAC"), belonging("C-1", "APAC")]),
                json!([belonging("C-1", "EMEA")]),
            ]
        ),
        [single("C-1"), "200; good C-1; good C-1".to_owned(), single("C-1")]
    );
}

/// A contact that an earlier call has given a code and a user name is found by either, also in the middle of a request
/// that has changed it by the other one.
#[test]
fn a_contact_is_found_by_each_name_of_earlier_calls() {
    let with_user = |mut record: Value| {
        record["UserName"] = json!("ines");
        record
    };
    let by_user = |lob| {
        let mut record = with_user(belonging("C-1", lob));
        record.as_object_mut().unwrap().remove("ContactCode");
        record
    };
    let answers = in_order(
        "",
        &[
            json!([with_user(overwriting("C-1", "EMEA"))]),
            json!([overwriting("C-1", "APAC"), by_user("EMEA")]),
            json!([by_user("APAC")]),
        ],
    );
    let refused = "ines: Belonging entity can be mapped to only a single LOB for ines";
    assert!(answers[1].contains(refused), "{answers:?}");
    assert_eq!(answers[2], "200; good ines");
}

#[test]
fn deleted_lobs_are_undecided() {
    let mut deleting = belonging("C-1", "EMEA");
    deleting["BuDetails"]["IsDeleted"] = json!(true);
    assert_eq!(
        in_order(
            "",
            &[
                json!([belonging("C-1", "EMEA")]),
                json!([deleting]),
                json!([belonging("C-1", "APAC")]),
                json!([belonging("C-1", "EMEA")]),
            ]
        ),
        [
            "200; good C-1".to_owned(),
            "200; good C-1".to_owned(),
            "200; good C-1".to_owned(),
            single("C-1")
        ]
    );
}

#[test]
fn a_code_and_a_user_name_are_one_contact() {
    let tenant = "contacts = [{ code = 'C-1', user-name = 'mira@example.com' }]";
    let by_user = with(
        without(belonging("", "EMEA"), "ContactCode"),
        "UserName",
        json!("Mira@example.com"),
    );
    let again = with(
        without(belonging("", "APAC"), "ContactCode"),
        "UserName",
        json!("mira@example.com"),
    );
    let expected =
        "400; mira@example.com: Belonging entity can be mapped to only a single LOB for mira@example.com";
    // The tenant file states that both are one contact,
    assert_eq!(
        in_order(tenant, &[json!([by_user]), json!([belonging("C-1", "APAC")])]),
        ["200; good Mira@example.com".to_owned(), single("C-1")]
    );
    assert_eq!(
        in_order(tenant, &[json!([belonging("C-1", "EMEA")]), json!([again])]),
        ["200; good C-1", expected]
    );
    // or an earlier request does.
    let both = with(belonging("C-1", "EMEA"), "UserName", json!("mira@example.com"));
    assert_eq!(
        in_order("", &[json!([both]), json!([again])]),
        ["200; good C-1", expected]
    );
    assert_eq!(
        in_order("", &[json!([by_user]), json!([again])]),
        ["200; good Mira@example.com", expected]
    );
    // Without either, they are two contacts.
    assert_eq!(
        in_order("", &[json!([by_user]), json!([belonging("C-1", "APAC")])]),
        ["200; good Mira@example.com", "200; good C-1"]
    );
    // Two codes are two contacts, even with the same user name.
    let other = with(belonging("C-2", "APAC"), "UserName", json!("mira@example.com"));
    assert_eq!(
        in_order("", &[json!([both]), json!([other])]),
        ["200; good C-1", "200; good C-2"]
    );
    // "string" is no user name.
    let first = with(belonging("C-1", "EMEA"), "UserName", json!("string"));
    let second = with(belonging("C-2", "APAC"), "UserName", json!("string"));
    assert_eq!(
        in_order("", &[json!([first]), json!([second])]),
        ["200; good C-1", "200; good C-2"]
    );
}

// ---- what fails changes nothing ----

#[test]
fn a_refused_record_changes_nothing() {
    let refused = with(belonging("C-1", "EMEA"), "PersonaAndRoles", Value::Null);
    assert_eq!(
        in_order(
            "",
            &[
                json!([refused, belonging("C-2", "EMEA")]),
                json!([belonging("C-1", "APAC"), belonging("C-2", "APAC")])
            ]
        ),
        [
            "400; C-1: PersonaAndRoles is Mandatory; good C-2",
            // The valid record next to the invalid one has had its effect.
            "400; C-2: Belonging entity can be mapped to only a single LOB for C-2; good C-1",
        ]
    );
    let tenant = "contacts = ['C-1']";
    let new = without(contact("C-9"), "FirstName");
    assert_eq!(
        in_order(tenant, &[json!([new]), json!([group(&["C-9"])])]),
        [
            "400; C-9: FirstName is Mandatory",
            "400; buyers: Invalid ContactCode Details C-9"
        ]
    );
}

#[test]
fn a_body_that_does_not_convert_changes_nothing() {
    let broken = with(
        belonging("C-2", "EMEA"),
        "IsAppendUserActivities",
        json!("perhaps"),
    );
    let answers = in_order(
        "",
        &[
            json!([belonging("C-1", "EMEA"), broken]),
            json!([belonging("C-1", "APAC")]),
        ],
    );
    assert!(
        answers[0].starts_with("400; Model Validation: ") && !answers[0].contains("good"),
        "{answers:?}"
    );
    assert_eq!(answers[1], "200; good C-1");
}

#[test]
fn invalid_json_has_no_effects_unless_its_meaning_is_clear() {
    let folder = Folder::new();
    folder.write("2.json", &json!([belonging("C-1", "APAC")]).to_string());
    // The text is truncated.
    let text = json!([belonging("C-1", "EMEA")]).to_string();
    folder.write("1.json", &text[..text.len() - 20]);
    assert_eq!(
        folder.answers(&["--in-order", "1.json", "2.json"]),
        ["-", "200; good C-1"]
    );
}

// ---- contacts ----

#[test]
fn a_new_contact_is_known_to_the_next_call() {
    let tenant = "contacts = ['C-1']";
    let bare = without(contact("C-9"), "Address");
    assert_eq!(
        in_order(
            tenant,
            &[
                json!([group(&["C-9"])]),
                json!([bare]),
                json!([contact("C-9")]),
                json!([group(&["c-9", "C-1"])]),
                json!([bare]),
            ]
        ),
        [
            "400; buyers: Invalid ContactCode Details C-9",
            "400; C-9: Address is Mandatory",
            "200; good C-9",
            "200; good buyers",
            "200; good C-9",
        ]
    );
    // The contact is known by its user name only.
    let renamed = with(without(contact("C-9"), "Address"), "ContactCode", json!("C-10"));
    assert_eq!(
        in_order(tenant, &[json!([contact("C-9")]), json!([renamed])]),
        ["200; good C-9", "200; good C-10"]
    );
    // Both in one request.
    assert_eq!(
        in_order(tenant, &[json!([contact("C-9"), bare])]),
        ["200; good C-9; good C-9"]
    );
    assert_eq!(
        in_order(tenant, &[json!([bare, contact("C-9")])]),
        ["400; C-9: Address is Mandatory; good C-9"]
    );
}

#[test]
fn a_new_contact_whose_code_is_an_e_mail_address() {
    // An e-mail address is refused, as documented, until a request has shown that the tenant uses such codes.
    let code = "desk@example.com";
    let refused = "400; buyers: Invalid ContactCode Details desk@example.com";
    for tenant in ["", "contacts = ['C-1']"] {
        assert_eq!(
            in_order(
                tenant,
                &[
                    json!([group(&[code])]),
                    json!([contact(code)]),
                    json!([group(&[code])])
                ]
            ),
            [refused, "200; good desk@example.com", "200; good buyers"]
        );
    }
    // Without a list, one such code is enough for all of them.
    let other = json!([group(&["front@example.com"])]);
    assert_eq!(
        in_order("", &[json!([contact(code)]), other]),
        ["200; good desk@example.com", "200; good buyers"]
    );
    // A user name does not show it.
    let user = with(
        without(belonging("", "EMEA"), "ContactCode"),
        "UserName",
        json!(code),
    );
    assert_eq!(
        in_order("", &[json!([user]), json!([group(&[code])])]),
        ["200; good desk@example.com", refused]
    );
}

#[test]
fn a_deleted_contact_is_gone() {
    let tenant = "contacts = [{ code = 'C-1', belonging-lobs = ['EMEA'] }, 'C-2']";
    let deleted = with(contact("C-1"), "IsDeleted", json!(true));
    let bare = without(contact("C-1"), "Address");
    assert_eq!(
        in_order(
            tenant,
            &[
                json!([bare]),
                json!([deleted]),
                json!([group(&["C-1", "C-2"])]),
                json!([bare]),
                json!([contact("C-1")]),
                json!([group(&["C-1"])]),
            ]
        ),
        [
            "200; good C-1",
            "200; good C-1",
            "400; buyers: Invalid ContactCode Details C-1",
            "400; C-1: Address is Mandatory",
            "200; good C-1",
            "200; good buyers",
        ]
    );
    // Also without a list, and for a contact that an earlier request has created.
    assert_eq!(
        in_order(
            "",
            &[
                json!([contact("C-9")]),
                json!([with(contact("C-9"), "IsDeleted", json!("true"))]),
                json!([group(&["C-9"])])
            ]
        ),
        [
            "200; good C-9",
            "200; good C-9",
            "400; buyers: Invalid ContactCode Details C-9"
        ]
    );
    let kept = with(contact("C-9"), "IsDeleted", json!(false));
    assert_eq!(
        in_order("contacts = []", &[json!([kept]), json!([group(&["C-9"])])]),
        ["200; good C-9", "200; good buyers"]
    );
    // It is not known whether its LOBs are restored with it.
    assert_eq!(
        in_order(
            tenant,
            &[
                json!([deleted]),
                json!([contact("C-1")]),
                json!([belonging("C-1", "APAC")])
            ]
        ),
        ["200; good C-1", "200; good C-1", "200; good C-1"]
    );
}

#[test]
fn activity_of_a_contact_is_an_effect() {
    let folder = Folder::new();
    folder.write(
        "1.json",
        &json!([with(contact("C-1"), "IsActive", json!(false))]).to_string(),
    );
    folder.write("2.json", &json!([belonging("C-1", "EMEA")]).to_string());
    folder.write(
        "3.json",
        &json!([with(contact("C-1"), "IsActive", json!(true))]).to_string(),
    );
    let inactive = |args: &[&str]| {
        let mut all = vec!["check", "--format", "concise", "--in-order"];
        all.extend(args);
        let output = folder.run(&all);
        String::from_utf8(output.stdout)
            .unwrap()
            .matches("warning[inactive-contact]")
            .count()
    };
    assert_eq!(inactive(&["2.json", "1.json"]), 0);
    assert_eq!(inactive(&["1.json", "2.json"]), 1);
    assert_eq!(inactive(&["1.json", "3.json", "2.json"]), 0);
}

#[test]
fn a_manager_may_be_new_too() {
    let folder = Folder::new();
    folder.write("tenant.toml", "contacts = []");
    folder.write("1.json", &json!([contact("C-1")]).to_string());
    folder.write(
        "2.json",
        &json!([with(contact("C-2"), "ManagerCode", json!(["C-1"]))]).to_string(),
    );
    let warned = |args: &[&str]| {
        let mut all = vec!["check", "--format", "concise", "--tenant", "tenant.toml"];
        all.extend(args);
        let output = folder.run(&all);
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("unknown-manager")
    };
    assert!(!warned(&["--in-order", "1.json", "2.json"]));
    assert!(warned(&["--in-order", "2.json", "1.json"]));
    assert!(warned(&["1.json", "2.json"]));
}

// ---- order ----

#[test]
fn the_order_is_that_of_the_arguments_and_of_names_in_a_folder() {
    let folder = Folder::new();
    folder.write("tenant.toml", "contacts = []");
    folder.write("b-add.json", &json!([contact("C-1")]).to_string());
    folder.write("a-group.json", &json!([group(&["C-1"])]).to_string());
    folder.write("c-group.json", &json!([group(&["C-1"])]).to_string());
    let (good, bad) = ("200; good buyers", "400; buyers: Invalid ContactCode Details C-1");
    let tenant = ["--tenant", "tenant.toml"];
    let run = |args: &[&str]| folder.answers(&[&tenant[..], args].concat());
    assert_eq!(
        run(&["--in-order", "b-add.json", "a-group.json"]),
        ["200; good C-1", good]
    );
    assert_eq!(
        run(&["--in-order", "a-group.json", "b-add.json"]),
        [bad, "200; good C-1"]
    );
    assert_eq!(run(&["--in-order", "."]), [bad, "200; good C-1", good]);
    // Without --in-order, files do not affect each other.
    assert_eq!(run(&["b-add.json", "a-group.json"]), ["200; good C-1", bad]);
    assert_eq!(run(&["."]), [bad, "200; good C-1", bad]);
}
