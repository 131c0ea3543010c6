//! Pages for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use unicode_width::UnicodeWidthStr as _;

use super::document::{Block, Cell, Document, Piece};
use crate::report::{FileReport, Full, Look, Palette, Report as _, wrap};
use crate::sanitize::escape;

/// The indentation of everything under a heading.
const INDENT: usize = 2;

impl Document {
    /// Returns the page for a terminal with that look.
    pub fn terminal(&self, look: Look) -> String {
        let palette = look.palette();
        let mut out = format!("{} ({})\n", palette.strong(&self.name), self.severity.word());
        out += &wrap::indented(&self.title, look.width.min(100), 0);
        for section in self.sections.iter().filter(|section| !section.blocks.is_empty()) {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "\n{}", palette.strong(&section.title));
            for (index, block) in section.blocks.iter().enumerate() {
                // Blocks that are not prose are surrounded by empty lines.
                let apart =
                    |block: &Block| matches!(block, Block::Code(..) | Block::Output(..) | Block::Heading(_));
                let after_heading = index > 0 && matches!(section.blocks[index - 1], Block::Heading(_));
                if index > 0 && !after_heading && (apart(block) || apart(&section.blocks[index - 1])) {
                    out.push('\n');
                }
                push(&mut out, block, look);
            }
        }
        out
    }
}

fn push(out: &mut String, block: &Block, look: Look) {
    let width = look.width.min(100);
    match block {
        Block::Words(text) => *out += &wrap::indented(&line(text), width, INDENT),
        Block::Points(points) => {
            for point in points {
                let lines = wrap::indented(&line(point), width, INDENT + 2);
                *out += &lines.replacen("    ", "  - ", 1);
            }
        }
        Block::Heading(title) => {
            let _ = writeln!(out, "  {}", look.palette().name(escape(title)));
        }
        Block::Code(_, code) => {
            let lines: Vec<_> = code.trim_end().lines().map(escape).collect();
            *out += &moved_in(&lines.join("\n"));
        }
        Block::Output(command, bytes, findings, records) => {
            let name = command.rsplit(' ').next().unwrap_or_default();
            let file = FileReport::new(Path::new(name), bytes, findings.clone(), *records);
            let narrower = Look {
                width: look.width - INDENT,
                ..look
            };
            let _ = writeln!(out, "  $ {command}");
            *out += &moved_in(&Full::new(narrower).render(&file));
        }
        Block::Table(head, rows) => table(out, head, rows, look),
    }
}

/// Formats a paragraph. Code is between backticks, unless it contains one.
fn line(text: &[Piece]) -> String {
    text.iter().map(piece).collect()
}

/// Formats a piece. Names come from rules files, including the user's.
fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Code(code) if !code.contains('`') => format!("`{}`", escape(code)),
        Piece::Words(text) | Piece::Code(text) | Piece::Link(text, _) => escape(text).into_owned(),
    }
}

fn moved_in(text: &str) -> String {
    text.trim_end().lines().fold(String::new(), |out, line| {
        if line.is_empty() {
            out + "\n"
        } else {
            out + "  " + line + "\n"
        }
    })
}

/// Formats columns if they fit, otherwise a sentence for each row.
fn table(out: &mut String, head: &[&'static str], rows: &[Vec<Cell>], look: Look) {
    const INNER: usize = 2 * INDENT;
    let palette = look.palette();
    let rows: Vec<Vec<Cow<'_, str>>> = rows.iter().map(|row| row.iter().map(bare).collect()).collect();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(AsRef::as_ref).collect())
        .collect();
    let width_of = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .chain(head.get(column))
            .map(|cell| cell.width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width_of).collect();
    let indent = " ".repeat(INNER);
    if INNER + widths.iter().sum::<usize>() + 2 * head.len().saturating_sub(1) <= look.width {
        let _ = writeln!(out, "{indent}{}", palette.faint(columns(head, &widths, None)));
        for row in &rows {
            let _ = writeln!(out, "{indent}{}", columns(row, &widths, Some(palette)));
        }
        return;
    }
    for row in &rows {
        if let Some((first, rest)) = row.split_first() {
            let rest: Vec<&str> = rest.iter().copied().filter(|cell| !cell.is_empty()).collect();
            let sentence = format!("{first}: {}", rest.join(", "));
            let lines =
                wrap::wrap(&sentence, look.width.min(100) - INNER - INDENT).join(&format!("\n{indent}  "));
            let name = palette.strong(first).to_string();
            let _ = writeln!(out, "{indent}{}", lines.replacen(first, &name, 1));
        }
    }
}

/// Formats the cells of a row side by side; the first one as a name if there are colours.
fn columns(cells: &[&str], widths: &[usize], palette: Option<Palette>) -> String {
    let mut out = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let gap = if index + 1 == cells.len() {
            0
        } else {
            width.saturating_sub(cell.width()) + 2
        };
        match palette.filter(|_| index == 0) {
            // Writing to a string cannot fail.
            Some(palette) => drop(write!(out, "{}", palette.strong(cell))),
            None => out.push_str(cell),
        }
        out.push_str(&" ".repeat(gap));
    }
    out
}

fn bare(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Piece::Words(text) | Piece::Code(text) | Piece::Link(text, _) => escape(text),
    }
}
