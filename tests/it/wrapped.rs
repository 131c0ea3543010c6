//! Records under a name, in an additional array or in a string: one finding names their path, they are checked there,
//! and the fix that unwraps them loses nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use geplint::finding::{Masked, Unwrapped};
use serde_json::Value;

/// A file of `testdata/wrapped`: part of its message, whether there is a fix, and the pointer of the mistake inside.
const SHAPES: &[(&str, &str, bool, &str)] = &[
    ("record-in-each", "under /0/record;", true, "/1/record/IsActive"),
    (
        "some-in-a-record",
        "1 of 2 records is wrapped",
        true,
        "/1/IsActive",
    ),
    ("odata-2", "under /d/results;", true, "/d/results/1/IsActive"),
    ("odata-4", "under /value;", true, "/value/1/IsActive"),
    ("one-page-of-many", "under /value;", false, "/value/1/IsActive"),
    (
        "map-by-id",
        "a record under each of its 2 names",
        true,
        "/C-1002/IsActive",
    ),
    (
        "map-by-other-id",
        "a record under each of its 2 names",
        false,
        "/row-2/IsActive",
    ),
    ("meta-first", "under /contacts;", false, "/contacts/1/IsActive"),
    (
        "two-lists",
        "under /inserts and /updates;",
        false,
        "/updates/0/IsActive",
    ),
    (
        "json-api",
        "under /data/attributes;",
        true,
        "/data/attributes/IsActive",
    ),
    (
        "json-api-with-type",
        "under /data/0/attributes;",
        false,
        "/data/0/attributes/IsActive",
    ),
    (
        "xml-converted",
        "under /Contacts/Contact;",
        true,
        "/Contacts/Contact/1/IsActive",
    ),
    (
        "soap",
        "under /soap:Envelope/soap:Body/ContactDetails;",
        true,
        "/soap:Envelope/soap:Body/ContactDetails/IsActive",
    ),
    (
        "graphql-nodes",
        "each under \"node\" of an element of /data/contacts;",
        true,
        "/data/contacts/1/node/IsActive",
    ),
    (
        "graphql-variables",
        "under /variables/contacts;",
        false,
        "/variables/contacts/1/IsActive",
    ),
    ("csv-converted", "under /rows;", true, "/rows/1/IsActive"),
    (
        "batch",
        "each under \"body\" of an element of /requests;",
        false,
        "/requests/1/body/IsActive",
    ),
    (
        "list-in-list",
        "under /0, in a nested list;",
        true,
        "/0/1/IsActive",
    ),
    ("lists-in-list", "in a list of its own", true, "/1/0/IsActive"),
    ("string", "JSON inside a string;", true, ""),
    (
        "string-under-body",
        "JSON inside a string, under /body;",
        true,
        "/body",
    ),
    (
        "string-in-each",
        "JSON inside a string, the first under /0",
        true,
        "/1",
    ),
    ("string-in-string", "JSON inside a string;", true, ""),
    (
        "strings-under-name",
        "JSON inside a string, under /messages/0;",
        true,
        "/messages/1",
    ),
    (
        "several-in-each-string",
        "JSON inside a string, the first under /0/payload",
        true,
        "/1/payload",
    ),
    (
        "wrapper-in-string",
        "JSON inside a string, under /body, and there under /data;",
        true,
        "/body",
    ),
    (
        "wrapper-in-string-with-more",
        "JSON inside a string, under /body, and there under /data;",
        false,
        "/body",
    ),
    (
        "wrapper-with-common-names",
        "under /contacts;",
        false,
        "/contacts/1/IsActive",
    ),
    (
        "map-by-number",
        "a record under each of its 2 names",
        true,
        "/1/IsActive",
    ),
    (
        "list-under-name-in-list",
        "the records are under /0/contacts;",
        true,
        "/0/contacts/1/IsActive",
    ),
    (
        "lists-under-name-in-list",
        "wrapped in \"contacts\"",
        true,
        "/1/contacts/0/IsActive",
    ),
    (
        "list-in-list-in-list",
        "under /0/0, in a nested list;",
        true,
        "/0/0/1/IsActive",
    ),
    (
        "list-in-params",
        "under /params/0;",
        false,
        "/params/0/1/IsActive",
    ),
    (
        "namespace-with-digit",
        "under /n0:Contacts/Row;",
        true,
        "/n0:Contacts/Row/1/IsActive",
    ),
    ("bare", "a single object;", true, "/IsActive"),
    ("groups", "under /d/results;", true, "/d/results/0/ContactCodes"),
    (
        "authorization",
        "under /payload;",
        true,
        "/payload/0/IsAppendUserActivities",
    ),
];

fn source(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/wrapped");
    fs::read_to_string(file.join(name).with_extension("json")).unwrap()
}

/// Creates a folder for one test that contains only the file.
fn folder(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Relaxed).to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("wrapped")
        .join(number);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a.json"), source(name)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = crate::support::run(folder, arguments, b"");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn report(folder: &Path, path: &str) -> Value {
    let (code, text) = run(folder, &["check", "--quiet", "--format", "json", path]);
    assert_eq!(code, Some(1), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().unwrap()
}

fn is_wrong_root(finding: &Value) -> bool {
    finding["rule"] == "wrong-root"
}

#[test]
fn one_finding_names_the_path_and_the_records_are_checked_there() {
    for (name, expected, _, mistake) in SHAPES {
        let folder = folder(name);
        let report = report(&folder, "a.json");
        let roots: Vec<&Value> = findings(&report)
            .iter()
            .filter(|finding| is_wrong_root(finding))
            .collect();
        assert_eq!(roots.len(), 1, "{name}: {report:#}");
        let message = roots[0]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{name}: {message}");
        let inside = findings(&report)
            .iter()
            .find(|finding| finding["rule"] == "does-not-convert" && finding["pointer"] == *mistake);
        let inside = inside.unwrap_or_else(|| panic!("{name}: nothing at {mistake}: {report:#}"));
        // If only one of two records is wrapped, the answer for the other one does not change.
        assert_eq!(inside["masked"] == true, *name != "some-in-a-record", "{name}");
        let document: Value = serde_json::from_str(&source(name)).unwrap();
        for finding in findings(&report)
            .iter()
            .filter(|finding| finding["constraint"] != "")
        {
            let pointer = finding["pointer"].as_str().unwrap();
            // A missing property has no value, but its object exists.
            let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            assert!(document.pointer(parent).is_some(), "{name}: {pointer}");
        }
    }
}

#[test]
fn the_wrapper_has_the_first_answer_of_the_prediction() {
    for (name, ..) in SHAPES {
        let folder = folder(name);
        let report = report(&folder, "a.json");
        let root = findings(&report)
            .iter()
            .find(|finding| is_wrong_root(finding))
            .unwrap();
        let (code, envelope) = run(&folder, &["predict", "--quiet", "a.json"]);
        assert_eq!(code, Some(1), "{name}");
        let envelope: Value = serde_json::from_str(&envelope).unwrap();
        if *name == "some-in-a-record" {
            continue;
        }
        let first = &envelope["errorDetails"][0]["errors"][0]["errorDescription"];
        assert_eq!(root["predicted"]["errorDescription"], *first, "{name}");
        assert!(root["masked"] != true, "{name}");
    }
}

#[test]
fn wrapped_files_in_folders_are_payloads() {
    for (name, ..) in SHAPES {
        let folder = folder(name);
        let report = report(&folder, ".");
        assert_eq!(
            findings(&report)
                .iter()
                .filter(|finding| is_wrong_root(finding))
                .count(),
            1,
            "{name}"
        );
    }
}

/// Collects the records of a document at any depth.
fn records(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(members)
            if members
                .keys()
                .any(|key| key.ends_with("Code") || key == "GroupName") =>
        {
            found.push(value.clone());
        }
        Value::Object(members) => members.values().for_each(|value| records(value, found)),
        Value::Array(elements) => elements.iter().for_each(|value| records(value, found)),
        Value::String(text) => {
            if let Ok(inner) = serde_json::from_str::<Value>(text) {
                records(&inner, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_fix_keeps_all_records() {
    for (name, _, has_fix, _) in SHAPES {
        let folder = folder(name);
        run(&folder, &["check", "--quiet", "--fix", "a.json"]);
        let file = folder.join("a.json");
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            source(name),
            "{name}: it is not safe"
        );
        run(
            &folder,
            &["check", "--quiet", "--fix", "--unsafe-fixes", "a.json"],
        );
        let after = fs::read_to_string(&file).unwrap();
        if !has_fix {
            assert_eq!(after, source(name), "{name}: data would be lost");
            continue;
        }
        let mut expected = Vec::new();
        records(&serde_json::from_str(&source(name)).unwrap(), &mut expected);
        let list: Vec<Value> = serde_json::from_str(&after).unwrap();
        assert_eq!(list, expected, "{name}");
    }
}

/// Objects in a payload of another endpoint that have one name in common with this endpoint's records.
#[test]
fn one_common_name_is_not_enough_for_a_record_in_an_element() {
    let folder = folder("bare");
    let group = r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;
    fs::write(folder.join("a.json"), group).unwrap();
    let arguments = [
        "check",
        "--quiet",
        "--format",
        "json",
        "--endpoint",
        "contact-details",
        "a.json",
    ];
    let (code, text) = run(&folder, &arguments);
    assert_eq!(code, Some(1));
    assert!(!text.contains("wrong-root"), "{text}");
}

/// A single known name is enough for a record next to other records.
#[test]
fn one_name_is_enough_beside_records() {
    let folder = folder("bare");
    let first = r#"{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}"#;
    let second = r#"{"ClientContactCode": "C-2"}"#;
    for (body, missing) in [
        (
            format!(r#"[{{"record": {first}}}, {{"record": {second}}}]"#),
            "/1/record/InterfaceStatus",
        ),
        (format!("[[{first}], [{second}]]"), "/1/0/InterfaceStatus"),
        (format!("[[{first}, {second}]]"), "/0/1/InterfaceStatus"),
    ] {
        fs::write(folder.join("a.json"), &body).unwrap();
        let report = report(&folder, "a.json");
        let found: Vec<_> = findings(&report)
            .iter()
            .map(|finding| (&finding["rule"], &finding["pointer"]))
            .collect();
        let expected = [("wrong-root", "/0"), ("missing-mandatory", missing)];
        assert_eq!(found.len(), expected.len(), "{body}: {report:#}");
        for ((rule, pointer), (a, b)) in found.into_iter().zip(expected) {
            assert_eq!(
                (rule, pointer),
                (&Value::from(a), &Value::from(b)),
                "{body}: {report:#}"
            );
        }
    }
}

#[test]
fn a_payload_in_another_encoding_is_recognised() {
    let folder = folder("bare");
    let text = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]"#;
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.join("a.json"), [&b"\xFF\xFE"[..], &bytes].concat()).unwrap();
    let (code, text) = run(&folder, &["check", "--quiet", "--format", "concise", "."]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error[utf16]"), "{text}");
}

#[test]
fn other_objects_are_not_wrappers() {
    let files = [
        r#"{"definitions": {"Contact": {"properties": {"ContactCode": {"type": "string"}, "UserName": {"type": "string"}}}}}"#,
        r#"{"properties": {"ClientContactCode": {"type": "string"}, "InterfaceStatus": {"type": "string"}}}"#,
        r#"{"users": [{"name": "a", "password": "x"}]}"#,
        r#"{"a": {"b": {"c": {"d": [{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}]}}}}"#,
    ];
    for (number, text) in files.iter().enumerate() {
        let folder = folder("bare").join(number.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("b.json"), text).unwrap();
        let (code, output) = run(&folder, &["check", "--no-error-on-unmatched", "."]);
        assert_eq!((code, output.as_str()), (Some(0), ""), "{text}");
    }
}

/// Objects one after another, and a function call: not JSON, but the records are certain, and so is the fix.
#[test]
fn objects_one_after_another_and_a_call_become_a_list() {
    let good = r#"{"ClientContactCode": "C-1", "InterfaceStatus": "Success"}"#;
    let bad = r#"{"ClientContactCode": "C-2", "InterfaceStatus": ""}"#;
    let list: Vec<Value> = serde_json::from_str(&format!("[{good}, {bad}]")).unwrap();
    let mistake = ("missing-mandatory", "/1/InterfaceStatus");
    let below_value = ("missing-mandatory", "/value/1/InterfaceStatus");
    let syntax = ("syntax", "");
    for (body, expected) in [
        (format!("{good}\n{bad}\n"), vec![syntax, mistake]),
        (format!("{good},\n{bad},"), vec![syntax, mistake]),
        (format!("\n{good} , {bad}"), vec![syntax, mistake]),
        (format!("save([{good}, {bad}]);\n"), vec![syntax, mistake]),
        (format!("save([{good}, {bad}])"), vec![syntax, mistake]),
        (
            format!(r#"save({{"value": [{good}, {bad}]}});"#),
            vec![syntax, ("wrong-root", ""), below_value],
        ),
    ] {
        let folder = folder("bare");
        fs::write(folder.join("a.json"), &body).unwrap();
        let report = report(&folder, "a.json");
        let found: Vec<(&str, &str)> = findings(&report)
            .iter()
            .map(|finding| {
                (
                    finding["rule"].as_str().unwrap(),
                    finding["pointer"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(found.len(), expected.len(), "{body}: {found:?}");
        assert!(
            expected.iter().all(|one| found.contains(one)),
            "{body}: {found:?}"
        );
        run(
            &folder,
            &["check", "--quiet", "--fix", "--unsafe-fixes", "a.json"],
        );
        let after = fs::read_to_string(folder.join("a.json")).unwrap();
        assert_eq!(
            serde_json::from_str::<Vec<Value>>(&after).unwrap(),
            list,
            "{body}: {after}"
        );
    }
    // Nothing is certain if anything else is wrong.
    for body in [
        format!("{good}\n{bad}\n}}"),
        format!("{good}\n{{\"ClientContactCode\": \n"),
        format!("{good}{bad}"),
        format!("save([{good}, {bad}"),
    ] {
        let folder = folder("bare");
        fs::write(folder.join("a.json"), &body).unwrap();
        run(
            &folder,
            &["check", "--quiet", "--fix", "--unsafe-fixes", "a.json"],
        );
        assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), body);
    }
}

/// Records in `$values` are compared with each other, so that removing it reveals nothing new.
#[test]
fn records_in_values_are_compared() {
    let folder = folder("bare");
    let group = r#"{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}"#;
    fs::write(
        folder.join("a.json"),
        format!(r#"{{"$values": [{group}, {group}]}}"#),
    )
    .unwrap();
    let (_, text) = run(&folder, &["check", "--quiet", "--format", "concise", "a.json"]);
    assert!(
        text.contains("warning[duplicate-record] /$values/1/GroupName (Buyers)"),
        "{text}"
    );
    run(
        &folder,
        &["check", "--quiet", "--fix", "--unsafe-fixes", "a.json"],
    );
    let after: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("a.json")).unwrap()).unwrap();
    assert_eq!(after.len(), 2);
}

/// Records under many names are found in a file that the user named. A file that was found is only mentioned.
#[test]
fn records_deep_inside_are_found_in_a_named_file() {
    let folder = folder("bare");
    let record = r#"{"ClientContactCode": "C-1", "InterfaceStatus": ""}"#;
    let body = format!(r#"{{"data": {{"contacts": {{"edges": [{{"node": {record}}}]}}}}}}"#);
    fs::write(folder.join("a.json"), body).unwrap();
    let report = report(&folder, "a.json");
    let pointers: Vec<&Value> = findings(&report)
        .iter()
        .map(|finding| &finding["pointer"])
        .collect();
    assert_eq!(pointers, ["", "/data/contacts/edges/0/node/InterfaceStatus"]);
    let output = crate::support::run(&folder, &["check", "--no-error-on-unmatched", "."], b"");
    assert_eq!(output.status.code(), Some(0));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("skipped ./a.json: names deep inside match contact-interface-status"),
        "{errors}"
    );
}

/// Brackets around something else than a record would not help, and are not suggested.
#[test]
fn brackets_are_suggested_for_a_record_only() {
    let folder = folder("bare");
    let endpoint = ["--endpoint", "contact-interface-status"];
    for (body, help) in [
        (r#"{"ClientContactCode": "C-1"}"#, "Put [ before"),
        (r#"{"value": []}"#, "Send a list of records"),
        (r#"{"a": 1}"#, "Send a list of records"),
        ("1", "Send a list of records"),
        (r#""C-1""#, "Send a list of records"),
    ] {
        fs::write(folder.join("a.json"), body).unwrap();
        let arguments = [
            &["check", "--quiet", "--format", "json"][..],
            &endpoint,
            &["a.json"],
        ]
        .concat();
        let (_, text) = run(&folder, &arguments);
        let report: Value = serde_json::from_str(&text).unwrap();
        let root = findings(&report)
            .iter()
            .find(|finding| is_wrong_root(finding))
            .unwrap();
        assert!(root["help"].as_str().unwrap().starts_with(help), "{body}: {text}");
    }
}

#[test]
fn inside_a_wrapper_only_one_finding_has_the_first_answer() {
    let body = r#"{"d":{"results":[{"ContactCode":"C-1","UserName":"u","FirstName":"A","EmailAddress":"a@example.com",
        "LastName":"","IsActive":"maybe","AuthorityAmt":"x"}]}}"#;
    let endpoint = geplint::rules::builtin("contact-details").unwrap();
    let (text, errors) = geplint::json::text(body.as_bytes());
    let tenant = geplint::tenant::Tenant::default();
    let mut findings = geplint::lint::check(&text, errors, endpoint, &tenant, false).findings;
    // Masking twice gives the same result.
    for _ in 0..2 {
        geplint::predict::mask(&mut findings);
        let masked = |name: &str| {
            let pointer = format!("/d/results/0/{name}");
            findings
                .iter()
                .find(|finding| finding.pointer == pointer)
                .unwrap()
                .masked
        };
        assert_eq!(masked("IsActive"), Some(Masked::Wrapper(Unwrapped::Answers)));
        assert_eq!(masked("LastName"), Some(Masked::Wrapper(Unwrapped::Conversion)));
        assert_eq!(
            masked("AuthorityAmt"),
            Some(Masked::Wrapper(Unwrapped::Conversion))
        );
    }
}

/// The API sees an object around several records as one record without known names.
#[test]
fn a_wrapper_in_the_array_counts_as_one_record() {
    let folder = folder("bare");
    let group =
        |name: &str| format!(r#"{{"GroupName": "{name}", "ContactCodes": [{{"ContactCode": "C-1"}}]}}"#);
    let text = format!(r#"[{{"records": [{}, {}]}}]"#, group("a"), group("b"));
    fs::write(folder.join("b.json"), text).unwrap();
    let (_, text) = run(&folder, &["check", "b.json"]);
    assert!(
        text.starts_with("b.json: the API would refuse its record\n"),
        "{text}"
    );
    let (code, text) = run(&folder, &["predict", "--quiet", "b.json"]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (code, &answer["successDetails"]),
        (Some(1), &serde_json::json!([]))
    );
}

/// Runs `check --fix --unsafe-fixes` on a body. Returns the text after it.
fn fixed(body: &str) -> String {
    let folder = folder("record-in-each");
    fs::write(folder.join("a.json"), body).unwrap();
    run(
        &folder,
        &["check", "--quiet", "--fix", "--unsafe-fixes", "a.json"],
    );
    fs::read_to_string(folder.join("a.json")).unwrap()
}

#[test]
fn a_wrapper_with_data_is_never_removed() {
    let group = r#"{"GroupName": "g", "ContactCodes": [{"ContactCode": "C-1"}]}"#;
    for around in [
        r#"{"delete": [@]}"#,
        r#"[{"add": @}, {"delete": @}]"#,
        r#"[{"@operation": "delete", "record": @}]"#,
        r#"{"records": {"@type": "delete", "record": [@]}}"#,
        r#"{"tenantId": 1, "records": [@]}"#,
        r#"{"@odata.count": 5, "value": [@]}"#,
        r#"{"@odata.nextLink": "https://h.example/2", "value": [@]}"#,
        r#"{"d": {"results": [@], "__next": "https://h.example/2"}}"#,
        r#"{"@id": "42", "records": [@]}"#,
    ] {
        let body = around.replace("@}", &format!("{group}}}"));
        let body = body.replace("[@]", &format!("[{group}]"));
        assert!(body.contains(group), "{body}");
        assert_eq!(fixed(&body), body);
    }
    for around in [
        r#"{"count": 1, "records": [@]}"#,
        r#"{"@odata.context": "https://h.example/$metadata", "@odata.count": 1, "value": [@]}"#,
        r#"{"d": {"__count": "1", "results": [@]}}"#,
    ] {
        let body = around.replace("[@]", &format!("[{group}]"));
        assert_eq!(fixed(&body), format!("[{group}]"), "{body}");
    }
}

#[test]
fn nothing_is_announced_as_fixed_inside_a_wrapper_that_stays() {
    let folder = folder("record-in-each");
    let body =
        r#"{"tenant": "acme", "records": [{"GroupNme": "g", "ContactCodes": [{"ContactCode": "C-1"}]}]}"#;
    fs::write(folder.join("a.json"), body).unwrap();
    let report = report(&folder, "a.json");
    assert!(findings(&report).len() > 1, "{report:#}");
    assert!(
        findings(&report).iter().all(|finding| finding["fix"].is_null()),
        "{report:#}"
    );
    assert_eq!(fixed(body), body);
}

/// Names of other systems make a named file a request only if several of them mean mandatory properties.
#[test]
fn files_of_other_programs_are_no_requests_even_if_named() {
    for (body, is_request) in [
        (
            r#"[{"PERNR": "1", "VORNA": "Ann", "NACHN": "Lee", "ORT01": "Oslo"}]"#,
            true,
        ),
        (
            r#"{"value": [{"employeeId": "1", "givenName": "Ann", "surname": "Lee", "mail": "a@example.com"}]}"#,
            true,
        ),
        (
            r#"[{"zip": "1", "city": "Oslo", "state": "NY", "country": "US", "timezone": "x"}]"#,
            false,
        ),
        (
            r#"[{"id": 1, "name": "Euro", "code": "EUR", "isDefault": true, "isActive": true}]"#,
            false,
        ),
        (
            r#"[{"sku": "1", "name": "Pen", "currency": "EUR", "price": 1, "active": true}]"#,
            false,
        ),
    ] {
        let folder = folder("record-in-each");
        fs::write(folder.join("a.json"), body).unwrap();
        let (code, text) = run(&folder, &["check", "--format", "concise", "a.json"]);
        assert_eq!(code, Some(if is_request { 1 } else { 2 }), "{body}: {text}");
    }
}
