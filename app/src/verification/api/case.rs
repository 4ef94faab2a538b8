//! The page of a case.

use domain::{
    time::Timestamp,
    verification::{CaseFile, findings::Findings},
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// Reads a case with everything that the desk needs to decide it.
#[server(name = CaseFn, prefix = "/api", endpoint = "verifikasi/kasus", input = GetUrl)]
pub async fn case(id: Uuid) -> Result<CaseFile, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::verification::case_file(&caller.backend, caller.actor()?, id).await?)
}

/// Finds the statements of the application in the letter's text.
#[server(name = FindingsFn, prefix = "/api", endpoint = "verifikasi/temuan", input = GetUrl)]
pub async fn findings(id: Uuid) -> Result<Findings, ApiError> {
    /// A letter may be slow to read. Reading goes on after this time, and its result is kept for the next request.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
    let caller = crate::state::Caller::current()?;
    let (backend, actor) = (caller.backend.clone(), caller.actor()?.clone());
    let reading = tokio::spawn(async move { backend::verification::findings(&backend, &actor, id).await });
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(read) => Ok(read.map_err(|_| ApiError::Unavailable)??),
        Err(_) => Ok(Findings::Reading),
    }
}

/// An event of a case, in words. The server chooses the words, so that the browser does not load those of every action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub at: Timestamp,
    pub action: String,
    /// Name of the person; `None` if it happened by time.
    pub by: Option<String>,
    /// Network address of their device.
    pub address: Option<String>,
    /// Words of the event, such as a reason.
    pub detail: Option<String>,
}

/// Reads the events of a case, oldest first.
#[server(name = TimelineFn, prefix = "/api", endpoint = "verifikasi/linimasa", input = GetUrl)]
pub async fn timeline(id: Uuid) -> Result<Vec<TimelineEntry>, ApiError> {
    use backend::audit::Action;
    let caller = crate::state::Caller::current()?;
    let events = backend::verification::timeline(&caller.backend, caller.actor()?, id).await?;
    let entries = events.into_iter().map(|event| TimelineEntry {
        at: event.at,
        action: crate::audit::action(event.action).to_owned(),
        by: event.by,
        address: event.address,
        // The detail of these is an id or a code.
        detail: event.detail.filter(|_| !matches!(event.action, Action::DraftStarted | Action::LetterTaken)),
    });
    Ok(entries.collect())
}
