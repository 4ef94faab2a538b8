//! `/dev/surat` shows all mail, so that a developer needs no mail server.

use app::state::{AppState, Caller};
use axum::{
    Extension, Router,
    extract::Path,
    http::header,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use backend::mail::{self, SentMail};
use domain::{indonesian::date_time, time::Zone};
use http::StatusCode;
use uuid::Uuid;

/// The routes of the page and of one mail.
pub fn routes() -> Router<AppState> {
    Router::new().route("/dev/surat", get(list)).route("/dev/surat/{id}", get(one))
}

async fn recent(caller: &Caller) -> Result<Vec<SentMail>, Response> {
    mail::recent(&caller.backend, 200).await.map_err(|error| {
        tracing::error!(%error, "the mailbox cannot be read");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn list(Extension(caller): Extension<Caller>) -> Result<Response, Response> {
    let rows: String = recent(&caller)
        .await?
        .into_iter()
        .map(|mail| {
            format!(
                "<tr><td>{}<td>{}<td><a href=\"/dev/surat/{}\">{}</a><td>{:?}",
                date_time(mail.created_at, Zone::Wib),
                escape(&mail.recipient),
                mail.id,
                escape(&mail.rendered.subject),
                mail.status,
            )
        })
        .collect();
    let page = format!(
        "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><title>Surat</title><h1>Surat</h1>\
         <p>Surel pengembangan, terbaru lebih dahulu.</p><table>{rows}</table>"
    );
    Ok(Html(page).into_response())
}

async fn one(Extension(caller): Extension<Caller>, Path(id): Path<Uuid>) -> Result<Response, Response> {
    let mail = recent(&caller).await?.into_iter().find(|mail| mail.id == id);
    let mail = mail.ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
    let text = format!("<!-- text part:\n{}\n-->", escape(&mail.rendered.text));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(format!("{}{text}", mail.rendered.html))).into_response())
}
