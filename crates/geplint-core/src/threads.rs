//! The number of threads, and the only place that starts any.
//!
//! Without the feature `threads`, none is started and the number of processors is not queried: the caller of `spawn` does the
//! work itself, as it does when the system has no more threads.

use std::num::NonZero;

#[cfg(feature = "threads")]
pub(crate) use started::{Scope, ScopedJoinHandle, available, scope, spawn};
#[cfg(not(feature = "threads"))]
pub(crate) use unavailable::{Scope, ScopedJoinHandle, available, scope, spawn};

/// The highest number of threads. One thread shows the findings of all others, so more threads would only wait. Each
/// takes two megabytes of address space for its stack, and memory for the largest file that it reads.
const MOST: usize = 64;

/// A number of threads, 64 at most: the requested number, or as many as the system offers. Without the feature
/// `threads`, one. The number of processors is queried only if needed (never for a small file), because that takes a
/// dozen system calls.
#[derive(Debug, Clone, Copy)]
pub struct Threads(Option<NonZero<usize>>);

impl Threads {
    /// Only the current thread.
    pub const ONE: Self = Self(NonZero::new(1));

    /// Returns the requested number of threads, within the limit.
    #[must_use]
    pub const fn of(asked: Option<NonZero<usize>>) -> Self {
        Self(asked)
    }

    /// Returns the number of threads.
    #[must_use]
    pub fn count(self) -> usize {
        self.0.map_or_else(available, NonZero::get).min(MOST)
    }

    /// Returns the number of threads for this many parts of work: at most one for each part, and at least one.
    #[must_use]
    pub fn for_parts(self, parts: usize) -> usize {
        if parts < 2 { 1 } else { self.count().min(parts) }
    }
}

#[cfg(feature = "threads")]
mod started {
    use std::num::NonZero;
    use std::sync::OnceLock;
    use std::thread;

    pub(crate) use std::thread::{Scope, ScopedJoinHandle, scope};

    /// Starts a thread. `None` if the system has no more.
    pub(crate) fn spawn<'s, T: Send + 's>(
        scope: &'s Scope<'s, '_>,
        work: impl FnOnce() -> T + Send + 's,
    ) -> Option<ScopedJoinHandle<'s, T>> {
        thread::Builder::new().spawn_scoped(scope, work).ok()
    }

    pub(crate) fn available() -> usize {
        static AVAILABLE: OnceLock<usize> = OnceLock::new();
        *AVAILABLE.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
    }
}

#[cfg(not(feature = "threads"))]
mod unavailable {
    use std::marker::PhantomData;

    /// Like [`std::thread::Scope`], without threads.
    #[derive(Debug)]
    pub(crate) struct Scope<'s, 'e: 's>(PhantomData<&'s mut &'e ()>);

    /// Like [`std::thread::ScopedJoinHandle`]; no value exists.
    #[derive(Debug)]
    pub(crate) enum ScopedJoinHandle<'s, T> {
        #[allow(dead_code, reason = "no value is ever made")]
        Never(std::convert::Infallible, PhantomData<&'s T>),
    }

    impl<T> ScopedJoinHandle<'_, T> {
        pub(crate) fn join(self) -> Result<T, ()> {
            match self {
                Self::Never(never, _) => match never {},
            }
        }
    }

    pub(crate) fn scope<'e, R>(work: impl for<'s> FnOnce(&'s Scope<'s, 'e>) -> R) -> R {
        work(&Scope(PhantomData))
    }

    pub(crate) fn spawn<'s, T>(
        _scope: &'s Scope<'s, '_>,
        _work: impl FnOnce() -> T + 's,
    ) -> Option<ScopedJoinHandle<'s, T>> {
        None
    }

    pub(crate) const fn available() -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_there_is_work_for() {
        let four = Threads::of(NonZero::new(4));
        assert_eq!(
            [0, 1, 2, 4, 9].map(|parts| four.for_parts(parts)),
            [1, 1, 2, 4, 4]
        );
        assert_eq!(Threads::ONE.for_parts(9), 1);
        assert!(Threads::of(None).count() >= 1);
    }

    #[test]
    fn no_more_than_is_reasonable() {
        for asked in [MOST + 1, 99_999, usize::MAX] {
            let many = Threads::of(NonZero::new(asked));
            assert_eq!(many.count(), MOST);
            assert_eq!(
                [1, 9, usize::MAX].map(|parts| many.for_parts(parts)),
                [1, 9, MOST]
            );
        }
    }
}
