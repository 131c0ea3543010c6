//! `check` and `predict` agree: there is no envelope if the answer is not documented, and every predicted answer is
//! in the envelope unless its finding is masked by another one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::json_files;
use geplint::finding::{Finding, Severity};
use geplint::predict::predict_recovered;
use geplint::rules::{builtin_ids, candidates};
use geplint::session::{Request, Session};
use geplint::tenant::Tenant;
use serde_json::{Value, json};

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let files = json_files();
    files
        .into_iter()
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .filter(|(_, bytes)| bytes.len() < 20_000)
        .collect()
}

/// Values that replace each value of a request in turn.
fn spoils() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!(" "),
        json!([]),
        json!({}),
        json!("yes"),
        json!(17),
        json!([null]),
    ]
}

/// Collects the pointers of all values.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers(
                    value,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    all,
                );
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

/// Returns variants of a request with one value replaced, and with two.
fn mutated(root: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    pointers(root, "", &mut all);
    let mut requests = Vec::new();
    for (number, pointer) in all.iter().enumerate() {
        for (index, spoil) in spoils().iter().enumerate() {
            let mut request = root.clone();
            *request.pointer_mut(pointer).unwrap() = spoil.clone();
            // In every third variant, a second value.
            if (number + index) % 3 == 0
                && let Some(value) = request.pointer_mut(&all[(number * 7 + 3) % all.len()])
            {
                *value = spoils()[(index + 3) % 8].clone();
            }
            requests.push(request);
        }
    }
    requests
}

/// Rules whose undocumented part does not change the most likely answer: it concerns the stored value, or the comparison by
/// another rule with its own answer.
const ANSWERED_ALL_THE_SAME: [&str; 5] = [
    "duplicate-entry",
    "duplicate-record",
    "duplicate-user",
    "maybe-self-manager",
    "several-defaults",
];

fn predicts(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.predicted.is_some()
}

fn holds(name: &str, request: &Request<'_>) {
    let checked = &request.checked;
    for finding in &checked.findings {
        let says_so = finding.predicted.is_none() && finding.why.contains("not documented");
        if says_so && !ANSWERED_ALL_THE_SAME.contains(&&*finding.rule) {
            assert!(finding.is_undocumented(), "{name}: {finding:?}");
        }
    }
    let whole = |finding: &Finding| {
        predicts(finding) && matches!(&*finding.predicted.as_ref().unwrap().key, "Model Validation")
    };
    let first = checked
        .findings
        .iter()
        .filter(|finding| whole(finding))
        .map(|finding| finding.span)
        .min();
    let open = checked.findings.iter().find(|finding| {
        finding.is_undocumented()
            && !finding.unseen
            && first.is_none_or(|first| finding.rule == "not-nullable" && finding.span < first)
    });
    if let (Some(open), Ok(prediction)) = (open, request.predict()) {
        panic!("{name}: {open:?}\n{prediction:?}");
    }
    // Even without a prediction, the answers shown are those of the request as it was read.
    let prediction = predict_recovered(request.endpoint, checked);
    let shown: BTreeSet<usize> = prediction.error_findings.iter().copied().collect();
    for (index, finding) in checked.findings.iter().enumerate() {
        let Some(predicted) = finding.predicted.as_ref().filter(|_| predicts(finding)) else {
            assert_eq!(finding.masked, None, "{name}: {finding:?}");
            continue;
        };
        assert_eq!(
            finding.masked.is_none(),
            shown.contains(&index),
            "{name}: {finding:?}"
        );
        let answered = prediction.envelope.error_details.iter().any(|detail| {
            let mut entries = detail.errors.iter();
            predicted.key == detail.key.as_str()
                && entries.any(|error| {
                    predicted.error_code == error.error_code.as_str()
                        && predicted.error_description == error.error_description.as_str()
                })
        });
        assert!(
            answered || finding.masked.is_some(),
            "{name}: {finding:?}\n{prediction:?}"
        );
    }
}

#[test]
fn no_answer_of_check_contradicts_predict() {
    let (known, tenant): (Vec<_>, _) = (candidates().collect(), Tenant::default());
    let (mut seen, mut hidden, mut open) = (0, 0, 0);
    let mut request = |name: &str, bytes: &[u8], id: &str| {
        let mut session = Session::new(&known, &tenant, false);
        let endpoint = session.endpoint(id).unwrap();
        let request = session.request(bytes, endpoint, true);
        holds(name, &request);
        seen += 1;
        hidden += request
            .checked
            .findings
            .iter()
            .filter(|finding| finding.masked.is_some())
            .count();
        open += usize::from(request.predict().is_err());
    };
    for (name, bytes) in fixtures() {
        for id in builtin_ids() {
            request(&name, &bytes, id);
        }
        let documented = builtin_ids().find(|id| name.contains(&format!("documented/{id}/")));
        let body = serde_json::from_slice::<Value>(&bytes).ok();
        if let (Some(id), Some(body), true) = (documented, body, name.contains(".request.")) {
            for spoiled in mutated(&body) {
                request(&format!("{name}: {spoiled}"), spoiled.to_string().as_bytes(), id);
            }
        }
    }
    assert!(
        seen > 5_000 && hidden > 500 && open > 500,
        "{seen} {hidden} {open}"
    );
}

fn predict(arguments: &[&str], body: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_geplint"))
        .args(["predict", "--no-config"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(body.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn undocumented_answers_are_not_predicted() {
    for (endpoint, body) in [
        ("user-group", "[]"),
        ("contact-details", "[]"),
        ("save-contact-authorization-details", "null"),
        (
            "contact-interface-status",
            r#"[{"ClientContactCode": " ", "InterfaceStatus": " "}]"#,
        ),
        ("user-group", r#"[{"groupName": "G", "contactCodes": []}]"#),
    ] {
        let (code, stdout, stderr) = predict(&["--endpoint", endpoint], body);
        assert_eq!(code, Some(2), "{body}\n{stdout}{stderr}");
        assert!(stdout.is_empty(), "{body}\n{stdout}");
        assert!(
            stderr.contains("no prediction: the API's response is not documented"),
            "{body}\n{stderr}"
        );
    }
}

#[test]
fn a_refusal_without_a_documented_text_is_not_a_success() {
    let tenant = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/tenant/inline.toml");
    let (code, stdout, stderr) = predict(
        &["--tenant", tenant.to_str().unwrap()],
        r#"[{"contactCode": "C-3001", "personaAndRoles": [{"personaCode": "P-100", "activities": [{"code": "A-100"}]}],
            "buDetails": {"isOverwrite": true}}]"#,
    );
    assert_eq!(code, Some(2), "{stdout}{stderr}");
    assert!(stdout.is_empty(), "{stdout}");
    assert!(stderr.contains("is inactive"), "{stderr}");
}

#[test]
fn dependencies_of_an_answer_are_listed() {
    let documented = "testdata/documented/save-contact-authorization-details/2-error.request.json";
    let body = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(documented)).unwrap();
    let (code, _, stderr) = predict(&[], &body);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("depends on what was sent before"), "{stderr}");
    let (_, _, stderr) = predict(
        &[],
        r#"[{"groupName": "G", "contactCodes": [{"contactCode": "C-1"}]}]"#,
    );
    assert!(
        stderr.contains("depends on facts of the tenant: contacts"),
        "{stderr}"
    );
    let mixed = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "ok"}, {"ClientContactCode": "C-2"}]"#;
    let (code, _, stderr) = predict(&[], mixed);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("inferred that good records are listed beside bad ones"),
        "{stderr}"
    );
    let (_, stdout, stderr) = predict(&["--quiet"], mixed);
    assert!(stdout.contains("\"C-1\"") && stderr.is_empty(), "{stderr}");
}
