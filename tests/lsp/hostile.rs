//! A broken or malicious client gets answers, and does not crash the server.

use std::path::Path;

use serde_json::{Value, json};

use crate::check::folder;
use crate::client::{Client, uri};

const BAD: &str = r#"[{"ClientContactCode": 1, "Nonsense": true}]"#;

/// Asserts that the server still checks documents.
fn assert_still_checks(client: &mut Client, root: &Path) {
    let path = root.join("well.json");
    client.open(&path, BAD);
    let diagnostics = client.published(&path, 1);
    assert!(!diagnostics.as_array().unwrap().is_empty());
    client.close(&path);
}

#[test]
fn malformed_messages_do_not_stop_the_server() {
    let root = folder("hostile");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let document =
        |uri: &Value, version: Value| json!({ "uri": uri, "version": version, "languageId": 5, "text": BAD });
    let odd = [
        Value::Null,
        json!(1.5),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "textDocument": null }),
        json!({ "textDocument": { "uri": 7 } }),
        json!({ "textDocument": { "uri": "no address" } }),
        json!({ "textDocument": { "uri": "file:///%zz" }, "contentChanges": [] }),
        json!({ "textDocument": document(&json!("untitled:1"), json!(9_999_999_999_u64)) }),
        json!({ "textDocument": document(&json!("file:///a.json"), json!("v")), "contentChanges": [{}] }),
        json!({ "textDocument": { "uri": "file:///a.json" }, "range": { "start": 1 } }),
        json!({ "command": "geplint.explain", "arguments": [{}] }),
        json!({ "command": "geplint.showIgnore", "arguments": ["no address", 7] }),
        json!({ "event": { "added": [{ "uri": "x" }, 3], "removed": 1 }, "changes": [{ "uri": 1 }, null] }),
        json!({ "previousResultIds": [1, { "uri": 1 }] }),
        json!({ "id": [] }),
    ];
    let notifications = [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didSave",
        "textDocument/didClose",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "$/cancelRequest",
        "$/setTrace",
        "no/such",
    ];
    let requests = [
        "textDocument/diagnostic",
        "workspace/diagnostic",
        "textDocument/codeAction",
        "textDocument/prepareRename",
        "textDocument/rename",
        "workspace/executeCommand",
        "geplint/predictedResponse",
        "geplint/explain",
        "initialize",
        "no/such",
    ];
    for params in &odd {
        for method in notifications {
            client.notify(method, params.clone());
        }
        for method in requests {
            let id = client.send_request(method, params.clone());
            client.answer_to(id);
        }
    }
    assert_still_checks(&mut client, &root);
    for raw in [
        "Content-Length: 3\r\n\r\n{]}".as_bytes(),
        b"Content-Length: 2\r\n\r\n\xff\xfe",
        b"Content-Length: 2\r\n\r\n[]",
        b"nonsense\r\n\r\n",
    ] {
        client.raw(raw);
        assert_still_checks(&mut client, &root);
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn invalid_ranges_and_versions_are_clamped() {
    let root = folder("ranges");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let path = root.join("a.json");
    client.open(&path, BAD);
    let whole = client.published(&path, 1);
    let at = |line: u64, character: u64| json!({ "line": line, "character": character });
    let change = |start: Value, end: Value| json!([{ "range": { "start": start, "end": end }, "text": "" }]);
    let nothing = [
        // After the end of the text.
        change(at(9_999_999, 4_000_000_000), at(4_294_967_295, 4_294_967_295)),
        // Not a range: the change is skipped.
        json!([{ "range": { "start": -1, "end": {} }, "text": "x" }]),
        json!([{ "range": { "start": at(0, 99_999_999_999), "end": at(0, 0) }, "text": "x" }]),
        json!([]),
    ];
    for (index, changes) in nothing.iter().enumerate() {
        let version = i32::try_from(100 - index).unwrap();
        client.change(&path, version, changes);
        assert_eq!(client.published(&path, version), whole, "{changes}");
    }
    // An end before its beginning is the same range.
    client.change(&path, -3, &change(at(0, 9_999), at(0, 0)));
    client.change(&path, 7, &json!([{ "text": BAD }]));
    assert_eq!(client.published(&path, 7), whole);
    // A document that is not open.
    client.change(&root.join("b.json"), 1, &json!([{ "text": BAD }]));
    client.close(&root.join("b.json"));
    client.wait_for("window/logMessage", |params| {
        params["message"].as_str().unwrap().contains("not open")
    });
    // Opened twice: the second text is used.
    client.open(&path, "[]");
    let empty = client.published(&path, 1);
    assert_ne!(empty, whole);
    assert_eq!(client.end(), 0);
}

#[test]
fn cancelled_requests_get_the_error_code() {
    let root = folder("cancel");
    let mut client = Client::session(&root, "utf-8", &json!({ "textDocument": { "diagnostic": {} } }));
    let record = r#"{"ClientContactCode": 1, "Nonsense": true},"#;
    let large = format!("[{}{{}}]", record.repeat(2000));
    client.open(&root.join("large.json"), &large);
    let uri = uri(&root.join("large.json"));
    let params = json!({ "textDocument": { "uri": uri } });
    let ids: Vec<i32> = (0..4)
        .map(|_| client.send_request("geplint/predictedResponse", params.clone()))
        .collect();
    client.notify("$/cancelRequest", json!({ "id": ids[3] }));
    let answers: Vec<Value> = ids.iter().map(|id| client.answer_to(*id)).collect();
    assert_eq!(answers[3]["error"]["code"], -32800, "{}", answers[3]);
    assert!(answers[0].get("result").is_some());
    client.notify("$/cancelRequest", json!({ "id": ids[0] }));
    assert_eq!(client.end(), 0);
}
