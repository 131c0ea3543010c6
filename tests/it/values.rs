//! Values that senders send by mistake, and valid values that look like them: `testdata/values/cases.tsv`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use geplint::finding::{Finding, Severity};
use geplint::json;
use geplint::lint::check;
use geplint::rules::builtin;
use geplint::tenant::Tenant;
use serde_json::Value;

const CASES: &str = include_str!("../../testdata/values/cases.tsv");

struct Case {
    rule: String,
    endpoint: String,
    body: String,
}

/// Returns the record with the values of another object; objects are merged, other values replaced.
fn merged(record: &Value, other: &Value) -> Value {
    match (record, other) {
        (Value::Object(record), Value::Object(other)) => {
            let mut all = record.clone();
            for (name, value) in other {
                let old = record.get(name).unwrap_or(&Value::Null);
                all.insert(name.clone(), merged(old, value));
            }
            Value::Object(all)
        }
        _ => other.clone(),
    }
}

fn cases() -> Vec<Case> {
    let mut bases: BTreeMap<&str, Value> = BTreeMap::new();
    let mut cases = Vec::new();
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.splitn(3, '\t');
        let mut column = || columns.next().unwrap();
        let (rule, endpoint, json) = (column(), column(), column());
        let json: Value = serde_json::from_str(json).unwrap();
        if rule == "base" {
            bases.insert(endpoint, json);
            continue;
        }
        let records = json.as_array().unwrap().iter();
        let records: Vec<Value> = records.map(|other| merged(&bases[endpoint], other)).collect();
        cases.push(Case {
            rule: rule.to_owned(),
            endpoint: endpoint.to_owned(),
            body: serde_json::to_string(&records).unwrap(),
        });
    }
    cases
}

fn findings(case: &Case) -> Vec<Finding> {
    let (text, errors) = json::text(case.body.as_bytes());
    let endpoint = builtin(&case.endpoint).unwrap();
    let mut findings = check(&text, errors, endpoint, &Tenant::default(), false).findings;
    findings.retain(|finding| finding.severity > Severity::Advice);
    findings
}

#[test]
fn each_mistake_is_one_finding_and_valid_values_have_none() {
    let mut wrong = Vec::new();
    let (mut bad, mut good) = (0, 0);
    for case in cases() {
        let found = findings(&case);
        let mut rules: Vec<&str> = found.iter().map(|finding| finding.rule.as_ref()).collect();
        rules.sort_unstable();
        if case.rule == "-" {
            good += 1;
            if !found.is_empty() {
                wrong.push(format!("{rules:?} in {}", case.body));
            }
        } else {
            bad += 1;
            if rules.join("+") != case.rule {
                wrong.push(format!("{rules:?}, not {}, in {}", case.rule, case.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(bad >= 60 && good >= 60, "{bad} bad, {good} good");
}

/// The intended value is shown, and written by an unsafe fix.
#[test]
fn the_intended_value_is_written() {
    for (bad, good) in [
        ("MÃ¼ller", "Müller"),
        ("MÃƒÂ¼ller", "Müller"),
        ("Oâ€™Neil", "O’Neil"),
        ("R&amp;amp;D", "R&D"),
        ("Fran&#231;ois", "François"),
        (r"M\u00c3\u00bcller", "Müller"),
        ("M├╝ller", "Müller"),
        ("Ren├⌐e", "Renée"),
        ("M√ºller", "Müller"),
        ("KovĂˇcs", "Kovács"),
        ("M%C3%BCller", "Müller"),
        ("Ann+Marie%20Lee", "Ann Marie Lee"),
        (r"M\\u00fcller", "Müller"),
        (r"\\ud83d\\ude42 Lee", "🙂 Lee"),
    ] {
        assert_eq!(fixed("LastName", bad).as_deref(), Some(good), "{bad}");
    }
    for (bad, good) in [
        (r"C-1001\u00a0", "C-1001"),
        (r"\ufeffC\u200b-1001\t", "C-1001"),
        (" C-1001 ", "C-1001"),
        ("'01234", "01234"),
        (r#"=\"01234\""#, "01234"),
        (r#"\"01234\""#, "01234"),
        ("'01234'", "01234"),
    ] {
        assert_eq!(fixed("ContactCode", bad).as_deref(), Some(good), "{bad}");
    }
    assert_eq!(fixed("LastName", r"Ok\u0007afor").as_deref(), Some("Okafor"));
    // The intended value is not known.
    assert_eq!(fixed("LastName", r"O\u0092Neil"), None);
    assert_eq!(fixed("ContactCode", "=A2"), None);
    assert_eq!(fixed("LastName", "M\u{FFFD}ller"), None);
    assert_eq!(fixed("LastName", "Mï¿½ller"), None);
    assert_eq!(fixed("ContactCode", r"C\u00a01001"), None);
    assert_eq!(fixed("ContactCode", "1001.0"), None);
}

/// Returns the value of a property after its fix; `None` if there is no fix, or only a safe one.
fn fixed(name: &str, written: &str) -> Option<String> {
    let base = CASES
        .lines()
        .find(|line| line.starts_with("base\tcontact-details"))
        .unwrap();
    let record: Value = serde_json::from_str(base.split('\t').nth(2).unwrap()).unwrap();
    let plain = serde_json::to_string(&[&record]).unwrap();
    let own = serde_json::to_string(&record[name]).unwrap();
    let body = plain.replacen(
        &format!("\"{name}\":{own}"),
        &format!("\"{name}\":\"{written}\""),
        1,
    );
    let case = Case {
        rule: String::new(),
        endpoint: "contact-details".to_owned(),
        body,
    };
    let found = findings(&case);
    let [finding] = found.as_slice() else {
        return None;
    };
    let fix = geplint::fix::of(case.body.as_bytes(), finding)?;
    assert!(!fix.safe, "{written}");
    let edits: Vec<_> = fix.edits.iter().collect();
    let after = geplint::fix::apply(case.body.as_bytes(), &edits);
    let after: Value = serde_json::from_slice(&after).unwrap();
    Some(after[0][name].as_str()?.to_owned())
}
