//! Code actions and renames, applied as a client applies them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{copy, folder, geplint, json_files};
use crate::client::{Client, uri};
use crate::positions::edited;

/// The first words of titles of fixes.
const VERBS: [&str; 5] = ["Change", "Move", "Put", "Remove", "Rename"];

/// The range of a whole document.
fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 4_000_000, "character": 0 } })
}

fn actions(client: &mut Client, path: &Path, only: Option<&str>) -> Vec<Value> {
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let params = json!({ "textDocument": { "uri": uri(path) }, "range": whole(), "context": context });
    client
        .request("textDocument/codeAction", params)
        .as_array()
        .unwrap()
        .clone()
}

/// The edits of a document in an action for a client without document versions.
fn edits(action: &Value, path: &Path) -> Value {
    action["edit"]["changes"][uri(path)].clone()
}

#[test]
fn fix_all_equals_check_fix() {
    let (root, fixed) = (folder("fix-all"), folder("fix-all-check"));
    for to in [&root, &fixed] {
        copy(Path::new("testdata/documented"), to);
        copy(Path::new("testdata/rules"), to);
    }
    geplint(&fixed, &["check", "--fix", "--quiet", "--format", "concise", "."]);
    for encoding in ["utf-16", "utf-8"] {
        let mut client = Client::session(&root, encoding, &json!({}));
        let mut changed = 0;
        for path in json_files(&root) {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let name = path.strip_prefix(&root).unwrap();
            let wanted = fs::read_to_string(fixed.join(name)).unwrap();
            client.open(&path, &text);
            let all = actions(&mut client, &path, Some("source.fixAll"));
            let got = match all.as_slice() {
                [] => text.clone(),
                [one] => edited(&text, &edits(one, &path), encoding),
                more => panic!("{more:?}"),
            };
            assert_eq!(got, wanted, "{}", name.display());
            changed += usize::from(got != text);
            client.close(&path);
        }
        assert!(changed >= 5, "{changed}");
        assert_eq!(client.end(), 0);
    }
}

#[test]
fn each_fix_equals_the_reported_one() {
    let root = folder("fixes");
    copy(Path::new("testdata/rules"), &root);
    let (report, _) = geplint(&root, &["check", "--format", "json", "."]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let (mut safe, mut all) = (0, 0);
    for path in json_files(&root) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let wanted: Vec<(bool, String)> = findings
            .filter(|finding| finding["path"] == name && finding["fix"].is_object())
            .map(|finding| {
                (
                    finding["fix"]["safe"].as_bool().unwrap(),
                    applied(&text, &finding["fix"]["edits"]),
                )
            })
            .collect();
        client.open(&path, &text);
        let got: Vec<(bool, String)> = actions(&mut client, &path, Some("quickfix"))
            .iter()
            .filter(|action| action["isPreferred"].is_boolean())
            .map(|action| {
                let is_safe = action["isPreferred"].as_bool().unwrap();
                let title = action["title"].as_str().unwrap();
                // The title is in the imperative, not the message.
                let verb = title.split(' ').next().unwrap();
                assert!(VERBS.contains(&verb), "{title}");
                assert!(
                    !title.ends_with(['.', '?']) && title.chars().count() < 150,
                    "{title}"
                );
                assert_eq!(action["diagnostics"].as_array().unwrap().len(), 1);
                (is_safe, edited(&text, &edits(action, &path), "utf-16"))
            })
            .collect();
        assert_eq!(got, wanted, "{name}");
        all += got.len();
        safe += got.iter().filter(|(safe, _)| *safe).count();
        client.close(&path);
    }
    assert!(safe >= 5 && all > safe + 40, "{safe} of {all}");
    assert_eq!(client.end(), 0);
}

/// Applies edits of the JSON report.
fn applied(text: &str, edits: &Value) -> String {
    let mut out = text.to_owned();
    for edit in edits.as_array().unwrap().iter().rev() {
        let at = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
        out.replace_range(at("start")..at("end"), edit["text"].as_str().unwrap());
    }
    out
}

/// Checks that the reason of an inserted ignore is shown and selected.
fn is_shown(client: &mut Client, command: &Value, text: &str) {
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    client.request("workspace/executeCommand", params);
    let shown = client.wait_for("window/showDocument", |_| true);
    assert_eq!(shown["uri"], command["arguments"][0]);
    let selection = &shown["selection"];
    assert_eq!(selection["start"]["line"], selection["end"]["line"]);
    let number =
        |pointer: &str| usize::try_from(selection.pointer(pointer).unwrap().as_u64().unwrap()).unwrap();
    let line = text.lines().nth(number("/start/line")).unwrap();
    let (start, end) = (number("/start/character"), number("/end/character"));
    assert_eq!(&line[..start], "reason = \"");
    assert_eq!(&line[end..], "\"");
    assert!(line[start..end].contains("why"), "{line}");
}

#[test]
fn messages_are_one_line() {
    let root = folder("messages");
    let path = root.join("a.json");
    let text = r#"[{"ClientContactCode": "C", "InterfaceStatus": "Success", "Nonsense": 1}]"#;
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, text);
    let commands: Vec<Value> = actions(&mut client, &path, None)
        .into_iter()
        .filter_map(|action| action.get("command").cloned())
        .collect();
    assert_eq!(commands.len(), 2);
    for command in commands {
        let params = json!({ "command": command["command"], "arguments": command["arguments"] });
        client.request("workspace/executeCommand", params);
        let shown = client.wait_for("window/showMessage", |_| true);
        let message = shown["message"].as_str().unwrap();
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(
            message.contains("unknown-property") || message.contains("geplint.toml"),
            "{message}"
        );
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn an_ignore_removes_the_finding() {
    for settings in [
        None,
        Some("min-severity = \"advice\""),
        Some("fail-on = \"warning\"\n"),
    ] {
        let root = folder("ignore");
        let file = root.join("geplint.toml");
        if let Some(settings) = settings {
            fs::write(&file, settings).unwrap();
        }
        let path = root.join("a-b_[1].json").with_file_name("a.json");
        let text = r#"[{"ClientContactCode": "C", "InterfaceStatus": "Success", "Nonsense": 1}]"#;
        fs::write(&path, text).unwrap();
        let can = json!({
            "window": { "showDocument": { "support": true } },
            "workspace": { "workspaceEdit": {
                "documentChanges": true, "resourceOperations": ["create", "rename"],
            } },
        });
        let mut client = Client::session(&root, "utf-16", &can);
        client.open(&path, text);
        let before = client.published(&path, 1);
        let before = before.as_array().unwrap();
        let unknown = before
            .iter()
            .find(|one| one["code"] == "unknown-property")
            .unwrap();
        assert_eq!(unknown["tags"], json!([1]));
        let all = actions(&mut client, &path, None);
        let ignore = all.iter().find(|action| {
            action["title"]
                .as_str()
                .unwrap()
                .starts_with("Ignore unknown-property")
        });
        let changes = ignore.unwrap()["edit"]["documentChanges"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(changes.len(), if settings.is_some() { 1 } else { 2 });
        if settings.is_none() {
            assert_eq!(
                (&changes[0]["kind"], &changes[0]["uri"]),
                (&json!("create"), &json!(uri(&file)))
            );
        }
        // Only the client writes files.
        assert_eq!(file.exists(), settings.is_some());
        let old = settings.unwrap_or_default();
        let edit = changes.last().unwrap();
        assert_eq!(edit["textDocument"]["uri"], uri(&file));
        let new = edited(old, &edit["edits"], "utf-16");
        fs::write(&file, &new).unwrap();
        is_shown(&mut client, &ignore.unwrap()["command"], &new);
        let changed = json!({ "changes": [{ "uri": uri(&file), "type": 1 }] });
        client.notify("workspace/didChangeWatchedFiles", changed);
        let after = client.published(&path, 1);
        let after = after.as_array().unwrap();
        assert!(
            after.iter().all(|one| one["code"] != "unknown-property"),
            "{after:?}"
        );
        assert_eq!(after.len() + 1, before.len());
        assert_eq!(client.end(), 0);
    }
}

#[test]
fn a_name_is_renamed_to_its_suggestion() {
    let root = folder("rename");
    let path = root.join("a.json");
    let text = r#"[{"ClientContactCode": "C", "InterfaceStatuss": "Success"}]"#;
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, text);
    let start = text.find("InterfaceStatuss").unwrap();
    let position = |character: usize| json!({ "line": 0, "character": character });
    let at = |character| json!({ "textDocument": { "uri": uri(&path) }, "position": position(character) });
    assert_eq!(client.request("textDocument/prepareRename", at(5)), Value::Null);
    // The finding is at the object; its actions are also at the name.
    let here = json!({ "start": position(start + 1), "end": position(start + 1) });
    let params =
        json!({ "textDocument": { "uri": uri(&path) }, "range": here, "context": { "diagnostics": [] } });
    let actions = client.request("textDocument/codeAction", params);
    let fix = actions
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["isPreferred"] == false);
    let fixed = edited(text, &fix.unwrap()["edit"]["changes"][uri(&path)], "utf-16");
    assert_eq!(fixed, text.replace("Statuss", "Status"));
    let prepared = client.request("textDocument/prepareRename", at(start + 3));
    assert_eq!(prepared["placeholder"], "InterfaceStatus");
    assert_eq!(
        prepared["range"],
        json!({ "start": position(start), "end": position(start + "InterfaceStatuss".len()) })
    );
    for (new, wanted) in [
        ("InterfaceStatus", text.replace("Statuss", "Status")),
        ("a\"b", text.replace("InterfaceStatuss", "a\\\"b")),
    ] {
        let mut params = at(start);
        params["newName"] = json!(new);
        let edit = client.request("textDocument/rename", params);
        assert_eq!(edited(text, &edit["changes"][uri(&path)], "utf-16"), wanted);
    }
    assert_eq!(client.end(), 0);
}
