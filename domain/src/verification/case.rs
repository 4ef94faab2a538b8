//! The page of a case.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    marks::{Mark, is_markable},
    queue::Holder,
    shared::SharedWith,
};
use crate::{
    accounts::person::{EmployeeNumberKind, grouped},
    applications::{answers::Answers, company::Company, sirup::SirupAccount},
    calendar::Deadline,
    issues::Field,
    role::Role,
    status::{Status, Verdict},
    time::Timestamp,
    validity::Validity,
};

/// An application with everything that the desk needs to decide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFile {
    /// The application.
    pub id: Uuid,
    /// The version that a verdict must name.
    pub version: i64,
    pub status: Status,
    pub reference: String,
    /// Last submission.
    pub submitted_at: Timestamp,
    /// On the verifier's calendar.
    pub deadline: Deadline,
    /// The person's name, as submitted.
    pub name: String,
    pub email: String,
    /// NIP or NRP and its digits, as submitted.
    pub employee_number: Option<(EmployeeNumberKind, String)>,
    pub role: Role,
    /// Name and code of the institution; for a supplier, the NIB.
    pub institution: (String, Option<String>),
    /// Name and code of the work unit; for a supplier, the name of the company.
    pub work_unit: (String, Option<String>),
    /// The answers of the form, as submitted.
    pub answers: Answers,
    /// Suppliers only.
    pub company: Option<Company>,
    /// The period applied for; for a supplier, the granted one, or the one that an approval now would grant.
    pub validity: Validity,
    /// The period applied for has ended.
    pub over: bool,
    /// The address sent with the application.
    pub address: Option<String>,
    /// The address that the first approved applicant of the work unit gave.
    pub address_on_record: Option<String>,
    /// SiRUP's data, if linked.
    pub sirup: Option<SirupAccount>,
    pub document: CaseLetter,
    /// The period of the access to be renewed.
    pub renews: Option<Validity>,
    /// The verifier's own application.
    pub own: bool,
    /// The verifier's account has the applicant's NIP or NRP, or once had it.
    pub close: bool,
    /// What other accounts share with the applicant.
    pub shared: Vec<SharedWith>,
    /// The verifier may take over and reopen cases.
    pub supervises: bool,
    pub holder: Option<Holder>,
    /// The last verdict that stands: in force for a decided case; for a repaired case, the request for repair.
    pub decision: Option<Decision>,
    /// Until when the verifier who asks can undo the verdict.
    pub undo_until: Option<Timestamp>,
    /// Other applications of this person, latest first.
    pub earlier: Vec<EarlierApplication>,
    /// Current and future accesses: for PA at this institution, for KPA at this work unit, for a supplier of this
    /// company.
    pub others: Vec<OtherAccess>,
    /// Other applications with the same file.
    pub same_letter: Vec<SameLetter>,
    /// The check list for **Setujui**.
    pub checks: Vec<CheckItem>,
    /// The reasons for **Tolak**.
    pub reasons: Vec<Reason>,
    /// The server's clock when it answered.
    pub now: Timestamp,
}

impl CaseFile {
    /// `NIP 19780412 200312 2 003`
    pub fn employee_number_text(&self) -> Option<String> {
        self.employee_number.as_ref().map(|(kind, digits)| format!("{} {}", kind.label(), grouped(*kind, digits)))
    }

    /// True if the applicant can change this field: it is on the role's form, the address was asked for, and a renewal
    /// keeps its place.
    pub fn can_be_repaired(&self, field: Field) -> bool {
        is_markable(field, self.role)
            && match field {
                Field::Address => self.address.is_some(),
                Field::Institution | Field::WorkUnit | Field::Nib => self.renews.is_none(),
                _ => true,
            }
    }
}

/// The letter of a case. Its address names document and version, so that a page never shows another letter for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLetter {
    pub id: Uuid,
    /// The version of the case that was read.
    pub version: i64,
    /// As the applicant named it.
    pub file_name: String,
    pub bytes: u64,
    pub pages: u32,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub id: Uuid,
    pub verdict: Verdict,
    /// For a rejection, the chosen reason.
    pub reason_title: Option<String>,
    /// The text of a rejection, or the message above the marks of a repair.
    pub reason: Option<String>,
    pub marks: Vec<Mark>,
    /// Name of the verifier.
    pub by: String,
    pub at: Timestamp,
    /// True if it is the verifier who asks.
    pub mine: bool,
}

/// Another application of the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierApplication {
    pub id: Uuid,
    pub reference: String,
    pub status: Status,
    pub role: Role,
    /// Name of the work unit or company; `None` while the applicant repairs it.
    pub work_unit: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected or returned.
    pub reason: Option<String>,
    /// The verifier may open it.
    pub in_scope: bool,
}

/// An access at the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAccess {
    /// Name of its owner.
    pub name: String,
    pub role: Role,
    /// Name of the work unit or company.
    pub work_unit: String,
    pub validity: Validity,
    /// It belongs to the applicant.
    pub same_person: bool,
}

/// An application with the same file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameLetter {
    pub id: Uuid,
    pub reference: String,
    /// Name of the applicant.
    pub name: String,
    pub same_person: bool,
    /// The verifier may open it.
    pub in_scope: bool,
}

/// An item of a role's check list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CheckItem {
    pub id: Uuid,
    pub text: String,
}

/// A reason for a rejection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub id: Uuid,
    pub title: String,
    /// What the applicant should do; the beginning of the text.
    pub advice: String,
}

/// The mail that a verdict would send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPreview {
    pub to: String,
    pub subject: String,
    /// The text part.
    pub text: String,
}
