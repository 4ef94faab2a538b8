//! The rows of the comparison.

use domain::{
    applications::{company::Company, sirup::SirupAccount},
    indonesian::date,
    search::normalised,
    verification::{
        CaseFile,
        findings::{FindingKind, Findings, bare_name},
    },
};

use crate::verification::texts;

/// A value in SiRUP, compared with the submitted one.
pub enum InSirup {
    /// Not linked, or not stored there.
    Nothing,
    Same,
    Other(String),
}

/// One row of the comparison.
pub struct ComparedRow {
    pub term: &'static str,
    pub submitted: String,
    pub sirup: InSirup,
    /// The pages of the letter with this value; `None` if unknown.
    pub pages: Option<Vec<u32>>,
}

impl ComparedRow {
    /// A value that SiRUP does not store.
    fn new(term: &'static str, submitted: String, pages: Option<Vec<u32>>) -> Self {
        Self { term, submitted, sirup: InSirup::Nothing, pages }
    }

    /// Compares with a value of the linked SiRUP account.
    fn compared(self, value: Option<String>, same: impl Fn(&str) -> bool) -> Self {
        let sirup = match value {
            None => InSirup::Nothing,
            Some(text) if same(&text) => InSirup::Same,
            Some(text) => InSirup::Other(text),
        };
        Self { sirup, ..self }
    }
}

/// The rows of a case, with the findings of its letter.
pub fn rows(case: &CaseFile, found: Option<&Findings>) -> Vec<ComparedRow> {
    let pages = |kind: FindingKind| match found {
        Some(Findings::Text(found)) => {
            found.iter().find(|finding| finding.kind == kind).map(|finding| finding.pages.clone())
        }
        _ => None,
    };
    match &case.company {
        Some(company) => company_rows(case, company, &pages),
        None => official_rows(case, &pages),
    }
}

fn official_rows(case: &CaseFile, pages: &dyn Fn(FindingKind) -> Option<Vec<u32>>) -> Vec<ComparedRow> {
    let account = |pick: fn(&SirupAccount) -> Option<String>| case.sirup.as_ref().and_then(pick);
    let same_code =
        |code: &Option<String>, other: &str| code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(other));
    let number = case.employee_number_text();
    let number_pages = number.as_ref().and_then(|_| pages(FindingKind::EmployeeNumber));
    let number = number.unwrap_or_else(|| texts::NO_EMPLOYEE_NUMBER.to_owned());
    let mut rows = vec![
        ComparedRow::new("Nama", case.name.clone(), pages(FindingKind::Name))
            .compared(account(|account| Some(account.name.clone())), |other| {
                normalised(&bare_name(other)) == normalised(&bare_name(&case.name))
            }),
        ComparedRow::new("NIP", number, number_pages),
        ComparedRow::new("Role", case.role.title(), pages(FindingKind::Role))
            .compared(account(|account| Some(account.role.clone())), |other| {
                other.eq_ignore_ascii_case(case.role.info().code)
            }),
        ComparedRow::new("Instansi", with_code(&case.institution), pages(FindingKind::Institution))
            .compared(account(|account| account.kd_klpd.clone()), |other| same_code(&case.institution.1, other)),
        ComparedRow::new("Satker", with_code(&case.work_unit), pages(FindingKind::WorkUnit))
            .compared(account(|account| account.kd_satker.clone()), |other| same_code(&case.work_unit.1, other)),
        ComparedRow::new("Berlaku mulai", date(case.validity.first()), pages(FindingKind::FirstDay)),
        ComparedRow::new("Berlaku sampai", date(case.validity.last()), pages(FindingKind::LastDay)),
    ];
    rows.extend(case.address.clone().map(|address| ComparedRow::new("Alamat", address, None)));
    rows.push(ComparedRow::new("Surel", case.email.clone(), None));
    rows
}

fn with_code((name, code): &(String, Option<String>)) -> String {
    match code {
        Some(code) => format!("{name} ({code})"),
        None => name.clone(),
    }
}

fn company_rows(
    case: &CaseFile,
    company: &Company,
    pages: &dyn Fn(FindingKind) -> Option<Vec<u32>>,
) -> Vec<ComparedRow> {
    vec![
        ComparedRow::new("Pemohon", case.name.clone(), pages(FindingKind::Name)),
        ComparedRow::new("Perusahaan", company.name.as_str().to_owned(), pages(FindingKind::Company)),
        ComparedRow::new("NPWP", company.npwp.printed(), pages(FindingKind::Npwp)),
        ComparedRow::new("NIB", company.nib.as_str().to_owned(), pages(FindingKind::Nib)),
        ComparedRow::new("Alamat", company.address.clone(), pages(FindingKind::Address)),
        ComparedRow::new("Berlaku", texts::supplier_validity(case.status, case.validity), None),
        ComparedRow::new("Surel", case.email.clone(), None),
    ]
}
