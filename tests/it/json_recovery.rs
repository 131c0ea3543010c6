//! Every syntax error is reported once, at its position, and the rest is read: the cases of
//! `testdata/json/recovery.txt`.
//!
//! `BLESS=1 cargo test --test it json_recovery` writes the results into the file; review the changes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

use crate::support::json as json_support;

use json_support::{Read, read};
use std::fmt::Write as _;
use std::path::Path;

const FILE: &str = "testdata/json/recovery.txt";

#[test]
fn errors_and_values_are_as_listed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let listed = std::fs::read_to_string(&path).unwrap();
    let (head, cases) = listed.split_once("\n### ").unwrap();
    let mut found = head.to_owned();
    let mut count = 0;
    for case in cases.split("\n### ") {
        count += 1;
        let (title, rest) = case.split_once('\n').unwrap();
        let document: Vec<&str> = rest.lines().take_while(|line| !is_result(line)).collect();
        let document = document.join("\n");
        write!(
            found,
            "\n### {title}\n{document}\n{}",
            result(&read(spoken(&document).as_bytes()))
        )
        .unwrap();
    }
    assert!(count >= 80, "{count}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    for (listed, found) in listed.split("\n### ").zip(found.split("\n### ")) {
        assert_eq!(listed.trim_end(), found.trim_end());
    }
}

fn is_result(line: &str) -> bool {
    line.starts_with("--- ") || line.starts_with("=== ")
}

/// Replaces the symbols of control characters by these.
fn spoken(document: &str) -> String {
    let control = |symbol: char| match u32::from(symbol) {
        code @ 0x2400..=0x241F => char::from_u32(code - 0x2400).unwrap(),
        _ => symbol,
    };
    document.chars().map(control).collect()
}

fn result(read: &Read) -> String {
    let mut out = String::new();
    for error in &read.errors {
        let (place, id) = (read.place(error.span.start), error.kind.id());
        let guess = if error.certain() { "" } else { "?" };
        writeln!(out, "--- {place} {id}{guess} | {}", error.message(&read.text)).unwrap();
    }
    let shape = read.shape();
    writeln!(out, "=== {}", if shape.is_empty() { "nothing" } else { &shape }).unwrap();
    out
}

#[test]
fn a_record_is_damaged_where_reading_on_was_a_guess() {
    let read = read(b"[{\"a\":1,},{\"a\":},{\"b\" 2},{\"b\":'x'},{\"c\":{{x}}}]");
    let damaged: Vec<bool> = read.trees.iter().map(|tree| tree.damaged).collect();
    assert_eq!(damaged, [false, true, false, false, true]);
}
