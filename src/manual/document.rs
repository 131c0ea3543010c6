//! What a page is made of, before it is drawn.

use crate::finding::Finding;

/// A page.
#[derive(Debug, Clone)]
pub struct Document {
    /// The rule's id.
    pub name: String,
    /// `error` or `warning`.
    pub severity: String,
    /// One line.
    pub title: String,
    /// What follows, in order.
    pub sections: Vec<Section>,
}

/// A heading and what stands under it.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What stands under it; a section without anything is left out.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section.
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
    /// Points, one a line.
    Points(Vec<Text>),
    /// A smaller heading.
    Heading(String),
    /// Something to be copied: its language and its text.
    Code(&'static str, String),
    /// What a command prints of a file: the command, the file's bytes, the findings, how many records it has.
    Output(String, Vec<u8>, Vec<Finding>, u32),
    /// Heads of columns, and rows of as many cells.
    Table(Vec<&'static str>, Vec<Vec<Cell>>),
}

/// A cell of a table.
pub type Cell = Piece;

/// A paragraph, piece by piece.
pub type Text = Vec<Piece>;

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// Something spelled exactly so.
    Code(String),
    /// A file that is worth a look: what it is called, and where it lies from `docs/rules/`.
    Link(String, String),
}

/// A paragraph from text in which backticks stand around what is spelled exactly so.
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

/// A paragraph as it is, whatever stands in it.
pub fn plain(words: &str) -> Text {
    vec![Piece::Words(words.to_owned())]
}
