//! Verdicts on whether texts are JSON, for geplint's own files and for `JSONTestSuite`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests, and what helps them"
)]

use crate::support::json as json_support;

use json_support::{Read, read};
use std::path::{Path, PathBuf};

/// Returns all files of a folder, sorted by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn own(folder: &str) -> Vec<(String, Vec<u8>)> {
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("testdata/json")
            .join(folder),
    )
}

fn kinds(read: &Read) -> Vec<&'static str> {
    read.errors.iter().map(|error| error.kind.id()).collect()
}

#[test]
fn valid_files_are_accepted() {
    let files = own("valid");
    assert!(files.len() >= 60, "{}", files.len());
    for (name, bytes) in files {
        let read = read(&bytes);
        assert!(read.is_valid(), "{name}: {:?}", kinds(&read));
        assert!(read.trees.iter().all(|tree| !tree.damaged), "{name}");
    }
}

/// Files of `testdata/json/invalid` with more than one error, or with one that is necessarily reported as two.
const SEVERAL: &[&str] = &[
    "literal-quote.json",
    "name-object.json",
    "number-space.json",
    "string-glued.json",
    "string-raw-prefix.json",
    "template-block.json",
];

#[test]
fn invalid_files_are_refused_with_one_error_each() {
    let files = own("invalid");
    assert!(files.len() >= 150, "{}", files.len());
    let mut wrong = Vec::new();
    for (name, bytes) in files {
        let read = read(&bytes);
        let errors = read.errors.iter().filter(|error| !error.is_warning()).count();
        let expected = if SEVERAL.contains(&name.as_str()) {
            errors > 1
        } else {
            errors == 1
        };
        if !expected {
            wrong.push(format!("{name}: {:?}", kinds(&read)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Files on which `JSONTestSuite` leaves the verdict open: whether geplint accepts them, and why.
const OPEN: &[(&str, bool, &str)] = &[
    (
        "number_double_huge_neg_exp",
        true,
        "the grammar sets numbers no limit",
    ),
    ("number_huge_exp", true, "the grammar sets numbers no limit"),
    (
        "number_neg_int_huge_exp",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "number_pos_double_huge_exp",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "number_real_neg_overflow",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "number_real_pos_overflow",
        true,
        "the grammar sets numbers no limit",
    ),
    ("number_real_underflow", true, "the grammar sets numbers no limit"),
    (
        "number_too_big_neg_int",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "number_too_big_pos_int",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "number_very_big_negative_int",
        true,
        "the grammar sets numbers no limit",
    ),
    (
        "object_key_lone_2nd_surrogate",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_1st_surrogate_but_2nd_missing",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_1st_valid_surrogate_2nd_invalid",
        true,
        "a lone surrogate escape is a warning",
    ),
    ("string_UTF-16LE_with_BOM", false, "JSON between systems is UTF-8"),
    ("string_UTF-8_invalid_sequence", false, "not UTF-8"),
    (
        "string_UTF8_surrogate_U+D800",
        false,
        "not UTF-8: a surrogate has no encoding",
    ),
    (
        "string_incomplete_surrogate_and_escape_valid",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_incomplete_surrogate_pair",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_incomplete_surrogates_escape_valid",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_invalid_lonely_surrogate",
        true,
        "a lone surrogate escape is a warning",
    ),
    (
        "string_invalid_surrogate",
        true,
        "a lone surrogate escape is a warning",
    ),
    ("string_invalid_utf-8", false, "not UTF-8"),
    (
        "string_inverted_surrogates_U+1D11E",
        true,
        "a lone surrogate escape is a warning",
    ),
    ("string_iso_latin_1", false, "not UTF-8"),
    (
        "string_lone_second_surrogate",
        true,
        "a lone surrogate escape is a warning",
    ),
    ("string_lone_utf8_continuation_byte", false, "not UTF-8"),
    ("string_not_in_unicode_range", false, "not UTF-8: above U+10FFFF"),
    ("string_overlong_sequence_2_bytes", false, "not UTF-8: overlong"),
    ("string_overlong_sequence_6_bytes", false, "not UTF-8: overlong"),
    (
        "string_overlong_sequence_6_bytes_null",
        false,
        "not UTF-8: overlong",
    ),
    ("string_truncated-utf-8", false, "not UTF-8: cut off"),
    ("string_utf16BE_no_BOM", false, "JSON between systems is UTF-8"),
    ("string_utf16LE_no_BOM", false, "JSON between systems is UTF-8"),
    ("structure_500_nested_arrays", false, "more than 256 levels"),
    (
        "structure_UTF-8_BOM_empty_object",
        true,
        "a byte order mark is a warning",
    ),
];

#[test]
fn json_test_suite() {
    let Some(folder) = std::env::var_os("GEPLINT_JSON_TEST_SUITE").map(PathBuf::from) else {
        eprintln!("skipped: GEPLINT_JSON_TEST_SUITE does not name the folder of JSONTestSuite");
        return;
    };
    let folder = if folder.ends_with("test_parsing") {
        folder
    } else {
        folder.join("test_parsing")
    };
    let mut counts = [0; 3];
    for (name, bytes) in files(&folder) {
        let stem = name.trim_end_matches(".json");
        let read = read(&bytes);
        let (expected, group) = match stem.split_at(2) {
            ("y_", _) => (true, 0),
            ("n_", _) => (false, 1),
            (_, open) => {
                let listed = OPEN.iter().find(|(listed, ..)| *listed == open);
                (listed.unwrap_or_else(|| panic!("{name} is not listed")).1, 2)
            }
        };
        counts[group] += 1;
        assert_eq!(read.is_valid(), expected, "{name}: {:?}", kinds(&read));
    }
    assert_eq!(counts, [95, 188, OPEN.len()]);
}
