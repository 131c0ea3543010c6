//! A file that nobody named is a request on strong evidence alone: other people's JSON blocks nobody.

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

    /// Exit code, and what both streams say.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }
}

/// JSON of others, and whether it is near enough to a request to have a line.
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
fn json_of_others_is_skipped_and_counted() {
    let mut files = OTHERS.map(|(name, text, _)| (name, text)).to_vec();
    files.push(("payload.json", PAYLOAD));
    let folder = Folder::new("others", &files);
    let named: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let hook = [&["check", "--strict", "--skip-unrecognized"][..], &named].concat();
    for arguments in [&["check", "--strict", "."][..], &hook] {
        let (code, said) = folder.run(arguments);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("1 file, 1 record: no problems found \u{b7} 6 skipped"),
            "{said}"
        );
        for (name, _, near) in OTHERS {
            let line = said.lines().any(|line| line.contains(name));
            assert_eq!(line, near, "{name}\n{said}");
        }
    }
    let (code, said) = folder.run(&["check", "--fix", "--unsafe-fixes", "."]);
    assert_eq!(code, Some(0), "{said}");
    for (name, text, _) in OTHERS {
        assert_eq!(fs::read_to_string(folder.0.join(name)).unwrap(), text);
    }
    let (code, said) = folder.run(&["predict", "."]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_named_file_or_one_of_the_settings_needs_less() {
    let group = r#"[{"groupName": "G", "description": "x"}]"#;
    let folder = Folder::new(
        "named",
        &[("a.json", group), ("b/c.json", group), ("d.json", PAYLOAD)],
    );
    let (code, said) = folder.run(&["check", "--format", "concise", "a.json"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("a.json:1:2: error[missing-mandatory] /0/ContactCodes (G): ContactCodes is missing"),
        "{said}"
    );
    assert_eq!(folder.run(&["check", "."]).0, Some(0));
    let settings = "[[files]]\nglob = \"b/*.json\"\nendpoint = \"user-group\"\n";
    fs::write(folder.0.join("geplint.toml"), settings).unwrap();
    let (code, said) = folder.run(&["check", "--format", "concise", "."]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("b/c.json:1:2: error[missing-mandatory]"), "{said}");
    assert!(
        said.contains("skipped ./a.json: 2 of 2 names are those of user-group"),
        "{said}"
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
            let (code, said) = folder.run(&["check", "--format", "concise", "."]);
            let taken = code != Some(3) && !said.contains("skipped");
            // Two endpoints may share a name that no other API has.
            assert!(
                taken || said.contains("cannot tell its endpoint"),
                "{name}: {said}"
            );
        }
    }
}
