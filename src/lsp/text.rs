//! A document's text with its lines, positions of the protocol in it, and edits.
//!
//! The protocol ends a line at `\n`, `\r\n` or a lone `\r`, and counts columns in the units that were negotiated. A position
//! outside of the text is taken for the nearest one in it, as the protocol says of columns.

use std::cell::OnceCell;
use std::ops::Range;

use gen_lsp_types::{Position, Range as Places};

/// How columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In UTF-16 units, which is what a client counts in that says nothing.
    #[default]
    Utf16,
    /// In characters.
    Utf32,
}

impl Encoding {
    /// The one of this name in the protocol.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Utf16, Self::Utf32]
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }

    /// Its name in the protocol.
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

    /// How many units a text has.
    fn count(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }
}

/// A text and where its lines begin.
#[derive(Debug, Clone)]
pub struct Text {
    text: String,
    /// Offsets of the first bytes of the lines; the first is 0.
    starts: Vec<u32>,
}

impl Text {
    /// A text of less than 4 GiB; of a longer one, as much as has fewer bytes.
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

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Puts a text in the place of what lies between two positions; either may come first.
    pub fn edit(&mut self, places: &Places, with: &str, encoding: Encoding) {
        let (one, other) = (
            self.offset(places.start, encoding),
            self.offset(places.end, encoding),
        );
        let (start, end) = (one.min(other), one.max(other));
        if u32::try_from(self.text.len() - (end - start) + with.len()).is_err() {
            return;
        }
        self.text.replace_range(start..end, with);
        self.move_lines(start, end, start + with.len());
    }

    /// Lines after the bytes from `start` to `old_end` have become those to `new_end`. Whether a line begins at an offset is
    /// decided by the bytes on both sides of it, so only offsets from `start` to the end of the edit are looked at.
    fn move_lines(&mut self, start: usize, old_end: usize, new_end: usize) {
        let first = self
            .starts
            .partition_point(|line| (*line as usize) < start.max(1));
        let last = self.starts.partition_point(|line| (*line as usize) <= old_end);
        if let Some(after) = self.starts.get_mut(last.max(first)..) {
            // A text has less than 4 GiB before and after.
            let moved = to_u32(new_end).wrapping_sub(to_u32(old_end));
            for line in after {
                *line = line.wrapping_add(moved);
            }
        }
        let fresh: Vec<u32> = starts_in(&self.text, start.max(1)..new_end + 1).collect();
        self.starts.splice(first..last.max(first), fresh);
    }

    /// Where the line of that number begins and where it ends, without what ends it.
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

    /// The offset of a position.
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

    /// The offsets of a range, in order.
    pub fn offsets(&self, places: &Places, encoding: Encoding) -> Range<usize> {
        let (one, other) = (
            self.offset(places.start, encoding),
            self.offset(places.end, encoding),
        );
        one.min(other)..one.max(other)
    }

    /// Positions of offsets in this text.
    pub const fn positions(&self, encoding: Encoding) -> Positions<'_> {
        Positions {
            text: self,
            encoding,
            marks: OnceCell::new(),
        }
    }

    /// The whole text as a range.
    pub fn whole(&self, encoding: Encoding) -> Places {
        let positions = self.positions(encoding);
        Places {
            start: Position::default(),
            end: positions.of(self.text.len()),
        }
    }
}

/// The offsets of a range at which a line begins. An offset follows at least one byte.
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

/// Units are counted ahead for every so many bytes.
const BLOCK: usize = 4096;

/// Positions of offsets, in any order: a line may have the whole text, and its units are counted once.
pub struct Positions<'t> {
    text: &'t Text,
    encoding: Encoding,
    /// For each block how many units lie before the first character in it; none where a unit is a byte.
    marks: OnceCell<Vec<(usize, usize)>>,
}

impl Positions<'_> {
    /// The position of an offset; of one past the end, that of the end.
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

    /// The range of two offsets.
    pub fn range(&self, offsets: Range<usize>) -> Places {
        Places {
            start: self.of(offsets.start),
            end: self.of(offsets.end.max(offsets.start)),
        }
    }

    /// How many units lie between two offsets.
    fn units(&self, start: usize, end: usize) -> usize {
        let between = self.text.as_str().get(start..end).unwrap_or_default();
        if between.len() <= BLOCK || self.encoding == Encoding::Utf8 {
            return self.encoding.count(between);
        }
        self.before(end) - self.before(start)
    }

    /// How many units lie before an offset.
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

    /// Numbers that are the same in each run.
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
    fn lines_end_as_the_protocol_says() {
        let text = Text::new("a\nb\r\nc\rd\n".to_owned());
        assert_eq!(text.starts, [0, 2, 5, 7, 9]);
        assert_eq!(Text::new(String::new()).starts, [0]);
        assert_eq!(text.line(1), 2..3);
        assert_eq!(text.line(4), 9..9);
        assert_eq!(text.line(99), 9..9);
    }

    #[test]
    fn columns_are_counted_in_what_was_agreed() {
        let text = Text::new("aä😀z".to_owned());
        for (encoding, after) in ALL.into_iter().zip([7, 4, 3]) {
            let positions = text.positions(encoding);
            assert_eq!(positions.of(7), position(0, after), "{encoding:?}");
            assert_eq!(text.offset(position(0, after), encoding), 7);
            // Past the end is the end; inside of a character is before it.
            assert_eq!(text.offset(position(0, 99), encoding), 8);
            assert_eq!(text.offset(position(7, 7), encoding), 8);
        }
        assert_eq!(text.offset(position(0, 3), Encoding::Utf16), 3);
        assert_eq!(text.offset(position(0, 2), Encoding::Utf8), 1);
    }

    #[test]
    fn edits_keep_the_lines_that_a_new_text_would_have() {
        let pieces = ["\n", "\r", "\r\n", "a", "ä", "😀", "\r\r\n", "xyz\nq", ""];
        let mut numbers = Numbers(7);
        for encoding in ALL {
            let mut text = Text::new("one\r\ntwo\rthree\n".to_owned());
            for step in 0..3000 {
                let mut place = || position(to_u32(numbers.below(8)), to_u32(numbers.below(12)));
                let places = Places {
                    start: place(),
                    end: place(),
                };
                text.edit(&places, pieces[numbers.below(pieces.len())], encoding);
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
    fn positions_lead_back_in_long_lines() {
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
