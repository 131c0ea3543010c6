//! A progress bar for long runs.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time after which a bar is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on standard error, which appears once a run has lasted a second.
#[derive(Debug)]
pub struct Progress {
    files: u64,
    done: u64,
    /// The start of the run; `None` if the bar is never shown.
    since: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Returns a bar for this many files. It is shown only if `allowed`, for a terminal on standard error.
    pub fn new(files: u64, allowed: bool) -> Self {
        Self {
            files,
            done: 0,
            since: allowed.then(Instant::now),
            bar: None,
        }
    }

    /// Counts one more file.
    pub fn tick(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.since.is_some_and(|since| since.elapsed() >= PATIENCE) {
            self.bar = Some(bar(self.files, self.done));
        }
    }

    /// Runs an action that may write to the same terminal, with the bar hidden.
    pub fn suspend<T>(&self, action: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(action),
            None => action(),
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(files: u64, done: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(files), ProgressDrawTarget::stderr());
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar:.cyan} {human_pos}/{human_len} files, {eta} left")
    {
        bar.set_style(style);
    }
    bar.set_position(done);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_show_nothing() {
        let mut progress = Progress::new(3, true);
        for _ in 0..3 {
            progress.tick();
        }
        assert!(progress.bar.is_none());
        assert_eq!(progress.suspend(|| 7), 7);
        progress.finish();
    }

    #[test]
    fn long_runs_show_their_progress() {
        let mut progress = Progress::new(9, true);
        progress.tick();
        progress.since = progress.since.and_then(|since| since.checked_sub(PATIENCE * 2));
        progress.tick();
        progress.tick();
        let bar = progress.bar.as_ref().expect("a second has gone by");
        assert_eq!((bar.position(), bar.length()), (3, Some(9)));
        progress.finish();
    }

    #[test]
    fn nothing_is_shown_without_a_terminal() {
        let mut progress = Progress::new(2, false);
        progress.tick();
        assert!(progress.bar.is_none() && progress.since.is_none());
    }
}
