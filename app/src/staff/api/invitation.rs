//! Accepting an invitation to the staff.

use domain::staff::view::OfferedRole;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The address and the role of an invitation.
#[server(name = InvitationFn, prefix = "/api", endpoint = "undangan", input = GetUrl)]
pub async fn invitation(token: String) -> Result<OfferedRole, ApiError> {
    let caller = crate::state::Caller::current()?;
    let token = backend::secrets::Token::presented(&token);
    Ok(backend::staff::invitation(&caller.backend, &token).await?)
}

#[cfg(feature = "ssr")]
pub use handlers::{InvitationForm, accept};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{secrets::Token, staff};
    use domain::permission::Permission;
    use secrecy::SecretString;
    use serde::Deserialize;

    use crate::forms::server::{Done, Post};

    /// `POST /undangan`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct InvitationForm {
        token: String,
        name: String,
        password: String,
    }

    /// Makes the account of an invitation, signs in, and leads to the first page of the role.
    pub async fn accept(Post { caller, form, answer }: Post<InvitationForm>) -> Response {
        let (token, password) = (Token::presented(&form.token), SecretString::from(form.password));
        let outcome = async {
            let role = staff::invitation(&caller.backend, &token).await?.role;
            let session = staff::accept(&caller.backend, &token, &form.name, &password, &caller.origin).await?;
            let to = if role.may(Permission::Verify) { "/verifikasi" } else { "/admin" };
            Ok(Done::go(to).with_session(caller.enter(&session).await?))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
