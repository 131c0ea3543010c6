//! geplint predicts, offline, the 400 responses of the GEP SMART Contact API.
//!
//! The flow goes one way: bytes become spanned JSON ([`json`]), a record meets the tables of its
//! endpoint ([`rules`], [`bind`], [`lint`]), and what does not fit becomes a [`finding::Finding`].
//! All of that is pure. Reading files ([`input`]) and showing findings (`report`) are thin shells.

pub mod baseline;
pub mod bind;
#[doc(hidden)]
pub mod cli;
pub mod config;
pub mod finding;
pub mod fix;
pub mod input;
pub mod json;
pub mod lint;
pub mod manual;
pub mod predict;
pub mod report;
pub mod rules;
pub mod session;
pub mod suppress;
pub mod tenant;
pub mod threads;
pub mod verify;
