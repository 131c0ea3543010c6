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

/// A text that is looked up without regard to case and the whitespace around it.
#[derive(Debug, Clone, Eq)]
pub(crate) struct Folded<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Folded<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let text = self.0.trim();
        // Texts that are the same are handed over in the same pieces.
        let mut piece = [0_u8; 32];
        let mut filled = 0;
        if text.is_ascii() {
            for part in text.as_bytes().chunks(piece.len()) {
                for (lower, byte) in piece.iter_mut().zip(part) {
                    *lower = byte.to_ascii_lowercase();
                }
                state.write(piece.get(..part.len()).unwrap_or_default());
            }
        } else {
            for c in lower(text) {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    piece[filled] = byte;
                    filled += 1;
                    if filled == piece.len() {
                        state.write(&piece);
                        filled = 0;
                    }
                }
            }
            if filled > 0 {
                state.write(&piece[..filled]);
            }
        }
        state.write_u8(u8::MAX);
    }
}

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(test)]
        compared::count();
        let (a, b) = (self.0.trim(), other.0.trim());
        a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && lower(a).eq(lower(b)))
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
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
