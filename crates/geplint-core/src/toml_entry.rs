//! A TOML file without one of its entries, to find the mistakes in the others.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The number of mistakes of a file that are reported.
const MOST: usize = 20;

/// Returns all mistakes of a file, at most 20. `read` returns each from the file without the entries of the earlier
/// ones. `start` returns the byte offset of a mistake; `None` if no other can be found after it.
///
/// A mistake of a table that has lost an entry is left out, because it may be the missing entry.
pub fn mistakes<E>(
    text: &str,
    read: &mut dyn FnMut(&str) -> Option<E>,
    start: impl Fn(&E, &str) -> Option<usize>,
) -> Vec<E> {
    let mut all = Vec::new();
    let mut lost: Vec<Range<usize>> = Vec::new();
    let mut text = text.to_owned();
    while lost.len() < MOST
        && let Some(mistake) = read(&text)
    {
        let rest = start(&mistake, &text).and_then(|start| without(&text, start));
        let is_new = |part: &Range<usize>| lost.iter().all(|lost| !part.contains(&lost.start));
        if rest.as_ref().is_none_or(|(_, part)| is_new(part)) {
            all.push(mistake);
        }
        let Some((rest, part)) = rest else { break };
        lost.push(part);
        text = rest;
    }
    all
}

/// Returns a file with spaces in place of the entry at an offset, so that all other offsets stay, and the range of
/// the entry. `None` if there is no entry, or if the result is not TOML.
fn without(text: &str, start: usize) -> Option<(String, Range<usize>)> {
    let file = DeTable::parse(text).ok()?;
    let entry = entry_in(text, file.get_ref(), start)?;
    let with_comma = with_comma(text, &entry);
    [entry, with_comma].into_iter().find_map(|part| {
        let rest = blanked(text, &part);
        (rest != text && DeTable::parse(&rest).is_ok()).then_some((rest, part))
    })
}

/// Returns an entry of an inline table with the comma after it, or else before it.
fn with_comma(text: &str, entry: &Range<usize>) -> Range<usize> {
    let after = text.get(entry.end..).unwrap_or_default();
    let before = text.get(..entry.start).unwrap_or_default();
    let gap = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        entry.start..entry.end + gap + 1
    } else if before.trim_end().ends_with(',') {
        before.trim_end().len() - 1..entry.end
    } else {
        entry.clone()
    }
}

/// Returns the innermost entry at an offset, from its name to its value; or a table, with its header.
fn entry_in(text: &str, table: &DeTable<'_>, start: usize) -> Option<Range<usize>> {
    for (key, value) in table {
        let (name, whole) = (key.span(), value.span());
        if let Some(inner) = entry_of(text, value, start) {
            return Some(inner);
        }
        if name.contains(&start) || whole.contains(&start) {
            let is_table = matches!(value.get_ref(), DeValue::Table(_));
            return Some(if is_table && text.get(whole.clone())?.starts_with('[') {
                below_header(text, whole.start)
            } else {
                dotted_start(text, name.start)..whole.end
            });
        }
    }
    None
}

/// Returns the start of the dotted key with a part at an offset: `a` in `a.b.c = 1`.
fn dotted_start(text: &str, part: usize) -> usize {
    let before = text.get(..part).unwrap_or_default();
    if !before.trim_end().ends_with('.') {
        return part;
    }
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | ' ' | '\t');
    let start = before.trim_end_matches(is_key).len();
    part - before.get(start..).unwrap_or_default().trim_start().len()
}

/// The same in a value.
fn entry_of(text: &str, value: &Spanned<DeValue<'_>>, start: usize) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::Table(table) => entry_in(text, table, start),
        DeValue::Array(elements) => elements.iter().find_map(|element| {
            entry_of(text, element, start).or_else(|| {
                let span = element.span();
                let is_table = matches!(element.get_ref(), DeValue::Table(_));
                (is_table && span.contains(&start) && text.get(span.clone())?.starts_with('['))
                    .then(|| below_header(text, span.start))
            })
        }),
        _ => None,
    }
}

/// Returns a table from its header to the next one.
fn below_header(text: &str, at: usize) -> Range<usize> {
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let rest = text.get(at..).unwrap_or_default();
    let next = rest.match_indices('\n').find(|(at, _)| {
        let line = rest.get(at + 1..).unwrap_or_default();
        line.trim_start_matches([' ', '\t']).starts_with('[')
    });
    start..next.map_or(text.len(), |(length, _)| at + length)
}

/// Returns a text with spaces in place of a part; line breaks stay.
fn blanked(text: &str, part: &Range<usize>) -> String {
    let blank = |c: char| {
        if c == '\n' {
            "\n".to_owned()
        } else {
            " ".repeat(c.len_utf8())
        }
    };
    let inside: String = text
        .get(part.clone())
        .unwrap_or_default()
        .chars()
        .map(blank)
        .collect();
    let before = text.get(..part.start).unwrap_or_default();
    let after = text.get(part.end..).unwrap_or_default();
    format!("{before}{inside}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_removed_and_the_rest_keeps_its_place() {
        for (text, at, rest) in [
            ("a = 1\nb = 2\n", "a", "     \nb = 2\n"),
            ("a = [1,\n2]\nb = 2", "2]", "       \n  \nb = 2"),
            ("[t]\na = 1\nb = 2\n", "b", "[t]\na = 1\n     \n"),
            ("[t]\na = 1\n[u]\nb = 2", "[t]", "   \n     \n[u]\nb = 2"),
            (
                "[[t]]\na = 1\n[[t]]\nb = 2\n",
                "b",
                "[[t]]\na = 1\n[[t]]\n     \n",
            ),
            (
                "[[t]]\na = 1\n[[t]]\nb = 2\n",
                "[[t]]",
                "     \n     \n[[t]]\nb = 2\n",
            ),
            ("t = {a = 1, b = 2}", "b", "t = {a = 1,      }"),
            ("t = {a = 1, b = 2}", "a", "t = {       b = 2}"),
            ("[t.u]\na = \"é\"\n", "a", "[t.u]\n        \n"),
            ("b = 1\nt.u.a = 1", "a", "b = 1\n         "),
            ("t.u.a = 1\nb = 1", "b", "t.u.a = 1\n     "),
        ] {
            let start = text.find(at).expect("it is in the text");
            let found = without(text, start).map(|(rest, _)| rest);
            assert_eq!(found.as_deref(), Some(rest), "{text}");
        }
        for (text, start) in [("a = ", 0), ("", 0), ("a = 1", 40), ("# a\nb = 1", 0)] {
            assert_eq!(without(text, start), None, "{text}");
        }
    }
}
