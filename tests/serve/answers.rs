//! The responses to calls: the bytes of `predict`, and the HTTP status.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::support::{Folder, Server, files, folder_name, geplint, predicted, route};

const JSON: &str = "Content-Type: application/json";

/// Returns every fixture and every documented request, by endpoint.
fn requests() -> BTreeMap<String, Vec<PathBuf>> {
    let mut all: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let documented = files("documented", ".request.json");
    for path in files("rules", ".json").into_iter().chain(documented) {
        all.entry(folder_name(&path).to_owned()).or_default().push(path);
    }
    all
}

#[test]
fn every_fixture_gets_the_bytes_that_predict_prints() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let (mut same, mut none) = (0, 0);
    for (endpoint, paths) in requests() {
        for (path, expected) in paths.iter().zip(predicted(&endpoint, &paths, &[])) {
            let answer = client.post(&endpoint, &fs::read(path).unwrap());
            let shown = path.display();
            if let Some(expected) = expected {
                assert_eq!(answer.text(), expected, "{shown}");
                assert_eq!(
                    answer.header("content-type"),
                    Some("application/json; charset=utf-8")
                );
                let status = answer.json()["statusCode"].as_str().unwrap().to_owned();
                assert_eq!(answer.status.to_string(), status, "{shown}");
                assert!(answer.header("x-geplint-evidence").is_some());
                same += 1;
            } else {
                assert_eq!(answer.status, 501, "{shown}");
                assert_eq!(
                    answer.header("content-type"),
                    Some("application/problem+json"),
                    "{shown}"
                );
                assert_eq!(answer.header("x-geplint-evidence"), Some("none"), "{shown}");
                none += 1;
            }
            let reset = client.request("POST", "/_geplint/reset", &[], b"");
            assert_eq!(reset.status, 200);
        }
    }
    assert!(same > 800 && none > 10, "{same} {none}");
}

#[test]
fn a_single_file_is_answered_as_predict_prints_it() {
    let server = Server::start(&[]);
    for path in files("documented", ".request.json") {
        let output = geplint()
            .args(["predict", "--quiet"])
            .arg(&path)
            .output()
            .unwrap();
        if !output.stdout.is_empty() {
            let answer = server.post(folder_name(&path), &fs::read(&path).unwrap());
            assert_eq!(answer.body, output.stdout, "{}", path.display());
            server.request("POST", "/_geplint/reset", &[], b"");
        }
    }
}

#[test]
fn paths_and_methods_follow_the_rules() {
    let folder = Folder::new();
    let rules = folder.write(
        "things.toml",
        "endpoint = \"things\"\ntitle = \"Things\"\nmethod = \"PUT\"\npath = \"/x/Things\"\npage = \"none\"\nrecord = \"Thing\"\ngood-beside-bad = \"listed\"\n\
         key = [\"Id\"]\n[tables.Thing]\ntitle = \"Thing\"\n[tables.Thing.properties]\n\
         Id = { row = \"1\", type = \"string\", required = { evidence = \"table\" } }\n",
    );
    let server = Server::start(&["--rules", &rules, "--base-path", "/gep/v1"]);
    let (_, path) = route("user-group");
    let name = path.rsplit('/').next().unwrap();
    let request = |method: &str, path: &str| server.request(method, path, &[JSON], b"[]");
    for right in [
        path.clone(),
        path.to_uppercase(),
        format!("{path}/"),
        format!("/gep/v1{path}"),
        format!("/GEP/V1/{name}"),
    ] {
        assert!(
            request("POST", &right).header("x-geplint-evidence").is_some(),
            "{right}"
        );
    }
    for wrong in [
        "/".to_owned(),
        format!("/{name}"),
        format!("/other{path}"),
        format!("{path}x"),
        "/../../etc/passwd".to_owned(),
    ] {
        let answer = request("POST", &wrong);
        assert_eq!(
            (answer.status, answer.header("x-geplint-evidence")),
            (404, None),
            "{wrong}"
        );
    }
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = request(method, &path);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let answer = server.request("PUT", "/X/things", &[JSON], br#"[{"Id": "A"}]"#);
    assert_eq!(
        (answer.status, &answer.json()["successDetails"]),
        (200, &json!([{"key": "A"}]))
    );
    assert_eq!(request("POST", "/x/Things").header("allow"), Some("PUT"));
}

#[test]
fn only_json_is_accepted() {
    let server = Server::start(&[]);
    let (method, path) = route("user-group");
    let status = |headers: &[&str]| server.request(method, &path, headers, b"{}").status;
    for right in [
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "text/json",
        " application/json ;x",
    ] {
        assert_eq!(status(&[&format!("Content-Type: {right}")]), 400, "{right}");
    }
    for wrong in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "multipart/form-data",
        "",
    ] {
        assert_eq!(status(&[&format!("Content-Type: {wrong}")]), 415, "{wrong}");
    }
    assert_eq!(status(&[]), 415);
    assert_eq!(status(&[JSON, "Content-Encoding: gzip"]), 415);
    assert_eq!(status(&[JSON, "Content-Encoding: identity"]), 400);
    let mut client = server.client();
    let compressed = "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    client.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{JSON}\r\n{compressed}").as_bytes());
    assert_eq!(client.answer().unwrap().status, 415);
}

#[test]
fn a_missing_token_is_refused_if_one_is_required() {
    let (method, path) = route("user-group");
    for (flag, right, wrong) in [
        (
            "--require-token",
            vec!["Bearer x", "bearer anything", "Basic eDp5"],
            vec!["", "  "],
        ),
        (
            "--require-token=s3cret",
            vec!["Bearer s3cret", "bearer  s3cret "],
            vec![
                "",
                "s3cret",
                "Bearer",
                "Bearer s3cre",
                "Bearer s3cret2",
                "Basic s3cret",
            ],
        ),
    ] {
        let server = Server::start(&[flag]);
        let request = |headers: &[&str]| server.request(method, &path, headers, b"{}");
        let answer = request(&[JSON]);
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, Some("Bearer"))
        );
        for token in wrong {
            assert_eq!(
                request(&[JSON, &format!("Authorization: {token}")]).status,
                401,
                "{flag} {token}"
            );
        }
        for token in right {
            assert_eq!(
                request(&[JSON, &format!("Authorization: {token}")]).status,
                400,
                "{flag} {token}"
            );
        }
        // The path is checked before the token.
        assert_eq!(server.request("POST", "/nowhere", &[JSON], b"{}").status, 404);
        // The token is not stored.
        let calls = server.request("GET", "/_geplint/api/calls/2", &[], b"").text();
        assert!(
            calls.contains("(not kept)") || flag == "--require-token",
            "{calls}"
        );
        assert!(!calls.contains("s3cret"), "{calls}");
    }
}

#[test]
fn http_may_say_200_for_a_predicted_400() {
    let server = Server::start(&["--http-status", "always-200"]);
    let path = files("documented/user-group", "2-error.request.json")
        .pop()
        .unwrap();
    let answer = server.post("user-group", &fs::read(path).unwrap());
    assert_eq!(
        (answer.status, &answer.json()["statusCode"]),
        (200, &json!("400"))
    );
    // Errors of the server itself keep their status.
    assert_eq!(server.request("POST", "/nowhere", &[JSON], b"[]").status, 404);
    assert_eq!(server.post("user-group", b"[{").status, 501);
}

#[test]
fn headers_show_the_evidence_of_the_answer() {
    let server = Server::start(&[]);
    let answer = |name: &str| {
        let path = files("documented", name).pop().unwrap();
        server.post(folder_name(&path), &fs::read(&path).unwrap())
    };
    let sure = answer("contact-interface-status/2-error.request.json");
    assert_eq!(sure.header("x-geplint-evidence"), Some("response"));
    let good = answer("contact-interface-status/1-success.request.json");
    assert_eq!(good.header("x-geplint-evidence"), Some("no-error"));
    let open = answer("save-contact-authorization-details/3-success.request.json");
    assert_eq!(open.header("x-geplint-undecided"), Some("activities"));
}

#[test]
fn undocumented_or_invalid_calls_change_nothing_and_get_a_reason() {
    let server = Server::start(&[]);
    let not_json = server.post("user-group", b"[{\"groupName\": }]");
    assert_eq!(
        (not_json.status, not_json.header("x-geplint-undecided")),
        (501, Some("answer"))
    );
    assert!(
        not_json.json()["detail"]
            .as_str()
            .unwrap()
            .contains("line 1, column"),
        "{}",
        not_json.text()
    );
    let undocumented = server.post("contact-interface-status", b"[]");
    assert_eq!(undocumented.status, 501, "{}", undocumented.text());
    assert_eq!(server.get("/_geplint/tenant")["changedContactsTotal"], 0);
}

/// A reader that follows the declared charset reads another text than the one that is checked.
#[test]
fn another_charset_than_utf_8_gets_no_prediction() {
    let server = Server::start(&[]);
    let (method, path) = route("user-group");
    let plain = br#"{"GroupName": "a"}"#.as_slice();
    let accented = "{\"GroupName\": \"\u{e9}\"}";
    let latin: Vec<u8> = accented
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let utf_16: Vec<u8> = accented.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (charset, body, status) in [
        ("utf-8", accented.as_bytes(), 400),
        ("\"UTF-8\"", accented.as_bytes(), 400),
        ("utf8", accented.as_bytes(), 400),
        ("us-ascii", plain, 400),
        ("ISO-8859-1", plain, 400),
        ("windows-1252", plain, 400),
        ("iso-8859-1", accented.as_bytes(), 501),
        ("iso-8859-1", &latin, 501),
        ("utf-16", plain, 501),
        ("utf-16", &utf_16, 501),
        ("", plain, 501),
        ("ibm037", plain, 501),
    ] {
        let kind = format!("Content-Type: application/json; x=1; Charset={charset}");
        let answer = server.request(method, &path, &[&kind], body);
        assert_eq!(answer.status, status, "{charset}: {}", answer.text());
        if status == 501 {
            assert_eq!(answer.header("x-geplint-undecided"), Some("answer"), "{charset}");
            assert!(answer.text().contains("has the charset"), "{}", answer.text());
        }
    }
}

/// A status that the API answers with is a prediction, and `predict` has none for these.
#[test]
fn calls_without_a_prediction_get_no_status_of_the_api() {
    let folder = Folder::new();
    let path = files(
        "documented",
        "save-contact-authorization-details/1-success.request.json",
    )
    .pop()
    .unwrap();
    // As published, it is not JSON, but the repair is certain.
    let published = fs::read_to_string(path).unwrap();
    let valid = published.replacen('{', "", 1);
    let server = Server::start(&[]);
    let endpoint = "save-contact-authorization-details";
    assert_eq!(server.post(endpoint, valid.as_bytes()).status, 200);
    for body in [
        published.clone(),
        valid.trim_end().to_owned() + ",",
        format!("// comment\n{valid}"),
        String::new(),
        "[{".to_owned(),
    ] {
        let file = folder.write("body.json", &body);
        let predicted = geplint()
            .args(["predict", "--endpoint", endpoint])
            .arg(&file)
            .output()
            .unwrap();
        assert!(predicted.stdout.is_empty(), "{body}");
        let answer = server.post(endpoint, body.as_bytes());
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (501, Some("application/problem+json")),
            "{body}"
        );
        assert_eq!(answer.header("x-geplint-undecided"), Some("answer"), "{body}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("not known"), "{detail}");
        // The message is about a body, not a file.
        assert!(!detail.contains("file"), "{detail}");
    }
}
