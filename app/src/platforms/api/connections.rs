//! The platforms at which a person is signed in.

use domain::platforms::connections::Connection;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The platforms at which the person is signed in, by name.
#[server(name = ConnectionsFn, prefix = "/api", endpoint = "profil/platform", input = GetUrl)]
pub async fn connections() -> Result<Vec<Connection>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::platforms::connections::list(&caller.backend, caller.actor()?).await?)
}
