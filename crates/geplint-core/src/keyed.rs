//! Texts as keys of maps. The standard library's hash has a key of its own in every run, so that no input can choose
//! texts that share a slot; and texts are the same only if they compare as the same, never because their hashes do.
//!
//! Maps with such keys are looked up in and never gone through: their order differs from run to run.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// A text that is looked up in a map.
#[derive(Debug, Clone, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        compared::count();
        self.0 == other.0
    }
}

/// How often two texts were compared: what a test can hold a bound against, on a machine of any speed.
#[cfg(test)]
pub(crate) mod compared {
    use std::cell::Cell;

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        COUNT.with(|count| count.set(count.get() + 1));
    }

    /// Comparisons that this thread has made while `work` ran.
    pub(crate) fn by<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = COUNT.with(Cell::get);
        let done = work();
        (done, COUNT.with(Cell::get) - before)
    }
}
