//! The overview: a line for each file and rule.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::report::statistics::{Tally, cells, rule_width};
use crate::report::style::Palette;
use crate::report::{Chunks, FileReport, Report};
use crate::sanitize::escape;
use crate::source::Position;

/// The number of findings of each rule in each file, and the place of the first one.
#[derive(Debug)]
pub struct Table {
    palette: Palette,
}

impl Table {
    /// Returns the table with these colours.
    pub const fn new(palette: Palette) -> Self {
        Self { palette }
    }
}

impl Report for Table {
    /// Every column except the last has a fixed width, so that a file's lines do not depend on other files.
    fn write(&self, file: &FileReport<'_>, out: &mut Chunks<'_>) {
        let source = file.source(&file.name);
        let mut rules: BTreeMap<&str, (Tally, u32)> = BTreeMap::new();
        for finding in file.findings.iter() {
            let (tally, _) = rules
                .entry(&finding.rule)
                .or_insert((Tally::default(), finding.span.start));
            tally.count(finding.severity);
        }
        let mut rows: Vec<_> = rules.into_iter().collect();
        rows.sort_by_key(|(_, (tally, first))| (tally.rank(), *first));
        for (rule, (tally, first)) in rows {
            let Some(out) = out.buffer() else { return };
            let Position { line, column } = source.position(first);
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{}  {:width$}  {:11}  {}",
                cells(tally, self.palette),
                escape(rule),
                format!("{line}:{column}"),
                self.palette.strong(escape(&file.name)),
                width = rule_width(),
            );
        }
    }

    fn open(&self) -> String {
        let head = format!(
            "  errors warnings   advice  {:width$}  {:11}  file",
            "rule",
            "first at",
            width = rule_width()
        );
        format!("{}\n", self.palette.faint(head))
    }
}
