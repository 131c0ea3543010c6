//! Compares the fast path with the engine: it reports nothing, accepts only records without findings, and leaves all
//! others to the engine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geplint::rules::{Endpoint, builtin, builtin_ids, load};
use geplint::tenant::Tenant;
use serde_json::{Map, Value};

use crate::support::fast_path as support;

/// The endpoints that a request is compared for.
#[derive(Debug, Clone, Copy)]
enum Endpoints {
    /// All of them.
    All,
    /// The one whose folder it is in, and one other that the number selects.
    Two(usize),
}

impl Endpoints {
    /// Returns pairs of endpoint and tenant: an unknown tenant and one with lists; for the other endpoint of two, one of
    /// them.
    fn pairs(self, what: &str) -> Vec<(&'static Endpoint, &'static Tenant)> {
        static UNKNOWN: LazyLock<Tenant> = LazyLock::new(Tenant::default);
        let ids: Vec<&str> = builtin_ids().collect();
        let tenants = [&*UNKNOWN, support::tenant_of_lists()];
        let of = |id| builtin(id).expect("our own rules load");
        match self {
            Self::All => ids
                .iter()
                .flat_map(|id| tenants.map(|tenant| (of(id), tenant)))
                .collect(),
            Self::Two(number) => {
                let is_own = |id: &&str| Path::new(what).iter().any(|part| part == *id);
                let own = ids.iter().position(is_own).unwrap_or(number % ids.len());
                let other = (own + 1 + number % (ids.len() - 1)) % ids.len();
                let mut pairs = Vec::from(tenants.map(|tenant| (of(ids[own]), tenant)));
                pairs.push((of(ids[other]), tenants[number % 2]));
                pairs
            }
        }
    }
}

/// Compares the results with and without the fast path, and fails if they differ. Returns the number of records that the
/// fast path accepted, and the number of findings.
fn compare(bytes: &[u8], what: &str, endpoints: Endpoints) -> (u32, usize) {
    let (mut accepted_records, mut findings) = (0, 0);
    for (endpoint, tenant) in endpoints.pairs(what) {
        let same = support::compare(bytes, endpoint, tenant, what);
        accepted_records += same.fast_records;
        findings += same.findings;
    }
    (accepted_records, findings)
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
fn agrees_for_every_payload() {
    compare_payloads(Endpoints::Two);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn agrees_for_every_payload_and_endpoint() {
    compare_payloads(|_| Endpoints::All);
}

fn compare_payloads(endpoints: impl Fn(usize) -> Endpoints) {
    let (mut accepted_records, mut findings) = (0, 0);
    for (nth, (what, bytes)) in all().into_iter().enumerate() {
        let seen = compare(&bytes, &what, endpoints(nth));
        accepted_records += seen.0;
        findings += seen.1;
    }
    assert!(
        accepted_records > 200 && findings > 1_000,
        "{accepted_records} records passed over, {findings} findings"
    );
}

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

/// Values and pieces of syntax that replace others.
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

/// Makes one change: replaces a value or a name, or removes or repeats bytes.
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

/// Returns the byte ranges of strings, words and single characters.
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
fn agrees_for_some_changed_payloads() {
    change_anything(4, Endpoints::Two);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn agrees_for_all_changed_payloads() {
    change_anything(1, |_| Endpoints::All);
}

/// Changes every `nth` payload, and compares.
fn change_anything(nth: usize, endpoints: impl Fn(usize) -> Endpoints) {
    let payloads = all();
    let mut numbers = Numbers(20);
    for (number, (what, bytes)) in payloads.iter().enumerate().step_by(nth) {
        for round in 0..2 {
            let mut changed = mutated(bytes, &mut numbers);
            compare(&changed, what, endpoints(number + round));
            changed = mutated(&changed, &mut numbers);
            compare(&changed, what, endpoints(number + round));
        }
    }
}

/// Requests with a mix of records: without findings, with findings, and with effects on later records. Which records
/// the fast path accepts must not affect the ones after them.
#[test]
fn agrees_for_long_requests() {
    let payloads = all();
    let mut numbers = Numbers(7);
    for round in 0..60 {
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
        compare(body.as_bytes(), "many in one", Endpoints::Two(round));
    }
}

/// Returns the number of records that the fast path accepts for an unknown tenant.
fn accepted(body: &str, endpoint: &Endpoint) -> u32 {
    support::compare(body.as_bytes(), endpoint, support::tenant_of_lists(), "one case");
    support::compare(body.as_bytes(), endpoint, &Tenant::default(), "one case").fast_records
}

fn plain(endpoint: &str) -> Vec<&'static str> {
    let of = support::PLAIN.iter().filter(|(id, _)| *id == endpoint);
    of.map(|(_, inner)| *inner).collect()
}

/// The fast path accepts values of every type of row; otherwise it would be correct but useless.
#[test]
fn valid_records_are_accepted() {
    for (id, inner) in support::PLAIN {
        let endpoint = builtin(id).unwrap();
        assert_eq!(accepted(&format!("[{{{inner}}}]"), endpoint), 1, "{id}: {inner}");
    }
    // Each member of the longest record, alone with the mandatory ones.
    let endpoint = builtin("contact-details").unwrap();
    let [least, most] = plain("contact-details")[..] else {
        panic!("two contacts");
    };
    let record = |inner: &str| serde_json::from_str::<Map<String, Value>>(&format!("{{{inner}}}")).unwrap();
    let least: BTreeMap<String, Value> = record(least)
        .into_iter()
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    for (name, value) in record(most) {
        let mut one = least.clone();
        one.insert(name.to_lowercase(), value);
        let body = serde_json::to_string(&[one]).unwrap();
        assert_eq!(accepted(&body, endpoint), 1, "{body}");
    }
}

/// Rules with every type of row that a rules file can declare, including those that no endpoint uses.
const ALL_TYPES: &str = r#"
endpoint = "e"
title = "E"
method = "POST"
path = "/e"
record = "R"
key = ["Code"]
good-beside-bad = "listed"

[answers]
missing = { error-code = "M", description = "{property} is Mandatory" }
too-long = { error-code = "D", description = "{property} exceeds {limit}" }
not-in-list = { error-code = "D", description = "Invalid {property} {value}" }
null = { error-code = "X", description = "null" }

[contact]
code = "Code"
user = "User"
active = "Active"
placeholders = ["string"]

[enums.Colours]
members = ["Red", "Green"]
open = false

[tables.R]
title = "Record"
[tables.R.properties]
Code = { type = "string(5)" }
User = { type = "string" }
Text = { type = "string" }
Short = { type = "string(3)" }
Kind = { type = "string", one-of = { values = ["A"], evidence = "table" } }
Active = { type = "boolean" }
Count = { type = "int" }
Number = { type = "long" }
Amount = { type = "decimal" }
When = { type = "date-time" }
Colour = { type = "enum Colours" }
Item = { type = "Item" }
Items = { type = "list of Item" }
Words = { type = "list of string" }
Sole = { type = "Sole" }
Sent = { type = "int", outbound-only = true }
Manager.type = "string"
Manager.known = { fact = "contacts", rule = "unknown-manager", evidence = "table", error-code = "D", description = "no {value}" }
Bu = { type = "Bu" }
Flags = { type = "Flags" }

[tables.Item]
title = "Item"
[tables.Item.properties]
Name = { type = "string", required = "yes" }
Text = { type = "string" }
Words = { type = "list of string" }
More = { type = "list of Item" }

[tables.Sole]
title = "Sole"
[tables.Sole.properties]
One = { type = "string" }
Two = { type = "int" }
List = { type = "list of string", required = "yes" }

[tables.Bu]
title = "Bu"
[tables.Bu.properties]
Lobs = { type = "list of Lob" }

[tables.Lob]
title = "Lob"
[tables.Lob.properties]
Name = { type = "string" }
Type = { type = "string" }

[tables.Flags]
title = "Flags"
[tables.Flags.properties]
Replaces = { type = "boolean" }
Unsure = { type = "boolean" }

[[checks]]
rule = "one-of-two"
kind = "any-of"
table = "R"
properties = ["Code", "User"]
evidence = "table"

[[checks]]
rule = "one-of-two"
kind = "any-of"
table = "Sole"
properties = ["One", "Two"]
evidence = "table"

[[checks]]
rule = "several-belonging-lobs"
kind = "single-valued"
table = "R"
items = "Bu/Lobs"
value = "Name"
where = { property = "Type", is = ["Belonging"] }
replaced-by = "Flags/Replaces"
undecided-by = "Flags/Unsure"
subject = ["Code", "User"]
fact = "belonging-lobs"
held-evidence = "response"
evidence = "inferred"
severity = "error"
phase = "data"
error-code = "D"
description = "one LOB for {subject}"

[[checks]]
rule = "self-manager"
kind = "differs"
table = "R"
property = "Items/Text"
from = "Code"
nearly = ["Code", "User"]
evidence = "table"
phase = "data"
error-code = "D"
description = "{value} is itself"

[[checks]]
rule = "self-manager"
kind = "differs"
table = "R"
property = "Words"
from = "Code"
nearly = ["Code", "User"]
evidence = "table"
phase = "data"
error-code = "D"
description = "{value} is itself"

[[checks]]
rule = "inactive-contact"
kind = "active"
table = "R"
subject = ["Code", "User"]
evidence = "inferred"
"#;

/// Members of a record, and whether the fast path accepts it with them.
const CASES: &[(&str, bool)] = &[
    ("", true),
    (r#","Text":"a","Short":"abc","Kind":"A","Active":true"#, true),
    (r#","Active":false"#, true),
    (r#","Active":"true""#, false),
    (r#","Active":null"#, false),
    (r#","Active":tru"#, false),
    (r#","Active":truf"#, false),
    (r#","Active":falsy"#, false),
    (r#","Active":truex"#, false),
    (r#","Text":null"#, true),
    (r#","Text":nul"#, false),
    (r#","Text":nulx"#, false),
    (r#","Text":"""#, true),
    (r#","Text":" ""#, true),
    (r#","Text":"a\nb""#, false),
    (r#","Text":"é""#, true),
    (r#","Text":"\u0041""#, false),
    (r#","Text":1"#, false),
    (r#","Text":{}"#, false),
    (r#","Text":[]"#, false),
    (r#","Text":"a"#, false),
    (r#","Short":"abcd""#, false),
    (r#","Short":"""#, false),
    (r#","Short":" a""#, true),
    (r#","Short":"éé""#, false),
    (r#","Short":null"#, false),
    (r#","Short":"\"""#, false),
    (r#","Kind":"B""#, false),
    (r#","Kind":"""#, false),
    (r#","Kind":null"#, false),
    (r#","Count":123456789"#, true),
    (r#","Count":0"#, true),
    (r#","Count":1234567890"#, false),
    (r#","Count":9999999999"#, false),
    (r#","Count":-1"#, false),
    (r#","Count":1.5"#, false),
    (r#","Count":01"#, false),
    (r#","Count":"1""#, false),
    (r#","Count":x"#, false),
    (r#","Count":null"#, false),
    (r#","Number":123456789012345678"#, true),
    (r#","Number":1234567890123456789"#, false),
    (r#","Number":9999999999999999999"#, false),
    (r#","Number":1.5"#, false),
    (r#","Amount":1000.50"#, true),
    (r#","Amount":123456789012345678"#, true),
    (r#","Amount":1234567890123456789"#, false),
    (r#","Amount":1e3"#, false),
    (r#","Amount":1e99"#, false),
    (r#","Amount":-1.5"#, false),
    (r#","Amount":"1.5""#, false),
    (r#","Amount":.5"#, false),
    (r#","When":"2020-01-21T11:53:45.057Z""#, true),
    (r#","When":"2020-13-21T11:53:45Z""#, false),
    (r#","When":"""#, false),
    (r#","When":null"#, false),
    (r#","When":1"#, false),
    (r#","When":"21/01/2020""#, false),
    (r#","Colour":"Red""#, true),
    (r#","Colour":"Green""#, true),
    (r#","Colour":"Blue""#, false),
    (r#","Colour":"""#, false),
    (r#","Colour":0"#, false),
    (r#","Colour":null"#, false),
    (r#","Item":{"Name":"a"}"#, true),
    (r#","Item":null"#, true),
    (r#","Item":{}"#, false),
    (r#","Item":{"Name":""}"#, false),
    (r#","Item":{"Name":null}"#, false),
    (r#","Item":{"Name":"a","Name":"b"}"#, false),
    (r#","Item":{"Name":"a","name":"b"}"#, false),
    (r#","Item":{"Name":"a","Nme":"b"}"#, false),
    (r#","Item":{"Name":"a","Text":"a\n\"\\\/\b\f\r\tb"}"#, false),
    (r#","Item":{"Name":"a",}"#, false),
    (r#","Item":{"Name":"a"]"#, false),
    (r#","Item":{"Name" "a"}"#, false),
    (r#","Item":{"Name" : "a" }"#, true),
    (r#","Item":{Name:"a"}"#, false),
    (r#","Item":[{"Name":"a"}]"#, false),
    (r#","Item":"a""#, false),
    (r#","Items":[]"#, true),
    (r#","Items":[ ]"#, true),
    (r#","Items":null"#, true),
    (r#","Items":{}"#, false),
    (r#","Items":[{"Name":"a"},{"Name":"b","Text":"c"}]"#, true),
    (r#","Items":[{"Name":"a"},null]"#, false),
    (r#","Items":[{"Name":"a"},{}]"#, false),
    (r#","Items":[{"Name":"a"},]"#, false),
    (r#","Items":[{"Name":"a"} {"Name":"b"}]"#, false),
    (r#","Items":[["Name":"a"]]"#, false),
    (r#","Items":["Name"]"#, false),
    (r#","Items":[{"Name":"a","Text":"C-1"}]"#, false),
    (r#","Items":[{"Name":"a","Text":"c-1"}]"#, false),
    (r#","Items":[{"Name":"a","Text":" C-1 "}]"#, false),
    (r#","Items":[{"Name":"a","Text":"\u0043-1"}]"#, false),
    (
        r#","Items":[{"Name":"a","Text":"C-2"},{"Name":"a","Text":"C-1"}]"#,
        false,
    ),
    (
        r#","Items":[{"Name":"a","More":[{"Name":"b","Text":"C-2"}]}]"#,
        true,
    ),
    (
        r#","Items":[{"Name":"a","More":[{"Name":"","Text":"C-2"}]}]"#,
        false,
    ),
    (r#","Words":["a","b"]"#, true),
    (r#","Words":["",""]"#, true),
    (r#","Words":[" "]"#, false),
    (r#","Words":["é"]"#, true),
    (r#","Words":[null]"#, false),
    (r#","Words":[1]"#, false),
    (r#","Words":["C-1"]"#, false),
    (r#","Words":["c-1"]"#, false),
    (r#","Words":["C-2","c-1 "]"#, false),
    (r#","User":"u","Words":["U"]"#, false),
    (r#","User":"u","Words":["u"]"#, false),
    (r#","User":"u","Words":["v"]"#, true),
    (r#","Words":["a" "b"]"#, false),
    (r#","Words":"a""#, false),
    (r#","Item":{"Name":"a","Words":["C-1"]}"#, true),
    (r#","Sole":{"One":"a","List":["b"]}"#, true),
    (r#","Sole":{"Two":1,"List":["b"]}"#, true),
    (r#","Sole":{"One":"a","Two":1,"List":["b"]}"#, true),
    (r#","Sole":{"List":["b"]}"#, false),
    (r#","Sole":{"One":null,"List":["b"]}"#, false),
    (r#","Sole":{"One":"","List":["b"]}"#, false),
    (r#","Sole":{"One":"a","List":[]}"#, false),
    (r#","Sole":{"One":"a","List":null}"#, false),
    (r#","Sole":{"One":"a"}"#, false),
    (r#","Sent":1"#, false),
    (r#","Manager":"C-9""#, true),
    (r#","Bu":{}"#, false),
    (
        r#","Bu":{"Lobs":[{"Name":"x","Type":"Belonging"},{"Name":"y","Type":"Belonging"}]}"#,
        false,
    ),
    (r#","Flags":{}"#, false),
    (r#","Strange":1"#, false),
    (r#","$id":"1""#, false),
    (r#","code":"C-1""#, false),
    (r#","":1"#, false),
    (",", false),
    (r#" "Text":"a""#, false),
    (r#","Text" : "a" , "Active" : true "#, true),
];

#[test]
fn which_records_are_accepted() {
    let endpoint = load(ALL_TYPES).unwrap();
    let mut wrong = Vec::new();
    for (more, expected) in CASES {
        let seen = accepted(&format!(r#"[{{"Code":"C-1"{more}}}]"#), &endpoint);
        if seen != u32::from(*expected) {
            wrong.push((*more, seen));
        }
        // After a nested object, the members that are compared are still those of the record.
        if !more.contains("Item") {
            let body = format!(r#"[{{"Item":{{"Name":"n"}},"Code":"C-1"{more}}}]"#);
            assert_eq!(accepted(&body, &endpoint), seen, "{body}");
        }
        // Among other records, whose values are remembered.
        let more = [
            format!(r#"[{{"Code":"C-0","User":"v","Text":"b"}},{{"Code":"C-1"{more}}},{{"Code":"C-3"}}]"#),
            format!(r#"[{{"Code":"C-1"{more}}},{{"Code":"C-3"{more}}},{{"Code":"C-1"{more}}}]"#),
        ];
        for body in &more {
            accepted(body, &endpoint);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Text before, after and between records.
#[test]
fn around_the_records() {
    let endpoint = load(ALL_TYPES).unwrap();
    for (body, expected) in [
        ("[]", 0),
        ("[{}]", 0),
        (r#"{"Code":"C-1"}"#, 0),
        (r#"[{"Code":"C-1"}"#, 0),
        (r#"[{"Code":"C-1"]"#, 0),
        (r#"[{"Code":"C-1"},]"#, 0),
        (r#"[{"Code":"C-1"} {"Code":"C-2"}]"#, 0),
        (r#"[{"Code":"C-1"}] x"#, 1),
        (r#"[ {"Code":"C-1"} , {"User":"u"} ] "#, 2),
        (r#"[{"Code":"C-1"},{"Code":"C-1"}]"#, 1),
        (r#"[{"Code":"C-1"},{"code":"C-1","User":"u"},{"Code":"C-2"}]"#, 2),
        (r#"[{"Code":"C-1"},{"User":"C-1"},{"User":"C-1"}]"#, 3),
        (r#"[{"User":""}]"#, 0),
        (r#"[{"Code":"","User":"u"}]"#, 0),
        (r#"[{"Code":null,"User":"u"}]"#, 0),
        (r#"[{"Code":"string"}]"#, 0),
        (r#"[["Code"]]"#, 0),
        (r"[null,1]", 0),
        ("\u{feff}[{\"Code\":\"C-1\"}]", 0),
    ] {
        assert_eq!(accepted(body, &endpoint), expected, "{body}");
    }
}

/// The effects of earlier records are taken into account: a new contact, an inactive contact, several LOBs.
#[test]
fn effects_of_earlier_records() {
    let endpoint = load(ALL_TYPES).unwrap();
    let change =
        r#"{"Code":"C-9","User":"nine","Active":false,"Bu":{"Lobs":[{"Name":"x","Type":"Belonging"}]}}"#;
    let nameless = r#"{"User":"u","Active":false,"Bu":{"Lobs":[{"Name":"x","Type":"Belonging"}]}}"#;
    let placeholder =
        r#"{"User":"string","Code":"C-7","Active":false,"Bu":{"Lobs":[{"Name":"x","Type":"Belonging"}]}}"#;
    let record = |code: &str, more: &str| format!(r#"{{"Code":"{code}"{more}}}"#);
    let records = [
        change.to_owned(),
        // The contact that is looked up is the one that this record changes.
        change.replacen("\"Code\":", "\"Manager\":\"C-9\",\"Code\":", 1),
        nameless.to_owned(),
        placeholder.to_owned(),
        record("C-1", r#","Manager":"C-9""#),
        record("C-2", r#","Manager":"C-9""#),
        record("C-3", r#","Manager":"C-8""#),
        record("C-4", r#","User":"u""#),
        record("C-5", r#","User":"nine""#),
        record("C-6", r#","User":"string""#),
        r#"{"User":"u"}"#.to_owned(),
        r#"{"User":"nine"}"#.to_owned(),
        r#"{"User":"string"}"#.to_owned(),
        record("C-9", ""),
    ];
    let mut accepted_records = 0;
    for first in &records {
        for second in &records {
            for third in &records {
                accepted_records += accepted(&format!("[{first},{second},{third}]"), &endpoint);
            }
        }
    }
    assert!(accepted_records > 3_000, "{accepted_records}");
}

/// After many records that it does not accept, the fast path is tried only now and then; after one that it accepts, for
/// every record.
#[test]
fn back_off_after_rejected_records() {
    let endpoint = load(ALL_TYPES).unwrap();
    let body = |wrong: usize, right: usize| {
        let wrong = (0..wrong).map(|n| format!(r#"{{"Code":"W{n}","Count":"{n}"}}"#));
        let right = (0..right).map(|n| format!(r#"{{"Code":"R{n}"}}"#));
        format!("[{}]", wrong.chain(right).collect::<Vec<_>>().join(","))
    };
    let accepted_of = |wrong, right| {
        let body = body(wrong, right);
        support::compare(body.as_bytes(), &endpoint, &Tenant::default(), "many").fast_records
    };
    assert_eq!(accepted_of(0, 40), 40);
    assert_eq!(accepted_of(8, 40), 40);
    // The ninth is wrong, and then the sixteenth, after which a right one is tried at once.
    assert_eq!(accepted_of(9, 40), 33);
    assert_eq!(accepted_of(16, 40), 40);
}

/// Objects nested to any depth, and tables of any size.
#[test]
fn deep_records_and_large_tables() {
    let endpoint = load(ALL_TYPES).unwrap();
    for (depth, expected) in [(1, 1), (23, 1), (24, 0), (40, 0)] {
        let open = r#"{"Name":"a","More":["#.repeat(depth);
        let body = format!(r#"[{{"Code":"C-1","Items":[{open}{}]}}]"#, "]}".repeat(depth));
        assert_eq!(accepted(&body, &endpoint), expected, "{depth}");
    }
    for (rows, expected) in [(40, 1), (45, 1), (46, 0), (100, 0)] {
        let row = |n| format!("P{n} = {{ type = \"int\" }}\n");
        let more = (0..rows).map(row).collect::<Vec<String>>().concat();
        let last = format!("Flags = {{ type = \"Flags\" }}\n{more}");
        let rules = ALL_TYPES.replace("Flags = { type = \"Flags\" }\n", &last);
        let endpoint = load(&rules).unwrap();
        assert_eq!(
            accepted(r#"[{"Code":"C-1","P0":1,"P39":2}]"#, &endpoint),
            expected,
            "{rows}"
        );
        let body = format!(r#"[{{"Code":"C-1","P{0}":1,"P{0}":2}}]"#, rows - 1);
        assert_eq!(accepted(&body, &endpoint), 0, "{rows}");
    }
}
