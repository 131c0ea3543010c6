//! Mutation test of the rules: every value of the rules files is changed, one at a time, and a test has to notice.
//!
//! The test compares all findings for all fixtures and documented requests, word for word, with and without facts of
//! a tenant, and the responses predicted from them. They are stored in
//! `tests/it/snapshots/it__rules_mutations__*.snap`, so that the effects of a change to the rules are visible in its
//! diff.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use geplint::finding::Finding;
use geplint::predict::predict;
use geplint::rules::{Endpoint, builtin, builtin_ids, builtin_text, load, rule_texts};
use geplint::session::Session;
use geplint::tenant::Tenant;
use geplint::{json, lint};
use toml::{Table, Value};

/// Changes that need not be noticed: endpoint, path, and why. A `*` matches any one step.
const NOT_SEEN: &[(&str, &str, &str)] = &[
    (
        "contact-details",
        "tables/BuyerContact/properties/Address/required/description",
        "it spells out what [answers] comes to",
    ),
    (
        "contact-interface-status",
        "answers/missing/description",
        "both rows have words of their own",
    ),
    ("contact-interface-status", "answers/not-in-list", NO_SUCH_ERROR),
    ("contact-interface-status", "answers/not-in-list/*", NO_SUCH_ERROR),
    ("contact-interface-status", "answers/too-long", NO_SUCH_ERROR),
    ("contact-interface-status", "answers/too-long/*", NO_SUCH_ERROR),
    (
        "save-contact-authorization-details",
        "answers/too-long/*",
        NO_SUCH_ERROR,
    ),
    ("user-group", "answers/not-in-list/*", NO_SUCH_ERROR),
    ("user-group", "answers/too-long/*", NO_SUCH_ERROR),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/USD",
        IN_BOTH,
    ),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/EUR",
        IN_BOTH,
    ),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/GBP",
        IN_BOTH,
    ),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/ADP",
        IN_BOTH,
    ),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/AED",
        IN_BOTH,
    ),
    (
        "contact-details",
        "tables/BuyerContact/properties/*/one-of/also/AFA",
        IN_BOTH,
    ),
];

const NO_SUCH_ERROR: &str = "a file has to give it, but no row of this endpoint has such an error";

const IN_BOTH: &str = "the page names it, and it stands in the public list, too";

/// Keys that are texts or covered by other tests: `tests/it/cli.rs` prints them, `tests/it/verify.rs` uses the path.
/// The name of a rules file has to be its endpoint; another test checks this.
const NO_CONSTRAINT: &[&str] = &["endpoint", "note", "title", "page", "method", "path"];

// ---- the requests ----

/// A request body and its name.
struct Body {
    name: String,
    text: Vec<u8>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Returns every body of an endpoint: fixtures, documented requests, examples of the rules, and those for this test.
fn bodies(endpoint: &str) -> Vec<Body> {
    let mut all = Vec::new();
    for folder in ["rules", "documented", "mutations"] {
        for entry in walkdir::WalkDir::new(root().join(folder)).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let own = path.iter().any(|part| part == endpoint);
            if own && path.extension().is_some_and(|is| is == "json") && !name.ends_with(".response.json") {
                let text = std::fs::read(&path).unwrap();
                all.push(Body { name, text });
            }
        }
    }
    let examples = rule_texts()
        .iter()
        .filter(|rule| rule.endpoint.as_deref() == Some(endpoint));
    for rule in examples {
        for (kind, text) in [("bad", &rule.bad), ("good", &rule.good)] {
            if let Some(text) = text {
                let name = format!("rules.toml {} {kind}", rule.id);
                all.push(Body {
                    name,
                    text: text.clone().into_bytes(),
                });
            }
        }
    }
    assert!(all.len() > 5, "{endpoint}: only {} bodies", all.len());
    all
}

/// A tenant without facts, and one with facts of all kinds.
fn tenants() -> [Tenant; 2] {
    let inline = std::fs::read_to_string(root().join("tenant/inline.toml")).unwrap();
    let known = geplint::tenant::load(&inline, &mut |_| Err(String::new())).unwrap();
    [Tenant::default(), known]
}

// ---- their findings ----

fn line(finding: &Finding) -> String {
    let mut line = format!(
        "{:?} {} {:?} {} {} {:?} {:?}",
        finding.severity,
        finding.rule,
        finding.pointer,
        finding.constraint,
        finding.source,
        finding.evidence,
        finding.phase,
    );
    if let Some(predicted) = &finding.predicted {
        let (key, code, text) = (
            &predicted.key,
            &predicted.error_code,
            &predicted.error_description,
        );
        let _ = write!(
            line,
            " [{key}] {code}: {text} ({:?}) {}",
            predicted.wording, finding.why
        );
    }
    line
}

/// Describes the findings for calls that follow a body of this test's own, in order.
fn afterwards(endpoint: &Endpoint, body: &Body, tenant: &Tenant) -> String {
    let mut all = String::new();
    if !body.name.starts_with("mutations/") {
        return all;
    }
    let mut session = Session::new(&[], tenant, true);
    session.request(&body.text, endpoint, true);
    for entry in walkdir::WalkDir::new(root().join("mutations/afterwards")).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let Some(next) = path.file_stem().and_then(|stem| builtin(stem.to_str()?)) else {
            continue;
        };
        let request = session.request(&std::fs::read(&path).unwrap(), next, true);
        for finding in &request.checked.findings {
            let _ = writeln!(all, "  after it, {}: {}", next.id, line(finding));
        }
    }
    all
}

/// Describes all findings for a body; with the facts of a tenant only those that differ.
fn described(endpoint: &Endpoint, body: &Body, tenants: &[Tenant; 2]) -> String {
    let mut all = String::new();
    let mut first = Vec::new();
    for (tenant, known) in tenants.iter().zip([false, true]) {
        let (text, errors) = json::text(&body.text);
        let checked = lint::check(&text, errors, endpoint, tenant, true);
        let mut lines: Vec<String> = checked.findings.iter().map(line).collect();
        if let Ok(prediction) = predict(endpoint, &checked) {
            let keys = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<_>>().join(", ");
            let refused = prediction.envelope.error_details.iter().map(|detail| &detail.key);
            let taken = prediction
                .envelope
                .success_details
                .iter()
                .map(|detail| &detail.key);
            lines.push(format!(
                "-> refused: {}; taken: {}",
                keys(refused.collect()),
                keys(taken.collect())
            ));
        }
        lines.push(format!("undecided: {}", checked.undecided));
        for line in lines.iter().filter(|line| !known || !first.contains(*line)) {
            let _ = writeln!(all, "  {}{line}", if known { "known: " } else { "" });
        }
        first = lines;
    }
    all + &afterwards(endpoint, body, &tenants[1])
}

#[test]
fn all_findings_of_all_bodies() {
    let tenants = tenants();
    for id in builtin_ids() {
        let endpoint = builtin(id).unwrap();
        let mut all = String::new();
        for body in bodies(id) {
            let _ = writeln!(all, "{}\n{}", body.name, described(endpoint, &body, &tenants));
        }
        insta::assert_snapshot!(id, all);
    }
}

// ---- the changes ----

/// A description of a change, and the changed file.
struct Mutant {
    what: String,
    file: Table,
}

/// A step on the path to a value of the file.
#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn at<'v>(file: &'v mut Table, path: &[Step]) -> &'v mut Value {
    let (Some(Step::Key(first)), rest) = (path.first(), &path[1..]) else {
        panic!("a path begins with a key");
    };
    rest.iter()
        .fold(file.get_mut(first).unwrap(), |value, step| match step {
            Step::Key(key) => &mut value[key.as_str()],
            Step::Index(index) => &mut value[*index],
        })
}

/// Describes a path, with the names of rows and checks instead of indexes, so that exceptions stay valid when a row is
/// added.
fn words(file: &Table, path: &[Step]) -> String {
    let mut words = String::new();
    let mut file = file.clone();
    for (depth, step) in path.iter().enumerate() {
        let here = at(&mut file, &path[..=depth]);
        let text = |key: &str| {
            here.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let name = match step {
            Step::Key(key) => key.clone(),
            Step::Index(_) if here.get("kind").is_some() => {
                format!("{} {} {}", text("rule"), text("table"), text("property"))
            }
            Step::Index(_) if here.get("name").is_some() => text("name"),
            Step::Index(index) => here.as_str().map_or(index.to_string(), str::to_owned),
        };
        let _ = write!(words, "{}{}", if depth == 0 { "" } else { "/" }, name.trim_end());
    }
    words
}

/// Returns the results of all single changes.
fn mutants(file: &Table) -> Vec<Mutant> {
    let mut all = Vec::new();
    let whole = Value::Table(file.clone());
    walk(file, &whole, &mut Vec::new(), &mut all);
    all
}

fn walk(file: &Table, value: &Value, path: &mut Vec<Step>, all: &mut Vec<Mutant>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table
                .iter()
                .filter(|(key, _)| !NO_CONSTRAINT.contains(&key.as_str()))
            {
                path.push(Step::Key(key.clone()));
                drop_it(file, path, all);
                walk(file, value, path, all);
                path.pop();
            }
            // An optional property becomes mandatory.
            if table.contains_key("type") && !table.contains_key("required") {
                change(file, path, all, "is required", |row| {
                    row.as_table_mut()
                        .unwrap()
                        .insert("required".to_owned(), Value::from("yes"));
                });
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                path.push(Step::Index(index));
                drop_it(file, path, all);
                walk(file, value, path, all);
                path.pop();
            }
        }
        Value::Boolean(yes) => change(file, path, all, "flipped", |value| *value = Value::from(!yes)),
        Value::String(text) => {
            for other in others(path, text) {
                change(file, path, all, &other.clone(), |value| {
                    *value = Value::from(other);
                });
            }
        }
        _ => panic!("rules hold texts and booleans only"),
    }
}

fn change(file: &Table, path: &[Step], all: &mut Vec<Mutant>, how: &str, change: impl FnOnce(&mut Value)) {
    let mut changed = file.clone();
    change(at(&mut changed, path));
    all.push(Mutant {
        what: format!("{}: {how}", words(file, path)),
        file: changed,
    });
}

fn drop_it(file: &Table, path: &[Step], all: &mut Vec<Mutant>) {
    let what = format!("{}: dropped", words(file, path));
    let mut changed = file.clone();
    let (last, above) = path.split_last().unwrap();
    match (last, above) {
        (Step::Key(key), []) => drop(changed.remove(key)),
        (Step::Key(key), above) => drop(at(&mut changed, above).as_table_mut().unwrap().remove(key)),
        (Step::Index(index), above) => drop(at(&mut changed, above).as_array_mut().unwrap().remove(*index)),
    }
    all.push(Mutant { what, file: changed });
}

/// Returns other texts that are possible in a place.
fn others(path: &[Step], text: &str) -> Vec<String> {
    let key = path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    let words: &[&str] = match key.unwrap_or_default() {
        "evidence" | "empty-evidence" | "held-evidence" => &["response", "table", "inferred", "contradicted"],
        "wording" => &["documented", "inferred"],
        "severity" => &["error", "warning"],
        "phase" => &["request", "mandatory", "data", "exception"],
        "shape" | "suspect" => &["email", "culture"],
        "required" => &["no"],
        "type" => return types(text),
        _ => return vec![format!("{text}x")],
    };
    words
        .iter()
        .filter(|word| **word != text)
        .map(ToString::to_string)
        .collect()
}

fn types(text: &str) -> Vec<String> {
    if let Some(length) = text
        .strip_prefix("string(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let length: u32 = length.parse().unwrap();
        return vec![
            format!("string({})", length - 1),
            format!("string({})", length + 1),
            "string".to_owned(),
        ];
    }
    if let Some(element) = text.strip_prefix("list of ") {
        return vec![element.to_owned()];
    }
    let plain = ["string", "boolean", "int", "long", "decimal", "date-time"];
    let mut all: Vec<String> = plain
        .iter()
        .filter(|other| **other != text)
        .map(ToString::to_string)
        .collect();
    if !plain.contains(&text) {
        all.push(format!("list of {text}"));
    }
    all
}

// ---- whether a change is noticed ----

/// An endpoint, its bodies, and the findings for each.
struct Unchanged {
    endpoint: String,
    bodies: Vec<(Body, String)>,
    tenants: [Tenant; 2],
}

/// The outcome of a change.
#[derive(Clone, Copy)]
enum Fate {
    /// The loader refuses the file.
    Refused,
    /// The value that was removed is the default.
    Default,
    /// The findings for a body are different.
    Noticed,
    /// The findings are the same.
    Unnoticed,
}

fn fate(mutant: &Mutant, unchanged: &Unchanged, last: &AtomicUsize) -> Fate {
    let Unchanged {
        endpoint: before,
        bodies,
        tenants,
    } = unchanged;
    let text = toml::to_string(&mutant.file).unwrap();
    let Ok(endpoint) = load(&text) else {
        return Fate::Refused;
    };
    if mutant.what.ends_with(": dropped") && format!("{endpoint:?}") == *before {
        return Fate::Default;
    }
    // The body that noticed the last change is the likeliest, then those that are named after the row.
    let first = last.load(Ordering::Relaxed);
    let words: Vec<&str> = mutant
        .what
        .split(['/', ':', ' '])
        .filter(|word| word.len() > 3)
        .collect();
    let named = |index: usize| {
        words
            .iter()
            .filter(|word| bodies[index].0.name.contains(**word))
            .count()
    };
    let mut rest: Vec<usize> = (0..bodies.len()).filter(|index| *index != first).collect();
    rest.sort_by_cached_key(|index| Reverse(named(*index)));
    let order = std::iter::once(first).chain(rest);
    for index in order {
        let (body, expected) = &bodies[index];
        if described(&endpoint, body, tenants) != *expected {
            last.store(index, Ordering::Relaxed);
            return Fate::Noticed;
        }
    }
    Fate::Unnoticed
}

fn is_excepted(pattern: &str, what: &str) -> bool {
    let path = what.rsplit_once(": ").map_or(what, |(path, _)| path);
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(one, other): (&&str, &&str)| *one == "*" || one == other;
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}

/// Returns the endpoint's file with the answers that it inherits from the API's, so that these are changed for each
/// endpoint.
fn with_answers(text: &str) -> Table {
    let mut file: Table = toml::from_str(text).unwrap();
    let api: Table = toml::from_str(include_str!("../../rules/api.toml")).unwrap();
    let mut answers = api["answers"].as_table().unwrap().clone();
    if let Some(own) = file.get("answers").and_then(Value::as_table) {
        answers.extend(own.clone());
    }
    file.insert("answers".to_owned(), answers.into());
    file
}

#[test]
fn every_sixteenth_change_to_a_rule_is_noticed() {
    changes_are_noticed(16);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn every_change_to_a_rule_is_noticed() {
    changes_are_noticed(1);
}

/// Makes every `nth` change.
fn changes_are_noticed(nth: usize) {
    let mut counted = 0;
    let fates = [const { AtomicUsize::new(0) }; 4];
    let mut wrong = Vec::new();
    for id in builtin_ids() {
        let file = with_answers(builtin_text(id).unwrap());
        let endpoint = load(&toml::to_string(&file).unwrap()).unwrap();
        let tenants = tenants();
        let bodies = bodies(id).into_iter().map(|body| {
            let described = described(&endpoint, &body, &tenants);
            (body, described)
        });
        // Collected before the endpoint is formatted: its public lists have to be loaded, since they look different
        // after that.
        let bodies = bodies.collect();
        let unchanged = Unchanged {
            endpoint: format!("{endpoint:?}"),
            bodies,
            tenants,
        };
        let mutants: Vec<Mutant> = mutants(&file).into_iter().step_by(nth).collect();
        counted += mutants.len();
        let survivors = Mutex::new(Vec::new());
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    let last = AtomicUsize::new(0);
                    while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let fate = fate(mutant, &unchanged, &last);
                        fates[fate as usize].fetch_add(1, Ordering::Relaxed);
                        if matches!(fate, Fate::Unnoticed) {
                            survivors.lock().unwrap().push(mutant.what.clone());
                        }
                    }
                });
            }
        });
        let mut survivors = survivors.into_inner().unwrap();
        survivors.sort();
        let excepted: Vec<&str> = NOT_SEEN
            .iter()
            .filter(|(of, ..)| *of == id)
            .map(|(_, pattern, _)| *pattern)
            // These are used when a file is recognised, before it is checked: `found_files` tests each.
            .chain(["distinctive", "distinctive/*"])
            .collect();
        for pattern in &excepted {
            if nth == 1 && !survivors.iter().any(|what| is_excepted(pattern, what)) {
                wrong.push(format!("{id}: {pattern} is noticed after all"));
            }
        }
        survivors.retain(|what| !excepted.iter().any(|pattern| is_excepted(pattern, what)));
        wrong.extend(survivors.iter().map(|what| format!("{id}: {what}")));
    }
    println!("{counted} changes: refused, default, noticed, unnoticed: {fates:?}");
    assert!(counted > 1_500 / nth, "only {counted} changes");
    assert!(
        wrong.is_empty(),
        "{} of {counted} changes go unnoticed\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}
