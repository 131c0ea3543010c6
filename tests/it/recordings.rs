//! Recordings in the form that tools write: every call is found, none is invented, and every unused entry has the right
//! reason.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    crate::support::geplint()
        .arg("verify")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn recorded() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/verify"))
}

fn document(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn numbers(document: &Value, names: &[&str]) -> Vec<u64> {
    let summary = &document["summary"];
    names.iter().map(|name| summary[name].as_u64().unwrap()).collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_call_is_found_and_every_other_entry_has_its_reason() {
    // The file, then pairs, agreed, no answer of the API, without a body, unreadable, failed, something else.
    let cases = [
        ("recorders/har-named.json", [1, 1, 0, 0, 0, 0, 0]),
        ("recorders/mitmproxy-latin1-header.har", [1, 1, 0, 0, 0, 0, 1]),
        ("recorders/surrogate-header.har", [1, 1, 0, 0, 0, 0, 0]),
        ("recorders/mixed-401.har", [2, 1, 1, 0, 0, 0, 0]),
        ("recorders/nobody.har", [0, 0, 0, 3, 0, 0, 0]),
        ("recorders/gateway.har", [0, 0, 0, 0, 0, 0, 2]),
        ("attached/attach.har", [2, 2, 0, 0, 0, 0, 0]),
        ("attached/attach.zip", [2, 2, 0, 0, 0, 0, 0]),
        ("recorders/newman-report.json", [14, 2, 2, 10, 6, 2, 10]),
        ("recorders/newman-small.json", [3, 1, 1, 1, 0, 0, 2]),
        ("recorders/bruno-report.json", [22, 10, 2, 4, 8, 8, 4]),
        ("recorders/bruno-small.json", [4, 4, 0, 0, 1, 1, 0]),
    ];
    for (file, expected) in cases {
        let document = document(recorded(), &[file]);
        let names = [
            "pairs",
            "agreed",
            "notAnswered",
            "skippedCalls",
            "unreadableCalls",
            "failedCalls",
            "otherCalls",
        ];
        assert_eq!(numbers(&document, &names), expected, "{file}");
        let unused = document["unused"].as_array().unwrap();
        assert_eq!(unused.len() as u64, expected[3..].iter().sum::<u64>(), "{file}");
        for entry in unused {
            let url = entry["url"].as_str();
            assert!(url.is_none_or(|url| url.starts_with("http")), "{entry}");
            assert!(!entry["reason"].as_str().unwrap().is_empty());
        }
    }
}

/// Returns the result for each entry up to a number: `pair`, or the reason why it is not one.
fn entry_results(file: &str, last: u64) -> Vec<(u64, String)> {
    let document = document(recorded(), &[file]);
    let pairs = document["pairs"].as_array().unwrap().iter().map(|pair| {
        let (_, number) = pair["request"].as_str().unwrap().rsplit_once('#').unwrap();
        (number.parse().unwrap(), "pair".to_owned())
    });
    let unused = document["unused"].as_array().unwrap().iter().map(|entry| {
        let reason = entry["reason"].as_str().unwrap().to_owned();
        (entry["entry"].as_u64().unwrap(), reason)
    });
    let mut results: Vec<_> = pairs
        .chain(unused)
        .filter(|(number, _)| *number <= last)
        .collect();
    results.sort_unstable();
    results
}

fn assert_reported(file: &str, expected: &[&str]) {
    let results = entry_results(file, expected.len() as u64);
    assert_eq!(results.len(), expected.len(), "{results:?}");
    for ((index, (number, what)), expected) in (1..).zip(&results).zip(expected) {
        assert_eq!(*number, index, "{results:?}");
        assert!(what.contains(expected), "{file}#{number}: {what}");
    }
}

#[test]
fn each_entry_of_newmans_report_has_its_reason() {
    let expected = [
        "its URL is not that of an endpoint",
        "pair",
        "the call failed: runtime:extensions~request: request url is empty",
        "pair",
        "it has no response body (HTTP status 204)",
        "the call failed: ECONNRESET",
        "it has no request body",
        "it has no request body",
        "its request body was sent from a file, which is not in the report",
        "its request body is a form, not JSON",
        "its request body is a form, not JSON",
        "its request body is a GraphQL query",
        "pair",
        "a repetition of #13",
        "pair",
        "pair",
        "it has no response body (HTTP status 307)",
        "pair",
        "pair",
        "its method is GET",
        "its URL is not that of an endpoint",
    ];
    assert_reported("recorders/newman-report.json", &expected);
}

#[test]
fn each_entry_of_brunos_report_has_its_reason() {
    let expected = [
        "pair",
        "it was redirected to http://127.0.0.1/SmartInterfaceAPI/api/Contact/UserGroup",
        "it was redirected",
        "the call was skipped",
        "pair",
        "the call failed: no token",
        "the call failed: connect ECONNREFUSED",
        "its method is GET",
        "pair",
        "pair",
        "pair",
        "pair",
        "it has no response body (HTTP status 204)",
        "the call failed: socket hang up",
        "pair",
        "pair",
        "pair",
        "pair",
        "it has no request body",
        "its request body is a form, not JSON",
        "pair",
        "its request body is a GraphQL query",
        "its URL is not that of an endpoint",
    ];
    assert_reported("recorders/bruno-report.json", &expected);
}

#[test]
fn the_gets_of_a_report_are_tenant_facts() {
    let folder = crate::support::empty_folder("recordings", "facts");
    fs::copy(
        recorded().join("recorders/newman-report.json"),
        folder.join("run.json"),
    )
    .unwrap();
    fs::write(folder.join("tenant.toml"), "contacts = \"run.json\"").unwrap();
    fs::write(folder.join("a.json"), "[{\"GroupName\": \"a\"}]").unwrap();
    let mut command = crate::support::geplint();
    command.args(["check", "a.json", "-v", "--tenant", "tenant.toml"]);
    let output = command.current_dir(&folder).output().unwrap();
    let printed = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains("tenant facts: contacts 2 (run.json)"),
        "{printed}"
    );
}

/// A message log with other folders and names.
#[test]
fn names_that_belong_together() {
    let folder = crate::support::empty_folder("recordings", "pairs");
    let request = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "success"}]"#;
    let response =
        r#"{"data": null, "statusCode": "200", "errorDetails": [], "successDetails": [{"key": "C-1"}]}"#;
    for (name, text) in [
        ("log/nov/1-request.json", request),
        ("log/nov/1-response.json", response),
        ("log/nov/2-request.json", request),
        ("log/7_0915_req.txt", request),
        ("log/7_0916_resp.txt", response),
        ("log/notes.txt", "nothing"),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let names = "{name}-request.json={name}-response.json";
    let stars = "{id}_*_req.txt={id}_*_resp.txt";
    let pairs = |arguments: &[&str]| {
        let document = document(&folder, &[&["log"], arguments].concat());
        let pairs = document["pairs"].as_array().unwrap().iter();
        let pairs: Vec<_> = pairs
            .map(|pair| pair["request"].as_str().unwrap().to_owned())
            .collect();
        (pairs, document["unused"].clone())
    };
    assert_eq!(pairs(&[]).0, [""; 0]);
    let (one, unused) = pairs(&["--pair", names]);
    assert_eq!(one, ["log/nov/1-request.json"]);
    assert_eq!(
        unused[0]["reason"],
        format!("a request according to --pair {names}, but there is no log/nov/2-response.json")
    );
    let both = ["log/7_0915_req.txt", "log/nov/1-request.json"];
    assert_eq!(pairs(&["--pair", names, "--pair", stars]).0, both);
    fs::write(
        folder.join("geplint.toml"),
        format!("pair = [\"{names}\", \"{stars}\"]"),
    )
    .unwrap();
    assert_eq!(pairs(&[]).0, both);
    fs::write(folder.join("geplint.toml"), "pair = [\"a=b\", \"{name}.q=x\"]").unwrap();
    let output = run(&folder, &["log"]);
    assert_eq!(output.status.code(), Some(2));
    let printed = stderr(&output);
    assert!(
        printed.contains("geplint.toml:1:16: {name} is only in the pattern of the request"),
        "{printed}"
    );
    let printed = stderr(&run(&folder, &["log", "--pair", "{name}-request.json"]));
    assert!(printed.contains("expected REQUEST=RESPONSE"), "{printed}");
}

/// Returns all sequences of four letters and digits in the strings and numbers of a document.
fn runs(value: &Value, out: &mut BTreeSet<String>) {
    let text = match value {
        Value::Object(members) => return members.values().for_each(|value| runs(value, out)),
        Value::Array(values) => return values.iter().for_each(|value| runs(value, out)),
        Value::Null | Value::Bool(_) => return,
        Value::String(text) => text.to_lowercase(),
        Value::Number(number) => number.to_string(),
    };
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().collect();
        out.extend(letters.windows(4).map(|run| run.iter().collect::<String>()));
    }
}

/// Made-up data that looks like real data: no part of it is in the written files.
#[test]
fn pairs_without_their_values_still_differ() {
    let folder = crate::support::empty_folder("recordings", "anonymize");
    let contact = |code: &str, mail: &str, country: &str| {
        json!({
            "ContactCode": code, "UserName": mail, "FirstName": "Gwéna\u{eb}lle", "LastName": "Quistorp-Vogelsang",
            "EmailAddress": mail, "AuthorityAmt": 748_213.5, "CurrencyCode": "EUR", "TimeZone": "W. Europe Standard Time",
            "IsActive": true, "PhoneNo": "+49 (30) 9018-2077", "LastLoginDate": "2021-03-17T08:45:12Z",
            "Address": {"AddressLine1": "Zimmerstraße 9871", "CountryCode": country, "ZipCode": "10969"},
        })
    };
    let request = json!([
        contact("KX-58213", "gwenaelle@vogelsang.invalid", "DE"),
        contact("KX-58214", "quistorp@vogelsang.invalid", "Deutschland"),
    ]);
    let response = json!({"data": null, "statusCode": "400", "traceId": "9f8e7d6c-1122-4433-8877-aabbccddeeff", "errorDetails": [
        {"key": "KX-58213", "errors": [{"errorCode": "DataException",
            "errorDescription": "User gwenaelle@vogelsang.invalid (Hadubrand Quistorp-Vogelsang, KX-58213) is locked since 2021"}]}],
        "successDetails": [{"key": "KX-58214"}]});
    fs::write(folder.join("gwenaelle.request.json"), request.to_string()).unwrap();
    fs::write(folder.join("gwenaelle.response.json"), response.to_string()).unwrap();
    let output = run(
        &folder,
        &[
            "gwenaelle.request.json",
            "gwenaelle.response.json",
            "--anonymize",
            "out",
        ],
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed = stderr(&output);
    assert!(
        printed.contains("1 pair was written to out; they still differ in the same way without their values"),
        "{printed}"
    );
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.join("out").join(name)).unwrap()).unwrap()
    };
    let (asked, answered) = (
        read("001-contact-details.request.json"),
        read("001-contact-details.response.json"),
    );
    let mut before = BTreeSet::new();
    let mut after = BTreeSet::new();
    for (values, out) in [
        ([&request, &response], &mut before),
        ([&asked, &answered], &mut after),
    ] {
        for value in values {
            runs(value, out);
        }
    }
    // Words of lists, of the API, and of a sentence that are not personal.
    let mut kept = BTreeSet::new();
    runs(
        &json!("W. Europe Standard Time DataException User is locked since"),
        &mut kept,
    );
    let left: Vec<_> = before
        .intersection(&after)
        .filter(|run| !kept.contains(*run))
        .collect();
    assert!(left.is_empty(), "{left:?}\n{asked:#}\n{answered:#}");
    assert_eq!(asked[0]["ContactCode"], answered["errorDetails"][0]["key"]);
    assert_eq!(asked[1]["ContactCode"], answered["successDetails"][0]["key"]);
    assert_eq!(asked[0]["LastName"], asked[1]["LastName"]);
    assert_eq!(asked[0]["UserName"], asked[0]["EmailAddress"]);
    assert!(asked[0]["UserName"].as_str().unwrap().ends_with("@example.com"));
    for property in ["CurrencyCode", "TimeZone", "IsActive"] {
        assert_eq!(asked[0][property], request[0][property], "{property}");
    }
    assert_eq!(asked[0]["Address"]["CountryCode"], "DE");
    assert!(asked[0]["AuthorityAmt"].is_f64());
    let kinds = |document: &Value| {
        let rows = document["pairs"][0]["differences"].as_array().unwrap().iter();
        rows.map(|row| (row["kind"].clone(), row["rule"].clone(), row["pointer"].clone()))
            .collect::<Vec<_>>()
    };
    let original = document(&folder, &["gwenaelle.request.json", "gwenaelle.response.json"]);
    let written = document(&folder.join("out"), &["."]);
    assert!(!kinds(&original).is_empty());
    assert_eq!(kinds(&original), kinds(&written));
}

#[test]
fn only_generated_files_are_overwritten() {
    let folder = crate::support::empty_folder("recordings", "over");
    let differences = recorded().join("differences");
    let differences = differences.to_str().unwrap();
    let write = || run(&folder, &[differences, "-q", "--anonymize", "out"]);
    let first = write();
    assert!(stderr(&first).contains("pairs were written to out"), "{first:?}");
    let names = || {
        let files = fs::read_dir(folder.join("out")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort_unstable();
        names
    };
    let before = names();
    let second = write();
    assert_eq!(stderr(&first), stderr(&second));
    assert_eq!(before, names());
    // Fewer pairs leave no file of the earlier run.
    let of_key = ["request", "response"].map(|side| format!("{differences}/key.{side}.json"));
    let one = run(&folder, &[&of_key[0], &of_key[1], "--anonymize", "out"]);
    assert!(stderr(&one).contains("1 pair was written"), "{one:?}");
    assert_eq!(names().len(), 3);
    let file = folder.join("out").join(&names()[1]);
    fs::write(&file, "mine").unwrap();
    let refused = run(&folder, &[&of_key[0], &of_key[1], "--anonymize", "out"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains(": changed since geplint wrote it"),
        "{refused:?}"
    );
    fs::remove_file(folder.join("out/.geplint-pairs")).unwrap();
    let refused = run(&folder, &[&of_key[0], &of_key[1], "--anonymize", "out"]);
    assert!(
        stderr(&refused).contains("not written by geplint; use another folder"),
        "{refused:?}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    fs::write(folder.join("file"), "").unwrap();
    let refused = run(&folder, &[differences, "--anonymize", "file"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
}

#[test]
fn other_answers_do_not_count_as_differences() {
    assert_eq!(
        run(recorded(), &["recorders/mixed-401.har"]).status.code(),
        Some(0)
    );
    let mut har: Value =
        serde_json::from_slice(&fs::read(recorded().join("recorders/mixed-401.har")).unwrap()).unwrap();
    har["log"]["entries"].as_array_mut().unwrap().truncate(1);
    let folder = crate::support::empty_folder("recordings", "only-401");
    fs::write(folder.join("a.har"), har.to_string()).unwrap();
    let output = run(&folder, &["a.har"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("none of the 1 recorded responses is from the API"));
}

#[test]
fn a_call_through_a_gateway_is_found_by_its_base_or_its_mapping() {
    let found = |folder: &Path, arguments: &[&str]| {
        let document = document(folder, arguments);
        let pairs = document["pairs"].as_array().unwrap();
        pairs
            .iter()
            .map(|pair| pair["url"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, two) = (
        "https://cpi.example.com/http/erp/gep/contact-status",
        "https://apim.example.com/gep/v1/ContactInterfaceStatus",
    );
    let file = "recorders/gateway.har";
    assert_eq!(found(recorded(), &[file, "--base-path", "/gep/v1"]), [two]);
    assert_eq!(
        found(recorded(), &[file, "--endpoint", "contact-interface-status"]),
        [one, two]
    );
    assert!(found(recorded(), &[file, "--endpoint", "user-group"]).len() == 2);
    let folder = crate::support::empty_folder("recordings", "gateway");
    fs::copy(recorded().join(file), folder.join("a.har")).unwrap();
    let settings = "[[calls]]\nurl = \"*/gep/contact-status\"\nendpoint = \"contact-interface-status\"\n";
    fs::write(folder.join("geplint.toml"), settings).unwrap();
    assert_eq!(found(&folder, &["a.har"]), [one]);
    fs::write(
        folder.join("geplint.toml"),
        settings.replace("-status\"\n", "-state\"\n"),
    )
    .unwrap();
    let output = run(&folder, &["a.har"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("geplint.toml:3:12: there is no endpoint"),
        "{output:?}"
    );
}

#[test]
fn unsuccessful_calls_have_no_effects() {
    let folder = crate::support::empty_folder("recordings", "order");
    let har: Value =
        serde_json::from_slice(&fs::read(recorded().join("recorders/order-after-401.har")).unwrap()).unwrap();
    fs::write(folder.join("tenant.toml"), "contacts = []").unwrap();
    let agreed = |change: &dyn Fn(&mut Value)| {
        let mut har = har.clone();
        change(&mut har["log"]["entries"]);
        fs::write(folder.join("a.har"), har.to_string()).unwrap();
        let document = document(&folder, &["a.har", "--in-order", "--tenant", "tenant.toml"]);
        let pairs = document["pairs"].as_array().unwrap().clone();
        pairs.last().unwrap()["predicted"]["statusCode"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let envelope = |status: &str, taken: Value| {
        json!({"data": null, "statusCode": status, "errorDetails": [], "successDetails": taken}).to_string()
    };
    let answered = |status: u64, text: String| {
        move |entries: &mut Value| {
            entries[0]["response"]["status"] = json!(status);
            entries[0]["response"]["content"]["text"] = json!(text);
        }
    };
    assert_eq!(agreed(&|_| ()), "400", "a 401");
    assert_eq!(agreed(&answered(502, "<html>".to_owned())), "400");
    assert_eq!(agreed(&answered(400, envelope("400", json!([])))), "400");
    assert_eq!(
        agreed(&answered(200, envelope("200", json!([{"key": "C-9"}])))),
        "200"
    );
    assert_eq!(
        agreed(&answered(400, envelope("400", json!([{"key": "C-9"}])))),
        "200"
    );
    // Without a recorded body, the HTTP status decides.
    assert_eq!(agreed(&answered(502, String::new())), "400");
    assert_eq!(agreed(&answered(200, String::new())), "200");
    // The order is by time.
    let swap = |entries: &mut Value| {
        answered(200, envelope("200", json!([{"key": "C-9"}])))(entries);
        entries.as_array_mut().unwrap().reverse();
    };
    assert_eq!(agreed(&swap), "200");
}

#[test]
fn a_har_names_no_file_elsewhere() {
    let folder = crate::support::empty_folder("recordings", "elsewhere");
    fs::create_dir(folder.join("in")).unwrap();
    fs::write(folder.join("secret.json"), "secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.json", folder.join("in/link.json")).unwrap();
    let absolute = folder.join("secret.json");
    for name in [
        "../secret.json",
        "./../secret.json",
        "link.json",
        absolute.to_str().unwrap(),
    ] {
        let har = json!({"log": {"entries": [{
            "request": {"method": "PUT", "url": "/SmartInterfaceAPI/api/Contact/UserGroup", "postData": {"text": "[]"}},
            "response": {"status": 200, "content": {"_file": name}},
        }]}});
        fs::write(folder.join("in/a.har"), har.to_string()).unwrap();
        let output = run(&folder, &["in/a.har", "-v"]);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(
            stderr(&output).contains("is not next to the HAR file"),
            "{output:?}"
        );
        assert!(!stderr(&output).contains("it begins with"));
    }
}

#[test]
fn calls_without_bodies_come_with_instructions() {
    let output = run(recorded(), &["recorders/nobody.har"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("3 calls were recorded without bodies"),
        "{output:?}"
    );
    let har = fs::read_to_string(recorded().join("recorders/nobody.har")).unwrap();
    let folder = crate::support::empty_folder("recordings", "without-bodies");
    fs::write(folder.join("a.har"), har.replace("\"hand\"", "\"Playwright\"")).unwrap();
    assert!(stderr(&run(&folder, &["a.har"])).contains("content: \"embed\""));
}

/// An entry as `geplint serve` writes it: a documented request, and the documented response as the prediction.
fn served(name: &str, endpoint: &str) -> Value {
    let folder = recorded().join("../documented").join(endpoint);
    let text = |kind: &str| fs::read_to_string(folder.join(format!("{name}.{kind}.json"))).unwrap();
    json!({
        "request": { "method": "POST", "url": "http://127.0.0.1:8400/any/where", "postData": { "text": text("request") } },
        "response": {
            "status": 400,
            "headers": [{ "name": "X-Geplint-Evidence", "value": "response" }],
            "content": { "text": text("response") },
        },
        "_geplint": { "endpoint": endpoint },
    })
}

fn har(folder: &Path, creator: &str, entries: &[Value]) {
    let har = json!({ "log": { "creator": { "name": creator }, "entries": entries } });
    fs::write(folder.join("calls.har"), har.to_string()).unwrap();
}

#[test]
fn predictions_do_not_count_as_answers_of_the_api() {
    let folder = crate::support::empty_folder("recordings", "predictions");
    let mut entries = vec![served("1-success", "user-group"), served("2-error", "user-group")];
    for (creator, url) in [
        ("geplint serve", "http://127.0.0.1:8400/any/where"),
        // Another tool has recorded it; a header of the response identifies the server.
        (
            "WebInspector",
            "http://127.0.0.1:8400/SmartInterfaceAPI/api/Contact/UserGroup",
        ),
    ] {
        for entry in &mut entries {
            entry["request"]["url"] = json!(url);
        }
        har(&folder, creator, &entries);
        for arguments in [&["calls.har"][..], &["calls.har", "--in-order"]] {
            let plain = document(&folder, arguments);
            assert_eq!(numbers(&plain, &["pairs", "predictions"]), [0, 2], "{plain}");
            assert_eq!(plain["self"], false);
        }
        let output = run(&folder, &["calls.har"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            stderr(&output).contains("2 responses are from geplint serve, not from the API"),
            "{output:?}"
        );
        let own = document(&folder, &["calls.har", "--self"]);
        let names = ["pairs", "agreed", "predictions", "recorded400s", "falseAlarms"];
        assert_eq!(numbers(&own, &names), [2, 2, 0, 0, 0], "{own}");
        assert_eq!((&own["self"], &own["rules"]), (&json!(true), &json!([])));
    }
}

#[test]
fn a_prediction_that_has_changed_is_shown() {
    let folder = crate::support::empty_folder("recordings", "changed");
    let mut entry = served("2-error", "contact-details");
    let text = entry["response"]["content"]["text"].as_str().unwrap();
    entry["response"]["content"]["text"] =
        json!(text.replace("UserName is Mandatory", "UserName is missing"));
    let refused = json!({
        "request": { "method": "POST", "url": "/SmartInterfaceAPI/api/Contact/UserGroup", "postData": { "text": "[]" } },
        "response": { "status": 401, "content": { "text": "no token" } },
    });
    har(&folder, "geplint serve", &[refused, entry]);
    let own = run(&folder, &["calls.har", "--self"]);
    assert_eq!(own.status.code(), Some(1));
    let text = String::from_utf8(own.stdout).unwrap();
    assert!(text.contains("UserName is missing"), "{text}");
    assert!(
        text.lines()
            .any(|line| line.split_whitespace().eq(["different", "1"])),
        "{text}"
    );
    assert!(text.contains("none of them is a response of the API"), "{text}");
}

#[test]
fn predictions_are_repeated_with_their_facts() {
    let folder = crate::support::empty_folder("recordings", "predicted-facts");
    let endpoint = "save-contact-authorization-details";
    let mut entries = ["1-success", "2-error"].map(|name| served(name, endpoint));
    har(&folder, "geplint serve", &entries);
    // The second is refused because of the changes by the first.
    assert_eq!(
        numbers(&document(&folder, &["calls.har", "--self"]), &["pairs", "agreed"]),
        [2, 2]
    );
    // As after a reset: the changes by the first are deleted.
    entries[1]["_geplint"]["tenant"] = json!("");
    har(&folder, "geplint serve", &entries);
    assert_eq!(
        numbers(&document(&folder, &["calls.har", "--self"]), &["pairs", "agreed"]),
        [2, 1]
    );
    entries[1]["_geplint"]["tenant"] = json!("contacts = [");
    har(&folder, "geplint serve", &entries);
    let output = run(&folder, &["calls.har", "--self"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("#2: its tenant facts: "), "{output:?}");
}

#[test]
fn recordings_of_the_api_are_not_compared_as_predictions() {
    let document = document(
        recorded(),
        &["recorders/har-named.json", "attached", "differences", "--self"],
    );
    assert_eq!(numbers(&document, &["pairs"]), [0]);
    assert!(numbers(&document, &["noPredictions"])[0] > 2, "{document}");
}
