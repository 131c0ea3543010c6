//! Payloads with artificial people for measuring geplint, the same in every run.

mod json;
pub mod people;
pub mod random;

pub use json::Json;
