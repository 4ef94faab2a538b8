//! What the screens on the way into a platform read (guide steps 16 to 19).

use domain::platforms::launcher::{Agreement, Launcher, PlatformRequest};
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use crate::error::ApiError;

/// The launcher, with the platform that the address names. Answers with status 404 if it names an unknown one.
#[server(name = LauncherFn, prefix = "/api", endpoint = "platform", input = GetUrl)]
pub async fn launcher(slug: Option<String>) -> Result<Launcher, ApiError> {
    let caller = crate::state::Caller::current()?;
    let slug = slug.filter(|slug| !slug.is_empty());
    let launcher = backend::platforms::launch::launcher(&caller.backend, caller.actor()?, slug.as_deref()).await?;
    if launcher.unknown
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
    {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    Ok(launcher)
}

/// What is to be accepted before the platform is entered with this access.
#[server(name = AgreementFn, prefix = "/api", endpoint = "platform/ketentuan", input = GetUrl)]
pub async fn agreement(slug: String, access: Uuid) -> Result<Agreement, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::launch::agreement(&caller.backend, caller.actor()?, &slug, access).await?)
}

/// A waiting request of a platform, with what is to be accepted for `access` once that is chosen.
#[server(name = RequestFn, prefix = "/api", endpoint = "platform/lanjut", input = GetUrl)]
pub async fn request(request: Uuid, access: Option<Uuid>) -> Result<PlatformRequest, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::launch::request(&caller.backend, caller.actor()?, request, access).await?)
}
