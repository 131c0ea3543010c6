//! Dates after binding, and the two forms that every reader of text recognizes.

use std::fmt;

use super::Change;

/// The number of 100-nanosecond ticks in a second.
pub(super) const TICKS_PER_SECOND: i64 = 10_000_000;
/// The number of ticks in a minute.
pub(super) const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// The number of ticks in a day.
pub(super) const TICKS_PER_DAY: i64 = 24 * 60 * TICKS_PER_MINUTE;
/// The first tick after the last moment of the year 9999, counted from the start of the year 1.
pub(super) const END_OF_TIME: i64 = 3_652_059 * TICKS_PER_DAY;
/// The tick at which the year 1970 starts.
const UNIX_EPOCH: i64 = 719_162 * TICKS_PER_DAY;

/// The largest offset, in minutes, where offsets are checked.
pub(super) const MAX_OFFSET: i64 = 14 * 60;

/// The exception that is returned for a `/Date(…)/` outside the years 1 to 9999.
const TICKS_OUT_OF_RANGE: &str =
    "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.\nParameter name: ticks";
/// The exception that is returned for a result after the last day of the year 9999.
pub(super) const UNREPRESENTABLE: &str =
    "The added or subtracted value results in an un-representable DateTime.\nParameter name: value";

/// A date and time as the platform stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day.
    pub day: Day,
    /// The 100-nanosecond ticks since midnight.
    pub ticks: i64,
    /// The zone of the clock.
    pub zone: Zone,
}

/// A day, which the text may not specify completely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Day {
    /// A day of the calendar.
    Date {
        /// 1 to 9999.
        year: u16,
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    },
    /// A text without a year: the server uses the year in which it reads the text.
    ThisYear {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
        /// Days to add: a time zone or a rounded-up second may lead to another day.
        shift: i8,
    },
    /// A text without a date: the server uses the day on which it reads the text.
    Today {
        /// Days to add: a time zone or a rounded-up second may lead to another day.
        shift: i8,
    },
}

/// The zone of the clock of a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The text has none.
    Unspecified,
    /// The text has UTC.
    Utc,
    /// The text has an offset, and the server stores its local time. Stored here as UTC, because the server's time
    /// zone is not known.
    Local,
}

impl Day {
    /// Returns a day of the calendar, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        day_number(year.into(), month.into(), day.into()).map(|_| Self::Date { year, month, day })
    }

    /// Returns the day so many days after 1970-01-01, or before it; `None` outside the years 1 to 9999.
    pub fn of_unix(days: i64) -> Option<Self> {
        let number = days.checked_add(UNIX_EPOCH / TICKS_PER_DAY)?;
        let (year, month, day) = civil(number);
        (0..END_OF_TIME / TICKS_PER_DAY)
            .contains(&number)
            .then_some(Self::Date { year, month, day })
    }
}

impl DateTime {
    /// Returns the moment `ticks` after the start of the year 1; the nearest one inside the years 1 to 9999.
    pub(super) fn from_ticks(ticks: i64, zone: Zone) -> Self {
        let ticks = ticks.clamp(0, END_OF_TIME - 1);
        let (year, month, day) = civil(ticks / TICKS_PER_DAY);
        Self {
            day: Day::Date { year, month, day },
            ticks: ticks % TICKS_PER_DAY,
            zone,
        }
    }

    /// Returns the moment of a clock that is ahead of UTC by `offset` ticks; `None` outside the years 1 to 9999.
    pub(super) fn at_offset(local: i64, offset: i64, zone: Zone) -> Option<Self> {
        let mut ticks = local - offset;
        if ticks < 0 && local < TICKS_PER_DAY {
            // On the first possible day, the platform takes the date for a missing one.
            ticks += TICKS_PER_DAY;
        }
        (0..END_OF_TIME)
            .contains(&ticks)
            .then(|| Self::from_ticks(ticks, zone))
    }

    /// Formats the date as in the platform's error sentences: month first, without fraction and zone.
    pub(super) fn in_sentence(&self) -> String {
        let seconds = self.ticks / TICKS_PER_SECOND;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let Day::Date { year, month, day } = self.day else {
            return self.to_string();
        };
        format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
    }
}

impl fmt::Display for DateTime {
    /// Formats the date as ISO 8601, as far as the text specified the day: `2020-01-21T11:53:45.057Z`, `today at
    /// 11:53:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            Day::Date { .. } => write!(f, "{}T", self.day)?,
            _ => write!(f, "{} at ", self.day)?,
        }
        let seconds = self.ticks / TICKS_PER_SECOND;
        write!(
            f,
            "{:02}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )?;
        let fraction = self.ticks % TICKS_PER_SECOND;
        if fraction != 0 {
            let digits = format!("{fraction:07}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str(if self.zone == Zone::Unspecified { "" } else { "Z" })
    }
}

impl fmt::Display for Day {
    /// Formats `2020-01-21`, `01-21 of this year`, `today`, `tomorrow`, `yesterday`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shift = match *self {
            Self::Date { year, month, day } => return write!(f, "{year:04}-{month:02}-{day:02}"),
            Self::Today { shift } => {
                return f.write_str(match shift {
                    0 => "today",
                    1.. => "tomorrow",
                    _ => "yesterday",
                });
            }
            Self::ThisYear { month, day, shift } => {
                write!(f, "{month:02}-{day:02} of this year")?;
                shift
            }
        };
        f.write_str(match shift {
            0 => "",
            1.. => " plus a day",
            _ => " minus a day",
        })
    }
}

/// Returns true if a year has a 29th of February.
const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The names of the months, from January.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the number of days of a month; 0 if there is no such month.
pub(super) const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Returns the days from the first day of the year 1 to the first day of `year`.
const fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// Returns the days from the first day of the year 1 to a day of the years 1 to 9999; `None` if there is no such day.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    Some(days_before_year(year) + months + day - 1)
}

/// Returns year, month and day of a day number within the years 1 to 9999.
fn civil(number: i64) -> (u16, u8, u8) {
    // 400 years have 146,097 days; the guess is exact or one too small.
    let mut year = number * 400 / 146_097 + 1;
    while days_before_year(year + 1) <= number {
        year += 1;
    }
    while days_before_year(year) > number {
        year -= 1;
    }
    let mut left = number - days_before_year(year);
    let mut month = 1;
    while month < 12 && left >= days_in_month(year, month) {
        left -= days_in_month(year, month);
        month += 1;
    }
    let narrow = |value: i64| u8::try_from(value).unwrap_or(1);
    (u16::try_from(year).unwrap_or(1), narrow(month), narrow(left + 1))
}

/// Returns what the general reader makes of a text: a date if it looks like one, `None` if it remains text.
///
/// Errors: the exception's sentence, for a date of a valid form that is outside the years 1 to 9999.
pub(super) fn recognise(text: &str) -> Result<Option<DateTime>, &'static str> {
    let bytes = text.as_bytes();
    match bytes {
        [b'/', ..] => microsoft(bytes),
        [b'0'..=b'9', ..] if (19..=40).contains(&bytes.len()) => iso(bytes),
        _ => Ok(None),
    }
}

/// Reads the next form that the date reader tries: seconds with a point but no decimals, as in `2020-01-21T11:53:45.Z`.
pub(super) fn with_bare_point(text: &str) -> Option<DateTime> {
    let (seconds, rest) = text.as_bytes().split_at_checked(19)?;
    let [b'.', zone @ ..] = rest else { return None };
    let offset = match zone {
        [] => Offset::None,
        [b'Z'] => Offset::Utc,
        [b'+' | b'-', _, _, b':', _, _] | [b'+' | b'-', _, _, _, _] => iso_offset(zone)?,
        _ => return None,
    };
    let (midnight, time, is_24, _) = iso_parts(seconds)?;
    let (minutes, zone) = match offset {
        Offset::None => (0, Zone::Unspecified),
        Offset::Utc => (0, Zone::Utc),
        Offset::Minutes(minutes) => (minutes, Zone::Local),
    };
    if is_24 || minutes.abs() > MAX_OFFSET {
        return None;
    }
    DateTime::at_offset(midnight + time, minutes * TICKS_PER_MINUTE, zone)
}

/// Reads `/Date(milliseconds)/`, optionally with an offset, which affects only the zone.
fn microsoft(text: &[u8]) -> Result<Option<DateTime>, &'static str> {
    let Some(inside) = text
        .strip_prefix(b"/Date(")
        .and_then(|rest| rest.strip_suffix(b")/"))
    else {
        return Ok(None);
    };
    let find = |sign: u8| {
        inside
            .iter()
            .skip(1)
            .position(|&byte| byte == sign)
            .map(|at| at + 1)
    };
    let offset = find(b'+').or_else(|| find(b'-'));
    let (digits, zone) = match offset.and_then(|at| inside.split_at_checked(at)) {
        None => (inside, Zone::Utc),
        // Only the hours of the offset are checked, and they only have to be a number.
        Some((digits, [_, hours @ ..])) if is_two_digit_number(hours) => (digits, Zone::Local),
        Some(_) => return Ok(None),
    };
    let Some(milliseconds) = integer(digits) else {
        return Ok(None);
    };
    let ticks = milliseconds.wrapping_mul(10_000).wrapping_add(UNIX_EPOCH);
    if (0..END_OF_TIME).contains(&ticks) {
        Ok(Some(DateTime::from_ticks(ticks, zone)))
    } else {
        Err(TICKS_OUT_OF_RANGE)
    }
}

/// Returns true if the text begins with two characters of a number; the first may be a minus.
fn is_two_digit_number(text: &[u8]) -> bool {
    matches!(text, [first, second, ..] if (first.is_ascii_digit() || *first == b'-') && second.is_ascii_digit())
}

/// Parses up to 19 digits with an optional minus, within 64 bits.
fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let too_long = text.trim_start_matches('-').len() > 19;
    if too_long || text.starts_with('+') {
        None
    } else {
        text.parse().ok()
    }
}

/// The offset at the end of an ISO text.
#[derive(Clone, Copy)]
enum Offset {
    None,
    Utc,
    Minutes(i64),
}

/// Reads `2020-01-21T11:53:45`, with a fraction of up to seven digits and an optional offset.
fn iso(text: &[u8]) -> Result<Option<DateTime>, &'static str> {
    let Some((midnight, time, is_24, offset)) = iso_parts(text) else {
        return Ok(None);
    };
    let ticks = midnight + time + if is_24 { TICKS_PER_DAY } else { 0 };
    if ticks >= END_OF_TIME {
        return Err(UNREPRESENTABLE);
    }
    Ok(Some(match offset {
        Offset::None => DateTime::from_ticks(ticks, Zone::Unspecified),
        Offset::Utc => DateTime::from_ticks(ticks, Zone::Utc),
        Offset::Minutes(minutes) => DateTime::from_ticks(ticks - minutes * TICKS_PER_MINUTE, Zone::Local),
    }))
}

/// Returns the ticks up to midnight, the ticks since midnight, whether it is 24:00, and the offset.
fn iso_parts(text: &[u8]) -> Option<(i64, i64, bool, Offset)> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', rest @ ..] = text else {
        return None;
    };
    let [h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = rest else {
        return None;
    };
    let year = two(*y1, *y2)? * 100 + two(*y3, *y4)?;
    let midnight = day_number(year, two(*m1, *m2)?, two(*d1, *d2)?)? * TICKS_PER_DAY;
    let (hour, minute, second) = (two(*h1, *h2)?, two(*n1, *n2)?, two(*s1, *s2)?);
    if hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = iso_fraction(rest)?;
    let time = minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + fraction;
    if hour == 24 {
        return (time == 0).then_some((midnight, 0, true, iso_offset(rest)?));
    }
    Some((
        midnight,
        hour * 60 * TICKS_PER_MINUTE + time,
        false,
        iso_offset(rest)?,
    ))
}

/// Returns the value of two digits.
fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Returns the ticks of a point and one to seven digits, and the rest of the text.
fn iso_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.', rest @ ..] = text else {
        return Some((0, text));
    };
    let count = rest
        .iter()
        .take(7)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = rest.split_at_checked(count)?;
    let padding = std::iter::repeat_n(&b'0', 7 - count);
    let ticks = digits
        .iter()
        .chain(padding)
        .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    (count > 0).then_some((ticks, rest))
}

/// Reads the offset at the end of the text: `Z`, `+05`, `+05:`, `+0530`, `+05:30`, or none.
///
/// The reader is lenient: `:30` or `05` without a sign is accepted and ignored.
fn iso_offset(text: &[u8]) -> Option<Offset> {
    let (sign, hours, rest) = match text {
        [b'Z' | b'z'] => return Some(Offset::Utc),
        [sign @ (b'+' | b'-'), tens, ones, rest @ ..] => match two(*tens, *ones) {
            Some(hours) => (if *sign == b'+' { 1 } else { -1 }, hours, rest),
            None => return None,
        },
        _ => (0, 0, text),
    };
    let minutes = match rest {
        [] | [b':'] => 0,
        [b':', tens, ones] | [tens, ones] => two(*tens, *ones)?,
        _ => return None,
    };
    Some(if sign == 0 {
        Offset::None
    } else {
        Offset::Minutes(sign * (hours * 60 + minutes))
    })
}

/// Returns true if a text is ISO 8601 in the form that all readers agree on. A space instead of the `T` is accepted.
pub(super) fn is_iso_text(text: &str) -> bool {
    iso_form(text.as_bytes()).is_some()
}

/// Returns the change of a text for which [`is_iso_text`] is true: to the day, to the zone, to the second.
pub(super) fn silent_change(text: &str, date: &DateTime) -> Option<Change> {
    let time = text.get(10..).unwrap_or("");
    if time.get(1..3) == Some("24") {
        return Some(Change::NextDay);
    }
    if date.zone == Zone::Local {
        return Some(Change::OffsetApplied);
    }
    let (_, fraction) = time.split_once('.')?;
    let beyond = fraction
        .bytes()
        .take_while(u8::is_ascii_digit)
        .skip(7)
        .any(|digit| digit != b'0');
    beyond.then_some(Change::SecondRounded)
}

/// Returns `Some` for `2020-01`, `2020-01-21`, and that with a time, a fraction and an offset.
fn iso_form(text: &[u8]) -> Option<()> {
    let [y1, y2, y3, y4, b'-', m1, m2, rest @ ..] = text else {
        return None;
    };
    two(*y1, *y2).and(two(*y3, *y4)).and(two(*m1, *m2))?;
    let [b'-', d1, d2, rest @ ..] = rest else {
        return rest.is_empty().then_some(());
    };
    two(*d1, *d2)?;
    let [b'T' | b't' | b' ', h1, h2, b':', n1, n2, rest @ ..] = rest else {
        return rest.is_empty().then_some(());
    };
    two(*h1, *h2).and(two(*n1, *n2))?;
    let mut rest = rest;
    if let [b':', s1, s2, tail @ ..] = rest {
        two(*s1, *s2)?;
        rest = tail;
        if let [b'.', tail @ ..] = rest {
            let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = tail.get(digits..).filter(|_| digits > 0)?;
        }
    }
    match rest {
        [] | [b'Z' | b'z'] => Some(()),
        [b'+' | b'-', h1, h2] => two(*h1, *h2).map(|_| ()),
        [b'+' | b'-', h1, h2, b':', n1, n2] | [b'+' | b'-', h1, h2, n1, n2] => {
            two(*h1, *h2).and(two(*n1, *n2)).map(|_| ())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match recognise(text) {
            Ok(Some(date)) => date.to_string(),
            Ok(None) => "text".to_owned(),
            Err(sentence) => sentence.to_owned(),
        }
    }

    #[test]
    fn days_and_numbers_are_each_others_inverse() {
        for number in (0..3_652_059).step_by(97).chain([59, 60, 365, 366, 3_652_058]) {
            let (year, month, day) = civil(number);
            assert_eq!(day_number(year.into(), month.into(), day.into()), Some(number));
        }
        assert_eq!(
            day_number(1970, 1, 1).map(|day| day * TICKS_PER_DAY),
            Some(UNIX_EPOCH)
        );
        assert_eq!(day_number(10_000, 1, 1), None);
        assert_eq!(day_number(2019, 2, 29), None);
    }

    #[test]
    fn iso_texts() {
        for (text, expected) in [
            ("2020-01-21T11:53:45.057Z", "2020-01-21T11:53:45.057Z"),
            ("2020-01-21T11:53:45", "2020-01-21T11:53:45"),
            ("2020-01-21T11:53:45+0530", "2020-01-21T06:23:45Z"),
            ("2020-01-21T11:53:45+99:99", "2020-01-17T07:14:45Z"),
            ("2020-01-21T11:53:45+05:", "2020-01-21T06:53:45Z"),
            ("2020-01-21T11:53:45:30", "2020-01-21T11:53:45"),
            ("2020-01-21T24:00:00.0", "2020-01-22T00:00:00"),
            ("2020-01-21T24:00:01", "text"),
            ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.9999999Z"),
            ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z"),
            ("9999-12-31T24:00:00", UNREPRESENTABLE),
            ("2020-01-21T11:53:45.12345678", "text"),
            ("2020-01-21t11:53:45", "text"),
            ("2020-01-21T11:53", "text"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn microsoft_dates() {
        for (text, expected) in [
            ("/Date(1579607625057)/", "2020-01-21T11:53:45.057Z"),
            ("/Date(-1+0530)/", "1969-12-31T23:59:59.999Z"),
            ("/Date(-62135596800000)/", "0001-01-01T00:00:00Z"),
            ("/Date(253402300800000)/", TICKS_OUT_OF_RANGE),
            ("/Date(1+5)/", "text"),
            ("/Date(+1)/", "text"),
            ("/Date()/", "text"),
            ("/Date(x)/", "text"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn relative_days_are_reported() {
        let date = |day| {
            DateTime {
                day,
                ticks: 11 * 60 * TICKS_PER_MINUTE,
                zone: Zone::Utc,
            }
            .to_string()
        };
        assert_eq!(date(Day::Today { shift: 0 }), "today at 11:00:00Z");
        assert_eq!(date(Day::Today { shift: -1 }), "yesterday at 11:00:00Z");
        assert_eq!(
            date(Day::ThisYear {
                month: 1,
                day: 5,
                shift: 1
            }),
            "01-05 of this year plus a day at 11:00:00Z"
        );
    }

    #[test]
    fn the_plain_forms_of_iso_8601() {
        for text in [
            "2020-01",
            "2020-01-21",
            "2020-01-21 11:53",
            "2020-01-21t11:53:45.1z",
            "2020-01-21T11:53+05:30",
        ] {
            assert!(is_iso_text(text), "{text}");
        }
        for text in [
            "2020",
            "2020-1-21",
            "2020/01/21",
            "2020-01-21T11:53:45:30",
            "2020-01-21T11:53:45.",
        ] {
            assert!(!is_iso_text(text), "{text}");
        }
    }
}
