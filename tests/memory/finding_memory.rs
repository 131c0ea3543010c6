//! The memory of a finding, counted in allocated bytes, and the additional memory for its report.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::alloc::System;
use std::path::Path;

use geplint::json;
use geplint::lint;
use geplint::report::{Chunks, Concise, FileReport, Full, Json, Look, Report};
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use stats_alloc::Region;

use crate::ALLOCATOR;

const RECORDS: usize = 600;

fn request(record: impl Fn(usize) -> String) -> String {
    let records: Vec<String> = (0..RECORDS).map(record).collect();
    format!("[{}]", records.join(","))
}

/// Returns the bytes in use that were allocated since the region began.
fn held(region: &Region<'_, System>) -> usize {
    let change = region.change();
    change.bytes_allocated.saturating_sub(change.bytes_deallocated)
}

/// Returns the number of findings, the bytes that each occupies after the check, and the peak while a report is
/// written.
fn cost(text: &str) -> (usize, usize, usize) {
    let endpoint = builtin("contact-details").unwrap();
    let (read, errors) = json::text(text.as_bytes());
    let region = Region::new(ALLOCATOR);
    let mut checked = lint::check(&read, errors, endpoint, &Tenant::default(), false);
    // Without the spare capacity of the list.
    checked.findings.shrink_to_fit();
    let (count, bytes) = (checked.findings.len(), held(&region));

    let file = FileReport::new(
        Path::new("a.json"),
        text.as_bytes(),
        checked.findings,
        checked.records,
    );
    let reports: [Box<dyn Report>; 3] = [
        Box::new(Concise::new(Look::PLAIN.palette())),
        Box::new(Full::new(Look::PLAIN)),
        Box::new(Json),
    ];
    let mut most = 0;
    for report in reports {
        let region = Region::new(ALLOCATOR);
        let mut taker = |text: &mut String| {
            most = most.max(held(&region));
            text.clear();
            true
        };
        report.write(&file, &mut Chunks::new(&mut taker));
    }
    (count, bytes / count, most)
}

pub fn a_finding_costs_little_and_its_report_nothing_that_grows() {
    // Lists are sorted at their first use.
    cost("[{}]");
    let code = |number: usize| format!(r#""contactCode":"C-{number}""#);
    for (what, most, text) in [
        ("what many say alike", 184, request(|_| "{}".to_owned())),
        (
            "a key of its own",
            320,
            request(|number| format!("{{{}}}", code(number))),
        ),
        (
            "a message of its own",
            256,
            request(|number| {
                format!(
                    "{{{},\"currencyCode\":\"X{number}\",\"strange{number}\":1}}",
                    code(number)
                )
            }),
        ),
    ] {
        let (count, each, shown) = cost(&text);
        assert!(count >= 3 * RECORDS, "{what}: {count} findings");
        // Far less would mean that the count is incomplete.
        assert!(
            (most / 2..=most).contains(&each),
            "{what}: {each} bytes a finding"
        );
        // A piece of 64 KiB, which doubles as it grows, and the starts of lines.
        assert!(shown > 64 * 1024, "{what}: nothing was handed on");
        assert!(shown <= 144 * 1024, "{what}: {shown} bytes to show them");
    }
}
