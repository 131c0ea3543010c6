//! Tests of severities, and of the options that decide which of them are shown.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::process::Output;

use geplint::finding::{Finding, Severity};
use geplint::report::Format;
use geplint::rules::{Type, builtin, builtin_ids};
use geplint::tenant::{self, Tenant};
use geplint::{json, lint};
use serde_json::{Value, json};

use crate::support::geplint;

fn check_with(endpoint: &str, tenant: &Tenant, body: &Value) -> Vec<Finding> {
    let text = body.to_string();
    let (text, errors) = json::text(text.as_bytes());
    lint::check(&text, errors, builtin(endpoint).unwrap(), tenant, false).findings
}

fn check(endpoint: &str, body: &Value) -> Vec<Finding> {
    check_with(endpoint, &Tenant::default(), body)
}

fn of<'f>(findings: &'f [Finding], pointer: &str) -> Vec<(&'f str, Severity)> {
    findings
        .iter()
        .filter(|finding| finding.pointer == pointer)
        .map(|finding| (finding.rule.as_ref(), finding.severity))
        .collect()
}

/// A valid contact, except for a missing address.
fn contact(more: &[(&str, Value)]) -> Value {
    let mut record = json!({
        "ContactCode": "C-1", "UserName": "ann", "FirstName": "Ann", "LastName": "Ames",
        "EmailAddress": "ann@example.com",
    });
    for (name, value) in more {
        record[*name] = value.clone();
    }
    record
}

/// Returns a folder for one test, with these files.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("geplint-severity-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn run(&self, args: &[&str]) -> Output {
        geplint().current_dir(&self.0).args(args).output().unwrap()
    }

    fn check(&self, args: &[&str]) -> (String, String, Option<i32>) {
        let output = self.run(&[&["check", "--format", "concise"], args].concat());
        (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
            output.status.code(),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A number has the same digits as the string; only in a code may leading zeros be lost.
#[test]
fn a_number_for_a_string_is_advice_unless_it_is_a_code() {
    let mut seen = [0, 0];
    for id in builtin_ids() {
        let endpoint = builtin(id).unwrap();
        for property in &endpoint.record_table().properties {
            let (value, place) = match property.ty {
                Type::String => (json!(1042), String::new()),
                Type::StringList => (json!([1042]), "/0".to_owned()),
                _ => continue,
            };
            let body = json!([{ property.name.as_ref(): value }]);
            let findings = check(id, &body);
            let expected = if property.is_code() {
                Severity::Warning
            } else {
                Severity::Advice
            };
            let found = of(&findings, &format!("/0/{}{place}", property.name));
            assert!(
                found.contains(&("changes-on-conversion", expected)),
                "{id} {}: {found:?}",
                property.name
            );
            seen[usize::from(property.is_code())] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 4), "{seen:?}");
}

/// The string has another spelling than the boolean.
#[test]
fn a_boolean_for_a_string_is_a_warning() {
    let findings = check(
        "contact-details",
        &json!([contact(&[("Designation", json!(true))])]),
    );
    let found = of(&findings, "/0/Designation");
    assert_eq!(found, [("changes-on-conversion", Severity::Warning)]);
}

#[test]
fn a_boolean_or_number_in_quotes_is_advice_and_null_stays_a_warning() {
    let body = json!([contact(&[
        ("IsActive", json!("true")),
        ("AuthorityAmt", json!("10000000.00")),
        ("IsDeleted", Value::Null),
    ])]);
    let findings = check("contact-details", &body);
    assert_eq!(
        of(&findings, "/0/IsActive"),
        [("text-for-value", Severity::Advice)]
    );
    assert_eq!(
        of(&findings, "/0/AuthorityAmt"),
        [("text-for-value", Severity::Advice)]
    );
    assert_eq!(
        of(&findings, "/0/IsDeleted"),
        [("not-nullable", Severity::Warning)]
    );
}

/// The row that requires an address is about new users, and the documented 200 may be an update.
#[test]
fn a_short_address_matters_for_a_new_contact() {
    let none = &mut |_: &str| Err(String::new());
    let tenant = tenant::load("contacts = [{ code = \"C-7\", user-name = \"zoe\" }]", none).unwrap();
    let address = ("Address", json!({ "CountryCode": "US" }));
    for (tenant, code, expected) in [
        (&Tenant::default(), "C-1", Severity::Advice),
        (&tenant, "C-1", Severity::Warning),
        (&tenant, "C-7", Severity::Advice),
    ] {
        let body = json!([contact(&[address.clone(), ("ContactCode", json!(code))])]);
        let findings = check_with("contact-details", tenant, &body);
        for name in ["AddressLine1", "City", "StateCode", "ZipCode"] {
            let found = of(&findings, &format!("/0/Address/{name}"));
            assert_eq!(found, [("missing-mandatory", expected)], "{code} {name}");
        }
    }
}

#[test]
fn contradictions_of_page_and_examples_are_advice() {
    for id in builtin_ids() {
        let endpoint = builtin(id).unwrap();
        for constraint in endpoint.constraints() {
            let contradicted = constraint.evidence == geplint::finding::Evidence::Contradicted;
            let is_advice = constraint.severity == Severity::Advice;
            assert!(!contradicted || is_advice, "{id} {}", constraint.name);
        }
    }
}

const ADVICE: &str =
    r#"[{"GroupName": "buyers", "IsActive": "true", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;
const WARNING: &str = r#"[{"GroupName": "buyers", "Color": 1, "ContactCodes": [{"ContactCode": "C-1"}]}]"#;

#[test]
fn advice_is_counted_and_shown_on_demand() {
    let folder = Folder::new("shown", &[("a.json", ADVICE), ("w.json", WARNING)]);
    let (shown, summary, code) = folder.check(&["--strict", "a.json"]);
    assert_eq!((shown.as_str(), code), ("", Some(0)));
    assert!(summary.contains("1 advice"), "{summary}");
    let (shown, summary, code) = folder.check(&["--strict", "--min-severity", "advice", "a.json"]);
    assert_eq!(shown.matches("advice[text-for-value]").count(), 1, "{shown}");
    assert_eq!(code, Some(0), "advice never fails a run");
    assert!(summary.contains("1 advice"), "{summary}");
    // Only errors are shown: the warning is still counted.
    let (shown, summary, code) = folder.check(&["--min-severity", "error", "w.json"]);
    assert_eq!((shown.as_str(), code), ("", Some(0)));
    assert!(summary.contains("1 warning"), "{summary}");
}

#[test]
fn findings_that_fail_a_run_must_be_shown() {
    let settings = "min-severity = \"error\"\n";
    let folder = Folder::new("refused", &[("w.json", WARNING), ("geplint.toml", settings)]);
    for args in [
        &["--no-config", "--min-severity", "error", "--fail-on", "warning"][..],
        &["--strict"],
    ] {
        let (shown, complaint, code) = folder.check(&[args, &["w.json"]].concat());
        assert_eq!((shown.as_str(), code), ("", Some(2)), "{args:?}");
        assert!(complaint.contains("min-severity is error"), "{complaint}");
    }
    let (_, _, code) = folder.check(&["--strict", "--min-severity", "warning", "w.json"]);
    assert_eq!(code, Some(1));
}

#[test]
fn settings_support_advice() {
    let settings =
        "min-severity = \"advice\"\n[[severity]]\nrule = \"unknown-property\"\nlevel = \"advice\"\n";
    let folder = Folder::new("level", &[("w.json", WARNING), ("geplint.toml", settings)]);
    let (shown, _, code) = folder.check(&["--strict", "w.json"]);
    assert!(shown.contains("advice[unknown-property]"), "{shown}");
    assert_eq!(code, Some(0));
}

/// A baseline of a run that showed more does not become stale because less is shown.
#[test]
fn a_baseline_entry_is_stale_only_if_nothing_of_any_severity_matches_it() {
    let folder = Folder::new("baseline", &[("a.json", ADVICE)]);
    folder.check(&["--min-severity", "advice", "--write-baseline=b.json", "a.json"]);
    let (_, stderr, code) = folder.check(&["--baseline", "b.json", "a.json"]);
    assert!(!stderr.contains("no longer"), "{stderr}");
    assert_eq!(code, Some(0));
    // Findings that are not shown are not written.
    folder.check(&["--write-baseline=c.json", "a.json"]);
    let written = std::fs::read_to_string(folder.0.join("c.json")).unwrap();
    assert!(!written.contains("text-for-value"), "{written}");
}

#[test]
fn every_format_has_a_level_for_advice() {
    let folder = Folder::new("formats", &[("a.json", ADVICE)]);
    for format in Format::ALL {
        let word = match format {
            Format::Full | Format::Concise => "advice[",
            Format::Table => ".        .        1  text-for-value",
            Format::Json => "\"severity\": \"advice\"",
            Format::Jsonl => "\"severity\":\"advice\"",
            Format::Sarif => "\"level\": \"note\"",
            Format::Gitlab => "\"severity\": \"info\"",
            Format::Checkstyle => "severity=\"info\"",
            Format::Rdjson => "\"severity\": \"INFO\"",
            Format::Github => "::notice file=a.json",
            Format::Junit => "failures=\"0\"",
        };
        let format = format.name();
        let shown = folder.run(&[
            "check",
            "--strict",
            "--min-severity",
            "advice",
            "--format",
            format,
            "a.json",
        ]);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(text.contains(word), "{format}: {text}");
        // The overview has no messages.
        assert!(
            format == "table" || text.contains("is read as true"),
            "{format}: {text}"
        );
        assert_eq!(shown.status.code(), Some(0), "{format}");
        let hidden = folder.run(&["check", "--format", format, "a.json"]);
        let text = String::from_utf8(hidden.stdout).unwrap();
        assert!(!text.contains("is read as true"), "{format}: {text}");
    }
}

/// However many records, each like the vendor's smallest documented success: only the summary is printed.
#[test]
fn many_records_like_the_documented_success_are_a_few_lines() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/documented/contact-details/1-success.request.json");
    let documented: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let records: Vec<Value> = (0..5_000)
        .map(|index| {
            let mut record = documented[0].clone();
            record["ContactCode"] = json!(format!("C-{index}"));
            record["UserName"] = json!(format!("user-{index}"));
            record
        })
        .collect();
    let folder = Folder::new("many", &[("a.json", &Value::Array(records).to_string())]);
    let (shown, summary, code) = folder.check(&["--strict", "a.json"]);
    assert_eq!((shown.as_str(), code), ("", Some(0)));
    assert_eq!(
        summary,
        "1 file, 5,000 records: no problems found \u{b7} 20,000 advice\n"
    );
}

/// Facts of the tenant are only mentioned if they could change the API's answer.
#[test]
fn a_missing_address_is_a_line_of_the_summary() {
    let bad = contact(&[("UserName", json!("")), ("ContactCode", json!("C-2"))]);
    let unbound = contact(&[
        ("IsActive", json!("maybe")),
        ("ContactCode", json!("C-3")),
        ("UserName", json!("third@example.com")),
    ]);
    let files = [
        ("two.json", json!([contact(&[]), bad])),
        ("whole.json", json!([contact(&[]), unbound])),
    ]
    .map(|(name, body)| (name, body.to_string()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = Folder::new("address", &files);
    let line = "1 record without Address is refused if its contact is new (--tenant)\n";
    let (shown, summary, _) = folder.check(&["two.json"]);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert_eq!(
        summary,
        format!("1 of 2 records would be refused \u{b7} 1 error\n{line}")
    );
    let (_, summary, _) = folder.check(&["whole.json"]);
    assert_eq!(summary, "both records would be refused \u{b7} 1 error\n");
}

/// The counts of the JSON report are those of `predict`, whatever is shown.
#[test]
fn the_report_lists_checked_files_and_counts_refused_ones() {
    let bad = contact(&[("UserName", json!("")), ("ContactCode", json!("C-2"))]);
    let two = json!([contact(&[]), bad]).to_string();
    let folder = Folder::new(
        "report",
        &[("a.json", ADVICE), ("b.json", &two), ("c.json", "[{]")],
    );
    for more in [&[][..], &["--ignore", "missing-mandatory"]] {
        let args = [&["check", "--format", "json", "a.json", "b.json", "c.json"], more].concat();
        let output = folder.run(&args);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            report["checked"],
            json!([
                { "path": "a.json", "endpoint": "user-group", "records": 1 },
                { "path": "b.json", "endpoint": "contact-details", "records": 2 },
                { "path": "c.json", "endpoint": null, "records": 0 },
            ])
        );
        let summary = &report["summary"];
        let counts = [
            &summary["refusedFiles"],
            &summary["refusedRecords"],
            &summary["advice"],
        ];
        assert_eq!(counts, [1, 1, 1], "{more:?}");
    }
}

#[test]
fn rules_are_picked_by_a_comma_list() {
    let text = r#"[{"GroupName": "", "Color": 1, "Colour": 2, "ContactCodes": [{"ContactCode": " "}]}]"#;
    let folder = Folder::new("only", &[("a.json", text)]);
    let rules = |args: &[&str]| -> Vec<String> {
        let (shown, ..) = folder.check(&[args, &["a.json"]].concat());
        let rule = |line: &str| line.split(['[', ']']).nth(1).unwrap().to_owned();
        shown
            .lines()
            .map(rule)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    assert_eq!(rules(&[]), ["blank", "missing-mandatory", "unknown-property"]);
    assert_eq!(
        rules(&["--only", "blank,unknown-property"]),
        ["blank", "unknown-property"]
    );
    assert_eq!(
        rules(&["--ignore", "blank,unknown-property"]),
        ["missing-mandatory"]
    );
    let (_, stderr, code) = folder.check(&["--only", "blanc", "a.json"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("--only: there is no rule \"blanc\"; did you mean blank?"),
        "{stderr}"
    );
}

/// Mistakes are explained in terms of the settings, not of the library that parses them.
#[test]
fn mistakes_in_settings_are_explained_in_their_terms() {
    for (settings, expected) in [
        (
            "fail-on = \"nevr\"",
            "1:11: fail-on must be one of error, warning, never, not \"nevr\"; did you mean never?",
        ),
        (
            "[[severity]]\nrule = \"blank\"\nlevel = \"none\"",
            "3:9: level must be one of error, warning, advice, off, not \"none\"",
        ),
        (
            "fail_on = \"error\"",
            "1:1: there is no setting \"fail_on\" here; did you mean fail-on?",
        ),
        (
            "include = \"a\"",
            "1:11: include must be a list: [\"...\"], not `\"a\"`",
        ),
        ("[[ignore]]\npath = \"a\"", "1:1: rule is missing here"),
    ] {
        let mistake = geplint::settings::load(settings).unwrap_err();
        let at = settings.get(..mistake.start).unwrap();
        let line = at.matches('\n').count() + 1;
        let column = at.len() - at.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        assert_eq!(
            format!("{line}:{column}: {}", mistake.message),
            expected,
            "{settings}"
        );
    }
}
