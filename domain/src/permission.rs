//! The roles of the staff and their permissions. Applicants need no permission: they act on what is their own.

/// The role of a member of the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum StaffRole {
    /// Decides applications within a scope (Verifikator Akses INAPROC).
    Verifier,
    /// A verifier who may also take over and reopen.
    Supervisor,
    /// Runs the product; decides no application.
    Admin,
}

crate::text_enum!(StaffRole);

impl StaffRole {
    pub const ALL: [Self; 3] = [Self::Verifier, Self::Supervisor, Self::Admin];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Verifier => "Verifikator",
            Self::Supervisor => "Penyelia",
            Self::Admin => "Administrator",
        }
    }

    /// True if one administrator alone cannot give this role: it rules over the staff or over verdicts of others.
    pub const fn needs_second(self) -> bool {
        matches!(self, Self::Supervisor | Self::Admin)
    }

    /// True if this role includes `permission`.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Verify => matches!(self, Self::Verifier | Self::Supervisor),
            Permission::Supervise => matches!(self, Self::Supervisor),
            Permission::Administer => matches!(self, Self::Admin),
            Permission::SeeStatistics => true,
        }
    }

    /// True if whoever has this role may do less with the role `now`, or with none.
    pub fn exceeds(self, now: Option<Self>) -> bool {
        Permission::ALL.into_iter().any(|it| self.may(it) && !now.is_some_and(|role| role.may(it)))
    }
}

/// What a staff role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See the queue, open applications of others and decide them.
    Verify,
    /// Take a case from its holder, and reopen what was decided.
    Supervise,
    /// Run the product: staff, reasons and check lists, holidays, mails, jobs.
    Administer,
    /// See the statistics of the desk, within one's scope.
    SeeStatistics,
}

impl Permission {
    pub const ALL: [Self; 4] = [Self::Verify, Self::Supervise, Self::Administer, Self::SeeStatistics];
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::StaffRole::{self, Admin, Supervisor, Verifier};

    #[rstest]
    #[case(Verifier, None, true)]
    #[case(Supervisor, Some(Verifier), true)]
    #[case(Admin, Some(Supervisor), true)]
    #[case(Verifier, Some(Admin), true)] // no longer decides
    #[case(Verifier, Some(Supervisor), false)]
    #[case(Admin, Some(Admin), false)]
    fn a_role_exceeds_what_allows_less(#[case] role: StaffRole, #[case] now: Option<StaffRole>, #[case] exceeds: bool) {
        assert_eq!(role.exceeds(now), exceeds);
    }
}
