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
