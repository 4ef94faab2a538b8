//! Starting and renewing applications.

use axum::response::Response;
use backend::applications;
use domain::{
    issues::{Field, Issue, Problem},
    role::{ProfileType, Role},
};
use serde::Deserialize;
use uuid::Uuid;

use super::path;
use crate::{
    error::ApiError,
    forms::server::{Done, Id, NoFields, Post},
};

/// Tipe Profil and Role.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StartForm {
    profile_type: String,
    role: String,
    /// A rejected application to start again from.
    #[serde(rename = "dari")]
    previous: Option<Uuid>,
}

/// `POST /akses/baru`: starts a draft (guide step 2), or one from a rejected application (step 15).
pub async fn start(Post { caller, form, answer }: Post<StartForm>) -> Response {
    let outcome = async {
        let actor = caller.actor()?;
        if let Some(previous) = form.previous {
            // To the form, even if it is complete: it shows the reason beside the old answers.
            let id = applications::start_again(&caller.backend, actor, previous).await?;
            return Ok(Done::go(path(id, "formulir")));
        }
        let profile_type: Option<ProfileType> = form.profile_type.parse().ok();
        // A profile type with one role needs no choice. Without script the page may still show the roles of the other
        // type.
        let only = profile_type.and_then(ProfileType::only_role);
        let role: Option<Role> = only.or_else(|| form.role.parse().ok());
        let (Some(profile_type), Some(role)) = (profile_type, role) else {
            let missing = [(Field::ProfileType, profile_type.is_none()), (Field::Role, role.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            let issues = missing.map(|(field, _)| Issue::new(field, Problem::Missing)).collect();
            return Err(ApiError::Invalid(issues));
        };
        let id = applications::start(&caller.backend, actor, profile_type, role).await?;
        Ok(Done::go(format!("/akses/pengajuan/{id}")))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /akses/perpanjang/{id}`: starts the renewal of an access, or continues the one that exists.
pub async fn renew(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let id = backend::applications::renewals::start(&caller.backend, caller.actor()?, id).await?;
        Ok(Done::go(path(id, "formulir")))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}
