//! What the screens of an applicant read: one type per screen, built by `backend`, drawn by `app`.

use ::time::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    applications::{
        fields,
        wizard::{Draft, Step, next_step},
    },
    calendar::Promise,
    issues::Field,
    master_data::institution::InstitutionType,
    role::Role,
    status::Status,
    time::Timestamp,
    validity::Validity,
    verification::Mark,
};

/// A draft, for every page of the wizard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPage {
    pub id: Uuid,
    /// A change must name this version.
    pub version: i64,
    pub draft: Draft,
    pub saved_at: Timestamp,
    /// In the person's zone, by the server's clock.
    pub today: Date,
    /// The types of institution to choose from.
    pub types: Vec<InstitutionType>,
    /// The rejection that the draft starts again from (guide step 15).
    pub rejection: Option<PreviousRejection>,
    pub repair: Option<Repair>,
    /// The period of the access that the draft renews.
    pub renews: Option<Validity>,
    /// The address of the work unit in the master data; a suggestion where the form asks for it.
    pub listed_address: Option<String>,
    /// Usernames of the SiRUP accounts that the person linked before; only for the SiRUP page.
    pub accounts: Vec<String>,
}

impl DraftPage {
    /// The page of a step.
    pub fn path(&self, step: Step) -> String {
        format!("/akses/pengajuan/{}/{}", self.id, step.slug())
    }

    /// The desk's note at a field.
    pub fn note(&self, field: Field) -> Option<String> {
        self.repair.as_ref().and_then(|repair| repair.note(field))
    }

    /// The first step that is not finished.
    pub fn next(&self) -> Step {
        next_step(&self.draft, self.today)
    }
}

/// A rejected application that a new one starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousRejection {
    pub reference: String,
    pub reason: String,
}

/// What the desk asked to repair (**Minta Perbaikan**).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The message above the marks.
    pub text: Option<String>,
    /// In the order of the form.
    pub marks: Vec<Mark>,
}

impl Repair {
    /// Sorts the marks into the order of the form.
    pub fn new(text: Option<String>, mut marks: Vec<Mark>) -> Self {
        marks.sort_by_key(|mark| fields::position(mark.field));
        Self { text, marks }
    }

    /// The note at a field.
    pub fn note(&self, field: Field) -> Option<String> {
        self.marks.iter().find(|mark| mark.field == field).map(|mark| mark.note.clone())
    }

    /// The form of application `id`, at the first mark.
    pub fn path(&self, id: Uuid) -> String {
        let anchor = self.marks.first().map(|mark| format!("#{}", mark.field)).unwrap_or_default();
        format!("/akses/pengajuan/{id}/{}{anchor}", Step::Form.slug())
    }
}

/// The answer to an automatic save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDraft {
    /// The next change must name this version.
    pub version: i64,
    pub at: Timestamp,
    /// The form asks for the work unit's address.
    pub address_required: bool,
}

/// An application in a list of its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub id: Uuid,
    pub status: Status,
    /// `None` until it is sent.
    pub reference: Option<String>,
    pub role: Role,
    /// Name of the institution, once chosen; for a supplier, the NIB.
    pub institution: Option<String>,
    pub work_unit_code: Option<String>,
    /// Name of the work unit, once chosen; for a supplier, the name of the company.
    pub work_unit: Option<String>,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// What to repair, one line each ([`super::texts::repair_lines`]); empty unless it is back for repair.
    pub repair: Vec<String>,
    /// Why an earlier decision no longer holds ([`super::texts::notice`]).
    pub notice: Option<String>,
    /// Only while it waits.
    pub place: Option<QueuePlace>,
    /// Only while it waits; a reopened application has none.
    pub promise: Option<Promise>,
}

/// A place in the national queue, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlace {
    /// How many are to be decided up to and with this one.
    pub place: u32,
    /// How many wait in all.
    pub of: u32,
}

/// The page of an application that was sent, with all that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    pub summary: Summary,
    /// As it is stored now; [`Detail::submitted`] is what was sent.
    pub draft: Draft,
    /// `None` until it is sent; for a supplier, until it is approved.
    pub validity: Option<Validity>,
    /// The address that was sent with it.
    pub address: Option<String>,
    /// Only while it is back for repair.
    pub repair: Option<Repair>,
    /// The period of the access that it renews.
    pub renews: Option<Validity>,
    /// Oldest first.
    pub timeline: Vec<(Timestamp, Milestone)>,
    /// The server's clock.
    pub now: Timestamp,
    /// Where the decision is mailed to.
    pub email: String,
}

impl Detail {
    /// The draft with the address that was sent, whatever the form would ask for today.
    pub fn submitted(&self) -> Draft {
        let mut draft = self.draft.clone();
        draft.answers.address = self.address.clone().unwrap_or_default();
        if let Some(unit) = &mut draft.work_unit {
            unit.address_required = self.address.is_some();
        }
        draft
    }
}

/// Something that happened to an application, as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::IntoStaticStr)]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum Milestone {
    Started,
    Submitted,
    SubmittedAgain,
    InReview,
    Approved,
    Returned,
    Rejected,
    Withdrawn,
    Reopened,
}

crate::text_enum!(Milestone);

impl Milestone {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Started => "Pengajuan dimulai",
            Self::Submitted => "Pengajuan dikirim",
            Self::SubmittedAgain => "Pengajuan dikirim kembali",
            Self::InReview => "Mulai ditinjau",
            Self::Approved => "Disetujui",
            Self::Returned => "Perbaikan diminta",
            Self::Rejected => "Ditolak",
            Self::Withdrawn => "Pengajuan dibatalkan",
            Self::Reopened => "Keputusan dibuka kembali",
        }
    }
}
