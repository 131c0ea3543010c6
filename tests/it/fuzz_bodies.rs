//! Runs the fuzz targets on all available files, and on a fixed number of damaged ones.
//!
//! An input that the fuzzer has found is added to `testdata/fuzz/<target>/`, and is run here from then on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::bodies::TARGETS;
use crate::support::json::Random;

/// Longer files are left to other tests, in bytes.
const LONGEST: u64 = 64 * 1024;

fn body(name: &str) -> fn(&[u8]) {
    TARGETS.iter().find(|(known, _)| *known == name).unwrap().1
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    files
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.metadata().unwrap().len() <= LONGEST)
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the files for a target: whole folders, and single files.
fn seeds(target: &str) -> Vec<PathBuf> {
    let (folders, extension): (&[&str], Option<&str>) = match target {
        "config" => (&["testdata/tenant", "testdata/fuzz/config"], None),
        "rules" => (&["rules", "testdata/fuzz/rules"], Some("toml")),
        "tenant" => (&["testdata/tenant", "testdata/fuzz/tenant"], None),
        "containers" => (&["testdata/containers", "testdata/fuzz/containers"], None),
        "verify" => (
            &["testdata/verify", "testdata/documented", "testdata/fuzz/verify"],
            None,
        ),
        _ => (&["testdata"], None),
    };
    let mut all = Vec::new();
    for folder in folders
        .iter()
        .map(|folder| root().join(folder))
        .filter(|folder| folder.exists())
    {
        all.extend(files_below(&folder));
    }
    if let ("scanner" | "check", Some(suite)) = (target, std::env::var_os("GEPLINT_JSON_TEST_SUITE")) {
        all.extend(files_below(Path::new(&suite)));
    }
    all.retain(|path| extension.is_none_or(|wanted| path.extension().is_some_and(|is| is == wanted)));
    all
}

/// Damages bytes in a few places: removes, repeats, swaps and replaces them, or inserts tokens.
fn spoil(random: &mut Random, bytes: &mut Vec<u8>) {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u00e9",
        "\\ud83d",
        "null",
        "true",
        "0",
        "-",
        "1e9",
        " ",
        "\n",
        "\t",
        "é",
        "😀",
        "\u{1b}",
        "\u{feff}",
        "\u{202e}",
        "/",
        "~",
        "[]",
        "{}",
        "\"\"",
        "::error::",
        "##[group]",
        "#\u{1}#vso[x]",
        "::\u{9b}",
        "\\u0023#vso[",
        "\u{301}",
        "=",
        "#",
        "'",
        "\"\"\"",
        "[[",
        "]]",
        "<",
        "&",
        "]]>",
    ];
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(6)).min(bytes.len());
        match random.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 | 2 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes())),
            3 => drop(bytes.splice(at..end, PIECES[random.below(PIECES.len())].bytes())),
            4 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                drop(bytes.splice(to..to, copy));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(random.below(256)).unwrap();
                }
            }
        }
    }
}

fn run(target: &str, at_least: usize, spoiled: usize) {
    let body = body(target);
    let seeds: Vec<Vec<u8>> = seeds(target).iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() >= at_least, "{target}: only {} seeds", seeds.len());
    body(b"");
    // Every fifth of many: `.ci/fuzz` runs all of them.
    for seed in seeds.iter().step_by(if seeds.len() < 500 { 1 } else { 5 }) {
        body(seed);
    }
    let short: Vec<&Vec<u8>> = seeds.iter().filter(|seed| seed.len() <= 8192).collect();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..spoiled {
        let mut bytes = short[random.below(short.len())].clone();
        spoil(&mut random, &mut bytes);
        body(&bytes);
    }
}

#[test]
fn scanner() {
    run("scanner", 500, 3_000);
}

#[test]
fn check() {
    run("check", 500, 250);
}

#[test]
fn render() {
    run("render", 500, 250);
}

#[test]
fn config() {
    run("config", 10, 1_000);
}

#[test]
fn rules() {
    run("rules", 5, 200);
}

#[test]
fn tenant() {
    run("tenant", 10, 150);
}

#[test]
fn containers() {
    run("containers", 1, 1_000);
}

#[test]
fn verify() {
    run("verify", 20, 300);
}

#[test]
fn predict() {
    run("predict", 500, 250);
}

#[test]
fn fix() {
    run("fix", 500, 250);
}

#[test]
fn fast_path() {
    run("fast_path", 500, 250);
}

#[test]
fn reading() {
    run("reading", 500, 1_500);
}

#[test]
fn every_target_is_run_here_and_has_its_file() {
    let mut names: Vec<String> = fs::read_dir(root().join("fuzz/fuzz_targets"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.retain(|name| cfg!(feature = "lsp") || name != "assist");
    names.sort();
    let mut listed: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(names, listed);
    let here = include_str!("fuzz_bodies.rs");
    for name in listed {
        assert!(
            here.contains(&format!("run({name:?}, ")),
            "{name} is not run here"
        );
    }
}

#[test]
fn matrix() {
    run("matrix", 500, 500);
}

#[cfg(feature = "lsp")]
#[test]
fn assist() {
    run("assist", 500, 500);
}
