//! Invalid lines of ignore files are reported on standard error, with their position and without their text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("ignore-files")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join(".git/info")).unwrap();
    fs::create_dir_all(folder.join("sub")).unwrap();
    for name in ["a.json", "sub/b.json", "sub/c.json"] {
        fs::write(folder.join(name), CLEAN).unwrap();
    }
    folder
}

/// Returns the number of files, and the lines on standard error.
fn check(folder: &Path, args: &[&str]) -> (u64, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
        .args(["check", "--quiet", "--format", "json"])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    (
        report["summary"]["files"].as_u64().unwrap(),
        stderr.lines().map(str::to_owned).collect(),
    )
}

#[test]
fn an_invalid_line_is_reported_and_the_others_apply() {
    let folder = folder("lines");
    let long = format!("c.json\n{}\n", "s3cr3t*".repeat(1_000));
    for (text, message) in [
        (
            "c.json\ns3cr3t[z-a]\n",
            Some("sub/.gitignore:2:1: this line is not a valid glob ("),
        ),
        (
            "{s3cr3t\r\nc.json\r\n",
            Some("sub/.gitignore:1:1: this line is not a valid glob ("),
        ),
        (
            long.as_str(),
            Some("sub/.gitignore:2:1: this line has 7000 bytes"),
        ),
        ("\u{feff}c.json\n# s3cr3t[z-a]\n\n  \n", None),
    ] {
        fs::write(folder.join("sub/.gitignore"), text).unwrap();
        let (files, stderr) = check(&folder, &[]);
        assert_eq!(files, 2, "{text}");
        assert_eq!(stderr.len(), usize::from(message.is_some()), "{stderr:?}");
        for line in stderr {
            assert!(
                line.starts_with(&format!("warning: {}", message.unwrap())),
                "{line}"
            );
            assert!(
                line.ends_with("; skipped this line") && !line.contains("s3cr3t"),
                "{line}"
            );
        }
        assert_eq!(check(&folder, &["--no-ignore"]), (3, Vec::new()));
    }
    fs::write(folder.join("sub/.gitignore"), b"\xe9.json\nc.json\n[z-a]\n{\n").unwrap();
    let (files, stderr) = check(&folder, &[]);
    assert_eq!(files, 2);
    assert_eq!(
        stderr,
        ["warning: sub/.gitignore:1:1: this line is not UTF-8; skipped this line, and 2 more lines"]
    );
}

#[test]
fn an_unreadable_ignore_file_is_reported() {
    let folder = folder("files");
    let large = "c.json\n".repeat(40_000);
    let automaton = format!("{}\n", "?*".repeat(2_000)).repeat(60);
    for name in [".gitignore", "sub/.gitignore", ".git/info/exclude"] {
        for (text, message) in [
            (&large, "too large: the limit of an ignore file is 256 KiB"),
            (&automaton, "its globs are too large together"),
        ] {
            fs::write(folder.join(name), text).unwrap();
            let (files, stderr) = check(&folder, &[]);
            assert_eq!(files, 3, "{name}");
            assert_eq!(
                stderr,
                [format!("warning: {name}: {message}; the file is skipped")]
            );
            // For a file that is named, ignore files are not read; for the files of a folder, those of its parents are.
            assert_eq!(check(&folder, &["a.json"]), (1, Vec::new()));
        }
        fs::remove_file(folder.join(name)).unwrap();
    }
    fs::create_dir(folder.join(".gitignore")).unwrap();
    let (files, stderr) = check(&folder, &["sub"]);
    assert_eq!(files, 2);
    assert_eq!(
        stderr,
        ["warning: .gitignore: a folder, not a file; the file is skipped"]
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_as_in_git() {
    let folder = folder("link");
    fs::write(folder.join("elsewhere"), "*.json\n").unwrap();
    std::os::unix::fs::symlink("../elsewhere", folder.join("sub/.gitignore")).unwrap();
    let (files, stderr) = check(&folder, &[]);
    assert_eq!(files, 3);
    assert_eq!(stderr.len(), 1, "{stderr:?}");
    assert!(
        stderr[0].starts_with("warning: sub/.gitignore: a link, which git"),
        "{stderr:?}"
    );
}
