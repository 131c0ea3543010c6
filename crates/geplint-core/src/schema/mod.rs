//! A JSON Schema of an endpoint's request body, made from its rules.
//!
//! It is made to be wrong in one direction only: it never refuses a body in which the engine finds no error (`$` names, and a name
//! that is given twice in any case, aside), and it refuses as many others as JSON Schema can state.
//!
//! - `patterns`: regular expressions that ECMA-262, Python and Rust read alike, without flags.
//! - `rows`: the value of a row.
//! - `tables`: the object of a table; names in any case.
//! - `words`: titles and descriptions, examples and snippets for editors.
//! - `body`: the whole document.

mod body;
mod patterns;
mod rows;
mod tables;
mod words;

pub use body::{Draft, schema};
