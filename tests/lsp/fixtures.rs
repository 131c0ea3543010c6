//! For every fixture, the diagnostics equal the findings of `check`.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::check::{copy, findings, folder, payload_files, shown};
use crate::client::Client;
use crate::positions::ENCODINGS;

#[test]
fn diagnostics_of_every_fixture_equal_check() {
    let root = folder("fixtures");
    copy(Path::new("testdata"), &root);
    fs::write(root.join("geplint.toml"), "min-severity = \"advice\"\n").unwrap();
    for encoding in ENCODINGS {
        let wanted = findings(&root, encoding);
        // Both pulled and published diagnostics, each with some of the encodings.
        let pulls = encoding != "utf-32";
        let can = if pulls {
            json!({ "textDocument": { "diagnostic": {} } })
        } else {
            json!({})
        };
        let mut client = Client::session(&root, encoding, &can);
        let (mut files, mut found) = (0, 0);
        for path in payload_files(&root) {
            let Ok(text) = fs::read_to_string(&path) else {
                // Editors only have valid text.
                continue;
            };
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            client.open(&path, &text);
            let diagnostics = if pulls {
                client.pull(&path)
            } else {
                client.published(&path, 1)
            };
            let own = wanted.get(name).cloned().unwrap_or_default();
            assert_eq!(shown(&diagnostics), own, "{name} in {encoding}");
            client.close(&path);
            files += 1;
            found += own.len();
        }
        assert!(files > 300 && found > 500, "{files} files, {found} findings");
        assert_eq!(client.end(), 0);
    }
}

#[test]
fn diagnostics_of_the_workspace_equal_check() {
    let root = folder("workspace");
    copy(Path::new("testdata/documented"), &root);
    let mut client = Client::session(&root, "utf-16", &json!({ "textDocument": { "diagnostic": {} } }));
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let wanted = findings(&root, "utf-16");
    let items = report["items"].as_array().unwrap();
    let mut files = 0;
    for item in items {
        let uri = item["uri"].as_str().unwrap();
        let name = uri.strip_prefix(&format!("file://{}/", root.display())).unwrap();
        let own = wanted.get(name).cloned().unwrap_or_default();
        files += usize::from(!own.is_empty());
        assert_eq!(shown(&item["items"]), own, "{name}");
    }
    assert!(files > 5 && files == wanted.len(), "{files} of {}", wanted.len());
    // A second request with the previous result ids, and one of a file that does not exist.
    let mut previous: Vec<_> = items
        .iter()
        .map(|item| json!({ "uri": item["uri"], "value": item["resultId"] }))
        .collect();
    previous.push(json!({ "uri": "file:///gone.json", "value": "x" }));
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": previous }));
    let again = report["items"].as_array().unwrap();
    assert_eq!(again.len(), items.len() + 1);
    let (same, other): (Vec<_>, Vec<_>) = again.iter().partition(|item| item["kind"] == "unchanged");
    assert_eq!(same.len(), items.len());
    assert_eq!(other[0]["items"], json!([]));
    assert_eq!(client.end(), 0);
}
