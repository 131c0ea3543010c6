//! `docs/dependencies.md` lists exactly the dependencies of the manifests.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;

use toml::{Table, Value};

/// Collects the names in every `dependencies` and `dev-dependencies` table of a manifest, including those of a target.
fn declared(manifest: &Table, names: &mut BTreeSet<String>) {
    for (key, value) in manifest {
        let Value::Table(inner) = value else { continue };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                // The crates of this workspace are not listed.
                let foreign = inner.iter().filter(|(_, value)| value.get("path").is_none());
                names.extend(foreign.map(|(name, _)| name.clone()));
            }
            "target" => inner
                .values()
                .filter_map(Value::as_table)
                .for_each(|target| declared(target, names)),
            _ => {}
        }
    }
}

#[test]
fn every_dependency_has_its_line_and_every_line_its_dependency() {
    let mut names = BTreeSet::new();
    for manifest in [
        "Cargo.toml",
        "crates/dotnet-bind/Cargo.toml",
        "crates/geplint-core/Cargo.toml",
    ] {
        let manifest: Table = toml::from_str(&fs::read_to_string(manifest).unwrap()).unwrap();
        declared(&manifest, &mut names);
    }
    assert!(
        names.contains("signal-hook") && names.contains("trycmd"),
        "{names:?}"
    );
    let text = fs::read_to_string("docs/dependencies.md").unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: Vec<&str> = lines.map(|line| line.split('`').next().unwrap()).collect();
    let once: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(listed.len(), once.len(), "a crate has two lines");
    assert_eq!(once, names);
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        assert_eq!(cells.len(), 5, "{line}");
        assert!(cells.iter().all(|cell| !cell.trim().is_empty()), "{line}");
    }
}

/// The crates that `deny.toml` allows in two versions are still there in two; cargo-deny checks that no others are.
#[test]
fn allowed_duplicate_crates_are_duplicates() {
    let lock: Table = toml::from_str(&fs::read_to_string("Cargo.lock").unwrap()).unwrap();
    let packages = lock["package"].as_array().unwrap();
    let names = packages.iter().map(|package| package["name"].as_str().unwrap());
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<&str> = names.filter(|name| !seen.insert(*name)).collect();
    let deny: Table = toml::from_str(&fs::read_to_string("deny.toml").unwrap()).unwrap();
    let skipped = deny["bans"]["skip"].as_array().unwrap();
    let skipped: BTreeSet<&str> = skipped
        .iter()
        .map(|skip| skip["crate"].as_str().unwrap().split('@').next().unwrap())
        .collect();
    assert!(!skipped.is_empty() && skipped.is_subset(&twice), "{twice:?}");
}
