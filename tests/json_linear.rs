//! Time grows with the text, not faster, whatever the text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

mod json_support;

use json_support::read;
use std::time::{Duration, Instant};

/// Texts that invite looking ahead, looking back or piling up, each as what is repeated.
const REPEATED: &[(&str, &str)] = &[
    ("", "["),
    ("", "{"),
    ("", "{ "),
    ("", "\"\\"),
    ("", "[{\"a\":"),
    ("", "{\"a\":{"),
    ("[", "\"a"),
    ("[", "\"a\\\n"),
    ("[", "\"a\n"),
    ("[", "'"),
    ("[", "'a "),
    ("[", "“"),
    ("[", "1 "),
    ("[", "1,"),
    ("[", ","),
    ("[", ", "),
    ("[", "}"),
    ("", "]"),
    ("", "} "),
    ("[", "{}} "),
    ("[", "{{a}} "),
    ("[", "{{\"a\":1}} "),
    ("[", "{\"a\":1, {"),
    ("{", "\"a\" "),
    ("{", "\"a:"),
    ("{", "a "),
    ("{", "a:"),
    ("{", ":"),
    ("{", "[,"),
    ("[", "/*"),
    ("[", "/**/"),
    ("[", "#\n"),
    ("", "#\n"),
    ("[", "// \n"),
    ("", " "),
    ("[", " \n"),
    ("[", "\u{a0}"),
    ("[", "\u{a0} "),
    ("[", "<"),
    ("[", "<a"),
    ("[", "${"),
    ("[", "a("),
    ("[", "\\"),
    ("[", "\"\\ud800"),
    ("[\"", "\\ud800"),
    ("[\"", "\\x"),
    ("[\"", "\t"),
    ("[\"", "\n"),
    ("[", "\"a\":1,"),
    ("[", "\"x, \"a\":"),
    ("[", "0"),
    ("[", "1e"),
    ("[", "-"),
    ("", "a"),
    ("", "(((["),
    ("[1] ", "x "),
    ("[1]", "/**/ "),
];

#[test]
fn time_is_linear() {
    let mut slow = Vec::new();
    for &(start, part) in REPEATED {
        let (small, large) = (time(start, part, 1 << 14), time(start, part, 1 << 17));
        // Eight times the text; a quadratic reader would take sixty-four times as long.
        if large > small * 28 && large > Duration::from_millis(300) {
            slow.push(format!("{start:?} {part:?}: {small:?}, then {large:?}"));
        }
        assert!(large < Duration::from_secs(20), "{start:?} {part:?}: {large:?}");
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

fn time(start: &str, part: &str, length: usize) -> Duration {
    let text = start.to_owned() + &part.repeat(length / part.len());
    let run = || {
        let begin = Instant::now();
        let read = read(text.as_bytes());
        assert!(!read.is_valid());
        assert!(read.errors.len() <= 2100, "{}", read.errors.len());
        begin.elapsed()
    };
    run().min(run())
}

#[test]
fn deep_nesting_is_two_errors_at_most() {
    for (part, closed) in [("[", false), ("[", true), ("{\"a\":", false), ("[{\"a\":", false)] {
        let mut text = part.repeat(100_000);
        if closed {
            text += &"]".repeat(100_000);
        }
        let errors: Vec<&str> = read(text.as_bytes())
            .errors
            .iter()
            .map(|error| error.kind.id())
            .collect();
        let expected: &[&str] = if closed {
            &["too-deep"]
        } else {
            &["too-deep", "unclosed"]
        };
        assert_eq!(errors, expected, "{part}");
    }
}

#[test]
fn depth_is_counted_with_the_root_list() {
    for (depth, valid) in [(255, true), (256, true), (257, false)] {
        let list = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read(list.as_bytes()).is_valid(), valid, "{depth}");
        let object = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
        assert_eq!(read(object.as_bytes()).is_valid(), valid, "{depth}");
    }
    let deep = "[".repeat(257) + &"]".repeat(257);
    let read = read(deep.as_bytes());
    assert_eq!(read.errors.len(), 1);
    assert_eq!(read.errors[0].span.start, 256);
    assert!(read.trees[0].damaged);
}
