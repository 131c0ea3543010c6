//! Texts in which a naive reader would read the same bytes again and again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

use crate::support::json as json_support;

use json_support::read;

/// Texts that provoke look-ahead, look-back or stacking: a beginning, and a part that is repeated after it.
/// `.ci/instructions --linear` counts the instructions for each at two lengths.
fn repeated() -> Vec<(String, String)> {
    serde_json::from_str(include_str!("../../testdata/json/repeated.json")).unwrap()
}

#[test]
fn hostile_texts_are_read_to_their_end() {
    for (start, part) in repeated() {
        let text = start.clone() + &part.repeat((1 << 15) / part.len());
        let read = read(text.as_bytes());
        assert!(!read.is_valid(), "{start:?} {part:?}");
        assert!(
            read.errors.len() <= 2100,
            "{start:?} {part:?}: {}",
            read.errors.len()
        );
    }
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
