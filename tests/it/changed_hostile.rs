//! `geplint check --changed` starts no program that a checked-out tree or its `.git` names.
//!
//! Each program here leaves a file with its name. `git status` shows that git itself would start them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

/// Settings whose value is the path of a program.
const PROGRAMS: &[&str] = &[
    "core.fsmonitor",
    "core.sshCommand",
    "core.gitProxy",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "sequence.editor",
    "pager.status",
    "pager.ls-files",
    "pager.rev-parse",
    "pager.diff-index",
    "pager.diff-tree",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "diff.json.textconv",
    "merge.evil.driver",
    "interactive.diffFilter",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "trailer.evil.command",
    "mergetool.evil.cmd",
    "difftool.evil.cmd",
    "browser.evil.cmd",
    "sendemail.sendmailCmd",
];

/// Settings whose value is a program if it starts with `!`.
const SHELL: &[&str] = &[
    "alias.rev-parse",
    "alias.ls-files",
    "alias.diff-index",
    "alias.diff-tree",
    "alias.merge-base",
    "alias.status",
    "submodule.module.update",
];

/// Settings that the settings above need in order to have an effect.
const SWITCHES: &[(&str, &str)] = &[
    ("filter.evil.required", "true"),
    ("core.fsmonitorHookVersion", "1"),
    ("core.untrackedCache", "true"),
    ("core.preloadIndex", "true"),
    ("log.showSignature", "true"),
    ("submodule.recurse", "true"),
    ("status.submoduleSummary", "true"),
    ("diff.submodule", "log"),
    ("diff.ignoreSubmodules", "none"),
    ("protocol.allow", "always"),
    ("protocol.ext.allow", "always"),
    ("gc.auto", "1"),
    ("maintenance.auto", "true"),
];

const HOOKS: &[&str] = &[
    "fsmonitor-watchman",
    "post-index-change",
    "pre-auto-gc",
    "reference-transaction",
    "post-checkout",
    "query-watchman",
];

/// A folder with a repository, programs next to it, and the files that these leave when they are started.
struct Trap(PathBuf);

impl Trap {
    /// Creates a repository with two commits, a clean file, and three files with errors: one from the last commit, a
    /// changed one and a new one.
    fn new(name: &str) -> Self {
        let trap = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name));
        let _ = fs::remove_dir_all(&trap.0);
        for folder in ["repo", "programs", "left"] {
            fs::create_dir_all(trap.0.join(folder)).unwrap();
        }
        trap.git(&["init", "--quiet", "--initial-branch=main"]);
        trap.write("same.json", BAD);
        trap.write("changed.json", CLEAN);
        trap.write(".gitattributes", "*.json filter=evil diff=evil merge=evil\n");
        trap.commit();
        trap.write("committed.json", BAD);
        trap.commit();
        trap.write("changed.json", BAD);
        trap.write("new.json", BAD);
        // The same bytes with another time, so that git has to compare the content.
        trap.write("same.json", BAD);
        fs::write(
            trap.repo().join(".git/info/attributes"),
            "*.json filter=evil diff=evil\n",
        )
        .unwrap();
        trap
    }

    fn repo(&self) -> PathBuf {
        self.0.join("repo")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.repo().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    /// Writes a program that leaves a file of its name and fails; returns its path.
    fn program(&self, name: &str) -> String {
        self.program_at(&self.0.join("programs").join(name))
    }

    fn program_at(&self, path: &Path) -> String {
        let left = self.0.join("left");
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(
            path,
            format!("#!/bin/sh\n: > '{}/{name}'\nexit 1\n", left.display()),
        )
        .unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn set(&self, key: &str, value: &str) {
        self.git(&["config", "--file", ".git/config", key, value]);
    }

    fn unset(&self, key: &str) {
        self.git(&["config", "--file", ".git/config", "--unset-all", key]);
    }

    #[track_caller]
    fn git(&self, args: &[&str]) {
        let output = self.run("git", &self.repo(), args);
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn run(&self, program: &str, folder: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(args).current_dir(folder).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CEILING_DIRECTORIES", &self.0)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.0.join("no such file"))
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.com")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.com")
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }

    /// Returns the names of the programs that were started, and forgets them.
    fn started(&self) -> Vec<String> {
        let left = fs::read_dir(self.0.join("left")).unwrap();
        let mut names: Vec<String> = left
            .map(|entry| {
                let entry = entry.unwrap();
                fs::remove_file(entry.path()).unwrap();
                entry.file_name().into_string().unwrap()
            })
            .collect();
        names.sort();
        names
    }

    /// Asserts the files with findings of a check of the changed files, and that it starts no program.
    #[track_caller]
    fn finds(&self, folder: &str, revision: Option<&str>, files: &[&str]) {
        let changed = revision.map_or_else(|| "--changed".to_owned(), |name| format!("--changed={name}"));
        let output = self.run(
            env!("CARGO_BIN_EXE_geplint"),
            &self.repo().join(folder),
            &["check", "--format", "concise", &changed],
        );
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert_eq!(self.started(), Vec::<String>::new(), "{stderr}");
        let mut found: Vec<&str> = stdout
            .lines()
            .map(|line| line.split(':').next().unwrap())
            .collect();
        found.dedup();
        assert_eq!(found, files, "{stderr}");
    }

    #[track_caller]
    fn finds_all(&self) {
        self.finds("", None, &["changed.json", "new.json"]);
        self.finds(
            "",
            Some("HEAD~1"),
            &["changed.json", "committed.json", "new.json"],
        );
    }
}

#[test]
fn no_setting_of_the_repository_starts_a_program() {
    let trap = Trap::new("settings");
    let hooks = trap.0.join("programs/hooks");
    for hook in HOOKS {
        trap.program_at(&hooks.join(hook));
        trap.program_at(&trap.repo().join(".git/hooks").join(hook));
    }
    let value = |key: &str, before: &str| format!("{before}{}", trap.program(key));
    let mut all: Vec<(&str, String)> = PROGRAMS.iter().map(|key| (*key, value(key, ""))).collect();
    all.extend(SHELL.iter().map(|key| (*key, value(key, "!"))));
    all.push(("core.hooksPath", hooks.to_str().unwrap().to_owned()));
    for (key, value) in &all {
        trap.set(key, value);
        trap.finds_all();
        trap.unset(key);
    }
    for (key, value) in SWITCHES {
        trap.set(key, value);
    }
    // Each program setting, with all settings that it depends on; a process filter takes precedence over a clean
    // filter.
    for (key, value) in all.iter().rev() {
        trap.set(key, value);
        trap.finds_all();
    }
    let _ = trap.run("git", &trap.repo(), &["status"]);
    let started = trap.started();
    assert!(
        started.contains(&"core.fsmonitor".to_owned()) && started.contains(&"filter.evil.process".to_owned()),
        "git itself starts nothing here, so this shows nothing: {started:?}"
    );
}

#[test]
fn included_settings_start_no_program() {
    for (name, key) in [
        ("include", "include.path"),
        ("include-if", "includeIf.gitdir:**/.git.path"),
        ("include-branch", "includeIf.onbranch:main.path"),
    ] {
        let trap = Trap::new(name);
        let included = trap.0.join("included");
        for key in ["core.fsmonitor", "filter.evil.clean", "diff.external"] {
            let program = trap.program(key);
            trap.git(&["config", "--file", included.to_str().unwrap(), key, &program]);
        }
        trap.set(key, included.to_str().unwrap());
        trap.finds_all();
        let _ = trap.run("git", &trap.repo(), &["status"]);
        assert!(!trap.started().is_empty(), "{name}: git itself starts nothing");
    }
    let trap = Trap::new("of-the-work-tree");
    trap.set("extensions.worktreeConfig", "true");
    let program = trap.program("core.fsmonitor");
    trap.git(&[
        "config",
        "--file",
        ".git/config.worktree",
        "core.fsmonitor",
        &program,
    ]);
    trap.finds_all();
    let _ = trap.run("git", &trap.repo(), &["status"]);
    assert!(!trap.started().is_empty(), "git itself starts nothing");
}

/// A plain clone can contain a folder that looks like a bare repository with itself as the work tree.
#[test]
fn a_bare_repository_in_the_tree_is_a_folder() {
    let trap = Trap::new("bare");
    let program = trap.program("core.fsmonitor");
    trap.write("payloads/HEAD", "ref: refs/heads/main\n");
    trap.write("payloads/objects/.keep", "");
    trap.write("payloads/refs/.keep", "");
    trap.write(
        "payloads/config",
        &format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = {program}\n"
        ),
    );
    trap.commit();
    trap.write("payloads/new.json", BAD);
    trap.finds("payloads", None, &["new.json"]);
    let _ = trap.run("git", &trap.repo().join("payloads"), &["status"]);
    assert_eq!(trap.started(), ["core.fsmonitor"], "git itself starts nothing");
    // The same folder, named as the repository by environment variables as in a hook: it is used, and starts nothing.
    let mut geplint = Command::new(env!("CARGO_BIN_EXE_geplint"));
    geplint
        .args(["check", "--changed"])
        .current_dir(trap.repo().join("payloads"));
    geplint.env("GIT_DIR", ".").env("GIT_WORK_TREE", ".");
    geplint.output().unwrap();
    assert!(trap.started().is_empty());
}

#[test]
fn a_nested_repository_starts_no_program() {
    let trap = Trap::new("within");
    trap.git(&["init", "--quiet", "nested"]);
    let program = trap.program("core.fsmonitor");
    trap.git(&[
        "config",
        "--file",
        "nested/.git/config",
        "core.fsmonitor",
        &program,
    ]);
    trap.write("nested/a.json", BAD);
    trap.finds_all();
    trap.git(&["init", "--quiet", "module"]);
    let module = trap.repo().join("module");
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "x"];
    assert!(trap.run("git", &module, &commit).status.success());
    trap.git(&["add", "module"]);
    trap.git(&[
        "config",
        "--file",
        "module/.git/config",
        "core.fsmonitor",
        &program,
    ]);
    fs::write(module.join("a.json"), BAD).unwrap();
    trap.finds_all();
    let _ = trap.run("git", &trap.repo(), &["status"]);
    assert_eq!(trap.started(), ["core.fsmonitor"], "git itself starts nothing");
}

/// Objects missing from a partial clone, whose configuration names the command that fetches them.
#[test]
fn missing_objects_are_not_fetched() {
    let urls = |trap: &Trap| {
        let program = trap.program("transport");
        vec![
            format!("ext::{program} %S"),
            trap.repo().to_str().unwrap().to_owned(),
            format!("file://{}", trap.repo().display()),
            "ssh://localhost/x".to_owned(),
            "git://localhost/x".to_owned(),
            "evil::x".to_owned(),
        ]
    };
    let trap = Trap::new("partial");
    let head = trap
        .run("git", &trap.repo(), &["rev-parse", "HEAD~1^{tree}"])
        .stdout;
    let head = String::from_utf8(head).unwrap();
    let (folder, rest) = head.trim().split_at(2);
    fs::remove_file(trap.repo().join(format!(".git/objects/{folder}/{rest}"))).unwrap();
    for key in [
        "core.sshCommand",
        "core.gitProxy",
        "remote.origin.uploadpack",
        "credential.helper",
    ] {
        let program = trap.program(key);
        trap.set(key, &program);
    }
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
    ] {
        trap.set(key, value);
    }
    let mut fetches = 0;
    for url in urls(&trap) {
        trap.set("remote.origin.url", &url);
        let output = trap.run(
            env!("CARGO_BIN_EXE_geplint"),
            &trap.repo(),
            &["check", "--changed=HEAD~1"],
        );
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(trap.started().is_empty(), "{url}: {stderr}");
        assert_eq!(output.status.code(), Some(2), "{url}: {stderr}");
        assert!(stderr.contains("error: --changed: "), "{url}: {stderr}");
        trap.finds("", None, &["changed.json", "new.json"]);
        let _ = trap.run("git", &trap.repo(), &["diff-tree", "-r", "HEAD~1", "HEAD"]);
        fetches += trap.started().len();
    }
    assert!(fetches > 2, "git itself starts nothing: {fetches}");
}

/// The configuration can name another work tree.
#[test]
fn the_work_tree_is_where_its_repository_is() {
    let trap = Trap::new("elsewhere");
    trap.set("core.worktree", "/");
    trap.finds_all();
    trap.set("core.bare", "true");
    trap.finds_all();
}

/// Comparison without git: objects of both hash formats, index entries that are to be ignored, and files of many kinds.
#[test]
fn files_are_compared_unfiltered() {
    for format in ["sha1", "sha256"] {
        let trap = Trap::new(format);
        fs::remove_dir_all(trap.repo()).unwrap();
        fs::create_dir_all(trap.repo()).unwrap();
        trap.git(&["init", "--quiet", &format!("--object-format={format}")]);
        for name in [
            "assumed.json",
            "skipped.json",
            "same.json",
            "link.json",
            "changed.json",
        ] {
            trap.write(name, BAD);
        }
        trap.write("long.json", &BAD.repeat(2_000));
        trap.commit();
        trap.finds("", None, &[]);
        trap.git(&["update-index", "--assume-unchanged", "assumed.json"]);
        trap.git(&["update-index", "--skip-worktree", "skipped.json"]);
        let bad = format!("{BAD}\n");
        for name in ["assumed.json", "skipped.json", "changed.json"] {
            trap.write(name, &bad);
        }
        // The size and the modification time stay the same.
        let file = fs::File::options()
            .write(true)
            .open(trap.repo().join("long.json"));
        let file = file.unwrap();
        let time = file.metadata().unwrap().modified().unwrap();
        trap.write("long.json", &BAD.replace("C-1", "C-2").repeat(2_000));
        file.set_modified(time).unwrap();
        fs::remove_file(trap.repo().join("link.json")).unwrap();
        std::os::unix::fs::symlink("same.json", trap.repo().join("link.json")).unwrap();
        trap.write("intended.json", BAD);
        trap.git(&["add", "--intent-to-add", "intended.json"]);
        trap.finds("", None, &["changed.json", "intended.json", "long.json"]);
        trap.write("changed.json", BAD);
        trap.finds("", None, &["intended.json", "long.json"]);
    }
}

#[test]
fn unmerged_files_have_changed() {
    let trap = Trap::new("merge");
    trap.git(&["reset", "--quiet", "--hard"]);
    fs::remove_file(trap.repo().join("new.json")).unwrap();
    trap.git(&["switch", "--quiet", "--create", "topic"]);
    trap.write("changed.json", "[1]");
    trap.commit();
    trap.git(&["switch", "--quiet", "main"]);
    trap.write("changed.json", "[2]");
    trap.commit();
    assert!(
        !trap
            .run("git", &trap.repo(), &["merge", "topic"])
            .status
            .success()
    );
    trap.write("changed.json", BAD);
    trap.finds("", None, &["changed.json"]);
}

/// Split and sparse indexes are read with the help of git.
#[test]
fn other_forms_of_the_index_are_read() {
    let trap = Trap::new("split");
    trap.git(&["update-index", "--split-index"]);
    trap.finds_all();
    let trap = Trap::new("sparse");
    trap.write("in/a.json", BAD);
    trap.write("out/b.json", BAD);
    trap.commit();
    trap.git(&["sparse-checkout", "set", "--sparse-index", "in"]);
    trap.write("in/a.json", &format!("{BAD}\n"));
    trap.finds("", None, &["in/a.json"]);
}
