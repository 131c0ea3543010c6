//! Placeholders without a value: they have no other findings, and all other findings do not depend on their values.

use std::collections::BTreeMap;
use std::fs;

use geplint::finding::{Finding, Severity};
use geplint::json::{JsonKind, Reader, Root, Tree};
use geplint::rules::{built_in, builtin};
use geplint::session::Session;
use geplint::tenant::Tenant;

use crate::support::{empty_folder, run};

/// Returns the findings in a request of a collection, and in a file that is sent unchanged.
fn both(id: &str, text: &str) -> [Vec<Finding>; 2] {
    let rules = built_in();
    let (candidates, tenant) = (rules.candidates(), Tenant::default());
    let mut session = Session::new(&candidates, &tenant, false);
    let endpoint = session.endpoint(id).unwrap();
    [
        session.template(text, endpoint, false).checked.findings,
        session.request(text.as_bytes(), endpoint, false).checked.findings,
    ]
}

/// Returns the comparable parts of findings: of several conflicting values, any one may be reported.
fn counts(findings: &[Finding]) -> BTreeMap<(String, Option<u32>, Severity), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        let key = (finding.rule.to_string(), finding.record, finding.severity);
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The bytes of every value in the records of a body.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    let (mut reader, mut tree) = (Reader::new(text), Tree::default());
    let mut spans = Vec::new();
    if let Root::List { .. } = reader.root(&mut tree) {
        while reader.next_record(&mut tree) {
            let nodes =
                (0..tree.len()).map(|index| *tree.node(geplint::json::NodeId(u32::try_from(index).unwrap())));
            spans.extend(
                nodes
                    .filter(|node| node.kind != JsonKind::Key)
                    .map(|node| node.span),
            );
        }
    }
    if !reader.errors().is_empty() {
        return Vec::new();
    }
    spans
        .iter()
        .map(|span| span.start as usize..span.end as usize)
        .collect()
}

/// Replaces every value of every fixture in turn by a placeholder. The value itself is a possible one, so there may be no
/// finding that the fixture does not have.
#[test]
fn findings_do_not_depend_on_the_value_of_a_placeholder() {
    let (mut bodies, mut said, mut free) = (0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    for entry in walkdir::WalkDir::new("testdata/rules").sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let folder = path
            .parent()
            .and_then(|folder| folder.file_name()?.to_str())
            .unwrap_or("");
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        // With an extra list around the records, the finding has another rule if nothing inside is known.
        let is_wrapped = path.components().any(|part| part.as_os_str() == "wrong-root");
        if builtin(folder).is_none() || is_wrapped || text.len() > 20_000 || text.contains("{{") {
            continue;
        }
        let spans = values(&text);
        // A few places of each, different ones from file to file.
        let step = (spans.len() / 3).max(1);
        let whole = counts(&both(folder, &text)[0]);
        for range in spans.iter().skip(bodies % step).step_by(step) {
            for placeholder in ["{{x}}", "\"{{x}}\"", "\"a-${x}\""] {
                let mut template = text.clone();
                template.replace_range(range.clone(), placeholder);
                let [found, as_it_stands] = both(folder, &template);
                for (key, count) in counts(&found) {
                    let known = whole.get(&key).copied().unwrap_or(0);
                    if count > known {
                        wrong.push(format!("{}: {key:?} in {template}", path.display()));
                    }
                    said += 1;
                }
                let at = u32::try_from(range.start).unwrap();
                let end = at + u32::try_from(placeholder.len()).unwrap();
                if found
                    .iter()
                    .any(|finding| (at..end).contains(&finding.span.start))
                {
                    wrong.push(format!(
                        "{}: a finding at the place in {template}",
                        path.display()
                    ));
                }
                if placeholder.contains('-') {
                    continue;
                }
                // In a plain file there is one finding at the place, and else the same. Without quotes, the file is
                // not JSON.
                let (rule, severity) = if placeholder.starts_with('"') {
                    ("placeholder", Severity::Warning)
                } else {
                    ("syntax", Severity::Error)
                };
                let (here, others): (Vec<Finding>, Vec<Finding>) = as_it_stands
                    .into_iter()
                    .partition(|finding| finding.rule == rule && finding.span.start == at);
                // In free text, in an unknown property, a string may be meant literally.
                free += usize::from(here.is_empty());
                let fits = match here.as_slice() {
                    [] => placeholder.starts_with('"'),
                    [one] => one.severity == severity,
                    _ => false,
                };
                if !fits || counts(&others) != counts(&found) {
                    wrong.push(format!(
                        "{}: {here:?}, {:?} in {template}",
                        path.display(),
                        counts(&others)
                    ));
                }
            }
            bodies += 1;
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n")
    );
    assert!(bodies > 1_500 && said > 1_500, "{bodies} bodies, {said} findings");
    assert!(free < bodies / 4, "{free} of {bodies}");
}

#[test]
fn a_collection_names_them_once_and_a_file_each() {
    let folder = empty_folder("placeholders", "named");
    let body = r#"[{"groupName":"g1","isActive":{{active}},"contactCodes":[{"contactcode":"{{code}}","isDeleted":${d}}, {{more}}], {{rest}}},
        {"groupName":"<<g>>","isActive":true,"contactCodes":[{"contactcode":"C-{{code}}","isDeleted":false}]}]"#;
    fs::write(folder.join("a.json"), body).unwrap();
    let request = |name: &str| {
        serde_json::json!({"name": name, "request": {"method": "POST", "url": "{{base}}/SmartInterfaceAPI/api/Contact/UserGroup",
            "body": {"mode": "raw", "raw": body}}})
    };
    let collection = serde_json::json!({
        "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [request("one"), request("two")],
    });
    fs::write(folder.join("c.json"), collection.to_string()).unwrap();
    let lines = |arguments: &[&str]| {
        let all = [
            &[
                "check",
                "--format",
                "concise",
                "--quiet",
                "--min-severity",
                "advice",
            ],
            arguments,
        ]
        .concat();
        String::from_utf8(run(&folder, &all, b"").stdout).unwrap()
    };
    let file = lines(&["a.json"]);
    let with = |rule: &str| file.lines().filter(|line| line.contains(rule)).count();
    let counts = (with("warning[placeholder]"), with("error[syntax]"));
    assert_eq!((file.lines().count(), counts), (6, (2, 4)), "{file}");
    let collection = lines(&["c.json"]);
    assert_eq!(collection.lines().count(), 1, "{collection}");
    assert!(
        collection.contains("advice[placeholder]: no value is known for {{active}}, {{code}}, ${d}, {{more}}, {{rest}} and 1 more"),
        "{collection}"
    );
    // A value that is given is judged.
    let filled = lines(&["a.json", "--var", "active=\"maybe\"", "--var", "code="]);
    assert!(
        filled.contains("a.json:1:31: error[does-not-convert] /0/isActive"),
        "{filled}"
    );
    assert!(
        filled.contains("a.json:1:73: error[missing-mandatory] /0/contactCodes/0/contactcode"),
        "{filled}"
    );
}

#[test]
fn environments_set_values_and_single_ones_take_precedence() {
    let folder = empty_folder("placeholders", "environments");
    let body = r#"[{"clientContactCode":"{{code}}","interfaceStatus":"{{status}}"}]"#;
    fs::write(folder.join("a.json"), body).unwrap();
    fs::write(
        folder.join("dev.json"),
        r#"{"values": [{"key": "code", "value": "C-1"}, {"key": "status", "value": ""}]}"#,
    )
    .unwrap();
    fs::write(
        folder.join("two.json"),
        r#"{"dev": {"status": ""}, "prod": {"status": "Success"}}"#,
    )
    .unwrap();
    let check = |arguments: &[&str]| {
        let all = [&["check", "--format", "concise", "--quiet", "a.json"], arguments].concat();
        let output = run(&folder, &all, b"");
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = check(&["--env", "dev.json"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("/0/interfaceStatus (C-1): InterfaceStatus is empty"),
        "{text}"
    );
    assert_eq!(
        check(&["--env", "dev.json", "--var", "status=Success"]),
        (0, String::new())
    );
    assert_eq!(
        check(&["--env", "dev.json", "--env", "two.json#prod"]),
        (0, String::new())
    );
    let (code, text) = check(&["--env", "two.json"]);
    assert_eq!(code, 2);
    assert!(
        text.contains("several environments: dev, prod; select one, as in --env FILE#NAME"),
        "{text}"
    );
    let (code, text) = check(&["--var", "x"]);
    assert_eq!(code, 2);
    assert!(text.contains("NAME=VALUE"), "{text}");
}
