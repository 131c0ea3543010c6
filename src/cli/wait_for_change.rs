//! Waits until a file may have changed: for file system events if there are any, otherwise for some time.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::args::WatchOption;

/// The interval of polling: twice a second.
const POLL: Duration = Duration::from_millis(500);

/// Wakes a run with `--watch`.
pub struct Waker {
    /// The interval of polling without events.
    pause: Duration,
    #[cfg(feature = "watch")]
    events: Option<events::Events>,
}

impl Waker {
    /// Waits for events in these folders and, where true, in folders below. The error is the reason why requested
    /// events are not available.
    #[cfg(feature = "watch")]
    pub fn new(how: WatchOption, folders: &[(PathBuf, bool)]) -> (Self, Option<String>) {
        if how == WatchOption::Poll {
            return (Self::with(None), None);
        }
        match events::Events::new(folders) {
            Ok(events) => (Self::with(Some(events)), None),
            Err(why) => (Self::with(None), Some(why)),
        }
    }

    #[cfg(feature = "watch")]
    const fn with(events: Option<events::Events>) -> Self {
        Self { pause: POLL, events }
    }

    /// Polls, because this build has no events.
    #[cfg(not(feature = "watch"))]
    pub fn new(_: WatchOption, _: &[(PathBuf, bool)]) -> (Self, Option<String>) {
        (Self { pause: POLL }, None)
    }

    /// Returns once something may have changed.
    pub fn wait(&self) {
        #[cfg(feature = "watch")]
        if let Some(events) = &self.events {
            return events.wait();
        }
        thread::sleep(self.pause);
    }
}

#[cfg(feature = "watch")]
mod events {
    use std::path::PathBuf;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use notify::event::{AccessKind, AccessMode};
    use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

    /// The interval of polling in addition to events, which may be lost or not available for some folders.
    const AT_LEAST: Duration = Duration::from_secs(5);

    pub(super) struct Events {
        /// Stops the events when it is dropped.
        _watcher: RecommendedWatcher,
        changed: Receiver<()>,
    }

    impl Events {
        pub(super) fn new(folders: &[(PathBuf, bool)]) -> Result<Self, String> {
            let (sender, changed) = channel();
            let on_event = move |event: notify::Result<Event>| {
                // Reading a file is not a change.
                let is_read = event.is_ok_and(|event| match event.kind {
                    EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
                    kind => kind.is_access(),
                });
                if !is_read {
                    // The receiver no longer exists at the end.
                    let _ = sender.send(());
                }
            };
            let mut watcher = notify::recommended_watcher(on_event).map_err(|error| error.to_string())?;
            for (folder, below) in folders {
                let mode = if *below {
                    RecursiveMode::Recursive
                } else {
                    RecursiveMode::NonRecursive
                };
                watcher.watch(folder, mode).map_err(|error| error.to_string())?;
            }
            Ok(Self {
                _watcher: watcher,
                changed,
            })
        }

        pub(super) fn wait(&self) {
            // Changes are searched for after an event and after a timeout.
            let _ = self.changed.recv_timeout(AT_LEAST);
            while self.changed.try_recv().is_ok() {}
        }
    }
}
