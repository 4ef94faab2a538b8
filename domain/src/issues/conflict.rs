//! Requests that are well formed but come too late or twice.

use ::time::Date;
use serde::{Deserialize, Serialize};

use crate::{
    issues::wire::{WireCode, wire_code},
    status::Status,
    time::Timestamp,
};

/// Why a request does not fit what is stored, with what the person must know to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum Conflict {
    /// The draft was saved elsewhere (another tab, another device) at `at`.
    DraftChanged { at: Timestamp },
    /// The application left the state that the request needs.
    StatusChanged { status: Status, at: Timestamp },
    /// Somebody decided it first.
    AlreadyDecided { status: Status, by: String, at: Timestamp },
    /// The same person, role and work unit already have an open application.
    OpenApplication { reference: String },
    /// The same person, role and work unit already have an access in that period.
    OverlappingAccess { first: Date, last: Date },
    /// The same person already has an open application for the company of this NIB.
    OpenForCompany { reference: String },
    /// The same person already has an access for the company of this NIB in that period.
    AccessForCompany { first: Date, last: Date },
    /// One's own application: nobody decides for themselves.
    OwnApplication,
    /// The e-mail address was taken in the meantime.
    AlreadyConfirmed,
    /// Another verifier holds the case, until then.
    HeldBy { by: String, until: Timestamp },
    /// The verdict or the renewal needs a lease, which ended (at that instant) or was never had.
    LeaseEnded { at: Option<Timestamp> },
    /// Too late to take a verdict back: its mail is on its way.
    UndoTooLate,
    /// The letter on screen is no longer that of the case.
    LetterChanged,
    /// The access cannot be renewed, for this reason.
    NotRenewable(NotRenewable),
    /// The only administrator that is left cannot be disabled or demoted.
    LastAdministrator,
    /// What a form shows was changed by somebody else at `at`.
    ChangedMeanwhile { at: Timestamp },
    /// Two secrets hold already.
    TwoSecrets,
    /// Another version of the terms is in force by now.
    TermsChanged,
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
    AlreadyConfirmed = "already_confirmed",
    HeldBy { by: text, until: at } = "held_by",
    LeaseEnded { at: at } = "lease_ended",
    UndoTooLate = "undo_too_late",
    LetterChanged = "letter_changed",
    NotRenewable(of) = "not_renewable",
    LastAdministrator = "last_administrator",
    ChangedMeanwhile { at: at } = "changed_meanwhile",
    TwoSecrets = "two_secrets",
    TermsChanged = "terms_changed",
});

/// Why an access cannot be renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCode", into = "WireCode")]
pub enum NotRenewable {
    /// It does not end soon; it can be renewed from this day on.
    TooEarly { from: Date },
    /// It was taken away.
    Revoked,
    /// Its renewal was sent already, under this number.
    Sent { reference: String },
    /// The same person has a later access for the same role and work unit, with this last day.
    Continued { until: Date },
}

wire_code!(NotRenewable {
    TooEarly { from: day } = "too_early",
    Revoked = "revoked",
    Sent { reference: text } = "sent",
    Continued { until: day } = "continued",
});
