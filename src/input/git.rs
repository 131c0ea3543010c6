//! Runs git without running any program that a checked-out tree or its `.git` names.
//!
//! A repository's configuration can name programs: a file system monitor, filters, pagers, hooks, transports. Some
//! have arbitrary names (`filter.NAME.clean`), so they cannot all be disabled one by one. Instead, only commands are
//! used that read the index, objects and names of files, and never the content of a file in the work tree: they run
//! no filter, textconv or diff program. Other programs that these commands could start are disabled by the
//! environment and by a few settings with fixed names. [`super::index`] compares the content.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::read::explain;

/// Settings that override those of the repository.
const SETTINGS: [&str; 4] = [
    // It is run when names of files are listed.
    "core.fsmonitor=false",
    // No command writes, so no hook would run; this makes it certain.
    "core.hooksPath=/dev/null",
    // A folder of the tree that looks like a bare repository is not one: its `config` is a tracked file.
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
];

/// The environment of every command.
const ENVIRONMENT: [(&str, &str); 4] = [
    // The index of the repository must not be locked for another git.
    ("GIT_OPTIONAL_LOCKS", "0"),
    // A partial clone lacks objects: git would fetch them, with programs that the configuration names.
    ("GIT_NO_LAZY_FETCH", "1"),
    // The same for a git without support for the variable above: no such transport exists.
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// The repository of the working directory.
#[derive(Debug)]
pub(super) struct Git {
    /// The top of its work tree, in which git is run.
    pub root: PathBuf,
    /// The variables that name the repository.
    variables: Vec<(&'static str, OsString)>,
}

impl Git {
    /// Finds the repository. The error is the reason why there is none, or why git refuses it.
    pub fn here() -> Result<Self, String> {
        let current_dir = env::current_dir().map_err(|error| explain(&error))?;
        let Some(named) = env::var_os("GIT_DIR").filter(|dir| !dir.is_empty()) else {
            let git = Self::at(root_above(&current_dir)?, Vec::new());
            git.run(&["rev-parse", "--git-dir"])?;
            return Ok(git);
        };
        // A hook gets its repository in a variable. A relative path would be wrong from another folder.
        let dir = std::path::absolute(named).map_err(|error| explain(&error))?;
        let asked = Self {
            root: current_dir,
            variables: vec![("GIT_DIR", dir.clone().into())],
        };
        let root = path_of(line(&asked.run(&["rev-parse", "--show-toplevel"])?));
        Ok(Self::at(root, asked.variables))
    }

    fn at(root: PathBuf, mut variables: Vec<(&'static str, OsString)>) -> Self {
        // Otherwise the repository's configuration could name any other folder.
        variables.push(("GIT_WORK_TREE", root.clone().into()));
        Self { root, variables }
    }

    /// Returns the output of git. The error is that of git, or the reason why git cannot be run.
    pub fn run(&self, args: &[&str]) -> Result<Vec<u8>, String> {
        let settings = SETTINGS.iter().flat_map(|setting| ["-c", setting]);
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new("git")
            .arg("--no-pager")
            .args(settings)
            .args(args)
            .current_dir(&self.root)
            .envs(ENVIRONMENT)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cannot run git: {}", explain(&error)))?;
        if status.success() {
            return Ok(stdout);
        }
        let message = String::from_utf8_lossy(&stderr);
        Err(message.lines().next().unwrap_or("git failed").to_owned())
    }
}

/// Returns the nearest folder with a `.git`, from a folder upwards. git would first treat the folder as a bare
/// repository if it looks like one, which any tree can pretend.
fn root_above(here: &Path) -> Result<PathBuf, String> {
    let ceilings = env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    let ceilings: Vec<PathBuf> = env::split_paths(&ceilings)
        .map(|ceiling| ceiling.canonicalize().unwrap_or(ceiling))
        .collect();
    here.ancestors()
        .take_while(|folder| *folder == here || !ceilings.iter().any(|ceiling| ceiling == folder))
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_path_buf)
        .ok_or_else(|| "there is no .git here or in a folder above".to_owned())
}

/// Splits records that end with a zero byte.
pub(super) fn records(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    answer.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

/// Returns an answer of one line.
pub(super) fn line(answer: &[u8]) -> &[u8] {
    answer.strip_suffix(b"\n").unwrap_or(answer)
}

/// Returns the path of a name that git prints.
#[cfg(unix)]
pub(super) fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(name).into()
}

/// On other systems, git writes names in UTF-8 with `/`, which is not a separator in every path without links.
#[cfg(not(unix))]
pub(super) fn path_of(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name)
        .replace('/', std::path::MAIN_SEPARATOR_STR)
        .into()
}
