//! Whose turn it is to print, of several threads that each have something long to say.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

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

impl Turn {
    /// What has to live as long as anyone may wait.
    pub const fn open(&self) -> Open<'_> {
        Open(self)
    }

    /// Lets everyone up to this one have their turn.
    pub fn pass_to(&self, number: usize) {
        *self.due() = number;
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
    use std::thread;

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
    }
}
