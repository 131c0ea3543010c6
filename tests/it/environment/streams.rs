//! Standard streams that are closed, or whose reader has closed the pipe.

use std::process::Stdio;

use super::support::{BAD, FORMATS, Folder};

/// `geplint … | true`: the exit code covers the files checked so far, and there is no message.
#[test]
fn a_closed_pipe_ends_check() {
    let folder = Folder::new();
    // More than a pipe can buffer, in every format.
    let records = vec![&BAD[1..BAD.len() - 1]; 3_000].join(",\n");
    folder.write("a.json", format!("[{records}]"));
    for format in FORMATS {
        let ran = folder.geplint(["check", "--format", format, "a.json"]);
        let ran = ran.unread().run().expect(1, &[]);
        if format != "table" {
            assert_eq!(ran.stderr, "", "{format}");
        }
    }
    for (args, code) in [
        (&["predict", "--quiet", "a.json"][..], 1),
        (&["explain"], 0),
        (&["rules", "contact-details"], 0),
        (&["--help"], 0),
    ] {
        let ran = folder.geplint(args).unread().run().expect(code, &[]);
        assert_eq!(ran.stderr, "", "{args:?}");
    }
}

/// Files are written although the pipe is closed.
#[test]
fn files_are_written_although_the_pipe_is_closed() {
    for format in FORMATS {
        let folder = Folder::with(&["a.json", "b.json", "c.json"]);
        let known = ["check", "--write-baseline=known", "--format", format, "--jobs=1"];
        folder.geplint(known).unread().run().expect(0, &[]);
        assert_eq!(
            folder.read("known").matches("missing-mandatory").count(),
            3,
            "{format}"
        );
        let output = ["check", "--output=concise=out", "--format", format, "--jobs=1"];
        folder.geplint(output).unread().run().expect(1, &[]);
        assert_eq!(folder.read("out").lines().count(), 3, "{format}");
    }
}

/// Fixing does not stop although the pipe is closed.
#[test]
fn files_are_fixed_although_the_pipe_is_closed() {
    let bad = BAD.replace("}]}]", "}],}]");
    for jobs in ["--jobs=1", "--jobs=4"] {
        let folder = Folder::new();
        let names: Vec<String> = (0..40).map(|number| format!("{number:02}.json")).collect();
        for name in &names {
            folder.write(name, &bad);
        }
        let ran = folder.geplint(["check", "--fix", "--quiet", jobs]);
        ran.unread().run().expect(1, &[]);
        for name in &names {
            assert_eq!(folder.read(name), BAD, "{name}");
        }
    }
}

/// A stream that was closed before the program started is ignored.
#[test]
fn closed_streams() {
    let folder = Folder::with(&["a.json"]);
    for redirections in [
        "<&-",
        ">&-",
        "2>&-",
        "<&- >&-",
        ">&- 2>&-",
        "<&- 2>&-",
        "<&- >&- 2>&-",
    ] {
        for format in FORMATS {
            let args = ["check", "a.json", "--format", format, "--output=concise=out"];
            let ran = folder.geplint(args).to(redirections).run();
            assert_eq!(ran.code, Some(1), "{redirections} {format}");
            // No opened file has got the number of a standard stream.
            assert_eq!(folder.read("out").lines().count(), 1, "{redirections} {format}");
            assert_eq!(folder.read("a.json"), BAD);
        }
        let ran = folder
            .geplint(["check", "-", "--endpoint=user-group"])
            .to(redirections)
            .run();
        assert_eq!(ran.code, Some(1), "{redirections}");
        let ran = folder.geplint(["check", "nothing.json"]).to(redirections).run();
        assert_eq!(ran.code, Some(2), "{redirections}");
    }
}

/// Neither stream has a reader.
#[test]
fn both_pipes_are_closed() {
    let folder = Folder::with(&["a.json"]);
    for (args, code) in [
        (&["check", "a.json"][..], 1),
        (&["check", "nothing.json", "a.json"], 2),
        (&["check", "nothing.json"], 2),
        (&["check", "--config=nothing"], 2),
        (&["check", "--no-such-flag"], 2),
        (&["check", "a.json", "--output=json=no/such/out"], 2),
        (&["predict", "a.json"], 1),
        (&["rules"], 0),
    ] {
        let (out, err) = (std::io::pipe().unwrap(), std::io::pipe().unwrap());
        drop((out.0, err.0));
        let status = crate::support::geplint()
            .args(args)
            .current_dir(folder.path(""))
            .stdin(Stdio::null())
            .stdout(out.1)
            .stderr(err.1)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn standard_input_that_is_not_a_stream() {
    let folder = Folder::with(&["a.json"]);
    folder
        .geplint(["check", "-"])
        .to("<.")
        .run()
        .expect(2, &["error: <stdin>: is a directory\n"]);
    folder
        .geplint(["check", "-", "--format=concise"])
        .to("<a.json")
        .run()
        .expect(1, &["the request would be refused"]);
    // An open stream without data is waited for, as requested. Its end is an end.
    folder
        .geplint(["check", "-"])
        .to("</dev/null")
        .run()
        .expect(1, &["1 file"]);
}
