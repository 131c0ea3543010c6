//! Payloads of made-up people, always the same ones: what geplint is measured on.

mod json;
pub mod people;
pub mod random;

pub use json::Json;
