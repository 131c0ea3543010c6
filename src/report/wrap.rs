//! Wraps sentences to lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Wraps `text` at spaces to lines of at most `columns`. A word is broken only if it is longer than a line.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let fits = text.len() <= columns && !text.starts_with(' ');
    if fits && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let width = word.width();
        let gap = usize::from(used > 0);
        if used > 0 && used + gap + width > columns {
            lines.push(String::new());
            used = 0;
        } else if gap > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        used = push_word(&mut lines, word, used, columns);
    }
    lines
}

/// Wraps `text` to lines of at most `columns`, each indented and with its line end.
pub fn indented(text: &str, columns: usize, indent: usize) -> String {
    let lines = wrap(text, columns.saturating_sub(indent).max(20));
    lines
        .iter()
        .fold(String::new(), |all, line| all + &" ".repeat(indent) + line + "\n")
}

/// Wraps a line with columns that are separated by spaces. If it is too long, its last column continues below the
/// start of that column or, if too few columns are left there, in separate lines with more indentation.
pub fn wrap_columns(line: &str, columns: usize) -> String {
    if line.width() <= columns {
        return format!("{line}\n");
    }
    let text = line.trim_start_matches(' ');
    let lead = line.len() - text.len();
    let Some((first, last)) = text.rsplit_once("  ") else {
        return indented(text, columns, lead);
    };
    let (column, first) = (lead + first.width() + 2, first.trim_end());
    if column <= columns / 2 {
        let below = indented(last, columns, column);
        let gap = " ".repeat(column - lead - first.width());
        format!("{}{first}{gap}{}", " ".repeat(lead), below.trim_start())
    } else {
        indented(first, columns, lead) + &indented(last, columns, lead + 2)
    }
}

/// Writes a word, and continues in the next line if it is longer than a line.
fn push_word(lines: &mut Vec<String>, word: &str, mut used: usize, columns: usize) -> usize {
    if used + word.len() <= columns && word.bytes().all(|byte| byte.is_ascii_graphic()) {
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
        return used + word.len();
    }
    for c in word.chars() {
        let width = c.width().unwrap_or(0);
        if used + width > columns && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        push(lines, c);
        used += width;
    }
    used
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::{wrap, wrap_columns};

    #[test]
    fn breaks_at_spaces() {
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("one two three", 20), ["one two three"]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
    }

    #[test]
    fn breaks_a_word_only_where_it_must() {
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("漢字漢字", 4), ["漢字", "漢字"]);
        assert_eq!(wrap("漢", 1), ["漢"]);
    }

    #[test]
    fn aligned_text_keeps_its_columns_if_they_fit() {
        assert_eq!(wrap_columns("  a   b c", 40), "  a   b c\n");
        assert_eq!(
            wrap_columns("  regions   names, codes and numbers of regions", 40),
            "  regions   names, codes and numbers of\n            regions\n"
        );
        assert_eq!(
            wrap_columns("  contacts = \"contacts.json\"   # a saved reply", 40),
            "  contacts = \"contacts.json\"\n    # a saved reply\n"
        );
        assert_eq!(
            wrap_columns("          missing-address, unknown-contact, other", 40),
            "          missing-address,\n          unknown-contact, other\n"
        );
    }
}
