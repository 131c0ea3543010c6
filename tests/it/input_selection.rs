//! Tests of file selection: lists of paths, a name for standard input, and the output about skipped files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

const GOOD: &str = r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;
const BAD: &str = r#"[{"GroupName": "", "ContactCodes": [{"ContactCode": "C-1"}]}]"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("given").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("drafts")).unwrap();
    // With its own `.git`, settings in folders above are not used.
    fs::create_dir_all(folder.join(".git")).unwrap();
    fs::write(folder.join("good.json"), GOOD).unwrap();
    fs::write(folder.join("drafts/bad.json"), BAD).unwrap();
    folder
}

/// Returns exit code, standard output and standard error.
fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> (Option<i32>, String, String) {
    let output = crate::support::run(folder, arguments, stdin);
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_list_of_paths_is_equivalent_to_the_paths() {
    let folder = folder("list");
    let named = run(
        &folder,
        &[
            "check",
            "--quiet",
            "--format",
            "json",
            "good.json",
            "drafts/bad.json",
        ],
        b"",
    );
    let lists: [&[u8]; 4] = [
        b"good.json\ndrafts/bad.json\n",
        b"good.json\r\n\r\ndrafts/bad.json",
        b"good.json\0drafts/bad.json\0",
        b"good.json\0drafts/bad.json",
    ];
    for list in lists {
        let given = ["check", "--quiet", "--format", "json", "--files-from"];
        let piped = run(&folder, &[&given[..], &["-"]].concat(), list);
        assert_eq!(piped, named, "{list:?}");
        fs::write(folder.join("list.txt"), list).unwrap();
        assert_eq!(run(&folder, &[&given[..], &["list.txt"]].concat(), b""), named);
    }
    let (code, out, _) = run(
        &folder,
        &["predict", "--quiet", "--files-from", "-"],
        b"good.json",
    );
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn an_invalid_list_is_an_error() {
    let folder = folder("no-list");
    let cases: [(&[&str], &[u8], i32, &str); 5] = [
        (
            &["--files-from", "none.txt"],
            b"",
            2,
            "--files-from none.txt: no such file",
        ),
        (
            &["--files-from", "-", "-"],
            b"",
            2,
            "standard input cannot be both the list and a file in it",
        ),
        (
            &["--files-from", "-"],
            b"-\n",
            2,
            "standard input is not allowed in the list",
        ),
        (
            &["--files-from", "-"],
            b"gone.json\n",
            2,
            "gone.json: no such file",
        ),
        (
            &["--files-from", "-"],
            b"",
            3,
            "no payload to check in the files listed in -",
        ),
    ];
    for (arguments, stdin, expected, message) in cases {
        let (code, _, stderr) = run(&folder, &[&["check"], arguments].concat(), stdin);
        assert_eq!(code, Some(expected), "{arguments:?} {stderr}");
        assert!(stderr.contains(message), "{arguments:?} {stderr}");
    }
}

#[test]
fn settings_apply_equally_to_a_file_and_its_text() {
    let folder = folder("stdin");
    let settings = [
        "",
        "exclude = [\"drafts/\"]\n",
        "exclude = [\"good.json\"]\n",
        "include = [\"*.json\"]\n",
        "include = [\"good.json\"]\n",
        "[[files]]\nglob = \"drafts/*\"\nendpoint = \"contact-details\"\n",
    ];
    for text in settings {
        fs::write(folder.join("geplint.toml"), text).unwrap();
        for name in ["good.json", "drafts/bad.json"] {
            let report = ["check", "--quiet", "--format", "concise"];
            let named = run(&folder, &[&report[..], &[name]].concat(), b"");
            let bytes = fs::read(folder.join(name)).unwrap();
            let piped = run(
                &folder,
                &[&report[..], &["--stdin-filename", name, "-"]].concat(),
                &bytes,
            );
            assert_eq!((piped.0, piped.1), (named.0, named.1), "{name} {text}");
        }
    }
}

#[test]
fn a_filter_returns_excluded_text_unchanged() {
    let folder = folder("filter");
    for text in ["[{} // x\n]", "", "no json"] {
        let arguments = [
            "check",
            "--quiet",
            "--fix",
            "--exclude",
            "drafts/",
            "--stdin-filename",
            "drafts/a.json",
            "-",
        ];
        let (_, out, _) = run(&folder, &arguments, text.as_bytes());
        assert_eq!(out, text);
    }
}

#[test]
fn a_junit_report_has_a_test() {
    let folder = folder("junit");
    let arguments = [
        "check",
        "--quiet",
        "--format",
        "junit",
        "--no-error-on-unmatched",
        "--exclude",
        "*",
        ".",
    ];
    let (code, out, _) = run(&folder, &arguments, b"");
    assert_eq!(code, Some(0));
    assert!(out.contains("tests=\"1\" failures=\"0\""), "{out}");
    assert!(
        out.contains("<testcase name=\"nothing to check\" classname=\"geplint\"/>"),
        "{out}"
    );
}

#[cfg(unix)]
#[test]
fn verbose_lists_checked_and_skipped_files() {
    use std::os::unix::fs::symlink;

    let folder = folder("verbose");
    symlink("drafts", folder.join("link")).unwrap();
    symlink("good.json", folder.join("other.json")).unwrap();
    for name in [
        "a.jsonl",
        "b.jsonl",
        "c.TXT",
        "README",
        ".hidden.txt",
        "drafts/geplint.toml",
    ] {
        fs::write(folder.join(name), "").unwrap();
    }
    fs::write(folder.join("geplint.toml"), "fail-on = \"never\"\n").unwrap();
    fs::write(folder.join("package.json"), "{\"name\": \"x\"}").unwrap();
    let (code, _, stderr) = run(&folder, &["check", "--verbose", "."], b"");
    assert_eq!(code, Some(0), "{stderr}");
    let lines: Vec<&str> = stderr.lines().collect();
    let expected = [
        "skipped ./link: a link to a folder; to check its target, name it",
        "skipped ./other.json: a link to a file; to check its target, name it",
        "ignored ./drafts/geplint.toml: settings apply to runs in their own folder, or with --config",
        "skipped 2 files not named .json: 1 without an extension, 1 .txt",
        "skipped ./a.jsonl: a JSON Lines file without a request to a known endpoint",
        "skipped ./b.jsonl: a JSON Lines file without a request to a known endpoint",
        "checked ./drafts/bad.json: user-group, 1 record",
        "checked ./good.json: user-group, 1 record",
        "skipped ./package.json: its names match no endpoint",
    ];
    assert_eq!(lines[..expected.len()], expected, "{stderr}");
    // Without `-v`.
    let (_, _, stderr) = run(&folder, &["check", "."], b"");
    let named = ["skipped ", "ignored ", "checked "];
    let is_named = |line: &str| named.iter().any(|word| line.starts_with(word));
    assert!(!stderr.lines().any(is_named), "{stderr}");
    assert!(stderr.contains("3 skipped (-v)"), "{stderr}");
}
