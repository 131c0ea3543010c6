//! `geplint check --changed` with the installed git; each test has a separate repository.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// One error: missing-mandatory at /0/GroupName.
const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

/// A repository that no settings of the user or the machine affect.
struct Repo(PathBuf);

impl Repo {
    /// Creates a repository whose only commit has these files.
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let repo = Self(outside(name));
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        for (name, text) in files {
            repo.write(name, text);
        }
        if !files.is_empty() {
            repo.commit();
        }
        repo
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    #[track_caller]
    fn git(&self, args: &[&str]) {
        let output = command("git", &self.0).args(args).output().unwrap();
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn check(&self, args: &[&str]) -> Done {
        self.check_in("", args)
    }

    fn check_in(&self, folder: &str, args: &[&str]) -> Done {
        check(&self.0.join(folder), args)
    }
}

/// The folder of these tests' repositories. git searches no parent of it, and so does not find geplint's own
/// repository.
fn above() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed")
}

/// Returns an empty folder outside of every repository.
fn outside(name: &str) -> PathBuf {
    crate::support::empty_folder("changed", name)
}

/// Returns a command that uses only the repository of its working directory.
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CEILING_DIRECTORIES", above())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no such file"))
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.com")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.com")
        .env("NO_COLOR", "1");
    command
}

fn check(folder: &Path, args: &[&str]) -> Done {
    let mut geplint = command(crate::support::GEPLINT, folder);
    geplint.args(["check", "--format", "concise"]).args(args);
    Done::of(&geplint.output().unwrap())
}

/// The result of a run.
struct Done {
    code: i32,
    /// The files with findings, without repetitions.
    files: Vec<String>,
    stderr: String,
}

impl Done {
    fn of(output: &Output) -> Self {
        let stdout = String::from_utf8(output.stdout.clone()).unwrap();
        let mut files: Vec<String> = stdout
            .lines()
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect();
        files.dedup();
        Self {
            code: output.status.code().unwrap(),
            files,
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    #[track_caller]
    fn finds(&self, files: &[&str]) {
        assert_eq!(self.files, files, "{}", self.stderr);
        assert_eq!(self.code, i32::from(!files.is_empty()), "{}", self.stderr);
    }

    #[track_caller]
    fn refuses(&self, message: &str) {
        assert_eq!(self.code, 2, "{:?} {}", self.files, self.stderr);
        assert!(self.stderr.contains(message), "no {message} in {}", self.stderr);
        assert_eq!(self.stderr.matches("error:").count(), 1, "{}", self.stderr);
        assert!(!self.stderr.contains('\u{1b}'), "{}", self.stderr);
    }
}

#[test]
fn only_staged_unstaged_and_new_files_are_checked() {
    let repo = Repo::new(
        "states",
        &[
            ("same.json", BAD),
            ("staged.json", CLEAN),
            ("unstaged.json", CLEAN),
            ("both.json", CLEAN),
            ("deleted.json", BAD),
            ("dropped.json", BAD),
            ("deep/er/old.json", BAD),
            ("touched.json", BAD),
            (".gitignore", "ignored.json\n"),
        ],
    );
    repo.check(&["--changed"]).finds(&[]);
    repo.write("staged.json", BAD);
    repo.write("both.json", BAD);
    repo.git(&["add", "staged.json", "both.json"]);
    repo.write("both.json", &format!("{BAD}\n"));
    repo.write("unstaged.json", BAD);
    repo.write("new/folder/new.json", BAD);
    repo.write("ignored.json", BAD);
    fs::remove_file(repo.0.join("deleted.json")).unwrap();
    repo.git(&["rm", "--quiet", "dropped.json"]);
    repo.git(&["mv", "deep/er/old.json", "deep/er/renamed.json"]);
    // The same bytes with a newer time are no change.
    repo.write("touched.json", BAD);
    let all = [
        "both.json",
        "deep/er/renamed.json",
        "new/folder/new.json",
        "staged.json",
        "unstaged.json",
    ];
    repo.check(&["--changed"]).finds(&all);
    repo.check(&["--changed", "--no-ignore", "."]).finds(&all);
    repo.check(&["--changed=HEAD"]).finds(&all);
    repo.check(&["--changed", "--exclude", "new/"])
        .finds(&[all[0], all[1], all[3], all[4]]);
}

#[test]
fn paths_narrow_it_down_wherever_it_is_run() {
    let repo = Repo::new("paths", &[("sub/dir/keep.json", BAD), ("keep.json", BAD)]);
    repo.write("sub/dir/a.json", BAD);
    repo.write("sub/b.json", BAD);
    repo.write("c.json", BAD);
    // Settings that change git's output for people.
    repo.git(&["config", "diff.relative", "true"]);
    repo.git(&["config", "status.relativePaths", "true"]);
    repo.git(&["config", "status.showUntrackedFiles", "no"]);
    repo.check(&["--changed", "sub"])
        .finds(&["sub/b.json", "sub/dir/a.json"]);
    repo.check(&["--changed", "c.json", "keep.json"])
        .finds(&["c.json"]);
    repo.check_in("sub/dir", &["--changed"]).finds(&["a.json"]);
    repo.check_in("sub/dir", &["--changed=HEAD", "../.."]).finds(&[
        "../../c.json",
        "../../sub/b.json",
        "../../sub/dir/a.json",
    ]);
    repo.check_in("sub/dir", &["--changed", "../b.json", "keep.json"])
        .finds(&["../b.json"]);
    let whole = repo.0.join("sub");
    let whole = whole.to_str().unwrap();
    assert_eq!(repo.check(&["--changed", whole]).files.len(), 2);
    // A parent folder contains the repository, and other files that are not in it.
    assert_eq!(repo.check(&["--changed", "../.."]).files.len(), 3);
    repo.check(&["--changed", "missing.json"])
        .refuses("missing.json: no such file");
}

#[test]
fn with_a_revision_files_changed_on_the_branch_are_checked() {
    let repo = Repo::new("revision", &[("old.json", BAD), ("gone.json", BAD)]);
    repo.git(&["switch", "--quiet", "--create", "topic"]);
    repo.write("sub/committed.json", BAD);
    fs::remove_file(repo.0.join("gone.json")).unwrap();
    repo.commit();
    repo.git(&["tag", "v1"]);
    // Changes on the other branch do not count.
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("theirs.json", BAD);
    repo.commit();
    repo.git(&["switch", "--quiet", "topic"]);
    repo.git(&["config", "diff.relative", "true"]);
    repo.write("uncommitted.json", BAD);
    repo.check(&["--changed=main"])
        .finds(&["sub/committed.json", "uncommitted.json"]);
    repo.check_in("sub", &["--changed=main"])
        .finds(&["committed.json"]);
    repo.check(&["--changed=v1"]).finds(&["uncommitted.json"]);
    repo.check(&["--changed"]).finds(&["uncommitted.json"]);
}

#[test]
fn an_error_of_git_is_reported_once() {
    let repo = Repo::new("complaints", &[("a.json", BAD)]);
    for revision in [
        "nowhere",
        "-h",
        "--help",
        "--output=x",
        "",
        "HEAD:a.json",
        "a b",
        "x\u{1b}[2J\ny",
    ] {
        repo.check(&[&format!("--changed={revision}")])
            .refuses("error: --changed: git has no commit \"");
    }
    assert!(!repo.0.join("x").exists());
    repo.git(&["checkout", "--quiet", "--orphan", "island"]);
    repo.git(&[
        "commit",
        "--quiet",
        "--message",
        "another beginning",
        "--allow-empty",
    ]);
    repo.check(&["--changed=main"])
        .refuses("\"main\" and HEAD have no commit in common");
    repo.check(&["--changed", "-"]).refuses("standard input");
    let done = repo.check(&["--changed", "--in-order"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("cannot be used with"), "{}", done.stderr);

    let folder = outside("no-repository");
    fs::write(folder.join("a.json"), BAD).unwrap();
    let file = folder.join("a.json");
    check(&folder, &["--changed"]).refuses("error: --changed needs a git repository: ");
    repo.check(&["--changed", file.to_str().unwrap()])
        .refuses("not in the git repository");
    repo.check(&["--changed", folder.to_str().unwrap()])
        .refuses("not in the git repository");

    let mut geplint = command(crate::support::GEPLINT, &repo.0);
    geplint.args(["check", "--changed"]).env("PATH", &folder);
    Done::of(&geplint.output().unwrap()).refuses("cannot run git");
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let repo = Repo::new("unborn", &[]);
    repo.write("a.json", BAD);
    repo.write("b.json", BAD);
    repo.git(&["add", "b.json"]);
    repo.check(&["--changed"]).finds(&["a.json", "b.json"]);
    repo.check(&["--changed=main"])
        .refuses("git has no commit \"main\"");
}

#[test]
fn nothing_changed_is_no_error() {
    let repo = Repo::new("nothing", &[("a.json", BAD), ("package.json", "{}")]);
    let done = repo.check(&["--changed"]);
    done.finds(&[]);
    assert!(
        done.stderr.contains("0 files, 0 records: nothing checked"),
        "{}",
        done.stderr
    );
    // In a folder, a changed file that is no payload is skipped; named on the command line, it is reported.
    repo.write("package.json", "{ \"name\": 1 }");
    repo.check(&["--changed"]).finds(&[]);
    repo.check(&["--changed", "package.json"])
        .refuses("not a request to a known endpoint");
}

#[test]
fn submodules_are_not_searched() {
    let inner = Repo::new("inner", &[("a.json", BAD)]);
    let repo = Repo::new("outer", &[("b.json", BAD)]);
    let url = inner.0.to_str().unwrap();
    repo.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url,
        "module",
    ]);
    repo.write("module/a.json", &format!("{BAD}\n"));
    repo.write("b.json", &format!("{BAD}\n"));
    repo.check(&["--changed"]).finds(&["b.json"]);
    repo.check_in("module", &["--changed"]).finds(&["a.json"]);
}

#[test]
fn a_nested_repository_is_separate() {
    let repo = Repo::new("nesting", &[("b.json", CLEAN)]);
    repo.write("nested/a.json", BAD);
    let inner = command("git", &repo.0.join("nested"))
        .args(["init", "--quiet"])
        .status()
        .unwrap();
    assert!(inner.success());
    repo.check(&["--changed", "nested/a.json"]).refuses("error: ");
    repo.check_in("nested", &["--changed"]).finds(&["a.json"]);
}

// On other systems, not every byte is allowed in a file name.
#[cfg(target_os = "linux")]
#[test]
fn file_names_may_be_arbitrary_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new("names", &[("a.json", BAD)]);
    let names: [&[u8]; 5] = [
        b"latin-\xe9.json",
        b"new\nline.json",
        b"-dash.json",
        b" blank \".json",
        "ü\u{202e}.json".as_bytes(),
    ];
    for name in names {
        fs::write(repo.0.join(std::ffi::OsStr::from_bytes(name)), BAD).unwrap();
    }
    for args in [&["--changed"][..], &["--changed=HEAD"]] {
        let done = repo.check(args);
        assert_eq!((done.code, done.files.len()), (1, 5), "{:?}", done.files);
    }
    repo.commit();
    let done = repo.check(&["--changed=HEAD~1"]);
    assert_eq!((done.code, done.files.len()), (1, 5), "{:?}", done.files);
    // A link to the repository leads to the same files.
    let link = outside("link").join("here");
    std::os::unix::fs::symlink(&repo.0, &link).unwrap();
    assert_eq!(check(&link, &["--changed=HEAD~1"]).files.len(), 5);
    assert_eq!(
        repo.check(&["--changed=HEAD~1", link.to_str().unwrap()])
            .files
            .len(),
        5
    );
}

#[test]
fn entries_for_unchecked_files_are_not_reported() {
    let settings = "include = [\"in/\", \"other/\"]\nexclude = [\"drafts/\"]\nbaseline = \"base.json\"\n\
                    [[ignore]]\npath = \"in/old.json\"\nrule = \"missing-mandatory\"\nreason = \"old\"\n\
                    [[ignore]]\npath = \"in/new.json\"\nrule = \"too-long\"\nreason = \"x\"\n";
    let baseline = "{ \"version\": 1, \"findings\": {} }";
    let repo = Repo::new(
        "settings",
        &[
            ("geplint.toml", settings),
            ("base.json", baseline),
            ("in/old.json", BAD),
        ],
    );
    repo.check(&["--changed", "--write-baseline"]).finds(&[]);
    repo.git(&["checkout", "--quiet", "."]);
    repo.write("in/new.json", BAD);
    repo.write("elsewhere/new.json", BAD);
    let done = repo.check(&["--changed"]);
    done.finds(&["in/new.json"]);
    assert_eq!(done.stderr.matches("warning:").count(), 1, "{}", done.stderr);
    assert!(
        done.stderr.contains("there is no too-long there"),
        "{}",
        done.stderr
    );
    // A baseline written for the changed files keeps the entries of the others.
    repo.write("base.json", baseline);
    repo.git(&["rm", "--quiet", "--cached", "in/old.json"]);
    repo.check(&["--write-baseline", "--quiet"]);
    let before = fs::read_to_string(repo.0.join("base.json")).unwrap();
    repo.write("in/new.json", CLEAN);
    repo.commit();
    repo.check(&["--changed", "--write-baseline", "--quiet"])
        .finds(&[]);
    assert_eq!(fs::read_to_string(repo.0.join("base.json")).unwrap(), before);
}
