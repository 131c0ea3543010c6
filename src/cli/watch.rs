//! `geplint check --watch`: checks again whenever a file that the run reads has changed.
//!
//! A change is a difference in the size, time or identity of a file that the next run would read: payloads, settings,
//! rules, tenant files and the baseline. Events only trigger the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::args::{Check, Common, WatchOption};
use super::exit_code::TROUBLE;
use super::settings::Project;
use super::settings_source::SettingsSource;
use super::wait_for_change::Waker;
use super::{check, inputs, read_tenant_file, terminal};
use crate::input::normal;
use crate::report::{OutputError, output, sanitize};
use crate::settings::FILE_NAME;

/// The interval after which a file that is still changing is examined again.
const SETTLED: Duration = Duration::from_millis(50);

/// The number of intervals after which a file that is still changing is checked anyway.
const LOOKS: usize = 40;

/// Clears the screen and the scrollback.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// Checks repeatedly, until a signal, or until the reader closes the output.
pub fn run(args: &Check, common: &Common) -> Result<u8, OutputError> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if args.files.paths.iter().chain(&args.files.list).any(is_stdin) {
        terminal::error(common, "--watch: standard input cannot be read again");
        return Ok(TROUBLE);
    }
    // Otherwise a run would wait for a misspelt path without end.
    let paths = args.files.paths.iter().chain(&args.files.list);
    let missing: Vec<&PathBuf> = paths.filter(|path| fs::symlink_metadata(path).is_err()).collect();
    for path in &missing {
        let name = sanitize::plain_path(path);
        terminal::error(common, &format!("--watch: {name}: no such file or folder"));
    }
    if !missing.is_empty() {
        return Ok(TROUBLE);
    }
    let how = args.watch.unwrap_or(WatchOption::Events);
    let mut others = BTreeSet::new();
    let mut waker: Option<Waker> = None;
    loop {
        // A file is watched to the end once it was named, because invalid settings name none.
        let known = others.len();
        others.extend(other_files(args, common));
        if waker.is_none() || others.len() > known {
            let (new, error) = Waker::new(how, &folders(args, &others));
            if let Some(why) = error.filter(|_| waker.is_none()) {
                let why = sanitize::escape(&why).into_owned();
                terminal::warn(
                    common,
                    &format!("no file system events: {why}; polling twice a second"),
                );
            }
            waker = Some(new);
        }
        // Includes changes during the check.
        let before = Seen::now(args, common, &others);
        if io::stdout().is_terminal() {
            let mut out = io::stdout().lock();
            output::write(&mut out, CLEAR)?;
            // Standard output is buffered, and would clear later messages on standard error.
            out.flush().map_err(OutputError::from)?;
        }
        let done = check::run_once(args, common)?;
        if done.output_closed {
            return Ok(done.code);
        }
        if io::stderr().is_terminal() && !args.quiet {
            terminal::eprintln("Watching for changes; press Ctrl-C to stop.");
        }
        while waker.as_ref().is_some_and(|waker| {
            waker.wait();
            before == Seen::now(args, common, &others)
        }) {}
        wait_until_unchanged(args, common, &others);
    }
}

/// Waits until the files stop changing: an editor may write a file in several steps, and a checkout writes many files.
fn wait_until_unchanged(args: &Check, common: &Common, others: &BTreeSet<PathBuf>) {
    let mut last = Seen::now(args, common, others);
    for _ in 0..LOOKS {
        thread::sleep(SETTLED);
        let now = Seen::now(args, common, others);
        if now == last {
            return;
        }
        last = now;
    }
}

/// The state of a file, for comparison with a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

impl Stamp {
    /// Returns the state of a file; `None` if it does not exist.
    fn of(path: &Path) -> Option<Self> {
        let there = fs::metadata(path).ok()?;
        Some(Self {
            size: there.len(),
            modified: there.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&there),
        })
    }
}

/// The state of all files that a run reads.
#[derive(Debug, PartialEq, Eq)]
struct Seen(BTreeMap<PathBuf, Option<Stamp>>);

impl Seen {
    fn now(args: &Check, common: &Common, others: &BTreeSet<PathBuf>) -> Self {
        // Files that the run writes do not cause another run.
        let written: Vec<PathBuf> = args.output.iter().map(|output| normal(&output.path)).collect();
        let found = inputs::files_to_check(&args.files, common).into_iter();
        let found = found.filter(|path| written.is_empty() || !written.contains(&normal(path)));
        let all = found.chain(others.iter().cloned());
        Self(
            all.map(|path| {
                let stamp = Stamp::of(&path);
                (path, stamp)
            })
            .collect(),
        )
    }
}

/// Returns the files that a run reads in addition to payloads: settings, including those that do not exist yet, rules, the
/// tenant file and its lists, the baseline.
fn other_files(args: &Check, common: &Common) -> Vec<PathBuf> {
    let project = Project::of(common).unwrap_or_default();
    let mut files = project.rules(common);
    match (&common.config, common.no_config) {
        (_, true) => {}
        (Some(config), _) => files.push(config.clone()),
        (None, _) => {
            files.push(PathBuf::from(FILE_NAME));
            files.extend(project.file().map(Path::to_path_buf));
        }
    }
    let tenant = args.knowledge.tenant.clone().or_else(|| project.tenant());
    if let Some(tenant) = tenant {
        // The run has reported its mistakes; only the names of lists are needed here.
        let _ = read_tenant_file::load(&SettingsSource::default(), &tenant, &mut files);
        files.push(tenant);
    }
    let of_settings = project
        .config
        .baseline
        .as_ref()
        .map(|file| project.path(&file.value));
    files.extend(args.suppression.baseline.clone().or(of_settings));
    files.extend(args.files.list.clone());
    files
}

/// Returns the folders to watch, each with true if the folders below it are included.
fn folders(args: &Check, others: &BTreeSet<PathBuf>) -> Vec<(PathBuf, bool)> {
    let (named, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
        args.files.paths.iter().partition(|path| path.is_dir());
    let mut folders: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for file in files.into_iter().chain(others) {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        if parent.is_dir() {
            folders.insert(parent.to_path_buf(), false);
        }
    }
    folders.extend(named.into_iter().map(|folder| (folder.clone(), true)));
    folders.into_iter().collect()
}
