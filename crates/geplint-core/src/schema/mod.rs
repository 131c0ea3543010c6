//! A JSON Schema of an endpoint's request body, generated from its rules.
//!
//! It may only be wrong in one direction: it never rejects a body in which the engine finds no error (except for `$` names, and
//! names that are given twice in any case). It rejects as many other bodies as JSON Schema can describe.
//!
//! - `patterns`: regular expressions with the same meaning in ECMA-262, Python and Rust, without flags.
//! - `rows`: the value of a row.
//! - `tables`: the object of a table, with names in any case.
//! - `words`: titles and descriptions, examples and snippets for editors.
//! - `body`: the document.

mod body;
mod patterns;
mod rows;
mod tables;
mod words;

pub use body::{Draft, schema};
