//! Whom a platform admits.

use ::time::Date;

use crate::{
    accesses::AccessState,
    role::{ProfileType, Role},
    validity::Validity,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    pub roles: Vec<Role>,
    pub profile_types: Vec<ProfileType>,
}

/// The properties of an access that decide whether it opens a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessFacts {
    pub role: Role,
    /// Of the role.
    pub profile_type: ProfileType,
    pub validity: Validity,
    pub revoked: bool,
}

/// Why an access does not open a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The platform admits other profile types.
    ProfileType,
    /// The platform admits other roles.
    Role,
    Revoked,
    /// The access begins on this day.
    NotYet(Date),
    /// The access ended on this day.
    Over(Date),
}

/// Checks that an access opens a platform on `today`, a date in the zone of its holder (guide steps 16 and 18).
///
/// # Errors
/// The first reason against it: permanent reasons before those that pass with time.
pub fn admits(admission: &Admission, access: &AccessFacts, today: Date) -> Result<(), NotAdmitted> {
    if !admission.profile_types.contains(&access.profile_type) {
        return Err(NotAdmitted::ProfileType);
    }
    if !admission.roles.contains(&access.role) {
        return Err(NotAdmitted::Role);
    }
    match AccessState::on(today, access.validity, access.revoked) {
        AccessState::Active => Ok(()),
        AccessState::Revoked => Err(NotAdmitted::Revoked),
        AccessState::Upcoming => Err(NotAdmitted::NotYet(access.validity.first())),
        AccessState::Expired => Err(NotAdmitted::Over(access.validity.last())),
    }
}

#[cfg(test)]
mod tests {
    use ::time::{Duration, macros::date};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const DAY: Date = date!(2026 - 12 - 01);

    fn access(role: Role) -> AccessFacts {
        AccessFacts {
            role,
            profile_type: role.info().profile_type,
            validity: Validity::new(DAY, date!(2026 - 12 - 31)).unwrap(),
            revoked: false,
        }
    }

    #[rstest]
    #[case(access(Role::Pa), DAY, Ok(()))]
    #[case(access(Role::Pa), date!(2026 - 12 - 31), Ok(()))]
    #[case(access(Role::Pa), date!(2026 - 11 - 30), Err(NotAdmitted::NotYet(DAY)))]
    #[case(access(Role::Pa), date!(2027 - 01 - 01), Err(NotAdmitted::Over(date!(2026 - 12 - 31))))]
    #[case(AccessFacts { revoked: true, ..access(Role::Pa) }, DAY, Err(NotAdmitted::Revoked))]
    #[case(AccessFacts { revoked: true, ..access(Role::Pa) }, date!(2027 - 01 - 01), Err(NotAdmitted::Revoked))]
    #[case(access(Role::Kpa), DAY, Err(NotAdmitted::Role))]
    #[case(access(Role::Kpa), date!(2027 - 01 - 01), Err(NotAdmitted::Role))]
    #[case(access(Role::Penyedia), DAY, Err(NotAdmitted::ProfileType))]
    fn an_access_opens_a_platform_that_admits_it_while_it_is_valid(
        #[case] access: AccessFacts,
        #[case] today: Date,
        #[case] expected: Result<(), NotAdmitted>,
    ) {
        let admission = Admission { roles: vec![Role::Pa], profile_types: vec![ProfileType::NonPenyedia] };
        assert_eq!(admits(&admission, &access, today), expected);
    }

    proptest! {
        #[test]
        fn no_access_opens_a_platform_that_admits_nobody(nth in 0i64..60, role in 0usize..Role::ALL.len()) {
            let admission = Admission { roles: Vec::new(), profile_types: ProfileType::ALL.to_vec() };
            let today = DAY.saturating_add(Duration::days(nth));
            prop_assert_eq!(admits(&admission, &access(Role::ALL[role]), today), Err(NotAdmitted::Role));
        }

        #[test]
        fn an_access_opens_a_platform_only_on_its_days(nth in -60i64..90) {
            let admission = Admission { roles: Role::ALL.to_vec(), profile_types: ProfileType::ALL.to_vec() };
            let today = DAY.saturating_add(Duration::days(nth));
            prop_assert_eq!(admits(&admission, &access(Role::Pa), today).is_ok(), (0..=30).contains(&nth));
        }
    }
}
