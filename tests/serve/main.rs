//! `geplint serve` with clients that are correct, wrong and hostile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod answers;
#[path = "../it/support/chance.rs"]
mod chance;
mod faults;
mod hostile;
mod https;
mod inspect;
mod state;
mod support;
