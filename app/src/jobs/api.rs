//! Lists the jobs.

use domain::jobs::JobStatus;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The jobs of the server that answers.
#[server(name = JobsFn, prefix = "/api", endpoint = "admin/tugas", input = GetUrl)]
pub async fn jobs() -> Result<Vec<JobStatus>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::jobs::overview(&caller.backend, caller.actor()?)?)
}
