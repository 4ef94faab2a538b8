//! Instants and the three time zones of Indonesia.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
///
/// Both databases store it as a 64-bit integer, so that it sorts and compares the same way in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Saturates at the largest instant.
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Saturates at the smallest instant.
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The time passed since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Seconds until a later instant, rounded up: whoever waits so long is not early. 0 for an earlier one.
    pub fn seconds_until(self, later: Self) -> u64 {
        later.since(self).as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX)
    }

    /// Date and time in `zone`. An instant that the calendar cannot represent becomes the epoch.
    pub fn local(self, zone: Zone) -> OffsetDateTime {
        // Not `from_unix_timestamp_nanos`: the browser would download a division of 128 bits for it.
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000_000))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .saturating_add(::time::Duration::microseconds(self.0.rem_euclid(1_000_000)))
            .to_offset(zone.offset())
    }

    pub fn date(self, zone: Zone) -> Date {
        self.local(zone).date()
    }

    /// The instant at which `date` starts in `zone`.
    pub fn start_of(date: Date, zone: Zone) -> Self {
        let days = i64::from(date.to_julian_day()) - i64::from(OffsetDateTime::UNIX_EPOCH.to_julian_day());
        Self(days * DAY_MICROS - zone.shift())
    }
}

/// A day in microseconds.
pub const DAY_MICROS: i64 = 86_400_000_000;

impl From<i64> for Timestamp {
    fn from(micros: i64) -> Self {
        Self(micros)
    }
}

/// A time zone of Indonesia. None has daylight saving time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Zone {
    /// Western Indonesia, UTC+7 (Asia/Jakarta); the default.
    #[default]
    Wib,
    /// Central Indonesia, UTC+8 (Asia/Makassar).
    Wita,
    /// Eastern Indonesia, UTC+9 (Asia/Jayapura).
    Wit,
}

impl Zone {
    /// From west to east.
    pub const ALL: [Self; 3] = [Self::Wib, Self::Wita, Self::Wit];

    /// Hours ahead of UTC.
    pub const fn hours(self) -> i8 {
        match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
        }
    }

    /// Microseconds ahead of UTC: SQL adds them to an instant before it divides by days.
    pub const fn shift(self) -> i64 {
        self.hours() as i64 * 3_600_000_000
    }

    fn offset(self) -> UtcOffset {
        UtcOffset::from_hms(self.hours(), 0, 0).unwrap_or(UtcOffset::UTC)
    }

    /// Stands after a time on screen: `WIB`, `WITA`, `WIT`.
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }
}

crate::text_enum!(Zone);

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn date_depends_on_the_zone() {
        // 2026-12-31T16:30:00Z
        let instant = Timestamp::from_micros(1_798_734_600_000_000);
        assert_eq!(instant.date(Zone::Wib), date!(2026 - 12 - 31));
        assert_eq!(instant.date(Zone::Wita), date!(2027 - 01 - 01));
        assert_eq!(instant.date(Zone::Wit), date!(2027 - 01 - 01));
    }

    #[test]
    fn day_starts_when_the_previous_day_ends() {
        for zone in Zone::ALL {
            let start = Timestamp::start_of(date!(2027 - 01 - 01), zone);
            assert_eq!(start.date(zone), date!(2027 - 01 - 01));
            assert_eq!(Timestamp::from_micros(start.micros() - 1).date(zone), date!(2026 - 12 - 31));
        }
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(Duration::from_secs(1)).micros(), i64::MAX);
        assert_eq!(Timestamp::from_micros(1).since(Timestamp::from_micros(2)), Duration::ZERO);
    }
}
