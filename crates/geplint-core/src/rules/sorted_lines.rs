//! Sorted lines in one text.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Sorted lines in one text, found by binary search. Deserializing them from compiled rules allocates nothing, and
/// validates nothing: they stay bytes until a line is found. Validating all of them takes 6 % more instructions for
/// one small file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Lines {
    #[serde(borrow, with = "serde_bytes")]
    text: Cow<'static, [u8]>,
}

impl Lines {
    /// Returns the lines, sorted bytewise and without duplicates. No line may contain a line feed.
    pub(super) fn new(lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines: Vec<String> = lines.into_iter().collect();
        lines.sort_unstable();
        lines.dedup();
        let mut text = String::new();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        Self {
            text: Cow::Owned(text.into_bytes()),
        }
    }

    /// Returns all lines.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        lines_of(&self.text)
    }

    /// Returns true if the line is present.
    pub(crate) fn holds(&self, line: &str) -> bool {
        let rest = &self.text[self.start_of(line)..];
        rest.strip_prefix(line.as_bytes())
            .is_some_and(|rest| rest.first() == Some(&b'\n'))
    }

    /// Returns the rest of each line that begins with `words` and a tab.
    pub(crate) fn after<'l>(&'l self, words: &'l str) -> impl Iterator<Item = &'l str> {
        self.iter_from(words)
            .take_while(move |line| line.starts_with(words))
            .filter_map(move |line| line.strip_prefix(words)?.strip_prefix('\t'))
    }

    /// Returns the lines from the first one on that is not less than `line`.
    pub(super) fn iter_from(&self, line: &str) -> impl Iterator<Item = &str> {
        lines_of(&self.text[self.start_of(line)..])
    }

    /// Returns the byte offset of the first line that is not less than `line`, or of the end if there is none.
    fn start_of(&self, line: &str) -> usize {
        let bytes = &*self.text;
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let before = bytes[low..middle].iter().rposition(|byte| *byte == b'\n');
            let start = before.map_or(low, |at| low + at + 1);
            let rest = bytes[middle..].iter().position(|byte| *byte == b'\n');
            let end = rest.map_or(bytes.len(), |at| middle + at);
            if bytes[start..end] < *line.as_bytes() {
                low = end + 1;
            } else {
                high = start;
            }
        }
        low.min(bytes.len())
    }
}

/// Returns the lines of a text, each of which ends with a line feed.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &str> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.filter_map(|line| str::from_utf8(line.strip_suffix(b"\n")?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_first_words() {
        let lines = ["b\t2", "a\t1", "b\t1", "bb\t3", "é\t4", "", "c"].map(String::from);
        let lines = Lines::new(lines);
        let after = |words| lines.after(words).collect::<Vec<_>>();
        assert_eq!(after("b"), ["1", "2"]);
        assert_eq!(after("bb"), ["3"]);
        assert_eq!(after("é"), ["4"]);
        assert!(after("d").is_empty() && after("c").is_empty());
        assert!(lines.holds("c") && lines.holds("a\t1") && !lines.holds("a"));
        assert!(!Lines::default().holds("a"));
        assert_eq!(lines.iter().count(), 7);
    }
}
