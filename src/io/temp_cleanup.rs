//! Files that are not finished yet, which a signal must not leave behind.
//!
//! Only where there is such a file does a run mind signals at all; without one they do what they always do.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn files() -> MutexGuard<'static, Vec<PathBuf>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file that is removed if a signal ends the run before it has [`ended`].
pub(super) fn begun(path: &Path, create: impl FnOnce() -> io::Result<File>) -> io::Result<File> {
    #[cfg(unix)]
    unix::watch();
    // Created and noted in one: no signal comes in between.
    let mut files = files();
    let file = create()?;
    files.push(path.to_path_buf());
    Ok(file)
}

/// Makes it what it was to be, or takes it away. Where that fails it is still unfinished.
pub(super) fn ended(path: &Path, end: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    // In one with forgetting it: as soon as the name is free, another thread may begin a file of that name.
    let mut files = files();
    end()?;
    files.retain(|file| file != path);
    Ok(())
}

/// Lets a write beyond the limit on file sizes fail, as one on a full disk does, instead of ending the process.
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

    /// Has a thread wait for the signals that end a run, and returns when it does.
    pub fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let (ready, is_ready) = mpsc::channel();
            // Where there is no thread to be had, a signal leaves a hidden file behind; the run is none the worse for
            // it. So nothing is registered before there is one.
            if thread::Builder::new().spawn(move || wait(ready)).is_ok() {
                let _ = is_ready.recv();
            }
        });
    }

    /// Waits for a signal, takes the files away, and has the signal do what it does without us.
    fn wait(ready: Sender<()>) {
        let ignored = ignored(Path::new("/proc/self/status"));
        let minded = [SIGHUP, SIGINT, SIGTERM];
        let minded = minded.iter().filter(|signal| ignored >> (**signal - 1) & 1 == 0);
        let Ok(mut signals) = Signals::new(minded) else {
            return;
        };
        drop(ready);
        if let Some(signal) = signals.forever().next() {
            // Kept until the end: nothing new is begun.
            let files = super::files();
            files.iter().for_each(|file| drop(fs::remove_file(file)));
            let _ = low_level::emulate_default_handler(signal);
            process::exit(128 + signal);
        }
    }

    /// The signals that whoever started us wants ignored (`nohup`, a script's `&`), a bit each; none where the system
    /// does not tell.
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
    fn what_has_ended_is_forgotten() {
        let path = std::env::temp_dir().join(format!("geplint-unfinished-{}", std::process::id()));
        let file = begun(&path, || File::create(&path)).unwrap();
        assert!(files().contains(&path));
        drop(file);
        ended(&path, || std::fs::remove_file(&path)).unwrap();
        assert!(!files().contains(&path));
        assert!(begun(&path, || Err(io::ErrorKind::Other.into())).is_err());
        assert!(!files().contains(&path));
    }
}
