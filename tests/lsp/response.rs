//! The predicted response of a document equals the output of `predict`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{copy, folder, geplint, json_files};
use crate::client::{Client, uri};

#[test]
fn the_predicted_response_equals_predict() {
    let root = folder("response");
    copy(Path::new("testdata/documented"), &root);
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let mut predicted = 0;
    for path in json_files(&root) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        client.open(&path, &text);
        let params = json!({ "textDocument": { "uri": uri(&path) } });
        let answer = client.request("geplint/predictedResponse", params);
        let (printed, code) = geplint(&root, &["predict", "--quiet", path.to_str().unwrap()]);
        match answer["text"].as_str() {
            Some(text) => assert_eq!(text, printed, "{}", path.display()),
            None => assert!(
                code >= 2 && printed.is_empty() && answer["reason"].is_string(),
                "{answer}"
            ),
        }
        predicted += usize::from(answer["text"].is_string());
        client.close(&path);
    }
    assert!(predicted >= 8, "{predicted}");
    assert_eq!(client.end(), 0);
}

#[test]
fn a_changed_response_is_announced_after_a_request_for_it() {
    let root = folder("response-changed");
    let path = root.join("a.json");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let good =
        fs::read_to_string("testdata/documented/contact-interface-status/1-success.request.json").unwrap();
    let announced = "geplint/predictedResponseChanged";
    client.open(&path, &good);
    client.replace(&path, 2, "[]");
    client.replace(&path, 3, &good);
    client.published(&path, 3);
    assert!(
        client
            .received
            .iter()
            .all(|message| message["method"] != announced)
    );
    let params = json!({ "command": "geplint.predictedResponse", "arguments": [uri(&path)] });
    let answer = client.request("workspace/executeCommand", params);
    assert!(answer["text"].as_str().unwrap().contains("200"), "{answer}");
    // Whitespace changes nothing.
    client.replace(&path, 4, &format!("{good}\n"));
    client.replace(&path, 5, "[]");
    let changed = client.wait_for(announced, |_| true);
    assert_eq!(
        changed["textDocument"],
        json!({ "uri": uri(&path), "version": 5 })
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn a_rule_is_explained() {
    let root = folder("explain");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let page = client.request("geplint/explain", json!({ "rule": "too-long" }));
    let markdown = page["markdown"].as_str().unwrap();
    assert!(markdown.starts_with("# too-long\n"), "{markdown}");
    let params = json!({ "command": "geplint.explain", "arguments": ["too-long"] });
    assert_eq!(client.request("workspace/executeCommand", params), page);
    // A client without virtual documents gets a message.
    client.wait_for("window/showMessage", |params| {
        params["message"].as_str().unwrap().starts_with("too-long: ")
    });
    let id = client.send_request("geplint/explain", json!({ "rule": Value::Null }));
    assert_eq!(client.answer_to(id)["error"]["code"], -32602);
    assert_eq!(client.end(), 0);
}
