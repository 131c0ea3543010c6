//! Tests of `geplint verify`, on the documented pairs and on recordings in the form that tools write.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};

/// Runs the command with a width, without colour.
fn run(columns: u32, arguments: &[&str]) -> Output {
    crate::support::geplint()
        .arg("verify")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", columns.to_string())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

fn text(columns: u32, arguments: &[&str], status: i32) -> String {
    let output = run(columns, arguments);
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn document(arguments: &[&str], status: i32) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
    serde_json::from_str(&text(80, &arguments, status)).unwrap()
}

/// Returns the names of pairs, with true if they agree.
fn agreed(document: &Value) -> Vec<(&str, bool)> {
    let pairs = document["pairs"].as_array().unwrap();
    pairs
        .iter()
        .map(|pair| (pair["name"].as_str().unwrap(), pair["agreed"].as_bool().unwrap()))
        .collect()
}

/// Creates a folder with some files.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = crate::support::empty_folder("verify", name);
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn all_documented_pairs_agree_as_calls_in_their_order() {
    let document = document(&["--in-order", "testdata/documented"], 0);
    let summary = &document["summary"];
    assert_eq!((&summary["pairs"], &summary["agreed"]), (&json!(10), &json!(10)));
}

#[test]
fn the_documented_pairs() {
    let document = document(&["testdata/documented"], 1);
    let differing: Vec<&str> = agreed(&document)
        .into_iter()
        .filter_map(|(name, agreed)| (!agreed).then_some(name))
        .collect();
    // It depends on the request before it.
    assert_eq!(
        differing,
        ["testdata/documented/save-contact-authorization-details/2-error"]
    );
    let summary = &document["summary"];
    assert_eq!((&summary["pairs"], &summary["agreed"]), (&json!(10), &json!(9)));
    assert_eq!(
        (&summary["recovered"], &summary["falseAlarms"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(document["version"], 1);
}

#[test]
fn the_documented_pairs_in_words() {
    insta::assert_snapshot!(text(120, &["testdata/documented", "-v"], 1));
}

#[test]
fn every_difference_side_by_side() {
    insta::assert_snapshot!(text(120, &["testdata/verify/differences", "-v"], 1));
}

#[test]
fn every_difference_stacked() {
    insta::assert_snapshot!(text(72, &["testdata/verify/differences"], 1));
}

#[test]
fn every_difference_as_json() {
    insta::assert_snapshot!(text(80, &["testdata/verify/differences", "--format", "json"], 1));
}

#[test]
fn two_folders_in_either_order() {
    let (requests, responses) = (
        "testdata/verify/folders/requests",
        "testdata/verify/folders/responses",
    );
    let forth = text(120, &[requests, responses], 1);
    insta::assert_snapshot!(forth);
    assert_eq!(text(120, &[responses, requests], 1), forth);
}

#[test]
fn a_browsers_har() {
    insta::assert_snapshot!(text(120, &["testdata/verify/browser.har", "-v"], 0));
    let output = run(80, &["testdata/verify/browser.har", "-v"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("browser.har#7: ") && stderr.contains(": it has no response body"),
        "{stderr}"
    );
    assert_eq!(stderr.matches("unused ").count(), 5, "{stderr}");
}

#[test]
fn a_proxys_har() {
    insta::assert_snapshot!(text(120, &["testdata/verify/proxy.har"], 0));
}

#[test]
fn har_files_are_found_in_folders_and_filtered_by_endpoint() {
    let all = document(
        &[
            "testdata/verify",
            "--exclude",
            "folders",
            "--exclude",
            "recorders",
            "--exclude",
            "attached",
        ],
        1,
    );
    assert_eq!(all["summary"]["pairs"], 17);
    let one = document(
        &[
            "testdata/verify/browser.har",
            "testdata/verify/proxy.har",
            "--endpoint",
            "user-group",
        ],
        0,
    );
    assert_eq!(
        agreed(&one),
        [
            ("testdata/verify/browser.har#6", true),
            ("testdata/verify/proxy.har#6", false),
            ("testdata/verify/proxy.har#7", true)
        ]
    );
}

#[test]
fn files_are_checked_in_the_given_order() {
    let of = |name: &str| {
        [
            format!("testdata/documented/user-group/{name}.response.json"),
            format!("testdata/documented/user-group/{name}.request.json"),
        ]
    };
    let paths = [of("2-error"), of("1-success")].concat();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(
        agreed(&document(&paths, 0)),
        [
            ("testdata/documented/user-group/2-error", true),
            ("testdata/documented/user-group/1-success", true)
        ]
    );
}

#[test]
fn two_files_of_any_name() {
    let (request, response) = (
        fs::read("testdata/documented/user-group/1-success.request.json").unwrap(),
        fs::read("testdata/documented/user-group/1-success.response.json").unwrap(),
    );
    let folder = folder("any-name", &[("a.txt", &response), ("b.txt", &request)]);
    let path = |name| folder.join(name).to_str().unwrap().to_owned();
    assert!(
        text(80, &[&path("a.txt"), &path("b.txt")], 0).contains("exact agreement       1"),
        "the content tells which is which"
    );
}

#[test]
fn quiet_shows_differences_only() {
    let shown = text(
        80,
        &[
            "testdata/verify/folders/requests",
            "testdata/verify/folders/responses",
            "-q",
        ],
        1,
    );
    assert!(
        shown.starts_with("not a response of the API") && !shown.contains("exact agreement"),
        "{shown}"
    );
    assert_eq!(text(80, &["testdata/verify/browser.har", "-q"], 0), "");
}

#[test]
fn exit_codes() {
    let nothing = folder("nothing", &[("a.request.json", b"[]"), ("b.json", b"{}")]);
    let output = run(80, &[nothing.to_str().unwrap(), "-v"]);
    assert_eq!(output.status.code(), Some(3));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("a.request.json: a request without a response"),
        "{stderr}"
    );
    assert_eq!(run(80, &[]).status.code(), Some(2));
    assert_eq!(run(80, &["testdata/nowhere"]).status.code(), Some(2));
    assert_eq!(run(80, &["-"]).status.code(), Some(2));
    let empty = document(&[nothing.to_str().unwrap()], 3);
    assert_eq!(
        (&empty["pairs"], &empty["summary"]["precision"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(empty["summary"]["unpairedFiles"], 2);
}

#[test]
fn an_invalid_har_does_not_stop_the_run() {
    let deep = "{\"log\":".repeat(100_000);
    let files: [(&str, &[u8]); 6] = [
        ("a.har", b""),
        ("b.har", b"{\"log\": {\"entries\": 7}}"),
        ("c.har", b"\xff\xfe{\0}\0"),
        (
            "d.har",
            b"{\"log\": {\"entries\": [{\"request\": {\"method\": \"PUT\x1b[2J",
        ),
        ("e.har", deep.as_bytes()),
        (
            "f.har",
            b"{\"log\": {\"entries\": [null, 1, {\"request\": []}, {\"request\": {\"method\": 1}}]}}",
        ),
    ];
    let folder = folder("broken", &files);
    let output = run(80, &[folder.to_str().unwrap(), "testdata/verify/browser.har"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr.lines().filter(|line| line.starts_with("error: ")).count(),
        5,
        "{stderr}"
    );
    assert!(!stderr.contains('\u{1b}'), "{stderr:?}");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("exact agreement       3")
    );
}
