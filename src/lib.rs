//! geplint predicts, offline, the 400 responses of the GEP SMART Contact API.
//!
//! The engine is [`geplint_core`]: bytes, rules and tenant facts in, findings and predictions out. This package has
//! the rules of the API ([`rules`]), and the code around the engine: files ([`input`]), files with requests
//! ([`containers`]), reports ([`report`]), recorded answers ([`verify`]) and the command line.

// The bodies of fuzz targets are tests here, too.
#[cfg(all(test, feature = "lsp"))]
extern crate self as geplint;

#[cfg(feature = "lsp")]
pub mod assist;
#[doc(hidden)]
pub mod cli;
pub mod containers;
pub mod input;
mod io;
#[cfg(feature = "lsp")]
mod lsp;
pub mod manual;
mod ordered;
mod percent;
pub mod report;
pub mod repository_url;
mod response_document;
pub mod rules;
#[cfg(feature = "serve")]
#[doc(hidden)]
pub mod serve;
pub mod tenant;
pub mod verify;

pub use dotnet_bind as bind;
pub use geplint_core::{
    baseline, finding, fix, grouping, json, lint, mapped_text, nearest, placeholders, pointer, predict,
    recognize, sample, sanitize, schema, session, settings, source, suppress, threads, toml_entry,
};
