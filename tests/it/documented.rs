//! Tests of the documented requests: a documented success has no errors, and a documented error its documented answer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use geplint::finding::{Finding, Severity, Wording};
use geplint::recognize::{Recognized, recognize};
use geplint::rules::{Endpoint, builtin, candidates};
use geplint::tenant::Tenant;
use geplint::{json, lint};

/// All findings of every documented request, in the order of the file: `severity rule pointer`.
const GOLDEN: &[(&str, &[&str])] = &[
    (
        "contact-details/1-success",
        &[
            "advice missing-mandatory /0/Address/AddressLine1",
            "advice missing-mandatory /0/Address/City",
            "advice missing-mandatory /0/Address/StateCode",
            "advice missing-mandatory /0/Address/ZipCode",
        ],
    ),
    (
        "contact-details/2-error",
        &[
            "error missing-mandatory /0/UserName",
            "advice missing-mandatory /0/Address/AddressLine1",
            "advice missing-mandatory /0/Address/City",
            "advice missing-mandatory /0/Address/StateCode",
            "advice missing-mandatory /0/Address/ZipCode",
        ],
    ),
    (
        "contact-details/3-error",
        &[
            "advice missing-mandatory /0/Address/ZipCode",
            "error region-without-name /0/Regions/0/RegionName",
            "warning misplaced-property /0/Regions/0/WorkGroup",
        ],
    ),
    ("contact-interface-status/1-success", &[]),
    (
        "contact-interface-status/2-error",
        &["error missing-mandatory /0/interfaceStatus"],
    ),
    (
        "save-contact-authorization-details/1-success",
        &["advice missing-mandatory /0/RegionDetails", "error syntax "],
    ),
    (
        "save-contact-authorization-details/2-error",
        &[
            "advice missing-mandatory /0/RegionDetails",
            "warning misplaced-property /0/authorityAmountDetails",
        ],
    ),
    (
        "save-contact-authorization-details/3-success",
        &[
            "advice missing-mandatory /0/IsAppendUserActivities",
            "advice missing-mandatory /0/IsOverWriteDefaultActivities",
            "advice missing-mandatory /0/PersonaAndRoles/0/PersonaCode",
            "advice text-for-value /0/BuDetails/IsOverwrite",
            "advice text-for-value /0/BuDetails/OrgDetails/0/IsDefaultLOB",
            "advice text-for-value /0/OrgAuthorityAmountDetails/AuthorityAmountDetails/0/AmountAttributes/0/Amount",
            "advice text-for-value /0/OrgAuthorityAmountDetails/AuthorityAmountDetails/0/AmountAttributes/1/Amount",
            "advice text-for-value /0/RegionDetails/0/isOverwrite",
            "advice text-for-value /0/RegionDetails/0/isDeleted",
            "advice text-for-value /0/RegionDetails/0/isDefault",
        ],
    ),
    ("user-group/1-success", &[]),
    (
        "user-group/2-error",
        &["error unknown-contact /0/contactCodes/1/contactcode"],
    ),
];

/// The error that can only be predicted with facts of the tenant: the contact belongs to another LOB.
const NEEDS_TENANT: &str = "save-contact-authorization-details/2-error";

/// The documented success that is not valid JSON: it has one brace too many.
const NO_JSON: &str = "save-contact-authorization-details/1-success";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/documented")
}

fn request(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.request.json"))).unwrap()
}

fn response(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.response.json"))).unwrap()
}

fn endpoint_of(name: &str) -> &'static Endpoint {
    builtin(name.split('/').next().unwrap()).unwrap()
}

fn check(name: &str, bytes: &[u8]) -> Vec<Finding> {
    let (text, errors) = json::text(bytes);
    lint::check(&text, errors, endpoint_of(name), &Tenant::default(), false).findings
}

fn errors(findings: &[Finding]) -> Vec<&Finding> {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect()
}

fn lines(findings: &[Finding]) -> Vec<String> {
    let word = |finding: &Finding| match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    };
    findings
        .iter()
        .map(|finding| format!("{} {} {}", word(finding), finding.rule, finding.pointer))
        .collect()
}

fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_documented_request_is_listed() {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder()).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if let Some(name) = path.to_str().and_then(|path| path.strip_suffix(".request.json")) {
            let name = Path::new(name).strip_prefix(folder()).unwrap();
            found.push(
                name.iter()
                    .map(|part| part.to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/"),
            );
        }
    }
    assert_eq!(found, GOLDEN.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn every_documented_request_gives_just_these_findings() {
    let mut wrong = Vec::new();
    for (name, expected) in GOLDEN {
        let found = lines(&check(name, &request(name)));
        if found != *expected {
            wrong.push(format!(
                "{name}:\n  {}\nexpected:\n  {}",
                found.join("\n  "),
                expected.join("\n  ")
            ));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_documented_success_gives_no_error() {
    let mut wrong = Vec::new();
    for (name, _) in GOLDEN
        .iter()
        .filter(|(name, _)| name.ends_with("success") && *name != NO_JSON)
    {
        let findings = check(name, &request(name));
        wrong.extend(
            errors(&findings)
                .iter()
                .map(|error| format!("{name}: {} {}", error.rule, error.message)),
        );
    }
    assert_none(&wrong);
}

#[test]
fn the_extra_brace_is_the_only_error() {
    let bytes = request(NO_JSON);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let findings = check(NO_JSON, &bytes);
    let [error] = errors(&findings)[..] else {
        panic!("{:#?}", lines(&findings))
    };
    assert_eq!(error.rule, "syntax");
    assert_eq!(error.predicted, None);
    let before = &text[..error.span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    assert_eq!((line, column), (2, 5));

    let after = format!("{before}{}", &text[error.span.start as usize + 1..]);
    let findings = check(NO_JSON, after.as_bytes());
    assert!(errors(&findings).is_empty(), "{:#?}", lines(&findings));
}

#[test]
fn a_documented_error_is_predicted_value_for_value() {
    let mut wrong = Vec::new();
    for (name, _) in GOLDEN.iter().filter(|(name, _)| name.ends_with("error")) {
        let findings = check(name, &request(name));
        let predicted: Vec<[String; 3]> = errors(&findings)
            .into_iter()
            .filter_map(|finding| finding.predicted.clone())
            .filter(|predicted| predicted.wording == Wording::Documented)
            .map(|predicted| {
                [
                    &predicted.key,
                    &predicted.error_code,
                    &predicted.error_description,
                ]
                .map(ToString::to_string)
            })
            .collect();
        let expected = if *name == NEEDS_TENANT {
            Vec::new()
        } else {
            answers(&response(name))
        };
        if predicted != expected {
            wrong.push(format!("{name}: {predicted:?}\n  expected {expected:?}"));
        }
    }
    assert_none(&wrong);
}

/// Returns key, errorCode and errorDescription of every error in a response.
fn answers(response: &[u8]) -> Vec<[String; 3]> {
    let response: serde_json::Value = serde_json::from_slice(response).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for detail in response["errorDetails"].as_array().unwrap() {
        for error in detail["errors"].as_array().unwrap() {
            all.push([
                text(&detail["key"]),
                text(&error["errorCode"]),
                text(&error["errorDescription"]),
            ]);
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn requests_and_responses_are_recognized_by_their_shape() {
    let endpoints: Vec<_> = candidates().collect();
    let mut wrong = Vec::new();
    let mut compare = |what: String, bytes: &[u8], expected: Recognized<'_>| {
        let (text, _) = json::text(bytes);
        let found = recognize(&text, &endpoints);
        if found != expected {
            wrong.push(format!("{what}: {found:?}"));
        }
    };
    for (name, _) in GOLDEN {
        compare(
            format!("{name}.request"),
            &request(name),
            Recognized::Request(&endpoint_of(name).id),
        );
        compare(format!("{name}.response"), &response(name), Recognized::Response);
    }
    assert_none(&wrong);
}

/// Every documented success has to pass because it is published, whatever `GOLDEN` lists: no error, no warning, and
/// `--strict` passes.
#[test]
fn documented_successes_pass_strict() {
    let mut seen = 0;
    for (name, _) in GOLDEN.iter().filter(|(name, _)| name.ends_with("-success")) {
        let path = folder().join(format!("{name}.request.json"));
        let run = crate::support::geplint()
            .args(["check", "--no-config", "--strict", "--format", "concise"])
            .arg(&path)
            .output()
            .unwrap();
        let shown = String::from_utf8(run.stdout).unwrap();
        if *name == NO_JSON {
            assert_eq!(shown.lines().count(), 1, "{shown}");
            assert!(shown.contains("error[syntax]"), "{shown}");
            // Without the extra brace it is a success like the others.
            let text = String::from_utf8(request(name)).unwrap().replacen('{', "", 1);
            let notable = |finding: &&Finding| finding.severity > Severity::Advice;
            assert_eq!(check(name, text.as_bytes()).iter().find(notable), None);
        } else {
            assert_eq!((shown.as_str(), run.status.code()), ("", Some(0)), "{name}");
        }
        seen += 1;
    }
    let files = [
        "contact-details",
        "contact-interface-status",
        "save-contact-authorization-details",
        "user-group",
    ]
    .map(|endpoint| std::fs::read_dir(folder().join(endpoint)).unwrap())
    .into_iter()
    .flatten()
    .filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with("-success.request.json")
    });
    assert_eq!(seen, files.count());
}
