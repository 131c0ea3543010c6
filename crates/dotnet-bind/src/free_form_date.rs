//! Dates in free form: numbers, names and separators in any order that the invariant culture allows.
//!
//! The platform reads such a text token by token. It collects numbers and names, and a table of states decides when
//! those so far make a date or a time, and of what shape; then the next one starts. So `4/24/2020 5:06 PM` is three
//! numbers that are a date, followed by two that are a time.
//!
//! Some results depend on the current day. A date without a year, and a time without a date, are accepted as such. The 29th of
//! February without a year, and a weekday without a year, are refused, because on most days the platform refuses them.

use super::datetime::{
    DateTime, Day, END_OF_TIME, MAX_OFFSET, TICKS_PER_DAY, TICKS_PER_MINUTE, TICKS_PER_SECOND,
    UNREPRESENTABLE, Zone, day_number,
};
use super::free_form_date_states::{Behind, Shape, State, Step, Token, step};
use super::free_form_date_words::{Cursor, Separator, Suffix, Word};

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// In numbers, with the month before the day.
    MonthFirst,
    /// With the year first, with a name, or without a day.
    Other,
}

/// The reason why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotDate {
    /// Not in a form that is understood, or no such day or time.
    Refused,
    /// The platform's own arithmetic fails, and the sentence of its exception is returned.
    Exception(&'static str),
}

/// The last year of two-digit years: `29` is 2029, `30` is 1930.
const LAST_TWO_DIGIT_YEAR: i64 = 2029;

/// A year in the text, or the year in which it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Year {
    InText(i64),
    This,
}

/// An offset from UTC in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offset {
    /// By name: `Z` or `GMT`.
    Utc,
    /// In minutes.
    Minutes(i64),
}

/// The state of reading a text.
struct Reading<'a> {
    cursor: Cursor<'a>,
    /// The numbers since the last complete date or time. Older ones remain until they are overwritten.
    numbers: [i64; 3],
    /// The number of them that are new.
    count: usize,
    /// A number of three digits or more.
    long_year: Option<i64>,
    month_name: Option<i64>,
    weekday: Option<i64>,
    /// `Some(true)` for PM.
    afternoon: Option<bool>,
    /// The fraction of a second.
    fraction: f64,
    offset: Option<Offset>,
    /// True once there is a complete date.
    has_date: bool,
    /// True once there is a complete time.
    has_time: bool,
    order: Order,
    year: Option<Year>,
    month: Option<i64>,
    day: Option<i64>,
    /// The marks of numbers so far.
    marked: Vec<Suffix>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
}

/// Reads a text as a date, like the platform for the invariant culture.
pub(super) fn parse(text: &str) -> Result<(DateTime, Order), NotDate> {
    let mut reading = Reading::new(text);
    reading.read()
}

/// The kind of one token of the text.
enum Lexed {
    /// A token for the states.
    Token(Token),
    /// Nothing that the states need.
    Nothing,
    /// A number followed by the `T` of ISO 8601.
    IsoTime,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
            numbers: [0; 3],
            count: 0,
            long_year: None,
            month_name: None,
            weekday: None,
            afternoon: None,
            fraction: 0.0,
            offset: None,
            has_date: false,
            has_time: false,
            order: Order::Other,
            year: None,
            month: None,
            day: None,
            marked: Vec::new(),
            hour: None,
            minute: None,
            second: None,
        }
    }

    /// Reads the whole text.
    fn read(&mut self) -> Result<(DateTime, Order), NotDate> {
        let mut state = State::Start;
        let mut complete = false;
        loop {
            let token = match self.lex(state).ok_or(NotDate::Refused)? {
                Lexed::Nothing => continue,
                Lexed::Token(token) => token,
                Lexed::IsoTime if matches!(state, State::YN | State::YNSep) => return self.iso_time(),
                Lexed::IsoTime => return Err(NotDate::Refused),
            };
            state = match step(state, token) {
                Step::Go(next) => next,
                Step::Refuse => return Err(NotDate::Refused),
                Step::Done(shape) => {
                    self.complete(shape).ok_or(NotDate::Refused)?;
                    complete = true;
                    State::Start
                }
            };
            if matches!(
                token,
                Token::End | Token::Number(Behind::End) | Token::Month(Behind::End)
            ) {
                break;
            }
        }
        if !complete {
            return Err(NotDate::Refused);
        }
        self.finish()
    }

    /// Reads one token; `None` if the text is refused.
    fn lex(&mut self, state: State) -> Option<Lexed> {
        let token = match self.cursor.word() {
            Word::End => Token::End,
            Word::Number { value, digits } => return self.number(state, value, digits),
            Word::Month(month) => return self.month_name(state, month),
            Word::Weekday(day) => {
                if self.weekday.replace(day).is_some() {
                    return None;
                }
                Token::Weekday
            }
            Word::Utc => {
                if self.offset.replace(Offset::Utc).is_some() {
                    return None;
                }
                Token::Zone
            }
            Word::Era => Token::Era,
            Word::AmPm(afternoon) => {
                return self
                    .afternoon
                    .replace(afternoon)
                    .is_none()
                    .then_some(Lexed::Nothing);
            }
            Word::Ignored => return Some(Lexed::Nothing),
            Word::Unknown(c) => return self.unknown(c).then_some(Lexed::Nothing),
        };
        Some(Lexed::Token(token))
    }

    /// Reads an offset, hash signs around the whole text, or NULs at its end; nothing else.
    fn unknown(&mut self, c: char) -> bool {
        if matches!(c, '+' | '-') && self.offset.is_none() {
            let before = self.cursor;
            if let Some(minutes) = self.cursor.offset() {
                self.offset = Some(Offset::Minutes(minutes));
                return true;
            }
            self.cursor = before;
        }
        self.cursor.punctuation()
    }

    /// Handles a number. What follows it decides its meaning.
    fn number(&mut self, state: State, value: Option<i64>, digits: usize) -> Option<Lexed> {
        let value = value.filter(|_| self.count < 3)?;
        if state == State::HourMinute
            && let Some(fraction) = self.cursor.fraction()
        {
            self.fraction = fraction;
        }
        let in_time = matches!(state, State::Hour | State::HourMinute);
        if in_time && !self.attached_offset() {
            return None;
        }
        if digits >= 3 {
            return self.year_number(state, value);
        }
        let before = self.cursor;
        let follower = match self.cursor.separator() {
            Separator::End => Behind::End,
            Separator::Blank => Behind::Blank,
            Separator::Date => Behind::DateSeparator,
            Separator::Time => Behind::TimeSeparator,
            Separator::DateOrOffset => self.date_or_offset(before, Token::Number, state),
            Separator::AmPm(afternoon) => return self.hour_of_half_day(state, value, afternoon),
            Separator::LocalTime => {
                self.push(value);
                return Some(Lexed::IsoTime);
            }
            Separator::Suffix(Suffix::Year) => return self.mark(Suffix::Year, four_digits(value)),
            Separator::Suffix(suffix) => return self.mark(suffix, value),
        };
        self.push(value);
        Some(Lexed::Token(Token::Number(follower)))
    }

    /// Handles a number with AM or PM after it. A second AM or PM makes the platform forget the number.
    fn hour_of_half_day(&mut self, state: State, value: i64, afternoon: bool) -> Option<Lexed> {
        if self.afternoon.is_some() {
            return Some(Lexed::Nothing);
        }
        self.afternoon = Some(afternoon);
        if state == State::NSepN {
            // `1/10 5 AM`: the two numbers before are a date, and this one is a time.
            self.complete(Shape::MonthDay)?;
        }
        self.push(value);
        if matches!(state, State::Hour | State::HourMinute) && !self.attached_offset() {
            return None;
        }
        Some(Lexed::Token(Token::Number(Behind::AmPm)))
    }

    /// Handles a number of three digits or more, which is a year.
    fn year_number(&mut self, state: State, value: i64) -> Option<Lexed> {
        if self.long_year.replace(value).is_some() {
            return None;
        }
        let before = self.cursor;
        let follower = match self.cursor.separator() {
            Separator::End => Behind::End,
            Separator::Blank => Behind::Blank,
            Separator::Date => Behind::DateSeparator,
            Separator::DateOrOffset => self.date_or_offset(before, Token::Year, state),
            Separator::AmPm(afternoon) => {
                if self.afternoon.is_some() {
                    return Some(Lexed::Nothing);
                }
                self.afternoon = Some(afternoon);
                Behind::Blank
            }
            Separator::Time | Separator::LocalTime => return None,
            Separator::Suffix(suffix) => return self.mark(suffix, value),
        };
        Some(Lexed::Token(Token::Year(follower)))
    }

    /// Handles the name of a month.
    fn month_name(&mut self, state: State, month: i64) -> Option<Lexed> {
        if self.month_name.replace(month).is_some() {
            return None;
        }
        let before = self.cursor;
        let follower = match self.cursor.separator() {
            Separator::End => Behind::End,
            Separator::Blank => Behind::Blank,
            Separator::Date => Behind::DateSeparator,
            Separator::DateOrOffset => self.date_or_offset(before, Token::Month, state),
            _ => return None,
        };
        Some(Lexed::Token(Token::Month(follower)))
    }

    /// Decides on a `-`, which is a date separator unless the date is complete without one; then it starts an offset.
    fn date_or_offset(&mut self, before: Cursor<'a>, token: fn(Behind) -> Token, state: State) -> Behind {
        let as_separator = step(state, token(Behind::DateSeparator));
        let as_blank = step(state, token(Behind::Blank));
        if as_separator == Step::Refuse && matches!(as_blank, Step::Done(_)) {
            self.cursor = before;
            Behind::Blank
        } else {
            Behind::DateSeparator
        }
    }

    /// Reads an offset right after a time, if there is one. Returns false if it is malformed or a second one.
    fn attached_offset(&mut self) -> bool {
        if !self.cursor.skip_to_sign() {
            return true;
        }
        let Some(minutes) = self.cursor.offset() else {
            return false;
        };
        self.offset.replace(Offset::Minutes(minutes)).is_none()
    }

    /// Adds a number to the three.
    fn push(&mut self, value: i64) {
        if let Some(place) = self.numbers.get_mut(self.count) {
            *place = value;
            self.count += 1;
        }
    }

    /// Handles a number with a mark.
    fn mark(&mut self, suffix: Suffix, value: i64) -> Option<Lexed> {
        if self.marked.contains(&suffix) {
            return None;
        }
        self.marked.push(suffix);
        let token = match suffix {
            Suffix::Year => {
                self.year = Some(Year::InText(value));
                self.long_year = Some(value);
                Token::DateMarked
            }
            Suffix::Month => {
                self.month = Some(value);
                self.month_name = Some(value);
                Token::DateMarked
            }
            Suffix::Day => {
                self.day = Some(value);
                Token::DateMarked
            }
            Suffix::Hour => {
                self.hour = Some(value);
                Token::TimeMarked
            }
            Suffix::Minute => {
                self.minute = Some(value);
                Token::TimeMarked
            }
            Suffix::Second => {
                self.second = Some(value);
                Token::TimeMarked
            }
        };
        Some(Lexed::Token(token))
    }

    /// Assigns the collected numbers to the date or the time; `None` if there is no such day, or one already.
    fn complete(&mut self, shape: Shape) -> Option<()> {
        let [first, second, third] = self.numbers;
        let count = std::mem::take(&mut self.count);
        match shape {
            Shape::Hour | Shape::HourMinute | Shape::HourMinuteSecond => return self.complete_time(shape),
            Shape::Marked => return Some(()),
            Shape::MarkedThenDay if count != 1 => return None,
            Shape::MarkedThenDay | Shape::YearThenMarked | Shape::TwoThenMarked => {
                return self.complete_marked(shape);
            }
            _ if self.has_date => return None,
            _ => {}
        }
        let month = self.month_name.unwrap_or(0);
        let long_year = Year::InText(self.long_year.unwrap_or(0));
        self.has_date = true;
        match shape {
            Shape::NameDay | Shape::YearName => {
                // Another date may follow these two, and replaces them.
                self.has_date = false;
                if shape == Shape::NameDay {
                    self.set(Year::This, month, first)
                } else {
                    self.set(Year::InText(four_digits(first)), month, 1)
                }
            }
            Shape::NameAndTwo => self
                .set(Year::InText(four_digits(second)), month, first)
                .or_else(|| self.set(Year::InText(four_digits(first)), month, second)),
            Shape::YearMonthDay => self.set(long_year, first, second),
            Shape::YearNameDay => self.set(long_year, month, first),
            Shape::YearMonth => self.set(long_year, first, 1),
            Shape::YearNameOnly => self.set(long_year, month, 1),
            _ => {
                self.order = Order::MonthFirst;
                let year = match shape {
                    Shape::MonthDay => Year::This,
                    Shape::MonthDayYear => Year::InText(four_digits(third)),
                    _ => long_year,
                };
                self.set(year, first, second)
            }
        }
    }

    /// Sets the hour and the parts after it; `None` if there is a time already.
    fn complete_time(&mut self, shape: Shape) -> Option<()> {
        if self.has_time || (shape == Shape::Hour && self.afternoon.is_none()) {
            return None;
        }
        let [hour, minute, second] = self.numbers;
        self.has_time = true;
        self.hour = Some(hour);
        if shape != Shape::Hour {
            self.minute = Some(minute);
        }
        if shape == Shape::HourMinuteSecond {
            self.second = Some(second);
        }
        Some(())
    }

    /// Sets the parts that the marked numbers do not set.
    fn complete_marked(&mut self, shape: Shape) -> Option<()> {
        let [first, second, _] = self.numbers;
        let seen = |suffix| self.marked.contains(&suffix);
        match shape {
            Shape::MarkedThenDay => self.day.replace(first).is_none().then_some(()),
            Shape::YearThenMarked => {
                self.month?;
                if self.year.is_some() {
                    return None;
                }
                self.year = Some(Year::InText(four_digits(first)));
                self.day = Some(1);
                Some(())
            }
            _ if seen(Suffix::Day) => None,
            _ if seen(Suffix::Year) && !seen(Suffix::Month) => {
                self.set(Year::InText(four_digits(self.long_year?)), first, second)
            }
            _ if seen(Suffix::Month) && !seen(Suffix::Year) => {
                self.set(Year::InText(four_digits(second)), self.month?, first)
            }
            _ => None,
        }
    }

    /// Sets the day, if there is such a day.
    fn set(&mut self, year: Year, month: i64, day: i64) -> Option<()> {
        check_day(year, month, day)?;
        self.year = Some(year);
        self.month = Some(month);
        self.day = Some(day);
        Some(())
    }

    /// Sets the missing parts, checks everything, and applies half day, fraction, weekday and offset.
    fn finish(&self) -> Result<(DateTime, Order), NotDate> {
        let hour = half_day(self.hour.unwrap_or(0), self.afternoon).ok_or(NotDate::Refused)?;
        let time =
            time_of_day(hour, self.minute.unwrap_or(0), self.second.unwrap_or(0)).ok_or(NotDate::Refused)?;
        let time = time + fraction_ticks(self.fraction);
        let day = self.day().ok_or(NotDate::Refused)?;
        if let Some(weekday) = self.weekday
            && !day.is_on(weekday, time)
        {
            return Err(NotDate::Refused);
        }
        Ok((self.moment(day, time)?, self.order))
    }

    /// Returns the day of the text.
    fn day(&self) -> Option<Given> {
        if self.year.is_none() && self.month.is_none() && self.day.is_none() {
            return Some(Given::Today);
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        match check_day(self.year.unwrap_or(Year::This), month, day)? {
            Some(number) => Some(Given::Number(number)),
            None => Some(Given::ThisYear(
                u8::try_from(month).ok()?,
                u8::try_from(day).ok()?,
            )),
        }
    }

    /// Returns the moment, converted to UTC by the offset.
    fn moment(&self, day: Given, time: i64) -> Result<DateTime, NotDate> {
        let (minutes, zone) = match self.offset {
            None => (0, Zone::Unspecified),
            Some(Offset::Utc) => (0, Zone::Utc),
            Some(Offset::Minutes(minutes)) if minutes.abs() <= MAX_OFFSET => (minutes, Zone::Local),
            Some(Offset::Minutes(_)) => return Err(NotDate::Refused),
        };
        day.moment(time, minutes * TICKS_PER_MINUTE, zone)
    }

    /// Reads the rest of `2020-1-21T` as a time of ISO 8601.
    fn iso_time(&mut self) -> Result<(DateTime, Order), NotDate> {
        let (hour, minute, second, fraction) = self.cursor.iso_time().ok_or(NotDate::Refused)?;
        let offset = self.cursor.iso_offset().ok_or(NotDate::Refused)?;
        match offset.map(|offset| offset.map_or(Offset::Utc, Offset::Minutes)) {
            Some(Offset::Minutes(minutes)) if minutes.abs() > MAX_OFFSET => return Err(NotDate::Refused),
            // A `Z` before the date overrides what follows the time.
            Some(offset) if self.offset != Some(Offset::Utc) => self.offset = Some(offset),
            _ => {}
        }
        let [month, day, _] = self.numbers;
        let number = day_number(self.long_year.unwrap_or(0), month, day).ok_or(NotDate::Refused)?;
        let time = time_of_day(hour, minute, second).ok_or(NotDate::Refused)? + fraction_ticks(fraction);
        Ok((self.moment(Given::Number(number), time)?, Order::Other))
    }
}

/// The day of a text.
#[derive(Debug, Clone, Copy)]
enum Given {
    /// The number of days from the first day of the year 1.
    Number(i64),
    /// A month and a day of the year in which the text is read.
    ThisYear(u8, u8),
    /// The day on which the text is read.
    Today,
}

impl Given {
    /// Returns true if it is on a weekday (0 is Sunday) at `time` ticks since midnight.
    fn is_on(self, weekday: i64, time: i64) -> bool {
        // The first day of the year 1 was a Monday.
        matches!(self, Self::Number(number) if (number + time / TICKS_PER_DAY + 1) % 7 == weekday)
    }

    /// Returns the moment `time` ticks after its midnight, less an offset.
    fn moment(self, time: i64, offset: i64, zone: Zone) -> Result<DateTime, NotDate> {
        if let Self::Number(number) = self {
            let local = number * TICKS_PER_DAY + time;
            if local >= END_OF_TIME {
                return Err(NotDate::Exception(UNREPRESENTABLE));
            }
            return DateTime::at_offset(local, offset, zone).ok_or(NotDate::Refused);
        }
        let ticks = time - offset;
        let shift = i8::try_from(ticks.div_euclid(TICKS_PER_DAY)).unwrap_or(0);
        let day = match self {
            Self::ThisYear(month, day) => Day::ThisYear { month, day, shift },
            _ => Day::Today { shift },
        };
        Ok(DateTime {
            day,
            ticks: ticks.rem_euclid(TICKS_PER_DAY),
            zone,
        })
    }
}

/// Returns a year of up to two digits in full, and a longer one unchanged.
fn four_digits(year: i64) -> i64 {
    let century = LAST_TWO_DIGIT_YEAR - LAST_TWO_DIGIT_YEAR % 100;
    match year {
        100.. => year,
        _ if year <= LAST_TWO_DIGIT_YEAR % 100 => century + year,
        _ => century - 100 + year,
    }
}

/// Returns the number of a day, `Some(None)` if its year is not known, and `None` if there is no such day.
#[expect(
    clippy::option_option,
    reason = "no such day, a day of no known year, and a day are three things"
)]
fn check_day(year: Year, month: i64, day: i64) -> Option<Option<i64>> {
    match year {
        Year::InText(year) => day_number(year, month, day).map(Some),
        // Most years have no 29th of February.
        Year::This => day_number(1, month, day).map(|_| None),
    }
}

/// Returns the hour of the day, with AM or PM applied; `None` if they contradict each other.
fn half_day(hour: i64, afternoon: Option<bool>) -> Option<i64> {
    match afternoon {
        Some(false) if hour > 12 => None,
        Some(false) => Some(hour % 12),
        Some(true) if hour > 23 => None,
        Some(true) if hour < 12 => Some(hour + 12),
        None | Some(true) => Some(hour),
    }
}

/// Returns the ticks since midnight; `None` if there is no such time.
fn time_of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let exists = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    exists.then(|| (hour * 60 + minute) * TICKS_PER_MINUTE + second * TICKS_PER_SECOND)
}

/// Converts a fraction of a second to ticks, with ties to even.
fn fraction_ticks(fraction: f64) -> i64 {
    let ticks = (fraction * 1e7).round_ties_even();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and ten million")]
    let ticks = ticks as i64;
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok((date, Order::MonthFirst)) => format!("{date} month first"),
            Ok((date, Order::Other)) => date.to_string(),
            Err(NotDate::Refused) => "refused".to_owned(),
            Err(NotDate::Exception(sentence)) => sentence.to_owned(),
        }
    }

    #[test]
    fn accepted_dates() {
        for (text, expected) in [
            ("4/24/2020", "2020-04-24T00:00:00 month first"),
            ("4/24/29", "2029-04-24T00:00:00 month first"),
            ("4-24-30", "1930-04-24T00:00:00 month first"),
            ("01.21.2020", "2020-01-21T00:00:00 month first"),
            ("1,2,3", "2003-01-02T00:00:00 month first"),
            ("1.5", "01-05 of this year at 00:00:00 month first"),
            ("4/24/2020 5:06 PM", "2020-04-24T17:06:00 month first"),
            ("1/10 5 AM", "01-10 of this year at 05:00:00 month first"),
            ("2020/01/21", "2020-01-21T00:00:00"),
            ("2020-1", "2020-01-01T00:00:00"),
            ("Jan 21, 2020", "2020-01-21T00:00:00"),
            ("21 january 2020", "2020-01-21T00:00:00"),
            ("21 January", "2021-01-01T00:00:00"),
            ("January 21", "01-21 of this year at 00:00:00"),
            ("Tue, 21 Jan 2020 11:53:45 GMT", "2020-01-21T11:53:45Z"),
            ("11:53", "today at 11:53:00"),
            ("12:30 am", "today at 00:30:00"),
            ("5 PM", "today at 17:00:00"),
            ("11:53 +14:00", "yesterday at 21:53:00Z"),
            ("11:53:45.9999999999", "today at 11:53:46"),
            ("2020-01-21T11:53", "2020-01-21T11:53:00"),
            ("2020-01-21-05:00", "2020-01-21T05:00:00Z"),
            ("1-2-3 -4", "2003-01-02T04:00:00Z month first"),
            ("#1/2/2020# \0", "2020-01-02T00:00:00 month first"),
            ("2020年1月21日 11時53分", "2020-01-21T11:53:00"),
            ("A.D. 2020/01/21", "2020-01-21T00:00:00"),
            ("0001-01-01 00:00:00+05:30", "0001-01-01T18:30:00Z"),
            ("9999-12-31 23:59:59.99999999", UNREPRESENTABLE),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn refused_dates() {
        for text in [
            "",
            " ",
            "0",
            "2020",
            "20200121",
            "123456789",
            "21/01/2020",
            "0/1/2020",
            "2/29/2019",
            "Feb 29",
            "now",
            "Wed, 21 Jan 2020",
            "Tue 11:53",
            "24:00",
            "11:60",
            "13:00 AM",
            "1/2/2020 3/4/2020",
            "11:53 12:54",
            "11:53 +15:00",
            "11:53Z +1",
            "Janu 5",
            "1/2/2020x",
            "#1/2/2020",
            "1/2\0/2020",
            "2020-01-21T11",
            "😀",
        ] {
            assert_eq!(shown(text), "refused", "{text}");
        }
    }
}
