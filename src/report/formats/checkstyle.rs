//! Checkstyle XML, for Jenkins and many other servers.

use std::fmt::Write;

use crate::report::xml::{DECLARATION, escape};
use crate::report::{Chunks, FileReport, Report, Summary, common, labels};
use crate::source::Position;

/// A `file` for each file with findings, and an `error` for each finding. Columns are bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checkstyle;

impl Report for Checkstyle {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        if file.findings.is_empty() {
            return;
        }
        let source = file.source(&file.name);
        if let Some(out) = out.buffer() {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "  <file name=\"{}\">", escape(common::local(&file.name)));
        }
        for finding in file.findings.iter() {
            let Some(out) = out.buffer() else { return };
            let Position { line, column } = source.position(finding.span.start);
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "    <error line=\"{line}\" column=\"{column}\" severity=\"{}\" message=\"{}\" source=\"geplint.{}\"/>",
                labels::severity_or(finding.severity, "info"),
                escape(&common::sentence(finding)),
                escape(&finding.rule),
            );
        }
        if let Some(out) = out.buffer() {
            out.push_str("  </file>\n");
        }
    }

    fn open(&self) -> String {
        format!("{DECLARATION}<checkstyle version=\"4.3\">\n")
    }

    fn close(&self, _summary: &Summary, _empty: bool) -> String {
        "</checkstyle>\n".to_owned()
    }
}
