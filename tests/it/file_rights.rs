//! `--fix` and `--output` keep the access rights of the files that they replace.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ACL: &str = "system.posix_acl_access";
const DEFAULT_ACL: &str = "system.posix_acl_default";
/// A payload with a trailing comma, which is fixed.
const FIXABLE: &str = r#"[{ "GroupName": "Buyers", "ContactCodes": [{ "ContactCode": "C-1" }], }]"#;

/// Encodes an access control list as Linux stores it: owner, user, group, group, mask, others.
fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(rights.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

const NOBODY: u32 = u32::MAX;

/// A list in which the owner may read and write, one group has no rights, and all others may read.
fn denies_a_group() -> Vec<u8> {
    acl(&[
        (0x01, 6, NOBODY),
        (0x04, 4, NOBODY),
        (0x08, 0, 12_345),
        (0x10, 4, NOBODY),
        (0x20, 4, NOBODY),
    ])
}

/// Creates an empty folder; `None` if its file system does not support access control lists.
fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rights").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let probe = folder.join("probe");
    fs::write(&probe, "").unwrap();
    let able = xattr::set(&probe, ACL, &denies_a_group()).and_then(|()| xattr::set(&probe, "user.x", b"x"));
    fs::remove_file(&probe).unwrap();
    if let Err(error) = able {
        eprintln!("NOT TESTED: no access control lists or extended attributes here: {error}");
        return None;
    }
    Some(folder)
}

fn check(folder: &Path, args: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_geplint"))
        .arg("check")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
}

/// Returns all extended attributes except a security label that the system sets.
fn attributes(path: &Path) -> Vec<(String, Vec<u8>)> {
    let names = xattr::list(path).unwrap();
    let mut all: Vec<(String, Vec<u8>)> = names
        .map(|name| {
            (
                name.to_string_lossy().into_owned(),
                xattr::get(path, &name).unwrap().unwrap(),
            )
        })
        .filter(|(name, _)| !name.starts_with("security."))
        .collect();
    all.sort();
    all
}

/// Asserts that a run which writes a file keeps the file's access control list and attribute.
#[track_caller]
fn stays(folder: &Path, name: &str, text: &str, args: &[&str]) {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    xattr::set(&path, ACL, &denies_a_group()).unwrap();
    xattr::set(&path, "user.origin", b"exported").unwrap();
    let before = (
        attributes(&path),
        fs::metadata(&path).unwrap().permissions().mode(),
    );
    assert_eq!(before.0.len(), 2, "{before:?}");
    check(folder, args);
    assert_ne!(fs::read_to_string(&path).unwrap(), text, "it was not written");
    let after = (
        attributes(&path),
        fs::metadata(&path).unwrap().permissions().mode(),
    );
    assert_eq!(after, before);
}

#[test]
fn lists_and_attributes_are_kept() {
    let Some(folder) = folder("stay") else { return };
    stays(&folder, "a.json", FIXABLE, &["--fix", "a.json"]);
    stays(
        &folder,
        "out.txt",
        "old",
        &["--output", "concise=out.txt", "--output", "json=b.txt", "a.json"],
    );
}

#[test]
fn a_replaced_file_gets_no_rights_from_its_folder() {
    let Some(folder) = folder("default") else { return };
    let path = folder.join("a.json");
    fs::write(&path, FIXABLE).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let readers = acl(&[
        (0x01, 6, NOBODY),
        (0x02, 4, 12_345),
        (0x04, 4, NOBODY),
        (0x10, 4, NOBODY),
        (0x20, 0, NOBODY),
    ]);
    xattr::set(&folder, DEFAULT_ACL, &readers).unwrap();
    fs::write(folder.join("new"), "").unwrap();
    assert_eq!(
        attributes(&folder.join("new")).len(),
        1,
        "the folder gives nothing"
    );
    check(&folder, &["--fix", "a.json"]);
    assert_ne!(fs::read_to_string(&path).unwrap(), FIXABLE);
    assert_eq!(attributes(&path), []);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}
