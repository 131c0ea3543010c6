//! Hover, completion and symbols over the protocol; `src/assist/tests.rs` tests their content.

use serde_json::{Value, json};

use crate::check::folder;
use crate::client::{Client, uri};
use crate::positions::{ENCODINGS, edited, position};

#[test]
fn a_name_is_explained_and_completed_in_every_encoding() {
    let root = folder("assist");
    let path = root.join("a.json");
    let text = "[{\"ClientContactCode\": \"ä😀\", \"InterfaceSt\": \"\"}]";
    for encoding in ENCODINGS {
        let can =
            json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
        let mut client = Client::session(&root, encoding, &can);
        client.open(&path, text);
        let at = |offset: usize| json!({ "textDocument": { "uri": uri(&path) }, "position": position(text, offset, encoding) });
        let start = text.find("\"ClientContactCode").unwrap();
        let hover = client.request("textDocument/hover", at(start + 3));
        assert!(
            hover["contents"]["value"]
                .as_str()
                .unwrap()
                .contains("ClientContactCode"),
            "{hover}"
        );
        assert_eq!(hover["range"]["start"], position(text, start, encoding));
        let inside = text.find("InterfaceSt").unwrap() + "InterfaceSt".len();
        let list = client.request("textDocument/completion", at(inside));
        let items = list["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["label"] == "InterfaceStatus");
        let item = item.unwrap_or_else(|| panic!("{list}"));
        let after = edited(text, &json!([item["textEdit"]]), encoding);
        assert!(after.contains("\"InterfaceStatus\": \"\"}]"), "{after}");
        let empty = root.join("empty.json");
        client.open(&empty, "");
        let nowhere =
            json!({ "textDocument": { "uri": uri(&empty) }, "position": { "line": 0, "character": 0 } });
        let list = client.request("textDocument/completion", nowhere.clone());
        let bodies = list["items"].as_array().unwrap();
        assert!(bodies.iter().any(|item| item["insertTextFormat"] == 2), "{list}");
        assert_eq!(client.request("textDocument/hover", nowhere), Value::Null);
        let symbols = client.request("textDocument/documentSymbol", at(0));
        let record = &symbols[0];
        assert_eq!(record["range"]["start"], position(text, 1, encoding), "{symbols}");
        assert_eq!(record["children"].as_array().unwrap().len(), 2);
        assert_eq!(client.end(), 0);
    }
}
