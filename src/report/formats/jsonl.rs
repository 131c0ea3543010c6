//! JSON Lines: one finding per line, each an object with the fields of [`Json`](super::json::Json).

use super::json::Row;
use crate::json::compact;
use crate::report::{Chunks, FileReport, Report};

/// The findings as JSON Lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLines;

impl Report for JsonLines {
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let mut scratch = Vec::new();
        for finding in file.findings.iter() {
            let Some(out) = out.buffer() else { return };
            compact(
                &Row::new(&source, file.request_name(), finding),
                &mut scratch,
                out,
            );
            out.push('\n');
        }
    }
}
