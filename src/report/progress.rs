//! A progress bar for runs that take their time.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run goes on before a bar is worth showing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on standard error, hidden until a run has lasted a second; it may be shared between threads.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    since: Instant,
    allowed: bool,
}

impl Progress {
    /// A bar for so many files, never shown unless `allowed`: where standard error is a terminal.
    pub fn new(files: u64, allowed: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(files), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar:.cyan} {human_pos}/{human_len} files, {eta} left")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            since: Instant::now(),
            allowed,
        }
    }

    /// Counts one more file.
    pub fn tick(&self) {
        if self.allowed && self.bar.is_hidden() && self.since.elapsed() >= PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }

    /// Does something that may write to the same terminal, with the bar out of the way.
    pub fn suspend<T>(&self, action: impl FnOnce() -> T) -> T {
        self.bar.suspend(action)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_show_nothing() {
        let progress = Progress::new(3, true);
        for _ in 0..3 {
            progress.tick();
        }
        assert!(progress.bar.is_hidden());
        assert_eq!(progress.suspend(|| 7), 7);
        progress.finish();
    }

    #[test]
    fn without_a_terminal_nothing_is_ever_shown() {
        let mut progress = Progress::new(2, false);
        progress.since = progress.since.checked_sub(PATIENCE * 2).unwrap_or(progress.since);
        progress.tick();
        assert!(progress.bar.is_hidden());
    }
}
