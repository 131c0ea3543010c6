//! Malicious settings, rules, tenant files and baselines. Each may be part of a repository.

use std::fmt::Write as _;

use super::support::{BAD, Folder, Geplint};

/// All options that take a file, as arguments without the file's name.
const GIVEN: [&str; 5] = [
    "--config=",
    "--rules=",
    "--tenant=",
    "--baseline=",
    "--write-baseline=",
];

fn given(folder: &Folder, option: &str, name: &str) -> Geplint {
    folder.geplint(["check", "a.json", &format!("{option}{name}")])
}

#[test]
fn special_settings_files_are_reported_and_never_block() {
    let folder = Folder::with(&["a.json", "folder/x"]);
    folder.pipe("pipe");
    folder.link("/dev/zero", "zero");
    folder.link("loop", "loop");
    folder.write("bytes", b"a = 1\nb = \xff");
    folder.sparse("huge", (256 << 20) + 1);
    for option in GIVEN {
        for (name, message) in [
            ("pipe", "pipe: a pipe, not a file\n"),
            ("zero", "zero: a device, not a file\n"),
            ("/dev/full", "/dev/full: a device, not a file\n"),
            ("folder", "folder: a folder, not a file\n"),
            ("bytes", "bytes:2:5: not UTF-8\n"),
            ("huge", "huge: too large: the limit is "),
            ("loop", "loop: "),
        ] {
            let write = option == "--write-baseline=" && name == "loop";
            let message = if write { "" } else { message };
            let ran = given(&folder, option, name).run().expect(2, &[message]);
            assert_eq!(ran.stdout, b"", "{option}{name}");
        }
    }
    folder
        .geplint(["rules", "--check", "pipe"])
        .run()
        .expect(2, &["pipe: a pipe, not a file\n"]);
    // Named by a file of the repository instead of by the user.
    for (settings, message) in [
        (
            "rules = [\"pipe\"]",
            "geplint.toml:1:10: pipe: a pipe, not a file\n",
        ),
        (
            "baseline = \"zero\"",
            "geplint.toml:1:12: zero: it is outside the folder",
        ),
        ("baseline = \"pipe\"", "pipe: a pipe, not a file\n"),
        (
            "[tenant]\nfile = \"pipe\"",
            "geplint.toml:2:8: pipe: a pipe, not a file\n",
        ),
    ] {
        folder.write("geplint.toml", settings);
        folder.geplint(["check", "a.json"]).run().expect(2, &[message]);
    }
    folder.write("geplint.toml", "");
    for (list, message) in [
        ("pipe", "a pipe, not a file\n"),
        ("/dev/zero", "it is outside the folder"),
        ("zero", "it is outside the folder"),
        ("folder", "a folder, not a file\n"),
    ] {
        folder.write("tenant.toml", format!("contacts = \"{list}\""));
        let message = format!("tenant.toml:1:12: {list}: {message}");
        given(&folder, "--tenant=", "tenant.toml")
            .run()
            .expect(2, &[&message]);
    }
}

#[test]
fn settings_and_ignore_files_that_are_not_regular_files_are_ignored() {
    for name in ["geplint.toml", ".gitignore", ".git", ".git/info/exclude"] {
        for kind in ["pipe", "folder", "zero", "huge"] {
            let folder = Folder::with(&["a.json", ".git/info/x"]);
            if name == ".git" {
                std::fs::remove_dir_all(folder.path(name)).unwrap();
            }
            match kind {
                "pipe" => folder.pipe(name),
                "folder" => std::fs::create_dir(folder.path(name)).unwrap(),
                "zero" => folder.link("/dev/zero", name),
                _ if name == "geplint.toml" => continue,
                _ => folder.sparse(name, 50 << 20),
            }
            folder
                .geplint(["check"])
                .run()
                .expect(1, &["the request would be refused"]);
        }
    }
    // A `.git` that leads to a pipe.
    let folder = Folder::with(&["a.json"]);
    folder.write(".git", "gitdir: there\n");
    std::fs::create_dir(folder.path("there")).unwrap();
    folder.pipe("there/commondir");
    folder.geplint(["check"]).run().expect(1, &[]);
}

#[test]
fn nesting_is_limited() {
    let folder = Folder::with(&["a.json"]);
    let deep = 50_000;
    for (name, text) in [
        ("lists", format!("x = {}{}", "[".repeat(deep), "]".repeat(deep))),
        (
            "tables",
            format!("x = {}1{}", "{a=".repeat(deep), "}".repeat(deep)),
        ),
        ("keys", format!("a{} = 1", ".a".repeat(deep))),
        ("headers", format!("[a{}]\nb = 1", ".a".repeat(deep))),
        ("open", "[[".repeat(deep)),
        (
            "objects",
            format!("{{\"version\": 1, \"findings\": {}", "{\"a\":".repeat(deep)),
        ),
    ] {
        folder.write(name, text);
        for option in GIVEN {
            given(&folder, option, name)
                .run()
                .expect(2, &[&format!("error: {name}:1:")]);
        }
    }
    for (name, list) in [("list.json", "["), ("object.json", "{\"a\":")] {
        folder.write(name, list.repeat(deep));
        folder.write("tenant.toml", format!("contacts = \"{name}\""));
        given(&folder, "--tenant=", "tenant.toml")
            .run()
            .expect(2, &[name]);
    }
}

/// A table may contain itself; every function that visits tables has to end.
#[test]
fn tables_that_contain_each_other() {
    let folder = Folder::with(&["a.json"]);
    folder.write(
        "rules.toml",
        "endpoint = \"user-group\"\n\
         [[tables.group.properties]]\nname = \"Inner\"\ntype = \"group\"\n\
         [[tables.group.properties]]\nname = \"Inners\"\ntype = \"list of group\"\n",
    );
    for args in [
        &["rules", "--check", "rules.toml"][..],
        &["rules", "user-group", "--rules", "rules.toml"],
        &["rules", "user-group", "--format=json", "--rules", "rules.toml"],
        &["check", "a.json", "--rules", "rules.toml"],
        &["predict", "a.json", "--rules", "rules.toml"],
    ] {
        let ran = folder.geplint(args).run();
        assert!(matches!(ran.code, Some(0..=2)), "{ran:?}");
        assert!(!ran.stderr.contains("overflow"), "{ran:?}");
    }
}

/// Globs with which a backtracking matcher would practically not end.
#[test]
fn globs_that_would_backtrack() {
    let long = "a".repeat(200);
    let deep = format!("{}a.json", "a/".repeat(60));
    let folder = Folder::with(&[&format!("in/{long}.json"), &format!("in/{deep}")]);
    let globs = [
        "*a".repeat(2_000),
        format!("{}b", "*".repeat(2_000)),
        format!("{}b", "**/".repeat(1_300)),
        format!("{}b", "{a,aa,*}".repeat(500)),
        format!("{}b", "[!b]*".repeat(800)),
        format!("in/{}b", "a/**/*a/".repeat(500)),
    ];
    for glob in &globs {
        for settings in [
            format!("exclude = [\"{glob}\"]"),
            format!("[[files]]\nglob = \"{glob}\"\nendpoint = \"user-group\""),
            format!("[[ignore]]\npath = \"{glob}\"\nrule = \"blank\"\nreason = \"x\""),
        ] {
            folder.write("geplint.toml", format!("unused = \"off\"\n{settings}\n"));
            let ran = folder
                .geplint(["check", "in", "--quiet", "--format=concise"])
                .run();
            ran.expect(1, &[]);
        }
        folder.write("geplint.toml", "");
        folder
            .geplint(["check", "in", "--exclude", glob])
            .run()
            .expect(1, &[]);
        folder.write(".gitignore", glob);
        folder.geplint(["check", "in"]).run().expect(1, &[]);
        std::fs::remove_file(folder.path(".gitignore")).unwrap();
    }
    // The same for pointers.
    let pointer = "/**/a".repeat(2_000) + "/b";
    folder.write(
        "geplint.toml",
        format!("[[ignore]]\npath = \"*.json\"\nrule = \"unknown-property\"\npointer = \"{pointer}\"\nreason = \"x\""),
    );
    let nested = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
    folder.write(
        "in/b.json",
        BAD.replace("\"GroupName\"", &format!("\"a\":{nested},\"GroupName\"")),
    );
    folder.geplint(["check", "in"]).run().expect(1, &[]);
}

/// A settings file of the maximum size that consists of globs.
#[test]
#[ignore = "long: .ci/extended runs it"]
fn a_settings_file_full_of_globs() {
    let folder = Folder::with(&["a.json"]);
    let mut text = "unused = \"off\"\nexclude = [\n".to_owned();
    let mut number = 0;
    while text.len() < (256 << 10) - 40 {
        let _ = writeln!(text, "\"x{number}*/**/y\",");
        number += 1;
    }
    folder.write("geplint.toml", text.clone() + "]\n");
    let ran = folder.geplint(["check"]).run();
    assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.stderr);
}

#[test]
fn the_size_of_a_settings_file_is_limited() {
    let folder = Folder::with(&["a.json"]);
    folder.write("geplint.toml", "#".repeat((256 << 10) + 1));
    folder
        .geplint(["check"])
        .run()
        .expect(2, &["geplint.toml: too large: the limit is 256 KiB"]);
}
