//! A text that was taken out of a file, and the place in the file that each byte of it comes from.
//!
//! A request body that stands in a JSON string, or in which variables were replaced, is checked as the text that would
//! be sent. Its findings are moved back to the file with the map.

use crate::finding::{Finding, Span};
use crate::json::{JsonKind, Node, decoded_parts};

/// A text, and where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    pieces: Vec<Piece>,
    /// The place in the file behind the last byte.
    end: u32,
}

/// A part of the text, up to the next piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text.
    at: u32,
    /// The bytes of the file that it comes from.
    file: Span,
    /// Each byte is a byte of the file; otherwise the whole piece stands for the whole of `file`.
    verbatim: bool,
}

impl MappedText {
    /// A text without a byte yet, at a place in the file.
    #[must_use]
    pub fn at(place: u32) -> Self {
        Self {
            end: place,
            ..Self::default()
        }
    }

    /// A part of a file as it stands there.
    #[must_use]
    pub fn verbatim(file: &str, span: Span) -> Self {
        let mut mapped = Self::at(span.start);
        mapped.push_verbatim(span.of(file), span.start);
        mapped
    }

    /// The text of a string in a JSON file, escapes decoded. Nothing for another node.
    #[must_use]
    pub fn decoded(file: &str, node: &Node) -> Self {
        let mut mapped = Self::at(node.span.start + 1);
        if node.kind == JsonKind::String {
            decoded_parts(file, node.span, &mut |text, from, is_escape| {
                if is_escape {
                    mapped.push_replaced(text, from);
                } else {
                    mapped.push_verbatim(text, from.start);
                }
            });
        }
        mapped
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The bytes of the file that the text comes from.
    #[must_use]
    pub fn file_span(&self) -> Span {
        let start = self.pieces.first().map_or(self.end, |piece| piece.file.start);
        Span::new(start, self.end.max(start))
    }

    /// Adds a part of the file as it stands there, from this offset on.
    pub fn push_verbatim(&mut self, text: &str, file_start: u32) {
        if text.is_empty() {
            return;
        }
        let file = Span::new(file_start, file_start.saturating_add(length(text)));
        match self.pieces.last_mut() {
            Some(last) if last.verbatim && last.file.end == file.start => last.file.end = file.end,
            _ => self.push_piece(file, true),
        }
        self.text.push_str(text);
        self.end = file.end;
    }

    /// Adds a text that stands for these bytes of the file: an escape's character, a variable's value.
    pub fn push_replaced(&mut self, text: &str, file: Span) {
        if !text.is_empty() {
            self.push_piece(file, false);
            self.text.push_str(text);
        }
        self.end = file.end;
    }

    /// Adds a part of another text of the same file.
    pub fn push_part(&mut self, other: &Self, span: Span) {
        let mut at = span.start;
        let mut index = other.piece_at(at).unwrap_or(0);
        while at < span.end
            && let Some(piece) = other.pieces.get(index)
        {
            let next = other.pieces.get(index + 1);
            let end = next.map_or(length(&other.text), |next| next.at).min(span.end);
            let part = Span::new(at, end);
            if piece.verbatim {
                self.push_verbatim(part.of(&other.text), piece.file.start + (at - piece.at));
            } else {
                self.push_replaced(part.of(&other.text), piece.file);
            }
            (at, index) = (end, index + 1);
        }
    }

    fn push_piece(&mut self, file: Span, verbatim: bool) {
        let at = length(&self.text);
        self.pieces.push(Piece { at, file, verbatim });
    }

    /// The index of the piece that a byte of the text is in.
    fn piece_at(&self, offset: u32) -> Option<usize> {
        self.pieces
            .partition_point(|piece| piece.at <= offset)
            .checked_sub(1)
    }

    /// Where in the file a byte of the text begins; behind the text, its end.
    #[must_use]
    pub fn start(&self, offset: u32) -> u32 {
        if offset >= length(&self.text) {
            return self.end;
        }
        match self.piece_at(offset).and_then(|index| self.pieces.get(index)) {
            Some(piece) if piece.verbatim => piece.file.start + (offset - piece.at),
            Some(piece) => piece.file.start,
            None => self.end,
        }
    }

    /// Where in the file the byte before this offset ends.
    fn end_of(&self, offset: u32) -> u32 {
        let last = offset.checked_sub(1).and_then(|last| self.piece_at(last));
        match last.and_then(|index| self.pieces.get(index)) {
            Some(piece) if piece.verbatim => (piece.file.start + (offset - piece.at)).min(piece.file.end),
            Some(piece) => piece.file.end,
            None => self.start(offset),
        }
    }

    /// The bytes of the file that a part of the text comes from.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        let start = self.start(span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        Span::new(start, self.end_of(span.end).max(start))
    }

    /// Returns the offset in the text of a place in the file, given as an offset. `None` for a place that no part of the text
    /// comes from. The pieces must be in the order of the file.
    #[must_use]
    pub fn offset(&self, place: u32) -> Option<u32> {
        let after = self.pieces.partition_point(|piece| piece.file.start <= place);
        let mut before = self.pieces.get(..after)?.iter().enumerate().rev();
        let (index, piece) = before.find(|(_, piece)| piece.verbatim || !piece.file.is_empty())?;
        if place > piece.file.end {
            return None;
        }
        Some(if piece.verbatim {
            piece.at + (place - piece.file.start)
        } else if place == piece.file.end {
            self.pieces
                .get(index + 1)
                .map_or(length(&self.text), |next| next.at)
        } else {
            piece.at
        })
    }

    /// Whether a part of the text stands in the file as it is.
    #[must_use]
    pub fn is_verbatim(&self, span: Span) -> bool {
        let last = span.end.saturating_sub(1).max(span.start);
        match (self.piece_at(span.start), self.piece_at(last)) {
            (Some(first), Some(last)) if first == last => self.pieces[first].verbatim,
            _ => false,
        }
    }

    /// A finding of the text as a finding of the file. Its fix stays only where all that it touches stands in the file as it
    /// is; `fixable`: where the text may be changed in the file at all.
    pub fn move_back(&self, finding: &mut Finding, fixable: bool) {
        if let Some(fix) = &mut finding.fix_kind {
            let own = fixable && self.is_verbatim(finding.span);
            let kept = own && fix.places_mut().iter().all(|place| self.is_verbatim(**place));
            if kept {
                for place in fix.places_mut() {
                    *place = self.span(*place);
                }
            } else {
                finding.fix_kind = None;
            }
        }
        finding.span = self.span(finding.span);
        if let Some(related) = &mut finding.related {
            related.0 = self.span(related.0);
        }
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Reader, Tree};

    /// The text of the string that a file is.
    fn decoded(file: &str) -> MappedText {
        let mut tree = Tree::default();
        Reader::new(file).root(&mut tree);
        MappedText::decoded(file, tree.node(tree.root().expect("a value")))
    }

    #[test]
    fn places_of_the_file_lead_to_the_text() {
        let file = r#" "a\né" "#;
        let mapped = decoded(file);
        assert_eq!(mapped.text(), "a\né");
        let places: Vec<Option<u32>> = (0..=u32::try_from(file.len()).unwrap())
            .map(|at| mapped.offset(at))
            .collect();
        // Before the string, its first byte, inside of the escape, behind it, and behind the text.
        assert_eq!(
            places,
            [
                None,
                None,
                Some(0),
                Some(1),
                Some(1),
                Some(2),
                Some(3),
                Some(4),
                None,
                None
            ]
        );
        let mut records = MappedText::at(0);
        records.push_replaced("[", Span::new(0, 0));
        records.push_verbatim("{}", 0);
        assert_eq!(
            (records.offset(0), records.offset(1), records.offset(9)),
            (Some(1), Some(2), None)
        );
    }

    #[test]
    fn every_byte_leads_back_through_the_escapes() {
        let file = r#" "a\n\"é\u00e9\ud83d\ude00/\/z" "#;
        let mapped = decoded(file);
        assert_eq!(mapped.text(), "a\n\"éé\u{1f600}//z");
        let at = |text: &str| {
            let start = length(&mapped.text()[..mapped.text().find(text).expect("it is there")]);
            mapped.span(Span::new(start, start + length(text))).of(file)
        };
        assert_eq!(at("a"), "a");
        assert_eq!(at("\n"), "\\n");
        assert_eq!(at("\""), "\\\"");
        assert_eq!(at("éé"), "é\\u00e9");
        assert_eq!(at("\u{1f600}"), "\\ud83d\\ude00");
        assert_eq!(at("//z"), "/\\/z");
        assert_eq!(
            mapped.span(Span::new(0, length(mapped.text()))),
            mapped.file_span()
        );
        assert_eq!(
            mapped.file_span().of(file),
            &file.trim()[1..file.trim().len() - 1]
        );
        assert!(mapped.is_verbatim(Span::new(0, 1)));
        assert!(!mapped.is_verbatim(Span::new(0, 2)));
    }

    #[test]
    fn a_part_of_a_text_keeps_its_places() {
        let file = r#""x\tAB\u0043D""#;
        let whole = decoded(file);
        let mut part = MappedText::at(whole.start(2));
        part.push_part(&whole, Span::new(2, 4));
        part.push_replaced("value", whole.span(Span::new(4, 5)));
        part.push_part(&whole, Span::new(5, 6));
        assert_eq!(part.text(), "ABvalueD");
        assert_eq!(part.span(Span::new(0, 2)).of(file), "AB");
        assert_eq!(part.span(Span::new(3, 5)).of(file), "\\u0043");
        assert_eq!(part.span(Span::new(2, 8)).of(file), "\\u0043D");
        assert_eq!(part.span(Span::new(8, 8)).start, 13);
    }

    #[test]
    fn an_empty_text_has_a_place() {
        let mapped = decoded("\"\"");
        assert!(mapped.is_empty());
        assert_eq!(mapped.span(Span::new(0, 0)), Span::new(1, 1));
        assert_eq!(mapped.file_span(), Span::new(1, 1));
    }
}
