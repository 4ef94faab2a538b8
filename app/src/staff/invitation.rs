//! Invitations to the staff: the link of the mail, and the account that it makes.

use domain::{accounts::email::Email, staff::StaffRole};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// What an invitation's link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// The address that was invited.
    pub email: Email,
    /// What the person will be.
    pub role: StaffRole,
}

/// What an invitation's link is for, if it still holds.
#[server(name = InvitationFn, prefix = "/api", endpoint = "undangan", input = GetUrl)]
pub async fn invitation(token: String) -> Result<InvitationView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let token = backend::secrets::Token::presented(&token);
    let (email, role) = backend::staff::invitation(&caller.backend, &token).await?;
    Ok(InvitationView { email, role })
}

#[cfg(feature = "ssr")]
pub use handlers::{InvitationForm, accept};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{secrets::Token, staff};
    use domain::staff::Permission;
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

    /// Makes the account of an invitation, signs in, and goes on to where the work is.
    pub async fn accept(Post { caller, form, answer }: Post<InvitationForm>) -> Response {
        let (token, password) = (Token::presented(&form.token), SecretString::from(form.password));
        let outcome = async {
            let (_, role) = staff::invitation(&caller.backend, &token).await?;
            let session = staff::accept(&caller.backend, &token, &form.name, &password, &caller.origin).await?;
            let to = if role.may(Permission::Verify) { "/verifikasi" } else { "/admin" };
            Ok(Done::go(to).with_session(caller.cookies.set_session(&session)))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
