//! Four times the findings take four times the work, in every format: bytes written and memory allocated are counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use geplint::json;
use geplint::lint;
use geplint::report::{Chunks, FileReport, Format, Look, Output, Report, Summary};
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use stats_alloc::Region;

use crate::ALLOCATOR;

const FEW: usize = 300;
const TIMES: usize = 4;

/// Returns a request with this number of invalid records, each on a line or all on one.
fn request(records: usize, between: &str) -> String {
    let record = r#"{"GroupName":"","ContactCodes":[{"ContactCode":"C-1"}]}"#;
    format!("[{}]", vec![record; records].join(between))
}

/// Returns the cost of the report of a request: bytes written, allocations, bytes allocated.
fn cost(report: &dyn Report, text: &str) -> [usize; 3] {
    let endpoint = builtin("user-group").unwrap();
    let (checked_text, errors) = json::text(text.as_bytes());
    let checked = lint::check(&checked_text, errors, endpoint, &Tenant::default(), false);
    let file = FileReport::new(
        Path::new("a.json"),
        text.as_bytes(),
        checked.findings,
        checked.records,
    );
    let mut summary = Summary::default();
    summary.add(&file);
    let region = Region::new(ALLOCATOR);
    let mut out = Vec::new();
    let mut output = Output::new(report, &mut out);
    output.file(&file).unwrap();
    output.finish(&summary).unwrap();
    let used = region.change();
    [out.len(), used.allocations, used.bytes_allocated]
}

/// Returns the measure that grows faster than the findings, if any.
fn grows(few: [usize; 3], many: [usize; 3]) -> Option<String> {
    // Line numbers get longer, and a growing text is doubled now and then.
    let spare = [64 * 1024, 64, 64 * 1024];
    let what = ["bytes written", "allocations", "bytes allocated"];
    (0..3)
        .find(|kind| many[*kind] > few[*kind] * TIMES * 5 / 4 + spare[*kind])
        .map(|kind| format!("{} and {} {}", few[kind], many[kind], what[kind]))
}

pub fn four_times_the_findings_are_four_times_the_work() {
    for between in [",\n", ","] {
        let (few, many) = (request(FEW, between), request(FEW * TIMES, between));
        for format in Format::ALL {
            let report = format.report(Look::PLAIN, false);
            let (few, many) = (cost(report.as_ref(), &few), cost(report.as_ref(), &many));
            assert_eq!(grows(few, many), None, "{format:?}, {between:?}");
            // These formats print only once what many findings have in common.
            if !matches!(format, Format::Table | Format::Full | Format::Github) {
                assert!(many[0] > few[0] * (TIMES - 1), "{format:?}: all are shown");
            }
        }
    }
}

/// Writes a byte for each pair of findings: quadratic output.
struct Pairs;

impl Report for Pairs {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        for _ in file.findings.iter() {
            if let Some(room) = out.buffer() {
                room.push_str(&".".repeat(file.findings.len()));
            }
        }
    }
}

/// Allocates for each pair of findings, and writes nothing: quadratic memory.
struct Hoards;

impl Report for Hoards {
    fn write(&self, file: &FileReport<'_>, _out: &mut Chunks<'_>) {
        for _ in file.findings.iter() {
            let hoard: Vec<Box<u32>> = file
                .findings
                .iter()
                .map(|finding| Box::new(finding.span.start))
                .collect();
            assert_eq!(hoard.len(), file.findings.len());
        }
    }
}

pub fn work_that_grows_with_pairs_of_findings_is_noticed() {
    let (few, many) = (request(FEW, ","), request(FEW * TIMES, ","));
    for (report, what) in [(&Pairs as &dyn Report, "bytes written"), (&Hoards, "allocations")] {
        let grown = grows(cost(report, &few), cost(report, &many));
        assert!(
            grown.as_ref().is_some_and(|grown| grown.ends_with(what)),
            "{what}: {grown:?}"
        );
    }
}
