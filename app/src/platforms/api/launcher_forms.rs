//! Forms on the way into a platform (guide steps 16 to 19).

use axum::{extract::Path, response::Response};
use backend::{
    Error,
    oidc::authorize::{self, Next, Step},
    platforms::{
        connections,
        launch::{self, Launch},
        terms,
    },
};
use uuid::Uuid;

use super::fields::{accepted, access, value};
use crate::{
    error::ApiError,
    forms::server::{Done, Id, NoFields, Post},
    state::Caller,
};

/// Leads to the platform, or to the terms that must be accepted first.
async fn go(caller: &Caller, slug: &str, access: Uuid) -> Result<Done, ApiError> {
    let (backend, actor) = (&caller.backend, caller.actor()?);
    Ok(match launch::launch(backend, actor, slug, access).await? {
        Launch::Accept(_) => Done::go(format!("/platform/{slug}/ketentuan?akses={access}")),
        Launch::Go(url) => {
            let (platform, _) = launch::accesses_for(backend, actor, slug).await?;
            Done::leave(url, platform.name)
        }
    })
}

/// `POST /platform/{slug}`: **Selanjutnya**.
pub async fn enter(Path(slug): Path<String>, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async { go(&caller, &slug, access(answer.values())?).await };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /platform/{slug}/ketentuan`: **Setuju**.
pub async fn accept(Path(slug): Path<String>, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let access = access(answer.values())?;
        let terms = accepted(answer.values());
        if !terms.is_empty() {
            terms::accept(&caller.backend, caller.actor()?, &terms, access).await?;
        }
        go(&caller, &slug, access).await
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /platform/lanjut/{request}`: the access for a platform that asks, then the accepted terms.
pub async fn answer_request(Id(request): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let (backend, actor) = (&caller.backend, caller.actor()?);
        let access = access(answer.values())?;
        let asked = launch::request(backend, actor, request, None).await?;
        if asked.other_person {
            return Ok(Done::go(goes_on_at(request, Step::SwitchPerson, true)));
        }
        let name = asked.platform.name;
        launch::remember(backend, actor, request, access).await?;
        let terms = accepted(answer.values());
        if !terms.is_empty() {
            terms::accept(backend, actor, &terms, access).await?;
        }
        Ok(match authorize::resume(backend, actor, request, Some(access)).await? {
            Next::Redirect(url) => Done::leave(url, name),
            Next::Wait { request, step } => Done::go(goes_on_at(request, step, true)),
            Next::Show(_) => return Err(ApiError::from(Error::NotFound)),
        })
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /profil/platform`: ends the sessions at a platform.
pub async fn disconnect(Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let platform = value(answer.values(), "platform").parse().map_err(|_| ApiError::from(Error::NotFound))?;
        connections::end(&caller.backend, caller.actor()?, platform).await?;
        Ok(Done::go("/profil/platform?selesai=diakhiri"))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// The page for the next step of a waiting request.
pub fn goes_on_at(request: Uuid, step: Step, signed_in: bool) -> String {
    let page = format!("/platform/lanjut/{request}");
    match step {
        // Without `ulang`, the page sends a signed-in person on.
        Step::SignIn if signed_in => format!("/masuk?ulang=ya&lanjut={page}"),
        Step::SignIn => format!("/masuk?lanjut={page}"),
        // The page says who must sign in.
        Step::Choose | Step::SwitchPerson => page,
        Step::Accept(access) => format!("{page}?akses={access}"),
    }
}
