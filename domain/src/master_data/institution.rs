//! Institutions (instansi, K/L/PD): what the master data calls `klpd`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Jenis Instansi.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr,
)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum InstitutionType {
    /// A ministry.
    Kementerian,
    /// A state agency.
    Lembaga,
    /// A province.
    Provinsi,
    /// A regency; in the master data of some gateways.
    Kabupaten,
    /// A city; in the master data of some gateways.
    Kota,
}

crate::text_enum!(InstitutionType);

impl InstitutionType {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Kementerian, Self::Lembaga, Self::Provinsi, Self::Kabupaten, Self::Kota];

    /// Its name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kementerian => "Kementerian",
            Self::Lembaga => "Lembaga",
            Self::Provinsi => "Provinsi",
            Self::Kabupaten => "Kabupaten",
            Self::Kota => "Kota",
        }
    }

    /// From the spelling of a master data file, such as `KEMENTERIAN`; `None` for a type that is not ours.
    pub fn from_master_data(text: &str) -> Option<Self> {
        text.trim().to_lowercase().parse().ok()
    }
}

/// An institution as forms and pages need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    /// Ours.
    pub id: Uuid,
    /// Its type.
    pub kind: InstitutionType,
    /// Its code in the master data (`kd_klpd`); four young provinces have none yet.
    pub kd_klpd: Option<String>,
    /// Its name.
    pub name: String,
}
