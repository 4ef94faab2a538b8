//! The words by which a case is found, in the queue and in the history.

use crate::{
    accounts::person::{EmployeeNumberKind, grouped},
    applications::company::Npwp,
    search::searchable,
};

/// The texts by which a case is found.
#[derive(Clone, Copy, Debug)]
pub struct CaseNames<'a> {
    pub name: &'a str,
    /// Digits of the NIP or NRP.
    pub employee_number: Option<&'a str>,
    pub work_unit: &'a str,
    /// Code of the work unit (satker).
    pub code: Option<&'a str>,
    /// Digits of the NPWP; suppliers only, who have no work unit.
    pub npwp: Option<&'a str>,
    pub institution: &'a str,
    /// `GB-26-004182-7`
    pub reference: &'a str,
}

impl CaseNames<'_> {
    /// The words for a [`WordIndex`](crate::search::WordIndex). A reference is found with and without hyphens, and from
    /// its year or running number on; a NIP with and without spaces; an NPWP in one piece and as printed.
    pub fn words(&self) -> String {
        let number = self.employee_number.unwrap_or_default();
        let spaced = grouped(EmployeeNumberKind::Nip, number);
        let mut parts = self.reference;
        let mut joined = Vec::with_capacity(3);
        while let Some((_, rest)) = parts.split_once('-') {
            joined.push(parts.replace('-', ""));
            parts = rest;
        }
        let spaced = Some(spaced.as_str()).filter(|spaced| *spaced != number);
        let npwp = self.npwp.and_then(|npwp| Npwp::parse(npwp).ok());
        let npwp = npwp.map(|npwp| format!("{} {}", npwp.as_str(), npwp.printed()));
        let code = self.code.or(npwp.as_deref()).unwrap_or_default();
        searchable(
            [self.name, self.work_unit, code, self.institution, number, self.reference]
                .into_iter()
                .chain(spaced)
                .chain(joined.iter().map(String::as_str)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{SearchQuery, WordIndex};
    use rstest::rstest;

    #[rstest]
    #[case("siti")]
    #[case("rahma SITI")]
    #[case("197804122003122003")]
    #[case("19780412 200312 2 003")]
    #[case("19780412")]
    #[case("GB-26-004182-7")]
    #[case("gb 26 004182 7")]
    #[case("gb260041827")]
    #[case("GB26004")]
    #[case("26-004182")]
    #[case("0041827")]
    #[case("004182")]
    #[case("setjen kemenkes")]
    #[case("450938 rahmawati")]
    fn a_case_is_found_by(#[case] query: &str) {
        assert!(finds(query, &siti()), "{:?}", siti().words());
    }

    #[rstest]
    #[case("budi")]
    #[case("siti budi")]
    #[case("GB-26-004183")]
    #[case("2003122003")]
    fn a_case_is_not_found_by(#[case] query: &str) {
        assert!(!finds(query, &siti()));
    }

    #[rstest]
    #[case("012345678901000")]
    #[case("01.234.567.8-901.000")]
    fn a_supplier_is_found_by_the_npwp(#[case] query: &str) {
        let supplier = CaseNames { code: None, npwp: Some("012345678901000"), ..siti() };
        assert!(finds(query, &supplier), "{:?}", supplier.words());
        assert!(!finds(query, &siti()));
    }

    fn finds(query: &str, names: &CaseNames) -> bool {
        WordIndex::new([names.words().as_str()]).find(&SearchQuery::parse(query)) == [true]
    }

    fn siti() -> CaseNames<'static> {
        CaseNames {
            name: "Siti Rahmawati, S.E.",
            employee_number: Some("197804122003122003"),
            work_unit: "Sekretariat Jenderal",
            code: Some("450938"),
            npwp: None,
            institution: "Kementerian Kesehatan",
            reference: "GB-26-004182-7",
        }
    }
}
