//! Runs the real program in hostile or broken environments: unusual files, files that change during a run, closed
//! streams, limits, full disks, signals.
//!
//! No test measures time. A run that does not end is killed after [`support::PATIENCE`], only in order to notice that
//! it hangs.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod configuration;
mod files;
mod large_input;
mod limits;
mod signals;
mod streams;
mod support;
