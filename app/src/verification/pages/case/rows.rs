//! The rows of the comparison.

use domain::{
    applications::{fields, sirup::SirupAccount},
    indonesian::date,
    issues::Field,
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
        Some(_) => company_rows(case, &pages),
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
    rows.extend(typed_rows(case, pages));
    rows.push(ComparedRow::new("Surel", case.email.clone(), None));
    rows
}

fn with_code((name, code): &(String, Option<String>)) -> String {
    match code {
        Some(code) => format!("{name} ({code})"),
        None => name.clone(),
    }
}

fn company_rows(case: &CaseFile, pages: &dyn Fn(FindingKind) -> Option<Vec<u32>>) -> Vec<ComparedRow> {
    let mut rows = vec![ComparedRow::new("Pemohon", case.name.clone(), pages(FindingKind::Name))];
    rows.extend(typed_rows(case, pages));
    rows.push(ComparedRow::new("Berlaku", texts::supplier_validity(case.status, case.validity), None));
    rows.push(ComparedRow::new("Surel", case.email.clone(), None));
    rows
}

/// The typed fields of the form. The address of a work unit was not asked of everybody.
fn typed_rows(case: &CaseFile, pages: &dyn Fn(FindingKind) -> Option<Vec<u32>>) -> Vec<ComparedRow> {
    fields::typed(case.role.info().profile_type)
        .filter(|(field, _)| *field != Field::Address || case.address.is_some())
        .map(|(field, typed)| {
            ComparedRow::new(typed.desk_label, (typed.text)(&case.answers), in_letter(field).and_then(pages))
        })
        .collect()
}

/// What the letter is searched for on behalf of a field.
const fn in_letter(field: Field) -> Option<FindingKind> {
    match field {
        Field::CompanyName => Some(FindingKind::Company),
        Field::Npwp => Some(FindingKind::Npwp),
        Field::Nib => Some(FindingKind::Nib),
        Field::CompanyAddress => Some(FindingKind::Address),
        _ => None,
    }
}
