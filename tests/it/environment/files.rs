//! Unusual files in folders, and files that change during a run.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::ValueEnum as _;
use geplint::report::Format;

use crate::support::documents;

use super::support::{BAD, CLEAN, FORMATS, Folder};

const FOUND: &str = "error[missing-mandatory] /0/GroupName: GroupName is empty";

/// Creates files that cannot be checked; also returns the open socket.
fn odd() -> (Folder, UnixListener) {
    let folder = Folder::with(&["good.json", "sub.json/good.json"]);
    folder.pipe("pipe.json");
    folder.link(".", "up.json");
    folder.link("loop.json", "loop.json");
    folder.link("nowhere", "broken.json");
    folder.link("/dev/zero", "zero.json");
    folder.link("pipe.json", "topipe.json");
    let socket = UnixListener::bind(folder.path("socket.json")).unwrap();
    (folder, socket)
}

#[test]
fn special_files_in_a_folder_are_skipped() {
    let (folder, _socket) = odd();
    let ran = folder.geplint(["check", "--format", "concise"]).run();
    let ran = ran.expect(
        2,
        &[
            "error: ./broken.json: the link is broken\n",
            "error: ./loop.json: the link cannot be followed: ",
            "2 of 2 files would be refused \u{b7} 2 errors",
        ],
    );
    assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
    assert_eq!(
        ran.text(),
        format!("good.json:1:15: {FOUND}\nsub.json/good.json:1:15: {FOUND}\n")
    );
}

#[test]
fn named_special_files_are_reported_and_never_block() {
    let (folder, _socket) = odd();
    for (name, message) in [
        (
            "pipe.json",
            "a pipe, not a file; to read standard input, give `-`",
        ),
        (
            "topipe.json",
            "a pipe, not a file; to read standard input, give `-`",
        ),
        ("socket.json", "a socket, not a file"),
        (
            "zero.json",
            "a device, not a file; to read standard input, give `-`",
        ),
        (
            "/dev/full",
            "a device, not a file; to read standard input, give `-`",
        ),
        ("loop.json", "the link cannot be followed: "),
        ("broken.json", "the link is broken"),
        ("good.json/more", "not a directory"),
    ] {
        for command in ["check", "predict", "verify"] {
            let args = [command, name, "good.json"];
            let ran = folder.geplint(args).run();
            ran.expect(2, &[&format!("error: {name}: {message}")]);
        }
    }
    // A folder that links to itself is one folder.
    let ran = folder.geplint(["check", "--quiet", "--format", "concise", "up.json/up.json"]);
    assert_eq!(ran.run().text().lines().count(), 2);
}

/// Standard input is read first, and held open until every file that was found has been replaced by something else.
#[test]
fn files_that_change_between_walk_and_read() {
    let names = [
        "a-gone", "b-pipe", "c-folder", "d-zero", "e-large", "f-cut", "g-good",
    ];
    let files = names.map(|name| format!("in/{name}.json"));
    let folder = Folder::with(&files.each_ref().map(String::as_str));
    let held = folder.geplint([
        "check",
        "-",
        "in",
        "--jobs=1",
        "--format=concise",
        "--max-file-size=2000000",
        "--endpoint=user-group",
    ]);
    let mut held = held.held();
    for name in &files[..4] {
        fs::remove_file(folder.path(name)).unwrap();
    }
    folder.pipe(&files[1]);
    fs::create_dir(folder.path(&files[2])).unwrap();
    folder.link("/dev/zero", &files[3]);
    folder.sparse(&files[4], 2_000_001);
    folder.sparse(&files[5], 0);
    held.stdin.as_mut().unwrap().write_all(CLEAN.as_bytes()).unwrap();
    let ran = held.end().expect(
        2,
        &[
            "error: in/a-gone.json: no such file or folder\n",
            "error: in/b-pipe.json: a pipe, not a file\n",
            "error: in/c-folder.json: a folder, not a file\n",
            "error: in/d-zero.json: a device, not a file\n",
            "error: in/e-large.json: too large: 2000001 bytes; --max-file-size is 2000000\n",
            "1 of 3 files would be refused \u{b7} 1 is not JSON \u{b7} 2 errors",
        ],
    );
    assert_eq!(
        ran.text(),
        format!("in/f-cut.json:1:1: error[empty-file]: the file is empty\nin/g-good.json:1:15: {FOUND}\n")
    );
}

/// A process appends to the file during the whole run.
#[test]
fn a_file_that_grows_while_it_is_read() {
    let folder = Folder::new();
    let path = folder.write("log.json", BAD);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            while !over.load(Ordering::Relaxed) {
                // Spaces, so that the file stays a payload.
                file.write_all(&[b' '; 4096]).unwrap();
            }
        });
        for _ in 0..8 {
            let args = ["check", "log.json", "--max-file-size=8000000", "--format=concise"];
            let ran = folder.geplint(args).run();
            match ran.code {
                Some(1) => assert_eq!(ran.text(), format!("log.json:1:15: {FOUND}\n")),
                Some(2) => assert!(ran.stderr.contains("log.json: too large: "), "{}", ran.stderr),
                _ => panic!("{ran:?}"),
            }
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// A process empties and refills the file during the runs: part of it may be read, but there is no other error.
#[test]
fn a_file_that_is_cut_while_it_is_read() {
    let folder = Folder::new();
    let text = format!("[{}]", vec![&CLEAN[1..CLEAN.len() - 1]; 20_000].join(",\n"));
    let path = folder.write("a.json", &text);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                fs::write(&path, &text).unwrap();
            }
        });
        for _ in 0..8 {
            let args = ["check", "a.json", "--endpoint=user-group", "--format=concise"];
            let ran = folder.geplint(args).run();
            assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// Copies the program into a folder. Another process makes the copy: a file that this process has open for writing
/// cannot be executed while another thread starts a program, which inherits the open file for a moment.
fn copied_program(folder: &Folder) -> PathBuf {
    let program = folder.path("geplint");
    let copied = std::process::Command::new("cp")
        .arg(crate::support::GEPLINT)
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    program
}

#[test]
fn unreadable_files_are_reported() {
    const NOBODY: u32 = 65_534;
    let folder = Folder::with(&["a.json", "b.json", "shut/c.json", "unlisted/d.json", "z.json"]);
    // Other users may have no access to the target folder.
    let program = copied_program(&folder);
    let superuser = fs::read("/etc/shadow").is_ok();
    let chmod = |name: &str, mode| {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    chmod("b.json", 0o000);
    chmod("shut", 0o000);
    // Files in it can be opened by name, but not listed.
    chmod("unlisted", 0o111);
    let run = |args: &[&str]| {
        let run = folder.geplint(args).program(program.clone());
        run.user(superuser.then_some(NOBODY)).run()
    };
    let ran = run(&["check", "--format=concise"]);
    let named = run(&["check", "--format=concise", "unlisted/d.json", "shut/c.json"]);
    let given = ["--config", "--rules", "--tenant", "--baseline"]
        .map(|option| run(&["check", option, "b.json", "a.json"]));
    let outputs = ["--output=json=out.json", "--write-baseline=out.json"]
        .map(|option| run(&["check", option, "a.json"]));
    chmod("shut", 0o755);
    chmod("unlisted", 0o755);
    let ran = ran.expect(
        2,
        &[
            "error: ./b.json: permission denied\n",
            "error: ./shut: permission denied\n",
            "error: ./unlisted: permission denied\n",
            "2 of 2 files would be refused",
        ],
    );
    assert_eq!(
        ran.text(),
        format!("a.json:1:15: {FOUND}\nz.json:1:15: {FOUND}\n")
    );
    let named = named.expect(2, &["error: shut/c.json: permission denied\n"]);
    assert_eq!(named.text(), format!("unlisted/d.json:1:15: {FOUND}\n"));
    for ran in given {
        ran.expect(2, &["error: b.json: permission denied\n"]);
    }
    if superuser {
        // The folder belongs to the superuser: others cannot write to it.
        for ran in outputs {
            ran.expect(2, &["out.json: ", "ermission denied"]);
        }
    }
}

/// Nothing in the output moves a cursor or is a command for a CI runner, in any format and with any file names.
#[test]
fn names_that_are_not_text_or_not_names() {
    let folder = Folder::new();
    let names: [&[u8]; 8] = [
        b"a\xff\xfe.json",
        b"b\n::error::injected.json",
        b"\n::error file=x::c.json",
        b"d\x1b[2J\x1b]0;title\x07.json",
        b"e\r\n##[error]x\t.json",
        b"f%0A::error::\xe2\x80\xae.json",
        b"--g=\"'<&]]>.json",
        b" .json",
    ];
    for name in names {
        folder.write(Path::new("in").join(OsStr::from_bytes(name)), BAD);
    }
    let named: Vec<OsString> = names
        .iter()
        .map(|name| folder.path("in").join(OsStr::from_bytes(name)).into())
        .collect();
    for format in FORMATS {
        let output = format!("--output={format}=out");
        let args = ["check", "in", "--quiet", "--format", format, &output];
        let ran = folder.geplint(args).run().expect(1, &[]);
        harmless(format, ran.text());
        assert!(!ran.text().is_empty(), "{format}");
        assert_eq!(
            folder.read("out").lines().count(),
            ran.text().lines().count(),
            "{format}"
        );
        reads(format, ran.text(), names.len());
        let args = ["check", "--format", format].map(OsString::from);
        let ran = folder.geplint(args.iter().chain(&named)).run().expect(1, &[]);
        harmless(format, ran.text());
        harmless("summary", &ran.stderr);
    }
    for args in [
        ["check", "-v", "in/.."],
        ["check", "--config", "in/\n::error::no"],
    ] {
        harmless("complaint", &folder.geplint(args).run().stderr);
    }
}

fn harmless(format: &str, text: &str) {
    for line in text.lines() {
        let ours = format == "github"
            && (line.starts_with("::error file=")
                || line.starts_with("::warning file=")
                || line.starts_with("::notice"));
        assert!(ours || !line.trim_start().starts_with("::"), "{format}: {line:?}");
        assert!(!line.contains("##["), "{format}: {line:?}");
        assert!(
            !line.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{format}: {line:?}"
        );
    }
}

/// Asserts that another parser accepts the output in its format, with that many findings.
fn reads(format: &str, text: &str, count: usize) {
    let format = Format::from_str(format, false).unwrap();
    let found = documents::findings(format, text).unwrap_or_else(|| match format {
        Format::Full => text.lines().filter(|line| line.contains("error[")).count(),
        Format::Table => text.lines().count() - 1,
        _ => text.lines().count(),
    });
    assert_eq!(found, count, "{}: {text}", format.name());
}

#[test]
fn hundreds_of_files_and_few_descriptors() {
    let folder = Folder::new();
    for number in 0..500 {
        let (top, sub) = (number % 50, number % 7);
        folder.write(format!("in/{top}/{sub}/a/b/c/d/e/f/g/h/i/j/{number}.json"), BAD);
    }
    let outputs = FORMATS.map(|format| format!("--output={format}={format}.out"));
    let args = ["check", "in", "--quiet", "--format=concise", "--jobs=8"];
    let args = args.into_iter().chain(outputs.iter().map(String::as_str));
    let ran = folder.geplint(args).under("ulimit -n 64").run().expect(1, &[]);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.text().lines().count(), 500);
    reads("sarif", &folder.read("sarif.out"), 500);
    assert_eq!(folder.names().len(), FORMATS.len() + 1);
}

/// Write access to a folder allows replacing any file in it; files without write access, and owners, must be kept.
#[test]
fn files_without_write_access_are_not_fixed() {
    const NOBODY: u32 = 65_534;
    if fs::read("/etc/shadow").is_err() {
        // Only the superuser can run programs as another user.
        return;
    }
    let bad = r#"[{"GroupName":"","ContactCodes":[{"ContactCode":"C-1"}],}]"#;
    let folder = Folder::new();
    let chmod = |name: &str, mode| {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, mode) in [("open.json", 0o666), ("shut.json", 0o644), ("theirs.json", 0o644)] {
        folder.write(name, bad);
        chmod(name, mode);
    }
    for (name, mode) in [("out", 0o666), ("shut", 0o644)] {
        folder.write(name, "an older report");
        chmod(name, mode);
    }
    std::os::unix::fs::chown(folder.path("theirs.json"), Some(NOBODY), Some(NOBODY)).unwrap();
    chmod("", 0o777);
    let program = copied_program(&folder);
    let run = |args: &[&str]| {
        let run = folder.geplint(args).program(program.clone());
        run.user(Some(NOBODY)).run()
    };
    run(&["check", "--fix", "--quiet"]).expect(
        2,
        &[
            "error: ./open.json: not fixed: it belongs to another user",
            "error: ./shut.json: not fixed: permission denied",
        ],
    );
    assert_eq!(folder.read("open.json"), bad);
    assert_eq!(folder.read("shut.json"), bad);
    assert_eq!(folder.read("theirs.json"), bad.replace("],}", "]}"));
    assert_eq!(
        folder.names(),
        ["geplint", "open.json", "out", "shut", "shut.json", "theirs.json"]
    );
    // A report may change its owner, if the user may write to it.
    run(&["check", "--quiet", "--output=json=shut", "theirs.json"]).expect(2, &["ermission denied"]);
    assert_eq!(folder.read("shut"), "an older report");
    run(&["check", "--quiet", "--output=json=out", "theirs.json"]).expect(1, &[]);
    assert_ne!(folder.read("out"), "an older report");
}

/// A link to a file that does not exist is kept, and leads to the written file afterwards.
#[test]
fn output_through_a_dangling_link() {
    let folder = Folder::with(&["a.json"]);
    folder.write("deep/keep", "");
    folder.link("second", "first");
    folder.link("deep/out", "second");
    let ran = folder.geplint(["check", "--quiet", "--output=concise=first", "a.json"]);
    ran.run().expect(1, &[]);
    assert!(folder.read("deep/out").starts_with("a.json:1:"));
    for link in ["first", "second"] {
        assert!(fs::symlink_metadata(folder.path(link)).unwrap().is_symlink());
    }
}
