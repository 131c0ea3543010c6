//! Edits of a file, and their application.

use crate::finding::Span;

/// A replacement of bytes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced bytes; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// The fix of a finding. Either all of its edits are applied or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// True if the API receives the same as before.
    pub safe: bool,
    /// The edits, in the order of the file, without overlaps.
    pub edits: Vec<Edit>,
}

/// Applies edits, which must not overlap and must be inside the file.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[&Edit]) -> Vec<u8> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span);
    let more: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + more);
    let mut at = 0;
    for edit in edits {
        let start = edit.span.start as usize;
        out.extend_from_slice(bytes.get(at..start).unwrap_or_default());
        out.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end as usize;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_are_in_the_order_of_the_file() {
        let edits = [edit(4, 5, ""), edit(0, 1, "ab"), edit(2, 2, "x"), edit(2, 2, "y")];
        let edits: Vec<&Edit> = edits.iter().collect();
        assert_eq!(apply(b"01234567", &edits), b"ab1xy23567");
        assert_eq!(apply(b"01", &[]), b"01");
    }
}
