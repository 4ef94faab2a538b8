//! Institutions (instansi). The master data calls them `klpd`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Jenis Instansi.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr,
)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum InstitutionType {
    /// Ministry.
    Kementerian,
    /// State agency.
    Lembaga,
    /// Province.
    Provinsi,
    /// Regency. Only some gateways have this type.
    Kabupaten,
    /// City. Only some gateways have this type.
    Kota,
}

crate::text_enum!(InstitutionType);

impl InstitutionType {
    /// In the order of the form.
    pub const ALL: [Self; 5] = [Self::Kementerian, Self::Lembaga, Self::Provinsi, Self::Kabupaten, Self::Kota];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Kementerian => "Kementerian",
            Self::Lembaga => "Lembaga",
            Self::Provinsi => "Provinsi",
            Self::Kabupaten => "Kabupaten",
            Self::Kota => "Kota",
        }
    }

    /// Reads the spelling of a master data file, such as `KEMENTERIAN`; `None` for an unknown type.
    pub fn from_master_data(text: &str) -> Option<Self> {
        text.trim().to_lowercase().parse().ok()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    pub id: Uuid,
    pub kind: InstitutionType,
    /// Its code in the master data; four new provinces have none yet.
    pub kd_klpd: Option<String>,
    pub name: String,
}
