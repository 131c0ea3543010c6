//! Pages as Markdown.

use std::fmt::Write as _;
use std::path::Path;

use super::document::{Block, Document, Piece};
use crate::report::{FileReport, Full, Look, Report as _};

impl Document {
    /// Returns the page as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!(
            "# {}\n\n{}. Severity: {}.\n",
            self.name,
            escaped(&self.title),
            self.severity.word()
        );
        for section in self.sections.iter().filter(|section| !section.blocks.is_empty()) {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "\n## {}", escaped(&section.title));
            for block in &section.blocks {
                out.push('\n');
                push(&mut out, block);
            }
        }
        out
    }
}

fn push(out: &mut String, block: &Block) {
    match block {
        Block::Words(text) => *out += &(line(text) + "\n"),
        Block::Points(points) => {
            for point in points {
                let _ = writeln!(out, "- {}", line(point));
            }
        }
        Block::Heading(title) => {
            let _ = writeln!(out, "### {}", escaped(title));
        }
        Block::Code(language, code) => fenced(out, language, code),
        Block::Output(command, bytes, findings, records) => {
            let name = command.rsplit(' ').next().unwrap_or_default();
            let file = FileReport::new(Path::new(name), bytes, findings.clone(), *records);
            let report = Full::new(Look::PLAIN).render(&file);
            fenced(out, "text", &format!("$ {command}\n{report}"));
        }
        Block::Table(head, rows) => {
            let _ = writeln!(out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| piece(cell).replace('|', "\\|")).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        }
    }
}

fn fenced(out: &mut String, language: &str, code: &str) {
    let _ = writeln!(out, "```{language}\n{}\n```", code.trim_end());
}

/// Formats a paragraph.
pub(super) fn line(text: &[Piece]) -> String {
    text.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => escaped(words),
        Piece::Code(code) if code.contains('`') => format!("`` {code} ``"),
        Piece::Code(code) => format!("`{code}`"),
        Piece::Link(words, path) => format!("[{}]({path})", escaped(words)),
    }
}

/// Text in which nothing is markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
