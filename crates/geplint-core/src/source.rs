//! The text of a file, and the lines and columns of offsets.

use std::cell::{Cell, OnceCell};
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter, memrchr};
use serde::Serialize;

use crate::threads::{self, Threads};

/// The distance of checkpoints, in bytes.
const BLOCK: usize = 4096;

/// The smallest part, in bytes, that is worth a thread.
const PART: usize = 8 << 20;

/// A place in a file, 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// The line. Lines end with `\n`.
    pub line: u32,
    /// The column, in bytes of UTF-8.
    pub column: u32,
}

impl Position {
    /// The start of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// The bytes of one file, and the name that it is shown with.
///
/// Lines are located by checkpoints, one every 4 KiB, built at the first query. They take 550 KB and one pass for a
/// file of 280 MB, and nothing for a clean file. A query is fast even with many lines or a very long one.
#[derive(Debug)]
pub struct Source<'a> {
    name: &'a str,
    text: &'a [u8],
    threads: Threads,
    lines: Option<&'a Lines>,
    blocks: OnceCell<Vec<Checkpoint>>,
    /// The last located offset. Findings are in order, and often several are at one place.
    last: Cell<Located>,
    utf16: OnceCell<Vec<Utf16Mark>>,
}

/// The checkpoints of a file's lines, shared by several [`Source`]s of it: computed once, at the first query.
#[derive(Debug, Default)]
pub struct Lines {
    blocks: OnceLock<Vec<Checkpoint>>,
    utf16: OnceLock<Vec<Utf16Mark>>,
}

/// The line count at the first byte of a block.
#[derive(Debug, Clone, Copy)]
struct Checkpoint {
    /// The number of newlines before it.
    line: u32,
    /// The offset of the start of its line.
    start: u32,
}

/// An offset and its position.
#[derive(Debug, Clone, Copy, Default)]
struct Located {
    offset: usize,
    /// The line, from 0.
    line: u32,
    /// The offset of the start of that line.
    start: usize,
}

/// The number of UTF-16 units before the first character boundary in a block.
///
/// Built at the first query, in one pass, so that queries about a very long line are cheap in any order.
#[derive(Debug, Clone, Copy, Default)]
struct Utf16Mark {
    offset: usize,
    units: u32,
}

impl<'a> Source<'a> {
    /// Returns a source with a name and a text.
    pub const fn new(name: &'a str, text: &'a [u8]) -> Self {
        let first = Located {
            offset: 0,
            line: 0,
            start: 0,
        };
        Self {
            name,
            text,
            threads: Threads::ONE,
            lines: None,
            blocks: OnceCell::new(),
            last: Cell::new(first),
            utf16: OnceCell::new(),
        }
    }

    /// Allows this many threads to count lines if the text is long.
    #[must_use]
    pub const fn with_threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// Shares the checkpoints with other sources of the same text.
    #[must_use]
    pub const fn with_lines(mut self, lines: Option<&'a Lines>) -> Self {
        self.lines = lines;
        self
    }

    /// Returns the name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Returns the bytes.
    pub const fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Returns the line and column of an offset. An offset past the end has those of the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let (line, start) = self.locate(offset);
        Position {
            line: line + 1,
            column: to_u32(offset - start) + 1,
        }
    }

    /// Returns the column of an offset in UTF-16 units, 1-based, as editors and some formats count.
    pub fn utf16_column(&self, offset: u32) -> u32 {
        let offset = self.clamp(offset);
        let (_, line_start) = self.locate(offset);
        self.utf16_before(offset) - self.utf16_before(line_start) + 1
    }

    /// Returns the number of UTF-16 units from the start of the file.
    fn utf16_before(&self, offset: usize) -> u32 {
        let count = || utf16_marks(self.text);
        let marks = match self.lines {
            Some(lines) => lines.utf16.get_or_init(count),
            None => self.utf16.get_or_init(count),
        };
        let known = marks.partition_point(|mark| mark.offset <= offset);
        let mark = known
            .checked_sub(1)
            .and_then(|last| marks.get(last).copied())
            .unwrap_or_default();
        mark.units + utf16_units(&self.text[mark.offset..offset])
    }

    /// Returns the line of an offset, from 0, and the offset of the start of that line.
    pub fn locate(&self, offset: usize) -> (u32, usize) {
        let known = self.nearest(offset);
        let between = self.text.get(known.offset..offset).unwrap_or_default();
        let line = known.line + to_u32(memchr_iter(b'\n', between).count());
        let start = memrchr(b'\n', between).map_or(known.start, |at| known.offset + at + 1);
        self.last.set(Located { offset, line, start });
        (line, start)
    }

    /// Returns the nearest known position before an offset: that of the last query, or that of its block.
    fn nearest(&self, offset: usize) -> Located {
        let (block, last) = (offset / BLOCK, self.last.get());
        if last.offset <= offset && last.offset / BLOCK == block {
            return last;
        }
        let mark = self.blocks().get(block);
        mark.map_or_else(Located::default, |mark| Located {
            offset: block * BLOCK,
            line: mark.line,
            start: mark.start as usize,
        })
    }

    /// Returns the end of the line of an offset: its `\n`, or the end of the file.
    pub fn line_end(&self, offset: usize) -> usize {
        let block_end = ((offset / BLOCK + 1) * BLOCK).min(self.text.len());
        if let Some(at) = memchr(b'\n', &self.text[offset..block_end]) {
            return offset + at;
        }
        let blocks = self.blocks();
        let here = blocks.get(offset / BLOCK + 1).map_or(u32::MAX, |mark| mark.line);
        let next = blocks.partition_point(|mark| mark.line <= here);
        let from = next.saturating_sub(1).max(offset / BLOCK + 1) * BLOCK;
        let rest = self.text.get(from..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.text.len(), |at| from + at)
    }

    /// Converts an offset to an index, at most the length of the text.
    pub fn clamp(&self, offset: u32) -> usize {
        (offset as usize).min(self.text.len())
    }

    fn blocks(&self) -> &[Checkpoint] {
        let count = || checkpoints(self.text, self.threads);
        match self.lines {
            Some(lines) => lines.blocks.get_or_init(count),
            None => self.blocks.get_or_init(count),
        }
    }
}

/// Returns one checkpoint at the start of every block, including the one after the last byte.
fn checkpoints(text: &[u8], most: Threads) -> Vec<Checkpoint> {
    let parts = most.for_parts(text.len() / PART);
    let length = (text.len() / parts).next_multiple_of(BLOCK).max(BLOCK);
    let counted = threads::scope(|scope| {
        let count = |part| threads::spawn(scope, move || counts(part));
        let mut rest = text.chunks(length);
        let first = rest.next().unwrap_or_default();
        // If no thread can be started, this thread counts.
        let others: Vec<_> = rest.map(|part| (part, count(part))).collect();
        let mut all = counts(first);
        for (part, thread) in others {
            let done = thread.and_then(|thread| thread.join().ok());
            all.extend(done.unwrap_or_else(|| counts(part)));
        }
        all
    });
    let mut mark = Checkpoint { line: 0, start: 0 };
    let mut marks = Vec::with_capacity(counted.len() + 1);
    marks.push(mark);
    for (index, (newlines, last)) in counted.into_iter().enumerate() {
        mark.line += newlines;
        mark.start = last.map_or(mark.start, |at| to_u32(index * BLOCK) + at + 1);
        marks.push(mark);
    }
    marks
}

/// Returns the number of newlines in each whole block, and the offset of the last one in it.
fn counts(part: &[u8]) -> Vec<(u32, Option<u32>)> {
    let count = |block| {
        let newlines = to_u32(memchr_iter(b'\n', block).count());
        (newlines, memrchr(b'\n', block).map(to_u32))
    };
    part.chunks_exact(BLOCK).map(count).collect()
}

/// Returns one mark for every block, as near to its start as characters allow.
fn utf16_marks(text: &[u8]) -> Vec<Utf16Mark> {
    let mut marks = vec![Utf16Mark::default()];
    let mut here = Utf16Mark::default();
    let mut step = |bytes: usize, units: usize| {
        here.offset += bytes;
        here.units += to_u32(units);
        if here.offset / BLOCK >= marks.len() {
            marks.push(here);
        }
    };
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            step(c.len_utf8(), c.len_utf16());
        }
        if !chunk.invalid().is_empty() {
            step(chunk.invalid().len(), 1);
        }
    }
    marks
}

/// Returns the number of UTF-16 units of UTF-8 bytes. Invalid bytes count as the one unit of their replacement.
fn utf16_units(bytes: &[u8]) -> u32 {
    if bytes.is_ascii() {
        return to_u32(bytes.len());
    }
    let units = |chunk: std::str::Utf8Chunk<'_>| {
        let valid: usize = chunk.valid().chars().map(char::len_utf16).sum();
        valid + usize::from(!chunk.invalid().is_empty())
    };
    to_u32(bytes.utf8_chunks().map(units).sum())
}

/// Converts an index. Files have less than 4 GiB, so every offset fits.
fn to_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let position = Source::new("a.json", text.as_bytes()).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("abc", 2), (1, 3));
        assert_eq!(at("a\nbc\n", 1), (1, 2));
        assert_eq!(at("a\nbc\n", 2), (2, 1));
        assert_eq!(at("a\nbc\n", 5), (3, 1));
        assert_eq!(at("a\r\nb", 3), (2, 1));
        assert_eq!(at("é\u{1f600}x", 6), (1, 7));
    }

    #[test]
    fn several_threads_count_the_same_lines() {
        let mut text = vec![b'x'; 4 * PART + 1234];
        for at in (0..text.len()).step_by(70_001) {
            text[at] = b'\n';
        }
        for length in [text.len(), 2 * PART, 2 * PART + 1, 3 * PART + BLOCK - 1, BLOCK, 0] {
            let text = &text[..length];
            let one = format!("{:?}", checkpoints(text, Threads::ONE));
            for threads in 2..=5 {
                let several = checkpoints(text, Threads::of(NonZero::new(threads)));
                assert!(format!("{several:?}") == one, "{length} bytes, {threads} threads");
            }
        }
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(at("a\nb", 99), (2, 2));
        assert_eq!(at("", u32::MAX), (1, 1));
    }

    /// Compares every offset with counting by hand, over texts that straddle blocks.
    #[test]
    fn checkpoints_agree_with_counting() {
        let long_line = "x".repeat(3 * BLOCK + 7);
        let lines = "abc\n\n\r\nxy\n".repeat(1_500);
        let exact = "y".repeat(BLOCK - 1) + "\n" + &"z".repeat(BLOCK);
        for text in [
            long_line.clone(),
            lines.clone(),
            exact,
            long_line.clone() + "\n" + &long_line + "\n" + &lines,
        ] {
            let source = Source::new("a.json", text.as_bytes());
            let (mut line, mut start) = (0, 0);
            for offset in 0..=text.len() {
                assert_eq!(source.locate(offset), (line, start), "{offset}");
                if offset % 97 == 0 || text.as_bytes().get(offset) == Some(&b'\n') {
                    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
                    assert_eq!(source.line_end(offset), end, "{offset}");
                }
                if text.as_bytes().get(offset) == Some(&b'\n') {
                    (line, start) = (line + 1, offset + 1);
                }
            }
        }
    }

    /// Earlier queries do not change the results of later ones.
    #[test]
    fn offsets_are_located_in_any_order() {
        let text = "ab\n\ncdef\n".repeat(2_000) + &"x".repeat(2 * BLOCK) + "\ny";
        let source = Source::new("a.json", text.as_bytes());
        let mut at = 1_usize;
        for _ in 0..20_000 {
            at = (at * 7_919 + 13) % (text.len() + 1);
            let before = &text.as_bytes()[..at];
            let line = to_u32(before.split(|byte| *byte == b'\n').count() - 1);
            let start = memrchr(b'\n', before).map_or(0, |at| at + 1);
            assert_eq!(source.locate(at), (line, start), "{at}");
            assert_eq!(source.locate(at), (line, start), "{at} again");
        }
    }

    #[test]
    fn utf16_counts_units_in_any_order_of_questions() {
        let source = Source::new("a.json", "ab\né\u{1f600}x\u{ff}".as_bytes());
        assert_eq!(source.utf16_column(9), 4);
        assert_eq!(source.utf16_column(3), 1);
        assert_eq!(source.utf16_column(5), 2);
        assert_eq!(source.utf16_column(9), 4);
        assert_eq!(source.utf16_column(1), 2);
        assert_eq!(Source::new("a", b"\xff\xffa").utf16_column(2), 3);
    }

    /// Compares every offset with one count from the line's start, over characters that straddle blocks.
    #[test]
    fn utf16_marks_agree_with_counting() {
        let wide = "a\u{1f600}é\n東".repeat(2_000) + &"\u{1f600}x".repeat(3_000);
        let mut broken = wide.clone().into_bytes();
        broken.extend(b"\xff\xe6\xbc\xf0".repeat(3_000));
        let source = Source::new("a.json", &broken);
        for offset in (0..=broken.len()).rev().step_by(7) {
            let (_, start) = source.locate(offset);
            let counted = utf16_units(&broken[start..offset]) + 1;
            assert_eq!(source.utf16_column(to_u32(offset)), counted, "{offset}");
        }
    }
}
