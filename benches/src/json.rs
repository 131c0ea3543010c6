//! Writes JSON as most programs pretty-print it: one member a line, two spaces a level.

use std::fmt::Write as _;

/// A document that is written from beginning to end.
#[derive(Debug, Default)]
pub struct Json {
    /// The text so far.
    pub out: String,
    depth: usize,
    /// True if the open list or object is still empty.
    first: bool,
}

impl Json {
    /// Creates an empty document that is part of another one at this depth.
    #[must_use]
    pub fn at(depth: usize) -> Self {
        Self {
            out: String::new(),
            depth,
            first: true,
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn item(&mut self) {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(',');
        }
        self.line();
    }

    fn inside(&mut self, brackets: [char; 2], content: impl FnOnce(&mut Self)) {
        self.out.push(brackets[0]);
        self.depth += 1;
        self.first = true;
        content(self);
        self.depth -= 1;
        if !std::mem::replace(&mut self.first, false) {
            self.line();
        }
        self.out.push(brackets[1]);
    }

    /// Writes an object.
    pub fn object(&mut self, content: impl FnOnce(&mut Self)) {
        self.inside(['{', '}'], content);
    }

    /// Writes a list of so many elements.
    pub fn list(&mut self, count: u64, mut element: impl FnMut(&mut Self, u64)) {
        self.inside(['[', ']'], |json| {
            for index in 0..count {
                json.item();
                element(json, index);
            }
        });
    }

    /// Writes a name, and calls `value` to write its value.
    pub fn member(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        self.item();
        let _ = write!(self.out, "\"{name}\": ");
        value(self);
    }

    /// Writes a name and a number, a boolean or null.
    pub fn plain(&mut self, name: &str, value: impl std::fmt::Display) {
        self.member(name, |json| {
            let _ = write!(json.out, "{value}");
        });
    }

    /// Writes a name and a string.
    pub fn text(&mut self, name: &str, value: &str) {
        self.member(name, |json| json.string(value));
    }

    /// Writes a string.
    pub fn string(&mut self, value: &str) {
        self.out.push('"');
        for part in value.split_inclusive(['"', '\\']) {
            match part.strip_suffix(['"', '\\']) {
                Some(before) => {
                    self.out.push_str(before);
                    self.out.push('\\');
                    self.out.push_str(&part[before.len()..]);
                }
                None => self.out.push_str(part),
            }
        }
        self.out.push('"');
    }
}
