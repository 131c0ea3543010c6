//! Globs that are too long or too many are reported with their position, in every setting.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits").join(name);
    fs::create_dir_all(folder.join(".git")).unwrap();
    fs::write(folder.join("a.json"), CLEAN).unwrap();
    folder
}

/// Returns the exit code and standard error.
fn check(folder: &Path, settings: &str) -> (i32, String) {
    fs::write(folder.join("geplint.toml"), settings).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
        .args(["check", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), stderr)
}

/// Returns settings with these globs, at most one a line, for each key that takes globs; and the position of the first
/// glob.
fn settings(globs: &[&str]) -> Vec<(String, &'static str)> {
    let list = |key: &str| {
        let globs: Vec<String> = globs.iter().map(|glob| format!("\"{glob}\"")).collect();
        format!("unused = \"off\"\n{key} = [{}]\n", globs.join(", "))
    };
    let tables = |before: &str, after: &str| {
        let tables = globs.iter().map(|glob| format!("{before}\"{glob}\"\n{after}\n"));
        format!("unused = \"off\"\n{}", tables.collect::<String>())
    };
    vec![
        (list("include"), "2:12"),
        (list("exclude"), "2:12"),
        (tables("[[files]]\nglob = ", "endpoint = \"user-group\""), "3:8"),
        (
            tables("[[ignore]]\npath = ", "rule = \"blank\"\nreason = \"x\""),
            "3:8",
        ),
    ]
}

#[test]
fn a_glob_that_is_too_long_is_refused() {
    let folder = folder("long");
    for unit in ["a*", "**/", "{a,b*}", "ü?"] {
        for length in [4_097, 160_000] {
            let glob = unit.repeat(length / unit.len() + 1);
            for (text, place) in settings(&[&glob]) {
                let (code, stderr) = check(&folder, &text);
                assert_eq!(code, 2, "{stderr}");
                let start = format!("error: geplint.toml:{place}: bad glob `");
                assert!(stderr.starts_with(&start), "{stderr}");
                assert!(stderr.contains("a glob has at most 4096"), "{stderr}");
                assert!(stderr.len() < 600 && stderr.lines().count() == 1, "{stderr}");
            }
        }
        let longest = unit.repeat(4_096 / unit.len());
        for (text, _) in settings(&[&longest, "*.json"]) {
            let (code, stderr) = check(&folder, &text);
            assert!(code == 0 || code == 3, "{unit}: {stderr}");
        }
    }
}

#[test]
fn too_many_globs_are_refused_at_one_of_them() {
    let folder = folder("many");
    let glob = "**/a*/**/b*/**".repeat(10);
    let globs: Vec<&str> = std::iter::repeat_n(glob.as_str(), 1_000).collect();
    for (text, _) in settings(&globs) {
        let (code, stderr) = check(&folder, &text);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.starts_with("error: geplint.toml:"), "{stderr}");
        assert_eq!(
            stderr.matches("have more than 65536 bytes").count(),
            1,
            "{stderr}"
        );
        let place = stderr
            .split(':')
            .skip(2)
            .take(2)
            .map(|part| part.trim().parse::<usize>());
        assert!(
            place.clone().count() == 2 && place.into_iter().all(|part| part.is_ok()),
            "{stderr}"
        );
    }
    for (text, _) in settings(&globs[..100]) {
        let (code, stderr) = check(&folder, &text);
        assert!(code == 0 || code == 3, "{stderr}");
    }
}
