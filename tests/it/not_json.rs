//! Every file that is counted has a record, an empty list or a finding.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use crate::support::run;
use geplint::finding::{Finding, Severity};
use geplint::rules::{builtin, builtin_ids, candidates};
use geplint::session::{Outcome, Session};
use geplint::tenant::Tenant;
use geplint::{json, lint};

/// Files that are not JSON, with part of the message for each.
const FILES: &[(&str, &[u8], &str)] = &[
    (
        "html",
        b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        "an HTML page",
    ),
    ("html-bom", b"\xEF\xBB\xBF\n<html></html>", "an HTML page"),
    (
        "xml",
        b"<?xml version=\"1.0\"?><Contacts><Contact/></Contacts>",
        "an XML document",
    ),
    (
        "soap",
        b"<soap:Envelope><soap:Body/></soap:Envelope>",
        "an XML document",
    ),
    ("curl", b"@payload.json\n", "a curl argument"),
    (
        "yaml",
        b"- clientContactCode: C-1\n  interfaceStatus: ok\n",
        "YAML",
    ),
    ("yaml-object", b"contactCode: C-1\nuserName: ann\n", "YAML"),
    (
        "front-matter",
        b"---\n[{\"clientContactCode\": \"C-1\"}]",
        "`---` line",
    ),
    (
        "url-encoded",
        b"contactCode=C-1&userName=ann%40example.com",
        "URL-encoded",
    ),
    ("percent", b"%5B%7B%22a%22%3A1%7D%5D", "URL-encoded"),
    ("csv", b"ContactCode,UserName\nC-1,ann\n", "CSV"),
    (
        "conflict",
        b"<<<<<<< HEAD\n[]\n=======\n[ ]\n>>>>>>> other\n",
        "merge conflict marker",
    ),
    (
        "conflict-inside",
        b"[\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n]\n",
        "merge conflict marker",
    ),
    (
        "comments",
        b"// [{\"clientContactCode\": \"C-1\"}]\n",
        "only comments",
    ),
    (
        "comment",
        b"/* [{\"clientContactCode\": \"C-1\"}] */",
        "only comments",
    ),
    ("nul", b"\0\0\0\0", "NUL bytes"),
    ("utf-16", b"\xFF\xFE[\0]\0", "UTF-16"),
    ("gzip", b"\x1F\x8B\x08\0\0\0", "gzip"),
    ("zip", b"PK\x03\x04\x14\0", "ZIP"),
    ("pdf", b"%PDF-1.7\n", "PDF"),
    ("http", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "HTTP response"),
    (
        "lfs",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "Git LFS",
    ),
    ("empty", b"", "the file is empty"),
    ("blank", b" \n\t", "contains only whitespace"),
    ("mark", b"\xEF\xBB\xBF", "contains only whitespace"),
    ("minus", b"-[{\"clientContactCode\": \"C-1\"}]", "not JSON"),
    ("words", b"Bad Gateway", "not JSON"),
    ("brace", b"}", "not JSON"),
    ("bracket", b"]", "not JSON"),
    ("paren", b")", "not JSON"),
    ("comma", b",", "not JSON"),
    ("colon", b":", "not JSON"),
    ("cut", b"[", "not JSON"),
    ("cut-object", b"{\"a\": 1", "not JSON"),
    ("numbers", b"[1 2]", "not JSON"),
];

const PAYLOAD: &[u8] = br#"[{"clientContactCode": "C-1", "interfaceStatus": "success"}]"#;

/// A folder that is removed when it is dropped.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let name = format!("geplint-not-json-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self { path }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Creates a folder with one file of each form.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, bytes, _) in FILES {
        fs::write(folder.path.join(format!("{name}.json")), bytes).unwrap();
    }
    folder
}

#[test]
fn a_named_file_that_is_not_json_is_an_error_with_its_format() {
    let folder = folder();
    for (name, bytes, message) in FILES {
        let path = format!("{name}.json");
        let ways: &[(&[&str], &[u8])] = &[
            (&["check", "--format", "concise", &path], b""),
            (&["check", "--strict", "--format", "concise", &path], b""),
            (&["check", "--format", "junit", &path], b""),
            (&["check", "--format", "concise", "-"], bytes),
        ];
        for (arguments, stdin) in ways {
            let output = run(&folder.path, arguments, stdin);
            let text = text(&output);
            assert_eq!(output.status.code(), Some(1), "{name} {arguments:?}\n{text}");
            assert!(text.contains(message), "{name} {arguments:?}\n{text}");
        }
        let output = run(&folder.path, &["predict", &path], b"");
        let text = text(&output);
        assert_eq!(output.status.code(), Some(2), "{name}\n{text}");
        assert!(
            output.stdout.is_empty() && text.contains(message),
            "{name}\n{text}"
        );
    }
}

#[test]
fn a_found_file_that_is_not_json_is_only_mentioned() {
    let folder = folder();
    fs::create_dir(folder.path.join("payloads")).unwrap();
    fs::write(folder.path.join("payloads/a.json"), PAYLOAD).unwrap();
    let output = run(&folder.path, &["check", "."], b"");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    for (name, _, message) in FILES {
        let line = stderr
            .lines()
            .find(|line| line.contains(&format!("./{name}.json: ")));
        assert!(
            line.is_some_and(|line| line.contains(message)),
            "{name}\n{stderr}"
        );
    }
    assert!(stderr.contains(&format!("{} skipped", FILES.len())), "{stderr}");
    // Passed by a hook.
    let output = run(
        &folder.path,
        &["check", "--skip-unrecognized", "html.json", "payloads/a.json"],
        b"",
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("html.json: not JSON: the file is an HTML page"));
}

#[test]
fn next_to_a_payload_or_if_configured_it_is_an_error() {
    for (name, bytes, message) in FILES {
        let folder = Folder::new();
        fs::write(folder.path.join("b.json"), bytes).unwrap();
        fs::write(folder.path.join("c.json"), PAYLOAD).unwrap();
        let check = || {
            let output = run(&folder.path, &["check", "--format", "concise", "."], b"");
            (output.status.code(), text(&output))
        };
        let (code, output) = check();
        assert_eq!(code, Some(1), "{name}\n{output}");
        assert!(output.contains(message), "{name}\n{output}");
        fs::remove_file(folder.path.join("c.json")).unwrap();
        for settings in [
            "include = [\"*.json\"]\n",
            "[[files]]\nglob = \"*.json\"\nendpoint = \"user-group\"\n",
        ] {
            fs::write(folder.path.join("geplint.toml"), settings).unwrap();
            let (code, output) = check();
            assert_eq!(code, Some(1), "{name} {settings}\n{output}");
        }
    }
}

/// Asserts that bytes have a record or a finding, with and without a given endpoint.
#[track_caller]
fn assert_not_silent(name: &str, bytes: &[u8]) {
    let (known, tenant): (Vec<_>, _) = (candidates().collect(), Tenant::default());
    let mut session = Session::new(&known, &tenant, false);
    if let Outcome::Checked(request) = session.file(bytes, false) {
        let checked = request.checked;
        assert!(checked.records > 0 || !checked.findings.is_empty(), "{name}");
    }
    for id in builtin_ids() {
        let (text, errors) = json::text(bytes);
        let checked = lint::check(&text, errors, builtin(id).unwrap(), &tenant, false);
        assert!(
            checked.records > 0 || !checked.findings.is_empty(),
            "{name} as {id}"
        );
    }
}

#[test]
fn every_file_has_a_record_or_a_finding() {
    for (name, bytes, _) in FILES {
        assert_not_silent(name, bytes);
    }
    for first in 0..=u8::MAX {
        for rest in [&b""[..], b"x", b" [{\"contactCode\": 1}]", b"\n[]", b"]", b"}"] {
            let mut bytes = vec![first];
            bytes.extend_from_slice(rest);
            assert_not_silent(&format!("{bytes:?}"), &bytes);
        }
    }
}

#[test]
fn json_test_suite_without_an_endpoint() {
    let Some(folder) = std::env::var_os("GEPLINT_JSON_TEST_SUITE").map(PathBuf::from) else {
        eprintln!("skipped: GEPLINT_JSON_TEST_SUITE does not name the folder of JSONTestSuite");
        return;
    };
    let folder = if folder.ends_with("test_parsing") {
        folder
    } else {
        folder.join("test_parsing")
    };
    let (known, tenant): (Vec<_>, _) = (candidates().collect(), Tenant::default());
    let mut refused = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = Session::new(&known, &tenant, false).file(&fs::read(&path).unwrap(), false);
        if name.starts_with("n_") {
            refused += 1;
            let is_error = match &outcome {
                Outcome::NotJson(finding) => finding.severity == Severity::Error,
                Outcome::Checked(request) => request.checked.findings.iter().any(Finding::makes_unreadable),
                _ => false,
            };
            assert!(is_error, "{name}: {outcome:?}");
        } else if name.starts_with("y_") {
            assert!(!matches!(outcome, Outcome::NotJson(_)), "{name}: {outcome:?}");
        }
    }
    assert_eq!(refused, 188);
}

/// With `--verbose`, each file is named, with its detected kind.
#[test]
fn verbose_names_every_file() {
    let folder = crate::support::empty_folder("not-json", "verbose");
    fs::write(
        folder.join("good.json"),
        r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "success"}]"#,
    )
    .unwrap();
    for (name, bytes, _) in FILES {
        fs::write(folder.join(format!("{name}.json")), bytes).unwrap();
    }
    fs::write(folder.join("package.json"), r#"{"name": "a"}"#).unwrap();
    let done = run(&folder, &["check", "-v"], b"");
    let printed = String::from_utf8(done.stderr).unwrap();
    let names = FILES.iter().map(|(name, ..)| *name);
    for name in names.chain(["good", "package"]) {
        let start = |how: &str| format!("{how} ./{name}.json: ");
        let named = printed
            .lines()
            .filter(|line| line.starts_with(&start("checked")) || line.starts_with(&start("skipped")));
        assert_eq!(named.count(), 1, "{name}: {printed}");
    }
}
