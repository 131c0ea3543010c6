//! The bodies of the fuzz targets.
//!
//! The bodies are here and not in the targets, so that `cargo test` runs them, too: `tests/it/fuzz_bodies.rs` calls
//! them with all available files and a fixed number of damaged ones. A body panics if an assertion fails.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a body that cannot go on has found something"
)]

#[cfg(feature = "lsp")]
pub mod assist;
pub mod check;
pub mod config;
pub mod containers;
pub mod fast_path;
pub mod fix;
pub mod matrix;
pub mod predict;
pub mod reading;
pub mod render;
pub mod rules;
pub mod scanner;
pub mod shared;
pub mod tenant;
pub mod verify;

/// A target: its name, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("scanner", scanner::run),
    ("check", check::run),
    ("render", render::run),
    ("config", config::run),
    ("containers", containers::run),
    ("rules", rules::run),
    ("tenant", tenant::run),
    ("verify", verify::run),
    ("predict", predict::run),
    ("fix", fix::run),
    ("fast_path", fast_path::run),
    ("reading", reading::run),
    ("matrix", matrix::run),
    #[cfg(feature = "lsp")]
    ("assist", assist::run),
];
