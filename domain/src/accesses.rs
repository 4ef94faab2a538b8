//! The state of an access: it follows from its dates, so that it ends by itself, everywhere, at once.

use ::time::{Date, Duration};

use crate::validity::Validity;

/// How many days before its end the holder of an access is reminded, the nearest first.
pub const REMINDERS: [i64; 3] = [3, 14, 30];
/// How many days before its end an access can be renewed.
pub const RENEWABLE_DAYS: i64 = 60;

/// Where an access stands on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum AccessState {
    /// Granted, its first day not yet come.
    Upcoming,
    /// In force.
    Active,
    /// Its last day is over.
    Expired,
    /// Taken away.
    Revoked,
}

crate::text_enum!(AccessState);

impl AccessState {
    /// The state on `today`, a date in the zone of the person who holds it.
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

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Upcoming => "Belum Berlaku",
            Self::Active => "Aktif",
            Self::Expired => "Kedaluwarsa",
            Self::Revoked => "Dicabut",
        }
    }
}

/// How an access that ends goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Renewal {
    /// It is continued before its end.
    Extend,
    /// It is taken up again after its end.
    Revive,
}

crate::text_enum!(Renewal);

impl Renewal {
    /// What can be done on `today` about an access with this last day.
    ///
    /// # Errors
    /// The day from which it can be renewed, where that has not come.
    pub fn on(today: Date, last_day: Date) -> Result<Self, Date> {
        let from = last_day.saturating_sub(Duration::days(RENEWABLE_DAYS));
        match () {
            () if today > last_day => Ok(Self::Revive),
            () if today >= from => Ok(Self::Extend),
            () => Err(from),
        }
    }

    /// What its button says.
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
    fn both_ends_count(#[case] today: Date, #[case] revoked: bool, #[case] expected: AccessState) {
        let validity = Validity::new(date!(2026 - 12 - 01), date!(2026 - 12 - 31)).unwrap();
        assert_eq!(AccessState::on(today, validity, revoked), expected);
    }

    #[rstest]
    #[case(date!(2026 - 11 - 01), Err(date!(2026 - 11 - 02)))]
    #[case(date!(2026 - 11 - 02), Ok(Renewal::Extend))]
    #[case(date!(2027 - 01 - 01), Ok(Renewal::Extend))]
    #[case(date!(2027 - 01 - 02), Ok(Renewal::Revive))]
    fn an_access_is_renewed_from_sixty_days_before_its_end(
        #[case] today: Date,
        #[case] expected: Result<Renewal, Date>,
    ) {
        assert_eq!(Renewal::on(today, date!(2027 - 01 - 01)), expected);
    }
}
