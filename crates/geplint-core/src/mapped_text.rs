//! A text extracted from a file, with a map from each of its bytes to the bytes of the file.
//!
//! A request body in a JSON string, or with variables replaced, is checked as the text that would be sent. The map translates
//! the spans of its findings to the file.

use crate::finding::{Finding, Span};
use crate::json::{JsonKind, Node, decoded_parts};

/// A text with its source map. All offsets are in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    segments: Vec<Segment>,
    /// Offset in the file after the last byte.
    end: u32,
}

/// A part of the text, which ends at the next segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// Its start in the text.
    at: u32,
    /// Its source span in the file.
    file: Span,
    /// True if the segment is a copy of `file`; otherwise the whole segment maps to all of `file`.
    verbatim: bool,
}

impl MappedText {
    /// Creates an empty text at an offset of the file.
    #[must_use]
    pub fn at(place: u32) -> Self {
        Self {
            end: place,
            ..Self::default()
        }
    }

    /// Creates a copy of a part of the file.
    #[must_use]
    pub fn verbatim(file: &str, span: Span) -> Self {
        let mut mapped = Self::at(span.start);
        mapped.push_verbatim(span.of(file), span.start);
        mapped
    }

    /// Creates the decoded text of a string in a JSON file; empty for any other node.
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

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns true if the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns the source span of the whole text in the file.
    #[must_use]
    pub fn file_span(&self) -> Span {
        let start = self
            .segments
            .first()
            .map_or(self.end, |segment| segment.file.start);
        Span::new(start, self.end.max(start))
    }

    /// Appends a copy of the part of the file at this offset.
    pub fn push_verbatim(&mut self, text: &str, file_start: u32) {
        if text.is_empty() {
            return;
        }
        let file = Span::new(file_start, file_start.saturating_add(length(text)));
        match self.segments.last_mut() {
            Some(last) if last.verbatim && last.file.end == file.start => last.file.end = file.end,
            _ => self.push_segment(file, true),
        }
        self.text.push_str(text);
        self.end = file.end;
    }

    /// Appends a text that replaces these bytes of the file: the character of an escape, the value of a variable.
    pub fn push_replaced(&mut self, text: &str, file: Span) {
        if !text.is_empty() {
            self.push_segment(file, false);
            self.text.push_str(text);
        }
        self.end = file.end;
    }

    /// Appends a part of another text from the same file.
    pub fn push_part(&mut self, other: &Self, span: Span) {
        let mut at = span.start;
        let mut index = other.segment_at(at).unwrap_or(0);
        while at < span.end
            && let Some(segment) = other.segments.get(index)
        {
            let next = other.segments.get(index + 1);
            let end = next.map_or(length(&other.text), |next| next.at).min(span.end);
            let part = Span::new(at, end);
            if segment.verbatim {
                self.push_verbatim(part.of(&other.text), segment.file.start + (at - segment.at));
            } else {
                self.push_replaced(part.of(&other.text), segment.file);
            }
            (at, index) = (end, index + 1);
        }
    }

    fn push_segment(&mut self, file: Span, verbatim: bool) {
        let at = length(&self.text);
        self.segments.push(Segment { at, file, verbatim });
    }

    /// Returns the index of the segment that contains a byte of the text.
    fn segment_at(&self, offset: u32) -> Option<usize> {
        self.segments
            .partition_point(|segment| segment.at <= offset)
            .checked_sub(1)
    }

    /// Returns the start in the file of a byte of the text; after the text, the end.
    #[must_use]
    pub fn start(&self, offset: u32) -> u32 {
        if offset >= length(&self.text) {
            return self.end;
        }
        match self.segment_at(offset).and_then(|index| self.segments.get(index)) {
            Some(segment) if segment.verbatim => segment.file.start + (offset - segment.at),
            Some(segment) => segment.file.start,
            None => self.end,
        }
    }

    /// Returns the end in the file of the byte before this offset.
    fn end_of(&self, offset: u32) -> u32 {
        let last = offset.checked_sub(1).and_then(|last| self.segment_at(last));
        match last.and_then(|index| self.segments.get(index)) {
            Some(segment) if segment.verbatim => {
                (segment.file.start + (offset - segment.at)).min(segment.file.end)
            }
            Some(segment) => segment.file.end,
            None => self.start(offset),
        }
    }

    /// Returns the source span of a part of the text in the file.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        let start = self.start(span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        Span::new(start, self.end_of(span.end).max(start))
    }

    /// Returns the offset in the text for an offset in the file. `None` if no part of the text comes from this
    /// offset. The segments must be in the order of the file.
    #[must_use]
    pub fn offset(&self, place: u32) -> Option<u32> {
        let after = self
            .segments
            .partition_point(|segment| segment.file.start <= place);
        let mut before = self.segments.get(..after)?.iter().enumerate().rev();
        let (index, segment) = before.find(|(_, segment)| segment.verbatim || !segment.file.is_empty())?;
        if place > segment.file.end {
            return None;
        }
        Some(if segment.verbatim {
            segment.at + (place - segment.file.start)
        } else if place == segment.file.end {
            self.segments
                .get(index + 1)
                .map_or(length(&self.text), |next| next.at)
        } else {
            segment.at
        })
    }

    /// Returns true if a part of the text is a copy of bytes of the file.
    #[must_use]
    pub fn is_verbatim(&self, span: Span) -> bool {
        let last = span.end.saturating_sub(1).max(span.start);
        match (self.segment_at(span.start), self.segment_at(last)) {
            (Some(first), Some(last)) if first == last => self.segments[first].verbatim,
            _ => false,
        }
    }

    /// Translates a finding from the text to the file. Its fix is kept only if `fixable` is true and all spans that it changes
    /// are copies of bytes of the file.
    pub fn map_finding(&self, finding: &mut Finding, fixable: bool) {
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

    /// Returns the decoded text of a file that is one JSON string.
    fn decoded(file: &str) -> MappedText {
        let mut tree = Tree::default();
        Reader::new(file).root(&mut tree);
        MappedText::decoded(file, tree.node(tree.root().expect("a value")))
    }

    #[test]
    fn file_offsets_map_to_the_text() {
        let file = r#" "a\né" "#;
        let mapped = decoded(file);
        assert_eq!(mapped.text(), "a\né");
        let places: Vec<Option<u32>> = (0..=u32::try_from(file.len()).unwrap())
            .map(|at| mapped.offset(at))
            .collect();
        // Before the string, its first byte, inside the escape, after it, and after the text.
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
    fn every_byte_maps_back_through_escapes() {
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
    fn a_part_of_a_text_keeps_its_map() {
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
    fn an_empty_text_has_an_offset() {
        let mapped = decoded("\"\"");
        assert!(mapped.is_empty());
        assert_eq!(mapped.span(Span::new(0, 0)), Span::new(1, 1));
        assert_eq!(mapped.file_span(), Span::new(1, 1));
    }
}
