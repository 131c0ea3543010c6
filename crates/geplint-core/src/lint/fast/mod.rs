//! The fast path: records and files that are plainly right are passed over without the engine.
//!
//! It never reports anything. What it does not accept is read again by the engine; what it accepts is a subset of what the
//! engine accepts, which `tests/it/fast_path.rs` compares.

pub(super) mod file;
pub(super) mod parallel;
pub(super) mod record;
