//! A report that is written in chunks has the same bytes as a whole one, independent of when chunks are accepted or refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use geplint::json;
use geplint::lint;
use geplint::report::{Chunks, FileReport, Format, Look, Output, Report, Summary};
use geplint::rules::builtin;
use geplint::tenant::Tenant;

/// Larger than any piece: the size at which a piece is offered, plus the longest finding, in bytes.
const LONGEST: usize = 68 * 1024;

fn request(records: usize) -> String {
    format!("[{}]", vec!["{}"; records].join(","))
}

fn checked<'a>(name: &str, text: &'a str) -> FileReport<'a> {
    let (read, errors) = json::text(text.as_bytes());
    let endpoint = builtin("contact-details").unwrap();
    let checked = lint::check(&read, errors, endpoint, &Tenant::default(), false);
    FileReport::new(
        Path::new(name),
        text.as_bytes(),
        checked.findings,
        checked.records,
    )
}

/// True if a format prints only once what many findings have in common, so that its output for these files is short.
fn is_grouped(format: &str) -> bool {
    matches!(format, "table" | "full" | "github")
}

/// Returns the document of some files, written in pieces; every `nth` offered piece is accepted.
fn in_pieces(report: &dyn Report, files: &[FileReport<'_>], nth: usize) -> String {
    let mut output = Output::new(report, Vec::new());
    for file in files {
        let mut offers = 0;
        let mut taker = |text: &mut String| {
            offers += 1;
            if offers % nth == 0 {
                assert!(text.len() < LONGEST * nth, "{} bytes in a piece", text.len());
                output.piece(&std::mem::take(text)).unwrap();
            }
            true
        };
        let mut pieces = Chunks::new(&mut taker);
        report.write(file, &mut pieces);
        let rest = pieces.rest();
        assert!(rest.len() < LONGEST * nth, "{} bytes left", rest.len());
        output.rendered(&rest).unwrap();
    }
    String::from_utf8(output.finish(&Summary::default()).unwrap()).unwrap()
}

#[test]
fn pieces_make_the_same_document() {
    let (long, short) = (request(450), request(1));
    let files = [
        checked("a.json", &long),
        checked("b.json", "[]"),
        checked("c.json", &short),
        checked("d.json", &long),
    ];
    // Every piece is taken, or every third one, by turns.
    for (format, nth) in Format::ALL.into_iter().zip([1, 3].into_iter().cycle()) {
        let (report, format) = (format.report(Look::PLAIN, false), format.name());
        let mut output = Output::new(report.as_ref(), Vec::new());
        for file in &files {
            output.file(file).unwrap();
        }
        let whole = String::from_utf8(output.finish(&Summary::default()).unwrap()).unwrap();
        assert!(
            is_grouped(format) || whole.len() > 4 * LONGEST,
            "{format} is short"
        );
        let same = in_pieces(report.as_ref(), &files, nth) == whole;
        assert!(same, "{format}, every {nth}. piece taken");
    }
}

#[test]
fn nothing_is_rendered_after_the_pipe_is_closed() {
    let text = request(300);
    let file = checked("a.json", &text);
    for format in Format::ALL
        .into_iter()
        .filter(|format| !is_grouped(format.name()))
    {
        let (report, format) = (format.report(Look::PLAIN, false), format.name());
        let mut offers = 0;
        let mut taker = |_: &mut String| {
            offers += 1;
            false
        };
        let mut pieces = Chunks::new(&mut taker);
        report.write(&file, &mut pieces);
        assert!(pieces.rest().len() < LONGEST, "{format} goes on");
        assert_eq!(offers, 1, "{format}");
    }
}

// ---- the program ----

/// Creates a folder with files, some of which have a longer report than a thread buffers, and enough files for all
/// threads.
fn folder(name: &str) -> PathBuf {
    let folder = crate::support::empty_folder("report_pieces", name);
    fs::create_dir_all(folder.join("in")).unwrap();
    for number in 0..20 {
        let records = if [1, 2, 4, 19].contains(&number) { 3_500 } else { 1 };
        let path = folder.join(format!("in/{number:02}.json"));
        fs::write(path, request(records)).unwrap();
    }
    folder
}

fn check(folder: &Path, args: &[&str]) -> Command {
    let mut command = crate::support::geplint();
    command
        .args(["check", "in", "-q", "--endpoint=contact-details"])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn any_number_of_threads_prints_the_same() {
    let folder = folder("threads");
    let run = |jobs: &str| {
        let args = ["--format=jsonl", "--output=concise=out", "--jobs", jobs];
        let ran = check(&folder, &args).output().unwrap();
        assert_eq!(ran.status.code(), Some(1));
        (ran.stdout, ran.stderr, fs::read(folder.join("out")).unwrap())
    };
    let one = run("1");
    assert!(one.0.len() > 4 * (8 << 20), "too little to be kept back");
    for jobs in ["2", "3"] {
        assert!(run(jobs) == one, "{jobs} threads print otherwise");
    }
}

/// Waiting threads end when the reader closes the pipe, and the findings so far are counted.
#[test]
fn threads_end_when_the_pipe_is_closed() {
    let folder = folder("gone");
    for jobs in ["1", "3"] {
        let mut child = check(&folder, &["--format=jsonl", "--jobs", jobs])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        assert!(line.contains("in/00.json"), "{line}");
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}
