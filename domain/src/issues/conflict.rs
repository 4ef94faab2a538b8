//! Why a valid request cannot be carried out: the stored data has changed or forbids it.

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    issues::wire::{WireCode, wire_code},
    status::Status,
    time::Timestamp,
};

/// A conflict with stored data, with the facts that its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum Conflict {
    /// The draft was saved elsewhere (another tab, another device) at `at`.
    DraftChanged { at: Timestamp },
    /// The application is no longer in the status that the request needs.
    StatusChanged { status: Status, at: Timestamp },
    /// Another verifier decided the case first.
    AlreadyDecided { status: Status, by: String, at: Timestamp },
    /// The person has an open application for the same role and work unit.
    OpenApplication { reference: String },
    /// The person has an access for the same role and work unit in that period.
    OverlappingAccess { first: Date, last: Date },
    /// The person has an open application for the company with the same NIB.
    OpenForCompany { reference: String },
    /// The person has an access for the company with the same NIB in that period.
    AccessForCompany { first: Date, last: Date },
    /// Nobody may decide their own application.
    OwnApplication,
    /// Nobody may decide an application with the NIP or NRP of their own account.
    CloseApplicant,
    /// The e-mail address was confirmed in the meantime.
    AlreadyConfirmed,
    /// Another verifier holds the lease of the case.
    HeldBy { by: String, until: Timestamp },
    /// The verdict or renewal needs a lease. It ended at this instant, or the verifier never had one.
    LeaseEnded { at: Option<Timestamp> },
    /// The verdict cannot be undone, because its mail was sent.
    UndoTooLate,
    /// The letter on screen was replaced.
    LetterChanged,
    /// The access cannot be renewed.
    NotRenewable(NotRenewable),
    /// The last administrator cannot be disabled or demoted.
    LastAdministrator,
    /// The role needs a second administrator, and no other one is active who could confirm it.
    NoSecondAdministrator,
    /// Who proposed a role, or would get it, cannot confirm it.
    OwnProposal,
    /// Somebody else changed the data of the form.
    ChangedMeanwhile { at: Timestamp },
    /// The platform already has two valid secrets.
    TwoSecrets,
    /// A newer version of the terms is in force.
    TermsChanged,
    /// The person has so many drafts that were not sent; no more can be opened.
    TooManyDrafts { most: u32 },
}

wire_code!(Conflict {
    DraftChanged { at: at } = "draft_changed",
    StatusChanged { status: status, at: at } = "status_changed",
    AlreadyDecided { status: status, by: text, at: at } = "already_decided",
    OpenApplication { reference: text } = "open_application",
    OverlappingAccess { first: day, last: last } = "overlapping_access",
    OpenForCompany { reference: text } = "open_for_company",
    AccessForCompany { first: day, last: last } = "access_for_company",
    OwnApplication = "own_application",
    CloseApplicant = "close_applicant",
    AlreadyConfirmed = "already_confirmed",
    HeldBy { by: text, until: at } = "held_by",
    LeaseEnded { at: at } = "lease_ended",
    UndoTooLate = "undo_too_late",
    LetterChanged = "letter_changed",
    NotRenewable(of) = "not_renewable",
    LastAdministrator = "last_administrator",
    NoSecondAdministrator = "no_second_administrator",
    OwnProposal = "own_proposal",
    ChangedMeanwhile { at: at } = "changed_meanwhile",
    TwoSecrets = "two_secrets",
    TermsChanged = "terms_changed",
    TooManyDrafts { most: number } = "too_many_drafts",
});

/// Why an access cannot be renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum NotRenewable {
    /// Renewal opens on this day.
    TooEarly { from: Date },
    /// The access was revoked.
    Revoked,
    /// The renewal was already sent, under this reference number.
    Sent { reference: String },
    /// The person has a later access for the same role and work unit; this is its last day.
    Continued { until: Date },
}

wire_code!(NotRenewable {
    TooEarly { from: day } = "too_early",
    Revoked = "revoked",
    Sent { reference: text } = "sent",
    Continued { until: day } = "continued",
});
