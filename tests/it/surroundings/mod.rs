//! The real program in surroundings that are hostile or broken: odd files, files that change under it, streams that are
//! closed, limits, full disks, signals.
//!
//! No test looks at a clock. A run that does not end is killed after [`support::PATIENCE`]; that is only there to notice
//! that it hangs.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod files;
mod given;
mod limits;
mod signals;
mod streams;
mod support;
mod volume;
