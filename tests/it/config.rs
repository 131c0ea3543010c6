//! Tests of `geplint.toml`, ignores, severities and baselines on the command line; each test has a separate folder.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

/// One error: missing-mandatory at /0/GroupName.
const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
/// One warning: unknown-property at /0/Colour.
const WARNING: &str =
    r#"[{ "GroupName": "Buyers", "Colour": "red", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
/// A patch without a relevant change.
const PATCH: &str = "endpoint = \"user-group\"\n";
const NOT_IGNORED: &str = "error[missing-mandatory]";

/// A folder that is a repository.
struct Repo(PathBuf);

/// The result of a run.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Repo {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = crate::support::empty_folder("config", name);
        fs::create_dir_all(folder.join(".git")).unwrap();
        let repo = Self(folder);
        for (name, text) in files {
            repo.write(name, text);
        }
        repo
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn run(&self, args: &[&str]) -> Done {
        self.run_in("", args)
    }

    fn run_in(&self, folder: &str, args: &[&str]) -> Done {
        let output = crate::support::geplint()
            .args(args)
            .current_dir(self.0.join(folder))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Done {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `geplint check --format concise` with these settings.
    fn check(&self, settings: &str) -> Done {
        self.write("geplint.toml", settings);
        self.run(&["check", "--format", "concise"])
    }
}

impl Done {
    #[track_caller]
    fn expect(self, code: i32, stdout: &[&str], stderr: &[&str]) -> Self {
        let all = format!("stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, code, "{all}");
        for text in stdout {
            assert!(self.stdout.contains(text), "no {text} in {all}");
        }
        for text in stderr {
            assert!(self.stderr.contains(text), "no {text} in {all}");
        }
        self
    }

    #[track_caller]
    fn without(self, texts: &[&str]) -> Self {
        for text in texts {
            let all = format!("{}{}", self.stdout, self.stderr);
            assert!(!all.contains(text), "{text} in {all}");
        }
        self
    }
}

/// The message for any other form shows how to write a list of tables.
#[test]
fn a_list_of_tables_in_another_form_is_explained() {
    let repo = Repo::new("table-lists", &[("bad.json", BAD)]);
    let schema: Value = serde_json::from_str(include_str!("../../schema/config.json")).unwrap();
    let lists = schema["properties"].as_object().unwrap().iter();
    let lists = lists.filter(|(_, value)| value["items"]["type"] == "object");
    let mut seen = 0;
    for (key, _) in lists {
        for text in [
            format!("[{key}]\nx = 1"),
            format!("{key} = [\"x\"]"),
            format!("{key} = \"x\""),
            format!("{key} = 1"),
        ] {
            let message = format!("{key} must be a list of tables: write [[{key}]]");
            repo.check(&text).expect(2, &[], &[&message]);
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}

/// A settings, tenant or rules file with several mistakes has an error for each, in its order. What follows from one of
/// them is none.
#[test]
fn all_mistakes_of_a_file_are_reported() {
    let settings = "inclde = []\nfail-on = \"nver\"\n[output]\nx = 1\n[[files]]\nglob = \"{a\"\n[[files]]\nglb = \"a\"\n\
                    [[severity]]\nlevel = \"of\"\nrule = \"blank\"\n[tenant]\ny = 1\nfile = \"t.toml\"\n";
    let tenant = "contcts = 1\npersonas = 1\n[x]\na = 1\n";
    let rules = "endpoint = \"user-group\"\ntitel = 1\n[tables.UserGroup]\nx = 1\n[tables.UserGroup.properties]\n\
                 GroupName = { typ = \"x\" }\nIsActive.requird = 1\n";
    let repo = Repo::new("all_mistakes", &[("t.toml", tenant), ("r.toml", rules)]);
    let places = |output: &str, file: &str| -> Vec<String> {
        let lines = output.lines().map(|line| {
            let place = line.strip_prefix(&format!("error: {file}:")).expect(line);
            place.split(": ").next().unwrap_or_default().to_owned()
        });
        lines.collect()
    };
    for (name, text, expected) in [
        (
            "geplint.toml",
            settings,
            &["1:1", "2:11", "4:1", "5:1", "8:1", "10:9", "13:1"][..],
        ),
        ("t.toml", tenant, &["1:1", "2:12", "3:2"]),
        ("r.toml", rules, &["2:1", "4:1", "6:15", "7:10"]),
    ] {
        let _ = fs::remove_file(repo.0.join("geplint.toml"));
        repo.write(name, text);
        let arguments = match name {
            "t.toml" => vec!["check", "--tenant", "t.toml"],
            "r.toml" => vec!["check", "--rules", "r.toml"],
            _ => vec!["check"],
        };
        let done = repo.run(&arguments);
        assert_eq!(done.code, 2);
        assert_eq!(places(&done.stderr, name), expected, "{}", done.stderr);
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a list of mistakes")]
fn every_mistake_has_its_position() {
    let repo = Repo::new(
        "mistakes",
        &[
            ("bad.json", BAD),
            ("broken.json", "{"),
            ("broken.toml", "x = 1\n"),
        ],
    );
    for (settings, message) in [
        ("inclde = []", "1:1: there is no setting \"inclde\" here"),
        (
            "include = [1]",
            "1:12: include must be a string in quotes, not `1`",
        ),
        (
            "rules = \"a\"",
            "1:9: rules must be a list: [\"...\"], not `\"a\"`",
        ),
        ("\n\n[x", "3:3: unclosed table"),
        ("include = [\"a\", \"a[b\"]", "1:17: bad glob `a[b`"),
        ("exclude = [\n  \"\",\n]", "2:3: the glob is empty"),
        (
            "fail-on = \"x\"",
            "1:11: fail-on must be one of error, warning, never, not \"x\"",
        ),
        (
            "unused = \"x\"",
            "1:10: unused must be one of warning, off, not \"x\"",
        ),
        ("rules = [\"no.toml\"]", "1:10: no.toml: "),
        ("[tenant]\nfile = \"no.toml\"", "2:8: no.toml: "),
        ("[tenant]\n", "1:1: file is missing here"),
        (
            "[severity]\nlevel = \"off\"",
            "1:1: severity must be a list of tables: write [[severity]]",
        ),
        (
            "[ignore]\nrule = \"off\"",
            "1:1: ignore must be a list of tables: write [[ignore]]",
        ),
        (
            "[tenant]\nfile = \"broken.toml\"\nx = 1",
            "3:1: there is no setting \"x\" here",
        ),
        ("baseline = \"no.json\"", "1:12: no.json: "),
        ("[output]\nx = 1", "2:1: there is no setting \"x\" here"),
        ("[output]\nformat = \"x\"", "2:10: there is no format \"x\""),
        ("[[files]]\nglob = \"a\"", "1:1: endpoint is missing here"),
        (
            "[[files]]\nglob = \"{a\"\nendpoint = \"user-group\"",
            "2:8: bad glob",
        ),
        (
            "[[files]]\nglob = \"a\"\nendpoint = \"user-grop\"",
            "3:12: there is no endpoint \"user-grop\"",
        ),
        (
            "[[files]]\nglob = \"a\"\nendpoint = \"e\"\nx = 1",
            "4:1: there is no setting \"x\" here",
        ),
        (
            "[[files]]\npath = \"a\"\nendpoit = \"user-group\"",
            "2:1: there is no setting \"path\" here; settings: glob, endpoint",
        ),
        (
            "x = 1\nfail_on = 1\n[output]\nx = 1",
            "1:1: there is no setting \"x\" here; settings: include, ",
        ),
        ("[[severity]]\nlevel = \"off\"", "2:9: a [[severity]] needs"),
        ("[[severity]]\nrule = \"blank\"", "1:1: level is missing here"),
        (
            "[[severity]]\nrule = \"blank\"\nlevel = \"note\"",
            "3:9: level must be one of error, warning, advice, off, not \"note\"",
        ),
        (
            "[[severity]]\nevidence = \"hearsay\"\nlevel = \"off\"",
            "2:12: evidence must be one of response, table, inferred, contradicted, not \"hearsay\"",
        ),
        (
            "[[severity]]\nrle = \"a\"\nlevel = \"off\"",
            "2:1: there is no setting \"rle\" here",
        ),
        (
            "[[ignore]]\nrule = \"a\"\nreason = \"r\"",
            "1:1: path is missing here",
        ),
        (
            "[[ignore]]\npath = \"a\"\nreason = \"r\"",
            "1:1: rule is missing here",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"",
            "1:1: reason is missing here",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"\nreason = \" \"",
            "4:10: the reason is empty",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"\nreason = \"r\"\nline = 1",
            "5:1: there is no setting \"line\" here",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"\nreason = \"r\"\npointer = \"Name\"",
            "5:11: a JSON Pointer begins with /",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"\nreason = \"r\"\nuntil = \"2026-02-30\"",
            "5:9: not a date",
        ),
        (
            "[[ignore]]\npath = \"a\"\nrule = \"r\"\nreason = \"r\"\nuntil = 2026-02-03T10:00:00",
            "5:9: not a date",
        ),
    ] {
        repo.check(settings)
            .expect(2, &[], &[&format!("error: geplint.toml:{message}")])
            .without(&["bad.json"]);
    }
}

#[test]
fn a_mistake_in_a_named_file_has_its_position_there() {
    let repo = Repo::new(
        "named-mistakes",
        &[
            ("bad.json", BAD),
            ("broken.json", "{"),
            ("broken.toml", "x = 1\n"),
        ],
    );
    repo.check("[tenant]\nfile = \"broken.toml\"")
        .expect(2, &[], &["error: broken.toml:1:1: "]);
    repo.check("rules = [\"broken.toml\"]")
        .expect(2, &[], &["error: broken.toml:1:"]);
    repo.check("baseline = \"broken.json\"")
        .expect(2, &[], &["error: broken.json:1:"]);
}

#[test]
fn every_command_reads_the_settings() {
    let repo = Repo::new("commands", &[("bad.json", BAD)]);
    repo.write("geplint.toml", "x = 1");
    for args in [
        &["predict", "bad.json"][..],
        &["verify", "."],
        &["rules"],
        &["explain", "blank"],
    ] {
        repo.run(args)
            .expect(2, &[], &["error: geplint.toml:1:1: there is no setting"]);
    }
}

#[test]
fn settings_are_found_upward_to_the_root_of_the_repository() {
    let repo = Repo::new(
        "found",
        &[
            (
                "geplint.toml",
                "[[severity]]\nrule = \"missing-mandatory\"\nlevel = \"off\"\n",
            ),
            ("a/b/bad.json", BAD),
            ("nested/.git", "gitdir: elsewhere\n"),
            ("nested/bad.json", BAD),
            ("other/mine.toml", "fail-on = \"never\"\n"),
            ("nearer/geplint.toml", "fail-on = \"never\"\n"),
            ("nearer/c/bad.json", BAD),
        ],
    );
    repo.run_in("a/b", &["check"]).expect(0, &[], &["1 suppressed"]);
    repo.run_in("nested", &["check"])
        .expect(1, &[], &[])
        .without(&["suppressed"]);
    repo.run_in("nearer/c", &["check", "--format", "concise"])
        .expect(0, &[NOT_IGNORED], &[]);
    repo.run_in("a/b", &["check", "--no-config"]).expect(1, &[], &[]);
    repo.run_in(
        "a/b",
        &[
            "check",
            "--config",
            "../../other/mine.toml",
            "--format",
            "concise",
        ],
    )
    .expect(0, &[NOT_IGNORED], &[]);
    repo.run_in("a/b", &["check", "--config", "no.toml"])
        .expect(2, &[], &["error: no.toml: "]);
    repo.run_in("a/b", &["check", "--config", "a", "--no-config"])
        .expect(2, &[], &["cannot be used with"]);
    repo.write("geplint.toml", "\nx = 1");
    repo.run_in("a/b", &["check"])
        .expect(2, &[], &["error: ../../geplint.toml:2:1: there is no setting"]);
}

/// Outside of a repository, settings in folders above could be anyone's, and are not used.
#[test]
fn outside_of_a_repository_only_the_folder_itself_counts() {
    let folder = std::env::temp_dir().join(format!("geplint-config-{}", std::process::id()));
    if folder.ancestors().any(|above| above.join(".git").exists()) {
        return;
    }
    let repo = Repo(folder);
    repo.write("geplint.toml", "fail-on = \"never\"");
    repo.write("sub/bad.json", BAD);
    let (above, here) = (repo.run(&["check"]), repo.run_in("sub", &["check"]));
    fs::remove_dir_all(&repo.0).unwrap();
    above.expect(0, &[], &["1 error"]);
    here.expect(1, &[], &["1 error"]);
}

#[test]
fn included_and_excluded() {
    let repo = Repo::new(
        "globs",
        &[
            ("payloads/bad.json", BAD),
            ("payloads/drafts/bad.json", BAD),
            ("payloads/old/bad.json", BAD),
            ("else/bad.json", BAD),
        ],
    );
    let settings = "include = [\"payloads/\", \"nowhere/*\"]\nexclude = [\"drafts/\", \"gone/\"]\n";
    repo.check(settings)
        .expect(
            1,
            &["payloads/bad.json", "payloads/old/bad.json"],
            &[
                "2 files",
                "warning: geplint.toml:1:25: this entry includes no file: \"nowhere/*\"",
                "warning: geplint.toml:2:23: this entry excludes no file: \"gone/\"",
            ],
        )
        .without(&[
            "geplint.toml:1:12",
            "geplint.toml:2:12",
            "drafts/bad.json",
            "else/bad.json",
        ]);
    // Globs of the command line are added, and also exclude a file that is named.
    repo.run(&["check", "--exclude", "old"])
        .expect(1, &[], &["the request would be refused"]);
    repo.run(&["check", "else/bad.json", "payloads/drafts/bad.json"])
        .expect(3, &[], &["no payload to check"])
        .without(&["warning"]);
    // From a folder below, globs are still relative to the settings file.
    repo.run_in("payloads", &["check", "--format", "concise", ".."])
        .expect(1, &["../payloads/bad.json"], &["2 files", "../geplint.toml:1:25"]);
    // A glob for files that this run has not visited is not reported as unused.
    repo.run_in("payloads", &["check"])
        .expect(1, &[], &["2 files"])
        .without(&["warning:"]);
    repo.write("geplint.toml", &format!("{settings}unused = \"off\"\n"));
    repo.run(&["check"]).expect(1, &[], &[]).without(&["warning:"]);
}

#[test]
fn files_of_a_known_endpoint_need_not_look_like_it() {
    let response = r#"{ "data": null, "statusCode": "200", "errorDetails": [], "successDetails": [] }"#;
    let repo = Repo::new(
        "files",
        &[
            ("groups/misspelt.json", r#"[{ "Grp": "a", "Cntcts": [] }]"#),
            ("groups/response.json", response),
            ("status/one.json", r#"[{ "x": 1 }]"#),
        ],
    );
    repo.check("")
        .expect(3, &[], &["nothing checked \u{b7} 3 skipped"]);
    let settings = "[[files]]\nglob = \"groups/*.json\"\nendpoint = \"contact-details\"\n\n\
                    [[files]]\nglob = \"/groups/\"\nendpoint = \"user-group\"\n\n\
                    [[files]]\nglob = \"none/*.json\"\nendpoint = \"user-group\"\n";
    repo.check(settings)
        .expect(
            1,
            &["groups/misspelt.json:1:2: error[missing-mandatory] /0/GroupName: GroupName is missing"],
            &[
                "the request would be refused",
                "2 skipped",
                "warning: geplint.toml:10:8: no file matches: \"none/*.json\"",
            ],
        )
        .without(&["geplint.toml:2:", "geplint.toml:6:"]);
    repo.run(&["predict", "groups/misspelt.json"])
        .expect(1, &["GroupName is Mandatory"], &[]);
    repo.run(&[
        "check",
        "--skip-unrecognized",
        "groups/response.json",
        "groups/misspelt.json",
    ])
    .expect(1, &[], &["the request would be refused", "1 skipped"]);
    // The command line overrides the settings.
    repo.run(&[
        "check",
        "--endpoint",
        "contact-interface-status",
        "--format",
        "json",
        "groups/misspelt.json",
    ])
    .expect(1, &["\"endpoint\": \"contact-interface-status\""], &[])
    .without(&["GroupName"]);
}

#[test]
fn severities() {
    let repo = Repo::new("severities", &[("bad.json", BAD), ("warning.json", WARNING)]);
    let entry = |rest: &str| format!("[[severity]]\n{rest}\n");
    repo.check(&entry("rule = \"unknown-property\"\nlevel = \"error\""))
        .expect(1, &["error[unknown-property]", NOT_IGNORED], &[]);
    repo.check(&entry("rule = \"missing-mandatory\"\nlevel = \"warning\""))
        .expect(0, &["warning[missing-mandatory]"], &["2 warnings"])
        .without(&["suppressed"]);
    repo.check(&entry("endpoint = \"user-group\"\nlevel = \"off\""))
        .expect(0, &[], &["no problems found \u{b7} 2 suppressed"]);
    repo.check(&entry(
        "evidence = \"table\"\nrule = \"missing-mandatory\"\nlevel = \"off\"",
    ))
    .expect(0, &["warning[unknown-property]"], &["1 suppressed"]);
    repo.check(&entry(
        "evidence = \"contradicted\"\nrule = \"missing-mandatory\"\nlevel = \"off\"",
    ))
    .expect(1, &[NOT_IGNORED], &[]);
    // The last matching entry applies.
    let twice = entry("endpoint = \"user-group\"\nlevel = \"off\"")
        + &entry("rule = \"missing-mandatory\"\nlevel = \"error\"");
    repo.check(&twice).expect(1, &[NOT_IGNORED], &["1 suppressed"]);
    // Names that do not exist are reported even with `unused = "off"`.
    let strange = "unused = \"off\"\n".to_owned()
        + &entry("rule = \"blanc\"\nlevel = \"off\"")
        + &entry("endpoint = \"user-grop\"\nlevel = \"off\"");
    repo.check(&strange).expect(
        1,
        &[],
        &[
            "warning: geplint.toml:3:8: there is no rule \"blanc\"; did you mean blank?",
            "warning: geplint.toml:6:12: there is no endpoint \"user-grop\"; did you mean user-group?",
        ],
    );
}

#[test]
fn rules_on_the_command_line_are_turned_off_additionally() {
    let repo = Repo::new("off", &[("bad.json", BAD), ("warning.json", WARNING)]);
    repo.write(
        "geplint.toml",
        "[[severity]]\nrule = \"unknown-property\"\nlevel = \"off\"\n",
    );
    repo.run(&["check", "--ignore", "missing-mandatory"]).expect(
        0,
        &[],
        &["no problems found \u{b7} 2 suppressed"],
    );
    repo.run(&["check", "--ignore", "too-lang"]).expect(
        2,
        &[],
        &["--ignore: there is no rule \"too-lang\"; did you mean too-long?"],
    );
}

/// As other linters have it.
#[test]
fn rules_in_a_list() {
    let both = r#"[{ "GroupName": "", "Colour": "red", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
    let repo = Repo::new("rules-in-a-list", &[("a.json", both)]);
    let (missing, unknown) = ("missing-mandatory", "unknown-property");
    repo.check("").expect(1, &[missing, unknown], &[]);
    repo.check("ignore = [\"missing-mandatory\"]\n")
        .expect(0, &[unknown], &[])
        .without(&[missing]);
    repo.check("only = [\"missing-mandatory\"]\n")
        .expect(1, &[missing], &[])
        .without(&[unknown]);
    let mixed = "ignore = [\"unknown-property\", { path = \"a.json\", rule = \"missing-mandatory\", reason = \"known\" }]\n";
    repo.check(mixed).expect(0, &[], &[]).without(&[missing, unknown]);
    for (settings, told) in [
        (
            "ignore = [\"missing-mandatry\"]\n",
            "geplint.toml:1:11: there is no rule \"missing-mandatry\"",
        ),
        ("only = [\"no-rule\"]\n", "geplint.toml:1:9: there is no rule"),
        ("ignore = [1]\n", "must be a rule in quotes or a table"),
        ("ignore = [\"\"]\n", "geplint.toml:1:11: the rule is empty"),
        ("ignore = [{ rule = \"too-long\" }]\n", "path is missing here"),
        (
            "ignore = [\"too-long\"]\n[[ignore]]\npath = \"a\"\n",
            "geplint.toml:2:",
        ),
    ] {
        repo.check(settings).expect(2, &[], &[told]);
    }
}

#[test]
fn fail_on_settings() {
    let repo = Repo::new("fail", &[("warning.json", WARNING)]);
    for (settings, args, code) in [
        ("", &[][..], 0),
        ("", &["--strict"], 1),
        ("", &["--fail-on", "warning"], 1),
        ("fail-on = \"warning\"", &[], 1),
        ("fail-on = \"warning\"", &["--fail-on", "error"], 0),
        ("fail-on = \"never\"", &[], 0),
        ("fail-on = \"never\"", &["--strict"], 1),
        ("fail-on = \"error\"", &["--strict", "--fail-on", "error"], 2),
    ] {
        repo.write("geplint.toml", settings);
        let args: Vec<&str> = ["check", "-q"].iter().chain(args).copied().collect();
        repo.run(&args).expect(code, &[], &[]);
    }
    repo.write("bad.json", BAD);
    repo.check("fail-on = \"never\"")
        .expect(0, &[NOT_IGNORED], &["1 error"]);
    repo.check("fail-on = \"error\"").expect(1, &[NOT_IGNORED], &[]);
    // A file that cannot be read is no finding, and keeps its own exit code.
    repo.run(&["check", "no.json"]).expect(2, &[], &[]);
}

#[test]
fn the_format_and_other_files() {
    let repo = Repo::new(
        "others",
        &[
            (
                "conf/mine.toml",
                "rules = [\"patch.toml\"]\n[tenant]\nfile = \"tenant.toml\"\n[output]\nformat = \"json\"",
            ),
            ("conf/patch.toml", PATCH),
            ("conf/tenant.toml", "contacts = [\"C-2\"]\n"),
            ("clean.json", CLEAN),
        ],
    );
    let args = ["check", "--config", "conf/mine.toml", "clean.json"];
    let done = repo.run(&args);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        report["findings"][0]["rule"], "unknown-contact",
        "{}",
        done.stderr
    );
    // The tenant of the command line replaces that of the settings.
    repo.write("tenant.toml", "contacts = [\"C-1\"]\n");
    let args = [&args[..], &["--tenant", "tenant.toml", "--format", "concise"]].concat();
    repo.run(&args)
        .expect(0, &[], &["no problems found"])
        .without(&["{"]);
}

#[test]
fn ignores() {
    let repo = Repo::new("ignores", &[("old/bad.json", BAD), ("new/bad.json", BAD)]);
    let ignore = |path: &str, rest: &str| {
        format!("[[ignore]]\npath = \"{path}\"\nrule = \"missing-mandatory\"\nreason = \"because\"\n{rest}\n")
    };
    repo.check(&ignore("old/*.json", ""))
        .expect(1, &["new/bad.json"], &["1 suppressed"])
        .without(&["old/bad.json", "warning"]);
    for (pointer, code) in [
        ("/*/GroupName", 0),
        ("/0/*", 0),
        ("/**", 0),
        ("/**/GroupName", 0),
        ("/1/GroupName", 1),
        ("/*", 1),
        ("", 1),
    ] {
        let done = repo.check(&ignore("*.json", &format!("pointer = \"{pointer}\"")));
        let idle =
            "warning: geplint.toml:2:8: this entry ignores nothing: there is no missing-mandatory there";
        done.expect(code, &[], &[if code == 0 { "2 suppressed" } else { idle }]);
    }
    let nowhere = "warning: geplint.toml:2:8: this entry ignores nothing: no checked file matches \"no/\"";
    repo.check(&ignore("no/", "")).expect(1, &[], &[nowhere]);
    // An entry for files that were not checked in this run is not reported as unused.
    repo.write("geplint.toml", &ignore("old/*.json", "pointer = \"/1\""));
    repo.run(&["check", "new"])
        .expect(1, &[], &[])
        .without(&["warning"]);
    repo.run(&["check", "old"]).expect(1, &[], &["geplint.toml:2:8"]);
    // If two entries match the same finding, neither is reported as unused.
    let twice = ignore("old/", "") + &ignore("*.json", "");
    repo.check(&twice)
        .expect(0, &[], &["2 suppressed"])
        .without(&["warning"]);
    let strange = "[[ignore]]\npath = \"old/\"\nrule = \"missing-mandatry\"\nreason = \"r\"\n";
    repo.check(strange)
        .expect(
            1,
            &[],
            &["geplint.toml:3:8: there is no rule \"missing-mandatry\"; did you mean missing-mandatory?"],
        )
        .without(&["geplint.toml:2:8"]);
}

#[test]
fn ignores_apply_until_their_last_day() {
    let repo = Repo::new("until", &[("bad.json", BAD)]);
    let until = |date: &str| {
        format!(
            "[[ignore]]\npath = \"*\"\nrule = \"missing-mandatory\"\nreason = \"because\"\nuntil = {date}\n"
        )
    };
    for far in ["2999-12-31", "\"2999-12-31\""] {
        repo.check(&until(far))
            .expect(0, &[], &["1 suppressed"])
            .without(&["warning"]);
    }
    let expected =
        "warning: geplint.toml:5:9: this ignore was valid until 2020-02-29 and has expired (because)";
    repo.check(&until("2020-02-29"))
        .expect(1, &[NOT_IGNORED], &[expected])
        .without(&["geplint.toml:2"]);
}

/// Predictions are not affected by settings and baselines, because these do not affect the API.
#[test]
fn predictions_ignore_settings() {
    let repo = Repo::new("predictions", &[("bad.json", BAD)]);
    let plain = repo.run(&["predict", "bad.json"]);
    repo.run(&["check", "--write-baseline"]).expect(0, &[], &[]);
    repo.write(
        "geplint.toml",
        "baseline = \"geplint-baseline.json\"\n\
         [[severity]]\nendpoint = \"user-group\"\nlevel = \"off\"\n\
         [[ignore]]\npath = \"*\"\nrule = \"missing-mandatory\"\nreason = \"r\"\n",
    );
    let with = repo.run(&["predict", "bad.json"]);
    assert_eq!((plain.code, &plain.stdout), (with.code, &with.stdout));
    assert_eq!(with.code, 1);
}

const BASELINE: &str = "geplint-baseline.json";

#[test]
fn a_baseline_only_hides_existing_findings() {
    let repo = Repo::new(
        "baseline",
        &[
            ("a/bad.json", BAD),
            ("b/bad.json", BAD),
            ("b/warning.json", WARNING),
        ],
    );
    repo.run(&["check", "--write-baseline"]).expect(
        0,
        &[],
        &[
            "wrote geplint-baseline.json: 3 findings in 3 files",
            "3 files, 3 records: no problems found \u{b7} 3 suppressed",
        ],
    );
    let written = repo.read(BASELINE);
    let document: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(
        document["findings"]["a/bad.json"]["missing-mandatory"]["/*/GroupName"],
        1
    );
    let with = ["check", "--format", "concise", "--baseline", BASELINE];
    repo.run(&with)
        .expect(
            0,
            &[],
            &["3 files, 3 records: no problems found \u{b7} 3 suppressed"],
        )
        .without(&["skipped"]);
    repo.run(&["check", "--baseline", BASELINE, "--format", "json"])
        .expect(0, &["\"findings\": []", "\"suppressed\": 3"], &[]);
    // Paths in a baseline are relative to the baseline's folder.
    repo.run_in("a", &["check", "--baseline", "../geplint-baseline.json"])
        .expect(0, &[], &["1 suppressed"])
        .without(&["warning"]);
    // A record inserted at the front changes nothing.
    repo.write(
        "a/bad.json",
        &BAD.replacen('[', &format!("{},", CLEAN.trim_end_matches(']')), 1),
    );
    repo.run(&with).expect(0, &[], &["3 suppressed"]);
    // There are more than the baseline has: which one is new cannot be determined, so both are shown.
    let record = BAD.trim_start_matches('[').trim_end_matches(']');
    repo.write("a/bad.json", &format!("[{record}, {record}]"));
    repo.run(&with)
        .expect(1, &["a/bad.json:1:17", "a/bad.json:1:82"], &["2 suppressed"]);
    // Written again for the same findings, the baseline is the same.
    repo.write("a/bad.json", BAD);
    repo.run(&["check", "--write-baseline", "-j", "1"])
        .expect(0, &[], &[]);
    assert_eq!(repo.read(BASELINE), written);
}

#[test]
fn errors_that_make_a_file_unreadable_are_in_no_baseline() {
    let comma = r#"[{"GroupName":"x","ContactCodes":[{"ContactCode":""}]},]"#;
    let repo = Repo::new("unreadable", &[("a.json", comma), ("b.json", BAD)]);
    let run = repo.run(&["check", "--format", "concise", "--write-baseline"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("error[syntax]") && run.stdout.lines().count() == 1,
        "{}",
        run.stdout
    );
    repo.write("a.json", r#"[{"GroupName":"x","ContactCodes":[{"Cont"#);
    let run = repo.run(&["check", "--format", "concise", "--baseline", BASELINE]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[syntax]"), "{}", run.stdout);
}

#[test]
fn a_baseline_shrinks() {
    let repo = Repo::new(
        "prune",
        &[("a.json", BAD), ("b/b.json", BAD), ("b/c.json", WARNING)],
    );
    repo.write("geplint.toml", "baseline = \"conf/known.json\"\n");
    fs::create_dir(repo.0.join("conf")).unwrap();
    repo.run(&["check", "--write-baseline"]).expect(
        0,
        &[],
        &["wrote conf/known.json: 3 findings in 3 files"],
    );
    repo.run(&["check"]).expect(0, &[], &["3 suppressed"]);
    repo.write("b/b.json", CLEAN);
    fs::remove_file(repo.0.join("b/c.json")).unwrap();
    let before = repo.read("conf/known.json");
    repo.run(&["check"]).expect(
        0,
        &[],
        &["warning: conf/known.json: 2 findings in it no longer occur, such as missing-mandatory at /*/GroupName in ../b/b.json"],
    );
    assert_eq!(repo.read("conf/known.json"), before);
    // Entries for files that were not checked are not reported as without effect.
    repo.run(&["check", "a.json"])
        .expect(0, &[], &[])
        .without(&["warning"]);
    repo.run(&["check", "a.json", "--prune-baseline"]).expect(
        0,
        &[],
        &["pruned conf/known.json: 0 findings removed, 3 left"],
    );
    assert_eq!(repo.read("conf/known.json"), before);
    repo.run(&["check", "--prune-baseline"])
        .expect(0, &[], &["pruned conf/known.json: 2 findings removed, 1 left"])
        .without(&["warning"]);
    // A baseline written for some of the files keeps the entries of the others.
    repo.write("b/b.json", WARNING);
    repo.run(&["check", "b", "--write-baseline"])
        .expect(0, &[], &["2 findings in 2 files"]);
    repo.run(&["check"]).expect(0, &[], &["2 suppressed"]);
}

#[test]
fn a_baseline_is_written_atomically() {
    let repo = Repo::new("half", &[("a.json", BAD)]);
    repo.run(&["check", "--write-baseline=x.json", "a.json", "no.json"])
        .expect(
            2,
            &[],
            &["x.json: not written, because not every file could be checked"],
        );
    assert!(!repo.0.join("x.json").exists());
    repo.run(&["check", "--write-baseline=no/x.json"])
        .expect(2, &[], &["error: no/x.json: "]);
    repo.write("x.json", "{ \"version\": 1,\n  \"findings\": [] }");
    for args in [["--baseline", "x.json"], ["--write-baseline=x.json", "-q"]] {
        repo.run(&["check", args[0], args[1]])
            .expect(2, &[], &["error: x.json:2:"]);
    }
    repo.run(&["check", "--baseline", "no.json"])
        .expect(2, &[], &["error: no.json: "]);
    repo.run(&["check", "--prune-baseline"])
        .expect(2, &[], &["error: geplint-baseline.json: "]);
}

#[test]
fn ignores_and_severities_come_before_the_baseline() {
    let repo = Repo::new("order", &[("a.json", BAD), ("b.json", BAD)]);
    repo.write(
        "geplint.toml",
        "[[ignore]]\npath = \"a.json\"\nrule = \"missing-mandatory\"\nreason = \"r\"\n",
    );
    repo.run(&["check", "--write-baseline"])
        .expect(0, &[], &["1 finding in 1 file", "2 suppressed"])
        .without(&["warning"]);
    repo.run(&["check", "--baseline", BASELINE])
        .expect(0, &[], &["2 suppressed"])
        .without(&["warning"]);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let files: Vec<String> = (0..60).map(|n| format!("f{n:02}.json")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|name| (name.as_str(), BAD)).collect();
    let repo = Repo::new("threads", &files);
    repo.write(
        "geplint.toml",
        "[[ignore]]\npath = \"f1?.json\"\nrule = \"missing-mandatory\"\nreason = \"r\"\n",
    );
    let run = |jobs: &str| {
        let args = ["check", "--format", "json", "-q", "-j", jobs, "--write-baseline"];
        (repo.run(&args).stdout, repo.read(BASELINE))
    };
    let one = run("1");
    assert!(one.0.contains("\"suppressed\": 60"), "{}", one.0);
    assert_eq!(one, run("7"));
}

#[test]
fn init_writes_settings_for_the_files_found() {
    let repo = Repo::new(
        "init",
        &[
            ("pay loads/[1]/a.json", CLEAN),
            ("pay loads/[1]/b.json", CLEAN),
            ("line\nbreak/a.json", CLEAN),
            ("mixed/a.json", CLEAN),
            ("mixed/package.json", "{ \"name\": 1 }"),
            ("c.json", CLEAN),
        ],
    );
    repo.run(&["init"]).expect(
        0,
        &[
            "Wrote geplint.toml",
            "pay loads/[1]: 2 requests to user-group",
            "  .: 1 request",
            "geplint check",
            "pre-commit",
        ],
        &[],
    );
    let text = repo.read("geplint.toml");
    let config = geplint::settings::load(&text).unwrap();
    assert_eq!(config.files.len(), 1, "{text}");
    repo.run(&["check"])
        .expect(0, &[], &["5 files", "1 skipped"])
        .without(&["warning"]);
    // The settings that are commented out are valid, too.
    let all: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(code) if code.contains(" = ") || code.starts_with('[') => code,
            _ => line,
        })
        .fold(String::new(), |all, line| all + line + "\n");
    let config = geplint::settings::load(&all).unwrap();
    assert_eq!((config.severities.len(), config.ignores.len()), (1, 1), "{all}");
    repo.run(&["init"]).expect(
        2,
        &[],
        &["error: geplint.toml exists already, and was not changed"],
    );
    assert_eq!(repo.read("geplint.toml"), text);
    for options in [
        &["--config", "x.toml"] as &[&str],
        &["--no-config"],
        &["--rules", "x.toml"],
    ] {
        let expected = format!("error: init does not take {}: ", options[0]);
        let bare = Repo::new("init-options", &[]);
        bare.run(&[&["init"], options].concat())
            .expect(2, &[], &[&expected]);
        assert!(!bare.0.join("geplint.toml").exists() && !bare.0.join("x.toml").exists());
    }
    let empty = Repo::new("init-empty", &[]);
    empty
        .run(&["init"])
        .expect(0, &["No payload was found here"], &[]);
    geplint::settings::load(&empty.read("geplint.toml")).unwrap();
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schema/config.json")).unwrap()
}

/// Returns the keys of a table that the loader lists when a key is misspelt.
fn known_keys(header: &str) -> BTreeSet<String> {
    let message = geplint::settings::load(&format!("{header}\nmisspelt = 1\n"))
        .unwrap_err()
        .message;
    assert!(
        message.contains("there is no setting \"misspelt\" here"),
        "{header}: {message}"
    );
    let (_, keys) = message.split_once("; settings: ").unwrap();
    keys.split(", ").map(str::to_owned).collect()
}

fn words(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_schema_is_what_the_loader_accepts() {
    let schema = schema();
    let docs = include_str!("../../docs/config.md");
    let tables = [
        ("", &schema),
        ("[output]", &schema["properties"]["output"]),
        ("[tenant]", &schema["properties"]["tenant"]),
        ("[[files]]", &schema["properties"]["files"]["items"]),
        ("[[calls]]", &schema["properties"]["calls"]["items"]),
        ("[[severity]]", &schema["properties"]["severity"]["items"]),
        ("[[ignore]]", &schema["properties"]["ignore"]["items"]),
    ];
    for (header, table) in tables {
        assert_eq!(table["additionalProperties"], false, "{header}");
        let keys: BTreeSet<String> = table["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, known_keys(header), "{header}");
        for key in keys {
            let forms = [format!("{key} ="), format!("[{key}]"), format!("`{key}")];
            assert!(
                forms.iter().any(|form| docs.contains(form)),
                "docs/config.md does not tell of {key}"
            );
        }
    }
    // The values of each setting that is a choice.
    for (table, key, rest) in [
        ("", "fail-on", ""),
        ("", "unused", ""),
        ("", "min-severity", ""),
        ("[[severity]]", "level", "rule = \"r\"\n"),
        ("[[severity]]", "evidence", "level = \"off\"\n"),
    ] {
        let properties = tables.iter().find(|(header, _)| *header == table).unwrap().1;
        let words = words(&properties["properties"][key]["enum"]);
        for word in &words {
            let text = format!("{table}\n{rest}{key} = \"{word}\"\n");
            geplint::settings::load(&text).unwrap_or_else(|bad| panic!("{text}: {bad:?}"));
        }
        let message = geplint::settings::load(&format!("{table}\n{rest}{key} = \"-\"\n"))
            .unwrap_err()
            .message;
        let expected = format!("{key} must be one of {}, not \"-\"", words.join(", "));
        assert_eq!(message, expected, "{key}");
    }
}

/// The loader refuses a file without the keys that the schema requires.
#[test]
fn the_schema_requires_what_the_loader_requires() {
    let schema = schema();
    let whole = [
        ("[tenant]", "tenant", vec![("file", "\"a\"")]),
        (
            "[[files]]",
            "files",
            vec![("glob", "\"a\""), ("endpoint", "\"a\"")],
        ),
        (
            "[[severity]]",
            "severity",
            vec![("rule", "\"a\""), ("level", "\"off\"")],
        ),
        (
            "[[ignore]]",
            "ignore",
            vec![
                ("path", "\"a\""),
                ("rule", "\"a\""),
                ("reason", "\"a\""),
                ("until", "2026-01-31"),
            ],
        ),
    ];
    for (header, name, keys) in whole {
        let text = |without: &str| {
            let kept = keys.iter().filter(|(key, _)| *key != without);
            kept.fold(header.to_owned(), |text, (key, value)| {
                format!("{text}\n{key} = {value}")
            })
        };
        geplint::settings::load(&text("")).unwrap();
        let table = &schema["properties"][name];
        let table = table.get("items").unwrap_or(table);
        for key in words(&table["required"]) {
            let message = geplint::settings::load(&text(&key)).unwrap_err().message;
            assert!(message.contains(&format!("{key} is missing here")), "{message}");
        }
    }
}

/// Returns the code blocks of a language in a Markdown file.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = markdown;
    while let Some((_, after)) = rest.split_once(&format!("```{language}\n")) {
        let (block, after) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

#[test]
fn the_settings_in_the_docs_are_valid() {
    let repo = Repo::new(
        "docs-settings",
        &[
            ("payloads/groups/legacy.json", BAD),
            ("rules/our-tenant.toml", PATCH),
            ("tenant.toml", ""),
            (BASELINE, "{ \"version\": 1, \"findings\": {} }"),
        ],
    );
    let blocks = blocks(include_str!("../../docs/config.md"), "toml");
    assert_eq!(blocks.len(), 7);
    for block in blocks {
        let done = repo.check(&block);
        assert!(matches!(done.code, 0 | 1), "{block}\n{}", done.stderr);
        assert!(!done.stderr.contains("there is no"), "{block}\n{}", done.stderr);
    }
}

#[test]
fn the_commands_in_the_docs_print_the_documented_output() {
    let repo = Repo::new("docs-commands", &[("bad.json", BAD)]);
    let mut seen = 0;
    for block in blocks(include_str!("../../docs/config.md"), "console") {
        for command in block.split("$ geplint ").skip(1) {
            let (args, shown) = command.split_once('\n').unwrap();
            let done = repo.run(&args.split(' ').collect::<Vec<_>>());
            let output = format!("{}{}", done.stdout, done.stderr);
            assert_eq!(timeless(&output), shown.trim_end(), "{args}");
            seen += 1;
        }
    }
    assert_eq!(seen, 3);
}

/// Replaces the elapsed time in the output.
fn timeless(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match (line.find(" ("), line.find(" s)")) {
            (Some(open), Some(close)) if open < close => format!("{} ([..]{}", &line[..open], &line[close..]),
            _ => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}
