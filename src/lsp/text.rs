//! The text of a document: its lines, LSP positions, and edits.
//!
//! In LSP, a line ends with `\n`, `\r\n` or a lone `\r`, and columns are counted in a negotiated unit. A position outside of
//! the text is clamped to the nearest one in it, as the protocol requires for columns.

use std::cell::OnceCell;
use std::ops::Range;

use gen_lsp_types::{Position, Range as LspRange};

/// The unit of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units, the protocol's default.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// Returns the unit of this name in the protocol.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Utf16, Self::Utf32]
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }

    /// Returns its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    const fn units(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// Returns the length of a text in units.
    fn count(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }
}

/// A text with the offsets of its lines.
#[derive(Debug, Clone)]
pub struct Text {
    text: String,
    /// Byte offsets of the starts of the lines; the first is 0.
    starts: Vec<u32>,
}

impl Text {
    /// Creates a text; truncates it to less than 4 GiB.
    pub fn new(mut text: String) -> Self {
        if u32::try_from(text.len()).is_err() {
            let end = (0..=u32::MAX as usize).rfind(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
        }
        let starts = std::iter::once(0)
            .chain(starts_in(&text, 1..text.len() + 1))
            .collect();
        Self { text, starts }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Replaces a range. The positions of the range may be in either order.
    pub fn edit(&mut self, range: &LspRange, with: &str, encoding: Encoding) {
        let Range { start, end } = self.offsets(range, encoding);
        if u32::try_from(self.text.len() - (end - start) + with.len()).is_err() {
            return;
        }
        self.text.replace_range(start..end, with);
        self.move_lines(start, end, start + with.len());
    }

    /// Updates the line starts after the bytes from `start` to `old_end` were replaced by those from `start` to `new_end`. A
    /// line start is determined by the bytes before and after it, so only offsets from `start` to the end of the edit are
    /// scanned.
    fn move_lines(&mut self, start: usize, old_end: usize, new_end: usize) {
        let first = self
            .starts
            .partition_point(|line| (*line as usize) < start.max(1));
        let last = self.starts.partition_point(|line| (*line as usize) <= old_end);
        if let Some(after) = self.starts.get_mut(last.max(first)..) {
            // Both texts are shorter than 4 GiB.
            let moved = to_u32(new_end).wrapping_sub(to_u32(old_end));
            for line in after {
                *line = line.wrapping_add(moved);
            }
        }
        let fresh: Vec<u32> = starts_in(&self.text, start.max(1)..new_end + 1).collect();
        self.starts.splice(first..last.max(first), fresh);
    }

    /// Returns the byte range of a line (0-based), without its terminator.
    fn line(&self, line: u32) -> Range<usize> {
        let index = line as usize;
        let Some(start) = self.starts.get(index) else {
            return self.text.len()..self.text.len();
        };
        let start = *start as usize;
        let next = self.starts.get(index + 1);
        let end = next.map_or(self.text.len(), |next| *next as usize);
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        start..start + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Returns the byte offset of a position.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = self.line(position.line);
        let text = self.text.get(line.clone()).unwrap_or_default();
        let wanted = position.character as usize;
        let whole = wanted.min(text.len());
        if text.as_bytes().get(..whole).is_some_and(<[u8]>::is_ascii) {
            return line.start + whole;
        }
        let mut units = 0;
        for (at, c) in text.char_indices() {
            units += encoding.units(c);
            if units > wanted {
                return line.start + at;
            }
        }
        line.end
    }

    /// Returns the byte range of an LSP range, in ascending order.
    pub fn offsets(&self, range: &LspRange, encoding: Encoding) -> Range<usize> {
        let (one, other) = (
            self.offset(range.start, encoding),
            self.offset(range.end, encoding),
        );
        one.min(other)..one.max(other)
    }

    /// Returns a converter from byte offsets to positions.
    pub const fn positions(&self, encoding: Encoding) -> Positions<'_> {
        Positions {
            text: self,
            encoding,
            marks: OnceCell::new(),
        }
    }

    /// Returns the range of the whole text.
    pub fn whole(&self, encoding: Encoding) -> LspRange {
        let positions = self.positions(encoding);
        LspRange {
            start: Position::default(),
            end: positions.of(self.text.len()),
        }
    }
}

/// Returns the offsets in a range at which a line begins. Each offset is at least 1.
fn starts_in(text: &str, offsets: Range<usize>) -> impl Iterator<Item = u32> {
    let bytes = text.as_bytes();
    let before = offsets.start - 1;
    let part = bytes
        .get(before..(offsets.end - 1).min(bytes.len()))
        .unwrap_or_default();
    memchr::memchr2_iter(b'\n', b'\r', part)
        .map(move |at| before + at)
        .filter(|at| bytes.get(*at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| to_u32(at + 1))
}

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Distance of the marks, in bytes.
const BLOCK: usize = 4096;

/// Converts byte offsets to positions, in any order. Units are counted once, because one line may have the whole text.
pub struct Positions<'t> {
    text: &'t Text,
    encoding: Encoding,
    /// For each block, the offset of its first character and the number of units before it. Empty if the unit is a byte.
    marks: OnceCell<Vec<(usize, usize)>>,
}

impl Positions<'_> {
    /// Returns the position of an offset, clamped to the end of the text.
    pub fn of(&self, offset: usize) -> Position {
        let text = self.text.as_str();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .text
            .starts
            .partition_point(|start| *start as usize <= offset);
        let line = line.saturating_sub(1);
        let start = self.text.starts.get(line).map_or(0, |start| *start as usize);
        Position {
            line: to_u32(line),
            character: to_u32(self.units(start, offset)),
        }
    }

    /// Returns the LSP range of a byte range.
    pub fn range(&self, offsets: Range<usize>) -> LspRange {
        LspRange {
            start: self.of(offsets.start),
            end: self.of(offsets.end.max(offsets.start)),
        }
    }

    /// Returns the number of units between two offsets.
    fn units(&self, start: usize, end: usize) -> usize {
        let between = self.text.as_str().get(start..end).unwrap_or_default();
        if between.len() <= BLOCK || self.encoding == Encoding::Utf8 {
            return self.encoding.count(between);
        }
        self.before(end) - self.before(start)
    }

    /// Returns the number of units before an offset.
    fn before(&self, offset: usize) -> usize {
        let marks = self.marks.get_or_init(|| self.marks());
        let (at, units) = match marks.partition_point(|(at, _)| *at <= offset) {
            0 => (0, 0),
            known => marks.get(known - 1).copied().unwrap_or_default(),
        };
        let rest = self.text.as_str().get(at..offset).unwrap_or_default();
        units + self.encoding.count(rest)
    }

    fn marks(&self) -> Vec<(usize, usize)> {
        let text = self.text.as_str();
        let (mut at, mut units) = (0, 0);
        let mut marks = Vec::with_capacity(text.len() / BLOCK + 1);
        while at < text.len() {
            marks.push((at, units));
            let mut next = (at + BLOCK).min(text.len());
            while !text.is_char_boundary(next) {
                next += 1;
            }
            units += self.encoding.count(text.get(at..next).unwrap_or_default());
            at = next;
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn position(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    /// A deterministic pseudorandom generator.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, most: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % (most as u64).max(1)).unwrap()
        }
    }

    #[test]
    fn line_ends_follow_the_protocol() {
        let text = Text::new("a\nb\r\nc\rd\n".to_owned());
        assert_eq!(text.starts, [0, 2, 5, 7, 9]);
        assert_eq!(Text::new(String::new()).starts, [0]);
        assert_eq!(text.line(1), 2..3);
        assert_eq!(text.line(4), 9..9);
        assert_eq!(text.line(99), 9..9);
    }

    #[test]
    fn columns_use_the_negotiated_unit() {
        let text = Text::new("aä😀z".to_owned());
        for (encoding, after) in ALL.into_iter().zip([7, 4, 3]) {
            let positions = text.positions(encoding);
            assert_eq!(positions.of(7), position(0, after), "{encoding:?}");
            assert_eq!(text.offset(position(0, after), encoding), 7);
            // A position after the end is the end, a position inside a character is its start.
            assert_eq!(text.offset(position(0, 99), encoding), 8);
            assert_eq!(text.offset(position(7, 7), encoding), 8);
        }
        assert_eq!(text.offset(position(0, 3), Encoding::Utf16), 3);
        assert_eq!(text.offset(position(0, 2), Encoding::Utf8), 1);
    }

    #[test]
    fn edits_keep_line_starts_equal_to_a_new_text() {
        let pieces = ["\n", "\r", "\r\n", "a", "ä", "😀", "\r\r\n", "xyz\nq", ""];
        let mut numbers = Numbers(7);
        for encoding in ALL {
            let mut text = Text::new("one\r\ntwo\rthree\n".to_owned());
            for step in 0..3000 {
                let mut place = || position(to_u32(numbers.below(8)), to_u32(numbers.below(12)));
                let range = LspRange {
                    start: place(),
                    end: place(),
                };
                text.edit(&range, pieces[numbers.below(pieces.len())], encoding);
                assert_eq!(
                    text.starts,
                    Text::new(text.text.clone()).starts,
                    "{step}: {:?}",
                    text.text
                );
                if text.text.len() > 60 {
                    text = Text::new("a\r\n\nb".to_owned());
                }
            }
        }
    }

    #[test]
    fn positions_round_trip_in_long_lines() {
        let text = Text::new("ä😀b".repeat(5000));
        for encoding in ALL {
            let positions = text.positions(encoding);
            for (offset, _) in text.as_str().char_indices().step_by(97) {
                assert_eq!(text.offset(positions.of(offset), encoding), offset);
            }
            assert_eq!(positions.of(usize::MAX), text.whole(encoding).end);
        }
    }
}
