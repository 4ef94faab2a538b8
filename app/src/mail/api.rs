//! Lists and resends parked mails.

use domain::mail::ParkedGroup;
use leptos::{prelude::*, server};
use server_fn::codec::GetUrl;

use crate::error::ApiError;

/// The parked mails by cause.
#[server(name = ParkedMailsFn, prefix = "/api", endpoint = "admin/surel", input = GetUrl)]
pub async fn parked_mails() -> Result<Vec<ParkedGroup>, ApiError> {
    let caller = crate::state::Caller::current()?;
    Ok(backend::mail::parked_groups(&caller.backend, caller.actor()?).await?)
}

#[cfg(feature = "ssr")]
pub use handlers::{ResendForm, resend_mail};

#[cfg(feature = "ssr")]
mod handlers {
    use axum::response::Response;
    use backend::{Error, mail};
    use serde::Deserialize;

    use crate::{
        error::ApiError,
        forms::server::{Done, Post},
    };

    /// The form of `POST /admin/surel`: one mail, or all of a cause.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct ResendForm {
        #[serde(rename = "surel")]
        mail: String,
        #[serde(rename = "sebab")]
        cause: String,
    }

    /// Puts a parked mail back into the queue, or all of a cause.
    pub async fn resend_mail(Post { caller, form, answer }: Post<ResendForm>) -> Response {
        let outcome = async {
            if !form.cause.is_empty() {
                mail::resend_all(&caller.backend, caller.actor()?, &form.cause.into()).await?;
                return Ok(Done::go("/admin/surel?selesai=semua"));
            }
            let id = form.mail.parse().map_err(|_| ApiError::from(Error::NotFound))?;
            mail::resend(&caller.backend, caller.actor()?, id).await?;
            Ok(Done::go("/admin/surel?selesai=dikirim"))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
