//! The requests of the page, and the protection from pages of other sites.

use std::thread;

use serde_json::json;

use super::support::{Server, files, route};

const JSON: &str = "Content-Type: application/json";

#[test]
fn a_call_is_listed_and_shown_with_its_findings() {
    let server = Server::start(&[]);
    let path = files("documented/user-group", "2-error.request.json")
        .pop()
        .unwrap();
    let body = std::fs::read_to_string(path).unwrap();
    let answer = server.post("user-group", body.as_bytes());
    let list = server.get("/_geplint/api/calls");
    assert_eq!((&list["last"], &list["forgotten"]), (&json!(1), &json!(0)));
    let call = &list["calls"][0];
    let (method, path) = route("user-group");
    for (name, value) in [
        ("seq", json!(1)),
        ("method", json!(method)),
        ("path", json!(path)),
        ("endpoint", json!("user-group")),
        ("status", json!(400)),
        ("bytes", json!(body.len())),
        ("evidence", json!(answer.header("x-geplint-evidence").unwrap())),
    ] {
        assert_eq!(call[name], value, "{name}");
    }
    let time = call["time"].as_str().unwrap();
    assert!(
        time.len() == 24 && time.ends_with('Z') && time.as_bytes()[10] == b'T',
        "{time}"
    );
    assert!(call["millis"].as_f64().unwrap() > 0.0);
    assert!(!call["keys"].as_array().unwrap().is_empty());
    let detail = server.get("/_geplint/api/calls/1");
    assert_eq!(&detail["call"], call);
    assert_eq!(
        (&detail["request"]["body"], &detail["request"]["truncated"]),
        (&json!(body), &json!(false))
    );
    assert_eq!(detail["response"]["body"], json!(answer.text()));
    // The findings are those of the JSON report.
    let output = super::support::geplint()
        .args([
            "check",
            "--quiet",
            "--format",
            "json",
            "--min-severity",
            "advice",
            "testdata/documented/user-group/2-error.request.json",
        ])
        .output()
        .unwrap();
    let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["path"] = json!("request 1");
    }
    assert_eq!(detail["findings"], report["findings"]);
    assert_eq!(call["findings"], detail["findings"].as_array().unwrap().len());
}

#[test]
fn a_request_for_later_calls_waits_for_one() {
    let server = Server::start(&[]);
    let empty = server.get("/_geplint/api/calls?after=0&limit=10");
    assert_eq!(
        empty,
        json!({"calls": [], "last": 0, "forgotten": 0, "resets": 0})
    );
    server.post("user-group", b"{}");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.get("/_geplint/api/calls?after=1&wait=25"));
        let early = server.get("/_geplint/api/calls?after=0&wait=25");
        assert_eq!(early["calls"][0]["seq"], 1);
        assert!(!waiting.is_finished());
        server.post("user-group", b"{}");
        let later = waiting.join().unwrap();
        assert_eq!(
            (&later["calls"][0]["seq"], &later["last"]),
            (&json!(2), &json!(2))
        );
    });
    // A page with a higher number than the last call was loaded from another server.
    assert_eq!(server.get("/_geplint/api/calls?after=99&wait=25")["last"], 2);
    assert_eq!(
        server.get("/_geplint/api/calls?after=18446744073709551615")["last"],
        2
    );
    assert_eq!(
        server.get("/_geplint/api/calls?limit=1")["calls"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for wrong in ["after=x", "limit=-1", "wait=1s"] {
        assert_eq!(
            server
                .request("GET", &format!("/_geplint/api/calls?{wrong}"), &[], b"")
                .status,
            400
        );
    }
    for (path, status) in [
        ("calls/0", 404),
        ("calls/3", 404),
        ("calls/x", 404),
        ("calls/", 404),
        ("call", 404),
        ("calls/1", 200),
    ] {
        assert_eq!(
            server
                .request("GET", &format!("/_geplint/api/{path}"), &[], b"")
                .status,
            status,
            "{path}"
        );
    }
}

#[test]
fn ten_thousand_calls_are_kept() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for _ in 0..10_050 {
        client.request("GET", "/", &[], b"");
    }
    let list = server.get("/_geplint/api/calls?limit=1");
    assert_eq!(
        (&list["last"], &list["forgotten"], &list["calls"][0]["seq"]),
        (&json!(10_050), &json!(50), &json!(51))
    );
    assert_eq!(
        server.request("GET", "/_geplint/api/calls/50", &[], b"").status,
        404
    );
    server.request("POST", "/_geplint/reset", &[], b"");
    assert_eq!(
        server.get("/_geplint/api/calls"),
        json!({"calls": [], "last": 0, "forgotten": 0, "resets": 1})
    );
    client.request("GET", "/", &[], b"");
    assert_eq!(server.get("/_geplint/api/calls")["calls"][0]["seq"], 1);
    assert_eq!(
        server.request("GET", "/_geplint/api/calls/1", &[], b"").status,
        200
    );
    // Nothing before it is missing.
    assert_eq!(server.get("/_geplint/har")["log"].get("comment"), None);
}

#[test]
fn a_reset_answers_waiting_requests() {
    let server = Server::start(&[]);
    server.post("user-group", b"{}");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.get("/_geplint/api/calls?after=1&wait=25"));
        server.request("POST", "/_geplint/reset", &[], b"");
        let page = waiting.join().unwrap();
        assert_eq!((&page["last"], &page["resets"]), (&json!(0), &json!(1)));
    });
}

/// A time of another length would move all columns after it, and so would a key with a space.
#[cfg(unix)]
#[test]
fn the_columns_of_the_log_are_aligned() {
    let server = Server::logging(&[]);
    let mut client = server.client();
    for key in ["C-1", "C 2", "", "a\"b", "a,b"] {
        client.post(
            "contact-details",
            json!([{"ContactCode": key}]).to_string().as_bytes(),
        );
    }
    for _ in 0..30 {
        client.request("GET", "/", &[], b"");
    }
    let log = server.log();
    assert_eq!(log.len(), 35);
    for line in &log {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.len() == 24 && rest.as_bytes()[3] == b' ', "{line}");
    }
    for (line, key) in log
        .iter()
        .zip(["C-1", "\"C 2\"", "\"\"", "\"a\\\"b\"", "\"a,b\""])
    {
        let column = format!(" contact-details {key} ");
        assert!(line.contains(&column), "{line}");
    }
}

#[test]
fn large_calls_are_stored_within_the_memory_limit() {
    let server = Server::start(&[]);
    let body = vec![b' '; 20 << 20];
    for _ in 0..15 {
        server.request("POST", "/nowhere", &[], &body);
    }
    let list = server.get("/_geplint/api/calls");
    assert_eq!((&list["last"], &list["forgotten"]), (&json!(15), &json!(3)));
    let detail = server.get("/_geplint/api/calls/15");
    assert_eq!(detail["request"]["truncated"], true);
    assert_eq!(detail["request"]["body"].as_str().unwrap().len(), 8 << 20);
}

#[test]
fn trying_a_payload_changes_nothing() {
    let server = Server::start(&[]);
    let path = files("documented/user-group", "2-error.request.json")
        .pop()
        .unwrap();
    let body = std::fs::read(path).unwrap();
    let tried =
        |query: &str, body: &[u8]| server.request("POST", &format!("/_geplint/api/try{query}"), &[], body);
    for query in ["", "?endpoint=user-group"] {
        let answer = tried(query, &body).json();
        assert_eq!(
            (&answer["endpoint"], &answer["status"]),
            (&json!("user-group"), &json!(400))
        );
        assert_eq!(answer["findings"][0]["start"]["line"], 13);
        assert_eq!(
            answer["response"].as_str().unwrap().as_bytes(),
            server.post("user-group", &body).body
        );
    }
    server.request("POST", "/_geplint/reset", &[], b"");
    let endpoint = "save-contact-authorization-details";
    let path = files(&format!("documented/{endpoint}"), "2-error.request.json")
        .pop()
        .unwrap();
    let body = std::fs::read(path).unwrap();
    for _ in 0..2 {
        assert_eq!(tried("", &body).json()["status"], 200);
    }
    assert_eq!(server.get("/_geplint/tenant")["changedContactsTotal"], 0);
    assert_eq!(server.get("/_geplint/api/calls")["calls"], json!([]));
    let unknown = tried("", b"{\"a\": 1}").json();
    assert!(
        unknown["endpoint"].is_null() && unknown["response"].is_null() && unknown["why"].is_string(),
        "{unknown}"
    );
    let broken = tried("?endpoint=user-group", b"[{").json();
    assert!(
        broken["response"].is_null()
            && broken["status"] == 501
            && !broken["findings"].as_array().unwrap().is_empty(),
        "{broken}"
    );
    assert_eq!(tried("?endpoint=none", b"").status, 404);
}

#[test]
fn endpoints_are_listed() {
    let server = Server::start(&["--base-path", "/gw"]);
    let list = server.get("/_geplint/api/endpoints");
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|endpoint| endpoint["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, geplint::rules::builtin_ids().collect::<Vec<_>>());
    for endpoint in list.as_array().unwrap() {
        let path = endpoint["path"].as_str().unwrap().to_lowercase();
        let paths = endpoint["paths"].as_array().unwrap();
        assert!(
            paths.contains(&json!(path)) && paths.contains(&json!(format!("/gw{path}"))),
            "{endpoint}"
        );
    }
}

#[test]
fn the_page_can_only_connect_to_its_server() {
    let server = Server::start(&[]);
    let page = server.request("GET", "/_geplint/", &[], b"");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'sha256-",
        "style-src 'sha256-",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for path in [
        "/_geplint/",
        "/_geplint/api/calls",
        "/_geplint/api/endpoints",
        "/_geplint/tenant",
        "/_geplint/none",
    ] {
        let answer = server.request("GET", path, &["Origin: https://example.com"], b"");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(
            answer
                .headers
                .iter()
                .all(|(name, _)| !name.to_lowercase().starts_with("access-control")),
            "{path}"
        );
    }
    let moved = server.request("GET", "/_geplint", &[], b"");
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, Some("/_geplint/"))
    );
}

#[test]
fn pages_of_other_sites_change_nothing() {
    let server = Server::start(&[]);
    server.post("user-group", b"{}");
    let port = server.address.port();
    let host = format!("Host: localhost:{port}");
    let own = format!("Origin: http://localhost:{port}");
    for (method, path) in [
        ("POST", "/_geplint/reset"),
        ("PUT", "/_geplint/tenant"),
        ("POST", "/_geplint/api/try"),
    ] {
        for headers in [
            vec!["Origin: https://example.com"],
            vec!["Origin: null"],
            vec!["Sec-Fetch-Site: cross-site"],
            vec!["Sec-Fetch-Site: same-site", &own],
        ] {
            let headers: Vec<&str> = headers.into_iter().chain([host.as_str()]).collect();
            assert_eq!(
                server.request(method, path, &headers, b"").status,
                403,
                "{path} {headers:?}"
            );
        }
    }
    assert_eq!(server.get("/_geplint/api/calls")["last"], 1);
    for headers in [
        vec![host.as_str()],
        vec![host.as_str(), &own],
        vec![host.as_str(), &own, "Sec-Fetch-Site: same-origin"],
    ] {
        assert_eq!(
            server.request("POST", "/_geplint/reset", &headers, b"").status,
            200,
            "{headers:?}"
        );
    }
    for (method, path) in [
        ("GET", "/_geplint/reset"),
        ("POST", "/_geplint/"),
        ("PATCH", "/_geplint/tenant"),
        ("OPTIONS", "/_geplint/tenant"),
    ] {
        let answer = server.request(method, path, &[], b"");
        assert!(
            answer.status == 405 && answer.header("allow").is_some(),
            "{method} {path}"
        );
        // The text names them, too.
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(answer.header("allow").unwrap()), "{detail}");
    }
    // A call that a page may make without a CORS preflight does not have the media type of JSON.
    let (method, path) = route("user-group");
    assert_eq!(
        server
            .request(
                method,
                &path,
                &["Content-Type: text/plain", "Origin: https://example.com"],
                b"[]"
            )
            .status,
        415
    );
    assert_eq!(
        server
            .request("OPTIONS", &path, &[JSON, "Origin: https://example.com"], b"")
            .status,
        405
    );
}

#[test]
fn requests_for_other_hosts_are_refused() {
    let server = Server::start(&["--allow-host", "geplint"]);
    let (method, path) = route("user-group");
    for (host, status) in [
        ("example.com", 421),
        ("localhost.example.com", 421),
        ("127.0.0.1", 400),
        ("[::1]:1", 400),
        ("geplint:8400", 400),
    ] {
        let host = format!("Host: {host}");
        assert_eq!(
            server.request(method, &path, &[&host, JSON], b"{}").status,
            status,
            "{host}"
        );
        let page = if status == 400 { 200 } else { status };
        assert_eq!(
            server.request("GET", "/_geplint/", &[&host], b"").status,
            page,
            "{host}"
        );
    }
    assert_eq!(
        server
            .request(method, "http://example.com/", &["Host: localhost"], b"")
            .status,
        421
    );
    let answer = server.request(method, &path, &["Host: gep:8404", JSON], b"{}");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("--allow-host gep "), "{detail}");
    // It is listed, because that is where a user looks for a missing call.
    let calls = server.get("/_geplint/api/calls");
    let last = calls["calls"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["status"], &last["path"]), (&json!(421), &json!(path)));
}
