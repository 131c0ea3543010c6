//! Makes text from files, file names, arguments and settings safe for terminals and CI logs.
//!
//! Control characters move the cursor. Invisible and bidirectional characters change the apparent meaning of a text.
//! CI runners execute lines such as `::error::…` and `##[group]…` of any program.
//!
//! Sanitizing is the last step of each output; nothing is dropped or replaced after it:
//!
//! | target | function |
//! |---|---|
//! | terminal and log, one line | [`escape`], [`line()`], [`source_line`] |
//! | terminal and log, a whole text of the program with such lines in it | [`document`] |
//! | JSON | `json::pretty` |
//! | XML | `report::xml::escape` |
//! | Markdown | `report::markdown::inert` |
//!
//! All of them use [`chars`] to decide which characters may be shown, so that they agree. The escape function of a
//! new syntax must use it, too.

use core::net::Ipv6Addr;
use std::borrow::Cow;
use std::path::Path;

use unicode_width::UnicodeWidthChar as _;

/// The number of combining marks in a row that are shown. No script needs more, and many hide the lines above and
/// below.
pub const STACKED: usize = 5;

/// Prefixes of a line that begin a group in Buildkite's logs.
const GROUPS: [&str; 4] = ["--- ", "+++ ", "~~~ ", "^^^ "];

/// The maximum length, in bytes, of a message, key or pointer in formats for people. Machine formats do not shorten
/// it.
const LONGEST: usize = 1_000;

/// Returns true if `c` is a control character, has no width, reorders its neighbours, or breaks a line.
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

/// Returns the characters of a text, each with true if it may be shown as it is: it is printable, does not follow too
/// many combining marks, and does not begin a command to a CI runner.
pub fn chars(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut marks = 0;
    text.char_indices().map(move |(at, c)| {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        let rest = &text.as_bytes()[at..];
        let command = (rest.starts_with(b"::") && !is_in_address(text, at)) || is_ci_mark(rest);
        (c, marks <= STACKED && !command && !is_unprintable(c))
    })
}

/// Returns true if the two colons at an offset belong to an IPv6 address in brackets, such as `[::1]`. The bracket
/// keeps them from the start of a line, where CI runners look for a command.
fn is_in_address(text: &str, at: usize) -> bool {
    const LONGEST_ADDRESS: usize = 45;
    let (before, after) = text.split_at(at);
    let begins = before
        .char_indices()
        .rev()
        .take(LONGEST_ADDRESS)
        .find(|(_, c)| *c == '[');
    let ends = after
        .char_indices()
        .take(LONGEST_ADDRESS)
        .find(|(_, c)| *c == ']');
    let (Some((begins, _)), Some((ends, _))) = (begins, ends) else {
        return false;
    };
    let inside = text.get(begins + 1..at + ends);
    inside.is_some_and(|inside| inside.parse::<Ipv6Addr>().is_ok())
}

/// Returns true if every character of a text may be shown as it is.
pub fn is_harmless(text: &str) -> bool {
    // All bytes are tested, without an early exit, so that many are tested at a time.
    let printable = text
        .bytes()
        .fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    let usual = printable && !text.contains("::") && !text.contains("##");
    usual || chars(text).all(|(_, harmless)| harmless)
}

/// Returns true if `c` is drawn over the character before it.
pub fn is_mark(c: char) -> bool {
    c >= '\u{300}' && c.width() == Some(0) && !is_unprintable(c)
}

/// Returns the replacement in a source line for a character that may not be shown. It is always one column wide.
pub const fn placeholder(c: char, unicode: bool) -> char {
    match c {
        _ if !unicode => '?',
        '\0'..='\u{1f}' => control_picture(c),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

/// Returns the control picture of a C0 character: `␛` for the escape.
const fn control_picture(c: char) -> char {
    match char::from_u32(0x2400 + c as u32) {
        Some(picture) => picture,
        None => '\u{fffd}',
    }
}

/// Returns true if `rest` begins with a mark that CI runners recognize anywhere in a line: `##[`, `##vso[`.
#[inline]
pub fn is_ci_mark(rest: &[u8]) -> bool {
    rest.first() == Some(&b'#') && is_command(rest)
}

fn is_command(rest: &[u8]) -> bool {
    // No command has a longer name, and a longer search would make `######…` slow.
    let mut after = rest
        .iter()
        .skip(2)
        .take(32)
        .skip_while(|byte| byte.is_ascii_alphanumeric());
    rest.starts_with(b"##") && after.next() == Some(&b'[')
}

/// Makes a text safe for a message, a key, a pointer or a path: one line, and shortened if it is long.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return line(text);
    }
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => Cow::Owned(line(&text[..cut]).into_owned() + "..."),
        None => line(text),
    }
}

/// The same, not shortened.
pub fn line(text: &str) -> Cow<'_, str> {
    let group = GROUPS.iter().any(|mark| text.starts_with(mark));
    if !group && is_harmless(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (index, (c, harmless)) in chars(text).enumerate() {
        push(&mut out, c, harmless && !(group && index == 0));
    }
    Cow::Owned(out)
}

/// Makes a whole line of a file safe; tabs stay.
pub fn source_line(text: &str) -> Cow<'_, str> {
    if is_harmless(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (c, harmless) in chars(text) {
        push(&mut out, c, harmless || c == '\t');
    }
    Cow::Owned(out)
}

/// Makes a whole text of the program safe as the last step before it is written. Line breaks and colours stay.
///
/// Text from files has passed [`escape`] before; this is a safety net.
pub fn document(text: &str) -> Cow<'_, str> {
    if text.split('\n').all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut colour = 0..0;
    for ((at, _), (c, harmless)) in text.char_indices().zip(chars(text)) {
        if c == '\u{1b}' {
            colour = at..at + colour_length(&text[at..]);
        }
        push(&mut out, c, harmless || c == '\n' || colour.contains(&at));
    }
    Cow::Owned(out)
}

/// Returns the length, in bytes, of an escape sequence that only sets colours, `ESC [ 1 ; 31 m`; 0 for anything else.
fn colour_length(text: &str) -> usize {
    let Some(code) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let digits = code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
    if digits.starts_with('m') {
        text.len() - digits.len() + 1
    } else {
        0
    }
}

fn push(out: &mut String, c: char, harmless: bool) {
    match c {
        _ if harmless => out.push(c),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => out.extend(c.escape_unicode()),
    }
}

/// Returns a path as the user wrote it, with `/` as the separator and without unprintable characters.
pub fn path(path: &Path) -> String {
    escape(&plain_path(path)).into_owned()
}

/// Returns a path for machine formats, with `/` as the separator. Bytes that are not UTF-8 are replaced.
pub fn plain_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in ["", "C-100", "Müller, Zoë", "東京", "a: b", "# one", "e\u{301}"] {
            assert!(
                matches!(escape(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn control_and_invisible_characters_are_escaped() {
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
            "##teamcity[buildStop]",
        ] {
            let safe = escape(text);
            assert!(!safe.contains("::"), "{safe}");
            assert!(!safe.contains("##[") && !safe.contains("##vso["), "{safe}");
        }
    }

    #[test]
    fn addresses_are_not_escaped() {
        for text in [
            "http://[::1]:8400/",
            "[::]:1",
            "[2001:db8::1]",
            "a [::ffff:192.0.2.1]",
        ] {
            assert_eq!(escape(text), text);
        }
        for text in [
            "[::error::x]",
            "[::1]::error::x",
            "::1]",
            "::error::[::1]",
            "[::1",
            "[[::1::]",
        ] {
            assert_ne!(escape(text), text);
        }
    }

    #[test]
    fn groups_of_buildkite_are_escaped_at_the_start_of_a_line() {
        assert_eq!(escape("+++ a.json"), "\\u{2b}++ a.json");
        for text in ["a +++ b", "---", "~~~x"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn too_many_combining_marks_are_escaped() {
        let few = format!("e{}", "\u{301}".repeat(STACKED));
        assert_eq!(escape(&few), few);
        assert_eq!(escape(&format!("{few}\u{301}x")), format!("{few}\\u{{301}}x"));
        assert_eq!(source_line(&format!("{few}\u{489}")), format!("{few}\\u{{489}}"));
    }

    #[test]
    fn documents_keep_line_breaks_and_colours() {
        let ours = "\u{1b}[1;31merror\u{1b}[0m: a\n  \u{1b}[mb\n";
        assert_eq!(document(ours), ours);
        assert_eq!(
            document("a\r\n::error::b\t\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}["),
            "a\\r\n\\u{3a}:error\\u{3a}:b\\t\\u{1b}[2J\\u{1b}]0;x\\u{7}\\u{1b}["
        );
    }

    #[test]
    fn long_text_is_cut_on_a_character() {
        let long = "é".repeat(5_000);
        let shown = escape(&long);
        assert_eq!(shown.chars().count(), LONGEST + 3);
        assert!(shown.ends_with("..."));
    }
}
