//! The catalogue of roles. A new role, such as PPK, is one row of [`roles!`].

/// What kind of party a person acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ProfileType {
    /// Officials who may spend a budget.
    NonPenyedia,
    /// Suppliers.
    Penyedia,
}

crate::text_enum!(ProfileType);

impl ProfileType {
    /// Both, in the order in which they are offered (guide step 2).
    pub const ALL: [Self; 2] = [Self::NonPenyedia, Self::Penyedia];

    /// The guide's name for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NonPenyedia => "Non Penyedia",
            Self::Penyedia => "Penyedia",
        }
    }

    /// The roles that it offers.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| role.info().profile_type == self)
    }

    /// Its role, where it offers but one: nothing is left to choose then.
    pub fn only_role(self) -> Option<Role> {
        let mut roles = self.roles();
        roles.next().filter(|_| roles.next().is_none())
    }
}

/// What the catalogue knows of a role.
#[derive(Debug, PartialEq, Eq)]
pub struct RoleInfo {
    /// The profile type that offers it.
    pub profile_type: ProfileType,
    /// Short name on screen.
    pub code: &'static str,
    /// Full name on screen.
    pub name: &'static str,
    /// The letter that proves it; the label of the guide (step 10).
    pub letter: &'static str,
    /// Whether SiRUP can vouch for it, so that step 3 is offered.
    pub in_sirup: bool,
}

macro_rules! roles {
    ($($variant:ident = $text:literal, $profile:ident, $code:literal, $name:literal, $letter:literal, sirup: $sirup:literal;)+) => {
        /// A role that an access proves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
        #[strum(const_into_str)]
        pub enum Role {
            $(#[doc = $name] #[strum(serialize = $text)] $variant),+
        }

        crate::text_enum!(Role);

        impl Role {
            /// Every role, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its row of the catalogue.
            pub const fn info(self) -> &'static RoleInfo {
                match self {
                    $(Self::$variant => &RoleInfo {
                        profile_type: ProfileType::$profile,
                        code: $code,
                        name: $name,
                        letter: $letter,
                        in_sirup: $sirup,
                    }),+
                }
            }
        }
    };
}

roles! {
    Pa = "pa", NonPenyedia, "PA", "Pengguna Anggaran", "Surat Tanda Jabatan sebagai PA", sirup: true;
    Kpa = "kpa", NonPenyedia, "KPA", "Kuasa Pengguna Anggaran", "Surat Pengangkatan sebagai KPA", sirup: true;
    Penyedia = "penyedia", Penyedia, "Penyedia", "Pelaku Usaha", "Bukti Badan Usaha", sirup: false;
}

impl Role {
    /// `PA · Pengguna Anggaran`
    pub fn title(self) -> String {
        format!("{} · {}", self.info().code, self.info().name)
    }

    /// What that is called which the role is held for, and what it belongs to or is known by.
    pub const fn place_labels(self) -> (&'static str, &'static str) {
        match self.info().profile_type {
            ProfileType::NonPenyedia => ("Satuan Kerja", "Instansi"),
            ProfileType::Penyedia => ("Perusahaan", "Nomor Induk Berusaha"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_follow_the_profile_type() {
        assert_eq!(ProfileType::NonPenyedia.roles().collect::<Vec<_>>(), [Role::Pa, Role::Kpa]);
        assert_eq!(ProfileType::Penyedia.only_role(), Some(Role::Penyedia));
        assert_eq!(ProfileType::NonPenyedia.only_role(), None);
        assert_eq!("kpa".parse(), Ok(Role::Kpa));
        assert_eq!(Role::Pa.title(), "PA · Pengguna Anggaran");
        assert!("PPK".parse::<Role>().is_err());
    }
}
