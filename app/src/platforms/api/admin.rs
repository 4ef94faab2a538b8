//! What the administration of platforms reads.

use domain::platforms::administration::{ListedPlatform, PlatformDetails};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// Every platform, by name.
#[server(name = AdminPlatformsFn, prefix = "/api", endpoint = "admin/platform", input = GetUrl)]
pub async fn platforms() -> Result<Vec<ListedPlatform>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::admin::list(&caller.backend, caller.actor()?).await?)
}

/// A platform with its secrets and terms.
#[server(name = AdminPlatformFn, prefix = "/api", endpoint = "admin/platform/rincian", input = GetUrl)]
pub async fn platform(id: Uuid) -> Result<PlatformDetails, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::admin::find(&caller.backend, caller.actor()?, id).await?)
}
