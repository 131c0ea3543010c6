//! The content of a page, independent of its format.

use crate::finding::{Finding, Severity};

/// A page.
#[derive(Debug, Clone)]
pub struct Document {
    /// The id of the rule.
    pub name: String,
    /// `error`, `warning` or `advice`.
    pub severity: Severity,
    /// The title, on one line.
    pub title: String,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// A heading and its content.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The content. A section without blocks is omitted.
    pub blocks: Vec<Block>,
}

impl Section {
    /// Returns a section.
    pub fn new(title: &str, blocks: Vec<Block>) -> Self {
        Self {
            title: title.to_owned(),
            blocks,
        }
    }
}

/// A part of a section.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Words(Text),
    /// A list of points.
    Points(Vec<Text>),
    /// A smaller heading.
    Heading(String),
    /// Code: its language and its text.
    Code(&'static str, String),
    /// The output of a command for a file: the command, the file's bytes, the findings, the number of records.
    Output(String, Vec<u8>, Vec<Finding>, u32),
    /// The heads of columns, and rows with as many cells.
    Table(Vec<&'static str>, Vec<Vec<Cell>>),
}

/// A cell of a table.
pub type Cell = Piece;

/// A paragraph, as pieces.
pub type Text = Vec<Piece>;

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// Text with exact spelling.
    Code(String),
    /// A link to a file: its text, and its path relative to `docs/rules/`.
    Link(String, String),
}

/// Returns a paragraph from text with backticks around code.
pub fn text(marked: &str) -> Text {
    marked
        .split('`')
        .enumerate()
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(index, piece)| {
            if index % 2 == 0 {
                Piece::Words(piece.to_owned())
            } else {
                Piece::Code(piece.to_owned())
            }
        })
        .collect()
}

/// Returns a paragraph without markup.
pub fn plain(words: &str) -> Text {
    vec![Piece::Words(words.to_owned())]
}
