//! Signing out because a platform asks for it, with a word of the person (OpenID Connect RP-Initiated Logout, section 2).

use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingView {
    /// Whether there is anything to end.
    pub signed_in: bool,
    /// The name of the platform that asks.
    pub platform: Option<String>,
}

/// Who asks the person to sign out, and whether they are signed in.
#[server(name = LeavingFn, prefix = "/api", endpoint = "keluar", input = GetUrl)]
pub async fn leaving(client: Option<String>) -> Result<LeavingView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let platform = match client.filter(|client| !client.is_empty()) {
        Some(client) => backend::oidc::logout::asking(&caller.backend, &client).await?,
        None => None,
    };
    Ok(LeavingView { signed_in: caller.actor.is_some(), platform })
}

#[cfg(feature = "ssr")]
pub use handlers::leave;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::oidc::logout;

    use crate::{
        error::ApiError,
        forms::server::{Done, NoFields, Post},
    };

    /// `POST /oidc/keluar`: signs out, and leads back to the platform if it may have the person back.
    pub async fn leave(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = logout::confirm(&caller.backend, caller.actor.as_ref(), answer.values()).await;
        let done = outcome.map(|way| {
            let done = way.map_or_else(|| Done::go(logout::PAGE), |way| Done::leave(way.to, way.platform));
            done.with_session(caller.cookies.clear_session())
        });
        answer.send(done.map_err(ApiError::from)).await
    }
}
