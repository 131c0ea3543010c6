//! Tests of the walk: which files are checked for the paths on the command line.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use geplint::input::Excludes;
use geplint::input::{Entry, WalkOptions, collect};

/// A folder for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    /// Creates a folder with some files, which contain their own name.
    fn new(files: &[&str]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("geplint-walk-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        for file in files {
            folder.write(file, file);
        }
        folder
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() {
            self.0.clone()
        } else {
            self.0.join(name)
        }
    }

    fn paths(&self, names: &[&str]) -> Vec<PathBuf> {
        names
            .iter()
            .map(|name| if *name == "-" { "-".into() } else { self.path(name) })
            .collect()
    }

    /// Returns the files of the paths, relative to the folder; `+` marks a file that was named, `!` a problem.
    fn collect(&self, names: &[&str], options: &WalkOptions) -> Vec<String> {
        let shown = |path: &Path| {
            path.strip_prefix(&self.0)
                .unwrap_or(path)
                .to_string_lossy()
                .replace('\\', "/")
        };
        let entries = collect(&self.paths(names), options).into_iter();
        let line = |entry| match entry {
            Entry::File { path, named: true } => format!("+{}", shown(&path)),
            Entry::File { path, named: false } => shown(&path),
            Entry::Stdin => "-".to_owned(),
            Entry::Problem { path, message } => format!("!{}: {message}", shown(&path)),
        };
        entries.map(line).collect()
    }

    fn walk(&self) -> Vec<String> {
        self.collect(&[""], &WalkOptions::default())
    }

    fn excluding(&self, globs: &[&str]) -> WalkOptions {
        WalkOptions {
            excludes: Excludes::new(&self.0, globs).unwrap(),
            ..WalkOptions::default()
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn folders_give_their_json_sorted_by_name() {
    let folder = Folder::new(&[
        "b.json", "a.JSON", "c/z.json", "c/a.json", "d.txt", "json", "e.json5", "c.json",
    ]);
    assert_eq!(
        folder.walk(),
        ["a.JSON", "b.json", "c/a.json", "c/z.json", "c.json"]
    );
}

#[test]
fn named_files_are_checked_whatever_their_names() {
    let folder = Folder::new(&["a.txt", ".hidden.json", "b.json"]);
    folder.write(".gitignore", "*");
    let named = folder.collect(&["b.json", ".hidden.json", "a.txt"], &WalkOptions::default());
    assert_eq!(named, ["+b.json", "+.hidden.json", "+a.txt"]);
}

#[test]
fn a_file_is_listed_once() {
    let folder = Folder::new(&["a/x.json", "a/y.json", "b.json"]);
    let names = [
        "a",
        "a/x.json",
        "./a/../a/y.json",
        "b.json",
        "a/../b.json",
        "a",
        "-",
        "-",
    ];
    assert_eq!(
        folder.collect(&names, &WalkOptions::default()),
        ["+a/x.json", "+a/y.json", "+b.json", "-"]
    );
}

#[test]
fn paths_are_shown_as_they_were_named() {
    let folder = Folder::new(&["a/x.json"]);
    assert_eq!(
        folder.collect(&["a/../a"], &WalkOptions::default()),
        ["a/../a/x.json"]
    );
}

#[test]
fn hidden_files_and_folders_are_skipped_unless_requested() {
    let folder = Folder::new(&["a.json", ".b.json", ".c/d.json", ".git/e.json"]);
    assert_eq!(folder.walk(), ["a.json"]);
    assert_eq!(folder.collect(&[".c"], &WalkOptions::default()), [".c/d.json"]);
    let all = WalkOptions {
        hidden: true,
        ..WalkOptions::default()
    };
    assert_eq!(folder.collect(&[""], &all), [".b.json", ".c/d.json", "a.json"]);
}

#[test]
fn packages_of_npm_are_skipped_unless_requested_or_named() {
    let folder = Folder::new(&["a.json", "node_modules/x/p.json", "b/node_modules/y/q.json"]);
    assert_eq!(folder.walk(), ["a.json"]);
    let named = folder.collect(&["node_modules"], &WalkOptions::default());
    assert_eq!(named, ["node_modules/x/p.json"]);
    let all = WalkOptions {
        no_ignore: true,
        ..WalkOptions::default()
    };
    assert_eq!(
        folder.collect(&[""], &all),
        ["a.json", "b/node_modules/y/q.json", "node_modules/x/p.json"]
    );
}

#[test]
fn excludes_apply_to_all_paths() {
    let folder = Folder::new(&[
        "a.json",
        "old/a.json",
        "new/old/b.json",
        "new/c.json",
        "new/deep/d.json",
    ]);
    let excluding = |globs: &[&str]| folder.collect(&["", "a.json"], &folder.excluding(globs));
    assert_eq!(
        excluding(&["a.json"]),
        ["new/c.json", "new/deep/d.json", "new/old/b.json"]
    );
    assert_eq!(excluding(&["old"]), ["+a.json", "new/c.json", "new/deep/d.json"]);
    assert_eq!(excluding(&["old/"]), ["+a.json", "new/c.json", "new/deep/d.json"]);
    assert_eq!(
        excluding(&["/old"]),
        ["+a.json", "new/c.json", "new/deep/d.json", "new/old/b.json"]
    );
    assert_eq!(
        excluding(&["new/*.json"]),
        ["+a.json", "new/deep/d.json", "new/old/b.json", "old/a.json"]
    );
    assert_eq!(excluding(&["./new/**"]), ["+a.json", "old/a.json"]);
    assert_eq!(excluding(&["**/*.json"]), Vec::<String>::new());
    assert_eq!(
        excluding(&["/new/old", "/old/"]),
        ["+a.json", "new/c.json", "new/deep/d.json"]
    );
    let absolute = folder.path("new").to_string_lossy().replace('\\', "/");
    assert_eq!(excluding(&[&absolute]), ["+a.json", "old/a.json"]);
    // Folders above are not part of the path that a glob is matched with.
    let above = folder
        .path("")
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!(excluding(&[&above]).len(), 5);
    let inside = folder.collect(&["old/a.json", "new"], &folder.excluding(&["old", "d.json"]));
    assert_eq!(inside, ["new/c.json"]);
}

#[test]
fn an_invalid_glob_is_an_error() {
    let error = Excludes::new(Path::new("."), ["fine", "a[b"]).unwrap_err();
    assert_eq!(error.glob, "a[b");
    assert!(error.to_string().starts_with("bad glob `a[b`: "), "{error}");
}

#[test]
fn gitignore_files_apply_from_the_repository_down() {
    let folder = Folder::new(&[
        "r/a.json",
        "r/b.json",
        "r/s/b.json",
        "r/s/c.json",
        "r/s/t/d.json",
        "r/out/e.json",
    ]);
    folder.write("r/.git/info/exclude", "d.json\n");
    folder.write("r/.gitignore", "b.json\nout/\n");
    folder.write("r/s/.gitignore", "!b.json\nc.json\n");
    // Above the repository, where git does not look.
    folder.write(".gitignore", "*.json\n");
    assert_eq!(
        folder.collect(&["r"], &WalkOptions::default()),
        ["r/a.json", "r/s/b.json"]
    );
    assert_eq!(folder.collect(&["r/s"], &WalkOptions::default()), ["r/s/b.json"]);
    let all = WalkOptions {
        no_ignore: true,
        ..WalkOptions::default()
    };
    assert_eq!(folder.collect(&["r"], &all).len(), 6);
}

#[test]
fn an_ignored_folder_cannot_unignore_its_files() {
    let folder = Folder::new(&["out/a.json", "out/keep.json", "b.json"]);
    folder.write(".git/HEAD", "");
    folder.write(".gitignore", "out\n");
    folder.write("out/.gitignore", "!keep.json\n");
    assert_eq!(folder.walk(), ["b.json"]);
}

#[test]
fn patterns_with_slashes_belong_to_their_folder() {
    let folder = Folder::new(&["a.json", "s/a.json", "s/t/a.json", "x/y/z.json", "x/w/y/z.json"]);
    folder.write(".git/HEAD", "");
    folder.write(".gitignore", "/a.json\ns/t/*.json\nx/**/z.json\n!x/y/z.json\n");
    assert_eq!(folder.walk(), ["s/a.json", "x/y/z.json"]);
}

#[test]
fn a_nested_repository_has_its_own_ignore_files() {
    let folder = Folder::new(&["a.json", "inner/a.json", "inner/b.json"]);
    folder.write(".git/HEAD", "");
    folder.write(".gitignore", "a.json\n");
    folder.write("inner/.git/info/exclude", "b.json\n");
    assert_eq!(folder.walk(), ["inner/a.json"]);
}

#[test]
fn a_worktree_uses_the_excludes_of_its_repository() {
    let folder = Folder::new(&["tree/a.json", "tree/b.json"]);
    folder.write("main/.git/info/exclude", "a.json\n");
    folder.write("main/.git/worktrees/tree/commondir", "../..\n");
    folder.write("tree/.git", "gitdir: ../main/.git/worktrees/tree\n");
    assert_eq!(
        folder.collect(&["tree"], &WalkOptions::default()),
        ["tree/b.json"]
    );
}

#[test]
fn outside_a_repository_the_folders_own_ignore_files_apply() {
    let folder = Folder::new(&["a.json", "b.json"]);
    folder.write(".gitignore", "a.json\n");
    assert_eq!(folder.walk(), ["b.json"]);
}

#[test]
fn a_missing_path_does_not_stop_the_walk() {
    let folder = Folder::new(&["a.json"]);
    let found = folder.collect(&["gone.json", "a.json", "gone/b.json"], &WalkOptions::default());
    assert_eq!(
        found,
        [
            "!gone.json: no such file or folder",
            "+a.json",
            "!gone/b.json: no such file or folder"
        ]
    );
    assert_eq!(
        folder.collect(&["a.json/b"], &WalkOptions::default()),
        ["!a.json/b: not a directory"]
    );
}

#[test]
fn empty_folders_and_no_paths_give_nothing() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.walk(), Vec::<String>::new());
    assert_eq!(folder.collect(&[], &WalkOptions::default()), Vec::<String>::new());
}

#[cfg(unix)]
mod unix {
    use super::*;

    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn links_are_followed_if_named_and_skipped_in_folders() {
        let folder = Folder::new(&["real/a.json"]);
        symlink(folder.path("real/a.json"), folder.path("link.json")).unwrap();
        symlink(folder.path("real"), folder.path("folder")).unwrap();
        symlink(folder.path("nowhere"), folder.path("broken.json")).unwrap();
        symlink(folder.path("loop.json"), folder.path("loop.json")).unwrap();
        symlink(folder.path(""), folder.path("real/up")).unwrap();
        let walked = folder.walk();
        assert_eq!(walked.last().map(String::as_str), Some("real/a.json"));
        // A broken link is reported even where links are not followed, since its file is expected to exist.
        assert_eq!(walked[0], "!broken.json: the link is broken");
        assert!(walked[1].starts_with("!loop.json: "), "{walked:?}");
        assert_eq!(walked.len(), 3);
        let of = |name| folder.collect(&[name], &WalkOptions::default());
        assert_eq!(of("link.json"), ["+link.json"]);
        assert_eq!(of("folder"), ["folder/a.json"]);
        assert_eq!(of("broken.json"), ["!broken.json: the link is broken"]);
        assert!(
            of("loop.json")[0].starts_with("!loop.json: the link cannot be followed: "),
            "{:?}",
            of("loop.json")
        );
        let twice = folder.collect(&["folder", "real", "link.json"], &WalkOptions::default());
        assert_eq!(twice, ["+folder/a.json"]);
    }

    #[test]
    fn sockets_and_devices_are_refused_without_opening_them() {
        let folder = Folder::new(&["a.json"]);
        let _listener = UnixListener::bind(folder.path("socket.json")).unwrap();
        assert_eq!(folder.walk(), ["a.json"]);
        assert_eq!(
            folder.collect(&["socket.json", "/dev/null"], &WalkOptions::default()),
            [
                "!socket.json: a socket, not a file",
                "!/dev/null: a device, not a file; to read standard input, give `-`"
            ]
        );
    }

    #[test]
    fn pipes_are_refused_without_waiting_for_a_writer() {
        let folder = Folder::new(&["a.json"]);
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path("pipe.json"))
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        assert_eq!(folder.walk(), ["a.json"]);
        assert_eq!(
            folder.collect(&["pipe.json"], &WalkOptions::default()),
            ["!pipe.json: a pipe, not a file; to read standard input, give `-`"]
        );
    }

    #[test]
    fn names_need_not_be_utf8() {
        let folder = Folder::new(&["b.json"]);
        let name = OsString::from_vec(b"a\xff.json".to_vec());
        if fs::write(folder.0.join(&name), "[]").is_err() {
            return;
        }
        assert_eq!(folder.walk(), ["a\u{fffd}.json", "b.json"]);
        folder.write(".gitignore", "a*\n");
        assert_eq!(folder.walk(), ["b.json"]);
        assert_eq!(
            folder.collect(&[""], &folder.excluding(&["*.json"])),
            Vec::<String>::new()
        );
        let named = collect(&[folder.0.join(&name)], &WalkOptions::default());
        assert_eq!(
            named,
            [Entry::File {
                path: folder.0.join(&name),
                named: true
            }]
        );
    }

    #[test]
    fn a_folder_that_may_not_be_entered_is_a_problem() {
        let folder = Folder::new(&["a.json", "shut/b.json", "z.json"]);
        let shut = folder.path("shut");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
        // The superuser may enter every folder.
        let superuser = fs::read_dir(&shut).is_ok();
        let found = folder.walk();
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o700)).unwrap();
        if !superuser {
            assert_eq!(found, ["a.json", "!shut: permission denied", "z.json"]);
        }
    }
}
