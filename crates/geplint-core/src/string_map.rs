//! Strings as keys of maps. The standard library's hash has another key in every run, so input cannot be made to
//! collide. Strings are compared in full, not by their hashes.
//!
//! Maps with such keys are only searched, never iterated: their order differs from run to run.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// A string as a key.
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

/// A string as a key, without regard to case and outer whitespace.
#[derive(Debug, Clone, Eq)]
pub(crate) struct Folded<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Folded<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let text = trimmed(&self.0);
        // Equal strings must be hashed in the same pieces.
        let mut piece = [0_u8; 32];
        let mut filled = 0;
        if text.is_ascii() {
            for part in text.as_bytes().chunks(piece.len()) {
                piece[..part.len()].copy_from_slice(part);
                // Converts the whole piece, because that is a single vector operation.
                piece.make_ascii_lowercase();
                state.write(&piece[..part.len()]);
            }
        } else {
            let mut take = |byte: u8| {
                piece[filled] = byte;
                filled += 1;
                if filled == piece.len() {
                    state.write(&piece);
                    filled = 0;
                }
            };
            for c in text.chars() {
                if c.is_ascii() {
                    // The Unicode table is only needed for other letters, which are rare in names.
                    c.encode_utf8(&mut [0; 4])
                        .bytes()
                        .for_each(|byte| take(byte.to_ascii_lowercase()));
                } else {
                    for lower in c.to_lowercase() {
                        lower.encode_utf8(&mut [0; 4]).bytes().for_each(&mut take);
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
        same_folded(&self.0, &other.0)
    }
}

/// Returns true if two strings are equal without regard to case and outer whitespace.
#[inline]
pub(crate) fn same_folded(one: &str, other: &str) -> bool {
    let differ = |a: &u8, b: &u8| a.is_ascii_graphic() && b.is_ascii_graphic() && !a.eq_ignore_ascii_case(b);
    // Most strings differ in their last byte.
    if let ([.., a], [.., b]) = (one.as_bytes(), other.as_bytes())
        && differ(a, b)
    {
        return false;
    }
    let (a, b) = (trimmed(one), trimmed(other));
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && lower(a).eq(lower(b)))
}

/// Trims a string. Nearly always there is no whitespace, which the first and last byte show.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [one] if one.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Counts comparisons of strings, so that a test can assert a bound that does not depend on the machine.
#[cfg(test)]
pub(crate) mod compared {
    use std::cell::Cell;

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        COUNT.with(|count| count.set(count.get() + 1));
    }

    /// Returns the number of comparisons that this thread made while `work` ran.
    pub(crate) fn by<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = COUNT.with(Cell::get);
        let done = work();
        (done, COUNT.with(Cell::get) - before)
    }
}
