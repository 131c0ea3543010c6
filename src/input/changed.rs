//! What git says has changed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::read::explain;

/// The files of a repository that have changed, and the folders that lead to them; all without links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    root: PathBuf,
    paths: HashSet<PathBuf>,
    /// Repositories within it that it does not follow: what has changed in them git does not say.
    foreign: Vec<PathBuf>,
}

impl Changed {
    /// Asks git about the repository that the working directory is in: what differs from the last commit, staged or
    /// not, and new files that it does not ignore. With a revision, also what was committed since the branch left it.
    ///
    /// The message says why git does not know.
    pub fn since(revision: Option<&str>) -> Result<Self, String> {
        let root = asked(&["rev-parse", "--show-toplevel"])
            .map_err(|why| format!("--changed needs a git repository to look at: {why}"))?;
        let root = fs::canonicalize(path_of(line(&root)))
            .map_err(|error| format!("--changed: {}", explain(&error)))?;
        let mut changed = Self {
            root,
            paths: HashSet::new(),
            foreign: Vec::new(),
        };
        if let Some(revision) = revision {
            let base = branched_from(revision)?;
            // Two trees are compared, so that it does not matter what git knows of the work tree.
            let committed = asked(&[
                "diff-tree",
                "-r",
                "-z",
                "--name-only",
                "--no-renames",
                &base,
                "HEAD",
            ])
            .map_err(|why| format!("--changed: {why}"))?;
            changed.add(records(&committed));
        }
        // Of git's porcelain the form for scripts: it sees through files that were only touched, and works before
        // the first commit.
        let status = asked(&[
            "status",
            "--porcelain",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            "--ignore-submodules=all",
        ])
        .map_err(|why| format!("--changed: {why}"))?;
        // Two letters and a blank stand before each name.
        changed.add(records(&status).filter_map(|record| record.get(3..)));
        Ok(changed)
    }

    /// Whether a file has changed, or a folder has something in it that has.
    pub fn concerns(&self, path: &Path) -> bool {
        self.paths.contains(path)
    }

    /// Whether git could tell: the path is in the repository, or the repository is in it.
    pub fn knows(&self, path: &Path) -> bool {
        let foreign = self.foreign.iter().any(|inner| path.starts_with(inner));
        !foreign && (path.starts_with(&self.root) || self.root.starts_with(path))
    }

    fn add<'a>(&mut self, names: impl Iterator<Item = &'a [u8]>) {
        for name in names {
            let path = self.root.join(path_of(name));
            // Of new folders git names the files, but for those that are repositories of their own.
            if name.ends_with(b"/") {
                self.foreign.push(path.clone());
            }
            // Where a folder has been noted, those above it have been, too.
            for path in path.ancestors() {
                if !self.paths.insert(path.to_path_buf()) {
                    break;
                }
            }
        }
    }
}

/// The commit at which the branch left a revision.
fn branched_from(revision: &str) -> Result<String, String> {
    let unknown = || format!("--changed: git knows no commit \"{revision}\" here; has it been fetched?");
    // No name of a commit begins so, but every option does.
    if revision.starts_with('-') {
        return Err(unknown());
    }
    let commit = asked(&[
        "rev-parse",
        "--verify",
        "--quiet",
        &format!("{revision}^{{commit}}"),
    ]);
    let commit = commit.map_err(|_| unknown())?;
    let base = asked(&["merge-base", &text(&commit), "HEAD"]).map_err(|_| {
        format!("--changed: \"{revision}\" and HEAD have no commit in common; a shallow clone may lack it")
    })?;
    Ok(text(&base))
}

/// What git answers; the message is its own, or why it cannot be run.
fn asked(args: &[&str]) -> Result<Vec<u8>, String> {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new("git")
        .args(args)
        // Whoever works in the repository meanwhile must not find its index locked.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("git cannot be run: {}", explain(&error)))?;
    if status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&stderr);
    Err(said.lines().next().unwrap_or("git failed").to_owned())
}

/// Names, each ended by a zero byte.
fn records(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

fn line(answer: &[u8]) -> &[u8] {
    answer.strip_suffix(b"\n").unwrap_or(answer)
}

fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(line(answer)).into_owned()
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(name).into()
}

/// Elsewhere git writes names in UTF-8, and `/` where the system may know no such separator in a path without links.
#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name)
        .replace('/', std::path::MAIN_SEPARATOR_STR)
        .into()
}
