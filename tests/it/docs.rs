//! Keeps the documentation up to date: the pages of the rules are generated, commands are run and their output
//! compared, links have to resolve, and the names of flags and rules have to exist.
//!
//! `UPDATE_DOCS=1 cargo test --test it docs` rewrites `docs/rules/`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use geplint::finding::Evidence;
use geplint::manual::{self, Block, Example, Piece, Section, escaped};
use geplint::rules::{Endpoint, RuleText, builtin, builtin_ids, rule_texts};

use crate::support::GEPLINT;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn endpoints() -> Vec<&'static Endpoint> {
    builtin_ids().map(|id| builtin(id).unwrap()).collect()
}

/// Returns an empty folder that no other test uses.
fn folder(name: &str) -> PathBuf {
    crate::support::empty_folder("docs", name)
}

/// Returns a command with an environment that makes the output the same on every machine.
fn plain(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    for (name, value) in [
        ("NO_COLOR", "1"),
        ("CLICOLOR_FORCE", ""),
        ("COLUMNS", "80"),
        ("TERM", "xterm"),
        ("LC_ALL", "C.UTF-8"),
    ] {
        command.env(name, value);
    }
    command
}

/// Runs geplint and returns its standard output.
fn printed(folder: &Path, args: &[&str]) -> String {
    let output = plain(GEPLINT, folder).args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the fenced blocks of a language, in order.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<(bool, String)> = None;
    for line in markdown.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(fence)) => block = Some((fence == language, String::new())),
            (Some(_), Some(_)) => blocks.extend(block.take().filter(|(ours, _)| *ours).map(|(_, text)| text)),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Returns the paths of all Markdown files of the project.
fn pages() -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root()).sort_by_file_name();
    let ours = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name == "target" || name == "corpora" || name == ".git")
    };
    let pages: Vec<PathBuf> = walk
        .into_iter()
        .filter_entry(ours)
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    assert!(pages.len() > 50, "{pages:?}");
    pages
}

fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} wrong\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}

// ---- the pages of rules ----

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    files
}

/// The note that a page is generated.
const MADE: &str =
    "<!-- Made from rules/ and testdata/rules/ by `UPDATE_DOCS=1 cargo test --test it docs`. -->\n\n";

/// Returns the payload that breaks a rule, if its example cannot be printed.
fn unprintable(rule: &RuleText) -> Option<Example> {
    // An example that cannot be printed can still be run: its note describes the file that is used.
    assert_eq!(rule.bad_note.is_some(), rule.bad_file.is_some(), "{}", rule.id);
    rule.bad_file.as_deref().map(|file| {
        let name = format!("testdata/rules/{}/bad/{file}", rule.id);
        let bytes = fs::read(root().join(&name)).unwrap();
        let endpoint = file.split('/').next().unwrap();
        let example = Example::new(&name, bytes, endpoint, &endpoints(), false).unwrap();
        assert!(
            example.finding(&rule.id).is_some(),
            "{name} does not show {}",
            rule.id
        );
        example
    })
}

/// Returns the section with links to the fixtures of a rule. They are in the repository, not in the program.
fn more(rule: &RuleText) -> Section {
    let words = |words: &str| Piece::Words(words.to_owned());
    let link = |kind: &str| {
        let folder = root().join("testdata/rules").join(&rule.id).join(kind);
        let count = files(&folder).len();
        let label = format!("{count} {kind} payload{}", if count == 1 { "" } else { "s" });
        match count {
            // Without fixtures there is no folder.
            0 => Piece::Words(label),
            _ => Piece::Link(label, format!("../../testdata/rules/{}/{kind}", rule.id)),
        }
    };
    let text = vec![
        words("The tests use "),
        link("bad"),
        words(" and "),
        link("good"),
        words("."),
    ];
    let is_tested = text.iter().any(|piece| matches!(piece, Piece::Link(..)));
    let blocks = is_tested.then_some(Block::Words(text));
    Section::new("More payloads", blocks.into_iter().collect())
}

/// Generates the pages, by file name.
fn made() -> BTreeMap<String, String> {
    let endpoints = endpoints();
    let page = |rule: &RuleText| {
        let mut page = manual::page(rule, &endpoints, unprintable(rule).as_ref());
        page.sections.insert(page.sections.len() - 1, more(rule));
        (format!("{}.md", rule.id), MADE.to_owned() + &page.markdown())
    };
    let mut made: BTreeMap<String, String> = rule_texts().iter().map(page).collect();
    made.insert("README.md".to_owned(), index(&endpoints));
    made
}

/// Returns the index of the pages.
fn index(endpoints: &[&Endpoint]) -> String {
    let head = "# The rules\n\nA page for each. `geplint explain RULE` prints the same in a terminal. An error predicts a 400, \
                or the file is not\nvalid JSON; a rule may be an error for one property and a warning for another. Evidence: \
                [evidence.md](../evidence.md).\n\n| rule | severity | evidence | |\n|---|---|---|---|\n";
    let line = |rule: &RuleText| {
        let (severity, evidence, title) = (
            rule.severity.word(),
            evidence(rule, endpoints),
            escaped(&rule.title),
        );
        format!(
            "| [{id}]({id}.md) | {severity} | {evidence} | {title} |\n",
            id = rule.id
        )
    };
    let lines: String = rule_texts().iter().map(line).collect();
    format!("{MADE}{head}{lines}")
}

/// Returns the evidence of the rule's rows, or of its example; the strongest first.
fn evidence(rule: &RuleText, endpoints: &[&Endpoint]) -> String {
    let constraints = |endpoint: &&Endpoint| endpoint.constraints().into_iter().chain(endpoint.implied());
    let rows = endpoints
        .iter()
        .flat_map(constraints)
        .filter(|row| row.rule == rule.id);
    let mut found: BTreeSet<Evidence> = rows.map(|row| row.evidence).collect();
    if found.is_empty() {
        let example = Example::of(rule, endpoints);
        let evidence = example.and_then(|example| Some(example.finding(&rule.id)?.evidence));
        // A finding about the bytes of a file has no example to print; no table mentions it.
        found.insert(evidence.unwrap_or(Evidence::Inferred));
    }
    found
        .into_iter()
        .map(Evidence::word)
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn the_pages_of_rules_are_made_from_the_rules() {
    let folder = root().join("docs/rules");
    let made = made();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for path in files(&folder) {
            if !made.contains_key(path.file_name().unwrap().to_str().unwrap()) {
                fs::remove_file(path).unwrap();
            }
        }
        for (name, text) in &made {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut wrong = Vec::new();
    for (name, text) in &made {
        if fs::read_to_string(folder.join(name)).unwrap_or_default() != *text {
            wrong.push(format!("docs/rules/{name} is stale"));
        }
    }
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !made.contains_key(name) {
            wrong.push(format!("docs/rules/{name} is of no rule"));
        }
    }
    if !wrong.is_empty() {
        wrong.push("UPDATE_DOCS=1 cargo test --test it docs writes them anew".to_owned());
    }
    assert_none(&wrong);
}

/// Creates a folder with the files that the commands of a rule's page need.
fn with_example(rule: &RuleText, purpose: &str) -> PathBuf {
    let folder = folder(&format!("{}-{purpose}", rule.id));
    let payload = match (&rule.bad, unprintable(rule)) {
        (Some(bad), _) => bad.clone().into_bytes(),
        (None, Some(shown)) => {
            let path = folder.join(&shown.name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &shown.bytes).unwrap();
            shown.bytes
        }
        (None, None) => panic!("{} shows nothing", rule.id),
    };
    fs::write(folder.join("bad.json"), payload).unwrap();
    let tenant = root().join("rules/examples/tenant.toml");
    fs::copy(tenant, folder.join("tenant.toml")).unwrap();
    folder
}

/// The output on a rule's page is what its command prints.
#[test]
fn the_output_on_a_rules_page_is_real() {
    let made = made();
    let mut wrong = Vec::new();
    for rule in rule_texts() {
        let shown = blocks(&made[&format!("{}.md", rule.id)], "text");
        let [shown] = shown.as_slice() else {
            wrong.push(format!("{}: {} outputs", rule.id, shown.len()));
            continue;
        };
        let (command, output) = shown.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ geplint ").unwrap().split(' ').collect();
        let printed = printed(&with_example(rule, "output"), &args);
        if printed.trim_end() != output.trim_end() || !output.contains(&format!("[{}]", rule.id)) {
            wrong.push(format!("{}: {command} prints\n{printed}", rule.id));
        }
    }
    assert_none(&wrong);
}

/// Every way to turn a rule off that its page shows works.
#[test]
fn the_settings_on_a_rules_page_work() {
    let made = made();
    let mut wrong = Vec::new();
    let mut patches = 0;
    for rule in rule_texts() {
        let folder = with_example(rule, "settings");
        let endpoint = rule.endpoint.as_deref().unwrap();
        let check = |args: &[&str]| {
            let mut all = vec![
                "check",
                "--format",
                "concise",
                "--min-severity",
                "advice",
                "--endpoint",
                endpoint,
            ];
            if rule.needs.is_some() {
                all.extend(["--tenant", "tenant.toml"]);
            }
            all.extend(args);
            all.push("bad.json");
            printed(&folder, &all)
        };
        let tag = format!("[{}]", rule.id);
        let mut expect = |how: &str, there: bool, args: &[&str]| {
            let output = check(args);
            if output.contains(&tag) != there {
                wrong.push(format!("{}, {how}: {output:?}", rule.id));
            }
        };
        expect("as it is", true, &[]);
        expect("--ignore", false, &["--ignore", &rule.id]);
        let tomls = blocks(&made[&format!("{}.md", rule.id)], "toml");
        for (index, toml) in tomls.iter().enumerate() {
            fs::write(folder.join("shown.toml"), toml).unwrap();
            let flag = if index < 2 { "--config" } else { "--rules" };
            patches += usize::from(index == 2);
            expect(toml, false, &[flag, "shown.toml"]);
        }
        assert!(matches!(tomls.len(), 2 | 3), "{}", rule.id);
    }
    assert!(patches > 20, "{patches} rules files are shown");
    assert_none(&wrong);
}

/// The terminal shows the content of the page within the width, except for payloads and commands, which are not
/// wrapped.
#[test]
fn explain_prints_the_page() {
    let endpoints = endpoints();
    for rule in rule_texts() {
        let page = manual::page(rule, &endpoints, None);
        for columns in ["40", "80", "160"] {
            let output = plain(GEPLINT, root())
                .args(["explain", &rule.id])
                .env("COLUMNS", columns)
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let words: String = text.split_whitespace().collect();
            for section in &page.sections {
                assert!(text.contains(&format!("\n{}\n", section.title)), "{}", rule.id);
            }
            for prose in [&rule.what, &rule.why, &rule.fix] {
                let prose: String = prose.split_whitespace().collect();
                assert!(words.contains(&prose), "{} in {columns}", rule.id);
            }
            let prose = text.split("\nBad").next().unwrap();
            let widest = prose.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(
                widest <= columns.parse().unwrap(),
                "{} in {columns}: {widest}",
                rule.id
            );
        }
    }
}

/// The text of a user's rules file is sanitized like that of a payload.
#[test]
fn the_text_of_a_rules_file_is_sanitized() {
    let folder = folder("hostile");
    let patch = r#"
endpoint = "user-group"
[tables.UserGroup.properties]
Cost = { type = "string", required = { evidence = "table", error-code = "A\u001b[31m", description = "B\u202e ##[error]" } }
"C\u001bD" = { type = "boolean", required = "yes" }
"#;
    fs::write(folder.join("hostile.toml"), patch).unwrap();
    for rule in ["missing-mandatory", "does-not-convert"] {
        let text = printed(&folder, &["explain", rule, "--rules", "hostile.toml"]);
        assert!(text.len() > 1000, "{text}");
        let suspect = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(suspect) && !text.contains("##["), "{text}");
    }
    let text = printed(
        &folder,
        &["explain", "missing-mandatory", "--rules", "hostile.toml"],
    );
    assert!(text.contains("UserGroup.Cost"), "{text}");
}

// ---- the other pages ----

/// True if `printed` matches `shown`, where the line `...` matches any lines, and `[..]` any text within a line.
fn fits(shown: &[&str], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((&"...", shown)), _) => (0..=printed.len()).any(|from| fits(shown, &printed[from..])),
        (Some((line, shown)), Some((first, printed))) => line_fits(line, first) && fits(shown, printed),
        (Some(_), None) => false,
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == printed,
        Some((before, after)) => printed.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|from| rest.get(from..).is_some_and(|rest| line_fits(after, rest)))
        }),
    }
}

/// Runs docs/getting-started.md: writes its files, runs its commands one after another and compares their output.
#[test]
fn the_getting_started_page_works() {
    let page = include_str!("../../docs/getting-started.md");
    let folder = folder("getting-started");
    let (mut files, mut commands) = (0, 0);
    let mut before = "";
    let mut rest = page;
    while let Some((prose, fenced)) = rest.split_once("\n```") {
        let (language, fenced) = fenced.split_once('\n').unwrap();
        let (block, after) = fenced.split_once("\n```").unwrap();
        if !prose.trim().is_empty() {
            before = prose.trim().lines().last().unwrap();
        }
        match language {
            "json" | "toml" => {
                let name = before.split('`').nth(1).unwrap();
                fs::write(folder.join(name), format!("{block}\n")).unwrap();
                files += 1;
            }
            "console" => {
                for shown in format!("\n{block}").split("\n$ ").skip(1) {
                    let (command, shown) = shown.split_once('\n').unwrap();
                    let args: Vec<&str> = command.strip_prefix("geplint ").unwrap().split(' ').collect();
                    let output = plain(GEPLINT, &folder).args(&args).output().unwrap();
                    let output = [output.stdout, output.stderr].concat();
                    let output = String::from_utf8(output).unwrap();
                    let shown: Vec<&str> = shown.trim_end().lines().collect();
                    let output: Vec<&str> = output.trim_end().lines().collect();
                    assert!(fits(&shown, &output), "{command}\n{}", output.join("\n"));
                    commands += 1;
                }
            }
            "sh" => {}
            other => panic!("a block of {other}"),
        }
        rest = after;
    }
    assert_eq!((files, commands), (3, 7));
}

/// Runs the commands of a page in order, in one folder: `> FILE` redirects the output, `? N` is the exit code.
fn runs_as_documented(page: &str, folder: &Path) -> usize {
    let mut commands = 0;
    for block in blocks(page, "console") {
        for shown in format!("\n{block}").split("\n$ ").skip(1) {
            let (command, shown) = shown.split_once('\n').unwrap_or((shown, ""));
            let (words, file) = command
                .split_once(" > ")
                .map_or((command, None), |(words, file)| (words, Some(file)));
            let args: Vec<&str> = words.strip_prefix("geplint ").unwrap().split(' ').collect();
            let output = plain(GEPLINT, folder).args(&args).output().unwrap();
            let mut shown: Vec<&str> = shown.trim_end().lines().collect();
            let code = shown
                .first()
                .and_then(|line| line.strip_prefix("? ")?.parse().ok());
            if code.is_some() {
                shown.remove(0);
            }
            let printed = match file {
                None => [output.stdout, output.stderr].concat(),
                Some(file) => {
                    fs::write(folder.join(file), output.stdout).unwrap();
                    output.stderr
                }
            };
            let printed = String::from_utf8(printed).unwrap();
            let printed: Vec<&str> = printed.trim_end().lines().collect();
            assert!(fits(&shown, &printed), "{command}\n{}", printed.join("\n"));
            assert_eq!(output.status.code(), Some(code.unwrap_or(0)), "{command}");
            commands += 1;
        }
    }
    commands
}

#[test]
fn the_pages_about_made_up_requests_are_correct() {
    let page = include_str!("../../docs/samples.md");
    assert_eq!(runs_as_documented(page, &folder("samples")), 5);
    let page = include_str!("../../docs/schema.md");
    assert_eq!(runs_as_documented(page, &folder("schema")), 2);
}

#[test]
fn ellipses_match_anything() {
    assert!(fits(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(fits(&["a", "...", "d"], &["a", "d"]));
    assert!(!fits(&["a", "...", "d"], &["a", "b"]));
    assert!(line_fits("took ([..] s), 1", "took (0.02 s), 1"));
    assert!(!line_fits("took ([..] s), 1", "took (0.02 s), 2"));
}

/// Every page that shows commands with their output is run by a test.
#[test]
fn every_page_that_shows_output_is_run() {
    let mut sources = String::new();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources += &fs::read_to_string(path).unwrap();
        }
    }
    let mut seen = 0;
    for page in pages() {
        let name = page.strip_prefix(root()).unwrap().to_str().unwrap();
        if !blocks(&fs::read_to_string(&page).unwrap(), "console").is_empty() {
            seen += 1;
            assert!(sources.contains(&format!("{name}\"")), "no test runs {name}");
        }
    }
    assert!(seen >= 4, "{seen} pages with commands");
}

/// Returns the Markdown without its fenced blocks.
fn prose(markdown: &str) -> String {
    let mut out = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Returns the texts between backticks.
fn code_spans(markdown: &str) -> Vec<String> {
    let prose = prose(markdown);
    let spans = prose.split("\n\n").flat_map(|paragraph| {
        let spans: Vec<&str> = paragraph.split('`').skip(1).step_by(2).collect();
        spans.into_iter().map(str::to_owned).collect::<Vec<_>>()
    });
    spans.collect()
}

/// Returns the anchor of a heading, as links name it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_resolves() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = prose(&fs::read_to_string(&page).unwrap());
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        for (_, after) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let target = after.split(')').next().unwrap();
            if target.contains("://") {
                continue;
            }
            seen += 1;
            let (path, part) = target.split_once('#').unwrap_or((target, ""));
            let place = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            if !place.exists() {
                wrong.push(format!("{name}: {target} is not there"));
            } else if !part.is_empty() {
                let text = prose(&fs::read_to_string(&place).unwrap());
                let headings = text.lines().filter(|line| line.starts_with('#'));
                if !headings
                    .map(|line| anchor(line.trim_start_matches('#')))
                    .any(|known| known == part)
                {
                    wrong.push(format!("{name}: {target}: no such heading"));
                }
            }
        }
    }
    assert!(seen > 150, "{seen} links");
    assert_none(&wrong);
}

/// Returns the flags of all commands.
fn flags() -> BTreeSet<String> {
    fn collect(command: &clap::Command, flags: &mut BTreeSet<String>) {
        flags.extend(
            command
                .get_arguments()
                .filter_map(|arg| arg.get_long())
                .map(str::to_owned),
        );
        for command in command.get_subcommands() {
            collect(command, flags);
        }
    }
    let mut flags = BTreeSet::from(["help".to_owned(), "version".to_owned()]);
    collect(&geplint::cli::command(), &mut flags);
    flags
}

/// Returns the functions of the integration tests, as `module::function`.
fn test_functions() -> Vec<String> {
    let folder = root().join("tests/it");
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(&folder) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let module = path.strip_prefix(&folder).unwrap().with_extension("");
        let module = module.to_str().unwrap().replace('/', "::");
        let text = fs::read_to_string(&path).unwrap();
        let functions = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("fn ")?.split(['(', '<']).next());
        all.extend(functions.map(|function| format!("{module}::{function}")));
    }
    all
}

/// True if a text has these parts in their order.
fn has_parts(text: &str, mut parts: std::str::Split<'_, [char; 2]>) -> bool {
    let mut rest = text;
    parts.all(|part| match rest.split_once(part) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

/// The tests in docs/reliability.md (`files::unreadable_*`), and the filters of `cargo test --test it` on all pages, exist.
#[test]
fn every_test_that_a_page_names_exists() {
    let functions = test_functions();
    let modules: BTreeSet<&str> = functions
        .iter()
        .flat_map(|function| function.split("::"))
        .collect();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        let named = code_spans(&text);
        let named = named.iter().map(String::as_str).filter(|span| {
            let (module, test) = span.split_once("::").unwrap_or_default();
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_*…".contains(c);
            let is_test = modules.contains(module) && !test.is_empty() && test.chars().all(is_word);
            is_test && name == "docs/reliability.md"
        });
        let filters = text.split("--test it ").skip(1).flat_map(|after| {
            let command = after.split(['\n', '`', ';']).next().unwrap_or_default();
            let words = command.split_whitespace().take_while(|word| *word != "#");
            words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        });
        for test in named.chain(filters) {
            seen += 1;
            if !functions
                .iter()
                .any(|function| has_parts(function, test.split(['*', '…'])))
            {
                wrong.push(format!("{name}: no test {test}"));
            }
        }
    }
    assert!(seen > 30, "{seen} tests are named");
    assert_none(&wrong);
}

/// The functions and types of the library that its page names are in the module that it names.
#[test]
fn every_path_on_the_page_for_library_users_exists() {
    let sources = root().join("crates/geplint-core/src");
    let page = fs::read_to_string(root().join("docs/library.md")).unwrap();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for span in code_spans(&page) {
        let Some((module, item)) = span.split_once("::") else {
            continue;
        };
        if !module.starts_with(|c: char| c.is_ascii_lowercase()) || module == "geplint" {
            continue;
        }
        seen += 1;
        let files = walkdir::WalkDir::new(&sources).into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| {
            let path = entry.path().strip_prefix(&sources).unwrap().with_extension("");
            path.starts_with(module) && entry.file_type().is_file()
        });
        let declarations = ["fn", "struct", "enum"].map(|word| format!("pub {word} {item}"));
        let mut texts = files.filter_map(|entry| fs::read_to_string(entry.path()).ok());
        if !texts.any(|text| declarations.iter().any(|declaration| text.contains(declaration))) {
            wrong.push(format!("docs/library.md: no {span}"));
        }
    }
    assert!(seen > 5, "{seen} paths are named");
    assert_none(&wrong);
}

/// The scripts and files in these folders that a page, a script or a workflow names exist.
#[test]
fn every_script_that_is_named_exists() {
    let files = |folder: &str| fs::read_dir(root().join(folder)).unwrap();
    let folders = [".ci", ".github/workflows", "benches", "packaging"];
    let scripts = folders.into_iter().flat_map(files);
    let scripts = scripts
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file());
    let (mut wrong, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for path in pages().into_iter().chain(scripts) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let is_of_a_path = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        for word in text.split(|c| !is_of_a_path(c)) {
            let word = word.trim_start_matches("./").trim_end_matches(['.', '/', '-']);
            let folder = word.split_once('/').map(|(folder, _)| folder);
            if !folder.is_some_and(|folder| [".ci", "benches", "packaging"].contains(&folder)) {
                continue;
            }
            if !root().join(word).exists() {
                wrong.insert(format!(
                    "{}: {word}",
                    path.strip_prefix(root()).unwrap().display()
                ));
            }
            seen.insert(word.to_owned());
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_none(&wrong.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_flag_that_a_page_names_exists() {
    let flags = flags();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        // Lines that start with the name of another program have that program's flags.
        let ours = |text: &str| text.starts_with("--") || text.contains("geplint ");
        let fenced = ["console", "sh", "text"].map(|language| blocks(&text, language).concat());
        let lines = fenced.iter().flat_map(|text| text.lines());
        let spans = code_spans(&text);
        for text in spans
            .iter()
            .map(String::as_str)
            .chain(lines)
            .filter(|text| ours(text))
        {
            let text = text.split_once("geplint ").map_or(text, |(_, after)| after);
            let words = text.split_whitespace().filter_map(|word| word.strip_prefix("--"));
            for word in words {
                let flag: String = word
                    .chars()
                    .take_while(|c| c.is_ascii_alphabetic() || *c == '-')
                    .collect();
                // A line of a diff, or the `---` of YAML.
                if flag.trim_matches('-').is_empty() {
                    continue;
                }
                if !flags.contains(&flag) {
                    wrong.push(format!("{name}: --{flag}"));
                }
                seen.insert(flag);
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_none(&wrong);
}

/// Names in the places where a page can only mean a rule are those of rules.
#[test]
fn every_rule_that_a_page_names_exists() {
    let known: BTreeSet<&str> = rule_texts().iter().map(|rule| rule.id.as_str()).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(root()).unwrap().display().to_string();
        let fits = |id: &str| id.starts_with(|c: char| c.is_ascii_lowercase()) && id != "tenant";
        let mut check = |id: &str| {
            seen += usize::from(fits(id));
            if fits(id) && !known.contains(id) {
                wrong.push(format!("{name}: no rule {id}"));
            }
        };
        for (before, after) in [
            ("geplint explain ", &[' ', '\n', '`', ')', ';'][..]),
            ("rule = \"", &['"']),
            ("--ignore ", &[' ', '\n', '`', ')', '.']),
            ("error[", &[']']),
            ("warning[", &[']']),
            ("docs/rules/", &['.']),
        ] {
            for (at, _) in text.match_indices(before) {
                let rest = &text[at + before.len()..];
                check(rest.split(after).next().unwrap());
            }
        }
    }
    assert!(seen > 200, "{seen} rules are named");
    assert_none(&wrong);
}

/// The issue form for wrong rows lists all endpoints.
#[test]
fn the_form_lists_the_endpoints() {
    let form = include_str!("../../.github/ISSUE_TEMPLATE/wrong-row.yml");
    for id in builtin_ids() {
        assert!(form.contains(&format!("        - {id}\n")), "{id}");
    }
}
