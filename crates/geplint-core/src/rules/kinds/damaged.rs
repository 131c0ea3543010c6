//! Strings that were decoded with the wrong encoding, or escaped for another language.

use std::borrow::Cow;

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;
use crate::rules::text_defects::TextDefects;

pub(super) const RULE: &str = "damaged-text";

/// The replacement character, which decoders write for bytes that they cannot decode.
pub(super) const LOST: char = '\u{FFFD}';

/// The highest number of times that a string was damaged. More have not been observed.
const TIMES: usize = 4;

/// The way in which a string was damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Damage<'p> {
    Entity,
    Url,
    Escape,
    /// Read in the code page of that name.
    Read(&'p str),
}

pub(super) fn breaks(text: &str, texts: &TextDefects) -> bool {
    text.contains(LOST) || undo_last(text, texts).is_some()
}

/// Undoes the last damage of a string.
fn undo_last<'p>(text: &str, texts: &'p TextDefects) -> Option<(Damage<'p>, String)> {
    let as_read = || reread(text, texts).map(|(page, meant)| (Damage::Read(page), meant));
    unescaped(text, texts)
        .map(|meant| (Damage::Entity, meant))
        .or_else(|| Some((Damage::Url, of_url(text)?)))
        .or_else(|| Some((Damage::Escape, of_json(text)?)))
        .or_else(as_read)
}

/// Returns the original of a damaged string, if it is certain.
pub(super) fn meant(text: &str, texts: &TextDefects) -> Option<String> {
    let mut meant = Cow::Borrowed(text);
    for _ in 0..TIMES {
        let Some((_, next)) = undo_last(&meant, texts) else {
            break;
        };
        meant = Cow::Owned(next);
    }
    match meant {
        Cow::Owned(meant) if !meant.contains(LOST) => Some(meant),
        _ => None,
    }
}

pub(super) fn violation(property: &Property, text: &str, texts: &TextDefects) -> Violation<'static> {
    let name = &property.name;
    let shown = quoted(text);
    let (what, why, help) = match (meant(text, texts), undo_last(text, texts)) {
        (Some(meant), Some((damage, _))) => {
            let meant = quoted(&meant);
            let (how, why) = damage.explanation();
            (format!("{how}, probably {meant}"), why, format!("Send {meant}."))
        }
        (_, damage) => (
            match damage {
                Some((Damage::Read(page), _)) => {
                    format!("contains U+FFFD in place of a lost character, read as {page}")
                }
                _ => "contains U+FFFD in place of a lost character".to_owned(),
            },
            "An earlier program read the bytes in the wrong encoding.",
            format!("Export {name} again, and read it in the encoding in which it was saved."),
        ),
    };
    Violation::warning(RULE, format!("{name} {shown} {what}"), why, help).about(property)
}

impl Damage<'_> {
    /// Describes the damage, and gives the reason why it is certain.
    fn explanation(&self) -> (Cow<'static, str>, &'static str) {
        match self {
            Self::Entity => (
                "has an HTML entity".into(),
                "JSON has no entities: the API takes every character literally.",
            ),
            Self::Url => (
                "is encoded for a URL".into(),
                "A body is not decoded like a URL: the API takes every character literally.",
            ),
            Self::Escape => (
                "has an escape that was escaped again".into(),
                "With two backslashes, the API receives the escape as text instead of the character.",
            ),
            Self::Read(page) => (
                format!("is UTF-8 that was read as {page}").into(),
                "Its bytes in that encoding are valid UTF-8, which is very unlikely by chance. The API receives the damaged value.",
            ),
        }
    }
}

/// Decodes a part of a URL, such as `Senior%20Buyer`; `None` if it has no escapes, or escapes that encoders do not
/// write. A whole URL keeps its escapes.
fn of_url(text: &str) -> Option<String> {
    if !text.contains('%') || text.contains(char::is_whitespace) || text.contains("://") {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut escaped = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match byte {
            b'%' => {
                let value = u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?;
                bytes.push(value);
                escaped.push(value);
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    let is_written = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_control();
    if escaped.iter().any(is_written) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// Decodes escapes such as `\u00fc` in a string that contains the backslash; `None` if it has none.
fn of_json(text: &str) -> Option<String> {
    // Most strings have no backslash, and a search for it is faster.
    if !text.contains('\\') {
        return None;
    }
    let (before, mut rest) = text.split_once("\\u")?;
    let mut out = before.to_owned();
    let mut units: Vec<u16> = Vec::new();
    loop {
        let (digits, after) = rest.split_at_checked(4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        units.push(u16::from_str_radix(digits, 16).ok()?);
        let (between, next) = match after.split_once("\\u") {
            Some((between, next)) => (between, Some(next)),
            None => (after, None),
        };
        if !between.is_empty() || next.is_none() {
            let decoded = String::from_utf16(&std::mem::take(&mut units)).ok()?;
            if decoded.contains(char::is_control) {
                return None;
            }
            out.push_str(&decoded);
            out.push_str(between);
        }
        match next {
            Some(next) => rest = next,
            None => return Some(out),
        }
    }
}

/// Decodes the HTML entities of a string; `None` if it has none.
fn unescaped(text: &str, texts: &TextDefects) -> Option<String> {
    /// The longest entity, in bytes between `&` and `;`.
    const LONGEST: usize = 10;
    if !text.contains('&') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        let entity = end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)));
        let read = entity.and_then(|(name, tail)| Some((texts.entity(name)?, tail)));
        if let Some((character, tail)) = read {
            out.push_str(&character);
            (rest, found) = (tail, true);
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    found.then_some(out)
}

/// Returns the original of a string that was saved as UTF-8 and decoded in another encoding, and that encoding;
/// `None` if that is unlikely.
///
/// The whole string must be encodable, and the bytes must be valid UTF-8: those of `Ãlvarez` and `São` are not.
fn reread<'p>(text: &str, texts: &'p TextDefects) -> Option<(&'p str, String)> {
    // A letter with two or more bytes in UTF-8 was read as two or more adjacent characters. A single `ß` was not.
    let are_two = |pair: &[u8]| matches!(pair, [0x80..=0xFF, 0xC0..=0xFF]);
    if !text.as_bytes().windows(2).any(are_two) {
        return None;
    }
    let leads = |c: char| ('\u{C2}'..='\u{F4}').contains(&c);
    let trails = |c: char| windows_1252(c).is_some_and(|byte| (0x80..=0xBF).contains(&byte));
    let next = text.chars().skip(1);
    if text.chars().zip(next).any(|(a, b)| leads(a) && trails(b))
        && let Some(meant) = from_bytes(text, windows_1252)
    {
        return Some(("Windows-1252", meant));
    }
    if !text.contains(is_misread_lead_byte) {
        return None;
    }
    texts.code_pages().find_map(|(page, upper)| {
        let byte = |c: char| {
            let place = || upper.chars().position(|other| other == c);
            let ascii = u8::try_from(u32::from(c)).ok().filter(u8::is_ascii);
            ascii.or_else(|| u8::try_from(0x80 + place()?).ok())
        };
        let meant = from_bytes(text, byte)?;
        has_one_case(&meant).then_some((page, meant))
    })
}

/// Returns true for the characters of C3 and C5, the first bytes of most letters in UTF-8: in code pages of DOS and
/// the Macintosh, whose characters are in no name, and in Windows-1250.
fn is_misread_lead_byte(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{25FF}' | 'Ă' | 'Ĺ')
}

/// Decodes the bytes of the characters as UTF-8. `None` if they are not UTF-8, or if the result is implausible.
fn from_bytes(text: &str, byte: impl Fn(char) -> Option<u8>) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    let meant = String::from_utf8(bytes?).ok()?;
    is_likely(&meant).then_some(meant)
}

/// Returns false if a lowercase letter is between two capitals, as in a word of capitals whose `ĂŞ` is `ê` by chance.
fn has_one_case(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    letters
        .windows(3)
        .all(|three| !matches!(three, [a, b, c] if a.is_uppercase() && b.is_lowercase() && c.is_uppercase()))
}

/// Returns true if a string is plausible. A capital before a mark, such as `É®`, is valid UTF-8 by chance, for a
/// letter that is in no name. Letters of other scripts are never alone.
fn is_likely(meant: &str) -> bool {
    let mut of_other_scripts = 0_u32;
    for c in meant.chars().filter(|c| !c.is_ascii()) {
        match u32::from(c) {
            // Latin letters of Europe, of Romanian and Vietnamese, and combining accents. Characters of three or four
            // bytes do not occur by chance.
            0xA0..=0x17F
            | 0x192
            | 0x1A0
            | 0x1A1
            | 0x1AF
            | 0x1B0
            | 0x218..=0x21B
            | 0x300..=0x33F
            | 0x800.. => {}
            // Greek, Cyrillic, Armenian, Hebrew, Arabic.
            0x370..=0x58F | 0x5D0..=0x5EA | 0x620..=0x6FF => of_other_scripts += 1,
            _ => return false,
        }
    }
    of_other_scripts != 1
}

/// Returns the byte of a character in Windows-1252. An undefined byte is decoded as the control character of that
/// number.
fn windows_1252(c: char) -> Option<u8> {
    /// The characters of bytes 80 to 9F; undefined bytes are control characters.
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let index = UPPER.iter().position(|upper| *upper == c)?;
    Some(0x80 + u8::try_from(index).ok()?)
}
