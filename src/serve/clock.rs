//! Times as they are shown.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The time in UTC, to the millisecond, as RFC 3339 writes it.
pub fn rfc_3339(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let millis = u32::from(time.millisecond()) * 1_000_000;
    let time = time.replace_nanosecond(millis).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn milliseconds_are_enough() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_500_000_123_456_789);
        assert_eq!(rfc_3339(time), "2017-07-14T02:42:03.456Z");
    }
}
