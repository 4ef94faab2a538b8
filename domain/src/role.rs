//! The catalogue of roles. A new role, such as PPK, is one row of the `roles!` table.

/// The kind of party that a person acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum ProfileType {
    /// Government officials who may spend a budget.
    NonPenyedia,
    /// Suppliers.
    Penyedia,
}

crate::text_enum!(ProfileType);

impl ProfileType {
    /// In the order of the form (guide step 2).
    pub const ALL: [Self; 2] = [Self::NonPenyedia, Self::Penyedia];

    /// The name on screen, as in the guide.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NonPenyedia => "Non Penyedia",
            Self::Penyedia => "Penyedia",
        }
    }

    /// The roles that a person of this type can apply for.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| role.info().profile_type == self)
    }

    /// The role of a type that has exactly one, so that the person need not choose.
    pub fn only_role(self) -> Option<Role> {
        let mut roles = self.roles();
        roles.next().filter(|_| roles.next().is_none())
    }
}

/// One row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct RoleInfo {
    pub profile_type: ProfileType,
    /// The short name on screen, such as `PA`.
    pub code: &'static str,
    /// The full name on screen, such as `Pengguna Anggaran`.
    pub name: &'static str,
    /// The letter that proves the role, as labelled in the guide (step 10).
    pub letter: &'static str,
    /// True if SiRUP knows accounts of this role; the wizard then offers step 3.
    pub in_sirup: bool,
}

macro_rules! roles {
    ($($variant:ident = $text:literal, $profile:ident, $code:literal, $name:literal, $letter:literal, sirup: $sirup:literal;)+) => {
        /// A role in procurement, granted as an access.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
        #[strum(const_into_str)]
        pub enum Role {
            $(#[doc = $name] #[strum(serialize = $text)] $variant),+
        }

        crate::text_enum!(Role);

        impl Role {
            /// In the order of the form.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

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

    /// Labels of the role's place and of its parent or number.
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
