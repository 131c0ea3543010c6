//! Dates for settings files.

use std::fmt;

use dotnet_bind::Day;
use toml::value::Datetime;

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(toml::value::Date);

impl Date {
    /// The epoch of Unix time, 1970-01-01.
    pub const EPOCH: Self = Self(toml::value::Date {
        year: 1970,
        month: 1,
        day: 1,
    });

    /// Reads `2026-01-31`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse().ok()? {
            Datetime {
                date,
                time: None,
                offset: None,
            } => date.map(Self),
            _ => None,
        }
    }

    /// Returns the date, in UTC, of a number of seconds since 1970-01-01.
    pub fn of_unix(seconds: u64) -> Option<Self> {
        let days = i64::try_from(seconds / 86_400).ok()?;
        Self::parse(&Day::of_unix(days)?.to_string())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
