//! Files that are large, deep or full of findings. Memory is limited by `ulimit`. No test measures time, but a run that
//! is not linear would not end within [`support::PATIENCE`](super::support::PATIENCE).
//!
//! Each test has two sizes: a small one for every run of the tests, and the full one, which `.ci/extended` runs in a
//! release build, since it takes some gigabytes.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};

use geplint::report::labels::thousands;

use super::support::{FORMATS, Folder, Ran};

const MIB: usize = 1 << 20;

/// Address space for the program itself, in KiB; a build with debug information needs the most.
const ITSELF: usize = 80 << 10;

/// Writes a file of about `size` bytes: a beginning, a repeated part, an end.
fn repeated(folder: &Folder, parts: [&str; 3], size: usize) {
    let mut file = BufWriter::new(File::create(folder.path("a.json")).unwrap());
    file.write_all(parts[0].as_bytes()).unwrap();
    let many = parts[1].repeat((1 << 16) / parts[1].len());
    let mut written = 0;
    while written < size {
        file.write_all(many.as_bytes()).unwrap();
        written += many.len();
    }
    file.write_all(parts[2].as_bytes()).unwrap();
    file.into_inner().unwrap();
}

/// Checks the file with `more` KiB in addition to its size and the program's own needs.
fn check(folder: &Folder, format: &str, more: usize) -> Ran {
    let size = usize::try_from(folder.path("a.json").metadata().unwrap().len()).unwrap();
    let args = [
        "check",
        "a.json",
        "--endpoint=user-group",
        "--quiet",
        "--format",
        format,
    ];
    let run = folder.geplint(args);
    if cfg!(target_os = "linux") {
        run.under(&format!("ulimit -v {}", size / 1024 + ITSELF + more))
            .run()
    } else {
        run.run()
    }
}

/// Nesting, spaces, one endless text: the bytes are in memory once, and nothing else grows with them.
fn large(size: usize) {
    for (parts, rules) in [
        (["", " ", "[]"], &["nothing-to-send"][..]),
        (["", "[", ""], &["too-deep", "syntax"]),
        (["", "{\"a\":", ""], &["too-deep", "syntax"]),
        (["", "[{\"a\":", ""], &["too-deep", "syntax"]),
        (["[", "]", ""], &["syntax"]),
        (
            [
                "[{\"GroupName\":\"",
                "x",
                "\",\"ContactCodes\":[{\"ContactCode\":\"C\"}]}]",
            ],
            &[],
        ),
    ] {
        let folder = Folder::new();
        repeated(&folder, parts, size);
        let ran = check(&folder, "concise", 2 * size / 1024 / 8 + 24 * 1024);
        assert!(matches!(ran.code, Some(0 | 1)), "{parts:?}: {ran:?}");
        assert_eq!(ran.stderr, "", "{parts:?}");
        let text = ran.text();
        for rule in rules {
            assert!(text.contains(&format!("[{rule}]")), "{parts:?}: {text}");
        }
        assert!(
            text.lines().count() < 10 && text.len() < 2_000,
            "{parts:?}: {text}"
        );
    }
}

#[test]
fn large_files_are_in_memory_once() {
    large(12 * MIB);
}

/// An unknown name is also in the finding's pointer, so that it is in memory more than once; it is shown abridged.
#[test]
fn a_name_of_ten_megabytes() {
    let folder = Folder::new();
    let end = "\":1,\"GroupName\":\"a\",\"ContactCodes\":[{\"ContactCode\":\"C\"}]}]";
    repeated(&folder, ["[{\"", "k", end], 10 * MIB);
    let ran = check(&folder, "concise", 64 * 1024).expect(0, &[]);
    assert!(ran.text().contains("[unknown-property]") && ran.text().len() < 2_000);
}

#[test]
#[ignore = "takes a release build: .ci/extended runs it"]
fn a_hundred_megabytes_are_in_memory_once() {
    large(100 * MIB);
}

#[test]
#[ignore = "takes a release build and a gigabyte: .ci/extended runs it"]
fn a_gigabyte_of_spaces() {
    let folder = Folder::new();
    repeated(&folder, ["", " ", "[]"], 1 << 30);
    let ran = check(&folder, "full", 32 * 1024).expect(0, &[]);
    assert!(ran.text().contains("[nothing-to-send]") && ran.text().len() < 2_000);
}

/// Only the key of a record is remembered.
fn records(count: usize) {
    let folder = Folder::new();
    let mut text = String::from("[");
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}{{\"GroupName\":\"g{number}\",\"ContactCodes\":[{{\"ContactCode\":\"C\"}}]}}"
        );
    }
    folder.write("a.json", text + "]");
    // 128 bytes a record, and a table that has just been enlarged.
    let ran = check(&folder, "concise", 24 * 1024 + count * 128 / 1024 * 2).expect(0, &[]);
    assert_eq!(ran.text(), "");
}

#[test]
fn many_tiny_records() {
    records(50_000);
}

#[test]
#[ignore = "takes a release build: .ci/extended runs it"]
fn a_million_tiny_records() {
    records(1_000_000);
}

/// One name two thousand times in one object, with every kind of value: each is reported, and none makes the others be
/// read again.
#[test]
fn names_given_twice_and_much_more_often() {
    const TIMES: usize = 2_000;
    for (endpoint, member) in [
        ("user-group", "\"GroupName\":\"a\","),
        ("user-group", "\"ContactCodes\":[{\"ContactCode\":\"C\"}],"),
        ("user-group", "\"ContactCodes\":[],\"ContactCodes\":1,"),
        ("contact-details", "\"Address\":{\"City\":\"a\"},"),
        ("contact-details", "\"Address\":{\"City\":1},\"Address\":1,"),
        ("contact-details", "\"Strange\":1,"),
    ] {
        let folder = Folder::new();
        let text = format!("[{{{}\"UserName\":\"a\"}}]", member.repeat(TIMES));
        folder.write("a.json", text);
        let args = [
            "check",
            "a.json",
            "--format=concise",
            "--quiet",
            "--endpoint",
            endpoint,
        ];
        let ran = folder.geplint(args).run();
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
        let rule = if member.contains("Strange") {
            "[unknown-property]"
        } else {
            "[duplicate-property]"
        };
        let seen = ran.text().matches(rule).count();
        assert!(seen >= TIMES - 1, "{member}: {seen}");
    }
}

/// Checks a file with this number of findings in every format: all are reported, and each costs the same.
fn findings(count: usize) {
    let folder = Folder::new();
    let mut text = String::from("[");
    for number in 0..count {
        let comma = if number == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}{{\"GroupName\":\"\",\"ContactCodes\":[{{\"ContactCode\":\"C-{number}\"}}]}}"
        );
    }
    folder.write("a.json", text + "]");
    for format in FORMATS {
        // Memory grows with the findings, not with their output of up to three kilobytes each.
        let ran = check(&folder, format, 24 * 1024 + count / 2).expect(1, &[]);
        let text = ran.text();
        let found = text.matches("GroupName").count();
        let complete = match format {
            "table" => text.contains(&format!("{count}")),
            // They have one cause: the first is shown, and the others are counted.
            "full" | "github" => {
                text.contains(&format!("in {} records", thousands(count as u64 - 1))) || {
                    text.contains(&format!("in    {} records", thousands(count as u64 - 1)))
                }
            }
            _ => found >= count,
        };
        assert!(complete, "{format}: {found}");
    }
}

#[test]
fn many_findings_in_every_format() {
    findings(2_000);
}

#[test]
#[ignore = "takes a release build: .ci/extended runs it"]
fn a_hundred_thousand_findings_in_every_format() {
    findings(100_000);
}
