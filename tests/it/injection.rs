//! No file, name, setting or argument can inject commands for a terminal, a CI runner or a viewer, in any command or
//! format.
//!
//! Here, everything that a run reads contains the same hostile text. The assertions are about the bytes of standard
//! output, of standard error and of every file that is written.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use crate::support::FORMATS;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use geplint::report::sanitize::is_unprintable;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

/// Commands for the runners of GitHub, Azure, GitLab and others; some become one only if a character is removed.
const COMMANDS: &str = "\n::error::x\n::set-output name=a::b\r##[group]g ##vso[task.setvariable variable=PATH]/x \
                        ##teamcity[buildStop comment='x'] #\u{1b}#vso[x] :\u{0}:error::x section_start:1:a\r\u{1b}[0K\
                        %0A::warning::y\n~~~ group\n+++ group";
/// Terminal controls, C0 and C1, and characters that are invisible or change the direction of text.
const CONTROLS: &str = "\u{1b}[2J\u{1b}]8;;https://example.org\u{7}x\u{1b}[31m\u{9b}31m\u{9d}0;x\u{9c}\u{85}\u{8}\u{7f}\u{202e}\
                        \u{2066}\u{200b}\u{200d}\u{ad}\u{e0041}\u{feff}\u{2028}\u{2029}\u{ffff}\t";
/// Markdown that viewers render.
const MARKUP: &str = "[click me](https://example.org/x) ![i](https://example.org/p.png) @octocat <img src=x> <b> \
                      o/r#1 www.example.org &#64;octocat `@a \\`@b` ``` | */close*";

fn hostile() -> String {
    let marks = "\u{301}".repeat(40);
    format!("{COMMANDS}{CONTROLS}e{marks} {MARKUP}]]>'\"")
}

/// A hostile file name: short enough, and without the characters that no file name can have.
fn file_name() -> String {
    format!(
        "::error::\n##vso[x]\u{1b}[31m\u{9b}1m\u{202e}\u{200b} [a](b) @octocat <img src=x> {}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}"
    )
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Quotes a text for TOML, which requires escapes for some characters only.
fn toml(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

struct Place {
    root: PathBuf,
}

impl Place {
    /// Creates a folder with hostile payloads, among them one that is not JSON and one without errors.
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("injection")
            .join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        let place = Self { root };
        let bad = json(&hostile());
        let name = file_name();
        place.write(
            &format!("{name}/{name}.json"),
            &format!(
                "[{{\"GroupName\": {bad}, {bad}: {bad}, \"ContactCodes\": {bad}, \"IsActive\": {bad}}}]"
            ),
        );
        place.write(
            "contacts.json",
            &format!(
                "[{{\"ContactCode\": {bad}, \"UserName\": {bad}, \"FirstName\": \"\", \"ManagerCode\": [{bad}, {bad}], \
                 \"CurrencyCode\": {bad}, \"LastLoginDate\": {bad}, \"Address\": {{\"CountryCode\": {bad}, {bad}: 1}}, \
                 \"GroupName\": {bad}, \"UserActivities\": [{{\"ActivityName\": {bad}}}], \"TimeZone\": {bad}, {bad}: 2}}, \
                 {{\"ContactCode\": {bad}, \"UserName\": {bad}}}]"
            ),
        );
        place.write(
            "status.json",
            &format!("[{{\"ClientContactCode\": {bad}, \"InterfaceStatus\": \"\"}}, {{\"ClientContactCode\": \"b\", \"InterfaceStatus\": \"x\", {bad}: 1}}]"),
        );
        place.write(
            "fine.json",
            &format!("[{{\"ClientContactCode\": {bad}, \"InterfaceStatus\": \"success\"}}]"),
        );
        // The same characters unescaped, which JSON does not allow; and a file that is no payload.
        place.write(
            "raw.json",
            &format!("[{{\"GroupName\": \"{}\", {}: }}", hostile(), hostile()),
        );
        place.write("other.json", &format!("{{{bad}: {bad}}}"));
        place.write("text.json", &hostile());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the program in the folder, and asserts that both streams are clean.
    fn run(&self, args: &[&str]) -> Output {
        // Arguments cannot contain NUL.
        let given = args.iter().map(|arg| arg.replace('\0', ""));
        let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .args(given)
            .current_dir(&self.root)
            .env_clear()
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let coloured = args.contains(&"always");
        for stream in [&output.stdout, &output.stderr] {
            clean(stream, coloured, &format!("{args:?}"));
        }
        assert!(output.status.code().is_some_and(|code| code < 4), "{args:?}");
        output
    }
}

/// Asserts that there are no control characters except line ends, no invisible characters, no commands for a CI runner,
/// and ESC only in the colours of geplint.
fn clean(bytes: &[u8], coloured: bool, what: &str) {
    let text = str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut marks = 0;
    for line in text.split('\n') {
        let plain = if coloured {
            without_colour(line)
        } else {
            line.to_owned()
        };
        // In a diff, tabs are kept as they are in the file.
        let plain = if what.contains("--diff") {
            plain.replace('\t', " ")
        } else {
            plain
        };
        assert!(!plain.chars().any(is_unprintable), "{what}: {line:?}");
        for mark in ["##[", "##vso[", "##teamcity["] {
            assert!(!plain.contains(mark), "{what}: {line:?}");
        }
        let ours = plain.starts_with("::error file=")
            || plain.starts_with("::warning file=")
            || plain.starts_with("::notice title=geplint::");
        assert!(
            (ours && what.contains("github")) || !plain.trim_start().starts_with("::"),
            "{what}: {line:?}"
        );
        for c in plain.chars() {
            marks = if c == '\u{301}' { marks + 1 } else { 0 };
            assert!(marks <= 5, "{what}: {line:?}");
        }
    }
}

/// Returns the line without the colours that the program uses; other escapes are kept.
fn without_colour(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let code = part.split('m').next().unwrap();
        let ours = part.contains('m') && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
        plain += if ours { &part[code.len() + 1..] } else { "\u{1b}[" };
    }
    plain
}

/// Asserts that rendered Markdown has only text, emphasis and code, and no text that GitHub or GitLab turn into links.
fn inert(markdown: &str) {
    let mut words = String::new();
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => panic!("{event:?} in {markdown}"),
            Event::Text(text) => words += &text,
            _ => words.push(' '),
        }
    }
    for live in ["@", "#1", "://", "www.", "<", "/close"] {
        assert!(!words.contains(live), "{live}: {words}");
    }
}

#[test]
fn check_in_every_format() {
    let place = Place::new("check");
    for format in FORMATS {
        let run = |more: &[&str]| {
            let output = place.run(&[&["check", "--no-config", "--format", format], more].concat());
            assert!(!output.stderr.is_empty() || more.contains(&"-q"));
            output
        };
        run(&["."]);
        run(&[".", "-v", "--statistics", "--color", "always"]);
        run(&["text.json", "other.json", "raw.json", "missing.json", &hostile()]);
        run(&[
            "status.json",
            "--endpoint",
            "user-group",
            "--stdin-filename",
            &hostile(),
        ]);
        let document = place.path("document");
        run(&[".", "--output", &format!("{format}=document")]);
        clean(&fs::read(&document).unwrap(), false, format);
        fs::remove_file(document).unwrap();
    }
    for option in [
        "--endpoint",
        "--ignore",
        "--exclude",
        "--baseline",
        "--tenant",
        "--rules",
        "--config",
        "--format",
        "--output",
        "--fail-on",
        "--jobs",
    ] {
        place.run(&["check", "--no-config", option, &hostile(), "."]);
        place.run(&["check", "--color", "always", option, &hostile(), "."]);
    }
    place.run(&["check", "--no-config", &format!("--changed={}", hostile()), "."]);
    place.run(&["check", "--no-config", &format!("--{}", hostile())]);
    place.run(&[&hostile()]);
}

#[test]
fn json_documents_contain_the_exact_values() {
    let place = Place::new("values");
    let read = |args: &[&str]| -> Value { serde_json::from_slice(&place.run(args).stdout).unwrap() };
    let predicted = read(&["predict", "--no-config", "fine.json"]);
    assert_eq!(predicted["successDetails"][0]["key"], hostile());
    let listed = read(&["predict", "--no-config", "-q", "."]);
    let name = format!("{0}/{0}.json", file_name());
    let paths = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .any(|one| one["path"].as_str().unwrap().ends_with(&name))
    };
    assert!(paths(&listed), "{listed}");
    let report = read(&["check", "--no-config", "--format", "json", "."]);
    assert!(paths(&report["findings"]), "{report}");
    let pointer = format!("/1/{}", hostile().replace('~', "~0").replace('/', "~1"));
    let mut rows = report["findings"].as_array().unwrap().iter();
    assert!(rows.any(|row| row["pointer"] == pointer.as_str()), "{report}");
    let github = place.run(&["check", "--no-config", "--format", "github", "."]);
    let annotated = String::from_utf8(github.stdout).unwrap();
    assert!(annotated.contains("::error file="), "nothing was annotated");
}

#[test]
fn markdown_is_inert_where_viewers_render_it() {
    let place = Place::new("markdown");
    let texts = |format: &str, list: &str, text: &str| {
        let output = place.run(&["check", "--no-config", "--format", format, "."]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = document.pointer(list).unwrap().as_array().unwrap().clone();
        assert!(rows.len() > 10, "{document}");
        for row in &rows {
            inert(row.pointer(text).unwrap().as_str().unwrap());
        }
        rows
    };
    texts("rdjson", "/diagnostics", "/message");
    texts("gitlab", "", "/description");
    for result in texts("sarif", "/runs/0/results", "/message/text") {
        for place in result["relatedLocations"].as_array().into_iter().flatten() {
            inert(place["message"]["text"].as_str().unwrap());
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            inert(fix["description"]["text"].as_str().unwrap());
        }
    }
}

#[test]
fn fixes_differences_and_baselines() {
    let place = Place::new("fix");
    let bad = json(&hostile());
    place.write(
        "fixable.json",
        &format!("[{{\"GrupName\": {bad}, \"IsActive\": \"true\", \"Description\": {bad}, \"ContactCodes\": [{{\"ContactCode\": {bad}}}]}},]"),
    );
    let diff = place.run(&["check", "--no-config", "--diff", "--unsafe-fixes", "."]);
    assert!(!diff.stdout.is_empty(), "nothing would change");
    place.run(&[
        "check",
        "--no-config",
        "--diff",
        "--unsafe-fixes",
        "--color",
        "always",
        ".",
    ]);
    place.run(&["check", "--no-config", "--write-baseline", "."]);
    clean(
        &fs::read(place.path("geplint-baseline.json")).unwrap(),
        false,
        "baseline",
    );
    place.run(&["check", "--no-config", "--baseline", "geplint-baseline.json", "."]);
    fs::remove_file(place.path("status.json")).unwrap();
    place.run(&[
        "check",
        "--no-config",
        "--prune-baseline",
        "--baseline",
        "geplint-baseline.json",
        ".",
    ]);
    place.write("broken.json", &format!("{{\"version\": {bad}, {bad}: 1}}"));
    place.run(&["check", "--no-config", "--baseline", "broken.json", "."]);
    place.run(&["check", "--no-config", "--fix", "--unsafe-fixes", "-v", "."]);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one command after the other, in one folder")]
fn predict_verify_and_init() {
    let place = Place::new("others");
    let bad = json(&hostile());
    place.run(&["predict", "--no-config", "."]);
    for file in [
        "contacts.json",
        "raw.json",
        "other.json",
        "text.json",
        "status.json",
        &hostile(),
    ] {
        place.run(&["predict", "--no-config", file]);
        place.run(&[
            "predict",
            "--no-config",
            "--color",
            "always",
            "--endpoint",
            "user-group",
            file,
        ]);
    }
    let name = file_name();
    let answer = format!(
        "{{\"data\": {bad}, \"statusCode\": {bad}, \"errorDetails\": [{{\"key\": {bad}, \"errors\": [{{\"errorCode\": {bad}, \
         \"errorDescription\": {bad}}}]}}], \"successDetails\": [{{\"key\": {bad}}}], {bad}: 1}}"
    );
    place.write(
        &format!("pairs/{name}.request.json"),
        &fs::read_to_string(place.path("status.json")).unwrap(),
    );
    place.write(&format!("pairs/{name}.response.json"), &answer);
    place.write(&format!("pairs/alone{name}.request.json"), &answer);
    let url = "https://example.com/SmartInterfaceAPI/api/Contact/UserGroup";
    let call = |url: &str| {
        format!(
            "{{\"request\": {{\"method\": \"POST\", \"url\": {}, \"postData\": {{\"mimeType\": {bad}, \"text\": {}}}}}, \
             \"response\": {{\"status\": 400, \"content\": {{\"mimeType\": {bad}, \"text\": {}}}}}}}",
            json(url),
            json(&format!("[{{\"GroupName\": {bad}}}]")),
            json(&answer)
        )
    };
    let entries = [call(url), call(&hostile()), call(&format!("{url}?{}", hostile()))].join(", ");
    place.write(
        &format!("pairs/{name}.har"),
        &format!("{{\"log\": {{\"entries\": [{entries}]}}}}"),
    );
    let (body, place_of) = (json(&format!("[{{\"GroupName\": {bad}}}]")), json(url));
    let bytes: Vec<String> = answer.bytes().map(|byte| byte.to_string()).collect();
    let bytes = bytes.join(",");
    place.write(
        "pairs/newman.json",
        &format!(
            "{{\"collection\": {{{bad}: {bad}}}, \"run\": {{\"executions\": [
               {{\"item\": {{\"name\": {bad}}}, \"cursor\": {{\"ref\": {bad}}}, \"request\": {{\"method\": \"POST\", \"url\": {place_of},
                 \"body\": {{\"mode\": \"raw\", \"raw\": {body}}}}}, \"response\": {{\"code\": 400, \"stream\": {{\"type\": \"Buffer\", \"data\": [{bytes}]}}}}}},
               {{\"item\": {{\"name\": {bad}}}, \"request\": {{\"method\": {bad}, \"url\": {{\"protocol\": {bad}, \"host\": [{bad}], \"path\": [{bad}]}}}}}},
               {{\"item\": {{\"name\": {bad}}}, \"requestError\": {{\"code\": {bad}}}, \"request\": {{\"method\": \"PUT\", \"url\": {place_of}}}}}]}}}}"
        ),
    );
    place.write(
        "pairs/bruno.json",
        &format!(
            "[{{\"iterationIndex\": 0, \"summary\": {{}}, \"results\": [
               {{\"path\": {bad}, \"request\": {{\"method\": \"POST\", \"url\": {place_of}, \"data\": {body}}}, \"response\": {{\"status\": 400, \"data\": {answer}}}}},
               {{\"path\": {bad}, \"request\": {{\"method\": \"POST\", \"url\": {place_of}, \"data\": {body}}},
                 \"response\": {{\"status\": 400, \"data\": {bad}, \"url\": {}}}}},
               {{\"path\": {bad}, \"request\": {{\"method\": \"POST\", \"url\": {place_of}}}, \"response\": {{\"status\": \"error\"}}, \"error\": {bad}}}]}}]",
            json(&format!("https://{}/", hostile()))
        ),
    );
    place.write(
        "pairs/broken.har",
        &format!("{{\"log\": {{\"entries\": {bad}, {bad}: 1}}}}"),
    );
    for format in ["text", "json"] {
        let output = place.run(&["verify", "--no-config", "-v", "--format", format, "pairs"]);
        let printed = String::from_utf8_lossy(&output.stdout);
        for file in ["newman.json#1", "bruno.json#1"] {
            assert!(printed.contains(file), "{file} was not read: {printed}");
        }
        place.run(&[
            "verify",
            "--no-config",
            "--color",
            "always",
            "--format",
            format,
            "pairs",
            &hostile(),
        ]);
    }
    let output = place.run(&["verify", "--no-config", "pairs", "--anonymize", "out"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("written to out"));
    place.run(&["verify", "--no-config", "pairs", "--anonymize", &file_name()]);
    place.run(&["verify", "--no-config", "fine.json"]);
    place.run(&["verify", "--no-config", "--pair", &hostile(), "pairs"]);
    let pattern = format!(
        "{{n}}.json={}{{n}}",
        file_name().replace(['{', '}', '*', '/', '='], "")
    );
    let output = place.run(&["verify", "--no-config", "-v", "--pair", &pattern, "pairs"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("but there is no"));
    place.run(&["init"]);
    clean(
        &fs::read(place.path("geplint.toml")).unwrap(),
        false,
        "geplint.toml",
    );
    place.run(&["init"]);
    place.run(&["init", "--rules", &hostile()]);
}

#[test]
fn collections_and_environments() {
    let place = Place::new("collections");
    let bad = json(&hostile());
    let url = "{{host}}/SmartInterfaceAPI/api/Contact/UserGroup";
    let inner = json(&format!(
        "[{{\"GroupName\": {bad}, {bad}: {{{{a}}}}, \"IsActive\": \"<<{}>>\"}}]",
        "\u{1b}[31mx"
    ));
    let request = |url: &str, mode: &str| {
        format!(
            "{{\"name\": {bad}, \"request\": {{\"method\": \"POST\", \"url\": {}, \"body\": {{\"mode\": {}, \"raw\": {inner}, \
             \"file\": {{\"src\": {bad}}}}}}}, \"response\": [{{\"name\": {bad}, \"code\": 400, \"body\": {inner}}}]}}",
            json(url),
            json(mode)
        )
    };
    let items = [
        request(url, "raw"),
        request(url, "file"),
        request(&format!("https://{}/{}/UserGroup", hostile(), hostile()), "raw"),
        request(&hostile(), "raw"),
        request("{{url}}", "raw"),
    ];
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    let collection = format!(
        "{{\"info\": {{\"name\": {bad}, \"schema\": \"{schema}\"}}, \"variable\": [{{\"key\": \"a\", \"value\": {bad}}}], \"item\": [{{\"name\": {bad}, \
         \"item\": [{}]}}]}}",
        items.join(", ")
    );
    place.write("c.json", &collection);
    place.write("broken.json", &collection.replace("]}]}", &hostile()));
    let line = hostile().replace(['\n', '\r'], " ");
    place.write(
        "c.http",
        &format!(
            "@{line} = {line}\n### {line}\nPOST {url}\n{line}: x\n\n[{{\"GroupName\": {bad}, {bad}: 1}}]\n### {line}\nPOST {url}\n\n< ./{line}\n\
             ### x\nPOST {line}/UserGroup\n\n[1]\n"
        ),
    );
    place.write(
        "c.bru",
        &format!("meta {{\n  name: {line}\n}}\npost {{\n  url: {url}\n}}\nbody:json {{\n  [{{\"GroupName\": {bad}}}]\n}}\n"),
    );
    place.write("cut.bru", &format!("{} {{\n  {line}", line.replace(' ', "")));
    place.write(
        "c.jsonl",
        &format!("{{\"ClientContactCode\": {bad}, \"InterfaceStatus\": \"\"}}\n{line}\n"),
    );
    place.write(
        "env.json",
        &format!("{{\"a\": {{\"b\": 1}}, {bad}: {{\"c\": {bad}}}}}"),
    );
    let files = ["c.json", "broken.json", "c.http", "c.bru", "cut.bru", "c.jsonl"];
    for format in FORMATS {
        let args = [
            "check",
            "--no-config",
            "-v",
            "--min-severity",
            "advice",
            "--format",
            format,
        ];
        place.run(&[&args[..], &files].concat());
        place.run(
            &[
                &args[..],
                &files,
                &["--color", "always", "--var", &format!("a={}", hostile())],
            ]
            .concat(),
        );
    }
    for command in [
        &["predict"][..],
        &["check", "--diff", "--unsafe-fixes"],
        &["verify", "-v"],
    ] {
        for file in files {
            place.run(&[command, &["--no-config", file]].concat());
        }
    }
    for option in ["--env", "--var", "--base-path", "--include"] {
        place.run(&["check", "--no-config", option, &hostile(), "."]);
    }
    place.run(&["check", "--no-config", "--env", "env.json", "c.json"]);
    place.run(&[
        "check",
        "--no-config",
        "--env",
        &format!("env.json#{}", hostile()),
        "c.json",
    ]);
}

#[test]
fn settings_and_tenant_files() {
    let place = Place::new("settings");
    let bad = toml(&hostile());
    let key = json("a\u{9b}");
    for settings in [
        format!("include = [{bad}]\nexclude = [{bad}]\n[[files]]\nglob = {bad}\nendpoint = \"user-group\"\n"),
        format!(
            "[[ignore]]\npath = {bad}\nrule = {bad}\npointer = {bad}\nreason = {bad}\nuntil = 2000-01-01\n"
        ),
        format!("[[severity]]\nrule = {bad}\nlevel = {bad}\n"),
        format!("[[severity]]\nrule = {bad}\nendpoint = {bad}\nlevel = \"off\"\n"),
        format!("[[files]]\nglob = \"*.json\"\nendpoint = {bad}\n"),
        format!("fail-on = {bad}\n"),
        format!("baseline = {bad}\n"),
        format!("rules = [{bad}]\n"),
        format!("[tenant]\nfile = {bad}\n"),
        format!("[output]\nformat = {bad}\n"),
        format!("{key} = {bad}\n"),
        hostile(),
    ] {
        place.write("geplint.toml", &settings);
        for command in ["check", "predict"] {
            place.run(&[command, "."]);
            place.run(&[command, "--color", "always", "."]);
        }
    }
    fs::remove_file(place.path("geplint.toml")).unwrap();
    for tenant in [
        format!("contacts = [{bad}]\npersonas = [{bad}]\nactivities = [{bad}]\ncurrencies = [{bad}]\n"),
        format!("personas = {bad}\n"),
        "currencies = \"list.csv\"\n".to_owned(),
        "contacts = \"list.json\"\n".to_owned(),
        format!("{key} = {bad}\n"),
        format!("contacts = [{{ code = {bad}, {key} = {bad} }}]\n"),
        hostile(),
    ] {
        place.write("tenant.toml", &tenant);
        place.write(
            "list.csv",
            &format!("\"{}\",x\n1\n", hostile().replace('"', "\"\"")),
        );
        place.write(
            "list.json",
            &format!("{{{}: [{}, 1]}}", json(&hostile()), json(&hostile())),
        );
        for command in ["check", "predict"] {
            place.run(&[command, "--no-config", "--tenant", "tenant.toml", "."]);
        }
    }
}

/// A rules file with hostile text in every text field, and files with one hostile mistake each.
#[test]
fn rules_files() {
    let place = Place::new("rules");
    let bad = toml(&hostile());
    let answer = format!("{{ error-code = {bad}, description = {bad} }}");
    let whole = format!(
        "endpoint = \"mine\"\ntitle = {bad}\nmethod = {bad}\npath = {bad}\npage = {bad}\nrecord = \"R\"\nkey = [\"Code\"]\n\
         good-beside-bad = \"listed\"\n[answers]\nmissing = {answer}\ntoo-long = {answer}\nnot-in-list = {answer}\nnull = {answer}\n\
         [tables.R]\ntitle = {bad}\n[tables.R.properties]\nCode = {{ row = {bad}, type = \"string(3)\", required = {{ rule = {bad}, \
         error-code = {bad}, description = {bad}, note = {bad} }}, note = {bad} }}\n{bad} = {{ row = \"2\", type = \"string\", \
         required = \"yes\" }}\nKind = {{ row = \"3\", type = \"string\", one-of = {{ values = [{bad}], note = {bad} }} }}\n"
    );
    // Some of these are refused by the loader; those that load are shown.
    let without = |what: &str, instead: &str| whole.replace(what, instead);
    let plain_rule = without(&format!("rule = {bad}, "), "");
    let plain_name = plain_rule.replace(&format!("{bad} = {{ row"), "Other = { row");
    let plain_words = plain_name.replace(&answer, "{ error-code = \"A\", description = \"b\" }");
    let mut taken = 0;
    for rules in [
        whole.clone(),
        plain_rule.clone(),
        plain_name.clone(),
        plain_words.clone(),
        format!("endpoint = {bad}\n"),
        format!("endpoint = \"user-group\"\n{} = 1\n", json("a\u{9b}")),
        format!("endpoint = \"user-group\"\ntitle = {bad}\n"),
        format!("endpoint = \"user-group\"\nrules-off = [{bad}]\n"),
        format!("endpoint = \"user-group\"\n[tables.UserGroup.properties]\n{bad} = {{ note = {bad} }}\n"),
        format!("endpoint = \"user-group\"\n[tables.UserGroup.properties]\nGroupName = {{ note = {bad} }}\n"),
        format!("endpoint = \"user-group\"\n[[checks]]\nkind = {bad}\n"),
        hostile(),
    ] {
        place.write("my\u{9b}1m.toml", &rules);
        let with = ["--no-config", "--rules", "my\u{9b}1m.toml"];
        let output = place.run(&["rules", "--no-config", "--check", "my\u{9b}1m.toml"]);
        taken += usize::from(output.status.success());
        place.write(
            "record.json",
            "[{\"Code\": \"12345\", \"Kind\": \"x\"}, {\"Kind\": \"\"}]",
        );
        for args in [
            &["rules"][..],
            &["rules", "--color", "always"],
            &["rules", "mine"],
            &["rules", "mine", "--color", "always"],
            &["rules", "user-group"],
            &["rules", "--format", "json"],
            &["explain"],
            &["explain", "missing-mandatory"],
            &["explain", "too-long", "--color", "always"],
            &["explain", "not-in-list"],
            &["predict", "--endpoint", "mine", "record.json"],
            &["check", "."],
        ] {
            place.run(&[args, &with[..]].concat());
        }
        for format in FORMATS {
            place.run(
                &[
                    &["check", "--endpoint", "mine", "--format", format, "record.json"],
                    &with[..],
                ]
                .concat(),
            );
        }
    }
    assert!(taken >= 2, "only {taken} of the rules files were taken");
    place.run(&["explain", "--no-config", &hostile()]);
    place.run(&["rules", "--no-config", &hostile()]);
    place.run(&["rules", "--no-config", "--check", &hostile()]);
}

/// A character of an argument does not make a second error of one.
#[test]
fn an_error_about_an_argument_is_one_line() {
    let place = Place::new("arguments");
    for argument in [
        "a\u{1e}error: b",
        "a\nerror: b",
        "a\rerror: b",
        "a\u{2028}error: b",
    ] {
        for arguments in [
            &["explain", argument][..],
            &["rules", argument],
            &["check", argument],
            &["check", "--endpoint", argument, "x.json"],
            &["check", "--rules", argument, "x.json"],
            &["check", "--config", argument, "x.json"],
            &["check", "--tenant", argument, "x.json"],
            &["check", "--only", argument, "x.json"],
        ] {
            let ran = crate::support::run(&place.root, arguments, b"");
            let text = String::from_utf8(ran.stderr).unwrap();
            let errors = text.lines().filter(|line| line.starts_with("error: "));
            assert_eq!(
                (ran.status.code(), errors.count()),
                (Some(2), 1),
                "{arguments:?}: {text}"
            );
        }
    }
}
