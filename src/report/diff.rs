//! The changes of a file, line by line, as a unified diff.

use std::borrow::Cow;
use std::fmt::{Display, Write};
use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

use super::style::Palette;
use crate::sanitize;

/// The number of unchanged lines that are shown around changed ones.
const CONTEXT: u32 = 3;

/// The number of characters of a line that are shown; of a longer line, those around the change.
const LONGEST: usize = 240;

/// Returns the difference between two versions of a file, with the file's name in the header. Empty if they are
/// equal.
///
/// Lines are shown as they are, but sanitized, and cut if they are very long. The time is never quadratic: if two
/// versions have little in common, more lines than necessary may be shown as changed.
#[must_use]
pub fn unified(name: &str, before: &str, after: &str, palette: Palette) -> String {
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.split_inclusive('\n'));
    input.update_after(after.split_inclusive('\n'));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let hunks: Vec<Hunk> = diff.hunks().collect();
    if hunks.is_empty() {
        return String::new();
    }
    let name = sanitize::escape(name);
    let mut page = Page {
        input: &input,
        palette,
        out: String::new(),
    };
    page.line(palette.strong(format!("--- {name}")));
    page.line(palette.strong(format!("+++ {name}")));
    let mut rest = hunks.as_slice();
    while !rest.is_empty() {
        // Hunks with adjacent context are joined.
        let near = |pair: &[Hunk]| pair[1].before.start - pair[0].before.end <= 2 * CONTEXT;
        let together = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (group, later) = rest.split_at(together);
        page.group(group);
        rest = later;
    }
    page.out
}

/// The output.
struct Page<'a> {
    input: &'a InternedInput<&'a str>,
    palette: Palette,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{text}");
    }

    fn group(&mut self, hunks: &[Hunk]) {
        let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
            return;
        };
        let length = u32::try_from(self.input.before.len()).unwrap_or(u32::MAX);
        let lead = first.before.start.min(CONTEXT);
        let tail = (length - last.before.end).min(CONTEXT);
        let before = first.before.start - lead..last.before.end + tail;
        let after = first.after.start - lead..last.after.end + tail;
        let head = format!("@@ -{} +{} @@", range(&before), range(&after));
        self.line(self.palette.name(head));
        let mut at = before.start;
        for hunk in hunks {
            self.context(at..hunk.before.start);
            self.change(hunk);
            at = hunk.before.end;
        }
        self.context(at..before.end);
    }

    fn context(&mut self, lines: Range<u32>) {
        for text in texts(self.input, &self.input.before, &lines) {
            let shown = shown(text, 0);
            self.line(format_args!(" {shown}"));
            self.no_newline(text);
        }
    }

    fn change(&mut self, hunk: &Hunk) {
        let old = texts(self.input, &self.input.before, &hunk.before);
        let new = texts(self.input, &self.input.after, &hunk.after);
        let of = |text: &str, other: Option<&&str>| {
            shown(text, other.map_or(0, |other| differs(text, other))).into_owned()
        };
        for (index, text) in old.iter().enumerate() {
            self.line(self.palette.error(format!("-{}", of(text, new.get(index)))));
            self.no_newline(text);
        }
        for (index, text) in new.iter().enumerate() {
            self.line(self.palette.good(format!("+{}", of(text, old.get(index)))));
            self.no_newline(text);
        }
    }

    fn no_newline(&mut self, text: &str) {
        if !text.ends_with('\n') {
            self.line("\\ No newline at end of file");
        }
    }
}

/// Returns lines of one version.
fn texts<'a>(input: &InternedInput<&'a str>, tokens: &[Token], lines: &Range<u32>) -> Vec<&'a str> {
    let tokens = tokens.get(lines.start as usize..lines.end as usize);
    let tokens = tokens.unwrap_or_default().iter();
    tokens.map(|token| input.interner[*token]).collect()
}

/// Formats a range as `12,3`. An empty range has the number of the line before it.
fn range(lines: &Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

/// Returns the byte offset, on a character boundary, of the first difference between two lines.
fn differs(line: &str, other: &str) -> usize {
    let same = line.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    line.floor_char_boundary(same.count())
}

/// Returns a line without its end, sanitized; of a long line, the part around `at`.
fn shown(line: &str, at: usize) -> Cow<'_, str> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.chars().nth(LONGEST).is_none() {
        return sanitize::source_line(line);
    }
    let before = line.get(..at).unwrap_or(line).char_indices();
    let start = before.rev().nth(LONGEST / 4).map_or(0, |(start, _)| start);
    let rest = &line[start..];
    let end = rest
        .char_indices()
        .nth(LONGEST)
        .map_or(rest.len(), |(end, _)| end);
    let (head, tail) = (
        if start > 0 { "…" } else { "" },
        if end < rest.len() { "…" } else { "" },
    );
    Cow::Owned(format!("{head}{}{tail}", sanitize::source_line(&rest[..end])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Palette = Palette { color: false };

    #[test]
    fn equal_files_have_no_difference() {
        assert_eq!(unified("a.json", "[]\n", "[]\n", PLAIN), "");
    }

    #[test]
    fn changed_lines_are_shown_with_context() {
        let before: Vec<String> = (1..=30).map(|line| format!("line {line}")).collect();
        let before = before.join("\n") + "\n";
        let after = before
            .replace("line 5\n", "")
            .replace("line 12\n", "twelve\n")
            .replace("line 30\n", "line 30");
        let expected = "\
--- a.json
+++ a.json
@@ -2,14 +2,13 @@
 line 2
 line 3
 line 4
-line 5
 line 6
 line 7
 line 8
 line 9
 line 10
 line 11
-line 12
+twelve
 line 13
 line 14
 line 15
@@ -27,4 +26,4 @@
 line 27
 line 28
 line 29
-line 30
+line 30
\\ No newline at end of file
";
        assert_eq!(unified("a.json", &before, &after, PLAIN), expected);
    }

    #[test]
    fn a_file_may_be_empty_before_or_after() {
        assert_eq!(
            unified("a", "", "x\n", PLAIN),
            "--- a\n+++ a\n@@ -0,0 +1 @@\n+x\n"
        );
        assert_eq!(
            unified("a", "x\n", "", PLAIN),
            "--- a\n+++ a\n@@ -1 +0,0 @@\n-x\n"
        );
    }

    #[test]
    fn the_output_is_harmless() {
        let shown = unified(
            "a\u{1b}\n.json",
            "\tx\u{1b}[2J\r\n##[error]\n",
            "\u{feff}\r\n",
            PLAIN,
        );
        assert_eq!(
            shown,
            "--- a\\u{1b}\\n.json\n+++ a\\u{1b}\\n.json\n@@ -1,2 +1 @@\n\
             -\tx\\u{1b}[2J\n-\\u{23}#[error]\n+\\u{feff}\n"
        );
    }

    #[test]
    fn only_the_change_of_a_long_line_is_shown() {
        let long = |middle: &str| format!("{}{middle}{}", "é".repeat(5_000), "z".repeat(5_000));
        let shown = unified("a", &long("old"), &long("new"), PLAIN);
        assert!(shown.contains("éoldz") && shown.contains("énewz"), "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() <= LONGEST + 3),
            "{shown}"
        );
    }

    #[test]
    fn colours_are_those_of_the_palette() {
        let shown = unified("a", "x\n", "y\n", Palette { color: true });
        assert!(shown.contains("\u{1b}[31"), "{shown:?}");
    }
}
