//! Skimming says what the engine says: nothing, of records that are right; and leaves all others to it.
//!
//! Where outcomes are asked for, nothing is skimmed, so the two are one call apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use geplint::rules::{builtin, builtin_ids, load};
use geplint::tenant::{Facts, Learnt, Tenant};
use geplint::{json, lint};

/// Fails where skimming changes anything but the time it takes; returns how many records were passed over, and how many
/// findings there are.
fn compare(bytes: &[u8], what: &str) -> (u32, usize) {
    let (mut passed_over, mut findings) = (0, 0);
    for id in builtin_ids() {
        let endpoint = builtin(id).expect("our own rules load");
        let check = |outcomes| {
            let (text, errors) = json::text(bytes);
            lint::check(&text, errors, endpoint, &Tenant::default(), outcomes)
        };
        let (skimmed, engine) = (check(false), check(true));
        let context = || format!("{what}, as {id}:\n{}", String::from_utf8_lossy(bytes));
        assert_eq!(skimmed.findings, engine.findings, "{}", context());
        assert_eq!(skimmed.records, engine.records, "{}", context());
        assert_eq!(skimmed.undecided, engine.undecided, "{}", context());
        assert_eq!(engine.skimmed, 0, "{}", context());
        passed_over += skimmed.skimmed;
        assert_eq!(skimmed.mendable, engine.mendable, "{}", context());
        findings += engine.findings.len();
    }
    (passed_over, findings)
}

fn payloads(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            payloads(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            into.push(path);
        }
    }
    into.sort();
}

fn all() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut paths = Vec::new();
    for folder in ["documented", "rules"] {
        payloads(&root.join(folder), &mut paths);
    }
    paths
        .iter()
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn of_every_payload_there_is() {
    let (mut passed_over, mut findings) = (0, 0);
    for (what, bytes) in all() {
        let seen = compare(&bytes, &what);
        passed_over += seen.0;
        findings += seen.1;
    }
    assert!(
        passed_over > 100 && findings > 500,
        "{passed_over} records passed over, {findings} findings"
    );
}

/// Numbers without a pattern, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// What values and bits of syntax are put in the place of others.
const PIECES: [&str; 34] = [
    "null",
    "true",
    "false",
    "0",
    "12",
    "123456789012",
    "1.5",
    "-1",
    "1e3",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"A@b\"",
    "\"\\u0041\"",
    "\"a\\\"b\"",
    "\"\u{e9}\"",
    "\"NONE\"",
    "\"HOME\"",
    "\"Belonging\"",
    "{}",
    "[]",
    "[null]",
    "[\"\"]",
    "[{}]",
    "{\"$id\":\"1\"}",
    ",",
    ":",
    "}",
    "]",
    "{",
    "[",
    "\"",
    " ",
    "\\",
];

/// One change: a value's or a name's place is taken by something else, or bytes go or come twice.
fn mutated(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let tokens: Vec<(usize, usize)> = tokens(&text);
    let mut out = text.clone();
    let Some(&(start, end)) = tokens.get(numbers.below(tokens.len())) else {
        return out.into_bytes();
    };
    let other = tokens[numbers.below(tokens.len())];
    match numbers.below(6) {
        0 => out.replace_range(start..end, ""),
        1 => out.insert_str(end, &text[start..end]),
        2 => out.replace_range(start..end, &text[other.0..other.1]),
        3 => out.replace_range(start..end, &text[start..end].to_lowercase()),
        _ => out.replace_range(start..end, PIECES[numbers.below(PIECES.len())]),
    }
    out.into_bytes()
}

/// Strings, words and single characters, with their bytes.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let mut end = start + first.len_utf8();
        if first == '"' {
            let mut escaped = false;
            for (at, next) in rest.by_ref() {
                end = at + next.len_utf8();
                if next == '"' && !escaped {
                    break;
                }
                escaped = next == '\\' && !escaped;
            }
        } else if first.is_alphanumeric() || first == '-' {
            while let Some((at, next)) = rest.next_if(|(_, next)| next.is_alphanumeric() || *next == '.') {
                end = at + next.len_utf8();
            }
        }
        if !first.is_whitespace() {
            tokens.push((start, end));
        }
    }
    tokens
}

#[test]
fn of_payloads_with_anything_changed() {
    let payloads = all();
    let mut numbers = Numbers(20);
    for (what, bytes) in &payloads {
        for _ in 0..2 {
            let mut changed = mutated(bytes, &mut numbers);
            compare(&changed, what);
            changed = mutated(&changed, &mut numbers);
            compare(&changed, what);
        }
    }
}

/// Records that are right, wrong, and change what the next one meets, in turn: whatever is passed over, what follows is
/// the same.
#[test]
fn of_long_requests() {
    let payloads = all();
    let mut numbers = Numbers(7);
    for _ in 0..60 {
        let mut body = String::from("[");
        for _ in 0..20 {
            let (_, bytes) = &payloads[numbers.below(payloads.len())];
            let text = String::from_utf8_lossy(bytes);
            let inner = text.trim().trim_start_matches('[').trim_end_matches(']').trim();
            if !inner.is_empty() {
                body.push_str(inner);
                body.push(',');
            }
        }
        body.pop();
        body.push(']');
        compare(body.as_bytes(), "many in one");
    }
}

/// A request long enough to be cut into parts, with something in it that is not plainly right now and then.
fn long(numbers: &mut Numbers, odd: usize) -> String {
    let mut body = String::from("[\n");
    for number in 0..9_000 {
        let record = match numbers.below(odd) {
            0 => "{\"contactCode\":\"C-1\",\"userName\":\"\"}".to_owned(),
            1 => "{\"contactCode\":{}}".to_owned(),
            2 => format!("{{\"contactCode\":\"C-{number}\",\"userName\":\"a{{b}}[\\\"\"}}"),
            3 => "{\"contactCode\":\"C-1\",}".to_owned(),
            4 => "null".to_owned(),
            _ => format!(
                r#"{{"contactCode": "C-{number}", "userName": "u{number}@example.com", "firstName": "Ann",
  "lastName": "{{{{[", "emailAddress": "u{number}@example.com", "isActive": true,
  "address": {{"addressLine1": "1 Quay", "city": "Lyon", "stateCode": "ARA", "countryCode": "FR", "zipCode": "69002"}},
  "regions": [{{"regionName": "EMEA", "isDefault": true}}], "designation": "{}"}}"#,
                "x".repeat(numbers.below(200))
            ),
        };
        body.push_str(&record);
        body.push_str(if number == 8_999 { "\n]" } else { ",\n" });
    }
    body
}

#[test]
fn of_requests_in_parts() {
    let endpoint = builtin("contact-details").expect("our own rules load");
    let tenant = Tenant::default();
    let mut numbers = Numbers(3);
    for odd in [1_000_000, 3_000, 20, 5] {
        let body = long(&mut numbers, odd);
        let check = |threads| {
            let (text, errors) = json::text(body.as_bytes());
            let learnt = Learnt::default();
            let mut facts = Facts::new(&tenant, &learnt, false);
            lint::check_with(&text, errors, endpoint, &mut facts, false, threads)
        };
        let one = check(1);
        for threads in [2, 3, 7] {
            let several = check(threads);
            assert_eq!(several.findings, one.findings, "{threads} threads, {odd}");
            assert_eq!(several.records, one.records, "{threads} threads, {odd}");
            assert_eq!(several.skimmed, one.skimmed, "{threads} threads, {odd}");
            assert_eq!(several.undecided, one.undecided, "{threads} threads, {odd}");
        }
    }
}

/// A call with more rows than a set has bits for, and with a check that compares values which may be left out.
const OF_THE_USER: &str = r#"
endpoint = "things"
title = "Things"
method = "POST"
path = "/things"
page = "none"
record = "Thing"
key = ["Name"]
good-beside-bad = "listed"

[answers]
missing = { error-code = "M", description = "{property} is Mandatory" }
too-long = { error-code = "D", description = "{property}" }
not-in-list = { error-code = "D", description = "{property} {value}" }
null = { error-code = "E", description = "null" }

[tables.Thing]
title = "Thing"
properties = [
  { row = "1", name = "Name", type = "string", required = "yes" },
  { row = "2", name = "A", type = "string" },
  { row = "3", name = "B", type = "string" },
  { row = "4", name = "Inner", type = "Inner" },
ROWS]

[tables.Inner]
title = "Inner"
properties = [
  { row = "4.1", name = "Code", type = "string(3)", required = "yes" },
]

[[checks]]
rule = "self-manager"
kind = "differs"
table = "Thing"
property = "B"
from = "A"
nearly = ["A"]
severity = "error"
evidence = "inferred"
phase = "data"
error-code = "D"
description = "same"
"#;

#[test]
fn of_calls_of_the_user() {
    let values = [
        "",
        "\"A\":\"  \",\"B\":\"  \"",
        "\"A\":\"x\",\"B\":\"X \"",
        "\"A\":\"x\",\"B\":\"y\"",
        "\"B\":\"\",\"A\":\"\"",
        "\"A\":null,\"B\":null",
        "\"A\":\"\u{e9}\",\"B\":\"\u{c9}\"",
        "\"A\":\"\\u0078\",\"B\":\"x\"",
        "\"Inner\":{}",
        "\"Inner\":{\"Code\":\"abc\"}",
        "\"Inner\":{\"Code\":\"abcd\"}",
        "\"Inner\":null",
    ];
    for rows in [0, 59, 60, 61, 70] {
        let rows: String = (0..rows)
            .map(|row| format!("  {{ row = \"9.{row}\", name = \"Row{row}\", type = \"int\" }},\n"))
            .collect();
        let endpoint = load(&OF_THE_USER.replace("ROWS", &rows)).expect("it loads");
        let check = |body: &str, outcomes| {
            let (text, errors) = json::text(body.as_bytes());
            lint::check(&text, errors, &endpoint, &Tenant::default(), outcomes)
        };
        let (mut passed_over, mut found) = (0, 0);
        for value in values {
            for name in ["\"Name\":\"n\"", "\"Name\":\" \"", ""] {
                let comma = if name.is_empty() || value.is_empty() {
                    ""
                } else {
                    ","
                };
                let body = format!("[{{{name}{comma}{value}}}, {{ }}]");
                let (skimmed, engine) = (check(&body, false), check(&body, true));
                assert_eq!(skimmed.findings, engine.findings, "{body}");
                passed_over += skimmed.skimmed;
                found += engine.findings.len();
            }
        }
        assert!(found > 50);
        // Beyond 64 rows every record is for the engine.
        assert_eq!(
            passed_over > 0,
            rows.lines().count() + 4 <= 64,
            "{passed_over} of {rows}"
        );
    }
}
