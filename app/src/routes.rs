//! The routes of posted forms. Each is the path of the page with the form.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Form},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use crate::{
    accounts, applications,
    forms::server::own_path,
    help, mail, oidc, platforms, staff,
    state::{AppState, Caller},
    verification,
};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/masuk", post(accounts::api::sign_in))
        .route("/keluar", post(accounts::api::sign_out))
        .route("/daftar", post(accounts::api::sign_up))
        .route("/daftar/konfirmasi", post(accounts::api::confirm))
        .route("/lupa-kata-sandi", post(accounts::api::forgot))
        .route("/atur-ulang-kata-sandi", post(accounts::api::reset))
        .route("/profil", post(accounts::api::change_profile))
        .route("/profil/kata-sandi", post(accounts::api::change_password))
        .route("/profil/sesi", post(accounts::api::end_sessions))
        .route("/profil/platform", post(platforms::api::disconnect))
        .route("/akses/baru", post(applications::api::start))
        .route("/akses/perpanjang/{id}", post(applications::api::renew))
        .route("/akses/pengajuan/{id}/sirup", post(applications::api::sirup))
        .route(
            "/akses/pengajuan/{id}/formulir",
            // A letter may come with it; the server's own limit holds.
            post(applications::api::form).layer(DefaultBodyLimit::disable()),
        )
        .route("/akses/pengajuan/{id}/instansi", post(applications::api::pick_institution))
        .route("/akses/pengajuan/{id}/satker", post(applications::api::pick_work_unit))
        .route("/akses/pengajuan/{id}/surat", post(applications::api::upload))
        .route("/akses/pengajuan/{id}/tinjau", post(applications::api::submit))
        .route("/akses/pengajuan/{id}/status", post(applications::api::withdraw))
        .route("/verifikasi", post(verification::api::claim_next))
        .route("/verifikasi/{id}", post(verification::api::decide))
        .route("/verifikasi/{id}/ambil", post(verification::api::claim))
        .route("/verifikasi/{id}/perpanjang", post(verification::api::renew))
        .route("/verifikasi/{id}/lepas", post(verification::api::release))
        .route("/verifikasi/{id}/ambil-alih", post(verification::api::take_over))
        .route("/verifikasi/{id}/pratinjau", post(verification::api::preview))
        .route("/verifikasi/{id}/urungkan", post(verification::api::undo))
        .route("/verifikasi/{id}/buka-kembali", post(verification::api::reopen))
        .route("/verifikasi/statistik.csv", get(verification::api::download))
        .route("/admin", post(staff::api::change_staff))
        .route("/admin/alasan", post(verification::api::change_lists))
        .route("/admin/libur", post(verification::api::change_holidays))
        .route("/admin/surel", post(mail::api::resend_mail))
        .route("/admin/platform", post(platforms::api::add_platform))
        .route("/admin/platform/{id}", post(platforms::api::change_platform))
        .route("/admin/platform/{id}/rahasia", post(platforms::api::make_secret))
        .route("/admin/platform/{id}/persetujuan", post(platforms::api::export))
        .route("/platform/{slug}", post(platforms::api::enter))
        .route("/platform/{slug}/ketentuan", post(platforms::api::accept))
        .route("/platform/lanjut/{id}", post(platforms::api::answer_request))
        .route("/undangan", post(staff::api::invitation::accept))
        .route("/oidc/keluar", post(oidc::api::leave))
        .route("/bantuan", post(help::api::ask_for_help))
        .route("/tema", post(switch_scheme))
}

#[derive(Deserialize)]
struct SchemeForm {
    /// `light` or `dark`; without script missing, which switches to the other.
    tema: Option<String>,
    kembali: Option<String>,
}

/// `POST /tema`: stores light or dark in a cookie.
async fn switch_scheme(
    axum::Extension(caller): axum::Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<SchemeForm>,
) -> Response {
    let now = crate::state::cookie(&headers, "tema");
    let scheme = match form.tema.as_deref().or(now.map(|now| if now == "dark" { "light" } else { "dark" })) {
        Some("light") => "light",
        _ => "dark",
    };
    let scripted = form.tema.is_some();
    let mut response = if scripted {
        (StatusCode::OK, Json(())).into_response()
    } else {
        Redirect::to(&own_path(form.kembali.as_deref(), "/akses")).into_response()
    };
    if let Some(cookie) = caller.cookies.set_scheme(scheme) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
