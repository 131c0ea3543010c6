//! `geplint serve` with clients that are correct, wrong and hostile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod answers;
mod faults;
mod hostile;
mod https;
mod inspect;
#[path = "../it/support/random.rs"]
mod random;
mod state;
mod support;
