//! Collections: the findings of `check` in them and in files that they refer to are shown.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{copy, findings, folder, geplint, payload_files, shown};
use crate::client::{Client, uri};
use crate::positions::{ENCODINGS, edited, position};

const RECORD: &str = r#"[{"ClientContactCode": "C", "InterfaceStatus": "Success", "Nonsense": 1}]"#;

const HEAD: &str = "PUT https://example.com/SmartInterfaceAPI/api/Contact/ContactInterfaceStatus\n\n";

#[test]
fn diagnostics_of_collections_equal_check_while_typing() {
    let root = folder("containers");
    copy(Path::new("testdata/containers"), &root);
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let mut found = 0;
    for path in payload_files(&root) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        client.open(&path, "");
        // Six prefixes of the text, as while it is typed.
        for version in 2..=7 {
            let part = text
                .char_indices()
                .map(|(at, _)| at)
                .nth(text.chars().count() * (version - 2) / 5);
            let part = &text[..part.unwrap_or(text.len())];
            fs::write(&path, part).unwrap();
            let version = i32::try_from(version).unwrap();
            client.replace(&path, version, part);
            let wanted = findings(&root, "utf-16").remove(&name).unwrap_or_default();
            assert_eq!(shown(&client.published(&path, version)), wanted, "{name}: {part}");
            found += wanted.len();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert!(found > 10, "{found}");
    assert_eq!(client.end(), 0);
}

#[test]
fn findings_in_a_referenced_body_are_at_the_reference() {
    let root = folder("body-file");
    let path = root.join("a.http");
    // A name that is not a payload for a run over the folder.
    fs::write(root.join("body.txt"), format!("\n{RECORD}")).unwrap();
    fs::write(root.join("body.json"), RECORD).unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let text = format!("{HEAD}< ./body.txt\n");
    client.open(&path, &text);
    let all = client.published(&path, 1);
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    let message = all[0]["message"].as_str().unwrap();
    assert!(message.starts_with("body.txt:2:"), "{message}");
    assert_eq!(
        all[0]["range"],
        json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 2, "character": 12 } })
    );
    // The finding is in another file: there are no actions in this document.
    let here = json!({ "start": { "line": 2, "character": 3 }, "end": { "line": 2, "character": 3 } });
    let params = json!({
        "textDocument": { "uri": uri(&path) }, "range": here, "context": { "diagnostics": [] },
    });
    assert_eq!(client.request("textDocument/codeAction", params), json!([]));
    // A file that is checked directly is not shown here, too.
    client.replace(&path, 2, &text.replace(".txt", ".json"));
    assert_eq!(client.published(&path, 2), json!([]));
    assert_eq!(client.end(), 0);
}

#[test]
fn fixes_in_collections_equal_those_of_check() {
    let root = folder("container-fix");
    let path = root.join("a.http");
    let text =
        format!("# ä😀\n{HEAD}[{{\"ClientContactCode\": \"C\", \"InterfaceStatus\": \"Success\",}}]\n");
    fs::write(&path, &text).unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, &text);
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = json!({
        "textDocument": { "uri": uri(&path) }, "range": whole,
        "context": { "diagnostics": [], "only": ["source.fixAll"] },
    });
    let actions = client.request("textDocument/codeAction", params);
    let got = edited(&text, &actions[0]["edit"]["changes"][uri(&path)], "utf-16");
    geplint(&root, &["check", "--fix", "--quiet", "a.http"]);
    assert_eq!(got, fs::read_to_string(&path).unwrap());
    assert_ne!(got, text);
    assert_eq!(client.end(), 0);
}

#[test]
fn each_request_has_its_predicted_response() {
    let root = folder("container-response");
    copy(Path::new("testdata/containers"), &root);
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let mut answers = 0;
    for path in payload_files(&root) {
        let text = fs::read_to_string(&path).unwrap();
        client.open(&path, &text);
        let params = json!({ "textDocument": { "uri": uri(&path) } });
        let answer = client.request("geplint/predictedResponse", params);
        let (printed, _) = geplint(&root, &["predict", "--quiet", path.to_str().unwrap()]);
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let shown: Value = serde_json::from_str(answer["text"].as_str().unwrap()).unwrap();
        let of = |all: &Value| -> Vec<(Value, Value)> {
            let all = all.as_array().unwrap().iter();
            all.map(|one| (one["endpoint"].clone(), one["response"].clone()))
                .collect()
        };
        assert_eq!(of(&shown), of(&printed), "{}", path.display());
        answers += of(&shown).len();
    }
    assert!(answers > 3, "{answers}");
    assert_eq!(client.end(), 0);
}

#[test]
fn hover_and_completion_work_inside_bodies() {
    let root = folder("container-assist");
    let path = root.join("a.http");
    let text = format!(
        "# ä😀\n{HEAD}[{{\"ClientContactCode\": \"ä\", \"InterfaceSt\": \"\"}}]\n\n### other\nGET https://example.com/\n"
    );
    for encoding in ENCODINGS {
        let mut client = Client::session(&root, encoding, &json!({}));
        client.open(&path, &text);
        let at = |offset: usize| json!({ "textDocument": { "uri": uri(&path) }, "position": position(&text, offset, encoding) });
        let start = text.find("\"ClientContactCode").unwrap();
        let hover = client.request("textDocument/hover", at(start + 3));
        assert_eq!(
            hover["range"]["start"],
            position(&text, start, encoding),
            "{hover}"
        );
        let inside = text.find("\"InterfaceSt\"").unwrap() + "\"InterfaceSt".len();
        let list = client.request("textDocument/completion", at(inside));
        let items = list["items"].as_array().unwrap();
        let item = items
            .iter()
            .find(|item| item["label"] == "InterfaceStatus")
            .unwrap();
        let after = edited(&text, &json!([item["textEdit"]]), encoding);
        assert_eq!(after, text.replace("InterfaceSt\"", "InterfaceStatus\""));
        // Outside of a body there is no hover.
        for outside in [3, text.len() - 2] {
            assert_eq!(client.request("textDocument/hover", at(outside)), Value::Null);
            assert_eq!(
                client.request("textDocument/completion", at(outside)),
                Value::Null
            );
        }
        let symbols = client.request("textDocument/documentSymbol", at(0));
        let start = text.find("[{").unwrap();
        assert_eq!(
            symbols[0]["range"]["start"],
            position(&text, start, encoding),
            "{symbols}"
        );
        assert_eq!(client.end(), 0);
    }
    // Lines are the records of one request.
    let path = root.join("b.jsonl");
    let text = format!(
        "{{\"ClientContactCode\": \"A\"}}\n{}\n",
        &RECORD[1..RECORD.len() - 1]
    );
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, &text);
    let at = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 1, "character": 4 } });
    let hover = client.request("textDocument/hover", at);
    assert_eq!(
        hover["range"]["start"],
        json!({ "line": 1, "character": 1 }),
        "{hover}"
    );
    assert_eq!(client.end(), 0);
    // In a string of a Postman collection there is hover, but no completion.
    let path = root.join("c.json");
    let text = fs::read_to_string("testdata/containers/contacts.postman_collection.json").unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, &text);
    let at = |offset: usize| json!({ "textDocument": { "uri": uri(&path) }, "position": position(&text, offset, "utf-16") });
    let name = text.find("\\\"clientContactCode").unwrap();
    let hover = client.request("textDocument/hover", at(name + 4));
    assert_eq!(
        hover["range"]["start"],
        position(&text, name, "utf-16"),
        "{hover}"
    );
    assert_eq!(
        client.request("textDocument/completion", at(name + 4)),
        Value::Null
    );
    assert_eq!(client.end(), 0);
}
