//! The one choke point for text that comes from files: nothing in it may drive a terminal or a CI log.
//!
//! Three dangers are met here. Control characters move the cursor or ring the bell; invisible and
//! bidirectional characters make text read as something it is not; and CI runners obey lines such as
//! `::error::…` and `##[group]…` wherever they come from.

use std::borrow::Cow;
use std::path::Path;

/// The longest text a human format shows of one message, key or pointer; machine formats show it all.
const LONGEST: usize = 1_000;

/// Whether `c` is a control, has no width, reorders its neighbours, or breaks a line.
pub const fn is_unprintable(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}' // soft hyphen
        | '\u{34f}' // combining grapheme joiner
        | '\u{61c}' // Arabic letter mark
        | '\u{115f}'..='\u{1160}' // Hangul fillers
        | '\u{17b4}'..='\u{17b5}' // Khmer inherent vowels
        | '\u{180b}'..='\u{180f}' // Mongolian selectors
        | '\u{200b}'..='\u{200f}' // zero width, direction marks
        | '\u{2028}'..='\u{202e}' // line and paragraph separators, direction embeddings
        | '\u{2060}'..='\u{206f}' // joiners, isolates, invisible operators
        | '\u{3164}' // Hangul filler
        | '\u{fdd0}'..='\u{fdef}' // noncharacters
        | '\u{fe00}'..='\u{fe0f}' // variation selectors
        | '\u{feff}' // byte order mark
        | '\u{ffa0}' // half-width Hangul filler
        | '\u{fff0}'..='\u{fffb}' // annotations
        | '\u{13430}'..='\u{1343f}' // Egyptian format controls
        | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
        | '\u{1d173}'..='\u{1d17a}' // musical format controls
        | '\u{e0000}'..='\u{e0fff}' // tags and more selectors
    ) || (c as u32) & 0xfffe == 0xfffe
}

/// What stands in a source line for a character that may not be shown: one column wide, always.
pub const fn placeholder(c: char, unicode: bool) -> char {
    match c {
        _ if !unicode => '?',
        '\0'..='\u{1f}' => control_picture(c),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// The control picture of a C0 character: `␛` for the escape.
const fn control_picture(c: char) -> char {
    match char::from_u32(0x2400 + c as u32) {
        Some(picture) => picture,
        None => '\u{fffd}',
    }
}

/// Whether `rest` begins with a mark that CI runners look for anywhere in a line: `##[`, `##vso[`.
#[inline]
pub fn is_ci_mark(rest: &[u8]) -> bool {
    rest.first() == Some(&b'#') && is_command(rest)
}

fn is_command(rest: &[u8]) -> bool {
    // No command has a longer name, and a longer look would make `######…` slow.
    let mut after = rest
        .iter()
        .skip(2)
        .take(32)
        .skip_while(|byte| byte.is_ascii_alphanumeric());
    rest.starts_with(b"##") && after.next() == Some(&b'[')
}

/// Text for a message, a key, a pointer or a path: one line, harmless, and not endless.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return escape_whole(text);
    }
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => Cow::Owned(escape_whole(&text[..cut]).into_owned() + "..."),
        None => escape_whole(text),
    }
}

/// A line of a file, whole: as it is, tabs too, but harmless.
pub fn source_line(text: &str) -> Cow<'_, str> {
    if !needs_escape(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if c == '\t' {
            out.push(c);
        } else {
            push_escaped(&mut out, c, &text[at..]);
        }
    }
    Cow::Owned(out)
}

/// A path as its user wrote it, with `/` between its parts and nothing unprintable in it.
pub fn path(path: &Path) -> String {
    escape(&plain_path(path)).into_owned()
}

/// A path for machine formats: `/` between its parts, bytes that are no UTF-8 replaced.
pub fn plain_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

fn escape_whole(text: &str) -> Cow<'_, str> {
    if !needs_escape(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        push_escaped(&mut out, c, &text[at..]);
    }
    Cow::Owned(out)
}

/// A quick look for the usual case, in which there is nothing to do.
fn needs_escape(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b':' | b'#');
    // All bytes are looked at, whatever the first ones are: that is done many at a time.
    let usual = text.bytes().fold(true, |all, byte| all & plain(byte));
    !usual && (text.contains("::") || text.contains("##") || text.chars().any(is_unprintable))
}

fn push_escaped(out: &mut String, c: char, rest: &str) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_unprintable(c) || rest.starts_with("::") || is_ci_mark(rest.as_bytes()) => {
            out.extend(c.escape_unicode());
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed_as_it_is() {
        for text in ["", "C-100", "Müller, Zoë", "東京", "a: b", "# one", "e\u{301}"] {
            assert!(
                matches!(escape(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn controls_and_invisibles_are_spelled_out() {
        assert_eq!(escape("\u{1b}[2J\u{7}"), "\\u{1b}[2J\\u{7}");
        assert_eq!(escape("a\r\nb\tc"), "a\\r\\nb\\tc");
        assert_eq!(escape("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(
            escape("a\u{202e}b\u{2066}c\u{200b}d\u{2028}"),
            "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}"
        );
        assert_eq!(escape("\u{feff}x\u{e0041}"), "\\u{feff}x\\u{e0041}");
        // Format controls of scripts, from the first to the last; their neighbours are letters and notes.
        for range in [
            '\u{13430}'..='\u{1343f}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
        ] {
            assert!(range.clone().all(is_unprintable), "{range:?}");
        }
        let beside = "\u{1342f}\u{13440}\u{1bc9f}\u{1bca4}\u{1d172}\u{1d17b}";
        assert_eq!(escape(beside), beside);
    }

    #[test]
    fn nothing_unprintable_survives_from_any_character() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let mut text = c.to_string();
            text = escape(&text).into_owned();
            assert!(!text.chars().any(is_unprintable), "{:x}", c as u32);
            assert!(!is_unprintable(placeholder(c, true)) && !is_unprintable(placeholder(c, false)));
        }
    }

    #[test]
    fn ci_marks_are_broken() {
        for text in [
            "::error::x",
            "a ::stop-commands::y",
            ":::",
            "##[error]x",
            "a##vso[task.x]",
            "###[group]",
        ] {
            let safe = escape(text);
            assert!(!safe.contains("::"), "{safe}");
            assert!(!safe.contains("##[") && !safe.contains("##vso["), "{safe}");
        }
    }

    #[test]
    fn long_text_is_cut_on_a_character() {
        let long = "é".repeat(5_000);
        let shown = escape(&long);
        assert_eq!(shown.chars().count(), LONGEST + 3);
        assert!(shown.ends_with("..."));
    }
}
