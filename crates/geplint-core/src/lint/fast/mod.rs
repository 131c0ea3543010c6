//! The fast path: clean records and files are accepted without the engine.
//!
//! It never reports anything. What it does not accept, the engine reads again. What it accepts is a subset of what the
//! engine accepts; `tests/it/fast_path.rs` compares the two.

pub(super) mod file;
pub(super) mod parallel;
pub(super) mod record;
