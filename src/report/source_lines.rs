//! The lines of a file that a report shows, clipped and sanitized.
//!
//! The window is a new text, so that each line can be clipped around the labelled place, and characters can be
//! replaced by others. The places of labels are translated while it is built.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::finding::Span;
use crate::sanitize::{STACKED, is_ci_mark, is_mark, is_unprintable, placeholder};
use crate::source::Source;

/// The largest distance, in lines, of another place in the same window.
const NEAR: u32 = 3;

/// The largest width of a tab, in columns.
pub(super) const TAB: usize = 4;

/// Lines of a file, ready to be shown.
#[derive(Debug)]
pub(super) struct Window {
    /// The text: sanitized, every line clipped, no newline at its end.
    pub text: String,
    /// The number of the first line, from 0.
    pub first_line: u32,
    /// The number of lines.
    pub lines: usize,
    /// The place of the finding in `text`.
    pub primary: Range<usize>,
    /// The column, from 0, of its label.
    pub column: usize,
    /// The other places in `text`, in the order of the arguments; `None` for one that is outside of the window.
    pub related: Vec<Option<Related>>,
}

/// Another place of a finding, in the text of a window.
#[derive(Debug)]
pub(super) struct Related {
    /// The place.
    pub place: Range<usize>,
    /// The column, from 0, of its label.
    pub column: usize,
}

/// The size of the window, and the characters that it may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The number of columns of a line.
    pub columns: usize,
    /// True if `…` and control pictures can be shown.
    pub unicode: bool,
}

/// One character of the output.
struct Glyph {
    /// The bytes of the file that it represents.
    bytes: Range<usize>,
    shown: char,
    width: usize,
}

/// A line of the file, without its line break.
#[derive(Clone, Copy)]
struct Line {
    number: u32,
    start: usize,
    end: usize,
}

/// Returns the window around a finding and the nearest of its other places.
pub(super) fn window(source: &Source<'_>, primary: Span, related: &[Span], frame: Frame) -> Window {
    Lines(source).window(primary, related, frame)
}

/// The lines of a file.
#[derive(Clone, Copy)]
struct Lines<'s>(&'s Source<'s>);

impl Lines<'_> {
    fn window(self, primary: Span, related: &[Span], frame: Frame) -> Window {
        let home = self.line_at(self.0.clamp(primary.start));
        let primary = self.on_line(primary, home);
        let mut taken = vec![(primary.clone(), home)];
        let places = related.iter().map(|span| {
            let (place, line) = self.neighbour(*span, &taken, home, frame)?;
            taken.push((place.clone(), line));
            Some(place)
        });
        let places: Vec<Option<Range<usize>>> = places.collect();
        let lines = || taken.iter().map(|(_, line)| *line);
        let first = lines().min_by_key(|line| line.number).unwrap_or(home);
        let last = lines().max_by_key(|line| line.number).unwrap_or(home);
        Builder::new(self.0.text(), frame, primary, places).build(self, first, last)
    }

    fn line_at(self, offset: usize) -> Line {
        let (number, start) = self.0.locate(offset);
        self.line(number, start)
    }

    fn line(self, number: u32, start: usize) -> Line {
        let end = self.0.line_end(start);
        let carriage = end > start && self.0.text()[end - 1] == b'\r';
        Line {
            number,
            start,
            end: if carriage { end - 1 } else { end },
        }
    }

    fn next(self, line: Line) -> Line {
        let start = (self.0.line_end(line.end) + 1).min(self.0.text().len());
        self.line(line.number + 1, start)
    }

    /// Returns the part of a span on a line. A span of several lines is shown on its first line.
    fn on_line(self, span: Span, line: Line) -> Range<usize> {
        let start = self.0.clamp(span.start).min(line.end);
        start..self.0.clamp(span.end).clamp(start, line.end)
    }

    /// Returns another place and its line, if it fits into the window with the places so far.
    fn neighbour(
        self,
        span: Span,
        taken: &[(Range<usize>, Line)],
        home: Line,
        frame: Frame,
    ) -> Option<(Range<usize>, Line)> {
        let line = self.line_at(self.0.clamp(span.start));
        let place = self.on_line(span, line);
        let near = line.number.abs_diff(home.number) <= NEAR;
        let apart = |other: &Range<usize>| place.start >= other.end || other.start >= place.end;
        let beside = || taken.iter().filter(|(_, other)| other.number == line.number);
        let reach = beside()
            .fold(place.clone(), |all, (other, _)| hull(&all, other))
            .len()
            + 4;
        let fits = beside().next().is_none() || reach <= frame.columns;
        (near && fits && beside().all(|(other, _)| apart(other))).then_some((place, line))
    }
}

/// Builds the text of a window line by line.
struct Builder<'a> {
    file: &'a [u8],
    frame: Frame,
    primary: Range<usize>,
    related: Vec<Option<Range<usize>>>,
    window: Window,
}

impl<'a> Builder<'a> {
    fn new(file: &'a [u8], frame: Frame, primary: Range<usize>, related: Vec<Option<Range<usize>>>) -> Self {
        let window = Window {
            text: String::new(),
            first_line: 0,
            lines: 0,
            primary: 0..0,
            column: 0,
            related: related.iter().map(|_| None).collect(),
        };
        Self {
            file,
            frame,
            primary,
            related,
            window,
        }
    }

    fn build(mut self, lines: Lines<'_>, first: Line, last: Line) -> Window {
        self.window.first_line = first.number;
        let mut line = first;
        self.push(line);
        while line.number < last.number {
            line = lines.next(line);
            self.push(line);
        }
        self.window
    }

    fn push(&mut self, line: Line) {
        if self.window.lines > 0 {
            self.window.text.push('\n');
        }
        self.window.lines += 1;
        let here = |place: &Range<usize>| (line.start..=line.end).contains(&place.start);
        let places: Vec<Option<Range<usize>>> = std::iter::once(Some(self.primary.clone()))
            .chain(self.related.iter().cloned())
            .map(|place| place.filter(here))
            .collect();
        let anchor = places.iter().flatten().cloned();
        let anchor = anchor
            .reduce(|all, place| hull(&all, &place))
            .unwrap_or(line.start..line.start);
        let clip = clip(self.file, line, &anchor, self.frame);
        let begin = self.window.text.len();
        let found = self.write(&clip, &places);
        for (index, place) in found.into_iter().enumerate() {
            let Some(place) = place else { continue };
            let column = self.middle(begin, &place);
            if let Some(related) = index.checked_sub(1) {
                self.window.related[related] = Some(Related { place, column });
            } else {
                (self.window.primary, self.window.column) = (place, column);
            }
        }
    }

    /// Writes a clipped line. Returns the places on it, in the window's text.
    fn write(&mut self, clip: &Clip, places: &[Option<Range<usize>>]) -> Vec<Option<Range<usize>>> {
        let text = &mut self.window.text;
        let ellipsis = if self.frame.unicode { "…" } else { "..." };
        if clip.cut_left {
            text.push_str(ellipsis);
        }
        let mut found: Vec<Option<Option<Range<usize>>>> =
            places.iter().map(|place| place.as_ref().map(|_| None)).collect();
        for glyph in &clip.glyphs {
            let at = text.len();
            text.push(glyph.shown);
            for (place, found) in places.iter().zip(&mut found) {
                if let (Some(place), Some(found)) = (place, found) {
                    extend(found, place, glyph, at..text.len());
                }
            }
        }
        let end = text.len();
        // A label at the end of a line needs a character.
        if found.iter().any(|found| matches!(found, Some(None))) {
            text.push(' ');
        }
        if clip.cut_right {
            text.push_str(ellipsis);
        }
        let found = found.into_iter();
        found
            .map(|found| found.map(|range| range.unwrap_or(end..end)))
            .collect()
    }

    /// Returns the column in the middle of a place, as the renderer counts columns.
    fn middle(&self, begin: usize, place: &Range<usize>) -> usize {
        let text = &self.window.text;
        let start = columns(&text[begin..place.start], 0);
        let end = columns(&text[place.clone()], start).max(start + 1);
        usize::midpoint(start, end)
    }
}

/// Extends the range of a place by a glyph at `at`, if the place covers the glyph or begins there.
fn extend(found: &mut Option<Range<usize>>, place: &Range<usize>, glyph: &Glyph, at: Range<usize>) {
    match found {
        None if place.is_empty() && glyph.bytes.contains(&place.start) => *found = Some(at.start..at.start),
        None if glyph.bytes.end > place.start && glyph.bytes.start < place.end => *found = Some(at),
        Some(range) if glyph.bytes.start < place.end && !place.is_empty() => range.end = at.end,
        _ => {}
    }
}

/// Returns the column after a text that begins in column `from`.
fn columns(text: &str, from: usize) -> usize {
    text.chars().fold(from, |column, c| match c {
        '\t' => column + TAB - column % TAB,
        _ => column + c.width().unwrap_or(0),
    })
}

/// The part of a line that fits.
struct Clip {
    glyphs: Vec<Glyph>,
    cut_left: bool,
    cut_right: bool,
}

/// Clips a line to the frame, around `anchor`. Reads only the part that could be shown.
fn clip(file: &[u8], line: Line, anchor: &Range<usize>, frame: Frame) -> Clip {
    // A character has at most four bytes. Marks without width are cut, too.
    let reach = frame.columns * 4;
    if line.end - line.start <= reach {
        let glyphs = glyphs(file, line.start..line.end, frame.unicode);
        if width(&glyphs) <= frame.columns {
            return Clip {
                glyphs,
                cut_left: false,
                cut_right: false,
            };
        }
    }
    let from = line.start.max(reach_back(file, anchor.start, frame));
    let from = boundary(file, from, anchor.start);
    let to = line.end.min(anchor.start + reach);
    let mut left = glyphs(file, from..anchor.start, frame.unicode);
    let mut right = glyphs_within(file, anchor.start..to, frame);

    let ellipses = if frame.unicode { 2 } else { 6 };
    let room = frame.columns.saturating_sub(ellipses).max(8);
    // The text before the place gets a third of the width, even if the place would fill it.
    let core = right
        .iter()
        .take_while(|glyph| glyph.bytes.start < anchor.end)
        .map(|glyph| glyph.width)
        .sum();
    let spare = room.saturating_sub(core);
    let after = width(&right).saturating_sub(core);
    keep_end(&mut left, (room / 3).max(spare.saturating_sub(after)));
    let used = width(&left);
    keep_start(&mut right, room.saturating_sub(used));

    let shown = left.first().map_or(anchor.start, |glyph| glyph.bytes.start);
    let shown_end = right.last().map_or(anchor.start, |glyph| glyph.bytes.end);
    left.append(&mut right);
    Clip {
        glyphs: left,
        cut_left: shown > line.start,
        cut_right: shown_end < line.end,
    }
}

/// Returns the offset of the first text before `at` that could be shown.
fn reach_back(file: &[u8], at: usize, frame: Frame) -> usize {
    // Every ASCII byte takes at least one column.
    let near = at.saturating_sub(frame.columns + 1);
    if file.get(near..at).is_some_and(<[u8]>::is_ascii) {
        near
    } else {
        at.saturating_sub(frame.columns * 4)
    }
}

/// Returns the first offset from `from` on that is not inside a character.
fn boundary(file: &[u8], from: usize, until: usize) -> usize {
    let inside = file[from..until]
        .iter()
        .take(3)
        .take_while(|byte| (0x80..0xc0).contains(*byte))
        .count();
    if from == 0 || file[from - 1] < 0x80 {
        from
    } else {
        from + inside
    }
}

/// Keeps as much of the end as fits, without a combining mark at its start.
fn keep_end(glyphs: &mut Vec<Glyph>, room: usize) {
    let mut used = 0;
    let kept = glyphs.iter().rev().take_while(|glyph| {
        used += glyph.width;
        used <= room
    });
    let mut cut = glyphs.len() - kept.count();
    if cut > 0 {
        cut += glyphs[cut..].iter().take_while(|glyph| glyph.width == 0).count();
    }
    glyphs.drain(..cut);
}

fn keep_start(glyphs: &mut Vec<Glyph>, room: usize) {
    let mut used = 0;
    let kept = glyphs.iter().take_while(|glyph| {
        used += glyph.width;
        used <= room
    });
    let cut = kept.count();
    glyphs.truncate(cut);
}

fn width(glyphs: &[Glyph]) -> usize {
    glyphs.iter().map(|glyph| glyph.width).sum()
}

/// Returns the glyphs of bytes. Invalid UTF-8 becomes `�`.
fn glyphs(file: &[u8], range: Range<usize>, unicode: bool) -> Vec<Glyph> {
    let mut out = Vec::with_capacity(range.len());
    let mut at = range.start;
    let mut marks = 0;
    for chunk in file[range].utf8_chunks() {
        for (index, c) in chunk.valid().char_indices() {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            let hidden = marks > STACKED || is_unprintable(c) || is_ci_mark(&file[at + index..]);
            out.push(glyph(c, at + index, hidden.then(|| placeholder(c, unicode))));
        }
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            let shown = placeholder('\u{fffd}', unicode);
            out.push(Glyph {
                bytes: at..at + chunk.invalid().len(),
                shown,
                width: 1,
            });
        }
        at += chunk.invalid().len();
    }
    out
}

/// Returns the first glyphs, as many as fit and one more. The rest does not affect the output.
fn glyphs_within(file: &[u8], range: Range<usize>, frame: Frame) -> Vec<Glyph> {
    // Every ASCII byte takes at least one column.
    let near = range.end.min(range.start + frame.columns + 1);
    let ascii = file.get(range.start..near).is_some_and(<[u8]>::is_ascii);
    glyphs(
        file,
        range.start..if ascii { near } else { range.end },
        frame.unicode,
    )
}

/// Returns the glyph of a character, or of its replacement.
fn glyph(c: char, at: usize, instead: Option<char>) -> Glyph {
    let bytes = at..at + c.len_utf8();
    if c == '\t' {
        return Glyph {
            bytes,
            shown: c,
            width: TAB,
        };
    }
    if let Some(shown) = instead {
        return Glyph {
            bytes,
            shown,
            width: 1,
        };
    }
    Glyph {
        bytes,
        shown: c,
        width: c.width().unwrap_or(0),
    }
}

/// Returns the smallest range that contains both.
fn hull(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        columns: 40,
        unicode: true,
    };

    /// The output for a line does not depend on the length of the omitted text.
    #[test]
    fn clipped_text_does_not_affect_the_output() {
        for (before, after) in [("x", "y"), ("é", "東"), ("x\u{301}", "y\u{200b}"), ("\t", "\t")] {
            for length in [1, 5, 39, 41, 200] {
                let place = "p".repeat(length);
                let of = |times: usize| {
                    let text = before.repeat(times) + &place + &after.repeat(times);
                    let start = before.len() * times;
                    shown(&text, start, start + length)
                };
                assert_eq!(of(170), of(4_000), "{before:?} {length}");
            }
        }
    }

    /// Returns the window's text, and the text under its label.
    fn shown(text: &str, start: usize, end: usize) -> (String, String) {
        let source = Source::new("a.json", text.as_bytes());
        let span = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
        let window = window(&source, span, &[], FRAME);
        (window.text.clone(), window.text[window.primary].to_owned())
    }

    fn of(text: &str, part: &str) -> (String, String) {
        let start = text.find(part).unwrap();
        shown(text, start, start + part.len())
    }

    #[test]
    fn only_the_line_of_the_place_is_shown() {
        assert_eq!(of("a\nb\nccc\nd\ne\n", "ccc"), ("ccc".into(), "ccc".into()));
        assert_eq!(of("a\r\nccc\r\nd\r\n", "ccc"), ("ccc".into(), "ccc".into()));
    }

    #[test]
    fn a_label_over_several_lines_is_shown_on_the_first() {
        assert_eq!(
            of("[\n{\n\"a\": 1\n}\n]", "{\n\"a\": 1\n}"),
            ("{".into(), "{".into())
        );
    }

    #[test]
    fn the_end_of_the_file_has_room_for_a_caret() {
        assert_eq!(shown("", 0, 0), (" ".into(), String::new()));
        assert_eq!(shown("[1,", 3, 3), ("[1, ".into(), String::new()));
        assert_eq!(shown("[1,\n", 4, 4), (" ".into(), String::new()));
        assert_eq!(shown("[1,\n", 900, 905), (" ".into(), String::new()));
        assert_eq!(shown("ab\ncd", 2, 3), ("ab ".into(), String::new()));
    }

    #[test]
    fn long_lines_are_cut_round_the_label() {
        let text = format!("[{}\"bad\",{}]", "\"aaaa\",".repeat(50), "\"bbbb\",".repeat(50));
        let (window, label) = of(&text, "\"bad\"");
        assert_eq!(label, "\"bad\"");
        assert!(window.starts_with('…') && window.ends_with('…'), "{window}");
        assert_eq!(columns(&window, 0), FRAME.columns);
    }

    #[test]
    fn near_either_end_the_room_is_used() {
        let text = format!("\"bad\"{}", "x".repeat(100));
        assert_eq!(columns(&of(&text, "\"bad\"").0, 0), FRAME.columns - 1);
        let text = format!("{}\"bad\"", "x".repeat(100));
        assert_eq!(columns(&of(&text, "\"bad\"").0, 0), FRAME.columns - 1);
    }

    #[test]
    fn a_label_longer_than_the_window_keeps_its_start() {
        let text = format!("[\"{}\"]", "x".repeat(10_000));
        let (window, label) = shown(&text, 1, 10_003);
        assert!(label.starts_with("\"xxx") && window.ends_with('…'), "{window}");
        assert!(columns(&window, 0) <= FRAME.columns);
    }

    #[test]
    fn wide_combining_and_broken_text_is_counted_in_columns() {
        let text = format!("{}bad{}", "漢e\u{301}".repeat(60), "字".repeat(60));
        let (window, label) = of(&text, "bad");
        assert_eq!(label, "bad");
        assert!(columns(&window, 0) <= FRAME.columns, "{window}");
        let mut bytes = vec![0xff; 300];
        bytes.extend_from_slice(b"bad");
        let window = super::window(&Source::new("a", &bytes), Span::new(300, 303), &[], FRAME);
        assert_eq!(&window.text[window.primary], "bad");
    }

    #[test]
    fn dangerous_characters_are_replaced_and_labels_still_hold() {
        let text = "[\"\u{1b}[31m\u{7}\u{202e}\u{9b}\rab##[error]\", \"bad\"]";
        let (window, label) = of(text, "\"bad\"");
        assert_eq!(
            (window.as_str(), label.as_str()),
            ("[\"␛[31m␇��␍ab�#[error]\", \"bad\"]", "\"bad\"")
        );
    }

    #[test]
    fn a_second_place_is_shown_when_it_can_be_seen_at_once() {
        let text = "{\"a\":1,\n\"b\":2,\n\"a\":3}";
        let source = Source::new("a.json", text.as_bytes());
        let window = super::window(&source, Span::new(15, 18), &[Span::new(1, 4)], FRAME);
        let second = window.related[0].as_ref().unwrap();
        assert_eq!(&window.text[second.place.clone()], "\"a\"");
        assert_eq!((window.first_line, window.lines), (0, 3));
        let far = format!("{{\"a\":1,{}\"a\":3}}", "\n".repeat(9));
        let source = Source::new("a.json", far.as_bytes());
        assert!(super::window(&source, Span::new(16, 19), &[Span::new(1, 4)], FRAME).related[0].is_none());
        let long = format!("{{\"a\":1,{}\"a\":3}}", " ".repeat(900));
        let source = Source::new("a.json", long.as_bytes());
        assert!(super::window(&source, Span::new(907, 910), &[Span::new(1, 4)], FRAME).related[0].is_none());
    }
}
