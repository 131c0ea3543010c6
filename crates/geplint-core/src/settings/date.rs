//! Dates for settings files.

use std::fmt;

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The epoch of Unix time, 1970-01-01.
    pub const EPOCH: Self = Self {
        year: 1970,
        month: 1,
        day: 1,
    };

    /// Returns the date, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// Reads `2026-01-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let part = |from: usize, to: usize| text.get(from..to)?.parse().ok();
        let small = |from: usize, to: usize| u8::try_from(part(from, to)?).ok();
        if shaped {
            Self::new(part(0, 4)?, small(5, 7)?, small(8, 10)?)
        } else {
            None
        }
    }

    /// Returns the date, in UTC, of a number of seconds since 1970-01-01.
    pub fn of_unix(seconds: u64) -> Option<Self> {
        let mut days = seconds / 86_400;
        for year in 1970..=9999 {
            for month in 1..=12 {
                let length = (28..=31)
                    .rev()
                    .find(|day| Self::new(year, month, *day).is_some())?;
                if days < u64::from(length) {
                    return Self::new(year, month, u8::try_from(days + 1).ok()?);
                }
                days -= u64::from(length);
            }
        }
        None
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid_days() {
        for good in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert_eq!(Date::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-1-10",
            "2026-01-00",
            "2026/01/10",
            "+026-01-10",
            "2026-01-10 ",
            "",
            "tomorrow",
            "2026-01-ä",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_since_1970() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
        ] {
            assert_eq!(Date::of_unix(seconds).unwrap().to_string(), day);
        }
        assert_eq!(Date::of_unix(u64::MAX), None);
    }

    #[test]
    fn days_are_ordered() {
        let day = |text| Date::parse(text).unwrap();
        assert!(day("2025-12-31") < day("2026-01-01"));
        assert!(day("2026-01-31") < day("2026-02-01"));
    }
}
