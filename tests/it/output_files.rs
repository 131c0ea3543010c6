//! `--output` replaces no payload, and no file that the run reads or writes otherwise.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::FORMATS;

const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const FIXABLE: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }], }]"#;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("outputs").join(name));
        let _ = fs::remove_dir_all(&folder.0);
        fs::create_dir_all(folder.0.join(".git/info")).unwrap();
        fs::create_dir_all(folder.0.join("sub")).unwrap();
        folder.write("a.json", BAD);
        folder.write("sub/b.json", BAD);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Returns the names and bytes of all files.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = walkdir::WalkDir::new(&self.0).sort_by_file_name().into_iter();
        files
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    fn check(&self, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .args(["check", "--format", "concise"])
            .args(args)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    /// Asserts that a run with this output is refused and writes nothing.
    #[track_caller]
    fn refuses(&self, output: &str, args: &[&str], why: &str) {
        let before = self.files();
        let output = format!("json={output}");
        let (code, stdout, stderr) = self.check(&[&["--output", &output], args].concat());
        assert_eq!(code, 2, "{output}: {stdout}{stderr}");
        assert_eq!(stdout, "", "{output}");
        // The loaded facts of the tenant may be listed before.
        let mut lines = stderr.lines().filter(|line| !line.starts_with("tenant facts: "));
        let line = lines.next().unwrap_or_default();
        assert!(
            line.starts_with("error: --output ") && line.contains(why),
            "{stderr}"
        );
        assert_eq!(lines.next(), None, "{stderr}");
        assert!(self.files() == before, "{output}: something was written");
    }
}

#[test]
fn payloads_are_not_replaced() {
    let folder = Folder::new("payloads");
    let checked = "this file is checked in this run";
    for output in ["a.json", "./a.json", "sub/../a.json"] {
        folder.refuses(output, &["a.json"], checked);
        folder.refuses(output, &[], checked);
        folder.refuses(output, &["."], checked);
    }
    folder.refuses("sub/b.json", &["sub"], checked);
    folder.write("a.json", FIXABLE);
    folder.refuses("a.json", &["--fix"], checked);
    // It is checked because it is named, although it is no payload; or because of the settings.
    folder.write("list.json", "[1]");
    folder.refuses("list.json", &["list.json"], checked);
    folder.write(
        "geplint.toml",
        "[[files]]\nglob = \"list.json\"\nendpoint = \"user-group\"\n",
    );
    folder.refuses("list.json", &["."], checked);
    // It is not checked in this run, but would be overwritten.
    folder.refuses("sub/b.json", &["a.json"], "this file is a payload");
    folder.write("payload.txt", BAD);
    folder.refuses("payload.txt", &["a.json"], "this file is a payload");
}

#[test]
fn input_files_of_the_run_are_not_replaced() {
    let folder = Folder::new("knowledge");
    folder.write("geplint.toml", "exclude = [\"x/\"]\n");
    folder.write("r.toml", "endpoint = \"user-group\"\n");
    folder.write("t.toml", "personas = \"p.csv\"\n");
    folder.write("p.csv", "Code\nP-1\n");
    folder.write("base.json", "{ \"version\": 1, \"findings\": {} }\n");
    folder.write(".gitignore", "x\n");
    folder.write("sub/.gitignore", "x\n");
    folder.write(".git/info/exclude", "x\n");
    let args = [
        "--rules",
        "r.toml",
        "--tenant",
        "t.toml",
        "--baseline",
        "base.json",
        ".",
    ];
    for output in [
        "geplint.toml",
        "./geplint.toml",
        "r.toml",
        "sub/../t.toml",
        "p.csv",
        "base.json",
        ".gitignore",
        "sub/.gitignore",
        ".git/info/exclude",
    ] {
        folder.refuses(output, &args, "of this run; name another file");
    }
    folder.write(
        "geplint.toml",
        "rules = [\"r.toml\"]\nbaseline = \"base.json\"\n[tenant]\nfile = \"t.toml\"\n",
    );
    for output in ["r.toml", "t.toml", "p.csv", "base.json"] {
        folder.refuses(output, &["."], "of this run; name another file");
        folder.refuses(
            output,
            &["--write-baseline", "."],
            "of this run; name another file",
        );
    }
    folder.refuses("new.json", &["--write-baseline=new.json"], "this is the baseline");
    folder.refuses(
        "./new.json",
        &["--write-baseline=sub/../new.json"],
        "this is the baseline",
    );
}

#[test]
fn two_outputs_are_two_files() {
    let folder = Folder::new("twice");
    let why = "two --output options name this file";
    for (one, other) in [
        ("x", "x"),
        ("x", "./x"),
        ("x", "sub/../x"),
        ("x", "X"),
        ("none/x", "none/../none/x"),
    ] {
        folder.refuses(one, &["--output", &format!("sarif={other}")], why);
        let absolute = folder.0.join(other);
        folder.refuses(one, &["--output", &format!("sarif={}", absolute.display())], why);
    }
    folder.write("there", "old");
    folder.refuses("there", &["--output", "sarif=./there"], why);
    let (code, _, stderr) = folder.check(&["--output", "json=x", "--output", "sarif=y"]);
    assert_eq!(code, 1, "{stderr}");
}

#[cfg(unix)]
#[test]
fn links_to_one_file_are_one_file() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("links");
    symlink("a.json", folder.0.join("soft")).unwrap();
    fs::hard_link(folder.0.join("a.json"), folder.0.join("hard")).unwrap();
    symlink("sub", folder.0.join("folder")).unwrap();
    symlink("new", folder.0.join("dangling")).unwrap();
    for output in ["soft", "hard"] {
        folder.refuses(output, &["a.json"], "this file is checked in this run");
        folder.refuses(output, &["."], "this file is checked in this run");
    }
    folder.refuses("folder/b.json", &["sub"], "this file is checked in this run");
    folder.refuses("new", &["--output", "sarif=dangling"], "two --output");
    folder.refuses("folder/new", &["--output", "sarif=sub/new"], "two --output");
    // Devices can be written to without loss.
    let (code, _, stderr) =
        folder.check(&["--output", "concise=/dev/stderr", "--output", "table=/dev/stderr"]);
    assert_eq!(code, 1, "{stderr}");
}

#[test]
fn an_earlier_report_is_replaced_in_any_folder() {
    for format in FORMATS {
        let folder = Folder::new(format);
        folder.write("c.json", FIXABLE);
        let output = format!("{format}=report.json");
        let first = folder.check(&["--quiet", "--output", &output]);
        assert_eq!(first.0, 1, "{format}: {}", first.2);
        let written = fs::read(folder.0.join("report.json")).unwrap();
        assert!(!written.is_empty());
        assert_eq!(folder.check(&["--quiet", "--output", &output]), first, "{format}");
        assert_eq!(
            fs::read(folder.0.join("report.json")).unwrap(),
            written,
            "{format}"
        );
        let endpoint = ["--quiet", "--endpoint", "user-group", "--output", &output, "sub"];
        let (code, _, stderr) = folder.check(&endpoint);
        assert_eq!(code, 1, "{format}: {stderr}");
    }
}
