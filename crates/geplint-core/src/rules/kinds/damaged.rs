//! Texts that were decoded with the wrong encoding, or escaped for another language.

use std::borrow::Cow;

use super::Violation;
use super::violation::quoted;
use crate::rules::Property;
use crate::rules::text_defects::TextDefects;

pub(super) const RULE: &str = "damaged-text";

/// The replacement character, which decoders write for bytes that they cannot decode.
const LOST: char = '\u{FFFD}';

/// The number of times that a text may have been damaged. More was never seen.
const TIMES: usize = 4;

pub(super) fn breaks(text: &str, texts: &TextDefects) -> bool {
    text.contains(LOST) || meant(text, texts).is_some()
}

/// Returns the text before it was damaged, if that is certain.
pub(super) fn meant(text: &str, texts: &TextDefects) -> Option<String> {
    let mut meant = Cow::Borrowed(text);
    for _ in 0..TIMES {
        let next = unescaped(&meant, texts).or_else(|| reread(&meant));
        let Some(next) = next else { break };
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
    let (what, why, help) = match meant(text, texts) {
        None => (
            "contains U+FFFD in place of a lost character".to_owned(),
            "An earlier program read the bytes in the wrong encoding.",
            format!("Export {name} again, and read it in the encoding in which it was saved."),
        ),
        Some(meant) => {
            let (how, why) = if unescaped(text, texts).is_some() {
                (
                    "has an HTML entity",
                    "JSON has no entities: the API takes every character literally.",
                )
            } else {
                (
                    "is UTF-8 that was read as Windows-1252",
                    "Its bytes in Windows-1252 are valid UTF-8, which is very unlikely by chance. The API receives the damaged value.",
                )
            };
            let meant = quoted(&meant);
            (format!("{how}, probably {meant}"), why, format!("Send {meant}."))
        }
    };
    Violation::warning(RULE, format!("{name} {shown} {what}"), why, help).about(property)
}

/// Returns the text with its HTML entities decoded; `None` if it has none.
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

/// Returns the original of a text that was saved as UTF-8 and decoded as Windows-1252; `None` if that is unlikely.
///
/// The whole text must have bytes in Windows-1252, and all of them must be valid UTF-8: `Ãlvarez` and `São` are not.
fn reread(text: &str) -> Option<String> {
    let leads = |c: char| ('\u{C2}'..='\u{F4}').contains(&c);
    let trails = |c: char| windows_1252(c).is_some_and(|byte| (0x80..=0xBF).contains(&byte));
    let next = text.chars().skip(1);
    if !text.chars().zip(next).any(|(a, b)| leads(a) && trails(b)) {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(windows_1252).collect();
    let meant = String::from_utf8(bytes?).ok()?;
    is_likely(&meant).then_some(meant)
}

/// Returns true if a text is plausible. A capital before a mark, such as `É®`, is valid UTF-8 by chance, for a letter
/// that no name has. Letters of other scripts are never alone.
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
    /// The characters of bytes 80 to 9F. A control character stands for itself.
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
