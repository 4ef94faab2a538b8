//! The desk of the verifiers (guide steps 13 to 15).

use domain::{
    application::{Status, Verdict},
    calendar::Promise,
    role::Role,
    sirup::SirupAccount,
    time::Timestamp,
    validity::Validity,
};
use leptos::{prelude::*, server};
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;
use uuid::Uuid;

use super::ApiError;

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingView {
    /// The application.
    pub id: Uuid,
    /// Its number.
    pub reference: String,
    /// The person's name.
    pub name: String,
    /// The role applied for.
    pub role: Role,
    /// Name of the institution.
    pub institution: String,
    /// Name of the work unit.
    pub work_unit: String,
    /// Whether a SiRUP account is linked.
    pub linked: bool,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The promise.
    pub promise: Promise,
}

/// The queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    /// Its first rows, oldest first.
    pub waiting: Vec<WaitingView>,
    /// How many wait in all.
    pub total: u32,
}

/// The queue, oldest first.
#[server(name = QueueFn, prefix = "/api", endpoint = "verifikasi/antrean", input = GetUrl)]
pub async fn queue() -> Result<QueueView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let (waiting, total) = backend::verification::queue(&caller.backend, caller.actor()?).await?;
    let waiting = waiting
        .into_iter()
        .map(|row| WaitingView {
            id: row.id,
            reference: row.reference,
            name: row.name,
            role: row.role,
            institution: row.institution,
            work_unit: row.work_unit,
            linked: row.linked,
            submitted_at: row.submitted_at,
            promise: row.promise,
        })
        .collect();
    Ok(QueueView { waiting, total })
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// The application.
    pub id: Uuid,
    /// The version that a verdict must name.
    pub version: i64,
    /// Where it stands.
    pub status: Status,
    /// Its number.
    pub reference: String,
    /// When it was sent.
    pub submitted_at: Timestamp,
    /// The promise.
    pub promise: Promise,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address.
    pub email: String,
    /// NIP or NRP with its digits grouped.
    pub employee_number: Option<String>,
    /// The role applied for.
    pub role: Role,
    /// Name and code of the institution.
    pub institution: (String, Option<String>),
    /// Name and code of the work unit.
    pub work_unit: (String, Option<String>),
    /// The period applied for.
    pub validity: Validity,
    /// Whether that period is over already.
    pub over: bool,
    /// The address sent with it.
    pub address: Option<String>,
    /// What SiRUP said.
    pub sirup: Option<SirupAccount>,
    /// Number of pages of the letter.
    pub pages: u32,
    /// The letter's file name and size in bytes.
    pub letter: (String, u64),
    /// Whether it is the verifier's own.
    pub own: bool,
    /// The verdict, its reason, who gave it and when.
    pub decision: Option<(Verdict, Option<String>, String, Timestamp)>,
}

/// A case with all that the desk needs to decide it.
#[server(name = CaseFn, prefix = "/api", endpoint = "verifikasi/kasus", input = GetUrl)]
pub async fn case(id: Uuid) -> Result<CaseView, ApiError> {
    let caller = crate::state::Caller::current()?;
    let file = backend::verification::case_file(&caller.backend, caller.actor()?, id).await?;
    Ok(CaseView {
        id: file.id,
        version: file.version,
        status: file.status,
        reference: file.reference,
        submitted_at: file.submitted_at,
        promise: file.promise,
        name: file.name,
        email: file.email,
        employee_number: file
            .employee_number
            .map(|(kind, digits)| format!("{} {}", kind.label(), domain::person::grouped(kind, &digits))),
        role: file.role,
        institution: file.institution,
        work_unit: file.work_unit,
        validity: file.validity,
        over: file.over,
        address: file.address,
        sirup: file.sirup,
        pages: file.pages,
        letter: file.letter,
        own: file.own,
        decision: file.decision.map(|decision| (decision.verdict, decision.reason, decision.by, decision.at)),
    })
}

#[cfg(feature = "ssr")]
pub use handlers::*;

#[cfg(feature = "ssr")]
mod handlers {
    use axum::{extract::Path, response::Response};
    use backend::verification::{self, VerdictForm};
    use domain::issue::{Field, Problem};
    use serde::Deserialize;
    use uuid::Uuid;

    use crate::{
        api::ApiError,
        forms::server::{Done, Post},
    };

    /// `POST /verifikasi/{id}`
    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub struct DecideForm {
        version: i64,
        verdict: String,
        reason: String,
    }

    /// Gives a verdict.
    pub async fn decide(Path(id): Path<Uuid>, Post { caller, form, answer }: Post<DecideForm>) -> Response {
        let outcome = async {
            let actor = caller.actor()?;
            let verdict = form
                .verdict
                .parse()
                .map_err(|_| ApiError::from(backend::Error::invalid(Field::Form, Problem::NotOffered)))?;
            let form = VerdictForm { version: form.version, verdict, reason: form.reason };
            verification::decide(&caller.backend, actor, id, &form).await?;
            Ok(Done::go(format!("/verifikasi/{id}")))
        };
        let outcome = outcome.await;
        answer.send(outcome).await
    }
}
