//! Exit codes.

/// No findings that fail the run.
pub const CLEAN: u8 = 0;
/// A finding of severity error, or with `--strict` any finding.
pub const FINDINGS: u8 = 1;
/// The command line is invalid, or something could not be read.
pub const TROUBLE: u8 = 2;
/// No file was checked.
pub const UNMATCHED: u8 = 3;
