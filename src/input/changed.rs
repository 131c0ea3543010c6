//! The changes that git reports.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::git::{Git, line, path_of, records};
use super::index;
use super::read::explain;

/// The files of a repository that have changed, and the folders above them; all without links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    root: PathBuf,
    paths: HashSet<PathBuf>,
    /// Repositories within it that are not submodules: git does not report changes in them.
    foreign: Vec<PathBuf>,
}

impl Changed {
    /// Returns the changes in the repository of the working directory: files that differ from the last commit, staged
    /// or not, and new files that git does not ignore. With a revision, also the files that were committed since the
    /// branch left it.
    ///
    /// Errors: the reason why git cannot determine them.
    pub fn since(revision: Option<&str>) -> Result<Self, String> {
        let git = Git::here().map_err(|why| format!("--changed needs a git repository: {why}"))?;
        changed(&git, revision).map_err(|why| format!("--changed: {why}"))
    }

    /// Returns true if a file has changed, or a folder contains a change.
    pub fn concerns(&self, path: &Path) -> bool {
        self.paths.contains(path)
    }

    /// Returns true if git covers the path: it is in the repository, or contains it.
    pub fn knows(&self, path: &Path) -> bool {
        let foreign = self.foreign.iter().any(|inner| path.starts_with(inner));
        !foreign && (path.starts_with(&self.root) || self.root.starts_with(path))
    }

    fn add<'a>(&mut self, names: impl Iterator<Item = &'a [u8]>) {
        for name in names {
            let path = self.root.join(path_of(name));
            // In new folders, git lists the files, except in nested repositories.
            if name.ends_with(b"/") {
                self.foreign.push(path.clone());
            }
            // If a folder is in the set, those above it are, too.
            for path in path.ancestors() {
                if !self.paths.insert(path.to_path_buf()) {
                    break;
                }
            }
        }
    }
}

fn changed(git: &Git, revision: Option<&str>) -> Result<Changed, String> {
    let root = fs::canonicalize(&git.root).map_err(|error| explain(&error))?;
    let mut changed = Changed {
        root,
        paths: HashSet::new(),
        foreign: Vec::new(),
    };
    let names_of = [
        "-z",
        "--name-only",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
    ];
    if let Some(revision) = revision {
        let base = branched_from(git, revision)?;
        // Two trees are compared, so the state of the work tree does not matter.
        let committed = git.run(&[&["diff-tree", "-r"], &names_of[..], &[&base, "HEAD"]].concat())?;
        changed.add(records(&committed));
    }
    // Before the first commit everything is new.
    let staged = if git.run(&["rev-parse", "--verify", "--quiet", "HEAD"]).is_ok() {
        let index = ["diff-index", "--cached", "--ignore-submodules=all"];
        git.run(&[&index, &names_of[..], &["HEAD", "--"]].concat())?
    } else {
        index::names(git)?
    };
    changed.add(records(&staged));
    index::differing(git, |name| changed.add(std::iter::once(name)))?;
    let new = git.run(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name"])?;
    changed.add(records(&new));
    Ok(changed)
}

/// Returns the commit at which the branch left a revision.
fn branched_from(git: &Git, revision: &str) -> Result<String, String> {
    let unknown = || format!("git has no commit \"{revision}\" here; has it been fetched?");
    // No name of a commit begins with a hyphen, but every option does.
    if revision.starts_with('-') {
        return Err(unknown());
    }
    let commit = format!("{revision}^{{commit}}");
    let commit = git.run(&["rev-parse", "--verify", "--quiet", &commit]);
    let commit = commit.map_err(|_| unknown())?;
    let base = git.run(&["merge-base", &text(&commit), "HEAD"]).map_err(|_| {
        format!("\"{revision}\" and HEAD have no commit in common; it may be missing from a shallow clone")
    })?;
    Ok(text(&base))
}

fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(line(answer)).into_owned()
}
