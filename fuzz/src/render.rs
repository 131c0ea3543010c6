//! The findings for any bytes in any format: documents are complete, and nothing in them controls a terminal or a CI
//! runner.

use std::path::Path;

use geplint::grouping::group;
use geplint::json;
use geplint::lint;
use geplint::report::sanitize::is_unprintable;
use geplint::report::{
    Checkstyle, Concise, FileReport, Full, GitHub, GitLab, JUnit, Json, JsonLines, Look, Output, RdJson,
    Report, Sarif, Statistics, Summary, Table,
};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::shared::{harmless, likely, pick, some_tenant};

/// The number of formats in [`people`] and [`machines`].
const FORMATS: usize = 13;

/// Shows the findings for the bytes in one of the formats, under a file name made of the bytes.
pub fn run(data: &[u8]) {
    let likely = likely(data);
    let endpoint = likely[data.len() % likely.len()];
    let (text, errors) = json::text(data);
    let checked = lint::check(&text, errors, endpoint, some_tenant(data), false);
    let name = String::from_utf8_lossy(&data[..data.len().min(24)]).replace('\0', "0");
    let file = FileReport::new(Path::new(&name), data, checked.findings, checked.records);
    // One format for each input allows many times as many inputs.
    match pick(data, FORMATS) {
        format @ 0..5 => people(format, &file),
        format => machines(format, &file),
    }
}

fn people(format: usize, file: &FileReport<'_>) {
    let count = file.findings.len();
    match format {
        0 => full(80, true, file),
        1 => full(40, false, file),
        2 => harmless(&Statistics::of(file).lines(Look::PLAIN.palette()), "statistics"),
        3 => harmless(&document(&Table::new(Look::PLAIN.palette()), file), "table"),
        _ => {
            let concise = document(&Concise::new(Look::PLAIN.palette()), file);
            harmless(&concise, "concise");
            assert_eq!(concise.lines().count(), count, "{concise}");
            let coloured = Look {
                color: true,
                ..Look::PLAIN
            };
            let coloured = document(&Concise::new(coloured.palette()), file);
            assert_eq!(without_colour(&coloured), concise, "colour is all that differs");
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

fn machines(format: usize, file: &FileReport<'_>) {
    let count = file.findings.len();
    let listed = |report: &dyn Report, at: &str| {
        let document = is_json(&document(report, file));
        let list = document.pointer(at).and_then(Value::as_array);
        assert_eq!(list.map(Vec::len), Some(count), "{document}");
    };
    match format {
        5 => github(file, group(&file.findings).len()),
        6 => {
            let lines = document(&JsonLines, file);
            assert_eq!(lines.lines().count(), count, "{lines}");
            lines.lines().for_each(|line| drop(is_json(line)));
        }
        7 => listed(&Json, "/findings"),
        8 => listed(&Sarif, "/runs/0/results"),
        9 => listed(&GitLab, ""),
        10 => listed(&RdJson, "/diagnostics"),
        11 => {
            is_xml(&document(&JUnit::new(true), file));
            is_xml(&document(&JUnit::new(false), file));
        }
        _ => is_xml(&document(&Checkstyle, file)),
    }
}

fn github(file: &FileReport<'_>, count: usize) {
    let github = document(&GitHub, file);
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

fn is_json(text: &str) -> Value {
    harmless(text, "JSON");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Asserts that a text is well-formed, with characters that XML 1.0 allows.
fn is_xml(text: &str) {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "no XML character: {text:?}");
    harmless(text, "XML");
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    attribute.unwrap_or_else(|error| panic!("{error}: {text}"));
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {text}"),
        }
    }
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
