//! Compares the reader with `serde_json`, on documents that were damaged at random (with a fixed seed).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

// A fuzz target makes the same comparison.
use crate::bodies::scanner::compare;
use crate::support::json::Random;

const SEEDS: &[&str] = &[
    r#"[{"contactCode":"C-1","isActive":true,"authorityAmt":12.50,"regions":[{"regionName":"EMEA"}]},{"a":null}]"#,
    "[\n  {\n    \"userName\": \"a@b.c\",\n    \"managerCode\": [ \"M1\", \"M2\" ],\n    \"x\": { \"y\": -1e-3 }\n  },\n  {}\n]",
    r#"{"a":"tab\t quote\" slash\\ \u00e9 \ud83d\ude00","b":[],"c":{},"d":[[1,2],[3]],"e":"é😀"}"#,
    "[0,-0,1.5,1e10,1E+2,-3.25e-7,123456789012345678901234567890]",
    r#"[true,false,null,"","a"]"#,
    r#""just a string""#,
    "  -12.5  ",
    r#"{"a":{"a":{"a":{"a":[{"a":1},{"a":2}]}}},"a":2}"#,
];

const PIECES: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u12", "\\ud800", "'", "//", "/*", "*/", "#", "0",
    "01", "-", "+", ".", "e", "1e", "true", "True", "nul", "NaN", " ", "\n", "\t", "\r\n", "\u{0}", "\u{1}",
    "\u{a0}", "é", "“", "”", "=", ";", "{{x}}", "<y>", "${z}", "\"a\":", "\"b\":1,", ",,", "}}", "]]", "{ {",
    "abc", "\u{feff}", "(", ")", "\"x\" ",
];

fn spoiled(random: &mut Random) -> Vec<u8> {
    let mut bytes = SEEDS[random.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(4)).min(bytes.len());
        match random.below(8) {
            0 => drop(bytes.drain(at..end)),
            1 if at < end => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            2 => bytes.truncate(at),
            3 => {
                let part = bytes[at..(at + random.below(20)).min(bytes.len())].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            4 if at + 1 < bytes.len() => bytes.swap(at, at + 1),
            _ => {
                let piece = PIECES[random.below(PIECES.len())].bytes();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

#[test]
fn same_verdict_and_same_values() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut valid = 0;
    for _ in 0..20_000 {
        let bytes = spoiled(&mut random);
        valid += usize::from(compare(&bytes));
    }
    assert!(valid > 2000, "too few valid documents to mean anything: {valid}");
}
