//! Micro-benchmarks of single parts: `cargo bench --manifest-path benches/Cargo.toml`. `-- lint` runs those of one
//! part.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use geplint::bind::{self, Json, Scalar};
use geplint::json::{self, Reader, Tree};
use geplint::lint::{self, Checked};
use geplint::report::{Concise, FileReport, Full, Look, Report};
use geplint::rules::{Endpoint, builtin};
use geplint::tenant::Tenant;
use geplint_benches::people::{self, Wrong};
use geplint_benches::random::Random;

const RECORDS: u64 = 2000;

static CLEAN: LazyLock<String> = LazyLock::new(|| body(Wrong::Nothing));
static BAD: LazyLock<String> = LazyLock::new(|| body(Wrong::Four));

fn main() {
    divan::main();
}

fn body(wrong: Wrong) -> String {
    people::request(&mut Random::new(1), 0..RECORDS, |_, _| wrong)
}

fn endpoint() -> &'static Endpoint {
    builtin("contact-details").unwrap()
}

fn check(text: &str, outcomes: bool) -> Checked {
    lint::check(text, Vec::new(), endpoint(), &Tenant::default(), outcomes)
}

/// The scanner alone: a flat table of nodes for each record.
#[divan::bench]
fn scanner(bencher: Bencher<'_, '_>) {
    let mut tree = Tree::default();
    bencher
        .counter(BytesCount::of_str(CLEAN.as_str()))
        .bench_local(|| {
            let mut reader = Reader::new(black_box(&CLEAN));
            reader.root(&mut tree);
            let mut records = 0;
            while reader.next_record(&mut tree) {
                records += 1;
            }
            assert_eq!(records, RECORDS);
        });
}

/// Decoding bytes as text.
#[divan::bench]
fn utf8(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(CLEAN.as_str()))
        .bench(|| json::text(black_box(CLEAN.as_bytes())).0.len());
}

/// Looking up every name of a record's table, in the case that requests mostly use.
#[divan::bench]
fn lookup(bencher: Bencher<'_, '_>) {
    let table = endpoint().record_table();
    let lower = |name: &str| name[..1].to_lowercase() + &name[1..];
    let names: Vec<String> = table.properties.iter().map(|row| lower(&row.name)).collect();
    bencher.counter(ItemsCount::new(names.len())).bench(|| {
        names
            .iter()
            .filter_map(|name| table.find(black_box(name)))
            .count()
    });
}

/// Converting a value of the declared type, and one that changes in conversion.
#[divan::bench(args = ["int", "decimal", "boolean in quotes", "decimal in quotes", "date", "date in numbers"])]
fn convert(bencher: Bencher<'_, '_>, what: &str) {
    let (ty, value) = match what {
        "int" => (Scalar::Int, Json::Number("48213")),
        "decimal" => (Scalar::Decimal, Json::Number("48213.25")),
        "boolean in quotes" => (Scalar::Boolean, Json::Text("True")),
        "decimal in quotes" => (Scalar::Decimal, Json::Text("1,000.00")),
        "date" => (Scalar::DateTime, Json::Text("2024-02-29T11:53:45.057Z")),
        _ => (Scalar::DateTime, Json::Text("02/29/2024 11:53:45")),
    };
    assert!(bind::bind(ty, &[], true, value, "").is_ok());
    bencher.bench(|| bind::bind(ty, &[], true, black_box(value), ""));
}

/// Checking records: by the fast path, by the engine, and with four findings each.
#[divan::bench(args = ["skimmed", "engine", "findings"])]
fn lint(bencher: Bencher<'_, '_>, what: &str) {
    let (text, outcomes) = match what {
        "skimmed" => (&*CLEAN, false),
        "engine" => (&*CLEAN, true),
        _ => (&*BAD, false),
    };
    let checked = check(text, outcomes);
    assert_eq!(checked.fast_records > 0, what == "skimmed");
    assert_eq!(checked.findings.is_empty(), what != "findings");
    bencher
        .counter(BytesCount::of_str(text))
        .counter(ItemsCount::new(RECORDS))
        .bench(|| check(black_box(text), outcomes));
}

/// Rendering findings as text.
#[divan::bench(args = ["full", "concise", "json"])]
fn render(bencher: Bencher<'_, '_>, format: &str) {
    let report: Box<dyn Report> = match format {
        "full" => Box::new(Full::new(Look::PLAIN)),
        "concise" => Box::new(Concise::new(Look::PLAIN.palette())),
        _ => Box::new(geplint::report::Json),
    };
    let checked = check(&BAD, false);
    let file = FileReport::new(
        Path::new("bad.json"),
        BAD.as_bytes(),
        checked.findings,
        checked.records,
    );
    bencher
        .counter(ItemsCount::new(file.findings.len()))
        .bench(|| report.render(black_box(&file)));
}
