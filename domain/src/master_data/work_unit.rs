//! Work units (satuan kerja, satker) and the years in which they exist.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkUnit {
    pub id: Uuid,
    pub institution_id: Uuid,
    /// The code that people know (`kd_satker_str`), with leading zeros, dots or letters.
    pub code: Option<String>,
    pub name: String,
    /// It exists in the current year. Only then may somebody apply for it.
    pub active: bool,
    /// The form asks for its address: no submitted or approved application has one yet.
    pub address_required: bool,
}

/// The years in which a work unit exists: a set of years from 2000 to 2062, one bit each, so that a database can filter
/// with `&`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActiveYears(i64);

impl ActiveYears {
    const FIRST: i32 = 2000;
    const LAST: i32 = 2062;

    /// Reads the stored bits; bit 0 is 2000.
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits & i64::MAX)
    }

    pub const fn bits(self) -> i64 {
        self.0
    }

    /// One year; empty if it is outside 2000 to 2062.
    pub const fn only(year: i32) -> Self {
        if year < Self::FIRST || year > Self::LAST { Self(0) } else { Self(1 << (year - Self::FIRST)) }
    }

    pub const fn contains(self, year: i32) -> bool {
        self.0 & Self::only(year).0 != 0
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reads `tahun_aktif` in any of its spellings: `{2013,2014}`, `2024, 2025`, `2024,2025`, `[2024]`, `2024`. Empty text
    /// gives no year.
    ///
    /// # Errors
    /// The first part that is not a year from 2000 to 2062.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inner = text.trim().trim_matches(|c| matches!(c, '{' | '}' | '[' | ']'));
        let mut years = Self::default();
        for part in inner.split([',', ';']).map(|part| part.trim().trim_matches('"')).filter(|part| !part.is_empty()) {
            match part.parse::<i32>().map(Self::only) {
                Ok(year) if !year.is_empty() => years = years.union(year),
                _ => return Err(part.to_owned()),
            }
        }
        Ok(years)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("{2013,2014}", &[2013, 2014])]
    #[case("2024, 2025", &[2024, 2025])]
    #[case("2024,2025", &[2024, 2025])]
    #[case("[2024]", &[2024])]
    #[case(" 2026 ", &[2026])]
    #[case("", &[])]
    #[case("{}", &[])]
    fn every_spelling_is_read(#[case] text: &str, #[case] expected: &[i32]) {
        let years = ActiveYears::parse(text).unwrap();
        let read: Vec<i32> = (1990..2100).filter(|year| years.contains(*year)).collect();
        assert_eq!(read, expected);
    }

    #[rstest]
    #[case("2024, dua ribu", "dua ribu")]
    #[case("1999", "1999")]
    #[case("20242025", "20242025")]
    fn bad_year_is_named_in_the_error(#[case] text: &str, #[case] part: &str) {
        assert_eq!(ActiveYears::parse(text), Err(part.to_owned()));
    }

    proptest! {
        #[test]
        fn bits_survive_storage(bits in any::<i64>()) {
            let years = ActiveYears::from_bits(bits);
            prop_assert_eq!(ActiveYears::from_bits(years.bits()), years);
            prop_assert!(years.bits() >= 0);
        }
    }
}
