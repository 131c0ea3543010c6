//! Replacements for the values of a pair that is shared: equal for equal values, with the same length and the same kinds of
//! characters.
//!
//! A replacement reveals nothing else about its value, because it is generated from a counter, not from the value.

use std::collections::{HashMap, HashSet};

use crate::bind::{Json, Scalar, bind};

/// The domain of generated e-mail addresses.
const DOMAIN: &str = "@example.com";
/// The number of consecutive characters of a value by which it could be recognised.
const RUN: usize = 4;
/// The maximum number of attempts for a suitable replacement.
const TRIES: usize = 400;
/// Replacements for letters that are not ASCII.
const LOWER: [char; 8] = ['ä', 'ö', 'ü', 'é', 'è', 'ñ', 'ç', 'å'];
const UPPER: [char; 8] = ['Ä', 'Ö', 'Ü', 'É', 'È', 'Ñ', 'Ç', 'Å'];
/// Words with a meaning in JSON.
const WORDS: [&str; 10] = [
    "true", "false", "yes", "no", "y", "n", "on", "off", "null", "none",
];

/// Generates replacements, and stores them.
pub(super) struct Replacements<'r> {
    /// The replacements by value, without case and surrounding whitespace, character by character.
    known: HashMap<String, Vec<char>>,
    used: HashSet<Vec<char>>,
    /// All short sequences of letters and digits in all values.
    runs: HashSet<[char; RUN]>,
    /// Returns true if a string is in a list. No replacement may be in a list.
    is_word: Box<dyn Fn(&str) -> bool + 'r>,
    counter: u64,
}

impl<'r> Replacements<'r> {
    /// Creates the generator for these values. No replacement contains a part of any of them.
    pub(super) fn new<'v>(
        values: impl IntoIterator<Item = &'v str>,
        is_word: Box<dyn Fn(&str) -> bool + 'r>,
    ) -> Self {
        let mut runs = HashSet::new();
        for value in values {
            runs.extend(runs_of(value));
        }
        Self {
            known: HashMap::new(),
            used: HashSet::new(),
            runs,
            is_word,
            counter: 0,
        }
    }

    /// Returns the replacement of a whole value.
    pub(super) fn text(&mut self, value: &str) -> String {
        if is_kept(value) {
            return value.to_owned();
        }
        let mut out = String::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, address, after)) = next_address(rest) {
            self.push(before, &mut out);
            out.push_str(&self.address(address));
            rest = after;
        }
        self.push(rest, &mut out);
        out
    }

    /// Returns the replacement of a JSON number.
    pub(super) fn number(&mut self, raw: &str) -> String {
        let mut out = String::new();
        self.push(raw, &mut out);
        out
    }

    /// Returns true if a text contains a part of a value.
    pub(super) fn contains_part_of_a_value(&self, text: &str) -> bool {
        runs_of(text).any(|run| self.runs.contains(&run))
    }

    fn push(&mut self, value: &str, out: &mut String) {
        let trimmed = value.trim();
        if !trimmed.chars().any(char::is_alphanumeric) {
            out.push_str(value);
            return;
        }
        let key = folded(trimmed);
        if !self.known.contains_key(&key) {
            let made = self.make(trimmed);
            self.used.insert(made.clone());
            self.known.insert(key.clone(), made);
        }
        let replacement = self
            .known
            .get(&key)
            .map_or_else(String::new, |made| cased(trimmed, made));
        let start = value.len() - value.trim_start().len();
        out.push_str(value.get(..start).unwrap_or_default());
        out.push_str(&replacement);
        out.push_str(value.get(start + trimmed.len()..).unwrap_or_default());
    }

    /// Returns an e-mail address of the same length, if it is long enough for a name.
    fn address(&mut self, address: &str) -> String {
        let key = folded(address);
        if !self.known.contains_key(&key) {
            let letters = address.chars().count().saturating_sub(DOMAIN.len()).max(RUN);
            let name = "x".repeat(letters);
            let mut made = self.make(&name);
            self.used.insert(made.clone());
            made.extend(DOMAIN.chars());
            self.known.insert(key.clone(), made);
        }
        let made = self.known.get(&key).map(Vec::as_slice).unwrap_or_default();
        let upper = !address.chars().any(char::is_lowercase);
        let made: String = made.iter().collect();
        if upper { made.to_uppercase() } else { made }
    }

    fn make(&mut self, value: &str) -> Vec<char> {
        let plan = Plan::of(value);
        let kind = kind(value);
        let mut best: Option<(usize, Vec<char>)> = None;
        for _ in 0..TRIES {
            let made = plan.make(value, &mut || self.next());
            let text = cased(value, &made);
            let clashes = usize::from(self.used.contains(&made))
                + usize::from((self.is_word)(&text)) * 2
                + usize::from(kind != self::kind(&text)) * 4
                + usize::from(self.contains_part_of_a_value(&text)) * 8;
            if clashes == 0 {
                return made;
            }
            if best.as_ref().is_none_or(|(least, _)| clashes < *least) {
                best = Some((clashes, made));
            }
        }
        best.map(|(_, made)| made).unwrap_or_default()
    }

    /// Returns the next pseudo-random number (`SplitMix64`).
    fn next(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.counter;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Returns true if a value is not personal.
pub(super) fn is_kept(value: &str) -> bool {
    let trimmed = value.trim();
    trimmed.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(trimmed))
}

/// Selects the characters of a value that are replaced, and their replacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Every letter and digit.
    All,
    /// Only digits, because the letters belong to a number or a date.
    Digits,
    /// The digits of a date.
    Date,
    /// Letters, which are replaced by letters of hexadecimal numbers.
    Hex,
}

impl Plan {
    fn of(value: &str) -> Self {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let hex = |c: char| c.is_ascii_hexdigit() || matches!(c, '-' | '{' | '}');
        let marks = value
            .bytes()
            .filter(|byte| matches!(byte, b'-' | b'/' | b'.'))
            .count();
        let date = |c: char| c.is_ascii_digit() || "-/.: TZ+".contains(c);
        if value.len() >= 32 && value.chars().all(hex) {
            Self::Hex
        } else if value.starts_with("/Date(") || value.parse::<f64>().is_ok() {
            Self::Digits
        } else if (digits >= 6 && marks >= 2 && value.chars().all(date)) || binds(Scalar::DateTime, value) {
            Self::Date
        } else {
            Self::All
        }
    }

    fn make(self, value: &str, next: &mut impl FnMut() -> u64) -> Vec<char> {
        let chars: Vec<char> = value.chars().collect();
        if self == Self::Date {
            return date(&chars, next);
        }
        let mut in_digits = false;
        // The digits of an exponent determine the size of the number.
        let exponent = (self == Self::Digits).then(|| chars.iter().position(|c| matches!(c, 'e' | 'E')));
        let exponent = exponent.flatten().unwrap_or(chars.len());
        let replaced = chars.iter().enumerate().map(|(index, c)| {
            let starts = !std::mem::replace(&mut in_digits, c.is_ascii_digit());
            match c {
                '0' if starts => '0',
                '0'..='9' if index > exponent => *c,
                '0'..='9' => digit(next(), u64::from(starts)),
                _ if self == Self::Digits => *c,
                'a'..='f' | 'A'..='F' if self == Self::Hex => pick(next(), &['a', 'b', 'c', 'd', 'e', 'f']),
                _ => letter(*c, next()),
            }
        });
        replaced.collect()
    }
}

/// Returns a digit that is at least `from`.
fn digit(random: u64, from: u64) -> char {
    let digit = from + random % (10 - from);
    char::from(b'0' + u8::try_from(digit).unwrap_or_default())
}

fn pick(random: u64, from: &[char]) -> char {
    let index = usize::try_from(random % from.len().max(1) as u64).unwrap_or_default();
    from.get(index).copied().unwrap_or('x')
}

/// Returns a letter of the same kind, in lower case if it has two cases; other characters are unchanged.
fn letter(c: char, random: u64) -> char {
    let within = |first: u32, count: u64| {
        let offset = u32::try_from(random % count).unwrap_or_default();
        char::from_u32(first + offset).unwrap_or('x')
    };
    match c {
        'a'..='z' | 'A'..='Z' => within('a'.into(), 26),
        _ if !c.is_alphanumeric() => c,
        _ if c.len_utf16() == 2 => within(0x2_0000, 4096),
        _ if c.is_lowercase() || c.is_uppercase() => pick(random, &LOWER),
        _ => within(0x4E00, 4096),
    }
}

/// Returns other digits for a date that keep it valid: each month, day or hour stays possible.
fn date(chars: &[char], next: &mut impl FnMut() -> u64) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut rest = chars;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if count == 0 {
            out.push(*first);
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let (run, after) = rest.split_at(count);
        rest = after;
        let parts: &[usize] = match count {
            2 => &[2],
            4 => &[4],
            8 => &[4, 2, 2],
            _ => &[],
        };
        if parts.is_empty() {
            out.extend((0..).zip(run).map(|(index, c)| match c {
                '0' if index == 0 => '0',
                _ => digit(next(), u64::from(index == 0)),
            }));
            continue;
        }
        let mut run = run;
        for size in parts {
            let (part, more) = run.split_at((*size).min(run.len()));
            run = more;
            let value = part.iter().collect::<String>().parse().unwrap_or(0);
            let (from, to): (u64, u64) = match (size, value) {
                // A leap year is replaced by a leap year.
                (4, 1900..=2099) => {
                    let year = 1972 + (next() % 16) * 4;
                    let year = if value % 4 == 0 {
                        year
                    } else {
                        year + 1 + next() % 3
                    };
                    (year, year)
                }
                (4, _) => (1000, 9999),
                (_, 0) => (0, 0),
                (_, 1..=12) => (1, 12),
                (_, 13..=23) => (13, 23),
                (_, 24..=31) => (24, 28),
                (_, 32..=59) => (32, 59),
                _ => (60, 99),
            };
            let made = from + next() % (to - from + 1);
            out.extend(format!("{made:0size$}").chars());
        }
    }
    out
}

/// The limits at which a number gets another type.
const ENDS: [f64; 5] = [2_147_483_648.0, 4_294_967_296.0, 9.2e18, 1.8e19, 7.9e28];

/// Returns the types that the API's converter accepts for a string, and its size as a number.
fn kind(value: &str) -> ([bool; 5], usize) {
    let types = [
        Scalar::Int,
        Scalar::Long,
        Scalar::Decimal,
        Scalar::DateTime,
        Scalar::Boolean,
    ];
    let size = value.parse::<f64>().map_or(0, |number| {
        1 + ENDS.iter().filter(|end| number.abs() >= **end).count()
    });
    (types.map(|ty| binds(ty, value)), size)
}

fn binds(ty: Scalar, value: &str) -> bool {
    bind(ty, &[], false, Json::Text(value), "").is_ok()
}

/// Folds the case of a string, character by character.
fn folded(value: &str) -> String {
    value.chars().map(lower).collect()
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// Returns a replacement in the case of its value.
fn cased(value: &str, replacement: &[char]) -> String {
    let mut originals = value.chars();
    replacement
        .iter()
        .map(|made| match originals.next() {
            Some(original) if original.is_uppercase() => match LOWER.iter().position(|known| known == made) {
                Some(index) => UPPER.get(index).copied().unwrap_or(*made),
                None => made.to_ascii_uppercase(),
            },
            _ => *made,
        })
        .collect()
}

/// Returns all short sequences of letters and digits in a text, without case.
fn runs_of(text: &str) -> impl Iterator<Item = [char; RUN]> + '_ {
    let mut row = ['\0'; RUN];
    let mut length = 0;
    text.chars().filter_map(move |c| {
        if !c.is_alphanumeric() {
            length = 0;
            return None;
        }
        row.rotate_left(1);
        if let Some(last) = row.last_mut() {
            *last = lower(c);
        }
        length += 1;
        (length >= RUN).then_some(row)
    })
}

/// Returns the first e-mail address in a text, and the text before and after it.
fn next_address(text: &str) -> Option<(&str, &str, &str)> {
    let inside = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    for (at, _) in text.match_indices('@') {
        let (before, after) = text.split_at_checked(at)?;
        let name = before.trim_end_matches(inside).len();
        let domain: usize = after
            .get(1..)?
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            .map(char::len_utf8)
            .sum();
        let end = at + 1 + domain;
        let host = text.get(at + 1..end)?.trim_end_matches(['.', '-']);
        let end = at + 1 + host.len();
        let is_dotted = host.split('.').count() > 1 && host.split('.').all(|part| !part.is_empty());
        if name < at && is_dotted {
            return Some((text.get(..name)?, text.get(name..end)?, text.get(end..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Box<dyn Fn(&str) -> bool> {
        Box::new(|_| false)
    }

    fn made<'v>(values: &[&'v str]) -> Vec<(&'v str, String)> {
        let mut replacements = Replacements::new(values.iter().copied(), never());
        values
            .iter()
            .map(|value| (*value, replacements.text(value)))
            .collect()
    }

    fn classes(text: &str) -> Vec<u8> {
        let class = |c: char| match c {
            _ if c.is_uppercase() => 1,
            _ if c.is_lowercase() => 2,
            _ if c.is_numeric() => 3,
            _ if c.is_alphabetic() => 4,
            _ => 5,
        };
        text.chars().map(class).collect()
    }

    #[test]
    fn length_and_kinds_of_characters_are_kept() {
        let values = [
            "Erika Muster",
            "C-100",
            "  K-7\u{a0}",
            "Gräfin ÄÖ",
            "北京 大学",
            "𠀋-1",
            "007",
            "12.50",
            "1.00E+17",
            "2024-01-31T00:00:00Z",
            "31/12/2023",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "+49 (30) 901820",
        ];
        for (value, replacement) in made(&values) {
            assert_ne!(value, replacement);
            assert_eq!(classes(value), classes(&replacement), "{value}: {replacement}");
            let units = |text: &str| text.encode_utf16().count();
            assert_eq!(units(value), units(&replacement));
            assert_eq!(kind(value), kind(&replacement), "{value}: {replacement}");
        }
    }

    #[test]
    fn no_part_of_a_value_remains() {
        let values = [
            "Erika",
            "Muster",
            "erika.muster@corp.invalid",
            "1234567",
            "20240131",
            "2024-02-29",
        ];
        let runs: HashSet<_> = values.iter().flat_map(|value| runs_of(value)).collect();
        for (value, replacement) in made(&values) {
            let left = runs_of(&replacement).find(|run| runs.contains(run));
            assert_eq!(left, None, "{value}: {replacement}");
        }
    }

    #[test]
    fn the_same_value_has_the_same_replacement_in_any_case() {
        let values = [
            "Erika",
            "ERIKA",
            " erika",
            "Erika",
            "erika@corp.invalid",
            "E <erika@corp.invalid>",
        ];
        let made: Vec<String> = made(&values).into_iter().map(|(_, made)| made).collect();
        assert_eq!(made[0].to_uppercase(), made[1]);
        assert_eq!(made[0], made[3]);
        assert_eq!(format!(" {}", made[0].to_lowercase()), made[2]);
        assert!(
            made[4].ends_with("@example.com") && made[5].contains(&made[4]),
            "{made:?}"
        );
        let codes: Vec<String> = (0..90).map(|code| format!("{code:02}")).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let distinct: HashSet<String> = self::made(&codes).into_iter().map(|(_, made)| made).collect();
        assert_eq!(distinct.len(), codes.len());
    }

    #[test]
    fn values_that_are_not_personal_are_kept() {
        for value in ["", "  ", "true", "NO", "--", "null"] {
            assert_eq!(made(&[value])[0].1, value);
        }
        let mut replacements = Replacements::new([], Box::new(|word| word.starts_with(['a', 'b', 'c'])));
        let made: Vec<String> = (0..50)
            .map(|code| replacements.text(&format!("x{code}y")))
            .collect();
        assert!(
            made.iter().all(|made| !made.starts_with(['a', 'b', 'c'])),
            "{made:?}"
        );
    }

    #[test]
    fn numbers_keep_their_size() {
        let mut replacements = Replacements::new(["2147483647", "2147483648", "-45.50", "0", "1e5"], never());
        for raw in [
            "2147483647",
            "2147483648",
            "-45.50",
            "0",
            "1e5",
            "0.10",
            "9223372036854775808",
        ] {
            let made = replacements.number(raw);
            assert_eq!(kind(raw), kind(&made), "{raw}: {made}");
            assert_eq!(raw.len(), made.len());
            serde_json::from_str::<serde_json::Number>(&made).unwrap();
        }
    }
}
