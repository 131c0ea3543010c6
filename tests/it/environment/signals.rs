//! Signals during a run.

use std::io::Write;

use super::support::{BAD, CLEAN, FORMATS, Folder, HUP, INT, Ran, TERM, interrupted};

/// The process dies of the signal, as a shell expects (130, 143); an existing document is kept, and never half
/// replaced.
#[test]
fn a_signal_leaves_no_temporary_files() {
    for (name, number) in [("INT", INT), ("TERM", TERM), ("HUP", HUP)] {
        let folder = Folder::with(&["in/a.json"]);
        folder.write("old", "old");
        folder.link("old", "link");
        let args = [
            "check",
            "-",
            "in",
            "--output=json=old",
            "--output=sarif=new",
            "--endpoint=user-group",
        ];
        let held = folder.geplint(args).held();
        assert_eq!(folder.names().len(), 5, "two are begun: {:?}", folder.names());
        held.signal(name);
        let ran = held.end();
        assert_eq!((ran.code, ran.signal), (None, Some(number)), "{}", ran.stderr);
        assert_eq!(ran.stderr, "");
        assert_eq!(folder.names(), ["in", "link", "old"]);
        assert_eq!(folder.read("old"), "old");
        // Without temporary files there is nothing to clean up.
        let held = folder
            .geplint(["check", "-", "in", "--endpoint=user-group"])
            .held();
        held.signal(name);
        assert_eq!(held.end().signal, Some(number));
    }
}

/// The test above passes when the tests themselves are run by `nohup` or in the background.
#[test]
fn the_program_reacts_to_signals_if_the_tests_ignore_them() {
    let one = "signals::a_signal_leaves_no_temporary_files";
    Folder::new()
        .geplint(["--exact", one])
        .program(std::env::current_exe().unwrap())
        .under("trap '' HUP INT TERM")
        .run()
        .expect(0, &[]);
}

/// With `nohup`, or in the background of a script, the signal is ignored by the parent, and the run has to go on.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_so() {
    for name in ["INT", "TERM", "HUP"] {
        let folder = Folder::with(&["in/a.json"]);
        let args = [
            "check",
            "-",
            "in",
            "--output=concise=out",
            "--endpoint=user-group",
        ];
        let mut held = folder.geplint(args).under(&format!("trap '' {name}")).held();
        held.signal(name);
        held.stdin.as_mut().unwrap().write_all(CLEAN.as_bytes()).unwrap();
        held.end().expect(1, &["1 of 2 files would be refused"]);
        assert_eq!(folder.read("out").lines().count(), 1);
        assert_eq!(folder.names(), ["in", "out"]);
    }
}

/// A signal while a run is reading, checking, writing, or moving files to their destination.
#[test]
fn a_signal_at_any_moment() {
    let outputs = FORMATS.map(|format| format!("--output={format}={format}.out"));
    let mut args = vec!["check", "in", "--quiet", "--format=concise"];
    args.extend(outputs.iter().map(String::as_str));
    let prepare = || {
        let folder = Folder::new();
        let records = vec![&BAD[1..BAD.len() - 1]; 40].join(",\n");
        for number in 0..20 {
            folder.write(format!("in/{number}.json"), format!("[{records}]"));
        }
        for format in FORMATS {
            folder.write(format!("{format}.out"), "old");
        }
        folder
    };
    interrupted(prepare, &args, |folder: &Folder, ran: &Ran| {
        assert_eq!(folder.names().len(), FORMATS.len() + 1, "{:?}", folder.names());
        for format in FORMATS {
            let text = folder.read(&format!("{format}.out"));
            let whole = text.len() > 2_000 || format == "table" && text.lines().count() >= 20;
            assert!(text == "old" || whole, "{format}: {ran:?}");
            assert!(ran.signal.is_some() || whole, "{format}: {ran:?}");
        }
    });
}

/// The same for a baseline.
#[test]
fn a_signal_while_a_baseline_is_written() {
    let prepare = || {
        let folder = Folder::with(&["a.json"]);
        folder
            .geplint(["check", "--write-baseline=known"])
            .run()
            .expect(0, &[]);
        folder.write("b.json", BAD);
        folder
    };
    interrupted(prepare, &["check", "--write-baseline=known"], |folder, _| {
        assert_eq!(folder.names(), ["a.json", "b.json", "known"]);
        folder
            .geplint(["check", "a.json", "--baseline=known"])
            .run()
            .expect(0, &[]);
    });
}
