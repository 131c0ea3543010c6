//! The address of the project is stored once, as `repository` in `Cargo.toml`; the documents follow it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::Table;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the Markdown files for users below a folder.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.join("README.md")];
    for entry in walkdir::WalkDir::new(root.join("docs")) {
        let path = entry.unwrap().into_path();
        found.extend(Some(path).filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    for name in ["dotnet-bind", "geplint-core"] {
        found.push(root.join("crates").join(name).join("README.md"));
    }
    found
}

fn repository(root: &Path) -> String {
    let manifest: Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    let package = &manifest["workspace"]["package"];
    package["repository"].as_str().unwrap().to_owned()
}

/// Returns the owner part of addresses of geplint's repository: the text before `/geplint`, after the start of an
/// address or of a `uses:`.
fn owners(text: &str) -> Vec<&str> {
    let ends = text.match_indices("/geplint").filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before
            .rfind([' ', '"', '`', '(', '<', '\n'])
            .map_or(0, |start| start + 1);
        let owner = &before[start..];
        let after = &text[at + "/geplint".len()..];
        let named = after.starts_with('@') || before[..start].ends_with("--repo ");
        let ours = owner.starts_with("https://") || named;
        // A file name with a version after it, not a repository.
        let file = after.starts_with('-') && after[1..].starts_with(|c: char| c.is_ascii_digit());
        (ours && !file).then_some(owner)
    });
    ends.collect()
}

/// Asserts that every address in the documents is that of `Cargo.toml`, or the placeholder if there is none.
/// Returns the number of addresses, without badges.
fn assert_one_address(root: &Path) -> usize {
    let address = repository(root);
    let mut seen = 0;
    for path in documents(root) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.display();
        let found = owners(&text);
        let badges: usize = text
            .lines()
            .filter(|line| line.starts_with("[![CI]"))
            .map(|line| owners(line).len())
            .sum();
        seen += found.len() - badges;
        if address.is_empty() {
            assert!(!text.contains("[![CI]"), "{name} has a badge that leads nowhere");
            for owner in &found {
                assert!(
                    owner.ends_with("OWNER"),
                    "{name}: {owner}/geplint is not the address"
                );
            }
            let explained = text.lines().any(|line| line.starts_with("`OWNER` "));
            assert_eq!(
                !found.is_empty(),
                explained,
                "{name}: a line that begins with `OWNER` explains it"
            );
        } else {
            assert!(!text.contains("OWNER"), "{name} still has a placeholder");
            for owner in &found {
                let ours =
                    address.starts_with(&format!("{owner}/")) || address.contains(&format!("/{owner}/"));
                assert!(ours, "{name}: {owner}/geplint is not {address}");
            }
        }
    }
    seen
}

#[test]
fn the_documents_have_the_address_of_the_manifest() {
    assert!(assert_one_address(root()) > 5);
}

#[test]
fn all_crates_have_the_same_address() {
    for name in [".", "crates/dotnet-bind", "crates/geplint-core"] {
        let text = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let manifest: Table = toml::from_str(&text).unwrap();
        assert_eq!(
            manifest["package"]["repository"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
    }
    assert_eq!(
        geplint::repository_url::repository_url()
            .map(|address| address.url().to_owned())
            .unwrap_or_default(),
        repository(root())
    );
}

/// `.ci/repository-url` sets the address everywhere, also a second time.
#[test]
fn one_command_sets_the_address() {
    let copy = crate::support::empty_folder("repository-url", "set");
    let mut files = documents(root());
    files.extend([root().join("Cargo.toml"), root().join(".ci/repository-url")]);
    for path in files {
        let to = copy.join(path.strip_prefix(root()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&path, to).unwrap();
    }
    let set = |args: &[&str]| {
        let output = Command::new("bash")
            .arg(copy.join(".ci/repository-url"))
            .args(args)
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), text)
    };
    let before = assert_one_address(&copy);
    for wrong in [
        "geplint",
        "http://github.com/a/geplint",
        "https://github.com/a/b",
        "https://x.org/a\"/geplint",
    ] {
        assert_eq!(set(&[wrong]).0, Some(2), "{wrong}");
    }
    for (url, badge) in [
        ("https://github.com/acme-a.b/geplint", true),
        ("https://gitlab.example.org/team/tools/geplint", false),
        ("https://github.com/another/geplint", true),
    ] {
        assert_eq!(set(&[url]), (Some(0), format!("the repository is {url}\n")));
        assert_eq!(set(&[]), (Some(0), format!("{url}\n")));
        assert_eq!(repository(&copy), url);
        assert_eq!(assert_one_address(&copy), before, "{url}");
        let readme = fs::read_to_string(copy.join("README.md")).unwrap();
        let badges = format!("# geplint\n\n[![CI]({url}/actions/");
        assert_eq!(readme.starts_with(&badges), badge, "{url}");
        assert_eq!(readme.matches("[![CI]").count(), usize::from(badge));
    }
}
