//! No text from a file, its name or a finding reaches a terminal or a CI log as a command.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use geplint::finding::{Finding, Span, Wording};
use geplint::report::sanitize::is_unprintable;
use geplint::report::{Concise, Full, Json, Look, Report};

use sample::{document, file, finding, on, plain, predicted};

const NASTY: &str = "\u{1b}[2J\u{1b}]8;;https://example.com\u{7}x\r\n::error::y\n::stop-commands::z ##[group]g \
                     ##vso[task.setvariable]v \u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{7f}\0\u{8}";

fn hostile() -> (String, Vec<Finding>) {
    let text = format!("[\n\"{NASTY}\", {{\"{NASTY}\": \"{NASTY}\"}}]");
    let end = u32::try_from(text.len()).unwrap();
    let all = Finding {
        pointer: NASTY.to_owned(),
        record_key: Some(NASTY.into()),
        related: Some(Box::new((Span::new(0, 1), NASTY.into()))),
        help: NASTY.into(),
        predicted: Some(predicted(NASTY, NASTY, NASTY, Wording::Documented)),
        ..on(finding("rule", Span::new(2, 5), NASTY), |basis| {
            basis.why = NASTY.into();
            basis.source = NASTY.into();
        })
    };
    let far = Finding {
        related: Some(Box::new((Span::new(end, end), NASTY.into()))),
        ..all.clone()
    };
    let everywhere = (0..end)
        .step_by(3)
        .filter(|at| text.is_char_boundary(*at as usize));
    let mut findings: Vec<_> = everywhere
        .map(|at| finding("rule", Span::new(at, at + 1), NASTY))
        .collect();
    findings.extend([all, far]);
    (text, findings)
}

fn check(report: &dyn Report, json: bool) {
    let (text, findings) = hostile();
    let shown = document(report, &[file(NASTY, text.as_bytes(), findings)]);
    for line in shown.lines() {
        assert!(!line.chars().any(is_unprintable), "{line:?}");
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
        assert!(json || !line.contains("::error"), "{line:?}");
    }
}

#[test]
fn in_every_format_and_width() {
    for width in [40, 41, 43, 47, 53, 80, 140, 160] {
        for unicode in [true, false] {
            check(
                &Full::new(Look {
                    unicode,
                    ..plain(width)
                }),
                true,
            );
        }
    }
    check(&Concise::new(plain(80).palette()), false);
    check(&Json, true);
}

#[test]
fn json_has_the_original_text() {
    let (text, findings) = hostile();
    let count = findings.len();
    let json = document(&Json, &[file(NASTY, text.as_bytes(), findings)]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = json["findings"].as_array().unwrap();
    assert_eq!(rows.len(), count);
    assert!(
        rows.iter()
            .all(|row| row["path"] == NASTY && row["message"] == NASTY)
    );
}

/// One line for each finding, whatever its message contains.
#[test]
fn concise_has_one_line_for_each_finding() {
    let (text, findings) = hostile();
    let count = findings.len();
    let shown = document(
        &Concise::new(plain(80).palette()),
        &[file(NASTY, text.as_bytes(), findings)],
    );
    assert_eq!(shown.lines().count(), count);
}

#[test]
fn long_keys_and_messages_are_clipped() {
    let long = "k".repeat(1_000_000);
    let text = format!("[\"{long}\"]");
    let one = Finding {
        pointer: format!("/{long}"),
        record_key: Some(long.as_str().into()),
        predicted: Some(predicted(&long, "DataException", &long, Wording::Inferred)),
        ..finding("rule", Span::new(1, 1_000_003), &long)
    };
    let shown = document(
        &Full::new(plain(80)),
        &[file("a.json", text.as_bytes(), vec![one])],
    );
    assert!(shown.len() < 10_000, "{}", shown.len());
}

/// Invalid UTF-8 and invalid spans: there is some output, and no panic.
#[test]
fn broken_text_and_broken_spans() {
    let texts: [&[u8]; 6] = [
        b"",
        b"\xff\xfe[\0]\0",
        b"\xc3",
        b"[\"\xe6\xbc\"]\n\xf0\x9f\x98",
        b"\n\n\r\r\n",
        &[0x80; 5_000],
    ];
    for text in texts {
        let end = u32::try_from(text.len()).unwrap();
        for (start, stop) in [
            (0, 0),
            (0, end),
            (end, end),
            (end, 0),
            (1, 2),
            (3, 1),
            (end + 9, end + 20),
            (u32::MAX, 0),
        ] {
            let one = || Finding {
                related: Some(Box::new((Span::new(stop, start), "there".into()))),
                ..finding("rule", Span::new(start, stop), "message")
            };
            for report in [
                &Full::new(plain(80)) as &dyn Report,
                &Concise::new(plain(80).palette()),
                &Json,
            ] {
                let shown = document(report, &[file("a.json", text, vec![one(), one()])]);
                assert!(shown.contains("message"));
            }
            let full = document(&Full::new(plain(80)), &[file("a.json", text, vec![one()])]);
            assert!(full.contains("─["), "fell back to the concise line: {full}");
        }
    }
}

#[test]
fn a_name_cannot_begin_a_command() {
    let shown = document(
        &Concise::new(plain(80).palette()),
        &[file(
            "::error::a.json",
            b"",
            vec![finding("rule", Span::new(0, 0), "m")],
        )],
    );
    assert_eq!(shown, "\\u{3a}:error\\u{3a}:a.json:1:1: error[rule]: m\n");
}
