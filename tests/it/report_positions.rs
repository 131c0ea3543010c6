//! The positions in reports are right: header, underline, concise line and JSON lead to the same bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use geplint::finding::{Finding, Span};
use geplint::report::{Concise, Full, Json, Report};
use unicode_width::UnicodeWidthChar;

use sample::{document, file, finding, plain, span};

const NEEDLE: &str = "\"needle\"";

/// Computes the offset of a line and a column in bytes, both 1-based.
fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line - 1)
        .map(<[u8]>::len)
        .sum();
    start + column - 1
}

/// Returns the numbers after the last two colons of `name:line:column`.
fn line_and_column(text: &str) -> (usize, usize) {
    let mut parts = text.rsplitn(3, ':').map(|part| part.parse().unwrap());
    let column = parts.next().unwrap();
    (parts.next().unwrap(), column)
}

/// Returns the text above the underline of a report with one label.
fn underlined(report: &str) -> String {
    let lines: Vec<_> = report.lines().collect();
    let mark = lines
        .iter()
        .position(|line| line.contains(" · ") && line.contains(['─', '┬', '▲']))
        .unwrap();
    let columns = |keep: &dyn Fn(char) -> bool| {
        lines[mark]
            .chars()
            .enumerate()
            .filter(|(_, c)| keep(*c))
            .map(|(column, _)| column)
            .collect::<Vec<_>>()
    };
    let covered = columns(&|c| matches!(c, '─' | '┬' | '▲'));
    let (first, last) = (covered[0], covered[covered.len() - 1]);
    let mut column = 0;
    let inside = lines[mark - 1].chars().filter(|c| {
        let at = column;
        column += c.width().unwrap_or(0);
        (first..=last).contains(&at)
    });
    inside.collect()
}

fn check(text: &str, place: Span, label: &str) {
    for width in [40, 80, 140] {
        let one = || {
            vec![Finding {
                pointer: "/0/x".into(),
                ..finding("rule", place, "message")
            }]
        };
        let reported = |report: &dyn Report| document(report, &[file("a.json", text.as_bytes(), one())]);
        let start = place.start as usize;

        let full = reported(&Full::new(plain(width)));
        let header = full
            .lines()
            .find_map(|line| line.split_once("─[")?.1.strip_suffix(']'))
            .unwrap();
        let (line, column) = line_and_column(header);
        assert_eq!(offset(text.as_bytes(), line, column), start, "{full}");
        assert_eq!(underlined(&full), label, "{full}");
        assert!(
            full.lines()
                .all(|line| line.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>() <= width),
            "{full}"
        );

        let concise = reported(&Concise::new(plain(width).palette()));
        let (line, column) = line_and_column(concise.split(": ").next().unwrap());
        assert_eq!(offset(text.as_bytes(), line, column), start, "{concise}");

        let json: serde_json::Value = serde_json::from_str(&reported(&Json)).unwrap();
        for (end, at) in [("start", start), ("end", place.end as usize)] {
            let place = &json["findings"][0][end];
            let number = |name: &str| usize::try_from(place[name].as_u64().unwrap()).unwrap();
            assert_eq!(number("offset"), at);
            assert_eq!(offset(text.as_bytes(), number("line"), number("column")), at);
        }
    }
}

fn check_needle(text: &str) {
    check(text, span(text, NEEDLE, 0), NEEDLE);
}

#[test]
fn in_pretty_printed_text() {
    check_needle("[\n  {\n    \"a\": \"needle\"\n  }\n]\n");
    check_needle("[\r\n  {\r\n    \"a\": \"needle\"\r\n  }\r\n]\r\n");
    check_needle("[\n\t{\n\t\t\"a\":\t\"needle\"\n\t}\n]");
    check_needle("\"needle\"");
    check_needle("\n\n\n\"needle\"");
    check_needle("\u{feff}[\"needle\"]");
}

#[test]
fn after_wide_combining_and_dangerous_text() {
    check_needle("[\"漢字\", \"e\u{301}\u{301}\", \"needle\", \"字\"]");
    check_needle("[\"\u{1f468}\u{200d}\u{1f469}\", \"\u{1b}[31m\u{7}\r\u{85}\u{2028}\u{202e}\", \"needle\"]");
    check_needle("[\"##[error]\", \"::error::\", \"needle\"]");
}

#[test]
fn in_long_lines_on_either_side_of_what_miette_can_count() {
    for lead in [
        10, 70, 150, 400, 4_095, 4_096, 65_530, 65_534, 65_535, 65_536, 70_000,
    ] {
        let before = "x".repeat(lead);
        for after in [String::new(), "y".repeat(500), "y".repeat(70_000)] {
            check_needle(&format!("[\"{before}\",\"needle\",\"{after}\"]"));
            check_needle(&format!(
                "[\"{}\",\"needle\",\"{after}\"]",
                "漢é".repeat(lead / 2)
            ));
            check_needle(&format!("{{\n\"{before}\":1,\n\"needle\":\n\"{after}\"}}"));
        }
    }
}

#[test]
fn in_a_line_of_five_megabytes() {
    let text = format!(
        "[{}\"needle\"{}]",
        "\"ada@example.com\",".repeat(180_000),
        ",1".repeat(1_000_000)
    );
    assert!(text.len() > 5_000_000);
    check_needle(&text);
}

#[test]
fn empty_spans() {
    check("", Span::new(0, 0), " ");
    check("[1,", Span::new(3, 3), " ");
    check("[1,\n", Span::new(4, 4), " ");
    check("[1,\r\n", Span::new(5, 5), " ");
    check("[1 2]", Span::new(3, 3), "2");
    check("[\n{}\n]", Span::new(2, 2), "{");
    let long = "x".repeat(70_000);
    check(&long, Span::new(70_000, 70_000), " ");
}

#[test]
fn a_span_over_many_lines_is_marked_at_its_start() {
    let text = "[\n  {\n    \"a\": 1\n  }\n]";
    check(text, Span::new(4, 19), "{");
}

/// Pseudo-random texts with unusual characters, with a label at each character.
#[test]
fn at_every_character_of_unusual_texts() {
    let pieces = [
        "a",
        "é",
        "漢",
        "e\u{301}",
        "\t",
        "\n",
        "\r\n",
        "\u{1b}",
        "\u{200b}",
        "\u{1f600}",
        " ",
        "{\"b\":",
        "::",
        "##[",
    ];
    let mut seed = 7_u32;
    for round in 0..20 {
        let mut text = String::new();
        for _ in 0..round * 9 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        for (start, c) in text.char_indices() {
            for end in [start, start + c.len_utf8(), text.len()] {
                let place = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
                let findings = vec![finding("rule", place, "message")];
                let full = document(
                    &Full::new(plain(40)),
                    &[file("a.json", text.as_bytes(), findings)],
                );
                let header = full
                    .lines()
                    .find_map(|line| line.split_once("─[")?.1.strip_suffix(']'));
                let (line, column) = line_and_column(header.unwrap());
                assert_eq!(offset(text.as_bytes(), line, column), start, "{text:?}");
            }
        }
    }
}
