//! Whose turn it is to print, of several threads that each have something long to say.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The number of the one whose turn it is.
#[derive(Debug, Default)]
pub struct Turn {
    due: Mutex<usize>,
    passed: Condvar,
}

/// Takes turns; when it is dropped, everyone's has come, so that nobody waits for what will not be.
pub struct Open<'t>(&'t Turn);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.pass_to(usize::MAX);
    }
}

/// The same, but only where its thread panics: its turn would never pass to the others, and they would wait for ever.
pub struct Unwinding<'t>(&'t Turn);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.pass_to(usize::MAX);
        }
    }
}

impl Turn {
    /// What has to live as long as anyone may wait.
    pub const fn open(&self) -> Open<'_> {
        Open(self)
    }

    /// What has to live as long as one works for whom others may wait.
    pub const fn unwinding(&self) -> Unwinding<'_> {
        Unwinding(self)
    }

    /// Lets everyone up to this one have their turn; whose turn has come once keeps it.
    pub fn pass_to(&self, number: usize) {
        let mut due = self.due();
        *due = number.max(*due);
        drop(due);
        self.passed.notify_all();
    }

    /// Whether its turn has come.
    pub fn is_of(&self, number: usize) -> bool {
        *self.due() >= number
    }

    /// Waits until its turn has come.
    pub fn wait_for(&self, number: usize) {
        let waits = self.passed.wait_while(self.due(), |due| *due < number);
        drop(waits.unwrap_or_else(PoisonError::into_inner));
    }

    fn due(&self) -> MutexGuard<'_, usize> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_ever() {
        let turn = Turn::default();
        assert!(turn.is_of(0) && !turn.is_of(1));
        thread::scope(|scope| {
            let open = turn.open();
            scope.spawn(|| turn.wait_for(2));
            scope.spawn(|| turn.wait_for(700));
            turn.pass_to(2);
            drop(open);
        });
        assert!(turn.is_of(700));
        turn.pass_to(3);
        assert!(turn.is_of(700), "it is not taken back");
    }

    #[test]
    fn nobody_waits_for_one_who_panics() {
        let turn = Turn::default();
        thread::scope(|scope| {
            scope.spawn(|| drop(turn.unwinding())).join().unwrap();
            assert!(!turn.is_of(1));
            let panics = scope.spawn(|| {
                let _others = turn.unwinding();
                panic!("it goes wrong");
            });
            turn.wait_for(700);
            assert!(panics.join().is_err());
        });
    }
}
