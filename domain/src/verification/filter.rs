//! The filter of the queue.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::age::Age;
use crate::role::Role;

/// A part of the open cases, chosen by a chip above the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str)]
pub enum Part {
    /// All cases that wait for the desk.
    #[default]
    #[strum(serialize = "semua")]
    Waiting,
    /// Held by nobody.
    #[strum(serialize = "bebas")]
    Free,
    /// Held by the verifier, or reserved for them.
    #[strum(serialize = "saya")]
    Mine,
    /// Held by others.
    #[strum(serialize = "dipegang")]
    Held,
    /// Returned to the applicant for repair.
    #[strum(serialize = "perbaikan")]
    Returned,
}

crate::text_enum!(Part);

impl Part {
    /// In the order of the chips.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Mine, Self::Free, Self::Held, Self::Returned];

    /// Label on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Semua",
            Self::Free => "Bebas",
            Self::Mine => "Saya",
            Self::Held => "Dipegang",
            Self::Returned => "Perlu Perbaikan",
        }
    }
}

/// The filter of the queue, as in the query of its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    pub part: Part,
    pub institution: Option<Uuid>,
    pub role: Option<Role>,
    pub age: Option<Age>,
    /// True: linked with SiRUP. False: a new access.
    pub linked: Option<bool>,
    /// Words of the name, NIP, satker, institution or reference.
    pub words: String,
}

impl QueueFilter {
    /// The filter as pairs of a query; empty if nothing is filtered. The caller percent-encodes the values.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut put = |key, value: Option<String>| pairs.extend(value.map(|value| (key, value)));
        put("bagian", (self.part != Part::default()).then(|| self.part.to_string()));
        put("instansi", self.institution.map(|id| id.to_string()));
        put("role", self.role.map(|role| role.to_string()));
        put("umur", self.age.map(|age| age.to_string()));
        put("sirup", self.linked.map(|linked| if linked { "terhubung" } else { "baru" }.to_owned()));
        put("cari", Some(self.words.trim()).filter(|words| !words.is_empty()).map(str::to_owned));
        pairs
    }

    /// Reads the query of an address; unknown values are ignored.
    pub fn from_query<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        fn parsed<T: FromStr>(text: Option<&str>) -> Option<T> {
            text.and_then(|text| text.parse().ok())
        }
        Self {
            part: parsed(get("bagian")).unwrap_or_default(),
            institution: parsed(get("instansi")),
            role: parsed(get("role")),
            age: parsed(get("umur")),
            linked: match get("sirup") {
                Some("terhubung") => Some(true),
                Some("baru") => Some(false),
                _ => None,
            },
            words: get("cari").unwrap_or_default().chars().take(100).collect(),
        }
    }

    /// Reads the pairs of a query, decoded; unknown names and values are ignored.
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        Self::from_query(|key| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()))
    }

    /// True if anything besides the part is filtered.
    pub fn is_narrowed(&self) -> bool {
        *self != Self { part: self.part, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_back_from_its_address() {
        let filter = QueueFilter {
            part: Part::Mine,
            institution: Some(Uuid::from_u128(7)),
            role: Some(Role::Kpa),
            age: Some(Age::Overdue),
            linked: Some(false),
            words: "siti 1978".into(),
        };
        let pairs = filter.pairs();
        let read =
            QueueFilter::from_query(|key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str()));
        assert_eq!(read, filter);
        assert!(QueueFilter::default().pairs().is_empty());
    }

    #[test]
    fn unknown_values_in_an_address_are_ignored() {
        let read = QueueFilter::from_query(|key| (key != "cari").then_some("zzz"));
        assert_eq!(read, QueueFilter::default());
    }
}
