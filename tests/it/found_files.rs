//! A file in a folder is only taken for a request if there is strong evidence: JSON of other programs never fails a
//! run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("found").join(name);
        let _ = fs::remove_dir_all(&path);
        for (name, text) in files {
            let file = path.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self(path)
    }

    /// Returns the exit code and the output of both streams.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        let both = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(both).unwrap())
    }
}

/// JSON of other programs, with `true` for files so similar to a request that a line names them as skipped.
const OTHERS: [(&str, &str, bool); 6] = [
    (
        "labels.json",
        r#"[{"name": "a", "description": "b", "isActive": true}]"#,
        true,
    ),
    (
        "person.json",
        r#"{"address": {"city": "x"}, "firstName": "y"}"#,
        true,
    ),
    ("login.json", r#"[{"userName": "admin", "password": "x"}]"#, false),
    (
        "groups.json",
        r#"[{"GroupName": "default", "Description": "x", "GroupId": "sg-1", "OwnerId": "1"}]"#,
        true,
    ),
    (
        "package.json",
        r#"{"name": "p", "version": "1.0.0", "description": "x"}"#,
        false,
    ),
    (
        "either.json",
        r#"[{"ContactCode": "C-1", "UserName": "ann"}]"#,
        true,
    ),
];

const PAYLOAD: &str = r#"[{"clientContactCode": "C-1", "interfaceStatus": "success"}]"#;

#[test]
fn other_json_is_skipped_and_counted() {
    let mut files = OTHERS.map(|(name, text, _)| (name, text)).to_vec();
    files.push(("payload.json", PAYLOAD));
    let folder = Folder::new("others", &files);
    let named: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let hook = [&["check", "--strict", "--skip-unrecognized"][..], &named].concat();
    for arguments in [&["check", "--strict", "."][..], &hook] {
        let (code, output) = folder.run(arguments);
        assert_eq!(code, Some(0), "{output}");
        assert!(
            output.contains("1 file, 1 record: no problems found \u{b7} 6 skipped"),
            "{output}"
        );
        for (name, _, near) in OTHERS {
            let line = output.lines().any(|line| line.contains(name));
            assert_eq!(line, near, "{name}\n{output}");
        }
    }
    let (code, output) = folder.run(&["check", "--fix", "--unsafe-fixes", "."]);
    assert_eq!(code, Some(0), "{output}");
    for (name, text, _) in OTHERS {
        assert_eq!(fs::read_to_string(folder.0.join(name)).unwrap(), text);
    }
    let (code, output) = folder.run(&["predict", "."]);
    assert_eq!(code, Some(0), "{output}");
}

#[test]
fn a_named_or_configured_file_needs_less_evidence() {
    let group = r#"[{"groupName": "G", "description": "x"}]"#;
    let folder = Folder::new(
        "named",
        &[("a.json", group), ("b/c.json", group), ("d.json", PAYLOAD)],
    );
    let (code, output) = folder.run(&["check", "--format", "concise", "a.json"]);
    assert_eq!(code, Some(1), "{output}");
    assert!(
        output.contains("a.json:1:2: error[missing-mandatory] /0/ContactCodes (G): ContactCodes is missing"),
        "{output}"
    );
    assert_eq!(folder.run(&["check", "."]).0, Some(0));
    let settings = "[[files]]\nglob = \"b/*.json\"\nendpoint = \"user-group\"\n";
    fs::write(folder.0.join("geplint.toml"), settings).unwrap();
    let (code, output) = folder.run(&["check", "--format", "concise", "."]);
    assert_eq!(code, Some(1), "{output}");
    assert!(
        output.contains("b/c.json:1:2: error[missing-mandatory]"),
        "{output}"
    );
    assert!(
        output.contains("skipped ./a.json: 2 of 2 names match user-group"),
        "{output}"
    );
}

#[test]
fn each_distinctive_name_is_evidence_by_itself() {
    for endpoint in geplint::rules::builtin_ids().filter_map(geplint::rules::builtin) {
        assert!(!endpoint.distinctive.is_empty(), "{}", endpoint.id);
        for name in endpoint
            .distinctive
            .iter()
            .map(|id| &endpoint.record_table().property(*id).name)
        {
            let record = format!("[{{\"{name}\": \"x\", \"other\": 1, \"more\": 2}}]");
            let folder = Folder::new("distinctive", &[("a.json", &record)]);
            let (code, output) = folder.run(&["check", "--format", "concise", "."]);
            let taken = code != Some(3) && !output.contains("skipped");
            // Two endpoints may share a name that no other API has.
            assert!(
                taken || output.contains("more than one endpoint"),
                "{name}: {output}"
            );
        }
    }
}
