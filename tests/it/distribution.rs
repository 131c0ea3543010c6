//! Tests of the ways to get geplint: one version in all of them, one hash for each action, and a pre-release check that
//! finds mistakes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::Table;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Returns the documents for users and the sources of packages, by name.
fn texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let files = [
        "README.md",
        "action.yml",
        ".pre-commit-hooks.yaml",
        "pyproject.toml",
    ];
    let mut take = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        texts.insert(name, fs::read_to_string(&path).unwrap());
    };
    for name in files {
        take(root().join(name));
    }
    for folder in ["docs", "packaging", ".github", ".ci"] {
        for entry in walkdir::WalkDir::new(root().join(folder)) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                take(entry.into_path());
            }
        }
    }
    assert!(texts.len() > 50, "{:?}", texts.keys());
    texts
}

/// Returns the version at the beginning of a text.
fn version(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    (version.split('.').count() == 3).then_some(version)
}

#[test]
fn every_crate_has_the_version_and_depends_on_it() {
    for name in [
        "Cargo.toml",
        "crates/dotnet-bind/Cargo.toml",
        "crates/geplint-core/Cargo.toml",
    ] {
        let manifest: Table = toml::from_str(&read(name)).unwrap();
        assert_eq!(manifest["package"]["version"].as_str(), Some(VERSION), "{name}");
        for section in ["dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            // Without a version in addition to the path, a crate cannot be published.
            for (crate_name, value) in dependencies
                .iter()
                .filter(|(_, value)| value.get("path").is_some())
            {
                assert_eq!(value["version"].as_str(), Some(VERSION), "{name}: {crate_name}");
            }
        }
    }
    // The wheel takes its version from Cargo.toml.
    let project: Table = toml::from_str(&read("pyproject.toml")).unwrap();
    let dynamic = project["project"]["dynamic"].as_array().unwrap();
    assert!(dynamic.iter().any(|field| field.as_str() == Some("version")));
}

#[test]
fn every_documented_version_is_this_one() {
    let mut seen = BTreeSet::new();
    for (name, text) in texts() {
        for before in ["geplint-", "geplint==", "geplint@", "geplint:", "rev: v"] {
            for (at, _) in text.match_indices(before) {
                if let Some(found) = version(&text[at + before.len()..]) {
                    assert_eq!(found, VERSION, "{name}: {before}{found}");
                    seen.insert(name.clone());
                }
            }
        }
    }
    for name in [
        "docs/install.md",
        "docs/ci.md",
        "packaging/pre-commit/pyproject.toml",
    ] {
        assert!(seen.contains(name), "{name} names no version");
    }
}

/// An action is pinned by a hash, with its version as a comment, and by the same hash everywhere.
#[test]
fn every_action_has_one_hash() {
    let mut pins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in texts() {
        let uses = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for action in uses.filter(|action| !action.starts_with("./")) {
            let (action, pin) = action
                .split_once('@')
                .unwrap_or_else(|| panic!("{name}: {action}"));
            let (hash, version) = pin.split_once(" # ").unwrap_or((pin, ""));
            let full = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(full, "{name}: {action} is pinned by {hash}");
            // The project's own action has no release yet.
            let ours = action.ends_with("/geplint") && hash.bytes().all(|byte| byte == b'0');
            assert!(
                ours || version.starts_with('v'),
                "{name}: {action}: of which version?"
            );
            // One repository may have several actions.
            let repository: Vec<&str> = action.split('/').take(2).collect();
            pins.entry(repository.join("/"))
                .or_default()
                .insert(pin.to_owned());
        }
    }
    assert!(pins.len() >= 6, "{pins:?}");
    for (action, pins) in pins {
        assert_eq!(pins.len(), 1, "{action}: {pins:?}");
    }
}

/// The platforms of the release are those of the npm package and of the page, and cargo-deny checks their dependencies.
#[test]
fn the_systems_are_the_same_everywhere() {
    let release = read(".github/workflows/release.yml");
    let targets: BTreeSet<&str> = release
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- target: "))
        .collect();
    assert_eq!(targets.len(), 5, "{targets:?}");
    let deny: Table = toml::from_str(&read("deny.toml")).unwrap();
    let deny: BTreeSet<&str> = deny["graph"]["targets"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    for target in &targets {
        for name in ["packaging/npm/pack", "packaging/try", "docs/install.md"] {
            assert!(read(name).contains(target), "{name} lacks {target}");
        }
        assert!(deny.contains(target), "deny.toml lacks {target}");
    }
}

/// The files in the key of the action's cache, and in the image, are all that cargo reads.
#[test]
fn the_action_and_the_image_use_all_sources() {
    let script = read(".github/action/build.sh");
    let line = script.lines().find(|line| line.contains("key=$(find ")).unwrap();
    let named = line
        .split("find ")
        .nth(1)
        .unwrap()
        .split(" -type")
        .next()
        .unwrap();
    let named: BTreeSet<&str> = named.split(' ').collect();
    let ignore = read(".dockerignore");
    let copied: BTreeSet<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let manifest: Table = toml::from_str(&read("Cargo.toml")).unwrap();
    // The packages of the workspace, and the files of this one; `include` in Cargo.toml also lists documents.
    let mut wanted = BTreeSet::from(["Cargo.toml", "Cargo.lock", "build.rs", "src", "rules"]);
    for (_, value) in manifest["dependencies"].as_table().unwrap() {
        if let Some(path) = value.get("path").and_then(toml::Value::as_str) {
            wanted.insert(path.split('/').next().unwrap());
        }
    }
    assert!(wanted.contains("crates"), "{wanted:?}");
    assert!(
        wanted.is_subset(&named),
        "build.sh has {named:?}, not all of {wanted:?}"
    );
    assert!(
        wanted.is_subset(&copied),
        ".dockerignore has {copied:?}, not all of {wanted:?}"
    );
}

#[test]
fn a_release_requires_consistent_versions() {
    let copy = crate::support::empty_folder("ways", "ready");
    let mut names = vec![
        ".ci/repository-url".to_owned(),
        "packaging/ready".to_owned(),
        "CHANGELOG.md".to_owned(),
    ];
    names.extend(
        [
            "Cargo.toml",
            "crates/dotnet-bind/Cargo.toml",
            "crates/geplint-core/Cargo.toml",
        ]
        .map(str::to_owned),
    );
    let is_page = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "md");
    names.extend(texts().into_keys().filter(is_page));
    for name in names {
        fs::create_dir_all(copy.join(&name).parent().unwrap()).unwrap();
        fs::copy(root().join(&name), copy.join(&name)).unwrap();
    }
    let run = |script: &str, argument: &str| {
        let output = Command::new("bash")
            .arg(copy.join(script))
            .arg(argument)
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), text)
    };
    let replace = |name: &str, from: &str, to: &str| {
        let text = fs::read_to_string(copy.join(name)).unwrap();
        assert!(text.contains(from), "{name} lacks {from}");
        fs::write(copy.join(name), text.replace(from, to)).unwrap();
    };
    let (tag, other) = (format!("refs/tags/v{VERSION}"), "refs/tags/v99.0.0");
    let (code, output) = run("packaging/ready", other);
    assert_eq!(code, Some(1), "{output}");
    // Each mistake has a line; now they are corrected one after another.
    assert!(output.contains("not ready: the tag is v99.0.0"), "{output}");
    let unreleased = "Nothing has been released yet";
    for page in ["README.md", "CHANGELOG.md", "docs/ci.md", "docs/install.md"] {
        assert!(output.contains(page), "{page}: {output}");
        replace(page, unreleased, "It has been released");
    }
    replace(
        "CHANGELOG.md",
        "## Unreleased",
        &format!("## {VERSION} - 2026-01-31"),
    );
    assert_eq!(
        run(".ci/repository-url", "https://forge.example.org/a/geplint").0,
        Some(0)
    );
    assert_eq!(
        run("packaging/ready", &tag),
        (Some(0), format!("geplint {VERSION} is ready\n"))
    );
    replace(
        "crates/geplint-core/Cargo.toml",
        &format!("version = \"{VERSION}\"\nedition"),
        "version = \"0.0.9\"\nedition",
    );
    let (code, output) = run("packaging/ready", &tag);
    assert_eq!((code, output.lines().count()), (Some(1), 1), "{output}");
    assert!(
        output.contains("crates/geplint-core/Cargo.toml is not of version"),
        "{output}"
    );
}
