//! Forms of the administration of platforms.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use backend::{
    Error,
    platforms::{acceptances, admin, terms},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::fields::{Pair, platform_form, terms_input, value};
use crate::{
    error::ApiError,
    forms::server::{Done, Id, NoFields, Post},
    platforms::texts,
    state::Caller,
};

fn not_found() -> ApiError {
    ApiError::from(Error::NotFound)
}

/// `POST /admin/platform`: a new platform.
pub async fn add_platform(Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let form = platform_form(answer.values());
        let id = admin::create(&caller.backend, caller.actor()?, &form).await?;
        Ok(Done::go(format!("/admin/platform/{id}?selesai=ditambah")))
    };
    let outcome = outcome.await;
    answer.send(outcome).await
}

/// `POST /admin/platform/{id}`: changes it, publishes terms, ends a secret, disables or enables it, as `tindak` says.
pub async fn change_platform(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = change(&caller, id, answer.values()).await;
    answer.send(outcome.map(|done| Done::go(format!("/admin/platform/{id}?selesai={done}")))).await
}

/// Returns the word for what was done (see [`texts::DONE`]).
async fn change(caller: &Caller, id: Uuid, fields: &[Pair]) -> Result<&'static str, ApiError> {
    let (backend, actor) = (&caller.backend, caller.actor()?);
    Ok(match value(fields, "tindak") {
        "ubah" => {
            let version = value(fields, "version").parse().unwrap_or(0);
            admin::change(backend, actor, id, version, &platform_form(fields)).await?;
            "disimpan"
        }
        "terbitkan" => {
            let input = terms_input(fields).ok_or_else(not_found)?;
            terms::publish(backend, actor, id, &input).await?;
            "diterbitkan"
        }
        "akhiri-rahasia" => {
            let secret = value(fields, "rahasia").parse().map_err(|_| not_found())?;
            admin::retire_secret(backend, actor, id, secret).await?;
            "diakhiri"
        }
        "nonaktifkan" => {
            admin::set_disabled(backend, actor, id, true).await?;
            "nonaktif"
        }
        "aktifkan" => {
            admin::set_disabled(backend, actor, id, false).await?;
            "aktif"
        }
        _ => return Err(not_found()),
    })
}

/// `POST /admin/platform/{id}/rahasia`: makes a secret, and shows it on a page without an address.
pub async fn make_secret(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let page = format!("/admin/platform/{id}");
    let outcome = async {
        let secret_id = value(answer.values(), "rahasia").parse().map_err(|_| not_found())?;
        Ok(admin::make_secret(&caller.backend, caller.actor()?, id, secret_id).await?)
    };
    let outcome = outcome.await;
    match outcome {
        Ok((client_id, secret)) => {
            let secret = secret.expose().to_owned();
            answer.alone(texts::NEW_SECRET, move || secret_page(&page, &client_id, &secret)).await
        }
        Err(error) => answer.on(&page).send(Err(error)).await,
    }
}

fn secret_page(page: &str, client_id: &str, secret: &str) -> AnyView {
    view! {
        <div class="stack g6">
            <div class="stack g2">
                <h1>{texts::NEW_SECRET}</h1>
                <p class="lead">{texts::NEW_SECRET_ADVICE}</p>
            </div>
            <dl class="stack g3">
                <div>
                    <dt class="label">"client_id"</dt>
                    <dd><code class="secret">{client_id.to_owned()}</code></dd>
                </div>
                <div>
                    <dt class="label">"client_secret"</dt>
                    <dd><code class="secret">{secret.to_owned()}</code></dd>
                </div>
            </dl>
            <p class="row"><a class="btn btn--primary" href=page.to_owned()>"Sudah saya salin"</a></p>
        </div>
    }
    .into_any()
}

/// `POST /admin/platform/{id}/persetujuan`: who accepted which version, as CSV. It is posted, because it writes an audit
/// event.
pub async fn export(Id(id): Id, Post { caller, answer, .. }: Post<NoFields>) -> Response {
    let outcome = async {
        let csv = acceptances::export(&caller.backend, caller.actor()?, id).await?;
        let today = caller.backend.world.today(caller.actor()?.zone);
        Ok::<_, ApiError>((csv, today))
    };
    let outcome = outcome.await;
    match outcome {
        Ok((csv, today)) => {
            let disposition = format!("attachment; filename=\"persetujuan-{today}.csv\"");
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (headers, csv).into_response()
        }
        Err(error) => answer.on(&format!("/admin/platform/{id}")).send(Err(error)).await,
    }
}
