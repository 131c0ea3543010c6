//! All integration tests in one program: linked once, run on all cores, with shared helpers.
//!
//! Run the tests of one module by its name: `cargo test --test it docs`. Tests that need a process for themselves are
//! in `tests/memory/`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and may say what it has counted"
)]

/// The bodies of the fuzz targets, parts of which some test modules use.
#[path = "../../fuzz/src/lib.rs"]
mod bodies;

mod action;
mod binding;
mod binding_bodies;
mod changed;
mod changed_hostile;
mod check_and_predict_agree;
mod ci_docs;
mod cli;
mod code_layout;
mod collections;
mod completions_and_man;
mod config;
mod dependencies;
mod diagnostics;
mod distribution;
mod docs;
mod documented;
mod environment;
mod fast_path;
mod fast_path_parts;
mod file_rights;
mod fix;
mod formats;
mod found_files;
mod fuzz_bodies;
mod ignore_files;
mod imports;
mod in_order;
mod injection;
mod input_read;
mod input_selection;
mod input_walk;
mod json_differential;
mod json_linear;
mod json_reader;
mod json_recovery;
mod json_suite;
mod last_endpoint;
mod library;
mod names;
mod new_and_samples;
mod not_json;
mod output_files;
mod placeholders;
mod predict;
mod properties;
mod recordings;
mod report_chunks;
mod report_hostile;
mod report_json;
mod report_large;
mod report_positions;
mod report_schema;
mod report_snapshots;
mod repository_url;
mod robust;
mod rules_fixtures;
mod rules_loader;
mod rules_matrix;
mod rules_mutations;
mod rules_patch;
mod rules_printed;
mod sample;
mod schema;
mod settings_bounds;
mod settings_limits;
mod severity;
mod suggestions;
mod support;
mod tenant;
mod tenant_files;
mod values;
mod verify;
mod watch;
mod wrapped;
