//! Properties of all requests, tested with requests that are generated from the rules.
//!
//! Each run generates the same requests: the seed is fixed. A failure prints the shrunk request, which is to become a
//! fixture; it is not stored in a file. `PROPTEST_CASES` sets the number of requests, `PROPTEST_RNG_SEED` the seed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use crate::bodies::{predict, shared};

use std::fmt::Write as _;

use geplint::finding::{Basis, Finding};
use geplint::json::text;
use geplint::lint::{self, Checked};
use geplint::rules::{Endpoint, Table, Type, builtin, builtin_ids};
use geplint::session::Session;
use geplint::tenant::Tenant;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngSeed};

use shared::{hold_together, known_tenant, plain_json, points_at, unknown_tenant};

fn config() -> Config {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_415);
    }
    config
}

// ---- made-up requests ----

/// A JSON value that keeps the order of its members.
#[derive(Debug, Clone)]
enum Made {
    /// A literal that is written unquoted: a number, true, false, null.
    Plain(&'static str),
    Text(String),
    List(Vec<Made>),
    Object(Vec<(String, Made)>),
}

/// The formatting of a value.
#[derive(Debug, Clone, Copy)]
struct Style {
    /// Whitespace between the tokens.
    space: &'static str,
    /// One in how many characters is written as an escape; 0 for none.
    escape: usize,
    /// Members are written in reverse order.
    reversed: bool,
}

const COMPACT: Style = Style {
    space: "",
    escape: 0,
    reversed: false,
};

fn write(made: &Made, style: Style, out: &mut String) {
    match made {
        Made::Plain(word) => out.push_str(word),
        Made::Text(text) => quoted(text, style, out),
        Made::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(style.space);
                write(item, style, out);
            }
            out.push_str(style.space);
            out.push(']');
        }
        Made::Object(members) => {
            out.push('{');
            let mut members: Vec<&(String, Made)> = members.iter().collect();
            if style.reversed {
                members.reverse();
            }
            for (index, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(style.space);
                quoted(name, style, out);
                out.push_str(style.space);
                out.push(':');
                out.push_str(style.space);
                write(value, style, out);
            }
            out.push_str(style.space);
            out.push('}');
        }
    }
}

fn quoted(text: &str, style: Style, out: &mut String) {
    out.push('"');
    for (index, c) in text.chars().enumerate() {
        if style.escape > 0 && index % style.escape == 0 {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else if matches!(c, '"' | '\\') || c.is_control() {
            let _ = write!(out, "\\u{:04X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out.push('"');
}

fn written(made: &Made, style: Style) -> String {
    let mut out = String::new();
    write(made, style, &mut out);
    out
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "C-1001",
    "C-2001",
    "C-3001",
    "c-1001",
    "Mira",
    "mira.okafor@example.com",
    "string",
    "US",
    "USD",
    "ZZZ",
    "Belonging",
    "both",
    "ALL",
    "EMEA",
    "APAC",
    "P-100",
    "A-100",
    "2026-02-29",
    "2026-04-15T10:00:00Z",
    "13-12-2019",
    "true",
    "12",
    "1,5",
    "HOME",
    "en-US",
    "no culture",
    "W. Europe Standard Time",
    "Zoë \u{1f600}",
    "a\"b\\c/d~e\n\u{1}",
    "::error::",
    "123456789012345678901234567890",
];

const PLAIN: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1.5",
    "1e3",
    "12345678901234567890",
    "3.0",
];

fn any_text() -> BoxedStrategy<Made> {
    let some = select(TEXTS).prop_map(|text| Made::Text(text.to_owned()));
    let long = (1_usize..600).prop_map(|length| Made::Text("é".repeat(length)));
    prop_oneof![8 => some, 1 => long, 1 => ".{0,8}".prop_map(Made::Text)].boxed()
}

/// Generates values that are not based on the declared type.
fn anything() -> BoxedStrategy<Made> {
    let plain = select(PLAIN).prop_map(Made::Plain);
    let leaf = prop_oneof![plain, any_text()];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Made::List),
            inner.prop_map(|value| Made::Object(vec![("Odd".to_owned(), value)])),
        ]
    })
    .boxed()
}

/// Generates values that mostly are of a declared type.
fn value(endpoint: &'static Endpoint, ty: Type, depth: u32) -> BoxedStrategy<Made> {
    let right = match ty {
        Type::String | Type::Enum(_) | Type::DateTime => any_text(),
        Type::Boolean | Type::Int | Type::Long | Type::Decimal => select(PLAIN).prop_map(Made::Plain).boxed(),
        _ if depth == 0 => Just(Made::Plain("null")).boxed(),
        Type::Object(id) => object(endpoint, endpoint.table(id), depth - 1),
        Type::ObjectList(id) => {
            let item = object(endpoint, endpoint.table(id), depth - 1);
            proptest::collection::vec(item, 0..3).prop_map(Made::List).boxed()
        }
        Type::StringList => proptest::collection::vec(any_text(), 0..3)
            .prop_map(Made::List)
            .boxed(),
    };
    prop_oneof![9 => right, 1 => anything()].boxed()
}

/// Generates objects of a table: some of its properties, each once, and sometimes an unknown name.
fn object(endpoint: &'static Endpoint, table: &'static Table, depth: u32) -> BoxedStrategy<Made> {
    let all: Vec<usize> = (0..table.properties.len()).collect();
    // The rows with the most checks are first.
    let most = all.len().min(8);
    let members = subsequence(all, 0..=most).prop_flat_map(move |chosen| {
        chosen
            .into_iter()
            .map(|index| {
                let property = &table.properties[index];
                let name = property.name.to_string();
                let spelled = prop_oneof![Just(name.clone()), Just(name.to_lowercase())];
                (spelled, value(endpoint, property.ty, depth))
            })
            .collect::<Vec<_>>()
    });
    (members, proptest::option::weighted(0.2, anything()))
        .prop_map(|(mut members, odd)| {
            members.extend(odd.map(|value| ("a/b~ Odd\u{e9}".to_owned(), value)));
            Made::Object(members)
        })
        .boxed()
}

/// Generates an endpoint's id and a list of records for it.
fn request() -> BoxedStrategy<(&'static str, Vec<Made>)> {
    let ids: Vec<&'static str> = builtin_ids().collect();
    select(ids)
        .prop_flat_map(|id| {
            let endpoint = builtin(id).unwrap();
            let record = prop_oneof![
                19 => object(endpoint, endpoint.record_table(), 3),
                1 => anything(),
            ];
            (Just(id), proptest::collection::vec(record, 1..5))
        })
        .boxed()
}

/// Generates records that mostly succeed and have effects on later ones, since they share few people and LOBs.
fn people() -> BoxedStrategy<(&'static str, Vec<Made>)> {
    const ID: &str = "save-contact-authorization-details";
    let code = select(&[None, Some("C-1001"), Some("C-2001"), Some("c-1001 "), Some("C-9")][..]);
    let user = select(
        &[
            None,
            Some("mira.okafor@example.com"),
            Some("jonas.falk@example.com"),
            Some("string"),
            Some("ines"),
        ][..],
    );
    let lobs = proptest::collection::vec(select(&["EMEA", "APAC", "emea"][..]), 0..3);
    let flag = || select(&["true", "false", "null"][..]);
    let record = (code, user, lobs, flag(), select(&["false", "false", "true"][..])).prop_map(
        |(code, user, lobs, overwrite, delete)| {
            let text = |text: &str| Made::Text(text.to_owned());
            let object = |members: Vec<(&str, Made)>| {
                Made::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            };
            let lob = |lob: &&str| {
                object(vec![
                    ("OrgEntity", object(vec![("LobEntityCode", text(lob))])),
                    ("LobType", text("Belonging")),
                ])
            };
            let activity = object(vec![("Code", text("A-100"))]);
            let persona = object(vec![
                ("PersonaCode", text("P-100")),
                ("Activities", Made::List(vec![activity])),
            ]);
            let mut members = vec![
                ("PersonaAndRoles", Made::List(vec![persona])),
                (
                    "BuDetails",
                    object(vec![
                        ("OrgDetails", Made::List(lobs.iter().map(lob).collect())),
                        ("IsOverwrite", Made::Plain(overwrite)),
                        ("IsDeleted", Made::Plain(delete)),
                    ]),
                ),
            ];
            members.extend(code.map(|code| ("ContactCode", text(code))));
            members.extend(user.map(|user| ("UserName", text(user))));
            object(members)
        },
    );
    proptest::collection::vec(record, 2..6)
        .prop_map(|records| (ID, records))
        .boxed()
}

fn style() -> impl Strategy<Value = Style> {
    let space = select(&["", " ", "\n", "\r\n\t  "][..]);
    (space, 0_usize..4, any::<bool>()).prop_map(|(space, escape, reversed)| Style {
        space,
        escape,
        reversed,
    })
}

fn tenant(known: bool) -> &'static Tenant {
    if known { known_tenant() } else { unknown_tenant() }
}

// ---- checks ----

fn check(endpoint: &Endpoint, body: &str, tenant: &Tenant) -> Checked {
    let (text, errors) = text(body.as_bytes());
    lint::check(&text, errors, endpoint, tenant, true)
}

/// Describes a finding without its position in the text.
fn described(finding: &Finding) -> String {
    let Basis {
        rule,
        constraint,
        evidence,
        why,
        source,
        phase,
        ..
    } = &*finding.basis;
    let Finding {
        severity,
        record,
        record_key,
        pointer,
        target,
        message,
        help,
        predicted,
        order,
        ..
    } = finding;
    format!(
        "{pointer} {rule} {constraint} {severity:?} {evidence:?} {record:?} {record_key:?} {target:?} {message} {why} \
         {help} {source} {predicted:?} {phase:?} {order}"
    )
}

fn all_described(findings: &[Finding]) -> Vec<String> {
    let mut all: Vec<String> = findings.iter().map(described).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(config())]

    /// Spans are inside the text, and cover the value of the pointer; for an absent property, its object.
    #[test]
    fn spans_and_pointers_lead_to_the_same_value((id, records) in request(), style in style(), known in any::<bool>()) {
        let (endpoint, tenant) = (builtin(id).unwrap(), tenant(known));
        let body = written(&Made::List(records), style);
        let checked = check(endpoint, &body, tenant);
        hold_together(body.as_bytes(), &checked);
        let root = plain_json(body.as_bytes(), &checked);
        prop_assert!(root.is_some(), "{body}");
        for finding in &checked.findings {
            points_at(root.as_ref().unwrap(), &body, finding);
        }
    }

    /// The formatting of a request does not matter: whitespace, escapes, the order of members.
    #[test]
    fn formatting_changes_positions_only((id, records) in request(), style in style(), known in any::<bool>()) {
        let (endpoint, tenant) = (builtin(id).unwrap(), tenant(known));
        let request = Made::List(records);
        let plain = check(endpoint, &written(&request, COMPACT), tenant);
        let other = check(endpoint, &written(&request, style), tenant);
        prop_assert_eq!(all_described(&plain.findings), all_described(&other.findings), "{}", written(&request, COMPACT));
        prop_assert_eq!(plain.undecided, other.undecided);
        prop_assert_eq!(plain.outcomes, other.outcomes);
    }

    /// Files do not affect each other unless they are sent in order.
    #[test]
    fn the_order_of_files_changes_nothing((first, one) in request(), (second, two) in request(), known in any::<bool>()) {
        let (first, second, tenant) = (builtin(first).unwrap(), builtin(second).unwrap(), tenant(known));
        let bodies = [written(&Made::List(one), COMPACT), written(&Made::List(two), COMPACT)];
        let mut forth = Session::new(&[], tenant, false);
        let mut back = Session::new(&[], tenant, false);
        let a = forth.request(bodies[0].as_bytes(), first, true).checked.findings;
        let b = forth.request(bodies[1].as_bytes(), second, true).checked.findings;
        prop_assert_eq!(back.request(bodies[1].as_bytes(), second, true).checked.findings, b);
        prop_assert_eq!(back.request(bodies[0].as_bytes(), first, true).checked.findings, a);
    }

    /// If a request is split into two files, each record has the same findings, except for those that involve two
    /// records: the same key, or several LOBs.
    #[test]
    fn splitting_a_request_splits_its_findings((id, records) in request(), at in 0_usize..4) {
        let endpoint = builtin(id).unwrap();
        let at = at % records.len();
        let findings = |records: &[Made]| check(endpoint, &list(records), unknown_tenant()).findings;
        let alone = |finding: &Finding| !["duplicate-record", "duplicate-user", "several-belonging-lobs"].contains(&&*finding.rule);
        let whole = findings(&records);
        if at > 0 {
            let parts = joined(findings(&records[..at]), findings(&records[at..]), at);
            same(&whole, &parts, alone)?;
        }
    }

    /// If the two are calls in order, the effects on contacts carry over, too: only two records with the same key are
    /// reported in the whole request alone.
    #[test]
    fn two_calls_in_order_are_equivalent_to_one((id, records) in people(), at in 1_usize..5, known in any::<bool>()) {
        let endpoint = builtin(id).unwrap();
        let at = 1 + at % (records.len() - 1);
        let findings = |session: &mut Session<'_>, records: &[Made]| {
            session.request(list(records).as_bytes(), endpoint, true).checked.findings
        };
        let whole = findings(&mut Session::new(&[], tenant(known), true), &records);
        let mut session = Session::new(&[], tenant(known), true);
        let parts = joined(findings(&mut session, &records[..at]), findings(&mut session, &records[at..]), at);
        same(&whole, &parts, |finding| {
            !["duplicate-record", "duplicate-user"].contains(&&*finding.rule)
        })?;
    }

    /// The same calls in order have the same findings in every run.
    #[test]
    fn calls_in_order_are_deterministic((id, one) in people(), (_, two) in people(), (_, three) in people(), known in any::<bool>()) {
        let endpoint = builtin(id).unwrap();
        let run = || {
            let mut session = Session::new(&[], tenant(known), true);
            [&one, &two, &three].map(|records| session.request(list(records).as_bytes(), endpoint, true).checked.findings)
        };
        let first = run();
        for _ in 0..4 {
            prop_assert_eq!(&first, &run());
        }
    }

    /// The response follows from the findings as documented.
    #[test]
    fn the_response_follows_from_the_findings((id, records) in request(), known in any::<bool>()) {
        let body = written(&Made::List(records), COMPACT);
        let endpoint = builtin(id).unwrap();
        predict::as_documented(endpoint, &check(endpoint, &body, tenant(known)));
    }
}

fn list(records: &[Made]) -> String {
    written(&Made::List(records.to_vec()), COMPACT)
}

/// Joins the findings of two parts as those of the whole request.
fn joined(mut first: Vec<Finding>, second: Vec<Finding>, at: usize) -> Vec<Finding> {
    let by = u32::try_from(at).unwrap();
    first.extend(second.into_iter().map(|mut finding| {
        let rest = finding.pointer.strip_prefix('/').unwrap();
        let (index, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        finding.pointer = format!("/{}{rest}", index.parse::<u32>().unwrap() + by);
        finding.record = finding.record.map(|record| record + by);
        finding
    }));
    first
}

/// Asserts that findings are the same, except for their positions and for `order`, which numbers the whole request.
fn same(one: &[Finding], other: &[Finding], which: impl Fn(&Finding) -> bool) -> Result<(), TestCaseError> {
    let all = |findings: &[Finding]| {
        let plain = |finding: &Finding| Finding {
            order: 0,
            ..finding.clone()
        };
        let chosen: Vec<Finding> = findings
            .iter()
            .filter(|finding| which(finding))
            .map(plain)
            .collect();
        all_described(&chosen)
    };
    let (one, other) = (all(one), all(other));
    let missing = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|text| !those.contains(text))
            .cloned()
            .collect()
    };
    prop_assert_eq!(missing(&one, &other), missing(&other, &one));
    prop_assert_eq!(one.len(), other.len());
    Ok(())
}
