//! Signing out because a platform asks for it (OpenID Connect RP-Initiated Logout 1.0).

use domain::oidc::LogoutQuestion;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// Who asks the person to sign out, and whether they are signed in.
#[server(name = LeavingFn, prefix = "/api", endpoint = "keluar", input = GetUrl)]
pub async fn question(client: Option<String>) -> Result<LogoutQuestion, ApiError> {
    let caller = crate::state::Caller::current()?;
    let actor = caller.actor.as_ref();
    Ok(backend::oidc::logout::question(&caller.backend, actor, client.as_deref()).await?)
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

    /// `POST /oidc/keluar`: signs out, and leads back to the platform if the form has a valid way back.
    pub async fn leave(Post { caller, answer, .. }: Post<NoFields>) -> Response {
        let outcome = logout::confirm(&caller.backend, caller.actor.as_ref(), answer.values()).await;
        let done = outcome.map(|way| {
            let done = way.map_or_else(|| Done::go(logout::PAGE), |way| Done::leave(way.to, way.platform));
            done.with_session(caller.cookies.clear_session())
        });
        answer.send(done.map_err(ApiError::from)).await
    }
}
