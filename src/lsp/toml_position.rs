//! Resolves a position in a TOML file: its table, and whether it is in a key or a value. The text may be incomplete, so it is
//! scanned, not parsed as TOML; an unclosed construct ends at the end of its line. Linear, without recursion.

use std::ops::Range;

/// A position in a TOML file.
#[derive(Debug, PartialEq, Eq)]
pub struct TomlPosition {
    /// The keys from the root to the table.
    pub table: Vec<String>,
    /// The syntactic part at the position.
    pub part: Part,
    /// The byte range of the word or string at the position, on one line; empty if there is none.
    pub word: Range<usize>,
    /// The keys with a value in that table, relative to it.
    pub keys: Vec<Vec<String>>,
}

/// The syntactic part of a position.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// A table header; `word` is the header with its brackets.
    Head,
    /// A key.
    Key {
        /// True in an inline table or after a dot, where a table header is not allowed.
        inline: bool,
    },
    /// The value of this key.
    Value(String),
    /// A comment.
    Comment,
}

/// An open table or array.
#[derive(Debug, Default)]
struct Level {
    /// The keys from the root to it.
    path: Vec<String>,
    /// The keys of the current entry.
    entry: Vec<String>,
    /// True while the value is read.
    in_value: bool,
    is_array: bool,
    keys: Vec<Vec<String>>,
}

impl Level {
    fn new(path: Vec<String>, is_array: bool) -> Self {
        Self {
            path,
            in_value: is_array,
            is_array,
            ..Self::default()
        }
    }

    /// Returns the keys from the root to the value of the entry.
    fn inner(&self) -> Vec<String> {
        self.path.iter().chain(&self.entry).cloned().collect()
    }

    /// Begins the next entry.
    fn next(&mut self) {
        self.entry.clear();
        self.in_value = self.is_array;
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b':')
}

/// Scans a text up to a position.
struct Scanner<'t> {
    text: &'t str,
    position: usize,
    /// The open tables and arrays; never empty.
    levels: Vec<Level>,
}

impl TomlPosition {
    /// Resolves a byte offset.
    pub fn at(text: &str, position: usize) -> Self {
        let mut scanner = Scanner {
            text,
            position,
            levels: vec![Level::default()],
        };
        let mut at = 0;
        loop {
            match scanner.step(at) {
                Ok(next) if next > at => at = next,
                Ok(_) => return scanner.here(position..position),
                Err(position) => return position,
            }
        }
    }
}

impl Scanner<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Returns the end of the line of an offset.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let length = memchr::memchr2(b'\n', b'\r', rest);
        length.map_or(self.text.len(), |length| at + length)
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Scans one token, and returns the offset after it. Returns the same offset at the position, and `Err` with the resolved
    /// position if it is in the token.
    fn step(&mut self, at: usize) -> Result<usize, TomlPosition> {
        let Some(byte) = self.byte(at).filter(|_| at < self.position) else {
            return Ok(at);
        };
        let is_top = self.levels.len() == 1;
        let level = self.level();
        let (in_value, is_array) = (level.in_value, level.is_array);
        match byte {
            b'\n' => {
                self.new_line(at + 1);
                Ok(at + 1)
            }
            b'#' => {
                let end = self.line_end(at);
                if end >= self.position {
                    return Err(TomlPosition {
                        part: Part::Comment,
                        ..self.here(at..end)
                    });
                }
                Ok(end)
            }
            b'[' if is_top && !in_value && level.entry.is_empty() => self.head(at),
            b'"' | b'\'' => self.string(at, byte),
            b'=' if !in_value => {
                let entry = level.entry.clone();
                level.keys.push(entry);
                level.in_value = true;
                Ok(at + 1)
            }
            b'[' if in_value => {
                let path = level.inner();
                self.levels.push(Level::new(path, true));
                Ok(at + 1)
            }
            b'{' if in_value => {
                let path = level.inner();
                self.levels.push(Level::new(path, false));
                Ok(at + 1)
            }
            b']' | b'}' if !is_top && is_array == (byte == b']') => {
                self.levels.pop();
                Ok(at + 1)
            }
            b',' => {
                if !is_top {
                    level.next();
                }
                Ok(at + 1)
            }
            _ if is_word(byte) || byte >= 0x80 => {
                let rest = self.text.as_bytes().get(at..).unwrap_or_default();
                let length = rest
                    .iter()
                    .take_while(|byte| is_word(**byte) || **byte >= 0x80)
                    .count();
                self.word(at..at + length)
            }
            _ => Ok(at + 1),
        }
    }

    /// Begins a line: closes constructs that cannot continue on it.
    fn new_line(&mut self, at: usize) {
        // An inline table ends with its line.
        while self.levels.len() > 1 && self.levels.last().is_some_and(|level| !level.is_array) {
            self.levels.pop();
        }
        if self.levels.len() > 1 {
            let line = self.slice(at..self.line_end(at)).trim_start();
            let word = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
            let is_key = word.len() < line.len() && word.trim_start().starts_with('=');
            let is_head =
                line.starts_with('[') && line.trim_end().ends_with(']') && !line.contains(['"', '\'', ',']);
            if is_key || (is_head && line.len() > 2) {
                self.levels.truncate(1);
            }
        }
        if self.levels.len() == 1 {
            self.level().next();
        }
    }

    /// Scans a table header.
    fn head(&mut self, at: usize) -> Result<usize, TomlPosition> {
        let end = self.line_end(at);
        let line = self.slice(at..end);
        let length = line.find('#').unwrap_or(line.len());
        let head = at..at + self.slice(at..at + length).trim_end().len();
        if self.position <= head.end.max(at + 1) {
            return Err(TomlPosition {
                table: keys(self.slice(head.clone())),
                part: Part::Head,
                word: head,
                keys: Vec::new(),
            });
        }
        let path = keys(self.slice(head.clone()));
        self.levels = vec![Level::new(path, false)];
        Ok(head.end.max(at + 1))
    }

    fn string(&mut self, at: usize, quote: u8) -> Result<usize, TomlPosition> {
        let bytes = self.text.as_bytes();
        let triple = [quote; 3];
        if bytes.get(at..at + 3) == Some(&triple) {
            let rest = bytes.get(at + 3..).unwrap_or_default();
            let length = memchr::memmem::find(rest, &triple).map_or(rest.len(), |length| length + 3);
            let end = at + 3 + length;
            // Multi-line strings have no completions.
            return if end < self.position {
                Ok(end)
            } else {
                Err(TomlPosition {
                    part: Part::Comment,
                    ..self.here(at..end)
                })
            };
        }
        let line_end = self.line_end(at);
        let mut end = at + 1;
        while end < line_end {
            match self.byte(end) {
                Some(b'\\') if quote == b'"' => end += 2,
                Some(byte) if byte == quote => break,
                _ => end += 1,
            }
        }
        let end = if end < line_end {
            end + 1
        } else {
            at + self.slice(at..line_end).trim_end().len()
        };
        self.word(at..end.max(at + 1))
    }

    /// Scans a word or string: a key or a value.
    fn word(&mut self, word: Range<usize>) -> Result<usize, TomlPosition> {
        if word.start < self.position && self.position <= word.end {
            return Err(self.here(word));
        }
        let name = unquoted(self.slice(word.clone())).to_owned();
        let level = self.level();
        if !level.in_value {
            level.entry.push(name);
        }
        Ok(word.end)
    }

    /// Resolves the position in the innermost open construct; `word` is the byte range of its word.
    fn here(&mut self, word: Range<usize>) -> TomlPosition {
        let is_top = self.levels.len() == 1;
        let below = if is_top { self.keys_below() } else { Vec::new() };
        let level = self.level();
        let mut table = level.inner();
        if level.in_value {
            let key = table.last().cloned().unwrap_or_default();
            table.pop();
            return TomlPosition {
                table,
                part: Part::Value(key),
                word,
                keys: Vec::new(),
            };
        }
        let before = level.entry.clone();
        let keys = level.keys.iter().chain(&below);
        let keys = keys.filter_map(|key| key.strip_prefix(before.as_slice()));
        let keys = keys
            .filter(|key| !key.is_empty())
            .map(<[String]>::to_vec)
            .collect();
        TomlPosition {
            table,
            part: Part::Key {
                inline: !is_top || !before.is_empty(),
            },
            word,
            keys,
        }
    }

    /// Returns the keys of the lines after the position, up to the next table.
    fn keys_below(&self) -> Vec<Vec<String>> {
        let below = self.slice(self.line_end(self.position)..self.text.len());
        let lines = below
            .lines()
            .take_while(|line| !line.trim_start().starts_with('['));
        let keys = lines
            .filter_map(|line| line.split_once('='))
            .map(|(key, _)| keys(key));
        keys.filter(|key| !key.is_empty()).collect()
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// Splits a dotted key or a table header into keys; none for a comment.
fn keys(text: &str) -> Vec<String> {
    let text = text.trim().trim_matches(['[', ']']);
    if text.starts_with('#') {
        return Vec::new();
    }
    let keys = text.split('.').map(|key| unquoted(key.trim()).to_owned());
    keys.filter(|key| !key.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats the position of `|`: table, part, word and keys.
    fn position(text: &str) -> String {
        let at = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let position = TomlPosition::at(&text, at);
        let part = match position.part {
            Part::Head => "head".to_owned(),
            Part::Key { inline } => if inline { "inline key" } else { "key" }.to_owned(),
            Part::Value(key) => format!("value of {key}"),
            Part::Comment => "comment".to_owned(),
        };
        let keys: Vec<String> = position.keys.iter().map(|key| key.join(".")).collect();
        format!(
            "{}: {part} <{}> {}",
            position.table.join("."),
            &text[position.word],
            keys.join(" ")
        )
    }

    #[test]
    fn positions_have_their_table_and_part() {
        for (text, wanted) in [
            ("|", ": key <> "),
            ("fa|il = 1\nb = 2", ": key <fail> b"),
            ("a = 1\n|\nb.c = 2\n[x]\nd = 1", ": key <> a b.c"),
            ("[x.'y z'.w]\na = |", "x.y z.w: value of a <> "),
            ("[[x]]\na = \"b|c\" # d", "x: value of a <\"bc\"> "),
            ("[[x]]\na = \"b|", "x: value of a <\"b> "),
            ("[x|]\n", "x: head <[x]> "),
            ("[|", ": head <[> "),
            ("a = [\"b\", |]", ": value of a <> "),
            ("a = [\n  \"b\",\n  c|\n]", ": value of a <c> "),
            ("a = [\n  \"b\",\nd = |", ": value of d <> "),
            ("a = [\n[t]\n|", "t: key <> "),
            ("a = { b = 1, c.d = { |", "a.c.d: inline key <> "),
            ("a = { b = 1, c| }", "a: inline key <c> b"),
            ("a = [{ b = 1 }, { |", "a: inline key <> "),
            ("a = { b = 1\nc|", ": key <c> a"),
            ("[t]\na.b = 1\na.|", "t.a: inline key <> b"),
            ("[t]\na.b.c = |", "t.a.b: value of c <> "),
            ("# a = |", ": comment <# a = > "),
            ("a = '''\n b = |", ": comment <'''\n b = > "),
            ("a = \"x\\\"|\"", ": value of a <\"x\\\"\"> "),
        ] {
            assert_eq!(position(text), wanted, "{text}");
        }
    }

    #[test]
    fn every_position_of_a_damaged_file_is_resolved() {
        let text = "a = \"é\n[[b]\r\n = 3\n]}{[,.'''x\n\u{2028}== { c = [ \n\"\\";
        for at in 0..=text.len() {
            let position = TomlPosition::at(text, at);
            assert!(position.word.start <= position.word.end, "{at}: {position:?}");
        }
    }
}
