//! Removes temporary files if a signal ends the run.
//!
//! Signals are handled only while such a file exists; otherwise they have their default effect.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn files() -> MutexGuard<'static, Vec<PathBuf>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file that is removed if a signal ends the run before [`end`] is called for it.
pub(super) fn create(path: &Path, create: impl FnOnce() -> io::Result<File>) -> io::Result<File> {
    #[cfg(unix)]
    unix::watch();
    // Created and recorded under one lock, so that no signal is handled in between.
    let mut files = files();
    let file = create()?;
    files.push(path.to_path_buf());
    Ok(file)
}

/// Runs `end`, which moves or removes the file. If that fails, the file is still temporary.
pub(super) fn end(path: &Path, end: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    // Ended and removed from the list under one lock: once the name is free, another thread may create a file with
    // it.
    let mut files = files();
    end()?;
    files.retain(|file| file != path);
    Ok(())
}

/// Makes a write beyond the limit on file sizes fail, as on a full disk, instead of ending the process.
pub fn survive_quotas() {
    #[cfg(unix)]
    unix::survive_quotas();
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::{self, Sender};
    use std::sync::{Arc, Once};
    use std::{process, thread};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};

    /// Starts a thread that waits for the signals that end a run. Returns once it waits.
    pub fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let (ready, is_ready) = mpsc::channel();
            // Without a thread, a hidden file remains after a signal, which is harmless. So nothing is registered
            // before a thread exists.
            if thread::Builder::new().spawn(move || wait(ready)).is_ok() {
                let _ = is_ready.recv();
            }
        });
    }

    /// Waits for a signal, removes the files, and then gives the signal its default effect.
    fn wait(ready: Sender<()>) {
        let ignored = ignored(Path::new("/proc/self/status"));
        let minded = [SIGHUP, SIGINT, SIGTERM];
        let minded = minded.iter().filter(|signal| ignored >> (**signal - 1) & 1 == 0);
        let Ok(mut signals) = Signals::new(minded) else {
            return;
        };
        drop(ready);
        if let Some(signal) = signals.forever().next() {
            // Locked until the end, so that no new file is created.
            let files = super::files();
            files.iter().for_each(|file| drop(fs::remove_file(file)));
            let _ = low_level::emulate_default_handler(signal);
            process::exit(128 + signal);
        }
    }

    /// Returns the signals that are ignored because of the parent process (`nohup`, a script's `&`), one bit each. 0
    /// if the system does not report them.
    fn ignored(status: &Path) -> u64 {
        let status = fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
            .unwrap_or(0)
    }

    pub fn survive_quotas() {
        let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_files_are_not_listed() {
        let path = std::env::temp_dir().join(format!("geplint-unfinished-{}", std::process::id()));
        let file = create(&path, || File::create(&path)).unwrap();
        assert!(files().contains(&path));
        drop(file);
        end(&path, || std::fs::remove_file(&path)).unwrap();
        assert!(!files().contains(&path));
        assert!(create(&path, || Err(io::ErrorKind::Other.into())).is_err());
        assert!(!files().contains(&path));
    }
}
