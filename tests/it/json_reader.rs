//! Tests of the reader's interface: lists, spans, duplicate names, escapes, encodings.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

use crate::support::json as json_support;

use geplint::finding::Span;
use geplint::json::{Node, Reader, Root, Tree, decode, raw, text, utf16_len};
use json_support::read;

fn only_string(text: &str) -> Node {
    let read = read(text.as_bytes());
    *read.trees[0].node(read.trees[0].root().unwrap())
}

#[test]
fn a_node_takes_sixteen_bytes() {
    assert_eq!(size_of::<Node>(), 16);
}

#[test]
fn records_come_one_by_one() {
    let text = " [ {\"a\":1} , 2 ] ";
    let mut reader = Reader::new(text);
    let mut tree = Tree::default();
    assert_eq!(reader.root(&mut tree), Root::List { start: 1 });
    assert!(tree.is_empty());
    assert!(reader.next_record(&mut tree));
    assert_eq!(tree.node(tree.root().unwrap()).span, Span::new(3, 10));
    assert_eq!(reader.root_span(), None);
    assert!(reader.next_record(&mut tree));
    assert_eq!(tree.len(), 1);
    assert!(!reader.next_record(&mut tree));
    assert!(!reader.next_record(&mut tree));
    assert!(tree.is_empty());
    assert_eq!(reader.root_span(), Some(Span::new(1, 16)));
    assert!(reader.errors().is_empty());
}

#[test]
fn a_root_that_is_no_list_is_read_at_once() {
    let mut tree = Tree::default();
    let mut reader = Reader::new("\n{\"a\": [1]}\n");
    assert_eq!(reader.root(&mut tree), Root::Value);
    assert_eq!(reader.root_span(), Some(Span::new(1, 11)));
    assert_eq!(tree.len(), 4);
    assert!(!reader.next_record(&mut tree));
    assert_eq!(reader.root(&mut tree), Root::Nothing, "only once");

    assert_eq!(Reader::new("<html>").root(&mut tree), Root::Nothing);
    assert_eq!(Reader::new("").root(&mut tree), Root::Nothing);
    assert!(!Reader::new("[1]").next_record(&mut tree), "the root comes first");
}

#[test]
fn errors_after_the_list_are_found_at_its_end() {
    let mut tree = Tree::default();
    let mut reader = Reader::new("[1] x");
    reader.root(&mut tree);
    assert!(reader.next_record(&mut tree));
    assert!(reader.errors().is_empty());
    assert!(!reader.next_record(&mut tree));
    assert_eq!(reader.errors().len(), 1);
}

#[test]
fn members_with_the_same_name_are_all_kept() {
    let read = read(br#"{"a":1,"a":2,"\u0061":3}"#);
    let tree = &read.trees[0];
    let names: Vec<_> = tree
        .members(tree.root().unwrap())
        .map(|(key, value)| {
            (
                decode(&read.text, tree.node(key)),
                tree.node(value).span.of(&read.text),
            )
        })
        .collect();
    assert_eq!(names, [("a".into(), "1"), ("a".into(), "2"), ("a".into(), "3")]);
}

#[test]
fn strings_are_decoded() {
    for (written, meant) in [
        (r#""""#, ""),
        (r#""plain é 😀""#, "plain é 😀"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u00e9\u00E9\u0000""#, "éé\u{0}"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""bad \q \u12 end""#, "bad \\q \\u12 end"),
        (r"'it\'s'", "it's"),
        ("“typographic”", "typographic"),
        ("\"unclosed", "unclosed"),
        ("\"", ""),
        ("'", ""),
        ("word", "word"),
    ] {
        assert_eq!(decode(written, &only_string(written)), meant, "{written}");
    }
}

#[test]
fn text_without_a_backslash_is_borrowed() {
    let text = "\"abc\"";
    let node = only_string(text);
    assert!(matches!(decode(text, &node), std::borrow::Cow::Borrowed("abc")));
    assert!(!node.escaped);
    let escaped = only_string(r#""a\nb""#);
    assert!(escaped.escaped);
    assert_eq!(raw(r#""a\nb""#, &escaped), r"a\nb");
}

#[test]
fn length_is_counted_in_utf16_units() {
    for text in ["", "abc", "é", "日本", "😀", "a😀é", "\u{10ffff}\u{ffff}"] {
        assert_eq!(utf16_len(text), text.encode_utf16().count(), "{text}");
    }
}

fn kinds(bytes: &[u8]) -> Vec<&'static str> {
    read(bytes).errors.iter().map(|error| error.kind.id()).collect()
}

#[test]
fn other_encodings_are_named_and_not_read() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let bytes = |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let utf32 = |text: &str, big: bool| -> Vec<u8> {
        let bytes = |unit: char| {
            if big {
                u32::from(unit).to_be_bytes()
            } else {
                u32::from(unit).to_le_bytes()
            }
        };
        text.chars().flat_map(bytes).collect()
    };
    for document in [
        "[]",
        "\u{feff}[]",
        "7",
        "\"é\"",
        "{\"a\": 1}",
        "\u{feff}{\"日\": 1}",
    ] {
        for big in [false, true] {
            let end = if big { "(big-endian)" } else { "(little-endian)" };
            for (name, bytes) in [("UTF-16", utf16(document, big)), ("UTF-32", utf32(document, big))] {
                let (text, errors) = text(&bytes);
                assert_eq!(text, "");
                let message = errors[0].message(&text);
                assert_eq!(
                    message,
                    format!("the file is {name} {end}, not UTF-8"),
                    "{document}"
                );
                assert_eq!(errors.len(), 1);
            }
        }
    }
}

#[test]
fn a_nul_or_two_make_no_other_encoding() {
    let documents: [&[u8]; 9] = [
        b"[\0]",
        b"[\0]\n",
        b"[\x001]",
        b"[\0\0]",
        b"\0[]",
        b"\0[\0",
        b"\0[]\n",
        b"[\0]\0\n",
        b"\0[\0]\n",
    ];
    for bytes in documents {
        let (text, errors) = text(bytes);
        assert_eq!(text.as_bytes(), bytes);
        assert!(errors.is_empty(), "{bytes:?}");
        assert!(!kinds(bytes).contains(&"encoding") && !read(bytes).is_valid());
    }
    for bytes in [&b"[\0]\0"[..], b"\0[\0]", b"7\0", b"\x007", b"\xFF\xFE[\0]"] {
        assert_eq!(kinds(bytes), ["encoding"], "{bytes:?}");
    }
}

#[test]
fn a_byte_order_mark_is_a_warning_and_stays_in_place() {
    let read = read("\u{feff}[1]".as_bytes());
    assert!(read.is_valid());
    assert_eq!(kinds("\u{feff}[1]".as_bytes()), ["byte-order-mark"]);
    assert_eq!(
        read.trees[0].node(read.trees[0].root().unwrap()).span,
        Span::new(4, 5)
    );
    assert_eq!(kinds("\u{feff}".as_bytes()), ["byte-order-mark", "empty"]);
    assert_eq!(
        kinds("\u{feff}\u{feff}[]".as_bytes()),
        ["byte-order-mark", "odd-space"]
    );
}

#[test]
fn an_empty_file_is_one_error() {
    for blank in ["", " ", "\n\r\t "] {
        assert_eq!(kinds(blank.as_bytes()), ["empty"]);
    }
}

#[test]
fn bad_bytes_are_one_error_and_the_rest_is_read() {
    let read = read(b"[{\"name\":\"Jos\xe9\",\"city\":\"M\xfcnchen\"},\xff{\"b\":\"\xf0\x9f\x98\"}]");
    let messages: Vec<String> = read
        .errors
        .iter()
        .map(|error| error.message(&read.text))
        .collect();
    assert_eq!(
        messages,
        ["invalid UTF-8: byte 0xE9 at offset 13, and in 3 more places"]
    );
    assert_eq!(read.shape(), "[ {name:'Jos?',city:'M?nchen'} {b:'???'} ]");
}

#[test]
fn valid_text_is_borrowed() {
    assert!(matches!(
        text("[\"é\"]".as_bytes()).0,
        std::borrow::Cow::Borrowed(_)
    ));
}

#[test]
fn reading_stops_after_many_errors() {
    let document = "[".to_owned() + &"{\"a\":1 \"b\":2},".repeat(3000) + "1]";
    let errors = read(document.as_bytes()).errors;
    assert_eq!(errors.len(), geplint::json::MAX_ERRORS + 1);
    assert_eq!(errors.last().unwrap().kind.id(), "too-many");
}

#[test]
fn warnings_never_stop_reading() {
    let document = "[".to_owned() + &"\"\\ud800\",".repeat(5000) + "1]";
    let read = read(document.as_bytes());
    assert!(read.is_valid());
    assert_eq!(read.trees.len(), 5001);
}

#[test]
fn a_quote_after_a_typographic_string_is_no_part_of_it() {
    let read = read("[\n“  {“\n \"uesr\",\n \"code\"/* \"a\",\n".as_bytes());
    for error in &read.errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(read.text.get(start..end).is_some(), "{error:?}");
    }
}
