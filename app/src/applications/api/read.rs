//! The server functions.

use domain::{
    accesses::overview::Access,
    applications::{
        answers::Answers,
        pickers::Options,
        views::{Detail, DraftPage, SavedDraft},
        wizard::Step,
    },
    master_data::institution::InstitutionType,
};
use leptos::{prelude::*, server};
use server_fn::codec::{GetUrl, Json};
use uuid::Uuid;

use crate::error::ApiError;

/// The person's own draft, for the page of a step.
#[server(name = DraftFn, prefix = "/api", endpoint = "pengajuan/draf", input = GetUrl)]
pub async fn draft(id: Uuid, for_step: Step) -> Result<DraftPage, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::draft_page(&caller.backend, caller.actor()?, id, for_step).await?)
}

/// Saves the answers while the person types.
#[server(name = SaveFn, prefix = "/api", endpoint = "pengajuan/simpan", input = Json)]
pub async fn save(id: Uuid, version: i64, answers: Answers) -> Result<SavedDraft, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::autosave(&caller.backend, caller.actor()?, id, version, answers).await?)
}

/// Removes the letter from the draft.
#[server(name = RemoveLetterFn, prefix = "/api", endpoint = "pengajuan/hapus-surat", input = Json)]
pub async fn remove_letter(id: Uuid) -> Result<(), ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::remove_letter(&caller.backend, caller.actor()?, id).await?)
}

/// Institutions of a type that match a query.
#[server(name = InstitutionsFn, prefix = "/api", endpoint = "instansi", input = GetUrl)]
pub async fn institutions(kind: InstitutionType, query: String) -> Result<Options, ApiError> {
    use domain::applications::pickers::{MOST_OPTIONS, PickerOption};
    let caller = crate::state::Caller::current()?;
    caller.actor()?;
    let snapshot = caller.backend.master_data.snapshot();
    let found = snapshot.institutions(kind, &query, MOST_OPTIONS);
    let options = found
        .hits
        .into_iter()
        .map(|(item, marks)| PickerOption { id: item.id, name: item.name, code: item.kd_klpd, marks })
        .collect();
    Ok(Options { options, total: found.total, of: found.of, year: snapshot.year() })
}

/// Work units of an institution, active this year, that match a query.
#[server(name = WorkUnitsFn, prefix = "/api", endpoint = "satker", input = GetUrl)]
pub async fn work_units(institution: Uuid, query: String) -> Result<Options, ApiError> {
    use domain::applications::pickers::{MOST_OPTIONS, PickerOption};
    let caller = crate::state::Caller::current()?;
    caller.actor()?;
    let snapshot = caller.backend.master_data.snapshot();
    let found = snapshot.work_units(institution, &query, MOST_OPTIONS);
    let options =
        found.hits.into_iter().map(|((id, code, name), marks)| PickerOption { id, name, code, marks }).collect();
    Ok(Options { options, total: found.total, of: found.of, year: snapshot.year() })
}

/// The person's own application.
#[server(name = StatusFn, prefix = "/api", endpoint = "pengajuan/status", input = GetUrl)]
pub async fn status(id: Uuid) -> Result<Detail, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::detail(&caller.backend, caller.actor()?, id).await?)
}

/// The person's own access, before it is renewed.
#[server(name = RenewalFn, prefix = "/api", endpoint = "akses/perpanjangan", input = GetUrl)]
pub async fn renewal(id: Uuid) -> Result<Access, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::renewals::look(&caller.backend, caller.actor()?, id).await?)
}
