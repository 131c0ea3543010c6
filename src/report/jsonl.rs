//! One finding a line, each a JSON object with the fields of [`Json`](super::Json).

use super::json::{Row, compact};
use super::source::Source;
use super::{FileReport, Report};

/// The findings as JSON Lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLines;

impl Report for JsonLines {
    fn render(&self, file: &FileReport<'_>) -> String {
        let mut out = String::with_capacity(file.findings.len() * 1024);
        let source = Source::new(&file.name, file.text);
        for finding in &file.findings {
            out.push_str(&compact(&Row::new(&source, finding)));
            out.push('\n');
        }
        out
    }
}
