//! Posted forms that take a case or give it back.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use backend::verification;
use domain::time::Timestamp;

use super::paths;
use crate::{
    error::ApiError,
    forms::server::{Done, Id, NoFields, Post},
};

/// A form whose only field is a reason.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub(super) reason: String,
}

/// `POST /verifikasi`: **Ambil berikutnya**.
pub async fn claim_next(Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let next = verification::claim_next(&caller.backend, caller.actor()?).await?;
        Ok(Done::go(match next {
            Some(id) => paths::case(id, answer.values()),
            None => {
                let queue = paths::filtered("/verifikasi", answer.values());
                format!("{queue}{}kosong", if queue.contains('?') { '&' } else { '?' })
            }
        }))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /verifikasi/{id}/ambil`
pub async fn claim(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let page = paths::case(id, answer.values());
    let outcome = async {
        verification::claim(&caller.backend, caller.actor()?, id).await?;
        Ok(Done::go(page.clone()))
    };
    let outcome = outcome.await;
    answer.on(&page).send(outcome).await
}

/// `POST /verifikasi/{id}/perpanjang`: an open page renews its lease. Answers with the end of the lease.
pub async fn renew(Id(id): Id, Post { caller, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let lease = verification::renew(&caller.backend, caller.actor()?, id).await?;
        Ok::<_, ApiError>(lease.until)
    };
    // An ended lease does not fail the request: the page then asks for the case.
    match outcome.await {
        Ok(until) => Json(Some(until)).into_response(),
        Err(ApiError::Conflict(_)) => Json(None::<Timestamp>).into_response(),
        Err(error) => (error.status(), Json(None::<Timestamp>)).into_response(),
    }
}

/// `POST /verifikasi/{id}/lepas`
pub async fn release(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        verification::release(&caller.backend, caller.actor()?, id).await?;
        Ok(Done::go(paths::filtered("/verifikasi", answer.values())))
    };
    let outcome = outcome.await;
    let page = paths::case(id, answer.values());
    answer.on(&page).send(outcome).await
}

/// `POST /verifikasi/{id}/ambil-alih`
pub async fn take_over(Id(id): Id, Post { caller, form, answer }: Post<ReasonForm>) -> Response {
    let page = paths::case(id, answer.values());
    let outcome = async {
        verification::take_over(&caller.backend, caller.actor()?, id, &form.reason).await?;
        Ok(Done::go(page.clone()))
    };
    let outcome = outcome.await;
    answer.on(&page).send(outcome).await
}
