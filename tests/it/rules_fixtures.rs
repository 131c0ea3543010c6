//! Every rule and every constraint has fixtures, and each fixture has exactly the finding that it is named after.
//!
//! ```text
//! testdata/rules/<rule>/bad/<endpoint>/<name>.json     one finding in all, of this rule
//! testdata/rules/<rule>/good/<endpoint>/<name>.json    no finding at all
//! ```
//!
//! `<name>` is that of a constraint, `Table.Property`, or describes the file in words. A `|` in a constraint's name is
//! `-or-` in that of a file. Every test reports all mistakes, not only the first.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use geplint::finding::{Finding, Severity};
use geplint::rules::{Constraint, Endpoint, RuleText, builtin, builtin_ids, rule_text, rule_texts};
use geplint::tenant::Tenant;
use geplint::{json, lint};

/// Rows whose value cannot be wrong without a second finding: rule, constraint, the other rule, and why.
///
/// Their bad fixture has both findings, their good one only the other.
const NEVER_ALONE: &[(&str, &str, &str, &str)] = &[(
    "does-not-convert",
    "BuyerContact.GEPContactCode",
    "outbound-only",
    "the property is not to be sent at all, so that it is reported whatever its value",
)];

// ---- reading the fixtures ----

/// A fixture and its findings.
struct Fixture {
    rule: String,
    bad: bool,
    endpoint: &'static Endpoint,
    /// File name without its extension.
    stem: String,
    /// The path below `testdata/rules`.
    path: String,
    findings: Vec<Finding>,
}

impl Fixture {
    /// The constraint that the file is named after; `None` for a name in words.
    fn constraint(&self) -> Option<String> {
        self.stem.contains('.').then(|| self.stem.replace("-or-", "|"))
    }

    /// Returns the rule that is also reported, for the few rows that cannot be wrong alone.
    fn beside(&self) -> Option<&'static str> {
        let constraint = self.constraint()?;
        NEVER_ALONE
            .iter()
            .find(|(rule, name, ..)| *rule == self.rule && *name == constraint)
            .map(|(_, _, other, _)| *other)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules")
}

fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    builtin_ids().map(|id| builtin(id).unwrap_or_else(|| panic!("{id} does not load")))
}

fn check(bytes: &[u8], endpoint: &Endpoint) -> Vec<Finding> {
    let (text, errors) = json::text(bytes);
    lint::check(&text, errors, endpoint, &Tenant::default(), false).findings
}

/// Returns every fixture, sorted by path; files that are no fixtures are added to `wrong`.
fn fixtures(wrong: &mut Vec<String>) -> Vec<Fixture> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(root()).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            continue;
        }
        let parts: Vec<String> = entry
            .path()
            .strip_prefix(root())
            .unwrap()
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let path = parts.join("/");
        let [rule, kind, endpoint, file] = parts.as_slice() else {
            wrong.push(format!("{path}: not <rule>/<bad or good>/<endpoint>/<name>.json"));
            continue;
        };
        let bad = match kind.as_str() {
            "bad" => true,
            "good" => false,
            _ => {
                wrong.push(format!("{path}: neither bad nor good"));
                continue;
            }
        };
        let Some(stem) = file.strip_suffix(".json") else {
            wrong.push(format!("{path}: no .json file"));
            continue;
        };
        let Some(endpoint) = builtin(endpoint) else {
            wrong.push(format!("{path}: no such endpoint"));
            continue;
        };
        let findings = check(&std::fs::read(entry.path()).unwrap(), endpoint);
        all.push(Fixture {
            rule: rule.clone(),
            bad,
            endpoint,
            stem: stem.to_owned(),
            path,
            findings,
        });
    }
    assert!(
        all.len() > 100,
        "only {} fixtures in {}",
        all.len(),
        root().display()
    );
    all
}

fn assert_none(wrong: &[String], what: &str) {
    assert!(
        wrong.is_empty(),
        "{what}: {} wrong\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Formats findings as a few lines.
fn formatted(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return " nothing".to_owned();
    }
    findings.iter().fold(String::new(), |mut text, finding| {
        let _ = write!(
            text,
            "\n    {:?} {} at {:?} ({}): {}",
            finding.severity, finding.rule, finding.pointer, finding.constraint, finding.message
        );
        text
    })
}

// ---- the findings of a fixture ----

#[test]
fn a_bad_fixture_has_its_one_finding_and_a_good_one_none() {
    let mut wrong = Vec::new();
    for fixture in fixtures(&mut wrong) {
        let expected: BTreeSet<&str> = fixture
            .bad
            .then_some(fixture.rule.as_str())
            .into_iter()
            .chain(fixture.beside())
            .collect();
        let found: BTreeSet<&str> = fixture.findings.iter().map(|finding| &*finding.rule).collect();
        if found != expected || fixture.findings.len() != expected.len() {
            let should = if fixture.bad { "one finding" } else { "none" };
            wrong.push(format!(
                "{}: {should} expected, but it gives{}",
                fixture.path,
                formatted(&fixture.findings)
            ));
            continue;
        }
        if fixture.bad {
            wrong.extend(judge(&fixture));
        }
    }
    assert_none(&wrong, "fixtures");
}

/// Returns a message if the finding of a bad fixture does not match its name.
fn judge(fixture: &Fixture) -> Vec<String> {
    let Some(finding) = fixture
        .findings
        .iter()
        .find(|finding| finding.rule == fixture.rule)
    else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    let mut report = |what: String| wrong.push(format!("{}: {what}", fixture.path));
    if finding.severity != Severity::Error && finding.predicted.is_some() {
        report("what is no error predicts an error".to_owned());
    }
    if finding.message.is_empty() || finding.help.is_empty() {
        report("no message, or no help".to_owned());
    }
    let Some(name) = fixture.constraint() else {
        return wrong;
    };
    if finding.constraint != name {
        report(format!("the constraint that speaks is {:?}", finding.constraint));
    }
    let place = place(fixture.endpoint, &name);
    let pointer = names(&finding.pointer);
    let fits = match fixture.rule.as_str() {
        // The pointer leads to the value inside an item.
        "several-belonging-lobs" => pointer.starts_with(&place),
        _ => pointer == place,
    };
    if !fits {
        report(format!(
            "{:?} does not point at {}",
            finding.pointer,
            place.join("/")
        ));
    }
    for constraint in listed(fixture.endpoint)
        .filter(|constraint| constraint.rule == fixture.rule && constraint.name == name)
    {
        // A constraint that needs facts of the tenant has a lower severity without them.
        if constraint.needs.is_some() {
            continue;
        }
        let (shown, stated) = (
            (finding.severity, finding.evidence, &finding.source),
            (constraint.severity, constraint.evidence, &constraint.source),
        );
        if shown != stated {
            report(format!("the finding says {shown:?}, the rules say {stated:?}"));
        }
    }
    wrong
}

/// Returns the names on the path from a record to the subject of a constraint, in lower case.
fn place(endpoint: &Endpoint, constraint: &str) -> Vec<String> {
    let mut parts = constraint.split('.');
    let table = parts.next().unwrap_or_default();
    let route = endpoint
        .tables
        .iter()
        .find(|known| known.name == table)
        .map(|table| table.route.clone());
    // A check for one of several properties points at the object without them.
    let rest = parts.filter(|part| !part.contains('|')).map(str::to_owned);
    route
        .unwrap_or_default()
        .into_iter()
        .chain(rest)
        .map(|name| name.to_lowercase())
        .collect()
}

/// Returns the names in a pointer, in lower case, without indexes.
fn names(pointer: &str) -> Vec<String> {
    let tokens = pointer.split('/').skip(1);
    tokens
        .filter(|token| token.parse::<u32>().is_err())
        .map(str::to_lowercase)
        .collect()
}

// ---- completeness ----

/// Returns the constraints in the rules, and those that follow from them.
fn listed(endpoint: &Endpoint) -> impl Iterator<Item = Constraint> {
    endpoint.constraints().into_iter().chain(endpoint.implied())
}

/// A constraint as fixtures name it: rule, endpoint, `Table.Property`.
type Key = (String, String, String);

/// Returns all constraints that need no facts of the tenant.
fn wanted() -> BTreeSet<Key> {
    let mut all = BTreeSet::new();
    for endpoint in endpoints() {
        let mut want = |rule: &str, name: &str| {
            all.insert((rule.to_owned(), endpoint.id.to_string(), name.to_owned()));
        };
        for Constraint { rule, name, .. } in
            listed(endpoint).filter(|constraint| constraint.needs.is_none() && constraint.name.contains('.'))
        {
            want(&rule, &name);
        }
    }
    all
}

#[test]
fn every_constraint_has_a_bad_and_a_good_fixture() {
    let mut wrong = Vec::new();
    let mut have: BTreeMap<bool, BTreeSet<Key>> = BTreeMap::new();
    for fixture in fixtures(&mut wrong) {
        if let Some(name) = fixture.constraint() {
            have.entry(fixture.bad).or_default().insert((
                fixture.rule,
                fixture.endpoint.id.to_string(),
                name,
            ));
        }
    }
    let wanted = wanted();
    assert!(wanted.len() > 200, "only {} constraints", wanted.len());
    for (bad, kind) in [(true, "bad"), (false, "good")] {
        for (rule, endpoint, name) in wanted.difference(have.entry(bad).or_default()) {
            wrong.push(format!("{endpoint}: {name} has no {kind} fixture for {rule}"));
        }
    }
    assert_none(&wrong, "constraints");
}

#[test]
fn a_fixture_named_after_a_constraint_names_one_that_exists() {
    let mut wrong = Vec::new();
    for fixture in fixtures(&mut wrong) {
        let Some(name) = fixture.constraint() else {
            continue;
        };
        let constraints = fixture.endpoint.constraints();
        if !constraints.iter().any(|constraint| constraint.name == name) {
            wrong.push(format!(
                "{}: {} has no constraint {name}",
                fixture.path, fixture.endpoint.id
            ));
        }
    }
    for (rule, constraint, ..) in NEVER_ALONE {
        if !wanted()
            .iter()
            .any(|(known, _, name)| known == rule && name == constraint)
        {
            wrong.push(format!("NEVER_ALONE: no constraint {rule} {constraint}"));
        }
    }
    assert_none(&wrong, "names");
}

#[test]
fn every_rule_has_fixtures_and_every_folder_is_a_rule() {
    let mut wrong = Vec::new();
    let mut have = BTreeSet::new();
    for fixture in fixtures(&mut wrong) {
        have.insert((fixture.rule, fixture.bad));
    }
    for rule in rule_texts().iter().filter(|rule| !needs_tenant(rule)) {
        for (bad, kind) in [(true, "bad"), (false, "good")] {
            if !have.contains(&(rule.id.clone(), bad)) {
                wrong.push(format!("{} has no {kind} fixture", rule.id));
            }
        }
    }
    for folder in have.iter().map(|(folder, _)| folder).collect::<BTreeSet<_>>() {
        if rule_text(folder).is_none() {
            wrong.push(format!("{folder} is no rule of rules/rules.toml"));
        }
    }
    assert_none(&wrong, "rules");
}

fn needs_tenant(rule: &RuleText) -> bool {
    rule.needs.as_deref() == Some("tenant")
}

// ---- rules/rules.toml ----

#[test]
fn the_examples_of_a_rule_have_its_finding_and_none() {
    let mut wrong = Vec::new();
    for rule in rule_texts().iter().filter(|rule| !needs_tenant(rule)) {
        let mut report = |what: String| wrong.push(format!("{}: {what}", rule.id));
        let Some(endpoint) = rule.endpoint.as_deref().and_then(builtin) else {
            report(format!("no endpoint {:?}", rule.endpoint));
            continue;
        };
        match (&rule.bad, &rule.bad_note) {
            (Some(bad), None) => {
                let found = check(bad.as_bytes(), endpoint);
                match found.as_slice() {
                    [one] if one.rule == rule.id.as_str() => {
                        if one.severity != rule.severity {
                            report(format!(
                                "severity is {}, but bad gives{}",
                                rule.severity.word(),
                                formatted(&found)
                            ));
                        }
                    }
                    _ => report(format!(
                        "bad should give its one finding, but gives{}",
                        formatted(&found)
                    )),
                }
            }
            (None, Some(_)) => {}
            _ => report("either bad or bad-note is needed".to_owned()),
        }
        match &rule.good {
            Some(good) => {
                let found = check(good.as_bytes(), endpoint);
                if !found.is_empty() {
                    report(format!(
                        "good should give nothing, but gives{}",
                        formatted(&found)
                    ));
                }
            }
            None => report("good is missing".to_owned()),
        }
    }
    assert_none(&wrong, "examples");
}

#[test]
fn every_rule_with_a_constraint_or_finding_is_explained() {
    let mut can: BTreeMap<String, String> = BTreeMap::new();
    for endpoint in endpoints() {
        let id = || format!("rules/endpoints/{}.toml", endpoint.id);
        for constraint in listed(endpoint) {
            can.insert(constraint.rule, id());
        }
    }
    let mut wrong = Vec::new();
    for fixture in fixtures(&mut wrong) {
        for finding in fixture.findings {
            can.insert(finding.rule.to_string(), fixture.path.clone());
        }
    }
    can.extend(ids_in_the_engine());
    for (rule, place) in &can {
        if rule_text(rule).is_none() {
            wrong.push(format!("{rule} ({place}) is not in rules/rules.toml"));
        }
    }
    for rule in rule_texts().iter().filter(|rule| !can.contains_key(&rule.id)) {
        wrong.push(format!(
            "{} is in rules/rules.toml, but nothing gives it",
            rule.id
        ));
    }
    let ids: BTreeSet<&str> = rule_texts().iter().map(|rule| rule.id.as_str()).collect();
    if ids.len() != rule_texts().len() {
        wrong.push("an id stands twice in rules/rules.toml".to_owned());
    }
    assert_none(&wrong, "rule ids");
}

/// Returns the texts in the engine's source that look like a rule id: two or more words in kebab-case.
///
/// Ids of one word are covered by their fixtures. Nothing else in the engine is written in kebab-case.
fn ids_in_the_engine() -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/geplint-core/src/lint");
    let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter();
    for path in files
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
    {
        let source = std::fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for text in line.split('"').skip(1).step_by(2).filter(|text| is_kebab(text)) {
                ids.insert(text.to_owned(), path.display().to_string());
            }
        }
    }
    assert!(ids.len() > 10, "only {ids:?} in {}", folder.display());
    ids
}

fn is_kebab(text: &str) -> bool {
    text.contains('-')
        && text.split('-').all(|word| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[test]
fn the_severity_of_a_rule_is_its_highest() {
    let mut worst: BTreeMap<String, Severity> = BTreeMap::new();
    let mut meet = |rule: String, severity: Severity| {
        worst
            .entry(rule)
            .and_modify(|known| *known = severity.max(*known))
            .or_insert(severity);
    };
    for endpoint in endpoints() {
        for constraint in endpoint.constraints() {
            meet(constraint.rule, constraint.severity);
        }
    }
    let mut wrong = Vec::new();
    for fixture in fixtures(&mut wrong) {
        for finding in fixture.findings {
            meet(finding.rule.to_string(), finding.severity);
        }
    }
    for rule in rule_texts() {
        match worst.get(&rule.id) {
            Some(found) if *found == rule.severity => {}
            Some(found) => {
                wrong.push(format!(
                    "{}: rules.toml says {}, its worst is {}",
                    rule.id,
                    rule.severity.word(),
                    found.word()
                ));
            }
            None => wrong.push(format!("{}: nothing gives it", rule.id)),
        }
    }
    assert_none(&wrong, "severities");
}
