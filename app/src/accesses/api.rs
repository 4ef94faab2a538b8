//! What Manajemen Akses reads.

use domain::{accesses::overview::Overview, applications::views::Summary};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The person's own accesses and open applications.
#[server(name = OverviewFn, prefix = "/api", endpoint = "akses", input = GetUrl)]
pub async fn overview() -> Result<Overview, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::accesses::overview(&caller.backend, caller.actor()?).await?)
}

/// Everything that the person ever sent.
#[server(name = HistoryFn, prefix = "/api", endpoint = "pengaturan/instansi", input = GetUrl)]
pub async fn history() -> Result<Vec<Summary>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::applications::history(&caller.backend, caller.actor()?).await?)
}
