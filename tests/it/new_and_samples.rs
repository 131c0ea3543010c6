//! `geplint new` and `geplint samples` on the command line: their output, and the files that they write or refuse to overwrite.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use geplint::rules::builtin_ids;

use crate::support::{empty_folder, run};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_new_body_checks_clean() {
    let folder = empty_folder("made", "new");
    let tenant = fs::canonicalize("rules/examples/tenant.toml").unwrap();
    let tenant = tenant.to_str().unwrap();
    for id in builtin_ids() {
        let ways: [&[&str]; 4] = [
            &[],
            &["--full"],
            &["--records", "7", "--case", "camel"],
            &["--full", "--tenant", tenant],
        ];
        for way in ways {
            let made = run(&folder, &[&["new", id], way].concat(), b"");
            assert_eq!(
                (made.status.code(), text(&made.stderr).as_str()),
                (Some(0), ""),
                "{id} {way:?}"
            );
            let check = ["check", "--strict", "--endpoint", id, "--format", "json", "-"];
            let facts: &[&str] = if way.contains(&"--tenant") {
                &["--tenant", tenant]
            } else {
                &[]
            };
            let checked = run(&folder, &[&check, facts].concat(), &made.stdout);
            assert_eq!(
                checked.status.code(),
                Some(0),
                "{id} {way:?}: {}",
                text(&checked.stdout)
            );
            // The endpoint of the full body is detected.
            if way.contains(&"--full") {
                let checked = run(&folder, &["check", "-q", "-"], &made.stdout);
                assert_eq!(checked.status.code(), Some(0), "{id}: {}", text(&checked.stdout));
            }
        }
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = empty_folder("made", "refused");
    for (arguments, printed) in [
        (
            &["new", "no-such-call"][..],
            "there is no endpoint \"no-such-call\"",
        ),
        (&["new", "user-group", "--records", "0"], "0 is not in 1..=100000"),
        (&["new"], "required"),
        (&["new", "user-group", "--tenant", "none.toml"], "none.toml"),
        (&["samples", "user-group"], "--output"),
    ] {
        let made = run(&folder, arguments, b"");
        assert_eq!(made.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&made.stderr).contains(printed),
            "{arguments:?}: {}",
            text(&made.stderr)
        );
        assert!(made.stdout.is_empty());
    }
}

/// A tenant's rules may require a value that cannot be made up; the body is printed nevertheless.
#[test]
fn a_body_with_findings_is_reported() {
    let folder = empty_folder("made", "unclean");
    let rules = "endpoint = \"user-group\"\n[tables.UserGroup.properties]\nGroupName = { type = \"string\", required = \"yes\", one-of = { values = [\" \"] } }\n";
    fs::write(folder.join("mine.toml"), rules).unwrap();
    let made = run(&folder, &["new", "user-group", "--rules", "mine.toml"], b"");
    assert_eq!(made.status.code(), Some(1), "{}", text(&made.stderr));
    assert!(text(&made.stderr).contains("the body has findings"));
    assert!(text(&made.stdout).contains("GroupName"));
}

/// The findings of each file match its name, and its prediction is the output of `predict`.
#[test]
fn samples_match_their_names() {
    for id in builtin_ids() {
        let folder = empty_folder("made", id);
        let written = run(&folder, &["samples", id, "--output", "out"], b"");
        assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
        let out = folder.join("out");
        let files = names(&out);
        assert!(files.contains("geplint-samples.txt"));
        let requests: Vec<&String> = files.iter().filter(|name| name.ends_with("s.json")).collect();
        assert!(requests.len() >= 16, "{id}: {requests:?}");
        for request in &requests {
            assert!(
                request.ends_with(".keeps.json") || request.ends_with(".breaks.json"),
                "{request}"
            );
        }
        let paths: Vec<String> = requests.iter().map(|name| format!("out/{name}")).collect();
        let mut arguments = vec!["predict", "--endpoint", id, "-q"];
        arguments.extend(paths.iter().map(String::as_str));
        let predicted: serde_json::Value =
            serde_json::from_slice(&run(&folder, &arguments, b"").stdout).unwrap();
        let predicted = predicted.as_array().unwrap();
        assert_eq!(predicted.len(), requests.len());
        for one in predicted {
            let request = one["path"].as_str().unwrap();
            let beside = folder.join(request.replace(".json", ".predicted.json"));
            if one["response"].is_null() {
                assert!(!beside.exists(), "{request}");
                continue;
            }
            let written: serde_json::Value = serde_json::from_slice(&fs::read(&beside).unwrap()).unwrap();
            assert_eq!(written, one["response"], "{request}");
            if request.ends_with(".keeps.json") {
                assert_eq!(written["statusCode"], "200", "{request}");
            }
        }
        // The same again changes nothing.
        let before = fs::read(out.join("geplint-samples.txt")).unwrap();
        let again = run(&folder, &["samples", id, "--output", "out"], b"");
        assert_eq!((again.status.code(), again.stdout), (Some(0), written.stdout));
        assert_eq!(fs::read(out.join("geplint-samples.txt")).unwrap(), before);
        assert_eq!(names(&out), files);
        // A prediction is no answer.
        let verified = run(&folder, &["verify", "out"], b"");
        assert_eq!(verified.status.code(), Some(3), "{}", text(&verified.stdout));
        assert!(text(&verified.stderr).contains("a prediction of geplint, not a response of the API"));
    }
}

#[test]
fn files_of_others_are_never_overwritten() {
    let folder = empty_folder("made", "others");
    let samples = ["samples", "user-group", "--output", "."];
    let name = "user-group.UserGroup.GroupName.missing-mandatory.keeps.json";
    fs::write(folder.join(name), "mine").unwrap();
    let refused = run(&folder, &samples, b"");
    assert_eq!(refused.status.code(), Some(2));
    let printed = text(&refused.stderr);
    assert!(
        printed.contains(name) && printed.contains("geplint-samples.txt"),
        "{printed}"
    );
    assert_eq!(names(&folder).len(), 1, "nothing is written beside it");
    fs::remove_file(folder.join(name)).unwrap();
    assert_eq!(run(&folder, &samples, b"").status.code(), Some(0));
    // A generated file that was changed is not overwritten.
    fs::write(folder.join(name), "mine").unwrap();
    fs::write(folder.join("other.json"), "[]").unwrap();
    assert_eq!(run(&folder, &samples, b"").status.code(), Some(2));
    assert_eq!(fs::read(folder.join(name)).unwrap(), b"mine");
    fs::remove_file(folder.join(name)).unwrap();
    // Another casing of names overwrites the generated files, and files that are no longer generated are removed.
    let tenant = fs::canonicalize("rules/examples/tenant.toml").unwrap();
    let with = [
        &samples[..],
        &["--case", "camel", "--tenant", tenant.to_str().unwrap()],
    ]
    .concat();
    let less = run(&folder, &with, b"");
    assert_eq!(less.status.code(), Some(0), "{}", text(&less.stderr));
    assert!(
        text(&less.stdout).contains("from an earlier run"),
        "{}",
        text(&less.stdout)
    );
    assert!(folder.join("other.json").exists());
    let listed = fs::read_to_string(folder.join("geplint-samples.txt")).unwrap();
    let listed: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| Some(line.split_once("  ")?.1))
        .collect();
    let there = names(&folder);
    let there: BTreeSet<&str> = there
        .iter()
        .map(String::as_str)
        .filter(|name| !["other.json", "geplint-samples.txt"].contains(name))
        .collect();
    assert_eq!(listed, there);
}

/// A manifest may be hostile: it cannot name a file outside of the folder.
#[cfg(unix)]
#[test]
fn a_hostile_manifest_removes_nothing_outside() {
    use std::os::unix::fs::symlink;
    let folder = empty_folder("made", "hostile");
    fs::create_dir(folder.join("out")).unwrap();
    fs::write(folder.join("keep.json"), "").unwrap();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let samples = ["samples", "user-group", "--output", "out"];
    assert_eq!(run(&folder, &samples, b"").status.code(), Some(0));
    let manifest = folder.join("out/geplint-samples.txt");
    let listed = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{listed}{empty}  ../keep.json\n")).unwrap();
    assert_eq!(run(&folder, &samples, b"").status.code(), Some(0));
    assert!(folder.join("keep.json").exists());
    // No link is written through.
    let name = folder.join("out/user-group.UserGroup.GroupName.missing-mandatory.keeps.json");
    fs::remove_file(&name).unwrap();
    symlink(folder.join("keep.json"), &name).unwrap();
    assert_eq!(run(&folder, &samples, b"").status.code(), Some(2));
    assert_eq!(fs::read(folder.join("keep.json")).unwrap(), b"");
}

#[test]
fn one_folder_holds_the_samples_of_all_endpoints() {
    let folder = empty_folder("made", "all-endpoints");
    let mut all = BTreeSet::from(["geplint-samples.txt".to_owned()]);
    for id in builtin_ids() {
        let alone = format!("alone-{id}");
        let made = run(&folder, &["samples", id, "--output", &alone], b"");
        assert!(made.status.success(), "{id}: {}", text(&made.stderr));
        let own = names(&folder.join(&alone));
        let of_several: Vec<&String> = own
            .intersection(&all)
            .filter(|name| *name != "geplint-samples.txt")
            .collect();
        assert!(of_several.is_empty(), "{id}: {of_several:?}");
        all.extend(own);
        let made = run(&folder, &["samples", id, "--output", "all"], b"");
        assert!(made.status.success(), "{id}: {}", text(&made.stderr));
        assert!(!text(&made.stdout).contains("removed"), "{}", text(&made.stdout));
    }
    assert_eq!(names(&folder.join("all")), all);
    // Files that are no longer generated for one endpoint are removed, and no others; a changed file is named and kept.
    let id = builtin_ids().next().unwrap();
    let list = folder.join("all/geplint-samples.txt");
    let listed = fs::read_to_string(&list).unwrap();
    let section = format!("# Endpoint: {id}\n");
    let old = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let listed = listed.replace(
        &section,
        &format!("{section}{old}  old.json\n{old}  changed.json\n"),
    );
    fs::write(&list, listed).unwrap();
    fs::write(folder.join("all/old.json"), "").unwrap();
    fs::write(folder.join("all/changed.json"), "[]").unwrap();
    let made = run(&folder, &["samples", id, "--output", "all"], b"");
    assert!(text(&made.stdout).contains("; removed 1 file from an earlier run"));
    assert!(
        text(&made.stderr).contains("kept all/changed.json: "),
        "{}",
        text(&made.stderr)
    );
    all.insert("changed.json".to_owned());
    assert_eq!(names(&folder.join("all")), all);
}

#[test]
fn a_misspelt_endpoint_is_suggested_everywhere() {
    let folder = empty_folder("made", "misspelt");
    fs::write(folder.join("a.json"), "[]").unwrap();
    let close = |id: &str| {
        [
            id.replace('-', ""),
            id.to_uppercase(),
            id[..id.len() - 1].to_owned(),
            format!("{id}s"),
        ]
    };
    for id in builtin_ids() {
        for wrong in close(id) {
            let calls: [&[&str]; 5] = [
                &["new", &wrong],
                &["schema", &wrong],
                &["rules", &wrong],
                &["samples", &wrong, "--output", "x"],
                &["check", "--endpoint", &wrong, "a.json"],
            ];
            for call in calls {
                let done = run(&folder, call, b"");
                assert_eq!(
                    text(&done.stderr),
                    format!("error: there is no endpoint \"{wrong}\"; did you mean {id}?\n")
                );
            }
        }
    }
}

#[test]
fn explain_points_from_properties_and_endpoints_to_their_tables() {
    let folder = empty_folder("made", "explain");
    for endpoint in builtin_ids().filter_map(geplint::rules::builtin) {
        let done = run(&folder, &["explain", &endpoint.id], b"");
        assert!(text(&done.stderr).contains("is an endpoint, not a rule"));
        let names = endpoint.tables.iter().flat_map(|table| &table.properties);
        let names = names.map(|property| property.name.to_string());
        for word in names.chain([endpoint.id.to_string()]) {
            let done = run(&folder, &["explain", &word], b"");
            let printed = text(&done.stderr);
            let pointer = format!("`geplint rules {}`", endpoint.id);
            assert!(printed.contains(&pointer), "{word}: {printed}");
            assert_eq!(done.status.code(), Some(2), "{word}");
        }
    }
}
