//! The JSON Schemas of the request bodies: they never reject a body in which the engine finds no error, and reject most of those
//! with one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use geplint::finding::{Finding, Severity};
use geplint::json::{self, pretty};
use geplint::lint;
use geplint::rules::{Endpoint, Layer, Type, builtin, builtin_ids, builtin_text, load_layers};
use geplint::sample::{Case, Extent, Sampler};
use geplint::schema::{Draft, schema};
use geplint::tenant::{self, Tenant};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::run;

fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    builtin_ids().filter_map(builtin)
}

fn example_tenant() -> Tenant {
    let text = fs::read_to_string("rules/examples/tenant.toml").unwrap();
    tenant::load(&text, &mut |name| Err(format!("{name} is not read"))).unwrap()
}

fn tenants() -> [(&'static str, Tenant); 2] {
    [("no tenant", Tenant::default()), ("a tenant", example_tenant())]
}

fn document(endpoint: &Endpoint, tenant: &Tenant, draft: Draft) -> Value {
    serde_json::from_str(&pretty(&schema(endpoint, tenant, draft), "\n")).unwrap()
}

#[test]
fn schemas_beside_payloads_are_not_checked_as_payloads() {
    let folder = crate::support::empty_folder("schema", "beside-payloads");
    let mut names = BTreeSet::new();
    for endpoint in endpoints() {
        for draft in ["draft-07", "2020-12"] {
            let made = run(&folder, &["schema", &endpoint.id, "--draft", draft], b"");
            let name = format!("{}.{draft}.schema.json", endpoint.id);
            fs::write(folder.join(&name), made.stdout).unwrap();
            names.insert(name);
        }
    }
    let checked = run(&folder, &["check", "-v"], b"");
    let printed = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(3), "{printed}");
    for name in &names {
        let line = format!("skipped ./{name}: it is a JSON Schema\n");
        assert!(printed.contains(&line), "{line}{printed}");
        let named = run(&folder, &["check", name], b"");
        let printed = String::from_utf8(named.stderr).unwrap();
        assert!(printed.contains("(it is a JSON Schema)"), "{printed}");
        assert_eq!(named.status.code(), Some(2), "{printed}");
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .build(schema)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn findings(text: &str, endpoint: &Endpoint, tenant: &Tenant) -> Vec<Finding> {
    let (text, errors) = json::text(text.as_bytes());
    lint::check(&text, errors, endpoint, tenant, false).findings
}

/// The engine's verdict on a body, as far as a schema has to agree.
#[derive(Debug, PartialEq, Eq, Clone, Copy, PartialOrd, Ord)]
enum Verdict {
    NoError,
    Error,
    /// `$` names, a name given twice, or not JSON: not compared.
    Aside,
}

fn verdict(findings: &[Finding]) -> Verdict {
    let rules = ["duplicate-property", "reader-metadata"];
    let is_aside = |finding: &Finding| {
        let is_error = finding.severity == Severity::Error;
        rules.contains(&finding.rule.as_ref()) || (is_error && finding.predicted.is_none())
    };
    match () {
        () if findings.iter().any(is_aside) => Verdict::Aside,
        () if findings.iter().any(|finding| finding.severity == Severity::Error) => Verdict::Error,
        () => Verdict::NoError,
    }
}

/// Counts of bodies: those with an error, those that were rejected, and the rules of those that were not.
#[derive(Default)]
struct Tally {
    clean: usize,
    erroneous: usize,
    refused: usize,
    passed: BTreeMap<String, usize>,
}

impl Tally {
    /// Compares the verdicts of a schema and of the engine on a body.
    fn compare(&mut self, text: &str, validator: &Validator, endpoint: &Endpoint, tenant: &Tenant) {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return;
        };
        let found = findings(text, endpoint, tenant);
        let refusal = validator
            .validate(&value)
            .err()
            .map(|error| format!("{error} at {}", error.instance_path()));
        match (verdict(&found), refusal) {
            (Verdict::NoError, Some(why)) => panic!("{}: refused: {why}\n{text}\n{found:#?}", endpoint.id),
            (Verdict::NoError, None) => self.clean += 1,
            (Verdict::Error, refusal) => {
                self.erroneous += 1;
                self.refused += usize::from(refusal.is_some());
                if refusal.is_none() {
                    let error = found
                        .iter()
                        .find(|finding| finding.severity == Severity::Error)
                        .unwrap();
                    let name = format!("{} {} {}", error.rule, error.constraint, error.message);
                    *self.passed.entry(name).or_default() += 1;
                }
            }
            (Verdict::Aside, _) => {}
        }
    }

    /// Per cent of the bodies with an error that were refused.
    fn share(&self) -> usize {
        self.refused * 100 / self.erroneous.max(1)
    }

    fn print(&self, of: &str) {
        println!(
            "{of}: {} of {} bodies with an error are rejected ({} %), {} without one are accepted",
            self.refused,
            self.erroneous,
            self.share(),
            self.clean
        );
        for (name, count) in &self.passed {
            println!("  {count:5} {name}");
        }
    }
}

/// The schemas are in `schema/`, so that editors can be pointed at them. `UPDATE_DOCS=1` writes them.
#[test]
fn the_schemas_that_are_published_are_made_from_the_rules() {
    for endpoint in endpoints() {
        let path = Path::new("schema").join(format!("{}.json", endpoint.id));
        let made = pretty(&schema(endpoint, &Tenant::default(), Draft::Seven), "\n") + "\n";
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == made,
            "{} is not what the rules make of it: UPDATE_DOCS=1 cargo test --test it schema",
            path.display()
        );
        let printed = run(Path::new("."), &["schema", &endpoint.id, "--no-config"], b"");
        assert_eq!(String::from_utf8(printed.stdout).unwrap(), made);
    }
}

fn no_member_twice(value: &json::Value) {
    match value {
        json::Value::Object(members) => {
            let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names.len(), members.len(), "{members:?}");
            for (_, value) in members {
                no_member_twice(value);
            }
        }
        json::Value::List(items) => items.iter().for_each(no_member_twice),
        _ => {}
    }
}

/// No member is there twice, and each is a schema of its draft.
#[test]
fn the_schemas_are_valid_json_schemas() {
    for (_, tenant) in tenants() {
        for endpoint in endpoints() {
            for (draft, definitions) in [(Draft::Seven, "definitions"), (Draft::Of2020, "$defs")] {
                let made = schema(endpoint, &tenant, draft);
                no_member_twice(&made);
                let text = pretty(&made, "\n");
                let document: Value = serde_json::from_str(&text).unwrap();
                jsonschema::meta::validate(&document).unwrap_or_else(|error| panic!("{error}"));
                validator(&document);
                let rows: usize = endpoint
                    .tables
                    .iter()
                    .map(|table| table.properties.len() + 1)
                    .sum();
                assert_eq!(document[definitions].as_object().unwrap().len(), rows);
            }
        }
    }
}

/// Each request of the fixtures, as a request to each endpoint.
#[test]
fn schema_and_engine_agree_on_fixtures() {
    let mut bodies = Vec::new();
    for entry in walkdir::WalkDir::new("testdata").sort_by_file_name() {
        let entry = entry.unwrap();
        let is_json = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "json");
        if is_json && entry.metadata().unwrap().len() < 100_000 {
            bodies.extend(fs::read_to_string(entry.path()));
        }
    }
    assert!(bodies.len() > 900, "{}", bodies.len());
    // Each tenant has every second body.
    for (start, (name, tenant)) in tenants().into_iter().enumerate() {
        let mut tally = Tally::default();
        let draft = if name == "a tenant" {
            Draft::Seven
        } else {
            Draft::Of2020
        };
        for endpoint in endpoints() {
            let validator = validator(&document(endpoint, &tenant, draft));
            for body in bodies.iter().skip(start).step_by(2) {
                tally.compare(body, &validator, endpoint, &tenant);
            }
        }
        tally.print(name);
        assert!(
            tally.share() >= 90 && tally.clean > 100,
            "{} %, {}",
            tally.share(),
            tally.clean
        );
    }
}

/// Made-up numbers, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (usize::try_from(self.0 >> 33).unwrap()) % sides
    }

    fn pick<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.roll(all.len())]
    }
}

/// JSON values of every sort, as they are written.
const LITERALS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1.5",
    "1e3",
    "1E-2",
    "2.5e10",
    "17",
    "100",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e19",
    "1e28",
    "1e29",
    "7.9e28",
    "79228162514264337593543950335",
    "79228162514264337593543950336",
    "-79228162514264337593543950335",
    "1e300",
    "0.1",
    "-2.50",
    "\"\"",
    "\" \"",
    "\"\\t\"",
    "\"\\u00a0\"",
    "\"x\"",
    "\"a b\"",
    "\"true\"",
    "\"True\"",
    "\" FALSE \"",
    "\"yes\"",
    "\"1\"",
    "\"0\"",
    "\"12\"",
    "\" +12 \"",
    "\"017\"",
    "\"1.0\"",
    "\"1e3\"",
    "\"1,000\"",
    "\"1000,50\"",
    "\"1.000,50\"",
    "\"(1)\"",
    "\"$1\"",
    "\"5-\"",
    "\"-5\"",
    "\".5\"",
    "\"5.\"",
    "\"1e\"",
    "\"1e+\"",
    "\"99999999999\"",
    "\"2147483648\"",
    "\"9223372036854775808\"",
    "\"HOME\"",
    "\"home\"",
    "\" Home \"",
    "\"HOME,NONE\"",
    "\"HOME,\"",
    "\"OFFICE\"",
    "\"HOME OFFICE\"",
    "\"2020-01-21\"",
    "\"2020-01-21T11:53:45Z\"",
    "\"2020-01-21T11:53:45+05:30\"",
    "\"2020-01-21 11:53\"",
    "\"4/24/2020\"",
    "\"24/4/2020\"",
    "\"13-12-2019\"",
    "\"20200121\"",
    "\"2020\"",
    "\"Jan 21, 2020\"",
    "\"21. Januar 2020\"",
    "\"11:53\"",
    "\"5 PM\"",
    "\"now\"",
    "\"/Date(0)/\"",
    "\"2020-13-01\"",
    "\"2020-02-30\"",
    "\"2020-01-21T24:00:00\"",
    "\"US\"",
    "\"us\"",
    "\"USA\"",
    "\"DE \"",
    "\"EUR\"",
    "\"en-US\"",
    "\"en_US\"",
    "\"mira@example.com\"",
    "\"no address\"",
    "\"Belonging\"",
    "\"BELONGING\"",
    "\" Serving\"",
    "\"ALL\"",
    "\"Other\"",
    "\"C-1001\"",
    "\"c-1001 \"",
    "\"P-100\"",
    "\"A-100\"",
    "\"NULL\"",
    "\"#N/A\"",
    "\"0000000012\"",
    "\"string\"",
    "\"\\u0000\"",
    "\"1\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\\ude00\\ud83d\\ude00\"",
    "\"\u{212a}\"",
    "\"é\"",
    "[]",
    "{}",
    "[null]",
    "[{}]",
    "[[]]",
    "[\"x\"]",
    "[1, true, null]",
    "[\"\"]",
    "[\"x\", {}]",
    "{\"a\": 1}",
    "{\"Code\": \"A-100\"}",
    "[{\"Code\": \"A-100\"}]",
    "[{\"Code\": \"A-100\"}, null]",
    "\"[]\"",
    "\"{}\"",
];

/// A text of pieces that dates, numbers and names are made of.
fn made_up_text(dice: &mut Dice) -> String {
    const PIECES: &[&str] = &[
        "0", "1", "2", "12", "13", "20", "31", "32", "99", "2020", "2019", "-", "/", ".", ":", " ", ",", "+",
        "T", "Z", "t", "z", "Jan", "january", "MAY", "Feb", "Mon", "Sunday", "AM", "pm", "GMT", "AD", "A.D.",
        "x", "e", "E", "true", "False", "HOME", "none", "NONE", "#", "\u{a0}", "\u{2003}", "\t", "\0", "年",
        "月", "日", "é", "@", "a.b", "example", "com", "_", "(", ")", "$",
    ];
    (0..=dice.roll(7)).map(|_| dice.pick(PIECES)).collect()
}

/// The number of places in a value where something can be changed.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Object(members) => members.values().map(places).sum(),
        Value::Array(items) => items.iter().map(places).sum(),
        _ => 0,
    }
}

/// Changes the value with this index, in depth-first order.
fn change(value: &mut Value, place: &mut usize, with: &mut dyn FnMut(&mut Value) -> bool) -> bool {
    if *place == 0 {
        *place = usize::MAX;
        return with(value);
    }
    *place -= 1;
    match value {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if *place == usize::MAX {
                    break;
                }
                if change(members.get_mut(&name).unwrap(), place, with) {
                    members.remove(&name);
                }
            }
        }
        Value::Array(items) => {
            for index in 0..items.len() {
                if *place == usize::MAX {
                    break;
                }
                if change(&mut items[index], place, with) {
                    items.remove(index);
                    break;
                }
            }
        }
        _ => {}
    }
    false
}

/// A name in another case.
fn recased(name: &str, dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => name.to_lowercase(),
        1 => name.to_uppercase(),
        2 => Case::Camel.write(name),
        _ => format!("{name}x"),
    }
}

/// A body with one thing changed, as text: numbers keep their form.
fn mutated(body: &Value, dice: &mut Dice) -> String {
    let mut body = body.clone();
    let mut raw = String::new();
    let mut place = dice.roll(places(&body));
    change(&mut body, &mut place, &mut |value| {
        match dice.roll(12) {
            0 => return true,
            1 => {
                if let Value::Object(members) = value
                    && let Some(name) = members.keys().next().cloned()
                {
                    let inner = members.remove(&name).unwrap();
                    members.insert(recased(&name, dice), inner);
                }
            }
            2 => *value = json!([value]),
            3 => *value = json!({"data": value}),
            4 => *value = Value::String(value.to_string()),
            5 => {
                let length = dice.roll(600);
                *value = Value::String(dice.pick(&["x", "\u{1f600}", "é"]).repeat(length));
            }
            6 => {
                if let Value::Array(items) = value {
                    match items.pop() {
                        Some(Value::Object(members)) if dice.roll(2) == 0 => *value = Value::Object(members),
                        last => items.extend([last.clone(), last].into_iter().flatten()),
                    }
                } else if let Value::Object(members) = value {
                    members.insert("Stranger".to_owned(), json!(1));
                }
            }
            7 | 8 => *value = Value::String(made_up_text(dice)),
            _ => {
                dice.pick(LITERALS).clone_into(&mut raw);
                *value = json!("@raw@");
            }
        }
        false
    });
    serde_json::to_string(&body).unwrap().replace("\"@raw@\"", &raw)
}

fn requests(endpoint: &Endpoint, tenant: &Tenant) -> Vec<Value> {
    let sampler = Sampler::new(endpoint, tenant);
    let mut bodies = vec![
        sampler.body(1, Extent::Minimal),
        sampler.body(2, Extent::Full),
        sampler.body(1, Extent::Full),
    ];
    bodies.extend(sampler.samples().all.into_iter().map(|sample| sample.body));
    let mut values: Vec<Value> = bodies
        .iter()
        .map(|body| serde_json::to_value(body).unwrap())
        .collect();
    let folder = Path::new("testdata/documented").join(&*endpoint.id);
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
        let value = serde_json::from_str::<Value>(&text).ok();
        values.extend(value.filter(Value::is_array));
    }
    values
}

/// Requests, each with one or two things changed.
fn mutated_requests(endpoint: &Endpoint, tenant: &Tenant, rounds: usize) -> Vec<String> {
    let requests = requests(endpoint, tenant);
    let mut dice = Dice(17);
    let mut all = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let mut text = mutated(&requests[dice.roll(requests.len())], &mut dice);
        if dice.roll(2) == 1
            && let Ok(value) = serde_json::from_str(&text)
        {
            text = mutated(&value, &mut dice);
        }
        all.push(text);
    }
    all
}

fn mutations(rounds: usize) {
    for (name, tenant) in tenants() {
        let mut all = Tally::default();
        for endpoint in endpoints() {
            let mut tally = Tally::default();
            let validator = validator(&document(endpoint, &tenant, Draft::Seven));
            for text in mutated_requests(endpoint, &tenant, rounds) {
                tally.compare(&text, &validator, endpoint, &tenant);
            }
            tally.print(&format!("{}, {name}", endpoint.id));
            assert!(
                tally.share() >= 80,
                "{}, {name}: {} %",
                endpoint.id,
                tally.share()
            );
            all.erroneous += tally.erroneous;
            all.refused += tally.refused;
            all.clean += tally.clean;
        }
        all.print(name);
        assert!(all.clean * 10 > rounds, "{} of {rounds}", all.clean);
    }
}

#[test]
fn schema_and_engine_agree_on_mutated_requests() {
    mutations(500);
}

#[test]
#[ignore = "takes minutes; `.ci/extended` runs it"]
fn schema_and_engine_agree_on_many_mutated_requests() {
    mutations(40_000);
}

/// Writes bodies with the engine's verdicts for other validators: `.ci/schemas` runs this, and then the validators.
///
/// `target/ci/schemas/NAME.jsonl` has a line `{"error": true, "body": "[...]"}` for each, `NAME.schema.json` and
/// `NAME.2020-12.json` are the schemas.
#[test]
#[ignore = "`.ci/schemas` runs it"]
fn bodies_for_other_validators_are_written() {
    let folder = Path::new("target/ci/schemas");
    fs::create_dir_all(folder).unwrap();
    let rounds = std::env::var("SCHEMA_BODIES").map_or(10_000, |number| number.parse().unwrap());
    for (tenant_name, tenant) in tenants() {
        for endpoint in endpoints() {
            let name = format!("{}.{}", endpoint.id, tenant_name.replace(' ', "-"));
            for (draft, ending) in [(Draft::Seven, "schema"), (Draft::Of2020, "2020-12")] {
                let text = pretty(&schema(endpoint, &tenant, draft), "\n");
                fs::write(folder.join(format!("{name}.{ending}.json")), text).unwrap();
            }
            let mut lines = String::new();
            let fixtures = walkdir::WalkDir::new("testdata/rules").sort_by_file_name();
            let fixtures = fixtures
                .into_iter()
                .filter_map(|entry| fs::read_to_string(entry.unwrap().path()).ok());
            for body in fixtures.chain(mutated_requests(endpoint, &tenant, rounds)) {
                let verdict = verdict(&findings(&body, endpoint, &tenant));
                if verdict == Verdict::Aside || serde_json::from_str::<Value>(&body).is_err() {
                    continue;
                }
                lines += &json!({"error": verdict == Verdict::Error, "body": body}).to_string();
                lines.push('\n');
            }
            assert!(lines.lines().count() > rounds / 2);
            fs::write(folder.join(format!("{name}.jsonl")), lines).unwrap();
        }
    }
}

/// Each row alone: no value that converts is rejected.
fn rows(texts: usize) {
    let tenant = Tenant::default();
    let (mut taken, mut refused, mut wrong) = (0, 0, 0);
    for endpoint in endpoints() {
        let schema = document(endpoint, &tenant, Draft::Seven);
        let mut dice = Dice(5);
        let mut seen: Vec<Type> = Vec::new();
        for table in &endpoint.tables {
            for property in &table.properties {
                let is_new = !seen.contains(&property.ty)
                    || property.max_length.is_some()
                    || property.one_of.is_some();
                if !is_new {
                    continue;
                }
                seen.push(property.ty);
                let mut row = schema.clone();
                let row = row.as_object_mut().unwrap();
                for keyword in ["type", "maxLength", "items", "minItems"] {
                    row.remove(keyword);
                }
                row.insert(
                    "allOf".to_owned(),
                    json!([{"$ref": format!("#/definitions/{}", property.constraint)}]),
                );
                let validator = validator(&Value::Object(row.clone()));
                let literals = LITERALS.iter().map(|literal| (*literal).to_owned());
                let made: Vec<String> = (0..texts)
                    .map(|_| json!(made_up_text(&mut dice)).to_string())
                    .collect();
                for literal in literals.chain(made) {
                    let text = at_the_end(endpoint, &table.route, &property.name, &literal);
                    let found = findings(&text, endpoint, &tenant);
                    let of_row = |finding: &&Finding| {
                        let at_row = finding.pointer.contains(&format!("/{}", property.name));
                        at_row || finding.constraint.starts_with(&*property.constraint)
                    };
                    let mut of_row = found.iter().filter(of_row);
                    let is_wrong = of_row.any(|finding| finding.severity == Severity::Error);
                    let Ok(value) = serde_json::from_str::<Value>(&literal) else {
                        continue;
                    };
                    let is_refused = validator.validate(&value).is_err();
                    assert!(
                        is_wrong || !is_refused,
                        "{} {literal}\n{text}\n{found:#?}",
                        property.constraint
                    );
                    taken += usize::from(!is_refused && !is_wrong);
                    refused += usize::from(is_refused);
                    wrong += usize::from(is_wrong);
                }
            }
        }
    }
    println!("{taken} values taken, {refused} of {wrong} wrong ones refused");
    assert!(
        taken > 1000 && refused * 10 > wrong * 8,
        "{taken} {refused} {wrong}"
    );
}

/// A body with this value at the end of a route, lists on the way included.
fn at_the_end(endpoint: &Endpoint, route: &[String], name: &str, literal: &str) -> String {
    let mut table = endpoint.record_table();
    let (mut text, mut end) = (String::from("[{"), String::from("}]"));
    for step in route {
        let property = table.property(table.find(step).unwrap());
        let (Type::Object(inner) | Type::ObjectList(inner)) = property.ty else {
            panic!("{step} leads nowhere")
        };
        let (begins, ends) = match property.ty {
            Type::ObjectList(_) => ("[{", "}]"),
            _ => ("{", "}"),
        };
        let _ = write!(text, "\"{step}\": {begins}");
        end.insert_str(0, ends);
        table = endpoint.table(inner);
    }
    let _ = write!(text, "\"{name}\": {literal}");
    text + &end
}

#[test]
fn schema_and_engine_agree_on_values_of_rows() {
    rows(200);
}

#[test]
#[ignore = "takes minutes; `.ci/extended` runs it"]
fn schema_and_engine_agree_on_many_values_of_rows() {
    rows(20_000);
}

/// Rules of a tenant's own: closed enumerations, lists that are errors, properties that have to be there.
#[test]
fn rules_of_a_tenant_are_in_the_schema() {
    let patch = r#"
endpoint = "user-group"
rules-off = ["null-element"]
[enums.Colours]
members = ["Red", "GREEN"]
[tables.UserGroup.properties]
Description = { type = "string(5)", required = "yes", one-of = { values = ["a+b", "Ärger"], ignore-case = true, evidence = "table" } }
Colour = { type = "enum Colours", required = "yes" }
Since = { type = "date-time" }
Ratio = { type = "decimal" }
"Odd.Name" = { type = "int", required = "yes" }
"#;
    let layer = Layer {
        name: "mine.toml",
        text: patch,
    };
    let endpoint = load_layers(builtin_text("user-group"), &[layer])
        .map_err(|(_, error)| error.message)
        .unwrap();
    let tenant = Tenant::default();
    let validator = validator(&document(&endpoint, &tenant, Draft::Seven));
    let mut tally = Tally::default();
    let body = |members: &str| {
        format!("[{{\"GroupName\": \"g\", \"contactcodes\": [null, {{\"ContactCode\": \"c\"}}], {members}}}]")
    };
    let right = r#""Description": "A+B", "Colour": "red, green ", "odd.name": 1"#;
    tally.compare(&body(right), &validator, &endpoint, &tenant);
    assert_eq!(tally.clean, 1);
    for wrong in [
        r#""Description": "aab", "Colour": "red", "Odd.Name": 1"#,
        r#""Description": "A+B", "Colour": "blue", "Odd.Name": 1"#,
        r#""Description": "A+B", "Colour": "red", "OddxName": 1"#,
        r#""Description": "A+B", "Colour": "red", "Odd.Name": 1.5"#,
        r#""Description": null, "Colour": "red", "Odd.Name": 1"#,
        r#""Description": "A+B", "Colour": "red", "Odd.Name": 1, "Since": "31/01/2025""#,
        r#""Description": "A+B", "Colour": "red", "Odd.Name": 1, "Ratio": "x""#,
    ] {
        tally.compare(&body(wrong), &validator, &endpoint, &tenant);
    }
    assert_eq!((tally.erroneous, tally.refused), (7, 7), "{:?}", tally.passed);
}
