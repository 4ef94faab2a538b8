//! Manajemen Akses: the person's accesses and applications.

use domain::{
    accesses::{AccessState, Renewal},
    calendar::Promise,
    role::Role,
    status::Status,
    time::Timestamp,
    validity::Validity,
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// An access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessView {
    /// Its id.
    pub id: Uuid,
    /// The role it proves.
    pub role: Role,
    /// Name of the institution; of a supplier, the number of the company.
    pub institution: String,
    /// Code of the work unit.
    pub work_unit_code: Option<String>,
    /// Name of the work unit, or of the company.
    pub work_unit: String,
    /// Its period.
    pub validity: Validity,
    /// Where it stands today.
    pub state: AccessState,
    /// Days left, the last one not counted; none once it is over.
    pub days_left: Option<u32>,
    /// When it was taken away.
    pub revoked_at: Option<Timestamp>,
    /// How it can go on today.
    pub renewal: Option<Renewal>,
    /// What came of it, in a sentence: its renewal, or why it was taken away.
    pub note: Option<String>,
    /// The application it came of.
    pub application_id: Uuid,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationView {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// Its number, once it was sent.
    pub reference: Option<String>,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution, once chosen; of a supplier, the number of the company.
    pub institution: Option<String>,
    /// Code of the work unit.
    pub work_unit_code: Option<String>,
    /// Name of the work unit, once chosen, or of the company.
    pub work_unit: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was sent.
    pub submitted_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What is to be repaired, a line each, while it is back for that.
    pub repair: Vec<String>,
    /// That its decision was opened again, or that its access was taken away.
    pub notice: Option<String>,
    /// Its place in the queue and the length of the queue, while it waits.
    pub place: Option<(u32, u32)>,
    /// The promise, while it waits.
    pub promise: Option<Promise>,
}

/// What Manajemen Akses shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Accesses.
    pub accesses: Vec<AccessView>,
    /// Applications that are open, or refused and not tried again.
    pub applications: Vec<ApplicationView>,
}

/// The person's own accesses and open applications.
#[server(name = OverviewFn, prefix = "/api", endpoint = "akses", input = GetUrl)]
pub async fn overview() -> Result<Overview, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let today = caller.backend.world.today(actor.zone);
    let accesses = backend::accesses::list(&caller.backend, actor).await?;
    let applications = backend::applications::open(&caller.backend, actor).await?;
    Ok(Overview {
        accesses: accesses
            .into_iter()
            .map(|access| AccessView {
                note: crate::applications::texts::access_note(&access),
                id: access.id,
                role: access.role,
                institution: access.institution,
                work_unit_code: access.work_unit_code,
                work_unit: access.work_unit,
                validity: access.validity,
                state: access.state,
                days_left: (access.state == AccessState::Active)
                    .then(|| u32::try_from((access.validity.last() - today).whole_days()).unwrap_or(0)),
                revoked_at: access.revoked_at,
                renewal: access.renewal.ok(),
                application_id: access.application_id,
            })
            .collect(),
        applications: applications.into_iter().map(|item| ApplicationView::of(item, actor.zone)).collect(),
    })
}

/// All that the person ever sent.
#[server(name = HistoryFn, prefix = "/api", endpoint = "pengaturan/instansi", input = GetUrl)]
pub async fn history() -> Result<Vec<ApplicationView>, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor()?;
    let history = backend::applications::history(&caller.backend, actor).await?;
    Ok(history.into_iter().map(|item| ApplicationView::of(item, actor.zone)).collect())
}

#[cfg(feature = "ssr")]
impl ApplicationView {
    /// As shown to a person in this zone.
    pub fn of(summary: backend::applications::Summary, zone: domain::time::Zone) -> Self {
        Self {
            notice: crate::applications::texts::application_notice(&summary, zone),
            repair: summary
                .repair
                .map(|repair| crate::applications::texts::repair_lines(summary.role, repair))
                .unwrap_or_default(),
            id: summary.id,
            status: summary.status,
            reference: summary.reference,
            role: summary.role,
            institution: summary.institution,
            work_unit_code: summary.work_unit_code,
            work_unit: summary.work_unit,
            updated_at: summary.updated_at,
            submitted_at: summary.submitted_at,
            decided_at: summary.decided_at,
            reason: summary.reason,
            place: summary.place.map(|place| (place.place, place.of)),
            promise: summary.promise,
        }
    }
}
