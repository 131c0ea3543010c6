//! The language server as a client sees it, over pipes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on has failed"
)]

mod actions;
mod assist;
mod check;
mod client;
mod edits;
mod fixtures;
mod hostile;
mod positions;
#[path = "../it/support/random.rs"]
mod random;
mod requests;
mod response;
mod schemas;
mod session;
mod settings;
