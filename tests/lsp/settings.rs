//! Settings, rules and tenant facts have the same effect as in `check`, and are read again when they change.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{findings, folder, shown};
use crate::client::{Client, uri};

const TEXT: &str = r#"[{"ClientContactCode": "C", "InterfaceStatus": "Success", "Nonsense": 1}]"#;

fn rules(diagnostics: &Value) -> Vec<&str> {
    let all = diagnostics.as_array().unwrap();
    all.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

/// Waits for the diagnostics of a settings file.
fn of_settings(client: &mut Client, path: &Path) -> Value {
    let uri = uri(path);
    client.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == uri)["diagnostics"].clone()
}

#[test]
fn unsaved_settings_are_used() {
    let root = folder("unsaved");
    let (path, file) = (root.join("a.json"), root.join("geplint.toml"));
    fs::write(&path, TEXT).unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, TEXT);
    assert_eq!(rules(&client.pull(&path)), ["unknown-property"]);
    client.open(&file, "");
    assert_eq!(rules(&client.pull(&path)), ["unknown-property"]);
    let off = "[[severity]]\nrule = \"unknown-property\"\nlevel = \"off\"\n";
    client.replace(&file, 2, off);
    assert!(rules(&client.pull(&path)).is_empty());
    // Incomplete: the mistake is shown with its position, and the previous settings stay in effect.
    client.replace(&file, 3, &format!("{off}min-severity = \"lo"));
    assert!(rules(&client.pull(&path)).is_empty());
    let wrong = client.last_published(&file);
    assert_eq!(wrong.as_array().unwrap().len(), 1, "{wrong}");
    assert_eq!(
        (&wrong[0]["severity"], &wrong[0]["range"]["start"]["line"]),
        (&json!(1), &json!(3))
    );
    client.replace(&file, 4, off);
    assert!(rules(&client.pull(&path)).is_empty());
    assert_eq!(client.last_published(&file), json!([]));
    // Closed without being saved: the file on disk is used, and there is none.
    client.close(&file);
    assert_eq!(rules(&client.pull(&path)), ["unknown-property"]);
    assert_eq!(client.end(), 0);
}

#[test]
fn settings_are_completed_from_their_schema() {
    let root = folder("complete-settings");
    let file = root.join("geplint.toml");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&file, "fail-on = \"\"\n[[severity]]\nru\n");
    let mut offered = |line: u32, character: u32| {
        let position = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri(&file) }, "position": position });
        let items = client.request("textDocument/completion", params);
        let items = items.as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(offered(0, 11), ["error", "warning", "never"]);
    assert!(offered(2, 2).contains(&"rule".to_owned()));
    let params = json!({ "textDocument": { "uri": uri(&file) }, "position": { "line": 0, "character": 1 } });
    let hover = client.request("textDocument/hover", params);
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("makes a run fail"),
        "{hover}"
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn contradicting_settings_are_reported_in_their_file() {
    let root = folder("contradiction");
    let file = root.join("geplint.toml");
    fs::write(&file, "min-severity = \"error\"\nfail-on = \"warning\"\n").unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    let diagnostics = of_settings(&mut client, &file);
    assert!(
        diagnostics[0]["message"]
            .as_str()
            .unwrap()
            .contains("min-severity"),
        "{diagnostics}"
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn settings_without_effect_are_warnings() {
    let root = folder("no-effect");
    let (path, file) = (root.join("a.json"), root.join("geplint.toml"));
    fs::write(
        &file,
        "[[severity]]\nrule = \"unknown-propertie\"\nlevel = \"off\"\n",
    )
    .unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, TEXT);
    let warned = of_settings(&mut client, &file);
    let message = warned[0]["message"].as_str().unwrap();
    assert!(message.contains("did you mean unknown-property?"), "{message}");
    let start = json!({ "line": 1, "character": 7 });
    assert_eq!(
        (&warned[0]["severity"], &warned[0]["range"]["start"]),
        (&json!(2), &start)
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn a_mistake_is_shown_in_the_file_that_has_it() {
    let root = folder("mistakes");
    let path = root.join("a.json");
    let settings = "rules = [\"r.toml\"]\nbaseline = \"b.json\"\n[tenant]\nfile = \"t.toml\"\n";
    let right = [
        ("b.json", r#"{"version": 1, "findings": {}}"#),
        ("r.toml", ""),
        ("t.toml", ""),
    ];
    let rules_file = "endpoint = \"contact-interface-status\"\n";
    let write = |name: &str, text: &str| fs::write(root.join(name), text).unwrap();
    for (name, text) in right {
        write(name, if name == "r.toml" { rules_file } else { text });
    }
    write("geplint.toml", settings);
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, TEXT);
    assert_eq!(rules(&client.published(&path, 1)), ["unknown-property"]);
    for (name, wrong, line) in [
        (
            "r.toml",
            "endpoint = \"contact-interface-status\"\nstrange = 1\n",
            1,
        ),
        ("t.toml", "\n\nstrange = 1\n", 2),
        ("b.json", "{\n\"strange\": 1}", 1),
        ("geplint.toml", "rules = [\"r.toml\",\n\"gone.toml\"]\n", 1),
    ] {
        let before = fs::read_to_string(root.join(name)).unwrap();
        for (text, is_wrong) in [(wrong, true), (before.as_str(), false)] {
            write(name, text);
            let changed = json!({ "changes": [{ "uri": uri(&root.join(name)), "type": 2 }] });
            client.notify("workspace/didChangeWatchedFiles", changed);
            assert_eq!(rules(&client.pull(&path)), ["unknown-property"], "{name}");
            let diagnostics = client.last_published(&root.join(name));
            assert_eq!(
                diagnostics.as_array().unwrap().len(),
                usize::from(is_wrong),
                "{name}: {diagnostics}"
            );
            if is_wrong {
                assert_eq!(
                    diagnostics[0]["range"]["start"]["line"], line,
                    "{name}: {diagnostics}"
                );
            }
        }
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn a_mistake_in_a_file_that_is_not_open_is_a_message_once() {
    let root = folder("message");
    let (path, file) = (root.join("a.json"), root.join("geplint.toml"));
    let write = |text: &str| fs::write(&file, text).unwrap();
    write("\"strange\\u001b[31m\\n\" = 1\n");
    let mut client = Client::session(&root, "utf-16", &json!({}));
    client.open(&path, TEXT);
    let message = client.wait_for("window/showMessage", |_| true);
    assert_eq!(message["type"], 1, "{message}");
    let text = message["message"].as_str().unwrap();
    assert!(
        text.contains("geplint.toml:1: ") && text.contains("strange"),
        "{text}"
    );
    assert!(!text.contains(['\n', '\u{1b}']), "{text:?}");
    let changed = json!({ "changes": [{ "uri": uri(&file), "type": 2 }] });
    let messages = |client: &mut Client| {
        client.notify("workspace/didChangeWatchedFiles", changed.clone());
        client.pull(&path);
        let is_message = |message: &Value| message["method"] == "window/showMessage";
        let count = client
            .received
            .iter()
            .filter(|message| is_message(message))
            .count();
        client.received.retain(|message| !is_message(message));
        count
    };
    // The same mistake is not shown again. Another one is, and the same one after it was corrected in between.
    assert_eq!(messages(&mut client), 0);
    for (text, wanted) in [
        ("\nstrange = 1\n", 1),
        ("", 0),
        ("\nstrange = 1\n", 1),
        ("[[severity]]\nrule = \"unknown-propertie\"\nlevel = \"off\"\n", 1),
    ] {
        write(text);
        assert_eq!(messages(&mut client), wanted, "{text}");
    }
    // A file that is open has its diagnostics.
    client.open(&file, "other = 1\n");
    assert_eq!(messages(&mut client), 0);
    assert_eq!(client.last_published(&file).as_array().unwrap().len(), 1);
    assert_eq!(client.end(), 0);
}

#[test]
fn ignores_baselines_and_endpoints_are_those_of_check() {
    let root = folder("as-check");
    let files = [
        ("in/a.json", TEXT),
        ("in/given.json", r#"[{"Nonsense": 1}]"#),
        ("in/broken.json", "[{"),
        ("out/a.json", TEXT),
        ("old/a.json", TEXT),
        ("else/a.json", TEXT),
    ];
    for (name, text) in files {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    }
    let settings = r#"
include = ["in/", "out/", "old/"]
exclude = ["out/"]
baseline = "baseline.json"
[[files]]
glob = "in/given.json"
endpoint = "contact-interface-status"
[[ignore]]
path = "old/"
rule = "unknown-property"
reason = "old"
"#;
    fs::write(root.join("geplint.toml"), settings).unwrap();
    let known = r#"{"version": 1, "findings": {"in/given.json": {"unknown-property": {"/*/Nonsense": 1}}}}"#;
    fs::write(root.join("baseline.json"), known).unwrap();
    let wanted = findings(&root, "utf-16");
    assert!(
        wanted.contains_key("in/a.json") && wanted.contains_key("in/given.json"),
        "{wanted:?}"
    );
    assert!(
        wanted.contains_key("in/broken.json") && wanted.len() == 3,
        "{wanted:?}"
    );
    let mut client = Client::session(&root, "utf-16", &json!({}));
    for (name, text) in files {
        client.open(&root.join(name), text);
        let got = shown(&client.published(&root.join(name), 1));
        assert_eq!(got, wanted.get(name).cloned().unwrap_or_default(), "{name}");
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn files_that_settings_come_from_are_watched() {
    let root = folder("watched");
    fs::write(root.join("geplint.toml"), "[tenant]\nfile = \"t.toml\"\n").unwrap();
    fs::write(root.join("t.toml"), "").unwrap();
    let can = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::session(&root, "utf-16", &can);
    let asked = client.wait_for("client/registerCapability", |_| true);
    let registration = &asked["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(
        registration["registerOptions"]["watchers"],
        json!([{ "globPattern": "**/geplint.toml" }, { "globPattern": "**/t.toml" }])
    );
    assert_eq!(client.end(), 0);
}

#[test]
fn a_document_outside_of_the_folders_has_the_settings_of_its_folder() {
    let (root, other) = (folder("inside"), folder("outside"));
    fs::write(
        other.join("geplint.toml"),
        "[[severity]]\nrule = \"unknown-property\"\nlevel = \"error\"\n",
    )
    .unwrap();
    let mut client = Client::session(&root, "utf-16", &json!({}));
    for (folder, severity) in [(&root, 2), (&other, 1)] {
        let path = folder.join("a.json");
        client.open(&path, TEXT);
        assert_eq!(client.published(&path, 1)[0]["severity"], severity);
    }
    assert_eq!(client.end(), 0);
}
