//! Times as text.

use std::time::SystemTime;

use time::OffsetDateTime;

/// The time in UTC in the format of RFC 3339, always with three digits for the milliseconds, so that columns of it line up.
pub fn rfc_3339(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second, milli) = time.to_hms_milli();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn milliseconds_are_enough() {
        let shown = |micros| rfc_3339(SystemTime::UNIX_EPOCH + Duration::from_micros(micros));
        assert_eq!(shown(1_500_000_123_456_789), "2017-07-14T02:42:03.456Z");
        assert_eq!(shown(1_500_000_123_450_000), "2017-07-14T02:42:03.450Z");
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
    }
}
