//! The catalogue of roles. A new role, such as PPK, is one row of `roles!`.

/// The kind of party that a person acts for.
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
    /// In the order of the form (guide step 2).
    pub const ALL: [Self; 2] = [Self::NonPenyedia, Self::Penyedia];

    pub const fn label(self) -> &'static str {
        match self {
            Self::NonPenyedia => "Non Penyedia",
            Self::Penyedia => "Penyedia",
        }
    }

    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| role.info().profile_type == self)
    }

    /// The role of a profile type that has only one, so that nothing is left to choose.
    pub fn only_role(self) -> Option<Role> {
        let mut roles = self.roles();
        roles.next().filter(|_| roles.next().is_none())
    }
}

/// A row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct RoleInfo {
    pub profile_type: ProfileType,
    /// Short name on screen.
    pub code: &'static str,
    /// Full name on screen.
    pub name: &'static str,
    /// The name of the letter that proves it (guide step 10).
    pub letter: &'static str,
    /// SiRUP can confirm it, so the wizard has step 3.
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
