//! Files named by the files of a repository must be inside it; the command line may name any file.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const BAD: &str = r#"[{ "GroupName": "", "ContactCodes": [{ "ContactCode": "C-1" }] }]"#;
const BASELINE: &str = "{ \"version\": 1, \"findings\": {} }\n";
const SECRET: &str = "s3cr3t";
const RULES: &str = "endpoint = \"user-group\"\n";

/// A folder with a repository, and files next to it that the repository must not reach.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, is_repository: bool) -> Self {
        // The target folder is inside a repository.
        let above = if is_repository {
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("bounds")
        } else {
            std::env::temp_dir().join(format!("geplint-bounds-{}", std::process::id()))
        };
        let place = Self(above.join(name));
        let _ = fs::remove_dir_all(&place.0);
        fs::create_dir_all(place.0.join("repo/settings")).unwrap();
        if is_repository {
            fs::create_dir_all(place.0.join("repo/.git")).unwrap();
        }
        place.write("secret.csv", &format!("{SECRET}\n{SECRET}\n"));
        place.write("rules.toml", RULES);
        place.write("tenant.toml", "personas = [\"P-1\"]\n");
        place.write("base.json", BASELINE);
        place.write("repo/settings/a.json", BAD);
        symlink("../..", place.0.join("repo/settings/up")).unwrap();
        symlink("../../secret.csv", place.0.join("repo/settings/list.csv")).unwrap();
        place
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Returns the exit code and all output.
    fn check(&self, args: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
            .args(["check", "--format", "concise", "a.json"])
            .args(args)
            .current_dir(self.0.join("repo/settings"))
            .env("SECRET", SECRET)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert!(!printed.contains(SECRET), "{printed}");
        (output.status.code().unwrap(), printed)
    }

    #[track_caller]
    fn refuses(&self, args: &[&str], start: &str) {
        let (code, printed) = self.check(args);
        assert_eq!(code, 2, "{printed}");
        assert!(
            printed.starts_with(&format!("error: {start}")),
            "{start}: {printed}"
        );
        assert!(printed.contains(": it is "), "{printed}");
        assert_eq!(printed.lines().count(), 1, "{printed}");
    }
}

/// Paths of files outside of a repository, relative to its folder `settings`.
fn outside(place: &Place, name: &str) -> Vec<String> {
    vec![
        format!("../../{name}"),
        format!("up/{name}"),
        format!("x/../../../{name}"),
        place.0.join(name).to_str().unwrap().to_owned(),
        "/proc/self/environ".to_owned(),
        format!("/proc/self/cwd/../../{name}"),
        format!("/proc/self/root{}", place.0.join(name).display()),
    ]
}

#[test]
fn settings_cannot_name_files_outside() {
    for (name, is_repository) in [("repository", true), ("folder", false)] {
        let place = Place::new(name, is_repository);
        for (key, place_of, file) in [
            ("rules = [\"@\"]", "1:10", "rules.toml"),
            ("baseline = \"@\"", "1:12", "base.json"),
            ("[tenant]\nfile = \"@\"", "2:8", "tenant.toml"),
        ] {
            for path in outside(&place, file) {
                place.write("repo/settings/geplint.toml", &key.replace('@', &path));
                place.refuses(&[], &format!("geplint.toml:{place_of}: "));
                place.refuses(
                    &["--config", "geplint.toml"],
                    &format!("geplint.toml:{place_of}: "),
                );
            }
        }
        assert_eq!(fs::read_to_string(place.0.join("base.json")).unwrap(), BASELINE);
        for path in ["../../new.json", "up/new.json"] {
            place.write("repo/settings/geplint.toml", &format!("baseline = \"{path}\""));
            place.refuses(&["--write-baseline"], "geplint.toml:1:12: ");
        }
        assert!(!place.0.join("new.json").exists());
        fs::remove_file(place.0.join("repo/settings/geplint.toml")).unwrap();
        symlink(
            "../../new.json",
            place.0.join("repo/settings/geplint-baseline.json"),
        )
        .unwrap();
        place.refuses(&["--write-baseline"], "geplint-baseline.json: ");
        assert!(!place.0.join("new.json").exists());
        fs::remove_dir_all(&place.0).unwrap();
    }
}

#[test]
fn a_tenant_file_cannot_name_lists_outside() {
    let place = Place::new("tenant", true);
    for key in ["contacts", "personas", "activities"] {
        for path in outside(&place, "secret.csv")
            .iter()
            .map(String::as_str)
            .chain(["list.csv"])
        {
            place.write("repo/settings/tenant.toml", &format!("{key} = \"{path}\"\n"));
            let column = key.len() + 4;
            place.refuses(&["--tenant", "tenant.toml"], &format!("tenant.toml:1:{column}: "));
            place.write("repo/settings/geplint.toml", "[tenant]\nfile = \"tenant.toml\"\n");
            place.refuses(&[], &format!("tenant.toml:1:{column}: "));
            fs::remove_file(place.0.join("repo/settings/geplint.toml")).unwrap();
        }
    }
    fs::write(place.0.join("repo/.git/config"), format!("x = {SECRET}\n")).unwrap();
    place.write("repo/settings/tenant.toml", "personas = \"../.git/config\"\n");
    place.refuses(&["--tenant", "tenant.toml"], "tenant.toml:1:12: ");
}

#[test]
fn a_list_is_not_quoted() {
    let place = Place::new("quoted", true);
    for (text, name) in [
        (format!("{SECRET}=1\0B=2\0"), "list.txt"),
        (format!("[{SECRET}]"), "list.json"),
        (format!("[\"a\" \"{SECRET}\"]"), "list.json"),
        (format!("['{SECRET}']"), "list.json"),
        (format!("{{\"{SECRET}\": 1}}"), "list.json"),
        (
            format!("[{{\"ContactCode\": \"a\", \"IsActive\": \"{SECRET}\"}}]"),
            "list.json",
        ),
        (format!("ContactCode,IsActive\na,{SECRET}\n"), "list2.csv"),
        (format!("{SECRET}\n1\n"), "list2.csv"),
        (format!("ContactCode\n\"{SECRET}\n"), "list2.csv"),
        (format!("ContactCode\na,b,{SECRET}\n"), "list2.csv"),
        (format!("# {SECRET}\n"), "list.txt"),
    ] {
        place.write(&format!("repo/settings/{name}"), &text);
        place.write("repo/settings/tenant.toml", &format!("contacts = \"{name}\"\n"));
        let (code, printed) = place.check(&["--tenant", "tenant.toml"]);
        assert_eq!(code, 2, "{text}: {printed}");
        assert!(printed.starts_with(&format!("error: {name}:")), "{printed}");
    }
}

#[test]
fn settings_cannot_be_a_link_to_the_outside_unless_named() {
    let place = Place::new("link", true);
    place.write("shared.toml", &format!("{SECRET} = 1\n"));
    symlink("../../shared.toml", place.0.join("repo/settings/geplint.toml")).unwrap();
    place.refuses(&[], "geplint.toml: ");
    place.write("shared.toml", "fail-on = \"never\"\n");
    let (code, printed) = place.check(&["--config", "geplint.toml"]);
    assert_eq!(code, 0, "{printed}");
}

#[test]
fn files_inside_or_on_the_command_line_are_used() {
    let place = Place::new("inside", true);
    for name in ["rules.toml", "base.json"] {
        fs::copy(place.0.join(name), place.0.join("repo").join(name)).unwrap();
    }
    fs::write(place.0.join("repo/list.csv"), "Code\nP-1\n").unwrap();
    place.write("repo/settings/tenant.toml", "personas = \"../list.csv\"\n");
    let absolute = place.0.join("repo/base.json");
    place.write(
        "repo/settings/geplint.toml",
        &format!(
            "rules = [\"../rules.toml\"]\nbaseline = \"{}\"\n[tenant]\nfile = \"tenant.toml\"\n",
            absolute.display()
        ),
    );
    let (code, printed) = place.check(&[]);
    assert_eq!(code, 1, "{printed}");
    let named = [
        "--rules",
        "../../rules.toml",
        "--baseline",
        "../../base.json",
        "--tenant",
        "../../tenant.toml",
    ];
    let (code, printed) = place.check(&named);
    assert_eq!(code, 1, "{printed}");
    let (code, printed) = place.check(&["--write-baseline=../../new.json"]);
    assert_eq!(code, 0, "{printed}");
    assert!(place.0.join("new.json").exists());
}
