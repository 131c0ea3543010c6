//! Tests of `check --fix`: the fixes, and that nothing else changes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use std::sync::Arc;

use geplint::finding::{Finding, Severity};
use geplint::fix::{self, CheckResult, Edit, Tally};
use geplint::report::AtomicFile;
use geplint::rules::{Endpoint, builtin, builtin_ids};
use geplint::tenant::Tenant;
use geplint::{json, lint};

// ---- the engine ----

fn findings(bytes: &[u8], endpoint: &Endpoint) -> Vec<Finding> {
    let (text, errors) = json::text(bytes);
    lint::check(&text, errors, endpoint, &Tenant::default(), false).findings
}

/// Returns the bytes after all fixes; `None` if nothing can be fixed.
fn after_fixes(bytes: &[u8], endpoint: &Endpoint, unsafe_too: bool) -> Option<Vec<u8>> {
    let mut check = |bytes: &[u8]| {
        let findings = findings(bytes, endpoint);
        CheckResult::new(Tally::of(&findings), findings)
    };
    fix::fix_all(bytes, unsafe_too, &mut check).map(|after| after.bytes)
}

/// Fixes a text, and asserts the guarantees of `--fix`.
fn lawful(text: &str, endpoint: &Endpoint, unsafe_too: bool) -> Option<String> {
    let after = after_fixes(text.as_bytes(), endpoint, unsafe_too)?;
    let (old, mut new) = (findings(text.as_bytes(), endpoint), findings(&after, endpoint));
    new.retain(|finding| !is_revealed(finding, text));
    let errors = |findings: &[Finding]| {
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors
            .map(|finding| finding.rule.to_string())
            .collect::<BTreeSet<_>>()
    };
    let after = String::from_utf8(after).unwrap();
    assert!(new.len() < old.len(), "not fewer findings:\n{text}\n{after}");
    assert!(
        errors(&new).is_subset(&errors(&old)),
        "a new error:\n{text}\n{after}"
    );
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        let parsed = serde_json::from_str::<serde_json::Value>(&after);
        assert!(parsed.is_ok(), "no JSON any more:\n{text}\n{after}");
    }
    let again = after_fixes(after.as_bytes(), endpoint, unsafe_too);
    assert_eq!(again, None, "a second run finds more:\n{text}\n{after}");
    Some(after)
}

/// True if a finding is inside a property that `text` has under another name: before the fix, its value was not read.
fn is_revealed(finding: &Finding, text: &str) -> bool {
    let Ok(before) = serde_json::from_str::<serde_json::Value>(text) else {
        return false;
    };
    let parent = finding.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    before.pointer(parent).is_none()
}

fn fixed(text: &str, unsafe_too: bool) -> Option<String> {
    lawful(text, builtin("contact-details").unwrap(), unsafe_too)
}

/// Returns every payload of `testdata` with its endpoint.
fn payloads() -> Vec<(PathBuf, String, &'static Endpoint)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|end| end == "json") {
                out.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    for folder in ["testdata/rules", "testdata/documented"] {
        walk(Path::new(folder), &mut paths);
    }
    let of = |path: PathBuf| {
        let text = String::from_utf8(fs::read(&path).unwrap()).ok()?;
        let id = builtin_ids().find(|id| path.iter().any(|part| part.to_str() == Some(id)))?;
        let response = path.to_str().unwrap().ends_with(".response.json");
        (!response && text.len() < 20_000).then(|| (path, text, builtin(id).unwrap()))
    };
    paths.into_iter().filter_map(of).collect()
}

/// True if the text is JSON without anything to fix. Damaged and fixed, it should be the same again.
fn is_finished(text: &str, endpoint: &Endpoint, unsafe_too: bool) -> bool {
    let json = serde_json::from_str::<serde_json::Value>(text).is_ok();
    let findings = findings(text.as_bytes(), endpoint);
    let mut remedies = findings.iter().filter_map(|finding| finding.fix_kind.as_ref());
    json && !remedies.any(|fix_kind| unsafe_too || fix_kind.is_safe())
}

/// Returns the offsets of all bytes outside of strings.
fn outside(text: &str) -> Vec<usize> {
    let (mut open, mut escaped) = (false, false);
    let mut out = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = open,
            b'"' => open = !open,
            _ if !open => out.push(at),
            _ => {}
        }
    }
    out
}

/// Returns the text with `more` inserted at an offset.
fn with(text: &str, at: usize, more: &str) -> String {
    format!("{}{more}{}", &text[..at], &text[at..])
}

/// Damages the text in every way that a safe fix repairs; returns descriptions and damaged texts.
fn damaged(text: &str) -> Vec<(String, String)> {
    let mut out = vec![
        ("mark".to_owned(), format!("\u{feff}{text}")),
        ("line before".to_owned(), format!("// a \"comment\"\n{text}")),
        ("line behind".to_owned(), format!("{text}# a 'comment'")),
        ("both".to_owned(), format!("\u{feff}/* a */ {text}")),
    ];
    for at in outside(text) {
        let (before, rest) = (text[..at].trim_end(), &text[at..]);
        let byte = rest.as_bytes()[0];
        if matches!(byte, b'}' | b']') && !before.ends_with(['{', '[', ',']) {
            out.push((format!("comma {at}"), with(text, before.len(), ",")));
        }
        if byte == b'\n' {
            let at = if text[..at].ends_with('\r') { at - 1 } else { at };
            out.push((format!("end of line {at}"), with(text, at, "  // , { \"a\": 1")));
            out.push((format!("block {at}"), with(text, at, "\t/* one\n two */")));
        }
        if matches!(byte, b',' | b'{' | b'[' | b':') {
            out.push((format!("inside {at}"), with(text, at + 1, "/* , } */")));
        }
        for word in ["true", "false"] {
            if let Some(after) = rest.strip_prefix(word) {
                let quoted = format!("{}\"{word}\"{}", &text[..at], after);
                out.push((format!("quoted {at}"), quoted));
            }
        }
    }
    out
}

/// A safe fix restores a damaged payload to the byte.
#[test]
fn some_damaged_payloads_are_restored_to_the_byte() {
    spoil_and_restore(10);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn all_damaged_payloads_are_restored_to_the_byte() {
    spoil_and_restore(1);
}

/// Damages each payload in every `nth` way, starting at another way for each payload.
fn spoil_and_restore(nth: usize) {
    let (mut restored, mut all) = (0, 0);
    for (number, (path, text, endpoint)) in payloads().into_iter().enumerate() {
        let text = text.trim_end().to_owned() + "\n";
        // Longer payloads contain nothing that the short ones do not. An empty list is a separate error, which a comment hides.
        if text.len() > 500 || text.trim() == "[]" || !is_finished(&text, endpoint, false) {
            continue;
        }
        // For the other line endings and indents, every fourth way is enough.
        let ways = [
            (text.clone(), 1),
            (text.replace('\n', "\r\n"), 4),
            (text.replace("  ", "\t"), 4),
        ];
        for (text, step) in ways {
            for (what, damaged) in damaged(&text).into_iter().skip(number % nth).step_by(step * nth) {
                all += 1;
                let after = lawful(&damaged, endpoint, false);
                // A string instead of a boolean is only read as one where a boolean is declared.
                if after.is_none() && what.starts_with("quoted") {
                    continue;
                }
                let after =
                    after.unwrap_or_else(|| panic!("{}: {what} is not fixed:\n{damaged}", path.display()));
                assert_eq!(after, text, "{}: {what}", path.display());
                restored += 1;
            }
        }
    }
    assert!(
        restored > 2_000 / nth && restored * 10 > all * 9,
        "{restored} of {all}"
    );
}

/// A misspelt name is corrected to the byte or left alone.
#[test]
fn some_misspelt_names_are_corrected_or_left_alone() {
    misspell(8);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn all_misspelt_names_are_corrected_or_left_alone() {
    misspell(1);
}

/// Misspells every `nth` name of all payloads.
fn misspell(nth: usize) {
    let (mut right, mut alone, mut number) = (0, 0, 0_usize);
    for (path, text, endpoint) in payloads() {
        if text.len() > 800 || !is_finished(&text, endpoint, true) {
            continue;
        }
        // Another name in this file is closer to the property than the misspelt one.
        if path.ends_with("blank-beside-the-name.json") {
            continue;
        }
        // A name in the wrong object is also moved.
        if path.iter().any(|part| part == "misplaced-property") {
            continue;
        }
        for (at, _) in text.match_indices("\":") {
            let start = text[..at].rfind('"').unwrap() + 1;
            let name = &text[start..at];
            number += 1;
            if name.len() < 5 || !number.is_multiple_of(nth) {
                continue;
            }
            for wrong in [
                format!("{}{}", &name[..2], &name[3..]),
                format!("{}_{}", &name[..3], &name[3..]),
            ] {
                let damaged = format!("{}{wrong}{}", &text[..start], &text[at..]);
                assert_eq!(
                    after_fixes(damaged.as_bytes(), endpoint, false).map(|_| ()),
                    None,
                    "not safe: {wrong}"
                );
                match lawful(&damaged, endpoint, true) {
                    Some(after) => {
                        // The fix writes the name of the table, and keeps the case of its first letter only. It may
                        // write the value as its property takes it: 1042 as "1042" or as ["1042"].
                        let plain = |text: &str| text.to_lowercase().replace(['"', '[', ']'], "");
                        assert_eq!(plain(&after), plain(&text), "{}: {wrong}", path.display());
                        right += 1;
                    }
                    None => alone += 1,
                }
            }
        }
    }
    assert!(
        right > 300 / nth && right > alone,
        "{right} put right, {alone} left alone"
    );
}

/// Returns a request with its names in another case, with `mark` between their words.
fn respelt(value: &serde_json::Value, mark: char) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let mut other = String::new();
                let mut after_small = false;
                for c in name.chars() {
                    if c.is_uppercase() && after_small {
                        other.push(mark);
                    }
                    after_small = c.is_lowercase();
                    other.extend(c.to_lowercase());
                }
                (other, respelt(value, mark))
            });
            Value::Object(members.collect())
        }
        Value::Array(elements) => elements.iter().map(|value| respelt(value, mark)).collect(),
        _ => value.clone(),
    }
}

/// Collects the names of a request, with their paths, in lower case because the API ignores case.
fn names_of(value: &serde_json::Value, place: &str, out: &mut BTreeSet<String>) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}/{}", name.to_lowercase());
                names_of(value, &place, out);
                out.insert(place);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                names_of(value, &format!("{place}/{index}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn all_names_in_another_case_are_corrected_in_one_run() {
    let names = |value: &serde_json::Value| {
        let mut names = BTreeSet::new();
        names_of(value, "", &mut names);
        names
    };
    let nested = r#"[{"ContactCode":"C-1","PersonaAndRoles":[{"PersonaCode":"1","Activities":[{"Code":"1"}]}],
        "BuDetails":{"IsOverwrite":false}}]"#;
    let nested = (
        nested.to_owned(),
        builtin("save-contact-authorization-details").unwrap(),
    );
    let documented = payloads().into_iter().filter_map(|(path, text, endpoint)| {
        let documented = path.to_str().is_some_and(|path| path.ends_with(".request.json"));
        documented.then_some((text, endpoint))
    });
    let mut tried = 0;
    for (text, endpoint) in documented.chain([nested]) {
        let Ok(right) = serde_json::from_str::<serde_json::Value>(&text) else {
            continue;
        };
        // Names that are wrong in the documented request stay wrong.
        let known = |name: &String| {
            let place = format!("{name}/");
            !findings(text.as_bytes(), endpoint).iter().any(|finding| {
                ["unknown-property", "misplaced-property"].contains(&&*finding.rule)
                    && place.starts_with(&format!("{}/", finding.pointer.to_lowercase()))
            })
        };
        let right_names: BTreeSet<String> = names(&right).into_iter().filter(known).collect();
        for mark in ['_', '-'] {
            let wrong = serde_json::to_string(&respelt(&right, mark)).unwrap();
            let after = after_fixes(wrong.as_bytes(), endpoint, true).unwrap_or_default();
            let after = serde_json::from_slice(&after).unwrap_or_default();
            let left: Vec<String> = right_names.difference(&names(&after)).cloned().collect();
            assert_eq!(left, Vec::<String>::new(), "{wrong}");
            tried += 1;
        }
    }
    assert!(tried >= 12, "{tried}");
}

#[test]
fn one_value_is_put_into_the_array_that_has_to_be_there() {
    let text = fs::read_to_string(
        "testdata/rules/does-not-convert/bad/contact-details/BuyerContact.ManagerCode.json",
    );
    let text = text.unwrap();
    let endpoint = builtin("contact-details").unwrap();
    for (value, array) in [
        ("\"C-2001\"", Some("[\"C-2001\"]")),
        ("2001", Some("[\"2001\"]")),
        ("2.0", None),
        ("2e3", None),
        ("\"C-2001, C-2002\"", None),
        ("\"{{manager}}\"", None),
        ("\"NULL\"", None),
        ("true", None),
    ] {
        let with = |value: &str| text.replacen("\"C-2001\"", value, 1);
        assert_eq!(lawful(&with(value), endpoint, true), array.map(with), "{value}");
    }
}

#[test]
fn some_misplaced_members_are_moved_back_or_left_alone() {
    misplace(4);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn all_misplaced_members_are_moved_back_or_left_alone() {
    misplace(1);
}

/// Moves every `nth` member of nested objects to the record. It is moved back or left alone; nothing is lost.
fn misplace(nth: usize) {
    use serde_json::Value;
    let (mut back, mut alone, mut number) = (0, 0, 0_usize);
    for (path, text, endpoint) in payloads() {
        let Ok(Value::Array(records)) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        if text.len() > 4_000 || !is_finished(&text, endpoint, true) {
            continue;
        }
        // A list in place of one object may as well be the list of another property.
        if path.iter().any(|part| part == "list-for-object") {
            continue;
        }
        let Some(Value::Object(record)) = records.first() else {
            continue;
        };
        let table = endpoint.record_table();
        for (outer, value) in record {
            // A name in an object that the endpoint does not have need not belong there.
            if table.find(outer).is_none() {
                continue;
            }
            let inner = match value {
                Value::Object(inner) => inner,
                Value::Array(list) if list.len() == 1 => match list[0].as_object() {
                    Some(inner) => inner,
                    None => continue,
                },
                _ => continue,
            };
            for (name, value) in inner {
                number += 1;
                if record.contains_key(name) || table.find(name).is_some() || !number.is_multiple_of(nth) {
                    continue;
                }
                let mut damaged = records.clone();
                let target = damaged[0][outer.as_str()].as_object_mut();
                let target = match target {
                    Some(object) => object,
                    None => damaged[0][outer.as_str()][0].as_object_mut().unwrap(),
                };
                target.remove(name);
                damaged[0]
                    .as_object_mut()
                    .unwrap()
                    .insert(name.clone(), value.clone());
                let whole = Value::Array(records.clone());
                for text in [
                    serde_json::to_string_pretty(&damaged).unwrap(),
                    serde_json::to_string(&damaged).unwrap(),
                ] {
                    match lawful(&text, endpoint, true) {
                        Some(after) => {
                            let after: Value = serde_json::from_str(&after).unwrap();
                            assert_eq!(after, whole, "{}: {name}", path.display());
                            back += 1;
                        }
                        None => alone += 1,
                    }
                }
            }
        }
    }
    assert!(back > 50 / nth, "{back} put back, {alone} left alone");
}

/// All payloads unchanged, and with many mistakes at once.
#[test]
fn the_guarantees_apply_with_many_mistakes() {
    much_is_wrong(3);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn the_guarantees_apply_with_many_mistakes_in_every_payload() {
    much_is_wrong(1);
}

/// Checks every `nth` payload.
fn much_is_wrong(nth: usize) {
    let mut changed = 0;
    for (_, text, endpoint) in payloads().into_iter().step_by(nth) {
        changed += usize::from(lawful(&text, endpoint, true).is_some());
        let all = text
            .replace("true", "\"true\"")
            .replace("\": ", "\": /* a */ ")
            .replace("Name\"", "Nme\"")
            .replace("\n  }", ",\n  }\n  // end");
        let all = format!("\u{feff}{all} // last");
        for text in [&all, &all.replace('\n', "\r\n"), &all.replacen('"', "", 1)] {
            for unsafe_too in [false, true] {
                changed += usize::from(lawful(text, endpoint, unsafe_too).is_some());
            }
        }
    }
    assert!(changed > 200 / nth, "{changed}");
}

// ---- single cases ----

const CONTACT: &str = r#""UserName": "u@example.com", "ContactCode": "C-1", "FirstName": "A", "LastName": "L", "EmailAddress": "u@example.com",
  "Address": { "AddressLine1": "1 Quay", "City": "Lyon", "StateCode": "ARA", "CountryCode": "FR", "ZipCode": "69002" }"#;

fn contact(more: &str) -> String {
    format!("[{{ {CONTACT}{more} }}]")
}

#[test]
fn properties_that_only_the_api_sends_are_removed() {
    let clean = contact("");
    for more in [
        r#", "GEPContactCode": 1"#,
        r#", "gepContactCode": "12""#,
        r#", "GEPContactCode": 1, "GEPContactCode": 2"#,
        r#", "GEPContactCode": 1, "gepcontactcode": "x", "GEPCONTACTCODE": null"#,
    ] {
        assert_eq!(fixed(&contact(more), false), Some(clean.clone()), "{more}");
    }
    // A value that does not convert makes the API refuse the request: removing it changes the answer.
    let refused = contact(r#", "GEPContactCode": "x""#);
    assert_eq!(fixed(&refused, false), None);
    assert_eq!(fixed(&refused, true), Some(clean.clone()));
    let first = clean.replacen("{ ", "{ \"GEPContactCode\": 1, ", 1);
    assert_eq!(fixed(&first, false), Some(clean));
    assert_eq!(
        fixed(r#"[{"GEPContactCode": 1}]"#, false).as_deref(),
        Some("[{}]")
    );
}

#[test]
fn a_text_becomes_the_value_that_the_platform_reads_in_it() {
    for (text, value) in [
        ("\"12.50\"", Some("12.50")),
        ("\" 12.50 \"", Some("12.50")),
        ("\"-7\"", Some("-7")),
        ("\"\\u0031\"", Some("1")),
        ("\"1,000\"", None),
        ("\"12.5x\"", None),
        ("\"\"", None),
        ("\"12345678901234567890123456789012.5\"", None),
    ] {
        let before = contact(&format!(", \"AuthorityAmt\": {text}"));
        let after = value.map(|value| contact(&format!(", \"AuthorityAmt\": {value}")));
        assert_eq!(fixed(&before, false), after, "{text}");
    }
    for (text, value) in [
        ("\"True\"", Some("true")),
        ("\"false\"", Some("false")),
        ("\"1\"", None),
        ("\"yes\"", None),
    ] {
        let before = contact(&format!(", \"IsActive\": {text}"));
        let after = value.map(|value| contact(&format!(", \"IsActive\": {value}")));
        assert_eq!(fixed(&before, false), after, "{text}");
    }
}

#[test]
fn whitespace_around_a_code_is_trimmed_if_the_code_is_valid() {
    let before = contact(r#", "CurrencyCode": " EUR""#);
    assert_eq!(fixed(&before, false), None);
    assert_eq!(fixed(&before, true), Some(contact(r#", "CurrencyCode": "EUR""#)));
    assert_eq!(fixed(&contact(r#", "CurrencyCode": " ???""#), true), None);
}

#[test]
fn ambiguous_mistakes_are_left_alone() {
    for (why, text) in [
        ("the right name is there, too", contact(r#", "UserNme": "x""#)),
        (
            "it is there in another case",
            contact(r#", "username": "x", "UserNme": "y""#),
        ),
        (
            "two misspellings of one name",
            contact(r#", "Timezne": "UTC", "TimeZne": "UTC""#),
        ),
        (
            "several names come near",
            contact(r#", "ManagerCod": []"#).replace("ManagerCod", "AddressLin"),
        ),
        ("the place has one already", contact(r#", "City": "Lyon""#)),
        (
            "there are two places",
            contact(r#", "Regions": [{ "RegionName": "A" }, { "RegionName": "B" }], "RegionName": "C""#),
        ),
        ("there is no place", contact(r#", "RegionName": "C""#)),
        (
            "a name would bring a new error",
            contact(r#", "CommitmntAmount": "x""#),
        ),
        (
            "an address that is no comment",
            contact("").replace("\"u@example.com\"", "http://example.com/a"),
        ),
        ("a comment that does not end", format!("{} /* end", contact(""))),
    ] {
        assert_eq!(fixed(&text, true), None, "{why}");
    }
    let utf16: Vec<u8> = contact(", \"IsActive\": \"true\"")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        after_fixes(&utf16, builtin("contact-details").unwrap(), true),
        None
    );
    let mut latin = contact(", \"IsActive\": \"true\"").into_bytes();
    latin.push(0xEB);
    assert_eq!(
        after_fixes(&latin, builtin("contact-details").unwrap(), true),
        None
    );
}

/// A fix that does harm does not prevent the other fixes of its record.
#[test]
fn a_harmful_fix_does_not_stop_others() {
    let clean = contact(", \"IsActive\": true");
    let long = "\"CountryCde\": \"Nowhere\"";
    let record = |last: &str, active: &str| {
        let text = clean.replacen("\"CountryCode\": \"FR\"", long, 1);
        let text = text.replacen("\"LastName\"", last, 1);
        text.replacen("\"IsActive\": true", active, 1)
    };
    let before = record("\"LastNme\"", "\"IsActive\": \"true\"");
    let after = record("\"LastName\"", "\"IsActive\": true");
    assert_eq!(fixed(&before, true), Some(after));
}

/// A harmful fix among many others is found by bisection; one at a time would use up all 32 rounds.
#[test]
fn a_harmful_fix_is_found_by_bisection() {
    let endpoint = builtin("user-group").unwrap();
    let codes: Vec<String> = (10..74)
        .map(|number| format!("{{ \"ContactCde\": \"C-{number}\" }}"))
        .collect();
    let before = format!(
        "[{{ \"GroupName\": \"Buyers\", \"ContactCodes\": [{}] }}]",
        codes.join(", ")
    );
    let mut new = findings(before.as_bytes(), endpoint)[0].clone();
    Arc::make_mut(&mut new.basis).rule = "made-up".into();
    (new.severity, new.fix_kind) = (Severity::Error, None);
    let harmful = "\"ContactCode\": \"C-47\"";
    let mut checks = 0;
    let mut check = |bytes: &[u8]| {
        checks += 1;
        let mut findings = findings(bytes, endpoint);
        if String::from_utf8_lossy(bytes).contains(harmful) {
            findings.push(new.clone());
        }
        CheckResult::new(Tally::of(&findings), findings)
    };
    let result = fix::fix_all(before.as_bytes(), true, &mut check).unwrap();
    let after = before.replace("ContactCde", "ContactCode");
    let after = after.replace(harmful, "\"ContactCde\": \"C-47\"");
    assert_eq!(String::from_utf8(result.bytes).unwrap(), after);
    assert!(checks < 32, "{checks}");
}

// ---- the program ----

/// Returns an empty folder for one test.
struct Folder(PathBuf);

struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = crate::support::empty_folder("fix", name);
        let folder = Self(folder);
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Returns the names in the folder, including hidden ones.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn run(&self, args: &[&str], stdin: &str) -> Done {
        let mut command = crate::support::geplint();
        for name in ["NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let mut child = command
            .current_dir(&self.0)
            .args(args)
            .env("COLUMNS", "80")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may exit without reading.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn check(&self, args: &[&str]) -> Done {
        let mut all = vec!["check", "--format", "concise"];
        all.extend(args);
        self.run(&all, "")
    }
}

const CLEAN: &str =
    "[\n  {\n    \"GroupName\": \"Buyers\",\n    \"ContactCodes\": [{ \"ContactCode\": \"C-1\" }]\n  }\n]\n";

/// A payload with two safe fixes and one unsafe fix.
fn dirty() -> String {
    CLEAN
        .replace("GroupName", "GroupNme")
        .replace("\"Buyers\",", "\"Buyers\", // ours")
        .replace("}]\n", "}],\n")
}

#[test]
fn files_are_fixed_and_remaining_findings_shown() {
    let folder = Folder::new("fixed", &[("a.json", &dirty()), ("b.json", CLEAN)]);
    let done = folder.check(&["--fix", "-v"]);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.stdout,
        "a.json:2:3: error[missing-mandatory] /0/GroupName: GroupName is missing, rename \"GroupNme\"? (--fix --unsafe-fixes)\n"
    );
    assert!(
        done.stderr.starts_with(
            "fixed ./a.json: 2 findings\nchecked ./a.json: user-group, 1 record\nchecked ./b.json: user-group, 1 \
             record\n1 of 2 files would be refused \u{b7} 1 error \u{b7} 2 fixed \u{b7} "
        ),
        "{}",
        done.stderr
    );
    assert_eq!(folder.read("a.json"), CLEAN.replace("GroupName", "GroupNme"));
    let done = folder.check(&["--fix", "--unsafe-fixes"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""));
    assert!(
        done.stderr
            .starts_with("2 files, 2 records: no problems found \u{b7} 2 fixed"),
        "{}",
        done.stderr
    );
    assert_eq!(folder.read("a.json"), CLEAN);
    let again = folder.check(&["--fix", "--unsafe-fixes"]);
    assert!(!again.stderr.contains("fixed"), "{}", again.stderr);
    assert_eq!(folder.names(), ["a.json", "b.json"]);
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let folder = Folder::new("diff", &[("a.json", &dirty()), ("b.json", CLEAN)]);
    let done = folder.run(&["check", "--diff"], "");
    assert_eq!(done.code, 1);
    let expected = "--- a.json\n+++ a.json\n@@ -1,7 +1,7 @@\n [\n   {\n-    \"GroupNme\": \"Buyers\", // ours\n\
                    -    \"ContactCodes\": [{ \"ContactCode\": \"C-1\" }],\n+    \"GroupNme\": \"Buyers\",\n\
                    +    \"ContactCodes\": [{ \"ContactCode\": \"C-1\" }]\n   }\n ]\n";
    let expected = expected.replace("-1,7 +1,7", "-1,6 +1,6");
    assert_eq!(done.stdout, expected);
    assert!(
        done.stderr
            .starts_with("2 files, 2 records: 2 findings would be fixed in 1 file"),
        "{}",
        done.stderr
    );
    let both = folder.run(&["check", "--diff", "--fix"], "");
    assert_eq!((both.code, both.stdout), (1, expected));
    assert_eq!(folder.read("a.json"), dirty());
    // `--diff` ends with 1 only for what can be fixed.
    let clean = folder.run(&["check", "--diff", "--ignore", "syntax"], "");
    assert_eq!((clean.code, clean.stdout.as_str()), (0, ""));
    assert!(clean.stderr.contains("nothing to fix"), "{}", clean.stderr);
    let colored = folder.run(&["check", "--diff", "--color", "always"], "");
    assert!(colored.stdout.contains("\u{1b}["));
    let none = folder.run(&["check", "--diff", "nowhere.json"], "");
    assert_eq!(none.code, 2);
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = Folder::new("stdin", &[]);
    let done = folder.run(&["check", "--fix", "--format", "concise", "-"], &dirty());
    assert_eq!(done.code, 1);
    assert_eq!(done.stdout, CLEAN.replace("GroupName", "GroupNme"));
    assert!(done.stderr.contains("rename \"GroupNme\"?"), "{}", done.stderr);
    for (text, code) in [(CLEAN, 0), ("{\"what\": 1}", 2), ("", 1), ("[1, ", 1)] {
        let done = folder.run(&["check", "--fix", "-"], text);
        assert_eq!((done.code, done.stdout.as_str()), (code, text), "{}", done.stderr);
    }
    let mixed = folder.run(&["check", "--fix", "-", "a.json"], &dirty());
    assert_eq!((mixed.code, mixed.stdout.as_str()), (2, ""));
    let diff = folder.run(&["check", "--diff", "--stdin-filename", "x.json", "-"], &dirty());
    assert_eq!(diff.code, 1);
    assert!(diff.stdout.starts_with("--- x.json\n"), "{}", diff.stdout);
}

#[test]
fn incompatible_options_are_refused() {
    let folder = Folder::new("usage", &[("a.json", &dirty())]);
    for args in [
        &["--unsafe-fixes"][..],
        &["--fix", "--write-baseline"],
        &["--diff", "--write-baseline"],
        &["--diff", "--format", "json"],
        &["--diff", "--output", "json=x.json"],
        &["--diff", "--statistics"],
    ] {
        let args: Vec<&str> = std::iter::once("check").chain(args.iter().copied()).collect();
        assert_eq!(folder.run(&args, "").code, 2, "{args:?}");
    }
    assert_eq!(folder.names(), ["a.json"]);
    assert_eq!(folder.read("a.json"), dirty());
}

/// Suppressed findings are not fixed, and neither are excluded files and files that are not payloads.
#[test]
fn suppressed_findings_are_not_fixed() {
    let folder = Folder::new("suppressed", &[("a.json", &dirty())]);
    folder.check(&["--fix", "--ignore", "syntax"]);
    assert_eq!(folder.read("a.json"), dirty());
    folder.check(&["--write-baseline"]);
    folder.check(&[
        "--fix",
        "--unsafe-fixes",
        "--baseline",
        "geplint-baseline.json",
        "a.json",
    ]);
    // Baselines contain no errors that make a file unreadable; they contain the misspelt name.
    let left = folder.read("a.json");
    assert!(left.contains("GroupNme") && !left.contains("//"), "{left}");
    folder.write("a.json", &dirty());
    fs::remove_file(folder.0.join("geplint-baseline.json")).unwrap();
    for settings in [
        "[[ignore]]\npath = \"a.json\"\nrule = \"syntax\"\nreason = \"so be it\"\n",
        "[[severity]]\nrule = \"syntax\"\nlevel = \"off\"\n",
        "exclude = [\"a.json\"]\n",
        "include = [\"b/\"]\n",
    ] {
        folder.write("geplint.toml", settings);
        folder.check(&["--fix", "a.json"]);
        assert_eq!(folder.read("a.json"), dirty(), "{settings}");
    }
    fs::remove_file(folder.0.join("geplint.toml")).unwrap();
    let other = "{ \"name\": \"left-pad\", } // no payload\n";
    folder.write("package.json", other);
    folder.check(&["--fix", "."]);
    assert_eq!(folder.read("package.json"), other);
    assert_eq!(folder.read("a.json"), CLEAN.replace("GroupName", "GroupNme"));
}

#[cfg(unix)]
#[test]
fn a_fixed_file_keeps_everything_else() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let crlf = dirty().replace('\n', "\r\n");
    let folder = Folder::new("kept", &[("deep/a.json", &crlf)]);
    let real = folder.0.join("deep/a.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("deep/a.json", folder.0.join("link.json")).unwrap();
    folder.check(&["--fix", "--unsafe-fixes", "link.json"]);
    assert_eq!(folder.read("deep/a.json"), CLEAN.replace('\n', "\r\n"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(
        fs::symlink_metadata(folder.0.join("link.json"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read_dir(folder.0.join("deep")).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_does_not_stop_the_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = dirty();
    let folder = Folder::new(
        "refused",
        &[("a.json", &text), ("b.json", &text), ("c.json", &text)],
    );
    let locked = folder.0.join("a.json");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).unwrap();
    fs::hard_link(folder.0.join("b.json"), folder.0.join("other.txt")).unwrap();
    let done = folder.check(&["--fix"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr
            .contains("error: ./a.json: not fixed: permission denied\n"),
        "{}",
        done.stderr
    );
    assert!(
        done.stderr
            .contains("error: ./b.json: not fixed: it is hard-linked"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("\u{b7} 2 fixed"), "{}", done.stderr);
    assert!(
        done.stdout.contains("a.json:3:27: error[syntax]"),
        "{}",
        done.stdout
    );
    assert_eq!(
        (folder.read("a.json"), folder.read("b.json")),
        (text.clone(), text)
    );
    assert_eq!(folder.read("c.json"), CLEAN.replace("GroupName", "GroupNme"));
    assert_eq!(folder.names(), ["a.json", "b.json", "c.json", "other.txt"]);
}

/// `--endpoint` applies to the files that are named, not to every file in a folder.
#[test]
fn only_payloads_in_a_folder_are_fixed() {
    let other = "{\n  // for the editor\n  \"compilerOptions\": { \"strict\": true, },\n}\n";
    let list = "[{ \"colour\": 1, }] // ours\n";
    let files = [
        ("a.json", dirty()),
        ("tsconfig.json", other.to_owned()),
        ("z.json", list.to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let folder = Folder::new("strangers", &files);
    folder.check(&["--fix", "--endpoint", "user-group", "."]);
    assert_eq!(folder.read("a.json"), CLEAN.replace("GroupName", "GroupNme"));
    assert_eq!(folder.read("tsconfig.json"), other);
    assert_eq!(folder.read("z.json"), list);
    // A file that is named is not fixed either if it is not a list of records.
    folder.check(&["--fix", "--endpoint", "user-group", "tsconfig.json", "z.json"]);
    assert_eq!(folder.read("tsconfig.json"), other);
    assert_eq!(folder.read("z.json"), "[{ \"colour\": 1 }]\n");
    // The settings can name its endpoint.
    folder.write("z.json", list);
    folder.write(
        "geplint.toml",
        "[[files]]\nglob = \"z.json\"\nendpoint = \"user-group\"\n",
    );
    folder.check(&["--fix", "--endpoint", "user-group", "."]);
    assert_eq!(folder.read("z.json"), "[{ \"colour\": 1 }]\n");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let folder = Folder::new("meanwhile", &[("a.json", "theirs")]);
    let path = folder.0.join("a.json");
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"ours").unwrap();
    assert!(!file.commit_over(b"what we read").unwrap());
    assert_eq!(
        (folder.read("a.json").as_str(), folder.names().len()),
        ("theirs", 1)
    );
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"ours").unwrap();
    assert!(file.commit_over(b"theirs").unwrap());
    assert_eq!(
        (folder.read("a.json").as_str(), folder.names().len()),
        ("ours", 1)
    );
    let mut file = AtomicFile::create(&path).unwrap();
    file.write_all(b"again").unwrap();
    fs::remove_file(&path).unwrap();
    assert!(file.commit_over(b"ours").is_err());
    assert_eq!(folder.names(), Vec::<String>::new());
}

/// The order and the files are the same for every number of threads.
#[test]
fn threads_change_nothing() {
    let names: Vec<String> = (0..60).map(|number| format!("{number:02}.json")).collect();
    let text = dirty();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    let mut outcomes = BTreeSet::new();
    for (number, jobs) in ["1", "2", "8"].into_iter().enumerate() {
        let folder = Folder::new(&format!("threads-{number}"), &files);
        let done = folder.check(&["--fix", "--quiet", "--jobs", jobs]);
        let after: Vec<String> = names.iter().map(|name| folder.read(name)).collect();
        assert_eq!(done.stderr, "");
        outcomes.insert((done.code, done.stdout, after));
    }
    assert_eq!(outcomes.len(), 1);
}

/// With calls in order, each request is checked as it is sent after its fixes, and only once.
#[test]
fn calls_in_order_depend_on_fixed_requests() {
    let folder = Folder::new(
        "in-order",
        &[
            ("1.json", &contact(", \"IsActive\": \"true\"")),
            ("2.json", &contact(", \"IsActive\": true")),
        ],
    );
    folder.write("tenant.toml", "contacts = []\n");
    let plain = folder.check(&["--in-order", "--tenant", "tenant.toml", "2.json", "2.json"]);
    let done = folder.check(&[
        "--in-order",
        "--tenant",
        "tenant.toml",
        "--min-severity",
        "advice",
        "--fix",
        "1.json",
        "2.json",
    ]);
    assert_eq!(done.stdout.replace("1.json", "2.json"), plain.stdout);
    assert_eq!(folder.read("1.json"), folder.read("2.json"));
}

/// The edits in the JSON report are those that `--fix` makes.
#[test]
fn the_report_holds_the_edits() {
    let text = CLEAN.replace("\"Buyers\",", "\"Buyérs\", // ours");
    let folder = Folder::new("report", &[("a.json", &text)]);
    let done = folder.run(
        &["check", "--format", "json", "--output", "sarif=a.sarif", "a.json"],
        "",
    );
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let fix = &report["findings"][0]["fix"];
    assert_eq!(fix["safe"], true);
    let edits: Vec<Edit> = fix["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let offset = |name: &str| u32::try_from(edit[name].as_u64().unwrap()).unwrap();
            Edit {
                span: geplint::finding::Span::new(offset("start"), offset("end")),
                text: edit["text"].as_str().unwrap().to_owned(),
            }
        })
        .collect();
    let after = fix::apply(text.as_bytes(), &edits.iter().collect::<Vec<_>>());
    let sarif: serde_json::Value = serde_json::from_str(&folder.read("a.sarif")).unwrap();
    let region =
        &sarif["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!(
        (&region["startLine"], &region["startColumn"], &region["endColumn"]),
        (&3.into(), &27.into(), &35.into())
    );
    let done = folder.run(&["check", "--fix", "--format", "json", "a.json"], "");
    assert_eq!(folder.read("a.json").into_bytes(), after);
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        (&report["summary"]["fixed"], &report["findings"]),
        (&1.into(), &serde_json::json!([]))
    );
}

/// In a file with one very long line, the difference is found, and its output stays short.
#[test]
fn one_long_line_is_fixed() {
    let record = r#"{"GroupName":"Buyers","ContactCodes":[{"ContactCode":"C-1"}]},"#;
    let long = format!("[{}", record.repeat(1_000_000 / record.len()));
    let folder = Folder::new("long", &[("a.json", &format!("{long}]"))]);
    let done = folder.run(&["check", "--diff", "--ignore", "duplicate-record", "a.json"], "");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stdout.len() < 2_000 && done.stdout.lines().count() == 7,
        "{}",
        done.stdout.len()
    );
}

/// Returns the code blocks of a language in a Markdown file.
fn blocks<'a>(markdown: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let blocks = markdown.split(&opening).skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

/// Replaces the elapsed time in the output.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| match line.find(" s)") {
        Some(close) => {
            let open = line[..close].rfind(" (").unwrap();
            format!("{} ([..]{}", &line[..open], &line[close..])
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_commands_in_the_docs_print_the_documented_output() {
    let docs = include_str!("../../docs/fixing.md");
    let payload = blocks(docs, "json")[0];
    let folder = Folder::new("docs", &[("groups.json", payload)]);
    let mut seen = 0;
    for block in blocks(docs, "console") {
        for command in block.split("$ geplint ").skip(1) {
            let (args, shown) = command.split_once('\n').unwrap();
            // A shell would read it from the file, which is fixed by then.
            let stdin = if args.ends_with(" < groups.json") {
                folder.read("groups.json")
            } else {
                String::new()
            };
            let args = args.trim_end_matches(" < groups.json");
            let done = folder.run(&args.split(' ').collect::<Vec<_>>(), &stdin);
            let output = timeless(&format!("{}{}", done.stdout, done.stderr));
            assert_eq!(output, shown.trim_end(), "{args}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
    // The edit in the example is the reported one.
    let folder = Folder::new("docs-json", &[("groups.json", payload)]);
    let done = folder.run(&["check", "--format", "jsonl", "groups.json"], "");
    let comment = done.stdout.lines().find(|line| line.contains("comment")).unwrap();
    let comment: serde_json::Value = serde_json::from_str(comment).unwrap();
    let example = blocks(docs, "text")[0].trim().trim_start_matches("\"fix\": ");
    let example: serde_json::Value = serde_json::from_str(example).unwrap();
    assert_eq!(comment["fix"], example);
    // The page names only rules that exist.
    let rule = |line: &str| {
        line.strip_prefix("| `")
            .and_then(|line| line.split('`').next())
            .map(str::to_owned)
    };
    let rules: Vec<String> = docs.lines().filter_map(rule).collect();
    assert_eq!(rules.len(), 12);
    assert!(
        rules.iter().all(|rule| geplint::rules::rule_text(rule).is_some()),
        "{rules:?}"
    );
}
