//! Tests of the GitHub Action's script, run as the runner runs it, and of the file names in reports for CI servers.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// One error: missing-mandatory at /0/GroupName.
const BAD: &str = "[\n  { \"GroupName\": \"\", \"ContactCodes\": [{ \"ContactCode\": \"C-1\" }] }\n]\n";
/// One warning: unknown-property at /0/Colour.
const WARNING: &str =
    r#"[{ "GroupName": "Buyers", "Colour": "red", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const CLEAN: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;

/// A checkout, and a folder next to it for the files that a runner reads.
struct Runner {
    workspace: PathBuf,
    beside: PathBuf,
}

/// The result of a step.
struct Step {
    code: i32,
    log: String,
    output: String,
    summary: String,
}

impl Runner {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let beside = crate::support::empty_folder("action", name);
        let runner = Self {
            workspace: beside.join("work space"),
            beside,
        };
        // With its own `.git`, settings in folders above are not found.
        fs::create_dir_all(runner.workspace.join(".git")).unwrap();
        for (name, text) in files {
            let path = runner.workspace.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        runner
    }

    fn step(&self, inputs: &[(&str, &str)]) -> Step {
        let (output, summary) = (self.beside.join("output"), self.beside.join("summary"));
        // A runner appends to these files, too.
        fs::write(&output, "").unwrap();
        fs::write(&summary, "before\n").unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action/run.sh");
        let mut command = Command::new("bash");
        command
            .arg(script)
            .current_dir(&self.beside)
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("RUNNER_TEMP", &self.beside)
            .env("GEPLINT_PROGRAM", crate::support::GEPLINT)
            .env("CDPATH", "/")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null());
        for (name, value) in inputs {
            command.env(format!("GEPLINT_{name}"), value);
        }
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        Step {
            code: status.code().unwrap(),
            log: String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(),
            output: fs::read_to_string(output).unwrap(),
            summary: fs::read_to_string(summary).unwrap(),
        }
    }
}

impl Step {
    /// The lines of the log that the runner interprets as commands.
    fn commands(&self) -> Vec<&str> {
        self.log
            .lines()
            .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .collect()
    }

    #[track_caller]
    fn ends(&self, code: i32, errors: &str, warnings: &str) {
        assert_eq!(self.code, code, "{}", self.log);
        let counts = format!("exit-code={code}\nerrors={errors}\nwarnings={warnings}\n");
        assert!(self.output.starts_with(&counts), "{}\n{}", self.output, self.log);
        assert_eq!(self.output.lines().count(), 4, "{}", self.output);
        assert!(
            self.summary.starts_with("before\n### geplint: "),
            "{}",
            self.summary
        );
    }
}

#[test]
fn annotations_outputs_and_a_summary() {
    let runner = Runner::new(
        "usual",
        &[("a.json", BAD), ("b.json", WARNING), ("sub/c.json", CLEAN)],
    );
    let step = runner.step(&[]);
    step.ends(1, "1", "1");
    let commands = step.commands();
    assert_eq!(commands.len(), 2, "{}", step.log);
    assert!(
        commands[0].starts_with("::error file=a.json,line=2,col=18,"),
        "{}",
        commands[0]
    );
    assert!(
        commands[1].starts_with("::warning file=b.json,line=1,"),
        "{}",
        commands[1]
    );
    assert!(step.output.ends_with("sarif-file=\n"));
    assert!(
        step.summary.contains(
            "### geplint: errors 1, warnings 1\n\nFiles 3, records 3, errors 1, warnings 1, fixed 0, suppressed 0, skipped 0.\n\n    "
        ),
        "{}",
        step.summary
    );
    assert!(
        step.summary.contains("missing-mandatory") && step.summary.contains("b.json"),
        "{}",
        step.summary
    );
    let clean = runner.step(&[("PATHS", "sub")]);
    clean.ends(0, "0", "0");
    assert_eq!(
        clean.summary,
        "before\n### geplint: No problems found\n\nFiles 1, records 1, errors 0, warnings 0, fixed 0, suppressed 0, skipped 0.\n\n"
    );
    runner.step(&[("PATHS", "b.json\n\nsub\r\n")]).ends(0, "0", "1");
    runner
        .step(&[("PATHS", "b.json"), ("FAIL_ON", "warning")])
        .ends(1, "0", "1");
    runner.step(&[("FAIL_ON", "never")]).ends(0, "1", "1");
    let concise = runner.step(&[
        ("FORMAT", "concise"),
        ("ARGS", "--quiet\n--ignore\nmissing-mandatory"),
    ]);
    concise.ends(0, "0", "1");
    assert!(concise.log.starts_with("b.json:1:"), "{}", concise.log);
    assert_eq!(concise.log.lines().count(), 1, "{}", concise.log);
}

#[test]
fn annotations_name_files_from_the_root_of_the_checkout() {
    let settings = ("sub/dir/strict.toml", "fail-on = \"warning\"\n");
    let runner = Runner::new(
        "folder",
        &[("sub/dir/a.json", WARNING), ("sub/b.json", BAD), settings],
    );
    let step = runner.step(&[
        ("FOLDER", "sub/dir"),
        ("PATHS", ".\n../b.json"),
        ("SARIF", "out put.sarif"),
    ]);
    step.ends(1, "1", "1");
    let commands = step.commands().concat();
    assert!(commands.contains("file=sub/dir/a.json,"), "{commands}");
    assert!(commands.contains("file=sub/b.json,"), "{commands}");
    for name in ["  sub/dir/a.json\n", "  sub/b.json\n"] {
        assert!(step.summary.contains(name), "{}", step.summary);
    }
    let sarif = step
        .output
        .lines()
        .last()
        .unwrap()
        .strip_prefix("sarif-file=")
        .unwrap();
    assert_eq!(Path::new(sarif), runner.workspace.join("sub/dir/out put.sarif"));
    let sarif = fs::read_to_string(sarif).unwrap();
    assert!(
        sarif.contains("\"uri\": \"sub/dir/a.json\"") && sarif.contains("\"uri\": \"sub/b.json\""),
        "{sarif}"
    );
    runner
        .step(&[("FOLDER", "sub/dir"), ("CONFIG", "strict.toml")])
        .ends(1, "0", "1");
    let whole = runner.workspace.join("sub/dir");
    runner
        .step(&[("FOLDER", whole.to_str().unwrap())])
        .ends(0, "0", "1");
}

#[test]
fn errors_of_the_run_are_annotated() {
    let runner = Runner::new("trouble", &[("a.json", BAD), ("empty/x.txt", "")]);
    let missing = runner.step(&[("PATHS", "a.json\nmissing.json")]);
    missing.ends(2, "1", "0");
    let expected =
        "### geplint: could not check (exit code 2)\n\n    missing.json: no such file or folder\n\nFiles 1, ";
    assert!(missing.summary.contains(expected), "{}", missing.summary);
    assert!(
        missing.summary.contains("missing-mandatory"),
        "{}",
        missing.summary
    );
    let expected = "::error title=geplint::missing.json: no such file or folder";
    assert_eq!(missing.commands().last(), Some(&expected), "{}", missing.log);
    let escaped = runner.step(&[("PATHS", "50%.json\nx.json")]);
    let expected =
        "::error title=geplint::50%25.json: no such file or folder%0Ax.json: no such file or folder";
    assert_eq!(escaped.commands(), [expected], "{}", escaped.log);
    let nothing = runner.step(&[("PATHS", "empty")]);
    nothing.ends(3, "0", "0");
    let expected = "### geplint: could not check (exit code 3)\n\n    no payload to check in empty";
    assert!(nothing.summary.contains(expected), "{}", nothing.summary);
    let expected = ["::error title=geplint::no payload to check in empty"];
    assert_eq!(nothing.commands().len(), 1, "{}", nothing.log);
    assert!(nothing.commands()[0].starts_with(expected[0]), "{}", nothing.log);
    // A program that writes no report has checked nothing, whatever its exit code.
    for program in ["true", "false"] {
        let step = runner.step(&[("PROGRAM", program)]);
        step.ends(2, "", "");
        assert_eq!(step.commands().len(), 1, "{}", step.log);
    }
    runner
        .step(&[("PATHS", "empty"), ("ARGS", "--no-error-on-unmatched")])
        .ends(0, "0", "0");
    for inputs in [
        [("FORMAT", "nonsense")],
        [("FAIL_ON", "sometimes")],
        [("CONFIG", "missing.toml")],
        [("ARGS", "--what")],
    ] {
        let step = runner.step(&inputs);
        step.ends(2, "", "");
        assert!(
            step.summary.contains("could not check (exit code 2)"),
            "{}",
            step.summary
        );
    }
    for (inputs, message) in [
        ([("FOLDER", "nowhere")], "there is no such working-directory"),
        ([("PROGRAM", "no-such-geplint")], "there is no such program"),
    ] {
        let step = runner.step(&inputs);
        assert_eq!(
            (step.code, step.output.as_str()),
            (2, "exit-code=2\n"),
            "{}",
            step.log
        );
        assert!(step.log.contains(message), "{}", step.log);
    }
}

/// File names, file contents and inputs cannot inject anything: the runner executes only the annotations of geplint,
/// no output is forged, and the summary shows them as plain text.
#[test]
fn hostile_text_injects_nothing() {
    let payload = BAD.replace(
        "\"GroupName\": \"\"",
        "\"GroupName\": \"\", \"\\n::error::key <img src=x onerror=alert(1)>\": \"::stop-commands::x\\n##[error]y\"",
    );
    let names = [
        "%0A::error::x.json",
        "new\n::error::line.json",
        "::stop-commands::token.json",
        "##[group]x.json",
        "<img src=x onerror=alert(1)>.json",
        "``` ~~~ [a](javascript:b) @all #1 |.json",
        "x\n\n# heading.json",
        "-rf.json",
        "$(touch oops) `touch oops`;touch oops.json",
    ];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, payload.as_str())).collect();
    let runner = Runner::new("hostile", &files);
    for format in ["github", "concise", "full", "table"] {
        let step = runner.step(&[("FORMAT", format)]);
        step.ends(1, "9", "9");
        let ours = |line: &str| {
            let known = ["::error file=", "::warning file=", "::notice title="];
            format == "github" && known.iter().any(|start| line.starts_with(start))
        };
        for command in step.commands() {
            assert!(ours(command), "{format}: {command}");
        }
        if format == "github" {
            assert_eq!(step.commands().len(), 18, "{}", step.log);
        }
        // All text from outside is indented, and therefore not read as markup.
        let text = step
            .summary
            .strip_prefix("before\n### geplint: errors 9, warnings 9\n\nFiles 9, records 9, errors 9, warnings 9, fixed 0, suppressed 0, skipped 0.\n\n")
            .unwrap();
        assert!(
            text.trim_end().lines().all(|line| line.starts_with("    ")),
            "{text}"
        );
        assert!(text.contains("<img src=x onerror"), "{text}");
    }
    assert!(!runner.workspace.join("oops").exists() && !runner.beside.join("oops").exists());

    for value in ["x\nerrors=0", "x\r::error::y", "\u{7}"] {
        for input in ["SARIF", "FORMAT", "FAIL_ON", "CONFIG", "FOLDER", "PROGRAM"] {
            let step = runner.step(&[(input, value)]);
            assert_eq!((step.code, step.output.as_str()), (2, "exit-code=2\n"), "{input}");
            let expected =
                "::error title=geplint::an input has a line break or another control character in it\n";
            assert_eq!(step.log, expected, "{input}");
        }
    }
    for (input, value) in [
        ("FAIL_ON", "::error::x"),
        ("FORMAT", "::stop-commands::x"),
        ("CONFIG", "::error::x"),
        ("FOLDER", "::error::x"),
        ("ARGS", "::error::x"),
        ("PATHS", "::error::x\n::add-mask::y"),
        ("FORMAT", "$(touch oops)"),
        ("PATHS", "`touch oops`"),
        ("ARGS", "--help; touch oops"),
        ("FAIL_ON", "--help"),
    ] {
        let step = runner.step(&[(input, value)]);
        assert_eq!(step.code, 2, "{input}={value}: {}", step.log);
        for command in step.commands() {
            let ours = ["::error file=", "::warning file=", "::error title=geplint::"];
            assert!(ours.iter().any(|start| command.starts_with(start)), "{command}");
        }
    }
    assert!(!runner.workspace.join("oops").exists() && !runner.beside.join("oops").exists());
}

#[test]
fn a_summary_fits_the_limit_of_github() {
    let runner = Runner::new("large", &[]);
    // Fewer files with longer names, whose lines together exceed the limit.
    let folder = runner.workspace.join(format!("{}/", "n".repeat(240)).repeat(2));
    fs::create_dir_all(&folder).unwrap();
    for index in 0..2_200 {
        fs::write(folder.join(format!("{index}.json")), BAD).unwrap();
    }
    let step = runner.step(&[("FORMAT", "table"), ("ARGS", "--quiet")]);
    step.ends(1, "2200", "0");
    assert!(step.summary.len() < 1_000_000, "{}", step.summary.len());
    assert!(step.summary.trim_end().ends_with(" more lines are left out."));
}

/// In the formats that servers read, paths are relative to the checkout; in those for people, to the working directory.
#[test]
fn names_start_from_the_checkout_in_the_formats_of_servers_only() {
    let runner = Runner::new("roots", &[("sub/a.json", BAD)]);
    let outside = &runner.beside;
    let run = |folder: &Path, format: &str, variable: &str, root: &Path| {
        let output = crate::support::geplint()
            .args(["check", "--quiet", "--format", format])
            .arg(runner.workspace.join("sub/a.json").strip_prefix(folder).unwrap())
            .current_dir(folder)
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("CI_PROJECT_DIR")
            .env(variable, root)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let sub = runner.workspace.join("sub");
    for (format, variable) in [
        ("github", "GITHUB_WORKSPACE"),
        ("sarif", "GITHUB_WORKSPACE"),
        ("gitlab", "CI_PROJECT_DIR"),
        ("sarif", "CI_PROJECT_DIR"),
    ] {
        let seen = |folder: &Path, root: &Path| run(folder, format, variable, root).contains("sub/a.json");
        assert!(seen(&sub, &runner.workspace), "{format}");
        assert!(seen(outside, &runner.workspace), "{format}");
        assert!(
            !run(outside, format, variable, &runner.workspace).contains("space/"),
            "{format}"
        );
        // A root changes nothing if it does not contain the file, is not a checkout, or does not exist.
        for root in [Path::new(""), Path::new("/dev"), Path::new("/no such folder")] {
            assert!(!seen(&sub, root), "{format} {root:?}");
        }
    }
    for format in ["concise", "json", "junit", "checkstyle", "rdjson", "table"] {
        let text = run(&sub, format, "GITHUB_WORKSPACE", &runner.workspace);
        assert!(
            text.contains("a.json") && !text.contains("sub/a.json"),
            "{format}: {text}"
        );
    }
}

/// A cached program that does not start is built again; without cargo, this is reported.
#[test]
fn building_requires_cargo_and_is_skipped_if_the_program_starts() {
    let runner = Runner::new("build", &[]);
    let (tools, cached) = (runner.beside.join("tools"), runner.beside.join("geplint-bin/bin"));
    fs::create_dir_all(&tools).unwrap();
    fs::create_dir_all(&cached).unwrap();
    let link = "ln -s \"$(command -v dirname)\" \"$(command -v sha256sum || command -v shasum)\" .";
    let linked = Command::new("sh").args(["-c", link]).current_dir(&tools).status();
    assert!(linked.unwrap().success());
    let build = || {
        Command::new("bash")
            .arg("-c")
            .arg("PATH=$1; . \"$2\" build")
            .args(["bash".as_ref(), tools.as_os_str()])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action/build.sh"))
            .env("RUNNER_TEMP", &runner.beside)
            .output()
            .unwrap()
    };
    fs::write(cached.join("geplint"), "not of this machine").unwrap();
    let refused = build();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let output = String::from_utf8(refused.stdout).unwrap();
    assert!(
        output.starts_with("::error title=geplint::there is no cargo "),
        "{output}"
    );
    fs::remove_file(cached.join("geplint")).unwrap();
    std::os::unix::fs::symlink(crate::support::GEPLINT, cached.join("geplint")).unwrap();
    let done = build();
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
}
