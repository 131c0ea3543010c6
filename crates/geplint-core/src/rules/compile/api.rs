//! The file of the API as a whole, such as `rules/api.toml`: shared answers, kinds of rows, and defects of strings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::claim::answers_can_be_filled;
use super::error::{Result, fail, join, of_toml};
use super::lookup::{kind_named, listed_fact};
use crate::rules::definition::{ApiDef, TextsDef};
use crate::rules::sorted_lines::Lines;
use crate::rules::text_defects::{TextDefects, Words, bit_of, code_point};
use crate::rules::{RowKind, Shared, ValueCheck};

impl Shared {
    /// Sets the file of the API as a whole, such as `rules/api.toml`.
    ///
    /// Errors: not TOML, an unknown key, a word in braces that cannot be filled in, a fact that does not exist.
    pub(in crate::rules) fn set_api(&mut self, text: &str) -> Result<()> {
        let api = api(text)?;
        self.kinds = kinds(&api)?;
        self.texts = texts(&api.texts)?;
        self.api = api;
        Ok(())
    }
}

/// Reads the file of the API as a whole.
fn api(text: &str) -> Result<ApiDef> {
    let def: ApiDef = toml::from_str(text).map_err(|error| of_toml(&error))?;
    answers_can_be_filled(&def.answers)?;
    for name in def.known.keys() {
        listed_fact(name)?;
    }
    Ok(def)
}

/// Returns the checks of the values of each kind of row.
fn kinds(api: &ApiDef) -> Result<Vec<(RowKind, Vec<ValueCheck>)>> {
    let ask = |word: &Spanned<String>| {
        let found = ValueCheck::OF_KINDS
            .iter()
            .find(|(name, _)| name == word.get_ref());
        found.map_or_else(
            || {
                let names = join(ValueCheck::OF_KINDS.iter().map(|(name, _)| name));
                fail(
                    word.span(),
                    format!(
                        "a kind has no requirement \"{}\"; requirements: {names}",
                        word.get_ref()
                    ),
                )
            },
            |(_, ask)| Ok(*ask),
        )
    };
    let mut all = Vec::new();
    for (word, checks) in &api.kinds {
        let mut checks = checks.iter().map(ask).collect::<Result<Vec<_>>>()?;
        checks.sort_unstable();
        checks.dedup();
        all.push((kind_named(word)?, checks));
    }
    Ok(all)
}

fn owned(words: &[Spanned<String>]) -> impl Iterator<Item = String> {
    words.iter().map(|word| word.get_ref().clone())
}

/// Compiles lists of words and characters, each to one string.
fn texts(def: &TextsDef) -> Result<TextDefects> {
    let mut starts = [0_u64; 2];
    let mut start = |text: &str, span: Range<usize>| match text.bytes().next() {
        Some(byte) if byte.is_ascii_graphic() && !text.contains('\n') && text.trim() == text => {
            let (word, bit) = bit_of(byte);
            starts[word] |= bit;
            Ok(())
        }
        _ => fail(
            span,
            "expected a string that begins with a visible ASCII character and has no line break",
        ),
    };
    for word in def.placeholders.iter().chain(&def.code_placeholders) {
        start(word.get_ref(), word.span())?;
    }
    let mut marks = String::new();
    for word in &def.spreadsheet_errors {
        let text = word.get_ref();
        start(text, word.span())?;
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return fail(
                word.span(),
                "an error value of a spreadsheet must begin with a punctuation mark",
            );
        }
    }
    for pair in &def.placeholder_marks {
        for mark in pair.get_ref() {
            start(mark, pair.span())?;
            if mark.contains(|c: char| c.is_alphanumeric() || c.is_whitespace()) {
                return fail(pair.span(), "a mark must not contain letters, digits or spaces");
            }
        }
        let [open, close] = pair.get_ref();
        marks.extend([open, " ", close, "\n"]);
    }
    Ok(TextDefects {
        placeholders: Words::new(owned(&def.placeholders)),
        code_placeholders: Words::new(owned(&def.code_placeholders)),
        marks: marks.into(),
        spreadsheet_errors: Lines::new(owned(&def.spreadsheet_errors)),
        hidden: hidden_characters(def)?,
        entities: entities(def)?,
        code_pages: code_pages(def)?.into(),
        starts,
    })
}

/// Compiles the ranges of invisible characters: a line for each.
fn hidden_characters(def: &TextsDef) -> Result<Lines> {
    let mut ranges = BTreeMap::new();
    for (range, name) in &def.hidden {
        let text = range.get_ref();
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let number = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        match (number(first), number(last)) {
            (Some(low), Some(high)) if low <= high => {
                ranges.insert(low, (high, range.span(), name));
            }
            _ => {
                return fail(
                    range.span(),
                    "expected a code point such as 00A0, or a range such as 2000-200A",
                );
            }
        }
    }
    // They are found by binary search, so each character must be in one range only.
    let mut end = None;
    for (low, (high, span, _)) in &ranges {
        if end.is_some_and(|end| end >= *low) {
            return fail(span.clone(), "this range overlaps another one");
        }
        end = Some(*high);
    }
    let lines = ranges.into_iter();
    let lines =
        lines.map(|(low, (high, _, name))| format!("{}\t{}\t{name}", code_point(high), code_point(low)));
    Ok(Lines::new(lines))
}

/// Compiles the code pages: a line for each.
fn code_pages(def: &TextsDef) -> Result<String> {
    let mut pages = String::new();
    for page in &def.code_pages {
        let [name, text] = page.get_ref();
        if text.chars().count() != 128 || text.contains(|c: char| c.is_ascii()) || name.contains([' ', '\n'])
        {
            return fail(
                page.span(),
                "the bytes 80 to FF are 128 characters, none of them ASCII",
            );
        }
        pages.extend([name, " ", text, "\n"]);
    }
    Ok(pages)
}

/// Compiles the HTML entities: a line for each name.
fn entities(def: &TextsDef) -> Result<Lines> {
    let mut texts_of_entities: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    if let Some(names) = &def.latin_1_entities {
        if names.get_ref().len() != 96 {
            return fail(names.span(), "U+00A0 to U+00FF are 96 characters");
        }
        for (name, c) in names.get_ref().iter().zip('\u{A0}'..='\u{FF}') {
            texts_of_entities.insert(name, c.to_string().into());
        }
    }
    for (name, text) in &def.entities {
        texts_of_entities.insert(name.get_ref(), text.into());
    }
    let lines = texts_of_entities.iter();
    Ok(Lines::new(lines.map(|(name, text)| format!("{name}\t{text}"))))
}
