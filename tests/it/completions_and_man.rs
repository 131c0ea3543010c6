//! Tests of the files that are generated from the command line's definition: completions and manual pages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn geplint(args: &[&str]) -> Output {
    let mut command = crate::support::geplint();
    command.args(args).stdin(Stdio::null()).output().unwrap()
}

fn printed(args: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = geplint(args);
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(
        status.success() && stderr.is_empty(),
        "{args:?}: {status} {stderr}"
    );
    String::from_utf8(stdout).unwrap()
}

fn folder(name: &str) -> PathBuf {
    crate::support::empty_folder("shells", name)
}

/// Runs a program with a text on standard input; returns success and output. `None`, with a note, if the program is not
/// installed.
#[allow(
    clippy::print_stderr,
    reason = "what was not tried must not look as if it was"
)]
fn tried(program: &str, args: &[&str], input: &str) -> Option<(bool, String)> {
    let started = Command::new(program)
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("not tried: {program} is not installed");
            return None;
        }
        started => started.unwrap(),
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let output = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    Some((status.success(), output.into_owned()))
}

/// Returns the commands in the help text.
fn commands() -> BTreeSet<String> {
    let help = printed(&["-h"]);
    let list = help
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let names = list.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    });
    names.collect()
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        assert!(script.contains("write-baseline"), "{shell}");
    }
    let unknown = geplint(&["completions", "cmd"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn bash_completes_commands_options_and_values() {
    let script = printed(&["completions", "bash"]);
    for (typed, word, before, expected) in [
        ("geplint che", "che", "geplint", "check"),
        ("geplint check --write", "--write", "check", "--write-baseline"),
        ("geplint check --fail-on w", "w", "--fail-on", "warning"),
        ("geplint completions po", "po", "completions", "powershell"),
        ("geplint check --ignore too-l", "too-l", "--ignore", "too-long"),
        (
            "geplint check --endpoint user",
            "user",
            "--endpoint",
            "user-group",
        ),
        ("geplint explain too-l", "too-l", "explain", "too-long"),
        ("geplint rules user", "user", "rules", "user-group"),
    ] {
        let last = typed.split(' ').count() - 1;
        let asked = format!(
            "{script}\nCOMP_WORDS=({typed}); COMP_CWORD={last}; _geplint geplint '{word}' '{before}'; \
             echo \"<${{COMPREPLY[*]}}>\"\n"
        );
        let Some((good, output)) = tried("bash", &["--norc", "--noprofile"], &asked) else {
            return;
        };
        assert!(
            good && output.trim() == format!("<{expected}>"),
            "{typed}: {output}"
        );
    }
}

#[test]
fn completions_of_other_shells_are_valid() {
    let zsh = printed(&["completions", "zsh"]);
    if let Some((good, output)) = tried("zsh", &["-f", "-n"], &zsh) {
        assert!(good && output.is_empty(), "{output}");
    }
    let fish = printed(&["completions", "fish"]) + "\ncomplete -C 'geplint che'\n";
    if let Some((good, output)) = tried("fish", &["--no-config"], &fish) {
        assert!(good && output.starts_with("check\t"), "{output}");
    }
}

#[test]
fn every_command_has_a_page_that_renders_without_a_warning() {
    let folder = folder("man");
    printed(&["man", "--out", folder.to_str().unwrap()]);
    let mut pages: BTreeSet<String> = commands()
        .iter()
        .map(|name| format!("geplint-{name}.1"))
        .collect();
    pages.insert("geplint.1".to_owned());
    let mut written = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let page = fs::read_to_string(entry.path()).unwrap();
        assert!(page.contains(".SH DESCRIPTION"), "{name}");
        // Warnings are printed before the page.
        if let Some((good, output)) = tried("groff", &["-K", "utf8", "-man", "-Tutf8", "-ww"], &page) {
            assert!(good && !output.contains("warning:"), "{name}: {output}");
            assert!(
                output.contains("SYNOPSIS") || output.contains("S\u{8}SY"),
                "{name}: {output}"
            );
        }
        written.insert(name);
    }
    assert_eq!(written, pages);
    let printed = printed(&["man"]);
    assert_eq!(printed, fs::read_to_string(folder.join("geplint.1")).unwrap());
    assert!(printed.contains(&format!("geplint {}", env!("CARGO_PKG_VERSION"))));
    let check = fs::read_to_string(folder.join("geplint-check.1")).unwrap();
    assert!(check.contains("Exit status"), "{check}");
}

#[test]
fn a_folder_that_cannot_be_created_is_an_error() {
    let output = geplint(&["man", "--out", "Cargo.toml/x"]);
    assert_eq!(output.status.code(), Some(2));
    let output = String::from_utf8(output.stderr).unwrap();
    assert!(output.starts_with("error: Cargo.toml/x: "), "{output}");
}

#[test]
fn completed_values_are_only_suggestions() {
    // A rules file may add endpoints.
    let unknown = geplint(&["rules", "no-such-endpoint"]);
    let stderr = String::from_utf8(unknown.stderr).unwrap();
    assert!(!stderr.contains("possible values"), "{stderr}");
}

#[test]
fn a_path_without_a_command_is_answered_with_the_command() {
    let hint = |word: &str| String::from_utf8(geplint(&[word]).stderr).unwrap();
    for word in ["payload.json", "payloads/", "."] {
        let hint = hint(word);
        assert!(hint.contains(&format!("geplint check {word}")), "{hint}");
    }
    assert!(
        !hint("chekc").contains("geplint check chekc"),
        "{}",
        hint("chekc")
    );
}

#[test]
fn lint_is_check() {
    assert_eq!(
        printed(&["lint", "--help"]).split("Usage").next(),
        printed(&["check", "--help"]).split("Usage").next()
    );
}
