//! Tests docs/ci.md: its commands work, and its hooks are those of `geplint init`, the README and the shipped hooks.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const DOCS: &str = include_str!("../../docs/ci.md");
const README: &str = include_str!("../../README.md");
const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");
const WHEEL_HOOKS: &str = include_str!("../../packaging/pre-commit/.pre-commit-hooks.yaml");
const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

fn above() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci-docs")
}

/// Returns an empty folder in which git does not find geplint's own repository.
fn outside(name: &str) -> PathBuf {
    crate::support::empty_folder("ci-docs", name)
}

/// Runs a line in a shell, with `geplint` on the path.
fn shell(folder: &Path, line: &str) -> Output {
    let bin = Path::new(crate::support::GEPLINT).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        .env("GIT_CEILING_DIRECTORIES", above())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.com")
        .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main")
        .env_remove("GITHUB_WORKSPACE")
        .env_remove("CI_PROJECT_DIR")
        .output()
        .unwrap()
}

/// Creates a repository with a branch, a committed payload without errors, and a new one with an error.
fn repository(name: &str) -> PathBuf {
    let folder = outside(name);
    fs::create_dir_all(folder.join("payloads")).unwrap();
    fs::write(folder.join("payloads/good.json"), CLEAN).unwrap();
    let made = shell(
        &folder,
        "git init -q -b main && git add . && git commit -q -m x && git update-ref refs/remotes/origin/main HEAD \
         && git switch -q -c topic",
    );
    assert!(made.status.success(), "{made:?}");
    fs::write(folder.join("payloads/bad.json"), BAD).unwrap();
    folder
}

/// Returns the lines of all code blocks.
fn code(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

/// Returns the `geplint` command that a line of a snippet runs, if it is one.
fn command(line: &str) -> Option<&str> {
    let start = line.find("geplint ")?;
    let before = line[..start].trim();
    let known = ["", "-", "- run:", "- script:", "entry:", "exec", "sh '"];
    let rest = &line[start..];
    known.contains(&before).then(|| {
        rest.strip_suffix('\'')
            .filter(|_| before == "sh '")
            .unwrap_or(rest)
    })
}

#[test]
fn every_command_of_the_snippets_works() {
    let commands: Vec<&str> = code(DOCS).into_iter().filter_map(command).collect();
    assert_eq!(commands.len(), 12, "{commands:#?}");
    // All lines that start the program are among the commands.
    let count = code(DOCS)
        .iter()
        .filter(|line| line.contains("geplint check"))
        .count();
    assert_eq!(
        count,
        commands
            .iter()
            .filter(|line| line.contains("geplint check"))
            .count()
    );
    for (index, line) in commands.iter().enumerate() {
        let folder = repository(&format!("commands-{index}"));
        let checks = line.contains("check");
        // pre-commit appends the names of the files.
        let named = if line.contains("--no-error-on-unmatched") {
            " payloads/good.json payloads/bad.json"
        } else {
            ""
        };
        // The folder of an output file is created by a line before.
        let made = code(DOCS)
            .into_iter()
            .filter(|line| line.starts_with("mkdir -p "));
        for line in made {
            assert!(shell(&folder, line).status.success(), "{line}");
        }
        let done = shell(&folder, &format!("{line}{named}"));
        assert_eq!(done.status.code(), Some(i32::from(checks)), "{line}: {done:?}");
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(
            !stderr.contains("error:") && !stderr.contains("warning:"),
            "{line}: {stderr}"
        );
        let shown = String::from_utf8(done.stdout).unwrap();
        assert!(!checks || shown.contains("bad.json"), "{line}: {shown}");
        for output in line.split("--output ").skip(1) {
            let (_, file) = output.split(' ').next().unwrap().split_once('=').unwrap();
            let text = fs::read_to_string(folder.join(file)).unwrap();
            assert!(text.contains("payloads/bad.json"), "{line}: {text}");
        }
    }
}

#[test]
fn the_plain_hook_refuses_a_bad_payload() {
    let block = DOCS
        .split("```sh\n#!/bin/sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let folder = repository("plain-hook");
    fs::write(
        folder.join(".git/hooks/pre-commit"),
        format!("#!/bin/sh\n{block}"),
    )
    .unwrap();
    shell(&folder, "chmod +x .git/hooks/pre-commit");
    let refused = shell(&folder, "git add . && git commit -m x");
    let output = String::from_utf8(refused.stdout).unwrap() + &String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{output}");
    assert!(
        output.contains("payloads/bad.json:1:17: error[missing-mandatory]"),
        "{output}"
    );
    fs::write(folder.join("payloads/bad.json"), CLEAN).unwrap();
    // With `commit -a` and in a second work tree, the hook sees another index.
    let taken = shell(&folder, "git commit -q -a -m x");
    assert!(taken.status.success(), "{taken:?}");
    let tree = folder.join("tree");
    assert!(shell(&folder, "git worktree add -q tree").status.success());
    fs::write(tree.join("payloads/worse.json"), BAD).unwrap();
    let refused = shell(&tree, "git add . && git commit -m x");
    let output = String::from_utf8(refused.stderr).unwrap() + &String::from_utf8(refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{output}");
    assert!(
        output.contains("payloads/worse.json:1:17") && !output.contains("bad.json"),
        "{output}"
    );
}

/// All entries of hooks are equal in every document.
#[test]
fn docs_readme_init_and_the_shipped_hooks_agree() {
    let folder = outside("init");
    let group = r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-7"}]}]"#;
    fs::create_dir(folder.join("payloads")).unwrap();
    fs::write(folder.join("payloads/group.json"), group).unwrap();
    let done = shell(&folder, "geplint init");
    let init = String::from_utf8(done.stdout).unwrap();
    let entries = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("entry: "));
        lines.map(str::to_owned).collect()
    };
    let all: Vec<Vec<String>> = [DOCS, README, HOOKS, &init, WHEEL_HOOKS]
        .iter()
        .map(|text| entries(text))
        .collect();
    let counts: Vec<usize> = all.iter().map(Vec::len).collect();
    assert_eq!(counts, [2, 1, 3, 1, 1]);
    let distinct: BTreeSet<String> = all.into_iter().flatten().collect();
    assert_eq!(distinct.len(), 1, "{distinct:?}");
    // The docs and the README contain the hook that init prints, line for line.
    let start = init.find("repos:").unwrap();
    let hook = &init[start..];
    let hook = &hook[..hook.find("\n\n").unwrap()];
    let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let hook = trimmed(hook);
    assert!(hook.contains("require_serial: true"), "{hook}");
    assert!(trimmed(DOCS).contains(&hook), "docs/ci.md lacks\n{hook}");
    assert!(trimmed(README).contains(&hook), "README.md lacks\n{hook}");
}

/// The pattern of the hook matches the payloads that were found.
#[test]
fn the_hook_of_init_sees_every_payload_that_init_found() {
    let group = r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-7"}]}]"#;
    let cases: [(&str, &[&str], Option<&str>); 6] = [
        ("none", &[], None),
        ("here", &["a.json"], None),
        ("here-and-below", &["a.json", "b/a.json"], None),
        ("odd-name", &["a b: c/a.json"], None),
        ("one", &["v1.2/x/a.json"], Some(r"^v1\.2/")),
        ("two", &["b/a.json", "a/a.json"], Some("^(a|b)/")),
    ];
    for (name, files, pattern) in cases {
        let folder = outside(&format!("init-{name}"));
        for file in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, group).unwrap();
        }
        let done = shell(&folder, "geplint init");
        let init = String::from_utf8(done.stdout).unwrap();
        let mut lines = init.lines().map(str::trim);
        let shown = lines.find_map(|line| line.strip_prefix("files: "));
        assert_eq!(shown, pattern, "{init}");
        // Without a pattern, the hook names files that are no payloads.
        assert_eq!(init.contains("--skip-unrecognized"), pattern.is_none(), "{init}");
    }
}

/// The inputs and outputs in the docs are those of the action.
#[test]
fn the_docs_name_every_input_and_output_of_the_action() {
    let action = include_str!("../../action.yml");
    let section = |name: &str| -> BTreeSet<String> {
        let from = action.split(&format!("\n{name}:\n")).nth(1).unwrap();
        let lines = from
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with(' '));
        let names = lines.filter_map(|line| {
            let name = line.strip_prefix("  ")?.strip_suffix(':')?;
            (!name.starts_with(' ')).then(|| name.to_owned())
        });
        names.collect()
    };
    let github = DOCS
        .split("\n## GitHub\n")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows: BTreeSet<String> = github
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned()))
        .collect();
    assert_eq!(rows, section("inputs"));
    for output in section("outputs") {
        assert!(github.contains(&format!("`{output}`")), "{output}");
    }
    // Every input reaches the script through the environment, and none is inserted into a command.
    let script = include_str!("../../.github/action/run.sh");
    for input in section("inputs") {
        let line = action
            .lines()
            .find(|line| line.ends_with(&format!(": ${{{{ inputs.{input} }}}}")))
            .unwrap_or_else(|| panic!("{input}"));
        let variable = line.trim().split(':').next().unwrap();
        let name = variable.strip_prefix("GEPLINT_").unwrap();
        assert!(script.contains(variable) && script.contains(name), "{input}");
    }
    for line in action.lines().filter(|line| line.contains("run:")) {
        assert!(!line.contains("${{"), "{line}");
    }
}
