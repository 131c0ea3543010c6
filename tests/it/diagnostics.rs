//! Findings with one cause are shown as one diagnostic in the reports for people.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{FORMATS, empty_folder, geplint};

fn folder(name: &str, files: &[(&str, String)]) -> PathBuf {
    let folder = empty_folder("diagnostics", name);
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Runs `check` and returns standard output and standard error.
fn check(folder: &Path, args: &[&str]) -> (String, String) {
    let mut command = geplint();
    command.arg("check").args(args).current_dir(folder);
    let ran = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(ran.stdout), text(ran.stderr))
}

fn contact(number: usize) -> String {
    format!(
        "{{\"ContactCode\": \"C-{number}\", \"UserName\": \"user{number}\", \"FirstName\": \"Ann\", \
         \"LastName\": \"Lee\", \"EmailAddress\": \"u{number}@example.com\"}}"
    )
}

fn list(records: impl IntoIterator<Item = String>) -> String {
    let records: Vec<String> = records.into_iter().collect();
    format!("[\n{}\n]\n", records.join(",\n"))
}

fn snake(number: usize) -> String {
    let record = contact(number);
    ["ContactCode", "UserName", "FirstName", "LastName", "EmailAddress"]
        .iter()
        .fold(record, |record, name| {
            let mut plain = String::new();
            for c in name.chars() {
                if c.is_uppercase() && !plain.is_empty() {
                    plain.push('_');
                }
                plain.extend(c.to_lowercase());
            }
            record.replace(name, &plain)
        })
}

/// Returns the first lines of all diagnostics.
fn heads(text: &str) -> Vec<&str> {
    let marks = ["  × ", "  ⚠ "];
    let lines = text.lines();
    lines
        .filter(|line| marks.iter().any(|mark| line.starts_with(mark)))
        .collect()
}

/// Returns the text with its line breaks and box-drawing characters removed.
fn joined(text: &str) -> String {
    let words = text.split_whitespace();
    let drawn = ["│", "├─", "╰─", "·"];
    words
        .filter(|word| !drawn.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn names_in_snake_case_are_one_diagnostic() {
    let folder = folder("snake", &[("a.json", list((0..2).map(snake)))]);
    let (text, _) = check(&folder, &["a.json"]);
    assert_eq!(heads(&text).len(), 1, "{text}");
    assert!(text.lines().count() <= 60, "{text}");
    assert!(
        text.starts_with("a.json: the API would refuse 2 of 2 records\n"),
        "{text}"
    );
    let text = joined(&text);
    assert!(
        text.contains("5 names are in snake_case: \"contact_code\" for contactCode"),
        "{text}"
    );
    assert!(
        text.contains("fix: write `\"contactCode\"` for `\"contact_code\"`"),
        "{text}"
    );
}

#[test]
fn five_thousand_records_with_three_causes_take_sixty_lines() {
    let record = |number: usize| {
        let record = contact(number);
        match number % 50 {
            0 => record.replace("EmailAddress", "Email"),
            1 => record.replace("\"LastName\": \"Lee\", ", ""),
            2 => record.replace("\"UserName\"", "\"DateFormat\": \"x\", \"UserName\""),
            3 => record.replace("Ann", &"n".repeat(400)),
            _ => record,
        }
    };
    let folder = folder("many", &[("a.json", list((0..5_000).map(record)))]);
    let (text, _) = check(&folder, &["a.json"]);
    assert!(text.lines().count() <= 60, "{text}");
    assert!(text.contains("of 5,000 records"), "{text}");
    assert!(
        joined(&text).contains("also in 99 records: C-50 (line 52), C-100 (line 102)"),
        "{text}"
    );
    let causes = text.split_once("causes (see geplint explain RULE)\n").unwrap().1;
    assert!(causes.contains("100  error    missing-mandatory"), "{causes}");
    let pair = "EmailAddress is missing, rename \"Email\"?";
    assert!(joined(&text).contains(pair), "{text}");
}

#[test]
fn a_pair_is_one_finding_in_every_format_and_either_half_can_be_ignored() {
    let record = contact(1).replace("EmailAddress", "Email");
    let folder = folder("pair", &[("a.json", list([record]))]);
    let json = |args: &[&str]| -> Vec<Value> {
        let args: Vec<&str> = ["a.json", "--format=json"].iter().chain(args).copied().collect();
        let report: Value = serde_json::from_str(&check(&folder, &args).0).unwrap();
        report["findings"].as_array().unwrap().clone()
    };
    let both = json(&[]);
    assert_eq!(both.len(), 1, "{both:?}");
    assert_eq!(both[0]["pointer"], "/0/EmailAddress");
    assert_eq!(both[0]["rule"], "missing-mandatory");
    assert_eq!(both[0]["related"]["start"]["column"], 84);
    let edit = &both[0]["fix"]["edits"][0];
    assert_eq!(
        (&edit["start"], &edit["text"]),
        (&both[0]["related"]["start"]["offset"], &"\"EmailAddress\"".into())
    );
    let name = json(&["--ignore=missing-mandatory"]);
    assert_eq!((name.len(), &name[0]["pointer"]), (1, &"/0/Email".into()));
    let missing = json(&["--ignore=unknown-property"]);
    assert_eq!(
        (missing.len(), &missing[0]["message"]),
        (1, &"EmailAddress is missing".into())
    );
    for format in FORMATS {
        let (text, _) = check(&folder, &["a.json", "--format", format]);
        assert!(!text.contains("is not a property"), "{format}: {text}");
        // The overview names rules and counts only.
        let title = if format == "table" {
            "missing-mandatory"
        } else {
            "EmailAddress is missing"
        };
        assert!(text.contains(title), "{format}: {text}");
    }
    let (line, _) = check(&folder, &["a.json", "--format=concise"]);
    assert_eq!(
        line,
        "a.json:2:1: error[missing-mandatory] /0/EmailAddress (C-1): EmailAddress is missing, rename \"Email\"? (--fix --unsafe-fixes)\n"
    );
}

#[test]
fn the_fix_that_is_shown_is_the_one_that_is_made() {
    let record = contact(1).replace("EmailAddress", "email");
    let folder = folder("fix", &[("a.json", list([record]))]);
    let (text, _) = check(&folder, &["a.json"]);
    let text = joined(&text);
    let shown = text.split_once("fix: write `").unwrap().1;
    let new = shown.split('`').next().unwrap();
    check(&folder, &["a.json", "--fix", "--unsafe-fixes"]);
    assert!(
        fs::read_to_string(folder.join("a.json"))
            .unwrap()
            .contains(&format!("{new}: \"u1@"))
    );
}

/// Creates files that each have an error and a warning of another kind.
fn several(files: usize) -> Vec<(String, String)> {
    let names = ["UserName", "FirstName", "LastName", "EmailAddress"];
    let file = |number: usize| {
        let name = names[number % names.len()];
        let record = contact(number).replace(&format!("\"{name}\""), &format!("\"X{number}\""));
        (format!("{number:02}.json"), list([record]))
    };
    (0..files).map(file).collect()
}

#[test]
fn warnings_are_cut_before_errors_and_the_rest_is_counted() {
    let files = several(12);
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (&**name, text.clone())).collect();
    let folder = folder("cut", &files);
    let args = |most: &'static str| ["--endpoint=contact-details", "--max-findings", most, "."];
    let (all, summary) = check(&folder, &args("0"));
    let (cut, same) = check(&folder, &args("4"));
    let count = |text: &str| {
        let of = |mark: &str| {
            text.lines()
                .filter(|line| line.contains(mark) && !line.starts_with("  1"))
                .count()
        };
        (of("error["), of("warning["))
    };
    assert_eq!(count(&all), (12, 12), "{all}");
    assert_eq!(count(&cut), (4, 0), "{cut}");
    assert!(
        cut.contains("20 more diagnostics not shown (8 errors, 12 warnings)"),
        "{cut}"
    );
    assert!(joined(&cut).contains("--max-findings 0 shows all"), "{cut}");
    let causes = |text: &str| {
        text.split_once("causes (see geplint explain RULE)\n")
            .unwrap()
            .1
            .to_owned()
    };
    assert_eq!(causes(&all), causes(&cut));
    let plain = |text: &str| text.split(" (0").next().unwrap().to_owned();
    assert_eq!(plain(&summary), plain(&same));
    let (wide, _) = check(&folder, &args("14"));
    assert_eq!(count(&wide), (12, 2), "{wide}");
}

#[test]
fn any_number_of_threads_shows_the_same() {
    let files = several(60);
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (&**name, text.clone())).collect();
    let folder = folder("threads", &files);
    for most in ["0", "7", "50"] {
        let run = |jobs| {
            let args = [
                "--endpoint=contact-details",
                "--max-findings",
                most,
                "--jobs",
                jobs,
                ".",
            ];
            check(&folder, &args).0
        };
        let one = run("1");
        assert!(one.contains("causes"), "{one}");
        assert_eq!(one, run("3"), "{most}");
    }
}

#[test]
fn the_general_text_of_a_rule_is_printed_once() {
    let files = several(8);
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (&**name, text.clone())).collect();
    let folder = folder("once", &files);
    let (text, _) = check(&folder, &["--endpoint=contact-details", "--max-findings=0", "."]);
    // Of each of the two rules.
    assert_eq!(joined(&text).matches("why: ").count(), 2, "{text}");
    // A diagnostic like one of an earlier file has one line.
    let again = text
        .lines()
        .filter(|line| line.starts_with("04.json:") && line.contains("error["));
    assert_eq!(again.count(), 1, "{text}");
}

#[test]
fn github_has_errors_first_and_a_command_a_cause() {
    let record = |number: usize| {
        let record = contact(number).replace("EmailAddress", "Email");
        record.replacen('{', "{\"zzz\": 1, ", 1)
    };
    let folder = folder("github", &[("a.json", list((0..30).map(record)))]);
    let (text, _) = check(&folder, &["a.json", "--format=github"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("::error")).count(),
        1,
        "{text}"
    );
    assert!(
        lines[0].starts_with("::error") && lines[1].starts_with("::warning"),
        "{text}"
    );
    assert!(
        lines[0].contains("/0/EmailAddress (C-0): EmailAddress is missing"),
        "{text}"
    );
    assert!(lines[0].contains("Also in 29 records: C-1 (line 3)"), "{text}");
    assert!(
        lines[0].contains("See `geplint explain missing-mandatory`."),
        "{text}"
    );
}

#[test]
fn a_file_begins_with_what_the_api_answers_first() {
    let yes = contact(1)
        .replacen('{', "{\"IsActive\": \"yes\", ", 1)
        .replace("Lee", "");
    let folder = folder(
        "first",
        &[("a.json", list([yes])), ("b.json", list([contact(1)]))],
    );
    let (text, _) = check(&folder, &["a.json", "b.json"]);
    let first =
        "a.json: the API would refuse the whole request: 400 \"Could not convert string to boolean: yes.\"";
    assert!(joined(&text).starts_with(first), "{text}");
    assert!(
        joined(&text).contains("once the other values convert: 400 "),
        "{text}"
    );
    assert!(!text.contains("b.json"), "{text}");
}

/// The diagnostic stays short, however many unknown names a file has.
#[test]
fn a_thousand_unknown_names_are_one_diagnostic() {
    let mut names = String::new();
    for number in 0..1_000 {
        let _ = write!(names, "\"zzz{number}q\": 1, ");
    }
    let record = contact(1).replacen('{', &format!("{{{names}"), 1);
    let folder = folder("unknown", &[("a.json", list([record]))]);
    let (text, _) = check(&folder, &["--endpoint=contact-details", "a.json"]);
    assert_eq!(heads(&text).len(), 1, "{text}");
    assert!(text.contains("1000 names are not known here"), "{text}");
}

#[test]
fn other_places_in_the_same_record_are_named() {
    let codes: Vec<String> = (0..12)
        .map(|number| format!("{{\"ContactCode\": \"u{number}@example.com\"}}"))
        .collect();
    let group = |codes: &[String]| {
        format!(
            "[{{\"GroupName\": \"g\", \"ContactCodes\": [\n{}\n]}}]\n",
            codes.join(",\n")
        )
    };
    let files = [("all.json", group(&codes)), ("two.json", group(&codes[..2]))];
    let folder = folder("same-record", &files);
    let (text, _) = check(&folder, &["all.json"]);
    let also = "also at 11 places in this record: line 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13";
    assert!(joined(&text).contains(also), "{text}");
    let (text, _) = check(&folder, &["two.json"]);
    let also = "also at 1 place in this record: line 3 (\"u1@example.com\")";
    assert!(joined(&text).contains(also), "{text}");
    let (text, _) = check(&folder, &["all.json", "--format", "github"]);
    assert!(text.contains("Also at 11 places in this record: "), "{text}");
}

#[test]
fn a_list_that_is_a_text_and_an_element_that_is_one_are_two_causes() {
    let text = r#"[{"GroupName":"a","ContactCodes":["C-1","C-2"]},{"GroupName":"b","ContactCodes":"C-3"}]"#;
    let folder = folder("two-causes", &[("a.json", text.to_owned())]);
    let (text, _) = check(&folder, &["a.json"]);
    assert_eq!(heads(&text).len(), 2, "{text}");
    assert!(
        joined(&text).contains("also at 1 place in this record: 1:41 (\"C-2\")"),
        "{text}"
    );
}

#[test]
fn properties_that_may_not_be_null_are_one_diagnostic() {
    let record = contact(1).replace('}', ", \"IsActive\": null, \"IsDeleted\": null}");
    let folder = folder("null", &[("a.json", list([record]))]);
    let (text, _) = check(&folder, &["a.json"]);
    assert_eq!(heads(&text).len(), 1, "{text}");
    let title = "2 properties are refused unless they are nullable:";
    assert!(joined(&text).contains(title), "{text}");
}

#[test]
fn the_list_of_causes_has_positions_and_texts() {
    let files = [
        ("a.json", list([contact(1)]) + "]"),
        ("b.json", String::new()),
        ("c.json", contact(2)),
        ("d.json", list([contact(3), contact(3)])),
    ];
    let folder = folder("causes", &files);
    let (text, _) = check(&folder, &["a.json", "b.json", "c.json", "d.json"]);
    let (_, causes) = text.split_once("\ncauses (see geplint explain RULE)\n").unwrap();
    for (file, what) in [
        ("a.json", "an extra bracket"),
        ("b.json", "empty file"),
        ("c.json", "the whole body"),
    ] {
        let line = causes.lines().find(|line| line.ends_with(&format!("({file})")));
        assert!(line.is_some_and(|line| line.contains(what)), "{file}: {text}");
    }
}

#[test]
fn a_removal_of_invisible_text_shows_no_empty_code() {
    let bom = format!("\u{feff}{}", list([contact(2)]));
    let folder = folder("taken-out", &[("b.json", bom)]);
    let (text, _) = check(&folder, &["b.json"]);
    assert!(!text.contains("``"), "{text}");
    assert!(text.contains("remove the byte order mark (--fix)"), "{text}");
}

/// The list of causes counts each finding under its own severity and rule, whatever diagnostic it is part of.
#[test]
fn the_list_of_causes_counts_as_the_summary_does() {
    let mixed = snake(1).replace('{', "{\"is_active\": \"true\", \"culture_code\": \"en-US\", ");
    let quoted = contact(2).replace(
        '{',
        "{\"IsActive\": \"true\", \"IsBuyer\": \"yes\", \"IsDeleted\": \"false\", ",
    );
    let folder = folder(
        "tallies",
        &[("snake.json", list([mixed])), ("quoted.json", list([quoted]))],
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    for (folder, what) in [
        (folder.as_path(), "."),
        (root.as_path(), "rules"),
        (root.as_path(), "documented"),
    ] {
        let shared = ["--no-config", "--min-severity", "advice", what];
        let (text, _) = check(folder, &[&["--max-findings", "0"][..], &shared].concat());
        let (json, _) = check(folder, &[&["--format", "json"][..], &shared].concat());
        let json: Value = serde_json::from_str(&json).unwrap();
        let mut wanted = BTreeMap::new();
        for finding in json["findings"].as_array().unwrap() {
            let key = |name: &str| finding[name].as_str().unwrap().to_owned();
            *wanted.entry((key("severity"), key("rule"))).or_insert(0) += 1;
        }
        let (_, list) = text.split_once("causes (see geplint explain RULE)\n").unwrap();
        let mut found = BTreeMap::new();
        // Further names of a row are indented.
        for row in list.lines().filter(|line| !line.starts_with("            ")) {
            let mut words = row.split_whitespace();
            let Some(count) = words.next() else { break };
            let count: u64 = count.replace(',', "").parse().unwrap();
            let mut word = || words.next().unwrap().to_owned();
            *found.entry((word(), word())).or_insert(0) += count;
        }
        assert_eq!(found, wanted, "{what}: {list}");
    }
}

/// In a narrow terminal a title is broken between words, without a bar, and the first other place is named.
#[test]
fn titles_are_broken_between_words() {
    let bad = |number: usize| contact(number).replace('}', ", \"LastLoginDate\": \"31/12/2024\"}");
    let nulls = contact(9).replace("\"Lee\"", "null");
    let folder = folder("narrow", &[("a.json", list([bad(1), bad(2), nulls, contact(9)]))]);
    for columns in ["40", "60", "140"] {
        let mut command = geplint();
        command.args(["check", "a.json"]).current_dir(&folder);
        let ran = command.env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("  │ ")), "{text}");
        assert!(!text.lines().any(|line| line.ends_with(' ')), "{text}");
        let joined = joined(&text);
        for title in [
            "error[does-not-convert]: LastLoginDate: the string \"31/12/2024\" does not convert to a date",
            "error[missing-mandatory]: LastName is null",
            "warning[duplicate-record]: an earlier record",
        ] {
            assert!(joined.contains(title), "{title}: {text}");
        }
        assert!(joined.contains("also in 1 record: C-2 (line 3)"), "{text}");
    }
}

/// What a title quotes is not shown again, and an empty value needs no help beyond that of the first one.
#[test]
fn a_diagnostic_says_each_thing_once() {
    let one = contact(1).replace("\"Ann\"", "\"NULL\"");
    let three = contact(3).replace("\"Lee\"", "\"undefined\"");
    let two = contact(2).replace("\"Lee\"", "\"\"").replace("\"Ann\"", "null");
    let folder = folder("each_once", &[("a.json", list([one, two, three]))]);
    let (text, _) = check(&folder, &["a.json"]);
    assert_eq!(text.matches("\"undefined\"").count(), 1, "{text}");
    assert_eq!(text.matches("help: Give ").count(), 1, "{text}");
    // The line of the null is drawn, and not that of the empty value.
    let lines = text.lines().filter(|line| line.starts_with(" 3 │ "));
    assert_eq!(lines.count(), 1, "{text}");
}

/// Names that belong into one object are one diagnostic, and where the object is missing, its fix makes it.
#[test]
fn names_of_another_object_are_one_diagnostic() {
    let flat = |number: usize, more: &str| contact(number).replace('}', &format!("{more}}}"));
    let whole = r#", "addressLine1": "1 Way", "City": "Austin", "CountryCode": "US", "Phone": "1""#;
    let part = r#", "AddressLine1": "1 Way", "City": "Austin""#;
    let there = r#", "City": "Austin", "ZipCode": "78701", "Address": {"CountryCode": "US"}"#;
    let rest = r#", "City": "Austin", "CountryCode": "US", "country_code": "US""#;
    let nested =
        r#""address": {"addressLine1": "1 Way", "City": "Austin", "CountryCode": "US", "PhoneNo": "1"}"#;
    let moved = r#""Address": {"CountryCode": "US","City": "Austin","ZipCode": "78701"}"#;
    for (name, more, title, after) in [
        (
            "flat_whole",
            whole,
            "4 names belong inside Address: \"addressLine1\", \"City\", \"CountryCode\" and \"Phone\" as PhoneNo",
            nested,
        ),
        // Without its mandatory property the object would be refused.
        (
            "flat_part",
            part,
            "2 names belong inside Address: \"AddressLine1\" and \"City\"",
            part,
        ),
        (
            "flat_there",
            there,
            "2 names belong inside Address: \"City\" and \"ZipCode\"",
            moved,
        ),
        // One of two values would be lost.
        (
            "flat_twice",
            rest,
            "3 names belong inside Address: \"City\", \"CountryCode\" and \"country_code\" as CountryCode",
            rest,
        ),
        (
            "flat_snake",
            r#", "city": "Austin", "country_code": "US""#,
            "2 names belong inside Address: \"city\" and \"country_code\" as CountryCode",
            r#""address": {"city": "Austin", "countryCode": "US"}"#,
        ),
    ] {
        let folder = folder(name, &[("a.json", list([flat(1, more)]))]);
        let (text, _) = check(&folder, &["a.json"]);
        assert_eq!(heads(&text).len(), 1, "{text}");
        assert!(joined(&text).contains(title), "{text}");
        check(&folder, &["--fix", "--unsafe-fixes", "a.json"]);
        let text = fs::read_to_string(folder.join("a.json")).unwrap();
        assert!(text.contains(after), "{name}: {text}");
    }
}

/// What the API answers to a file takes two lines at most; `predict` prints all of it.
#[test]
fn a_long_answer_is_cut() {
    let folder = folder("long_answer", &[("a.json", contact(1))]);
    for columns in ["40", "80", "140"] {
        let mut command = geplint();
        command.args(["check", "a.json"]).current_dir(&folder);
        let ran = command.env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        let head: Vec<&str> = text
            .lines()
            .take_while(|line| !line.starts_with("  × "))
            .collect();
        let most = if columns == "40" { 5 } else { 2 };
        assert!(head.len() <= most, "{text}");
        let head = head.join(" ");
        assert!(
            head.contains("400 \"Cannot deserialize the current JSON object"),
            "{text}"
        );
        assert!(head.ends_with('"'), "{text}");
        assert_eq!(head.contains('…'), columns != "140", "{text}");
    }
}

/// Values that are each in an object, as a converter from XML writes them, are one diagnostic with a fix.
#[test]
fn values_in_objects_are_one_diagnostic() {
    let boxed = |name: &str| {
        let text = contact(1);
        let fields = ["ContactCode", "UserName", "FirstName", "LastName", "EmailAddress"];
        fields.iter().fold(text, |text, field| {
            let start = text.find(&format!("\"{field}\": ")).unwrap() + field.len() + 4;
            let end = start + text.get(start + 1..).unwrap().find('"').unwrap() + 2;
            let value = text.get(start..end).unwrap().to_owned();
            text.replacen(&value, &format!("{{\"{name}\": {value}}}"), 1)
        })
    };
    let folder = folder(
        "boxed",
        &[
            ("a.json", list([boxed("#text")])),
            ("b.json", list([boxed("$ref")])),
        ],
    );
    let (text, _) = check(&folder, &["a.json"]);
    assert_eq!(heads(&text).len(), 1, "{text}");
    let text = joined(&text);
    assert!(
        text.contains("5 properties have their values in objects: ContactCode,"),
        "{text}"
    );
    assert!(
        text.contains("fix: remove `{\"#text\":` and `}`, and 4 more like it"),
        "{text}"
    );
    check(&folder, &["--fix", "--unsafe-fixes", "a.json", "b.json"]);
    let after = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let values = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(values(&after("a.json")), values(&list([contact(1)])));
    assert_eq!(after("b.json"), list([boxed("$ref")]));
    // An empty value would be missing: the fix would not help.
    let empty = contact(1).replace("\"Lee\"", "{\"#text\": \"\"}");
    fs::write(folder.join("a.json"), list([empty])).unwrap();
    let (text, _) = check(&folder, &["a.json"]);
    assert!(!text.contains("fix:"), "{text}");
}

/// A rule with many causes has the first of them in the list, and an object without one of several properties has the
/// names of all.
#[test]
fn labels_and_causes_have_few_names() {
    let values = "\"CurrencyCode\": [], \
                  \"FirstName\": [], \"LastName\": [], \"UserName\": [], \"Regions\": 5, \"Categories\": 6, \
                  \"ManagerCode\": {}, \"CustomFields\": 7, \"OrgEntities\": 8";
    let record = format!("{{\"ContactCode\": \"C-1\", \"EmailAddress\": \"a@example.com\", {values}}}");
    let folder = folder(
        "names",
        &[
            ("a.json", list([record])),
            (
                "b.json",
                list(["{\"Contact_Code\": \"C-1\", \"BuDetails\": {\"OrgDetails\": []}}".to_owned()]),
            ),
        ],
    );
    let (text, _) = check(&folder, &["--endpoint", "contact-details", "a.json"]);
    let (_, causes) = text.split_once("causes (see geplint explain RULE)\n").unwrap();
    let row = causes
        .lines()
        .find(|line| line.contains("does-not-convert"))
        .unwrap();
    assert!(joined(causes).contains(" and 4 more"), "{causes}");
    assert!(row.contains("9  error"), "{row}");
    let (text, _) = check(
        &folder,
        &["--endpoint", "save-contact-authorization-details", "b.json"],
    );
    assert!(text.contains("lacks ContactCode or UserName"), "{text}");
}
