//! Accesses. The state of an access follows from its dates, so that it ends without anybody writing anything.

pub mod overview;

use ::time::{Date, Duration};

use crate::validity::Validity;

/// Days before its end on which the holder of an access is reminded, the nearest first.
pub const REMINDERS: [i64; 3] = [3, 14, 30];
/// Days before its end from which an access can be renewed.
pub const RENEWABLE_DAYS: i64 = 60;

/// The state of an access on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum AccessState {
    /// Granted; its first day is still to come.
    Upcoming,
    Active,
    Expired,
    Revoked,
}

crate::text_enum!(AccessState);

impl AccessState {
    /// `today` is a date in the zone of the access.
    pub fn on(today: Date, validity: Validity, revoked: bool) -> Self {
        if revoked {
            Self::Revoked
        } else if today > validity.last() {
            Self::Expired
        } else if today < validity.first() {
            Self::Upcoming
        } else {
            Self::Active
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Upcoming => "Belum Berlaku",
            Self::Active => "Aktif",
            Self::Expired => "Kedaluwarsa",
            Self::Revoked => "Dicabut",
        }
    }
}

/// How an access is continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Renewal {
    /// Before its end.
    Extend,
    /// After its end.
    Revive,
}

crate::text_enum!(Renewal);

impl Renewal {
    /// The renewal that is possible on `today`.
    ///
    /// # Errors
    /// The first day on which the access can be renewed, if that is still to come.
    pub fn on(today: Date, last_day: Date) -> Result<Self, Date> {
        let from = last_day.saturating_sub(Duration::days(RENEWABLE_DAYS));
        match () {
            () if today > last_day => Ok(Self::Revive),
            () if today >= from => Ok(Self::Extend),
            () => Err(from),
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Extend => "Perpanjang",
            Self::Revive => "Aktifkan Kembali",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::macros::date;
    use rstest::rstest;

    #[rstest]
    #[case(date!(2026 - 11 - 30), false, AccessState::Upcoming)]
    #[case(date!(2026 - 12 - 01), false, AccessState::Active)]
    #[case(date!(2026 - 12 - 31), false, AccessState::Active)]
    #[case(date!(2027 - 01 - 01), false, AccessState::Expired)]
    #[case(date!(2026 - 12 - 15), true, AccessState::Revoked)]
    fn first_and_last_day_are_active(#[case] today: Date, #[case] revoked: bool, #[case] expected: AccessState) {
        let validity = Validity::new(date!(2026 - 12 - 01), date!(2026 - 12 - 31)).unwrap();
        assert_eq!(AccessState::on(today, validity, revoked), expected);
    }

    #[rstest]
    #[case(date!(2026 - 11 - 01), Err(date!(2026 - 11 - 02)))]
    #[case(date!(2026 - 11 - 02), Ok(Renewal::Extend))]
    #[case(date!(2027 - 01 - 01), Ok(Renewal::Extend))]
    #[case(date!(2027 - 01 - 02), Ok(Renewal::Revive))]
    fn an_access_can_be_renewed_from_sixty_days_before_its_end(
        #[case] today: Date,
        #[case] expected: Result<Renewal, Date>,
    ) {
        assert_eq!(Renewal::on(today, date!(2027 - 01 - 01)), expected);
    }
}
