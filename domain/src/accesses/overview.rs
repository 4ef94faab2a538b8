//! What Manajemen Akses shows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AccessState, Renewal};
use crate::{
    applications::views::Summary, indonesian::date, issues::conflict::NotRenewable, role::Role, status::Status,
    time::Timestamp, validity::Validity,
};

/// The page of Manajemen Akses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub accesses: Vec<Access>,
    /// Open ones, and those that were rejected and not tried again.
    pub applications: Vec<Summary>,
}

/// An access of the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub id: Uuid,
    pub role: Role,
    /// Name of the institution; for a supplier, the NIB.
    pub institution: String,
    pub work_unit_code: Option<String>,
    /// Name of the work unit or company.
    pub work_unit: String,
    pub validity: Validity,
    /// Today, in the zone of the access.
    pub state: AccessState,
    /// Days after today; `None` unless it is active.
    pub days_left: Option<u32>,
    pub revoked_at: Option<Timestamp>,
    /// The application that was approved for it.
    pub application_id: Uuid,
    /// What the person can do today to continue the access, or why nothing can be done.
    pub renewal: Result<Renewal, NotRenewable>,
    /// The application that renews it.
    pub renewed_by: Option<(Uuid, Status)>,
    /// Why it was revoked, or how its renewal stands ([`note`]).
    pub note: Option<String>,
}

/// Says why an access was revoked, or how its renewal stands. `application` is the state of the application that was
/// approved for the access: its decision may have been reopened.
pub fn note(
    renewal: &Result<Renewal, NotRenewable>,
    application: Status,
    renewed_by: Option<(Uuid, Status)>,
) -> Option<String> {
    match renewal {
        Err(NotRenewable::Revoked) => {
            let reason = match application {
                Status::Returned => "Keputusannya dibuka kembali, dan pengajuannya perlu Anda perbaiki.",
                Status::Rejected => "Keputusannya dibuka kembali, lalu pengajuannya ditolak.",
                Status::Withdrawn => "Keputusannya dibuka kembali, lalu pengajuannya Anda batalkan.",
                _ => "Keputusannya dibuka kembali. Akses tidak dapat dipakai sampai ada keputusan baru.",
            };
            Some(reason.to_owned())
        }
        Err(NotRenewable::Continued { until }) => Some(format!("Berlanjut sampai {}.", date(*until))),
        Err(NotRenewable::Sent { reference }) => {
            let status = renewed_by.map(|(_, status)| status.in_text()).unwrap_or_default();
            Some(format!("Perpanjangan {reference}: {status}."))
        }
        Err(NotRenewable::TooEarly { .. }) | Ok(_) => None,
    }
}
