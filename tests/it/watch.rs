//! `check --watch` over pipes: files change, and what is printed follows them.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::support::{empty_folder, geplint};

/// Longer than any machine takes; nothing is measured.
const PATIENCE: Duration = Duration::from_mins(2);

const GOOD: &str = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": "success"}]"#;
const BAD: &str = r#"[{"ClientContactCode": "C-1", "InterfaceStatus": ""}]"#;
const GROUP: &str = r#"[{"GroupName": "Buyers", "ContactCodes": [{"ContactCode": "C-7"}]}]"#;

#[test]
fn a_path_that_does_not_exist_ends_the_run_with_an_error() {
    let folder = empty_folder("watch", "no-such-path");
    fs::write(folder.join("a.json"), GOOD).unwrap();
    for how in ["--watch", "--watch=poll"] {
        let ended = crate::support::run(&folder, &["check", how, "a.json", "payload"], b"");
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(said, "error: --watch: payload: no such file or folder\n", "{how}");
        assert_eq!(ended.status.code(), Some(2), "{how}");
    }
}

/// A run that watches, and the lines that it prints.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn begin(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = geplint()
            .args(["check", "--format", "concise"])
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Self { child, lines }
    }

    /// The lines until each of these texts has been in one of them: two streams have no order.
    fn until(&self, wanted: &[&str]) -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        while !wanted
            .iter()
            .all(|text| seen.iter().any(|line| line.contains(text)))
        {
            let line = self.lines.recv_timeout(PATIENCE);
            seen.push(line.unwrap_or_else(|_| panic!("no lines with {wanted:?} in {seen:#?}")));
        }
        seen
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch_payloads(name: &str, how: &str) {
    let folder = empty_folder("watch", name);
    fs::create_dir(folder.join("payloads")).unwrap();
    let file = |name: &str| folder.join("payloads").join(name);
    fs::write(file("a.json"), GOOD).unwrap();
    let run = Watching::begin(&folder, &[how, "payloads"]);
    // One line says that all is well, and there is no escape for a terminal.
    assert_eq!(run.until(&["problems"]), ["1 file, 1 record: no problems found"]);
    fs::write(file("a.json"), BAD).unwrap();
    run.until(&[
        "payloads/a.json:1:",
        "missing-mandatory",
        "the request would be refused",
    ]);
    fs::write(file("new.json"), GROUP).unwrap();
    run.until(&["payloads/a.json:1:", "1 of 2 files would be refused"]);
    // As editors save: another file takes its place.
    fs::write(folder.join("payloads/.a.json.swp"), GOOD).unwrap();
    fs::rename(folder.join("payloads/.a.json.swp"), file("a.json")).unwrap();
    assert_eq!(
        run.until(&["problems"]).last().unwrap(),
        "2 files, 2 records: no problems found"
    );
    fs::remove_file(file("new.json")).unwrap();
    assert_eq!(run.until(&["problems"]), ["1 file, 1 record: no problems found"]);
    fs::remove_file(file("a.json")).unwrap();
    run.until(&["no payload to check"]);
}

/// Each of these mostly waits for the next look at the files, so they run at the same time.
#[test]
fn changes_of_files_settings_and_facts_are_seen_and_those_of_reports_are_not() {
    thread::scope(|scope| {
        scope.spawn(|| watch_payloads("payloads", "--watch"));
        // Without the feature `watch`, this is the same.
        #[cfg(feature = "watch")]
        scope.spawn(|| watch_payloads("polled", "--watch=poll"));
        scope.spawn(settings_rules_and_tenant_are_read_again);
        scope.spawn(a_report_in_the_folder_is_no_change);
    });
}

fn settings_rules_and_tenant_are_read_again() {
    let folder = empty_folder("watch", "settings");
    let file = |name: &str| folder.join(name);
    fs::write(file("group.json"), GROUP).unwrap();
    fs::write(file("contacts.csv"), "code\nC-7\n").unwrap();
    let run = Watching::begin(&folder, &["--watch", "group.json"]);
    let well = "1 file, 1 record: no problems found";
    assert_eq!(run.until(&["problems"]), [well]);
    // Settings that come to be, with rules that are wrong at first.
    fs::write(file("mine.toml"), "endpoint = \"user-group\"\nnonsense = 1\n").unwrap();
    fs::write(file("geplint.toml"), "rules = [\"mine.toml\"]\n").unwrap();
    run.until(&["nonsense"]);
    fs::write(
        file("mine.toml"),
        "endpoint = \"user-group\"\n[tables.UserGroup.properties]\nGroupName.type = \"string(3)\"\n",
    )
    .unwrap();
    run.until(&["too-long", "would be refused"]);
    fs::write(file("tenant.toml"), "contacts = \"contacts.csv\"\n").unwrap();
    fs::write(file("geplint.toml"), "[tenant]\nfile = \"tenant.toml\"\n").unwrap();
    assert_eq!(run.until(&["problems"]).last().unwrap(), well);
    // A list that the tenant file names.
    fs::write(file("contacts.csv"), "code\nC-8\n").unwrap();
    run.until(&["unknown-contact", "would be refused"]);
    fs::write(file("contacts.csv"), "code\nC-7\nC-8\n").unwrap();
    assert_eq!(run.until(&["problems"]).last().unwrap(), well);
}

/// What a run writes does not call for another one; the last line is the same as before.
fn a_report_in_the_folder_is_no_change() {
    let folder = empty_folder("watch", "output");
    fs::write(folder.join("a.json"), GOOD).unwrap();
    let run = Watching::begin(&folder, &["--watch=poll", "--output", "json=report.json", "."]);
    assert_eq!(run.until(&["problems"]), ["1 file, 1 record: no problems found"]);
    thread::sleep(Duration::from_millis(1500));
    assert!(run.lines.try_recv().is_err());
    fs::write(folder.join("a.json"), BAD).unwrap();
    run.until(&["would be refused"]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_as_it_ends_any_program() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = empty_folder("watch", "signal");
    fs::write(folder.join("a.json"), GOOD).unwrap();
    let mut run = Watching::begin(&folder, &["--watch", "a.json"]);
    run.until(&["problems"]);
    let id = run.child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            // INT may be ignored by the parent, in the background of a script; then it is here, too.
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(run.child.wait().unwrap().signal(), Some(15));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let folder = empty_folder("watch", "refused");
    fs::write(folder.join("a.json"), GOOD).unwrap();
    for (arguments, said) in [
        (
            &["check", "--watch", "-"][..],
            "standard input cannot be read again",
        ),
        (&["check", "--watch", "--fix", "a.json"], "cannot be used with"),
        (
            &["check", "--watch", "--write-baseline", "a.json"],
            "cannot be used with",
        ),
    ] {
        let output = crate::support::run(&folder, arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(said),
            "{arguments:?}"
        );
    }
}
