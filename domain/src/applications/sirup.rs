//! Accounts of SiRUP, and when one can be linked (guide steps 3 to 8).

use ::time::{Date, macros::date};
use serde::{Deserialize, Serialize};

use crate::{
    role::Role,
    time::{Timestamp, Zone},
};

/// Accounts registered on or after this day are not linked (guide steps 3 and 8). A setting can change it.
pub const CUTOFF: Date = date!(2024 - 08 - 01);

/// Attempts of a person before a pause.
pub const ATTEMPTS: u32 = 5;
/// Minutes after which attempts are counted from zero again.
pub const PAUSE_MINUTES: u64 = 30;

/// An account as SiRUP describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SirupAccount {
    /// As SiRUP spells it.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// As SiRUP spells it (`PA`, `KPA`, `PPK` …).
    pub role: String,
    /// Code of the institution.
    pub kd_klpd: Option<String>,
    /// Code of the work unit.
    pub kd_satker: Option<String>,
    pub registered_at: Timestamp,
}

impl SirupAccount {
    /// The role in our catalogue; `None` for roles that we do not offer.
    pub fn known_role(&self) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.info().code.eq_ignore_ascii_case(self.role.trim()))
    }

    /// True if the account was registered before `cutoff`, on the calendar of Jakarta.
    pub fn is_old_enough(&self, cutoff: Date) -> bool {
        self.registered_at.date(Zone::Wib) < cutoff
    }

    /// The username as it is compared and stored: usernames that differ only in case are the same.
    pub fn key(username: &str) -> String {
        username.trim().to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(1_722_445_199_999_999, true)] // 2024-07-31T23:59:59.999999+07:00
    #[case(1_722_445_200_000_000, false)] // 2024-08-01T00:00:00+07:00
    fn the_cut_off_is_midnight_in_jakarta(#[case] micros: i64, #[case] old_enough: bool) {
        let account = SirupAccount {
            username: "pa".into(),
            name: "Siti".into(),
            role: " kpa".into(),
            kd_klpd: None,
            kd_satker: None,
            registered_at: Timestamp::from_micros(micros),
        };
        assert_eq!(account.is_old_enough(CUTOFF), old_enough);
        assert_eq!(account.known_role(), Some(Role::Kpa));
    }
}
