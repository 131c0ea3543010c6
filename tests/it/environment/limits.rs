//! Limits of the system: memory, disks, the size of files.

use std::fs;
use std::time::Duration;

use super::support::{BAD, CLEAN, FORMATS, Folder, full_disk};

#[test]
fn a_full_disk_keeps_the_old_file() {
    let folder = Folder::with(&["a.json"]);
    folder.write("out", "old");
    let before = folder.names();
    for format in FORMATS {
        let output = format!("--output={format}=out");
        let ran = full_disk(&folder, &["check", "a.json", "--format=concise", &output]);
        // The error is printed once, and the findings are still printed.
        let ran = ran.expect(2, &[]);
        let errors = ran
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: out: "))
            .count();
        assert_eq!(errors, 1, "{}", ran.stderr);
        assert_eq!(ran.text().lines().count(), 1);
        assert_eq!(
            (folder.read("out").as_str(), folder.names()),
            ("old", before.clone())
        );
    }
}

#[test]
fn a_disk_that_fills_up_keeps_the_old_file() {
    let folder = Folder::new();
    let records = vec![&BAD[1..BAD.len() - 1]; 3_000].join(",\n");
    folder.write("a.json", format!("[{records}]"));
    folder.write("out", "old");
    for format in FORMATS {
        let output = format!("--output={format}=out");
        // These formats print little more for many findings of one cause than for one.
        let limit = if ["table", "full", "github"].contains(&format) {
            "ulimit -f 0"
        } else {
            "ulimit -f 64"
        };
        let ran = folder.geplint(["check", "a.json", "--quiet", "--format=table", &output]);
        let ran = ran.under(limit).run().expect(2, &["error: out: "]);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert_eq!((folder.read("out").as_str(), folder.names().len()), ("old", 2));
    }
    // Standard output is a file, too.
    let ran = folder
        .geplint(["check", "a.json", "--format=concise"])
        .under("ulimit -f 8")
        .to(">stdout")
        .run();
    ran.expect(2, &["error: cannot write the output: "]);
}

#[test]
fn a_full_disk_and_the_other_files_that_are_written() {
    let folder = Folder::with(&["a.json"]);
    full_disk(&folder, &["check", "a.json", "--write-baseline=known"]).expect(2, &["known: "]);
    assert_eq!(folder.names(), ["a.json"]);
    let ran = full_disk(&folder, &["init"]);
    ran.expect(2, &["geplint.toml: "]);
    assert_eq!(folder.names(), ["a.json"]);
    // An older baseline stays.
    folder
        .geplint(["check", "a.json", "--write-baseline=known"])
        .run()
        .expect(0, &[]);
    let (known, before) = (folder.read("known"), folder.names());
    folder.write("a.json", CLEAN);
    for option in ["--write-baseline=known", "--prune-baseline"] {
        let args = ["check", "a.json", option, "--config=geplint.toml"];
        folder.write("geplint.toml", "baseline = \"known\"");
        full_disk(&folder, &args).expect(2, &["known: "]);
        fs::remove_file(folder.path("geplint.toml")).unwrap();
        assert_eq!(
            (folder.read("known"), folder.names()),
            (known.clone(), before.clone())
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_reports_a_full_device() {
    let folder = Folder::with(&["a.json", "b.request.json"]);
    folder.write("b.response.json", "{}");
    for args in [
        &["check", "a.json"][..],
        &["check", "a.json", "--format=json"],
        &["check", "a.json", "--statistics", "--format=table"],
        &["predict", "a.json"],
        &["verify", "."],
        &["verify", ".", "--format=json"],
        &["explain"],
        &["explain", "blank"],
        &["rules"],
        &["rules", "user-group"],
        &["--help"],
        &["check", "--help"],
        &["--version"],
    ] {
        folder.geplint(args).to(">/dev/full").run().expect(2, &[]);
        // The exit code is the same if the error cannot be printed either.
        let ran = folder.geplint(args).to(">/dev/full 2>/dev/full").run();
        assert_eq!(ran.code, Some(2), "{args:?}");
    }
}

/// 256 MiB of address space in total, for any number of threads: 500 files of a few records.
#[cfg(target_os = "linux")]
#[test]
fn many_files_in_little_memory() {
    let folder = Folder::new();
    for number in 0..500_usize {
        let one = if number.is_multiple_of(20) { BAD } else { CLEAN };
        let records = vec![&one[1..one.len() - 1]; 1 + number % 3].join(",\n");
        folder.write(
            format!("in/{}/{number}.json", number % 10),
            format!("[{records}]"),
        );
    }
    let outputs = FORMATS.map(|format| format!("--output={format}={format}.out"));
    for jobs in ["--jobs=2", "--jobs=8"] {
        let args = ["check", "in", "--quiet", "--format=json", jobs];
        let args = args.into_iter().chain(outputs.iter().map(String::as_str));
        let ran = folder.geplint(args).under("ulimit -v 262144").run();
        assert_eq!(ran.expect(1, &[]).stderr, "");
    }
}

/// A file that is larger than memory is an error of this file only.
#[cfg(target_os = "linux")]
#[test]
fn a_file_larger_than_memory() {
    let folder = Folder::with(&["a.json", "z.json"]);
    folder.sparse("large.json", 1 << 30);
    let args = ["check", "--format=concise", "--jobs=1"];
    let ran = folder.geplint(args).under("ulimit -v 262144").run();
    let ran = ran.expect(
        2,
        &[
            "error: ./large.json: there is not enough memory to read it\n",
            "2 of 2 files would be refused",
        ],
    );
    assert_eq!(ran.text().lines().count(), 2);
    let ran = folder
        .geplint(["check", "-"])
        .under("ulimit -v 262144")
        .to("</dev/zero")
        .run();
    ran.expect(2, &["error: <stdin>: there is not enough memory to read it\n"]);
    let ran = folder
        .geplint(["check", "-", "--max-file-size=100000"])
        .to("</dev/zero")
        .run();
    ran.expect(2, &["error: <stdin>: too large: more than "]);
}

/// The progress bar is drawn on a terminal only; nothing of it is in a log, however long a run takes.
#[test]
fn a_long_run_is_silent_in_a_log() {
    let folder = Folder::with(&["a.json"]);
    let held = folder
        .geplint(["check", "-", "a.json", "--quiet", "--endpoint=user-group"])
        .held();
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(held.end().expect(1, &[]).stderr, "");
}
