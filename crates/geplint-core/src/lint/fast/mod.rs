//! The fast path: clean records and files are accepted without the engine.
//!
//! It never reports anything. The engine checks each record that it does not accept. The records that it accepts are a subset
//! of those in which the engine finds nothing; `tests/it/fast_path.rs` compares the two.

pub(super) mod file;
pub(super) mod parallel;
pub(super) mod record;
