//! Tests of the program as a user runs it: every command of the README and of `tests/cmd/`, and tests that need a
//! process of their own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use geplint::report::sanitize::is_unprintable;

use crate::support::GEPLINT;

/// An environment that makes the output the same on every machine.
const ENVIRONMENT: [(&str, &str); 8] = [
    ("NO_COLOR", ""),
    ("CLICOLOR", ""),
    ("CLICOLOR_FORCE", ""),
    ("COLUMNS", "80"),
    ("TERM", "xterm"),
    ("LC_ALL", "C.UTF-8"),
    ("LC_CTYPE", "C.UTF-8"),
    ("LANG", "C.UTF-8"),
];

fn cases() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases.default_bin_name("geplint");
    for (name, value) in ENVIRONMENT {
        cases.env(name, value);
    }
    cases
}

#[test]
fn commands() {
    cases().case("tests/cmd/*.trycmd").case("tests/cmd/*.toml");
}

#[test]
fn the_readme_shows_the_real_output() {
    cases().case("README.md");
}

/// The pages whose commands need no files except those of the repository.
#[test]
fn the_docs_show_the_real_output() {
    cases()
        .case("docs/evidence.md")
        .case("docs/limits.md")
        .case("docs/json-report.md");
}

/// Returns a command that runs geplint with that environment.
fn geplint(args: &[&str]) -> Command {
    let mut command = Command::new(GEPLINT);
    command.args(args).envs(ENVIRONMENT).stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

/// Returns an empty folder that no other test uses.
fn folder(name: &str) -> PathBuf {
    crate::support::empty_folder("cli", name)
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

/// The commands in the README that are not in a `console` block: those for building, CI and hooks.
#[test]
fn other_commands_of_the_readme_work() {
    let readme = fs::read_to_string("README.md").unwrap();
    let mut seen = 0;
    let mut language = "";
    for line in readme.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            language = fence;
            continue;
        }
        if !matches!(language, "sh" | "yaml") {
            continue;
        }
        let line = line.trim().trim_start_matches("entry: ");
        let line = line.split('#').next().unwrap().trim();
        let Some(args) = line
            .strip_prefix("cargo run -- ")
            .or_else(|| line.strip_prefix("geplint "))
        else {
            continue;
        };
        seen += 1;
        let args: Vec<&str> = args.split(' ').collect();
        let mut command = geplint(&args);
        let (code, _, stderr) = run(&mut command);
        assert!(
            matches!(code, Some(0 | 1)) && !stderr.contains("error:"),
            "{line}: {code:?} {stderr}"
        );
    }
    assert_eq!(seen, 3, "commands outside of console blocks");
    for command in ["cargo run -- check testdata/documented", "cargo test --locked"] {
        assert!(readme.contains(command), "{command}");
    }
}

/// `geplint … | head -1`: a reader that closes the pipe is no error, and the exit code is that of the findings.
#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = folder("pipe");
    let records = vec![r#"{ "GroupName": "", "Strange": 1 }"#; 3_000].join(",\n");
    write(&folder, "many.json", &format!("[{records}]"));
    // The full report is so short here that it ends before the reader has closed the pipe.
    for format in ["concise", "json"] {
        let mut child = geplint(&["check", "--format", format])
            .arg(folder.join("many.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}: {stderr}");
        assert_eq!(stderr, "", "{format}");
        assert!(!line.is_empty(), "{format}");
    }
    // The reader is closed from the start.
    for args in [&["rules", "contact-details"][..], &["explain"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, _, stderr) = run(geplint(args).stdout(writer));
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn files_ignored_by_git_are_skipped() {
    let folder = folder("ignored");
    write(&folder, ".git/HEAD", "");
    write(&folder, ".gitignore", "build/\nlocal-*.json\n");
    for name in ["a.json", "build/b.json", "local-c.json", "deep/local-d.json"] {
        write(&folder, name, BAD);
    }
    let paths = |args: &[&str]| {
        let mut command = geplint(&["check", "--quiet", "--format", "concise"]);
        let (code, stdout, _) = run(command.current_dir(&folder).args(args));
        assert_eq!(code, Some(1));
        let path = |line: &str| line.split(':').next().unwrap().to_owned();
        stdout.lines().map(path).collect::<Vec<_>>()
    };
    assert_eq!(paths(&[]), ["a.json"]);
    assert_eq!(
        paths(&["--no-ignore"]),
        ["a.json", "build/b.json", "deep/local-d.json", "local-c.json"]
    );
    // A file that is named is checked although it is ignored.
    assert_eq!(paths(&["local-c.json"]), ["local-c.json"]);
    assert_eq!(paths(&["build"]), ["build/b.json"]);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_does_not_stop_the_run() {
    use std::os::unix::fs::symlink;
    let folder = folder("unreadable");
    write(&folder, "a.json", BAD);
    write(&folder, "b/c.json", CLEAN);
    symlink("nowhere.json", folder.join("link.json")).unwrap();
    symlink("loop.json", folder.join("loop.json")).unwrap();
    let (code, stdout, stderr) = run(geplint(&["check", "--format", "concise"]).current_dir(&folder));
    assert_eq!(code, Some(2));
    assert_eq!(
        stdout,
        "a.json:1:17: error[missing-mandatory] /0/GroupName: GroupName is empty\n"
    );
    assert!(
        stderr.contains("error: ./link.json: the link is broken\n"),
        "{stderr}"
    );
    assert!(
        stderr.contains("error: ./loop.json: the link cannot be followed: "),
        "{stderr}"
    );
    assert!(
        stderr.contains("1 of 2 files would be refused \u{b7} 1 error"),
        "{stderr}"
    );
}

/// The error of a skipped file quotes its text, which may contain terminal escapes.
#[test]
fn the_error_of_a_skipped_file_is_harmless() {
    let folder = folder("skipped");
    write(&folder, "a.json", "[\u{202e}::error::x ##[group]\u{9b}31m]");
    write(&folder, "b.json", "[\u{2060}]");
    let (code, stdout, stderr) = run(geplint(&["check", "-v", "--no-config", "."]).current_dir(&folder));
    assert_eq!((code, stdout.as_str()), (Some(3), ""));
    let skipped: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with("skipped "))
        .collect();
    assert_eq!(skipped.len(), 2, "{stderr}");
    for line in skipped {
        assert!(line.contains("not JSON: text without quotes: `\\u{20"), "{line}");
        assert!(!line.contains("::") && !line.contains("##["), "{line}");
        assert!(!line.chars().any(is_unprintable), "{line}");
    }
}

#[test]
fn a_missing_folder_is_reported() {
    let folder = folder("gone");
    write(&folder, "a.json", CLEAN);
    let (code, _, stderr) = run(geplint(&["check", "a.json", "b"]).current_dir(&folder));
    assert_eq!(code, Some(2));
    assert!(
        stderr.starts_with("error: b: no such file or folder\n1 file, 1 record: no problems found"),
        "{stderr}"
    );
}

#[test]
fn standard_input_may_not_be_text() {
    for (bytes, rule) in [
        (&b"\xff\xfe[\0]\0"[..], "utf16"),
        (b"[{\"GroupName\": \"\xc3\"}]", "invalid-utf8"),
        (b"\xef\xbb\xbf[]", "byte-order-mark"),
        (b" \n", "empty-file"),
        (b"[{\"GroupName\": \"\\ud800\"}]", "lone-surrogate"),
    ] {
        let mut child = geplint(&["check", "--endpoint", "user-group", "--format", "concise", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(
            stdout.starts_with("<stdin>:1:") && stdout.contains(&format!("[{rule}]")),
            "{rule}: {stdout}"
        );
    }
}

/// Environment variables for colour and width, and the flags that override them.
#[test]
fn the_environment_sets_colour_and_width() {
    let shown = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = geplint(&["check", "testdata/documented/user-group"]);
        let (code, stdout, _) = run(command.args(args).envs(variables.iter().copied()));
        assert_eq!(code, Some(1));
        stdout
    };
    let colored = |text: &str| text.contains('\u{1b}');
    let forced = ("CLICOLOR_FORCE", "1");
    assert!(!colored(&shown(&[], &[])));
    assert!(colored(&shown(&[], &[forced])));
    assert!(!colored(&shown(&[], &[forced, ("NO_COLOR", "1")])));
    assert!(colored(&shown(&["--color", "always"], &[("NO_COLOR", "1")])));
    assert!(!colored(&shown(&["--color", "never"], &[forced])));

    assert!(shown(&[], &[]).contains('─'));
    assert!(shown(&[], &[("LC_ALL", "C")]).is_ascii());
    assert!(shown(&[], &[("TERM", "dumb")]).is_ascii());

    let widest = |text: String| text.lines().map(|line| line.chars().count()).max();
    assert!(widest(shown(&[], &[("COLUMNS", "60")])) < widest(shown(&[], &[("COLUMNS", "120")])));
}

/// The findings are the same in every format, and the bytes the same in every run.
#[test]
fn formats_agree() {
    let out = |format: &str| {
        let (code, stdout, _) = run(&mut geplint(&[
            "check",
            "--format",
            format,
            "testdata/documented",
        ]));
        assert_eq!(code, Some(1), "{format}");
        let again = run(&mut geplint(&[
            "check",
            "--format",
            format,
            "testdata/documented",
        ]));
        assert_eq!(again.1, stdout, "{format}");
        stdout
    };
    let json: serde_json::Value = serde_json::from_str(&out("json")).unwrap();
    let rows = json["findings"].as_array().unwrap();
    let concise = out("concise");
    assert_eq!(concise.lines().count(), rows.len());
    let full = out("full");
    for (line, row) in concise.lines().zip(rows) {
        let text = |name: &str| row[name].as_str().unwrap();
        let place = format!(
            "{}:{}:{}",
            text("path"),
            row["start"]["line"],
            row["start"]["column"]
        );
        let mut head = format!("{}[{}]", text("severity"), text("rule"));
        if !text("pointer").is_empty() {
            let _ = write!(head, " {}", text("pointer"));
        }
        if let Some(key) = row["recordKey"].as_str().filter(|key| !key.is_empty()) {
            let _ = write!(head, " ({key})");
        }
        let fix = match row["fix"]["safe"].as_bool() {
            None => "",
            Some(true) => " (--fix)",
            Some(false) => " (--fix --unsafe-fixes)",
        };
        // A suggestion is appended, and for a pair the position of the name is left out.
        let what = text("message").split("; did you mean").next().unwrap();
        assert!(line.starts_with(&format!("{place}: {head}: {what}")), "{line}");
        assert!(line.ends_with(fix), "{line}");
    }
    // The full report puts together what has one cause, and counts all of it in the end.
    let causes = full.split_once("causes (see geplint explain RULE)\n").unwrap().1;
    let counts = causes.lines().filter_map(|line| line.split_whitespace().next());
    let counted: usize = counts.map(|count| count.parse::<usize>().unwrap()).sum();
    assert_eq!(counted, rows.len(), "{full}");
    let summary = &json["summary"];
    let count = |severity: &str| rows.iter().filter(|row| row["severity"] == severity).count();
    assert_eq!(summary["errors"], count("error"));
    assert_eq!(summary["warnings"], count("warning"));
    assert_eq!(
        (summary["files"].as_u64(), summary["skipped"].as_u64()),
        (Some(10), Some(10))
    );
}

/// Every rule in the list of `explain` has a page, and every rule of a finding is in that list.
#[test]
fn every_rule_is_explained() {
    let (_, list, _) = run(&mut geplint(&["explain"]));
    let ids: Vec<&str> = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert!(ids.len() > 30);
    for id in &ids {
        let (code, page, stderr) = run(&mut geplint(&["explain", id]));
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{id}");
        for part in [
            *id,
            "\nMeaning\n",
            "\nWhy\n",
            "\nHow to fix it\n",
            "\nBad",
            "\nGood",
        ] {
            assert!(page.contains(part), "{id} lacks {part:?}");
        }
        let prose = page.split("\nBad (").next().unwrap();
        assert!(prose.lines().all(|line| line.chars().count() <= 80), "{prose}");
    }
    let (_, stdout, _) = run(&mut geplint(&[
        "check",
        "--format",
        "json",
        "testdata/documented",
    ]));
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    for row in json["findings"].as_array().unwrap() {
        assert!(ids.contains(&row["rule"].as_str().unwrap()), "{row}");
    }
}

/// The tables of every endpoint, as text in several widths and as JSON.
#[test]
fn every_table_is_shown() {
    let (_, list, _) = run(&mut geplint(&["rules"]));
    for id in list.lines().filter_map(|line| line.split(' ').next()) {
        let (code, stdout, _) = run(&mut geplint(&["rules", id, "--format", "json"]));
        assert_eq!(code, Some(0));
        let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(json["version"], 1);
        let tables = json["endpoints"][0]["tables"].as_array().unwrap();
        for columns in ["40", "80", "160"] {
            let (code, text, _) = run(geplint(&["rules", id]).env("COLUMNS", columns));
            assert_eq!(code, Some(0));
            let names = tables
                .iter()
                .flat_map(|table| table["properties"].as_array().unwrap());
            for name in names.filter_map(|property| property["name"].as_str()) {
                assert!(text.contains(name), "{id} {columns}: {name}");
            }
        }
    }
}

/// The arguments that the example settings of an editor pass are arguments of the server.
#[test]
fn the_server_takes_the_arguments_that_the_docs_give_it() {
    let docs = include_str!("../../docs/editors.md");
    let mut seen = 0;
    for line in docs.lines() {
        let Some(list) = line.trim().strip_prefix("\"geplint.arguments\": ") else {
            continue;
        };
        let arguments: Vec<String> = serde_json::from_str(list.trim_end_matches(',')).unwrap();
        // Help is printed only if the arguments before it are right.
        let done = crate::support::geplint()
            .arg("lsp")
            .args(&arguments)
            .arg("--help")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        seen += 1;
    }
    assert!(seen > 0);
}

/// Input that no argument requests is not ignored silently.
#[cfg(unix)]
#[test]
fn input_that_is_not_read_is_named() {
    let folder = crate::support::empty_folder("cli", "unread-input");
    let note = "note: standard input was not read; to check it, run `geplint check -`\n";
    fs::write(folder.join("data.json"), "[]").unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    for (input, arguments, is_named) in [
        ("data.json", &["check"][..], true),
        ("data.json", &["check", "--quiet"], false),
        ("data.json", &["check", "-"], false),
        ("data.json", &["check", "data.json"], false),
        ("empty", &["check"], false),
    ] {
        let done = crate::support::geplint()
            .current_dir(&folder)
            .args(arguments)
            .stdin(fs::File::open(folder.join(input)).unwrap())
            .output()
            .unwrap();
        let printed = String::from_utf8(done.stderr).unwrap();
        assert_eq!(
            printed.contains(note),
            is_named,
            "{arguments:?} < {input}: {printed}"
        );
    }
    // A pipe.
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"[]").unwrap();
    let mut command = crate::support::geplint();
    let done = command
        .current_dir(&folder)
        .arg("check")
        .stdin(reader)
        .output()
        .unwrap();
    let printed = String::from_utf8(done.stderr).unwrap();
    assert!(printed.contains(note), "{printed}");
}
