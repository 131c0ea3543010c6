//! Tests of the formats for machines: each is valid in its format, has correct positions, and contains no commands.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::support::sample;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use clap::ValueEnum as _;
use geplint::finding::{Finding, Severity, Span, Target, Wording};
use geplint::report::sanitize::{self, is_unprintable};
use geplint::report::{Format, GitHub, GitLab, JUnit, JsonLines, Palette, RdJson, Report, Sarif, Statistics};
use geplint::rules::rule_texts;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use sample::{CONTACTS, contacts, document, file, finding, on, plain, predicted};

use crate::support::{FORMATS, documents, empty_folder, geplint};

const PLAIN: Palette = Palette { color: false };

fn shown(report: &dyn Report) -> String {
    document(
        report,
        &[
            file("./payloads/contacts.json", CONTACTS.as_bytes(), contacts()),
            file("payloads/clean.json", b"[]", vec![]),
        ],
    )
}

/// Removes links to the repository: snapshots must not depend on it.
fn without_links(text: &str) -> String {
    let Some(url) = geplint::repository_url::repository_url() else {
        return text.to_owned();
    };
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if !line.contains(url.url()) {
            lines.push(line);
        } else if let (false, Some(last)) = (line.ends_with(','), lines.last_mut()) {
            // The removed line was the last member of its object.
            *last = last.trim_end_matches(',');
        }
    }
    lines.join("\n") + "\n"
}

/// The output of every format; a format without a snapshot fails.
#[test]
fn every_format_is_what_its_snapshot_shows() {
    for format in Format::ALL {
        let mut text = shown(format.report(plain(80), false).as_ref());
        if format == Format::Sarif {
            // The rules are those of `rules/rules.toml`, and would only repeat it.
            let (head, rest) = text.split_once("\"rules\": [").unwrap();
            let (_, tail) = rest.split_once("\n          ]").unwrap();
            text = format!("{head}\"rules\": […]{tail}");
        }
        insta::assert_snapshot!(format.name(), without_links(&text));
    }
}

/// Every snapshot belongs to an existing format.
#[test]
fn every_snapshot_has_its_format() {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    let snapshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let mut seen = 0;
    for entry in fs::read_dir(snapshots).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(of) = name
            .strip_prefix("it__formats__")
            .and_then(|rest| rest.strip_suffix(".snap"))
        else {
            continue;
        };
        assert!(of == "statistics" || names.contains(&of), "{name}");
        seen += 1;
    }
    assert_eq!(seen, names.len() + 1, "one each, and the statistics");
}

#[test]
fn statistics() {
    let mut all = Statistics::default();
    assert_eq!(all.lines(PLAIN), "");
    for name in ["a.json", "b.json"] {
        all.absorb(Statistics::of(&file(name, CONTACTS.as_bytes(), contacts())));
    }
    insta::assert_snapshot!(all.lines(PLAIN));
}

/// Returns the formats for programs, and the table, which is built from the same parts.
fn machines() -> impl Iterator<Item = (&'static str, Box<dyn Report>)> {
    Format::ALL
        .into_iter()
        .filter(|format| !matches!(format, Format::Full | Format::Concise | Format::Json))
        .map(|format| (format.name(), format.report(plain(80), false)))
}

/// Returns the number of findings that a parser finds in a document; `None` for text.
fn parse(format: &str, document: &str) -> Option<usize> {
    documents::findings(Format::from_str(format, false).unwrap(), document)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text_at(text: &str, from: (usize, usize), to: (usize, usize), unit: Unit) -> &str {
    &text[offset(text, from, unit)..offset(text, to, unit)]
}

#[derive(Clone, Copy)]
enum Unit {
    Byte,
    Utf16,
}

/// Computes the offset of a line and a column without the code under test.
fn offset(text: &str, (line, column): (usize, usize), unit: Unit) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let mut left = column - 1;
    let width = |c: char| match unit {
        Unit::Byte => c.len_utf8(),
        Unit::Utf16 => c.len_utf16(),
    };
    let inside = text[start..].chars().take_while(|c| {
        let fits = left >= width(*c);
        left = left.saturating_sub(width(*c));
        fits
    });
    start + inside.map(char::len_utf8).sum::<usize>()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// A text with wide characters before every position, so that counts of bytes, characters and UTF-16 units differ.
const WIDE: &str = "[ { \"é😀\": \"naïve\", \"Straße😀\": \"東京\" },\r\n  { \"ü\": [\n1,\n2] } ]\n";
const PLACES: [&str; 5] = ["\"naïve\"", "\"Straße😀\"", "\"東京\"", "\"ü\"", "[\n1,\n2]"];

fn wide() -> Vec<Finding> {
    let at = |part: &str| finding("too-long", sample::span(WIDE, part, 0), part);
    PLACES.iter().map(|part| at(part)).collect()
}

/// True if `shown`, which viewers render as Markdown, begins with the sanitized `text`.
fn begins(shown: &Value, text: &str) -> bool {
    let shown = shown.as_str().unwrap().trim_start_matches('`');
    shown.starts_with(sanitize::line(text).as_ref())
}

#[test]
fn sarif_regions_slice_to_the_text() {
    let log = json(&document(&Sarif, &[file("a.json", WIDE.as_bytes(), wide())]));
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), PLACES.len());
    for result in results {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let place = |line: &str, column: &str| (number(&region[line]), number(&region[column]));
        let text = text_at(
            WIDE,
            place("startLine", "startColumn"),
            place("endLine", "endColumn"),
            Unit::Utf16,
        );
        assert!(begins(&result["message"]["text"], text));
    }
}

#[test]
fn rdjson_ranges_slice_to_the_text() {
    let result = json(&document(&RdJson, &[file("a.json", WIDE.as_bytes(), wide())]));
    for diagnostic in result["diagnostics"].as_array().unwrap() {
        let range = &diagnostic["location"]["range"];
        let place = |end: &str| (number(&range[end]["line"]), number(&range[end]["column"]));
        let text = text_at(WIDE, place("start"), place("end"), Unit::Byte);
        assert!(begins(&diagnostic["message"], text));
    }
}

#[test]
fn jsonl_has_the_rows_of_json() {
    let files = || [file("a.json", WIDE.as_bytes(), wide())];
    let lines = document(&JsonLines, &files());
    let rows: Vec<Value> = lines.lines().map(json).collect();
    let whole = json(&document(&geplint::report::Json, &files()));
    assert_eq!(Value::Array(rows), whole["findings"]);
}

/// Parses a workflow command as the runner does.
fn command(line: &str) -> (&str, Vec<(&str, String)>, String) {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let plain = |text: &str| {
        let pairs = [
            ("%3A", ":"),
            ("%2C", ","),
            ("%0A", "\n"),
            ("%0D", "\r"),
            ("%25", "%"),
        ];
        pairs
            .iter()
            .fold(text.to_owned(), |text, (code, c)| text.replace(code, c))
    };
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key, plain(value)))
        .collect();
    (name, properties, plain(data))
}

/// Changes the findings to be about different properties, so that each is a separate cause.
fn apart(findings: Vec<Finding>) -> Vec<Finding> {
    let numbered = findings.into_iter().enumerate();
    numbered
        .map(|(number, finding)| on(finding, |grounds| grounds.constraint = format!("T.P{number}")))
        .collect()
}

#[test]
fn github_points_at_the_text_and_leaves_columns_of_several_lines_out() {
    let findings = apart(wide());
    let text = document(&GitHub, &[file("a, b:c%.json", WIDE.as_bytes(), findings)]);
    assert_eq!(text.lines().count(), PLACES.len());
    for line in text.lines() {
        let (name, properties, message) = command(line);
        assert_eq!(name, "error");
        let get = |key: &str| {
            properties
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.as_str())
        };
        let int = |key: &str| get(key).unwrap().parse::<usize>().unwrap();
        assert_eq!(get("file"), Some("a, b:c%.json"));
        assert_eq!(get("title"), Some("geplint[too-long]"));
        let Some(column) = get("col") else {
            assert!(
                get("endColumn").is_none() && int("endLine") > int("line"),
                "{line}"
            );
            continue;
        };
        let start = (int("line"), column.parse().unwrap());
        let part = text_at(WIDE, start, (int("endLine"), int("endColumn")), Unit::Byte);
        assert!(PLACES.contains(&part), "{line}");
        let place = format!("a, b:c%.json:{}:{}: {part}", start.0, start.1);
        assert!(message.starts_with(&place), "{message}");
        assert!(
            message.ends_with(". See `geplint explain too-long`."),
            "{message}"
        );
    }
}

#[test]
fn github_counts_omitted_findings() {
    let many = |count: u32| -> Vec<Finding> {
        (0..count)
            .map(|at| finding("too-long", Span::new(at, at), "m"))
            .collect()
    };
    let one_cause = document(&GitHub, &[file("a.json", b"", many(11))]);
    assert_eq!(one_cause.lines().count(), 1);
    let lines = |count| document(&GitHub, &[file("a.json", b"", apart(many(count)))]);
    assert_eq!(lines(10).lines().count(), 10);
    let eleven = lines(11);
    assert!(
        eleven
            .lines()
            .last()
            .unwrap()
            .starts_with("::notice title=geplint::11 annotations of errors, 0 of warnings.")
    );
}

#[test]
fn an_object_with_a_missing_property_is_marked_at_its_bracket() {
    let log = json(&shown(&Sarif));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let lacking = results
        .iter()
        .find(|result| result["ruleId"] == "missing-mandatory")
        .unwrap();
    let place = &lacking["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["endLine"], place["region"]["startLine"]);
    assert!(place["contextRegion"]["endLine"].as_u64() > place["region"]["endLine"].as_u64());
    assert!(contacts().iter().any(|finding| finding.target == Target::Object));
}

#[test]
fn sarif_lists_every_rule_with_help() {
    let log = json(&document(&Sarif, &[]));
    let run = &log["runs"][0];
    assert_eq!(run["results"], Value::Array(vec![]));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), rule_texts().len());
    for (rule, text) in rules.iter().zip(rule_texts()) {
        assert_eq!(rule["id"], text.id.as_str());
        let level = match text.severity.word() {
            "advice" => "note",
            other => other,
        };
        assert_eq!(rule["defaultConfiguration"]["level"], level);
        for place in [
            &rule["shortDescription"]["text"],
            &rule["fullDescription"]["text"],
            &rule["help"]["text"],
            &rule["help"]["markdown"],
        ] {
            assert!(!place.as_str().unwrap().is_empty(), "{}", text.id);
        }
    }
    let known = document(&Sarif, &[file("a.json", WIDE.as_bytes(), wide())]);
    let result = &json(&known)["runs"][0]["results"][0];
    let index = number(&result["ruleIndex"]);
    assert_eq!(rule_texts()[index].id, "too-long");
}

/// Requirements of the published schema that the types do not guarantee. The schema itself is not in the repository.
#[test]
fn sarif_follows_the_standard() {
    let (text, findings) = hostile();
    let log = json(&document(&Sarif, &[file(NASTY, text.as_bytes(), findings)]));
    assert_eq!(log["version"], "2.1.0");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        assert!(uri.bytes().all(fine) && !uri.starts_with('/'), "{uri}");
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(number(&place["region"][key]) >= 1);
        }
        assert!(matches!(result["level"].as_str(), Some("error" | "warning")));
        assert!(!result["message"]["text"].as_str().unwrap().contains("]("));
    }
    assert!(log["runs"][0]["originalUriBaseIds"].get("%SRCROOT%").is_some());
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_in_one_report() {
    let moved = format!("\n\n{CONTACTS}");
    let down = |finding: Finding| Finding {
        span: Span::new(finding.span.start + 2, finding.span.end + 2),
        related: None,
        ..finding
    };
    let prints = |text: &str, findings: Vec<Finding>| -> Vec<String> {
        let log = json(&document(&GitLab, &[file("a.json", text.as_bytes(), findings)]));
        log.as_array()
            .unwrap()
            .iter()
            .map(|issue| issue["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let here = prints(CONTACTS, contacts());
    assert_eq!(here, prints(&moved, contacts().into_iter().map(down).collect()));
    let twice = || [contacts(), contacts()].concat();
    let both = [
        file("a.json", CONTACTS.as_bytes(), twice()),
        file("b.json", CONTACTS.as_bytes(), twice()),
    ];
    let issues = json(&document(&GitLab, &both));
    let prints: BTreeSet<_> = issues
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), contacts().len() * 4);
}

#[test]
fn fingerprints_stay_when_a_record_is_added_in_front() {
    let folder = empty_folder("formats", "fingerprints");
    let checked = |format: &str, pick: fn(&Value) -> Vec<String>, first: &str| -> BTreeSet<String> {
        let body = format!(
            r#"[{first}{{"GroupName":"buyers","IsActive":"X","ContactCodes":[{{"ContactCode":"C-1"}}]}},
            {{"GroupName":"sellers","IsActive":"X","ContactCodes":[{{"ContactCode":"C-2"}}]}}]"#
        );
        fs::write(folder.join("groups.json"), body).unwrap();
        let mut run = geplint();
        run.current_dir(&folder)
            .args(["check", "--quiet", "--format", format, "groups.json"]);
        pick(&json(&String::from_utf8(run.output().unwrap().stdout).unwrap()))
            .into_iter()
            .collect()
    };
    let gitlab = |log: &Value| -> Vec<String> {
        let issues = log.as_array().unwrap().iter();
        issues
            .map(|issue| issue["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let sarif = |log: &Value| -> Vec<String> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results
            .map(|result| {
                result["partialFingerprints"]["geplint/v2"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    let good = r#"{"GroupName":"first","ContactCodes":[{"ContactCode":"C-0"}]},"#;
    for (format, pick) in [("gitlab", gitlab as fn(&Value) -> Vec<String>), ("sarif", sarif)] {
        let before = checked(format, pick, "");
        assert_eq!(before.len(), 2, "{format}");
        assert_eq!(before, checked(format, pick, good), "{format}");
    }
}

const NASTY: &str = "a\r\n::error::x\n::stop-commands::y\n%0A%25,:=]]>\"'<&amp;[l](https://example.com) ##[group]g \
                     ##vso[task.x]v \u{1b}[2J\u{7}\u{0}\u{8}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{7f}\u{ffff}.json";

fn hostile() -> (String, Vec<Finding>) {
    let text = format!("[\n\"{NASTY}\", {{\"{NASTY}\": \"{NASTY}\"}}]");
    let all = Finding {
        pointer: NASTY.to_owned(),
        record_key: Some(NASTY.into()),
        related: Some(Box::new((Span::new(0, 1), NASTY.into()))),
        help: NASTY.into(),
        predicted: Some(predicted(NASTY, NASTY, NASTY, Wording::Documented)),
        ..on(finding("rule", Span::new(2, 5), NASTY), |basis| {
            basis.rule = NASTY.into();
            basis.why = NASTY.into();
            basis.constraint = NASTY.into();
            basis.source = NASTY.into();
        })
    };
    let mild = Finding {
        severity: Severity::Warning,
        help: "".into(),
        span: Span::new(3, 4),
        ..all.clone()
    };
    (text, vec![all, mild])
}

#[test]
fn no_text_of_a_file_commands_a_runner() {
    let (text, findings) = hostile();
    for (format, report) in machines() {
        let files = [
            file(NASTY, text.as_bytes(), findings.clone()),
            file("::error::a\n::error::b", text.as_bytes(), findings.clone()),
            file("\n::error::clean", b"[]", vec![]),
        ];
        let shown = document(report.as_ref(), &files);
        for line in shown.lines() {
            assert!(!line.chars().any(is_unprintable), "{format}: {line:?}");
            assert!(
                !line.contains("##[") && !line.contains("##vso["),
                "{format}: {line:?}"
            );
            let ours = format == "github"
                && (line.starts_with("::error file=") || line.starts_with("::warning file="));
            assert!(ours || !line.trim_start().starts_with("::"), "{format}: {line:?}");
        }
        match format {
            "github" => {
                assert_eq!(shown.lines().count(), 4);
                for line in shown.lines().take(2) {
                    let (_, properties, _) = command(line);
                    assert!(
                        properties[0]
                            .1
                            .starts_with("a\r\n::error::x\n::stop-commands::y\n%0A%25,:=")
                    );
                    let keys: Vec<_> = properties.iter().map(|(key, _)| *key).collect();
                    assert_eq!(keys, ["file", "line", "col", "endLine", "endColumn", "title"]);
                }
            }
            "junit" | "checkstyle" => well_formed(format, &shown),
            "jsonl" => assert!(shown.lines().map(json).all(|row| row["why"] == NASTY)),
            "table" => assert_eq!(shown.lines().count(), 3),
            _ => assert!(parse(format, &shown).is_some(), "{format}: nothing parses it"),
        }
    }
}

/// Invalid UTF-8 and invalid spans: positions still start at 1, and no range ends before it begins.
#[test]
fn broken_text_and_broken_spans() {
    let texts: [&[u8]; 5] = [
        b"",
        b"\xff\xfe[\0]\0",
        b"\xc3",
        b"\xef\xbb\xbf\n\r\n",
        &[0x80; 5_000],
    ];
    for text in texts {
        let end = u32::try_from(text.len()).unwrap();
        for (from, to) in [
            (0, 0),
            (0, end),
            (end, 0),
            (3, 1),
            (end + 9, end + 20),
            (u32::MAX, 0),
        ] {
            for target in [Target::Value, Target::Object] {
                let one = Finding {
                    target,
                    related: Some(Box::new((Span::new(to, from), "there".into()))),
                    ..finding("too-long", Span::new(from, to), "message")
                };
                for (format, report) in machines() {
                    let shown = document(report.as_ref(), &[file("a.json", text, vec![one.clone()])]);
                    assert!(shown.contains("too-long"), "{format}");
                }
                let log = json(&document(&Sarif, &[file("a.json", text, vec![one])]));
                let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
                let place = |line: &str, column: &str| (number(&region[line]), number(&region[column]));
                let (start, end) = (place("startLine", "startColumn"), place("endLine", "endColumn"));
                assert!((1, 1) <= start && start <= end && end.1 >= 1);
            }
        }
    }
}

/// Asserts that the text is well-formed XML with unchanged file names, apart from characters that XML does not allow.
fn well_formed(format: &str, text: &str) {
    let expected: String = NASTY
        .chars()
        .filter(|c| !matches!(c, '\u{0}' | '\u{1b}' | '\u{7}' | '\u{8}' | '\u{ffff}'))
        .collect();
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value)
                        .unwrap()
                        .into_owned();
                    if attribute.key.as_ref() == "name" && matches!(tag.name().as_ref(), "file" | "testsuite")
                    {
                        names.push(value);
                    }
                }
            }
            Event::Text(inside) => assert!(!inside.contains("]]>")),
            _ => {}
        }
    }
    assert_eq!(names[0], expected, "{format}");
    let forbidden = |c: char| c < ' ' && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!text.contains(forbidden), "{format}");
}

#[test]
fn junit_lists_clean_files_and_fails_as_the_run_does() {
    let mild = || Finding {
        severity: Severity::Warning,
        ..finding("too-long", Span::new(0, 1), "m")
    };
    let text = |strict| {
        document(
            &JUnit::new(strict),
            &[
                file("clean.json", b"[]", vec![]),
                file("mild.json", b"[]", vec![mild()]),
            ],
        )
    };
    assert!(text(false).contains("<testsuite name=\"clean.json\" tests=\"1\" failures=\"0\""));
    assert!(!text(false).contains("<failure"));
    assert!(text(true).contains("<testsuite name=\"mild.json\" tests=\"1\" failures=\"1\""));
    assert!(text(true).contains("<failure"));
}

// ---- The command line ----

fn folder(name: &str) -> PathBuf {
    crate::support::empty_folder("formats", name)
}

/// Runs `geplint check` in `testdata/rules`; returns exit code, standard output and standard error.
fn check(args: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = crate::support::geplint()
        .arg("check")
        .args(args)
        .current_dir("testdata/rules")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

const NAMES: [&str; FORMATS.len()] = FORMATS;

#[test]
fn all_outputs_of_a_run_are_the_same_for_any_number_of_threads() {
    let mut runs = Vec::new();
    for jobs in ["1", "2", "7"] {
        let folder = folder(&format!("all-{jobs}"));
        let outputs = NAMES.map(|name| format!("--output={name}={}", folder.join(name).display()));
        let mut args = vec!["--quiet", "--jobs", jobs, "--format", "concise"];
        args.extend(outputs.iter().map(String::as_str));
        let (code, stdout, stderr) = check(&args);
        assert_eq!((code, stderr.as_str()), (Some(1), ""));
        let texts = NAMES.map(|name| fs::read_to_string(folder.join(name)).unwrap());
        assert_eq!(stdout, texts[1]);
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            NAMES.len(),
            "nothing is left over"
        );
        runs.push(texts);
    }
    assert!(runs[0] == runs[1] && runs[1] == runs[2]);
    for (name, text) in NAMES.iter().zip(&runs[0]) {
        let (_, stdout, _) = check(&["--quiet", "--format", name]);
        if *name != "full" {
            assert!(stdout == *text, "{name}");
        }
        if parse(name, text).is_none() {
            assert!(text.lines().count() > 10, "{name}");
        }
    }
}

#[test]
fn an_output_that_cannot_be_written_does_not_stop_the_run() {
    let folder = folder("unwritable");
    let good = folder.join("good.json");
    let good_arg = format!("json={}", good.display());
    let bad_arg = format!("sarif={}", folder.join("none/bad.sarif").display());
    let (code, stdout, stderr) = check(&[
        "blank", "--quiet", "--output", &bad_arg, "--output", &good_arg, "--format", "concise",
    ]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("bad.sarif") && stderr.lines().count() == 1,
        "{stderr}"
    );
    assert!(!stdout.is_empty());
    json(&fs::read_to_string(good).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_does_not_stop_the_run() {
    let (code, stdout, stderr) = check(&["--quiet", "--output=json=/dev/full", "--format", "concise"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("/dev/full: cannot write"), "{stderr}");
    assert!(stdout.lines().count() > 100);
    // The other way round: the file is complete although standard output failed.
    let file = folder("full-stdout").join("a.json");
    let status = crate::support::geplint()
        .args(["check", "--quiet", "testdata/rules", "--output"])
        .arg(format!("json={}", file.display()))
        .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(json(&fs::read_to_string(file).unwrap())["summary"]["errors"].as_u64() > Some(10));
}

#[test]
fn an_output_overwrites_no_payload_and_no_other_output() {
    let folder = folder("overwrite");
    let payload = folder.join("a.json");
    fs::write(&payload, "[]").unwrap();
    let name = payload.to_str().unwrap();
    let (code, _, stderr) = check(&[name, "--output", &format!("json={name}")]);
    assert_eq!(code, Some(2), "{stderr}");
    assert_eq!(fs::read_to_string(&payload).unwrap(), "[]");
    let twice = format!("json={}", folder.join("b").display());
    let (code, _, _) = check(&["blank", "--output", &twice, "--output", &twice]);
    assert_eq!(code, Some(2));
    assert!(!folder.join("b").exists());
    for wrong in ["json", "json=", "json=-", "xml=a"] {
        let (code, _, stderr) = check(&["blank", "--output", wrong]);
        assert_eq!(code, Some(2), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn an_older_file_keeps_its_rights_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("rights");
    let (real, link) = (folder.join("real"), folder.join("link"));
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let (code, _, _) = check(&["blank", "--output", &format!("json={}", link.display())]);
    assert_eq!(code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    json(&fs::read_to_string(&real).unwrap());
}

#[test]
fn statistics_follow_reports_for_people_and_leave_documents_alone() {
    let (_, stdout, stderr) = check(&["blank", "--quiet", "--statistics", "--format", "concise"]);
    assert!(stdout.lines().last().unwrap().contains("  blank  ") && stderr.is_empty());
    let (_, stdout, stderr) = check(&["blank", "--quiet", "--statistics", "--format", "json"]);
    json(&stdout);
    assert!(stderr.lines().last().unwrap().contains("  blank  "), "{stderr}");
}
