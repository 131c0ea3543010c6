//! Reports on large files show all findings, or count those with one cause. `.ci/instructions --linear` counts that
//! their work is linear.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use std::fmt::Write;

use geplint::finding::{Finding, Span};
use geplint::report::labels::thousands;
use geplint::report::{Concise, Full, Json, Report};

use sample::{file, finding, plain};

/// Renders the findings in every format.
fn render(text: &str, findings: &[Finding]) {
    let reports: [(&str, Box<dyn Report>); 3] = [
        ("full", Box::new(Full::new(plain(100)))),
        ("concise", Box::new(Concise::new(plain(100).palette()))),
        ("json", Box::new(Json)),
    ];
    for (name, report) in reports {
        let file = file("large.json", text.as_bytes(), findings.to_vec());
        let rendered = report.render(&file);
        let shown = rendered.matches("FirstName is too long").count();
        if name == "full" {
            let more = format!("also in {} places: ", thousands(findings.len() as u64 - 1));
            assert_eq!(
                (shown, rendered.contains(&more) || findings.len() == 1),
                (1, true),
                "{rendered}"
            );
        } else {
            assert_eq!(shown, findings.len(), "{name}");
        }
    }
}

fn everywhere(text: &str, part: &str) -> Vec<Finding> {
    let places = text.match_indices(part).map(|(start, _)| {
        let start = u32::try_from(start).unwrap();
        Span::new(start, start + u32::try_from(part.len()).unwrap())
    });
    places
        .map(|span| finding("too-long", span, "FirstName is too long"))
        .collect()
}

#[test]
fn many_findings_in_many_lines() {
    let mut text = String::from("[\n");
    for number in 0..2_000 {
        let _ = writeln!(
            text,
            "  {{\n    \"ContactCode\": \"C-{number}\",\n    \"FirstName\": \"Ada\",\n    \"Email\": \"ada{number}@example.com\"\n  }},"
        );
    }
    text.push(']');
    render(&text, &everywhere(&text, "\"Ada\""));
}

#[test]
fn many_findings_in_one_line() {
    let mut text = String::from("[");
    for number in 0..200 {
        let _ = write!(
            text,
            "{{\"ContactCode\":\"C-{number}\",\"FirstName\":\"Ada\",\"Note\":\"{}\"}},",
            "n".repeat(5_000)
        );
    }
    text.push(']');
    assert!(text.len() > 1_000_000);
    render(&text, &everywhere(&text, "\"Ada\""));
}

#[test]
fn many_short_lines_and_a_finding_in_the_last() {
    let text = "[\n".repeat(100_000) + "bad";
    render(&text, &everywhere(&text, "bad"));
}
