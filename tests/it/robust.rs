//! For any content of a file: no panic, no endless run, no control of a terminal, and consistent findings.
//!
//! No test depends on time. Linear work is measured by counting: instructions by `.ci/instructions --linear`, bytes
//! and allocations of reports by `tests/memory/report_linear.rs`. Large cases are here twice: small, and for
//! `.ci/extended`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output as Ran, Stdio};

use geplint::finding::{Finding, Span, Target};
use geplint::grouping::{group, pair};
use geplint::json;
use geplint::lint::{self, Checked};
use geplint::report::{FileReport, Format, Full, Look, Output, Position, Report, Summary};
use geplint::rules::{Candidate, Endpoint, builtin, builtin_ids};
use geplint::tenant::Tenant;
use serde_json::Value;

use crate::support::{FORMATS, documents};

fn endpoints() -> Vec<&'static Endpoint> {
    let all: Vec<_> = builtin_ids().filter_map(builtin).collect();
    assert_eq!(all.len(), builtin_ids().count(), "each rules file loads");
    all
}

fn endpoint(id: &str) -> &'static Endpoint {
    builtin(id).unwrap()
}

fn lint(bytes: &[u8], endpoint: &Endpoint) -> Checked {
    let (text, errors) = json::text(bytes);
    lint::check(&text, errors, endpoint, &Tenant::default(), true)
}

/// The formats that are tested with large texts; `tests/memory/report_linear.rs` measures the others.
const FEW: [Format; 3] = [Format::Full, Format::Concise, Format::Json];

fn render(report: &dyn Report, name: &str, bytes: &[u8], checked: &Checked) -> String {
    let file = FileReport::new(Path::new(name), bytes, checked.findings.clone(), checked.records);
    let mut summary = Summary::default();
    summary.add(&file);
    let mut out = Vec::new();
    let mut output = Output::new(report, &mut out);
    output.file(&file).unwrap();
    output.finish(&summary).unwrap();
    String::from_utf8(out).unwrap()
}

/// Asserts that the output contains no terminal escapes and no commands for a CI runner except those of `github`
/// itself.
fn harmless(out: &str, what: &str) {
    for line in out.lines() {
        assert!(!line.contains('\u{1b}'), "{what}: {line:?}");
        let ours = what.ends_with("github")
            && ["::error file=", "::warning file=", "::notice"]
                .iter()
                .any(|start| line.starts_with(start));
        assert!(ours || !line.trim_start().starts_with("::"), "{what}: {line:?}");
    }
}

/// Asserts that each of these formats shows all findings harmlessly, and that machine-readable output can be parsed.
fn show(name: &str, bytes: &[u8], checked: &Checked, formats: &[Format]) {
    let findings = pair(checked.findings.clone(), |_| Position { line: 1, column: 1 });
    let (count, causes) = (findings.len(), group(&findings).len());
    for format in formats {
        let out = render(format.report(Look::PLAIN, false).as_ref(), name, bytes, checked);
        let what = format!("{name} as {}", format.name());
        harmless(&out, &what);
        let shown = match format {
            Format::Full => listed(&out).unwrap_or(if out.is_empty() { 0 } else { count }),
            Format::Concise => out.lines().count(),
            Format::Github if out.lines().count() >= causes => count,
            Format::Github => 0,
            Format::Table => count,
            // A file without findings is a test that passes.
            Format::Junit => documents::findings(*format, &out).map_or(0, |found| found.min(count)),
            _ => documents::findings(*format, &out).unwrap(),
        };
        assert_eq!(shown, count, "{what}");
    }
}

/// Returns the number of findings in the full report's list of causes; `None` if it has no list.
fn listed(full: &str) -> Option<usize> {
    let (_, causes) = full.rsplit_once("\ncauses\n")?;
    let counts = causes.lines().filter_map(|line| line.split_whitespace().next());
    Some(
        counts
            .map(|count| count.replace(',', "").parse::<usize>().unwrap())
            .sum(),
    )
}

/// Asserts that spans are inside the text, and that findings are in order.
fn hold_together(name: &str, bytes: &[u8], checked: &Checked) {
    let (text, _) = json::text(bytes);
    let sound = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        start <= end
            && end <= bytes.len()
            && (text.is_empty() || (text.is_char_boundary(start) && text.is_char_boundary(end)))
    };
    for finding in &checked.findings {
        assert!(sound(finding.span), "{name}: {finding:?}");
        let related = finding.related.as_deref();
        assert!(
            related.is_none_or(|(span, _)| sound(*span)),
            "{name}: {finding:?}"
        );
        assert!(
            finding.pointer.is_empty() || finding.pointer.starts_with('/'),
            "{name}: {finding:?}"
        );
    }
    let keys = checked
        .findings
        .iter()
        .map(|finding| (finding.span.start, &finding.rule, &finding.message));
    assert!(keys.is_sorted(), "{name}: out of order");
    let mut again = checked.findings.clone();
    geplint::finding::sort(&mut again);
    assert_eq!(again, checked.findings, "{name}: two orders");
}

/// Checks the bytes as a payload of every endpoint, in every format.
fn survive(name: &str, bytes: &[u8]) {
    survive_as(name, bytes, &Format::ALL);
}

/// Checks the bytes as a payload of every endpoint, with another part of the formats for each.
fn survive_in_turn(name: &str, bytes: &[u8]) {
    let all = endpoints();
    for (turn, endpoint) in all.iter().enumerate() {
        let formats: Vec<Format> = Format::ALL.into_iter().skip(turn).step_by(all.len()).collect();
        let checked = lint(bytes, endpoint);
        hold_together(name, bytes, &checked);
        show(name, bytes, &checked, &formats);
    }
}

fn survive_as(name: &str, bytes: &[u8], formats: &[Format]) {
    for endpoint in endpoints() {
        let checked = lint(bytes, endpoint);
        hold_together(name, bytes, &checked);
        show(name, bytes, &checked, formats);
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn survive_folder(folder: &Path, survive: fn(&str, &[u8])) -> usize {
    let files = files_below(folder);
    for path in &files {
        survive(&path.to_string_lossy(), &fs::read(path).unwrap());
    }
    files.len()
}

#[test]
fn test_files_as_payloads_of_every_endpoint() {
    survive_what_is_here(survive_in_turn);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn test_files_as_payloads_of_every_endpoint_in_every_format() {
    survive_what_is_here(survive);
}

fn survive_what_is_here(survive: fn(&str, &[u8])) {
    for (folder, least) in [("testdata/documented", 20), ("testdata/json", 1), ("rules", 4)] {
        assert!(survive_folder(Path::new(folder), survive) >= least, "{folder}");
    }
}

#[test]
fn files_of_the_public_suite_as_payloads_of_every_endpoint() {
    let Some(suite) = std::env::var_os("GEPLINT_JSON_TEST_SUITE") else {
        return;
    };
    assert!(survive_folder(Path::new(&suite), survive_in_turn) > 300);
    for endpoint in endpoints() {
        for format in FORMATS {
            let (code, stdout, stderr) = run(&[
                "check",
                "--endpoint",
                &endpoint.id,
                "--format",
                format,
                suite.to_str().unwrap(),
            ]);
            assert_eq!(code, Some(1), "{stderr}");
            harmless(&stdout, format);
            harmless(&stderr, format);
            if format == "json" {
                serde_json::from_str::<Value>(&stdout).unwrap();
            }
        }
    }
}

/// Runs the program without colour.
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let Ran {
        status,
        stdout,
        stderr,
    } = crate::support::geplint()
        .args(args)
        .envs([
            ("NO_COLOR", "1"),
            ("LC_ALL", "C.UTF-8"),
            ("TERM", "xterm"),
            ("COLUMNS", "80"),
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

#[test]
fn many_brackets() {
    for opening in ["[", "{\"a\":", "[{\"a\":", "[{\"Address\":[", "{"] {
        survive_as(opening, opening.repeat(100_000 / opening.len()).as_bytes(), &FEW);
        survive_as(opening, opening.repeat(100_000).as_bytes(), &FEW);
    }
    for closing in ["]", "}", ",", ":", "\"", "\\", "[]", "{}", "1", "[1]", "/*"] {
        survive_as(closing, closing.repeat(100_000).as_bytes(), &FEW);
    }
}

const GROUP: &str = r#"{"GroupName":"Buyers","ContactCodes":[{"ContactCode":"C-1"}]}"#;

#[test]
fn half_a_megabyte_in_one_line() {
    one_line(500_000);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn five_megabytes_in_one_line() {
    one_line(5_000_000);
}

fn one_line(size: usize) {
    let bad = r#"{"GroupName":"","ContactCodes":[{"ContactCode":"C-1"}]}"#;
    let many = vec![GROUP; size / GROUP.len() / 2].join(",");
    let text = format!("[{bad},{many},{bad},{many},{bad}]");
    assert!(text.len() > size / 10 * 9);
    let checked = lint(text.as_bytes(), endpoint("user-group"));
    let wrong: Vec<&Finding> = checked
        .findings
        .iter()
        .filter(|finding| finding.rule == "missing-mandatory")
        .collect();
    assert_eq!(wrong.len(), 3);
    assert_eq!(wrong[2].span.end as usize, text.len() - 41);

    // All duplicate keys except the first are findings, too: too many to render in a test.
    let few = Checked {
        findings: wrong.into_iter().cloned().collect(),
        ..Checked::default()
    };
    show("line.json", text.as_bytes(), &few, &Format::ALL);
    hold_together("line.json", text.as_bytes(), &checked);

    // One value of that size.
    let text = format!(
        r#"[{{"ContactCode":"{}","Address":{{"City":"{0}"}}}}]"#,
        "é\\n".repeat(size / 4)
    );
    survive_as("value.json", text.as_bytes(), &FEW);
}

#[test]
fn a_label_beyond_column_70_000() {
    let text = format!(
        r#"[{{"Description":"{}","GroupName":"","ContactCodes":[{{"ContactCode":"ada@example.com"}}]}}]"#,
        "x".repeat(80_000)
    );
    let checked = lint(text.as_bytes(), endpoint("user-group"));
    assert_eq!(checked.findings.len(), 2);
    survive_as("wide.json", text.as_bytes(), &FEW);
    let full = render(&Full::new(Look::PLAIN), "wide.json", text.as_bytes(), &checked);
    for (finding, shown) in checked.findings.iter().zip(["\"\"", "\"ada@example.com\""]) {
        let column = finding.span.start + 1;
        assert!(column > 70_000);
        let first = full.contains(&format!("[wide.json:1:{column}]")) && full.contains(shown);
        // Of two findings with the same cause, the second only has its position shown.
        assert!(first || full.contains(&format!("1:{column}")), "{full}");
    }
    assert!(full.lines().all(|line| line.chars().count() <= 80), "{full}");
}

const NASTY: &str =
    "\u{1b}[31m\u{1b}]0;title\u{7}\n::error::x\r\n  ::set-output::y ##[group]z\u{9b}2J\u{202e}";

#[test]
fn escape_codes_and_newlines_in_keys_and_values() {
    let escaped = serde_json::to_string(NASTY).unwrap();
    let raw = format!("\"{NASTY}\"");
    for text in [&escaped, &raw] {
        let places = [
            format!("[{{{text}: 1}}]"),
            format!("[{{\"GroupName\": {text}, \"GroupName\": {text}, \"ContactCodes\": {text}}}]"),
            format!(
                "[{{\"ContactCode\": {text}, \"CurrencyCode\": {text}, \"Address\": {{\"CountryCode\": {text}}}}}]"
            ),
            format!("[{{\"ContactCode\": {text}}}, {{\"ContactCode\": {text}}}]"),
            format!("[{{\"IsActive\": {text}, \"ClientContactCode\": {text}}}]"),
            format!("[{{\"LastLoginDate\": {text}, \"SSOType\": {text}, \"EmailAddress\": {text}}}]"),
            format!("[{{\"Address\": {{{text}: {{{text}: {text}}}}}}}]"),
            format!("[{text}]"),
            text.clone(),
            format!("[{{\"GroupName\"\n{text}\n}}]"),
            NASTY.to_owned(),
        ];
        for place in places {
            survive(&place, place.as_bytes());
            survive(NASTY, place.as_bytes());
        }
    }
}

#[cfg(unix)]
#[test]
fn escape_codes_and_newlines_in_file_names_and_arguments() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("robust")
        .join("a\u{1b}[31m\n::error::folder");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let name = path("b\u{1b}[2J\n::warning::x.json");
    let broken = path("c\n::error::y.json");
    let other = path("d\n::error::z.json");
    let link = path("e\n::error::link.json");
    fs::write(&name, "[{ \"GroupName\": \"\" }]").unwrap();
    fs::write(&broken, "[{ \"GroupName\": \"\n::error::q\" }]").unwrap();
    fs::write(&other, "{ \"version\": 1 }").unwrap();
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let folder = folder.to_str().unwrap();
    let runs: &[(&[&str], i32)] = &[
        (&[&name], 1),
        (&[&broken], 1),
        (&[&other], 2),
        (&[&link], 2),
        (&[folder, "-v"], 2),
        (&["--skip-unrecognized", "--verbose", &other], 3),
        (&["--exclude", "*.json", &name], 3),
        (&["--max-file-size", "3", &name], 2),
        (&["\n::error::missing\u{1b}[2J"], 2),
        (&["--exclude", "\n::error::[\u{1b}[2J", folder], 2),
    ];
    for (args, expected) in runs {
        for format in FORMATS {
            let (code, stdout, stderr) = run(&[&["check", "--format", format], *args].concat());
            let what = format!("{args:?} as {format}");
            assert_eq!(code, Some(*expected), "{what}: {stderr}");
            harmless(&stdout, &what);
            harmless(&stderr, &what);
        }
    }
    for args in [
        &["explain", "\n::error::\u{1b}[2J"][..],
        &["rules", "\n::error::\u{1b}[2J"],
        &["\n::error::\u{1b}[2J"],
        &["check", "--\n::error::\u{1b}[2J"],
        &["check", "--endpoint", "\n::error::\u{1b}[2J"],
    ] {
        let (code, stdout, stderr) = run(args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        harmless(&stderr, &format!("{args:?}"));
    }
}

/// Objects and lists nested as deeply as the reader allows, and deeper, with a small stack.
#[test]
fn deep_nesting_does_not_need_a_deep_stack() {
    // Each level of custom fields is an object in a list.
    let nested = |levels: usize| {
        let mut text = "[{\"ContactCode\": \"C-1\", \"CustomFields\": ".to_owned();
        text += &"[{\"Key\": \"k\", \"Value\": [null], \"Unknown\": 1, \"SubCustomField\": ".repeat(levels);
        text += "[null]";
        text += &"}]".repeat(levels);
        text + "}]"
    };
    let run = move || {
        for levels in [100, 126, 127, 128, 200, 256, 1_000] {
            let text = nested(levels);
            let too_deep = 2 * levels + 3 > json::MAX_DEPTH;
            let checked = lint(text.as_bytes(), endpoint("contact-details"));
            assert_eq!(
                checked.findings.iter().any(|finding| finding.rule == "too-deep"),
                too_deep,
                "{levels}"
            );
            if !too_deep {
                let unknown = |finding: &&Finding| finding.rule == "unknown-property";
                assert_eq!(checked.findings.iter().filter(unknown).count(), levels);
                let deepest = checked.findings.iter().rfind(unknown).unwrap();
                assert_eq!(deepest.pointer.matches("/SubCustomField").count(), levels - 1);
            }
            survive_as("deep.json", text.as_bytes(), &FEW);
            let all: Vec<Candidate<'_>> = endpoints().into_iter().map(Candidate::from).collect();
            let _ = geplint::recognize::recognize(&text, &all);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn a_key_of_a_hundred_kilobytes() {
    long_keys(100_000);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn a_key_of_a_megabyte() {
    long_keys(1_000_000);
}

fn long_keys(size: usize) {
    let long = "k".repeat(size);
    let mixed = "ContactCode_".repeat(size / 12);
    let wide = "Ünï-".repeat(size / 6);
    for key in [long, mixed, wide] {
        let text = format!(
            "[{{\"{key}\": 1, \"{key}\": 2, \"Address\": {{\"{key}\": {{}}}}, \"{}\": 0}}]",
            key.chars().take(4).collect::<String>()
        );
        survive_as("key.json", text.as_bytes(), &FEW);
    }
    // Many long names, not just one.
    let text = (0..size / 1_000).fold(String::from("[{"), |mut text, number| {
        let _ = write!(text, "\"{}{number}\": 1,", "UserNam".repeat(140));
        text
    }) + "\"ContactCode\": \"C-1\"}]";
    survive_as("keys.json", text.as_bytes(), &FEW);
}

#[test]
fn a_thousand_findings() {
    many_findings(1_000);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn ten_thousand_findings_in_a_megabyte() {
    many_findings(10_000);
}

/// Checks files with this number of findings in records, in elements of one record, and at names of one object.
fn many_findings(count: usize) {
    let list = |one: &str, count: usize| vec![one; count].join(",\n");
    let long = "x".repeat(40);
    let record = format!(r#"{{"GroupName":"","ContactCodes":[{{"ContactCode":"{long}"}}]}}"#);
    let element = format!(r#"{{"ContactCode":"","Unknown":"{long}"}}"#);
    let names = (0..count).fold(String::new(), |mut text, number| {
        let _ = write!(text, "\"Strange{number}\": \"{long}\",\n  ");
        text
    });
    let twice = list(&format!(r#""GroupName":"{long}""#), count);
    for (what, text) in [
        ("records", format!("[{}]", list(&record, count))),
        (
            "elements",
            format!(
                r#"[{{"GroupName":"Buyers","ContactCodes":[{}]}}]"#,
                list(&element, count / 2)
            ),
        ),
        (
            "names",
            format!(r#"[{{"GroupName":"Buyers",{names}"ContactCodes":[{{"ContactCode":"C-1"}}]}}]"#),
        ),
        (
            "names before the key",
            format!(r#"[{{{names}"GroupName":"Buyers","ContactCodes":[{{"ContactCode":"C-1"}}]}}]"#),
        ),
        (
            "one name",
            format!(r#"[{{{twice},"ContactCodes":[{{"ContactCode":"C-1"}}]}}]"#),
        ),
        ("syntax", format!("[{}]", list("{\"a\" 1}", count))),
    ] {
        let checked = lint(text.as_bytes(), endpoint("user-group"));
        let least = if what == "syntax" {
            1_000.min(count)
        } else {
            count - 1
        };
        assert!(
            checked.findings.len() >= least,
            "{what}: {}",
            checked.findings.len()
        );
        hold_together(what, text.as_bytes(), &checked);
        show("many.json", text.as_bytes(), &checked, &FEW);
    }
}

/// `SplitMix64`: small, and the same on every platform.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Deletes, inserts or replaces a few bytes.
fn mutate_bytes(random: &mut Random, bytes: &mut Vec<u8>) {
    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00e9", "\\ud83d", "null", "true", "0", "-", "1e999",
        " ", "\n", "\t", "é", "😀", "\u{1b}", "\u{feff}", "/", "~", "\"a\":1,", "[]", "{}", "\"\"", "//",
        "'",
    ];
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(6)).min(bytes.len());
        match random.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, random.pick(PIECES).bytes())),
            2 => drop(bytes.splice(at..end, random.pick(PIECES).bytes())),
            3 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                drop(bytes.splice(to..to, copy));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.next().to_le_bytes()[0];
                }
            }
        }
    }
}

/// Replaces one value by another, so that the document stays JSON.
fn mutate_value(random: &mut Random, root: &mut Value) {
    const VALUES: &[&str] = &[
        "null",
        "\"\"",
        "\" \"",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "true",
        "0",
        "-1.5",
        "12345678901234567890",
        "\"true\"",
        "\"13-12-2019\"",
        "\"ada@example.com\"",
        "\"ab/c~d\\\"\\u001b\\n\"",
        "{\"a/b~c\": 1}",
        "{\"EntityCode\": \"x\"}",
    ];
    fn all(value: &Value, path: &str, paths: &mut Vec<String>) {
        paths.push(path.to_owned());
        match value {
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    all(value, &format!("{path}/{index}"), paths);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    all(value, &format!("{path}/{name}"), paths);
                }
            }
            _ => {}
        }
    }
    for _ in 0..=random.below(3) {
        let mut paths = Vec::new();
        all(root, "", &mut paths);
        let path = paths[random.below(paths.len())].clone();
        let new: Value = serde_json::from_str(random.pick(VALUES)).unwrap();
        let place = root.pointer_mut(&path).unwrap();
        match (random.below(4), place) {
            (0, Value::Object(members)) => {
                if let Some(name) = members.keys().nth(random.below(members.len())).cloned() {
                    members.remove(&name);
                }
            }
            (1, Value::Object(members)) => {
                members.insert(random.pick(&["a/b", "~", "", "Region", "é"]).to_owned(), new);
            }
            (2, Value::Array(list)) => list.push(new),
            (_, place) => *place = new,
        }
    }
}

/// Asserts that a finding points at the value that `serde_json` has there.
fn points_at(root: &Value, text: &str, finding: &Finding) {
    let pointer = finding.pointer.as_str();
    let shown = finding.span.of(text);
    let read: Option<Value> = serde_json::from_str(shown).ok();
    let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", ""));
    let last = last.replace("~1", "/").replace("~0", "~");
    match finding.target {
        Target::Value => assert_eq!(root.pointer(pointer), read.as_ref(), "{finding:?}"),
        Target::Key => {
            assert!(root.pointer(pointer).is_some(), "{finding:?}");
            assert_eq!(read, Some(Value::String(last)), "{finding:?}");
        }
        // For an absent property, its object is shown, unless the finding is about the object itself.
        Target::Object => {
            let object = if root.pointer(pointer).is_some() {
                pointer
            } else {
                parent
            };
            assert_eq!(root.pointer(object), read.as_ref(), "{finding:?}");
            assert!(read.is_some_and(|object| object.is_object()), "{finding:?}");
        }
    }
}

/// The reader's own `$values` is a step between an object and its content; pointers include it.
#[test]
fn wrapped_values_are_pointed_at() {
    for text in [
        r#"[{"GroupName":"a","ContactCodes":{"$values":[{"ContactCode":""},{"$values":{"ContactCode":""}}]}}]"#,
        r#"[{"$id":"1","$values":{"GroupName":"","Address":{"$values":[1]},"ContactCode":"a","Odd":1}}]"#,
        r#"[{"ContactCode":"a","Address":{"$values":{"City":1,"Odd":1}},"Regions":{"$id":"1","$values":[{}]}}]"#,
        r#"[{"ContactCode":"a","PersonaAndRoles":{"$values":[{"Odd":1},{"$values":[]}]},"IsActive":{"$value":1}}]"#,
        r#"{"$values":[{"ContactCode":"a","GroupName":""}]}"#,
    ] {
        let root: Value = serde_json::from_str(text).unwrap();
        for endpoint in endpoints() {
            let checked = lint(text.as_bytes(), endpoint);
            assert!(!checked.findings.is_empty());
            for finding in &checked.findings {
                points_at(&root, text, finding);
            }
        }
    }
}

#[test]
fn mutated_requests() {
    mutate(200);
}

#[test]
#[ignore = "long: .ci/extended runs it"]
fn many_mutated_requests() {
    mutate(3_000);
}

fn mutate(rounds: usize) {
    let seeds: Vec<(PathBuf, Vec<u8>)> = files_below(Path::new("testdata/documented"))
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".request.json"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    assert_eq!(seeds.len(), 10);
    let mut random = Random(20_250_131);
    let (mut valid, mut pointed) = (0, BTreeSet::new());
    for round in 0..rounds {
        let (path, seed) = &seeds[round % seeds.len()];
        let name = format!("{} round {round}", path.display());
        let mut bytes = seed.clone();
        match serde_json::from_slice::<Value>(seed) {
            Ok(mut root) if round % 3 != 0 => {
                mutate_value(&mut random, &mut root);
                bytes = serde_json::to_vec_pretty(&root).unwrap();
                if round % 3 == 2 {
                    mutate_bytes(&mut random, &mut bytes);
                }
            }
            _ => mutate_bytes(&mut random, &mut bytes),
        }
        let (text, _) = json::text(&bytes);
        let root = serde_json::from_slice::<Value>(&bytes).ok();
        for endpoint in endpoints() {
            let checked = lint(&bytes, endpoint);
            hold_together(&name, &bytes, &checked);
            assert_eq!(
                lint(&bytes, endpoint).findings,
                checked.findings,
                "{name}: differs"
            );
            let twice = checked
                .findings
                .iter()
                .any(|finding| finding.rule == "duplicate-property");
            let Some(root) = root.as_ref().filter(|_| !twice) else {
                continue;
            };
            valid += 1;
            for finding in &checked.findings {
                points_at(root, &text, finding);
                pointed.insert(finding.rule.to_string());
            }
        }
        if round % 50 == 0 {
            survive(&name, &bytes);
        }
    }
    // The loop is effective: many documents stayed JSON, and many rules had findings.
    assert!(valid > rounds * 4 / 3, "{valid}");
    assert!(pointed.len() > 15, "{pointed:?}");
}
