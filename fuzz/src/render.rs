//! The findings for any bytes in any format: documents are complete, and nothing in them controls a terminal or a CI
//! runner.

use std::path::Path;

use geplint::grouping::group;
use geplint::json;
use geplint::lint;
use geplint::report::sanitize::is_unprintable;
use geplint::report::{FileReport, Format, Full, JUnit, Look, Output, Report, Statistics, Summary};

use super::shared::{harmless, likely, pick, some_tenant};

#[path = "../../tests/it/support/documents.rs"]
pub mod documents;

/// The number of outputs that are not a format: the narrow full report, and the statistics.
const OTHERS: usize = 2;

/// Shows the findings for the bytes in one of the formats, under a file name made of the bytes.
pub fn run(data: &[u8]) {
    let likely = likely(data);
    let endpoint = likely[data.len() % likely.len()];
    let (text, errors) = json::text(data);
    let checked = lint::check(&text, errors, endpoint, some_tenant(data), false);
    let name = String::from_utf8_lossy(&data[..data.len().min(24)]).replace('\0', "0");
    let file = FileReport::new(Path::new(&name), data, checked.findings, checked.records);
    // One format for each input allows many times as many inputs.
    match pick(data, OTHERS + Format::ALL.len()) {
        0 => full(40, false, &file),
        1 => harmless(&Statistics::of(&file).lines(Look::PLAIN.palette()), "statistics"),
        number => shown(Format::ALL[number - OTHERS], &file),
    }
}

fn shown(format: Format, file: &FileReport<'_>) {
    let count = file.findings.len();
    let plain = document(format.report(Look::PLAIN, false).as_ref(), file);
    match format {
        Format::Full => full(80, true, file),
        Format::Github => github(&plain, group(&file.findings).len()),
        Format::Table => harmless(&plain, "table"),
        Format::Concise => {
            harmless(&plain, "concise");
            assert_eq!(plain.lines().count(), count, "{plain}");
            let coloured = Look {
                color: true,
                ..Look::PLAIN
            };
            let coloured = document(format.report(coloured, false).as_ref(), file);
            assert_eq!(without_colour(&coloured), plain, "colour is all that differs");
        }
        _ => {
            harmless(&plain, format.name());
            let found = documents::findings(format, &plain);
            if format == Format::Junit {
                assert_eq!(found, Some(count.max(1)), "{plain}");
                let strict = document(&JUnit::new(true), file);
                harmless(&strict, "junit");
                documents::findings(format, &strict);
            } else {
                assert_eq!(found, Some(count), "{plain}");
            }
        }
    }
}

fn full(width: usize, unicode: bool, file: &FileReport<'_>) {
    let look = Look {
        width,
        unicode,
        color: false,
    };
    let full = document(&Full::new(look), file);
    harmless(&full, "full");
    let kinds = ["error[", "warning[", "advice["];
    let heads = full
        .lines()
        .filter(|line| kinds.iter().any(|kind| line.contains(kind)));
    assert!(
        heads.count() >= group(&file.findings).len(),
        "a finding is missing:\n{full}"
    );
}

fn github(github: &str, count: usize) {
    for line in github.lines() {
        assert!(!line.chars().any(is_unprintable), "{line:?}");
        let kinds = [
            "::error file=",
            "::warning file=",
            "::notice file=",
            "::notice title=geplint::",
        ];
        assert!(kinds.iter().any(|kind| line.starts_with(kind)), "{line:?}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
    }
    let notices = github
        .lines()
        .filter(|line| line.starts_with("::notice title="))
        .count();
    assert_eq!(github.lines().count(), count + notices, "{github}");
}

fn document(report: &dyn Report, file: &FileReport<'_>) -> String {
    let mut summary = Summary::default();
    summary.add(file);
    let mut out = Vec::new();
    let mut output = Output::new(report, &mut out);
    output.file(file).unwrap();
    output.finish(&summary).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the text without the colours of geplint; other escapes are kept.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').unwrap_or(("?", part));
        assert!(
            code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{code:?}"
        );
        plain.push_str(rest);
    }
    plain
}
