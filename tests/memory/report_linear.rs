//! Four times the findings are four times the work, in every format: bytes written, and memory asked for, are counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use geplint::json;
use geplint::lint;
use geplint::report::{FileReport, Format, Look, Output, Report, Summary};
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use stats_alloc::Region;

use crate::ALLOCATOR;

const FEW: usize = 300;
const TIMES: usize = 4;

/// A request with so many wrong records, in so many lines or in one.
fn request(records: usize, between: &str) -> String {
    let record = r#"{"GroupName":"","ContactCodes":[{"ContactCode":"C-1"}]}"#;
    format!("[{}]", vec![record; records].join(between))
}

/// What it costs to show a request: bytes written, allocations, bytes allocated.
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

pub fn four_times_the_findings_are_four_times_the_work() {
    for between in [",\n", ","] {
        let (few, many) = (request(FEW, between), request(FEW * TIMES, between));
        for format in Format::ALL {
            let (report, format) = (format.report(Look::PLAIN, false), format.name());
            let (few, many) = (cost(report.as_ref(), &few), cost(report.as_ref(), &many));
            for (what, (few, many)) in ["bytes written", "allocations", "bytes allocated"]
                .iter()
                .zip(few.into_iter().zip(many))
            {
                // Line numbers get longer, and a text that grows is doubled now and then.
                assert!(
                    many <= few * TIMES * 5 / 4 + 64 * 1024,
                    "{format}, {between:?}: {few} and {many} {what}"
                );
            }
            if format != "table" {
                assert!(many[0] > few[0] * (TIMES - 1), "{format}: all are shown");
            }
        }
    }
}
