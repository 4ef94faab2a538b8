//! Sending an application, and withdrawing it.

use axum::response::Response;
use backend::applications;
use domain::issues::Field;
use serde::Deserialize;

use super::path;
use crate::forms::server::{Done, Id, NoFields, Post};

/// The review page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    version: i64,
    letter: String,
    confirmation: Option<String>,
}

/// `POST /akses/pengajuan/{id}/tinjau`: sends the application (guide step 12, **Kirim**).
pub async fn submit(Id(id): Id, Post { caller, form, answer }: Post<ReviewForm>) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        let submission = applications::Submission {
            version: form.version,
            letter: form.letter.parse().ok(),
            confirmed: form.confirmation.is_some(),
        };
        match applications::submit(&caller.backend, actor, id, submission).await {
            Ok(_) => Ok(Done::go(path(id, "status"))),
            // The form shows what is wrong; this page cannot.
            Err(backend::Error::Invalid(issues)) if issues.iter().any(|issue| issue.field != Field::Confirmation) => {
                Ok(Done::go(format!("{}?periksa", path(id, "formulir"))))
            }
            Err(error) => Err(error.into()),
        }
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /akses/pengajuan/{id}/status`: withdraws the application, or discards the draft.
pub async fn withdraw(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        applications::withdraw(&caller.backend, actor, id).await?;
        Ok(Done::go("/akses"))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}
