//! A session from its beginning to its end.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;

#[test]
fn a_session_begins_and_ends() {
    let mut client = Client::start(Path::new("."));
    let result = client.request(
        "initialize",
        json!({ "processId": null, "rootUri": null, "capabilities": {} }),
    );
    assert_eq!(result["serverInfo"]["name"], "geplint");
    client.notify("initialized", json!({}));
    assert_eq!(client.end(), 0);
}

#[test]
fn an_end_without_shutdown_is_a_failure() {
    let mut client = Client::start(Path::new("."));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 1);
    assert_eq!(Client::start(Path::new(".")).wait(), 1);
}

#[test]
fn requests_outside_of_the_session_are_refused() {
    let mut client = Client::start(Path::new("."));
    let id = client.send_request("textDocument/hover", json!({}));
    assert_eq!(client.answer_to(id)["error"]["code"], -32002);
    client.request("initialize", json!({ "capabilities": {} }));
    let id = client.send_request("no/such", json!({}));
    assert_eq!(client.answer_to(id)["error"]["code"], -32601);
    client.request("shutdown", Value::Null);
    let id = client.send_request("textDocument/hover", json!({}));
    assert_eq!(client.answer_to(id)["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}
