//! The likely meaning of values that do not convert, as people and spreadsheets write them: a day number, a date with
//! the day first, a number with a decimal comma, a word for true.

use dotnet_bind::{Day, MONTHS};

use crate::json::JsonKind;
use crate::rules::{Type, Vocabulary};

/// The likely meaning of a value: a description, and JSON of the declared type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub description: String,
    pub json: String,
}

/// The longest text that is read, in bytes.
const LONGEST: usize = 64;

/// Returns the intended value of a value of the wrong type. `None` if it is uncertain.
pub(super) fn of(ty: Type, kind: JsonKind, text: &str, words: &Vocabulary) -> Option<Reading> {
    if text.len() > LONGEST || !matches!(kind, JsonKind::String | JsonKind::Number) {
        return None;
    }
    let text = text.trim();
    let reading = |description: String, json: String| Some(Reading { description, json });
    match ty {
        Type::Boolean if !matches!(text.to_ascii_lowercase().as_str(), "true" | "false") => {
            let json = words.truth(text)?.to_string();
            reading(format!("\"{text}\" means {json}"), json)
        }
        Type::DateTime => {
            let (description, date) = date(text)?;
            reading(description, format!("\"{date}\""))
        }
        Type::Decimal | Type::Int | Type::Long if kind == JsonKind::String => {
            let (description, number) = number(text, ty == Type::Decimal)?;
            reading(description.to_owned(), number)
        }
        _ => None,
    }
}

/// Reads a number with separators. A single separator before exactly three digits is ambiguous and is not read.
fn number(text: &str, fraction: bool) -> Option<(&'static str, String)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let marks = |c: char| matches!(c, ',' | '.' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}');
    if !digits.chars().all(|c| c.is_ascii_digit() || marks(c)) || !digits.contains(marks) {
        return None;
    }
    let point = digits.rfind(['.', ',']).filter(|at| {
        let mark = &digits[*at..=*at];
        // The decimal mark occurs once, after all other separators.
        digits.matches(mark).count() == 1
    });
    let (whole, decimals) = match point {
        Some(at) => (&digits[..at], Some((&digits[at..=at], &digits[at + 1..]))),
        None => (digits, None),
    };
    let mut groups = whole.split(marks);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let mut separators: Vec<char> = whole.chars().filter(|c| marks(*c)).collect();
    separators.dedup();
    let grouped = separators.len() <= 1 && rest.iter().all(|group| group.len() == 3);
    let begins = (1..=if rest.is_empty() { 28 } else { 3 }).contains(&first.len());
    if !grouped || !begins {
        return None;
    }
    let whole: String = std::iter::once(first).chain(rest.iter().copied()).collect();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    match decimals {
        // `1,000` and `1.000` are a thousand to some people and one to others.
        Some((_, decimals)) if decimals.len() == 3 && rest.is_empty() => None,
        Some((_, decimals)) if decimals.is_empty() || !fraction => None,
        Some((",", decimals)) => Some((
            "The comma is a decimal comma",
            format!("{sign}{whole}.{decimals}"),
        )),
        Some((_, decimals)) if !rest.is_empty() => {
            Some(("It has thousands separators", format!("{sign}{whole}.{decimals}")))
        }
        None if !rest.is_empty() => Some(("It has thousands separators", format!("{sign}{whole}"))),
        _ => None,
    }
}

/// Reads a number with a currency before or after it: `$5000`, `50.00 EUR`. As without a currency, one mark before
/// three digits is ambiguous.
pub(super) fn amount(text: &str, is_currency: impl Fn(&str) -> bool) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let is_digit = |c: char| c.is_ascii_digit();
    let (first, last) = (text.find(is_digit)?, text.rfind(is_digit)? + 1);
    let digits = &text[first..last];
    match (text[..first].trim(), text[last..].trim()) {
        (currency, "") | ("", currency) if is_currency(currency) => {}
        _ => return None,
    }
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = (whole == "0" || !whole.starts_with('0'))
        && decimals.len() < 3
        && whole
            .bytes()
            .chain(decimals.bytes())
            .all(|byte| byte.is_ascii_digit());
    let number = if is_plain {
        digits.to_owned()
    } else {
        number(digits, true)?.1
    };
    Some(format!("{sign}{number}"))
}

/// Returns the reason why a date in the usual order does not exist: `February 2024 has 29 days.`
pub(super) fn no_such_date(text: &str) -> Option<String> {
    let (date, time) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), ""));
    let mark = ['-', '/', '.'].into_iter().find(|mark| date.contains(*mark))?;
    let parts: Vec<&str> = date.split(mark).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let number = |part: &str| {
        let is_number = matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_number)
    };
    let (year, month, day) = match (first.len(), third.len()) {
        (4, 1..=2) => (number(first)?, number(second)?, number(third)?),
        // With points, the day comes first everywhere.
        (1..=2, 4) if mark == '.' => (number(third)?, number(second)?, number(first)?),
        _ => return None,
    };
    let Some(name) = usize::from(month).checked_sub(1).and_then(|at| MONTHS.get(at)) else {
        return Some(format!("There is no month {month}."));
    };
    let exists = |day: u16| Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    if exists(day).is_none() {
        let last = (28..=31).rev().find(|day| exists(*day).is_some())?;
        return Some(format!("{name} {year} has {last} days."));
    }
    let mut parts = time.split(':').map(|part| part.get(..2)?.parse::<u8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0);
    let over = [(hour, 23, "hour"), (minute, 59, "minute"), (second, 59, "second")];
    let (_, most, unit) = over.into_iter().find(|(value, most, _)| value > most)?;
    Some(format!("The last {unit} is {most}."))
}

/// Reads a date in a format that the platform does not read. Returns a description and the date as ISO 8601.
fn date(text: &str) -> Option<(String, String)> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return digits(text);
    }
    if let Some((day, fraction)) = text.split_once('.')
        && day.len() == 5
        && let Some((description, start)) = digits(day)
    {
        let time = fraction_of_day(fraction)?;
        return Some((description, start.replace("00:00:00", &time)));
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let mark = ['/', '.', '-'].into_iter().find(|mark| date.contains(*mark))?;
    let parts: Vec<&str> = date.split(mark).collect();
    let [first, second, year] = parts.as_slice() else {
        return None;
    };
    let short = |part: &str| (1..=2).contains(&part.len());
    if !short(first) || !short(second) || year.len() != 4 {
        return None;
    }
    let first = first.parse().ok()?;
    // With points, the day comes first everywhere.
    if mark != '.' && first <= 12 {
        return None;
    }
    let date = Day::new(year.parse().ok()?, second.parse().ok()?, first)?;
    let time = time_of_day(time)?;
    Some((format!("It has the day first: {date}"), format!("{date}T{time}Z")))
}

/// Converts the decimals of a day to `hh:mm:ss`.
fn fraction_of_day(decimals: &str) -> Option<String> {
    const MOST: usize = 9;
    let decimals = decimals.get(..decimals.len().min(MOST))?;
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let seconds = (decimals.parse::<u64>().ok()? * 86_400 + whole / 2) / whole;
    Some(clock(seconds.min(86_399)))
}

/// Formats the seconds since midnight as `hh:mm:ss`.
fn clock(seconds: u64) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// Converts `hh:mm`, `hh:mm:ss` or an empty string to `hh:mm:ss`.
fn time_of_day(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("00:00:00".to_owned());
    }
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let right = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    right.then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// Reads a date that is a count of days, seconds or milliseconds, or eight digits.
fn digits(text: &str) -> Option<(String, String)> {
    /// The number of days between the epoch of spreadsheets and that of Unix time.
    const SPREADSHEET: i64 = 25_569;
    let number: i64 = text.parse().ok()?;
    match (text.len(), number) {
        // 1954 to 2119.
        (5, 20_000..=80_000) => {
            let date = Day::of_unix(number - SPREADSHEET)?;
            Some((
                format!("{text} is a spreadsheet's day number: {date}"),
                format!("{date}T00:00:00Z"),
            ))
        }
        (8, _) => {
            let year = u16::try_from(number / 10_000).ok()?;
            let part = |number: i64| u8::try_from(number % 100).ok();
            let date = Day::new(year, part(number / 100)?, part(number)?)?;
            (1900..=2199)
                .contains(&year)
                .then(|| (format!("{text} is the date {date}"), format!("{date}T00:00:00Z")))
        }
        (10 | 13, 100_000_000..) => {
            let (unit, seconds) = if text.len() == 13 {
                ("milliseconds", number / 1000)
            } else {
                ("seconds", number)
            };
            let date = Day::of_unix(seconds / 86_400)?;
            let time = clock(u64::try_from(seconds % 86_400).ok()?);
            let moment = format!("{date}T{time}Z");
            Some((format!("{text} is a Unix time in {unit}: {moment}"), moment))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::builtin;

    fn read(ty: Type, text: &str) -> Option<(String, String)> {
        let words = &builtin("contact-details").unwrap().vocabulary;
        of(ty, JsonKind::String, text, words).map(|reading| (reading.description, reading.json))
    }

    #[test]
    fn a_date_of_a_spreadsheet_or_of_people() {
        for (text, description, json) in [
            (
                "44927",
                "a spreadsheet's day number: 2023-01-01",
                "2023-01-01T00:00:00Z",
            ),
            (
                "45657.25",
                "a spreadsheet's day number: 2024-12-31",
                "2024-12-31T06:00:00Z",
            ),
            ("31/12/2024", "day first: 2024-12-31", "2024-12-31T00:00:00Z"),
            (
                "03.04.2024 07:05",
                "day first: 2024-04-03",
                "2024-04-03T07:05:00Z",
            ),
            ("20240229", "2024-02-29", "2024-02-29T00:00:00Z"),
            ("1700000000", "Unix time in seconds", "2023-11-14T22:13:20Z"),
            (
                "1700000000000",
                "Unix time in milliseconds",
                "2023-11-14T22:13:20Z",
            ),
        ] {
            let found = read(Type::DateTime, text).unwrap();
            assert!(found.0.contains(description), "{text}: {found:?}");
            assert_eq!(found.1, format!("\"{json}\""), "{text}");
        }
        for text in [
            "03/04/2024",
            "31/02/2024",
            "20230229",
            "12",
            "99999",
            "2024-12-31",
            "31/12/24",
            "",
            "x",
        ] {
            assert_eq!(read(Type::DateTime, text), None, "{text}");
        }
    }

    #[test]
    fn a_number_with_separators() {
        for (text, description, json) in [
            ("2.000,00", "decimal comma", "2000.00"),
            ("1000,5", "decimal comma", "1000.5"),
            ("1,000.00", "thousands", "1000.00"),
            ("-1,000,000", "thousands", "-1000000"),
            ("1 234 567,89", "decimal comma", "1234567.89"),
            ("1'000.50", "thousands", "1000.50"),
            ("0,5", "decimal comma", "0.5"),
        ] {
            let found = read(Type::Decimal, text).unwrap();
            assert!(found.0.contains(description), "{text}: {found:?}");
            assert_eq!(found.1, json, "{text}");
        }
        for text in [
            "1,000",
            "1.000",
            "1000.5",
            "1000",
            "1,00,000.00",
            "1.2.3",
            ",",
            "1,",
            "12,34.5",
            "a,5",
            "",
        ] {
            assert_eq!(read(Type::Decimal, text), None, "{text}");
        }
    }

    #[test]
    fn an_amount_with_its_currency() {
        let is_currency = |word: &str| matches!(word, "CHF" | "EUR" | "USD" | "$" | "\u{20ac}");
        for (text, json) in [
            ("$5000", "5000"),
            ("5000 USD", "5000"),
            ("EUR 5000.5", "5000.5"),
            ("5.000,00 \u{20ac}", "5000.00"),
            ("1,000.00 USD", "1000.00"),
            ("-$20", "-20"),
            ("0.50 \u{20ac}", "0.50"),
            ("7,5 CHF", "7.5"),
        ] {
            assert_eq!(amount(text, is_currency).as_deref(), Some(json), "{text}");
        }
        for text in [
            "5000",
            "12 pcs",
            "$",
            "5.000 \u{20ac}",
            "5,000 \u{20ac}",
            "007 EUR",
            "$5000 USD",
            "USD",
            "5000 dollars",
            "1.2.3 EUR",
        ] {
            assert_eq!(amount(text, is_currency), None, "{text}");
        }
    }

    #[test]
    fn a_date_that_does_not_exist() {
        for (text, reason) in [
            ("2024-02-30T00:00:00Z", "February 2024 has 29 days."),
            ("2023-02-29", "February 2023 has 28 days."),
            ("2024-4-31", "April 2024 has 30 days."),
            ("31.04.2024", "April 2024 has 30 days."),
            ("2024/13/01", "There is no month 13."),
            ("2024-00-01", "There is no month 0."),
            ("2024-01-00", "January 2024 has 31 days."),
            ("2024-01-01T25:00:00Z", "The last hour is 23."),
            ("2024-01-01 10:60", "The last minute is 59."),
            ("2024-01-01T10:00:61.5Z", "The last second is 59."),
        ] {
            assert_eq!(no_such_date(text).as_deref(), Some(reason), "{text}");
        }
        for text in [
            "2024-02-29",
            "03/14/2024",
            "2024-01-01T10:00:00Z",
            "soon",
            "a-b-c",
            "2024-01",
            "",
        ] {
            assert_eq!(no_such_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_for_true_or_false() {
        for (text, json) in [
            ("yes", "true"),
            ("X", "true"),
            (" Y ", "true"),
            ("No", "false"),
            ("0", "false"),
        ] {
            assert_eq!(read(Type::Boolean, text).unwrap().1, json, "{text}");
        }
        for text in ["true", "False", "maybe", "", "2"] {
            assert_eq!(read(Type::Boolean, text), None, "{text}");
        }
    }
}
