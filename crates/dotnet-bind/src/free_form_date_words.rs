//! Words and separators of dates in free form, for the invariant culture.

use super::datetime::MONTHS;

/// A word, a number or a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// The end of the text.
    End,
    /// A number; without a value if it has more than eight digits.
    Number { value: Option<i64>, digits: usize },
    /// The name of a month: 1 is January.
    Month(i64),
    /// The name of a weekday: 0 is Sunday.
    Weekday(i64),
    /// `Z` or `GMT`.
    Utc,
    /// `A.D.` or `AD`.
    Era,
    /// `AM` or `PM`; true for the latter.
    AmPm(bool),
    /// A comma or a full stop.
    Ignored,
    /// Anything else; nothing was read.
    Unknown(char),
}

/// The separator after a number or after the name of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// The end of the text.
    End,
    /// Whitespace, or something that is not a separator and was not read.
    Blank,
    /// A slash.
    Date,
    /// A colon.
    Time,
    /// A minus.
    DateOrOffset,
    /// The `T` of ISO 8601.
    LocalTime,
    /// `AM` or `PM`; true for the latter.
    AmPm(bool),
    /// A Chinese, Japanese or Korean mark, which is valid in every culture.
    Suffix(Suffix),
}

/// The meaning of the number before a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suffix {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The largest number of digits of a number.
const MAX_DIGITS: usize = 8;

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// The whole text.
    text: &'a str,
    /// The rest of it.
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Returns the start of a text.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, rest: text }
    }

    /// Reads the next word, after any whitespace.
    pub(super) fn word(&mut self) -> Word {
        self.skip_whitespace();
        let Some(first) = self.rest.chars().next() else {
            return Word::End;
        };
        match first {
            '0'..='9' => self.number(),
            ',' | '.' => {
                self.take_char();
                Word::Ignored
            }
            _ => self.name().unwrap_or(Word::Unknown(first)),
        }
    }

    /// Reads the next separator, after any whitespace.
    pub(super) fn separator(&mut self) -> Separator {
        self.skip_whitespace();
        let Some(first) = self.rest.chars().next() else {
            return Separator::End;
        };
        let found = match first {
            '/' => Separator::Date,
            ':' => Separator::Time,
            '-' => Separator::DateOrOffset,
            'T' | 't' => Separator::LocalTime,
            '年' | '년' => Separator::Suffix(Suffix::Year),
            '月' | '월' => Separator::Suffix(Suffix::Month),
            '日' | '일' => Separator::Suffix(Suffix::Day),
            '時' | '时' => Separator::Suffix(Suffix::Hour),
            '分' => Separator::Suffix(Suffix::Minute),
            '秒' => Separator::Suffix(Suffix::Second),
            _ if self.take_name("AM") => return Separator::AmPm(false),
            _ if self.take_name("PM") => return Separator::AmPm(true),
            _ => return Separator::Blank,
        };
        let mut after = self.rest.chars();
        after.next();
        if first.is_alphabetic() && after.clone().next().is_some_and(char::is_alphabetic) {
            // Only part of a word.
            return Separator::Blank;
        }
        self.rest = after.as_str();
        found
    }

    fn number(&mut self) -> Word {
        let (value, digits) = self.take_digits();
        Word::Number {
            value: (digits <= MAX_DIGITS).then_some(value),
            digits,
        }
    }

    /// Reads digits. The value is that of the first few, because only these can matter.
    fn take_digits(&mut self) -> (i64, usize) {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (taken, rest) = self.rest.split_at_checked(digits).unwrap_or((self.rest, ""));
        self.rest = rest;
        (
            taken
                .bytes()
                .take(MAX_DIGITS)
                .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')),
            digits,
        )
    }

    fn name(&mut self) -> Option<Word> {
        for (name, word) in [
            ("AM", Word::AmPm(false)),
            ("PM", Word::AmPm(true)),
            ("GMT", Word::Utc),
            ("Z", Word::Utc),
            ("A.D.", Word::Era),
            ("AD", Word::Era),
        ] {
            if self.take_name(name) {
                return Some(word);
            }
        }
        if let Some(month) = self.take_listed(&MONTHS) {
            return Some(Word::Month(month + 1));
        }
        self.take_listed(&WEEKDAYS).map(Word::Weekday)
    }

    /// Reads one of these names, in full or its first three letters, and returns its index in the list.
    fn take_listed(&mut self, names: &[&str]) -> Option<i64> {
        let at = names.iter().position(|name| {
            self.take_name(name) || name.get(..3).is_some_and(|short| self.take_name(short))
        })?;
        i64::try_from(at).ok()
    }

    /// Reads a name in any case, unless a letter follows.
    fn take_name(&mut self, name: &str) -> bool {
        let Some((taken, rest)) = self.rest.split_at_checked(name.len()) else {
            return false;
        };
        let matches =
            taken.eq_ignore_ascii_case(name) && !rest.chars().next().is_some_and(char::is_alphabetic);
        if matches {
            self.rest = rest;
        }
        matches
    }

    fn skip_whitespace(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take_char(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let taken = chars.next();
        self.rest = chars.as_str();
        taken
    }

    /// Reads a character if it is this one.
    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    /// Returns true if at least two characters are left.
    fn has_two(&self) -> bool {
        self.rest.chars().nth(1).is_some()
    }

    /// Reads a fraction of a second with its point; 0 for a point without digits, `None` without a point.
    pub(super) fn fraction(&mut self) -> Option<f64> {
        if !self.rest.starts_with('.') || !self.has_two() {
            return None;
        }
        self.take_char();
        Some(self.fraction_digits().0)
    }

    /// Reads the digits of a fraction. Returns their value and their number.
    fn fraction_digits(&mut self) -> (f64, usize) {
        let mut value = 0.0;
        // Adding digit by digit loses precision; the platform does the same.
        let mut unit = 0.1;
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        for byte in self.rest.bytes().take(count) {
            value += f64::from(byte - b'0') * unit;
            unit *= 0.1;
        }
        self.rest = self.rest.get(count..).unwrap_or_default();
        (value, count)
    }

    /// Moves to a sign, after any whitespace. Returns false, and does not move, if there is none or nothing follows it.
    pub(super) fn skip_to_sign(&mut self) -> bool {
        if !self.has_two() {
            return false;
        }
        let rest = self.rest.trim_start();
        let found = rest.starts_with(['+', '-']);
        if found {
            self.rest = rest;
        }
        found
    }

    /// Reads an offset in minutes: `+5`, `-05`, `+5:30`, `+530`, `-0530`.
    pub(super) fn offset(&mut self) -> Option<i64> {
        let sign = match self.take_char()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (value, digits) = self.take_digits();
        let (hours, minutes) = match digits {
            1 | 2 if self.take(':') => {
                let (minutes, digits) = self.take_digits();
                if !(1..=2).contains(&digits) {
                    return None;
                }
                (value, minutes)
            }
            1 | 2 => (value, 0),
            3 | 4 => (value / 100, value % 100),
            _ => return None,
        };
        (minutes < 60).then_some(sign * (hours * 60 + minutes))
    }

    /// Reads a hash sign or trailing NULs, where they are allowed: hashes around everything, NULs at the end.
    pub(super) fn punctuation(&mut self) -> bool {
        if self.rest.starts_with('#') {
            let allowed = is_hashed(self.text);
            if allowed {
                self.take('#');
            }
            return allowed;
        }
        let allowed = !self.rest.is_empty() && self.rest.bytes().all(|byte| byte == 0);
        if allowed {
            self.rest = "";
        }
        allowed
    }

    /// Reads `11:53`, `11:53:45` or `11:53:45.057`, with whitespace between: hour, minute, second, fraction.
    pub(super) fn iso_time(&mut self) -> Option<(i64, i64, i64, f64)> {
        self.skip_whitespace();
        let hour = self.two_digits()?;
        self.skip_whitespace();
        if !self.take(':') {
            return None;
        }
        self.skip_whitespace();
        let minute = self.two_digits()?;
        self.skip_whitespace();
        if !self.take(':') {
            return Some((hour, minute, 0, 0.0));
        }
        self.skip_whitespace();
        let second = self.two_digits()?;
        let fraction = if self.take('.') {
            Some(self.fraction_digits()).filter(|&(_, count)| count > 0)?.0
        } else {
            0.0
        };
        self.skip_whitespace();
        Some((hour, minute, second, fraction))
    }

    fn two_digits(&mut self) -> Option<i64> {
        let [tens, ones, ..] = self.rest.as_bytes() else {
            return None;
        };
        if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
            return None;
        }
        self.rest = self.rest.get(2..)?;
        Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    }

    /// Reads what may follow the time of ISO 8601, up to the end of the text.
    ///
    /// `None`: something else follows. `Some(None)`: no offset. `Some(Some(None))`: UTC by name.
    #[expect(
        clippy::option_option,
        reason = "refused, none, UTC by name, and minutes are four things"
    )]
    pub(super) fn iso_offset(&mut self) -> Option<Option<Option<i64>>> {
        let mut found = None;
        if self.rest.starts_with(['+', '-']) {
            found = Some(Some(self.offset()?));
            // The platform then skips one character, whatever it is.
            self.skip_unit()?;
        } else if self.take('Z') || self.take('z') {
            found = Some(None);
        }
        self.skip_whitespace();
        if self.rest.starts_with('#') {
            if !self.punctuation() {
                return None;
            }
            self.skip_unit()?;
            self.skip_whitespace();
        }
        if self.rest.starts_with('\0') && !self.punctuation() {
            return None;
        }
        self.rest.is_empty().then_some(found)
    }

    /// Skips one UTF-16 code unit; `None` if that would leave half a character.
    fn skip_unit(&mut self) -> Option<()> {
        match self.take_char() {
            Some(c) if c.len_utf16() > 1 => None,
            _ => Some(()),
        }
    }
}

/// Returns true if a text is one pair of hash signs with only whitespace outside, and NULs at the end.
fn is_hashed(text: &str) -> bool {
    let Some((before, rest)) = text.split_once('#') else {
        return false;
    };
    let Some((inside, after)) = rest.split_once('#') else {
        return false;
    };
    before.chars().all(char::is_whitespace)
        && !inside.contains('\0')
        && after.chars().all(|c| c.is_whitespace() || c == '\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_scanned() {
        let mut cursor = Cursor::new(" 21 jan, TUESDAY gmt A.D. pm 123456789 Janu");
        let expected = [
            Word::Number {
                value: Some(21),
                digits: 2,
            },
            Word::Month(1),
            Word::Ignored,
            Word::Weekday(2),
            Word::Utc,
            Word::Era,
            Word::AmPm(true),
            Word::Number {
                value: None,
                digits: 9,
            },
            Word::Unknown('J'),
            Word::Unknown('J'),
        ];
        for word in expected {
            assert_eq!(cursor.word(), word);
        }
    }

    #[test]
    fn offsets() {
        for (text, minutes) in [
            ("+5", Some(300)),
            ("-05:30", Some(-330)),
            ("+530", Some(330)),
            ("-0530", Some(-330)),
        ] {
            assert_eq!(Cursor::new(text).offset(), minutes, "{text}");
        }
        for text in ["+", "+5:", "+5:60", "+05300", "5", "+5:300"] {
            assert_eq!(Cursor::new(text).offset(), None, "{text}");
        }
    }

    #[test]
    fn hashes_have_to_enclose_everything() {
        assert!(is_hashed(" #1/2/2020# \0"));
        for text in ["#1/2/2020", "#1#2#", "1#2#", "#1\0#", "#1# x", "\0#1#"] {
            assert!(!is_hashed(text), "{text:?}");
        }
    }
}
