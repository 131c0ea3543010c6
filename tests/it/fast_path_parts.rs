//! Compares the fast path with the engine in several threads, and with rules that are not built in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::num::NonZero;

use geplint::rules::{builtin, load};
use geplint::tenant::{Facts, Tenant, TenantChanges};
use geplint::threads::Threads;
use geplint::{json, lint};

/// Pseudo-random numbers, the same in every run.
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

/// Builds a request that is long enough to be split into parts, in which some records are not accepted.
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
fn agrees_for_requests_in_parts() {
    let endpoint = builtin("contact-details").expect("our own rules load");
    let tenant = Tenant::default();
    let mut numbers = Numbers(3);
    for odd in [1_000_000, 3_000, 20, 5] {
        let body = long(&mut numbers, odd);
        let check = |threads| {
            let (text, errors) = json::text(body.as_bytes());
            let changes = TenantChanges::default();
            let mut facts = Facts::new(&tenant, &changes, false);
            let threads = Threads::of(NonZero::new(threads));
            lint::check_with(&text, errors, endpoint, &mut facts, false, threads)
        };
        let one = check(1);
        for threads in [2, 3, 7] {
            let several = check(threads);
            assert_eq!(several.findings, one.findings, "{threads} threads, {odd}");
            assert_eq!(several.records, one.records, "{threads} threads, {odd}");
            assert_eq!(several.fast_records, one.fast_records, "{threads} threads, {odd}");
            assert_eq!(several.undecided, one.undecided, "{threads} threads, {odd}");
        }
    }
}

/// Rules with more rows than a bit set has bits, and with a check that compares optional values.
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
[tables.Thing.properties]
Name = { row = "1", type = "string", required = "yes" }
A = { row = "2", type = "string" }
B = { row = "3", type = "string" }
Inner = { row = "4", type = "Inner" }
ROWS

[tables.Inner]
title = "Inner"
[tables.Inner.properties]
Code = { row = "4.1", type = "string(3)", required = "yes" }

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
fn agrees_for_rules_of_the_user() {
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
        let rows: Vec<String> = (0..rows)
            .map(|row| format!("Row{row} = {{ row = \"9.{row}\", type = \"int\" }}"))
            .collect();
        let rows = rows.join("\n");
        let endpoint = load(&OF_THE_USER.replace("ROWS", &rows)).expect("it loads");
        let check = |body: &str, outcomes| {
            let (text, errors) = json::text(body.as_bytes());
            lint::check(&text, errors, &endpoint, &Tenant::default(), outcomes)
        };
        let (mut accepted_records, mut found) = (0, 0);
        for value in values {
            for name in ["\"Name\":\"n\"", "\"Name\":\" \"", ""] {
                let comma = if name.is_empty() || value.is_empty() {
                    ""
                } else {
                    ","
                };
                let body = format!("[{{{name}{comma}{value}}}, {{ }}]");
                let (fast_records, engine) = (check(&body, false), check(&body, true));
                assert_eq!(fast_records.findings, engine.findings, "{body}");
                accepted_records += fast_records.fast_records;
                found += engine.findings.len();
            }
        }
        assert!(found > 50);
        // With more than 64 rows, the engine reads every record.
        assert_eq!(
            accepted_records > 0,
            rows.lines().count() + 4 <= 64,
            "{accepted_records} of {rows}"
        );
    }
}
