//! Accepting an invitation to the staff.

use domain::staff::view::OfferedRole;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The address and the role of the open invitation.
#[server(name = InvitationFn, prefix = "/api", endpoint = "undangan", input = GetUrl)]
pub async fn invitation() -> Result<OfferedRole, ApiError> {
    use crate::state::{Caller, MailedLink};
    let (caller, secret) = Caller::with_secret_of(MailedLink::Invitation)?;
    Ok(backend::staff::invitation(&caller.backend, &secret).await?)
}

#[cfg(feature = "ssr")]
pub use handlers::{InvitationForm, accept};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::staff;
    use domain::permission::Permission;
    use secrecy::SecretString;
    use serde::Deserialize;

    use crate::{
        forms::server::{Done, Post, expect_shown},
        state::MailedLink,
    };

    /// `POST /undangan`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct InvitationForm {
        /// The address that the page showed.
        username: String,
        name: String,
        password: String,
    }

    /// Makes the account of an invitation, signs in, and leads to the first page of the role.
    pub async fn accept(Post { caller, form, answer }: Post<InvitationForm>) -> Response {
        let password = SecretString::from(form.password);
        let outcome = async {
            let secret = answer.secret_of(&caller, MailedLink::Invitation)?;
            let offered = staff::invitation(&caller.backend, &secret).await?;
            expect_shown(&form.username, &offered.email)?;
            let session = staff::accept(&caller.backend, &secret, &form.name, &password, &caller.origin).await?;
            let to = if offered.role.may(Permission::Verify) { "/verifikasi" } else { "/admin" };
            let done = Done::go(to).with_session(caller.enter(&session).await?);
            Ok(done.with_cookies(caller.cookies.clear_link(MailedLink::Invitation)))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
