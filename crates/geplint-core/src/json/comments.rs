//! Comments and whitespace that JSON does not allow: each is a syntax error, and is skipped.

use super::error::SyntaxKind;
use super::reader::Reader;
use super::scan;

impl Reader<'_> {
    /// Skips comments and whitespace that JSON does not allow. Returns false if there is none.
    pub(super) fn odd_space(&mut self) -> bool {
        let start = self.at;
        let before = self.previous_end(start);
        let rest = self.text.get(start..).unwrap_or("");
        let odd = |character: char| match character {
            '\u{B}' | '\u{C}' | '\u{200B}' | '\u{FEFF}' => true,
            other => !other.is_ascii() && other.is_whitespace(),
        };
        let length = match self.bytes.get(start..).unwrap_or(&[]) {
            [b'#', ..] | [b'/', b'/', ..] => scan::line_end(self.bytes, start) - start,
            [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => rest.find(|character| !odd(character)).unwrap_or(rest.len()),
        };
        if length == 0 {
            return false;
        }
        let kind = match self.byte() {
            b'#' => SyntaxKind::HashComment,
            b'/' => SyntaxKind::Comment,
            _ => SyntaxKind::OddSpace,
        };
        self.report(kind, start, start + length);
        self.memory.cut |=
            rest.starts_with("/*") && !rest.get(..length).is_some_and(|all| all.ends_with("*/"));
        self.at = scan::space(self.bytes, start + length);
        self.memory.gap = (before, self.at);
        true
    }
}
