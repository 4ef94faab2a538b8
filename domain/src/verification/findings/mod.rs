//! Comparing a letter with its application: the pages that contain the person, the role, the place and the dates.
//!
//! A finding is a hint for the verifier, never a verdict. The search therefore ignores case, spacing, line breaks,
//! punctuation, hyphens, academic titles and abbreviations of administration.

mod dates;
mod lists;
mod names;
mod page;
mod places;
mod squeezed;

pub use names::bare_name;

use serde::{Deserialize, Serialize};

use crate::{applications::company::Company, role::Role, validity::Validity};
use names::bare_company;
use page::Page;
use places::{address_words, spellings};
use squeezed::Squeezed;

/// A statement of an application that its letter should contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum FindingKind {
    Name,
    /// NIP or NRP.
    EmployeeNumber,
    Role,
    Institution,
    WorkUnit,
    FirstDay,
    LastDay,
    Company,
    Npwp,
    Nib,
    Address,
}

crate::text_enum!(FindingKind);

/// The pages that contain one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// Page numbers from 1, in order; empty if it was not found.
    pub pages: Vec<u32>,
}

/// What a letter's text says about its application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Findings {
    /// The text cannot be read within the reader's limits, or its fonts do not say which characters they draw.
    Unreadable,
    /// The pages are pictures without text.
    Scan,
    /// The text is still being read; ask again.
    Reading,
    /// One finding per statement.
    Text(Vec<Finding>),
}

/// The statements of an application of an official, to be found in its letter.
#[derive(Clone, Copy, Debug)]
pub struct Statements<'a> {
    /// With or without titles.
    pub name: &'a str,
    /// Digits of the NIP or NRP, if given.
    pub employee_number: Option<&'a str>,
    pub role: Role,
    pub institution: &'a str,
    pub work_unit: &'a str,
    pub validity: Validity,
}

/// Looks for an official's statements in the text of each page. Returns one finding per statement, in the order of
/// [`FindingKind`]; none for an employee number that was not given.
pub fn find(pages: &[String], wanted: &Statements) -> Vec<Finding> {
    let pages: Vec<Page> = pages.iter().map(|text| Page::read(text)).collect();
    let on = |kind, contains: &dyn Fn(&Page) -> bool| finding(&pages, kind, contains);
    let name = Squeezed::of(&bare_name(wanted.name)).letters;
    let (institution, work_unit) = (spellings(wanted.institution), spellings(wanted.work_unit));
    let mut findings = vec![on(FindingKind::Name, &|page| page.letters.has(&name))];
    if let Some(number) = wanted.employee_number {
        findings.push(on(FindingKind::EmployeeNumber, &|page| page.digits.has(number)));
    }
    findings.push(on(FindingKind::Role, &|page| page.names_role(wanted.role)));
    findings.push(on(FindingKind::Institution, &|page| page.names_place(&institution)));
    findings.push(on(FindingKind::WorkUnit, &|page| page.names_place(&work_unit)));
    findings.push(on(FindingKind::FirstDay, &|page| page.dates.contains(&wanted.validity.first())));
    findings.push(on(FindingKind::LastDay, &|page| page.dates.contains(&wanted.validity.last())));
    findings
}

/// Looks for a company and its representative in the text of each page of the proof. Returns findings for the person's
/// name, then the company's name, NPWP, NIB and address.
pub fn find_company(pages: &[String], person: &str, company: &Company) -> Vec<Finding> {
    let pages: Vec<Page> = pages.iter().map(|text| Page::read(text)).collect();
    let on = |kind, contains: &dyn Fn(&Page) -> bool| finding(&pages, kind, contains);
    let person = Squeezed::of(&bare_name(person)).letters;
    let name = Squeezed::of(&bare_company(company.name.as_str())).letters;
    let npwp = company.npwp.readings();
    let address = address_words(&company.address);
    vec![
        on(FindingKind::Name, &|page| page.letters.has(&person)),
        on(FindingKind::Company, &|page| page.letters.has(&name)),
        on(FindingKind::Npwp, &|page| npwp.iter().any(|digits| page.digits.has(digits))),
        on(FindingKind::Nib, &|page| page.digits.has(company.nib.as_str())),
        on(FindingKind::Address, &|page| page.names_address(&address)),
    ]
}

fn finding(pages: &[Page], kind: FindingKind, contains: &dyn Fn(&Page) -> bool) -> Finding {
    let numbered = (1..).zip(pages).filter(|(_, page)| contains(page));
    Finding { kind, pages: numbered.map(|(number, _)| number).collect() }
}

#[cfg(test)]
mod tests;
