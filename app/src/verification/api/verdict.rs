//! Posted forms that decide a case.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use backend::{
    Error,
    verification::{self, VerdictForm},
};
use domain::{
    issues::{Field, Issue, Problem},
    verification::{MARKABLE, MailPreview},
};

use super::{lease::ReasonForm, paths};
use crate::{
    error::ApiError,
    forms::server::{Done, Id, NoFields, Post},
};

/// Reads the fields of the verdict form: `version`, `verdict`, `reason_title`, `reason`, `check` (once per ticked item),
/// `mark` (once per marked field) and `note_FIELD`.
fn verdict_form(values: &[(String, String)]) -> Result<VerdictForm, ApiError> {
    let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let all = |name: &'static str| values.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
    let not_offered = |_| ApiError::from(Error::invalid(Field::Form, Problem::NotOffered));
    let marks = all("mark")
        .filter_map(|mark| mark.parse::<Field>().ok())
        .filter(|field| MARKABLE.contains(field))
        .map(|field| (field, value(&format!("note_{field}")).unwrap_or_default().to_owned()))
        .collect();
    Ok(VerdictForm {
        version: value("version").and_then(|version| version.parse().ok()).unwrap_or(0),
        verdict: value("verdict").unwrap_or_default().parse().map_err(not_offered)?,
        reason: value("reason_title").and_then(|id| id.parse().ok()),
        text: value("reason").unwrap_or_default().to_owned(),
        marks,
        checks: all("check").filter_map(|id| id.parse().ok()).collect(),
    })
}

/// `POST /verifikasi/{id}`: the verdict.
pub async fn decide(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let page = paths::case(id, answer.values());
    let outcome = async {
        let actor = caller.actor()?;
        verification::decide(&caller.backend, actor, id, &verdict_form(answer.values())?).await?;
        Ok(Done::go(page.clone()))
    };
    let outcome = outcome.await;
    answer.on(&page).send(outcome).await
}

/// `POST /verifikasi/{id}/pratinjau`: the mail that the verdict would send, as JSON. Changes nothing.
pub async fn preview(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        let form = verdict_form(answer.values())?;
        let to = verification::case_file(&caller.backend, actor, id).await?.email;
        let mail = verification::preview(&caller.backend, actor, id, &form).await?;
        Ok::<_, ApiError>(MailPreview { to, subject: mail.subject, text: mail.text })
    };
    match outcome.await {
        Ok(mail) => Json(Ok::<_, Vec<Issue>>(mail)).into_response(),
        Err(ApiError::Invalid(issues)) => Json(Err::<MailPreview, _>(issues)).into_response(),
        Err(error) => error.status().into_response(),
    }
}

/// `POST /verifikasi/{id}/urungkan`
pub async fn undo(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let page = paths::case(id, answer.values());
    let outcome = async {
        verification::undo(&caller.backend, caller.actor()?, id).await?;
        Ok(Done::go(page.clone()))
    };
    let outcome = outcome.await;
    answer.on(&page).send(outcome).await
}

/// `POST /verifikasi/{id}/buka-kembali`
pub async fn reopen(Id(id): Id, Post { caller, form, answer }: Post<ReasonForm>) -> Response {
    let page = paths::case(id, answer.values());
    let outcome = async {
        verification::reopen(&caller.backend, caller.actor()?, id, &form.reason).await?;
        Ok(Done::go(page.clone()))
    };
    let outcome = outcome.await;
    answer.on(&page).send(outcome).await
}
