//! `geplint rules ENDPOINT` prints every condition that a rules file states.
//!
//! The file below has every key of the definition. Each is dropped and changed, and the printed text has to change,
//! too. If a key is added to the definition and not below, the test fails with its name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;

use geplint::manual::endpoint_text;
use geplint::report::style::Look;
use geplint::rules::{builtin, builtin_ids, load};
use toml::{Table, Value};

const DEFINITION: &str = include_str!("../../crates/geplint-core/src/rules/definition.rs");

const EVERY_KEY: &str = r#"
endpoint = "things"
title = "Things"
method = "POST"
path = "/things"
body = "list"
page = "page 7"
record = "Thing"
key = ["Code", "User"]
distinctive = ["Spare"]
error-key = "Literal"
good-beside-bad = "listed"
rules-off = ["odd-shape"]

[answers]
missing = { error-code = "M", description = "{property} is missing" }
too-long = { error-code = "L", description = "{property} is too long" }
not-in-list = { error-code = "I", description = "{property} is invalid" }
null = { error-code = "N", description = "null" }

[empty-request]
table = "Caption"
row = "0.1"
rule = "nothing-sent"
evidence = "inferred"
wording = "documented"
severity = "error"
phase = "data"
error-code = "Empty"
description = "nothing"
note = "an empty request"

[contact]
code = "Code"
user = "User"
active = "Active"
deleted = "Deleted"
placeholders = ["nobody"]

[enums.Colours]
members = ["red", "green"]
open = true
fact = "regions"

[tables.Thing]
title = "A thing"
[tables.Thing.properties]
Code = { row = "1", type = "string" }
User = { row = "2", type = "string", shape = "email" }
Active = { type = "boolean" }
Deleted = { type = "boolean" }
Spare = { type = "int", outbound-only = true }
Colour = { type = "enum Colours" }
Inner = { type = "Inner", or-list = true, note = "one or many" }
Others = { type = "list of Inner", null-elements = "allowed" }
Plain.type = "string"
Plain.required = { when = "new", unless = "Code", empty-evidence = "table", rule = "required-rule", evidence = "contradicted" }
Given.type = "string(7)"
Given.kind = "code"
Given.required.new-contact = "warning"
Given.required.wording = "documented"
Given.required.severity = "warning"
Given.required.phase = "exception"
Given.required.note = "a required note"
Stated.type = "string"
Stated.required = { error-code = "Required", description = "{property} has to be there" }
Kind.type = "string"
Kind.one-of.values = ["A", "B"]
Kind.one-of.also = ["C"]
Kind.one-of.list = "countries"
Kind.one-of.ignore-case = true
Kind.one-of.rule = "list-rule"
Kind.one-of.evidence = "response"
Kind.one-of.wording = "documented"
Kind.one-of.severity = "warning"
Kind.one-of.phase = "exception"
Kind.one-of.note = "a list note"
Sort.type = "string"
Sort.one-of = { values = ["A"], error-code = "List", description = "no {value}" }
Lob.type = "string"
Lob.known.fact = "lobs"
Lob.known.also = ["ALL"]
Lob.known.suspect = "email"
Lob.known.rule = "known-rule"
Lob.known.evidence = "response"
Lob.known.wording = "documented"
Lob.known.severity = "warning"
Lob.known.phase = "exception"
Lob.known.note = "a known note"
Region.type = "string"
Region.known = { fact = "regions", evidence = "table", error-code = "Known", description = "{value}?" }

[tables.Inner]
title = "Inside"
[tables.Inner.properties]
Name = { type = "string" }
Type = { type = "string" }
Flag = { type = "boolean" }
Active = { type = "boolean" }

[[checks]]
kind = "any-of"
table = "Thing"
row = "8"
properties = ["Code", "User"]
rule = "some-of"
evidence = "response"
wording = "documented"
phase = "exception"
error-code = "Any"
description = "none"
note = "a check note"

[[checks]]
kind = "differs"
table = "Thing"
property = "Plain"
from = "Code"
nearly = ["Given"]
rule = "same"
severity = "error"
evidence = "inferred"
error-code = "Same"
description = "the same"

[[checks]]
kind = "single-valued"
table = "Thing"
items = "Others"
value = "Name"
where = { property = "Type", is = ["x"] }
replaced-by = "Active"
undecided-by = "Deleted"
subject = ["Plain"]
fact = "belonging-lobs"
held-evidence = "response"
rule = "single"
error-code = "Single"
description = "one"

[[checks]]
kind = "unique"
table = "Thing"
items = "Others"
value = "Name"
rule = "once"
evidence = "inferred"

[[checks]]
kind = "at-most-one"
table = "Thing"
items = "Others"
flag = "Flag"
per = "Type"
unless = "Active"
rule = "one-flag"
evidence = "inferred"

[[checks]]
kind = "belongs-to-one"
table = "Thing"
property = "User"
of = "Code"
rule = "one-owner"
evidence = "inferred"
"#;

/// Keys whose changes are not printed, and why.
const NOT_PRINTED: &[(&str, &str)] = &[("body", "it can have one value")];

/// Keys on which others depend, so that they cannot change alone. They are the headings of the row or the check.
const DEPENDED_ON: &[&str] = &["record", "type", "kind", "table", "items"];

/// Structs of the definition that do not belong to an endpoint's file.
const OF_THE_API: &[&str] = &["ApiDef", "KnownDefaultsDef", "TextsDef"];

fn printed(file: &Table) -> Option<String> {
    let endpoint = load(&toml::to_string(file).unwrap()).ok()?;
    // In wrapped lines, short words could not be distinguished.
    let look = Look {
        width: 2_000,
        ..Look::PLAIN
    };
    Some(endpoint_text(&endpoint, look))
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn at<'v>(file: &'v mut Table, path: &[Step]) -> &'v mut Value {
    let Some((Step::Key(first), rest)) = path.split_first() else {
        panic!("a path begins with a key");
    };
    rest.iter()
        .fold(file.get_mut(first).unwrap(), |value, step| match step {
            Step::Key(key) => &mut value[key.as_str()],
            Step::Index(index) => &mut value[*index],
        })
}

fn paths(value: &Value, path: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let steps: Vec<(Step, &Value)> = match value {
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (Step::Key(key.clone()), value))
            .collect(),
        Value::Array(list) => (0..).map(Step::Index).zip(list).collect(),
        _ => Vec::new(),
    };
    for (step, value) in steps {
        path.push(step);
        all.push(path.clone());
        paths(value, path, all);
        path.pop();
    }
}

fn dropped(file: &Table, path: &[Step]) -> Table {
    let mut file = file.clone();
    let (last, above) = path.split_last().unwrap();
    match last {
        Step::Key(key) if above.is_empty() => drop(file.remove(key)),
        Step::Key(key) => drop(at(&mut file, above).as_table_mut().unwrap().remove(key)),
        Step::Index(index) => drop(at(&mut file, above).as_array_mut().unwrap().remove(*index)),
    }
    file
}

/// Returns the file with other values that may be valid in a place.
fn changed(file: &Table, path: &[Step]) -> Vec<Table> {
    let mut copy = file.clone();
    let others: Vec<Value> = match at(&mut copy, path) {
        Value::Boolean(yes) => vec![Value::from(!*yes)],
        Value::String(text) => {
            let own = format!("{text}x");
            let words = [
                own.as_str(),
                "inferred",
                "table",
                "error",
                "PUT",
                "left-out",
                "culture",
                "lobs",
                "cultures",
                "data",
                "exception",
                "User",
                "Given",
                "Sort",
                "Active",
                "Inner",
                "Type",
                "Flag",
                "time-zones",
                "long",
            ];
            words
                .into_iter()
                .filter(|word| word != text)
                .map(Value::from)
                .collect()
        }
        _ => Vec::new(),
    };
    let with = |other| {
        let mut file = file.clone();
        *at(&mut file, path) = other;
        file
    };
    others.into_iter().map(with).collect()
}

fn words(path: &[Step]) -> String {
    let words: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(index) => index.to_string(),
        })
        .collect();
    words.join("/")
}

#[test]
fn every_key_of_a_file_is_printed() {
    let file: Table = toml::from_str(EVERY_KEY).unwrap();
    let whole = printed(&file).expect("the file with every key loads");
    let mut all = Vec::new();
    paths(&Value::Table(file.clone()), &mut Vec::new(), &mut all);
    let (mut silent, mut untried) = (Vec::new(), Vec::new());
    for path in &all {
        let name = words(path);
        if NOT_PRINTED.iter().any(|(key, _)| *key == name) {
            continue;
        }
        let without = printed(&dropped(&file, path));
        let others = changed(&file, path).iter().find_map(printed);
        if without.is_none() && others.is_none() {
            untried.push(name);
        } else if without.as_ref() == Some(&whole) || others.as_ref() == Some(&whole) {
            silent.push(name);
        }
    }
    assert!(silent.is_empty(), "not printed: {silent:#?}\n{whole}");
    // A value that cannot be dropped or changed alone contains others that can.
    let alone = |name: &String| {
        !all.iter()
            .any(|path| words(path).starts_with(&format!("{name}/")))
    };
    untried.retain(|name| alone(name) && !DEPENDED_ON.iter().any(|key| name.rsplit('/').next() == Some(key)));
    assert!(untried.is_empty(), "neither dropped nor changed: {untried:#?}");
}

/// Returns the structs that are parsed at a place of the file.
fn structs(path: &[&str]) -> &'static [&'static str] {
    match path {
        [] => &["EndpointDef"],
        ["answers"] => &["AnswersDef"],
        ["answers", _] => &["AnswerDef"],
        ["empty-request"] => &["EmptyRequestDef", "ClaimDef"],
        ["contact"] => &["ContactDef"],
        ["enums", _] => &["EnumDef"],
        ["tables", _] => &["TableDef"],
        ["tables", _, "properties", _] => &["PropertyDef"],
        ["tables", _, "properties", _, "required"] => &["RequiredDef", "ClaimDef"],
        ["tables", _, "properties", _, "one-of"] => &["OneOfDef", "ClaimDef"],
        ["tables", _, "properties", _, "known"] => &["KnownDef", "ClaimDef"],
        ["checks", _] => &["CheckDef", "ClaimDef"],
        ["checks", _, "where"] => &["WhereDef"],
        _ => &[],
    }
}

/// Returns the keys of a struct of the definition, as files write them.
fn keys(name: &str) -> Vec<String> {
    let body = DEFINITION.split(&format!("pub(super) struct {name} {{")).nth(1);
    let body = body.unwrap_or_else(|| panic!("there is no struct {name}"));
    let (mut keys, mut rename, mut flat) = (Vec::new(), None, false);
    for line in body.lines().map(str::trim).take_while(|line| *line != "}") {
        if let Some(word) = line.strip_prefix("#[serde(rename = \"") {
            rename = word.split('"').next().map(str::to_owned);
        }
        flat |= line == "#[serde(flatten)]";
        let Some((field, _)) = line.strip_prefix("pub ").and_then(|field| field.split_once(':')) else {
            continue;
        };
        let key = rename.take().unwrap_or_else(|| field.replace('_', "-"));
        if !std::mem::take(&mut flat) {
            keys.push(key);
        }
    }
    keys
}

#[test]
fn the_file_with_every_key_has_every_key_of_the_definition() {
    let file: Table = toml::from_str(EVERY_KEY).unwrap();
    let mut all = vec![Vec::new()];
    paths(&Value::Table(file), &mut Vec::new(), &mut all);
    // The keys at each kind of place, where names and indexes of the place itself are left out.
    let mut stated: BTreeSet<(String, String)> = BTreeSet::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for path in &all {
        let names: Vec<String> = path
            .iter()
            .map(|step| words(std::slice::from_ref(step)))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let place = |names: &[&str]| {
            let structs = structs(names);
            structs.first().map(|name| (*name).to_owned())
        };
        if let Some((key, above)) = names.split_last()
            && let Some(of) = place(above)
        {
            stated.insert((of, (*key).to_owned()));
        }
        for name in structs(&names) {
            seen.insert(name);
            let of = place(&names).unwrap();
            wanted.extend(keys(name).into_iter().map(|key| (of.clone(), key)));
        }
    }
    let missing: Vec<_> = wanted.difference(&stated).collect();
    assert!(missing.is_empty(), "no such key is tried: {missing:#?}");
    let defined = DEFINITION.split("pub(super) struct ").skip(1);
    for name in defined
        .filter_map(|rest| rest.split_once(" {"))
        .map(|(name, _)| name)
    {
        let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(
            !named || seen.contains(name) || OF_THE_API.contains(&name),
            "{name} is read nowhere in the file with every key"
        );
    }
    assert!(wanted.len() > 80, "only {} keys", wanted.len());
}

#[test]
fn the_rules_of_every_endpoint_fit_any_width() {
    for id in builtin_ids() {
        let endpoint = builtin(id).unwrap();
        for width in [40, 80, 200] {
            let text = endpoint_text(endpoint, Look { width, ..Look::PLAIN });
            for constraint in endpoint.constraints() {
                let rule = &*constraint.rule;
                // A narrow terminal may break a rule's name after a hyphen, but nowhere else.
                assert!(
                    rule == "does-not-convert" || text.contains(rule),
                    "{id} at {width}: {rule}"
                );
            }
        }
    }
}
